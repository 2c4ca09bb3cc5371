package identity

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/revoke"
)

// ConnectedApp is an app of somebody else that an account let in, for one chart.
type ConnectedApp struct {
	ID      string // of the newest of its authorizations
	Client  string
	Name    string
	Patient string   // chart it was let in for; empty: it came for none
	Scopes  []string // of all its authorizations
	Offline bool     // keeps access when the person is away
	Since   time.Time
	LastAt  time.Time // last time it got a token
}

const maxApps = 200

// connected are the authorizations of apps that are not our own and still open
// something: an offline one while its refresh token lasts, others as long as
// their access token.
const connected = ` FROM token_families f JOIN oauth_clients c ON c.id = f.client
	WHERE f.account = ? AND f.revoked_at = 0 AND f.expires_at > ? AND NOT c.first_party AND c.active
	AND (EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.family = f.id AND t.expires_at > ?) OR EXISTS (SELECT 1 FROM access_tokens t WHERE t.family = f.id AND t.expires_at > ?))`

// ConnectedApps lists the apps that an account let in, the one that was here last
// first.
func (s *Service) ConnectedApps(ctx context.Context, who Principal) ([]ConnectedApp, error) {
	now := micros(s.now())
	var out []ConnectedApp
	err := s.db.Read(ctx).Each(`SELECT f.id, f.client, c.name, f.patient, f.scopes, f.offline, f.created_at, f.last_at`+connected+`
		ORDER BY f.last_at DESC, f.id LIMIT ?`, func(r *sql.Rows) error {
		var a ConnectedApp
		var scopes string
		var since, last int64
		if err := r.Scan(&a.ID, &a.Client, &a.Name, &a.Patient, &scopes, &a.Offline, &since, &last); err != nil {
			return err
		}
		a.Scopes, a.Since, a.LastAt = strings.Fields(scopes), fromMicros(since), fromMicros(last)
		i := slices.IndexFunc(out, func(o ConnectedApp) bool { return o.Client == a.Client && o.Patient == a.Patient })
		if i < 0 {
			out = append(out, a)
			return nil
		}
		o := &out[i]
		o.Offline = o.Offline || a.Offline
		for _, sc := range a.Scopes {
			if !slices.Contains(o.Scopes, sc) {
				o.Scopes = append(o.Scopes, sc)
			}
		}
		if a.Since.Before(o.Since) {
			o.Since = a.Since
		}
		return nil
	}, who.Account, now, now, now, maxApps)
	return out, err
}

var errNoConnection = fault.New(fault.NotFound, "This app is not connected any more.")

// ConnectedApp finds one of them by the id of an authorization.
func (s *Service) ConnectedApp(ctx context.Context, who Principal, id string) (client, patient string, err error) {
	if uuid.Validate(id) != nil {
		return "", "", errNoConnection
	}
	return connection(s.db.Read(ctx), who, id)
}

func connection(c *db.Conn, who Principal, id string) (client, patient string, err error) {
	err = c.QueryRow(`SELECT f.client, f.patient FROM token_families f JOIN oauth_clients c ON c.id = f.client
		WHERE f.id = ? AND f.account = ? AND f.revoked_at = 0 AND NOT c.first_party`, id, who.Account).Scan(&client, &patient)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNoConnection
	}
	return client, patient, err
}

// CutOff takes an app's access to a chart back: every token of it, on every node,
// what waits to be turned into tokens, and what the person had agreed to.
func (s *Service) CutOff(ctx context.Context, who Principal, id string) error {
	if uuid.Validate(id) != nil {
		return errNoConnection
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		client, patient, err := connection(c, who, id)
		if err != nil {
			return err
		}
		if err := forgetTx(c, who.Account, client, patient); err != nil {
			return err
		}
		families, err := idsOf(c, `SELECT id FROM token_families WHERE account = ? AND client = ? AND patient = ? AND revoked_at = 0`, who.Account, client, patient)
		if err != nil {
			return err
		}
		if err := s.revokedTx(c, families); err != nil {
			return err
		}
		return s.recordTx(c, Act{Who: who, Action: "delete", Detail: "consent:" + client})
	})
}

// forgetTx takes back what could still become a token, and what the person had
// agreed to: they are asked anew. It comes before the look at what is there: a code
// that is used at this moment either finds this done or is found then.
func forgetTx(c *db.Conn, account, client, patient string) error {
	if _, err := c.Exec(`UPDATE auth_requests SET code_until = 0, expires_at = 0 WHERE account = ? AND client = ? AND code_used_at = 0`, account, client); err != nil {
		return err
	}
	_, err := c.Exec(`DELETE FROM app_consents WHERE account = ? AND client = ? AND (patient = ? OR patient = '')`, account, client, patient)
	return err
}

// Narrow takes a part of its access to a chart away from an app: shrink gives what
// is left of the scopes of one authorization. Tokens in use shrink with it on every
// node, refresh tokens give no more than what is left, and without offline access
// there are none. It only ever takes away: more is given by a consent.
func (s *Service) Narrow(ctx context.Context, who Principal, id string, shrink func(scopes []string) []string) error {
	if uuid.Validate(id) != nil {
		return errNoConnection
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		client, patient, err := connection(c, who, id)
		if err != nil {
			return err
		}
		if err := forgetTx(c, who.Account, client, patient); err != nil {
			return err
		}
		// The rows are the lock: a refresh at this moment comes before or after.
		families, err := idsOf(c, `UPDATE token_families SET last_at = last_at WHERE account = ? AND client = ? AND patient = ? AND revoked_at = 0 RETURNING id`, who.Account, client, patient)
		if err != nil {
			return err
		}
		clinical := func(scopes []string) bool {
			return slices.ContainsFunc(scopes, func(sc string) bool { _, ok := ParseScope(sc); return ok })
		}
		had, left := false, false
		for _, id := range families {
			f, err := familyOf(c, `f.id = ?`, id)
			if err != nil {
				return err
			}
			scopes := Meet(shrink(f.Scopes), f.Scopes)
			had, left = had || clinical(f.Scopes), left || clinical(scopes)
			if err := s.narrowTx(c, f, scopes); err != nil {
				return err
			}
		}
		if had && !left {
			return fault.New(fault.Invalid, "Keep at least one thing, or end the access of this app.").WithCode("nothing_left")
		}
		return s.recordTx(c, Act{Who: who, Action: "update", Detail: "consent:" + client})
	})
}

// narrowTx leaves an authorization and its tokens no more than these scopes.
func (s *Service) narrowTx(c *db.Conn, f Family, scopes []string) error {
	if slices.Equal(scopes, f.Scopes) {
		return nil
	}
	offline := f.Offline && slices.Contains(scopes, "offline_access")
	if _, err := c.Exec(`UPDATE token_families SET scopes = ?, offline = ? WHERE id = ?`, strings.Join(scopes, " "), offline, f.ID); err != nil {
		return err
	}
	type token struct {
		hash   []byte
		scopes string
	}
	var tokens []token
	err := c.Each(`SELECT hash, scopes FROM access_tokens WHERE family = ?`, func(r *sql.Rows) error {
		var t token
		err := r.Scan(&t.hash, &t.scopes)
		tokens = append(tokens, t)
		return err
	}, f.ID)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if _, err := c.Exec(`UPDATE access_tokens SET scopes = ? WHERE hash = ?`, strings.Join(Meet(strings.Fields(t.scopes), scopes), " "), t.hash); err != nil {
			return err
		}
	}
	if f.Offline && !offline {
		if _, err := c.Exec(`DELETE FROM refresh_tokens WHERE family = ?`, f.ID); err != nil {
			return err
		}
		var open bool // without offline access it ends with the session that it was made in
		if err := c.QueryRow(`SELECT EXISTS (SELECT 1 FROM sessions WHERE id = ? AND ended_at = 0)`, f.Session).Scan(&open); err != nil {
			return err
		}
		if !open {
			return s.revokedTx(c, []string{f.ID})
		}
	}
	return s.takeBackTx(c, revoke.Session, f.ID)
}
