package sfu

import (
	"encoding/json"
	"sync"
	"time"
)

// Link is one socket that speaks for a seat. Hear is called by one goroutine at a
// time.
type Link struct {
	server   *Server
	room, id string
	out      Out
	timer    *time.Timer // until it joined
	since    time.Time   // of the minute in which talk is counted
	talk     int

	mu    sync.Mutex
	seat  *Seat
	heard time.Time
	ended bool
	muted int64 // see Since
}

// Hear takes what the client says. What makes no sense is ignored; who says too
// much is cut off.
func (l *Link) Hear(message []byte) {
	now := time.Now()
	if now.Sub(l.since) > time.Minute {
		l.since, l.talk = now, 0
	}
	l.talk++
	var m said
	if len(message) > MaxMessage || l.talk > maxTalk {
		l.End(WhyError)
		return
	}
	if json.Unmarshal(message, &m) != nil || len(m.SDP) > maxSDP {
		return
	}
	l.mu.Lock()
	l.heard = now
	x, ended := l.seat, l.ended
	l.mu.Unlock()
	switch {
	case ended:
	case m.T == "ping":
		l.say(encode(plainMessage{T: "pong"}))
	case x != nil:
		if m.T == "leave" {
			x.end(WhyLeft)
		} else if m.T != "join" && !x.hear(l, m) {
			l.End(WhyError)
		}
	case m.T == "join":
		l.join(m)
	}
}

func (l *Link) join(m said) {
	l.timer.Stop()
	x, resumed, old, err := l.server.seat(l, m)
	if err != nil {
		l.End(WhyError)
		return
	}
	if old != nil {
		old.end(WhyElsewhere)
	}
	l.mu.Lock()
	l.seat = x
	l.mu.Unlock()
	x.work.add(func() { x.welcome(l, resumed) })
}

// Drop says that the socket is gone. The seat waits for another one.
func (l *Link) Drop() {
	l.timer.Stop()
	l.mu.Lock()
	x := l.seat
	l.ended = true
	l.mu.Unlock()
	if x != nil {
		x.away(l)
	}
}

// End ends the link with a reason; its seat waits for another one.
func (l *Link) End(why string) {
	l.mu.Lock()
	ended := l.ended
	l.mu.Unlock()
	if ended {
		return
	}
	l.say(Bye(why))
	l.Drop()
	l.out.End(why)
}

// Expel ends the link and, unless another one has taken it over, its seat: nothing
// is sent to that client any more.
func (l *Link) Expel(why string) {
	if x := l.own(); x != nil {
		x.end(why)
		return
	}
	l.End(why)
}

// Waits tells whether the link is gone and its seat waits for the next one.
func (l *Link) Waits() bool {
	x := l.own()
	return x != nil && x.current() == nil
}

// own is the seat whose link this is, or was before it began to wait.
func (l *Link) own() *Seat {
	l.mu.Lock()
	x := l.seat
	l.mu.Unlock()
	if x == nil {
		return nil
	}
	x.room.mu.Lock()
	defer x.room.mu.Unlock()
	if x.last != l || x.ending {
		return nil
	}
	return x
}

// say tells the client something, unless the link has ended.
func (l *Link) say(message []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		l.out.Say(message)
	}
}

func (l *Link) lastHeard() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.heard
}
