package identity

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
)

// OutsideSession is what an outside issuer said when somebody signed in by it. The
// session that comes of it, and the apps let in during it, end with the account
// there: when the issuer says so, when it no longer vouches for it, or in time.
type OutsideSession struct {
	Request string // sign-in request at our provider that was answered so
	Session string // empty: not begun yet
	Account string
	Party   string // id of the issuer in the settings
	Issuer  string
	Subject string
	SID     string // session there; empty: it did not say
	Refresh string // refresh token of the issuer; empty: there is none

	Bounded      bool      // the session itself ends at Until as well, not only apps that outlive it
	Until        time.Time // zero: as long as the issuer says yes
	CheckAt      time.Time
	FailingSince time.Time // the issuer does not answer; zero: it does
}

// KeepOutside keeps what an issuer said of a sign-in under way. A later word on the
// same sign-in replaces it.
func (s *Service) KeepOutside(ctx context.Context, o OutsideSession) error {
	return s.db.InTx(ctx, func(c *db.Conn) error {
		if _, err := c.Exec(`DELETE FROM outside_sessions WHERE request = ? AND session = ''`, o.Request); err != nil {
			return err
		}
		_, err := c.Exec(`INSERT INTO outside_sessions (request, session, account, party, issuer, subject, sid, refresh, bounded, until, check_at, created_at)
			VALUES (?, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			o.Request, o.Account, o.Party, o.Issuer, o.Subject, o.SID, s.sealRefresh(o), o.Bounded, microsOrNone(o.Until), micros(o.CheckAt), micros(s.now()))
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return errWrong // it has become a session already
		}
		return err
	})
}

func microsOrNone(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return micros(t)
}

func (s *Service) sealRefresh(o OutsideSession) []byte {
	if o.Refresh == "" {
		return nil
	}
	return s.Seal([]byte(o.Refresh), "outside refresh "+o.Request)
}

// openOutsideTx ties a new session to what the issuer said, and gives when it ends.
// What the issuer took back in between is not there any more.
func (s *Service) openOutsideTx(c *db.Conn, n NewSession, session string, end time.Time) (time.Time, error) {
	var until int64
	var bounded bool
	err := c.QueryRow(`UPDATE outside_sessions SET session = ? WHERE request = ? AND session = '' AND account = ? AND issuer = ? RETURNING until, bounded`,
		session, n.Request, n.Account, n.Issuer).Scan(&until, &bounded)
	if errors.Is(err, sql.ErrNoRows) {
		return end, errWrong
	}
	if bounded {
		end = earlier(end, fromMicros(until))
	}
	return end, err
}

// ErrLogoutTokenUsed says that a logout token came before.
var ErrLogoutTokenUsed = fault.New(fault.Invalid, "This logout token was used before.")

const logoutTokenLife = 15 * time.Minute // longer than one is taken for young

// LogoutOutside ends the sessions that an issuer says have ended: the one with the
// session id it gave, or else all of the subject. Apps let in for longer stay, as
// OpenID Connect Back-Channel Logout 1.0 section 2.7 advises, until the issuer has
// been asked, which is done at once.
func (s *Service) LogoutOutside(ctx context.Context, party, issuer, subject, sid, jti string) error {
	if subject == "" && sid == "" {
		return fault.New(fault.Invalid, "A logout token names a subject or a session.")
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		now := s.now()
		_, err := c.Exec(`INSERT INTO logout_tokens (hash, expires_at) VALUES (?, ?)`, secretHash(issuer+"\x00"+jti), micros(now.Add(logoutTokenLife)))
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return ErrLogoutTokenUsed
		}
		if err != nil {
			return err
		}
		const which = ` WHERE party = ? AND issuer = ? AND (? = '' OR subject = ?) AND (? = '' OR sid = ?)`
		args := []any{party, issuer, subject, subject, sid, sid}
		if _, err := c.Exec(`DELETE FROM outside_sessions`+which+` AND session = ''`, args...); err != nil {
			return err
		}
		sessions, err := idsOf(c, `SELECT session FROM outside_sessions`+which, args...)
		if err != nil {
			return err
		}
		for _, id := range sessions {
			if err := s.closeOutsideTx(c, id, "logout at the issuer "+party); err != nil {
				return err
			}
		}
		_, err = c.Exec(`UPDATE outside_sessions SET check_at = ?`+which, append([]any{micros(now)}, args...)...)
		return err
	})
}

// closeOutsideTx ends a session and keeps why.
func (s *Service) closeOutsideTx(c *db.Conn, session, why string) error {
	who, err := PrincipalOf(c, session, s.now())
	if err == nil {
		err = s.recordTx(c, Act{Account: who.Account, Action: "logout", Detail: why})
	}
	if err != nil && !errors.Is(err, errSignedOut) {
		return err
	}
	return s.endSessionTx(c, session)
}

// DueOutside takes sessions whose issuer is to be asked now, for as long as the
// lease: no other node asks meanwhile.
func (s *Service) DueOutside(ctx context.Context, most int, lease time.Duration) (due []OutsideSession, err error) {
	now := micros(s.now())
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		due = nil
		return c.Each(`UPDATE outside_sessions SET check_at = ?
			WHERE check_at <= ? AND request IN (SELECT request FROM outside_sessions WHERE check_at <= ? AND session <> '' ORDER BY check_at LIMIT ?)
			RETURNING request, session, account, party, issuer, subject, sid, refresh, bounded, until, failing_since`, func(r *sql.Rows) error {
			var o OutsideSession
			var sealed []byte
			var until, failing int64
			if err := r.Scan(&o.Request, &o.Session, &o.Account, &o.Party, &o.Issuer, &o.Subject, &o.SID, &sealed, &o.Bounded, &until, &failing); err != nil {
				return err
			}
			o.Until, o.FailingSince = fromMicros(until), fromMicros(failing)
			if sealed != nil {
				plain, err := s.Unseal(sealed, "outside refresh "+o.Request)
				if err != nil {
					return err
				}
				o.Refresh = string(plain)
			}
			due = append(due, o)
			return nil
		}, now+lease.Microseconds(), now, now, most)
	})
	return due, err
}

// OutsideInUse tells whether anything that came of the sign-in is still open.
func (s *Service) OutsideInUse(ctx context.Context, o OutsideSession) (used bool, err error) {
	now := s.now()
	err = s.db.Read(ctx).QueryRow(`SELECT EXISTS (SELECT 1 FROM sessions WHERE id = ? AND ended_at = 0 AND expires_at > ? AND last_at > ?)
		OR EXISTS (SELECT 1 FROM token_families WHERE session = ? AND revoked_at = 0 AND expires_at > ?)`,
		o.Session, micros(now), micros(now.Add(-SessionIdle)), o.Session, micros(now)).Scan(&used)
	return used, err
}

// AskedOutside keeps what came of asking: the next refresh token, since when the
// issuer does not answer, and when it is asked again.
func (s *Service) AskedOutside(ctx context.Context, o OutsideSession) error {
	return s.db.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE outside_sessions SET refresh = ?, failing_since = ?, check_at = ? WHERE request = ?`,
			s.sealRefresh(o), microsOrNone(o.FailingSince), micros(o.CheckAt), o.Request)
		return err
	})
}

// EndOutside ends all that came of a sign-in, apps that would outlive the session
// too, and forgets what the issuer gave.
func (s *Service) EndOutside(ctx context.Context, o OutsideSession, why string) error {
	return s.db.InTx(ctx, func(c *db.Conn) error {
		if err := s.endOutsideTx(c, o.Session, why); err != nil {
			return err
		}
		return forgetOutsideTx(c, o)
	})
}

// ForgetOutside forgets what the issuer gave for a sign-in of which nothing is in
// use any more.
func (s *Service) ForgetOutside(ctx context.Context, o OutsideSession) error {
	return s.db.InTx(ctx, func(c *db.Conn) error { return forgetOutsideTx(c, o) })
}

func forgetOutsideTx(c *db.Conn, o OutsideSession) error {
	_, err := c.Exec(`DELETE FROM outside_sessions WHERE request = ?`, o.Request)
	return err
}

func (s *Service) endOutsideTx(c *db.Conn, session, why string) error {
	if session == "" {
		return nil
	}
	if err := s.closeOutsideTx(c, session, why); err != nil {
		return err
	}
	families, err := idsOf(c, `SELECT id FROM token_families WHERE revoked_at = 0 AND expires_at > ? AND session = ?`, micros(s.now()), session)
	if err != nil {
		return err
	}
	return s.revokedTx(c, families)
}
