package telehealth

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/telehealth/schedule"
)

// SeatState is how far somebody has come on their way into a visit.
type SeatState string

// The states of a seat.
const (
	SeatNone     SeatState = "none"
	SeatWaiting  SeatState = "waiting"
	SeatAdmitted SeatState = "admitted" // may enter
	SeatIn       SeatState = "in"
	SeatLeft     SeatState = "left" // may come back
	SeatRefused  SeatState = "refused"
	SeatRemoved  SeatState = "removed" // by a host: may not come back unless one lets them in
)

// Person is somebody with a seat in a visit.
type Person struct {
	Seat         string       `json:"seat"`
	Name         string       `json:"name"`
	Role         string       `json:"role" enum:"patient,proxy,guest,interpreter,clinician,nurse,frontdesk,member" doc:"member: somebody else in a group"`
	Relation     string       `json:"relation,omitempty" doc:"Of a proxy or guest: how they and the patient are related"`
	State        SeatState    `json:"state" enum:"none,waiting,admitted,in,left,refused,removed"`
	Host         bool         `json:"host"`
	SelfNamed    bool         `json:"selfNamed,omitempty" doc:"Who they are they said themselves, and nobody else"`
	OtherDevice  bool         `json:"otherDevice,omitempty" doc:"Their link was open in another browser before"`
	WaitingSince *time.Time   `json:"waitingSince,omitempty"`
	Me           bool         `json:"me"`
	Check        *DeviceCheck `json:"check,omitempty"`
	Where        *Where       `json:"where,omitempty" doc:"For those who hold the visit"`
	Asks         int          `json:"asks,omitempty" doc:"Of who waits: their lines that nobody has answered yet, for those who hold the visit"`
	Called       string       `json:"called,omitempty" doc:"For those who hold a group: what the others call them"`
	Visit        string       `json:"visit,omitempty" doc:"For those who hold a group: the appointment by which they are here"`
	For          string       `json:"for,omitempty" doc:"For those who hold a group: the patient for whom a proxy is here"`
}

// person is a row of visit_people.
type person struct {
	Person
	account, consent, checked               string
	host                                    bool
	consentAt, checkedAt, waiting, admitted int64
	admittedBy                              string
	muted                                   int64 // when a host last turned their microphone off
	mutedBy                                 string
	called                                  string // by the others in a group
}

const personColumns = `seat, account, name, role, relation, host, state, consent, consent_at, checked, checked_at, waiting_since, admitted_by, admitted_at, muted_at, muted_by, called`

// people lists who has a seat, those of the clinic first.
func (v *visit) people() ([]*person, error) {
	var out []*person
	err := v.c.Each(`SELECT `+personColumns+` FROM visit_people WHERE visit = ? ORDER BY host DESC, seat`, func(r *sql.Rows) error {
		var p person
		err := r.Scan(&p.Seat, &p.account, &p.Name, &p.Role, &p.Relation, &p.host, &p.State, &p.consent, &p.consentAt, &p.checked, &p.checkedAt, &p.waiting, &p.admittedBy, &p.admitted, &p.muted, &p.mutedBy, &p.called)
		if p.State == SeatWaiting {
			p.WaitingSince = momentOf(p.waiting)
		}
		if f := strings.Fields(p.checked); len(f) == 4 {
			p.Check = &DeviceCheck{Camera: f[0], Microphone: f[1], Speaker: f[2], Network: f[3]}
		}
		out = append(out, &p)
		v.within = v.within || p.admittedNow()
		return err
	}, v.ID)
	if err == nil {
		err = v.markGuests(out)
	}
	return out, err
}

// seat gives the viewer's own seat, and makes one for who has none yet.
func (v *visit) seat() (*person, error) {
	if err := v.joins(); err != nil {
		return nil, err
	}
	list, err := v.people()
	if err != nil {
		return nil, err
	}
	if p := v.mine(list); p != nil {
		return p, nil
	}
	p := &person{Person: Person{Seat: uuid.NewString(), Name: v.who.Name, Role: v.role(), State: SeatNone}, account: v.me(), host: v.hosts()}
	if v.view.Base == access.ByLink {
		patient, err := v.s.Records.PatientOf(v.c, v.view)
		if err != nil {
			return nil, err
		}
		p.Name = patient.Name
	}
	if p.Role == proxyRole || v.guest != nil {
		p.Relation = v.view.Kinship
	}
	if p.called, err = v.firstName(); err != nil {
		return nil, err
	}
	_, err = v.c.Exec(`INSERT INTO visit_people (visit, seat, account, name, role, relation, host, state, called) VALUES `+db.Placeholders(1, 9), v.ID, p.Seat, p.account, p.Name, p.Role, p.Relation, p.host, string(p.State), p.called)
	return p, err
}

// byLink stands for the account of who came by the patient's own link: there is one
// at a time to a visit, open in one browser.
const byLink = "link"

// me is by what the viewer's own seat is found.
func (v *visit) me() string {
	switch {
	case v.guest != nil:
		return seatOfGuest(v.guest.id)
	case v.view.Base == access.ByLink:
		return byLink
	}
	return v.who.Account
}

// maxSeats is how many people have a place in one room.
const maxSeats = 8

// mine is the viewer's own among those who have a seat; nil: they have none.
func (v *visit) mine(list []*person) *person {
	if i := slices.IndexFunc(list, func(p *person) bool { return p.account == v.me() }); i >= 0 {
		return list[i]
	}
	return nil
}

// place finds somebody a place in the waiting room or the room. Those who have only
// agreed or tried their devices take none. The patient and one host always have
// theirs.
func (v *visit) place(p *person) error {
	if v.group != nil {
		return v.placeInGroup(p)
	}
	if p.host || p.Role == patientRole {
		return nil
	}
	list, err := v.people()
	if err != nil {
		return err
	}
	hosts, others := 0, 0
	for _, x := range list {
		switch {
		case x.Seat == p.Seat || x.Role == patientRole || x.State != SeatWaiting && !x.admittedNow():
		case x.host:
			hosts++
		default:
			others++
		}
	}
	if 1+max(hosts, 1)+others >= maxSeats {
		return fault.New(fault.Conflict, "This visit is full.").WithCode("full")
	}
	return nil
}

func (v *visit) put(p *person) error {
	_, err := v.c.Exec(`UPDATE visit_people SET state = ?, consent = ?, consent_at = ?, checked = ?, checked_at = ?, waiting_since = ?, admitted_by = ?, admitted_at = ? WHERE visit = ? AND seat = ?`,
		string(p.State), p.consent, p.consentAt, p.checked, p.checkedAt, p.waiting, p.admittedBy, p.admitted, v.ID, p.Seat)
	return err
}

// settle makes the visit's state fit who waits and who is in the room.
func (v *visit) settle() error { return v.settleAt(v.s.now()) }

// settleAt is settle for what was so at a time, which ends or begins their talk.
func (v *visit) settleAt(now int64) error {
	list, err := v.people()
	if err != nil {
		return err
	}
	v.WaitingSince = 0
	in := 0
	for _, p := range list {
		if p.State == SeatWaiting && (v.WaitingSince == 0 || p.waiting < v.WaitingSince) {
			v.WaitingSince = p.waiting
		}
		if p.State == SeatIn {
			in++
		}
	}
	switch v.State {
	case schedule.Scheduled, schedule.Waiting:
		v.State = schedule.Scheduled
		if v.WaitingSince != 0 {
			v.State = schedule.Waiting
		}
	}
	if v.group != nil && in > 0 { // they talk as long as somebody leads
		if in, err = v.leadersIn(); err != nil {
			return err
		}
		in++
	}
	switch talk := in >= 2 && v.State == schedule.Live; {
	case talk && v.TalksSince == 0:
		v.TalksSince = now
	case !talk && v.TalksSince != 0:
		v.Talked, v.TalksSince = v.talked(now), 0
	}
	return nil
}

// talked is how long two or more have been in the room together, microseconds.
func (v *visit) talked(now int64) int64 {
	if v.TalksSince == 0 {
		return v.Talked
	}
	return v.Talked + max(0, now-v.TalksSince)
}

// Consent notes that somebody agreed to the visit being held by video.
func (s *Service) Consent(ctx context.Context, who identity.Principal, patient, id, version string) (Visit, error) {
	return s.change(ctx, who, patient, id, "consent", func(v *visit) error {
		if version != v.consentVersion() {
			return fault.New(fault.Conflict, "The text has changed. Please read it again.").WithCode("changed")
		}
		p, err := v.seat()
		if err == nil {
			err = v.happens()
		}
		if err != nil {
			return err
		}
		p.consent, p.consentAt = version, v.s.now()
		if err := v.put(p); err != nil {
			return err
		}
		return v.agreed(p, version, p.consentAt, false)
	})
}

// Check notes how somebody's devices were found.
func (s *Service) Check(ctx context.Context, who identity.Principal, patient, id string, found DeviceCheck) (Visit, error) {
	if err := found.bounded(); err != nil {
		return Visit{}, err
	}
	return s.change(ctx, who, patient, id, "check", func(v *visit) error {
		p, err := v.seat()
		if err == nil {
			err = v.happens()
		}
		if err != nil {
			return err
		}
		p.checked, p.checkedAt = strings.Join(found.words(), " "), v.s.now()
		if err := v.put(p); err != nil {
			return err
		}
		return v.noteLine(p.Seat, found.LineFound)
	})
}

// Wait takes a seat in the waiting room. Who was let in before need not wait
// again.
func (s *Service) Wait(ctx context.Context, who identity.Principal, patient, id string) (Visit, error) {
	return s.change(ctx, who, patient, id, "wait", func(v *visit) error {
		p, err := v.seat()
		if err == nil {
			err = v.happens()
		}
		if err != nil {
			return err
		}
		switch {
		case v.hosts() || p.State == SeatWaiting || p.State == SeatAdmitted || p.State == SeatIn || p.State == SeatLeft:
			return nil
		case p.State == SeatRemoved:
			return errRemoved
		case p.consent != v.consentVersion():
			return fault.New(fault.Conflict, "Please read and agree to how video visits work first.").WithCode("consent")
		case v.s.now() < v.StartsAt-schedule.DoorsOpen.Microseconds():
			return fault.New(fault.Conflict, "The waiting room opens 20 minutes before the visit.").WithCode("early")
		}
		if err := v.unlocked(p); err != nil {
			return err
		}
		if err := v.placed(p); err != nil {
			return err
		}
		if err := v.place(p); err != nil {
			return err
		}
		p.State, p.waiting = SeatWaiting, v.s.now()
		if err := v.put(p); err != nil {
			return err
		}
		if _, err := v.c.Exec(`UPDATE visit_people SET session = ? WHERE visit = ? AND seat = ?`, v.who.Session, v.ID, p.Seat); err != nil {
			return err
		}
		return v.settle()
	})
}

// LeaveWaiting gives the place in the waiting room up, also of who was called and has
// not come in.
func (s *Service) LeaveWaiting(ctx context.Context, who identity.Principal, patient, id string) (Visit, error) {
	return s.change(ctx, who, patient, id, "leave", func(v *visit) error {
		p, err := v.seat()
		if err != nil || !p.toCome() {
			return err
		}
		if err := v.goes(p); err != nil {
			return err
		}
		return v.settle()
	})
}

// toCome: they wait, or were called and have not come in.
func (p *person) toCome() bool {
	return !p.host && (p.State == SeatWaiting || p.State == SeatAdmitted)
}

// goes gives the place up of somebody who is not in the room yet.
func (v *visit) goes(p *person) error {
	p.State, p.admitted, p.admittedBy = SeatNone, 0, ""
	if v.group == nil { // of a group it is kept that they were at the door
		p.waiting = 0
	}
	return v.put(p)
}

func (v *visit) mustHost() error {
	if !v.hosts() {
		return fault.New(fault.Forbidden, "Only the care team can do this.").WithCode("role")
	}
	if v.group != nil && !v.led {
		return errInGroup
	}
	return v.happens()
}

// Start begins a visit.
func (s *Service) Start(ctx context.Context, who identity.Principal, patient, id string) (Visit, error) {
	return s.change(ctx, who, patient, id, "start", func(v *visit) error {
		if err := v.mustHost(); err != nil {
			return err
		}
		if err := v.begin(); err != nil {
			return err
		}
		return v.comes()
	})
}

func (v *visit) begin() error {
	if v.s.now() < v.StartsAt-schedule.DoorsOpen.Microseconds() {
		return fault.New(fault.Conflict, "It is too early for this visit. Move it if you want to hold it now.").WithCode("early")
	}
	if v.State != schedule.Live {
		v.State, v.StartedAt = schedule.Live, v.s.now()
	}
	if v.group != nil { // who leads has a seat of the group
		return nil
	}
	p, err := v.seat()
	if err != nil {
		return err
	}
	if p.State == SeatNone {
		p.State, p.admitted, p.admittedBy = SeatAdmitted, v.s.now(), v.who.Account
		if err := v.put(p); err != nil {
			return err
		}
	}
	return v.leads(p)
}

// Admit lets somebody in who waits. The visit begins with it.
func (s *Service) Admit(ctx context.Context, who identity.Principal, patient, id, seat string) (Visit, error) {
	return s.decide(ctx, who, patient, id, seat, "admit", (*visit).letIn)
}

func (v *visit) letIn(p *person) error {
	if p.State == SeatAdmitted || p.State == SeatIn || p.State == SeatLeft {
		return nil
	}
	if err := v.place(p); err != nil {
		return err
	}
	p.State, p.admitted, p.admittedBy = SeatAdmitted, v.s.now(), v.who.Account
	return v.begin()
}

// Refuse turns somebody away, also who is in the room already. They may ask
// again.
func (s *Service) Refuse(ctx context.Context, who identity.Principal, patient, id, seat string) (Visit, error) {
	return s.decide(ctx, who, patient, id, seat, "refuse", (*visit).turnAway)
}

func (v *visit) turnAway(p *person) error {
	if p.State == SeatRemoved {
		return nil // that is more
	}
	p.State, p.waiting, p.admitted, p.admittedBy = SeatRefused, 0, 0, ""
	return v.s.Access.SeatTakenTx(v.c, v.ID)
}

// Return sends somebody who was let in back to the waiting room, to be let in again
// later: to talk with one alone, or because they came too early.
func (s *Service) Return(ctx context.Context, who identity.Principal, patient, id, seat string) (Visit, error) {
	return s.decide(ctx, who, patient, id, seat, "return", (*visit).sendBack)
}

func (v *visit) sendBack(p *person) error {
	if p.State == SeatWaiting {
		return nil
	}
	if !p.admittedNow() {
		return fault.New(fault.Conflict, "They are not in the visit any more.").WithCode("gone")
	}
	p.State, p.waiting, p.admitted, p.admittedBy = SeatWaiting, v.s.now(), 0, ""
	return v.s.Access.SeatTakenTx(v.c, v.ID)
}

func (s *Service) decide(ctx context.Context, who identity.Principal, patient, id, seat, what string, f func(*visit, *person) error) (Visit, error) {
	return s.change(ctx, who, patient, id, what, func(v *visit) error { return v.decided(seat, f) })
}

// decided does something about somebody who is not a host.
func (v *visit) decided(seat string, f func(*visit, *person) error) error {
	if err := v.mustHost(); err != nil {
		return err
	}
	list, err := v.people()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(p *person) bool { return p.Seat == seat && !p.host && p.State != SeatNone })
	if i < 0 {
		return fault.New(fault.Conflict, "They are not in the waiting room any more.").WithCode("gone")
	}
	if err := f(v, list[i]); err != nil {
		return err
	}
	if err := v.put(list[i]); err != nil {
		return err
	}
	return v.settle()
}

// End ends a visit for everybody.
func (s *Service) End(ctx context.Context, who identity.Principal, patient, id string) (Visit, error) {
	return s.change(ctx, who, patient, id, "end", func(v *visit) error {
		if v.hosts() && v.State == schedule.Ended {
			return nil // sent twice
		}
		if _, err := v.mustControl(); err != nil {
			return err
		}
		if v.State != schedule.Live {
			return fault.New(fault.Conflict, "This visit has not begun.").WithCode("not_live")
		}
		return v.finish()
	})
}

// finish ends a visit that is held: nobody has a seat any more.
func (v *visit) finish() error {
	v.State, v.EndedAt = schedule.Ended, v.s.now()
	if _, err := v.c.Exec(`UPDATE visit_people SET state = CASE WHEN state = ? THEN ? ELSE ? END WHERE visit = ? AND state IN (?, ?, ?)`,
		string(SeatIn), string(SeatLeft), string(SeatNone), v.ID, string(SeatIn), string(SeatWaiting), string(SeatAdmitted)); err != nil {
		return err
	}
	if err := v.s.Access.EndVisitGrantsTx(v.c, v.who, v.Patient, v.ID); err != nil {
		return err
	}
	if err := v.endRecording(); err != nil {
		return err
	}
	return v.settle()
}
