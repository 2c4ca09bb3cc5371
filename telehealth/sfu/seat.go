package sfu

import (
	"crypto/rand"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"
)

const maxWork = 128 // of a client that talks faster than is answered

// Seat is one person in a room.
type Seat struct {
	room *Room
	id   string
	work *queue
	told atomic.Bool // a sync waits in the queue

	// Under Room.mu.
	token          string
	link           *Link // nil while it waits for its client
	last           *Link // that it has or had
	replaced       *Link // by a resuming one, to be told
	leftAt         time.Time
	greeted        bool // was told who sits here
	micOff, camOff bool
	sends          bool   // it has had its microphone or camera on, or published
	muted          int64  // the last time that a host turned the microphone off, see Ruling
	mutedBy        string // who did, as long as the client has said nothing about it since
	tracks         map[Kind]*source
	voice          voice
	ending         bool
	hears          bool // it gets no pictures, as the others were told

	// Of the seat's own goroutine.
	gone   bool
	pub    *webrtc.PeerConnection
	pubWas *webrtc.PeerConnection // heard until pub stands; nil: pub is the only one
	sub    *webrtc.PeerConnection
	offers offers
	pool   pool
	next   *renewal       // of what it receives, until it stands
	by     int            // number of the offer that sub began with; 0: it is the first
	wants  map[want]layer // high when nothing was said
	pins   []string       // seats, of a group
	held   []lineTag      // what its line does not carry, as told

	talks      talks  // what it told the others lately
	noPictures bool   // it wants none
	unheard    bool   // it may not have heard that
	onlySound  bool   // of that: nothing but sound is sent
	level      string // of the line, as told

	down downlink

	// For the room's clock.
	needs  atomic.Pointer[map[*source][high + 1]bool]
	allots atomic.Bool // a look at the line waits in the queue
	wide   atomic.Pointer[wideRecorder]
	slots  atomic.Pointer[[]*slot]
	send   atomic.Pointer[webrtc.PeerConnection] // the receiving client's, once it is connected
	up     atomic.Pointer[webrtc.PeerConnection] // the publishing client's
	codecs atomic.Uint32                         // in which others show its pictures, as told; 0: it may not have heard
	turns  turns                                 // of those

	kinds *atomic.Pointer[map[string]Kind] // what the m-lines of pub are, by mid
	left  chan struct{}                    // closed when the seat is given up

	since time.Time // it was taken
	sums  summing
}

type want struct {
	seat string
	kind Kind
}

func newSeat(r *Room, l *Link, m said) *Seat {
	x := &Seat{
		room: r, id: l.id, work: newQueue(), token: rand.Text(), link: l, last: l, micOff: !m.Mic, camOff: !m.Cam, sends: m.Mic || m.Cam,
		voice: voice{level: silent}, tracks: map[Kind]*source{}, wants: map[want]layer{}, since: time.Now(), left: make(chan struct{}),
	}
	if m.Resume != "" { // of a seat that is gone, or was on another node
		x.sums.is.Breaks = 1
	}
	return x
}

// run does the seat's work until it is gone.
func (x *Seat) run() { x.work.run() }

// do runs work of a client; what one client brought about must not end the others.
func (x *Seat) do(f func()) func() {
	return func() {
		if x.gone {
			return
		}
		defer func() {
			if recover() != nil {
				x.room.server.log.Error("panic in a seat of a room")
				x.end(WhyError)
			}
		}()
		f()
	}
}

// hear takes what the client says; false when it says more than can be done.
func (x *Seat) hear(l *Link, m said) bool {
	if x.work.size() > maxWork {
		x.room.server.count.choked.Add(1)
		return false
	}
	x.work.add(x.do(func() {
		if x.current() != l {
			return
		}
		switch m.T {
		case "pub":
			x.publish(m)
		case "sub-answer":
			x.answered(m)
		case "mute":
			if m.Kind.known() {
				x.room.mute(x, m.Kind, m.On)
			}
		case "want":
			x.want(m)
		case "pin":
			x.pin(m)
		case "only":
			x.only(m.On)
		case "restart":
			if m.Fresh {
				x.renew()
			} else {
				x.sums.is.Breaks++
				x.offer(true)
			}
		case "tell":
			x.tell(m)
		case "report":
			x.reported(m)
		}
	}))
	return true
}

func (x *Seat) current() *Link {
	x.room.mu.Lock()
	defer x.room.mu.Unlock()
	return x.link
}

// say tells the client something, if it is there.
func (x *Seat) say(v any) {
	if l := x.current(); l != nil {
		l.say(encode(v))
	}
}

// welcome answers a join.
func (x *Seat) welcome(l *Link, resumed bool) {
	r := x.room
	var relays []Relay
	if f := r.server.cfg.Relays; f != nil {
		relays = f(r.id, x.id)
	}
	r.mu.Lock()
	if x.link != l || x.gone {
		r.mu.Unlock()
		l.End(WhyElsewhere)
		return
	}
	x.greeted = true
	m := joinedMessage{T: "joined", Seat: x.id, Resume: x.token, Resumed: resumed, Seats: r.presences(), Relays: relays, Recording: r.recording}
	replaced := x.replaced
	x.replaced = nil
	silenced, by := x.silenced(), x.mutedBy
	r.mu.Unlock()
	if replaced != nil {
		replaced.End(WhyElsewhere)
	}
	if by != "" { // first: what the client says once it has joined counts
		l.say(encode(silenced))
	}
	l.say(encode(m))
	x.do(func() {
		if resumed {
			x.remind()
			x.again()
		}
		x.level = ""
		x.sync()
	})()
}

// away: the socket is gone.
func (x *Seat) away(l *Link) {
	r := x.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if x.link != l || x.ending {
		return
	}
	x.link, x.leftAt = nil, time.Now()
	x.broke()
	r.changed()
}

// end gives the seat up.
func (x *Seat) end(why string) {
	r := x.room
	r.mu.Lock()
	if x.ending {
		r.mu.Unlock()
		return
	}
	x.ending = true
	l := x.link
	x.link = nil
	r.mu.Unlock()
	if l != nil {
		l.End(why)
	}
	x.work.add(func() {
		x.sumUp(why)
		x.gone = true
		for _, s := range x.pool.slots {
			s.carry(nil, true)
		}
		x.needs.Store(nil)
		x.send.Store(nil)
		x.up.Store(nil)
		close(x.left)
		x.dropNext()
		for _, pc := range []*webrtc.PeerConnection{x.pub, x.pubWas, x.sub} {
			if pc != nil {
				_ = pc.GracefulClose()
			}
		}
		r.server.gone(x)
		x.work.close()
	})
}

func (x *Seat) want(m said) {
	w := want{m.Seat, m.Kind}
	if !m.Kind.known() || len(m.Seat) > 64 {
		return
	}
	l := map[string]layer{"none": none, "low": low}
	if to, less := l[m.Layer]; !less {
		delete(x.wants, w)
	} else if _, said := x.wants[w]; said || len(x.wants) < maxWants {
		x.wants[w] = to
	}
	x.sync()
}
