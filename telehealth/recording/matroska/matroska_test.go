package matroska

import (
	"bytes"
	"encoding/binary"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

var began = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

// made is a file of some clusters, as its maker puts it together.
func made(track Track, clusters ...[]Frame) []byte {
	var body []byte
	var cues []Cue
	var last time.Duration
	for _, frames := range clusters {
		if frames[0].Key {
			cues = append(cues, Cue{frames[0].At, int64(len(body))})
		}
		body = append(body, Cluster(frames)...)
		last = frames[len(frames)-1].At
	}
	return append(Head(track, began, last, int64(len(body)), cues), body...)
}

func frame(at time.Duration, key bool, n int) Frame {
	return Frame{at, key, bytes.Repeat([]byte{byte(n)}, n)}
}

// sps and pps of 320x240 as a browser sends them.
var (
	sps = []byte{0x67, 0x42, 0xc0, 0x1f, 0x8c, 0x8d, 0x40, 0xa0, 0xfd, 0x00, 0xf0, 0x88, 0x45, 0x38}
	pps = []byte{0x68, 0xce, 0x3c, 0x80}
)

func TestGolden(t *testing.T) {
	ms := time.Millisecond
	for name, got := range map[string][]byte{
		"opus.webm": made(Track{Codec: Opus}, []Frame{frame(0, true, 3), frame(20*ms, true, 200)}, []Frame{frame(8000*ms, true, 4)}),
		"vp8.webm":  made(Track{Codec: VP8, Width: 640, Height: 480}, []Frame{frame(0, true, 5), frame(33*ms, false, 6)}, []Frame{frame(90_000*ms, true, 7)}),
		"h264.mkv":  made(Track{Codec: H264, Private: AVC(sps, pps), Width: 320, Height: 240}, []Frame{frame(0, true, 9)}),
		"none.webm": made(Track{Codec: VP8, Width: 640, Height: 480}, []Frame{frame(0, false, 1)}),
	} {
		path := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(path, got, 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
}

// part is an element that was read.
type part struct {
	id    uint32
	at    int // of its content
	body  []byte
	parts []part
}

var holds = map[uint32]bool{idEBML: true, idSegment: true, idSeekHead: true, idSeek: true, idInfo: true, idTracks: true, idEntry: true, idVideo: true, idAudio: true, idCues: true, idCuePoint: true, idCuePlaces: true, idCluster: true}

// parse reads elements (RFC 8794), apart from how they are written.
func parse(t *testing.T, b []byte, at int) (all []part) {
	t.Helper()
	for i := 0; i < len(b); {
		width := 1
		for mask := byte(0x80); b[i]&mask == 0; mask >>= 1 {
			width++
		}
		require.LessOrEqual(t, width, 4)
		name := uint32(0)
		for _, x := range b[i : i+width] {
			name = name<<8 | uint32(x)
		}
		i += width
		width = 1
		mask := byte(0x80)
		for ; b[i]&mask == 0; mask >>= 1 {
			width++
		}
		size := uint64(b[i] &^ mask)
		for _, x := range b[i+1 : i+width] {
			size = size<<8 | uint64(x)
		}
		i += width
		require.LessOrEqual(t, i+int(size), len(b), "%x is cut", name)
		p := part{id: name, at: at + i, body: b[i : i+int(size)]}
		if holds[name] {
			p.parts = parse(t, p.body, p.at)
		}
		all = append(all, p)
		i += int(size)
	}
	return all
}

func (p part) all(id uint32) (found []part) {
	for _, x := range p.parts {
		if x.id == id {
			found = append(found, x)
		}
		found = append(found, x.all(id)...)
	}
	return found
}

func (p part) number() (n uint64) {
	for _, x := range p.body {
		n = n<<8 | uint64(x)
	}
	return n
}

func TestAPlayerFindsItsWay(t *testing.T) {
	var clusters [][]Frame
	for i := range 300 {
		at := time.Duration(i) * 4 * time.Second
		clusters = append(clusters, []Frame{frame(at, i%3 == 0, 100), frame(at+3*time.Second, false, 300)})
	}
	file := made(Track{Codec: VP8, Width: 640, Height: 480}, clusters...)
	top := parse(t, file, 0)
	require.Len(t, top, 2, "a head and one segment that reaches to the end")
	segment := top[1]
	require.Equal(t, uint32(idSegment), segment.id)
	require.Equal(t, len(file), segment.at+len(segment.body))
	at := func(n uint64) uint32 { return binary.BigEndian.Uint32(file[segment.at+int(n):]) }
	seeks := segment.all(idSeek)
	require.Len(t, seeks, 3)
	for i, id := range []uint32{idInfo, idTracks, idCues} {
		require.Equal(t, id, at(seeks[i].all(idSeekPosition)[0].number()))
	}
	points := segment.all(idCuePoint)
	require.Len(t, points, 100)
	for i, p := range points {
		where := p.all(idCueAt)[0].number()
		require.Equal(t, uint32(idCluster), at(where))
		require.EqualValues(t, i*12_000, p.all(idCueTime)[0].number())
	}
	blocks := segment.all(idSimpleBlock)
	require.Len(t, blocks, 600)
	require.Equal(t, []byte{0x81, 0, 0, 0x80}, blocks[0].body[:4])
	require.Equal(t, []byte{0x81, 3000 >> 8, 3000 & 0xff, 0}, blocks[1].body[:4])
	require.EqualValues(t, 4*time.Second.Milliseconds(), segment.all(idTimestamp)[1].number())
}

func TestParameterSets(t *testing.T) {
	w, h := AVCSize(sps)
	require.Equal(t, []int{320, 240}, []int{w, h})
	record := AVC(sps, pps)
	require.Equal(t, []byte{1, 0x42, 0xc0, 0x1f, 0xff, 0xe1, 0, byte(len(sps))}, record[:8])
	require.Nil(t, AVC(nil, pps))
	require.Nil(t, AVC(sps, nil))
}

func FuzzAVCSize(f *testing.F) {
	f.Add(sps)
	f.Fuzz(func(t *testing.T, b []byte) {
		if w, h := AVCSize(b); w < 0 || h < 0 || w > 1<<14 || h > 1<<14 {
			t.Fatal(w, h)
		}
	})
}
