package db

import (
	"context"
	"database/sql"
	"time"
)

const (
	settlePoll     = 20 * time.Millisecond
	settlePatience = 10 * time.Second
)

// Settle gives a moment of the clock up to which every write is committed or
// rolled back: whoever reads from now on finds all that was written until then,
// and nothing written later bears an earlier time. Writers take their time after
// they began; the clocks of nodes may differ by skew. A transaction that does not
// end moves the moment before its own beginning.
func (d *DB) Settle(ctx context.Context, now func() time.Time, skew time.Duration) (time.Time, error) {
	at := now()
	if d.Dialect == SQLite { // one writer: its turn comes when the others have ended
		if err := pause(ctx, 2*time.Millisecond); err != nil {
			return at, err
		}
		return at, d.InTx(ctx, func(*Conn) error { return nil })
	}
	if err := pause(ctx, skew+2*time.Millisecond); err != nil {
		return at, err
	}
	c := d.Read(ctx)
	var mark time.Time
	if err := c.QueryRow(`SELECT clock_timestamp()`).Scan(&mark); err != nil {
		return at, err
	}
	for end := time.Now().Add(settlePatience); ; {
		var oldest sql.NullTime
		err := c.QueryRow(`SELECT min(xact_start) FROM pg_stat_activity
			WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND xact_start <= ?`, mark).Scan(&oldest)
		if err != nil || !oldest.Valid {
			return at, err
		}
		if time.Now().After(end) {
			if before := oldest.Time.Add(-skew - time.Millisecond); before.Before(at) {
				at = before
			}
			return at, nil
		}
		if err := pause(ctx, settlePoll); err != nil {
			return at, err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
