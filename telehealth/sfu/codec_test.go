package sfu

import (
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"
	library "github.com/pion/rtp/codecs"
	"github.com/pion/rtp/codecs/av1/obu"
	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"housecall/telehealth/sfu/peer"
)

// What is read of the front of a picture is what the library reads.
func TestTheFrontOfVP9IsReadAsOthersDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 0, 24).Draw(t, "payload")
		pic := look(vp9, b)
		var lib library.VP9Packet
		rest, err := lib.Unmarshal(slices.Clone(b))
		if err != nil || len(rest) == 0 {
			return
		}
		require.Equal(t, lib.B && !lib.P && lib.SID == 0, pic.key)
		require.Equal(t, lib.I, pic.idAt != 0)
		if lib.I {
			require.Equal(t, lib.PictureID, pic.id(b))
		}
		require.Equal(t, lib.L && !lib.F, pic.tl0At != 0)
		if pic.tl0At != 0 {
			require.Equal(t, lib.TL0PICIDX, pic.tl0(b))
		}
		moved := slices.Clone(b)
		pic.shift(moved, 1, 1)
		again := look(vp9, moved)
		require.Equal(t, pic, again)
		if lib.I {
			top := uint16(0x7f)
			if pic.wide {
				top = 0x7fff
			}
			require.Equal(t, (lib.PictureID+1)&top, again.id(moved))
		}
	})
}

func TestAKeyFrameOfAV1IsKnownByItsSequence(t *testing.T) {
	sequence := append([]byte{byte(obu.OBUSequenceHeader)<<3 | 2, 3}, 1, 2, 3)
	frame := append([]byte{byte(obu.OBUFrame)<<3 | 2, 0x84, 0x1c}, make([]byte, 0xe04)...)
	payloader := &library.AV1Payloader{}
	key := payloader.Payload(1000, slices.Concat(sequence, frame))
	require.Greater(t, len(key), 2)
	for i, b := range key {
		require.Equal(t, i == 0, look(av1, b).key, "packet %d", i)
	}
	for i, b := range payloader.Payload(1000, frame) {
		require.False(t, look(av1, b).key, "packet %d", i)
	}
	for _, b := range [][]byte{nil, {0x08}, {0x88, 1, 2}} {
		require.False(t, look(av1, b).key)
	}
}

// types of what goes out, in order.
type posted struct {
	far
	types []uint8
	ssrcs []uint32
	all   [][]byte
}

func (w *posted) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	w.types, w.ssrcs, w.all = append(w.types, h.PayloadType), append(w.ssrcs, h.SSRC), append(w.all, slices.Clone(payload))
	return w.far.WriteRTP(h, payload)
}

// coming is a packet of a sender, by its own payload types.
func coming(t *testing.T, pt uint8, seq uint16, payload ...byte) []byte {
	b, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: pt, SequenceNumber: seq, Timestamp: uint32(seq) * 1000, SSRC: 7, Marker: true}, Payload: append(payload, make([]byte, 200)...)}).Marshal()
	require.NoError(t, err)
	return b
}

// A sender turns from VP8 to VP9 and to AV1 on one stream: who has them gets each
// under its own number for it, what is repeated as well; who has not gets nothing of it.
func TestASenderTurnsToAnotherCodec(t *testing.T) {
	s, now := &Server{}, time.Now()
	from := camera(s, "a")
	from.coded = coded{41: vp8, 42: vp9, 43: av1, 50: opus}
	all, old := &posted{}, &posted{}
	x, y := watched(s, from, all), watched(s, from, old)
	x.types = types{vp8: 96, vp9: 98, av1: 104}
	x.rtx = retransmitter{ssrc: 8, types: map[uint8]uint8{96: 97, 98: 99, 104: 105}}
	y.types = types{vp8: 120, h264: 121}

	from.take(coming(t, 41, 1, 0x90, 0x80, 5, 0), now)          // VP8, a key frame
	from.take(coming(t, 42, 2, 0x88|0x20, 9, 0x00, 3, 0), now)  // VP9, a key frame with picture id and TL0PICIDX
	from.take(coming(t, 42, 3, 0xc8|0x20, 10, 0x00, 4, 0), now) // VP9, one that builds on it
	from.take(coming(t, 43, 4, 0x18, 0x0a), now)                // AV1, a new sequence
	from.take(coming(t, 50, 5, 0x10), now)                      // a picture is no sound
	require.Equal(t, []uint8{96, 98, 98, 104, 104}, all.types)
	require.Equal(t, []uint8{120}, old.types)

	x.heard(nackOf(2, 4), now.Add(time.Second))
	require.Equal(t, []uint8{96, 98, 98, 104, 104, 99, 105}, all.types)
	require.Equal(t, []uint32{9, 9, 9, 9, 9, 8, 8}, all.ssrcs)

	// Who joins now begins with the newest key frame, whatever came before.
	late := &posted{}
	z := watched(s, from, late)
	z.types = types{av1: 45, vp9: 46, vp8: 47}
	z.begin()
	require.Equal(t, []uint8{45, 45}, late.types)
}

// VP9's numbers of pictures go on where they were, when another picture comes on a line.
func TestPicturesOfVP9AreNumberedOn(t *testing.T) {
	s, now := &Server{}, time.Now()
	a, b := camera(s, "a"), camera(s, "b")
	a.coded, b.coded = coded{42: vp9}, coded{42: vp9}
	a.pc, b.pc = nobody(t), nobody(t)
	w := &posted{}
	x := watched(s, a, w)
	x.types = types{vp9: 98}
	a.take(coming(t, 42, 1, 0xa8, 0x81, 0x00, 0x00, 7, 0), now)
	a.take(coming(t, 42, 2, 0xe8, 0x81, 0x01, 0x00, 8, 0), now)
	x.carry(b, false)
	b.take(coming(t, 42, 500, 0xa8, 0xff, 0xff, 0x00, 200, 0), now)
	b.take(coming(t, 42, 501, 0xe8, 0x80, 0x00, 0x00, 201, 0), now)
	var ids []uint16
	var tl0 []uint8
	for _, p := range w.all {
		pic := look(vp9, p)
		ids, tl0 = append(ids, pic.id(p)), append(tl0, pic.tl0(p))
	}
	require.Equal(t, []uint16{256, 257, 258, 259}, ids)
	require.Equal(t, []uint8{7, 8, 9, 10}, tl0)
}

// choice is in which codecs somebody was last told that all others show pictures.
func (p *somebody) choice() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.heard) - 1; i >= 0; i-- {
		if m := p.heard[i]; m.T == "codecs" {
			return m.Video
		}
	}
	return nil
}

func (p *somebody) untilChoice(names ...string) {
	p.t.Helper()
	p.until("another choice of codecs", func() bool { return slices.Equal(p.choice(), names) })
}

func TestSendersHearWhatAllOthersShow(t *testing.T) {
	s := open(t, Config{})
	a, b := join(t, s, "r", "a"), join(t, s, "r", "b")
	a.untilChoice("vp8", "h264", "vp9", "av1")
	b.untilChoice("vp8", "h264", "vp9", "av1")
	c := enterWith(t, s, "r", "c", peer.Options{Decodes: []string{webrtc.MimeTypeVP8, webrtc.MimeTypeVP9}}).begin(true, true)
	a.untilChoice("vp8", "vp9")
	b.untilChoice("vp8", "vp9")
	c.untilChoice("vp8", "h264", "vp9", "av1")
	c.until("pictures", func() bool { return c.count("a camera") > 5 })
	d := enterWith(t, s, "r", "d", peer.Options{Decodes: []string{webrtc.MimeTypeVP8}}).begin(true, true)
	a.untilChoice("vp8")
	c.untilChoice("vp8")

	// Who was away for a moment hears it again.
	before := a.has("codecs")
	a.drop()
	a.connect()
	a.Join(true, true, true)
	a.until("the choice again", func() bool { return a.has("codecs") > before })
	a.untilChoice("vp8")

	d.leave()
	a.untilChoice("vp8", "vp9")
	c.leave()
	a.untilChoice("vp8", "h264", "vp9", "av1")

	// What is kept must be such that it can be kept.
	tap, err := s.Tap("r", &basin{})
	require.NoError(t, err)
	a.untilChoice("vp8", "h264")
	tap.Close()
	a.untilChoice("vp8", "h264", "vp9", "av1")
	a.leave()
	b.leave()
}

// shows is a seat whose client shows pictures in some codecs.
func shows(r *Room, id string, in ...codec) *Seat {
	line := &slot{kind: webrtc.RTPCodecTypeVideo, writer: &far{}}
	for _, c := range in {
		line.types[c] = 96
	}
	x := &Seat{room: r, id: id, work: newQueue()}
	x.slots.Store(&[]*slot{line})
	return x
}

// Who shows less comes and goes again and again: the others turn to what it shows at once,
// and back ever more seldom.
func TestWhoComesAndGoesTurnsNobodyAgainAndAgain(t *testing.T) {
	r, now := newRoom(&Server{}, "r"), time.Now()
	a, b, c := shows(r, "a", vp8, h264, vp9, av1), shows(r, "b", vp8, h264, vp9, av1), shows(r, "c", vp8)
	told := func() set { return set(a.codecs.Load()) }
	turned := 0
	look := func(seats ...*Seat) {
		before := told()
		r.choices(seats, now)
		if told() != before && before != 0 {
			turned++
		}
	}
	look(a, b)
	require.Equal(t, every, told())
	look(a, b, c)
	require.Equal(t, set(1<<vp8), told(), "at once")
	now = now.Add(time.Minute)
	look(a, b)
	require.Equal(t, set(1<<vp8), told(), "it may come back")
	now = now.Add(widerAfter)
	look(a, b)
	require.Equal(t, every, told())

	turned = 0
	for step := range 10 * 60 * 3 { // ten minutes of which it is there a second of every four
		if now = now.Add(time.Second / 3); step%12 < 3 {
			look(a, b, c)
		} else {
			look(a, b)
		}
	}
	require.Less(t, turned, 10)
	now = now.Add(time.Second)
	look(a, b)
	for range 3 * 61 {
		now = now.Add(time.Second / 3)
		look(a, b)
	}
	require.Equal(t, every, told(), "when it stays away")
}

// One who says that it shows nothing but the newest codec, which costs the sender most,
// makes nobody send that alone.
func TestNobodyIsMadeToSendTheNewestCodecOnly(t *testing.T) {
	r, now := newRoom(&Server{}, "r"), time.Now()
	a, b, c := shows(r, "a", vp8, h264, vp9, av1), shows(r, "b", vp8, h264, vp9, av1), shows(r, "c", av1)
	r.choices([]*Seat{a, b}, now)
	r.choices([]*Seat{a, b, c}, now)
	require.Equal(t, kept, set(a.codecs.Load()))
	c = shows(r, "c", av1, vp9)
	r.choices([]*Seat{a, b, c}, now)
	require.Equal(t, kept, set(a.codecs.Load()))
	require.Equal(t, every, set(c.codecs.Load()))
	a.codecs.Store(0) // and who comes anew
	r.choices([]*Seat{a, b, c}, now)
	require.Equal(t, kept, set(a.codecs.Load()))
}
