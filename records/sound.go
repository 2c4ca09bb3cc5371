package records

import (
	"bytes"
	"encoding/binary"
)

// What a browser records as sound comes in boxes that can hold pictures as well
// (WebM, MP4), and is recognised as a film. It is taken when all its tracks are
// sound. Both are walked by their lengths alone, and no deeper than they need.

// soundOnly gives the type of a film that is only sound.
func soundOnly(found string, b []byte) string {
	switch {
	case found == "video/webm" && webmSound(b):
		return "audio/webm"
	case found == "video/mp4" && mp4Sound(b):
		return "audio/mp4"
	}
	return found
}

// ebml reads the id and the length of an element (RFC 8794, sections 4 to 6);
// unknown lengths reach to the end.
func ebml(b []byte) (id uint32, content, rest []byte, ok bool) {
	number := func(b []byte, keepMark bool) (v uint64, n int) {
		if len(b) == 0 || b[0] == 0 {
			return 0, 0
		}
		for n = 1; b[0]>>(8-n)&1 == 0; n++ {
		}
		if n > len(b) {
			return 0, 0
		}
		v = uint64(b[0])
		if !keepMark {
			v &= 1<<(8-n) - 1
		}
		for _, x := range b[1:n] {
			v = v<<8 | uint64(x)
		}
		return v, n
	}
	kind, n := number(b, true)
	if n == 0 || n > 4 {
		return 0, nil, nil, false
	}
	size, m := number(b[n:], false)
	if m == 0 {
		return 0, nil, nil, false
	}
	b = b[n+m:]
	if size == 1<<(7*m)-1 || size > uint64(len(b)) {
		size = uint64(len(b))
	}
	return uint32(kind), b[:size], b[size:], true
}

// eachElement walks the elements of one level, at most so many.
func eachElement(b []byte, f func(id uint32, content []byte) (more bool)) {
	for range 4096 {
		id, content, rest, ok := ebml(b)
		if !ok || !f(id, content) {
			return
		}
		b = rest
	}
}

// webmSound: ids as in RFC 9559, section 5.
func webmSound(b []byte) (only bool) {
	tracks := 0
	eachElement(b, func(id uint32, segment []byte) bool {
		if id != 0x18538067 {
			return true
		}
		eachElement(segment, func(id uint32, list []byte) bool {
			if id != 0x1654AE6B {
				return id != 0x1F43B675 // behind the first cluster no tracks are named
			}
			eachElement(list, func(id uint32, track []byte) bool {
				if id == 0xAE {
					sound := false
					eachElement(track, func(id uint32, v []byte) bool {
						sound = sound || id == 0x83 && len(v) == 1 && v[0] == 2
						return true
					})
					if tracks++; tracks == 1 {
						only = true
					}
					only = only && sound
				}
				return true
			})
			return false
		})
		return false
	})
	return only && tracks > 0
}

// eachBox walks the boxes of one level (ISO/IEC 14496-12, section 4.2) and tells
// where each lies.
func eachBox(b []byte, f func(kind string, box []byte, header int)) bool {
	for range 4096 {
		if len(b) == 0 {
			return true
		}
		if len(b) < 8 {
			return false
		}
		size, header := uint64(binary.BigEndian.Uint32(b)), 8
		switch size {
		case 0:
			size = uint64(len(b))
		case 1:
			if len(b) < 16 {
				return false
			}
			size, header = binary.BigEndian.Uint64(b[8:]), 16
		}
		if size < uint64(header) || size > uint64(len(b)) {
			return false
		}
		f(string(b[4:8]), b[:size], header)
		b = b[size:]
	}
	return false
}

// mp4Sound looks at what handles each track (section 8.4.3).
func mp4Sound(b []byte) bool {
	tracks, sound := 0, 0
	whole := eachBox(b, func(kind string, moov []byte, header int) {
		if kind != "moov" {
			return
		}
		eachBox(moov[header:], func(kind string, trak []byte, header int) {
			if kind != "trak" {
				return
			}
			tracks++
			eachBox(trak[header:], func(kind string, mdia []byte, header int) {
				if kind != "mdia" {
					return
				}
				eachBox(mdia[header:], func(kind string, hdlr []byte, header int) {
					if kind == "hdlr" && len(hdlr) >= header+12 && string(hdlr[header+8:header+12]) == "soun" {
						sound++
					}
				})
			})
		})
	})
	return whole && tracks > 0 && tracks == sound
}

// stripMP4 makes the boxes that say where and with what something was recorded
// into empty ones of the same length, so that nothing else moves.
func stripMP4(b []byte) ([]byte, error) {
	out := bytes.Clone(b)
	var empty func(b []byte) bool
	empty = func(b []byte) bool {
		whole := true
		whole = eachBox(b, func(kind string, box []byte, header int) {
			switch kind {
			case "udta", "meta", "uuid":
				copy(box[4:], "free")
				clear(box[header:])
			case "moov", "trak", "moof", "traf":
				whole = empty(box[header:]) && whole
			}
		}) && whole
		return whole
	}
	if !empty(out) {
		return nil, errPicture
	}
	return out, nil
}
