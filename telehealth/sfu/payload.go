package sfu

// picture is what forwarding has to know of a video packet.
type picture struct {
	codec codec
	key   bool // begins a key frame
	idAt  int8 // where the picture id stands in the payload; 0: nowhere
	wide  bool // the picture id has 15 bits
	tl0At int8 // where TL0PICIDX stands; 0: nowhere
}

// look reads as much of a payload as forwarding needs. Anything odd is a packet
// without marks: it is forwarded as it is.
func look(c codec, p []byte) (pic picture) {
	switch c {
	case vp8:
		pic = lookVP8(p)
	case vp9:
		pic = lookVP9(p)
	case h264:
		pic.key = keyH264(p)
	case av1:
		pic.key = keyAV1(p)
	}
	pic.codec = c
	return pic
}

// lookVP8 reads the payload descriptor (RFC 7741, section 4.2) and the first bit
// of the frame header (section 4.3).
func lookVP8(p []byte) (pic picture) {
	if len(p) == 0 {
		return pic
	}
	at := 1
	begins := p[0]&0x10 != 0 && p[0]&0x07 == 0 // start of the first partition
	if p[0]&0x80 != 0 {
		if len(p) < 2 {
			return picture{}
		}
		x := p[1]
		at = 2
		if x&0x80 != 0 {
			if len(p) <= at {
				return picture{}
			}
			pic.idAt, pic.wide = int8(at), p[at]&0x80 != 0
			at++
			if pic.wide {
				at++
			}
		}
		if x&0x40 != 0 {
			pic.tl0At = int8(at)
			at++
		}
		if x&0x30 != 0 {
			at++
		}
	}
	if len(p) < at || int(pic.tl0At) >= len(p) {
		return picture{}
	}
	pic.key = begins && len(p) > at && p[at]&0x01 == 0
	return pic
}

// lookVP9 reads the payload descriptor (RFC 9628, section 4.2). A key frame begins with
// the first packet of a frame of the lowest layer that builds on no other.
func lookVP9(p []byte) (pic picture) {
	if len(p) == 0 {
		return pic
	}
	id, predicted, layers, flexible, begins := p[0]&0x80 != 0, p[0]&0x40 != 0, p[0]&0x20 != 0, p[0]&0x10 != 0, p[0]&0x08 != 0
	at, lowest := 1, true
	if id {
		if len(p) < 2 {
			return picture{}
		}
		pic.idAt, pic.wide = int8(at), p[at]&0x80 != 0
		at++
		if pic.wide {
			at++
		}
	}
	if layers {
		if len(p) <= at {
			return picture{}
		}
		lowest = p[at]>>1&0x07 == 0
		at++
		if !flexible {
			pic.tl0At = int8(at)
			at++
		}
	}
	if len(p) < at || int(pic.tl0At) >= len(p) {
		return picture{}
	}
	pic.key = begins && !predicted && lowest && len(p) > at
	return pic
}

// keyAV1 reads the aggregation header (RTP Payload Format For AV1, section 4.4): N is
// set in the first packet of a coded video sequence, which is a key frame with all that
// a decoder has to know before.
func keyAV1(p []byte) bool { return len(p) > 1 && p[0]&0x08 != 0 && p[0]&0x80 == 0 }

// keyH264 looks for parameter sets or an IDR slice (RFC 6184, sections 5.4-5.8).
func keyH264(p []byte) bool {
	if len(p) < 2 {
		return false
	}
	switch p[0] & 0x1f {
	case 5, 7:
		return true
	case 24: // STAP-A
		for rest := p[1:]; len(rest) > 2; {
			size := int(rest[0])<<8 | int(rest[1])
			if t := rest[2] & 0x1f; t == 5 || t == 7 {
				return true
			}
			if size+2 > len(rest) {
				return false
			}
			rest = rest[2+size:]
		}
	case 28: // FU-A, its first fragment
		return p[1]&0x80 != 0 && (p[1]&0x1f == 5 || p[1]&0x1f == 7)
	}
	return false
}

func (c picture) id(p []byte) uint16 {
	switch {
	case c.idAt == 0 || int(c.idAt) >= len(p):
		return 0
	case c.wide && int(c.idAt)+1 < len(p):
		return uint16(p[c.idAt]&0x7f)<<8 | uint16(p[c.idAt+1])
	}
	return uint16(p[c.idAt] & 0x7f)
}

func (c picture) tl0(p []byte) uint8 {
	if c.tl0At == 0 || int(c.tl0At) >= len(p) {
		return 0
	}
	return p[c.tl0At]
}

// shift moves picture id and TL0PICIDX of a payload.
func (c picture) shift(p []byte, id uint16, tl0 uint8) {
	if c.idAt != 0 {
		n := c.id(p) + id
		if c.wide && int(c.idAt)+1 < len(p) {
			p[c.idAt], p[c.idAt+1] = 0x80|byte(n>>8)&0x7f, byte(n)
		} else {
			p[c.idAt] = byte(n) & 0x7f
		}
	}
	if c.tl0At != 0 {
		p[c.tl0At] += tl0
	}
}
