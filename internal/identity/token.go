package identity

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
)

// How long tokens last.
const (
	accessLife  = 15 * time.Minute
	refreshLife = 92 * 24 * time.Hour  // since the last use: three months, whichever they are
	familyLife  = 365 * 24 * time.Hour // then the person signs in again
	maxTokenTTL = 366 * 24 * time.Hour

	// A phone that lost the answer to a refresh on a bad line may ask again with
	// the same token for this long, as long as nobody used what was sent.
	refreshGrace = 30 * time.Second
)

// Family is what one authorization gave. All its tokens end with it.
type Family struct {
	ID       string
	Account  string // empty for a system
	System   string
	Client   string
	Session  string // browser session it was made in
	Offline  bool   // outlives that session
	Scopes   []string
	Audience []string
	Launch   string // how the app was started: LaunchEHR, or empty
	Context  Context
	Proof    Proof
	ProvedAt time.Time
	AMR      []string
	AuthAt   time.Time
	Device   string
	Address  string
	TTL      time.Duration // 0: as long as its kind lasts
}

// LaunchEHR: somebody started the app from a chart.
const LaunchEHR = "ehr"

// Tokens is an access token and, when the family is offline, a refresh token.
type Tokens struct {
	Access    string
	ExpiresAt time.Time
	Refresh   string
}

var errToken = fault.New(fault.Unauthenticated, "This access is not valid any more. Please sign in again.").WithCode("signed_out")

// ErrRefresh is the answer to a refresh token that is unknown, expired, used up
// or stolen.
var ErrRefresh = fault.New(fault.Unauthenticated, "Please sign in again.").WithCode("signed_out")

// GrantTx opens a family and gives its first tokens.
func (s *Service) GrantTx(c *db.Conn, f Family) (Family, Tokens, error) {
	now := s.now()
	f.ID = s.newID()
	life := maxTokenTTL
	if f.Offline {
		life = familyLife
	}
	if f.TTL > 0 {
		life = f.TTL
	}
	_, err := c.Exec(`INSERT INTO token_families (id, account, system, client, session, offline, scopes, audience, launch, patient, encounter, proof, proved_at, amr, auth_at, device, address, created_at, last_at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		f.ID, f.Account, f.System, f.Client, f.Session, f.Offline, strings.Join(f.Scopes, " "), strings.Join(f.Audience, " "), f.Launch, f.Context.Patient, f.Context.Encounter,
		f.Proof, micros(f.ProvedAt), strings.Join(f.AMR, " "), micros(f.AuthAt), f.Device, f.Address, micros(now), micros(now), micros(now.Add(life)))
	if err != nil {
		return f, Tokens{}, err
	}
	t, err := s.issueTx(c, f, f.Scopes, nil)
	if err == nil {
		err = s.familyTx(c, &f, "create", "", "token")
	}
	return f, t, err
}

// issueTx makes an access token and, for offline families, a refresh token that
// follows the parent.
func (s *Service) issueTx(c *db.Conn, f Family, scopes []string, parent []byte) (Tokens, error) {
	now := s.now()
	ttl := accessLife
	if f.TTL > 0 {
		ttl = f.TTL
	}
	// The prefixes let scanners of leaked secrets know ours.
	t := Tokens{Access: "hca_" + newSecret(), ExpiresAt: now.Add(ttl)}
	if _, err := c.Exec(`INSERT INTO access_tokens (hash, family, scopes, created_at, expires_at) VALUES (?, ?, ?, ?, ?)`,
		secretHash(t.Access), f.ID, strings.Join(scopes, " "), micros(now), micros(t.ExpiresAt)); err != nil {
		return Tokens{}, err
	}
	if !f.Offline {
		return t, nil
	}
	t.Refresh = "hcr_" + newSecret()
	_, err := c.Exec(`INSERT INTO refresh_tokens (hash, family, parent, created_at, expires_at) VALUES (?, ?, ?, ?, ?)`,
		secretHash(t.Refresh), f.ID, parent, micros(now), micros(now.Add(refreshLife)))
	return t, err
}

// Refreshable gives the family of a refresh token without using it up; the
// client must be the one it was given to.
func (s *Service) Refreshable(ctx context.Context, token, client string) (Family, error) {
	f, err := familyOf(s.db.Read(ctx), `f.id = (SELECT family FROM refresh_tokens WHERE hash = ?)`, secretHash(token))
	if errors.Is(err, sql.ErrNoRows) || (err == nil && f.Client != client) {
		return Family{}, ErrRefresh
	}
	return f, err
}

// Refresh takes a refresh token and gives the next tokens; scopes may be fewer
// than granted. A refresh token works once (RFC 9700 section 4.14.2). One that
// comes again shows that somebody else has it, and ends the whole family, but
// for the short while in which the answer may just have been lost.
func (s *Service) Refresh(ctx context.Context, token, client string, scopes []string) (f Family, t Tokens, err error) {
	hash, now := secretHash(token), s.now()
	reused := false
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		reused = false
		var id string
		if err := c.QueryRow(`SELECT family FROM refresh_tokens WHERE hash = ?`, hash).Scan(&id); err != nil {
			return err
		}
		// The family's row is the lock: two uses at one time come one after the other.
		n, err := c.Exec(`UPDATE token_families SET last_at = ? WHERE id = ? AND revoked_at = 0 AND expires_at > ? AND client = ?`, micros(now), id, micros(now), client)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrRefresh
		}
		var usedAt, expires int64
		if err := c.QueryRow(`SELECT used_at, expires_at FROM refresh_tokens WHERE hash = ?`, hash).Scan(&usedAt, &expires); err != nil {
			return err
		}
		if micros(now) >= expires {
			return ErrRefresh
		}
		if f, err = familyOf(c, `f.id = ?`, id); err != nil {
			return err
		}
		if usedAt != 0 {
			var followed bool
			if err := c.QueryRow(`SELECT EXISTS (SELECT 1 FROM refresh_tokens WHERE parent = ? AND used_at <> 0)`, hash).Scan(&followed); err != nil {
				return err
			}
			if followed || now.Sub(fromMicros(usedAt)) > refreshGrace {
				reused = true
				if err := s.familyTx(c, &f, "delete", "failed", "refresh token used twice"); err != nil {
					return err
				}
				return s.revokedTx(c, []string{id})
			}
		} else if err := useTx(c, hash, micros(now)); err != nil {
			return err
		}
		if len(scopes) == 0 {
			scopes = f.Scopes
		}
		scopes = Meet(scopes, f.Scopes) // they may have been narrowed since they were asked for
		if t, err = s.issueTx(c, f, scopes, hash); err != nil {
			return err
		}
		return s.familyTx(c, &f, "update", "", "token")
	})
	if errors.Is(err, sql.ErrNoRows) || (err == nil && reused) {
		return Family{}, Tokens{}, ErrRefresh
	}
	return f, t, err
}

// useTx marks a token used. Others that were given for the same one, because an
// answer seemed lost, are worth nothing from then on.
func useTx(c *db.Conn, hash []byte, now int64) error {
	if _, err := c.Exec(`UPDATE refresh_tokens SET used_at = ? WHERE hash = ?`, now, hash); err != nil {
		return err
	}
	_, err := c.Exec(`UPDATE refresh_tokens SET used_at = 1 WHERE used_at = 0 AND parent = (SELECT t.parent FROM refresh_tokens t WHERE t.hash = ?)`, hash)
	return err
}

// familyOf reads an open family whose account, if any, is active.
func familyOf(c *db.Conn, where string, args ...any) (Family, error) {
	var f Family
	var scopes, audience, amr string
	var provedAt, authAt int64
	err := c.QueryRow(`SELECT f.id, f.account, f.system, f.client, f.session, f.offline, f.scopes, f.audience, f.launch, f.patient, f.encounter, f.proof, f.proved_at, f.amr, f.auth_at
		FROM token_families f LEFT JOIN accounts a ON a.id = f.account
		WHERE f.revoked_at = 0 AND (f.account = '' OR a.active) AND `+where, args...).
		Scan(&f.ID, &f.Account, &f.System, &f.Client, &f.Session, &f.Offline, &scopes, &audience, &f.Launch, &f.Context.Patient, &f.Context.Encounter, &f.Proof, &provedAt, &amr, &authAt)
	f.Scopes, f.Audience, f.AMR = strings.Fields(scopes), strings.Fields(audience), strings.Fields(amr)
	f.ProvedAt, f.AuthAt = fromMicros(provedAt), fromMicros(authAt)
	return f, err
}

// RevokeFamily ends a family and its tokens.
func (s *Service) RevokeFamily(ctx context.Context, id string) error {
	return s.db.InTx(ctx, func(c *db.Conn) error { return s.revokedTx(c, []string{id}) })
}

// RevokeToken ends what a client hands back (RFC 7009): the family, whichever
// token it is. A token of another client is left alone, without telling.
func (s *Service) RevokeToken(ctx context.Context, token, client string) error {
	return s.db.InTx(ctx, func(c *db.Conn) error {
		hash := secretHash(token)
		ids, err := idsOf(c, `SELECT id FROM token_families WHERE client = ? AND revoked_at = 0 AND
			(id IN (SELECT family FROM access_tokens WHERE hash = ?) OR id IN (SELECT family FROM refresh_tokens WHERE hash = ?))`, client, hash, hash)
		if err != nil {
			return err
		}
		return s.revokedTx(c, ids)
	})
}

// Bearer gives the principal of an access token. Its scopes are never nil: a
// token allows what was granted to it and nothing else.
func (s *Service) Bearer(ctx context.Context, token string) (Principal, error) {
	if !strings.HasPrefix(token, "hca_") || len(token) > 64 {
		return Principal{}, errToken
	}
	now, hash := s.now(), secretHash(token)
	e := s.cache.get(hash, now)
	if e == nil || e.session {
		var err error
		if e, err = s.loadToken(ctx, hash, now); err != nil {
			return Principal{}, err
		}
	}
	if !now.Before(e.expires) {
		return Principal{}, errToken
	}
	return e.who, nil
}

func (s *Service) loadToken(ctx context.Context, hash []byte, now time.Time) (*entry, error) {
	mark := s.cache.mark()
	var (
		p                               Principal
		account, system, scopes, client string
		clientName, group               sql.NullString
		provedAt, expires               int64
	)
	err := s.db.Read(ctx).QueryRow(`SELECT f.id, f.account, f.system, f.client, t.scopes, f.proof, f.proved_at, t.expires_at, f.address, f.patient, f.encounter,
			c.name, c.patients
		FROM access_tokens t JOIN token_families f ON f.id = t.family LEFT JOIN oauth_clients c ON c.id = f.client
		WHERE t.hash = ? AND f.revoked_at = 0 AND (c.id IS NULL OR c.active)`, hash).
		Scan(&p.Session, &account, &system, &client, &scopes, &p.Proof, &provedAt, &expires, &p.Address, &p.Context.Patient, &p.Context.Encounter,
			&clientName, &group)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errToken
	}
	if err != nil {
		return nil, err
	}
	p.Client, p.ClientName = client, clientName.String
	p.Scopes = append([]string{}, strings.Fields(scopes)...)
	if account == "" {
		p.Kind, p.Account, p.Name, p.Group = System, system, systemName(system, client, clientName.String), group.String
	} else {
		a, err := accountByID(s.db.Read(ctx), account)
		if err != nil && !errors.Is(err, errNoAccount) {
			return nil, err
		}
		if err != nil || !a.Active || s.sound(ctx, a) != nil {
			return nil, errToken
		}
		p.Kind, p.Account, p.Name, p.Roles = a.Kind, a.ID, a.Name, rolesOf(a.Roles)
		p.Patient, p.Practitioner, p.Locale, p.ProvedAt = a.Patient, a.Practitioner, a.Locale, fromMicros(provedAt)
	}
	e := &entry{who: p, expires: fromMicros(expires), loaded: now}
	s.cache.put(hash, e, mark)
	return e, nil
}

// OperatorClient is the client of tokens that operators make on the machine.
const OperatorClient = "housecall-cli"

// IssueToken makes an access token for operators, for an account or for a named
// system. It has no refresh token, and no proof: it never passes a step-up.
func (s *Service) IssueToken(ctx context.Context, account, system string, scopes []string, ttl time.Duration) (string, error) {
	switch {
	case (account == "") == (system == ""):
		return "", fault.New(fault.Invalid, "A token is for an account or for a system, one of the two.")
	case len(scopes) == 0:
		return "", fault.New(fault.Invalid, "A token needs scopes, for example patient/*.rs or system/*.cruds")
	case ttl <= 0 || ttl > maxTokenTTL:
		return "", fault.New(fault.Invalid, "A token lasts between a second and a year, for example 1h")
	}
	for _, sc := range scopes {
		if _, ok := ParseScope(sc); !ok && (clinicalLevel(sc) || strings.Contains(sc, "?")) {
			return "", fault.New(fault.Invalid, "One of the scopes is not understood. Write for example system/Observation.rs, letters in the order cruds, or system/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory")
		}
		if strings.HasPrefix(sc, "system/") != (system != "") {
			return "", fault.New(fault.Invalid, "Scopes that begin with system/ are for a system, all others for an account.")
		}
	}
	var t Tokens
	err := s.db.InTx(ctx, func(c *db.Conn) error {
		if account != "" {
			a, err := accountByID(c, account)
			if err != nil {
				return err
			}
			if !a.Active {
				return fault.New(fault.Conflict, "This account is disabled.")
			}
		}
		var err error
		_, t, err = s.GrantTx(c, Family{Account: account, System: system, Client: OperatorClient, Scopes: scopes, TTL: ttl})
		return err
	})
	return t.Access, err
}

// TokenState is what introspection tells about a token (RFC 7662).
type TokenState struct {
	Principal
	Audience  []string
	Session   string // browser session the token was made in, if any
	IssuedAt  time.Time
	ExpiresAt time.Time
	AuthAt    time.Time
	AMR       []string
}

// Inspect gives all that is known of a good access token.
func (s *Service) Inspect(ctx context.Context, token string) (TokenState, error) {
	who, err := s.Bearer(ctx, token)
	if err != nil {
		return TokenState{}, err
	}
	st := TokenState{Principal: who}
	c := s.db.Read(ctx)
	f, err := familyOf(c, `f.id = ?`, who.Session)
	if errors.Is(err, sql.ErrNoRows) {
		return st, errToken
	}
	if err != nil {
		return st, err
	}
	var created, expires int64
	err = c.QueryRow(`SELECT created_at, expires_at FROM access_tokens WHERE hash = ?`, secretHash(token)).Scan(&created, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return st, errToken
	}
	st.Audience, st.Session, st.AuthAt, st.AMR = f.Audience, f.Session, f.AuthAt, f.AMR
	st.IssuedAt, st.ExpiresAt = fromMicros(created), fromMicros(expires)
	return st, err
}

// SameSecret compares secrets of clients without telling how much was right.
func SameSecret(hash []byte, value string) bool { return bytes.Equal(hash, secretHash(value)) }
