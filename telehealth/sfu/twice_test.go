package sfu

import (
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"
)

// written is what a slot put on the line, byte by byte.
type written [][]byte

func (w *written) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	b, err := (&rtp.Packet{Header: *h, Payload: payload}).Marshal()
	*w = append(*w, b)
	return len(b), err
}

func (w *written) Write(b []byte) (int, error) { return len(b), nil }

// The second time a packet of sound is the same to the last bit: another one under the
// same number would give away the key that it is sealed with.
func TestSoundThatGoesTwiceIsTheSame(t *testing.T) {
	w := &written{}
	s := &slot{kind: webrtc.RTPCodecTypeAudio, clock: 48000, writer: w, ssrc: 7, types: types{opus: 111}, wideID: 3, down: &downlink{}, count: &counters{}, line: true}
	s.src = &track{kind: Audio, codec: opus}
	s.double(true)
	now := time.Now()
	for n := range 3 {
		s.send(&packet{seq: uint16(100 + n), ts: uint32(960 * n), payload: []byte{byte(n), 2, 3}, pic: picture{codec: opus}}, now)
	}
	require.Len(t, *w, 5)
	first, second := (*w)[0], (*w)[1]
	require.Equal(t, first, (*w)[2])
	require.Equal(t, second, (*w)[4])
	require.NotEqual(t, first, second)

	s.double(false)
	s.send(&packet{seq: 103, ts: 2880, payload: []byte{9}, pic: picture{codec: opus}}, now)
	s.send(&packet{seq: 104, ts: 3840, payload: []byte{9}, pic: picture{codec: opus}}, now)
	require.Len(t, *w, 8, "what was kept goes out, and nothing more is kept")
}

// It is done where packets are lost, not where a line is full.
func TestWhenSoundGoesTwice(t *testing.T) {
	now := time.Now()
	d := &downlink{}
	require.False(t, d.doubles(now))
	d.est.loss = 0.1
	require.True(t, d.doubles(now))
	d.est.loss = 0
	require.True(t, d.doubles(now.Add(twiceFor/2)), "that it helps does not end it")
	require.False(t, d.doubles(now.Add(twiceFor+1)))

	d.est.loss = 0.1
	require.True(t, d.doubles(now))
	d.est.loss = 0.3
	require.False(t, d.doubles(now.Add(time.Second)), "it is too much for the line")
	d.est.loss = 0.1
	require.False(t, d.doubles(now.Add(2*time.Second)))
	require.True(t, d.doubles(now.Add(time.Minute)))

	full := &downlink{}
	full.est.loss = 0.1
	for i := range full.est.queues {
		full.est.queues[i] = 3 * queueLong
	}
	require.False(t, full.doubles(now))
}
