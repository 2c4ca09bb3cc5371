package turn

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/logging"
	"github.com/pion/turn/v5"

	"housecall/telehealth/turn/door"
)

// Config is what a Server is made from.
type Config struct {
	Keys       Keys
	Host       string      // in the URLs: a name or an address of this node
	Addr       string      // for UDP and TCP; empty: neither
	SecureAddr string      // for TLS on a port of its own; empty: none
	TLS        *tls.Config // of SecureAddr
	SharedPort int         // on which somebody else does TLS and calls Take; 0: nobody does
	Loopback   bool        // this machine only
	Limits     Limits
	Door       door.Limits
	Log        *slog.Logger
}

// Server is the relay of one node.
type Server struct {
	cfg    Config
	limits Limits
	peers  atomic.Pointer[peers]
	relays *relays
	asks   asks
	count  counters
	turn   *turn.Server
	door   *door.Door
	ways   []way
	hall   *hall
	lns    []net.Listener
	tasks  sync.WaitGroup
	once   sync.Once
}

// way is one of the ways in.
type way struct {
	scheme, transport string
	port              int
}

// Stats is what a Server has done and holds.
type Stats struct {
	Allocations, Connections       int
	Bytes, Refused, Slowed, Denied uint64
}

// Open takes the ports. Nothing is relayed before Reach.
func Open(cfg Config) (*Server, error) {
	if cfg.Keys.secrets == nil || len(cfg.Keys.secrets()[0]) < 32 || cfg.Host == "" {
		return nil, errors.New("turn: a key and a host are needed")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	s := &Server{cfg: cfg, limits: cfg.Limits.filled(), door: door.New(cfg.Door), hall: newHall()}
	s.relays = &relays{s: s, seat: map[string]int{}}
	s.peers.Store(Peers{}.index())
	udp, err := s.listen()
	if err == nil {
		err = s.serve(udp)
	}
	if err != nil {
		s.shut()
		return nil, err
	}
	return s, nil
}

// listen takes UDP and TCP of one number, and TLS.
func (s *Server) listen() (udp net.PacketConn, err error) {
	if s.cfg.Addr != "" {
		var ln net.Listener
		if udp, ln, err = both(s.cfg.Addr); err != nil {
			return nil, fmt.Errorf("the relay cannot listen on %s: %w", s.cfg.Addr, err)
		}
		s.lns = append(s.lns, ln)
		port := portOf(ln.Addr())
		s.ways = append(s.ways, way{"turn", "udp", port}, way{"turn", "tcp", port})
	}
	if s.cfg.SecureAddr != "" && s.cfg.TLS != nil {
		ln, err := net.Listen("tcp", s.cfg.SecureAddr)
		if err != nil {
			if udp != nil {
				_ = udp.Close()
			}
			return nil, fmt.Errorf("the relay cannot listen on %s: %w", s.cfg.SecureAddr, err)
		}
		s.lns = append(s.lns, tls.NewListener(ln, s.cfg.TLS))
		s.ways = append(s.ways, way{"turns", "tcp", portOf(ln.Addr())})
	}
	if s.cfg.SharedPort != 0 {
		s.ways = append(s.ways, way{"turns", "tcp", s.cfg.SharedPort})
	}
	if len(s.ways) == 0 {
		return nil, errors.New("turn: no way in")
	}
	return udp, nil
}

// both takes the same number for UDP and TCP; when any will do, one that both have.
func both(addr string) (net.PacketConn, net.Listener, error) {
	for tries := 0; ; tries++ {
		udp, err := net.ListenPacket("udp", addr)
		if err != nil {
			return nil, nil, err
		}
		host, want, _ := net.SplitHostPort(addr)
		ln, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(portOf(udp.LocalAddr()))))
		if err == nil {
			return udp, ln, nil
		}
		_ = udp.Close()
		if want != "0" || tries == 10 {
			return nil, nil, err
		}
	}
}

func portOf(a net.Addr) int {
	switch a := a.(type) {
	case *net.UDPAddr:
		return a.Port
	case *net.TCPAddr:
		return a.Port
	}
	return 0
}

func (s *Server) serve(udp net.PacketConn) (err error) {
	// The library's own log tells of addresses of clients.
	silent := &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
	c := turn.ServerConfig{
		Realm: Realm, LoggerFactory: silent, AuthHandler: s.authenticate, QuotaHandler: s.quota,
		StrictAddressFamily: true, // IPv4 unless asked otherwise: media always has it
		ListenerConfigs:     []turn.ListenerConfig{{Listener: s.hall, RelayAddressGenerator: s.relays, PermissionHandler: s.permit}},
	}
	if udp != nil {
		c.PacketConnConfigs = []turn.PacketConnConfig{{PacketConn: udp, RelayAddressGenerator: s.relays, PermissionHandler: s.permit}}
	}
	if s.turn, err = turn.NewServer(c); err != nil {
		if udp != nil {
			_ = udp.Close()
		}
		return err
	}
	for _, ln := range s.lns {
		s.tasks.Go(func() { s.accept(ln) })
	}
	return nil
}

// authenticate answers with the key of who asks (RFC 8489, section 9.2).
func (s *Server) authenticate(a *turn.RequestAttributes) (user string, key []byte, ok bool) {
	if key, ok = s.cfg.Keys.key(a.Username, time.Now()); !ok {
		s.count.refused.Add(1)
		return "", nil, false
	}
	return a.Username, key, true
}

func (s *Server) quota(user, _ string, _ net.Addr) bool {
	_, tag, ok := parseUser(user)
	if ok = ok && s.relays.room(tag); !ok {
		s.count.full.Add(1)
	}
	return ok
}

// permit allows addresses that have a media port; the port itself is looked at for
// each packet.
func (s *Server) permit(from net.Addr, ip net.IP) bool {
	a, ok := netip.AddrFromSlice(ip)
	if ok = ok && s.peers.Load().ips[a.Unmap()] && s.asks.ok(from.String()); !ok {
		s.count.refused.Add(1)
	}
	return ok
}

// Reach says to which media ports is relayed from now on.
func (s *Server) Reach(p Peers) { s.peers.Store(p.index()) }

// URLs are the ways in, as browsers want them (RFC 7065).
func (s *Server) URLs() (urls []string) {
	host := s.cfg.Host
	if strings.Contains(host, ":") {
		host = "[" + strings.Trim(host, "[]") + "]"
	}
	for _, w := range s.ways {
		urls = append(urls, fmt.Sprintf("%s:%s:%d?transport=%s", w.scheme, host, w.port, w.transport))
	}
	return urls
}

// Stats sums up.
func (s *Server) Stats() Stats {
	s.relays.mu.Lock()
	n := s.relays.all
	s.relays.mu.Unlock()
	return Stats{
		Allocations: n, Connections: s.door.Inside(), Bytes: s.count.relayed.Load(),
		Refused: s.count.refused.Load(), Slowed: s.count.slowed.Load(), Denied: s.count.full.Load(),
	}
}

// Close ends everything that is relayed and gives the ports back.
func (s *Server) Close() {
	s.once.Do(func() {
		if s.turn != nil {
			_ = s.turn.Close()
		}
		s.shut()
	})
}

func (s *Server) shut() {
	_ = s.hall.Close()
	for _, ln := range s.lns {
		_ = ln.Close()
	}
	s.door.Close()
	s.tasks.Wait()
}
