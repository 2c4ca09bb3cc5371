package sfu

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"github.com/pion/ice/v4"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"

	"housecall/telehealth/turn/door"
)

// sockets are one number on this machine: UDP and TCP, in IPv4 and, where the
// machine has it, IPv6. To the library they are one UDPMux and one TCPMux.
type sockets struct {
	four, six *ice.UDPMuxDefault // six: nil without IPv6
	udp       []*socket
	tcp       *ice.TCPMuxDefault
	door      *door.Door
	follow    *follower
	port      int
	loopback  bool
}

var _ ice.UDPMux = (*sockets)(nil)

const (
	socketTries = 10
	tcpWaiting  = 512 << 10 // bytes for a client that takes them slowly; what is more is lost, as by UDP
)

// take opens the sockets. When any number will do, it is one that all of them have.
func take(cfg Config, log logging.LoggerFactory) (*sockets, error) {
	var errs error
	for range socketTries {
		s, err := takeOnce(cfg, log)
		if err == nil {
			return s, nil
		}
		errs = err
		if cfg.Port != 0 {
			break
		}
	}
	return nil, errs
}

func takeOnce(cfg Config, log logging.LoggerFactory) (_ *sockets, err error) {
	s := &sockets{loopback: cfg.Loopback, door: door.New(door.Limits{}), follow: newFollower()}
	defer func() {
		if err != nil {
			_ = s.Close()
		}
	}()
	four, six := "0.0.0.0", "::"
	if cfg.Loopback {
		four, six = "127.0.0.1", "" // names of this machine lead there
	}
	conn, err := listenUDP("udp4", four, cfg.Port, cfg.Sockets)
	if err != nil {
		return nil, fmt.Errorf("UDP port %d for video cannot be taken: %w", cfg.Port, err)
	}
	s.port, s.udp = conn.port(), append(s.udp, conn)
	s.four = ice.NewUDPMuxDefault(ice.UDPMuxParams{Logger: log.NewLogger("ice"), UDPConn: conn})
	if six != "" && hasIPv6() {
		conn, err := listenUDP("udp6", six, s.port, cfg.Sockets)
		if err != nil {
			return nil, fmt.Errorf("UDP port %d for video cannot be taken for IPv6: %w", s.port, err)
		}
		s.udp = append(s.udp, conn)
		s.six = ice.NewUDPMuxDefault(ice.UDPMuxParams{Logger: log.NewLogger("ice"), UDPConn: conn})
	}
	network := "tcp4"
	if s.six != nil {
		network, four = "tcp", "" // both families
	}
	ln, err := net.Listen(network, net.JoinHostPort(four, strconv.Itoa(s.port)))
	if err != nil {
		return nil, fmt.Errorf("TCP port %d for video cannot be taken: %w", s.port, err)
	}
	s.tcp = ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: s.door.Listen(ln), Logger: log.NewLogger("ice"), ReadBufferSize: 64, WriteBufferSize: tcpWaiting,
		FirstStunBindTimeout: joinWithin, AliveDurationForConnFromStun: joinWithin,
	})
	return s, nil
}

// flush sends what is held. Who sends media calls it when nothing more follows at once.
func (s *sockets) flush() {
	for _, u := range s.udp {
		u.flush()
	}
}

// hasIPv6: the machine has an address of it that others may know.
func hasIPv6() bool {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil && known6(p.Addr()) {
			return true
		}
	}
	return false
}

func known6(a netip.Addr) bool {
	return a.Is6() && !a.Is4In6() && !a.IsLoopback() && !a.IsLinkLocalUnicast() && !a.IsMulticast()
}

// GetListenAddresses are what clients are told, as the machine has them now.
func (s *sockets) GetListenAddresses() (all []net.Addr) {
	for _, a := range s.four.GetListenAddresses() {
		if u, ok := a.(*net.UDPAddr); ok && u.IP.IsLoopback() == s.loopback {
			all = append(all, a)
		}
	}
	if s.six == nil {
		return all
	}
	for _, a := range s.six.GetListenAddresses() {
		if u, ok := a.(*net.UDPAddr); ok && known6(u.AddrPort().Addr()) {
			all = append(all, a)
		}
	}
	return all
}

// GetConn gives the connection of a client in the family of an address.
func (s *sockets) GetConn(ufrag string, addr net.Addr) (net.PacketConn, error) {
	u, ok := addr.(*net.UDPAddr)
	switch {
	case !ok:
		return nil, errors.New("sfu: no UDP address")
	case u.IP.To4() != nil:
		return s.four.GetConn(ufrag, addr)
	case s.six != nil:
		return s.six.GetConn(ufrag, addr)
	}
	return nil, errors.New("sfu: no IPv6 here")
}

// RemoveConnByUfrag forgets a client.
func (s *sockets) RemoveConnByUfrag(ufrag string) {
	s.follow.forget(ufrag)
	s.four.RemoveConnByUfrag(ufrag)
	if s.six != nil {
		s.six.RemoveConnByUfrag(ufrag)
	}
}

// Close gives the number back.
func (s *sockets) Close() (err error) {
	if s.four != nil {
		err = s.four.Close()
	}
	if s.six != nil {
		err = errors.Join(err, s.six.Close())
	}
	if s.tcp != nil {
		err = errors.Join(err, s.tcp.Close())
	}
	s.door.Close()
	return err
}

// networks are the kinds of candidates that there are.
func (s *sockets) networks() []webrtc.NetworkType {
	all := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeTCP4}
	if s.six != nil {
		all = append(all, webrtc.NetworkTypeUDP6, webrtc.NetworkTypeTCP6)
	}
	return all
}

// Addresses are where clients reach this node, each with the address at which this
// machine itself meets it.
func (s *Server) Addresses() map[netip.AddrPort]netip.AddrPort {
	all := map[netip.AddrPort]netip.AddrPort{}
	port := uint16(s.sockets.port) //nolint:gosec // a port
	here4, here6 := netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()
	add := func(a netip.Addr) {
		here := here6
		if a.Is4() {
			here = here4
		} else if s.sockets.six == nil {
			return
		}
		all[netip.AddrPortFrom(a, port)] = netip.AddrPortFrom(here, port)
	}
	for _, a := range s.sockets.GetListenAddresses() {
		if u, ok := a.(*net.UDPAddr); ok {
			add(u.AddrPort().Addr().Unmap().WithZone(""))
		}
	}
	for _, a := range s.cfg.Addresses {
		add(a)
	}
	return all
}
