package telehealth

import (
	"context"
	"database/sql"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Somebody may be invited to one visit by a link, without an account: a friend, or an
// interpreter. Who they are is said by who invites them or, on the page that the link
// opens, by themselves. Opening the link consumes nothing; a button binds it to the
// browser. It is open in one browser at a time: in another one they have to be let in
// anew, and the first one loses its seat at once, so that nobody who has got hold of
// the link can sit beside them unseen. Everything ends with the visit.
//
// What such a guest is told: when the visit is and with whom of the clinic, and, once
// they were let in, who is in the room and what is written there from then on.
// Nothing of the chart.

// Roles of guests without an account; an interpreter may have one, too.
const (
	guestRole       = "guest"
	interpreterRole = "interpreter"
)

// maxGuestLinks bounds the invitations to one visit that hold.
const maxGuestLinks = 30

const (
	maxGuestName     = 80 // characters
	maxGuestRelation = 60
)

// GuestIn says who is invited. Without a name they say it themselves.
type GuestIn struct{ Name, Relation, Role string }

// GuestLink is an invitation to a visit by a link, for who may invite: never its secret.
type GuestLink struct {
	ID, Name, Relation, Role string
	SelfNamed, Opened, Ended bool
	State                    SeatState
	Until                    time.Time
}

// guest is a row of visit_guests.
type guest struct {
	id, name, relation, role string
	selfNamed                bool
	browsers                 int
	ended                    int64
}

// seatOfGuest stands for the account of a guest who has none.
func seatOfGuest(id string) string { return "guest:" + id }

func guestsOf(c *db.Conn, where string, args ...any) (out []*guest, err error) {
	err = c.Each(`SELECT id, name, relation, role, self_named, browsers, ended_at FROM visit_guests `+where, func(r *sql.Rows) error {
		var g guest
		err := r.Scan(&g.id, &g.name, &g.relation, &g.role, &g.selfNamed, &g.browsers, &g.ended)
		out = append(out, &g)
		return err
	}, args...)
	return out, err
}

// guestOf gives an invitation to this visit that holds.
func (v *visit) guestOf(id string) (*guest, error) {
	list, err := guestsOf(v.c, `WHERE id = ? AND visit = ? AND ended_at = 0`, id, v.ID)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "There is no such invitation.")
	}
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// asGuest finds as whom the holder of a guest's link is here. It is as if the visit
// were not there when it is over or the invitation was taken back.
func (v *visit) asGuest() error {
	g, err := v.guestOf(v.view.Grant)
	if err != nil || v.happens() != nil {
		if err == nil || fault.Is(err, fault.NotFound) {
			err = errGuestOver
		}
		return err
	}
	v.guest, v.view.Kinship, v.who.Name = g, g.relation, g.name
	return nil
}

var errGuestOver = fault.New(fault.Gone, "This visit is over, or the invitation was taken back.").WithCode("link")

// line bounds what somebody says of a person in one line.
func line(text string, most int, refusal string) (string, error) {
	text = strings.Join(strings.Fields(text), " ")
	if !fhir.IsText(text) || utf8.RuneCountInString(text) > most {
		return "", fault.New(fault.Invalid, refusal)
	}
	return text, nil
}

func (in *GuestIn) tidy() (err error) {
	if in.Role == "" {
		in.Role = guestRole
	}
	if in.Role != guestRole && in.Role != interpreterRole {
		return fault.New(fault.Invalid, "Say whether it is a guest or an interpreter.")
	}
	if in.Name, err = line(in.Name, maxGuestName, "Enter a shorter name."); err == nil {
		in.Relation, err = line(in.Relation, maxGuestRelation, "Say how the two are related in a few words.")
	}
	return err
}

// InviteByLink makes an invitation and gives the link, once.
func (s *Service) InviteByLink(ctx context.Context, who identity.Principal, patient, id string, in GuestIn) (out GuestLink, url string, err error) {
	if err := in.tidy(); err != nil {
		return GuestLink{}, "", err
	}
	err = s.byInviter(ctx, who, patient, id, func(v *visit) error {
		if v.group != nil {
			return fault.New(fault.Conflict, "Nobody else can be invited to a group visit.").WithCode("group")
		}
		if err := v.happens(); err != nil {
			return err
		}
		var n int
		if err := v.c.QueryRow(`SELECT count(*) FROM visit_guests WHERE visit = ? AND ended_at = 0`, id).Scan(&n); err != nil {
			return err
		}
		if n >= maxGuestLinks {
			return fault.New(fault.TooMany, "So many people are invited that no more can be added. Take an invitation back first.")
		}
		g := &guest{id: uuid.NewString(), name: in.Name, relation: in.Relation, role: in.Role, selfNamed: in.Name == ""}
		if _, err := v.c.Exec(`INSERT INTO visit_guests (id, visit, patient_id, name, relation, role, self_named, created_by, created_at) VALUES `+db.Placeholders(1, 9),
			g.id, id, patient, g.name, g.relation, g.role, g.selfNamed, who.Account, s.now()); err != nil {
			return err
		}
		if url, err = v.linkOfGuest(g.id); err != nil {
			return err
		}
		if out, err = v.guestLink(g, nil); err != nil {
			return err
		}
		return s.Access.RecordTx(v.c, event(who, v.view, "create", id, "guest link"))
	})
	return out, url, err
}

// RenewGuestLink makes a new link of an invitation; the one before ends, and whoever
// is in the visit by it is out. Who was removed stays removed.
func (s *Service) RenewGuestLink(ctx context.Context, who identity.Principal, patient, id, guest string) (out GuestLink, url string, err error) {
	err = s.byInviter(ctx, who, patient, id, func(v *visit) error {
		g, err := v.guestOf(guest)
		if err == nil {
			err = v.happens()
		}
		if err != nil {
			return err
		}
		if err := v.unseat(seatOfGuest(g.id)); err != nil {
			return err
		}
		if url, err = v.linkOfGuest(g.id); err != nil {
			return err
		}
		list, err := v.people()
		if err == nil {
			out, err = v.guestLink(g, list)
		}
		if err != nil {
			return err
		}
		return s.Access.RecordTx(v.c, event(who, v.view, "update", id, "guest link"))
	})
	return out, url, err
}

func (v *visit) linkOfGuest(id string) (url string, err error) {
	_, until := v.GuestTime()
	if until.After(v.s.Now().Add(identity.LongestPage)) {
		return "", errTooFar
	}
	_, url, err = v.s.Identity.OpenPageTx(v.c, v.who, identity.NewPage{Patient: v.Patient, Resource: access.GuestThing(v.ID, id), Unasked: true, From: v.s.Now(), Until: until})
	return url, err
}

var errTooFar = fault.New(fault.Conflict, "This visit is too far away for a link. Make it when the visit is less than 90 days away.").WithCode("too_far")

// GuestLinks lists the invitations by a link to one visit, the newest first.
func (s *Service) GuestLinks(ctx context.Context, who identity.Principal, patient, id string) ([]GuestLink, error) {
	c := s.DB.Read(ctx)
	v, err := s.invites(c, who, patient, id, false)
	if err != nil {
		return nil, s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	list, err := guestsOf(c, `WHERE visit = ? ORDER BY created_at DESC, id DESC LIMIT ?`, id, 3*maxGuestLinks)
	if err != nil {
		return nil, err
	}
	people, err := v.people()
	if err != nil {
		return nil, err
	}
	out := make([]GuestLink, 0, len(list))
	for _, g := range list {
		one, err := v.guestLink(g, people)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, s.Access.Record(ctx, event(who, v.view, "read", id, "guest links"))
}

func (v *visit) guestLink(g *guest, people []*person) (GuestLink, error) {
	out := GuestLink{ID: g.id, Name: g.name, Relation: g.relation, Role: g.role, SelfNamed: g.selfNamed, Opened: g.browsers > 0, Ended: g.ended != 0, State: SeatNone}
	for _, p := range people {
		if p.account == seatOfGuest(g.id) {
			out.State = p.State
		}
	}
	if out.Ended {
		return out, nil
	}
	page, err := identity.PageTo(v.c, v.Patient, access.GuestThing(v.ID, g.id))
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	out.Until = page.Until
	return out, err
}

// DropGuestLink takes an invitation back; whoever is in the visit by it is out.
func (s *Service) DropGuestLink(ctx context.Context, who identity.Principal, patient, id, guest string) error {
	return s.byInviter(ctx, who, patient, id, func(v *visit) error {
		g, err := v.guestOf(guest)
		if err != nil {
			return err
		}
		page, err := identity.PageTo(v.c, patient, access.GuestThing(id, g.id))
		if err == nil {
			err = s.Identity.ClosePageTx(v.c, who, page.ID)
		} else if fault.Is(err, fault.NotFound) {
			err = nil
		}
		if err != nil {
			return err
		}
		if err := v.unseat(seatOfGuest(g.id)); err != nil {
			return err
		}
		if _, err := v.c.Exec(`UPDATE visit_guests SET ended_at = ? WHERE id = ?`, s.now(), g.id); err != nil {
			return err
		}
		return s.Access.RecordTx(v.c, event(who, v.view, "delete", id, "guest link"))
	})
}

func (s *Service) byInviter(ctx context.Context, who identity.Principal, patient, id string, f func(*visit) error) error {
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		v, err := s.invites(c, who, patient, id, true)
		if err == nil {
			err = f(v)
		}
		return err
	})
	if err != nil {
		return s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	return nil
}

// GuestNamed tells of a guest's link that was looked at whether somebody said already
// who they are. It refuses what is over.
func (s *Service) GuestNamed(ctx context.Context, p identity.Page) (bool, error) {
	visit, id, ok := access.IsGuestThing(p.Resource)
	if !ok {
		return false, notFound()
	}
	c := s.DB.Read(ctx)
	v, err := s.open(c, identity.Principal{Kind: identity.Visitor, Scopes: []string{}, Context: identity.Context{Patient: p.Patient}, Thing: access.GuestThing(visit, id)}, p.Patient, visit, false)
	if err != nil {
		return false, err
	}
	return v.guest.name != "", nil
}

// EnterAsGuest opens a guest's link in a browser, whose cookie it gives. Who has not
// been named says now who they are; that stands from then on.
func (s *Service) EnterAsGuest(ctx context.Context, token, name, relation string, from identity.Principal) (cookie string, err error) {
	in := GuestIn{Name: name, Relation: relation}
	if err := in.tidy(); err != nil {
		return "", err
	}
	return s.Identity.EnterPage(ctx, token, "", from, func(c *db.Conn, p identity.Page, who identity.Principal) error {
		id, _, ok := access.IsGuestThing(p.Resource)
		if !ok {
			return notFound()
		}
		v, err := s.open(c, who, p.Patient, id, true)
		if err != nil {
			return err
		}
		g := v.guest
		if g.name == "" {
			if in.Name == "" {
				return fault.New(fault.Invalid, "Enter your name, so that they know who is there.").WithCode("name")
			}
			g.name = in.Name
			if g.role == guestRole {
				g.relation = in.Relation
			}
			v.who.Name, v.view.Kinship = g.name, g.relation
		}
		if _, err := c.Exec(`UPDATE visit_guests SET name = ?, relation = ?, browsers = browsers + 1 WHERE id = ?`, g.name, g.relation, g.id); err != nil {
			return err
		}
		if err := v.unseat(seatOfGuest(g.id)); err != nil {
			return err
		}
		return s.Access.RecordTx(c, event(v.who, v.view, "login", id, "guest link"))
	})
}
