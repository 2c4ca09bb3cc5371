package signal

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/telehealth/sfu"
)

// Seat is somebody's place in the room of a visit.
type Seat struct {
	Room, ID, Role string
	Host           bool
	Size           int       // of the room, which begins with it: sfu.MaxSeats, or sfu.MaxGroup for a group; 0: MaxSeats
	Until          time.Time // nobody stays longer
	Muted          int64     // moves each time that a host turns their microphone off
	MutedBy        string    // seat of that host
	Spotlight      bool      // everybody sees them large
}

// Seats decides who may sit, and hears who does.
type Seats interface {
	// SeatFor refuses who is not to be in the room now.
	SeatFor(ctx context.Context, who identity.Principal, patient, visit string) (Seat, error)
	// SeatOf is SeatFor by the id of a live session, for a node that has the room
	// and not the socket. It takes nobody's word for whose session that is.
	SeatOf(ctx context.Context, session, patient, visit string) (Seat, error)
	// Present: these seats are in the room now, and no others.
	Present(ctx context.Context, room string, seats []string) error
	// Gone: the node of the room died so long ago, and nobody has been in it since.
	Gone(ctx context.Context, room string, ago time.Duration) error
	// Measured: this is how somebody's line was for a while.
	Measured(ctx context.Context, room, seat string, line sfu.Summary) error
}

// Deps is what the service works with.
type Deps struct {
	DB    *db.DB
	Hub   *notifications.Hub
	Seats Seats
	Node  string
	Topic func(visit string) string // that moves when a seat may have been taken away
	Media sfu.Config                // Presence, Order and Size are set here
	Log   *slog.Logger
}

// Service brings people to their rooms.
type Service struct {
	Deps
	leases *leases

	ctx    context.Context
	cancel context.CancelFunc
	tasks  sync.WaitGroup
	media  *sfu.Server
	orders orders
	stop   func() // hearing other nodes
	over   sync.Once
	count  counters

	noting  sync.Mutex // what is told about rooms is told in order
	mu      sync.Mutex
	alarms  alarms
	bridged map[string]*bridged // of other nodes' clients, by session
	calls   map[*Call]struct{}
	asking  int // rooms that are taken now because another node asked
	ended   bool
}

// New makes the service. Nothing listens before Start.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Hub == nil || d.Seats == nil || d.Topic == nil || d.Node == "" {
		return nil, errors.New("signal: a part is missing")
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	s := &Service{Deps: d, bridged: map[string]*bridged{}, calls: map[*Call]struct{}{}}
	s.leases = &leases{db: d.DB, node: d.Node + "/" + rand.Text()[:8], held: map[string]*lease{}, left: s.gone}
	return s, nil
}

// Start takes the port for media and begins to hear other nodes. The hub was
// started before.
func (s *Service) Start(ctx context.Context) error {
	s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	media := s.Media
	media.Presence, media.Order, media.Size, media.Summary, media.Log = s.presence, s.orders.of, s.orders.sizeOf, s.measured, s.Log
	var err error
	if s.media, err = sfu.Open(media); err != nil {
		return err
	}
	if err = s.listen(); err != nil {
		s.media.Close()
		return err
	}
	s.tasks.Go(func() { s.every(clockEvery, s.watchClock) })
	s.tasks.Go(func() { s.every(renewEvery, s.renew) })
	s.tasks.Go(func() { s.every(tidyEvery, s.tidy()) })
	return nil
}

// Stop moves everybody elsewhere and gives the rooms up. It may be called twice.
func (s *Service) Stop() { s.over.Do(s.end) }

func (s *Service) end() {
	s.mu.Lock()
	s.ended = true
	calls := make([]*Call, 0, len(s.calls))
	for c := range s.calls {
		calls = append(calls, c)
	}
	s.mu.Unlock()
	if s.media == nil {
		return
	}
	s.media.Close() // says goodbye, and tells who is gone
	for _, c := range calls {
		c.bye(sfu.WhyMoved)
	}
	s.stop()
	s.cancel()
	s.tasks.Wait()
	if err := s.leases.drop(context.Background()); err != nil {
		s.Log.Warn("rooms were not given up; other nodes take them in a few seconds", "err", err)
	}
}

// Port is the UDP port for media; 0 before Start.
func (s *Service) Port() int {
	if s.media == nil {
		return 0
	}
	return s.media.Port()
}

// Addresses are where clients reach the port for media, each with the address at
// which this machine meets it; none before Start.
func (s *Service) Addresses() map[netip.AddrPort]netip.AddrPort {
	if s.media == nil {
		return nil
	}
	return s.media.Addresses()
}

// Stats sums up what the media plane of this node holds and has done.
func (s *Service) Stats() sfu.Stats {
	if s.media == nil {
		return sfu.Stats{}
	}
	return s.media.Stats()
}

// every calls f again and again until the service stops.
func (s *Service) every(d time.Duration, f func()) {
	t := time.NewTicker(d)
	defer t.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-t.C:
			f()
		}
	}
}

// watchClock never asks the database: a room whose lease runs out is given up in
// time, whatever hangs. Who joined while that happened does not open it again.
func (s *Service) watchClock() {
	s.lost(s.leases.overdue(time.Now()))
	for _, room := range s.media.Rooms() {
		if !s.leases.has(room) {
			s.media.Remove(room, "", sfu.WhyDrain)
		}
	}
}

func (s *Service) renew() { s.lost(s.leases.renew(s.ctx, s.media.Has)) }

func (s *Service) lost(rooms []string) {
	s.count.lost.Add(uint64(len(rooms)))
	for _, room := range rooms {
		s.Log.Warn("the lease of a room was lost; who is in it joins again")
		s.media.Remove(room, "", sfu.WhyDrain)
	}
}

// tidy writes down who is where.
func (s *Service) tidy() func() {
	n := 0
	return func() {
		// Nobody is in a room whose node has crashed.
		for room, ago := range s.leases.reap(s.ctx) {
			s.gone(s.ctx, room, ago)
		}
		if n++; n%noteEvery == 0 {
			for _, room := range s.leases.rooms() {
				s.note(s.ctx, room)
			}
			s.orders.keep(s.leases.has)
		}
	}
}

// presence hears that somebody has come into a room or gone out of it.
func (s *Service) presence(room, _ string, _ bool) { s.note(context.Background(), room) }

// measured keeps how the line of somebody was. It is not worth a second try.
func (s *Service) measured(room, seat string, line sfu.Summary) {
	ctx, cancel := context.WithTimeout(context.Background(), dbTime)
	defer cancel()
	if err := s.Seats.Measured(ctx, room, seat, line); err != nil {
		s.Log.Warn("how a line was could not be noted", "err", err)
	}
}

// note writes down who is in a room, if it is ours to tell: of a room that was
// lost, its next holder tells. What cannot be noted is noted a little later.
func (s *Service) note(ctx context.Context, room string) {
	s.noting.Lock()
	defer s.noting.Unlock()
	if s.leases.has(room) {
		s.say(ctx, room, s.media.Seats(room))
	}
}

// gone notes that the node which had a room is gone.
func (s *Service) gone(ctx context.Context, room string, ago time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := s.Seats.Gone(ctx, room, ago); err != nil {
		s.Log.Warn("that nobody is in a visit could not be noted", "err", err)
	}
}

func (s *Service) say(ctx context.Context, room string, seats []string) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := s.Seats.Present(ctx, room, seats); err != nil {
		s.Log.Warn("who is in a visit could not be noted", "err", err)
	}
}

// Open decides whether somebody may sit in the room of a visit, and finds the
// room. The caller runs or cancels the call.
func (s *Service) Open(ctx context.Context, who identity.Principal, patient, visit string) (*Call, error) {
	s.mu.Lock()
	ended := s.ended || s.media == nil
	s.mu.Unlock()
	if ended {
		return nil, notNow(nil)
	}
	seat, err := s.Seats.SeatFor(ctx, who, patient, visit)
	if err != nil {
		return nil, err
	}
	holder, err := s.leases.take(ctx, seat.Room)
	if err != nil {
		return nil, notNow(err)
	}
	// Nobody holds it, and this node drains: another one is asked to (settle).
	return &Call{s: s, seat: seat, session: who.Session, patient: patient, visit: visit, holder: holder}, nil
}

func notNow(err error) error {
	return fault.Wrap(fault.Unavailable, "This is not available right now. Please try again in a moment.", err)
}
