package sfu

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A tap takes along what is published in a room, for somebody who keeps it. It
// takes nothing unless everybody who sits in the room was allowed by name, for a
// short time that must be renewed: who sits down without that closes it in the same
// step, before a packet of theirs comes in. What is muted, and what comes of a seat
// that waits for its client, is not taken.

// Stream is one encoding that is published, as a Sink knows it.
type Stream struct {
	Seat  string
	Kind  Kind
	Small bool   // the small one of two pictures of the same camera
	Mime  string // lower case
	Clock uint32 // its times, per second
	t     *track
}

// NeedKey asks the sender for a key frame, not too often.
func (s *Stream) NeedKey() {
	if s.t != nil {
		s.t.needKey()
	}
}

// Taken is a packet of a stream without extensions and padding.
type Taken struct {
	*Stream
	Seq     uint16
	Time    uint32
	Marker  bool
	Key     bool      // begins a key frame
	At      time.Time // when it came
	Payload []byte    // lent until Take returns
}

// Sink takes packets in the order in which they came, from one goroutine. It may
// wait: forwarding goes on, and what does not fit into the queue is dropped.
type Sink interface{ Take(p Taken) }

// Bounds of what waits for a Sink.
const (
	tapPackets = 4096
	tapBytes   = 8 << 20
)

// Tap is open until Close, or until nobody sits in the room any more.
type Tap struct {
	room    *Room
	sink    Sink
	queue   chan Taken
	waiting atomic.Int64 // bytes
	dropped atomic.Uint64
	stop    chan struct{}
	once    sync.Once
	done    chan struct{}

	// Under Room.mu.
	allowed []string
	until   time.Time
}

// taking is what may be taken now.
type taking struct {
	tap   *Tap
	until time.Time
	kinds map[*Seat][]Kind
}

var errTapped = errors.New("sfu: this room is tapped already")

// Tap opens a tap of a room in which somebody sits; nil when nobody does. Nothing
// is taken before Allow.
func (s *Server) Tap(room string, sink Sink) (*Tap, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[room]
	if r == nil || s.closed {
		return nil, nil
	}
	t := &Tap{room: r, sink: sink, queue: make(chan Taken, tapPackets), stop: make(chan struct{}), done: make(chan struct{})}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tap != nil {
		return nil, errTapped
	}
	r.tap = t
	r.tapped()
	s.tasks.Go(t.run)
	return t, nil
}

// Allow names those who may be taken until then, and no others.
func (t *Tap) Allow(seats []string, until time.Time) {
	t.room.mu.Lock()
	defer t.room.mu.Unlock()
	t.allowed, t.until = slices.Clone(seats), until
	t.room.tapped()
}

// Close ends the tap; the sink has what was taken until then when it returns.
func (t *Tap) Close() {
	t.shut()
	<-t.done
}

// Done is closed when the tap has ended and the sink has everything.
func (t *Tap) Done() <-chan struct{} { return t.done }

// Dropped counts packets that came faster than the sink took them.
func (t *Tap) Dropped() uint64 { return t.dropped.Load() }

// shut takes nothing more.
func (t *Tap) shut() {
	t.once.Do(func() {
		r := t.room
		r.mu.Lock()
		if r.tap == t {
			r.tap = nil
			r.tapped()
		}
		r.mu.Unlock()
		close(t.stop)
	})
}

func (t *Tap) run() {
	defer close(t.done)
	for {
		select {
		case p := <-t.queue:
			t.give(p)
			continue
		case <-t.stop:
		case <-t.room.empty:
			t.shut()
		}
		for {
			select {
			case p := <-t.queue:
				t.give(p)
			default:
				return
			}
		}
	}
}

func (t *Tap) give(p Taken) {
	t.waiting.Add(-int64(len(p.Payload)))
	t.sink.Take(p)
	putBuffer(p.Payload)
}

// offer takes a packet of a track along, if it may be taken. Only the track's
// reader calls it; it never waits.
func (k *taking) offer(t *track, p *packet, now time.Time) {
	if now.After(k.until) || !slices.Contains(k.kinds[t.seat], t.kind) {
		return
	}
	if t.stream == nil || t.stream.Mime != mimes[t.codec] {
		t.stream = &Stream{Seat: t.seat.id, Kind: t.kind, Small: t.layer == low, Mime: mimes[t.codec], Clock: t.clock, t: t}
	}
	n := int64(len(p.payload))
	if k.tap.waiting.Add(n) > tapBytes {
		k.tap.waiting.Add(-n)
		k.tap.dropped.Add(1)
		return
	}
	b := getBuffer(len(p.payload))
	copy(b, p.payload)
	select {
	case k.tap.queue <- Taken{Stream: t.stream, Seq: p.seq, Time: p.ts, Marker: p.marker, Key: p.pic.key, At: now, Payload: b}:
	default:
		k.tap.waiting.Add(-n)
		k.tap.dropped.Add(1)
		putBuffer(b)
	}
}

// States of a tap, in the words of the protocol.
const (
	tapOff    = "off"
	tapOn     = "on"
	tapPaused = "paused"
)

// tapped decides anew what may be taken, and tells everybody when that is another
// thing than before; under the lock, whenever anything in the room has changed.
func (r *Room) tapped() {
	state := tapOff
	var k *taking
	if t := r.tap; t != nil {
		state = tapPaused
		if time.Now().Before(t.until) && len(r.seats) > 0 && !slices.ContainsFunc(r.seats, func(x *Seat) bool { return !slices.Contains(t.allowed, x.id) }) {
			state = tapOn
			k = &taking{tap: t, until: t.until, kinds: make(map[*Seat][]Kind, len(r.seats))}
			for _, x := range r.seats {
				k.kinds[x] = r.open(x)
			}
		}
	}
	r.taking.Store(k)
	if state == r.recording || state == tapOff && r.recording == "" {
		return
	}
	r.recording = state
	message := encode(recordingMessage{T: "recording", State: state})
	for _, x := range r.seats {
		x.pass(message)
	}
}

// open are the kinds that others hear and see of a seat now.
func (r *Room) open(x *Seat) (kinds []Kind) {
	if x.link == nil || x.ending {
		return nil
	}
	if !x.micOff {
		kinds = append(kinds, Audio)
	}
	if !x.camOff {
		kinds = append(kinds, Camera)
	}
	if r.sharing == x {
		kinds = append(kinds, Screen)
	}
	return kinds
}

// tapNeeds adds the large pictures of who is taken to what somebody needs.
func (r *Room) tapNeeds(all map[*source][high + 1]bool) {
	k := r.taking.Load()
	if k == nil {
		return
	}
	for x := range k.kinds {
		for _, o := range r.sourcesOf(x) {
			sum := all[o]
			sum[high] = true
			all[o] = sum
		}
	}
}

// taken tells whether a track is taken, and needs key frames for that.
func (t *track) taken() bool {
	k := t.seat.room.taking.Load()
	return k != nil && slices.Contains(k.kinds[t.seat], t.kind)
}
