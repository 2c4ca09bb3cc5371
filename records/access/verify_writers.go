package access

import (
	"context"
	"database/sql"

	"housecall/internal/db"
)

// writers checks that each writer's numbers have no gap, that every row below
// its mark is in the log, and the codes of the rows that are not sealed yet.
func (w *walk) writers(ctx context.Context) error {
	marks, err := marks(w.s.db.Audit().Read(ctx))
	if err != nil {
		return err
	}
	for _, d := range w.s.stores() {
		err := d.InReadTx(ctx, func(c *db.Conn) error {
			next := map[int64]int64{}
			if err := c.Each(`SELECT writer, next FROM audit_writers`, func(r *sql.Rows) error {
				var writer, n int64
				err := r.Scan(&writer, &n)
				next[writer] = n
				return err
			}); err != nil {
				return err
			}
			if err := w.strays(c); err != nil {
				return err
			}
			for writer, n := range next {
				if err := w.writer(c, writer, n, marks[writer]); err != nil {
					return err
				}
				delete(marks, writer)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for writer, upto := range marks {
		w.rep.problem("writer", -1, writer, upto, "a writer with %d sealed rows is gone", upto)
	}
	return nil
}

func (w *walk) strays(c *db.Conn) error {
	return c.Each(`SELECT DISTINCT writer FROM audit_pages WHERE writer NOT IN (SELECT writer FROM audit_writers) LIMIT 20`, func(r *sql.Rows) error {
		var writer int64
		err := r.Scan(&writer)
		w.rep.problem("writer", -1, writer, 0, "there are rows of a writer that does not exist")
		return err
	})
}

func (w *walk) writer(c *db.Conn, writer, next, mark int64) error {
	gaps := 0
	expect, sealed := int64(1), int64(0)
	err := c.Each(`SELECT first, n FROM audit_pages WHERE writer = ? ORDER BY first`, func(r *sql.Rows) error {
		var first, n int64
		if err := r.Scan(&first, &n); err != nil {
			return err
		}
		last := first + n - 1
		if last >= next || first < 1 || n < 1 {
			gaps++
			w.rep.problem("extra", -1, writer, first, "row %d of a writer was put there by somebody else: the writer's last is %d", first, next-1)
			return nil
		}
		switch {
		case first > expect:
			gaps++
			w.rep.problem("missing", -1, writer, expect, "rows %d to %d of a writer are gone", expect, first-1)
		case first < expect:
			gaps++
			w.rep.problem("extra", -1, writer, first, "rows of a writer from %d on are there twice", first)
		}
		expect = max(expect, last+1)
		if last <= mark {
			sealed += n
		} else {
			w.rep.Pending += n
		}
		return nil
	}, writer)
	if err != nil {
		return err
	}
	if expect != next {
		w.rep.problem("missing", -1, writer, expect, "rows %d to %d of a writer are gone", expect, next-1)
	}
	if gaps == 0 {
		w.sealed[writer] = sealed
	}
	return w.pending(c, writer, mark)
}

// pending checks the codes of pages that are not sealed yet.
func (w *walk) pending(c *db.Conn, writer, mark int64) error {
	for after := mark; ; {
		pages, err := readPages(c, `WHERE writer = ? AND first > ? ORDER BY first LIMIT ?`, writer, after, walkPages)
		if err != nil || len(pages) == 0 {
			return err
		}
		for i := range pages {
			if w.s.rows(&pages[i])[0].bad {
				w.rep.problem("changed", -1, writer, pages[i].first, "a row that waits to be sealed was changed: its code is wrong")
			}
		}
		after = pages[len(pages)-1].first
	}
}

// compareSealed holds the writers' marks against the walk, if it was whole and
// nothing was sealed since it began.
func (w *walk) compareSealed(ctx context.Context) error {
	st, err := w.s.readState(w.s.db.Audit().Read(ctx))
	if err != nil || st.Size != w.size {
		return err
	}
	for writer, n := range w.sealed {
		if got := w.perWriter[writer]; got != n {
			if err := w.unsealed(ctx, writer, n, got); err != nil {
				return err
			}
		}
	}
	return nil
}

// unsealed names the first row of a writer that is below its mark and not in the
// log, or in the log more than once.
func (w *walk) unsealed(ctx context.Context, writer, n, got int64) error {
	first := int64(1)
	err := w.s.db.Audit().Read(ctx).Each(`SELECT first, n FROM audit_seals WHERE writer = ? ORDER BY first`, func(r *sql.Rows) error {
		var from, n int64
		err := r.Scan(&from, &n)
		if from == first {
			first += n
		}
		return err
	}, writer)
	if err != nil {
		return err
	}
	w.rep.problem("unsealed", -1, writer, first, "%d rows of a writer count as sealed, %d are in the log; the first that is not is row %d of the writer", n, got, first)
	return nil
}
