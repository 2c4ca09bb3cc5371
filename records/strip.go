package records

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
)

var errPicture = errors.New("the picture is not whole")

// stripPicture takes out of a picture what it says beside its pixels, and out of a
// recording what it says beside its sound: where and when it was taken, with what,
// and by whom. Which side is up stays.
func stripPicture(contentType string, b []byte) ([]byte, error) {
	switch contentType {
	case "image/jpeg":
		return stripJPEG(b)
	case "image/png":
		return stripPNG(b)
	case "image/webp":
		return stripWebP(b)
	case "image/gif":
		return stripGIF(b)
	case "audio/mp4", "audio/x-m4a":
		return stripMP4(b)
	}
	return b, nil
}

// stripJPEG keeps the segments that a decoder needs (ITU T.81, annex B): tables,
// frames, scans, JFIF, colour profile and Adobe's colour transform. It ends at the
// first end of image: what phones put behind it (a film with sound, further
// pictures with places of their own) is left out.
func stripJPEG(b []byte) ([]byte, error) {
	if len(b) < 4 || b[0] != 0xFF || b[1] != 0xD8 {
		return nil, errPicture
	}
	out := make([]byte, 0, len(b))
	out = append(out, 0xFF, 0xD8)
	turned, scans := false, false
	for at := 2; ; {
		for at+1 < len(b) && b[at] == 0xFF && b[at+1] == 0xFF { // fill bytes
			at++
		}
		if at+2 > len(b) || b[at] != 0xFF {
			return nil, errPicture
		}
		marker := b[at+1]
		if marker == 0xD9 && scans {
			return append(out, 0xFF, 0xD9), nil
		}
		if at+4 > len(b) || marker < 0xC0 || marker >= 0xD0 && marker <= 0xD9 {
			return nil, errPicture // nothing that has its place here, or an end without a picture
		}
		size := int(binary.BigEndian.Uint16(b[at+2:]))
		if size < 2 || at+2+size > len(b) {
			return nil, errPicture
		}
		segment := b[at : at+2+size]
		said := segment[4:]
		at += 2 + size
		switch {
		case marker == 0xDA:
			end := at + scan(b[at:])
			out = append(append(out, segment...), b[at:end]...)
			at, scans = end, true
		case marker == 0xE1:
			if up := orientation(said); up > 1 && up <= 8 && !turned {
				turned = true
				out = append(out, upright(up)...)
			}
		case marker < 0xE0, marker == 0xE0 && bytes.HasPrefix(said, []byte("JFIF\x00")), marker == 0xE2 && bytes.HasPrefix(said, []byte("ICC_PROFILE\x00")),
			marker == 0xEE && bytes.HasPrefix(said, []byte("Adobe")):
			out = append(out, segment...)
		}
	}
}

// scan is the length of the coded data of a scan: up to a marker that is neither
// a stuffed byte nor a restart (ITU T.81, B.1.1.5).
func scan(b []byte) int {
	for i := 0; i+1 < len(b); i++ {
		if next := b[i+1]; b[i] == 0xFF && next != 0x00 && next != 0xFF && (next < 0xD0 || next > 0xD7) {
			return i
		}
	}
	return len(b)
}

// orientation reads which side is up out of an Exif segment (Exif 2.32, section
// 4.6.4, tag 0x0112); 0: it does not say.
func orientation(b []byte) uint16 {
	if !bytes.HasPrefix(b, []byte("Exif\x00\x00")) || len(b) < 14 {
		return 0
	}
	t := b[6:]
	var order binary.ByteOrder = binary.BigEndian
	if t[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(t[4:]))
	if at+2 > int64(len(t)) {
		return 0
	}
	n := int64(order.Uint16(t[at:]))
	for i := range n {
		e := at + 2 + 12*i
		if e+12 > int64(len(t)) {
			return 0
		}
		if order.Uint16(t[e:]) == 0x0112 {
			return order.Uint16(t[e+8:])
		}
	}
	return 0
}

// upright is an Exif segment that says which side is up and nothing else.
func upright(up uint16) []byte {
	exif := []byte("Exif\x00\x00MM\x00\x2A\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	binary.BigEndian.PutUint16(exif[24:], up)
	out := []byte{0xFF, 0xE1, 0, 0}
	binary.BigEndian.PutUint16(out[2:], uint16(len(exif)+2))
	return append(out, exif...)
}

// pngKept are the chunks that say how to draw it (PNG, third edition, section
// 11); texts, times and Exif are not among them.
var pngKept = map[string]bool{"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "cHRM": true, "gAMA": true, "iCCP": true, "sBIT": true, "sRGB": true, "cICP": true, "bKGD": true, "pHYs": true, "acTL": true, "fcTL": true, "fdAT": true}

func stripPNG(b []byte) ([]byte, error) {
	const head = "\x89PNG\r\n\x1a\n"
	if !bytes.HasPrefix(b, []byte(head)) {
		return nil, errPicture
	}
	out := append(make([]byte, 0, len(b)), head...)
	for at := len(head); at+12 <= len(b); {
		size := int64(binary.BigEndian.Uint32(b[at:]))
		end := int64(at) + 12 + size
		if end > int64(len(b)) {
			return nil, errPicture
		}
		name := string(b[at+4 : at+8])
		if crc32.ChecksumIEEE(b[at+4:end-4]) != binary.BigEndian.Uint32(b[end-4:]) {
			return nil, errPicture
		}
		if pngKept[name] {
			out = append(out, b[at:end]...)
		}
		if name == "IEND" {
			return out, nil
		}
		at = int(end)
	}
	return nil, errPicture
}

// webPKept are the chunks that say how to draw it (RFC 9649, section 2.7).
var webPKept = map[string]bool{"VP8 ": true, "VP8L": true, "VP8X": true, "ALPH": true, "ANIM": true, "ANMF": true, "ICCP": true}

// stripWebP leaves out Exif, XMP and what is not known, and says so in the header.
func stripWebP(b []byte) ([]byte, error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WEBP" {
		return nil, errPicture
	}
	b = b[:min(int64(len(b)), int64(binary.LittleEndian.Uint32(b[4:]))+8)]
	if len(b) < 12 {
		return nil, errPicture
	}
	out := append(make([]byte, 0, len(b)), b[:12]...)
	for at := int64(12); at+8 <= int64(len(b)); {
		size := int64(binary.LittleEndian.Uint32(b[at+4:]))
		end := at + 8 + size + size%2
		if at+8+size > int64(len(b)) {
			return nil, errPicture
		}
		end = min(end, int64(len(b)))
		name := string(b[at : at+4])
		if webPKept[name] {
			from := len(out)
			out = append(out, b[at:end]...)
			if name == "VP8X" && size > 0 {
				out[from+8] &^= 0x0C
			}
		}
		at = end
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, nil
}

// stripGIF leaves out comments, texts and what applications wrote, save how often
// it runs, and ends where the pictures end (GIF89a, sections 18 to 27).
func stripGIF(b []byte) ([]byte, error) {
	if len(b) < 13 || string(b[:3]) != "GIF" {
		return nil, errPicture
	}
	at := 13 + colours(b[10])
	if at > len(b) {
		return nil, errPicture
	}
	out := append(make([]byte, 0, len(b)), b[:at]...)
	for at < len(b) {
		from, keep := at, true
		switch b[at] {
		case 0x3B:
			return append(out, 0x3B), nil
		case 0x2C:
			if at+10 > len(b) {
				return nil, errPicture
			}
			at += 10 + colours(b[at+9]) + 1 // and the size of its codes
		case 0x21:
			if at+2 > len(b) {
				return nil, errPicture
			}
			rest := b[at+2:]
			keep = b[at+1] == 0xF9 || b[at+1] == 0xFF && (bytes.HasPrefix(rest, []byte("\x0BNETSCAPE2.0")) || bytes.HasPrefix(rest, []byte("\x0BANIMEXTS1.0")))
			at += 2
		default:
			return nil, errPicture
		}
		for at < len(b) && b[at] != 0 { // blocks, each with its length before it
			at += 1 + int(b[at])
		}
		if at++; at > len(b) {
			return nil, errPicture
		}
		if keep {
			out = append(out, b[from:at]...)
		}
	}
	return nil, errPicture
}

// colours is the size of a table of colours, by the flags that announce it.
func colours(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}
