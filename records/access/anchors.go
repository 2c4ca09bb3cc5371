package access

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"housecall/internal/db"
)

// Anchor is a place outside this machine to which signed checkpoints go.
type Anchor interface {
	Name() string
	Send(ctx context.Context, name string, text []byte) error
}

const (
	anchorEvery = 30 * time.Second // a place has the newest checkpoint about so late
	anchorTime  = 15 * time.Second // deadline of one try
	anchorLast  = 5 * time.Second  // of the try at the stop
	anchorWait  = 5 * time.Second  // after a try that failed; doubled each time
	anchorMost  = 5 * time.Minute
)

// anchorer brings the newest checkpoint to one place. The sealer leaves it there
// and goes on: a place that does not answer holds nothing up, and what it does
// not have is reported as the tail that is not anchored.
type anchorer struct {
	s     *Service
	place Anchor

	mu     sync.Mutex
	newest *Checkpoint // not sent yet

	wake, ending, done chan struct{}
}

func newAnchorer(s *Service, place Anchor) *anchorer {
	return &anchorer{s: s, place: place, wake: make(chan struct{}, 1)}
}

func (a *anchorer) offer(c Checkpoint) {
	a.mu.Lock()
	a.newest = &c
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

func (a *anchorer) start() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ending != nil {
		return
	}
	a.ending, a.done = make(chan struct{}), make(chan struct{})
	go a.run(a.ending, a.done)
}

// stop tries once more to bring what is left.
func (a *anchorer) stop() {
	a.mu.Lock()
	ending, done := a.ending, a.done
	a.ending = nil
	a.mu.Unlock()
	if ending != nil {
		close(ending)
		<-done
	}
}

func (a *anchorer) run(ending, done chan struct{}) {
	defer close(done)
	failed := time.Duration(0) // how long to wait after the last failure
	for {
		select {
		case <-a.wake:
		case <-ending:
			a.send(anchorLast)
			return
		}
		err := a.send(anchorTime)
		wait := anchorEvery
		if err != nil {
			if failed == 0 {
				slog.Error("a checkpoint of the audit cannot leave this machine; trying on", "place", a.place.Name(), "err", err)
			}
			failed = min(max(2*failed, anchorWait), anchorMost)
			wait = failed
		} else if failed > 0 {
			slog.Info("checkpoints of the audit leave this machine again", "place", a.place.Name())
			failed = 0
		}
		pause := time.NewTimer(wait)
		select {
		case <-pause.C:
		case <-ending:
			pause.Stop()
			a.send(anchorLast)
			return
		}
		if err != nil {
			select {
			case a.wake <- struct{}{}:
			default:
			}
		}
	}
}

// send brings the newest checkpoint and writes down that the place has it.
func (a *anchorer) send(within time.Duration) error {
	a.mu.Lock()
	c := a.newest
	a.mu.Unlock()
	if c == nil {
		return nil
	}
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	name := fmt.Sprintf("%s-%012d-%s", c.At.UTC().Format("20060102T150405.000000Z"), c.Size, plainName(a.s.node))
	if err := a.place.Send(ctx, name, text); err != nil {
		return err
	}
	a.mu.Lock()
	if a.newest == c {
		a.newest = nil
	}
	a.mu.Unlock()
	return a.s.db.Audit().InTx(ctx, func(tx *db.Conn) error { return anchoredTx(tx, a.place.Name(), a.s.node, *c) })
}

// plainName is a node's name as part of a file's.
func plainName(node string) string {
	b := []byte(node)
	for i, c := range b {
		if c != '-' && c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			b[i] = '_'
		}
	}
	return string(b)
}

// Anchored says how far a place outside the database has the log.
type Anchored struct {
	Place string
	Size  int64     // rows under the newest checkpoint that it has
	At    time.Time // of that checkpoint; zero: it never had one
	Tail  int64     // rows of the log that it does not have yet
}

// Anchors tells of each place that ever had a checkpoint, and of those that
// should have one: what is not anchored yet could still be changed unseen by
// somebody who has the database and the site key.
func (s *Service) Anchors(ctx context.Context) (out []Anchored, err error) {
	c := s.db.Audit().Read(ctx)
	st, err := s.readState(c)
	if err != nil {
		return nil, err
	}
	err = c.Each(`SELECT place, max(size), max(at) FROM audit_anchors GROUP BY place ORDER BY place`, func(r *sql.Rows) error {
		var a Anchored
		var at int64
		err := r.Scan(&a.Place, &a.Size, &at)
		a.At, a.Tail = moment(at), max(0, st.Size-a.Size)
		out = append(out, a)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, a := range s.anchors {
		known := false
		for i := range out {
			known = known || out[i].Place == a.place.Name()
		}
		if !known {
			out = append(out, Anchored{Place: a.place.Name(), Tail: st.Size})
		}
	}
	return out, nil
}
