package sfu

import "sync"

// queue runs what is put into it, in order, on one goroutine. Adding never waits.
type queue struct {
	mu     sync.Mutex
	work   []func()
	wake   chan struct{}
	closed bool
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

// add tells whether the work will be done.
func (q *queue) add(f func()) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.work = append(q.work, f)
	q.nudge()
	return true
}

func (q *queue) nudge() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// close lets the queue end after what it holds.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.nudge()
}

func (q *queue) size() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.work)
}

func (q *queue) run() {
	for range q.wake {
		for {
			q.mu.Lock()
			if len(q.work) == 0 {
				done := q.closed
				q.mu.Unlock()
				if done {
					return
				}
				break
			}
			f := q.work[0]
			q.work = q.work[1:]
			q.mu.Unlock()
			f()
		}
	}
}
