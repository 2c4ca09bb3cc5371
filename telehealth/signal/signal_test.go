package signal_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/pion/rtp"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
	"housecall/notifications"
	"housecall/telehealth/sfu"
	"housecall/telehealth/sfu/peer"
	"housecall/telehealth/signal"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const patience = 20 * time.Second

// list is who may sit, by account. Somebody's session is named after them.
type list struct {
	mu      sync.Mutex
	seats   map[string]signal.Seat
	refusal error
	in      map[string]bool

	measured []sfu.Summary
}

func (l *list) SeatOf(_ context.Context, session, _, _ string) (signal.Seat, error) {
	return l.seat(session)
}

func (l *list) seat(account string) (signal.Seat, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s, ok := l.seats[account]; ok {
		return s, nil
	}
	if l.refusal != nil {
		return signal.Seat{}, l.refusal
	}
	return signal.Seat{}, fault.New(fault.Forbidden, "Not yet.").WithCode("not_admitted")
}

func (l *list) SeatFor(_ context.Context, who identity.Principal, _, _ string) (signal.Seat, error) {
	return l.seat(who.Account)
}

func (l *list) Present(_ context.Context, _ string, seats []string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.in)
	for _, id := range seats {
		l.in[id] = true
	}
	return nil
}

func (l *list) Gone(ctx context.Context, room string, _ time.Duration) error {
	return l.Present(ctx, room, nil)
}

func (l *list) Measured(_ context.Context, _, _ string, line sfu.Summary) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.measured = append(l.measured, line)
	return nil
}

func (l *list) allow(room, who string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seats[who] = signal.Seat{Room: room, ID: uuid.NewString(), Until: time.Now().Add(time.Hour)}
}

func (l *list) forbid(who string, why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.seats, who)
	l.refusal = why
}

func (l *list) present() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, in := range l.in {
		if in {
			n++
		}
	}
	return n
}

func bus(t *testing.T) string {
	url, _ := busThatStops(t)
	return url
}

func busThatStops(t *testing.T) (url string, stop func()) {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true})
	require.NoError(t, err)
	s.Start()
	require.True(t, s.ReadyForConnections(10*time.Second))
	stop = func() { s.Shutdown(); s.WaitForShutdown() }
	t.Cleanup(stop)
	return s.ClientURL(), stop
}

type node struct {
	*signal.Service
	hub *notifications.Hub
}

func start(t *testing.T, d *db.DB, url, name string, seats signal.Seats) *node {
	log := slog.New(slog.DiscardHandler)
	hub, err := notifications.NewHub(notifications.Config{URL: url, Key: sitekey.ForTest().Secret("hub"), Log: log})
	require.NoError(t, err)
	require.NoError(t, hub.Start(context.Background()))
	t.Cleanup(hub.Stop)
	s, err := signal.New(signal.Deps{DB: d, Hub: hub, Seats: seats, Node: name, Topic: func(v string) string { return "visit/" + v }, Media: sfu.Config{Loopback: true}, Log: log})
	require.NoError(t, err)
	require.NoError(t, s.Start(context.Background()))
	t.Cleanup(s.Stop)
	return &node{s, hub}
}

// socket is a line whose other end is a client.
type socket struct {
	in   chan []byte
	hear func([]byte)
	once sync.Once
	end  chan struct{}
	code int
}

func (s *socket) ReadText() ([]byte, error) {
	select { // what was said before the end is heard
	case b := <-s.in:
		return b, nil
	default:
	}
	select {
	case b := <-s.in:
		return b, nil
	case <-s.end:
		return nil, errors.New("closed")
	}
}
func (s *socket) WriteText(b []byte) error { s.hear(b); return nil }
func (s *socket) Close(code int)           { s.once.Do(func() { s.code = code; close(s.end) }) }

// person is a client in a browser.
type person struct {
	*peer.Client
	t      *testing.T
	line   *socket
	mu     sync.Mutex
	got    map[string]int
	bye    string
	joined int
	stop   chan struct{}
	tasks  sync.WaitGroup
}

func (p *person) until(what string, f func() bool) {
	p.t.Helper()
	require.Eventually(p.t, f, patience, 10*time.Millisecond, what)
}

func (p *person) received(n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.got) < n {
		return false
	}
	for _, packets := range p.got {
		if packets < 20 {
			return false
		}
	}
	return true
}

func (p *person) said() string { p.mu.Lock(); defer p.mu.Unlock(); return p.bye }

// call comes to the room by a node, publishes and sends until the end.
func call(t *testing.T, n *node, visit, account string) *person {
	t.Helper()
	who := identity.Principal{Kind: identity.Person, Account: account, Session: account}
	c, err := n.Open(context.Background(), who, "chart", visit)
	require.NoError(t, err)
	p := &person{t: t, got: map[string]int{}, stop: make(chan struct{})}
	p.line = &socket{in: make(chan []byte, 100), end: make(chan struct{})}
	p.Client, err = peer.New(peer.Options{
		Say: func(b []byte) {
			select {
			case p.line.in <- b:
			case <-p.line.end:
			}
		},
		Packet: func(tag peer.Tag, _ *rtp.Packet) { p.mu.Lock(); defer p.mu.Unlock(); p.got[tag.Seat+" "+tag.Kind]++ },
		Heard: func(m peer.Message) {
			p.mu.Lock()
			defer p.mu.Unlock()
			switch m.T {
			case "bye":
				p.bye = m.Why
			case "joined":
				p.joined++
			}
		},
	})
	require.NoError(t, err)
	p.line.hear = func(b []byte) { _ = p.Hear(b) }
	p.tasks.Go(func() {
		c.Run(p.line, func(context.Context) (identity.Principal, error) { return who, nil })
	})
	p.Join(true, true, false)
	p.until("joined", func() bool { p.mu.Lock(); defer p.mu.Unlock(); return p.joined == 1 })
	require.NoError(t, p.Publish("audio", "camera"))
	p.tasks.Go(func() {
		video, sound := &peer.Video{}, &peer.Sound{}
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-p.stop:
				return
			case <-tick.C:
			}
			for _, x := range video.Frame(3, 900, i%50 == 0) {
				_ = p.Write("camera", x)
			}
			_ = p.Write("audio", sound.Packet(80))
		}
	})
	t.Cleanup(p.gone)
	return p
}

func (p *person) gone() {
	select {
	case <-p.stop:
		return
	default:
	}
	close(p.stop)
	p.Tell(map[string]any{"t": "leave"})
	p.line.Close(1000)
	p.tasks.Wait()
	p.Close()
}

func TestMediaGoesThroughTheNodeThatHoldsTheRoom(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		url, visit := bus(t), uuid.NewString()
		seats := &list{seats: map[string]signal.Seat{}, in: map[string]bool{}}
		a, b := start(t, d, url, "a", seats), start(t, d, url, "b", seats)
		_, err := a.Open(context.Background(), identity.Principal{Account: "rosa"}, "chart", visit)
		require.True(t, fault.Is(err, fault.Forbidden), "%v", err)
		for _, who := range []string{"rosa", "hale", "elena"} {
			seats.allow(visit, who)
		}
		rosa, hale := call(t, a, visit, "rosa"), call(t, b, visit, "hale")
		rosa.until("sound and picture of the other", func() bool { return rosa.received(2) })
		hale.until("sound and picture through the other node", func() bool { return hale.received(2) })
		elena := call(t, b, visit, "elena")
		elena.until("two others", func() bool { return elena.received(4) })
		require.Equal(t, 1, a.Stats().Rooms)
		require.Zero(t, b.Stats().Rooms, "a room is on one node")
		require.Equal(t, 3, seats.present())

		// Who is not to be there any more is told why, at once, and their seat does
		// not wait for them.
		seats.forbid("elena", fault.New(fault.Forbidden, "Turned away."))
		b.hub.Publish("visit/" + visit)
		elena.until("removed", func() bool { return elena.said() == sfu.WhyRemoved })
		elena.until("no seat", func() bool { return seats.present() == 2 })
		seats.forbid("rosa", fault.New(fault.Conflict, "It is over."))
		seats.forbid("hale", fault.New(fault.Conflict, "It is over."))
		a.hub.Publish("visit/" + visit)
		rosa.until("ended", func() bool { return rosa.said() == sfu.WhyEnded })
		hale.until("ended", func() bool { return hale.said() == sfu.WhyEnded })
	})
}

func TestARoomOfANodeThatStopsMovesToAnother(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		url, visit := bus(t), uuid.NewString()
		seats := &list{seats: map[string]signal.Seat{}, in: map[string]bool{}}
		a, b := start(t, d, url, "a", seats), start(t, d, url, "b", seats)
		seats.allow(visit, "rosa")
		seats.allow(visit, "hale")
		rosa, hale := call(t, a, visit, "rosa"), call(t, b, visit, "hale")
		hale.until("media", func() bool { return hale.received(2) })
		a.Stop()
		rosa.until("moved", func() bool { return rosa.said() == sfu.WhyMoved })
		hale.until("moved", func() bool { return hale.said() == sfu.WhyMoved })
		rosa.gone()
		hale.gone()
		rosa, hale = call(t, b, visit, "rosa"), call(t, b, visit, "hale")
		hale.until("media again", func() bool { return hale.received(2) })
		rosa.until("media again", func() bool { return rosa.received(2) })
		require.Equal(t, 1, b.Stats().Rooms)
	})
}

func TestALostLeaseMovesTheRoom(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		url, visit := bus(t), uuid.NewString()
		seats := &list{seats: map[string]signal.Seat{}, in: map[string]bool{}}
		a := start(t, d, url, "a", seats)
		seats.allow(visit, "rosa")
		rosa := call(t, a, visit, "rosa")
		require.NoError(t, d.InTx(context.Background(), func(c *db.Conn) error { // as after a long pause of this process
			_, err := c.Exec(`UPDATE rooms SET node = 'b/x', fence = fence + 1 WHERE room = ?`, visit)
			return err
		}))
		rosa.until("moved", func() bool { return rosa.said() == sfu.WhyDrain })
	})
}

func TestNobodyKeepsASeatByCuttingTheSocket(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		url, visit := bus(t), uuid.NewString()
		seats := &list{seats: map[string]signal.Seat{}, in: map[string]bool{}}
		a, b := start(t, d, url, "a", seats), start(t, d, url, "b", seats)
		for _, who := range []string{"rosa", "hale", "elena"} {
			seats.allow(visit, who)
		}
		rosa, hale, elena := call(t, a, visit, "rosa"), call(t, a, visit, "hale"), call(t, b, visit, "elena")
		rosa.until("two others", func() bool { return rosa.received(4) })
		elena.until("two others", func() bool { return elena.received(4) })
		hale.line.Close(1006)
		elena.line.Close(1006)
		require.Never(t, func() bool { return seats.present() != 3 }, time.Second, 50*time.Millisecond, "seats wait")
		seats.forbid("hale", fault.New(fault.Forbidden, "Turned away."))
		seats.forbid("elena", fault.New(fault.Forbidden, "Turned away."))
		a.hub.Publish("visit/" + visit)
		rosa.until("alone, before the seats have waited to their end", func() bool { return seats.present() == 1 })
		hale.gone()
		elena.gone()
	})
}

func TestNobodyIsInARoomWhoseNodeCrashed(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		room := uuid.NewString()
		seats := &list{in: map[string]bool{"rosa": true}}
		require.NoError(t, d.InTx(context.Background(), func(c *db.Conn) error { // all that such a node leaves
			_, err := c.Exec(`INSERT INTO rooms (room, node, fence, expires_at) VALUES (?, 'gone/1', 3, 1)`, room)
			return err
		}))
		start(t, d, bus(t), "a", seats)
		require.Eventually(t, func() bool { return seats.present() == 0 }, patience, 10*time.Millisecond)
	})
}

func (p *person) count(key string) int { p.mu.Lock(); defer p.mu.Unlock(); return p.got[key] }

func (l *list) id(who string) string { l.mu.Lock(); defer l.mu.Unlock(); return l.seats[who].ID }
