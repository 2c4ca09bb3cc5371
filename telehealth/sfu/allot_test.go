package sfu

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/stretchr/testify/require"
)

// told keeps what is said to a client.
type told struct {
	mu  sync.Mutex
	all [][]byte
}

func (w *told) Say(b []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, b)
}
func (w *told) End(string) {}

func (w *told) last(t testing.TB) (m heldMessage) {
	w.mu.Lock()
	defer w.mu.Unlock()
	require.NotEmpty(t, w.all)
	require.NoError(t, json.Unmarshal(w.all[len(w.all)-1], &m))
	require.Equal(t, "held", m.T)
	return m
}

// receiver is a seat that could receive four others in two layers.
func receiver(t testing.TB, s *Server) (*Seat, *told) {
	out := &told{}
	r := newRoom(s, "r")
	x := newSeat(r, &Link{server: s, room: "r", id: "me", out: out}, said{})
	_, err := x.grow(4)
	require.NoError(t, err)
	t.Cleanup(func() {
		for _, l := range x.pool.slots {
			l.carry(nil, true)
		}
		require.NoError(t, x.sub.GracefulClose())
	})
	for i := range x.pool.lines {
		l := &x.pool.lines[i]
		if l.kind == Screen {
			continue
		}
		seat := &Seat{room: r, id: fmt.Sprint("p", l.place)}
		l.from, l.want = &source{seat: seat, kind: l.kind}, high
		layers := map[layer]int64{high: 1000e3, low: 150e3}
		if l.kind == Audio {
			layers = map[layer]int64{high: 50e3}
		}
		for at, rate := range layers {
			c := &track{seat: seat, from: l.from, kind: l.kind, layer: at, cache: newCache(false), pc: x.sub}
			c.meter.rate.Store(rate)
			l.from.set(c)
		}
	}
	x.down.up = time.Now().Add(-time.Minute)
	return x, out
}

// got is what each line gets, by kind and place.
func got(x *Seat) map[string]layer {
	all := map[string]layer{}
	for _, l := range x.pool.lines {
		if l.from != nil {
			all[fmt.Sprint(l.kind, l.place)] = l.got
		}
	}
	return all
}

func TestSoundBeforeTheSpeakersPictureBeforeTheRest(t *testing.T) {
	s := open(t, Config{Order: func(_, seat string) int {
		return map[string]int{"p3": 0}[seat] + map[string]int{"p0": 2, "p1": 1, "p2": 3}[seat]
	}})
	x, out := receiver(t, s)
	x.room.speaking = []string{"p2"}
	everything := map[string]layer{}
	for i := range 4 {
		everything[fmt.Sprint("audio", i)], everything[fmt.Sprint("camera", i)] = high, high
	}
	for _, c := range []struct {
		name string
		rate float64
		less map[string]layer
		only Kind
	}{
		{"nothing is known", 0, nil, ""},
		{"a good line", 4.3e6, nil, ""},
		{"the speaker large", 1.8e6, map[string]layer{"camera0": low, "camera1": low, "camera3": low}, ""},
		{"all small", 1e6, map[string]layer{"camera0": low, "camera1": low, "camera2": low, "camera3": low}, ""},
		{"the speaker, and who comes first", 520e3, map[string]layer{"camera0": none, "camera1": none, "camera2": low, "camera3": low}, ""},
		{"the speaker", 380e3, map[string]layer{"camera0": none, "camera1": none, "camera2": low, "camera3": none}, ""},
		{"sound", 210e3, map[string]layer{"camera0": none, "camera1": none, "camera2": none, "camera3": none}, Audio},
		{"some of it", 155e3, map[string]layer{"camera0": none, "camera1": none, "camera2": none, "camera3": none, "audio0": none}, Audio},
		{"hardly anything", 40e3, map[string]layer{"camera0": none, "camera1": none, "camera2": none, "camera3": none, "audio0": none, "audio1": none}, Audio},
		{"a good line again", 4.3e6, nil, ""},
	} {
		x.down.est.rate = c.rate
		x.allot(time.Now())
		want := map[string]layer{}
		held := 0
		for line, to := range everything {
			if less, is := c.less[line]; is {
				to = less
			}
			if want[line] = to; to == none {
				held++
			}
		}
		require.Equal(t, want, got(x), c.name)
		if c.rate != 0 && (held > 0 || c.name == "a good line again") {
			m := out.last(t)
			require.Len(t, m.Tracks, held, c.name)
			require.Equal(t, c.only, m.Only, c.name)
		}
	}
	// What is shown stays a little longer than it would come.
	x.down.est.rate = 4.15e6
	x.allot(time.Now())
	require.Equal(t, everything, got(x))
	// Who was away is told again.
	said := len(out.all)
	x.again()
	x.allot(time.Now())
	require.Len(t, out.all, said+1)
	require.Empty(t, out.last(t).Tracks)
}

// shaped is a line of its own rate, delay and loss, of packets of 1,000 bytes.
type shaped struct {
	d        *downlink
	now      time.Time
	free     time.Time
	fb       uint8
	arrivals []time.Time // zero: lost
	base     uint16
}

// run sends at a rate for a time, and reports every 100 ms.
func (l *shaped) run(length time.Duration, rate, carries float64, delay time.Duration) {
	next, until, report := l.now, l.now.Add(length), l.now.Add(100*time.Millisecond)
	for ; l.now.Before(until); l.now = l.now.Add(time.Millisecond) {
		for !next.After(l.now) {
			seq := l.d.note(1000, next)
			if len(l.arrivals) == 0 {
				l.base = seq
			}
			if l.free.Before(next) {
				l.free = next
			}
			var at time.Time
			if l.free.Sub(next) < 400*time.Millisecond {
				l.free = l.free.Add(time.Duration(8000 / carries * 1e9))
				at = l.free.Add(delay)
			}
			l.arrivals = append(l.arrivals, at)
			next = next.Add(time.Duration(8000 / rate * 1e9))
		}
		if !report.After(l.now) {
			l.report()
			report = report.Add(100 * time.Millisecond)
		}
	}
}

func (l *shaped) report() {
	n := 0
	for n < len(l.arrivals) && !l.arrivals[n].After(l.now) {
		n++
	}
	if n == 0 {
		return
	}
	l.fb++
	cc := &rtcp.TransportLayerCC{BaseSequenceNumber: l.base, PacketStatusCount: uint16(n), FbPktCount: l.fb}
	epoch := l.d.since.Add(-time.Hour)
	last := int64(0)
	for _, at := range l.arrivals[:n] {
		symbol := uint16(rtcp.TypeTCCPacketNotReceived)
		if !at.IsZero() {
			us := at.Sub(epoch).Microseconds()
			if last == 0 {
				cc.ReferenceTime = uint32(us / 64_000)
				last = us / 64_000 * 64_000
			}
			cc.RecvDeltas = append(cc.RecvDeltas, &rtcp.RecvDelta{Delta: us - last})
			symbol, last = rtcp.TypeTCCPacketReceivedLargeDelta, us
		}
		cc.PacketChunks = append(cc.PacketChunks, &rtcp.RunLengthChunk{PacketStatusSymbol: symbol, RunLength: 1})
	}
	l.base += uint16(n)
	l.arrivals = append(l.arrivals[:0], l.arrivals[n:]...)
	l.d.feedback(cc, l.now)
}

func TestWhatALineCarriesIsLearned(t *testing.T) {
	l := &shaped{d: &downlink{}, now: time.Now()}
	l.run(5*time.Second, 1e6, 5e6, 20*time.Millisecond)
	rate, _ := l.d.allowed(l.now)
	require.Zero(t, rate, "what fits teaches no limit")
	l.run(3*time.Second, 1e6, 500e3, 20*time.Millisecond)
	rate, _ = l.d.allowed(l.now)
	require.InDelta(t, 430e3, rate, 100e3)
	l.run(10*time.Second, 300e3, 500e3, 20*time.Millisecond)
	again, _ := l.d.allowed(l.now)
	require.GreaterOrEqual(t, again, rate)
	require.LessOrEqual(t, again, max(rate, 560e3), "what is not used proves nothing")
	require.True(t, l.d.seek(2e6, l.now), "whether more fits is worth a try")
	require.False(t, l.d.seek(2e6, l.now), "one at a time")
	l.run(probeFor, 1.5e6, 5e6, 20*time.Millisecond)
	_, goes := l.d.missing(l.now)
	require.False(t, goes)
	l.run(time.Second, 300e3, 5e6, 20*time.Millisecond)
	found, _ := l.d.allowed(l.now)
	require.InDelta(t, 1.5e6, found, 200e3)
}

// A way that gets longer, as from one network to another, is no queue.
func TestALongerWayIsNotANarrowOne(t *testing.T) {
	l := &shaped{d: &downlink{}, now: time.Now()}
	l.run(5*time.Second, 600e3, 5e6, 20*time.Millisecond)
	l.run(15*time.Second, 600e3, 5e6, 220*time.Millisecond)
	l.d.est.rate = max(l.d.est.rate, 1)
	low := l.d.est.rate
	require.Less(t, l.d.est.queues[3], int64(queueNone))
	l.run(10*time.Second, 600e3, 5e6, 220*time.Millisecond)
	require.Greater(t, l.d.est.rate, low, "it grows again")
}
