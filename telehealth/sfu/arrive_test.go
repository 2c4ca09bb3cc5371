package sfu

import (
	"encoding/binary"
	"net"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// What is held for several receivers arrives as it was written: each packet by itself, whole
// and in order.
func TestWhatLeavesTogetherArrivesAsItWas(t *testing.T) {
	near, err := listenUDP("udp4", "127.0.0.1", 0, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = near.Close() })
	var all []*net.UDPConn
	for range 3 {
		u, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		require.NoError(t, err)
		t.Cleanup(func() { _ = u.Close() })
		all = append(all, u)
	}
	buf := make([]byte, payloadMax+100)
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.SampledFrom([]int{12, 13, 120, 1099, 1100, 1101, payloadMax}), 1, 100).Draw(t, "sizes")
		to := rapid.SliceOfN(rapid.IntRange(0, len(all)-1), len(sizes), len(sizes)).Draw(t, "to")
		want := make([][]int, len(all))
		p := make([]byte, payloadMax)
		for i, n := range sizes {
			p[0], p[1] = 0x80, 96
			binary.BigEndian.PutUint32(p[2:], uint32(i))
			p[n-1] = byte(i)
			wrote, err := near.WriteToAddrPort(p[:n], all[to[i]].LocalAddr().(*net.UDPAddr).AddrPort())
			require.NoError(t, err)
			require.Equal(t, n, wrote)
			want[to[i]] = append(want[to[i]], i)
			if rapid.IntRange(0, 9).Draw(t, "ends") == 0 {
				near.flush()
			}
		}
		near.flush()
		for k, u := range all {
			for _, i := range want[k] {
				require.NoError(t, u.SetReadDeadline(time.Now().Add(patience)))
				n, err := u.Read(buf)
				require.NoError(t, err)
				require.Equal(t, sizes[i], n)
				require.EqualValues(t, i, binary.BigEndian.Uint32(buf[2:]))
				require.Equal(t, byte(i), buf[n-1])
			}
		}
	})
}

func TestOnlyMediaWaits(t *testing.T) {
	near, err := listenUDP("udp4", "127.0.0.1", 0, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = near.Close() })
	far, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = far.Close() })
	to, buf := far.LocalAddr().(*net.UDPAddr).AddrPort(), make([]byte, 100)
	for _, b := range [][2]byte{{0, 1}, {22, 254}, {0x80, 200}, {0x81, 206}} { // STUN, DTLS, reports
		_, err = near.WriteToAddrPort(append(b[:], make([]byte, 20)...), to)
		require.NoError(t, err)
		require.NoError(t, far.SetReadDeadline(time.Now().Add(patience)))
		_, err = far.Read(buf)
		require.NoError(t, err, b)
	}
	// With more than is held, nobody has to say that it ends.
	for range bundlesHold/1000 + 1 {
		_, err = near.WriteToAddrPort(append([]byte{0x80, 96}, make([]byte, 1000)...), to)
		require.NoError(t, err)
	}
	require.NoError(t, far.SetReadDeadline(time.Now().Add(patience)))
	_, err = far.Read(make([]byte, 1100))
	require.NoError(t, err)
}

// A picture goes on with its last packet. What does not come in time is not waited for,
// and what is repeated later goes on at once.
func TestAPictureGoesOnWhole(t *testing.T) {
	if !canBundle {
		t.Skip("packets go on one by one on this system")
	}
	s := open(t, Config{})
	tr, w := camera(s, "a"), &far{seqs: map[uint16]int{}}
	pc, _, err := s.connection()
	require.NoError(t, err)
	t.Cleanup(func() { _ = pc.Close() })
	tr.pc = pc
	x := watched(s, tr, w)
	sent := func() int {
		x.mu.Lock()
		defer x.mu.Unlock()
		return w.packets
	}
	comes := func(seq uint16, ts uint32, last bool) {
		h := rtp.Header{Version: 2, PayloadType: 96, SequenceNumber: seq, Timestamp: ts, SSRC: 7, Marker: last}
		b := make([]byte, h.MarshalSize()+100)
		n, err := h.MarshalTo(b)
		require.NoError(t, err)
		b[n] = 0x10
		if seq != 0 {
			b[n+1] = 1
		}
		tr.take(b, time.Now())
	}
	tr.picture.mu.Lock() // no clock runs out meanwhile
	tr.picture.timer = time.AfterFunc(time.Hour, func() {})
	tr.picture.mu.Unlock()
	comes(0, 1000, false)
	comes(1, 1000, false)
	require.Zero(t, sent())
	comes(2, 1000, true)
	require.Equal(t, 3, sent())

	comes(3, 2000, false)
	comes(5, 2000, false) // 4 is lost
	tr.late()
	require.Equal(t, 5, sent(), "its time was over")
	comes(6, 2000, false)
	require.Equal(t, 6, sent(), "of a picture that is late nothing waits")
	comes(4, 2000, false)
	require.Equal(t, 7, sent(), "what was missing")
	comes(7, 2000, true)
	require.Equal(t, 8, sent())

	comes(8, 3000, false)
	require.Equal(t, 8, sent())
	comes(10, 4000, false) // the end of the picture before is lost
	require.Equal(t, 9, sent())
	comes(9, 3000, true)
	require.Equal(t, 11, sent(), "it is not behind what is held")
	for seq := uint16(11); seq < 11+holdPackets; seq++ {
		comes(seq, 5000, false)
	}
	require.Equal(t, 11+holdPackets, sent(), "so many are not held")
	comes(50, 6000, false)
	tr.letGo()
	tr.late()
	require.Equal(t, 11+holdPackets, sent(), "nothing comes of a track that ended")
	for seq, n := range w.seqs {
		require.Equal(t, 1, n, seq)
	}
}

// What is held lies in the cache. A sender that leaps in its numbers puts nothing else in its
// place before it went on: not what comes later, and nothing that is of another track by now.
func TestWhatIsHeldIsNotTakenAway(t *testing.T) {
	if !canBundle {
		t.Skip("packets go on one by one on this system")
	}
	s, now := &Server{}, time.Now()
	tr, w := camera(s, "a"), &posted{}
	tr.pc = nobody(t)
	tr.coded = coded{96: vp8}
	x := watched(s, tr, w)
	tr.picture.timer = time.AfterFunc(time.Hour, func() {}) // no clock runs out meanwhile
	comes := func(seq uint16, mark byte, size int) {
		b, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 96, SequenceNumber: seq, Timestamp: 1000, SSRC: 7}, Payload: append([]byte{0x10, 0, mark}, make([]byte, size)...)}).Marshal()
		require.NoError(t, err)
		tr.take(b, now)
	}
	comes(0, 1, 100)
	comes(keepVideo, 2, 1000) // the place of the first one
	comes(keepVideo+1, 3, 100)
	tr.late()
	x.mu.Lock()
	defer x.mu.Unlock()
	var marks []byte
	for _, p := range w.all {
		marks = append(marks, p[2])
	}
	require.Equal(t, []byte{1, 2, 3}, marks)
}

// While the system takes no more, what waits for it does not grow without end.
func TestWhatWaitsToLeaveIsBounded(t *testing.T) {
	near, err := listenUDP("udp4", "127.0.0.1", 0, 1)
	require.NoError(t, err)
	t.Cleanup(func() { _ = near.Close() })
	if len(near.held) == 0 {
		t.Skip("packets go on one by one on this system")
	}
	w, p := &near.held[0], make([]byte, 1000)
	to := near.LocalAddr().(*net.UDPAddr).AddrPort()
	w.sending.Store(true) // somebody does, and is not done
	for range 4 * bundlesMost / len(p) {
		w.add(p, to)
	}
	held := 0
	for _, o := range w.queue {
		held += len(o.b)
	}
	require.LessOrEqual(t, held, bundlesMost)
	require.Greater(t, held, bundlesMost/2)
	w.sending.Store(false)
	w.flush()
	w.add(p, to)
	require.Equal(t, len(p), w.bytes, "once it goes on, there is room")
}
