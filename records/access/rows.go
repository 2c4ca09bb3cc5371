package access

import (
	"cmp"
	"context"
	"database/sql"
	"time"

	"housecall/internal/db"
)

// position is a row's place among its chart's rows.
type position struct{ At, Writer, Counter int64 }

var newest = position{At: 1<<62 - 1}

func (r *row) position() position { return position{r.at, r.writer, r.counter} }

// rowReader reads a chart's rows, newest first, merged from all stores.
type rowReader struct {
	from   position
	sight  sight // what of them is shown
	stores []*storeRows
}

type storeRows struct {
	c       *db.Conn
	patient string
	from    position
	sight   sight
	home    *db.Conn // where the chart is
	account string   // only theirs; empty: everybody's
	since   int64    // not what is older
	rows    []row
	over    bool
}

func (s *Service) rowsOf(ctx context.Context, patient string, from position) *rowReader {
	return s.rowsFor(ctx, patient, from, sight{})
}

// rowsFor reads those rows of a chart that a viewer is shown.
func (s *Service) rowsFor(ctx context.Context, patient string, from position, x sight) *rowReader {
	r := &rowReader{from: from, sight: x}
	for _, d := range s.stores() {
		r.stores = append(r.stores, &storeRows{c: d.Read(ctx), patient: patient, from: from, sight: x, home: s.db.Read(ctx)})
	}
	return r
}

const rowPage = 200

func (x *storeRows) head() (*row, error) {
	for len(x.rows) == 0 && !x.over {
		err := x.c.Each(rowColumns+`FROM audit WHERE patient_id = ? AND at >= ? AND (? = '' OR account = ?) AND (at, writer, counter) < (?, ?, ?)
			ORDER BY at DESC, writer DESC, counter DESC LIMIT ?`, func(rows *sql.Rows) error {
			var r row
			err := r.scan(rows)
			x.rows = append(x.rows, r)
			return err
		}, x.patient, x.since, x.account, x.account, x.from.At, x.from.Writer, x.from.Counter, rowPage)
		if err != nil {
			return nil, err
		}
		x.over = len(x.rows) < rowPage
		if len(x.rows) > 0 {
			x.from = x.rows[len(x.rows)-1].position()
		}
		if x.rows, err = x.sight.keep(x.home, x.rows); err != nil {
			return nil, err
		}
	}
	if len(x.rows) == 0 {
		return nil, nil
	}
	return &x.rows[0], nil
}

// next gives the next older row; nil: there is none.
func (r *rowReader) next() (*row, error) {
	var best *storeRows
	var found *row
	for _, x := range r.stores {
		h, err := x.head()
		if err != nil {
			return nil, err
		}
		if h != nil && (found == nil || older(found.position(), h.position())) {
			best, found = x, h
		}
	}
	if best != nil {
		best.rows = best.rows[1:]
	}
	return found, nil
}

func older(a, b position) bool {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Writer, b.Writer), cmp.Compare(a.Counter, b.Counter)) < 0
}

// take gives up to n rows, older and older; fewer when there are no more.
func (r *rowReader) take(n int) ([]row, error) {
	var out []row
	for len(out) < n {
		x, err := r.next()
		if err != nil || x == nil {
			return out, err
		}
		out = append(out, *x)
	}
	return out, nil
}

// place names a row.
type place struct{ writer, counter int64 }

// sealsOf finds the seals of rows, those that have one.
func sealsOf(c *db.Conn, rows []row) (map[place]seal, error) {
	out := make(map[place]seal, len(rows))
	read := func(r *sql.Rows) error {
		var x seal
		err := r.Scan(&x.seq, &x.writer, &x.counter, &x.n, &x.prev, &x.hash)
		out[place{x.writer, x.counter}] = x
		return err
	}
	const columns = `SELECT s.seq, s.writer, s.counter, s.n, s.prev, s.hash FROM audit_seals s `
	if c.Dialect == db.SQLite {
		for i := range rows {
			if err := c.Each(columns+`WHERE writer = ? AND counter = ?`, read, rows[i].writer, rows[i].counter); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	writers, counters := make([]int64, len(rows)), make([]int64, len(rows))
	for i := range rows {
		writers[i], counters[i] = rows[i].writer, rows[i].counter
	}
	return out, c.Each(columns+`JOIN unnest(?::bigint[], ?::bigint[]) AS w (writer, counter) ON s.writer = w.writer AND s.counter = w.counter`, read, writers, counters)
}

// stores are the databases that hold audit rows: one, and on SQLite a second
// file for the reads.
func (s *Service) stores() []*db.DB {
	if a := s.db.Audit(); a != s.db {
		return []*db.DB{s.db, a}
	}
	return []*db.DB{s.db}
}

// lastSeen is when the account was last in the chart; zero: never.
func (s *Service) lastSeen(ctx context.Context, patient, account string) (time.Time, error) {
	var last int64
	for _, d := range s.stores() {
		var at int64
		if err := d.Read(ctx).QueryRow(`SELECT COALESCE(max(at), 0) FROM audit WHERE patient_id = ? AND account = ?`, patient, account).Scan(&at); err != nil {
			return time.Time{}, err
		}
		last = max(last, at)
	}
	return moment(last), nil
}
