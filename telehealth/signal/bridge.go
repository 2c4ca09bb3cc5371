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
// pipe lets nobody else speak, but it may lose words. So the node that has the
// socket decides whether the client may sit there, and the node that has the room
// decides it as well, by what stands in the database: the first one only tells it
// by which session they came. That is the session's id, which opens nothing.
type word struct {
	T       string `json:"t"` // open, opened, say, expel, end; take, to all nodes
	Session string `json:"session"`
	N       int64  `json:"n"` // of this direction, without gaps
	From    string `json:"from,omitempty"`
	Room    string `json:"room,omitempty"`
	Seat    string `json:"seat,omitempty"`
	By      string `json:"by,omitempty"` // session of the person
	Patient string `json:"patient,omitempty"`
	Visit   string `json:"visit,omitempty"`
	Text    []byte `json:"text,omitempty"`
	Why     string `json:"why,omitempty"`
}

const (
	openWithin  = 1500 * time.Millisecond
	followEvery = time.Second
	lookEvery   = 250 * time.Millisecond // whether the node that does not answer still holds the room
)

// whyLine ends a socket without a word: nothing is known of the room, and a client
// that has picture and sound keeps them while it comes back with its token.
const whyLine = ""

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

// bridge speaks with a room of another node until the end; again: that node has not
// answered, and may not hold the room any more.
func (c *Call) bridge(ctx context.Context) (again bool) {
	s := c.s
	session := uuid.NewString()
	e := &end{}
	opened, refused := make(chan struct{}), make(chan struct{})
	var once, no sync.Once
	stop, err := s.Hub.Receive(sessionPipe(session), func(b []byte) {
		var w word
		if json.Unmarshal(b, &w) != nil {
			return
		}
		ok, lost := e.next(w)
		switch {
		case lost:
			c.End(whyLine)
		case !ok:
		case w.T == "end" && w.Why == whyNobody:
			no.Do(func() { close(refused) })
		case w.T == "opened":
			once.Do(func() { close(opened) })
		case w.T == "say":
			c.Say(w.Text)
		case w.T == "end":
			c.End(w.Why)
		}
	})
	if err != nil {
		c.End(whyLine)
		return false
	}
	defer stop()
	to := nodePipe(c.holder)
	if s.send(to, e, word{T: "open", Session: session, From: s.leases.node, Room: c.seat.Room, Seat: c.seat.ID, By: c.session, Patient: c.patient, Visit: c.visit}) != nil {
		c.End(whyLine)
		return false
	}
	// The seat waits a while for the next socket. The node that has it goes on to
	// ask whether they may be there, and hears no more pings if this is not heard.
	defer func() { _ = s.send(to, e, word{T: "end", Session: session}) }()
	if !c.opens(ctx, opened, refused) {
		return true
	}
	s.count.bridged.Add(1)
	defer s.count.bridged.Add(-1)
	c.sits(far(func(why string) {
		if err := s.send(to, e, word{T: "expel", Session: session, Why: why}); err != nil {
			s.Log.Warn("a node was not told whom to send out of a room; it finds that out by itself", "err", err)
		}
	}))
	done := make(chan struct{})
	var tasks sync.WaitGroup
	tasks.Go(func() { c.follow(ctx, done) })
	for {
		text, err := c.line.ReadText()
		if err != nil {
			break
		}
		if s.send(to, e, word{T: "say", Session: session, Text: text}) != nil {
			c.End(whyLine)
			break
		}
	}
	close(done)
	tasks.Wait()
	c.End(sfu.WhyLeft)
	return false
}

// opens waits until the other node has let them in; false: it does not, now.
func (c *Call) opens(ctx context.Context, opened, refused <-chan struct{}) bool {
	wait, look := time.NewTimer(openWithin), time.NewTicker(lookEvery)
	defer wait.Stop()
	defer look.Stop()
	for {
		select {
		case <-opened:
			return true
		case <-refused:
			return false
		case <-c.ended:
			return false
		case <-ctx.Done():
			return false
		case <-wait.C:
			return false
		case <-look.C:
			if ok, err := c.s.leases.holds(ctx, c.seat.Room, c.holder); err == nil && !ok {
				return false
			}
		}
	}
}

// far is a seat of another node.
type far func(why string)

func (f far) Expel(why string) { f(why) }

// follow ends the call when the other node does not hold the room any more.
func (c *Call) follow(ctx context.Context, done chan struct{}) {
	t := time.NewTicker(followEvery)
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
	seat    Seat
	by      string
	patient string
	visit   string
	link    *sfu.Link
	in      atomic.Bool // found that they may be here
	once    sync.Once
	over    chan struct{} // closed when nobody speaks for the seat any more
	lose    sync.Once
	lost    chan struct{} // closed when a word could not be sent
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
	case lost: // its client comes back with its token
		x.link.Drop()
		x.End(whyLine)
	case !ok:
	case w.T == "say":
		if x.in.Load() {
			x.link.Hear(w.Text)
		}
	case w.T == "expel":
		x.link.Expel(w.Why)
		x.gone()
	case w.T == "end":
		x.link.Drop()
		x.gone()
	}
}

// admit lets a client of another node in. Nothing is said to the room for them
// before this node, too, has found that they may be there (watch).
func (s *Service) admit(w word) {
	x := &bridged{
		s: s, e: &end{in: w.N}, session: w.Session, seat: Seat{Room: w.Room, ID: w.Seat}, by: w.By, patient: w.Patient, visit: w.Visit,
		over: make(chan struct{}), lost: make(chan struct{}),
	}
	if !s.leases.use(w.Room) {
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
	ended := s.ended
	if !ended {
		s.bridged[w.Session] = x
		s.tasks.Go(x.watch)
	}
	s.mu.Unlock()
	if ended {
		link.End(sfu.WhyDrain)
	}
}

// watch decides whether they may come in, and from then on whether they may
// stay: as long as their node speaks for them, and as long as their seat waits
// afterwards.
func (x *bridged) watch() {
	s := x.s
	ask := func(ctx context.Context) (Seat, error) {
		seat, err := s.Seats.SeatOf(ctx, x.by, x.patient, x.visit)
		if err == nil && x.in.Load() {
			s.rule(seat)
		}
		return seat, err
	}
	now := time.Now()
	why, err := over(s.ctx, now, now.Add(dbTime), x.seat, ask)
	if err != nil {
		why = sfu.WhyDrain
	}
	if why == "" {
		if seat, err := ask(s.ctx); err == nil {
			x.link.Since(seat.Muted)
			s.rule(seat)
		}
		x.in.Store(true)
		if s.send(sessionPipe(x.session), x.e, word{T: "opened", Session: x.session}) != nil {
			why = sfu.WhyDrain
		}
	}
	if why == "" {
		ctx, cancel := context.WithCancel(s.ctx)
		defer cancel()
		s.tasks.Go(func() {
			select {
			case <-ctx.Done():
			case <-x.lost:
				x.link.Drop()
				x.gone()
			}
		})
		why = s.recheck(ctx, alarm{session: x.by, patient: x.patient, visit: x.visit}, x.seat, func() bool { return x.quiet() && !x.link.Waits() }, ask)
	}
	if why != "" {
		x.link.Expel(why)
		x.gone()
	}
}

func (x *bridged) quiet() bool {
	select {
	case <-x.over:
		return true
	default:
		return false
	}
}

// refuse tells that the room is not here.
func (x *bridged) refuse() {
	_ = x.s.send(sessionPipe(x.session), x.e, word{T: "end", Session: x.session, Why: whyNobody})
}

// Say is how the room speaks. A client that missed a word has to come again.
func (x *bridged) Say(message []byte) {
	if x.s.send(sessionPipe(x.session), x.e, word{T: "say", Session: x.session, Text: message}) != nil {
		x.lose.Do(func() { close(x.lost) })
	}
}

// End is how the room ends it. If that is not heard, their node finds out by
// itself: it asks as this one does, and hears no pong.
func (x *bridged) End(why string) {
	_ = x.s.send(sessionPipe(x.session), x.e, word{T: "end", Session: x.session, Why: why})
	x.gone()
}

func (x *bridged) gone() {
	x.once.Do(func() {
		close(x.over)
		x.s.mu.Lock()
		delete(x.s.bridged, x.session)
		x.s.mu.Unlock()
		x.s.leases.done(x.seat.Room)
	})
}
