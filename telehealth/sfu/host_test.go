package sfu

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// silencers are who turned somebody's microphone off, as their client is told.
type silencers struct {
	mu  sync.Mutex
	all []string
}

func (s *silencers) listen(b []byte) []byte {
	var m struct{ T, Kind, Host string }
	if json.Unmarshal(b, &m) == nil && m.T == "mute" && m.Kind == "audio" {
		s.mu.Lock()
		s.all = append(s.all, m.Host)
		s.mu.Unlock()
	}
	return b
}

func (s *silencers) count() int { s.mu.Lock(); defer s.mu.Unlock(); return len(s.all) }

// A microphone that a host turned off is not heard, its person is told who did it, and
// can turn it on again. What was said once is done once, also to who comes back.
func TestAHostTurnsAMicrophoneOff(t *testing.T) {
	s := open(t, Config{})
	told := &silencers{}
	a := enter(t, s, "r", "a")
	a.through = told.listen
	a.begin(true, true)
	b := join(t, s, "r", "b")
	b.until("sound", func() bool { return b.count("a audio") > 10 })
	mic := func() bool { return b.Seats()[0].Mic }
	on := func(off bool) { a.Tell(map[string]any{"t": "mute", "kind": "audio", "on": off}) }

	s.Rule("r", "a", Ruling{Muted: 1, MutedBy: "b"})
	a.until("told", func() bool { return told.count() == 1 })
	require.Equal(t, "b", told.all[0])
	b.until("muted", func() bool { return !mic() })
	n, still := b.count("a audio"), 0
	b.until("silence", func() bool {
		if m := b.count("a audio"); m != n {
			n, still = m, 0
		}
		still++
		return still > 20
	})
	on(true) // as its client does then
	on(false)
	b.until("sound again", func() bool { return mic() && b.count("a audio") > n+10 })
	s.Rule("r", "a", Ruling{Muted: 1, MutedBy: "b"})
	n = b.count("a audio")
	b.until("it is not done twice", func() bool { return b.count("a audio") > n+10 })
	require.Equal(t, 1, told.count())

	// While the socket is gone: who resumes, and who joins anew, is told, and is muted.
	a.drop()
	s.Rule("r", "a", Ruling{Muted: 2, MutedBy: "b"})
	a.connect()
	a.Join(true, true, true)
	a.until("resumed, and told first", func() bool { times, _ := a.Joined(); return times == 2 && told.count() == 2 })
	b.until("still muted", func() bool { seats := b.Seats(); return seats[0].In && !seats[0].Mic })
	a.drop()
	a.connect()
	a.Join(true, true, false)
	a.until("told again, for it said nothing", func() bool { times, _ := a.Joined(); return times == 3 && told.count() == 3 })
	b.until("still muted", func() bool { seats := b.Seats(); return seats[0].In && !seats[0].Mic })
	on(false)
	b.until("on again", mic)

	// Who comes after that is not muted by what was decided before.
	c := enter(t, s, "r", "c")
	c.now().Since(7)
	c.Join(true, true, false)
	c.until("joined", func() bool { times, _ := c.Joined(); return times == 1 })
	s.Rule("r", "c", Ruling{Muted: 7, MutedBy: "b"})
	b.until("heard", func() bool { seats := b.Seats(); return len(seats) == 3 && seats[2].Mic })
	s.Rule("r", "c", Ruling{Muted: 8, MutedBy: "b"})
	b.until("muted", func() bool { return !b.Seats()[2].Mic })
	c.leaveUnsent()
	a.leave()
	b.leave()
}

// Whom everybody is to see large is served before who speaks, and large.
func TestTheSpotlightComesFirst(t *testing.T) {
	s := open(t, Config{})
	x, _ := receiver(t, s)
	x.room.speaking = []string{"p2"}
	for _, c := range []struct {
		spot string
		rate float64
		want layer
	}{{"", 380e3, none}, {"p0", 380e3, low}, {"p0", 1.8e6, high}, {"p0", 4.3e6, high}, {"", 1.8e6, low}} {
		x.room.rule("p0", Ruling{Spotlight: c.spot != ""})
		require.Equal(t, c.spot, x.room.spotted())
		x.down.est.rate = c.rate
		x.allot(time.Now())
		require.Equal(t, c.want, got(x)["camera0"], fmt.Sprint(c))
	}
	x.room.rule("p1", Ruling{})
	require.Empty(t, x.room.spotted())
}
