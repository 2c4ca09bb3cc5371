package sfu

import (
	"bytes"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"
)

// nobody is the connection of a client that hears nothing.
func nobody(f testing.TB) *webrtc.PeerConnection {
	pc, _, err := open(f, Config{}).connection()
	require.NoError(f, err)
	f.Cleanup(func() { _ = pc.GracefulClose() })
	return pc
}

// FuzzPacket gives anything to the track that a client publishes, and to who
// receives it. What is read of a packet is what the library reads of it.
func FuzzPacket(f *testing.F) {
	good := &frames{}
	f.Add(bytes.Clone(good.next(40)), uint8(vp8))
	f.Add(bytes.Clone(good.next(2)), uint8(h264))
	f.Add(append([]byte{0x80, 98, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 0xa8, 0x81, 0x00, 0x00, 7, 0), uint8(vp9))
	f.Add(append([]byte{0x80, 104, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 0x18, 0x0a, 1), uint8(av1))
	p := rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: 5, Marker: true}, Payload: []byte{0x90, 0xf0, 0x80, 5, 7, 0xe0, 0, 1}}
	for id, size := range map[uint8]int{1: 2, 3: 16, 14: 1} {
		require.NoError(f, p.SetExtension(id, make([]byte, size)))
	}
	b, err := p.Marshal()
	require.NoError(f, err)
	f.Add(b, uint8(vp8))
	f.Add([]byte{0xb0, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 1, 1, 200, 3, 4, 1}, uint8(h264))
	f.Add(append([]byte{0x80, 102, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 24, 0, 3, 0x67, 1, 2, 0xff, 0xff, 5), uint8(h264))
	pc := nobody(f)
	f.Fuzz(func(t *testing.T, b []byte, as uint8) {
		s, w, now := &Server{}, &far{}, time.Now()
		from := camera(s, "a")
		from.pc = pc
		from.codec = codec(as) % codecs
		from.levelID = 1
		x := watched(s, from, w)
		from.take(good.next(100), now) // something was there before
		from.take(b, now)
		x.heard(everything(0), now.Add(time.Second))
		h, ok := readHead(b)
		if !ok {
			return
		}
		require.LessOrEqual(t, w.bytes, 100+2*len(b)+200)
		var lib rtp.Packet
		if lib.Unmarshal(b) != nil {
			return
		}
		require.Equal(t, lib.SequenceNumber, h.seq)
		require.Equal(t, lib.Timestamp, h.ts)
		require.Equal(t, lib.Marker, h.marker)
		require.True(t, bytes.Equal(lib.Payload, h.payload))
		if h.profile == oneByte {
			for _, id := range lib.GetExtensionIDs() {
				require.True(t, id == 15 || bytes.Equal(lib.GetExtension(id), h.extension(id)), "extension %d", id)
			}
		}
	})
}

// FuzzReports gives anything to what hears a receiver.
func FuzzReports(f *testing.F) {
	cc := &rtcp.TransportLayerCC{Header: rtcp.Header{Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback, Length: 5}, MediaSSRC: 9, PacketStatusCount: 2, FbPktCount: 1,
		PacketChunks: []rtcp.PacketStatusChunk{&rtcp.RunLengthChunk{PacketStatusSymbol: rtcp.TypeTCCPacketReceivedSmallDelta, RunLength: 2}},
		RecvDeltas:   []*rtcp.RecvDelta{{Type: rtcp.TypeTCCPacketReceivedSmallDelta, Delta: 250}, {Type: rtcp.TypeTCCPacketReceivedSmallDelta, Delta: 500}}}
	for _, p := range append(everything(0), cc, &rtcp.PictureLossIndication{MediaSSRC: 9}, &rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{SSRC: 9, FractionLost: 200, LastSenderReport: 1}}}) {
		b, err := p.Marshal()
		require.NoError(f, err)
		f.Add(b)
	}
	pc := nobody(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		s, now := &Server{}, time.Now()
		from := camera(s, "a")
		from.pc = pc
		x := watched(s, from, &far{})
		x.down, x.wideID, x.rtx = &downlink{}, 3, retransmitter{ssrc: 8, types: map[uint8]uint8{96: 97}}
		frames := &frames{}
		for range 20 {
			from.take(frames.next(100), now)
			now = now.Add(time.Millisecond)
		}
		x.down.est.rate = 1e5
		x.down.seek(1e6, now)
		feed := &feed{slot: x, closed: make(chan struct{})}
		for range 3 {
			n, err := feed.Write(b)
			require.NoError(t, err)
			require.Equal(t, len(b), n)
		}
		rate, _ := x.down.allowed(now)
		require.False(t, rate < 0 || rate != rate || rate > 1e12, "%f bits a second", rate)
	})
}

// FuzzWideNumbers gives anything to what notes when packets came.
func FuzzWideNumbers(f *testing.F) {
	f.Add([]byte{0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0, 1, 0x31, 0, 9, 0, 1})
	f.Add([]byte{0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0xff, 0xff, 0x31, 0, 9, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		w := newWideRecorder()
		r := w.BindRemoteStream(&interceptor.StreamInfo{SSRC: 7, RTPHeaderExtensions: []interceptor.RTPHeaderExtension{{URI: uriWide, ID: 3}}},
			interceptor.RTPReaderFunc(func(into []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
				return copy(into, b), a, nil
			}))
		buf := make([]byte, payloadMax)
		for range 3 {
			n, _, err := r.Read(buf, nil)
			require.NoError(t, err)
			require.Equal(t, min(len(b), payloadMax), n)
		}
		for _, p := range w.feedback() {
			_, err := p.Marshal()
			require.NoError(t, err)
		}
	})
}

// FuzzTalk gives anything to a seat. It answers, or ends; others never notice.
func FuzzTalk(f *testing.F) {
	for _, m := range []string{
		`{"t":"join","mic":true}`, `{"t":"want","seat":"b","kind":"camera","layer":"low"}`, `{"t":"mute","kind":"screen","on":false}`,
		`{"t":"pub","n":1,"sdp":"v=0\r\no=- 0 0 IN IP4 0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=rid:h send\r\na=simulcast:send h;l\r\n","tracks":[{"mid":"0","kind":"camera"}]}`,
		`{"t":"sub-answer","n":1,"sdp":"v=0\r\nm=audio"}`, `{"t":"restart"}`, `{"t":"leave"}`, `{`, `null`, `[]`,
	} {
		f.Add([]byte(m))
	}
	s := open(f, Config{})
	f.Fuzz(func(t *testing.T, b []byte) {
		q := newQueue()
		l, err := s.Enter("r", "a", &wire{q: q, hear: func([]byte) {}})
		require.NoError(t, err)
		l.Hear([]byte(`{"t":"join"}`))
		for range 2 {
			l.Hear(b)
		}
		l.Expel(WhyLeft)
		q.close()
		q.run()
		require.Eventually(t, func() bool { return s.Stats().Seats == 0 }, patience, time.Millisecond)
	})
}

// FuzzFirstBytes gives anything to the port for media, in UDP from a stranger and from
// the very address of somebody who is in the room, and in TCP. By its first bytes it is
// taken for STUN, DTLS, RTP or RTCP; the media of who is there goes on.
func FuzzFirstBytes(f *testing.F) {
	for _, b := range broken() {
		f.Add(b)
	}
	hello := []byte{0x16, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60, 1, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0, 48, 0xfe, 0xfd}
	f.Add(append(hello, make([]byte, 46)...))
	f.Add(append([]byte{0, 20, 0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42}, make([]byte, 12)...)) // RFC 4571
	s := open(f, Config{})
	l := roughLine(f, s)
	a, b := join(f, s, "r", "a"), comeOver(f, s, l, "r", "b").begin(true, true)
	f.Cleanup(func() {
		a.leave()
		b.leave()
	})
	a.until("sound", func() bool { return a.count("b audio") > 0 })
	at := fmt.Sprintf("127.0.0.1:%d", s.Port())
	stranger, err := net.Dial("udp4", at)
	require.NoError(f, err)
	f.Cleanup(func() { _ = stranger.Close() })
	n, said := 0, time.Now()
	f.Fuzz(func(t *testing.T, x []byte) {
		if time.Since(said) > 5*time.Second { // who says nothing for long is gone
			said = time.Now()
			for _, p := range []*somebody{a, b} {
				p.tell(`{"t":"ping"}`)
			}
		}
		if n++; n%64 == 0 {
			before := a.count("b audio")
			// The fuzzer itself gives up after ten seconds.
			require.Eventually(t, func() bool { return a.count("b audio") > before }, 8*time.Second, time.Millisecond, "their sound goes on")
			c, err := net.DialTimeout("tcp4", at, 5*time.Second)
			require.NoError(t, err)
			_ = c.SetWriteDeadline(time.Now().Add(2 * time.Second)) // a full machine must not hold the fuzzer up
			_, _ = c.Write(x)
			_ = c.Close()
		}
		l.Inject(x)
		_, _ = stranger.Write(x)
		require.Equal(t, 2, s.Stats().Seats)
	})
}
