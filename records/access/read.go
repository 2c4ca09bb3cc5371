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
	w := waiter{rows: make([]row, len(events)), done: make(chan error, 1)}
	for i := range events {
		w.rows[i] = s.row(&events[i], time.Time{})
	}
	if err := s.reads.add(w); err != nil {
		return err
	}
	select {
	case err := <-w.done:
		if err == nil {
			s.tell(events)
		}
		return err
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, "This takes too long right now. Please try again.", ctx.Err())
	}
}

type waiter struct {
	rows []row
	done chan error // holds one
}

// readWriter is the group commit. It has a writer of its own, which no other
// process and no transaction uses: it knows the next number, and one statement
// writes a group and moves the number on.
type readWriter struct {
	s      *Service
	own    place // writer and next number; zero: not known
	likely int   // rows to be expected: of the last group, and of those who came meanwhile
	mu     sync.Mutex
	queue  []waiter
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

func (w *readWriter) add(x waiter) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.open {
		return fault.New(fault.Unavailable, "Housecall is starting or stopping. Please try again in a moment.")
	}
	if w.n+len(x.rows) > maxWaiting {
		return fault.New(fault.Unavailable, "Too much is going on right now. Please try again in a moment.")
	}
	w.queue = append(w.queue, x)
	w.n += len(x.rows)
	if w.n < w.want {
		return nil
	}
	w.want = 0
	select {
	case w.wake <- struct{}{}:
	default:
	}
	return nil
}

// take gives the waiters of the next commit: at least one, whole.
func (w *readWriter) take() []waiter {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for i := range w.queue {
		if n += len(w.queue[i].rows); n > maxGroup && i > 0 {
			group := w.queue[:i:i]
			w.queue = w.queue[i:]
			w.n -= n - len(w.queue[0].rows)
			return group
		}
	}
	group := w.queue
	w.queue, w.n = nil, 0
	return group
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
		group := w.take()
		if len(group) > 0 {
			err := w.commit(ctx, group)
			for i := range group {
				group[i].done <- err
			}
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

func (w *readWriter) commit(ctx context.Context, group []waiter) error {
	ctx, cancel := context.WithTimeout(ctx, groupTime)
	defer cancel()
	var rows []row
	for i := range group {
		rows = append(rows, group[i].rows...)
	}
	err := w.write(ctx, rows)
	w.mu.Lock()
	w.likely = w.n + len(rows)
	w.mu.Unlock()
	if err != nil {
		return fault.Wrap(fault.Unavailable, "The record of who looked cannot be kept right now, so nothing can be opened. Please try again in a moment.", err)
	}
	return nil
}
