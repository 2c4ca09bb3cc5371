package identity

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/netip"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
)

// Deps is what the service rests on.
type Deps struct {
	DB          *db.DB
	Key         *sitekey.Ring
	Revocations *revoke.Feed
	BaseURL     string           // as browsers see it: https://portal.example.org
	Now         func() time.Time // nil: the clock
	NewID       func() string    // nil: UUIDv7
	Record      Recorder         // nil: acts are not kept
	Breach      *Breach          // nil: only the list that comes along says which passwords are known
	HashKiB     uint32           // memory for one password hash; 0: what a clinic takes
	// AdminNetworks are where administration is done; empty: anywhere.
	AdminNetworks []netip.Prefix
	// Invited is told, in the transaction in which it happens, that somebody took
	// an invitation and with which account; nil: nobody asks.
	Invited func(c *db.Conn, invitation, account string) error
}

// Service keeps accounts, proofs, sessions and tokens.
type Service struct {
	db     *db.DB
	now    func() time.Time
	newID  func() string
	base   *url.URL
	seal   *sitekey.Sealer
	csrf   *sitekey.Secret
	limits *sitekey.Secret
	births *sitekey.Secret
	codes  *sitekey.Secret // of recovery codes
	rows   *sitekey.Secret // of the codes of rows
	hash   *argon2id.Params
	noHash string        // what is compared with when there is nothing to compare with
	hashes chan struct{} // one place for each password hash under way
	cache  *cache
	record Recorder
	breach *Breach
	mail   func(c *db.Conn, link string) error // nil: no letters are sent
	taken  func(c *db.Conn, invitation, account string) error
	ended  []func(c *db.Conn, session string) error
	warn   func(c *db.Conn, account string) error // nil: nobody is told
	moved  func(c *db.Conn, account string) error // nil: nobody is told
	pass   *webauthn.WebAuthn                     // nil: the base URL has no name passkeys could belong to

	adminNetworks []netip.Prefix
	reports       reports // of rows that were changed

	stopOnce sync.Once
	cancel   context.CancelFunc
	done     chan struct{}
}

// New makes the service and listens to the revocations. Call it before the
// feed is started.
func New(d Deps) (*Service, error) {
	switch {
	case d.DB == nil:
		return nil, errors.New("identity: no database")
	case d.Revocations == nil:
		return nil, errors.New("identity: no revocation feed")
	case d.Key == nil:
		return nil, errors.New("identity: no site key")
	}
	base, err := parseBaseURL(d.BaseURL)
	if err != nil {
		return nil, err
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.NewID == nil {
		d.NewID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	hash := *hashParams
	if d.HashKiB > 0 {
		hash.Memory = d.HashKiB
	}
	s := &Service{
		db: d.DB, now: d.Now, newID: d.NewID, base: base, seal: d.Key.Sealer(SealPurpose),
		csrf:   d.Key.Secret("identity csrf"),
		limits: d.Key.Secret("identity attempts"),
		births: d.Key.Secret("identity birth dates"),
		codes:  d.Key.Secret("identity recovery codes"),
		rows:   d.Key.Secret("identity rows"),
		hash:   &hash,
		noHash: noHash(&hash),
		hashes: make(chan struct{}, max(2, runtime.NumCPU())),
		cache:  newCache(d.Revocations),
		record: d.Record,
		breach: d.Breach,
		taken:  d.Invited,

		adminNetworks: d.AdminNetworks,
	}
	if s.pass, err = newWebAuthn(base); err != nil {
		return nil, err
	}
	return s, nil
}

// parseBaseURL wants scheme and host and nothing else; the issuer, the cookies'
// name and the passkeys' origin are made from it.
func parseBaseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(raw, "/"))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, errors.New("HOUSECALL_BASE_URL must be a scheme and a host, for example https://portal.example.org")
	}
	return u, nil
}

// BaseURL is the address of the portal without a slash at its end.
func (s *Service) BaseURL() string { return s.base.String() }

// Start prunes what has expired every ten minutes, and ends sessions that ran out
// within a minute, until Stop.
func (s *Service) Start(ctx context.Context) error {
	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.done = make(chan struct{})
	go func() {
		defer close(s.done)
		tick := time.NewTicker(10 * time.Minute)
		defer tick.Stop()
		sweep := time.NewTicker(sweepEvery)
		defer sweep.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-sweep.C:
				if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
					slog.Warn("sessions that ran out could not be ended", "err", err)
				}
			case <-tick.C:
				if err := s.Prune(ctx); err != nil && ctx.Err() == nil {
					slog.Warn("expired sign-in data could not be removed", "err", err)
				}
			}
		}
	}()
	return nil
}

// Stop ends the pruning. It may be called twice, or before Start.
func (s *Service) Stop() {
	if s.cancel == nil {
		return
	}
	s.stopOnce.Do(s.cancel)
	<-s.done
}

// keepEnded is how long an ended session or token stays to be looked at.
const keepEnded = 90 * 24 * time.Hour

// Prune removes what has expired.
func (s *Service) Prune(ctx context.Context) error {
	now := s.now()
	for _, q := range []struct {
		sql    string
		before time.Time
	}{
		{`DELETE FROM ceremonies WHERE expires_at < ?`, now},
		{`DELETE FROM login_states WHERE expires_at < ?`, now},
		{`DELETE FROM auth_requests WHERE expires_at < ?`, now.Add(-time.Hour)},
		{`DELETE FROM client_assertions WHERE expires_at < ?`, now.Add(-time.Hour)},
		{`DELETE FROM outside_sessions WHERE session = '' AND created_at < ?`, now.Add(-time.Hour)},
		{`DELETE FROM logout_tokens WHERE expires_at < ?`, now},
		{`DELETE FROM app_launches WHERE expires_at < ?`, now},
		{`DELETE FROM attempts WHERE since < ?`, now.Add(-warnedWeek)}, // no window is longer
		{`DELETE FROM access_tokens WHERE expires_at < ?`, now.Add(-time.Hour)},
		{`DELETE FROM refresh_tokens WHERE expires_at < ?`, now.Add(-time.Hour)},
		{`DELETE FROM token_families WHERE expires_at < ?`, now.Add(-keepEnded)},
		{`DELETE FROM sessions WHERE expires_at < ?`, now.Add(-keepEnded)},
		{`DELETE FROM links WHERE subject = '' AND expires_at < ?`, now},
		{`DELETE FROM links WHERE expires_at < ?`, now.Add(-keepEnded)},
		{`DELETE FROM invitations WHERE created_at < ?`, now.Add(-keepEnded - invitationLife)},
		{`DELETE FROM known_devices WHERE last_at < ?`, now.Add(-deviceLife)},
	} {
		if err := s.db.InTx(ctx, func(c *db.Conn) error {
			_, err := c.Exec(q.sql, q.before.UnixMicro())
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// secretHash is what the database keeps of a cookie, code or token. The values
// are 32 random bytes, so a plain digest is enough.
func secretHash(value string) []byte {
	h := sha256.Sum256([]byte(value))
	return h[:]
}

// newSecret is an unguessable value for cookies, codes and tokens.
func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// SecretHash and NewSecret are shared with the provider and the login, which
// keep their own short-lived secrets the same way.
func SecretHash(value string) []byte { return secretHash(value) }

// NewSecret gives 32 random bytes in base64url.
func NewSecret() string { return newSecret() }

func keyed(key []byte, parts ...string) string {
	m := hmac.New(sha256.New, key)
	for _, p := range parts {
		m.Write([]byte(p))
		m.Write([]byte{0})
	}
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:18])
}

// PlaceOf folds an IPv6 address to its /64: one household, one place.
func PlaceOf(address string) string { return addressKey(address) }

func addressKey(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap()
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

func micros(t time.Time) int64 { return t.UnixMicro() }

func fromMicros(v int64) time.Time {
	if v == 0 {
		return time.Time{}
	}
	return time.UnixMicro(v).UTC()
}
