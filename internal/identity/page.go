package identity

import (
	"context"
	"net/http"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/revoke"
)

// longestPage is how far ahead a page can be opened to somebody.
const longestPage = 90 * 24 * time.Hour

// NewPage is one thing of one chart that somebody without an account may come to,
// within a time: their own appointment, say. Who may give it is decided by the
// caller.
type NewPage struct {
	Patient   string
	Resource  string // Type/id, for instance Appointment/0198..
	BirthDate string
	From      time.Time
	Until     time.Time
}

// Page is what a link of that kind opened. It is the whole of what its holder may
// come to: whatever serves it compares Patient and Resource with what is asked.
type Page struct {
	ID       string
	Patient  string
	Resource string
	From     time.Time
	Until    time.Time
}

// OpenPageTx makes the link; its secret is given out once. A new link for the same
// thing makes the one before useless.
func (s *Service) OpenPageTx(c *db.Conn, who Principal, n NewPage) (id, secret string, err error) {
	now := s.now()
	if n.Patient == "" || n.Resource == "" || len(n.Resource) > 100 || !n.From.Before(n.Until) || !n.Until.After(now) || n.Until.After(now.Add(longestPage)) {
		return "", "", fault.New(fault.Invalid, "A link needs a patient, a thing, and a time within 90 days.")
	}
	if err := s.checkBirth(n.BirthDate); err != nil {
		return "", "", err
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
	id, secret, err = s.addLinkTx(c, link{
		purpose: ForPage, subject: n.Patient, detail: n.Resource, birth: s.birthHash(n.BirthDate), createdBy: who.Account, starts: n.From, expires: n.Until,
	})
	if err != nil {
		return "", "", err
	}
	return id, secret, s.recordTx(c, Act{Who: who, Account: id, Action: "create", Detail: "page link"})
}

// ClosePageTx takes a link back; what is open by it ends on every node.
func (s *Service) ClosePageTx(c *db.Conn, who Principal, id string) error {
	n, err := c.Exec(`UPDATE links SET used_at = ? WHERE id = ? AND purpose = ? AND used_at = 0`, micros(s.now()), id, string(ForPage))
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "There is no such link.")
	}
	if err != nil {
		return err
	}
	if err := s.takeBackTx(c, revoke.Session, pageSession(id)); err != nil {
		return err
	}
	return s.recordTx(c, Act{Who: who, Account: id, Action: "delete", Detail: "page link"})
}

func pageSession(id string) string { return "page:" + id }

// PageCookieName is the name of the cookie of a page that a link opened. It is no
// session cookie, and no session is found by it.
func (s *Service) PageCookieName() string { return s.cookieName("-p") }

// PageCookie makes it; it ends with the browser.
func (s *Service) PageCookie(value string) *http.Cookie {
	return s.cookie(s.PageCookieName(), value, 0)
}

// EnterPage takes the date of birth and gives the cookie's value. The link is not
// used up: it opens again in another browser, which ends the one before.
func (s *Service) EnterPage(ctx context.Context, token, birthDate, address string) (cookie string, p Page, err error) {
	l, err := s.openLink(s.db.Read(ctx), token, ForPage)
	if err != nil {
		return "", Page{}, err
	}
	cookie = newSecret()
	if err := s.confirmLink(ctx, l, birthDate, cookie, address); err != nil {
		return "", Page{}, err
	}
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		// Whoever has it open elsewhere is asked again there.
		if err := s.takeBackTx(c, revoke.Session, pageSession(l.id)); err != nil {
			return err
		}
		return s.recordTx(c, Act{Who: visitor(l, address), Account: l.id, Action: "login", Detail: "page link"})
	})
	return cookie, pageOf(l), err
}

// PageOf gives what a page's cookie opens, and who holds it: a visitor, whose
// principal has no account, no role and no scope, so that everything that decides
// by those refuses them.
func (s *Service) PageOf(ctx context.Context, cookie, address string) (Page, Principal, error) {
	if len(cookie) != 43 {
		return Page{}, Principal{}, errSignedOut
	}
	l, err := s.readLink(s.db.Read(ctx), `browser = ?`, secretHash(cookie), ForPage)
	if fault.Is(err, fault.Gone) {
		err = errSignedOut
	}
	if err != nil {
		return Page{}, Principal{}, err
	}
	if s.now().Before(l.starts) {
		return pageOf(l), Principal{}, fault.New(fault.Conflict, "It is too early. Please open this link again at the time that was agreed.").WithCode("early")
	}
	return pageOf(l), visitor(l, address), nil
}

func pageOf(l link) Page {
	return Page{ID: l.id, Patient: l.subject, Resource: l.detail, From: l.starts, Until: l.expires}
}

func visitor(l link, address string) Principal {
	return Principal{Kind: Visitor, Session: pageSession(l.id), Scopes: []string{}, Context: Context{Patient: l.subject}, Address: address}
}
