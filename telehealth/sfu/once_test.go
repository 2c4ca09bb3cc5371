package sfu

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// seals is the line to a receiver that keeps what was sealed under which number.
type seals struct {
	t      require.TestingT
	under  map[string][]byte
	times  map[string]int
	writes int
}

func newSeals(t require.TestingT) *seals {
	return &seals{t: t, under: map[string][]byte{}, times: map[string]int{}}
}

func (w *seals) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	b, err := (&rtp.Packet{Header: *h, Payload: payload}).Marshal()
	require.NoError(w.t, err)
	number := fmt.Sprint(h.SSRC, " ", h.SequenceNumber)
	if was, ever := w.under[number]; ever {
		require.True(w.t, bytes.Equal(was, b), "two packets under the number %s", number)
	}
	w.under[number] = b
	w.times[number]++
	w.writes++
	return len(b), nil
}

func (w *seals) Write(b []byte) (int, error) { return len(b), nil }

func nackOf(seqs ...uint16) []rtcp.Packet {
	return []rtcp.Packet{&rtcp.TransportLayerNack{MediaSSRC: 9, Nacks: rtcp.NackPairsFromSequenceNumbers(seqs)}}
}

// Whatever is published, replayed and asked for, two packets that differ never go out
// under one number.
func TestANumberIsGoodForOnePacket(t *testing.T) {
	pc := nobody(t)
	rapid.Check(t, func(t *rapid.T) {
		s, w, now := &Server{}, newSeals(t), time.Now()
		tracks := []*track{camera(s, "a"), camera(s, "b")}
		tracks[0].pc, tracks[1].pc = pc, pc
		x := watched(s, tracks[0], w)
		tracks[1].add(x)
		x.down, x.wideID = &downlink{}, 3
		if rapid.Bool().Draw(t, "a stream for what is repeated") {
			x.rtx = retransmitter{ssrc: 8, types: map[uint8]uint8{96: 97}}
		}
		if rapid.Bool().Draw(t, "sound") {
			x.kind = webrtc.RTPCodecTypeAudio
			x.echo.on = true
		}
		next := [2]uint16{uint16(rapid.IntRange(0, 65535).Draw(t, "first")), 7}
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			of := rapid.IntRange(0, 1).Draw(t, "track")
			switch rapid.IntRange(0, 6).Draw(t, "what") {
			case 0, 1, 2: // packets in order, of two pictures
				for n := range rapid.IntRange(1, 90).Draw(t, "packets") {
					tracks[of].take(pictured(next[of], n == 0, rapid.Byte().Draw(t, "byte")), now)
					next[of]++
				}
			case 3: // one late, again, or under a number that another one had
				back := uint16(rapid.IntRange(0, 400).Draw(t, "back"))
				tracks[of].take(pictured(next[of]-back, back%5 == 0, rapid.Byte().Draw(t, "byte")), now)
			case 4:
				x.mu.Lock()
				last := x.lastSeq
				x.mu.Unlock()
				x.heard(nackOf(last-uint16(rapid.IntRange(0, 300).Draw(t, "asked")), last), now)
			case 5: // another track, or the same one anew, as after a pause
				x.mu.Lock()
				x.src, x.flowing = tracks[of], false
				x.mu.Unlock()
				x.begin()
			case 6:
				x.mu.Lock()
				x.flowing = false
				x.mu.Unlock()
			}
			now = now.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "ms")) * time.Millisecond)
		}
	})
}

// pictured is a packet of a picture with a picture id, as a browser sends it.
func pictured(seq uint16, key bool, with byte) []byte {
	p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 96, SequenceNumber: seq, Timestamp: uint32(seq) * 1000, SSRC: 7}, Payload: bytes.Repeat([]byte{with}, 600)}
	copy(p.Payload, []byte{0x90, 0xe0, 0x80, byte(seq), byte(seq), 0, 1})
	if key {
		p.Payload[6] = 0
	}
	b, _ := p.Marshal()
	return b
}

// Without a stream of their own, pictures are repeated as they were, with the number
// that is new to each packet otherwise.
func TestWithoutAStreamForRepeatsAPictureIsRepeatedToTheLastBit(t *testing.T) {
	s, w, now := &Server{}, newSeals(t), time.Now()
	from, f := camera(s, "a"), &frames{}
	x := watched(s, from, w)
	x.down, x.wideID = &downlink{}, 3
	for range 50 {
		from.take(f.next(500), now)
	}
	x.heard(nackOf(30, 31), now)
	require.Equal(t, 2, w.times["9 30"])
	require.Equal(t, 2, w.times["9 31"])
	require.EqualValues(t, 2, s.Stats().Repairs)
	require.EqualValues(t, 50, x.down.seq, "a repeated packet takes no new number on the line")

	// Of another agreement with the client nothing is known how it was sent.
	x.asSent = nil
	x.heard(nackOf(32), now)
	require.Equal(t, 1, w.times["9 32"])
	require.EqualValues(t, 1, s.Stats().Missed)
}

// What is being read when a receiver comes is in the cache already, so that a replay and
// the reader both have it.
func TestAReplayAndTheReaderSendAPacketOnce(t *testing.T) {
	s, w, now := &Server{}, newSeals(t), time.Now()
	from, f := camera(s, "a"), &frames{}
	x := watched(s, from, w)
	x.down, x.wideID = &downlink{}, 3
	from.remove(x)
	for range 3 {
		from.take(f.next(500), now)
	}
	p := &packet{seq: f.seq, ts: 3000, payload: []byte{0x10, 1, 2}, pic: picture{codec: vp8}}
	kept := from.cache.put(*p, now)
	x.begin()
	x.forward(from, kept, now)
	require.Equal(t, 4, w.writes)
}

func TestACacheTakesNothingUnderANumberThatItHad(t *testing.T) {
	c, now := newCache(true), time.Now()
	one := func(seq uint16, with byte) packet {
		return packet{seq: seq, payload: bytes.Repeat([]byte{with}, 1000)}
	}
	require.NotNil(t, c.put(one(5, 1), now))
	require.NotNil(t, c.put(one(4, 1), now), "late, at the very beginning")
	require.Nil(t, c.put(one(5, 2), now))
	for seq := uint16(6); seq < 160; seq++ {
		now = now.Add(20 * time.Millisecond)
		require.NotNil(t, c.put(one(seq, 1), now))
	}
	_, held := c.get(5, make([]byte, 1500))
	require.False(t, held, "forgotten")
	require.Nil(t, c.put(one(5, 2), now))
}

func TestNumbersAreGivenOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var g given
		seq := uint16(rapid.IntRange(0, 65535).Draw(t, "first"))
		top := uint32(seq) + 1<<16
		had := map[uint32]bool{}
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			at := top + uint32(rapid.IntRange(0, 900).Draw(t, "ahead")) - uint32(rapid.IntRange(0, 900).Draw(t, "back"))
			ok := g.take(uint16(at))
			if ok {
				require.False(t, had[at])
				had[at] = true
			} else if top-at < givenKept {
				require.True(t, had[at], "a free number is given")
			}
			top = max(top, at)
		}
	})
}

// The stream for what is repeated never has a number twice either.
func TestRepeatsAreNumberedOnTheirOwn(t *testing.T) {
	s, w, now := &Server{}, newSeals(t), time.Now()
	from, f := camera(s, "a"), &frames{}
	x := watched(s, from, w)
	x.down, x.wideID, x.rtx = &downlink{}, 3, retransmitter{ssrc: 8, types: map[uint8]uint8{96: 97}}
	for range 50 {
		from.take(f.next(500), now)
	}
	for range 3 {
		x.heard(nackOf(30), now)
		now = now.Add(time.Second)
	}
	for n := range 3 {
		require.Equal(t, uint16(30), binary.BigEndian.Uint16(w.under[fmt.Sprint("8 ", n)][20:]))
	}
	require.Nil(t, x.asSent, "nothing is kept for what is not needed")
}
