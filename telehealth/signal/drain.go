package signal

import (
	"context"
	"time"

	"housecall/internal/db"
	"housecall/telehealth/sfu"
)

// emptyWithin is how long people may take to go out of a room that is handed over.
const emptyWithin = 2 * time.Second

// Drained is what became of the rooms of a node that drained.
type Drained struct {
	Ended int // by themselves
	Moved int // to other nodes, with the people in them
}

// Drain makes this node take no rooms from now on, and waits until it has none: those
// that it has go on until they end, and what is left after a time is handed over, so
// that everybody moves to another node. tell hears how many there are still.
func (s *Service) Drain(ctx context.Context, within time.Duration, tell func(rooms int)) (is Drained, err error) {
	s.leases.drain(true)
	t := time.NewTicker(renewEvery)
	defer t.Stop()
	deadline := time.Now().Add(within)
	first := len(s.leases.rooms())
	for {
		rooms := s.leases.rooms()
		tell(len(rooms))
		if len(rooms) == 0 || !s.leases.draining() {
			is.Ended = max(first-is.Moved, 0)
			return is, nil
		}
		if !time.Now().Before(deadline) {
			for _, room := range rooms {
				if err := s.handOver(ctx, room); err != nil {
					return is, err
				}
				is.Moved++
			}
			continue
		}
		select {
		case <-ctx.Done():
			return is, ctx.Err()
		case <-t.C:
		case <-time.After(time.Until(deadline)):
		}
	}
}

// Undrain makes the node take rooms again.
func (s *Service) Undrain() { s.leases.drain(false) }

// Draining tells whether this node takes no rooms.
func (s *Service) Draining() bool { return s.leases.draining() }

// handOver moves the people of a room to whichever node takes it next. The lease ends
// after the last packet, so that no two nodes serve it.
func (s *Service) handOver(ctx context.Context, room string) error {
	if !s.leases.leave(room) {
		return nil
	}
	t := time.NewTicker(10 * time.Millisecond)
	defer t.Stop()
	for until := time.Now().Add(emptyWithin); s.media.Has(room) && time.Now().Before(until); {
		s.media.Remove(room, "", sfu.WhyMoved)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
	s.note(ctx, room)
	return s.leases.free(ctx, room)
}

func (l *leases) drain(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drains = on
}

func (l *leases) draining() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.drains
}

// leave lets nobody come into a room any more.
func (l *leases) leave(room string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.held[room]
	if x != nil {
		x.leaving = true
	}
	return x != nil
}

// free ends the lease of a room, so that another node need not wait for its end.
func (l *leases) free(ctx context.Context, room string) error {
	l.mu.Lock()
	x := l.held[room]
	delete(l.held, room)
	l.mu.Unlock()
	if x == nil {
		return nil
	}
	fence := x.fence
	ctx, cancel := context.WithTimeout(ctx, dbTime)
	defer cancel()
	return l.db.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`DELETE FROM rooms WHERE room = ? AND node = ? AND fence = ?`, room, l.node, fence)
		return err
	})
}
