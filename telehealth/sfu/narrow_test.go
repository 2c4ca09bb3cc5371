package sfu

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/telehealth/sfu/peer"
)

// held is what a client was last told that it does not get.
func (p *somebody) held() (m peer.Message, told bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range slices.Backward(p.heard) {
		if m.T == "held" {
			return m, true
		}
	}
	return m, false
}

// level is what a client was last told of its line.
func (p *somebody) level() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range slices.Backward(p.heard) {
		if m.T == "quality" {
			return m.Level
		}
	}
	return ""
}

// sounds is how many different packets of sound came since one of them, of how
// many that were sent, and how many were missing one after the other at most.
func (p *somebody) sounds(key string, since int) (came, sent, gap int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	seqs := slices.Clone(p.seqs[key][since:])
	slices.Sort(seqs)
	seqs = slices.Compact(seqs)
	for i := 1; i < len(seqs); i++ {
		gap = max(gap, int(seqs[i]-seqs[i-1])-1)
	}
	return len(seqs), int(seqs[len(seqs)-1]-seqs[0]) + 1, gap
}

// On 150 kbit/s that lose a tenth, with 200 ms there and back, people go on to hear
// each other. The picture yields, they are told, and it comes back.
func TestSoundGoesOnWhereAPictureCannot(t *testing.T) {
	t.Parallel()
	s := open(t, Config{})
	line := between(t, s)
	a, v := layered(t, s, "r", "a"), &seen{}
	b := enterWith(t, s, "r", "b", peer.Options{Packet: v.take, Report: true, Via: line.via})
	b.Join(false, false, false)
	b.until("the large picture, and sound", func() bool { return v.now() == largeSize && b.count("a audio") > 50 })
	_, told := b.held()
	require.False(t, told)

	began, heard := time.Now(), b.count("a audio")
	line.rate.Store(150_000)
	line.loss.Store(10)
	line.delay.Store(int64(100 * time.Millisecond))
	b.until("only sound", func() bool {
		m, _ := b.held()
		return m.Only == "audio" && len(m.Tracks) == 1 && m.Tracks[0].Seat == "a"
	})
	yields := time.Since(began)
	came, sent, gap := b.sounds("a audio", heard)
	t.Logf("the picture yielded after %v; sound meanwhile: %d of %d packets, %d missing in a row at most", yields, came, sent, gap)
	heard = b.count("a audio") + 25 // what stood in the queue
	a.until("told that b only hears", func() bool { return a.Seats()[1].Only })
	b.until("sound", func() bool { return b.count("a audio") > heard+250 })
	came, sent, gap = b.sounds("a audio", heard)
	t.Logf("sound alone: %d of %d packets, %d missing in a row at most; %d lost on the line in all", came, sent, gap, line.lost.Load())
	require.Greater(t, came, sent*85/100)
	require.Less(t, gap, 25)
	m, _ := b.held()
	require.Equal(t, "audio", m.Only, "a picture did not come back too soon")
	b.until("the line is called bad", func() bool { return b.level() == "bad" })

	began = time.Now()
	line.rate.Store(0)
	line.loss.Store(0)
	b.until("the picture is back", func() bool { m, _ := b.held(); return len(m.Tracks) == 0 && m.Only == "" && v.now() > 0 })
	b.until("the large one", func() bool { return v.now() == largeSize })
	a.until("told that b sees", func() bool { return !a.Seats()[1].Only })
	t.Logf("the picture came back after %v", time.Since(began))
	b.leave()
	a.leave()
}
