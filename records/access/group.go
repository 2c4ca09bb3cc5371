package access

import (
	"context"
	"database/sql"
	"errors"

	"housecall/internal/db"
)

var errWriter = errors.New("access: another process writes under the same name, again and again")

// write puts rows on the next pages of the node's own writer. When the next
// number is not the one that is known (another process has the same name, or a
// commit went through whose answer was lost), a new writer is made: nothing is
// written over, and no number is left out.
func (w *readWriter) write(ctx context.Context, rows []row) error {
	for range 3 {
		if w.own.writer == 0 {
			if err := w.takeOwn(ctx); err != nil {
				return err
			}
		}
		at := w.s.now().UnixMicro()
		for i := range rows {
			rows[i].writer, rows[i].counter, rows[i].at = w.own.writer, w.own.counter+int64(i), at
		}
		written, err := w.s.writeNext(ctx, w.own, int64(len(rows)), w.s.paginate(rows))
		if err != nil {
			w.own = place{} // who knows
			return err
		}
		if written {
			w.own.counter += int64(len(rows))
			return nil
		}
		if err := w.makeOwn(ctx); err != nil {
			return err
		}
	}
	return errWriter
}

// takeOwn goes on with the writer that this node had.
func (w *readWriter) takeOwn(ctx context.Context) error {
	var own place
	err := w.s.db.Audit().Read(ctx).QueryRow(`SELECT writer, next FROM audit_writers WHERE reads AND node = ? ORDER BY created_at DESC, writer LIMIT 1`, w.s.node).Scan(&own.writer, &own.counter)
	if errors.Is(err, sql.ErrNoRows) {
		return w.makeOwn(ctx)
	}
	if err == nil {
		w.own = own
	}
	return err
}

func (w *readWriter) makeOwn(ctx context.Context) error {
	own := place{counter: 1}
	err := w.s.db.Audit().InTx(ctx, func(c *db.Conn) (err error) {
		own.writer, err = w.s.newWriter(c, 1, true)
		return err
	})
	if err == nil {
		w.own = own
	}
	return err
}

const (
	moveNext  = `UPDATE audit_writers SET next = next + ? WHERE writer = ? AND next = ?`
	nextPage  = `WITH w AS (` + moveNext + ` RETURNING writer) INSERT INTO audit_pages (writer, first, n, at, form, body, mac) SELECT w.writer, ?::bigint, ?::int, ?::bigint, ?::smallint, ?::bytea, ?::bytea FROM w`
	nextPages = `WITH w AS (` + moveNext + ` RETURNING writer) INSERT INTO audit_pages (writer, first, n, at, form, body, mac)
		SELECT p.* FROM w CROSS JOIN unnest(?::bigint[], ?::bigint[], ?::int[], ?::bigint[], ?::smallint[], ?::bytea[], ?::bytea[]) AS p`
	// SQLite has no such statement: there a trigger moves the number on.
	nextSQLite = `INSERT INTO audit_pages (writer, first, n, at, form, body, mac) SELECT writer, next, ?, ?, ?, ?, ? FROM audit_writers WHERE writer = ? AND next = ?`
)

// writeNext commits pages if the writer's next number is still the one that is
// known. One statement does it, which is its own transaction, except where SQLite
// has several pages to write.
func (s *Service) writeNext(ctx context.Context, own place, n int64, pages []page) (written bool, err error) {
	d := s.db.Audit()
	var k int64
	switch p := &pages[0]; {
	case d.Dialect == db.Postgres && len(pages) == 1:
		k, err = d.Once(ctx, nextPage, append([]any{n, own.writer, own.counter}, p.args()[1:]...)...)
	case d.Dialect == db.Postgres:
		k, err = d.Once(ctx, nextPages, append([]any{n, own.writer, own.counter}, columnsOf(pages)...)...)
	case len(pages) == 1:
		k, err = d.Once(ctx, nextSQLite, p.n, p.at, p.form, p.body, p.mac, own.writer, own.counter)
	default:
		err = d.InTx(ctx, func(c *db.Conn) error {
			var err error
			if k, err = c.Exec(moveNext, n, own.writer, own.counter); err != nil || k == 0 {
				return err
			}
			return c.Run(insertSteps(c.Dialect, pages))
		})
	}
	return k > 0 && err == nil, err
}
