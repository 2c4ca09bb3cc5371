package sfu

import (
	"fmt"
	"math/bits"
	"strings"
	"time"

	"github.com/pion/webrtc/v4"
)

// codec is how sound and pictures are coded.
type codec uint8

const (
	unknown codec = iota
	opus
	vp8
	h264
	vp9
	av1
	codecs // how many there are
)

const mimeRTX = "video/rtx"

// mimes are their lower-case media types. What stands behind the slash is what the
// protocol calls them.
var mimes = [codecs]string{opus: "audio/opus", vp8: "video/vp8", h264: "video/h264", vp9: "video/vp9", av1: "video/av1"}

func codecOf(mime string) codec {
	mime = strings.ToLower(mime)
	for c := opus; c < codecs; c++ {
		if mimes[c] == mime {
			return c
		}
	}
	return unknown
}

func isRTX(mime string) bool { return strings.EqualFold(mime, mimeRTX) }

// offered are the codecs of pictures with what they are called in SDP. The first one is
// what is sent when nobody chooses. A number above repeats it (RFC 4588).
var offered = []struct {
	codec codec
	mime  string // as SDP writes it
	pt    webrtc.PayloadType
	fmtp  string
}{
	{vp8, webrtc.MimeTypeVP8, 96, ""},
	{h264, webrtc.MimeTypeH264, 102, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"}, // RFC 6184, section 8.1
	{vp9, webrtc.MimeTypeVP9, 98, "profile-id=0"},                                                              // RFC 9628, section 7.1
	{av1, webrtc.MimeTypeAV1, 104, "level-idx=5;profile=0;tier=0"},                                             // RTP Payload Format For AV1, section 7.2
}

// register has the codecs of the protocol.
func register(media *webrtc.MediaEngine) error {
	sound := webrtc.RTPCodecParameters{PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1", RTCPFeedback: []webrtc.RTCPFeedback{{Type: "transport-cc"}}}}
	if err := media.RegisterCodec(sound, webrtc.RTPCodecTypeAudio); err != nil {
		return err
	}
	feedback := []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}, {Type: "transport-cc"}}
	for _, o := range offered {
		for _, p := range []webrtc.RTPCodecParameters{
			{PayloadType: o.pt, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: o.mime, ClockRate: 90000, SDPFmtpLine: o.fmtp, RTCPFeedback: feedback}},
			{PayloadType: o.pt + 1, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: fmt.Sprintf("apt=%d", o.pt)}},
		} {
			if err := media.RegisterCodec(p, webrtc.RTPCodecTypeVideo); err != nil {
				return err
			}
		}
	}
	return nil
}

// set is a set of codecs of pictures.
type set uint8

const (
	every = set(1<<vp8 | 1<<h264 | 1<<vp9 | 1<<av1)
	kept  = set(1<<vp8 | 1<<h264) // what a recording can hold
)

// names are in the order of the protocol.
func (s set) names() []string {
	list := make([]string, 0, bits.OnesCount8(uint8(s)))
	for _, o := range offered {
		if s&(1<<o.codec) != 0 {
			list = append(list, strings.TrimPrefix(mimes[o.codec], "video/"))
		}
	}
	return list
}

// types are the payload types that a connection has for codecs; 0: it has none.
type types [codecs]uint8

func (t *types) set() (s set) {
	for c := vp8; c < codecs; c++ {
		if t[c] != 0 {
			s |= 1 << c
		}
	}
	return s
}

// coded are the codecs that payload types of a connection stand for.
type coded [128]codec

func codedOf(all []webrtc.RTPCodecParameters) (c coded) {
	for _, p := range all {
		if p.PayloadType < 128 {
			c[p.PayloadType] = codecOf(p.MimeType)
		}
	}
	return c
}

// decodes are the codecs of pictures that a seat can show; 0: that is not known yet.
func (x *Seat) decodes() set {
	slots := x.slots.Load()
	if slots == nil {
		return 0
	}
	for _, s := range *slots {
		if s.kind == webrtc.RTPCodecTypeVideo {
			s.mu.Lock()
			is := s.types.set()
			if s.writer == nil {
				is = 0
			}
			s.mu.Unlock()
			if is != 0 {
				return is
			}
		}
	}
	return 0
}

// choices tells each seat in which codecs all others can show its pictures, when that
// is another set than it was told. What somebody cannot show is named no more at once;
// what all can show again, after a while. VP8 or H.264 is always among them, which every
// browser has (RFC 7742, section 5): nobody makes others send what their devices are too
// slow for.
func (r *Room) choices(seats []*Seat, now time.Time) {
	may := every
	if r.tapping() {
		may = kept
	}
	can := make([]set, len(seats))
	for i, x := range seats {
		can[i] = x.decodes()
	}
	for i, x := range seats {
		is, others := may, 0
		for j := range seats {
			if j != i && can[j] != 0 {
				is, others = is&can[j], others+1
			}
		}
		if is&kept == 0 {
			is = kept
		}
		if others == 0 {
			continue
		}
		told := set(x.codecs.Load()) //nolint:gosec // it was one
		if is = x.turns.to(told, is, now); is == told || !x.codecs.CompareAndSwap(uint32(told), uint32(is)) {
			continue
		}
		m := codecsMessage{T: "codecs", Video: is.names()}
		x.work.add(x.do(func() { x.say(m) }))
	}
}

// How long a codec that all show again is not named: who cannot show it may come and go,
// and each turn costs everybody a key frame and an encoder.
const (
	widerAfter = 3 * time.Second
	widerMost  = time.Minute // when it was named for nothing again and again
)

// turns are a seat's turns from one set of codecs to another; of the room's clock.
type turns struct {
	since   time.Time // more can be shown than was told; zero: it cannot
	widened time.Time // more was told
	after   time.Duration
}

// to gives the set that is told now, when one was told and all can show another one.
func (t *turns) to(told, is set, now time.Time) set {
	switch {
	case told == 0 || is == told:
		t.since = time.Time{}
		return is
	case told&^is != 0: // somebody does not show all of what was told
		if t.after = max(t.after, widerAfter); now.Sub(t.widened) < widerMost {
			t.after = min(2*t.after, widerMost)
		} else {
			t.after = widerAfter
		}
		t.since = time.Time{}
		if is &= told; is&kept == 0 {
			is = kept
		}
		return is
	case t.since.IsZero():
		t.since = now
		return told
	case now.Sub(t.since) < max(t.after, widerAfter):
		return told
	}
	t.since, t.widened = time.Time{}, now
	return is
}

func (r *Room) tapping() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tap != nil
}
