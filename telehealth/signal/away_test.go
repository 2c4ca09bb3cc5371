package signal_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/telehealth/sfu"
	"housecall/telehealth/signal"
)

// The room's own node sends out who may not be there, whether or not it hears so
// from the node that has their socket.
func TestWhoIsSentAwayIsOutWithoutTheBus(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		url, stop := busThatStops(t)
		visit := uuid.NewString()
		seats := &list{seats: map[string]signal.Seat{}, in: map[string]bool{}}
		a, b := start(t, d, url, "a", seats), start(t, d, url, "b", seats)
		for _, who := range []string{"rosa", "hale", "elena"} {
			seats.allow(visit, who)
		}
		rosa, hale, elena := call(t, a, visit, "rosa"), call(t, b, visit, "hale"), call(t, b, visit, "elena")
		rosa.until("two others", func() bool { return rosa.received(4) })
		elena.until("two others", func() bool { return elena.received(4) })
		stop()
		seats.forbid("elena", fault.New(fault.Forbidden, "Turned away."))
		rosa.until("her seat is gone", func() bool { return len(rosa.Seats()) == 2 })
		elena.until("told by her own node", func() bool { return elena.said() == sfu.WhyRemoved })
		hales, rosas := seats.id("hale")+" camera", seats.id("rosa")+" camera"
		heard, n := elena.count(hales), hale.count(rosas)
		hale.until("who may be there stays", func() bool { return hale.count(rosas) > n+60 })
		require.LessOrEqual(t, elena.count(hales), heard+20, "nothing more is sent to her but what was on the way")
		require.Empty(t, rosa.said())
		require.Empty(t, hale.said())
	})
}

// A node is not believed that somebody may sit.
func TestANodeCannotBringInWhoMayNotBeThere(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		url, visit := bus(t), uuid.NewString()
		seats := &list{seats: map[string]signal.Seat{}, in: map[string]bool{}}
		a := start(t, d, url, "a", seats)
		b := start(t, d, url, "b", credulous{seats})
		seats.allow(visit, "rosa")
		rosa := call(t, a, visit, "rosa")
		who := identity.Principal{Account: "mallory", Session: "mallory"}
		c, err := b.Open(context.Background(), who, "chart", visit)
		require.NoError(t, err)
		l := newTalker()
		var task sync.WaitGroup
		task.Go(func() { c.Run(l, func(context.Context) (identity.Principal, error) { return who, nil }) })
		require.Eventually(t, func() bool { return l.said() == sfu.WhyRemoved }, patience, 10*time.Millisecond)
		task.Wait()
		require.Zero(t, l.times("joined"))
		require.Len(t, rosa.Seats(), 1)
	})
}

// credulous lets everybody sit.
type credulous struct{ *list }

func (credulous) SeatFor(_ context.Context, _ identity.Principal, _, visit string) (signal.Seat, error) {
	return signal.Seat{Room: visit, ID: "a seat", Until: time.Now().Add(time.Hour)}, nil
}

// A node that cannot reach the database gives each of its rooms up before another
// node can take it.
func TestNoRoomIsHeldLongerThanItsLease(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		seats := &list{seats: map[string]signal.Seat{}, in: map[string]bool{}}
		a := start(t, d, bus(t), "a", seats)
		const rooms = 5
		var lines []*talker
		var tasks sync.WaitGroup
		for range rooms {
			visit := uuid.NewString()
			who := identity.Principal{Account: visit, Session: visit}
			seats.allow(visit, visit)
			c, err := a.Open(context.Background(), who, "chart", visit)
			require.NoError(t, err)
			l := newTalker()
			tasks.Go(func() { c.Run(l, func(context.Context) (identity.Principal, error) { return who, nil }) })
			lines = append(lines, l)
			require.Eventually(t, func() bool { return l.times("joined") == 1 }, patience, 10*time.Millisecond)
		}
		valid := func() (n int) {
			now := `CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)`
			if d.Dialect == db.Postgres {
				now = `CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)`
			}
			require.NoError(t, d.Read(context.Background()).QueryRow(`SELECT count(*) FROM rooms WHERE expires_at > `+now).Scan(&n))
			return n
		}
		// Somebody's transaction holds what has to be renewed.
		locked, release := make(chan struct{}), make(chan struct{})
		var holding sync.WaitGroup
		holding.Go(func() {
			_ = d.InTx(context.Background(), func(c *db.Conn) error {
				_, err := c.Exec(`UPDATE rooms SET fence = fence`)
				close(locked)
				<-release
				return err
			})
		})
		<-locked
		for _, l := range lines {
			require.Eventually(t, func() bool { return l.said() == sfu.WhyDrain }, patience, 2*time.Millisecond)
		}
		still := valid()
		close(release)
		holding.Wait()
		tasks.Wait()
		require.Equal(t, rooms, still, "leases that still ran when the last room was given up")
	})
}

// A short pause of the database ends no call.
func TestAShortPauseOfTheDatabaseEndsNoCall(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		url, visit := bus(t), uuid.NewString()
		seats := &list{seats: map[string]signal.Seat{}, in: map[string]bool{}}
		pausing := &pauses{list: seats}
		a := start(t, d, url, "a", pausing)
		seats.allow(visit, "rosa")
		rosa := call(t, a, visit, "rosa")
		pausing.set(true)
		rosa.until("asked more than once", func() bool { return pausing.asked() > 3 })
		pausing.set(false)
		n := pausing.answered()
		rosa.until("asked after the pause", func() bool { return pausing.answered() > n+1 })
		require.Empty(t, rosa.said())
		pausing.set(true)
		rosa.until("a long one does", func() bool { return rosa.said() == sfu.WhyDrain })
	})
}

// pauses is a list that cannot always be asked.
type pauses struct {
	*list
	mu      sync.Mutex
	now     bool
	no, yes int
}

func (p *pauses) SeatFor(ctx context.Context, who identity.Principal, patient, visit string) (signal.Seat, error) {
	p.mu.Lock()
	now := p.now
	if now {
		p.no++
	} else {
		p.yes++
	}
	p.mu.Unlock()
	if now {
		return signal.Seat{}, errors.New("no answer")
	}
	return p.list.SeatFor(ctx, who, patient, visit)
}

func (p *pauses) set(now bool)  { p.mu.Lock(); defer p.mu.Unlock(); p.now = now }
func (p *pauses) asked() int    { p.mu.Lock(); defer p.mu.Unlock(); return p.no }
func (p *pauses) answered() int { p.mu.Lock(); defer p.mu.Unlock(); return p.yes }

// talker is a line whose client joins and has no media.
type talker struct {
	*socket
	mu    sync.Mutex
	heard map[string]int
	bye   string
}

func newTalker() *talker {
	l := &talker{socket: &socket{in: make(chan []byte, 1), end: make(chan struct{})}, heard: map[string]int{}}
	l.hear = func(b []byte) {
		var m struct{ T, Why string }
		_ = json.Unmarshal(b, &m)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.heard[m.T]++
		if m.T == "bye" {
			l.bye = m.Why
		}
	}
	l.in <- []byte(`{"t":"join"}`)
	return l
}

func (l *talker) times(kind string) int { l.mu.Lock(); defer l.mu.Unlock(); return l.heard[kind] }
func (l *talker) said() string          { l.mu.Lock(); defer l.mu.Unlock(); return l.bye }
