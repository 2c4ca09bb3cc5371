package signal

import (
	"context"
	"encoding/json"
	"time"

	"housecall/telehealth/sfu"
)

// How long somebody who came in time waits for a room whose node has gone: longer
// than a lease, and not as long as a client waits for an answer.
const (
	settleWithin = leaseTime + 2*time.Second
	settleEvery  = 100 * time.Millisecond
)

// whyNobody: the node that was asked does not have the room.
const whyNobody = "nobody"

const nodesPipe = "signal nodes"

// listen begins to hear other nodes: what they say to this one, and to all.
func (s *Service) listen() error {
	one, err := s.Hub.Receive(nodePipe(s.leases.node), s.hear)
	if err != nil {
		return err
	}
	all, err := s.Hub.Receive(nodesPipe, s.asked)
	if err != nil {
		one()
		return err
	}
	s.stop = func() { one(); all() }
	return nil
}

// settle brings a socket to the node that holds the room, whichever that is by now:
// one that has died holds it until its lease ends, and one that drains asks another
// to take it.
func (c *Call) settle(ctx context.Context) {
	s := c.s
	until, ask := time.Now().Add(settleWithin), time.NewTicker(settleEvery)
	defer ask.Stop()
	for {
		switch {
		case c.holder == s.leases.node:
			c.local(ctx)
			return
		case c.holder == "":
			s.invite(c.seat.Room)
		case !c.bridge(ctx):
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-c.ended:
			return
		case <-ask.C:
		}
		if time.Now().After(until) {
			if c.holder == "" {
				c.bye(sfu.WhyMoved)
			}
			c.End(whyLine)
			return
		}
		if holder, err := s.leases.take(ctx, c.seat.Room); err == nil {
			c.holder = holder
		}
	}
}

// invite asks the other nodes to take a room that nobody holds. The first one gets
// it: who is busy is slow to answer.
func (s *Service) invite(room string) {
	if b, err := json.Marshal(word{T: "take", Room: room}); err == nil {
		_ = s.Hub.Send(nodesPipe, b) // asked again soon
	}
}

// asked hears what is said to all nodes.
func (s *Service) asked(b []byte) {
	var w word
	if json.Unmarshal(b, &w) != nil || w.T != "take" || w.Room == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended || s.asking >= maxAsked || s.leases.draining() {
		return
	}
	s.asking++
	s.tasks.Go(func() {
		if holder, err := s.leases.take(s.ctx, w.Room); err == nil && holder == s.leases.node {
			s.leases.await(w.Room)
			s.leases.done(w.Room)
		}
		s.mu.Lock()
		s.asking--
		s.mu.Unlock()
	})
}

// maxAsked are the rooms that are taken at one time because others asked.
const maxAsked = 8

// await keeps a room a while although nobody is in it yet.
func (l *leases) await(room string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if x := l.held[room]; x != nil {
		x.awaits = time.Now().Add(settleWithin)
	}
}
