package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fasthttp/websocket"

	"housecall/telehealth/sfu/peer"
)

// drain is how long what is still under way may take to arrive.
const drain = time.Second

// gathering is the people in the room of one visit.
type gathering struct {
	command    *sfuCommand
	publishers int
	people     int
	apart      bool      // who sends receives nothing
	epoch      time.Time // of the times in packets
	keyEvery   time.Duration
	keyFactor  int // a whole picture is that much larger
	seats      []*seat

	// What was sent in this time counts, nanoseconds since the epoch.
	from, until atomic.Int64

	mu  sync.Mutex
	err error
}

// seat is one of them.
type seat struct {
	room    *gathering
	name    string
	conn    *websocket.Conn
	client  *peer.Client
	out     chan []byte
	sends   bool
	timed   bool
	joined  time.Time
	in      chan struct{} // closed when the room took them in
	stop    chan struct{}
	running sync.WaitGroup
	key     atomic.Bool  // somebody needs a whole picture
	sent    atomic.Int64 // within the time that counts

	mu      sync.Mutex
	streams map[peer.Tag]bool // what arrives, without the m-line
	first   time.Duration     // to the first packet; 0: none yet
	picture time.Duration     // to the first whole picture
	held    int               // tracks that the room holds back
	latency histogram         // of what counts
}

func newGathering(f *sfuCommand, people int) *gathering {
	return &gathering{command: f, people: people, publishers: min(f.Publishers, people), epoch: time.Now(), keyEvery: keyEvery, keyFactor: keyFactor}
}

func (g *gathering) now() int64 { return int64(time.Since(g.epoch)) }

// fail keeps the first reason why the run is worth nothing.
func (g *gathering) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err == nil {
		g.err = err
	}
}

func (g *gathering) broken() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

// enter seats somebody and waits until the room took them in. timed: somebody is
// there already, so that it takes them no longer than it takes.
func (g *gathering) enter(ctx context.Context, name string, dial func() (*websocket.Conn, error), sends, timed bool) error {
	conn, err := dial()
	if err != nil {
		return err
	}
	s := &seat{room: g, name: name, conn: conn, sends: sends, timed: timed, joined: time.Now(), out: make(chan []byte, 256), in: make(chan struct{}), stop: make(chan struct{}), streams: map[peer.Tag]bool{}}
	s.client, err = peer.New(peer.Options{Report: true, Say: s.say, Packet: s.packet, Heard: s.heard, Key: func(string) { s.key.Store(true) }})
	if err != nil {
		_ = conn.Close()
		return err
	}
	g.seats = append(g.seats, s)
	s.running.Go(s.read)
	s.running.Go(s.write)
	s.client.Join(sends, sends, false)
	if err := wait(ctx, g.command.Within, func() bool {
		select {
		case <-s.in:
			return true
		default:
			return g.broken() != nil
		}
	}); err != nil {
		return errors.New("the room says nothing")
	}
	if err := g.broken(); err != nil || !sends {
		return err
	}
	if err := s.client.Publish("audio", "camera"); err != nil {
		return err
	}
	s.running.Go(s.sendSound)
	s.running.Go(s.sendPictures)
	return nil
}

// wait looks again and again whether something is so.
func wait(ctx context.Context, within time.Duration, ok func() bool) error {
	deadline, again := time.NewTimer(within), time.NewTicker(5*time.Millisecond)
	defer deadline.Stop()
	defer again.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-deadline.C:
			return context.DeadlineExceeded
		case <-again.C:
		}
	}
	return nil
}

// ready waits until everybody receives sound and pictures of all others who send.
func (g *gathering) ready(ctx context.Context) error {
	var missing string
	err := wait(ctx, g.command.Within, func() bool {
		if g.broken() != nil {
			return true
		}
		for _, s := range g.seats {
			want := 2 * g.publishers
			if s.deaf() {
				want = 0
			} else if s.sends {
				want -= 2
			}
			s.mu.Lock()
			has, whole, held := len(s.streams), s.picture > 0, s.held
			s.mu.Unlock()
			if has < want || want > 0 && !whole {
				missing = fmt.Sprintf("%s receives %d of %d tracks; for %d the room finds the line too narrow", s.name, has, want, held)
				return false
			}
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("not everybody receives everybody within %v: %s", g.command.Within, missing)
	}
	return g.broken()
}

// measure lets a time pass, waits for what is under way and sums up.
func (g *gathering) measure(ctx context.Context, length time.Duration) (sum traffic) {
	g.from.Store(g.now())
	until := time.NewTimer(length)
	defer until.Stop()
	select {
	case <-ctx.Done():
	case <-until.C:
	}
	g.until.Store(g.now())
	_ = wait(ctx, drain, func() bool { return g.arrived() == g.sent()*g.receivers() })
	sum.in = g.sent()
	sum.expected = sum.in * g.receivers()
	for _, s := range g.seats {
		s.mu.Lock()
		sum.latency.add(&s.latency)
		for _, x := range []struct {
			took time.Duration
			into *histogram
		}{{s.first, &sum.first}, {s.picture, &sum.picture}} {
			if s.timed && x.took > 0 {
				x.into.record(x.took)
			}
		}
		s.mu.Unlock()
	}
	return sum
}

// receivers are those to whom each packet goes.
func (g *gathering) receivers() int64 {
	if g.apart {
		return int64(len(g.seats) - g.publishers)
	}
	return int64(len(g.seats) - 1)
}

func (g *gathering) sent() (n int64) {
	for _, s := range g.seats {
		n += s.sent.Load()
	}
	return n
}

func (g *gathering) arrived() (n int64) {
	for _, s := range g.seats {
		s.mu.Lock()
		n += s.latency.n
		s.mu.Unlock()
	}
	return n
}

// counts tells whether what was sent at this time does.
func (g *gathering) counts(at int64) bool {
	from, until := g.from.Load(), g.until.Load()
	return from > 0 && at >= from && (until == 0 || at < until)
}

func (g *gathering) close() {
	for _, s := range g.seats {
		s.client.Tell(map[string]any{"t": "leave"})
	}
	for _, s := range g.seats {
		close(s.stop)
	}
	for _, s := range g.seats {
		s.client.Close()
		s.running.Wait()
	}
}

// traffic is what a gathering sent and received.
type traffic struct {
	in, expected            int64
	latency, first, picture histogram
}

func (t *traffic) result(took time.Duration) roomResult {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	few := func(h *histogram) quantiles { return quantiles{h.n, ms(h.quantile(0.5)), ms(h.max)} }
	l := &t.latency
	return roomResult{Kind: "room", Seconds: took.Seconds(), In: t.in, Out: l.n, Lost: t.expected - l.n,
		InRate: float64(t.in) / took.Seconds(), OutRate: float64(l.n) / took.Seconds(),
		P50: ms(l.quantile(0.5)), P90: ms(l.quantile(0.9)), P95: ms(l.quantile(0.95)), P99: ms(l.quantile(0.99)), Max: ms(l.max), First: few(&t.first), Picture: few(&t.picture)}
}
