package reel

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtp/codecs"

	"housecall/telehealth/recording/matroska"
	"housecall/telehealth/sfu"
)

const maxFrame = 4 << 20

// frame is a whole frame of a stream.
type frame struct {
	data          []byte
	ts            uint32
	at            time.Time // when its first packet came
	key           bool
	width, height int    // of key frames
	private       []byte // of key frames of H.264
}

// assembler makes frames of packets in order. What lacks a packet is left out, and
// everything after it until the next key frame.
type assembler struct {
	codec matroska.Codec
	vp8   codecs.VP8Packet
	h264  codecs.H264Packet
	now   frame
	open  bool
	stuck bool // until a key frame
}

// codecOf are the codecs that can be kept.
var codecOf = map[string]matroska.Codec{"audio/opus": matroska.Opus, "video/vp8": matroska.VP8, "video/h264": matroska.H264}

func newAssembler(mime string) *assembler {
	return &assembler{codec: codecOf[mime], stuck: true}
}

// lose: a packet is missing here.
func (a *assembler) lose() { a.open, a.stuck = false, true }

func (a *assembler) push(p sfu.Taken) (f frame, whole bool) {
	if a.codec == matroska.Opus {
		return frame{data: p.Payload, ts: p.Time, at: p.At, key: true}, len(p.Payload) > 0
	}
	if a.open && p.Time != a.now.ts { // its end never came
		a.lose()
	}
	if !a.open {
		if a.stuck && !p.Key || !a.begins(p.Payload) {
			a.stuck = true
			return f, false
		}
		a.open, a.stuck = true, false
		a.now = frame{ts: p.Time, at: p.At}
		a.h264 = codecs.H264Packet{IsAVC: true}
	}
	data, err := a.unpack(p.Payload)
	if err != nil || len(a.now.data)+len(data) > maxFrame {
		a.lose()
		return f, false
	}
	a.now.data = append(a.now.data, data...)
	a.now.key = a.now.key || p.Key
	if !p.Marker {
		return f, false
	}
	a.open = false
	f = a.now
	if len(f.data) == 0 || f.key && !f.describe(a.codec) {
		a.lose()
		return f, false
	}
	return f, true
}

// begins tells whether a packet is the first of a frame.
func (a *assembler) begins(b []byte) bool {
	if a.codec == matroska.VP8 {
		_, err := a.vp8.Unmarshal(b)
		return err == nil && a.vp8.S == 1 && a.vp8.PID == 0
	}
	return a.codec == matroska.H264 && a.h264.IsPartitionHead(b)
}

func (a *assembler) unpack(b []byte) ([]byte, error) {
	if a.codec == matroska.VP8 {
		return a.vp8.Unmarshal(b)
	}
	return a.h264.Unmarshal(b)
}

// describe reads from a key frame what a player has to know before it.
func (f *frame) describe(codec matroska.Codec) bool {
	if codec == matroska.VP8 { // RFC 6386, section 9.1
		b := f.data
		if len(b) < 10 || b[3] != 0x9d || b[4] != 0x01 || b[5] != 0x2a {
			return false
		}
		f.width, f.height = int(binary.LittleEndian.Uint16(b[6:])&0x3fff), int(binary.LittleEndian.Uint16(b[8:])&0x3fff)
		return f.width > 0 && f.height > 0
	}
	var sps, pps []byte
	for b := f.data; len(b) > 4; {
		n := int(binary.BigEndian.Uint32(b))
		if n == 0 || n > len(b)-4 {
			break
		}
		switch unit := b[4 : 4+n]; unit[0] & 0x1f {
		case 7:
			sps = unit
		case 8:
			pps = unit
		}
		b = b[4+n:]
	}
	f.private = matroska.AVC(sps, pps)
	f.width, f.height = matroska.AVCSize(sps)
	return f.private != nil && f.width > 0
}
