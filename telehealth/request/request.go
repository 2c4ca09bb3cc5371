package request

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

// Kind is what is asked for.
type Kind string

// The kinds. A refill is another filling of a prescription that still allows it; a
// renewal needs a new prescription.
const (
	Refill  Kind = "refill"
	Renewal Kind = "renewal"
	Visit   Kind = "visit"
	Record  Kind = "record"
	Form    Kind = "form"
)

// Kinds lists them in the order in which lists show them.
var Kinds = []Kind{Refill, Renewal, Visit, Record, Form}

func (k Kind) category() access.Category { return access.CategoryOfRequest(string(k)) }

func (k Kind) medicine() bool { return k == Refill || k == Renewal }

// Bounds.
const (
	maxText   = 1000 // characters
	maxLine   = 300
	maxPage   = 100
	maxOpen   = 30 // of one chart
	perDay    = 40 // of one account
	maxListed = 5000
)

// Party is somebody who asked or answered.
type Party struct {
	Account  string `json:"-"`
	Name     string `json:"name"`
	Role     string `json:"role" enum:"patient,proxy,clinician,nurse,frontdesk,system"`
	Relation string `json:"relation,omitempty" doc:"Of a proxy: how they and the patient are related"`
	Side     string `json:"side" enum:"patient,clinic"`
}

// Sides of a request.
const (
	PatientSide = "patient"
	ClinicSide  = "clinic"
)

// Stage is one thing that happened to a request.
type Stage struct {
	State State     `json:"state" enum:"requested,received,on-hold,accepted,in-progress,completed,rejected,cancelled"`
	At    time.Time `json:"at"`
	By    Party     `json:"by"`
	Text  string    `json:"text,omitempty"`
}

// Medicine is what a refill or renewal is about.
type Medicine struct {
	ID   string `json:"id" doc:"Of the MedicationRequest"`
	Name string `json:"name"`
}

// File is a form that was sent along.
type File struct {
	ID          string `json:"id"`
	ContentType string `json:"contentType,omitempty"`
	Title       string `json:"title"`
}

// Outcome is something that came of a request.
type Outcome struct {
	Type  string `json:"type" enum:"MedicationRequest,Appointment,DocumentReference"`
	ID    string `json:"id" maxLength:"64"`
	Title string `json:"title,omitempty" maxLength:"300"`
}

// Request is one request as its viewer sees it.
type Request struct {
	ID         string    `json:"id"`
	Patient    string    `json:"patient"`
	Kind       Kind      `json:"kind" enum:"refill,renewal,visit,record,form"`
	State      State     `json:"state" enum:"requested,received,on-hold,accepted,in-progress,completed,rejected,cancelled"`
	Version    int64     `json:"version" doc:"Number of its last step"`
	AskedAt    time.Time `json:"askedAt"`
	ChangedAt  time.Time `json:"changedAt"`
	By         Party     `json:"by" doc:"Who asked"`
	Mine       bool      `json:"mine"`
	ForPatient string    `json:"forPatient,omitempty" doc:"Name of the patient, when somebody else asked for them"`
	Reason     string    `json:"reason,omitempty" doc:"What the clinic needs to know, or why it declined"`

	Medicine  *Medicine `json:"medicine,omitempty"`
	DaysLeft  *int      `json:"daysLeft,omitempty"`
	Pharmacy  string    `json:"pharmacy,omitempty"`
	Mode      string    `json:"mode,omitempty" enum:"video,clinic,either" doc:"How a visit suits"`
	When      string    `json:"when,omitempty" doc:"When a visit suits, in words"`
	Documents string    `json:"documents,omitempty" doc:"Which copies"`
	Recipient string    `json:"recipient,omitempty" doc:"For whom they are"`
	Purpose   string    `json:"purpose,omitempty" doc:"What they are for"`
	Form      *File     `json:"form,omitempty"`
	Note      string    `json:"note,omitempty"`

	Steps   []Stage   `json:"steps" doc:"The oldest first"`
	Results []Outcome `json:"results"`
	Next    []State   `json:"next" doc:"States to which the viewer may bring it"`
	Issues  bool      `json:"issues,omitempty" doc:"The viewer may write the new prescription with it"`
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

// Service keeps requests.
type Service struct {
	Deps
	digests *sitekey.Secret
}

// New makes the service.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Records == nil || d.Access == nil || d.Notices == nil {
		return nil, errors.New("request: a part is missing")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Zone == nil {
		d.Zone = time.UTC
	}
	return &Service{d, d.Key.Secret("request digests")}, nil
}

// now is cut to the millisecond that a FHIR instant shows.
func (s *Service) now() int64 { return s.Now().UnixMilli() * 1000 }

func moment(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

const task = "Task"

// enter decides whether somebody may look at requests in a chart. The view says
// which of them are there.
func seeing(v *access.View, err error) (*access.View, error) {
	if err == nil && (v.See&asked == 0 || v.Visits != nil) { // who is here for one visit has nothing to do with what is asked
		err = access.NoChart()
	}
	return v, err
}

// asked are the categories that requests are of.
var asked = access.Of(access.Medicines, access.Appointments, access.Documents)

func notFound() error { return fault.New(fault.NotFound, "We could not find that.") }

func personOf(who identity.Principal, v *access.View) Party {
	p := Party{Account: who.Account, Name: who.Name}
	p.Role, p.Relation = v.As()
	p.Side = sideOf(p.Role)
	return p
}

func sideOf(role string) string {
	if access.PatientsSide(role) {
		return PatientSide
	}
	return ClinicSide
}
