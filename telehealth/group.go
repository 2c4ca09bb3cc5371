package telehealth

import (
	"context"
	"slices"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/telehealth/schedule"
)

// A group visit as the clinic has it. Whoever opens it sees those of its members whose
// appointments they may see in their charts, and no others. It is held by the
// practitioner whose time it is, and by who of the care team treats every member.

// GroupVisit is a group as somebody of the clinic sees it.
type GroupVisit struct {
	Visit   Visit         `json:"visit" doc:"The room of the group, with everybody who waits or is in it"`
	Booked  int           `json:"booked" doc:"Places that are taken"`
	Members []GroupMember `json:"members"`
}

// GroupMember is one patient of a group.
type GroupMember struct {
	Visit     string         `json:"visit"`
	Patient   string         `json:"patient"`
	Name      string         `json:"name"`
	BirthDate string         `json:"birthDate,omitempty"`
	Status    string         `json:"status" enum:"booked,arrived,fulfilled,cancelled,noshow"`
	State     schedule.State `json:"state" enum:"scheduled,waiting,live,ended"`
	Note      string         `json:"note,omitempty" enum:"draft,signed"`
	Writes    bool           `json:"writes" doc:"The viewer works on the note"`
	Books     bool           `json:"books" doc:"The viewer may take them out of the group"`
	Absent    string         `json:"absent,omitempty" enum:"missed,door" doc:"Of a group that is over or that nobody began, and of whom it can be said that they did not come: missed: nobody was there; door: somebody waited, or was sent away"`
	Behind    int            `json:"behindMinutes,omitempty" doc:"How late the clinic said to them that it will be"`
}

// GroupLine is a group in a list.
type GroupLine struct {
	ID           string                `json:"id"`
	Appointment  schedule.Appointment  `json:"appointment"`
	Practitioner schedule.Practitioner `json:"practitioner"`
	Booked       int                   `json:"booked"`
}

// gathering is a group within a transaction, with its viewer.
type gathering struct {
	*schedule.Group
	s       *Service
	c       *db.Conn
	who     identity.Principal
	members []*visit // whom the viewer sees
	booked  int      // all of them
}

// gather finds a group for somebody who may see it: whose it is, who made it, and who
// sees one of its members.
func (s *Service) gather(c *db.Conn, who identity.Principal, id string, change bool) (*gathering, error) {
	if schedule.MayGroup(who) != nil {
		return nil, notFound()
	}
	row, err := schedule.GroupTx(c, id, change)
	if err != nil {
		return nil, err
	}
	g := &gathering{Group: row, s: s, c: c, who: who}
	rows, err := schedule.MembersTx(c, id)
	if err != nil {
		return nil, err
	}
	for _, b := range rows {
		if b.Status != schedule.StatusCancelled {
			g.booked++
		}
		view, err := s.Schedule.Enter(c, who, b.Patient)
		if err == nil {
			_, err = s.Schedule.ShowTx(c, view, b)
		}
		if fault.Is(err, fault.NotFound) || err == nil && !view.Works() {
			continue
		}
		if err != nil {
			return nil, err
		}
		g.members = append(g.members, &visit{Booked: b, s: s, c: c, who: who, view: view.For(b.ID), group: row, led: true})
	}
	if row.Account != who.Account && row.CreatedBy != who.Account && len(g.members) == 0 {
		return nil, notFound()
	}
	return g, nil
}

// hosts: they lead it.
func (g *gathering) hosts() bool {
	if !g.who.Is(identity.Clinician) && !g.who.Is(identity.Nurse) {
		return false
	}
	if g.Account == g.who.Account {
		return true
	}
	n := 0
	for _, v := range g.members {
		if v.Status == schedule.StatusCancelled {
			continue
		}
		if n++; !v.hosts() {
			return false
		}
	}
	return n > 0 && n == g.booked
}

func (g *gathering) role() string {
	for _, r := range []identity.Role{identity.Clinician, identity.Nurse} {
		if g.who.Is(r) {
			return string(r)
		}
	}
	return string(identity.FrontDesk)
}

// door is where those who lead have their seats: rows whose visit is the group.
func (g *gathering) door() *visit {
	return &visit{Booked: &schedule.Booked{ID: g.ID, State: g.State}, s: g.s, c: g.c, who: g.who, group: g.Group}
}

func (g *gathering) happens() error {
	switch {
	case g.Status == schedule.StatusCancelled:
		return fault.New(fault.Conflict, "This visit was cancelled.").WithCode("cancelled")
	case g.State == schedule.Ended || g.State != schedule.Live && g.s.Now().After(g.DoorsCloseAt()):
		return fault.New(fault.Conflict, "This visit is over.").WithCode("ended")
	}
	return nil
}

// event is what the log keeps of something done in the group: in no chart, for it is
// about none.
func (g *gathering) event(action, what string) access.Event {
	return access.Event{Who: g.who, Action: action, Type: "Appointment", ID: g.ID, Outcome: "ok", Detail: "group " + what}
}

// Groups lists the groups from a day on that somebody may open.
func (s *Service) Groups(ctx context.Context, who identity.Principal) ([]GroupLine, error) {
	if err := schedule.MayGroup(who); err != nil {
		return nil, err
	}
	out := []GroupLine{}
	err := s.DB.InReadTx(ctx, func(c *db.Conn) error {
		now := s.Now()
		rows, err := s.Schedule.Groups(c, now.Add(-groupsSince).UnixMicro(), now.Add(groupsAhead).UnixMicro())
		if err != nil {
			return err
		}
		for _, row := range rows {
			g, err := s.gather(c, who, row.ID, false)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			out = append(out, GroupLine{g.ID, g.appointment(), schedule.Practitioner{ID: g.Practitioner, Name: g.Name, Role: g.Specialty}, g.booked})
		}
		return nil
	})
	return out, err
}

const (
	groupsSince = 24 * 60 * 60 * 1e9
	groupsAhead = 120 * groupsSince
)

// MayFollowGroup tells whether somebody may watch a group, and by which topic.
func (s *Service) MayFollowGroup(ctx context.Context, who identity.Principal, id string) (topic string, err error) {
	if _, err := s.gather(s.DB.Read(ctx), who, id, false); err != nil {
		return "", err
	}
	return schedule.VisitTopic(id), nil
}

func (g *gathering) appointment() schedule.Appointment {
	from := g.DoorsOpenAt()
	return schedule.Appointment{
		ID: g.ID, Start: moment(g.StartsAt), End: moment(g.EndsAt), Mode: schedule.Video, Status: g.Status, Visit: g.State, JoinFrom: &from,
		Practitioner: schedule.Practitioner{ID: g.Practitioner, Name: g.Name, Role: g.Specialty}, Group: &schedule.OfGroup{ID: g.ID, Subject: g.Subject, Places: g.Places},
	}
}

// Group gives a group. Each chart of which something is shown has it in its log.
func (s *Service) Group(ctx context.Context, who identity.Principal, id string) (GroupVisit, error) {
	var out GroupVisit
	var g *gathering
	err := s.DB.InReadTx(ctx, func(c *db.Conn) (err error) {
		if g, err = s.gather(c, who, id, false); err == nil {
			out, err = g.show()
		}
		return err
	})
	if err != nil {
		return GroupVisit{}, s.Records.Refuse(ctx, who, "", "Appointment", id, err)
	}
	for _, v := range g.members {
		if err := s.seen(ctx, who, v.view, v.ID, "group"); err != nil {
			return GroupVisit{}, err
		}
	}
	return out, nil
}

func (g *gathering) show() (GroupVisit, error) {
	hosts := g.hosts()
	v := Visit{
		ID: g.ID, Appointment: g.appointment(), State: g.State, Now: moment(g.s.now()), StartedAt: momentOf(g.StartedAt), EndedAt: momentOf(g.EndedAt),
		Me: Standing{Role: g.role(), Host: hosts, State: SeatNone}, People: []Person{},
	}
	leaders, err := g.door().people()
	if err != nil {
		return GroupVisit{}, err
	}
	for _, p := range leaders {
		p.Me, p.Host = p.account == g.who.Account, true
		if p.Me {
			v.Me.Seat, v.Me.State = p.Seat, p.State
		}
		if p.Me || p.State != SeatNone {
			v.People = append(v.People, p.Person)
		}
	}
	v.Me.Controls = g.controls(leaders) == nil
	room, err := g.door().settings()
	if err != nil {
		return GroupVisit{}, err
	}
	v.Room = RoomState{Lead: room.Lead, Spotlight: room.Spotlight, Locked: room.LockedBy != "", Ready: hosts && room.ReadyBy != ""}
	out := GroupVisit{Booked: g.booked, Members: []GroupMember{}}
	rules, err := g.s.licence(g.c)
	if err != nil {
		return GroupVisit{}, err
	}
	var late []int // what was said to each who is to come
	asks := map[string]int{}
	if hosts {
		if asks, err = g.door().unanswered(); err != nil {
			return GroupVisit{}, err
		}
	}
	for _, m := range g.members {
		patient, err := g.s.Records.PatientOf(g.c, m.view)
		if err != nil {
			return GroupVisit{}, err
		}
		x := GroupMember{Visit: m.ID, Patient: m.Patient, Name: patient.Name, BirthDate: patient.BirthDate, Status: m.Status, State: m.State, Writes: m.writes(), Books: m.view.Act.Has(access.Appointments)}
		if m.State == schedule.Scheduled || m.State == schedule.Waiting {
			x.Behind = m.Behind
			if m.Status == schedule.StatusBooked {
				late = append(late, m.Behind)
			}
		}
		if x.Writes {
			x.Note = m.Note
		}
		may, err := m.MissableTx(g.c, g.Group, g.s.now())
		if err != nil {
			return GroupVisit{}, err
		}
		if hosts && may && x.Books {
			here, err := m.here()
			if err != nil {
				return GroupVisit{}, err
			}
			if x.Absent = "missed"; here {
				x.Absent = "door"
			}
		}
		out.Members = append(out.Members, x)
		people, err := m.seen(patient.Name, hosts, &rules, asks)
		if err != nil {
			return GroupVisit{}, err
		}
		v.People = append(v.People, people...)
	}
	if hosts {
		more, err := g.unseen()
		if err != nil {
			return GroupVisit{}, err
		}
		v.People = append(v.People, more...)
	}
	if len(late) > 0 {
		v.BehindMinutes = slices.Min(late) // that late it is for all of them
	}
	if v.State == schedule.Scheduled && slices.ContainsFunc(v.People, func(p Person) bool { return p.State == SeatWaiting }) {
		v.State = schedule.Waiting
	}
	if hosts && g.happens() == nil {
		if g.s.Relays != nil {
			v.Relays = g.s.Relays(g.ID, "check "+g.who.Account)
		}
		if g.s.Media != nil {
			v.Media = g.s.Media()
		}
	}
	out.Visit = v
	return out, nil
}

// seen lists who has a seat by one member's visit, as the clinic sees it.
func (v *visit) seen(patient string, hosts bool, rules *Licence, asks map[string]int) (out []Person, err error) {
	list, err := v.people()
	if err != nil {
		return nil, err
	}
	all, err := v.ready()
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		if p.State == SeatNone || !hosts && p.State == SeatRemoved {
			continue
		}
		p.Visit, p.Called = v.ID, p.called
		if p.Role != patientRole {
			p.For = patient
		} else {
			p.Name = patient
		}
		if !hosts {
			p.Check = nil
		} else {
			all[p.Seat].fill(&p.Person, rules)
		}
		if p.State == SeatWaiting {
			p.Asks = asks[p.Seat]
		}
		out = append(out, p.Person)
	}
	return out, nil
}
