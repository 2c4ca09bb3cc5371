package sfu

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/telehealth/sfu/peer"
)

// A second pair of connections takes over while the first one goes on: nobody is told
// that somebody went, and nothing of the sound is missing.
func TestASecondPairTakesOver(t *testing.T) {
	t.Parallel()
	s := open(t, Config{})
	l := roughLine(t, s)
	a, b := join(t, s, "r", "a"), comeOver(t, s, l, "r", "b").begin(true, true)
	a.until("two", func() bool { return len(a.Seats()) == 2 })
	flows(a, b, 10)
	for range 2 { // and once more
		at := map[*somebody]int{a: a.count("b audio"), b: b.count("a audio")}
		was, _ := b.Receiving("0")
		start := time.Now()
		require.NoError(t, b.Renew())
		b.until("another connection", func() bool { now, _ := b.Receiving("0"); return now != was })
		flows(a, b, 30)
		t.Logf("a second pair: %v until it carries thirty packets of everything", time.Since(start).Round(time.Millisecond))
		for p, key := range map[*somebody]string{a: "b audio", b: "a audio"} {
			came, sent, gap := p.sounds(key, at[p])
			t.Logf("%s: %d of %d packets of sound, %d missing in a row at most", p.id, came, sent, gap)
			require.Less(t, gap, 10)
		}
	}
	a.until("seats", func() bool {
		return slices.Equal(a.Seats(), []peer.Presence{{Seat: "a", In: true, Mic: true, Cam: true}, {Seat: "b", In: true, Mic: true, Cam: true}})
	})

	// One that never stands costs nothing: the first goes on.
	l.Cut(true)
	require.NoError(t, b.Renew())
	l.Cut(false)
	require.NoError(t, b.Renew())
	flows(a, b, 20)

	// Somebody else comes while it is under way, and more places are needed.
	require.NoError(t, b.Renew())
	c, d := join(t, s, "r", "c"), join(t, s, "r", "d")
	b.until("four", func() bool { return len(b.Seats()) == 4 })
	for _, p := range []*somebody{a, c, d} {
		flows(p, b, 20)
	}
	for _, p := range []*somebody{d, c, b, a} {
		p.leave()
	}
}

// What a client says of second connections is bounded like everything that it says.
func TestSecondPairsOfNonsense(t *testing.T) {
	t.Parallel()
	s := open(t, Config{})
	a := enter(t, s, "r", "a")
	a.Join(true, true, false)
	a.until("joined", func() bool { n, _ := a.Joined(); return n == 1 })
	for range 20 {
		a.tell(`{"t":"restart","fresh":true}`)
		a.tell(`{"t":"sub-answer","n":2,"sdp":"v=0"}`)
		a.tell(`{"t":"pub","n":1,"fresh":true,"sdp":"nonsense","tracks":[]}`)
	}
	a.begin(true, true)
	b := join(t, s, "r", "b")
	flows(a, b, 10)
	a.leave()
	b.leave()
}
