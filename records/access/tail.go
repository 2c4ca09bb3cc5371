package access

import (
	"context"
	"database/sql"

	"housecall/internal/db"
)

// tail goes through the rows that no segment of the index has: those that wait to
// be sealed, a second's, and those sealed since the last segment. It says up to
// which segment the index is to be asked for the others, and whether the rows of
// the tail are whole. A row that is sealed meanwhile is given twice.
func (s *Service) tail(ctx context.Context, each func(*row)) (indexed int64, whole bool, err error) {
	whole = true
	audit := s.db.Audit().Read(ctx)
	upto, err := marks(audit)
	if err != nil {
		return 0, false, err
	}
	for _, d := range s.stores() {
		good, err := s.unsealed(d.Read(ctx), upto, each)
		if err != nil {
			return 0, false, err
		}
		whole = whole && good
	}
	if indexed, err = segments(audit); err != nil {
		return 0, false, err
	}
	var size int64
	if err := audit.QueryRow(`SELECT size FROM audit_state WHERE id = 1`).Scan(&size); err != nil {
		return 0, false, err
	}
	const most = 2000 // leaves at once
	begin := indexed * segmentSize
	for after := begin - maxPageRows; after < size; after += most {
		pages, err := s.sealedPages(audit, `WHERE s.seq > ? AND s.seq <= ? ORDER BY s.seq`, after, after+most)
		if err != nil {
			return 0, false, err
		}
		for i := range pages {
			x := &pages[i]
			if x.rows == nil && x.seq+int64(x.n) > begin {
				whole = false
			}
			for k := range x.rows {
				if r := &x.rows[k]; r.sealed && r.seq >= begin {
					whole = whole && !r.bad
					each(r)
				}
			}
		}
	}
	return indexed, whole, nil
}

// unsealed goes through the rows of a store that are not in the log yet.
func (s *Service) unsealed(c *db.Conn, upto map[int64]int64, each func(*row)) (whole bool, err error) {
	next := map[int64]int64{}
	if err := c.Each(`SELECT writer, next FROM audit_writers`, func(r *sql.Rows) error {
		var writer, n int64
		err := r.Scan(&writer, &n)
		if n-1 > upto[writer] {
			next[writer] = n
		}
		return err
	}); err != nil {
		return false, err
	}
	whole = true
	for writer, end := range next {
		const most = 200
		expect := upto[writer] + 1
		for expect < end {
			pages, err := readPages(c, `WHERE writer = ? AND first >= ? AND first < ? ORDER BY first LIMIT ?`, writer, expect, end, most)
			if err != nil {
				return false, err
			}
			for i := range pages {
				rows := s.rows(&pages[i])
				whole = whole && pages[i].first == expect && !rows[0].bad
				expect = pages[i].last() + 1
				for k := range rows {
					each(&rows[k])
				}
			}
			if len(pages) < most {
				whole = whole && expect >= end
				break
			}
		}
	}
	return whole, nil
}
