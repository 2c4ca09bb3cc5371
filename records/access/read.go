package access

import (
	"context"
	"sync"
	"time"

	"housecall/internal/fault"
)

const (
	maxWaiting = 16_384 // rows that may wait; beyond it reads are refused
	maxGroup   = 500    // rows of one commit
	groupTime  = 10 * time.Second
	gatherTime = 3 * time.Millisecond // a commit waits at most so long for those that are likely to come
)

// Record writes audit rows and returns when they are durable. What comes in
// while a commit runs goes together into the next one, so many readers share one
// commit and each waits for about one. When the database fails, so does the
// read: nothing is read without its row.
func (s *Service) Record(ctx context.Context, events ...Event) error {
	if len(events) == 0 {
		return nil
	}
	return s.record(ctx, events)
}

func (s *Service) keep(ctx context.Context, events []Event) error {
	var one [1]row
	rows := one[:0]
	for i := range events {
		rows = append(rows, s.row(&events[i], time.Time{}))
	}
	g, err := s.reads.add(rows)
	if err != nil {
		return err
	}
	select {
	case <-g.done:
		if g.err == nil {
			s.tell(events)
		}
		return g.err
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, "This takes too long right now. Please try again.", ctx.Err())
	}
}

// group is what one commit writes.
type group struct {
	rows []row
	done chan struct{} // closed when it is written, or cannot be
	err  error         // after that
}

// readWriter is the group commit. It has a writer of its own, which no other
// process and no transaction uses: it knows the next number, and one statement
// writes a group and moves the number on.
type readWriter struct {
	s      *Service
	own    place // writer and next number; zero: not known
	likely int   // rows to be expected: of the last group, and of those who came meanwhile
	mu     sync.Mutex
	queue  []*group
	n      int  // rows in the queue
	want   int  // rows that are waited for
	open   bool // takes rows
	wake   chan struct{}
	ending chan struct{}
	done   chan struct{}
}

func newReadWriter(s *Service) *readWriter {
	return &readWriter{s: s, wake: make(chan struct{}, 1)}
}

func (w *readWriter) start(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open {
		return
	}
	w.open, w.ending, w.done = true, make(chan struct{}), make(chan struct{})
	go w.run(context.WithoutCancel(ctx), w.ending, w.done)
}

func (w *readWriter) stop() {
	w.mu.Lock()
	done := w.done
	if w.open {
		w.open = false
		close(w.ending)
	}
	w.mu.Unlock()
	if done != nil {
		<-done
	}
}

// add puts rows, which stay together, into the next group that has room.
func (w *readWriter) add(rows []row) (*group, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.open {
		return nil, fault.New(fault.Unavailable, "Housecall is starting or stopping. Please try again in a moment.")
	}
	if w.n+len(rows) > maxWaiting {
		return nil, fault.New(fault.Unavailable, "Too much is going on right now. Please try again in a moment.")
	}
	k := len(w.queue)
	if k == 0 || len(w.queue[k-1].rows)+len(rows) > maxGroup {
		w.queue = append(w.queue, &group{rows: make([]row, 0, max(len(rows), 16)), done: make(chan struct{})})
		k++
	}
	g := w.queue[k-1]
	g.rows = append(g.rows, rows...)
	w.n += len(rows)
	if w.n < w.want {
		return g, nil
	}
	w.want = 0
	select {
	case w.wake <- struct{}{}:
	default:
	}
	return g, nil
}

// take gives the next group; nil: there is none.
func (w *readWriter) take() *group {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) == 0 {
		return nil
	}
	g := w.queue[0]
	w.queue[0] = nil
	w.queue, w.n = w.queue[1:], w.n-len(g.rows)
	return g
}

// gather waits a moment for those who were answered last: who reads on asks again
// soon, and what comes together is written together. Without it half of the
// readers would always wait for the commit of the other half. Who is alone is not
// kept waiting.
func (w *readWriter) gather(ending chan struct{}) {
	w.mu.Lock()
	want := min(w.likely, maxGroup)
	w.likely = 0 // once
	if w.n == 0 || w.n >= want {
		if w.n == 0 {
			w.likely = want
		}
		w.mu.Unlock()
		return
	}
	w.want = want
	select { // of one who is in the queue already
	case <-w.wake:
	default:
	}
	w.mu.Unlock()
	enough := time.NewTimer(gatherTime)
	select {
	case <-w.wake:
	case <-enough.C:
	case <-ending:
	}
	enough.Stop()
	w.mu.Lock()
	w.want = 0
	w.mu.Unlock()
}

func (w *readWriter) run(ctx context.Context, ending, done chan struct{}) {
	defer close(done)
	for stopping := false; ; {
		w.gather(ending)
		if g := w.take(); g != nil {
			g.err = w.commit(ctx, g.rows)
			close(g.done)
			continue
		}
		if stopping {
			return
		}
		select {
		case <-w.wake:
		case <-ending:
			stopping = true // nothing is taken any more; write what is there
		}
	}
}

func (w *readWriter) commit(ctx context.Context, rows []row) error {
	ctx, cancel := context.WithTimeout(ctx, groupTime)
	defer cancel()
	err := w.write(ctx, rows)
	w.mu.Lock()
	w.likely = w.n + len(rows)
	w.mu.Unlock()
	if err != nil {
		return fault.Wrap(fault.Unavailable, "The record of who looked cannot be kept right now, so nothing can be opened. Please try again in a moment.", err)
	}
	return nil
}
