package identity

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/revoke"
)

// How long a session lasts.
const (
	SessionIdle  = 30 * time.Minute // without the person doing something
	SessionTotal = 12 * time.Hour
	touchEvery   = 30 * time.Second
)

// NewSession is how somebody proved who they are, and from where.
type NewSession struct {
	Account   string
	Proof     Proof
	AMR       []string // authentication methods, RFC 8176
	Issuer    string   // outside issuer; empty: our own proofs
	Request   string   // sign-in request that the issuer answered, see KeepOutside
	ACR       string   // what the outside issuer said
	ProvedAt  time.Time
	UserAgent string
	Address   string
	Replaces  string // the browser's session cookie so far; its session ends
}

// Session is a live session.
type Session struct {
	Principal
	IdleExpiresAt time.Time
	ExpiresAt     time.Time
	Elsewhere     bool // the proof was given elsewhere, and is none here
}

var errSignedOut = fault.New(fault.Unauthenticated, "You are signed out. Please sign in again.").WithCode("signed_out")

// StartSession begins a session and gives its id and the cookie's value, which
// is never stored. It is always a new value: one planted in the browser before
// the sign-in is worth nothing after it. Staff need a second factor.
func (s *Service) StartSession(ctx context.Context, n NewSession) (id, cookie string, err error) {
	now := s.now()
	if n.ProvedAt.IsZero() {
		n.ProvedAt = now
	}
	id, cookie = s.newID(), newSecret()
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		a, err := accountByID(c, n.Account)
		if err != nil {
			return err
		}
		if !s.accountFits(a) {
			return errRow
		}
		if !a.Active || n.Proof < Password {
			return errWrong
		}
		if a.Kind == Staff && n.Proof < SecondFactor {
			return fault.New(fault.Unauthenticated, "Staff sign in with a second step: a passkey or a one-time code.").WithCode("second_factor")
		}
		if a.Kind == Staff && !Unphishable(n.Proof, n.Issuer, n.ACR, n.AMR) {
			only, err := s.passkeysOnly(c)
			if err != nil {
				return err
			}
			if only {
				return ErrPasskeyOnly
			}
		}
		if n.Replaces != "" {
			var old string
			err := c.QueryRow(`SELECT id FROM sessions WHERE hash = ? AND ended_at = 0`, secretHash(n.Replaces)).Scan(&old)
			if err == nil {
				err = s.endSessionTx(c, old)
			}
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		end := now.Add(SessionTotal)
		if n.Issuer != "" {
			if end, err = s.openOutsideTx(c, n, id, end); err != nil {
				return err
			}
		}
		browser := cmp.Or(BrowserOf(n.UserAgent), otherProgram)
		net4, net6 := networks(n.Address)
		_, err = c.Exec(`INSERT INTO sessions (id, hash, account, proof, proved_at, amr, issuer, acr, created_at, last_at, expires_at, device, address, browser, proof_browser, proof_net4, proof_net6)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			id, secretHash(cookie), n.Account, n.Proof, micros(n.ProvedAt), strings.Join(n.AMR, " "), n.Issuer, n.ACR,
			micros(now), micros(now), micros(end), DeviceWords(n.UserAgent), n.Address, browser, browser, net4, net6)
		if err != nil {
			return err
		}
		return s.recordTx(c, Act{Who: a.principal(id, n.Address), Action: "login", Detail: how(n)})
	})
	if errors.Is(err, errRow) {
		s.ReportRow(ctx, accountTable, n.Account, n.Account)
	}
	if err != nil {
		return "", "", err
	}
	return id, cookie, nil
}

// SessionFrom gives the live session of a cookie that came with a request, or
// Unauthenticated. A proof that was given elsewhere is none here, and a cookie that
// shows up in another family of browsers ends its session. activity says that the
// person did something just now, which keeps the session from idling out; polling and
// sockets do not.
func (s *Service) SessionFrom(ctx context.Context, cookie string, from From, activity bool) (Session, error) {
	return s.session(ctx, cookie, &from, activity)
}

// Session is SessionFrom for what looks after a session and not at a request: its
// times, its token, whether it is still there.
func (s *Service) Session(ctx context.Context, cookie string, activity bool) (Session, error) {
	return s.session(ctx, cookie, nil, activity)
}

func (s *Service) session(ctx context.Context, cookie string, from *From, activity bool) (Session, error) {
	if len(cookie) < 32 || len(cookie) > 64 {
		return Session{}, errSignedOut
	}
	now, hash := s.now(), secretHash(cookie)
	seen := func(e *entry) Principal {
		if from == nil {
			return e.who
		}
		return e.seenFrom(*from)
	}
	e := s.cache.get(hash, now)
	stale := e != nil && (!now.Before(e.lastAt.Add(SessionIdle)) || (!seen(e).Recent(now) && now.Sub(e.loaded) > 2*time.Second))
	if e == nil || !e.session || stale {
		var err error
		if e, err = s.loadSession(ctx, hash, now); err != nil {
			return Session{}, err
		}
	}
	if !now.Before(e.expires) || !now.Before(e.lastAt.Add(SessionIdle)) {
		return Session{}, errSignedOut
	}
	if from != nil && e.proven.moved(*from) {
		return Session{}, s.endMoved(ctx, e.who, *from)
	}
	last := e.lastAt
	if activity && now.Sub(last) >= touchEvery {
		if err := s.touch(ctx, hash, e.who.Session, now); err != nil {
			slog.Warn("a session's activity could not be written", "err", err)
		} else {
			last = now
		}
	}
	elsewhere := from != nil && !e.proven.counts(*from, e.who.Kind)
	return Session{seen(e), earlier(last.Add(SessionIdle), e.expires), e.expires, elsewhere}, nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Extend keeps the session for another half hour at once.
func (s *Service) Extend(ctx context.Context, cookie string) (Session, error) {
	x, err := s.Session(ctx, cookie, false)
	if err != nil {
		return x, err
	}
	now := s.now()
	if err := s.touch(ctx, secretHash(cookie), x.Principal.Session, now); err != nil {
		return x, err
	}
	x.IdleExpiresAt = earlier(now.Add(SessionIdle), x.ExpiresAt)
	return x, nil
}

func (s *Service) touch(ctx context.Context, hash []byte, id string, now time.Time) error {
	err := s.db.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE sessions SET last_at = ? WHERE id = ? AND ended_at = 0 AND last_at < ?`, micros(now), id, micros(now))
		return err
	})
	if err == nil {
		s.cache.remove(hash)
	}
	return err
}

func (s *Service) loadSession(ctx context.Context, hash []byte, now time.Time) (*entry, error) {
	mark := s.cache.mark()
	x, err := readSession(s.db.Read(ctx), `s.hash = ?`, hash)
	if err != nil {
		return nil, err
	}
	if s.sound(ctx, x.row) != nil {
		return nil, errSignedOut
	}
	e := &entry{who: x.who, lastAt: x.lastAt, expires: x.expires, loaded: now, session: true, proven: x.proven}
	s.cache.put(hash, e, mark)
	return e, nil
}

// PrincipalOf gives whose a session is that has not ended, by its id. An id opens
// nothing: it is for nodes among themselves, and the one that has the cookie
// watches over idleness.
func PrincipalOf(c *db.Conn, session string, now time.Time) (Principal, error) {
	if strings.HasPrefix(session, pages) {
		return visitorOf(c, now, session)
	}
	x, err := readSession(c, `s.id = ?`, session)
	if err == nil && !now.Before(x.expires) {
		err = errSignedOut
	}
	if err != nil {
		return Principal{}, err
	}
	return x.who, nil
}

// liveSession is one that has not been ended, with the account that it is of.
type liveSession struct {
	who             Principal
	lastAt, expires time.Time
	proven          proven
	row             accountRow
}

// readSession reads one that has not been ended, of an account in use.
func readSession(c *db.Conn, which string, arg any) (x liveSession, err error) {
	var proved, last, until int64
	p, a, w := &x.who, &x.row, &x.proven
	// A password is no fresh proof of somebody who has a passkey as well.
	err = c.QueryRow(`SELECT s.id, s.proof,
			CASE WHEN s.proof = ? AND EXISTS (SELECT 1 FROM passkeys p WHERE p.account = a.id) THEN 0 ELSE s.proved_at END,
			s.last_at, s.expires_at, s.address, s.browser, s.proof_browser, s.proof_net4, s.proof_net6,
			a.id, a.kind, a.name, a.roles, a.patient, a.practitioner, a.locale, a.email, a.password, a.active, a.verified_at, a.code
		FROM sessions s JOIN accounts a ON a.id = s.account
		WHERE `+which+` AND s.ended_at = 0 AND a.active`, Password, arg).
		Scan(&p.Session, &p.Proof, &proved, &last, &until, &p.Address, &w.browser, &w.by, &w.net4, &w.net6,
			&a.ID, &a.Kind, &a.Name, &a.Roles, &a.Patient, &a.Practitioner, &a.Locale, &a.Email, &a.Password, &a.Active, &a.VerifiedAt, &a.Code)
	if errors.Is(err, sql.ErrNoRows) {
		err = errSignedOut
	}
	p.Account, p.Kind, p.Name, p.Roles, p.Patient, p.Practitioner, p.Locale = a.ID, a.Kind, a.Name, rolesOf(a.Roles), a.Patient, a.Practitioner, a.Locale
	p.ProvedAt, p.Browser = fromMicros(proved), w.browser
	x.lastAt, x.expires = fromMicros(last), fromMicros(until)
	return x, err
}

func rolesOf(words string) (roles []Role) {
	for _, w := range strings.Fields(words) {
		roles = append(roles, Role(w))
	}
	return roles
}

// End signs a browser out: its session and the tokens made in it end on every
// node. An unknown cookie is signed out already.
func (s *Service) End(ctx context.Context, cookie string) error {
	return s.db.InTx(ctx, func(c *db.Conn) error {
		var id string
		err := c.QueryRow(`SELECT id FROM sessions WHERE hash = ? AND ended_at = 0`, secretHash(cookie)).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if who, err := PrincipalOf(c, id, s.now()); err == nil {
			if err := s.recordTx(c, Act{Who: who, Action: "logout", Detail: "session"}); err != nil {
				return err
			}
		}
		return s.endSessionTx(c, id)
	})
}

// endMoved ends a session whose cookie came in another family of browsers than it was
// begun in: no browser turns into another one, so the cookie was taken along. Its owner
// is told.
func (s *Service) endMoved(ctx context.Context, who Principal, from From) error {
	who.Address, who.Browser = from.Address, from.Browser
	err := s.db.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE sessions SET last_at = last_at WHERE id = ? AND ended_at = 0`, who.Session)
		if err != nil || n == 0 {
			return err // another request was first
		}
		if err := s.recordTx(c, Act{Who: who, Action: "logout", Detail: "session used from another browser"}); err != nil {
			return err
		}
		if s.moved != nil {
			if err := s.moved(c, who.Account); err != nil {
				return err
			}
		}
		return s.endSessionTx(c, who.Session)
	})
	return errors.Join(err, errSignedOut)
}

// Moved names who tells people, in the same transaction, that a session of theirs was
// ended because its cookie came from another browser.
func (s *Service) Moved(tell func(c *db.Conn, account string) error) { s.moved = tell }

// endSessionTx ends a session and the tokens made in it. Tokens with
// offline_access stay, as OpenID Connect Back-Channel Logout 1.0 section 2.7
// advises: a phone is not signed out by closing the browser beside it.
func (s *Service) endSessionTx(c *db.Conn, id string) error {
	now := micros(s.now())
	n, err := c.Exec(`UPDATE sessions SET ended_at = ? WHERE id = ? AND ended_at = 0`, now, id)
	if err == nil && n > 0 {
		err = s.endedTx(c, id)
	}
	if err != nil {
		return err
	}
	families, err := idsOf(c, `SELECT id FROM token_families WHERE revoked_at = 0 AND expires_at > ? AND session = ? AND NOT offline`, now, id)
	if err != nil {
		return err
	}
	return s.revokedTx(c, append([]string{id}, families...))
}

// Ended names who is told, in the same transaction, of each session that ends
// before its time. Call it before anybody signs in.
func (s *Service) Ended(tell func(c *db.Conn, session string) error) { s.ended = append(s.ended, tell) }

func (s *Service) endedTx(c *db.Conn, sessions ...string) error {
	for _, tell := range s.ended {
		for _, id := range sessions {
			if err := tell(c, id); err != nil {
				return err
			}
		}
	}
	return nil
}

func idsOf(c *db.Conn, query string, args ...any) (ids []string, err error) {
	err = c.Each(query, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}, args...)
	return ids, err
}

// revokedTx tells every node that sessions or token families ended.
func (s *Service) revokedTx(c *db.Conn, ids []string) error {
	now := micros(s.now())
	for _, id := range ids {
		if _, err := c.Exec(`UPDATE token_families SET revoked_at = ? WHERE id = ? AND revoked_at = 0`, now, id); err != nil {
			return err
		}
		if err := s.takeBackTx(c, revoke.Session, id); err != nil {
			return err
		}
	}
	return nil
}

// takeBackTx takes something back on every node: here with the commit, elsewhere
// as soon as the revocations are read.
func (s *Service) takeBackTx(c *db.Conn, kind, key string) error {
	c.After(func() {
		s.cache.drop(kind, key)
		s.cache.feed.Wake()
	})
	return revoke.AddTx(c, kind, key)
}

// EndAll ends every session and token of an account but the one to keep.
func (s *Service) EndAll(ctx context.Context, account, keep string) error {
	return s.db.InTx(ctx, func(c *db.Conn) error { return s.endAllTx(c, account, keep) })
}

func (s *Service) endAllTx(c *db.Conn, account, keep string) error {
	now := micros(s.now())
	if err := s.recordTx(c, Act{Account: account, Action: "logout", Detail: "all sessions"}); err != nil {
		return err
	}
	ids, err := idsOf(c, `SELECT id FROM sessions WHERE account = ? AND ended_at = 0 AND expires_at > ? AND id <> ?`, account, now, keep)
	if err != nil {
		return err
	}
	if _, err := c.Exec(`UPDATE sessions SET ended_at = ? WHERE account = ? AND ended_at = 0 AND id <> ?`, now, account, keep); err != nil {
		return err
	}
	if err := s.endedTx(c, ids...); err != nil {
		return err
	}
	families, err := idsOf(c, `SELECT id FROM token_families WHERE revoked_at = 0 AND expires_at > ? AND account = ? AND id <> ? AND (session = '' OR session <> ?)`,
		now, account, keep, keep)
	if err != nil {
		return err
	}
	return s.revokedTx(c, append(ids, families...))
}
