package db

import (
	"context"
	"database/sql"
	"time"
)

// What is written is final when nobody can commit anything before it any more. Two
// readers want to know from where on that is not so: who follows the numbers of
// transactions, and who follows the clock. It is not one question. A transaction
// gets its number with its first write and its time before that, so the oldest
// number under way says nothing of one that has its time and no number yet; and
// whoever goes by numbers need not wait for transactions that write nothing.
//
// By number, in SQL of PostgreSQL: below FinalTx every transaction has ended. It is
// for a comparison in the statement that reads, so that both are of one snapshot.
// By the clock: Settle. Both wait for what is open; LongestWrite tells of that.
const (
	ThisTx  = `pg_current_xact_id()::text::bigint`                    // of the transaction that runs
	FinalTx = `pg_snapshot_xmin(pg_current_snapshot())::text::bigint` // of the oldest under way
	NextTx  = `pg_snapshot_xmax(pg_current_snapshot())::text::bigint` // that nobody has yet
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

// LongestWrite tells for how long the transaction has been open that holds FinalTx
// up, anywhere on the server; 0 when none does, as always on SQLite.
func (d *DB) LongestWrite(ctx context.Context) (time.Duration, error) {
	if d.Dialect == SQLite {
		return 0, nil
	}
	var seconds float64
	err := d.Read(ctx).QueryRow(`SELECT COALESCE(max(EXTRACT(EPOCH FROM clock_timestamp() - xact_start)), 0)::float8 FROM pg_stat_activity WHERE backend_xid IS NOT NULL`).Scan(&seconds)
	return time.Duration(seconds * float64(time.Second)), err
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
