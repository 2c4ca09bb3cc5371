package provider

import (
	"context"
	"encoding/json"
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Browser is who does a step of a sign-in.
type Browser struct {
	Cookie    string // value of the cookie identity.BrowserCookieName
	Device    string // value of the cookie identity.DeviceCookieName
	Address   string
	UserAgent string
}

// Step is what comes after a step: an address to go to, or another step.
type Step struct {
	Next string               `json:"next,omitempty"`
	Step string               `json:"step,omitempty"` // totp, enroll (show TOTP, then ask a code), passkey, make
	TOTP *identity.Enrollment `json:"totp,omitempty"`
	Only bool                 `json:"only,omitempty"` // nothing stands in for the passkey
}

// The steps.
const (
	StepTOTP    = "totp"
	StepEnroll  = "enroll"
	StepPasskey = "passkey"
	StepMake    = "make" // staff make their first passkey, and can do nothing else
)

// App is an application that asks for access, as the person is shown it.
type App struct {
	Name string `json:"name"`
}

// Options is what the sign-in page shows.
type Options struct {
	Methods   []string `json:"methods"`
	App       *App     `json:"app,omitempty"` // nil: Housecall itself
	LoginHint string   `json:"loginHint,omitempty"`
	Step
}

const maxTries = 5

// Options tells what a sign-in offers, and at which step it is.
func (p *Provider) Options(ctx context.Context, b Browser, id string) (Options, error) {
	o := Options{Methods: []string{"password"}}
	if p.id.PasskeysAvailable() {
		o.Methods = []string{"passkey", "password"}
	}
	r, err := p.pending(ctx, id, b.Cookie)
	if err != nil {
		return Options{}, err
	}
	c, err := p.clientByID(ctx, r.Client)
	if err != nil {
		return Options{}, err
	}
	if !c.row.FirstParty {
		o.App = &App{c.row.Name}
	}
	o.LoginHint = r.LoginHint
	if r.Step != "" {
		o.Step, err = p.again(ctx, r)
	}
	return o, err
}

// again shows the step a request has come to.
func (p *Provider) again(ctx context.Context, r *request) (Step, error) {
	s := Step{Step: r.Step}
	if r.Step == StepPasskey {
		only, err := p.id.PasskeyOnly(ctx, identity.Staff) // nobody else comes to this step
		if err != nil {
			return Step{}, err
		}
		s.Only = only
	}
	if r.Step == StepEnroll {
		e, err := p.id.EnrollTOTP(ctx, r.Account)
		if err != nil {
			return Step{}, err
		}
		s.TOTP = &e
	}
	return s, nil
}

// Password takes an address and a password.
func (p *Provider) Password(ctx context.Context, b Browser, id, email, password string) (Step, error) {
	r, err := p.pending(ctx, id, b.Cookie)
	if err != nil {
		return Step{}, err
	}
	a, err := p.id.CheckPassword(ctx, email, password, b.Address, b.Device)
	if err != nil {
		return Step{}, err
	}
	return p.first(ctx, b, r, a, proved{proof: identity.Password, amr: []string{"pwd"}})
}

// proved is what somebody showed so far.
type proved struct {
	proof       identity.Proof
	amr         []string // RFC 8176
	issuer, acr string
}

func (h proved) unphishable() bool {
	return identity.Unphishable(h.proof, h.issuer, h.acr, h.amr)
}

// first goes on after a first factor. One-time codes that are set up are asked;
// staff who have no second factor yet set one up now, and staff who have only
// passkeys use one: a password is no way around it. Where staff sign in with a passkey
// only, who has one uses it, and who has none shows what they have and makes one.
func (p *Provider) first(ctx context.Context, b Browser, r *request, a identity.Account, how proved) (Step, error) {
	f, err := p.id.Factors(ctx, a.ID)
	if err != nil {
		return Step{}, err
	}
	only, err := p.id.PasskeyOnly(ctx, a.Kind)
	if err != nil {
		return Step{}, err
	}
	switch {
	case only && !how.unphishable() && f.Passkeys > 0:
		r.Step = StepPasskey
	case only && !how.unphishable() && (how.proof >= identity.SecondFactor || !f.TOTP):
		r.Step = StepMake
	case how.proof >= identity.SecondFactor:
		return p.complete(ctx, b, r, a.ID, how)
	case f.TOTP:
		r.Step = StepTOTP
	case a.Kind != identity.Staff:
		return p.complete(ctx, b, r, a.ID, how)
	case f.Passkeys > 0:
		r.Step = StepPasskey
	default:
		r.Step = StepEnroll
	}
	return p.goTo(ctx, r, a.ID, how)
}

// goTo keeps what somebody showed so far and gives the step of the request.
func (p *Provider) goTo(ctx context.Context, r *request, account string, how proved) (Step, error) {
	r.Account = account
	err := p.update(ctx, r.ID, map[string]any{
		"step": r.Step, "account": account, "tries": 0, "amr": strings.Join(how.amr, " "), "issuer": how.issuer, "acr": how.acr,
	})
	if err != nil {
		return Step{}, err
	}
	return p.again(ctx, r)
}

// TOTP takes a one-time code after the first factor, or the first code of
// somebody who is setting codes up. A recovery code stands in for a code of the
// app, and for a passkey that was lost. Five wrong ones end the sign-in.
func (p *Provider) TOTP(ctx context.Context, b Browser, id, code string) (Step, error) {
	r, err := p.pending(ctx, id, b.Cookie)
	if err != nil {
		return Step{}, err
	}
	if r.Account == "" || r.Step == "" || r.Step == StepMake || r.Tries >= maxTries {
		return Step{}, errExpired
	}
	a, err := p.id.AccountByID(ctx, r.Account)
	if err != nil {
		return Step{}, err
	}
	only, err := p.id.PasskeyOnly(ctx, a.Kind)
	if err != nil {
		return Step{}, err
	}
	if only && r.Step != StepTOTP {
		return Step{}, p.id.Refuse(ctx, refusedBy(b, r.Account, "code"), identity.ErrPasskeyOnly)
	}
	if err := p.try(ctx, r.ID); err != nil {
		return Step{}, err
	}
	switch r.Step {
	case StepEnroll:
		err = p.id.ConfirmTOTP(ctx, r.Account, code)
	case StepPasskey:
		err = p.id.CheckRecovery(ctx, r.Account, code)
	default:
		err = p.id.CheckCode(ctx, r.Account, code)
	}
	if err != nil {
		err = p.id.Refuse(ctx, refusedBy(b, r.Account, "code"), err)
		if fault.Of(err).Code == "wrong_code" && r.Tries+1 >= maxTries {
			return Step{}, errExpired
		}
		return Step{}, err
	}
	how := proved{proof: identity.SecondFactor, amr: append(r.GetAMR(), "otp", "mfa"), issuer: r.Issuer, acr: r.ACR}
	if only {
		r.Step = StepMake
		return p.goTo(ctx, r, r.Account, how)
	}
	return p.complete(ctx, b, r, r.Account, how)
}

// PasskeyBegin gives the options for navigator.credentials.get.
func (p *Provider) PasskeyBegin(ctx context.Context, b Browser, id string) (json.RawMessage, error) {
	r, err := p.pending(ctx, id, b.Cookie)
	if err != nil {
		return nil, err
	}
	return p.id.PasskeyBegin(ctx, r.ID)
}

// PasskeyFinish takes the browser's answer. A passkey with the person verified
// is two factors in one.
func (p *Provider) PasskeyFinish(ctx context.Context, b Browser, id string, credential []byte) (Step, error) {
	r, err := p.pending(ctx, id, b.Cookie)
	if err != nil {
		return Step{}, err
	}
	a, err := p.id.CheckPasskey(ctx, r.ID, credential)
	if err != nil {
		return Step{}, p.id.Refuse(ctx, refusedBy(b, "", "passkey"), err)
	}
	return p.complete(ctx, b, r, a.ID, proved{proof: identity.Passkey, amr: []string{"pop", "user", "mfa"}})
}

// EnrollPasskeyBegin gives the options for navigator.credentials.create to staff
// who have no second factor yet: a passkey is what they are offered first, or all that
// they may do.
func (p *Provider) EnrollPasskeyBegin(ctx context.Context, b Browser, id string) (json.RawMessage, error) {
	r, err := p.pending(ctx, id, b.Cookie)
	if err != nil {
		return nil, err
	}
	if r.Account == "" || r.Step != StepEnroll && r.Step != StepMake {
		return nil, errExpired
	}
	return p.id.EnrollPasskeyBegin(ctx, r.Account, r.ID)
}

// EnrollPasskeyFinish stores the passkey, which proves the second factor at once.
func (p *Provider) EnrollPasskeyFinish(ctx context.Context, b Browser, id string, credential []byte) (Step, error) {
	r, err := p.pending(ctx, id, b.Cookie)
	if err != nil {
		return Step{}, err
	}
	if r.Account == "" || r.Step != StepEnroll && r.Step != StepMake {
		return Step{}, errExpired
	}
	if err := p.id.EnrollPasskeyFinish(ctx, r.Account, r.ID, credential, r.Step == StepMake); err != nil {
		return Step{}, err
	}
	return p.complete(ctx, b, r, r.Account, proved{
		proof: identity.Passkey, amr: append(r.GetAMR(), "pop", "user", "mfa"), issuer: r.Issuer, acr: r.ACR,
	})
}

// Outside takes the proof of an outside issuer for a linked account.
func (p *Provider) Outside(ctx context.Context, b Browser, id string, a identity.Account, proof identity.Proof, amr []string, issuer, acr string) (Step, error) {
	r, err := p.pending(ctx, id, b.Cookie)
	if err != nil {
		return Step{}, err
	}
	s, err := p.first(ctx, b, r, a, proved{proof, amr, issuer, acr})
	if err == nil && s.Next == "" {
		s.Next = p.base + "/sign-in?request=" + r.ID
	}
	return s, err
}

// refused is the act of a proof that was not right.
func refusedBy(b Browser, account, how string) identity.Act {
	return identity.Act{Who: identity.Principal{Address: b.Address}, Account: account, Action: "login", Outcome: "refused", Detail: how}
}

func (p *Provider) complete(ctx context.Context, b Browser, r *request, account string, how proved) (Step, error) {
	now := p.now().UnixMicro()
	err := p.update(ctx, r.ID, map[string]any{
		"account": account, "proof": how.proof, "proved_at": now, "done_at": now, "step": "",
		"amr": strings.Join(how.amr, " "), "issuer": how.issuer, "acr": how.acr,
		"device": identity.DeviceWords(b.UserAgent), "address": b.Address,
	})
	return Step{Next: p.answerURL(r.ID)}, err
}

// try counts a code before it is looked at, so that many at one time are five too.
func (p *Provider) try(ctx context.Context, id string) error {
	return p.db.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE auth_requests SET tries = tries + 1 WHERE id = ? AND done_at = 0 AND tries < ?`, id, maxTries)
		if err == nil && n == 0 {
			return errExpired
		}
		return err
	})
}

func ended(err error) bool { return fault.Is(err, fault.NotFound) }
