// Package badline is a bad network for tests: it stands between a client and a UDP
// port, and loses packets, keeps them up, moves to another address as a phone does
// that leaves a Wi-Fi, or is cut.
package badline

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Line is one such network. Each client has its own socket towards the port.
type Line struct {
	front *net.UDPConn
	port  netip.AddrPort

	loss  atomic.Uint64 // of a million
	delay atomic.Int64
	cut   atomic.Bool
	moved atomic.Int64 // times

	mu    sync.Mutex
	away  map[netip.AddrPort]*net.UDPConn // by client
	ended bool
	tasks sync.WaitGroup
}

// Open stands before a port of this machine.
func Open(port netip.AddrPort) (*Line, error) {
	front, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	l := &Line{front: front, port: port, away: map[netip.AddrPort]*net.UDPConn{}}
	l.tasks.Go(l.outward)
	return l, nil
}

// Port is where clients send to instead of the real port.
func (l *Line) Port() int { return int(l.front.LocalAddr().(*net.UDPAddr).AddrPort().Port()) }

// Lose loses a part of all packets, from 0 to 1.
func (l *Line) Lose(part float64) { l.loss.Store(uint64(part * 1e6)) }

// Delay keeps each packet up for so long.
func (l *Line) Delay(d time.Duration) { l.delay.Store(int64(d)) }

// Cut loses everything until it is mended.
func (l *Line) Cut(now bool) { l.cut.Store(now) }

// Move is another network: from now on clients come from another address and port,
// and nothing that is sent to the old one arrives.
func (l *Line) Move() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.moved.Add(1)
	for client, c := range l.away {
		_ = c.Close()
		delete(l.away, client)
	}
}

// Inject sends bytes to the port as if each client had sent them, from its address.
func (l *Line) Inject(b []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.away {
		_, _ = c.WriteToUDPAddrPort(b, l.port)
	}
}

// Close ends it.
func (l *Line) Close() {
	l.mu.Lock()
	l.ended = true
	for _, c := range l.away {
		_ = c.Close()
	}
	l.mu.Unlock()
	_ = l.front.Close()
	l.tasks.Wait()
}

func (l *Line) outward() {
	b := make([]byte, 2048)
	for {
		n, from, err := l.front.ReadFromUDPAddrPort(b)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		l.pass(b[:n], func(b []byte) {
			if c := l.of(from); c != nil {
				_, _ = c.WriteToUDPAddrPort(b, l.port)
			}
		})
	}
}

// of is the socket of a client in the network of now.
func (l *Line) of(client netip.AddrPort) *net.UDPConn {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.away[client]; c != nil || l.ended {
		return c
	}
	// 127.0.0.2 and so on: each network has its address.
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, byte(2+l.moved.Load()%200))})
	if err != nil {
		return nil
	}
	l.away[client] = c
	l.tasks.Go(func() {
		b := make([]byte, 2048)
		for {
			n, from, err := c.ReadFromUDPAddrPort(b)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil && from == l.port {
				l.pass(b[:n], func(b []byte) { _, _ = l.front.WriteToUDPAddrPort(b, client) })
			}
		}
	})
	return c
}

func (l *Line) pass(b []byte, on func([]byte)) {
	if l.cut.Load() || rand.Uint64N(1e6) < l.loss.Load() {
		return
	}
	if d := time.Duration(l.delay.Load()); d > 0 {
		kept := append([]byte(nil), b...)
		time.AfterFunc(d, func() {
			if !l.cut.Load() {
				on(kept)
			}
		})
		return
	}
	on(b)
}
