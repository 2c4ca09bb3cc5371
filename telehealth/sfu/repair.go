package sfu

import (
	"time"

	"github.com/pion/rtcp"
)

// A few bytes of a receiver can ask for a thousand packets. So what it asks for
// twice within a round trip is sent once, and all that is repeated on a slot comes
// out of a budget: a share of what was forwarded there, and a trickle for tracks
// that send little. The budget holds what a good camera sends in a second: a
// short gap of the line can be repaired at once.
const (
	repairPairs  = 64   // of one request that are looked at
	repairShare  = 2    // one byte for so many that were forwarded
	repairFloor  = 32e3 // bytes a second
	repairBudget = 320e3
	repairSoon   = 20 * time.Millisecond
	repairLate   = 400 * time.Millisecond // a round trip is not believed to be longer
)

// repairs is what a slot has repeated; under the slot's lock.
type repairs struct {
	spent  int       // bytes of the budget
	at     time.Time // when the trickle was counted last
	recent []repaired
}

type repaired struct {
	at   uint32 // milliseconds, which wrap
	seq  uint16
	ever bool
}

// earn is called with each packet that is forwarded.
func (r *repairs) earn(bytes int) { r.spent = max(r.spent-bytes/repairShare, 0) }

// trickle adds what time gives.
func (r *repairs) trickle(now time.Time) {
	if !r.at.IsZero() {
		r.spent = max(r.spent-int(min(now.Sub(r.at).Seconds(), 60)*repairFloor), 0)
	}
	r.at = now
}

// may tells whether a packet may be repeated now.
func (r *repairs) may(seq uint16, now time.Time, trip time.Duration) bool {
	if r.recent == nil {
		r.recent = make([]repaired, keepVideo)
	}
	e := r.recent[seq%keepVideo]
	return r.spent < repairBudget && (!e.ever || e.seq != seq || uint32(now.UnixMilli())-e.at >= uint32(trip.Milliseconds()))
}

// repeated notes that it was. Numbers that share a place are further apart than
// the cache goes back.
func (r *repairs) repeated(seq uint16, now time.Time, bytes int) {
	r.spent += bytes
	r.recent[seq%keepVideo] = repaired{at: uint32(now.UnixMilli()), seq: seq, ever: true}
}

// A key frame costs all who receive a track much of its picture. So one receiver gets some at
// once, as it needs them on a line that loses much, and after that one in a while: who asks on
// and on makes nobody's picture worse.
const (
	begsAtOnce = 6
	begsEvery  = 3 * time.Second // gives one back
)

// begs are how often a slot asked for a key frame lately; under its lock.
type begs struct {
	n  int
	at time.Time // when the oldest of them was forgiven
}

func (b *begs) may(now time.Time) bool {
	if gone := int(now.Sub(b.at) / begsEvery); b.n == 0 || gone >= b.n {
		b.n, b.at = 0, now
	} else if gone > 0 {
		b.n, b.at = b.n-gone, b.at.Add(time.Duration(gone)*begsEvery)
	}
	if b.n >= begsAtOnce {
		return false
	}
	b.n++
	return true
}

// retransmitter numbers what is repeated on a stream of its own (RFC 4588), by
// which a receiver can tell it from what was sent first. Without one it is
// repeated as it was (once.go).
type retransmitter struct {
	ssrc  uint32
	types map[uint8]uint8 // payload type by the one that is repeated
	seq   uint16
}

// of is the payload type that repeats another one; 0: none.
func (r *retransmitter) of(pt uint8) uint8 {
	if r.ssrc == 0 {
		return 0
	}
	return r.types[pt]
}

const rtxFront = 2 // the number under which a packet was sent first

// again sends packets that the receiver misses, by its numbers.
func (s *slot) again(pairs []rtcp.NackPair, now time.Time) {
	trip := max(min(time.Duration(s.delay.Load()), repairLate), repairSoon)
	buf := getBuffer(payloadMax)
	defer putBuffer(buf)
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.src
	if t == nil || s.paused || !s.flowing || s.writer == nil {
		return
	}
	s.repairs.trickle(now)
	for _, pair := range pairs[:min(len(pairs), repairPairs)] {
		for i, mask := uint16(0), uint32(pair.LostPackets)<<1|1; mask != 0; i, mask = i+1, mask>>1 {
			if mask&1 != 0 {
				s.repeat(t, pair.PacketID+i, buf, now, trip)
			}
		}
	}
}

func (s *slot) repeat(t *track, seq uint16, buf []byte, now time.Time, trip time.Duration) {
	own := seq - s.seqOff
	if own != s.first && !after(own, s.first) || after(seq, s.lastSeq) {
		return // of what it carried before, or never sent
	}
	if !s.repairs.may(seq, now, trip) {
		return
	}
	p, held := t.cache.get(own, buf)
	if pt := s.types[p.pic.codec]; held && pt != 0 {
		if rpt := s.rtx.of(pt); rpt != 0 {
			s.rewrite(&p, rpt, now)
		} else if !s.resend(&p, pt) {
			s.count.missed.Add(1)
			return
		}
		s.repairs.repeated(seq, now, len(p.payload))
		s.count.repairs.Add(1)
	} else {
		s.count.missed.Add(1)
	}
}

// rewrite repeats a packet on the stream of what is repeated; under the lock.
func (s *slot) rewrite(p *packet, pt uint8, now time.Time) {
	seq := p.seq + s.seqOff
	payload := s.own()
	payload = payload[:rtxFront+copy(payload[rtxFront:], p.payload)]
	payload[0], payload[1] = byte(seq>>8), byte(seq)
	p.pic.shift(payload[rtxFront:], s.idOff, s.tl0Off)
	s.head.Version, s.head.Marker, s.head.Padding, s.head.PaddingSize = 2, p.marker, false, 0
	s.head.PayloadType, s.head.SSRC = pt, s.rtx.ssrc
	s.head.SequenceNumber, s.head.Timestamp = s.rtx.seq, p.ts+s.tsOff
	s.rtx.seq++
	if s.out(payload, now) {
		s.count.out.Add(1)
	}
}

// canPad tells whether bytes that say nothing can be sent here.
func (s *slot) canPad() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writer != nil && s.line && s.rtx.ssrc != 0 && s.wideID != 0 && len(s.rtx.types) > 0
}

// pad sends bytes that say nothing, to learn what the line carries, and tells
// whether it could.
func (s *slot) pad(size int, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writer == nil || !s.line || s.rtx.ssrc == 0 {
		return false
	}
	for _, pt := range s.rtx.types {
		s.head.Version, s.head.Marker, s.head.Padding, s.head.PaddingSize = 2, false, true, byte(min(size, 255))
		s.head.PayloadType, s.head.SSRC = pt, s.rtx.ssrc
		s.head.SequenceNumber, s.head.Timestamp = s.rtx.seq, s.lastTS
		s.rtx.seq++
		return s.out(nil, now)
	}
	return false
}
