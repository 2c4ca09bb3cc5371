package reel

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/telehealth/recording/matroska"
	"housecall/telehealth/sfu"
	"housecall/telehealth/sfu/peer"
)

var start = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

// studio feeds a reel.
type studio struct {
	*Reel
	parts []Part
	fails error
}

func newStudio() *studio {
	s := &studio{}
	s.Reel = New(func(p Part) error {
		s.parts = append(s.parts, p)
		return s.fails
	})
	return s
}

func stream(kind sfu.Kind, mime string, small bool) *sfu.Stream {
	clock := uint32(90000)
	if kind == sfu.Audio {
		clock = 48000
	}
	return &sfu.Stream{Seat: "a", Kind: kind, Mime: mime, Clock: clock, Small: small}
}

// pictures are frames of VP8, as many a second as a camera makes.
func pictures(s *sfu.Stream, n int, key func(int) bool, from time.Time) (all []sfu.Taken) {
	v := &peer.Video{}
	for i := range n {
		for j, p := range v.Frame(3, 200, key(i)) {
			b := bytes.Clone(p.Payload)
			if j == 0 && key(i) {
				copy(b[4:], []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01}) // 640x480
			}
			all = append(all, sfu.Taken{Stream: s, Seq: p.SequenceNumber, Time: p.Timestamp, Marker: p.Marker, Key: j == 0 && key(i), At: from.Add(time.Duration(i) * time.Second / 30), Payload: b})
		}
	}
	return all
}

func every(n int) func(int) bool { return func(i int) bool { return i%n == 0 } }

func (s *studio) feed(t *testing.T, packets []sfu.Taken) {
	for _, p := range packets {
		p.Payload = bytes.Clone(p.Payload)
		require.NoError(t, s.Take(p))
	}
	require.NoError(t, s.Close(start.Add(time.Hour)))
}

func (s *studio) all() (b []byte) {
	for _, p := range s.parts {
		b = append(b, p.Bytes...)
	}
	return b
}

func TestPicturesInAnyOrderAreTheSame(t *testing.T) {
	packets := pictures(stream(sfu.Camera, "video/vp8", false), 300, every(90), start)
	want := newStudio()
	want.feed(t, packets)
	require.GreaterOrEqual(t, len(want.parts), 3)
	for i, p := range want.parts {
		require.Equal(t, i == 0, p.New)
		require.True(t, p.Key, "clusters begin at key frames")
		require.Equal(t, matroska.Track{Codec: matroska.VP8, Width: 640, Height: 480}, p.Track)
	}
	require.Equal(t, start, want.parts[0].Began)
	require.InDelta(t, 10, want.parts[len(want.parts)-1].End.Seconds(), 0.1)
	mixed := slices.Clone(packets)
	for i := 1; i+4 < len(mixed); i += 4 {
		mixed[i], mixed[i+2] = mixed[i+2], mixed[i]
		mixed[i].At, mixed[i+2].At = mixed[i+2].At, mixed[i].At
	}
	mixed = slices.Insert(mixed, 50, mixed[20], mixed[49]) // twice
	got := newStudio()
	got.feed(t, mixed)
	require.Equal(t, want.all(), got.all())
}

func TestWhatLacksAPacketWaitsForAKeyFrame(t *testing.T) {
	packets := pictures(stream(sfu.Camera, "video/vp8", false), 120, every(60), start)
	lost := slices.Delete(slices.Clone(packets), 3*30+1, 3*30+2) // one of frame 30
	whole, s := newStudio(), newStudio()
	whole.feed(t, packets)
	s.feed(t, lost)
	require.Less(t, len(s.all()), len(whole.all()))
	last := s.parts[len(s.parts)-1]
	require.True(t, last.Key)
	require.InDelta(t, 2, last.At.Seconds(), 0.1, "goes on at the key frame")
	first := s.parts[0]
	require.InDelta(t, 29.0/30, first.End.Seconds(), 0.05)

	// It never begins without one.
	none := newStudio()
	none.feed(t, packets[3:150])
	require.Empty(t, none.parts)
}

func TestSoundKeepsItsTimeOverGaps(t *testing.T) {
	s := newStudio()
	x := stream(sfu.Audio, "audio/opus", false)
	var all []sfu.Taken
	for i := range 1000 { // 20 s
		if i >= 200 && i < 700 || i == 50 { // a pause, and one lost
			continue
		}
		all = append(all, sfu.Taken{Stream: x, Seq: uint16(65500 + i), Time: uint32(1<<32 - 9600 + i*960), At: start.Add(time.Duration(i) * 20 * time.Millisecond), Payload: []byte{1, 2, 3, byte(i)}})
	}
	s.feed(t, all)
	last := s.parts[len(s.parts)-1]
	require.InDelta(t, 19.98, last.End.Seconds(), 0.03)
	require.False(t, slices.ContainsFunc(s.parts, func(p Part) bool { return p.End-p.At > matroska.MaxCluster }))
	require.True(t, slices.ContainsFunc(s.parts, func(p Part) bool { return p.At > 13900*time.Millisecond && p.At < 14100*time.Millisecond }), "what comes after the pause is where it was said")
}

func TestTheLargePictureIsTakenWhereThereIsOne(t *testing.T) {
	large, small := stream(sfu.Camera, "video/vp8", false), stream(sfu.Camera, "video/vp8", true)
	a, b := pictures(large, 150, every(30), start), pictures(small, 300, every(30), start)
	all := append(slices.Clone(a), b...)
	slices.SortStableFunc(all, func(x, y sfu.Taken) int { return x.At.Compare(y.At) })
	s := newStudio()
	s.feed(t, all)
	require.InDelta(t, 10, s.parts[len(s.parts)-1].End.Seconds(), 0.2, "the small one goes on when the large one ends")
	for _, p := range s.parts {
		require.False(t, p.New && p.At > 0, "in the same file")
	}
}

// avc are frames of H.264: parameter sets and a slice in fragments, or one slice.
func avc(s *sfu.Stream, n int, every int) (all []sfu.Taken) {
	seq := uint16(0)
	add := func(i int, marker, key bool, b ...byte) {
		seq++
		all = append(all, sfu.Taken{Stream: s, Seq: seq, Time: uint32(i * 3000), Marker: marker, Key: key, At: start.Add(time.Duration(i) * time.Second / 30), Payload: b})
	}
	sps := []byte{0x67, 0x42, 0xc0, 0x1f, 0x8c, 0x8d, 0x40, 0xa0, 0xfd, 0x00, 0xf0, 0x88, 0x45, 0x38}
	pps := []byte{0x68, 0xce, 0x3c, 0x80}
	for i := range n {
		if i%every != 0 {
			add(i, true, false, 0x41, 1, 2, 3)
			continue
		}
		sets := append([]byte{24, 0, byte(len(sps))}, sps...)
		sets = append(append(sets, 0, byte(len(pps))), pps...)
		add(i, false, true, sets...)
		add(i, false, true, 0x7c, 0x85, 9, 9)
		add(i, false, false, 0x7c, 0x05, 8, 8)
		add(i, true, false, 0x7c, 0x45, 7, 7)
	}
	return all
}

func TestH264IsToldBeforeItBegins(t *testing.T) {
	packets := avc(stream(sfu.Camera, "video/h264", false), 90, 45)
	s := newStudio()
	s.feed(t, packets)
	require.Len(t, s.parts, 2)
	require.Equal(t, matroska.H264, s.parts[0].Track.Codec)
	require.Equal(t, []int{320, 240}, []int{s.parts[0].Track.Width, s.parts[0].Track.Height})
	require.NotEmpty(t, s.parts[0].Track.Private)
	require.Contains(t, string(s.parts[0].Bytes), string([]byte{0, 0, 0, 7, 0x65, 9, 9, 8, 8, 7, 7}), "fragments are one unit with its length")
	cut := newStudio()
	cut.feed(t, slices.Delete(slices.Clone(packets), 2, 3))
	require.Len(t, cut.parts, 1)
	require.InDelta(t, 1.48, cut.parts[0].End.Seconds(), 0.05)
}

func TestNothingIsKeptAfterTheEnd(t *testing.T) {
	s := newStudio()
	for _, p := range pictures(stream(sfu.Camera, "video/vp8", false), 90, every(300), start) {
		require.NoError(t, s.Take(p))
	}
	require.NoError(t, s.Close(start.Add(time.Second)))
	require.Len(t, s.parts, 1)
	require.InDelta(t, 1, s.parts[0].End.Seconds(), 0.02)
}

func TestWhatCannotBeKeptEndsIt(t *testing.T) {
	s := newStudio()
	s.fails = errors.New("full")
	var err error
	for _, p := range pictures(stream(sfu.Camera, "video/vp8", false), 300, every(60), start) {
		if err = s.Take(p); err != nil {
			break
		}
	}
	require.ErrorIs(t, err, s.fails)
	require.Len(t, s.parts, 1)
}

func FuzzReel(f *testing.F) {
	f.Add([]byte{0x10, 0x00, 1, 2, 3}, uint16(1), uint32(1), true, true)
	f.Fuzz(func(t *testing.T, b []byte, seq uint16, ts uint32, marker, key bool) {
		for _, mime := range []string{"video/vp8", "video/h264", "audio/opus", "video/none"} {
			s := newStudio()
			x := stream(sfu.Camera, mime, false)
			for i := range 4 {
				_ = s.Take(sfu.Taken{Stream: x, Seq: seq * uint16(i), Time: ts * uint32(i), Marker: marker, Key: key, At: start, Payload: bytes.Clone(b)})
			}
			_ = s.Close(start)
		}
	})
}
