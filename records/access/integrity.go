package access

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"
)

// checkedRows is how many of a chart's newest rows are checked each time the
// list is opened.
const checkedRows = 1000

// integrityOf checks the newest rows of a chart, their codes and their chain,
// now, and reports what the sealer ever found.
func (s *Service) integrityOf(ctx context.Context, patient string) (Integrity, error) {
	c := s.db.Audit().Read(ctx)
	out := Integrity{Complete: true, CheckedAt: s.now().UTC()}
	var faults, headN int64
	var headHash []byte
	if err := c.QueryRow(`SELECT count(*) FROM audit_faults`).Scan(&faults); err != nil {
		return out, err
	}
	st, err := s.readState(c)
	if err != nil {
		return out, err
	}
	err = c.QueryRow(`SELECT n, hash FROM audit_charts WHERE patient_id = ?`, patient).Scan(&headN, &headHash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return out, err
	}
	out.SealedUpTo = max(st.last.Size, 0)
	in := s.rowsOf(ctx, patient, newest)
	rows, err := in.take(checkedRows)
	if err != nil {
		return out, err
	}
	var links []chainLink
	codes := coder{s: s}
	for i := range rows {
		r := &rows[i]
		if r.bad {
			out.Complete = false
		}
		if !r.sealed || r.seq >= st.last.Size {
			out.Pending++
		}
		if r.sealed && r.n <= headN { // else sealed since the head was read
			links = append(links, chainLink{r.link, codes.leafHash(r, r.link)})
		}
	}
	whole := len(rows) < checkedRows
	if faults > 0 || !in.whole || !chained(links, headN, headHash, whole) {
		out.Complete = false
	}
	return out, nil
}

// chainLink is a link with the hash that the next one of its chart names.
type chainLink struct {
	link
	hash []byte
}

// chained tells whether the links lead without a gap to the chart's head. Rows
// are read by time and sealed in nearly that order: at the old end of a long
// chart's newest rows some may lie beyond the part that was read.
func chained(links []chainLink, headN int64, headHash []byte, whole bool) bool {
	slices.SortFunc(links, func(a, b chainLink) int { return cmp.Compare(a.n, b.n) })
	if len(links) == 0 {
		return headN == 0
	}
	last := links[len(links)-1]
	if last.n != headN || !bytes.Equal(last.hash, headHash) {
		return false
	}
	from := 0
	if !whole {
		from = len(links) / 2
	} else if links[0].n != 1 {
		return false
	}
	for i := from + 1; i < len(links); i++ {
		if links[i].n != links[i-1].n+1 || !bytes.Equal(links[i].prev, links[i-1].hash) {
			return false
		}
	}
	return true
}

// Health is how the log stands, for the people who run the installation.
type Health struct {
	Rows         int64     // in the log
	Pending      int64     // written and not sealed
	Faults       int64     // gaps and changes that the sealer ever found
	CheckedAt    time.Time // last time a sealer looked
	CheckpointAt time.Time // last signed checkpoint; zero: none yet
}

// Health reports how far sealing is.
func (s *Service) Health(ctx context.Context) (Health, error) {
	var h Health
	c := s.db.Audit().Read(ctx)
	st, err := s.readState(c)
	if err != nil {
		return h, err
	}
	h.Rows, h.CheckedAt, h.CheckpointAt = st.Size, moment(st.checkedAt), st.last.At
	if err := c.QueryRow(`SELECT count(*) FROM audit_faults`).Scan(&h.Faults); err != nil {
		return h, err
	}
	for _, d := range s.stores() {
		var written int64
		if err := d.Read(ctx).QueryRow(`SELECT COALESCE(sum(next - 1), 0) FROM audit_writers`).Scan(&written); err != nil {
			return h, err
		}
		h.Pending += written
	}
	var sealed int64
	if err := c.QueryRow(`SELECT COALESCE(sum(upto), 0) FROM audit_marks`).Scan(&sealed); err != nil {
		return h, err
	}
	h.Pending = max(h.Pending-sealed, 0)
	return h, nil
}
