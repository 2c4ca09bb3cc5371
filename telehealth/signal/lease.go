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
// time gives the room up before another node may take it.
const (
	leaseTime  = 5 * time.Second
	renewEvery = 1500 * time.Millisecond
	giveUp     = 4 * time.Second
	noteEvery  = 10 // renewals, after which who is in a room is noted anew
	dbTime     = 2 * time.Second
)

// leases are the rooms that this node holds. The lock is held while the database
// is asked: rooms are few, and two answers must not cross.
type leases struct {
	db   *db.DB
	node string // this process: name and a part that is new at each start

	mu   sync.Mutex
	held map[string]*lease
}

type lease struct {
	fence   int64
	links   int // that use the room or are about to
	renewed time.Time
}

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

// take finds the node that holds a room; it is this one when none does.
func (l *leases) take(ctx context.Context, room string) (holder string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if x := l.held[room]; x != nil {
		x.links++
		return l.node, nil
	}
	ctx, cancel := context.WithTimeout(ctx, dbTime)
	defer cancel()
	began := time.Now()
	var fence int64
	err = l.db.InTx(ctx, func(c *db.Conn) error {
		now := clock(c.Dialect)
		if _, err := c.Exec(`INSERT INTO rooms (room, node, fence, expires_at) VALUES (?, '', 0, 0) ON CONFLICT DO NOTHING`, room); err != nil {
			return err
		}
		query := `SELECT node, fence, expires_at > ` + now + ` FROM rooms WHERE room = ?`
		if c.Dialect == db.Postgres {
			query += ` FOR UPDATE`
		}
		var valid bool
		if err := c.QueryRow(query, room).Scan(&holder, &fence, &valid); err != nil {
			return err
		}
		if valid && nameOf(holder) != nameOf(l.node) { // a node of our name is one that we were before a restart
			return nil
		}
		holder = l.node
		fence++
		_, err := c.Exec(`UPDATE rooms SET node = ?, fence = ?, expires_at = `+now+` + ? WHERE room = ?`, l.node, fence, leaseTime.Microseconds(), room)
		return err
	})
	if err == nil && holder == l.node {
		l.held[room] = &lease{fence: fence, links: 1, renewed: began}
	}
	return holder, err
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
	return l.held[room] != nil
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

// renew keeps what is in use, lets go of what is not, and tells which rooms were
// lost.
func (l *leases) renew(ctx context.Context, used func(room string) bool) (lost []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for room, x := range l.held {
		keep := x.links > 0 || used(room)
		began := time.Now()
		var n int64
		ask, cancel := context.WithTimeout(ctx, dbTime)
		err := l.db.InTx(ask, func(c *db.Conn) error {
			var err error
			if !keep {
				_, err = c.Exec(`DELETE FROM rooms WHERE room = ? AND node = ? AND fence = ?`, room, l.node, x.fence)
				return err
			}
			now := clock(c.Dialect)
			n, err = c.Exec(`UPDATE rooms SET expires_at = `+now+` + ? WHERE room = ? AND node = ? AND fence = ? AND expires_at > `+now, leaseTime.Microseconds(), room, l.node, x.fence)
			return err
		})
		cancel()
		switch {
		case !keep:
			delete(l.held, room) // an error: it ends by itself
		case err == nil && n == 1:
			x.renewed = began
		case err == nil || time.Since(x.renewed) > giveUp:
			delete(l.held, room)
			lost = append(lost, room)
		}
	}
	return lost
}

// rooms are those that this node holds.
func (l *leases) rooms() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(maps.Keys(l.held))
}

// reap ends the leases that ran out, and tells of which rooms: a node has crashed,
// or could not reach the database in time.
func (l *leases) reap(ctx context.Context) (rooms []string) {
	ctx, cancel := context.WithTimeout(ctx, dbTime)
	defer cancel()
	var found []string
	c := l.db.Read(ctx)
	err := c.Each(`SELECT room FROM rooms WHERE expires_at <= `+clock(c.Dialect)+` LIMIT 100`, func(r *sql.Rows) error {
		var room string
		err := r.Scan(&room)
		found = append(found, room)
		return err
	})
	if err != nil {
		return nil
	}
	for _, room := range found {
		var n int64
		err := l.db.InTx(ctx, func(c *db.Conn) (err error) {
			n, err = c.Exec(`DELETE FROM rooms WHERE room = ? AND expires_at <= `+clock(c.Dialect), room)
			return err
		})
		if err == nil && n == 1 {
			rooms = append(rooms, room)
		}
	}
	return rooms
}

// drop lets go of everything.
func (l *leases) drop(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.held)
	ctx, cancel := context.WithTimeout(ctx, dbTime)
	defer cancel()
	return l.db.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`DELETE FROM rooms WHERE node = ?`, l.node)
		return err
	})
}
