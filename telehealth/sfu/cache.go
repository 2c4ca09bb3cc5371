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
	payload []byte
}

// How many packets of a track are kept: about two seconds of video, one of audio.
const (
	keepVideo = 256
	keepAudio = 64
	maxReplay = 200             // packets; a longer run costs a receiver more than a new key frame
	maxStill  = 2 * time.Second // what is older must not be shown again: the camera may have been off since
)

// cache keeps the newest packets of one published track for all who receive it.
// Only the track's reader puts packets in.
type cache struct {
	mu     sync.RWMutex
	ring   []packet
	newest uint16
	any    bool
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
var buffers [7]sync.Pool

const bufferStep = 256

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
// old to be of use.
func (c *cache) put(p packet, now time.Time) *packet {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := &c.ring[int(p.seq)%len(c.ring)]
	if c.any && !after(p.seq, c.newest) {
		if c.newest-p.seq >= uint16(len(c.ring)) || e.held && e.seq == p.seq {
			return nil
		}
	}
	kept := e.payload
	if cap(kept) < len(p.payload) {
		putBuffer(kept)
		kept = getBuffer(len(p.payload))
	}
	kept = kept[:len(p.payload)]
	copy(kept, p.payload)
	*e = p
	e.payload, e.held = kept, true
	if !c.any || after(p.seq, c.newest) {
		c.newest, c.any, c.at = p.seq, true, now
	}
	if p.pic.key && (!c.hasKey || after(p.seq, c.key)) {
		c.key, c.hasKey = p.seq, true
	}
	return e
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
	c.any, c.hasKey = false, false
}
