package access

import (
	"context"
	"database/sql"
	"encoding/json"

	"housecall/internal/db"
)

// sealedPage is a page as the log has it; its rows are nil when it is gone.
type sealedPage struct {
	seal
	rows []row
}

const sealedColumns = `SELECT s.seq, s.writer, s.first, s.n, s.links, p.at, p.form, p.body, p.mac, p.n
	FROM audit_seals s LEFT JOIN audit_pages p ON p.writer = s.writer AND p.first = s.first `

// sealedPages reads pages by their place in the log.
func (s *Service) sealedPages(c *db.Conn, where string, args ...any) ([]sealedPage, error) {
	var out []sealedPage
	var away []place // of SQLite's other file
	beside := s.db.Audit() != s.db
	err := c.Each(sealedColumns+where, func(r *sql.Rows) error {
		var x sealedPage
		var p page
		var at, form, n sql.NullInt64
		if err := r.Scan(&x.seq, &x.writer, &x.first, &x.n, &x.links, &at, &form, &p.body, &p.mac, &n); err != nil {
			return err
		}
		switch {
		case at.Valid:
			p.writer, p.first, p.at, p.form, p.n = x.writer, x.first, at.Int64, int(form.Int64), int(n.Int64)
			s.place(&x, &p)
		case beside:
			away = append(away, place{x.writer, x.first})
		}
		out = append(out, x)
		return nil
	}, args...)
	if err != nil || len(away) == 0 {
		return out, err
	}
	pages, err := s.pagesAt(c.Context(), away)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if p, ok := pages[place{out[i].writer, out[i].first}]; ok && out[i].rows == nil {
			s.place(&out[i], &p)
		}
	}
	return out, nil
}

// place takes the page apart and gives its rows their places in the log.
func (s *Service) place(x *sealedPage, p *page) {
	x.rows = s.rows(p)
	for i := range x.rows {
		r := &x.rows[i]
		if (i+1)*linkSize <= len(x.links) {
			r.sealed, r.seq, r.link = true, x.seq+int64(i), readLink(x.links[i*linkSize:])
		}
	}
}

// pagesAt finds pages of the writes on SQLite, which stand in the file of the
// charts. Every transaction has its own.
func (s *Service) pagesAt(ctx context.Context, at []place) (map[place]page, error) {
	list := make([][2]int64, len(at))
	for i, x := range at {
		list[i] = [2]int64{x.writer, x.counter}
	}
	text, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	pages, err := readPages(s.db.Read(ctx), `WHERE (writer, first) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`, string(text))
	out := make(map[place]page, len(pages))
	for _, p := range pages {
		out[place{p.writer, p.first}] = p
	}
	return out, err
}

// atLeaves gives rows by their leaves, in the log's order; those that are gone are
// left out.
func (s *Service) atLeaves(c *db.Conn, leaves []int64) (out []row, err error) {
	if len(leaves) == 0 {
		return nil, nil
	}
	from, list := `unnest(?::bigint[]) AS x (value)`, any(leaves)
	if c.Dialect == db.SQLite {
		text, err := json.Marshal(leaves)
		if err != nil {
			return nil, err
		}
		from, list = `json_each(?) AS x`, string(text)
	}
	pages, err := s.sealedPages(c, `WHERE s.seq IN (SELECT (SELECT max(seq) FROM audit_seals WHERE seq <= x.value) FROM `+from+`) ORDER BY s.seq`, list)
	if err != nil {
		return nil, err
	}
	asked := make(map[int64]bool, len(leaves))
	for _, leaf := range leaves {
		asked[leaf] = true
	}
	for i := range pages {
		for k := range pages[i].rows {
			if r := &pages[i].rows[k]; r.sealed && asked[r.seq] {
				out = append(out, *r)
			}
		}
	}
	return out, nil
}

// at gives the row with a place.
func (s *Service) at(ctx context.Context, x place) (*row, error) {
	for _, d := range s.stores() {
		pages, err := readPages(d.Read(ctx), `WHERE writer = ? AND first <= ? ORDER BY first DESC LIMIT 1`, x.writer, x.counter)
		if err != nil {
			return nil, err
		}
		if len(pages) == 1 && pages[0].last() >= x.counter {
			rows := s.rows(&pages[0])
			if i := x.counter - pages[0].first; i < int64(len(rows)) {
				return &rows[i], nil
			}
		}
	}
	return nil, nil
}

// marks is how far each writer's rows are sealed.
func marks(c *db.Conn) (map[int64]int64, error) {
	out := map[int64]int64{}
	return out, c.Each(`SELECT writer, upto FROM audit_marks`, func(r *sql.Rows) error {
		var writer, upto int64
		err := r.Scan(&writer, &upto)
		out[writer] = upto
		return err
	})
}
