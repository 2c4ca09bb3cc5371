package schedule

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

// A group visit is one time of a practitioner for several patients, by video. Each
// patient has an Appointment of their own in their own chart, which says nothing of
// the others: nothing in one chart leads to another.

// Bounds of a group: with who leads it there are at most 25 in the room.
const (
	MinPlaces  = 2
	MaxPlaces  = 24
	maxSubject = 80 // characters
	maxGroups  = 100
)

// Group is the row of a group visit.
type Group struct {
	ID, Slot, Practitioner, Account, Name, Specialty string
	StartsAt, EndsAt                                 int64
	Subject                                          string
	Places                                           int
	Status                                           string
	State                                            State // never Waiting: who waits is known of each member
	StartedAt, EndedAt                               int64
	CreatedBy                                        string
	CreatedAt                                        int64
}

const groupColumns = `g.id, g.slot, g.practitioner, g.account, g.name, g.specialty, g.starts_at, g.ends_at, g.subject, g.places, g.status, g.state, g.started_at, g.ended_at, g.created_by, g.created_at`

func (g *Group) columns() []any {
	return []any{&g.ID, &g.Slot, &g.Practitioner, &g.Account, &g.Name, &g.Specialty, &g.StartsAt, &g.EndsAt, &g.Subject, &g.Places, &g.Status, &g.State, &g.StartedAt, &g.EndedAt, &g.CreatedBy, &g.CreatedAt}
}

// OfGroup is what an appointment tells of its group: never who else comes.
type OfGroup struct {
	ID      string `json:"id,omitempty" doc:"For the clinic"`
	Subject string `json:"subject,omitempty"`
	Places  int    `json:"places" doc:"How many patients at most take part"`
}

// GroupTx reads a group and, when it is to be changed, locks it. The locks of charts
// come before it, those of appointments after it.
func GroupTx(c *db.Conn, id string, change bool) (*Group, error) {
	query := `SELECT ` + groupColumns + ` FROM group_visits g WHERE g.id = ?`
	if change && c.Dialect == db.Postgres {
		query += ` FOR UPDATE`
	}
	var g Group
	err := c.QueryRow(query, id).Scan(g.columns()...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound()
	}
	return &g, err
}

// GroupOfTx gives the group of an appointment; nil: it is of none.
func GroupOfTx(c *db.Conn, patient, id string, change bool) (*Group, error) {
	var group string
	err := c.QueryRow(`SELECT group_id FROM appointments WHERE id = ? AND patient_id = ?`, id, patient).Scan(&group)
	if group == "" || errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return GroupTx(c, group, change)
}

// SaveTx writes what can change.
func (g *Group) SaveTx(c *db.Conn) error {
	_, err := c.Exec(`UPDATE group_visits SET status = ?, state = ?, started_at = ?, ended_at = ? WHERE id = ?`, g.Status, string(g.State), g.StartedAt, g.EndedAt, g.ID)
	return err
}

// MembersTx lists the appointments of a group, in the order in which their charts are
// locked, also those that were cancelled.
func MembersTx(c *db.Conn, group string) ([]*Booked, error) {
	return listBooked(c, `WHERE a.group_id = ? ORDER BY a.patient_id, a.id`, group)
}

// Groups lists the groups of some days by their rows. Who may open one is decided
// with what is shown of it.
func (s *Service) Groups(c *db.Conn, from, until int64) ([]*Group, error) {
	var out []*Group
	err := c.Each(`SELECT `+groupColumns+` FROM group_visits g WHERE g.starts_at >= ? AND g.starts_at < ? AND g.status = 'booked' ORDER BY g.starts_at, g.id LIMIT ?`, func(r *sql.Rows) error {
		var g Group
		err := r.Scan(g.columns()...)
		out = append(out, &g)
		return err
	}, from, until, maxGroups)
	return out, err
}

func groupsOf(c *db.Conn, rows []*Booked) (map[string]*Group, error) {
	out := map[string]*Group{}
	for _, b := range rows {
		if b.Group == "" || out[b.Group] != nil {
			continue
		}
		g, err := GroupTx(c, b.Group, false)
		if err != nil {
			return nil, err
		}
		out[b.Group] = g
	}
	return out, nil
}

// inGroup adds to an appointment what its viewer is told of the group. What it is
// about is said to a link no more than why somebody comes.
func (a *Appointment) inGroup(v *access.View, g *Group) {
	a.Group, a.Reason = &OfGroup{Subject: g.Subject, Places: g.Places}, ""
	switch v.Base {
	case access.CareTeam, access.ClinicStaff:
		a.Group.ID = g.ID
	case access.ByLink, access.GuestByLink:
		a.Group.Subject = ""
	}
	if g.State == Ended && (a.Visit == Scheduled || a.Visit == Waiting) {
		a.Visit = Ended
	}
}

// MayGroup refuses all but staff who book for patients, in Housecall itself.
func MayGroup(who identity.Principal) error {
	if who.Kind == identity.Staff && who.Scopes == nil && (who.Is(identity.Clinician) || who.Is(identity.Nurse) || who.Is(identity.FrontDesk)) {
		return nil
	}
	return fault.New(fault.Forbidden, "Only the care team can do this.").WithCode("role")
}

// GroupTimes lists the free times at which a group can be held.
func (s *Service) GroupTimes(ctx context.Context, who identity.Principal, q Query) (Free, error) {
	out := Free{Practitioners: []Practitioner{}, Days: []FreeDay{}, TimeZone: s.Zone.String(), CanBook: true}
	if err := MayGroup(who); err != nil {
		return out, err
	}
	q.Mode, q.Days = Video, min(max(q.Days, 1), maxDays)
	from, err := s.dayOf(q.From, s.Now())
	if err != nil {
		return out, err
	}
	return out, s.freeOf(s.DB.Read(ctx), &out, q, from, nil)
}

// GroupIn is what somebody wants to hold. The id is made by who asks.
type GroupIn struct {
	ID, Slot, Subject string
	Places            int
}

func (in *GroupIn) check() (err error) {
	if !fhir.IsUUID(in.ID) || !fhir.IsUUID(in.Slot) {
		return fault.New(fault.Invalid, "Ids must be UUIDs in lower case.")
	}
	if in.Places < MinPlaces || in.Places > MaxPlaces {
		return fault.New(fault.Invalid, "A group has from 2 to 24 places.").WithCode("places")
	}
	if in.Subject, err = line(in.Subject); err != nil {
		return err
	}
	if in.Subject == "" || utf8.RuneCountInString(in.Subject) > maxSubject {
		return fault.New(fault.Invalid, "Say what the group is about, in at most 80 characters.").WithCode("subject")
	}
	return nil
}

// MakeGroup takes a free time for a group. Nobody comes to it yet.
func (s *Service) MakeGroup(ctx context.Context, who identity.Principal, in GroupIn) (*Group, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if err := MayGroup(who); err != nil {
		return nil, err
	}
	var g *Group
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		was, err := GroupTx(c, in.ID, false)
		if err == nil {
			if was.CreatedBy != who.Account || was.Slot != in.Slot || was.Subject != in.Subject || was.Places != in.Places {
				return records.IDUsed()
			}
			g = was
			return nil
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		var x slot
		err = c.QueryRow(`SELECT `+slotColumns+`WHERE s.id = ? AND a.active`, in.Slot).Scan(x.columns()...)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return taken()
		case err != nil:
			return err
		case x.appointment != "" || x.startsAt <= s.now():
			return taken()
		case x.modes&Video.bit() == 0:
			return fault.New(fault.Invalid, "At this time people cannot meet in that way. Please choose another one.").WithCode("mode")
		}
		g = &Group{
			ID: in.ID, Slot: x.id, Practitioner: x.practitioner, Account: x.account, Name: x.name, Specialty: x.specialty, StartsAt: x.startsAt, EndsAt: x.endsAt,
			Subject: in.Subject, Places: in.Places, Status: StatusBooked, State: Scheduled, CreatedBy: who.Account, CreatedAt: s.now(),
		}
		if err := take(c, &Booked{ID: g.ID, Slot: g.Slot, Practitioner: g.Practitioner, StartsAt: g.StartsAt, EndsAt: g.EndsAt}); err != nil {
			return err
		}
		if _, err := c.Exec(`INSERT INTO group_visits (id, slot, practitioner, account, name, specialty, starts_at, ends_at, subject, places, status, state, created_by, created_at) VALUES `+db.Placeholders(1, 14),
			g.ID, g.Slot, g.Practitioner, g.Account, g.Name, g.Specialty, g.StartsAt, g.EndsAt, g.Subject, g.Places, g.Status, string(g.State), g.CreatedBy, g.CreatedAt); err != nil {
			return err
		}
		s.tellDay(c, g)
		return s.Access.RecordTx(c, access.Event{Who: who, Action: "create", Type: appointment, ID: g.ID, Outcome: "ok", Detail: "group"})
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		err = records.IDUsed()
	}
	return g, err
}

// tellDay tells the page of the practitioner's day, once it is committed.
func (s *Service) tellDay(c *db.Conn, g *Group) {
	if s.Hub != nil {
		c.After(func() { s.Hub.Publish(DayTopic(g.Account)); s.Hub.Publish(VisitTopic(g.ID)) })
	}
}

// open: it is not over or called off.
func (g *Group) open(now int64) error {
	if g.Status != StatusBooked || g.State == Ended || g.EndsAt <= now {
		return fault.New(fault.Conflict, "This visit has taken place or was cancelled. It cannot be changed any more.").WithCode("over")
	}
	return nil
}

// AddToGroup books a place in a group for a patient, whom the group's practitioner
// treats. Of two who want the last place, exactly one gets it.
func (s *Service) AddToGroup(ctx context.Context, who identity.Principal, patient, group, id string) (Appointment, error) {
	if !fhir.IsUUID(id) {
		return Appointment{}, fault.New(fault.Invalid, "Ids must be UUIDs in lower case.")
	}
	if err := MayGroup(who); err != nil {
		return Appointment{}, err
	}
	name, err := s.Records.NameOf(ctx, who, patient)
	if err != nil {
		return Appointment{}, err
	}
	var out Appointment
	err = s.DB.InTx(ctx, func(c *db.Conn) (err error) {
		out, err = s.addTx(c, who, patient, name, group, id)
		return err
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		err = records.IDUsed()
	}
	if err != nil {
		return Appointment{}, s.Records.Refuse(ctx, who, patient, appointment, id, err)
	}
	return out, nil
}

func (s *Service) addTx(c *db.Conn, who identity.Principal, patient, name, group, id string) (Appointment, error) {
	v, err := s.EnterTx(c, who, patient)
	if err != nil {
		return Appointment{}, err
	}
	once := records.NewOnce(s.digests, who, patient, []string{group, id})
	var was []byte
	switch err := c.QueryRow(`SELECT digest FROM appointments WHERE id = ?`, id).Scan(&was); {
	case err == nil && once.Is(was):
		b, err := BookedTx(c, patient, id, false)
		if err != nil {
			return Appointment{}, err
		}
		return s.showOne(c, v, b)
	case err == nil:
		return Appointment{}, records.IDUsed()
	case !errors.Is(err, sql.ErrNoRows):
		return Appointment{}, err
	}
	if err := mayBook(v); err != nil {
		return Appointment{}, err
	}
	g, err := GroupTx(c, group, true)
	if err == nil {
		err = g.open(s.now())
	}
	if err != nil {
		return Appointment{}, err
	}
	members, err := MembersTx(c, group)
	if err != nil {
		return Appointment{}, err
	}
	n := 0
	for _, m := range members {
		if m.Status == StatusCancelled {
			continue
		}
		n++
		if m.Patient == patient {
			return Appointment{}, fault.New(fault.Conflict, "This patient comes to this group already.").WithCode("member")
		}
	}
	if n >= g.Places {
		return Appointment{}, fault.New(fault.Conflict, "All places of this group are taken.").WithCode("full")
	}
	team, err := s.team(c, patient)
	if err != nil {
		return Appointment{}, err
	}
	if !slices.Contains(team, g.Account) {
		return Appointment{}, fault.New(fault.Conflict, "Who leads this group does not treat this patient. Add them to the care team first.").WithCode("team")
	}
	x := &slot{id: g.Slot, practitioner: g.Practitioner, account: g.Account, name: g.Name, specialty: g.Specialty, startsAt: g.StartsAt, endsAt: g.EndsAt}
	if err := s.fits(c, patient, "", x); err != nil {
		return Appointment{}, err
	}
	b := &Booked{ID: id, Patient: patient, Mode: Video, Status: StatusBooked, BookedBy: who.Account, Digest: once.Digest(), State: Scheduled, Group: g.ID}
	b.at(x)
	person, err := s.Records.PatientOf(c, v)
	if err != nil {
		return Appointment{}, err
	}
	node, err := groupResource(b, g, name, languageOf(&person))
	if err != nil {
		return Appointment{}, err
	}
	stored, err := s.writeTx(c, who, records.Op{Kind: records.Create, Type: appointment, ID: b.ID, Node: node})
	if err != nil {
		return Appointment{}, err
	}
	if err := b.insert(c); err != nil {
		return Appointment{}, err
	}
	if err := s.announce(c, who, b); err != nil {
		return Appointment{}, err
	}
	s.tellDay(c, g)
	out, err := shown(patient, stored.Body, b)
	out.inGroup(v, g)
	return out, err
}

var groupWords = map[string]string{"en": "Group visit", "es": "Visita en grupo"}

// languageOf is the language of somebody's record, as far as there are words in it.
func languageOf(p *records.Patient) string {
	for _, l := range p.Languages {
		if l.Preferred || len(p.Languages) == 1 {
			if code, _, _ := strings.Cut(strings.ToLower(l.Code), "-"); groupWords[code] != "" {
				return code
			}
		}
	}
	return "en"
}

// groupResource gives the Appointment of one patient: it names them and who leads the
// group, and nobody else.
func groupResource(b *Booked, g *Group, patient, language string) (*fhir.Node, error) {
	n, err := resource(b, patient, "")
	if err != nil {
		return nil, err
	}
	n.Set("description", fhir.String(g.Subject))
	n.Set("language", fhir.String(language))
	for _, t := range n.Get("serviceType").Items() {
		t.Set("text", fhir.String(groupWords[language]))
	}
	return n, nil
}

// GroupMovedTx tells the pages of everybody in a group, once it is committed.
func (s *Service) GroupMovedTx(c *db.Conn, g *Group) error {
	if s.Hub == nil {
		return nil
	}
	members, err := MembersTx(c, g.ID)
	if err != nil {
		return err
	}
	c.After(func() {
		s.Hub.Publish(VisitTopic(g.ID))
		s.Hub.Publish(DayTopic(g.Account))
		for _, m := range members {
			s.Hub.Publish(VisitTopic(m.ID))
		}
	})
	return nil
}

// MemberMovedTx tells the clinic's pages that something moved at one member of a group and,
// when that was in the room, the pages of those who are in it too. Who has not been let in is
// told nothing of the others: not even that something moved.
func (s *Service) MemberMovedTx(c *db.Conn, g *Group, inRoom bool) error {
	if s.Hub == nil {
		return nil
	}
	topics := []string{VisitTopic(g.ID), DayTopic(g.Account)}
	if inRoom {
		err := c.Each(`SELECT DISTINCT p.visit FROM visit_people p JOIN appointments a ON a.id = p.visit WHERE a.group_id = ? AND p.state IN ('admitted', 'in')`, func(r *sql.Rows) error {
			var visit string
			err := r.Scan(&visit)
			topics = append(topics, VisitTopic(visit))
			return err
		}, g.ID)
		if err != nil {
			return err
		}
	}
	c.After(func() {
		for _, t := range topics {
			s.Hub.Publish(t)
		}
	})
	return nil
}

// DoorsOpenAt and DoorsCloseAt are when people may come to a group, and until when.
func (g *Group) DoorsOpenAt() time.Time  { return moment(g.StartsAt).Add(-DoorsOpen) }
func (g *Group) DoorsCloseAt() time.Time { return moment(max(g.EndsAt, g.StartedAt)).Add(DoorsClose) }
