package access

import (
	"context"
	"database/sql"

	"housecall/internal/db"
)

// writers checks that each writer's numbers have no gap, that every row below
// its mark is in the log, and the codes of the rows that are not sealed yet.
func (w *walk) writers(ctx context.Context) error {
	marks := map[int64]int64{}
	err := w.s.db.Audit().Read(ctx).Each(`SELECT writer, upto FROM audit_marks`, func(r *sql.Rows) error {
		var writer, upto int64
		err := r.Scan(&writer, &upto)
		marks[writer] = upto
		return err
	})
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
	return c.Each(`SELECT DISTINCT writer FROM audit WHERE writer NOT IN (SELECT writer FROM audit_writers) LIMIT 20`, func(r *sql.Rows) error {
		var writer int64
		err := r.Scan(&writer)
		w.rep.problem("writer", -1, writer, 0, "there are rows of a writer that does not exist")
		return err
	})
}

func (w *walk) writer(c *db.Conn, writer, next, mark int64) error {
	gaps := 0
	expect, sealed := int64(1), int64(0)
	err := c.Each(`SELECT counter, CASE WHEN counter > ? THEN patient_id ELSE '' END, CASE WHEN counter > ? THEN account ELSE '' END, at,
		CASE WHEN counter > ? THEN body END, CASE WHEN counter > ? THEN mac END, CASE WHEN counter > ? THEN source ELSE '' END FROM audit WHERE writer = ? ORDER BY counter`, func(r *sql.Rows) error {
		x := row{writer: writer}
		if err := r.Scan(&x.counter, &x.patient, &x.account, &x.at, &x.body, &x.mac, &x.source); err != nil {
			return err
		}
		if x.counter >= next {
			gaps++
			w.rep.problem("extra", -1, writer, x.counter, "row %d of a writer was put there by somebody else: the writer's last is %d", x.counter, next-1)
			return nil
		}
		if x.counter != expect {
			gaps++
			w.rep.problem("missing", -1, writer, expect, "rows %d to %d of a writer are gone", expect, x.counter-1)
		}
		expect = x.counter + 1
		if x.counter <= mark {
			sealed++
			return nil
		}
		w.rep.Pending++
		if !w.s.intact(&x) {
			w.rep.problem("changed", -1, writer, x.counter, "a row that waits to be sealed was changed: its code is wrong")
		}
		return nil
	}, mark, mark, mark, mark, mark, writer)
	if err != nil {
		return err
	}
	if expect != next {
		w.rep.problem("missing", -1, writer, expect, "rows %d to %d of a writer are gone", expect, next-1)
	}
	if gaps == 0 {
		w.sealed[writer] = sealed
	}
	return nil
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
	numbers := func(c *db.Conn, table string) (out []int64, err error) {
		err = c.Each(`SELECT counter FROM `+table+` WHERE writer = ? ORDER BY counter`, func(r *sql.Rows) error {
			var counter int64
			err := r.Scan(&counter)
			out = append(out, counter)
			return err
		}, writer)
		return out, err
	}
	sealed, err := numbers(w.s.db.Audit().Read(ctx), "audit_seals")
	if err != nil {
		return err
	}
	first := int64(1)
	for _, counter := range sealed {
		if counter != first {
			break
		}
		first++
	}
	w.rep.problem("unsealed", -1, writer, first, "%d rows of a writer count as sealed, %d are in the log; the first that is not is row %d of the writer", n, got, first)
	return nil
}
