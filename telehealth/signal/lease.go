package signal

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"housecall/internal/db"
)

// A lease is for this long, and renewed well before. Whoever could not renew in
// time gives the room up before another node may take it: that is told by this
// node's own clock, whether or not the database answers.
const (
	leaseTime  = 5 * time.Second
	renewEvery = time.Second
	giveUp     = 4 * time.Second // since the last renewal was asked for
	clockEvery = 100 * time.Millisecond
	tidyEvery  = 1500 * time.Millisecond
	noteEvery  = 10 // tidyings, after which who is in a room is noted anew
	dbTime     = 2 * time.Second
)

// leases are the rooms that this node holds. The lock is never held while the
// database is asked: a slow one must not keep anybody from looking at the clock.
type leases struct {
	db   *db.DB
	node string                                                    // this process: name and a part that is new at each start
	left func(ctx context.Context, room string, ago time.Duration) // a room is taken whose holder is gone

	mu     sync.Mutex
	held   map[string]*lease
	drains bool // no room is taken any more
}

type lease struct {
	fence   int64
	links   int // that use the room or are about to
	renewed time.Time
	awaits  time.Time // somebody may be on the way until then
	leaving bool      // handed over: nobody comes in any more
}

func (x *lease) holds(now time.Time) bool { return now.Sub(x.renewed) < giveUp }

// clock is the database's time in microseconds: nodes' clocks may differ.
func clock(d db.Dialect) string {
	if d == db.Postgres {
		return `CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)`
	}
	return `CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)`
}

func nameOf(node string) string {
	if i := strings.LastIndexByte(node, '/'); i >= 0 {
		return node[:i]
	}
	return node
}

// use adds a link to a room that this node holds.
func (l *leases) use(room string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.held[room]
	if x == nil || x.leaving || !x.holds(time.Now()) {
		return false
	}
	x.links++
	return true
}

// take finds the node that holds a room; it is this one when none does. A node that
// drains takes none: then nobody holds it, and the holder is empty.
func (l *leases) take(ctx context.Context, room string) (holder string, err error) {
	if l.use(room) {
		return l.node, nil
	}
	ctx, cancel := context.WithTimeout(ctx, dbTime)
	defer cancel()
	// A row that another node renews is not locked: it could not be renewed then.
	c := l.db.Read(ctx)
	err = c.QueryRow(`SELECT node FROM rooms WHERE room = ? AND expires_at > `+clock(c.Dialect), room).Scan(&holder)
	if err == nil && nameOf(holder) != nameOf(l.node) {
		return holder, nil
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", err
	}
	if l.draining() { // a lease of our name is one that was handed over a moment ago
		return "", nil
	}
	began := time.Now()
	var fence, over int64
	var before string
	var valid bool
	err = l.db.InTx(ctx, func(c *db.Conn) error {
		now := clock(c.Dialect)
		if _, err := c.Exec(`INSERT INTO rooms (room, node, fence, expires_at) VALUES (?, '', 0, 0) ON CONFLICT DO NOTHING`, room); err != nil {
			return err
		}
		query := `SELECT node, fence, expires_at > ` + now + `, ` + now + ` - expires_at FROM rooms WHERE room = ?`
		if c.Dialect == db.Postgres {
			query += ` FOR UPDATE`
		}
		if err := c.QueryRow(query, room).Scan(&holder, &fence, &valid, &over); err != nil {
			return err
		}
		if valid && nameOf(holder) != nameOf(l.node) { // a node of our name is one that we were before a restart
			return nil
		}
		before, holder = holder, l.node
		fence++
		_, err := c.Exec(`UPDATE rooms SET node = ?, fence = ?, expires_at = `+now+` + ? WHERE room = ?`, l.node, fence, leaseTime.Microseconds(), room)
		return err
	})
	if err == nil && holder == l.node {
		l.took(room, fence, began)
		if before != "" && (before != l.node || !valid) {
			l.left(ctx, room, sinceRenewed(over))
		}
	}
	return holder, err
}

// sinceRenewed is how long ago a lease was renewed last, by how long it has been over.
func sinceRenewed(over int64) time.Duration {
	return max(leaseTime+time.Duration(over)*time.Microsecond, 0)
}

// took notes a lease. Two may have asked for it at once: the later one counts.
func (l *leases) took(room string, fence int64, began time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.held[room]
	if x == nil {
		x = &lease{}
		l.held[room] = x
	}
	x.links++
	if fence > x.fence {
		x.fence, x.renewed = fence, began
	}
}

// done: a link does not use the room any more.
func (l *leases) done(room string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if x := l.held[room]; x != nil {
		x.links--
	}
}

func (l *leases) has(room string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.held[room]
	return x != nil && x.holds(time.Now())
}

// holds tells whether the node still holds the room, as the database knows it.
func (l *leases) holds(ctx context.Context, room, node string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, dbTime)
	defer cancel()
	c := l.db.Read(ctx)
	var valid bool
	err := c.QueryRow(`SELECT expires_at > `+clock(c.Dialect)+` FROM rooms WHERE room = ? AND node = ?`, room, node).Scan(&valid)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return valid, err
}

// overdue gives up what could not be renewed in time, and tells which rooms.
func (l *leases) overdue(now time.Time) (lost []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for room, x := range l.held {
		if !x.holds(now) {
			delete(l.held, room)
			lost = append(lost, room)
		}
	}
	return lost
}

// renew keeps what is in use, lets go of what is not, and tells which rooms
// another node has.
func (l *leases) renew(ctx context.Context, used func(room string) bool) (lost []string) {
	keep, free := map[string]*lease{}, map[string]int64{}
	l.mu.Lock()
	for room, x := range l.held {
		if x.links > 0 || used(room) || x.awaits.After(time.Now()) {
			keep[room] = x
		} else { // who comes now takes it with a new number
			delete(l.held, room)
			free[room] = x.fence
		}
	}
	l.mu.Unlock()
	if len(keep)+len(free) == 0 {
		return nil
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, dbTime)
	defer cancel()
	var ours map[string]int64
	err := l.db.InTx(ctx, func(c *db.Conn) (err error) {
		for room, fence := range free {
			if _, err := c.Exec(`DELETE FROM rooms WHERE room = ? AND node = ? AND fence = ?`, room, l.node, fence); err != nil {
				return err
			}
		}
		ours, err = l.extend(c, slices.Collect(maps.Keys(keep)))
		return err
	})
	if err != nil {
		return nil // it is tried again; what was let go of ends by itself
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for room, was := range keep {
		x := l.held[room]
		if x != was {
			continue // given up meanwhile
		}
		fence, ok := ours[room]
		if !ok {
			delete(l.held, room)
			lost = append(lost, room)
			continue
		}
		x.fence = max(x.fence, fence)
		if began.After(x.renewed) {
			x.renewed = began
		}
	}
	return lost
}

// extend renews all leases of the rooms in one statement and gives those that
// are still this process's, with their numbers. Nobody else writes its name.
func (l *leases) extend(c *db.Conn, rooms []string) (map[string]int64, error) {
	ours := make(map[string]int64, len(rooms))
	if len(rooms) == 0 {
		return ours, nil
	}
	slices.Sort(rooms)
	now := clock(c.Dialect)
	args := []any{leaseTime.Microseconds(), l.node}
	for _, room := range rooms {
		args = append(args, room)
	}
	err := c.Each(`UPDATE rooms SET expires_at = `+now+` + ? WHERE node = ? AND expires_at > `+now+` AND room IN `+db.Placeholders(1, len(rooms))+` RETURNING room, fence`, func(r *sql.Rows) error {
		var room string
		var fence int64
		err := r.Scan(&room, &fence)
		ours[room] = fence
		return err
	}, args...)
	return ours, err
}

// rooms are those that this node holds.
func (l *leases) rooms() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(maps.Keys(l.held))
}

// reap ends the leases that ran out, and tells of which rooms, and how long ago they
// were renewed last: a node has crashed, or could not reach the database in time.
func (l *leases) reap(ctx context.Context) map[string]time.Duration {
	ctx, cancel := context.WithTimeout(ctx, dbTime)
	defer cancel()
	found, rooms := map[string]time.Duration{}, map[string]time.Duration{}
	c := l.db.Read(ctx)
	now := clock(c.Dialect)
	err := c.Each(`SELECT room, `+now+` - expires_at FROM rooms WHERE expires_at <= `+now+` LIMIT 100`, func(r *sql.Rows) error {
		var room string
		var over int64
		err := r.Scan(&room, &over)
		found[room] = sinceRenewed(over)
		return err
	})
	if err != nil {
		return nil
	}
	for room, ago := range found {
		var n int64
		err := l.db.InTx(ctx, func(c *db.Conn) (err error) {
			n, err = c.Exec(`DELETE FROM rooms WHERE room = ? AND expires_at <= `+clock(c.Dialect), room)
			return err
		})
		if err == nil && n == 1 {
			rooms[room] = ago
		}
	}
	return rooms
}

// drop lets go of everything.
func (l *leases) drop(ctx context.Context) error {
	l.mu.Lock()
	clear(l.held)
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, dbTime)
	defer cancel()
	return l.db.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`DELETE FROM rooms WHERE node = ?`, l.node)
		return err
	})
}
