package sfu

import (
	"bytes"
	"fmt"
	"net/netip"
	"regexp"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"

	"housecall/telehealth/sfu/badline"
	"housecall/telehealth/sfu/peer"
	"housecall/telehealth/turn"
)

// roughLine stands between somebody and a server.
func roughLine(t testing.TB, s *Server) *badline.Line {
	l, err := badline.Open(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(s.Port())))
	require.NoError(t, err)
	t.Cleanup(l.Close)
	return l
}

// over makes the room's words lead to a line instead of the server's port.
func over(s *Server, l *badline.Line) func([]byte) []byte {
	from, to := []byte(fmt.Sprintf(" %d typ host", s.Port())), []byte(fmt.Sprintf(" %d typ host", l.Port()))
	return func(b []byte) []byte { return bytes.ReplaceAll(b, from, to) }
}

func comeOver(t testing.TB, s *Server, l *badline.Line, room, id string) *somebody {
	p := enter(t, s, room, id)
	p.through = over(s, l)
	return p
}

// flows waits until both have got so many packets more of what the other lets be
// heard and seen.
func flows(a, b *somebody, more int) {
	from := map[string]int{}
	for _, now := range []bool{false, true} {
		for _, x := range [][2]*somebody{{a, b}, {b, a}} {
			for _, seat := range x[0].Seats() {
				for kind, sent := range map[string]bool{" audio": seat.Mic, " camera": seat.Cam} {
					key := seat.Seat + kind
					switch {
					case seat.Seat != x[1].id || !sent:
					case !now:
						from[key] = x[0].count(key)
					default:
						x[0].until(key, func() bool { return x[0].count(key) >= from[key]+more })
					}
				}
			}
		}
	}
}

// The rungs of the ladder, each with what it costs. The times are printed for
// docs/performance.md; what is checked is that it is climbed at all, and that seat
// and choices are kept.
func TestTheLadder(t *testing.T) {
	t.Parallel()
	s := open(t, Config{})
	l := roughLine(t, s)
	a, b := join(t, s, "r", "a"), comeOver(t, s, l, "r", "b").begin(false, true)
	a.until("two", func() bool { return len(a.Seats()) == 2 })
	flows(a, b, 10)

	start := time.Now()
	b.drop()
	b.connect()
	b.Join(false, true, true)
	b.until("resumed", func() bool { n, _ := b.Joined(); return n == 2 })
	t.Logf("socket dropped and resumed: %v", time.Since(start).Round(time.Millisecond))
	flows(a, b, 10)

	l.Lose(0.1)
	l.Delay(40 * time.Millisecond)
	flows(a, b, 30)
	l.Lose(0)
	l.Delay(0)

	start = time.Now()
	l.Move()
	flows(a, b, 5)
	t.Logf("another network, without signalling: %v until media goes both ways", time.Since(start).Round(time.Millisecond))

	l.Cut(true)
	before := b.count("a audio")
	require.Never(t, func() bool { return b.count("a audio") > before+5 }, 300*time.Millisecond, 50*time.Millisecond)
	start = time.Now()
	l.Cut(false)
	flows(a, b, 5)
	t.Logf("a short cut: %v after it was mended", time.Since(start).Round(time.Millisecond))

	start = time.Now()
	l.Move()
	require.NoError(t, b.Restart())
	flows(a, b, 5)
	t.Logf("another network, with an ICE restart: %v", time.Since(start).Round(time.Millisecond))

	seats := a.Seats()
	require.Len(t, seats, 2)
	require.Equal(t, peer.Presence{Seat: "b", In: true, Mic: false, Cam: true}, seats[1])
	b.leave()
	a.leave()
}

// A server that ends and comes again: who was there joins anew, by the same seat and
// with the same choices.
func TestARestartIsAFullRejoin(t *testing.T) {
	t.Parallel()
	s := open(t, Config{})
	a, b := join(t, s, "r", "a"), enter(t, s, "r", "b").begin(false, true)
	a.until("two", func() bool { return len(a.Seats()) == 2 })
	flows(a, b, 10)
	start := time.Now()
	s.Close()
	for _, p := range []*somebody{a, b} {
		p.until("told", func() bool { _, why := p.Joined(); return why == WhyMoved })
		close(p.stop)
		p.media.Wait()
		p.wires.Wait()
		p.Close()
	}
	again := open(t, Config{Port: s.Port()})
	a, b = enter(t, again, "r", "a"), enter(t, again, "r", "b")
	a.begin(true, true)
	b.begin(false, true)
	a.until("two", func() bool { return len(a.Seats()) == 2 })
	flows(a, b, 5)
	t.Logf("server ended and started: %v until media goes both ways", time.Since(start).Round(time.Millisecond))
	require.Equal(t, peer.Presence{Seat: "b", In: true, Mic: false, Cam: true}, a.Seats()[1])
	a.leave()
	b.leave()
}

// Each way of reaching the port carries a visit: TCP where a network lets no UDP
// pass, the relay where it lets nothing pass but one port, IPv6, and several sockets
// of the system.
func TestEveryWayToTheRoom(t *testing.T) {
	t.Parallel()
	var relay *turn.Server
	keys := turn.NewKeys(make([]byte, 32))
	s := open(t, Config{Sockets: 3, Relays: func(room, seat string) []Relay {
		c := keys.For(room, seat, time.Now().Add(time.Hour))
		return []Relay{{URLs: relay.URLs()[1:2], Username: c.Username, Credential: c.Password}}
	}})
	relay, err := turn.Open(turn.Config{Keys: keys, Host: "127.0.0.1", Addr: "127.0.0.1:0", Loopback: true})
	require.NoError(t, err)
	defer relay.Close()
	relay.Reach(s.Addresses())

	a := join(t, s, "r", "a")
	for way, o := range map[string]peer.Options{
		"tcp": {Networks: []webrtc.NetworkType{webrtc.NetworkTypeTCP4}},
		// The library dials TCP itself, also when it is told to go by relays only.
		"relay": {Relayed: true, Via: onlyUDP, Networks: []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeTCP4}},
	} {
		p := enterWith(t, s, "r", way, o).begin(true, true)
		for _, x := range []*somebody{a, p} { // who was there before has gone
			x.until("two", func() bool { seats := x.Seats(); return len(seats) == 2 && seats[1].Seat == way })
		}
		flows(a, p, 20)
		if way == "relay" {
			require.NotZero(t, relay.Stats().Bytes)
		} else {
			require.NotZero(t, s.sockets.door.Inside())
		}
		p.leave()
	}
	a.leave()
	require.Eventually(t, func() bool { return s.sockets.door.Inside() == 0 && relay.Stats().Connections == 0 }, patience, 10*time.Millisecond)
}

// onlyUDP takes the candidates of TCP out of a description.
func onlyUDP(sdp string) string {
	return regexp.MustCompile(`a=candidate:[^\r\n]* tcptype [^\r\n]*\r\n`).ReplaceAllString(sdp, "")
}

func TestMediaOverIPv6(t *testing.T) {
	t.Parallel()
	if !hasIPv6() {
		t.Log("this machine has no IPv6 that others may know")
		return
	}
	s, err := Open(Config{})
	require.NoError(t, err)
	defer s.Close()
	a := enterWith(t, s, "r", "a", peer.Options{Networks: []webrtc.NetworkType{webrtc.NetworkTypeUDP6}}).begin(true, true)
	b := enterWith(t, s, "r", "b", peer.Options{Networks: []webrtc.NetworkType{webrtc.NetworkTypeUDP6}}).begin(true, true)
	flows(a, b, 10)
	six := 0
	for known, here := range s.Addresses() {
		require.False(t, known.Addr().IsLoopback() || known.Addr().IsLinkLocalUnicast(), "nobody else could come there: %s", known)
		require.True(t, here.Addr().IsLoopback())
		if known.Addr().Is6() {
			six++
		}
	}
	require.Positive(t, six)
	a.leave()
	b.leave()
}
