package ingest

import (
	"context"
	"sync"

	"housecall/internal/db"
)

// inFlight bounds how many bytes of input are being worked on at once. Decoded,
// they take about ten times that.
const inFlight = 12 << 20

// numbered is a job with its place in the input.
type numbered struct {
	seq int
	job job
}

// result is a unit that a step is done with.
type result struct {
	u   *unit
	err error
}

// pipe reads, resolves on several cores, and commits. Units that have to do with
// each other are committed in the order of the input, so that of two contents of
// one resource the later one always wins.
func (r *run) pipe(ctx context.Context, in *inputs) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	jobs := make(chan numbered)
	units := make(chan result)
	room := newRoom(inFlight, 4*r.opts.Workers)
	var skipped []string
	readErr := make(chan error, 1)
	go func() {
		defer close(jobs)
		seq, at := 0, int64(0)
		rd := &reader{skip: func(s string) { skipped = append(skipped, s) }, emit: func(j job) error {
			at = max(at, j.at)
			j.at = at
			if err := room.enter(ctx, len(j.raw)); err != nil {
				return err
			}
			select {
			case jobs <- numbered{seq, j}:
				seq++
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}}
		readErr <- rd.all(ctx, in.files)
	}()
	var workers sync.WaitGroup
	for range r.opts.Workers {
		workers.Go(func() {
			for n := range jobs {
				u := read(n.job)
				u.seq = n.seq
				err := r.resolve(ctx, u)
				select {
				case units <- result{u, err}:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	go func() { workers.Wait(); close(units) }()
	failed := r.commitAll(ctx, cancel, units, room, in.size())
	err := <-readErr
	if failed == nil {
		failed = err
	}
	r.skip(skipped...)
	if failed == nil {
		r.progress(in.size(), in.size(), "bytes")
	}
	return failed
}

// commitAll commits units as they come, several at once where the database takes
// several writers, and counts them in the order of the input.
func (r *run) commitAll(ctx context.Context, cancel func(), units <-chan result, room *room, total int64) error {
	writers := 1
	if r.db.Dialect == db.Postgres {
		writers = 2
	}
	ahead := map[int]*unit{}                 // resolved, by number
	running := map[int]map[string]struct{}{} // being committed: what others may rest on
	done := map[int]*unit{}                  // committed, not counted
	finished := make(chan result)
	next, counted := 0, 0
	var failed error
	fail := func(err error) {
		if failed == nil && err != nil {
			failed = err
			cancel()
		}
	}
	start := func() {
		for failed == nil && len(running) < writers {
			u := ahead[next]
			if u == nil || r.restsOnRunning(u, running) {
				return
			}
			delete(ahead, next)
			next++
			running[u.seq] = u.keys(open, waiting)
			go func() { finished <- result{u, r.commit(ctx, u)} }()
		}
	}
	for units != nil || len(running) > 0 {
		select {
		case d, ok := <-units:
			if !ok {
				units = nil
				break
			}
			fail(d.err)
			ahead[d.u.seq] = d.u
		case d := <-finished:
			delete(running, d.u.seq)
			fail(d.err)
			done[d.u.seq] = d.u
			for u := done[counted]; u != nil && failed == nil; u = done[counted] {
				delete(done, counted)
				counted++
				fail(r.tally(u))
				room.leave(len(u.job.raw))
				r.progress(u.job.at, total, "bytes")
			}
		}
		start()
	}
	return failed
}

func (r *run) restsOnRunning(u *unit, running map[int]map[string]struct{}) bool {
	for _, keys := range running {
		if u.restsOn(func(k string) bool { _, ok := keys[k]; return ok }) {
			return true
		}
	}
	return false
}

// room is a place for a bounded number of jobs with a bounded number of bytes. A
// job that is larger than the room has it for itself.
type room struct {
	mu    sync.Mutex
	bytes int
	jobs  int
	limit int
	most  int
	freed chan struct{}
}

func newRoom(limit, most int) *room {
	return &room{limit: limit, most: most, freed: make(chan struct{}, 1)}
}

func (r *room) enter(ctx context.Context, n int) error {
	n = min(n, r.limit)
	for {
		r.mu.Lock()
		if r.bytes+n <= r.limit && r.jobs < r.most {
			r.bytes += n
			r.jobs++
			r.mu.Unlock()
			return nil
		}
		r.mu.Unlock()
		select {
		case <-r.freed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (r *room) leave(n int) {
	r.mu.Lock()
	r.bytes -= min(n, r.limit)
	r.jobs--
	r.mu.Unlock()
	select {
	case r.freed <- struct{}{}:
	default:
	}
}
