package telehealth

import (
	"context"
	"errors"
	"sync"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/records"
	"housecall/records/access"
	"housecall/telehealth/recording"
	"housecall/telehealth/schedule"
)

// ConsentVersion is the version of the text that people agree to before their
// first video visit of a day; who agreed to another one is asked again.
const ConsentVersion = "2026-11"

// Roles of people in a visit, beside those of staff.
const (
	patientRole = "patient"
	proxyRole   = "proxy"
)

// Standing is how the viewer stands to a visit.
type Standing struct {
	Seat      string     `json:"seat,omitempty"`
	Role      string     `json:"role" enum:"patient,proxy,guest,interpreter,clinician,nurse,frontdesk,system"`
	State     SeatState  `json:"state" enum:"none,waiting,admitted,in,left,refused,removed"`
	Host      bool       `json:"host"`
	Controls  bool       `json:"controls" doc:"They may mute, remove, lock, choose who is large, and end the visit for everybody"`
	ConsentAt *time.Time `json:"consentAt,omitempty"`
	CheckedAt *time.Time `json:"checkedAt,omitempty"`
	PlaceAt   *time.Time `json:"placeAt,omitempty" doc:"When they confirmed whose visit it is, and where the patient is"`
	Places    bool       `json:"places" doc:"They have to, before they wait"`
	Outside   bool       `json:"outside,omitempty" doc:"The clinic may not treat there"`
	Called    string     `json:"called,omitempty" doc:"In a group: what the others call them"`
}

// Consent is what has to be agreed to.
type Consent struct {
	Version string `json:"version"`
	TextKey string `json:"textKey"`
}

// SummaryRef names the record of the after-visit summary.
type SummaryRef struct {
	Ref string `json:"ref"`
}

// Visit is a visit as its viewer sees it.
type Visit struct {
	ID            string               `json:"id"`
	Patient       string               `json:"patient"`
	PatientName   string               `json:"patientName"`
	Appointment   schedule.Appointment `json:"appointment"`
	State         schedule.State       `json:"state" enum:"scheduled,waiting,live,ended"`
	Now           time.Time            `json:"now"`
	Me            Standing             `json:"me"`
	People        []Person             `json:"people"`
	Room          RoomState            `json:"room"`
	StartedAt     *time.Time           `json:"startedAt,omitempty"`
	EndedAt       *time.Time           `json:"endedAt,omitempty"`
	TalkSeconds   int                  `json:"talkSeconds" doc:"How long two or more have been in the room together"`
	ExpectedAt    *time.Time           `json:"expectedAt,omitempty" doc:"When it is likely to begin"`
	BehindMinutes int                  `json:"behindMinutes,omitempty"`
	Place         int                  `json:"place,omitempty" doc:"Among those who wait for this clinician; 1 is the next one"`
	Consent       Consent              `json:"consent"`
	Note          string               `json:"note,omitempty" enum:"draft,signed"`
	Summary       *SummaryRef          `json:"summary,omitempty"`
	Media         []string             `json:"media,omitempty" doc:"Addresses that answer a STUN request when sound and picture get out directly"`
	Relays        []Relay              `json:"relays,omitempty" doc:"Ways through networks that let no video pass, to be tried before the visit. In the room one is told one's own anew."`
	Rating        *VisitRating         `json:"rating,omitempty" doc:"What the viewer said about it"`
	Ratings       []VisitRating        `json:"ratings,omitempty" doc:"For those who held it: what was said about it"`
	Recording     *recording.Progress  `json:"recording,omitempty" doc:"The last recording that was asked for"`
	MayRecord     bool                 `json:"mayRecord,omitempty" doc:"The viewer may ask whether it may be recorded"`
	Lines         []VisitLine          `json:"lines,omitempty" doc:"For those who held it: how everybody's line was"`
	Sealing       *Sealing             `json:"sealing,omitempty" doc:"Encryption from browser to browser; missing where nobody ever asked for it"`
}

// Relay is a way to the room through a network that lets no video pass: an
// RTCIceServer of browsers.
type Relay struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username"`
	Credential string   `json:"credential"`
}

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Records  *records.Store
	Access   *access.Service
	Identity *identity.Service
	Notices  *notifications.Service
	Schedule *schedule.Service
	Relays   func(visit, whose string) []Relay // nil: there are none
	Media    func() []string                   // where this node's media port is; nil: not told
	Now      func() time.Time

	Recordings *recording.Service // nil: the clinic does not record visits
}

// Service keeps visits.
type Service struct {
	Deps
	mu     sync.Mutex
	looked map[string]time.Time // who saw what of which visit a moment ago, see seen
}

// New makes the service.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Records == nil || d.Access == nil || d.Identity == nil || d.Notices == nil || d.Schedule == nil {
		return nil, errors.New("telehealth: a part is missing")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	s := &Service{Deps: d, looked: map[string]time.Time{}}
	d.Identity.Ended(s.signedOutTx)
	return s, nil
}

// now is cut to the millisecond that a FHIR instant shows.
func (s *Service) now() int64 { return s.Now().UnixMilli() * 1000 }

func moment(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

func momentOf(micros int64) *time.Time {
	if micros == 0 {
		return nil
	}
	t := moment(micros)
	return &t
}

func notFound() error { return fault.New(fault.NotFound, "We could not find that.") }

// visit is one visit within a transaction, with its viewer.
type visit struct {
	*schedule.Booked
	s    *Service
	c    *db.Conn
	who  identity.Principal
	view *access.View

	group *schedule.Group // of a group visit
	led   bool            // by who holds the group, who does it here for one member
	guest *guest          // of who came by a guest's link
	room  *controls       // once it was asked for

	within bool // somebody of it is in the room, or was when it was read first
}

// open finds a visit for somebody who may see it.
func (s *Service) open(c *db.Conn, who identity.Principal, patient, id string, change bool) (*visit, error) {
	enter := s.Schedule.Enter
	if change {
		enter = s.Schedule.EnterTx
	}
	v, err := enter(c, who, patient)
	if err != nil {
		return nil, err
	}
	if !v.Holds("Appointment", id) { // a guest of another visit
		return nil, notFound()
	}
	group, err := schedule.GroupOfTx(c, patient, id, change)
	if err != nil {
		return nil, err
	}
	b, err := schedule.BookedTx(c, patient, id, change)
	if err != nil {
		return nil, err
	}
	out := &visit{Booked: b, s: s, c: c, who: who, view: v.For(id), group: group}
	if out.view.Base == access.GuestByLink {
		err = out.asGuest()
	}
	return out, err
}

// change lets f change a visit, leaves the audit row of that, and tells everybody
// who watches it. what is a machine word for what is done.
func (s *Service) change(ctx context.Context, who identity.Principal, patient, id, what string, f func(*visit) error) (Visit, error) {
	var out Visit
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		v, err := s.open(c, who, patient, id, true)
		if err == nil {
			err = f(v)
		}
		if err != nil {
			return err
		}
		if err := v.save(); err != nil {
			return err
		}
		if err := s.Access.RecordTx(c, event(v.who, v.view, "update", id, what)); err != nil {
			return err
		}
		out, err = v.show()
		return err
	})
	if err != nil {
		return Visit{}, s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	return out, nil
}

func (v *visit) save() error {
	if err := v.SaveTx(v.c); err != nil {
		return err
	}
	if v.group != nil {
		if err := v.s.Schedule.MemberMovedTx(v.c, v.group, v.within); err != nil {
			return err
		}
	}
	return v.s.Schedule.MovedTx(v.c, v.Patient, v.ID)
}

// Visit gives a visit as somebody sees it.
func (s *Service) Visit(ctx context.Context, who identity.Principal, patient, id string) (Visit, error) {
	var out Visit
	var view *access.View
	err := s.DB.InReadTx(ctx, func(c *db.Conn) error {
		v, err := s.open(c, who, patient, id, false)
		if err != nil {
			return err
		}
		who, view = v.who, v.view
		out, err = v.show()
		return err
	})
	if err != nil {
		return Visit{}, s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	return out, s.seen(ctx, who, view, id, "visit")
}

// event is what the log of accesses keeps of something that was done in a visit.
func event(who identity.Principal, v *access.View, action, id, what string) access.Event {
	return access.Event{Who: who, Patient: v.Patient, View: *v, Action: action, Type: "Appointment", ID: id, Categories: access.Of(access.Appointments), Count: 1, Outcome: "ok", Detail: what}
}

// lookAgain: pages ask for a visit all the time while somebody is in it. That is
// one look, of which the log of accesses gets a row each time this has passed.
const lookAgain = 5 * time.Minute

func (s *Service) seen(ctx context.Context, who identity.Principal, v *access.View, id, what string) error {
	now := s.Now()
	key := who.Session + " " + who.Account + " " + what + " " + id
	s.mu.Lock()
	at, known := s.looked[key]
	if known && now.Sub(at) < lookAgain {
		s.mu.Unlock()
		return nil
	}
	if len(s.looked) > 10_000 {
		clear(s.looked)
	}
	s.looked[key] = now
	s.mu.Unlock()
	err := s.Access.Record(ctx, event(who, v, "read", id, what))
	if err != nil { // it was not written down, so it has to be the next time
		s.mu.Lock()
		delete(s.looked, key)
		s.mu.Unlock()
	}
	return err
}

func (v *visit) show() (Visit, error) {
	a, err := v.s.Schedule.ShowTx(v.c, v.view, v.Booked)
	if err != nil {
		return Visit{}, err
	}
	now := v.s.now()
	out := Visit{
		ID: v.ID, Patient: v.Patient, Appointment: a, State: v.State, Now: moment(now),
		StartedAt: momentOf(v.StartedAt), EndedAt: momentOf(v.EndedAt), TalkSeconds: int(v.talked(now) / 1e6), BehindMinutes: v.Behind,
		Consent: Consent{v.consentVersion(), "consent." + v.consentVersion()}, Me: Standing{Role: v.role(), Host: v.hosts(), State: SeatNone}, People: []Person{},
	}
	if v.group != nil {
		if err := v.showGroup(&out); err != nil {
			return Visit{}, err
		}
	} else if v.State == schedule.Scheduled || v.State == schedule.Waiting {
		turn, err := v.s.Schedule.TurnTx(v.c, v.Booked)
		if err != nil {
			return Visit{}, err
		}
		if out.ExpectedAt = momentOf(turn.At); v.State == schedule.Waiting {
			out.Place = turn.Place
		}
	}
	list, err := v.people()
	if err != nil {
		return Visit{}, err
	}
	if out.PatientName, err = v.patientName(list); err != nil {
		return Visit{}, err
	}
	if out.Room, err = v.roomState(list); err != nil {
		return Visit{}, err
	}
	out.Me.Controls = v.controls(list) == nil
	for _, p := range list {
		me := p.account == v.me()
		if me {
			out.Me.Seat, out.Me.State, out.Me.ConsentAt, out.Me.CheckedAt = p.Seat, p.State, momentOf(p.consentAt), momentOf(p.checkedAt)
			if p.consent != v.consentVersion() {
				out.Me.ConsentAt = nil
			}
		}
		if !me && !v.shows(p, list) {
			continue
		}
		p.Me, p.Host = me, p.host
		if !v.hosts() {
			p.Check, p.SelfNamed, p.OtherDevice = nil, false, false
		}
		out.People = append(out.People, p.Person)
	}
	if err := v.besides(&out, v.mine(list)); err != nil {
		return Visit{}, err
	}
	out.Me.Places = !out.Me.Host && v.speaksForPatient()
	if err := v.prepare(&out); err != nil {
		return Visit{}, err
	}
	if v.writes() || a.Summary {
		out.Note = v.Note
	}
	if v.s.Relays != nil && v.joins() == nil && v.happens() == nil {
		out.Relays = v.s.Relays(v.ID, "check "+v.me())
	}
	if v.s.Media != nil && v.joins() == nil && v.happens() == nil {
		out.Media = v.s.Media()
	}
	if v.guest != nil || v.view.Base == access.ByLink { // the chart has no name outside
		out.Patient, out.Appointment.Patient = "", ""
		if v.happens() != nil {
			out.People = []Person{}
		}
	}
	if a.Summary {
		var n *note
		if n, err = v.note(); err == nil {
			out.Summary = &SummaryRef{"DocumentReference/" + n.document}
		}
	}
	if err == nil {
		err = v.rated(&out)
	}
	if err == nil {
		err = v.showRecording(&out)
	}
	if err == nil {
		err = v.lines(&out)
	}
	if err == nil {
		err = v.showSealing(&out)
	}
	return out, err
}

// role is as what the viewer takes part.
func (v *visit) role() string {
	switch v.view.Base {
	case access.Self, access.ByLink:
		return patientRole
	case access.Proxy:
		if v.view.Visits != nil && v.view.Kinship == interpreterRole {
			return interpreterRole
		}
		return proxyRole
	case access.GuestByLink:
		return v.guest.role
	case access.CareTeam, access.ClinicStaff:
		return string(v.view.Role)
	}
	return "system"
}

// hosts: they let people in, begin and end the visit.
func (v *visit) hosts() bool { return v.view.Base == access.CareTeam && v.view.Act.Has(access.Visits) }

// writes: they work on the note.
func (v *visit) writes() bool { return v.hosts() && v.view.Act.Has(access.Documents) }

// joins: they may take part. A caregiver needs to have been given that.
func (v *visit) joins() error {
	switch {
	case v.group != nil && v.hosts() && !v.led:
		return errInGroup
	case v.view.Base == access.Self && v.view.Relation == access.Self, v.view.Base == access.ByLink, v.guest != nil, v.hosts():
		return nil
	case v.view.Relation == access.Proxy && v.view.Can&access.PowerVisits != 0:
		return nil
	}
	return fault.New(fault.Forbidden, "You can see this visit, but not take part in it.").WithCode("role")
}

// happens: it is a video visit that is not over or called off.
func (v *visit) happens() error {
	switch {
	case v.Status == schedule.StatusCancelled:
		return fault.New(fault.Conflict, "This visit was cancelled.").WithCode("cancelled")
	case v.State == schedule.Ended || v.group != nil && v.group.State == schedule.Ended || v.Status != schedule.StatusBooked || v.State != schedule.Live && v.s.now() > v.EndsAt+schedule.DoorsClose.Microseconds():
		return fault.New(fault.Conflict, "This visit is over.").WithCode("ended")
	case v.Mode != schedule.Video:
		return fault.New(fault.Conflict, "This visit takes place at the clinic.").WithCode("mode")
	}
	return nil
}

// MayFollow tells whether somebody may watch a visit, and by which topic.
func (s *Service) MayFollow(ctx context.Context, who identity.Principal, patient, id string) (topic string, err error) {
	if _, err := s.open(s.DB.Read(ctx), who, patient, id, false); err != nil {
		return "", err
	}
	return schedule.VisitTopic(id), nil
}
