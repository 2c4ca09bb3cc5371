package sfu

import (
	"sync"
	"time"
)

// A picture comes as several packets, and is worth nothing before the last of them is
// there. So they go on together, to one receiver after the other, which costs much less
// than each on its own (bundle.go).
const (
	holdMost    = time.Millisecond // what takes longer to come goes on as it comes
	holdPackets = burstMax
)

// arriving is the picture that comes in.
type arriving struct {
	mu      sync.Mutex
	packets []*packet // the cache keeps them
	ts      uint32    // of the newest picture
	last    uint16
	any     bool
	slow    bool // of which goes on what comes
	timer   *time.Timer
	timed   bool // it runs
}

// keep puts a packet into the cache. What is held lies there and nowhere else, so it goes on
// before another packet takes its place: a sender may number as it likes, and the clock may be
// sending on what is held at this moment.
func (t *track) keep(p packet, now time.Time) *packet {
	if t.audio() {
		return t.cache.put(p, now)
	}
	w := &t.picture
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.packets) > 0 && (p.seq-w.packets[0].seq >= keepVideo || uint32(now.UnixMilli())-w.packets[0].at > keepFor/2) { //nolint:gosec // wraps
		t.goOn(now)
		w.slow = false
	}
	return t.cache.put(p, now)
}

// hold takes a packet that came, and sends it on with those of its picture.
func (t *track) hold(p *packet, now time.Time) {
	if t.audio() {
		t.forward([]*packet{p}, now)
		return
	}
	w := &t.picture
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case len(w.packets) > 0 && (p.ts != w.ts || !after(p.seq, w.last)):
		t.goOn(now)
		w.slow = false
	case len(w.packets) == 0 && p.ts != w.ts:
		w.slow = false
	}
	late := w.any && !after(p.seq, w.last) // it is waited for
	w.any = true
	if !late {
		w.ts, w.last = p.ts, p.seq
	}
	w.packets = append(w.packets, p)
	if !canBundle || p.marker || late || w.slow || len(w.packets) >= holdPackets {
		t.goOn(now)
		return
	}
	switch {
	case w.timed:
		return
	case w.timer == nil:
		w.timer = time.AfterFunc(holdMost, t.late)
	default:
		w.timer.Reset(holdMost)
	}
	w.timed = true
}

// late: the rest of a picture did not come in time.
func (t *track) late() {
	t.picture.mu.Lock()
	defer t.picture.mu.Unlock()
	if len(t.picture.packets) > 0 && t.picture.timed {
		t.picture.slow = true
		t.goOn(time.Now())
	}
}

// goOn sends what is held; under the lock.
func (t *track) goOn(now time.Time) {
	w := &t.picture
	if w.timed {
		w.timed = false
		w.timer.Stop()
	}
	t.forward(w.packets, now)
	w.packets = w.packets[:0]
}

// letGo forgets what is held: the cache is about to.
func (t *track) letGo() {
	w := &t.picture
	w.mu.Lock()
	defer w.mu.Unlock()
	w.packets = nil
	if w.timer != nil {
		w.timer.Stop()
	}
}

// forward sends packets on to all who receive the track.
func (t *track) forward(packets []*packet, now time.Time) {
	subs := t.subs.Load()
	if subs == nil {
		return
	}
	for _, s := range *subs {
		for _, p := range packets {
			s.forward(t, p, now)
		}
	}
	t.seat.room.server.feeds.send()
}
