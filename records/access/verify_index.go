package access

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"

	"housecall/internal/db"
)

// indexWalk makes the index anew while the log is gone through, and compares each
// segment: an entry that was dropped, changed or put there is named by its row.
type indexWalk struct {
	rep    *Report
	stored int64 // segments in the database
	now    *segment
	unsure map[int64]bool // rows of the segment that cannot be read as they were
}

func newIndexWalk(c *db.Conn, rep *Report) (*indexWalk, error) {
	n, err := segments(c)
	return &indexWalk{rep: rep, stored: n, now: newSegment(0), unsure: map[int64]bool{}}, err
}

func (w *indexWalk) row(c *db.Conn, r *row, seq int64, sure bool) error {
	if sure {
		w.now.add(&row{patient: r.patient, account: r.account, at: r.at, seq: seq})
	} else {
		w.unsure[seq] = true
	}
	if seq%segmentSize != segmentSize-1 {
		return nil
	}
	x := w.now
	w.now = newSegment(x.n + 1)
	if x.n < w.stored {
		if err := w.compare(c, x); err != nil {
			return err
		}
	}
	clear(w.unsure)
	return nil
}

var indexNames = [...]string{ofCharts: "charts", ofAccounts: "accounts"}

func (w *indexWalk) compare(c *db.Conn, x *segment) error {
	begin := x.n * segmentSize
	var since, until int64
	switch err := c.QueryRow(`SELECT COALESCE(max(since), -1), COALESCE(max(until), -1) FROM audit_segments WHERE segment = ?`, x.n).Scan(&since, &until); {
	case err != nil:
		return err
	case len(w.unsure) == 0 && (since != x.since || until != x.until):
		w.rep.problem("index", begin, 0, 0, "the index does not have the times of the rows %d to %d of the log", begin, begin+segmentSize-1)
	}
	var found [2][indexBuckets][]byte
	stray := false
	err := c.Each(`SELECT kind, bucket, entries FROM audit_index WHERE segment = ?`, func(r *sql.Rows) error {
		var kind, bucket int
		var b []byte
		err := r.Scan(&kind, &bucket, &b)
		if kind < 0 || kind >= len(found) || bucket < 0 || bucket >= indexBuckets {
			stray = true
			return err
		}
		found[kind][bucket] = bytes.Clone(b)
		return err
	}, x.n)
	if err != nil {
		return err
	}
	if stray {
		w.rep.problem("index", begin, 0, 0, "the index has entries that are of nothing for the rows %d to %d of the log", begin, begin+segmentSize-1)
	}
	for kind := range found {
		first := int64(-1)
		for bucket := range found[kind] {
			if at := w.differ(x, x.entries[kind][bucket], found[kind][bucket]); at >= 0 && (first < 0 || at < first) {
				first = at
			}
		}
		if first >= 0 {
			w.rep.problem("index", first, 0, 0, "the index of %s is not what row %d of the log makes", indexNames[kind], first)
		}
	}
	return nil
}

// differ gives the first row for which a bucket is not as it should be; -1: none.
func (w *indexWalk) differ(x *segment, want, got []byte) int64 {
	if bytes.Equal(want, got) {
		return -1
	}
	at := func(b []byte) int64 { return x.n*segmentSize + int64(binary.BigEndian.Uint16(b[4:])) }
	first := int64(-1)
	note := func(seq int64) {
		if !w.unsure[seq] && (first < 0 || seq < first) {
			first = seq
		}
	}
	for len(want) >= entrySize || len(got) >= entrySize {
		switch {
		case len(got) < entrySize:
			note(at(want))
			want = want[entrySize:]
		case len(want) < entrySize:
			note(at(got))
			got = got[entrySize:]
		case bytes.Equal(want[:entrySize], got[:entrySize]):
			want, got = want[entrySize:], got[entrySize:]
		case at(want) < at(got):
			note(at(want))
			want = want[entrySize:]
		default:
			note(at(got))
			got = got[entrySize:]
		}
	}
	if len(got) > 0 {
		note(x.n * segmentSize)
	}
	return first
}

// end looks for segments that the log is too short for: rows would be looked for
// there, and not where they are.
func (w *indexWalk) end(ctx context.Context, of *walk) error {
	st, err := of.s.readState(of.s.db.Audit().Read(ctx))
	if err != nil || st.Size < of.size {
		return err
	}
	if w.stored > st.Size/segmentSize {
		w.rep.problem("index", st.Size, 0, 0, "the index has a segment %d, for which the log is too short", w.stored-1)
	}
	return nil
}
