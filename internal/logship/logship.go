// Package logship carries lines of the log and security events to another system, a
// syslog server or a file that something else collects. Nobody waits for it: what
// finds no room is counted, and the number is sent when there is room again.
package logship

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// Line is one message.
type Line struct {
	Security bool // a security event; else a line of the process's log
	Severity int  // RFC 5424: 3 error, 4 warning, 5 notice, 6 informational, 7 debug
	At       time.Time
	Text     []byte // one line of JSON
}

const (
	room      = 4096 // lines that wait
	dialTime  = 5 * time.Second
	writeTime = 10 * time.Second
	restTime  = time.Second // after a failure, twice as long each time
	restMost  = time.Minute
	closeTime = 3 * time.Second
	lookEvery = time.Second // at whether what is open is still the right one
)

var errAddress = errors.New("it must be syslogs://HOST:PORT, syslog://HOST:PORT or file:///PATH")

// Check tells what is wrong with an address. Empty is none.
func Check(address string) error {
	if address == "" {
		return nil
	}
	_, err := parse(address)
	return err
}

// Encrypted tells whether lines that go to an address cannot be read on their way.
func Encrypted(address string) bool {
	u, err := parse(address)
	if err != nil || u.Scheme != "syslog" {
		return err == nil
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

func parse(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errAddress
	}
	switch u.Scheme {
	case "file":
		if u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasSuffix(u.Path, "/") {
			return nil, errAddress
		}
	case "syslog", "syslogs":
		if u.Port() == "" || u.Hostname() == "" || u.Path != "" && u.Path != "/" {
			return nil, errAddress
		}
	default:
		return nil, errAddress
	}
	return u, nil
}

// Shipper carries lines to one place.
type Shipper struct {
	open  func(context.Context) (io.WriteCloser, error)
	write func(io.Writer, Line) error
	fresh func(io.WriteCloser) bool // whether what is open is still the right one

	lines  chan Line
	ending chan struct{}
	done   chan struct{}
	once   sync.Once

	looked time.Time // at what is open; only run's

	mu   sync.Mutex
	lost int
}

// Open begins to carry. Nothing is connected yet.
func Open(address, node string) (*Shipper, error) {
	u, err := parse(address)
	if err != nil {
		return nil, err
	}
	s := &Shipper{lines: make(chan Line, room), ending: make(chan struct{}), done: make(chan struct{})}
	if u.Scheme == "file" {
		s.toFile(u.Path)
	} else {
		s.toServer(NewSyslog(u, node))
	}
	go s.run()
	return s, nil
}

func (s *Shipper) toServer(to *Syslog) {
	s.open = func(ctx context.Context) (io.WriteCloser, error) { return to.Dial(ctx) }
	s.write = func(w io.Writer, l Line) error {
		facility, id := Local, "log"
		if l.Security {
			facility, id = Audit, "security"
		}
		_ = w.(net.Conn).SetWriteDeadline(time.Now().Add(writeTime))
		_, err := w.Write(to.Frame(facility, l.Severity, id, l.At, l.Text))
		return err
	}
	// A server that closed says so to who reads.
	s.fresh = func(w io.WriteCloser) bool {
		c := w.(net.Conn)
		_ = c.SetReadDeadline(time.Now().Add(time.Millisecond))
		_, err := c.Read(make([]byte, 1))
		return err == nil || errors.Is(err, os.ErrDeadlineExceeded)
	}
}

func (s *Shipper) toFile(path string) {
	s.open = func(context.Context) (io.WriteCloser, error) {
		return os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	}
	s.write = func(w io.Writer, l Line) error {
		_, err := w.Write(append(l.Text, '\n'))
		return err
	}
	// Who rotates files renames the one that is open.
	s.fresh = func(w io.WriteCloser) bool {
		now, err := os.Stat(path)
		if err != nil {
			return false
		}
		have, err := w.(*os.File).Stat()
		return err == nil && os.SameFile(now, have)
	}
}

// Send takes a line along, if there is room for it.
func (s *Shipper) Send(l Line) {
	select {
	case s.lines <- l:
	default:
		s.mu.Lock()
		s.lost++
		s.mu.Unlock()
	}
}

// Close sends what waits, for a short time, and ends.
func (s *Shipper) Close() {
	s.once.Do(func() { close(s.ending) })
	<-s.done
}

func (s *Shipper) run() {
	defer close(s.done)
	var out io.WriteCloser
	defer func() {
		if out != nil {
			_ = out.Close()
		}
	}()
	for {
		select {
		case l := <-s.lines:
			s.deliver(&out, l)
		case <-s.ending:
			until := time.Now().Add(closeTime)
			for len(s.lines) > 0 && time.Now().Before(until) {
				if !s.try(&out, <-s.lines) {
					return
				}
			}
			return
		}
	}
}

// deliver tries until the line is taken or the shipper ends.
func (s *Shipper) deliver(out *io.WriteCloser, l Line) {
	for rest := restTime; !s.try(out, l); rest = min(2*rest, restMost) {
		select {
		case <-time.After(rest):
		case <-s.ending:
			return
		}
	}
	s.mu.Lock()
	lost := s.lost
	s.mu.Unlock()
	if lost == 0 {
		return
	}
	s.looked = time.Time{} // a server that has gone takes what it is told for a moment
	if s.try(out, Line{Severity: 4, At: time.Now(), Text: fmt.Appendf(nil, `{"time":%q,"level":"WARN","msg":"lines of the log found no room and are lost here","lines":%d}`, time.Now().UTC().Format(time.RFC3339Nano), lost)}) {
		s.mu.Lock()
		s.lost -= lost
		s.mu.Unlock()
	}
}

func (s *Shipper) try(out *io.WriteCloser, l Line) bool {
	if *out != nil && time.Since(s.looked) > lookEvery {
		if s.looked = time.Now(); !s.fresh(*out) {
			_ = (*out).Close()
			*out = nil
		}
	}
	if *out == nil {
		ctx, cancel := context.WithTimeout(context.Background(), dialTime)
		defer cancel()
		w, err := s.open(ctx)
		if err != nil {
			return false
		}
		*out = w
	}
	if err := s.write(*out, l); err != nil {
		_ = (*out).Close()
		*out = nil
		return false
	}
	return true
}
