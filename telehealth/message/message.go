package message

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
	"housecall/notifications"
	"housecall/records"
	"housecall/records/access"
	"housecall/telehealth/pool"
)

// Topics are what a thread can be about.
var Topics = []string{"question", "medicine", "appointment", "results", "billing", "other"}

// Sides of a conversation.
const (
	PatientSide = "patient"
	ClinicSide  = "clinic"
)

// Author is who wrote a message.
type Author struct {
	Account  string `json:"-"`
	Name     string `json:"name"`
	Role     string `json:"role" enum:"patient,proxy,clinician,nurse,frontdesk,system"`
	Relation string `json:"relation,omitempty" doc:"Of a proxy: how they and the patient are related"`
	Side     string `json:"side" enum:"patient,clinic"`
}

// Attachment is something that was sent along.
type Attachment struct {
	ID          string `json:"id" maxLength:"64"`
	ContentType string `json:"contentType" maxLength:"100"`
	Title       string `json:"title" maxLength:"200"`
	Size        int64  `json:"size"`
}

// Reader is somebody who has read a message.
type Reader struct {
	Name string    `json:"name"`
	Role string    `json:"role"`
	Side string    `json:"side" enum:"patient,clinic"`
	At   time.Time `json:"at"`
}

// Message is one message of a thread.
type Message struct {
	ID          string       `json:"id"`
	Thread      string       `json:"thread"`
	At          time.Time    `json:"at"`
	From        Author       `json:"from"`
	Mine        bool         `json:"mine"`
	ForPatient  string       `json:"forPatient,omitempty" doc:"Name of the patient, when somebody else wrote for them"`
	Text        string       `json:"text"`
	Attachments []Attachment `json:"attachments"`
	Language    string       `json:"language,omitempty" doc:"In which it was written, as far as it is known"`
	Corrects    string       `json:"corrects,omitempty" doc:"Id of the message that this one corrects"`
	CorrectedBy []string     `json:"correctedBy,omitempty" doc:"Ids of the messages that correct this one"`
	ReadBy      []Reader     `json:"readBy"`
}

// Claim says who takes care of a thread.
type Claim struct {
	Name string `json:"name"`
	Role string `json:"role"`
	Me   bool   `json:"me"`

	Account string `json:"account,omitempty" doc:"For the clinic"`
}

// Thread is one conversation, as its viewer stands to it.
type Thread struct {
	ID        string     `json:"id"`
	Patient   string     `json:"patient"`
	Topic     string     `json:"topic" enum:"question,medicine,appointment,results,billing,other"`
	Subject   string     `json:"subject"`
	State     string     `json:"state" enum:"open,closed"`
	StartedAt time.Time  `json:"startedAt"`
	LastAt    time.Time  `json:"lastAt"`
	LastText  string     `json:"lastText" doc:"The beginning of the last message"`
	LastFrom  Author     `json:"lastFrom"`
	Count     int        `json:"count"`
	Unread    int        `json:"unread"`
	Turn      string     `json:"turn" enum:"you,clinic,patient,none"`
	Due       *time.Time `json:"due,omitempty" doc:"The clinic answers by then"`
	ClaimedBy *Claim     `json:"claimedBy,omitempty"`
	Urgent    bool       `json:"urgent,omitempty" doc:"For the patient's side: the clinic was told that it cannot wait"`
	Priority  string     `json:"priority,omitempty" enum:"routine,soon,urgent" doc:"For the clinic"`
	Pool      string     `json:"pool,omitempty" doc:"For the clinic: who has it while nobody has taken it"`
}

// Page is a thread with some of its messages, the oldest first. The first page
// holds the newest ones.
type Page struct {
	Thread   Thread    `json:"thread"`
	Messages []Message `json:"messages"`
	Next     string    `json:"next,omitempty" doc:"Cursor of the older ones"`
}

// Bounds.
const (
	maxText        = 10_000 // characters
	maxSubject     = 120
	maxAttachments = 10
	excerpt        = 140
	maxPage        = 100
)

// Publisher tells open pages that something moved.
type Publisher interface{ Publish(topic string) }

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Records  *records.Store
	Access   *access.Service
	Notices  *notifications.Service
	Pools    *pool.Service // nil: made here
	Hub      Publisher     // nil: no page is told
	Key      *sitekey.Ring
	Accounts Accounts
	Undo     time.Duration // how long what was sent can be taken back; 0: 30 seconds
	// ShowPresence lets the patient's side know that somebody of the care team has a
	// conversation open.
	ShowPresence bool
	Log          *slog.Logger // nil: the default one
	Now          func() time.Time
}

// Service keeps threads.
type Service struct {
	Deps
	digests *sitekey.Secret
	swept   int64 // when what was taken back long ago was last forgotten
	cancel  context.CancelFunc
	done    sync.WaitGroup
}

// New makes the service. It lets go of files that were never sent once the jobs of
// Notices run, and delivers what was held once it is started.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Records == nil || d.Access == nil || d.Notices == nil || d.Accounts == nil {
		return nil, errors.New("message: a part is missing")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Pools == nil {
		pools, err := pool.New(pool.Deps{DB: d.DB, Access: d.Access, Topics: Topics, Now: d.Now})
		if err != nil {
			return nil, err
		}
		d.Pools = pools
	}
	if d.Undo == 0 {
		d.Undo = defaultOff
	}
	s := &Service{Deps: d, digests: d.Key.Secret("message digests")}
	d.Records.OnUpload(s.expectFile)
	return s, notifications.AddWorker(d.Notices, s.forget)
}

// At gives the service by another clock, for what is told of other times. It
// delivers nothing.
func (s *Service) At(clock func() time.Time) *Service {
	d := s.Deps
	d.Now = clock
	return &Service{Deps: d, digests: s.digests}
}

// now is cut to the millisecond that a FHIR instant shows.
func (s *Service) now() int64 { return s.Now().UnixMilli() * 1000 }

func moment(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

// InboxTopic is what the pages of a staff member's inbox watch.
func InboxTopic(account string) string { return "inbox/" + account }

func (s *Service) publish(topics ...string) {
	if s.Hub == nil {
		return
	}
	for _, t := range topics {
		s.Hub.Publish(t)
	}
}

// authorOf is as whom somebody writes and reads in a chart.
func authorOf(who identity.Principal, v *access.View) Author {
	a := Author{Account: who.Account, Name: who.Name}
	a.Role, a.Relation = v.As()
	a.Side = sideOf(a.Role)
	return a
}

func sideOf(role string) string {
	if access.PatientsSide(role) {
		return PatientSide
	}
	return ClinicSide
}

func notFound() error { return fault.New(fault.NotFound, "We could not find that.") }

// mayRead is the least for everything here. Without it the messages are not
// there.
func mayRead(v *access.View) error {
	if !v.See.Has(access.Messages) {
		return access.NoChart()
	}
	return nil
}

func mayAct(v *access.View) error {
	if err := mayRead(v); err != nil {
		return err
	}
	if !v.Act.Has(access.Messages) || !v.AllowsType(communication, 'c') {
		return fault.New(fault.Forbidden, "You can read these messages, but not write here.").WithCode("role")
	}
	return nil
}
