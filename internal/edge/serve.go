package edge

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"

	"github.com/gofiber/fiber/v2"
)

// Server runs an app on a listener.
type Server struct {
	app  *fiber.App
	ln   *listener
	done chan struct{}
	err  error
}

// Serve begins to answer on the listener, with TLS when a configuration is given.
func Serve(app *fiber.App, ln net.Listener, secure *tls.Config) *Server {
	return ServeShared(app, ln, secure, nil)
}

// ServeShared is Serve on a port whose TLS also carries something that is no HTTP:
// connections that it is about are given away.
func ServeShared(app *fiber.App, ln net.Listener, secure *tls.Config, other *Other) *Server {
	s := &Server{app: app, ln: &listener{Listener: ln, conns: map[*conn]struct{}{}}, done: make(chan struct{})}
	var on net.Listener = s.ln
	if secure != nil {
		on = tls.NewListener(on, secure)
		if other != nil {
			on = &shared{on, other}
		}
	}
	go func() {
		defer close(s.done)
		s.err = app.Listener(on)
	}()
	return s
}

// Done is closed when the server answers no longer; Err then says why.
func (s *Server) Done() <-chan struct{} { return s.done }

// Err is why the server ended; nil after Stop.
func (s *Server) Err() error {
	<-s.done
	return s.err
}

// Stop takes no more requests and lets those under way finish until the context
// ends; what is left is cut then.
func (s *Server) Stop(ctx context.Context) error {
	_ = s.ln.Close()
	s.ln.cut(true)
	err := s.app.ShutdownWithContext(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		s.ln.cut(false)
	}
	<-s.done
	return err
}

// listener knows its connections: browsers open some that they never use, and
// waiting for a first request on those would hold up every shutdown.
type listener struct {
	net.Listener
	once  sync.Once
	mu    sync.Mutex
	conns map[*conn]struct{}
}

type conn struct {
	net.Conn
	used atomic.Bool
	ln   *listener
}

func (l *listener) Accept() (net.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: raw, ln: l}
	l.mu.Lock()
	l.conns[c] = struct{}{}
	l.mu.Unlock()
	return c, nil
}

// Close may be called twice: here, and by the server underneath.
func (l *listener) Close() (err error) {
	l.once.Do(func() { err = l.Listener.Close() })
	return err
}

func (l *listener) cut(unusedOnly bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		if !unusedOnly || !c.used.Load() {
			_ = c.Conn.Close()
		}
	}
}

func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.used.Store(true)
	}
	return n, err
}

func (c *conn) Close() error {
	c.ln.mu.Lock()
	delete(c.ln.conns, c)
	c.ln.mu.Unlock()
	return c.Conn.Close()
}
