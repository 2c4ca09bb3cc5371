package signal

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"housecall/telehealth/sfu"
)

// What nodes say to each other about a client of one in a room of the other. The
// node that has the socket has decided that the client may sit there, and goes on
// to decide it; the node that has the room trusts it, as the pipe lets nobody
// else speak.
type word struct {
	T       string `json:"t"` // open, opened, say, drop, expel, end
	Session string `json:"session"`
	N       int64  `json:"n"` // of this direction, without gaps
	From    string `json:"from,omitempty"`
	Room    string `json:"room,omitempty"`
	Seat    string `json:"seat,omitempty"`
	Text    []byte `json:"text,omitempty"`
	Why     string `json:"why,omitempty"`
}

const openWithin = 3 * time.Second

func nodePipe(node string) string       { return "signal node " + node }
func sessionPipe(session string) string { return "signal session " + session }

// end of a pipe: it numbers what goes out and checks what comes in.
type end struct {
	mu      sync.Mutex
	out, in int64
}

func (s *Service) send(pipe string, e *end, w word) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.out++
	w.N = e.out
	b, err := json.Marshal(w)
	if err != nil {
		return err
	}
	return s.Hub.Send(pipe, b)
}

// next tells whether a word is the one that comes now. An old one is nothing; a
// gap means that something was lost.
func (e *end) next(w word) (ok, lost bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if w.N <= e.in {
		return false, false
	}
	if w.N != e.in+1 {
		return false, true
	}
	e.in++
	return true, false
}

// bridge speaks with a room of another node.
func (c *Call) bridge(ctx context.Context) {
	s := c.s
	session := uuid.NewString()
	e := &end{}
	opened := make(chan struct{})
	var once sync.Once
	var over atomic.Bool // the room has ended it
	stop, err := s.Hub.Receive(sessionPipe(session), func(b []byte) {
		var w word
		if json.Unmarshal(b, &w) != nil {
			return
		}
		ok, lost := e.next(w)
		switch {
		case lost:
			c.bye(sfu.WhyDrain)
		case !ok:
		case w.T == "opened":
			once.Do(func() { close(opened) })
		case w.T == "say":
			c.Say(w.Text)
		case w.T == "end":
			over.Store(true)
			c.End(w.Why)
		}
	})
	if err != nil {
		c.bye(sfu.WhyDrain)
		return
	}
	defer stop()
	to := nodePipe(c.holder)
	if s.send(to, e, word{T: "open", Session: session, From: s.leases.node, Room: c.seat.Room, Seat: c.seat.ID}) != nil {
		c.bye(sfu.WhyDrain)
		return
	}
	defer func() { _ = s.send(to, e, word{T: "end", Session: session}) }()
	wait := time.NewTimer(openWithin)
	defer wait.Stop()
	select {
	case <-opened:
	case <-c.ended:
		return
	case <-wait.C:
		c.bye(sfu.WhyDrain)
		return
	}
	c.sits(far(func(why string) {
		over.Store(true)
		_ = s.send(to, e, word{T: "expel", Session: session, Why: why})
	}))
	done := make(chan struct{})
	var tasks sync.WaitGroup
	tasks.Go(func() { c.follow(ctx, done) })
	for {
		text, err := c.line.ReadText()
		if err != nil || s.send(to, e, word{T: "say", Session: session, Text: text}) != nil {
			break
		}
	}
	close(done)
	tasks.Wait()
	c.End(sfu.WhyLeft)
	if s.send(to, e, word{T: "drop", Session: session}) != nil {
		return
	}
	until := time.Now().Add(sfu.SeatWaits)
	c.linger(ctx, func() bool { return !over.Load() && time.Now().Before(until) })
}

// far is a seat of another node.
type far func(why string)

func (f far) Expel(why string) { f(why) }

// follow ends the call when the other node does not hold the room any more.
func (c *Call) follow(ctx context.Context, done chan struct{}) {
	t := time.NewTicker(renewEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-done:
			return
		case <-c.ended:
			return
		case <-t.C:
		}
		if ok, err := c.s.leases.holds(ctx, c.seat.Room, c.holder); err == nil && !ok {
			c.bye(sfu.WhyDrain)
			return
		}
	}
}

// bridged is a client of another node in a room of this one.
type bridged struct {
	s       *Service
	e       *end
	session string
	room    string
	link    *sfu.Link
	once    sync.Once
}

// hear takes what other nodes say. It is called by one goroutine at a time.
func (s *Service) hear(b []byte) {
	var w word
	if json.Unmarshal(b, &w) != nil || w.Session == "" {
		return
	}
	s.mu.Lock()
	x := s.bridged[w.Session]
	s.mu.Unlock()
	if w.T == "open" {
		if x == nil {
			s.admit(w)
		}
		return
	}
	if x == nil {
		return
	}
	ok, lost := x.e.next(w)
	switch {
	case lost:
		x.link.End(sfu.WhyDrain)
	case !ok:
	case w.T == "say":
		x.link.Hear(w.Text)
	case w.T == "drop":
		x.link.Drop()
	case w.T == "expel":
		x.link.Expel(w.Why)
		x.gone()
	case w.T == "end":
		x.link.Drop()
		x.gone()
	}
}

func (s *Service) admit(w word) {
	x := &bridged{s: s, e: &end{in: w.N}, session: w.Session, room: w.Room}
	if !s.leases.has(w.Room) {
		x.refuse()
		return
	}
	if holder, err := s.leases.take(s.ctx, w.Room); err != nil || holder != s.leases.node {
		x.refuse()
		return
	}
	link, err := s.media.Enter(w.Room, w.Seat, x)
	if err != nil {
		s.leases.done(w.Room)
		x.refuse()
		return
	}
	x.link = link
	s.mu.Lock()
	s.bridged[w.Session] = x
	s.mu.Unlock()
	_ = s.send(sessionPipe(w.Session), x.e, word{T: "opened", Session: w.Session})
}

func (x *bridged) refuse() {
	x.Say(sfu.Bye(sfu.WhyDrain))
	_ = x.s.send(sessionPipe(x.session), x.e, word{T: "end", Session: x.session, Why: sfu.WhyDrain})
}

// Say is how the room speaks.
func (x *bridged) Say(message []byte) {
	_ = x.s.send(sessionPipe(x.session), x.e, word{T: "say", Session: x.session, Text: message})
}

// End is how the room ends it.
func (x *bridged) End(why string) {
	_ = x.s.send(sessionPipe(x.session), x.e, word{T: "end", Session: x.session, Why: why})
	x.gone()
}

func (x *bridged) gone() {
	x.once.Do(func() {
		x.s.mu.Lock()
		delete(x.s.bridged, x.session)
		x.s.mu.Unlock()
		x.s.leases.done(x.room)
	})
}
