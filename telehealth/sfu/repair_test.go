package sfu

import (
	"fmt"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"
)

// far is the line to a receiver: it counts what is written to it.
type far struct {
	packets, bytes int
	seqs           map[uint16]int
}

func (w *far) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	w.packets++
	w.bytes += len(payload)
	if w.seqs != nil {
		w.seqs[h.SequenceNumber]++
	}
	return len(payload), nil
}

func (w *far) Write(b []byte) (int, error) { return len(b), nil }

// camera is a track as it is once its packets come in.
func camera(s *Server, id string) *track {
	x := &Seat{room: newRoom(s, "r"), id: id, tracks: map[Kind]*source{}}
	return &track{seat: x, from: &source{seat: x, kind: Camera}, kind: Camera, layer: high, codec: vp8, clock: 90000, ssrc: 7, cache: newCache(true)}
}

// watched is a slot that receives a track.
func watched(s *Server, t *track, w webrtc.TrackLocalWriter) *slot {
	x := &slot{id: "camera-0", stream: "place-0", kind: webrtc.RTPCodecTypeVideo, clock: 90000, count: &s.count, writer: w, ssrc: 9, types: types{vp8: 96}, line: true, src: t}
	t.add(x)
	return x
}

// frames are VP8 packets of one track, of which the first begins a key frame.
type frames struct {
	seq uint16
	buf []byte
}

func (f *frames) next(size int) []byte {
	h := rtp.Header{Version: 2, PayloadType: 96, SequenceNumber: f.seq, Timestamp: uint32(f.seq) * 1000, SSRC: 7, Marker: true}
	f.buf = append(f.buf[:0], make([]byte, h.MarshalSize()+size)...)
	n, _ := h.MarshalTo(f.buf)
	f.buf[n] = 0x10 // a partition begins (RFC 7741, section 4.2)
	if f.seq != 0 {
		f.buf[n+1] = 1 // not a key frame
	}
	f.seq++
	return f.buf
}

// everything asks for 17 packets with each of 64 pairs.
func everything(from uint16) []rtcp.Packet {
	nack := &rtcp.TransportLayerNack{MediaSSRC: 9}
	for i := range uint16(64) {
		nack.Nacks = append(nack.Nacks, rtcp.NackPair{PacketID: from + i*7, LostPackets: 0xffff})
	}
	return []rtcp.Packet{nack}
}

func TestWhatIsAskedForTwiceIsSentOnce(t *testing.T) {
	s, w, now := &Server{}, &far{}, time.Now()
	from, f := camera(s, "a"), &frames{}
	x := watched(s, from, w)
	for range 200 {
		from.take(f.next(500), now)
	}
	require.Equal(t, 200, w.packets)
	w.seqs = map[uint16]int{}
	same := &rtcp.TransportLayerNack{MediaSSRC: 9}
	for range 64 {
		same.Nacks = append(same.Nacks, rtcp.NackPair{PacketID: 100, LostPackets: 0xffff})
	}
	for range 3 {
		x.heard([]rtcp.Packet{same, same}, now)
		now = now.Add(time.Millisecond)
	}
	require.Len(t, w.seqs, 17)
	for seq, n := range w.seqs {
		require.Equal(t, 1, n, "packet %d", seq)
	}
	x.heard([]rtcp.Packet{same}, now.Add(repairSoon))
	require.Equal(t, 2, w.seqs[100], "the repetition may be lost, too")

	// On a long line a second request crosses with the answer to the first.
	x.delay.Store(int64(300 * time.Millisecond))
	now = now.Add(time.Second)
	for range 10 {
		x.heard([]rtcp.Packet{same}, now)
		now = now.Add(25 * time.Millisecond)
	}
	require.Equal(t, 3, w.seqs[100])
}

func TestAFewBytesDoNotBringForthMegabytes(t *testing.T) {
	s, w, now := &Server{}, &far{}, time.Now()
	from, f := camera(s, "a"), &frames{}
	x := watched(s, from, w)
	for range keepVideo {
		from.take(f.next(1200), now)
	}
	w.bytes = 0
	for range 100 { // ten seconds in which nothing is sent
		x.heard(everything(0), now)
		now = now.Add(100 * time.Millisecond)
	}
	require.LessOrEqual(t, w.bytes, int(repairBudget+10*repairFloor+2*1200))
	w.bytes = 0
	for range 500 { // and ten in which a picture is
		from.take(f.next(1200), now)
		x.heard(everything(f.seq-keepVideo), now)
		now = now.Add(20 * time.Millisecond)
	}
	require.LessOrEqual(t, w.bytes, 500*1200+500*1200/repairShare+int(10*repairFloor)+3*1200)

	// Who loses a packet now and then gets each of them.
	now = now.Add(time.Minute)
	w.seqs = map[uint16]int{}
	for i := range 1000 {
		from.take(f.next(1200), now)
		if i%5 == 0 { // one of five
			x.heard([]rtcp.Packet{&rtcp.TransportLayerNack{MediaSSRC: 9, Nacks: []rtcp.NackPair{{PacketID: f.seq - 1}}}}, now)
			require.Equal(t, 2, w.seqs[f.seq-1])
		}
		now = now.Add(4 * time.Millisecond)
	}
}

func TestRepairingTakesNoMemory(t *testing.T) {
	s, w, now := &Server{}, &far{}, time.Now()
	from, f := camera(s, "a"), &frames{}
	x := watched(s, from, w)
	for range keepVideo {
		from.take(f.next(1200), now)
	}
	asked := everything(0)
	x.heard(asked, now)
	require.Less(t, testing.AllocsPerRun(100, func() {
		now = now.Add(time.Second)
		x.heard(asked, now)
	}), 3.0) // the header of a borrowed buffer
}

// BenchmarkForward is what a room itself does with a packet, SRTP and the socket
// left out: it reads it, keeps it, and writes it under the numbers of each
// receiver. Four publish, ten receive all of them.
func BenchmarkForward(b *testing.B) {
	const publishers, subscribers = 4, 10
	s, now := &Server{}, time.Now()
	var tracks []*track
	var streams []*frames
	for i := range publishers {
		t := camera(s, fmt.Sprint("p", i))
		for range subscribers {
			watched(s, t, &far{})
		}
		tracks, streams = append(tracks, t), append(streams, &frames{})
	}
	packets := make([][]byte, publishers)
	for i := range packets { // a key frame opens every slot
		tracks[i].take(streams[i].next(1100), now)
		packets[i] = streams[i].next(1100)
	}
	before := s.count.in.Load() + s.count.out.Load()
	b.ReportAllocs()
	b.ResetTimer()
	for n := range b.N {
		i := n % publishers
		p := packets[i]
		p[2], p[3] = byte((n/publishers+1)>>8), byte(n/publishers+1)
		tracks[i].take(p, now)
	}
	b.StopTimer()
	handled := s.count.in.Load() + s.count.out.Load() - before
	require.EqualValues(b, b.N*(1+subscribers), handled)
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(handled), "us/packet")
}

// A receiver that asks for key frames on and on gets some, and then one in a while: a sender
// makes no picture of nothing else for it.
func TestOneReceiverDoesNotRuinThePictureOfAll(t *testing.T) {
	s, now := &Server{}, time.Now()
	tr := camera(s, "a")
	tr.pc = nobody(t)
	bad, good := watched(s, tr, &far{}), watched(s, tr, &far{})
	asked := func(x *slot) bool {
		tr.mu.Lock()
		tr.wantKey = false // it came
		tr.mu.Unlock()
		x.heard([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: x.ssrc}}, now)
		tr.mu.Lock()
		defer tr.mu.Unlock()
		return tr.wantKey
	}
	n := 0
	for range 60 * 10 {
		now = now.Add(100 * time.Millisecond)
		if asked(bad) {
			n++
		}
	}
	require.InDelta(t, begsAtOnce+20, n, 1)
	require.True(t, asked(good), "who needs one gets it")
	now = now.Add(begsAtOnce * begsEvery)
	for range begsAtOnce {
		require.True(t, asked(bad), "and so does who was quiet")
	}
	require.False(t, asked(bad))

	// To ask again for one that is on the way is nothing more.
	require.True(t, asked(good))
	for range 100 {
		good.heard([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: good.ssrc}}, now)
	}
	require.True(t, asked(good))
}
