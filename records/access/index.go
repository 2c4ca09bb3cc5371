package access

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"slices"

	"housecall/internal/db"
)

// The index says which rows of the log are of a chart, and which of an account. It
// is written a segment at a time, 8,192 leaves, of which each chart falls into one
// of 128 buckets: in a bucket stand the leaves, each with a part of the hash of its
// chart. So a row costs a fraction of a statement, and who looks for a chart's rows
// reads a bucket of each segment. What is newer than the last segment is looked
// through (tail). A segment follows from its rows alone: Verify makes it anew.
const (
	segmentSize  = 8192
	indexBuckets = 128
	entrySize    = 6 // four bytes of the hash, two of the leaf within the segment

	ofCharts, ofAccounts = 0, 1
)

// keyHash is FNV-1a. That two keys have the same hash is no harm: the row itself is
// looked at.
func keyHash(key string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(key) {
		h = (h ^ uint64(key[i])) * 1099511628211
	}
	return h ^ h>>29
}

func bucketOf(key string) int { return int(keyHash(key) % indexBuckets) }
func tagOf(key string) uint32 { return uint32(keyHash(key) >> 32) }

// segment is one while it is made.
type segment struct {
	n            int64
	since, until int64 // times of its rows
	entries      [2][indexBuckets][]byte
}

func newSegment(n int64) *segment { return &segment{n: n, since: 1<<62 - 1} }

func (x *segment) add(r *row) {
	x.since, x.until = min(x.since, r.at), max(x.until, r.at)
	for kind, key := range [...]string{ofCharts: r.patient, ofAccounts: r.account} {
		b := &x.entries[kind][bucketOf(key)]
		*b = binary.BigEndian.AppendUint32(*b, tagOf(key))
		*b = binary.BigEndian.AppendUint16(*b, uint16(r.seq-x.n*segmentSize))
	}
}

// inSegment are the pages that have rows in a segment.
const inSegment = `WHERE s.seq > ? AND s.seq < ? ORDER BY s.seq`

func segmentSpan(n int64) (after, below int64) {
	return n*segmentSize - maxPageRows, (n + 1) * segmentSize
}

func segments(c *db.Conn) (n int64, err error) {
	return n, c.QueryRow(`SELECT COALESCE(max(segment) + 1, 0) FROM audit_segments`).Scan(&n)
}

// index writes the segments that are full. After an update from a version without
// it the whole log is gone through, a few segments a round.
func (z *sealer) index(ctx context.Context) error {
	const most = 8
	for range most {
		c := z.s.db.Audit().Read(ctx)
		n, err := segments(c)
		if err != nil {
			return err
		}
		st, err := z.s.readState(c)
		if err != nil || st.Size < (n+1)*segmentSize {
			return err
		}
		x := z.full[n]
		if x == nil {
			if x, err = z.s.makeSegment(c, n); err != nil {
				return err
			}
		}
		delete(z.full, n)
		if err := z.writeSegment(ctx, x); err != nil {
			return err
		}
	}
	return nil
}

// remember keeps what this sealer put into the log for the segment, so that its
// rows need not be read again. Who began to seal in the midst of one reads it.
func (z *sealer) remember(pages []sealing, size int64) {
	if z.makingNext != size {
		z.making, z.makingNext = nil, size
		clear(z.full)
	}
	for i := range pages {
		for k := range pages[i].rows {
			n := z.makingNext / segmentSize
			if z.makingNext%segmentSize == 0 {
				z.making = newSegment(n)
			}
			r := &pages[i].rows[k]
			r.seq = z.makingNext
			z.makingNext++
			if z.making == nil {
				continue
			}
			if z.making.add(r); r.seq%segmentSize == segmentSize-1 {
				z.full[n], z.making = z.making, nil
			}
		}
	}
}

func (s *Service) makeSegment(c *db.Conn, n int64) (*segment, error) {
	x := newSegment(n)
	after, below := segmentSpan(n)
	pages, err := s.sealedPages(c, inSegment, after, below)
	for i := range pages {
		for k := range pages[i].rows {
			if r := &pages[i].rows[k]; r.sealed && r.seq/segmentSize == n {
				x.add(r)
			}
		}
	}
	return x, err
}

func (z *sealer) writeSegment(ctx context.Context, x *segment) error {
	return z.s.db.Audit().InTx(ctx, func(c *db.Conn) error {
		var fence int64
		if err := c.QueryRow(`SELECT fence FROM audit_state WHERE id = 1`).Scan(&fence); err != nil {
			return err
		}
		if fence != z.fence {
			return errors.New("access: another node seals now")
		}
		if _, err := c.Exec(`INSERT INTO audit_segments (segment, since, until) VALUES (?,?,?)`, x.n, x.since, x.until); err != nil {
			return err
		}
		const into, again = `INSERT INTO audit_index (kind, bucket, segment, entries) `, ` ON CONFLICT (kind, bucket, segment) DO UPDATE SET entries = excluded.entries`
		var kinds, buckets []int16
		var segments []int64
		var entries [][]byte
		for kind := range x.entries {
			for bucket, b := range x.entries[kind] {
				if len(b) > 0 {
					kinds, buckets, segments, entries = append(kinds, int16(kind)), append(buckets, int16(bucket)), append(segments, x.n), append(entries, b)
				}
			}
		}
		if c.Dialect == db.Postgres {
			_, err := c.Exec(into+`SELECT * FROM unnest(?::smallint[], ?::smallint[], ?::bigint[], ?::bytea[])`+again, kinds, buckets, segments, entries)
			return err
		}
		for i := range kinds {
			if _, err := c.Exec(into+`VALUES (?,?,?,?)`+again, kinds[i], buckets[i], segments[i], entries[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// leafSet are leaves of one segment.
type leafSet [segmentSize / 64]uint64

func (l *leafSet) add(i uint16) {
	if i < segmentSize {
		l[i/64] |= 1 << (i % 64)
	}
}

// keyed finds the leaves of keys in segments from one to another.
func keyed(c *db.Conn, kind int, keys []string, from, to int64) (map[int64]*leafSet, error) {
	wanted := map[int]map[uint32]bool{}
	var buckets []int
	for _, key := range keys {
		b := bucketOf(key)
		if wanted[b] == nil {
			wanted[b] = map[uint32]bool{}
			buckets = append(buckets, b)
		}
		wanted[b][tagOf(key)] = true
	}
	slices.Sort(buckets)
	out := map[int64]*leafSet{}
	for _, bucket := range buckets {
		err := c.Each(`SELECT segment, entries FROM audit_index WHERE kind = ? AND bucket = ? AND segment >= ? AND segment <= ?`, func(r *sql.Rows) error {
			var n int64
			var b []byte
			if err := r.Scan(&n, &b); err != nil {
				return err
			}
			for ; len(b) >= entrySize; b = b[entrySize:] {
				if !wanted[bucket][binary.BigEndian.Uint32(b)] {
					continue
				}
				if out[n] == nil {
					out[n] = new(leafSet)
				}
				out[n].add(binary.BigEndian.Uint16(b[4:]))
			}
			return nil
		}, kind, bucket, from, to)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// leaves are those of all criteria in a segment, in order.
func (l *leafSet) leaves(n int64, also *leafSet) (out []int64) {
	for w, bits := range l {
		if also != nil {
			bits &= also[w]
		}
		for i := 0; bits != 0; i++ {
			if bits&1 != 0 {
				out = append(out, n*segmentSize+int64(w*64+i))
			}
			bits >>= 1
		}
	}
	return out
}
