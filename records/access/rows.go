package access

import (
	"cmp"
	"context"
	"time"

	"housecall/internal/db"
)

// position is a row's place among its chart's rows.
type position struct{ At, Writer, Counter int64 }

var newest = position{At: 1<<62 - 1}

func (r *row) position() position { return position{r.at, r.writer, r.counter} }

func (s *Service) rowsOf(ctx context.Context, patient string, from position) *keyRows {
	return s.rowsFor(ctx, patient, from, sight{})
}

// rowsFor reads those rows of a chart that a viewer is shown, newest first.
func (s *Service) rowsFor(ctx context.Context, patient string, from position, x sight) *keyRows {
	return &keyRows{s: s, ctx: ctx, charts: []string{patient}, from: from, sight: x}
}

func older(a, b position) bool {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Writer, b.Writer), cmp.Compare(a.Counter, b.Counter)) < 0
}

// place names a row.
type place struct{ writer, counter int64 }

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
	k := keyRows{s: s, ctx: ctx, charts: []string{patient}, accounts: []string{account}, from: newest}
	r, err := k.next()
	if err != nil || r == nil {
		return time.Time{}, err
	}
	return moment(r.at), nil
}
