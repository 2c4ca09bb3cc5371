package sfu

import (
	"sync"
	"time"
)

// packet is one RTP packet of a track, without extensions and padding. Its
// payload belongs to the cache.
type packet struct {
	seq     uint16
	ts      uint32
	marker  bool
	held    bool
	pic     picture
	at      uint32 // when it came, milliseconds, which wrap
	payload []byte
}

// How much of a track is kept: what came in the last second, and more of what is small.
const (
	keepVideo = 256 // packets at most
	keepAudio = 64
	keepFor   = 1000 // milliseconds
	keepBytes = 64 << 10
	maxReplay = 200             // packets; a longer run costs a receiver more than a new key frame
	maxStill  = 2 * time.Second // what is older must not be shown again: the camera may have been off since
)

// cache keeps the newest packets of one published track for all who receive it.
// Only the track's reader puts packets in.
type cache struct {
	mu     sync.RWMutex
	ring   []packet
	newest uint16
	oldest uint16 // nothing before it is kept
	bytes  int    // of payloads
	any    bool
	forgot bool      // what was before oldest was kept once
	at     time.Time // when the newest came
	key    uint16    // first packet of the newest key frame
	hasKey bool
}

func newCache(video bool) *cache {
	if video {
		return &cache{ring: make([]packet, keepVideo)}
	}
	return &cache{ring: make([]packet, keepAudio)}
}

// after tells whether a comes after b, in numbers that wrap (RFC 3550, A.1).
func after(a, b uint16) bool { return a != b && a-b < 1<<15 }

// buffers are taken back when a track ends. Sizes go up in steps, since most
// packets of a track are about as long as one another.
var buffers [12]sync.Pool

const bufferStep = 128

func getBuffer(n int) []byte {
	class := max(n-1, 0) / bufferStep
	if class < len(buffers) {
		if b, ok := buffers[class].Get().(*[]byte); ok {
			return (*b)[:n]
		}
	}
	return make([]byte, n, (class+1)*bufferStep)
}

func putBuffer(b []byte) {
	if class := cap(b)/bufferStep - 1; class >= 0 && class < len(buffers) && cap(b)%bufferStep == 0 {
		buffers[class].Put(&b)
	}
}

// put keeps a packet and gives the kept one; nil when it is held already or too
// old to be of use. What was forgotten is not taken again: it might be another packet
// under the same number, see once.go.
func (c *cache) put(p packet, now time.Time) *packet {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := &c.ring[int(p.seq)%len(c.ring)]
	if c.any && !after(p.seq, c.newest) {
		if c.newest-p.seq >= uint16(len(c.ring)) || e.held && e.seq == p.seq || c.forgot && after(c.oldest, p.seq) {
			return nil
		}
		if after(c.oldest, p.seq) {
			c.oldest = p.seq
		}
	}
	kept := e.payload
	c.bytes += len(p.payload) - len(kept)
	if cap(kept) < len(p.payload) {
		putBuffer(kept)
		kept = getBuffer(len(p.payload))
	}
	kept = kept[:len(p.payload)]
	copy(kept, p.payload)
	*e = p
	e.payload, e.held, e.at = kept, true, uint32(now.UnixMilli()) //nolint:gosec // wraps
	if !c.any {
		c.oldest = p.seq
	}
	if !c.any || after(p.seq, c.newest) {
		c.newest, c.any, c.at = p.seq, true, now
		c.forget(e.at)
	}
	if p.pic.key && (!c.hasKey || after(p.seq, c.key)) {
		c.key, c.hasKey = p.seq, true
	}
	return e
}

// forget gives buffers back of what nobody will ask for any more; under the lock.
func (c *cache) forget(now uint32) {
	if c.newest-c.oldest >= uint16(len(c.ring)) {
		c.oldest, c.forgot = c.newest-uint16(len(c.ring))+1, true
	}
	for ; c.oldest != c.newest; c.oldest++ {
		e := &c.ring[int(c.oldest)%len(c.ring)]
		if e.held && (c.bytes <= keepBytes || now-e.at <= keepFor) {
			return
		}
		c.forgot = true
		if e.held && e.seq == c.oldest {
			c.bytes -= len(e.payload)
			putBuffer(e.payload)
			e.payload, e.held = nil, false
		}
	}
}

// get copies a packet into buf.
func (c *cache) get(seq uint16, buf []byte) (p packet, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e := &c.ring[int(seq)%len(c.ring)]
	if !e.held || e.seq != seq || !c.any || c.newest-seq >= uint16(len(c.ring)) || len(e.payload) > len(buf) {
		return packet{}, false
	}
	p = *e
	p.payload = buf[:copy(buf, e.payload)]
	return p, true
}

// run gives the first and last number of what has to be shown to who joins now:
// everything since the newest key frame, if nothing of it is missing.
func (c *cache) run(now time.Time) (first, last uint16, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if !c.hasKey || c.newest-c.key >= maxReplay || now.Sub(c.at) > maxStill {
		return 0, 0, false
	}
	for seq := c.key; ; seq++ {
		if e := &c.ring[int(seq)%len(c.ring)]; !e.held || e.seq != seq {
			return 0, 0, false
		}
		if seq == c.newest {
			return c.key, c.newest, true
		}
	}
}

// free gives the buffers back. Nobody may use the cache any more but get and run,
// which find nothing.
func (c *cache) free() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.ring {
		putBuffer(c.ring[i].payload)
		c.ring[i] = packet{}
	}
	c.any, c.hasKey, c.bytes = false, false, 0
}
