package sfu

import "github.com/pion/webrtc/v4"

// A number of a stream is good for one packet. SRTP makes its nonce of it, so that two
// packets that differ in anything under one number give away what they hold, and with GCM
// the key by which packets are told from forged ones (RFC 3711, section 9.1; RFC 7714,
// section 8). The header counts as well: each packet has a transport-wide number of its
// own there. So:
//
//   - a slot gives each number out once (given), whatever is forwarded or replayed twice;
//   - what is repeated goes under a new number on a stream of its own (retransmitter);
//   - without such a stream a picture is repeated to the last bit as it was sent (asSent),
//     or not at all, and sound only by echo, which keeps the same bytes;
//   - a cache takes no packet under a number that it had before (cache.put).
//
// Frames that clients seal end to end carry numbers of their own, which the room never
// changes: repeating them repeats the same bytes.

// given is which of the newest numbers of a slot were given out.
type given struct {
	any  bool
	top  uint16
	bits [8]uint64
}

const givenKept = 512 // more than a cache holds

// take tells whether a number is free, and takes it. What is older than all that are
// known of was given out, as far as anybody can tell.
func (g *given) take(seq uint16) bool {
	switch {
	case !g.any || after(seq, g.top) && seq-g.top >= givenKept:
		g.any, g.bits = true, [8]uint64{}
		g.top = seq
	case after(seq, g.top):
		for n := g.top + 1; ; n++ {
			word, bit := place(n)
			g.bits[word] &^= bit
			if n == seq {
				break
			}
		}
		g.top = seq
	case g.top-seq >= givenKept:
		return false
	}
	word, bit := place(seq)
	if g.bits[word]&bit != 0 {
		return false
	}
	g.bits[word] |= bit
	return true
}

func place(seq uint16) (word int, bit uint64) {
	return int(seq%givenKept) / 64, 1 << (seq % 64)
}

// asSent is under which transport-wide numbers the newest packets went out, of a slot
// that has no stream for what is repeated.
type asSent []sentAs

type sentAs struct {
	seq  uint16
	ever bool
	wide [2]byte
}

// remember keeps how a picture was sent; under the slot's lock.
func (s *slot) remember(seq uint16, pt uint8) {
	if s.kind == webrtc.RTPCodecTypeAudio || s.rtx.of(pt) != 0 {
		return
	}
	if s.asSent == nil {
		s.asSent = make(asSent, keepVideo)
	}
	s.asSent[seq%keepVideo] = sentAs{seq: seq, ever: true, wide: s.wide}
}

// resend repeats a packet as it was; under the lock. It tells whether it could.
func (s *slot) resend(p *packet, pt uint8) bool {
	seq := p.seq + s.seqOff
	if s.asSent == nil {
		return false
	}
	e := s.asSent[seq%keepVideo]
	if !e.ever || e.seq != seq {
		return false
	}
	payload := s.compose(p, pt)
	s.wide = e.wide
	if s.wideID != 0 && s.down != nil && s.head.SetExtension(s.wideID, s.wide[:]) != nil {
		return false
	}
	n, err := s.writer.WriteRTP(&s.head, payload)
	if err != nil || n <= 0 {
		return false
	}
	s.count.bytesOut.Add(uint64(n))
	s.count.out.Add(1)
	return true
}
