// Package schedule keeps who sees whom when: the times that practitioners offer,
// and the appointments that take them. An appointment is a FHIR Appointment in
// the patient's chart; the rows beside it keep two people from having the same
// time and make the clinic's day one query.
package schedule

import (
	"errors"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
	"housecall/notifications"
	"housecall/records"
	"housecall/records/access"
)

// Mode is how people meet.
type Mode string

// The modes.
const (
	Video  Mode = "video"
	Clinic Mode = "clinic"
)

func (m Mode) bit() int {
	switch m {
	case Video:
		return 1
	case Clinic:
		return 2
	}
	return 0
}

func modesOf(bits int) []Mode {
	out := []Mode{}
	for _, m := range []Mode{Video, Clinic} {
		if bits&m.bit() != 0 {
			out = append(out, m)
		}
	}
	return out
}

// Status of an appointment that was booked here (FHIR R4, AppointmentStatus).
const (
	StatusBooked    = "booked"
	StatusArrived   = "arrived"
	StatusFulfilled = "fulfilled"
	StatusCancelled = "cancelled"
	StatusNoShow    = "noshow"
)

// State is how far a visit has come.
type State string

// The states.
const (
	Scheduled State = "scheduled"
	Waiting   State = "waiting" // somebody is in the waiting room
	Live      State = "live"
	Ended     State = "ended"
)

// Words of a note's state, beside "" for none.
const (
	NoteDraft  = "draft"
	NoteSigned = "signed"
)

// Bounds.
const (
	// DoorsOpen is how long before its start somebody may come to a visit.
	DoorsOpen = 20 * time.Minute
	// DoorsClose is how long after its planned end it can still be begun.
	DoorsClose = 4 * time.Hour

	maxDays   = 14
	maxReason = 500 // characters
	maxComing = 20  // booked appointments of one patient
	maxPage   = 100
)

// Practitioner is whom one sees.
type Practitioner struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role" doc:"Their field of work, in words"`
}

// Slot is a free time.
type Slot struct {
	ID           string    `json:"id"`
	Start        time.Time `json:"start"`
	End          time.Time `json:"end"`
	Practitioner string    `json:"practitioner" doc:"Id of the practitioner"`
	Modes        []Mode    `json:"modes"`
}

// FreeDay has the free times of a day of the clinic.
type FreeDay struct {
	Date  string `json:"date"`
	Slots []Slot `json:"slots"`
}

// Free is what can be booked.
type Free struct {
	Practitioners []Practitioner `json:"practitioners"`
	Days          []FreeDay      `json:"days"`
	Next          string         `json:"next,omitempty" doc:"First day after these that has free times"`
	CanBook       bool           `json:"canBook"`
	TimeZone      string         `json:"timeZone"`
}

// Appointment is one appointment as its viewer sees it.
type Appointment struct {
	ID           string       `json:"id"`
	Patient      string       `json:"patient"`
	Start        time.Time    `json:"start"`
	End          time.Time    `json:"end"`
	Mode         Mode         `json:"mode" enum:"video,clinic"`
	Status       string       `json:"status" enum:"booked,arrived,fulfilled,cancelled,noshow"`
	Reason       string       `json:"reason,omitempty"`
	Practitioner Practitioner `json:"practitioner"`
	Place        string       `json:"place,omitempty"`
	JoinFrom     *time.Time   `json:"joinFrom,omitempty" doc:"Of a video visit: when its waiting room opens"`
	Visit        State        `json:"visit,omitempty" enum:"scheduled,waiting,live,ended"`
	Behind       int          `json:"behindMinutes,omitempty" doc:"How late the clinic said that it will be"`
	Summary      bool         `json:"summary,omitempty" doc:"There is a note and a summary to read"`
	Group        *OfGroup     `json:"group,omitempty" doc:"Of a visit together with other patients"`
}

// DayItem is an appointment in the clinic's day.
type DayItem struct {
	Appointment
	PatientName  string       `json:"patientName"`
	BirthDate    string       `json:"birthDate"`
	Age          *records.Age `json:"age,omitempty"`
	Sex          string       `json:"sex"`
	WaitingSince *time.Time   `json:"waitingSince,omitempty"`
	Note         string       `json:"note,omitempty" enum:"draft,signed"`
	Missable     bool         `json:"missable,omitempty" doc:"The viewer can say that they did not come; of who did not: can take it back"`
	Absent       bool         `json:"absent,omitempty" doc:"Of a group that is over: they were not in it, and nobody has said why"`
}

// Day is a day of the clinic.
type Day struct {
	Date    string     `json:"date"`
	Items   []DayItem  `json:"items"`
	Waiting []DayItem  `json:"waiting" doc:"Who is in a waiting room, the longest first"`
	Groups  []DayGroup `json:"groups"`
}

// Publisher tells open pages that something moved.
type Publisher interface{ Publish(topic string) }

// Deps is what the service works with.
type Deps struct {
	DB      *db.DB
	Records *records.Store
	Access  *access.Service
	Notices *notifications.Service
	Hub     Publisher // nil: no page is told
	Key     *sitekey.Ring
	Zone    *time.Location // of the clinic; nil: UTC
	Now     func() time.Time
}

// Service keeps the schedule.
type Service struct {
	Deps
	digests *sitekey.Secret
}

// New makes the service. It reminds people of their visits once the jobs of
// Notices run.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Records == nil || d.Access == nil || d.Notices == nil {
		return nil, errors.New("schedule: a part is missing")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Zone == nil {
		d.Zone = time.UTC
	}
	s := &Service{Deps: d, digests: d.Key.Secret("appointment digests")}
	return s, notifications.AddWorker(d.Notices, s.remind)
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

// DayTopic is what the pages of a staff member's day watch.
func DayTopic(account string) string { return "day/" + account }

// VisitTopic is what pages watch that show a visit.
func VisitTopic(visit string) string { return "visit/" + visit }

// MovedTx tells the pages of everybody at the clinic who may see an appointment,
// once it is committed.
func (s *Service) MovedTx(c *db.Conn, patient, id string) error {
	if s.Hub == nil {
		return nil
	}
	circle, err := s.Access.Circle(c, patient)
	if err != nil {
		return err
	}
	topics := []string{VisitTopic(id)}
	for _, n := range circle {
		if n.Relation == access.CareTeam || n.Relation == access.ClinicStaff {
			topics = append(topics, DayTopic(n.Account))
		}
	}
	c.After(func() {
		for _, t := range topics {
			s.Hub.Publish(t)
		}
	})
	return nil
}

const appointment = "Appointment"

// Enter decides whether somebody may see the appointments of a chart. Without
// that they are not there.
func (s *Service) Enter(c *db.Conn, who identity.Principal, patient string) (*access.View, error) {
	return seeing(s.Records.Enter(c, who, patient, appointment))
}

// EnterTx is Enter under the chart's lock.
func (s *Service) EnterTx(c *db.Conn, who identity.Principal, patient string) (*access.View, error) {
	return seeing(s.Records.EnterTx(c, who, patient, appointment))
}

func seeing(v *access.View, err error) (*access.View, error) {
	if err == nil && !v.See.Has(access.Appointments) {
		err = access.NoChart()
	}
	return v, err
}

func mayBook(v *access.View) error {
	if !v.Act.Has(access.Appointments) || !v.AllowsType(appointment, 'c') || !v.AllowsType(appointment, 'u') {
		return fault.New(fault.Forbidden, "You can see these visits, but not book or change them.").WithCode("role")
	}
	return nil
}

func notFound() error { return fault.New(fault.NotFound, "We could not find that.") }
