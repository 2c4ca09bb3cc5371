package sfu

import (
	"io"
	"sync"
)

// How many packets of a stream wait to be read at most; what is more is lost.
const (
	waitsRTP  = 600
	waitsRTCP = 60
	fewWait   = 16
)

// stream is what came of one stream and waits to be read. It takes memory only for
// what waits: a moment in which nobody read leaves nothing behind.
type stream struct {
	mu     sync.Mutex
	some   sync.Cond
	queue  [][]byte
	head   int // of the queue: what is before it was read
	most   int
	closed bool
}

// What waits lies in buffers of two sizes: sound and reports are short.
const parcelSmall = 256

var (
	smallParcels = sync.Pool{New: func() any { return new([parcelSmall]byte) }}
	largeParcels = sync.Pool{New: func() any { return new([payloadMax]byte) }}
)

func pack(b []byte) (p []byte) {
	if len(b) <= parcelSmall {
		p = smallParcels.Get().(*[parcelSmall]byte)[:]
	} else {
		p = largeParcels.Get().(*[payloadMax]byte)[:]
	}
	return p[:copy(p, b)]
}

func unpack(p []byte) {
	if cap(p) == parcelSmall {
		smallParcels.Put((*[parcelSmall]byte)(p[:parcelSmall]))
	} else {
		largeParcels.Put((*[payloadMax]byte)(p[:payloadMax]))
	}
}

func newStream(most int) *stream {
	s := &stream{most: most}
	s.some.L = &s.mu
	return s
}

// Write takes a packet. None is refused with an error, for that would end others.
func (s *stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return 0, io.ErrClosedPipe
	case len(b) <= payloadMax && len(s.queue)-s.head < s.most:
		s.queue = append(s.queue, pack(b))
		s.some.Signal()
	}
	return len(b), nil
}

// Read gives the next packet, when there is one.
func (s *stream) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.head == len(s.queue) && !s.closed {
		s.some.Wait()
	}
	if s.head == len(s.queue) {
		return 0, io.EOF
	}
	p := s.queue[s.head]
	s.queue[s.head] = nil
	switch s.head++; {
	case s.head < len(s.queue):
	case cap(s.queue) > fewWait:
		s.queue, s.head = nil, 0
	default:
		s.queue, s.head = s.queue[:0], 0
	}
	defer unpack(p)
	if len(b) < len(p) {
		return 0, io.ErrShortBuffer
	}
	return copy(b, p), nil
}

// Close lets what waits be read, and then ends.
func (s *stream) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.some.Broadcast()
	return nil
}
