package turn

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/turn/v5"
)

// Limits bound what is relayed. What is 0 has the value of DefaultLimits.
type Limits struct {
	OfSeat int // allocations at a time: two connections, over each way, twice while a network changes
	All    int
	Rate   int // bytes a second of an allocation, in each direction
}

// DefaultLimits let the largest room through: nine cameras and a screen.
var DefaultLimits = Limits{OfSeat: 32, All: 2048, Rate: 4 << 20}

func (l Limits) filled() Limits {
	for _, v := range []struct {
		of  *int
		def int
	}{{&l.OfSeat, DefaultLimits.OfSeat}, {&l.All, DefaultLimits.All}, {&l.Rate, DefaultLimits.Rate}} {
		if *v.of <= 0 {
			*v.of = v.def
		}
	}
	return l
}

var (
	errQuota  = errors.New("turn: too many allocations")
	errNoPeer = errors.New("turn: not a media port of this site")
	errNoTCP  = errors.New("turn: only UDP is relayed")
)

// relays makes the sockets from which is relayed. It is the library's
// RelayAddressGenerator.
type relays struct {
	s *Server

	mu   sync.Mutex
	seat map[string]int // by tag
	all  int
}

var _ turn.RelayAddressGenerator = (*relays)(nil)

// room tells whether a seat may have one more.
func (r *relays) room(tag string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all < r.s.limits.All && r.seat[tag] < r.s.limits.OfSeat
}

func (r *relays) take(tag string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all >= r.s.limits.All || r.seat[tag] >= r.s.limits.OfSeat {
		r.s.count.full.Add(1)
		return false
	}
	r.all++
	r.seat[tag]++
	return true
}

func (r *relays) give(tag string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all--
	if r.seat[tag]--; r.seat[tag] <= 0 {
		delete(r.seat, tag)
	}
}

// Validate has nothing to check.
func (r *relays) Validate() error { return nil }

// AllocateListener and AllocateConn: nothing is relayed over TCP (RFC 6062). That
// would be a way to web servers.
func (r *relays) AllocateListener(turn.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errNoTCP
}

// AllocateConn refuses, see AllocateListener.
func (r *relays) AllocateConn(turn.AllocateConnConfig) (net.Conn, error) { return nil, errNoTCP }

// AllocatePacketConn opens a socket for a seat. Ports of the client's choice are not
// given: who asks for an even one, as the library does without a user, gets none.
func (r *relays) AllocatePacketConn(c turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	until, tag, ok := parseUser(c.UserID)
	if !ok || c.RequestedPort != 0 {
		return nil, nil, errNoPeer
	}
	four := c.Network == "udp4"
	shown, ok := r.s.peers.Load().any(four)
	if !ok {
		return nil, nil, errNoPeer
	}
	if !r.take(tag) {
		return nil, nil, errQuota
	}
	at := &net.UDPAddr{}
	if r.s.cfg.Loopback && four {
		at.IP = net.IPv4(127, 0, 0, 1)
	} else if r.s.cfg.Loopback {
		at.IP = net.IPv6loopback
	}
	sock, err := net.ListenUDP(c.Network, at)
	if err != nil {
		r.give(tag)
		return nil, nil, err
	}
	x := &relayed{UDPConn: sock, s: r.s, tag: tag, known: map[netip.AddrPort]*net.UDPAddr{}, out: newBucket(r.s.limits.Rate), in: newBucket(r.s.limits.Rate)}
	// Refreshing needs a credential whose time is not over; and what was allocated
	// until then goes as well.
	x.end = time.AfterFunc(time.Hour, func() { _ = x.Close() })
	x.end.Reset(time.Until(until))
	port := uint16(0)
	if a, ok := sock.LocalAddr().(*net.UDPAddr); ok {
		port = a.AddrPort().Port()
	}
	return x, net.UDPAddrFromAddrPort(netip.AddrPortFrom(shown, port)), nil
}

// relayed is the socket of one allocation. Whatever the rest believes, it sends to
// media ports only, and hears only those that it has sent to.
type relayed struct {
	*net.UDPConn
	s       *Server
	tag     string
	in, out *bucket
	end     *time.Timer
	once    sync.Once
	closed  error

	mu    sync.Mutex
	known map[netip.AddrPort]*net.UDPAddr // where it was met -> as the client knows it
}

// WriteTo sends what a client sends.
func (x *relayed) WriteTo(b []byte, to net.Addr) (int, error) {
	u, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, errNoPeer
	}
	peer := plain(u.AddrPort())
	met, ok := x.s.peers.Load().at[peer]
	if !ok {
		x.s.count.refused.Add(1)
		return 0, errNoPeer
	}
	if !x.out.take(len(b)) {
		x.s.count.slowed.Add(1)
		return len(b), nil // lost on the way, as packets are
	}
	x.mu.Lock()
	if now := x.known[met]; now == nil || now.AddrPort() != peer {
		x.known[met] = net.UDPAddrFromAddrPort(peer)
	}
	x.mu.Unlock()
	x.s.count.relayed.Add(uint64(len(b)))
	return x.UDPConn.WriteToUDPAddrPort(b, met)
}

// ReadFrom gives the client what media ports send.
func (x *relayed) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := x.UDPConn.ReadFromUDPAddrPort(b)
		if err != nil {
			return 0, nil, err
		}
		x.mu.Lock()
		as := x.known[plain(from)]
		x.mu.Unlock()
		switch {
		case as == nil:
			x.s.count.refused.Add(1)
		case !x.in.take(n):
			x.s.count.slowed.Add(1)
		default:
			x.s.count.relayed.Add(uint64(n))
			return n, as, nil
		}
	}
}

// Close gives the place back. It may be called twice.
func (x *relayed) Close() error {
	x.once.Do(func() {
		x.end.Stop()
		x.closed = x.UDPConn.Close()
		x.s.relays.give(x.tag)
	})
	return x.closed
}

// bucket lets so many bytes a second through, and at once what gathered in half a
// second.
type bucket struct {
	mu         sync.Mutex
	rate, left float64
	at         time.Time
}

func newBucket(rate int) *bucket {
	return &bucket{rate: float64(rate), left: float64(rate) / 2, at: time.Now()}
}

func (b *bucket) take(n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.left = min(b.rate/2, b.left+b.rate*now.Sub(b.at).Seconds())
	b.at = now
	if b.left < float64(n) {
		return false
	}
	b.left -= float64(n)
	return true
}

// Every permission and channel is asked for anew within minutes, each with a timer:
// nobody needs as many as this in one.
const asksAMinute = 64

// asks counts what is asked for by each client address in a minute.
type asks struct {
	mu    sync.Mutex
	since time.Time
	of    map[string]int
}

func (a *asks) ok(who string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now := time.Now(); now.Sub(a.since) > time.Minute {
		a.since, a.of = now, map[string]int{}
	}
	a.of[who]++
	return a.of[who] <= asksAMinute
}

// counters are sums since the start.
type counters struct{ refused, slowed, full, relayed atomic.Uint64 }
