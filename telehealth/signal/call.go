package signal

import (
	"context"
	"sync"
	"time"

	"housecall/internal/identity"
	"housecall/telehealth/sfu"
)

// Line is somebody's socket.
type Line interface {
	ReadText() ([]byte, error)
	WriteText([]byte) error
	Close(code int) // ends ReadText too
}

// Close codes (RFC 6455, section 7.4).
const (
	closeNormal  = 1000
	closeRefused = 1008
	closeTalk    = 1009
	closeRestart = 1012
)

func codeOf(why string) int {
	switch why {
	case sfu.WhyDrain, sfu.WhyMoved, whyLine:
		return closeRestart
	case sfu.WhyRemoved, sfu.WhySignedOut:
		return closeRefused
	case sfu.WhyError:
		return closeTalk
	}
	return closeNormal
}

const maxWaiting = 256 // messages to somebody who does not read them

// Call is one socket on its way to a room or in it.
type Call struct {
	s                      *Service
	seat                   Seat
	session                string
	patient, visit, holder string
	line                   Line
	out                    chan []byte
	once                   sync.Once
	ended                  chan struct{}
	why                    string

	mu sync.Mutex
	at seated // once they are in the room
}

// Cancel gives up a call that was not run.
func (c *Call) Cancel() {
	if c.holder == c.s.leases.node {
		c.s.leases.done(c.seat.Room)
	}
}

// Run lets the socket speak with its room until one of them ends. again gives
// the principal as they are then, or says that their session is over.
func (c *Call) Run(line Line, again func(context.Context) (identity.Principal, error)) {
	c.line, c.out, c.ended = line, make(chan []byte, maxWaiting), make(chan struct{})
	s := c.s
	s.mu.Lock()
	if s.ended {
		s.mu.Unlock()
		c.Cancel()
		line.Close(closeRestart)
		return
	}
	s.calls[c] = struct{}{}
	s.mu.Unlock()
	ctx, cancel := context.WithCancel(s.ctx)
	var tasks sync.WaitGroup
	tasks.Go(c.write)
	tasks.Go(func() { c.watch(ctx, again) })
	c.settle(ctx)
	cancel()
	c.End(sfu.WhyLeft)
	tasks.Wait()
	s.mu.Lock()
	delete(s.calls, c)
	s.mu.Unlock()
}

// local speaks with a room of this node.
func (c *Call) local(ctx context.Context) {
	defer c.s.leases.done(c.seat.Room)
	link, err := c.s.media.Enter(c.seat.Room, c.seat.ID, c)
	if err != nil {
		c.bye(sfu.WhyError)
		return
	}
	link.Since(c.seat.Muted)
	c.s.rule(c.seat)
	c.sits(link)
	for {
		text, err := c.line.ReadText()
		if err != nil {
			break
		}
		link.Hear(text)
	}
	link.Drop()
	c.End(sfu.WhyLeft)
	c.linger(ctx, link.Waits)
}

// linger stays while the seat waits for its client to come back: until then it is
// asked, as before, whether they may.
func (c *Call) linger(ctx context.Context, waits func() bool) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for waits() {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// seated can be sent away from their seat.
type seated interface{ Expel(why string) }

func (c *Call) sits(x seated) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = x
}

// expel ends the call and the seat: no media goes there any more.
func (c *Call) expel(why string) {
	c.mu.Lock()
	x := c.at
	c.mu.Unlock()
	if x != nil {
		x.Expel(why)
	}
	c.bye(why)
}

// Say tells the client something; it never waits.
func (c *Call) Say(message []byte) {
	select {
	case <-c.ended:
	case c.out <- message:
	default: // who reads nothing is cut off, and comes back
		c.s.count.choked.Add(1)
		c.End(sfu.WhyDrain)
	}
}

// End closes the socket, after what was said before.
func (c *Call) End(why string) {
	c.once.Do(func() {
		c.why = why
		close(c.ended)
	})
}

// bye is End with the last word of the protocol.
func (c *Call) bye(why string) {
	c.Say(sfu.Bye(why))
	c.End(why)
}

func (c *Call) write() {
	defer func() { c.line.Close(codeOf(c.why)) }()
	for {
		select {
		case m := <-c.out:
			if c.line.WriteText(m) != nil {
				c.End(sfu.WhyLeft)
				return
			}
		case <-c.ended:
			for {
				select {
				case m := <-c.out:
					if c.line.WriteText(m) != nil {
						return
					}
				default:
					return
				}
			}
		}
	}
}

// watch decides anew whether they may still sit there.
func (c *Call) watch(ctx context.Context, again func(context.Context) (identity.Principal, error)) {
	why := c.s.recheck(ctx, alarm{session: c.session, patient: c.patient, visit: c.visit}, c.seat, nil, func(ctx context.Context) (Seat, error) {
		who, err := again(ctx)
		if err != nil {
			return Seat{}, err
		}
		seat, err := c.s.Seats.SeatFor(ctx, who, c.patient, c.visit)
		if err == nil && c.holder == c.s.leases.node {
			c.s.rule(seat)
		}
		return seat, err
	})
	if why != "" {
		c.expel(why)
	}
}
