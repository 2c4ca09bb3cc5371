package sfu

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// counters are sums since the start.
type counters struct {
	in, out, bytesIn, bytesOut, repairs, missed, replays, keys atomic.Uint64
	gcm, cm                                                    atomic.Uint64
	choked                                                     atomic.Uint64
	lostIn, lostOut                                            atomic.Int64
	joins, pictures                                            timing
}

// Stats is what a Server has done and holds.
type Stats struct {
	Rooms, Seats, Tracks                                 int
	PacketsIn, PacketsOut, Repairs, Replays, KeyRequests uint64
	BytesIn, BytesOut                                    uint64
	LostIn, LostOut                                      uint64 // counted each minute, and when a seat ends
	Missed                                               uint64 // asked for again, and not kept any more
	GCM, CM                                              uint64 // connections by how they are sealed; CM costs many times as much
	Choked                                               uint64 // clients cut off because they said more than was answered
	Joins                                                Timing // from the join to a connection on which is received
	Pictures                                             Timing // from when a picture is to be shown to its first packet
}

// Timing counts times by how long they took: each Counts are those up to Bounds, in
// seconds, and all before.
type Timing struct {
	Bounds []float64
	Counts []uint64
	N      uint64
	Sum    float64
}

var timingBounds = []float64{.05, .1, .25, .5, 1, 2, 3, 5, 10, 30}

type timing struct {
	mu     sync.Mutex
	counts [10]uint64
	n      uint64
	sum    float64
}

func (t *timing) took(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := d.Seconds()
	for i, bound := range timingBounds {
		if s <= bound {
			t.counts[i]++
		}
	}
	t.n++
	t.sum += s
}

func (t *timing) now() Timing {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Timing{timingBounds, append([]uint64(nil), t.counts[:]...), t.n, t.sum}
}

// sealed counts a connection by its profile of SRTP.
func (c *counters) sealed(cipher string) {
	switch {
	case strings.Contains(cipher, "GCM"):
		c.gcm.Add(1)
	case cipher != "":
		c.cm.Add(1)
	}
}

// Stats sums up.
func (s *Server) Stats() Stats {
	c := &s.count
	st := Stats{
		PacketsIn: c.in.Load(), PacketsOut: c.out.Load(), BytesIn: c.bytesIn.Load(), BytesOut: c.bytesOut.Load(), Repairs: c.repairs.Load(), Missed: c.missed.Load(),
		Replays: c.replays.Load(), KeyRequests: c.keys.Load(), LostIn: uint64(c.lostIn.Load()), LostOut: uint64(c.lostOut.Load()), GCM: c.gcm.Load(), CM: c.cm.Load(),
		Choked: c.choked.Load(), Joins: c.joins.now(), Pictures: c.pictures.now(),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rooms {
		st.Rooms++
		for _, x := range r.all() {
			st.Seats++
			for _, o := range r.sourcesOf(x) {
				st.Tracks += len(o.all())
			}
		}
	}
	return st
}
