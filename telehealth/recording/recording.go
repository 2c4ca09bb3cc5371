package recording

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/records"
	"housecall/telehealth/sfu"
)

// Text is the version of what people agree to; who agreed to another one is asked
// again.
const Text = "2026-11"

// Bounds of one recording.
const (
	maxTime    = 3 * time.Hour
	maxBytes   = 4 << 30
	maxFiles   = 64
	maxOfVisit = 20 // that are asked for
)

// How often a node looks, and after which time another one takes over.
const (
	lookEvery  = time.Second
	allowedFor = 3 * time.Second // since the answers were read last
	beatEvery  = 3 * time.Second
	deadAfter  = 15 * time.Second
	emptyFor   = 2 * time.Minute
	filingTime = 10 * time.Minute
	partTime   = 30 * time.Second
	dbTime     = 2 * time.Second
)

// Media opens taps of rooms that this node holds.
type Media interface {
	Tap(room string, sink sfu.Sink) (*sfu.Tap, error)
}

// Deps is what the service works with.
type Deps struct {
	DB      *db.DB
	Records *records.Store
	Hub     *notifications.Hub
	Media   Media
	Node    string
	Topic   func(visit string) string // that moves when somebody has answered
	Keep    time.Duration             // that recordings are kept
	Log     *slog.Logger
	Now     func() time.Time
}

// Service keeps recordings.
type Service struct {
	Deps
	run    string // this process
	system identity.Principal
	cancel context.CancelFunc
	ctx    context.Context
	tasks  sync.WaitGroup
	wake   chan struct{}

	mu      sync.Mutex
	running map[string]bool
	failed  map[string]string // recordings that this node could not go on with, and why
}

// New makes the service. Nothing is recorded before Start.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Records == nil || d.Hub == nil || d.Media == nil || d.Topic == nil || d.Node == "" || d.Keep <= 0 {
		return nil, errors.New("recording: a part is missing")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	return &Service{Deps: d, run: d.Node + "/" + rand.Text()[:8], system: identity.SystemPrincipal("recording"), wake: make(chan struct{}, 1), running: map[string]bool{}, failed: map[string]string{}}, nil
}

func (s *Service) now() int64 { return s.Now().UnixMilli() * 1000 }

func moment(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

// Start begins to look for what is to be recorded, filed and deleted.
func (s *Service) Start(ctx context.Context) error {
	s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.tasks.Go(func() {
		t := time.NewTicker(lookEvery)
		defer t.Stop()
		for {
			select {
			case <-s.ctx.Done():
				return
			case <-s.wake:
			case <-t.C:
			}
			s.look()
		}
	})
	return nil
}

// Stop ends what runs here; what was taken is kept.
func (s *Service) Stop() {
	if s.cancel != nil {
		s.cancel()
		s.tasks.Wait()
	}
}

// Nudge lets the node look at once.
func (s *Service) Nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *Service) look() {
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{{"begun", s.begin}, {"ended", s.tidy}, {"filed", s.fileAll}, {"deleted", s.expireAll}} {
		if err := step.do(s.ctx); err != nil && s.ctx.Err() == nil {
			s.Log.Warn("recordings could not be "+step.name+"; it is tried again", "err", err)
		}
	}
}

// begin records what is to be recorded in rooms that are here.
func (s *Service) begin(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, dbTime)
	defer cancel()
	list, err := s.list(ctx, `state = 'on' AND filed_at = 0 ORDER BY asked_at LIMIT 200`)
	if err != nil {
		return err
	}
	for _, r := range list {
		s.mu.Lock()
		why := s.failed[r.id]
		busy := s.running[r.id]
		s.mu.Unlock()
		switch {
		case busy:
		case why != "":
			if s.end(ctx, r, why) == nil {
				s.mu.Lock()
				delete(s.failed, r.id)
				s.mu.Unlock()
			}
		default:
			err = errors.Join(err, s.record(r)) // of a room whose last recording is just ending: in a moment
		}
	}
	return err
}

// tidy ends recordings in whose rooms nobody is any more, on whatever node they were.
func (s *Service) tidy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, dbTime)
	defer cancel()
	list, err := s.list(ctx, `state = 'on' AND filed_at = 0 AND began_at < ? AND beat_at < ? ORDER BY asked_at LIMIT 50`, s.now()-emptyFor.Microseconds(), s.now()-emptyFor.Microseconds())
	for _, r := range list {
		if err == nil {
			err = s.end(ctx, r, WhyRoom)
		}
	}
	return err
}

// end ends a recording that nobody ended.
func (s *Service) end(ctx context.Context, r *row, why string) error {
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		err := s.endTx(c, r.id, why)
		c.After(func() { s.Hub.Publish(s.Topic(r.visit)) })
		return err
	})
	return err
}
