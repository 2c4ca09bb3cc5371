package sfu

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/stun/v4"
	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"

	"housecall/telehealth/sfu/peer"
)

// broken are packets of each kind that nobody made well, and random ones.
func broken() [][]byte {
	all := [][]byte{
		{}, {0}, {0x80}, {0x80, 0x60}, bytes.Repeat([]byte{0xff}, 1400), bytes.Repeat([]byte{0}, 1400),
		{0x80, 0x60, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 'r', 't', 'p'},            // RTP without SRTP
		{0x80, 0xc8, 0, 6, 0, 0, 0, 1}, {0x81, 0xcd, 0xff, 0xff, 0, 0, 0, 1}, // RTCP that says it is longer
		{0x9f, 0xe0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xbe, 0xde, 0xff, 0xff},                     // contributors and extensions that are not there
		{0x16, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1}, {0x15, 0xfe, 0xfd, 0, 0, 0}, // DTLS: a record that is cut, an alert
		{0x14, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 1}, {0x17, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 1, 0},
		{0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 6, 0xff, 0xff, 'a', ':', 'b', 0}, // STUN
	}
	for range 300 {
		b := make([]byte, rand.IntN(1400))
		for i := range b {
			b[i] = byte(rand.Uint32())
		}
		if len(b) > 1 {
			b[0] = []byte{0, 0x14, 0x15, 0x16, 0x17, 0x80, 0x90, 0xbf}[rand.IntN(8)]
		}
		all = append(all, b)
	}
	return all
}

// What comes from somebody's very address and is not well made, or not theirs, or
// far too much, is lost; their own media goes on. Somebody who seals nonsense as it
// should be sealed, or as much as one core can, harms no one but themselves.
func TestBrokenMediaIsHarmless(t *testing.T) {
	t.Parallel()
	s := open(t, Config{})
	l := roughLine(t, s)
	a, b := join(t, s, "r", "a"), comeOver(t, s, l, "r", "b").begin(true, true)
	c, d := join(t, s, "elsewhere", "c"), join(t, s, "elsewhere", "d")
	e := join(t, s, "r", "e")
	a.until("three", func() bool { return len(a.Seats()) == 3 })
	c.until("two", func() bool { return len(c.Seats()) == 2 })
	flows(a, b, 5)
	stranger, err := net.Dial("udp4", fmt.Sprintf("127.0.0.1:%d", s.Port()))
	require.NoError(t, err)
	defer func() { _ = stranger.Close() }()
	for _, x := range broken() {
		l.Inject(x)
		_, _ = stranger.Write(x)
	}
	flows(a, b, 10)

	// Sealed as it should be, and broken inside.
	for n, payload := range [][]byte{nil, {}, {0x80}, {0xf0}, {0x90, 0x80}, {0x90, 0xff, 0xff}, {0x10, 0, 0, 0}, bytes.Repeat([]byte{0x90}, 1100)} {
		require.NoError(t, e.Write("camera", &rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: uint16(n * 9973), Timestamp: uint32(n) * 1e9}, Payload: payload}))
		require.NoError(t, e.Write("audio", &rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: uint16(n * 7919)}, Payload: payload}))
	}
	sub, _ := e.Receiving("")
	for _, raw := range []rtcp.RawPacket{
		{0x80, 0xc9, 0, 0}, {0x81, 0xcd, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}, {0x8f, 0xcd, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}, {0x84, 0xce, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2},
		{0x9f, 0xc8, 0, 1, 0, 0, 0, 1}, {0x81, 0xcb, 0, 0}, {0x80, 0xcf, 0, 1, 0, 0, 0, 1},
	} {
		_ = sub.WriteRTCP([]rtcp.Packet{&raw})
	}
	// A flood: as fast as one core can.
	flood := make([]byte, 1200)
	flood[0], flood[1] = 0x80, 0x60
	for range 20_000 {
		l.Inject(flood)
	}
	sound := &peer.Sound{}
	for range 5_000 {
		_ = e.Write("audio", sound.Packet(900))
	}
	flows(c, d, 10)
	flows(a, b, 10)
	require.Len(t, a.Seats(), 3, "nobody lost their seat")
	for _, p := range []*somebody{e, b, a, c, d} {
		p.leave()
	}
}

// Nobody but the one who made the offer finishes the handshake: not with another
// certificate than the offer says, not without one, and nobody from an address that
// has not shown the room's own password (a race to the ClientHello).
func TestOnlyTheRightCertificateGetsIn(t *testing.T) {
	t.Parallel()
	s := open(t, Config{})
	a := join(t, s, "r", "a")
	finger := regexp.MustCompile(`(a=fingerprint:sha-256 )([0-9A-F]{2})`)
	b := enter(t, s, "r", "b")
	b.said = func(m string) string {
		return finger.ReplaceAllStringFunc(m, func(x string) string {
			if strings.HasSuffix(x, "00") {
				return x[:len(x)-2] + "01"
			}
			return x[:len(x)-2] + "00"
		})
	}
	b.Join(true, true, false)
	b.until("joined", func() bool { n, _ := b.Joined(); return n == 1 })
	require.NoError(t, b.Publish("audio", "camera"))
	b.until("it was refused", func() bool {
		return b.Publishing() == webrtc.PeerConnectionStateFailed || b.Publishing() == webrtc.PeerConnectionStateClosed
	})
	require.False(t, b.Connected())
	require.Zero(t, a.count("b audio")+a.count("b camera"))

	// In the clear: an offer without a certificate is no offer.
	offer := "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\nc=IN IP4 127.0.0.1\r\na=mid:0\r\na=sendonly\r\na=rtpmap:0 PCMU/8000\r\n"
	text, err := json.Marshal(map[string]any{"t": "pub", "n": 9, "sdp": offer, "tracks": []lineTag{{Mid: "0", Kind: Audio}}})
	require.NoError(t, err)
	errs := b.has("error")
	b.tell(string(text))
	b.until("refused", func() bool { return b.has("error") == errs+1 })

	// A stranger's ClientHello is not even answered; a question that anybody may ask
	// is, and it came later.
	stranger, err := net.Dial("udp4", fmt.Sprintf("127.0.0.1:%d", s.Port()))
	require.NoError(t, err)
	defer func() { _ = stranger.Close() }()
	hello := append([]byte{0x16, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x36, 1, 0, 0, 0x2a, 0, 0, 0, 0, 0, 0, 0x2a, 0xfe, 0xfd}, make([]byte, 32)...)
	hello = append(hello, 0, 0, 0, 2, 0xc0, 0x2b, 1, 0)
	_, err = stranger.Write(hello)
	require.NoError(t, err)
	question, err := stun.Build(stun.TransactionID, stun.BindingRequest)
	require.NoError(t, err)
	_, err = stranger.Write(question.Raw)
	require.NoError(t, err)
	buf := make([]byte, 1500)
	require.NoError(t, stranger.SetReadDeadline(time.Now().Add(patience)))
	n, err := stranger.Read(buf)
	require.NoError(t, err)
	answer := &stun.Message{Raw: buf[:n]}
	require.NoError(t, answer.Decode(), "the first word that comes back is about the question")
	require.Equal(t, question.TransactionID, answer.TransactionID)
	b.leaveUnsent()
	a.leave()
}

// The profiles of SRTP are those that authenticate whole packets; a client that has
// none of them gets no media.
func TestMediaIsAuthenticated(t *testing.T) {
	t.Parallel()
	s := open(t, Config{})
	a := join(t, s, "r", "a")
	for _, p := range srtpProfiles {
		b := enterWith(t, s, "r", "b", peer.Options{Protection: []peer.Profile{p}}).begin(true, true)
		a.until("two", func() bool { return len(a.Seats()) == 2 })
		flows(a, b, 5)
		b.leave()
		a.until("one", func() bool { return len(a.Seats()) == 1 })
	}
	b := enterWith(t, s, "r", "b", peer.Options{Protection: []peer.Profile{peer.Weak}})
	b.Join(true, true, false)
	b.until("joined", func() bool { n, _ := b.Joined(); return n == 1 })
	require.NoError(t, b.Publish("audio"))
	b.until("refused", func() bool {
		return b.Publishing() == webrtc.PeerConnectionStateFailed || b.Publishing() == webrtc.PeerConnectionStateClosed
	})
	b.leaveUnsent()
	a.leave()
}

// Whoever asks the port itself gets an answer that is not longer than worth a lie,
// and not without end.
func TestTheMediaPortAnswersAQuestion(t *testing.T) {
	t.Parallel()
	s := open(t, Config{Sockets: 2})
	c, err := net.Dial("udp4", fmt.Sprintf("127.0.0.1:%d", s.Port()))
	require.NoError(t, err)
	defer func() { _ = c.Close() }()
	question, err := stun.Build(stun.TransactionID, stun.BindingRequest)
	require.NoError(t, err)
	got := 0
	buf := make([]byte, 1500)
	for i := range 3 * maxAnswers {
		_, err := c.Write(question.Raw)
		require.NoError(t, err)
		if i > 0 && i%50 != 0 {
			continue
		}
		for c.SetReadDeadline(time.Now().Add(20*time.Millisecond)) == nil {
			n, err := c.Read(buf)
			if err != nil {
				break
			}
			got++
			require.LessOrEqual(t, n, 2*len(question.Raw))
			var seen stun.XORMappedAddress
			m := &stun.Message{Raw: buf[:n]}
			require.NoError(t, m.Decode())
			require.NoError(t, seen.GetFrom(m))
			require.Equal(t, c.LocalAddr().String(), seen.String())
		}
	}
	require.Positive(t, got)
}

// Which checks move a connection to another address.
func TestWhoIsFollowed(t *testing.T) {
	t.Parallel()
	f := newFollower()
	now := time.Now()
	at := func(d time.Duration) time.Time { return now.Add(d) }
	require.False(t, f.follow("x", "one", false, now), "nothing is chosen yet")
	require.False(t, f.follow("x", "two", false, at(9*time.Second)))
	require.False(t, f.follow("x", "one", true, at(10*time.Second)), "the library goes by what is chosen")
	require.False(t, f.follow("x", "two", false, at(10500*time.Millisecond)), "the chosen one was heard a moment ago")
	require.False(t, f.follow("x", "one", false, at(12*time.Second)))
	require.True(t, f.follow("x", "two", false, at(14*time.Second)))
	require.False(t, f.follow("x", "two", false, at(16*time.Second)), "they are there now")
	require.False(t, f.follow("y", "two", false, at(20*time.Second)), "another connection")
	f.forget("x")
	require.False(t, f.follow("x", "three", false, at(30*time.Second)))
	require.Empty(t, f.of)
}

func FuzzQuestion(f *testing.F) {
	q, err := stun.Build(stun.TransactionID, stun.BindingRequest)
	require.NoError(f, err)
	f.Add(q.Raw)
	named, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername("a:b"))
	require.NoError(f, err)
	f.Add(named.Raw)
	for _, b := range broken()[:14] {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		is := isQuestion(b)
		m := &stun.Message{Raw: append([]byte(nil), b...)}
		if is && m.Decode() == nil {
			require.Equal(t, stun.BindingRequest, m.Type)
			require.False(t, m.Contains(stun.AttrUsername), "that would be somebody's check")
		}
	})
}
