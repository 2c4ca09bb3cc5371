package sfu

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// Half of what forwarding costs is the system's way from a program to the network, which
// it goes for each packet. A picture is several packets of one size for each receiver, and
// the system takes them in one piece and cuts it up at the end of that way (UDP_SEGMENT,
// udp(7)). So media is not written as it comes: it lies in a bundle for its receiver until
// who forwards has nothing more to forward, and says so (flush). What is not media
// (STUN, DTLS, reports) is written at once.
const (
	bundleMost  = 64        // packets that the system cuts one piece into
	bundleBytes = 65_000    // of one piece
	bundlesHold = 256 << 10 // bytes; with more, who adds to them sends them
	bundlesMost = 4 << 20   // bytes that wait while somebody sends; what comes on top is lost, as on the way
)

// bundles are what waits for one part of the receivers.
type bundles struct {
	conn    *net.UDPConn
	waits   atomic.Bool
	sending atomic.Bool

	mu    sync.Mutex
	queue []*bundle // in the order in which they began
	open  map[netip.AddrPort]*bundle
	bytes int

	sent []*bundle // the queue before, to be used again; of who is sending
}

// bundle is packets of one size for one receiver; the last may be shorter.
type bundle struct {
	to     netip.AddrPort
	b      []byte
	size   int
	closed bool
}

var bundlePool = sync.Pool{New: func() any { return &bundle{b: make([]byte, 0, 8<<10)} }}

// add puts a packet behind those that wait for its receiver.
func (w *bundles) add(p []byte, to netip.AddrPort) {
	w.mu.Lock()
	if w.bytes+len(p) > bundlesMost {
		w.mu.Unlock()
		w.flush() // unless somebody does, and the system takes no more
		return
	}
	o := w.open[to]
	if o == nil || !o.takes(len(p)) {
		o = bundlePool.Get().(*bundle)
		o.to, o.b, o.size, o.closed = to, o.b[:0], len(p), false
		if w.open == nil {
			w.open = map[netip.AddrPort]*bundle{}
		}
		w.open[to] = o
		w.queue = append(w.queue, o)
	}
	o.b = append(o.b, p...)
	o.closed = len(p) < o.size
	w.bytes += len(p)
	full := w.bytes >= bundlesHold
	w.mu.Unlock()
	w.waits.Store(true)
	if full {
		w.flush()
	}
}

func (o *bundle) takes(n int) bool {
	return !o.closed && n <= o.size && n > 0 && len(o.b)+n <= bundleBytes && len(o.b) < (bundleMost-1)*o.size
}

// flush sends what waits. While somebody else does it, it is left to them: they look again
// when they are done.
func (w *bundles) flush() {
	for w.waits.Load() && w.sending.CompareAndSwap(false, true) {
		w.waits.Store(false)
		w.mu.Lock()
		queue := w.queue
		w.queue, w.bytes = w.sent[:0], 0
		clear(w.open)
		w.mu.Unlock()
		for i, o := range queue {
			o.write(w.conn)
			queue[i] = nil
			if cap(o.b) <= bundleBytes {
				bundlePool.Put(o)
			}
		}
		w.sent = queue
		w.sending.Store(false)
	}
}

// write gives a bundle to the system. What it does not take is lost, as on the way.
func (o *bundle) write(u *net.UDPConn) {
	if len(o.b) > o.size && inOnePiece(u, o.b, o.size, o.to) {
		return
	}
	for b := o.b; len(b) > 0; {
		n := min(o.size, len(b))
		_, _ = u.WriteToUDPAddrPort(b[:n], o.to)
		b = b[n:]
	}
}

// isMedia tells RTP from all else on the line (RFC 5761, section 4; RFC 9443).
func isMedia(b []byte) bool {
	return len(b) >= 12 && b[0]>>6 == 2 && (b[1] < 192 || b[1] > 223)
}
