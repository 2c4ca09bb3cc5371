package sfu

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/stun/v4"
)

// socket is a UDP port. On a machine with many cores it is several sockets of the
// system with the same number, for sending through one is done by one core at a time.
// All that comes is read from the first: gathering it from several costs half as much
// again as reading it.
type socket struct {
	all    []*net.UDPConn
	held   []bundles // media that is about to go
	once   sync.Once
	closed error
	asked  atomic.Int64 // in the second below
	second atomic.Int64
}

var (
	_ net.PacketConn           = (*socket)(nil)
	_ ice.AddrPortReaderWriter = (*socket)(nil)
)

// socketsFor: up to four cores one is enough.
func socketsFor(cores int) int { return min(max(cores/4, 1), 8) }

func listenUDP(network, host string, port, n int) (*socket, error) {
	if n <= 0 {
		n = socketsFor(runtime.GOMAXPROCS(0))
	}
	if !canShare {
		n = 1
	}
	s := &socket{}
	open := func(c net.ListenConfig) error {
		conn, err := c.ListenPacket(context.Background(), network, net.JoinHostPort(host, strconv.Itoa(port)))
		if err != nil {
			return err
		}
		u := conn.(*net.UDPConn)
		_ = u.SetReadBuffer(socketSize) // as much as the system allows
		_ = u.SetWriteBuffer(socketSize)
		s.all = append(s.all, u)
		port = s.port()
		return nil
	}
	if n == 1 {
		if err := open(net.ListenConfig{}); err != nil {
			return nil, err
		}
		s.bundle()
		return s, nil
	}
	// Alone first: another program's port must not be shared by mistake.
	if err := open(net.ListenConfig{}); err != nil {
		return nil, err
	}
	_ = s.all[0].Close()
	s.all = nil
	for range n {
		if err := open(net.ListenConfig{Control: together}); err != nil {
			_ = s.Close()
			return nil, err
		}
	}
	if err := readFirst(s.all[0]); err != nil {
		_ = s.Close()
		return nil, err
	}
	s.bundle()
	return s, nil
}

// bundle makes places for what goes together, so many that nobody who forwards waits
// for another one.
func (s *socket) bundle() {
	if !canBundle || !canCut(s.all[0]) {
		return
	}
	parts := min(runtime.GOMAXPROCS(0), 4)
	s.held = make([]bundles, parts*len(s.all))
	for i := range s.held {
		s.held[i].conn = s.all[i%len(s.all)]
	}
}

// flush sends the media that is held.
func (s *socket) flush() {
	for i := range s.held {
		s.held[i].flush()
	}
}

func (s *socket) port() int {
	if a, ok := s.all[0].LocalAddr().(*net.UDPAddr); ok {
		return a.Port
	}
	return 0
}

// ReadFromAddrPort takes the next packet, and answers those that are about no room.
func (s *socket) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	u := s.all[0]
	for {
		n, from, err := u.ReadFromUDPAddrPort(b)
		if err != nil {
			if ne := net.Error(nil); errors.Is(err, net.ErrClosed) || errors.As(err, &ne) && ne.Timeout() {
				return 0, from, err
			}
			continue // of one packet, not of the socket
		}
		if !isQuestion(b[:n]) {
			return n, from, nil
		}
		s.answer(u, b[:n], from)
	}
}

// WriteToAddrPort keeps packets to one address in order. Media is held until flush.
func (s *socket) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	at, media := 0, len(s.held) > 0 && isMedia(b)
	if len(s.all) > 1 || media && len(s.held) > 1 {
		ip := to.Addr().As16()
		at = int(to.Port()) + int(ip[15])
	}
	if media {
		s.held[at%len(s.held)].add(b, to)
		return len(b), nil
	}
	return s.all[at%len(s.all)].WriteToUDPAddrPort(b, to)
}

// ReadFrom is ReadFromAddrPort for who knows no better.
func (s *socket) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := s.ReadFromAddrPort(b)
	return n, net.UDPAddrFromAddrPort(from), err
}

// WriteTo is WriteToAddrPort for who knows no better.
func (s *socket) WriteTo(b []byte, to net.Addr) (int, error) {
	u, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, net.InvalidAddrError("not of UDP")
	}
	return s.WriteToAddrPort(b, u.AddrPort())
}

// LocalAddr is the same for all.
func (s *socket) LocalAddr() net.Addr { return s.all[0].LocalAddr() }

// SetDeadline is of all.
func (s *socket) SetDeadline(t time.Time) error {
	return errors.Join(s.SetReadDeadline(t), s.SetWriteDeadline(t))
}

// SetReadDeadline is of all.
func (s *socket) SetReadDeadline(t time.Time) (err error) {
	for _, u := range s.all {
		err = errors.Join(err, u.SetReadDeadline(t))
	}
	return err
}

// SetWriteDeadline is of all.
func (s *socket) SetWriteDeadline(t time.Time) (err error) {
	for _, u := range s.all {
		err = errors.Join(err, u.SetWriteDeadline(t))
	}
	return err
}

// Close may be called twice.
func (s *socket) Close() error {
	s.once.Do(func() {
		for _, u := range s.all {
			s.closed = errors.Join(s.closed, u.Close())
		}
	})
	return s.closed
}

const maxAnswers = 500 // in a second

// isQuestion: a binding request (RFC 8489) that is about no room, for it names
// nobody. Whoever checks a line or a relay asks so whether media would come here.
func isQuestion(b []byte) bool {
	if len(b) < 20 || len(b) > 128 || b[0] != 0 || b[1] != 1 || !stun.IsMessage(b) || int(b[2])<<8|int(b[3]) != len(b)-20 {
		return false
	}
	for b = b[20:]; len(b) >= 4; {
		kind, size := uint16(b[0])<<8|uint16(b[1]), (int(b[2])<<8|int(b[3])+3)&^3
		if kind == uint16(stun.AttrUsername) || 4+size > len(b) {
			return false
		}
		b = b[4+size:]
	}
	return len(b) == 0
}

// answer says from where the question came. It is hardly longer than that, and many
// in a second are not answered, so that nobody is flooded by way of this port.
func (s *socket) answer(u *net.UDPConn, b []byte, to netip.AddrPort) {
	if now := time.Now().Unix(); s.second.Swap(now) != now {
		s.asked.Store(0)
	}
	if s.asked.Add(1) > maxAnswers {
		return
	}
	id := stun.NewTransactionIDSetter([stun.TransactionIDSize]byte(b[8:20]))
	m, err := stun.Build(id, stun.BindingSuccess, &stun.XORMappedAddress{IP: to.Addr().Unmap().AsSlice(), Port: int(to.Port())}, stun.Fingerprint)
	if err == nil {
		_, _ = u.WriteToUDPAddrPort(m.Raw, to)
	}
}
