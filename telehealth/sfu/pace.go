package sfu

import (
	"slices"
	"sync"
	"time"
)

// A key frame comes as many packets at once, and what joins gets seconds of video.
// A short queue on the way would lose them, so what goes beyond an ordinary picture
// is spread over some milliseconds.
const (
	burstMax    = 10 // packets of a slot that go out at once
	burstWithin = 5 * time.Millisecond
	paceEvery   = time.Millisecond
	paceSteps   = 6   // in which a backlog is gone
	maxBacklog  = 220 // packets; less than the cache holds
)

// waiting is a packet that is sent in a moment. The cache keeps it.
type waiting struct {
	t   *track
	seq uint16
}

// waits queues a packet when the slot has sent enough at once; under the lock.
func (s *slot) waits(t *track, p *packet, now time.Time) bool {
	if len(s.backlog) == 0 {
		if now.Sub(s.burstAt) > burstWithin {
			s.burst, s.burstAt = 0, now
		}
		if s.burst++; s.burst <= burstMax {
			return false
		}
	}
	if len(s.backlog) >= maxBacklog {
		return false
	}
	s.backlog = append(s.backlog, waiting{t, p.seq})
	s.queued()
	return true
}

// queued lets the pacer know of a backlog; under the lock.
func (s *slot) queued() {
	s.pace = max(s.pace, (len(s.backlog)+paceSteps-1)/paceSteps)
	s.pacer.add(s)
}

// drain sends the next part of the backlog and tells whether something is left.
func (s *slot) drain(buf []byte, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(s.pace, len(s.backlog))
	for _, w := range s.backlog[:n] {
		if s.paused || !s.line || s.writer == nil {
			break
		}
		if p, held := w.t.cache.get(w.seq, buf); held {
			s.emit(w.t, &p, now)
		}
	}
	if n == len(s.backlog) {
		s.backlog, s.pace, s.burst, s.burstAt = s.backlog[:0], 0, burstMax/2, now
		return false
	}
	s.backlog = s.backlog[n:]
	return true
}

// pacer drains what slots hold back. It runs only as long as there is something.
type pacer struct {
	run   func(func()) // starts a goroutine that somebody waits for
	flush func()       // sends what slots wrote

	mu    sync.Mutex
	slots []*slot
	runs  bool
}

func (p *pacer) add(s *slot) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(p.slots, s) {
		p.slots = append(p.slots, s)
	}
	if !p.runs {
		p.runs = true
		p.run(p.drain)
	}
}

func (p *pacer) drain() {
	tick := time.NewTicker(paceEvery)
	defer tick.Stop()
	buf := getBuffer(payloadMax)
	defer putBuffer(buf)
	for range tick.C {
		now := time.Now() // the tick may be old
		p.mu.Lock()
		slots := slices.Clone(p.slots)
		p.mu.Unlock()
		var done []*slot
		for _, s := range slots {
			if !s.drain(buf, now) {
				done = append(done, s)
			}
		}
		p.flush()
		p.mu.Lock()
		p.slots = slices.DeleteFunc(p.slots, func(s *slot) bool { return slices.Contains(done, s) })
		if len(p.slots) == 0 {
			p.runs = false
			p.mu.Unlock()
			return
		}
		p.mu.Unlock()
	}
}
