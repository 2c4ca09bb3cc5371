//go:build faults

package sfu

import (
	"sync"
	"time"

	"github.com/pion/webrtc/v4"
)

const injected = true

// narrowed are the lines that carry less than they could, by their downlink.
var narrowed sync.Map

// bucket lets so many bytes a second through, and loses the rest.
type bucket struct {
	mu   sync.Mutex
	rate float64
	left float64
	at   time.Time
}

func (d *downlink) over(bytes int, now time.Time) bool {
	x, is := narrowed.Load(d)
	if !is {
		return false
	}
	b := x.(*bucket)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.left+now.Sub(b.at).Seconds()*b.rate, b.rate/4)
	b.at = now
	if b.left < float64(bytes) {
		return true
	}
	b.left -= float64(bytes)
	return false
}

// KillTransport ends both connections of a seat without a word, as a network does that
// lets nothing pass any more.
func (s *Server) KillTransport(room, seat string) bool {
	return s.each(room, seat, func(x *Seat) {
		for _, pc := range []*webrtc.PeerConnection{x.up.Load(), x.send.Load()} {
			if t := transportOf(pc); t != nil && t.ICETransport() != nil {
				_ = t.ICETransport().Stop()
			}
		}
	})
}

// Narrow lets so many bits a second through to a seat, and loses the rest; 0: all.
func (s *Server) Narrow(room, seat string, bits int) bool {
	return s.each(room, seat, func(x *Seat) {
		if bits <= 0 {
			narrowed.Delete(&x.down)
			return
		}
		narrowed.Store(&x.down, &bucket{rate: float64(bits) / 8, at: time.Now()})
	})
}

func (s *Server) each(room, seat string, f func(*Seat)) (found bool) {
	s.mu.Lock()
	r := s.rooms[room]
	s.mu.Unlock()
	if r == nil {
		return false
	}
	for _, x := range r.all() {
		if x.id == seat {
			f(x)
			found = true
		}
	}
	return found
}
