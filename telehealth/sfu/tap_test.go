package sfu

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/telehealth/sfu/peer"
)

// basin is a sink that remembers whose packets it got.
type basin struct {
	mu   sync.Mutex
	got  map[string]int // "seat kind"
	wait chan struct{}  // taken before each packet; nil: it is quick
}

func (b *basin) Take(p Taken) {
	if b.wait != nil {
		<-b.wait
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.got == nil {
		b.got = map[string]int{}
	}
	b.got[p.Seat+" "+string(p.Kind)]++
}

func (b *basin) has(key string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.got[key]
}

func (b *basin) seats() (ids []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key := range b.got {
		ids = append(ids, key)
	}
	slices.Sort(ids)
	return ids
}

// told is what somebody last heard of it.
func (p *somebody) told() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.heard) - 1; i >= 0; i-- {
		if m := p.heard[i]; m.T == "recording" {
			return m.State
		}
	}
	return ""
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	require.Eventually(t, f, patience, 5*time.Millisecond, what)
}

func TestNothingIsTakenThatNotAllAgreedTo(t *testing.T) {
	s := open(t, Config{})
	ana, ben := join(t, s, "visit", "ana"), join(t, s, "visit", "ben")
	eventually(t, "they see each other", func() bool { return ana.count("ben camera") > 5 && ben.count("ana camera") > 5 })
	b := &basin{}
	tap, err := s.Tap("visit", b)
	require.NoError(t, err)
	require.NotNil(t, tap)
	_, err = s.Tap("visit", &basin{})
	require.ErrorIs(t, err, errTapped)
	late := func() time.Time { return time.Now().Add(time.Minute) }
	flows := func() bool { // forwarding goes on, by which time a tap would have had something
		n := ana.count("ben camera")
		return grows(func() int { return ana.count("ben camera") }, n)
	}

	eventually(t, "paused before anybody agreed", func() bool { return ana.told() == tapPaused })
	require.True(t, flows())
	tap.Allow([]string{"ana"}, late())
	require.True(t, flows())
	require.Empty(t, b.seats(), "one of two is not everybody")

	tap.Allow([]string{"ana", "ben"}, late())
	eventually(t, "all is taken", func() bool {
		return b.has("ana audio") > 0 && b.has("ana camera") > 0 && b.has("ben audio") > 0 && b.has("ben camera") > 0
	})
	eventually(t, "and told", func() bool { return ana.told() == tapOn && ben.told() == tapOn })

	// Somebody new: not one packet of theirs, and none of the others meanwhile.
	cleo := enter(t, s, "visit", "cleo")
	cleo.Join(true, true, false)
	eventually(t, "paused", func() bool { return ana.told() == tapPaused })
	require.NoError(t, cleo.Publish("audio", "camera"))
	cleo.until("connected", cleo.Connected)
	cleo.send()
	eventually(t, "cleo is seen", func() bool { return ana.count("cleo camera") > 5 })
	settled(t, tap)
	before := b.has("ana audio")
	require.True(t, flows())
	require.Equal(t, before, b.has("ana audio"))
	require.Zero(t, b.has("cleo audio")+b.has("cleo camera"))
	tap.Allow([]string{"ana", "ben", "cleo"}, late())
	eventually(t, "cleo agreed", func() bool { return b.has("cleo camera") > 0 && b.has("ana audio") > before })

	// A microphone that is off is not taken, though its packets still come.
	ana.Tell(map[string]any{"t": "mute", "kind": "audio", "on": true})
	eventually(t, "muted", func() bool {
		seats := ben.Seats()
		return slices.ContainsFunc(seats, func(p peer.Presence) bool { return p.Seat == "ana" && !p.Mic })
	})
	settled(t, tap)
	before = b.has("ana audio")
	at := b.has("ben audio")
	eventually(t, "the others go on", func() bool { return b.has("ben audio") > at+10 })
	require.Equal(t, before, b.has("ana audio"))

	// Whose socket is gone is not taken, and stops nobody.
	cleo.drop()
	eventually(t, "away", func() bool {
		return slices.ContainsFunc(ana.Seats(), func(p peer.Presence) bool { return p.Seat == "cleo" && !p.In })
	})
	settled(t, tap)
	before, at = b.has("cleo audio"), b.has("ben audio")
	eventually(t, "the others go on", func() bool { return b.has("ben audio") > at+10 })
	require.Equal(t, before, b.has("cleo audio"))

	// Withdrawn.
	tap.Allow([]string{"ana", "cleo"}, late())
	settled(t, tap)
	before = b.has("ana camera") + b.has("cleo camera") + b.has("ben camera")
	require.True(t, flows())
	require.Equal(t, before, b.has("ana camera")+b.has("cleo camera")+b.has("ben camera"))

	// What is allowed ends by itself.
	tap.Allow([]string{"ana", "ben", "cleo"}, time.Now().Add(-time.Second))
	require.True(t, flows())
	settled(t, tap)
	require.Equal(t, before, b.has("ana camera")+b.has("cleo camera")+b.has("ben camera"))
	tap.Close()
	eventually(t, "off", func() bool { return ben.told() == tapOff })
	require.Zero(t, tap.Dropped())
	cleo.connect()
	cleo.Join(true, true, true)
	for _, p := range []*somebody{ana, ben, cleo} {
		p.leave()
	}
}

// grows waits until a count is well past what it was.
func grows(now func() int, was int) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if now() > was+10 {
			return true
		}
	}
	return false
}

// settled waits until the sink has what was taken before.
func settled(t *testing.T, tap *Tap) {
	t.Helper()
	eventually(t, "the queue is empty", func() bool { return tap.waiting.Load() == 0 && len(tap.queue) == 0 })
}

func TestASlowSinkHoldsNobodyUp(t *testing.T) {
	s := open(t, Config{})
	ana := enter(t, s, "visit", "ana")
	ana.Join(true, true, false)
	ana.until("joined", func() bool { n, _ := ana.Joined(); return n == 1 })
	b := &basin{wait: make(chan struct{})}
	tap, err := s.Tap("visit", b)
	require.NoError(t, err)
	tap.Allow([]string{"ana"}, time.Now().Add(time.Minute))
	tap.room.mu.Lock()
	x := tap.room.seats[0]
	tap.room.mu.Unlock()
	k := tap.room.taking.Load()
	require.NotNil(t, k)
	tr := &track{seat: x, kind: Audio, codec: opus, clock: 48000}
	for i := range tapPackets + 100 {
		k.offer(tr, &packet{seq: uint16(i), payload: make([]byte, 50)}, time.Now())
	}
	require.GreaterOrEqual(t, tap.Dropped(), uint64(99))
	require.LessOrEqual(t, tap.waiting.Load(), int64(tapBytes))
	close(b.wait)
	tap.Close()
	require.LessOrEqual(t, b.has("ana audio"), tapPackets+1)
	require.Zero(t, tap.waiting.Load())
	ana.leaveUnsent()
}

func TestATapEndsWithItsRoom(t *testing.T) {
	s := open(t, Config{})
	none, err := s.Tap("visit", &basin{})
	require.NoError(t, err)
	require.Nil(t, none)
	ana := enter(t, s, "visit", "ana")
	ana.Join(true, true, false)
	ana.until("joined", func() bool { n, _ := ana.Joined(); return n == 1 })
	tap, err := s.Tap("visit", &basin{})
	require.NoError(t, err)
	ana.leaveUnsent()
	select {
	case <-tap.Done():
	case <-time.After(patience):
		t.Fatal("it goes on")
	}
}
