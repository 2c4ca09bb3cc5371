package identity

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
)

// Purpose is what a one-time link is for.
type Purpose string

// The purposes. Each link opens one thing, for one person, once.
const (
	ForInvitation Purpose = "invitation" // makes an account
	ForRecovery   Purpose = "recovery"   // new ways to sign in, with the help of staff
	ForAddress    Purpose = "address"    // proves that somebody reads an address's mail
	ForPassword   Purpose = "password"   // a new password
	ForPage       Purpose = "page"       // one thing of one chart, for who has no account
	told          Purpose = "told"       // a mail without a link: something was changed
)

// maxBirthTries is how many wrong dates of birth a link bears. It is dead
// afterwards, and whoever made it can see that: whoever holds somebody else's
// letter must not try out birthdays.
const maxBirthTries = 5

// link is a one-time link as it is kept.
type link struct {
	id        string
	purpose   Purpose
	subject   string
	email     string
	locale    string
	detail    string
	birth     string
	tries     int
	createdBy string
	starts    time.Time
	expires   time.Time
	browser   []byte // hash of the cookie of the browser that it is open in
}

var (
	errLink     = fault.New(fault.Gone, "This link has been used or is too old. Please ask for a new one.").WithCode("link")
	errLinkDead = fault.New(fault.Gone, "There were too many wrong dates of birth. Please ask the clinic for a new link.").WithCode("link_dead")
	errBirth    = fault.New(fault.Invalid, "This is not the date of birth that we have. Please check it.").WithCode("birth_date")
	errConfirm  = fault.New(fault.Forbidden, "Please give your date of birth first.").WithCode("confirm")
)

// addLinkTx keeps a new link. With an address it is mailed, and gets its secret
// then; without one its secret is given to whoever asked for it, to hand over.
func (s *Service) addLinkTx(c *db.Conn, l link) (id, secret string, err error) {
	id = s.newID()
	var hash []byte
	var starts int64
	if !l.starts.IsZero() {
		starts = micros(l.starts)
	}
	if l.email == "" {
		secret = newSecret()
		hash = secretHash(secret)
	}
	_, err = c.Exec(`INSERT INTO links (id, hash, purpose, subject, email, locale, detail, birth, tries, created_by, created_at, starts_at, expires_at, used_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, 0)`,
		id, hash, string(l.purpose), l.subject, l.email, l.locale, l.detail, l.birth, l.createdBy, micros(s.now()), starts, micros(l.expires))
	if err == nil && l.email != "" {
		err = s.carry(c, id)
	}
	return id, secret, err
}

// endLinksTx makes the open links of a subject useless.
func (s *Service) endLinksTx(c *db.Conn, subject string, purposes ...Purpose) error {
	for _, p := range purposes {
		if _, err := c.Exec(`UPDATE links SET used_at = ? WHERE subject = ? AND purpose = ? AND used_at = 0`, micros(s.now()), subject, string(p)); err != nil {
			return err
		}
	}
	return nil
}

const linkColumns = `id, purpose, subject, email, locale, detail, birth, tries, created_by, starts_at, expires_at, browser`

// openLink reads a link that can be used now. Reading it changes nothing: mail
// servers and previews open links before people do.
func (s *Service) openLink(c *db.Conn, token string, purposes ...Purpose) (l link, err error) {
	if len(token) != 43 {
		return l, errLink
	}
	return s.readLink(c, `hash = ?`, secretHash(token), purposes...)
}

func (s *Service) readLink(c *db.Conn, where string, arg any, purposes ...Purpose) (link, error) {
	l, err := linkAt(c, s.now(), where, arg, purposes...)
	if err == nil && l.tries >= maxBirthTries {
		return link{}, errLinkDead
	}
	return l, err
}

// linkAt is readLink also of what was tried too often: whoever has it open already
// is not put out by somebody who tries birthdays.
func linkAt(c *db.Conn, now time.Time, where string, arg any, purposes ...Purpose) (l link, err error) {
	var starts, expires int64
	err = c.QueryRow(`SELECT `+linkColumns+` FROM links WHERE `+where+` AND used_at = 0`, arg).
		Scan(&l.id, &l.purpose, &l.subject, &l.email, &l.locale, &l.detail, &l.birth, &l.tries, &l.createdBy, &starts, &expires, &l.browser)
	if errors.Is(err, sql.ErrNoRows) {
		return link{}, errLink
	}
	if err != nil {
		return link{}, err
	}
	l.starts, l.expires = fromMicros(starts), fromMicros(expires)
	if !slices.Contains(purposes, l.purpose) || !now.Before(l.expires) {
		return link{}, errLink
	}
	return l, nil
}

// birthLimit bounds what one place may try at the links it holds.
func (s *Service) birthLimit(address string) limit {
	return limit{key: keyed(s.limits.Now(), "birth", "place", addressKey(address)), max: 30, window: 15 * time.Minute}
}

// confirmLink takes the date of birth and binds the link to the browser that
// gave the right one. A try is counted before it is looked at, so that many at
// one time are not more than five. What comes along with the binding is done in
// its transaction.
func (s *Service) confirmLink(ctx context.Context, l link, birth, browser, address string, along ...func(c *db.Conn) error) error {
	if len(browser) < 32 {
		return errConfirm
	}
	place := s.birthLimit(address)
	right := 0
	if l.birth != "" {
		if err := s.charge(ctx, place); err != nil {
			return err
		}
		if err := s.countTry(ctx, l); err != nil {
			return err
		}
		if !s.isBirth(l.birth, birth) {
			err := errBirth
			if l.tries+1 >= maxBirthTries {
				err = errLinkDead
			}
			return errors.Join(err, s.Record(ctx, Act{Who: Principal{Address: address}, Account: l.subject, Action: "login", Outcome: "failed", Detail: "birth date"}))
		}
		if err := s.refund(ctx, place); err != nil {
			return err
		}
		right = 1
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		for _, f := range along { // first: it may take the lock of a chart, which comes before a link's row
			if err := f(c); err != nil {
				return err
			}
		}
		n, err := c.Exec(`UPDATE links SET browser = ?, tries = tries - ? WHERE id = ? AND used_at = 0`, secretHash(browser), right, l.id)
		if err == nil && n == 0 {
			return errLink
		}
		return err
	})
}

// countTry counts a date of birth before it is compared; what is right is given
// back.
func (s *Service) countTry(ctx context.Context, l link) error {
	return s.db.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE links SET tries = tries + 1 WHERE id = ? AND used_at = 0 AND tries < ?`, l.id, maxBirthTries)
		if err == nil && n == 0 {
			return errLinkDead
		}
		return err
	})
}

// confirmed tells whether the browser gave the right date of birth.
func (s *Service) confirmed(c *db.Conn, l link, browser string) error {
	var n int
	if err := c.QueryRow(`SELECT count(*) FROM links WHERE id = ? AND browser = ?`, l.id, secretHash(browser)).Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		return errConfirm
	}
	return nil
}

// useLinkTx uses a link up: once, whoever comes at the same moment.
func (s *Service) useLinkTx(c *db.Conn, l link) error {
	now := micros(s.now())
	n, err := c.Exec(`UPDATE links SET used_at = ? WHERE id = ? AND used_at = 0 AND expires_at > ? AND tries < ?`, now, l.id, now, maxBirthTries)
	if err == nil && n == 0 {
		return errLink
	}
	return err
}

// birthHash is what is kept of a date of birth: there are so few of them that
// only a key makes a hash of one mean anything. Empty: nothing fits it.
func (s *Service) birthHash(date string) string {
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return ""
	}
	return keyed(s.births.Now(), date)
}

// isBirth compares with what birthHash gave, with whichever key it was.
func (s *Service) isBirth(hash, date string) bool {
	return s.birthHash(date) != "" && s.births.Fits([]byte(hash), func(key []byte) []byte { return []byte(keyed(key, date)) })
}

// checkBirth reads a date of birth that somebody gave for somebody else.
func (s *Service) checkBirth(date string) error {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil || t.After(s.now()) || t.Year() < 1850 {
		return fault.New(fault.Invalid, "Please give the whole date of birth.").WithCode("birth_date_missing")
	}
	return nil
}

// pathOf is where each kind of link leads. The secret stands behind the # of the
// address, which browsers send to nobody: it is in no log and no referrer.
func pathOf(p Purpose) string {
	switch p {
	case ForInvitation:
		return "/invitation"
	case ForRecovery:
		return "/recovery"
	case ForAddress:
		return "/verify"
	case ForPassword:
		return "/reset"
	case ForPage:
		return "/join"
	}
	return ""
}

func (s *Service) linkURL(p Purpose, secret string) string {
	if secret == "" || pathOf(p) == "" {
		return ""
	}
	return s.BaseURL() + pathOf(p) + "#" + secret
}

// Letter is a mail to one person: why, in which language, and the link in it.
type Letter struct {
	To, Locale string
	Purpose    Purpose
	URL        string // empty: it only tells something
}

// Letter makes the secret of a link at the moment at which its mail is written.
// If the mail has to be written again, the link before it is worth nothing. It
// gives false for what is not to be mailed any more.
func (s *Service) Letter(ctx context.Context, id string) (out Letter, ok bool, err error) {
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		l, err := s.readLink(c, `id = ?`, id, ForInvitation, ForRecovery, ForAddress, ForPassword, told)
		if err != nil || l.email == "" || l.subject == "" {
			if fault.Is(err, fault.Gone) {
				err = nil
			}
			return err
		}
		out, ok = Letter{To: l.email, Locale: l.locale, Purpose: l.purpose}, true
		if l.purpose == told {
			return nil
		}
		secret := newSecret()
		out.URL = s.linkURL(l.purpose, secret)
		_, err = c.Exec(`UPDATE links SET hash = ? WHERE id = ?`, secretHash(secret), l.id)
		return err
	})
	return out, ok, err
}

// Carry names who brings letters; notifications, which lies above this package.
func (s *Service) Carry(mail func(c *db.Conn, link string) error) { s.mail = mail }

// Mails tells whether letters can be sent at all.
func (s *Service) Mails() bool { return s.mail != nil }

func (s *Service) carry(c *db.Conn, id string) error {
	if s.mail == nil {
		return errNoMail
	}
	return s.mail(c, id)
}

var errNoMail = fault.New(fault.Conflict, "This clinic sends no e-mail. Please ask the clinic for help.").WithCode("no_mail")

// tellTx mails an address that something about signing in was changed. It names
// nothing: what it was is for the person to see, after signing in.
func (s *Service) tellTx(c *db.Conn, a accountRow, to string) error {
	if to == "" || s.mail == nil {
		return nil
	}
	_, _, err := s.addLinkTx(c, link{purpose: told, subject: a.ID, email: to, locale: a.Locale, createdBy: a.ID, expires: s.now().Add(3 * 24 * time.Hour)})
	return err
}

// changedTx records that somebody's ways to sign in were changed and tells them by
// mail, if their address is known to be theirs: whoever came in with a stolen
// password and sets up ways of their own is noticed.
func (s *Service) changedTx(c *db.Conn, account string, act Act) error {
	a, err := accountByID(c, account)
	if err != nil {
		return err
	}
	if a.VerifiedAt > 0 {
		if err := s.tellTx(c, a, a.Email); err != nil {
			return err
		}
	}
	return s.recordTx(c, act)
}
