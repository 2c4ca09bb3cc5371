// Package revoke spreads what was taken back (a session, a token, a grant) to
// every node. A revocation is a row written in the transaction that takes
// something back; each node reads new rows every 300 ms, with one query for all
// that it serves, whatever happens to the message bus: a nudge over the bus only
// lets it read at once. Caches of "may" are trusted only while the feed is fresh.
package revoke

import (
	"context"
	"database/sql"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"housecall/internal/db"
)

// What can be taken back; the key is the id of the thing.
const (
	Session = "session" // a browser session or a token
	Account = "account" // everything of one account
	Chart   = "chart"   // somebody's access to a chart: the key is the patient id
	Visit   = "visit"   // somebody's seat in a visit
)

// Every is how often the feed is read when nobody nudges it.
const Every = 300 * time.Millisecond

const (
	stale = 2 * time.Second
	keep  = 24 * time.Hour
)

// AddTx takes something back when the transaction commits. Rows are numbered in
// the order of their commits: a node that has read row 7 will not find a new
// row 6 later.
func AddTx(c *db.Conn, kind, key string) error {
	if c.Dialect == db.Postgres {
		if _, err := c.Exec(`SELECT pg_advisory_xact_lock(7043)`); err != nil {
			return err
		}
	}
	_, err := c.Exec(`INSERT INTO revocations (kind, key, at) VALUES (?, ?, ?)`, kind, key, time.Now().UnixMicro())
	return err
}

// Feed is one node's reading of the revocations.
type Feed struct {
	db   *db.DB
	last atomic.Int64 // time of the last successful read, microseconds
	seq  int64
	wake chan struct{}
	stop context.CancelFunc
	done chan struct{}

	mu   sync.Mutex
	subs []func(kind, key string)
	tell func()
}

// NewFeed makes a feed; it reads nothing before Start.
func NewFeed(d *db.DB) *Feed {
	return &Feed{db: d, wake: make(chan struct{}, 1)}
}

// Subscribe calls f for each revocation, in the order of the subscriptions: what
// remembers decisions comes before what decides anew. f must not block. Call it
// before Start.
func (f *Feed) Subscribe(fn func(kind, key string)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.subs = append(f.subs, fn)
}

// Fresh tells whether the feed was read within the last two seconds. When it is
// not, nothing that rests on memory may be allowed.
func (f *Feed) Fresh() bool {
	return time.Since(time.UnixMicro(f.last.Load())) < stale
}

// Tell says how the other nodes are nudged. Call it before Start.
func (f *Feed) Tell(nudge func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tell = nudge
}

// Wake is called after a commit of this node that took something back: it reads
// at once, and nudges the others.
func (f *Feed) Wake() {
	f.Look()
	f.mu.Lock()
	tell := f.tell
	f.mu.Unlock()
	if tell != nil {
		tell()
	}
}

// Look reads at once: another node said that there is something new.
func (f *Feed) Look() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Start takes up the feed at its present end and follows it until Stop.
func (f *Feed) Start(ctx context.Context) error {
	if err := f.db.Read(ctx).QueryRow(`SELECT COALESCE(max(seq), 0) FROM revocations`).Scan(&f.seq); err != nil {
		return err
	}
	f.last.Store(time.Now().UnixMicro())
	ctx, f.stop = context.WithCancel(context.WithoutCancel(ctx))
	f.done = make(chan struct{})
	go f.run(ctx)
	return nil
}

// Stop ends the feed. It may be called twice, or before Start.
func (f *Feed) Stop() {
	if f.stop == nil {
		return
	}
	f.stop()
	<-f.done
}

func (f *Feed) run(ctx context.Context) {
	defer close(f.done)
	tick := time.NewTicker(Every)
	defer tick.Stop()
	prune := time.NewTicker(time.Hour)
	defer prune.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-prune.C:
			_ = f.db.InTx(ctx, func(c *db.Conn) error {
				_, err := c.Exec(`DELETE FROM revocations WHERE at < ?`, time.Now().Add(-keep).UnixMicro())
				return err
			})
			continue
		case <-tick.C:
		case <-f.wake:
		}
		if err := f.read(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("revocations cannot be read; cached access is not trusted", "err", err)
		}
	}
}

func (f *Feed) read(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stale)
	defer cancel()
	began := time.Now()
	type row struct{ kind, key string }
	var rows []row
	seq := f.seq
	err := f.db.Read(ctx).Each(`SELECT seq, kind, key FROM revocations WHERE seq > ? ORDER BY seq`, func(r *sql.Rows) error {
		var x row
		rows = append(rows, x)
		return r.Scan(&seq, &rows[len(rows)-1].kind, &rows[len(rows)-1].key)
	}, f.seq)
	if err != nil {
		return err
	}
	f.seq = seq
	f.mu.Lock()
	subs := f.subs
	f.mu.Unlock()
	for _, r := range rows {
		for _, fn := range subs {
			fn(r.kind, r.key)
		}
	}
	f.last.Store(began.UnixMicro())
	return nil
}
