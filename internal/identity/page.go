package identity

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/revoke"
)

// LongestPage is how far ahead a page can be opened to somebody.
const LongestPage = 90 * 24 * time.Hour

// NewPage is one thing of one chart that somebody without an account may come to,
// within a time: their own appointment, say. Who may give it is decided by the
// caller.
type NewPage struct {
	Patient   string
	Resource  string // Type/id, for instance Appointment/0198..
	BirthDate string
	Unasked   bool // no date of birth: whoever holds the link may open it, and what they may do then others decide
	From      time.Time
	Until     time.Time
}

// Page is what a link of that kind opens, and the whole of what its holder may come
// to: whatever serves it compares Patient and Resource with what is asked.
type Page struct {
	ID        string
	Patient   string
	Resource  string
	From      time.Time
	Until     time.Time
	TriesLeft int
	Opened    bool // in some browser
}

// OpenPageTx makes the link; it is given out once. A new link for the same
// thing makes the one before useless.
func (s *Service) OpenPageTx(c *db.Conn, who Principal, n NewPage) (id, url string, err error) {
	now := s.now()
	if n.Patient == "" || n.Resource == "" || len(n.Resource) > 100 || !n.From.Before(n.Until) || !n.Until.After(now) || n.Until.After(now.Add(LongestPage)) {
		return "", "", fault.New(fault.Invalid, "A link needs a patient, a thing, and a time within 90 days.")
	}
	if n.Unasked && n.BirthDate != "" {
		return "", "", errors.New("identity: a link asks for a date of birth, or says that it does not")
	}
	if !n.Unasked {
		if err := s.checkBirth(n.BirthDate); err != nil {
			return "", "", err
		}
	}
	old, err := idsOf(c, `SELECT id FROM links WHERE subject = ? AND purpose = ? AND detail = ? AND used_at = 0`, n.Patient, string(ForPage), n.Resource)
	if err != nil {
		return "", "", err
	}
	for _, one := range old {
		if err := s.ClosePageTx(c, who, one); err != nil {
			return "", "", err
		}
	}
	id, secret, err := s.addLinkTx(c, link{
		purpose: ForPage, subject: n.Patient, detail: n.Resource, birth: s.birthHash(n.BirthDate), createdBy: who.Account, starts: n.From, expires: n.Until,
	})
	if err != nil {
		return "", "", err
	}
	return id, s.linkURL(ForPage, secret), s.recordTx(c, Act{Who: who, Account: id, Action: "create", Detail: "page link"})
}

// ClosePageTx takes a link back; what is open by it ends on every node.
func (s *Service) ClosePageTx(c *db.Conn, who Principal, id string) error {
	l := link{id: id}
	n, err := c.Exec(`UPDATE links SET used_at = ? WHERE id = ? AND purpose = ? AND used_at = 0`, micros(s.now()), id, string(ForPage))
	if err == nil && n == 0 {
		return errNoPage
	}
	if err == nil {
		err = c.QueryRow(`SELECT browser FROM links WHERE id = ?`, id).Scan(&l.browser)
	}
	if err == nil && l.browser != nil {
		err = s.takeBackTx(c, revoke.Session, pageSession(l))
	}
	if err != nil {
		return err
	}
	return s.recordTx(c, Act{Who: who, Account: id, Action: "delete", Detail: "page link"})
}

var errNoPage = fault.New(fault.NotFound, "There is no such link.")

// PageTo gives the link to one thing that was not taken back. Who may know of it is
// decided by the caller.
func PageTo(c *db.Conn, patient, resource string) (Page, error) {
	var out Page
	err := c.Each(`SELECT id, tries, starts_at, expires_at, browser FROM links WHERE subject = ? AND purpose = ? AND detail = ? AND used_at = 0 ORDER BY id DESC LIMIT 1`, func(r *sql.Rows) error {
		var tries int
		var starts, expires int64
		var browser []byte
		err := r.Scan(&out.ID, &tries, &starts, &expires, &browser)
		out.Patient, out.Resource, out.From, out.Until = patient, resource, fromMicros(starts), fromMicros(expires)
		out.TriesLeft, out.Opened = max(0, maxBirthTries-tries), browser != nil
		return err
	}, patient, string(ForPage), resource)
	if err == nil && out.ID == "" {
		err = errNoPage
	}
	return out, err
}

// MovePageTx lets the links to a thing last as long as the thing, which was moved.
// The last one of its name may be %, for all.
func MovePageTx(c *db.Conn, patient, resource string, until time.Time) error {
	_, err := c.Exec(`UPDATE links SET expires_at = ? WHERE subject = ? AND purpose = ? AND detail LIKE ? AND used_at = 0`, micros(until), patient, string(ForPage), resource)
	return err
}

// pages begins the ids of the sessions of those who came by such a link. Such a
// session is of one browser: another one has a session of its own.
const pages = "page:"

func pageSession(l link) string { return pages + l.id + ":" + hex.EncodeToString(l.browser[:8]) }

// PageCookieName is the name of the cookie of a page that a link opened. It is no
// session cookie, and no session is found by it.
func (s *Service) PageCookieName() string { return s.cookieName("-p") }

// PageCookie makes it; it ends with the browser.
func (s *Service) PageCookie(value string) *http.Cookie {
	return s.cookie(s.PageCookieName(), value, 0)
}

// LookAtPage tells what a link leads to, and whether it is open in the browser with
// that cookie. It changes nothing.
func (s *Service) LookAtPage(ctx context.Context, token, cookie string) (p Page, here bool, err error) {
	l, err := s.openLink(s.db.Read(ctx), token, ForPage)
	if err != nil {
		return Page{}, false, err
	}
	return pageOf(l), l.browser != nil && len(cookie) == 43 && bytes.Equal(l.browser, secretHash(cookie)), nil
}

// EnterPage takes the date of birth and gives the cookie's value. The link is not
// used up: it opens again in another browser, which ends the one before. What comes
// with that is done by along, in the same transaction.
func (s *Service) EnterPage(ctx context.Context, token, birthDate string, from Principal, along func(c *db.Conn, p Page, who Principal) error) (cookie string, err error) {
	l, err := s.openLink(s.db.Read(ctx), token, ForPage)
	if err != nil {
		return "", err
	}
	cookie = newSecret()
	return cookie, s.confirmLink(ctx, l, birthDate, cookie, from.Address, func(c *db.Conn) error {
		if l.browser != nil { // whoever has it open elsewhere is asked again there
			if err := s.takeBackTx(c, revoke.Session, pageSession(l)); err != nil {
				return err
			}
		}
		now := l
		now.browser = secretHash(cookie)
		who := visitor(now)
		who.Address, who.RequestID = from.Address, from.RequestID
		if err := s.recordTx(c, Act{Who: who, Account: l.id, Action: "login", Detail: "page link"}); err != nil {
			return err
		}
		return along(c, pageOf(now), who)
	})
}

// PageOf gives who holds the cookie of a page: a visitor, whose principal names the
// one thing and has no account, no role and no scope, so that everything that
// decides by those refuses them.
func (s *Service) PageOf(ctx context.Context, cookie string) (Principal, error) {
	if len(cookie) != 43 {
		return Principal{}, errSignedOut
	}
	return visitorAt(s.db.Read(ctx), s.now(), `browser = ?`, secretHash(cookie))
}

func visitorAt(c *db.Conn, now time.Time, where string, arg any) (Principal, error) {
	l, err := linkAt(c, now, where, arg, ForPage)
	if fault.Is(err, fault.Gone) || err == nil && l.browser == nil {
		err = errSignedOut
	}
	if err != nil {
		return Principal{}, err
	}
	if now.Before(l.starts) {
		return Principal{}, fault.New(fault.Conflict, "It is too early. Please open this link again at the time that was agreed.").WithCode("early")
	}
	return visitor(l), nil
}

// visitorOf is visitorAt by the id of such a session.
func visitorOf(c *db.Conn, now time.Time, session string) (Principal, error) {
	id, _, _ := strings.Cut(strings.TrimPrefix(session, pages), ":")
	who, err := visitorAt(c, now, `id = ?`, id)
	if err == nil && who.Session != session { // it was opened elsewhere since
		err = errSignedOut
	}
	return who, err
}

func pageOf(l link) Page {
	return Page{ID: l.id, Patient: l.subject, Resource: l.detail, From: l.starts, Until: l.expires, TriesLeft: maxBirthTries - l.tries, Opened: l.browser != nil}
}

func visitor(l link) Principal {
	return Principal{Kind: Visitor, Session: pageSession(l), Scopes: []string{}, Context: Context{Patient: l.subject}, Thing: l.detail}
}
