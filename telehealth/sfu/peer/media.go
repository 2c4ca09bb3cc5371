package peer

import (
	"time"

	"github.com/pion/rtp"
)

// Video makes VP8 packets (RFC 7741) that forwarding cannot tell from a camera's.
type Video struct {
	seq uint16
	ts  uint32
	id  uint16
}

// Frame is one frame of so many packets; key: a decoder can begin with it.
func (v *Video) Frame(packets, size int, key bool) (all []*rtp.Packet) {
	v.id = (v.id + 1) & 0x7fff
	v.ts += 3000
	for i := range packets {
		b := make([]byte, max(size, 20))
		b[0], b[1], b[2], b[3] = 0x80, 0x80, 0x80|byte(v.id>>8), byte(v.id)
		if i == 0 {
			b[0] |= 0x10
			if !key {
				b[4] = 0x01
			}
		}
		v.seq++
		all = append(all, &rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: v.seq, Timestamp: v.ts, Marker: i == packets-1}, Payload: b})
	}
	return all
}

// Key tells whether the payload of a packet of Video begins a key frame.
func Key(b []byte) bool { return len(b) > 4 && b[0]&0x10 != 0 && b[4]&0x01 == 0 }

// Sound makes Opus packets of 20 ms.
type Sound struct {
	seq uint16
	ts  uint32
}

// Packet is the next one.
func (s *Sound) Packet(size int) *rtp.Packet {
	s.seq++
	s.ts += 960
	return &rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: s.seq, Timestamp: s.ts}, Payload: make([]byte, max(size, 8))}
}

// Tick is how long a frame of Video at 30 a second lasts.
const Tick = time.Second / 30
