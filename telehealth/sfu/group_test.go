package sfu

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/stretchr/testify/require"

	"housecall/telehealth/sfu/peer"
)

func TestWhoHasAPlaceKeepsIt(t *testing.T) {
	here := func(seat string) bool { return seat != "gone" }
	for _, c := range []struct{ have, best, want string }{
		{"...", "abcd", "abc"},
		{"cba", "abc", "cba"},
		{"abc", "cd", "dbc"},
		{"abc", "c", "abc"},
		{"ab.", "d", "abd"},
		{"abc", "defg", "def"},
		{"abc", "", "abc"},
	} {
		places := strings.Split(strings.ReplaceAll(c.have, ".", " "), "")
		for i := range places {
			places[i] = strings.TrimSpace(places[i])
		}
		settle(places, strings.Split(c.best, ""), here)
		require.Equal(t, strings.Split(c.want, ""), places, "%s, then %s", c.have, c.best)
	}
	places := []string{"a", "gone"}
	settle(places, nil, here)
	require.Equal(t, []string{"a", ""}, places)
}

func TestWhoIsHeardAndSeenInAGroup(t *testing.T) {
	s := &Server{cfg: Config{Order: func(_, seat string) int {
		if seat == "host" || seat == "interpreter" || seat == "third" {
			return 0
		}
		return 1
	}}}
	x := &Seat{room: &Room{server: s, limit: MaxGroup}, wants: map[want]layer{}}
	now := time.Now()
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	o := &source{}
	some := func(id string, v voice) shown {
		return shown{id: id, audio: o, camera: o, voice: v, order: s.order("r", id)}
	}
	others := []shown{
		some("silent", voice{}),
		some("long", voice{since: ago(9 * time.Second), last: now, seen: now}),
		some("cough", voice{since: now, last: now}),
		some("before", voice{last: ago(time.Minute), seen: ago(time.Minute)}),
		some("host", voice{}), some("interpreter", voice{}), some("third", voice{}),
		some("short", voice{since: ago(time.Second), last: now, seen: now}),
		some("just", voice{last: ago(2 * time.Second), seen: ago(2 * time.Second)}),
	}
	require.Equal(t, []string{"host", "interpreter", "long", "short", "cough", "just", "before"}, x.claims(Audio, others, now))
	require.Equal(t, []string{"host", "interpreter", "long", "short", "just", "before", "third", "silent", "cough"}, x.claims(Camera, others, now))
	x.pins = []string{"silent"}
	x.wants[want{"long", Camera}] = none
	others[3].camOff = true
	others[4].micOff = true
	others[0].voice.mum = true // a client that does not say how loud it is may be heard
	require.Equal(t, []string{"silent", "host", "interpreter", "short", "just", "third", "cough"}, x.claims(Camera, others, now))
	require.Equal(t, []string{"interpreter", "third", "long", "short", "cough", "just", "before", "silent"}, x.claims(Audio, others, now))
}

// whole watches that what stands on an m-line looks like one stream.
type whole struct {
	mu     sync.Mutex
	last   map[string]*rtp.Packet
	seats  map[string]map[string]bool
	faults []string
}

func (w *whole) take(tag peer.Tag, p *rtp.Packet) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if l := w.last[tag.Mid]; l != nil {
		if p.SSRC != l.SSRC || p.SequenceNumber != l.SequenceNumber+1 || p.Timestamp-l.Timestamp > 1<<30 {
			w.faults = append(w.faults, fmt.Sprintf("line %s of %s: %d after %d, time %d after %d", tag.Mid, tag.Kind, p.SequenceNumber, l.SequenceNumber, p.Timestamp, l.Timestamp))
		}
	} else {
		w.seats[tag.Mid] = map[string]bool{}
	}
	w.last[tag.Mid] = p
	w.seats[tag.Mid][tag.Seat] = true
}

// Twenty-five come, the host leads, eleven have their cameras on and some of them
// speak in turn; the others are silent with their microphones on.
func TestAGroupOfTwentyFive(t *testing.T) {
	const cameras, turns = 11, 6
	s := open(t, Config{Size: func(string) int { return MaxGroup }, Order: func(_, seat string) int {
		if seat == "p0" {
			return 0
		}
		return 1
	}})
	lines := &whole{last: map[string]*rtp.Packet{}, seats: map[string]map[string]bool{}}
	var all []*somebody
	for i := range MaxGroup {
		o := peer.Options{}
		if i == MaxGroup-1 {
			o.Packet = lines.take
		}
		p := enterWith(t, s, "r", fmt.Sprint("p", i), o)
		p.Join(true, i < cameras, false)
		p.until("joined", func() bool { n, _ := p.Joined(); return n == 1 })
		kinds := []string{"audio"}
		if i < cameras {
			kinds = append(kinds, "camera")
		}
		require.NoError(t, p.Publish(kinds...))
		p.until("connected", p.Connected)
		all = append(all, p)
	}
	_, err := s.Enter("r", "one more", &wire{q: newQueue()})
	require.ErrorContains(t, err, "full")
	var speaks atomic.Int64
	speaks.Store(-1)
	stop := make(chan struct{})
	var media sync.WaitGroup
	media.Go(func() {
		sounds, videos := make([]peer.Sound, MaxGroup), make([]peer.Video, cameras)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			for i, p := range all {
				level := uint8(silent)
				if int64(i) == speaks.Load() {
					level = 20
				}
				_ = p.Speak(level, sounds[i].Packet(60))
				if i < cameras && n%5 == 0 {
					for _, x := range videos[i].Frame(1, 300, p.key.Swap(false) || n == 0) {
						_ = p.Write("camera", x)
					}
				}
			}
		}
	})
	kinds := func(p *somebody, kind string) (n int) {
		for _, tag := range p.Tags() {
			if tag.Kind == kind {
				n++
			}
		}
		return n
	}
	last := all[MaxGroup-1]
	for _, p := range all {
		p.until("the host, whoever speaks, and as many pictures as there are places", func() bool {
			return p == all[0] || p.count("p0 audio") > 3 && p.count("p0 camera") > 3 && kinds(p, "camera") == 9
		})
	}
	spoke := []int{0}
	for turn := range turns {
		i := cameras - 1 - turn // the first were not shown before
		began := time.Now()
		speaks.Store(int64(i))
		spoke = append(spoke, i)
		id := fmt.Sprint("p", i)
		var heard time.Duration
		last.until("the speaker's sound", func() bool { heard = time.Since(began); return last.count(id+" audio") > 0 })
		last.until("the speaker's picture", func() bool { return last.count(id+" camera") > 0 })
		t.Logf("%s is heard after %v and seen after %v", id, heard.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
		for _, p := range all {
			p.until("the speaker", func() bool {
				return p.id == id || p.count(id+" audio") > 5 && p.count(id+" camera") > 1 && p.count("p0 audio") > 0 || p == all[0]
			})
			require.LessOrEqual(t, kinds(p, "audio"), groupSounds)
			require.LessOrEqual(t, kinds(p, "camera"), 9)
		}
	}
	close(stop)
	media.Wait()
	for _, p := range all {
		for i := range all {
			if !slices.Contains(spoke, i) {
				require.Zero(t, p.count(fmt.Sprintf("p%d audio", i)), "who is silent costs nobody anything")
			}
		}
	}
	lines.mu.Lock()
	require.Empty(t, lines.faults)
	several := 0
	for _, seats := range lines.seats {
		if len(seats) > 1 {
			several++
		}
	}
	lines.mu.Unlock()
	require.Positive(t, several, "a line that carried more than one")
	require.LessOrEqual(t, last.has("sub"), 3, "people come and go without new offers")
	for _, p := range all {
		p.leaveUnsent()
	}
}
