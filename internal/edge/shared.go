package edge

import (
	"crypto/tls"
	"io"
	"net"
	"time"
)

// Other is what shares the port of the site. What it is about is told by the first
// byte that comes after TLS.
type Other struct {
	Is func(first byte) bool
	// Take gets the connection, and what was read of it. It closes it.
	Take func(c net.Conn, read []byte)
}

type shared struct {
	net.Listener
	other *Other
}

func (s *shared) Accept() (net.Conn, error) {
	c, err := s.Listener.Accept()
	if t, ok := c.(*tls.Conn); ok && err == nil {
		return &sharedConn{Conn: t, other: s.other}, nil
	}
	return c, err
}

// sharedConn looks at the first byte when the web server reads it: nobody waits for
// it who is not there anyway, and a web page costs nothing more. To the web server a
// connection that was given away has ended.
type sharedConn struct {
	*tls.Conn
	other *Other
	known bool
	given bool
}

func (c *sharedConn) Read(b []byte) (int, error) {
	if c.given {
		return 0, io.EOF
	}
	n, err := c.Conn.Read(b)
	if c.known || n == 0 {
		return n, err
	}
	c.known = true
	if !c.other.Is(b[0]) {
		return n, err
	}
	c.given = true
	_ = c.Conn.SetDeadline(time.Time{})
	c.other.Take(c.Conn, b[:n])
	return 0, io.EOF
}

func (c *sharedConn) Close() error {
	if c.given {
		return nil
	}
	return c.Conn.Close()
}
