package access

import (
	"cmp"
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"housecall/internal/identity"
)

// Refusals that anybody can cause as often as they like, a wrong password or a
// request without a token, leave one row for an account and place, and one more
// with the number of those that came after it: a flood must not fill the disk.
const (
	refusalWindow = 10 * time.Minute
	maxKnown      = 1024 // accounts and places that are told apart at one time
	maxUnknown    = 512  // places, when nobody is signed in
)

// refusals counts them. What is counted and not written yet is lost when the
// process is killed; the first of each was written.
type refusals struct {
	s  *Service
	mu sync.Mutex
	at map[refusal]*counted
	n  [2]int // of nobody, of accounts

	ending, done chan struct{}
}

type refusal struct{ account, client, place, action, detail string }

type counted struct {
	first Event
	until time.Time
	more  int
}

func newRefusals(s *Service) *refusals { return &refusals{s: s, at: map[refusal]*counted{}} }

// RecordRefusal keeps a refusal that was decided before any chart was asked.
func (s *Service) RecordRefusal(ctx context.Context, e Event) error {
	e.Action, e.Outcome = cmp.Or(e.Action, "refused"), "refused"
	if !s.refusals.first(&e) {
		return nil
	}
	return s.Record(ctx, e)
}

// first tells whether the refusal needs a row of its own now; it is counted if not.
func (r *refusals) first(e *Event) bool {
	k := refusal{e.Who.Account + "|" + e.ID, e.Who.Client, identity.PlaceOf(e.Who.Address), e.Action, e.Detail}
	pool, most := 0, maxUnknown
	if e.Who.Account != "" || e.ID != "" {
		pool, most = 1, maxKnown
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.s.now()
	if c := r.at[k]; c != nil {
		if now.Before(c.until) {
			c.more++
			return false
		}
		r.drop(k)
	}
	if r.n[pool] >= most {
		// Nobody tells so many apart: those that are left are one line, of no place.
		k = refusal{account: "...", action: e.Action}
		if c := r.at[k]; c != nil {
			c.more++
			return false
		}
		e.Who, e.ID, e.Detail = identity.Principal{}, "", "of many"
	} else {
		r.n[pool]++
	}
	r.at[k] = &counted{first: *e, until: now.Add(refusalWindow)}
	return true
}

func (r *refusals) drop(k refusal) {
	switch {
	case k.account == "...":
	case k.account != "|":
		r.n[1]--
	default:
		r.n[0]--
	}
	delete(r.at, k)
}

// over gives the rows of the windows that ended; all: of every one.
func (r *refusals) over(all bool) (rows []Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.s.now()
	for k, c := range r.at {
		if !all && now.Before(c.until) {
			continue
		}
		if c.more > 0 {
			e := c.first
			e.Count, e.Detail = c.more, strings.TrimSpace(e.Detail+" again")
			rows = append(rows, e)
		}
		r.drop(k)
	}
	return rows
}

// write keeps what was counted. A row that cannot be written now is told to the
// log: there is nobody to refuse for it.
func (r *refusals) write(all bool) {
	rows := r.over(all)
	for len(rows) > 0 {
		n := min(len(rows), maxGroup)
		ctx, cancel := context.WithTimeout(context.Background(), groupTime)
		if err := r.s.Record(ctx, rows[:n]...); err != nil {
			slog.Error("refusals that were counted cannot be kept", "rows", n, "err", err)
		}
		cancel()
		rows = rows[n:]
	}
}

func (r *refusals) start() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ending != nil {
		return
	}
	r.ending, r.done = make(chan struct{}), make(chan struct{})
	go r.run(r.ending, r.done)
}

func (r *refusals) run(ending, done chan struct{}) {
	defer close(done)
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			r.write(false)
		case <-ending:
			r.write(true)
			return
		}
	}
}

func (r *refusals) stop() {
	r.mu.Lock()
	ending, done := r.ending, r.done
	r.ending = nil
	r.mu.Unlock()
	if ending != nil {
		close(ending)
		<-done
	}
}
