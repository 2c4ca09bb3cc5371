package telehealth

import (
	"context"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

// A patient may come to a visit by a link and their date of birth, without an
// account: as the patient, and to nothing but that visit. The clinic makes the link
// and hands it over; there is one to a visit at a time. It is good from then on, so
// that they can see when the visit is and try their devices before.

// Link is the link to a visit, as the clinic sees it: never its secret.
type Link struct {
	ID        string
	Until     time.Time
	TriesLeft int
	Opened    bool
}

const pageOfVisit = "Appointment/"

// MakeLink makes the patient's own link to a visit and gives its address, once. One
// that was there before ends.
func (s *Service) MakeLink(ctx context.Context, who identity.Principal, patient, id string) (link Link, url string, err error) {
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		v, err := s.hands(c, who, patient, id, true)
		if err == nil {
			err = v.happens()
		}
		if err != nil {
			return err
		}
		person, err := s.Records.PatientOf(c, v.view)
		if err != nil {
			return err
		}
		switch {
		case len(person.BirthDate) != len(time.DateOnly):
			return fault.New(fault.Conflict, "The record has no whole date of birth. Add it there first.").WithCode("birth_date_missing")
		case !access.MayComeAlone(person.BirthDate, "", nil, s.Now()):
			return fault.New(fault.Conflict, "This patient is too young to come alone. Invite a parent or guardian.").WithCode("too_young")
		}
		if err := v.unseat(byLink); err != nil {
			return err
		}
		_, until := v.GuestTime()
		if until.After(s.Now().Add(identity.LongestPage)) {
			return errTooFar
		}
		if link.ID, url, err = s.Identity.OpenPageTx(c, who, identity.NewPage{Patient: patient, Resource: pageOfVisit + id, BirthDate: person.BirthDate, From: s.Now(), Until: until}); err != nil {
			return err
		}
		page, err := identity.PageTo(c, patient, pageOfVisit+id)
		link = linkOf(page)
		if err != nil {
			return err
		}
		return s.Access.RecordTx(c, event(who, v.view, "create", id, "link"))
	})
	if err != nil {
		return Link{}, "", s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	return link, url, nil
}

// LinkTo gives the link to a visit that is there; NotFound: there is none.
func (s *Service) LinkTo(ctx context.Context, who identity.Principal, patient, id string) (Link, error) {
	c := s.DB.Read(ctx)
	v, err := s.hands(c, who, patient, id, false)
	if err != nil {
		return Link{}, s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	page, err := identity.PageTo(c, patient, pageOfVisit+id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Link{}, err
	}
	if err := s.Access.Record(ctx, event(who, v.view, "read", id, "link")); err != nil {
		return Link{}, err
	}
	return linkOf(page), nil
}

// DropLink takes the link to a visit back; whoever is in the visit by it is out.
func (s *Service) DropLink(ctx context.Context, who identity.Principal, patient, id string) error {
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		v, err := s.hands(c, who, patient, id, true)
		if err != nil {
			return err
		}
		page, err := identity.PageTo(c, patient, pageOfVisit+id)
		if err != nil {
			return err
		}
		if err := s.Identity.ClosePageTx(c, who, page.ID); err != nil {
			return err
		}
		if err := v.unseat(byLink); err != nil {
			return err
		}
		return s.Access.RecordTx(c, event(who, v.view, "delete", id, "link"))
	})
	if err != nil {
		return s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	return nil
}

// EnterByLink opens a link in a browser, whose cookie it gives, with the patient's
// date of birth. Another browser that has it open is out, and has to be let in anew
// here.
func (s *Service) EnterByLink(ctx context.Context, token, birthDate string, from identity.Principal) (cookie string, err error) {
	return s.Identity.EnterPage(ctx, token, birthDate, from, func(c *db.Conn, p identity.Page, who identity.Principal) error {
		id, ok := strings.CutPrefix(p.Resource, pageOfVisit)
		if !ok {
			return notFound()
		}
		v, err := s.open(c, who, p.Patient, id, true)
		if err != nil {
			return err
		}
		if err := v.unseat(byLink); err != nil {
			return err
		}
		return s.Access.RecordTx(c, event(who, v.view, "login", id, "link"))
	})
}

// hands opens a visit for staff who may hand a link to it over: who works with the
// patient's appointments. No app does.
func (s *Service) hands(c *db.Conn, who identity.Principal, patient, id string, change bool) (*visit, error) {
	if who.Scopes != nil {
		return nil, access.NoChart()
	}
	v, err := s.open(c, who, patient, id, change)
	if err == nil && (who.Kind != identity.Staff || !v.view.Works() || !v.view.Act.Has(access.Appointments)) {
		err = fault.New(fault.Forbidden, "Only the care team can do this.").WithCode("role")
	}
	return v, err
}

// unseat takes the seat of who came by a link: what was agreed to and tried in one
// browser, and that they were let in, does not count in another. Who was removed is
// removed in every browser.
func (v *visit) unseat(account string) error {
	n, err := v.c.Exec(`UPDATE visit_people SET state = ?, consent = '', consent_at = 0, checked = '', checked_at = 0, waiting_since = 0, admitted_by = '', admitted_at = 0 WHERE visit = ? AND account = ? AND state <> ?`,
		string(SeatNone), v.ID, account, string(SeatRemoved))
	if err != nil || n == 0 {
		return err
	}
	if err := v.forget(account); err != nil {
		return err
	}
	if err := v.settle(); err != nil {
		return err
	}
	if err := v.s.Access.SeatTakenTx(v.c, v.ID); err != nil {
		return err
	}
	return v.save()
}

func linkOf(p identity.Page) Link { return Link{p.ID, p.Until, p.TriesLeft, p.Opened} }
