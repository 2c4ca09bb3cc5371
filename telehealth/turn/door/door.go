// Package door lets connections in and counts them: so many at a time, so many from
// one address, and none that says nothing. Relays and media have no session to ask
// at that moment, so that is all that keeps a stranger from holding every one.
package door

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Limits bound what comes in. What is 0 has the value of Default.
type Limits struct {
	All, OfOne int           // connections, and those of one address (IPv6: of one /64)
	First      time.Duration // within which something is said
	Idle       time.Duration // after which who says nothing more is cut off
	Write      time.Duration // that somebody may take to take something
}

// Default is enough for a clinic whose people are all behind one address.
var Default = Limits{All: 4096, OfOne: 256, First: 10 * time.Second, Idle: 90 * time.Second, Write: 10 * time.Second}

func (l Limits) filled() Limits {
	def := func(v *time.Duration, d time.Duration) {
		if *v <= 0 {
			*v = d
		}
	}
	if l.All <= 0 {
		l.All = Default.All
	}
	if l.OfOne <= 0 {
		l.OfOne = Default.OfOne
	}
	def(&l.First, Default.First)
	def(&l.Idle, Default.Idle)
	def(&l.Write, Default.Write)
	return l
}

// Door counts connections, whichever listeners they come from.
type Door struct {
	limits Limits

	mu   sync.Mutex
	all  map[*Conn]struct{}
	from map[netip.Prefix]int
	shut bool
}

// New makes a door.
func New(l Limits) *Door {
	return &Door{limits: l.filled(), all: map[*Conn]struct{}{}, from: map[netip.Prefix]int{}}
}

// Conn is a connection that is counted until it is closed.
type Conn struct {
	net.Conn
	door *Door
	from netip.Prefix
	said bool
	once sync.Once
	err  error
}

// Let takes a connection in, or closes it.
func (d *Door) Let(raw net.Conn) (*Conn, bool) {
	c := &Conn{Conn: raw, door: d, from: whence(raw.RemoteAddr())}
	d.mu.Lock()
	ok := !d.shut && len(d.all) < d.limits.All && d.from[c.from] < d.limits.OfOne
	if ok {
		d.all[c] = struct{}{}
		d.from[c.from]++
	}
	d.mu.Unlock()
	if !ok {
		_ = raw.Close()
		return nil, false
	}
	return c, true
}

// Inside counts who is in.
func (d *Door) Inside() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.all)
}

// Close cuts everybody off and lets nobody in any more.
func (d *Door) Close() {
	d.mu.Lock()
	d.shut = true
	list := make([]*Conn, 0, len(d.all))
	for c := range d.all {
		list = append(list, c)
	}
	d.mu.Unlock()
	for _, c := range list {
		_ = c.Close()
	}
}

func whence(a net.Addr) netip.Prefix {
	t, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	ip := t.AddrPort().Addr().Unmap().WithZone("")
	bits := ip.BitLen()
	if ip.Is6() {
		bits = 64
	}
	p, _ := ip.Prefix(bits)
	return p
}

// Raw is the connection behind the door.
func (c *Conn) Raw() net.Conn { return c.Conn }

// Read waits for as long as the limits say.
func (c *Conn) Read(b []byte) (int, error) {
	wait := c.door.limits.First
	if c.said {
		wait = c.door.limits.Idle
	}
	if err := c.Conn.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(b)
	c.said = c.said || n > 0
	return n, err
}

func (c *Conn) Write(b []byte) (int, error) {
	if err := c.Conn.SetWriteDeadline(time.Now().Add(c.door.limits.Write)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

// Close may be called twice.
func (c *Conn) Close() error {
	c.once.Do(func() {
		d := c.door
		d.mu.Lock()
		delete(d.all, c)
		if d.from[c.from]--; d.from[c.from] <= 0 {
			delete(d.from, c.from)
		}
		d.mu.Unlock()
		c.err = c.Conn.Close()
	})
	return c.err
}

// Listener is a listener behind a door.
type Listener struct {
	net.Listener
	door *Door
}

// Listen puts a door in front of a listener.
func (d *Door) Listen(ln net.Listener) *Listener { return &Listener{Listener: ln, door: d} }

// Accept gives the next one who was let in.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		raw, err := l.Listener.Accept()
		if err != nil {
			if ne := net.Error(nil); errors.As(err, &ne) && ne.Timeout() || isBusy(err) {
				time.Sleep(50 * time.Millisecond) // no descriptors are left: somebody goes soon
				continue
			}
			return nil, err
		}
		if c, ok := l.door.Let(raw); ok {
			return c, nil
		}
	}
}
