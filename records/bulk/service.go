package bulk

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"

	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity/egress"
	"housecall/notifications"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/ingest"
)

// Accounts tells whether who asked for a job was cut off since.
type Accounts interface {
	TakenBack(ctx context.Context, family string) (bool, error)
}

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Records  *records.Store
	Access   *access.Service
	Accounts Accounts // nil: jobs go on to their end, whatever becomes of who asked
	Blobs    *blob.Store
	Importer *ingest.Importer
	Jobs     *notifications.Service // not started yet: the service adds its workers
	Keep     time.Duration          // how long files are kept once they are made; 0: a day
	Skew     time.Duration          // by which clocks of nodes may differ; 0: a second
	Turn     time.Duration          // of work on a job, after which others come; 0: 30 s
	Client   *http.Client           // fetches what is imported; nil: only from public addresses, by https
	Hosts    []string               // and only from these (egress.Way); nil: from any
	Now      func() time.Time       // nil: time.Now
	NewID    func() string          // nil: random
}

// Bounds of what is done for others.
const (
	PerClient = 2  // jobs of one client that are under way
	overall   = 20 // of all clients
	turn      = 30 * time.Second
	keep      = 24 * time.Hour
	longest   = 7 * 24 * time.Hour // a job that is not done then never will be
	grace     = 2 * time.Minute    // what worked on a cancelled job has ended by then
	maxFails  = 5
)

// Service does the jobs.
type Service struct {
	Deps
	turns    chan struct{} // one for each job that this node works on
	stopping chan struct{}
	once     sync.Once
}

// workJob asks for the next turn of a job.
type workJob struct {
	Job string `json:"job"`
}

// Kind names the job in the queue.
func (workJob) Kind() string { return "bulk" }

// sweepJob asks for what has expired to be deleted. At keeps those of one job
// apart.
type sweepJob struct {
	Job string `json:"job"`
	At  int64  `json:"at"`
}

// Kind names the job in the queue.
func (sweepJob) Kind() string { return "bulk_sweep" }

// New makes the service and adds its workers to the queue.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Records == nil || d.Access == nil || d.Blobs == nil || d.Importer == nil || d.Jobs == nil {
		return nil, errors.New("bulk: a part is missing")
	}
	if d.Keep == 0 {
		d.Keep = keep
	}
	if d.Skew == 0 {
		d.Skew = time.Second
	}
	if d.Turn == 0 {
		d.Turn = turn
	}
	if d.Client == nil {
		d.Client = egress.Way{Hosts: d.Hosts}.Files(maxFetch)
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.NewID == nil {
		d.NewID = uuid.NewString
	}
	turns := 1 // the queue has two workers there, and mails and reminders wait in it, too
	if d.DB.Dialect == db.Postgres {
		turns = 2
	}
	s := &Service{Deps: d, turns: make(chan struct{}, turns), stopping: make(chan struct{})}
	if err := notifications.AddWorker(d.Jobs, s.work); err != nil {
		return nil, err
	}
	return s, notifications.AddWorker(d.Jobs, func(ctx context.Context, _ sweepJob) error { return s.Sweep(ctx) })
}

// Stop ends turns early. It comes before the queue is stopped.
func (s *Service) Stop() { s.once.Do(func() { close(s.stopping) }) }

// busy is a fault with the time after which to try again.
type busy struct {
	fault *fault.Error
	after time.Duration
}

func (b *busy) Error() string             { return b.fault.Error() }
func (b *busy) Unwrap() error             { return b.fault }
func (b *busy) RetryAfter() time.Duration { return b.after }

func notFound() *fault.Error {
	return fault.New(fault.NotFound, "This job is not there. It may have been cancelled, or its time is over.")
}

// refused is a fault of what was asked, with the name of the parameter.
func refused(code, parameter, text string) error {
	return fault.New(fault.Invalid, text).WithIssues(fault.Issue{Code: code, Expression: parameter, Text: text})
}

func micros(t time.Time) int64 { return t.UnixMicro() }

func moment(m int64) time.Time { return time.UnixMicro(m).UTC() }
