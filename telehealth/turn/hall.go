package turn

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"sync"
	"time"
)

const greetTime = 10 * time.Second

// hall is where connections come together, whichever door they came by. To the
// library it is a listener.
type hall struct {
	in    chan net.Conn
	ended chan struct{}
	once  sync.Once
}

func newHall() *hall { return &hall{in: make(chan net.Conn), ended: make(chan struct{})} }

func (h *hall) Accept() (net.Conn, error) {
	select {
	case c := <-h.in:
		return c, nil
	case <-h.ended:
		return nil, net.ErrClosed
	}
}

func (h *hall) Close() error {
	h.once.Do(func() { close(h.ended) })
	return nil
}

func (h *hall) Addr() net.Addr { return &net.TCPAddr{} }

func (h *hall) enter(c net.Conn) {
	select {
	case h.in <- c:
	case <-h.ended:
		_ = c.Close()
	}
}

// accept brings in who comes to a listener.
func (s *Server) accept(ln net.Listener) {
	from := s.door.Listen(ln)
	for {
		c, err := from.Accept()
		if err != nil {
			return
		}
		s.tasks.Go(func() { s.greet(c) })
	}
}

// greet finishes TLS, so that nobody who is slow at it keeps others waiting.
func (s *Server) greet(c net.Conn) {
	if d, ok := c.(interface{ Raw() net.Conn }); ok {
		if t, ok := d.Raw().(*tls.Conn); ok {
			ctx, cancel := context.WithTimeout(context.Background(), greetTime)
			defer cancel()
			if t.HandshakeContext(ctx) != nil {
				_ = c.Close()
				return
			}
		}
	}
	s.hall.enter(c)
}

// Take brings in a connection from a port that is shared with something else, with
// what was read of it already. From now on it is this package's to close.
func (s *Server) Take(c net.Conn, read []byte) {
	in, ok := s.door.Let(c)
	if !ok {
		return
	}
	s.hall.enter(&begun{Conn: in, rest: io.MultiReader(bytes.NewReader(bytes.Clone(read)), in)})
}

// begun is a connection of which something was read before.
type begun struct {
	net.Conn
	rest io.Reader
}

func (b *begun) Read(p []byte) (int, error) { return b.rest.Read(p) }

// IsTURN tells by the first byte whether a connection is for a relay: STUN begins
// with two zero bits (RFC 8489, section 5), and no HTTP with a byte below 0x40.
func IsTURN(first byte) bool { return first < 0x40 }
