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
		// First what could still become a token: a code that is used at this moment
		// either finds this done or is found below.
		if _, err := c.Exec(`UPDATE auth_requests SET code_until = 0, expires_at = 0 WHERE account = ? AND client = ? AND code_used_at = 0`, who.Account, client); err != nil {
			return err
		}
		if _, err := c.Exec(`DELETE FROM app_consents WHERE account = ? AND client = ? AND (patient = ? OR patient = '')`, who.Account, client, patient); err != nil {
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
