package sfu

import (
	"io"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/transport/v5/packetio"
)

// feeds brings what receivers say to their slots, without a goroutine and a buffer
// for each. The library would give only what is said of the stream itself; what is
// said of its retransmissions, and a report on the whole line that names them, it
// drops.
type feeds struct {
	flush func() // sends what slots wrote
	mu    sync.Mutex
	slots map[uint32]*slot
}

// send sends what slots wrote: nothing more follows at once.
func (f *feeds) send() {
	if f != nil && f.flush != nil {
		f.flush()
	}
}

func (f *feeds) set(s *slot, ssrcs ...uint32) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.slots == nil {
		f.slots = map[uint32]*slot{}
	}
	for _, ssrc := range ssrcs {
		if ssrc != 0 {
			f.slots[ssrc] = s
		}
	}
}

func (f *feeds) unset(s *slot, ssrcs ...uint32) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, ssrc := range ssrcs {
		if f.slots[ssrc] == s {
			delete(f.slots, ssrc)
		}
	}
}

// buffer is asked for whenever a stream begins.
func (f *feeds) buffer(kind packetio.BufferPacketType, ssrc uint32) io.ReadWriteCloser {
	if kind == packetio.RTPBufferPacket {
		return newStream(waitsRTP)
	}
	f.mu.Lock()
	s := f.slots[ssrc]
	f.mu.Unlock()
	if s != nil {
		return &feed{slot: s, closed: make(chan struct{})}
	}
	return newStream(waitsRTCP)
}

// feed is a stream of RTCP that is taken as it comes.
type feed struct {
	slot   *slot
	once   sync.Once
	closed chan struct{}
}

// Write takes a packet that came.
func (f *feed) Write(b []byte) (int, error) {
	if packets, err := rtcp.Unmarshal(b); err == nil {
		f.slot.heard(packets, time.Now())
		f.slot.feeds.send()
	}
	return len(b), nil
}

// Read waits for the end: nothing is left to be read.
func (f *feed) Read([]byte) (int, error) {
	<-f.closed
	return 0, io.EOF
}

// Close is of io.Closer.
func (f *feed) Close() error {
	f.once.Do(func() { close(f.closed) })
	return nil
}
