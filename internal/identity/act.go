package identity

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
)

// Act is something that happened to an account, a sign-in or an app's
// authorization, for the audit. It holds ids and machine words only.
type Act struct {
	Who     Principal // Anonymous: nobody was signed in; what was not refused is then Housecall's own act
	Account string    // whom it happened to; empty: Who
	Action  string    // login logout create update delete
	Outcome string    // "ok", "refused", "failed"; empty: ok
	Detail  string    // what it was: "password", "session", "client:growth-chart"
}

// Recorder writes acts in the caller's transaction: they are kept when what they
// tell of happened, and never without it. The audit lies above this package.
type Recorder func(c *db.Conn, acts ...Act) error

func (s *Service) recordTx(c *db.Conn, acts ...Act) error {
	if s.record == nil {
		return nil
	}
	for i := range acts {
		if acts[i].Who.Kind == Anonymous && acts[i].Outcome != "refused" { // nobody asked for it by hand
			acts[i].Who = SystemPrincipal("housecall")
		}
	}
	return s.record(c, acts...)
}

// RecordTx is for the provider and the login, which stand above this package.
func (s *Service) RecordTx(c *db.Conn, acts ...Act) error { return s.recordTx(c, acts...) }

// refuse keeps a refusal beside its reason, counts it, and gives the reason back. When
// even that cannot be written, the answer is that.
func (s *Service) refuse(ctx context.Context, a Act, reason error) error {
	if f := fault.Of(reason); f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		return reason // nothing was decided
	}
	err := s.db.InTx(ctx, func(c *db.Conn) error {
		if s.record != nil {
			if err := s.record(c, a); err != nil {
				return err
			}
		}
		return s.triedTx(c, a)
	})
	if err != nil {
		return err
	}
	return reason
}

// Refuse is for the provider and the login.
func (s *Service) Refuse(ctx context.Context, a Act, reason error) error {
	return s.refuse(ctx, a, reason)
}

// stepUp is the act of a step-up that was not right.
func stepUp(who Principal, how string) Act {
	return Act{Who: who, Action: "login", Outcome: "refused", Detail: "step-up " + how}
}

// how says in machine words how somebody proved who they are.
func how(n NewSession) string {
	words := strings.Join(n.AMR, " ")
	if u, err := url.Parse(n.Issuer); err == nil && u.Host != "" {
		words += " issuer:" + u.Host
	}
	return strings.TrimSpace(words)
}

// changed names what of an account was changed, and for roles and state how.
func changed(columns map[string]any) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(columns)) {
		switch v := columns[name].(type) {
		case bool:
			words = append(words, name+":"+strconv.FormatBool(v))
		case string:
			if name == "roles" {
				name += ":" + strings.ReplaceAll(v, " ", ",")
			}
			words = append(words, name)
		}
	}
	return strings.Join(words, " ")
}

func (r accountRow) principal(session, address string) Principal {
	return Principal{Kind: r.Kind, Account: r.ID, Name: r.Name, Roles: rolesOf(r.Roles), Patient: r.Patient, Practitioner: r.Practitioner, Session: session, Address: address}
}

// familyTx keeps what happened to what one authorization gave.
func (s *Service) familyTx(c *db.Conn, f *Family, action, outcome, what string) error {
	if s.record == nil {
		return nil
	}
	who := Principal{Kind: System, Account: f.System, Name: f.System, Session: f.ID, Address: f.Address}
	if f.Account != "" {
		a, err := accountByID(c, f.Account)
		if err != nil {
			return err
		}
		who = a.principal(f.ID, f.Address)
	}
	who.Client = f.Client
	return s.recordTx(c, Act{Who: who, Action: action, Outcome: outcome, Detail: what + " client:" + f.Client})
}

// Record keeps acts that nothing else was written for: refusals, mostly.
func (s *Service) Record(ctx context.Context, acts ...Act) error {
	if s.record == nil {
		return nil
	}
	return s.db.InTx(ctx, func(c *db.Conn) error { return s.record(c, acts...) })
}
