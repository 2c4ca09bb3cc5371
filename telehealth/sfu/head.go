package sfu

import "encoding/binary"

// head is what forwarding has to know of the front of an RTP packet (RFC 3550,
// section 5.1). It points into the packet.
type head struct {
	seq     uint16
	ts      uint32
	marker  bool
	pt      uint8
	profile uint16 // of the extensions; 0: there are none
	more    []byte // the extensions
	payload []byte // without padding
}

const (
	oneByte  = 0xbede // RFC 8285, section 4.2
	twoBytes = 0x1000 // section 4.3; the last four bits are the application's
)

// readHead takes a packet apart.
func readHead(b []byte) (h head, ok bool) {
	if len(b) < 12 || b[0]>>6 != 2 {
		return h, false
	}
	at := 12 + 4*int(b[0]&0x0f)
	h.marker, h.pt, h.seq, h.ts = b[1]&0x80 != 0, b[1]&0x7f, binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[4:])
	if b[0]&0x10 != 0 {
		if len(b) < at+4 {
			return h, false
		}
		size := 4 * int(binary.BigEndian.Uint16(b[at+2:]))
		h.profile = binary.BigEndian.Uint16(b[at:])
		if at += 4; len(b) < at+size {
			return h, false
		}
		h.more = b[at : at+size]
		at += size
	}
	if len(b) < at {
		return h, false
	}
	h.payload = b[at:]
	if b[0]&0x20 != 0 {
		if len(h.payload) == 0 {
			return h, false
		}
		pad := int(h.payload[len(h.payload)-1])
		if pad == 0 || pad > len(h.payload) {
			return h, false
		}
		h.payload = h.payload[:len(h.payload)-pad]
	}
	return h, true
}

// extension gives the value of a header extension; nil: it is not there.
func (h head) extension(id uint8) []byte {
	if id == 0 {
		return nil
	}
	switch {
	case h.profile == oneByte:
		for b := h.more; len(b) > 0; {
			if b[0] == 0 { // padding
				b = b[1:]
				continue
			}
			n, size := b[0]>>4, int(b[0]&0x0f)+1
			if n == 15 || len(b) < 1+size {
				return nil
			}
			if n == id {
				return b[1 : 1+size]
			}
			b = b[1+size:]
		}
	case h.profile&0xfff0 == twoBytes:
		for b := h.more; len(b) > 1; {
			if b[0] == 0 {
				b = b[1:]
				continue
			}
			size := int(b[1])
			if len(b) < 2+size {
				return nil
			}
			if b[0] == id {
				return b[2 : 2+size]
			}
			b = b[2+size:]
		}
	}
	return nil
}
