package access

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"housecall/internal/db"
)

// batch is what one round of sealing takes: whole pages.
type batch struct {
	pages  []sealing
	n      int // rows of them
	marks  map[int64]int64
	faults []auditFault
}

type sealing struct {
	page
	rows []row
}

func (b *batch) empty() bool { return len(b.pages) == 0 && len(b.marks) == 0 && len(b.faults) == 0 }

// collect reads the rows after each writer's mark. A writer's numbers commit in
// order, so what is below its next number is there, or was taken away.
func (z *sealer) collect(ctx context.Context) (batch, error) {
	b := batch{marks: map[int64]int64{}}
	upto, err := marks(z.s.db.Audit().Read(ctx))
	if err != nil {
		return b, err
	}
	for _, d := range z.s.stores() {
		c := d.Read(ctx)
		type span struct{ writer, from, next int64 }
		var spans []span
		err := c.Each(`SELECT writer, next FROM audit_writers`, func(r *sql.Rows) error {
			var x span
			if err := r.Scan(&x.writer, &x.next); err != nil {
				return err
			}
			x.from = upto[x.writer] + 1
			switch {
			case x.next > x.from:
				spans = append(spans, x)
			case x.next < x.from:
				b.faults = append(b.faults, auditFault{x.writer, x.next, x.from - 1, "rewound"})
			}
			return nil
		})
		if err != nil {
			return b, err
		}
		for _, x := range spans {
			if b.n >= z.batch {
				break
			}
			if err := z.span(c, &b, x.writer, x.from, x.next); err != nil {
				return b, err
			}
		}
	}
	b.faults, err = z.news(ctx, b.faults)
	slices.SortStableFunc(b.pages, func(x, y sealing) int {
		return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.writer, y.writer), cmp.Compare(x.first, y.first))
	})
	return b, err
}

// span reads one writer's pages from one number up to below another.
func (z *sealer) span(c *db.Conn, b *batch, writer, from, next int64) error {
	room := z.batch - b.n
	expect, n := from, 0
	for n < room {
		const most = 50 // pages at once
		pages, err := readPages(c, `WHERE writer = ? AND first >= ? AND first < ? ORDER BY first LIMIT ?`, writer, expect, next, most)
		if err != nil {
			return err
		}
		for i := range pages {
			p := &pages[i]
			rows := z.s.rows(p)
			if p.first != expect {
				b.faults = append(b.faults, auditFault{writer, expect, p.first - 1, "gap"})
			}
			if rows[0].bad {
				b.faults = append(b.faults, auditFault{writer, p.first, p.last(), "code"})
			}
			b.pages = append(b.pages, sealing{*p, rows})
			b.n += p.n
			n += p.n
			expect = p.last() + 1
		}
		if len(pages) < most {
			break
		}
	}
	if n < room && expect < next {
		b.faults = append(b.faults, auditFault{writer, expect, next - 1, "gap"})
		expect = next
	}
	b.marks[writer] = expect - 1
	return nil
}

// news leaves out what is known already.
func (z *sealer) news(ctx context.Context, faults []auditFault) ([]auditFault, error) {
	out := faults[:0]
	for _, f := range faults {
		var one int
		err := z.s.db.Audit().Read(ctx).QueryRow(`SELECT 1 FROM audit_faults WHERE writer = ? AND counter = ? AND kind = ?`, f.writer, f.counter, f.kind).Scan(&one)
		if errors.Is(err, sql.ErrNoRows) {
			out = append(out, f)
		} else if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// commit seals a batch under the lease.
func (z *sealer) commit(ctx context.Context, b batch) error {
	var size int64
	var heads map[string]chartHead
	err := z.s.db.Audit().InTx(ctx, func(c *db.Conn) error {
		query := `SELECT fence, size FROM audit_state WHERE id = 1`
		if c.Dialect == db.Postgres {
			query += ` FOR UPDATE`
		}
		var fence int64
		if err := c.QueryRow(query).Scan(&fence, &size); err != nil {
			return err
		}
		if fence != z.fence {
			return errors.New("access: another node seals now")
		}
		var err error
		if heads, err = z.readHeads(c, b.pages); err != nil {
			return err
		}
		t := newTree(size, loadTiles(c))
		codes := coder{s: z.s}
		seals := make([]seal, len(b.pages))
		for i := range b.pages {
			p := &b.pages[i]
			seals[i] = seal{seq: t.size, writer: p.writer, first: p.first, n: p.n, links: make([]byte, 0, p.n*linkSize)}
			for k := range p.rows {
				r := &p.rows[k]
				head := heads[r.patient]
				l := link{n: head.n + 1, prev: head.hash}
				if head.n == 0 {
					l.prev = noLink
				}
				h := codes.leafHash(r, l)
				seals[i].links = l.append(seals[i].links)
				heads[r.patient] = chartHead{l.n, h}
				if err := t.append(h); err != nil {
					return err
				}
			}
		}
		if err := writeSeals(c, seals); err != nil {
			return err
		}
		if err := writeHeads(c, heads); err != nil {
			return err
		}
		for id := range t.dirty {
			if _, err := c.Exec(`INSERT INTO audit_tiles (level, idx, hashes) VALUES (?,?,?) ON CONFLICT (level, idx) DO UPDATE SET hashes = excluded.hashes`,
				id.level, id.idx, t.tiles[id]); err != nil {
				return err
			}
		}
		for writer, upto := range b.marks {
			if _, err := c.Exec(`INSERT INTO audit_marks (writer, upto) VALUES (?,?) ON CONFLICT (writer) DO UPDATE SET upto = excluded.upto`, writer, upto); err != nil {
				return err
			}
		}
		now := z.s.now()
		for _, f := range b.faults {
			if err := noteFault(c, f, now); err != nil {
				return err
			}
		}
		root, err := t.root()
		if err != nil {
			return err
		}
		_, err = c.Exec(`UPDATE audit_state SET size = ?, root = ?, checked_at = ? WHERE id = 1`, t.size, root, now.UnixMicro())
		return err
	})
	if err != nil {
		return err
	}
	z.remember(b.pages, size)
	if len(z.heads)+len(heads) > maxHeads {
		clear(z.heads)
	}
	maps.Copy(z.heads, heads)
	return nil
}

type chartHead struct {
	n    int64
	hash []byte
}

// seal is a page's place in the log, with the links of its rows.
type seal struct {
	seq           int64
	writer, first int64
	n             int
	links         []byte
}

// maxHeads bounds how many heads of charts a sealer remembers.
const maxHeads = 20_000

// readHeads gives the last links of the charts that the pages are of. Only who
// holds the lease writes them: those that it wrote are as it wrote them.
func (z *sealer) readHeads(c *db.Conn, pages []sealing) (map[string]chartHead, error) {
	heads := map[string]chartHead{}
	var patients []string
	for i := range pages {
		for k := range pages[i].rows {
			p := pages[i].rows[k].patient
			if _, ok := heads[p]; ok {
				continue
			}
			h, known := z.heads[p]
			if heads[p] = h; !known {
				patients = append(patients, p)
			}
		}
	}
	if len(patients) == 0 {
		return heads, nil
	}
	in, list := c.Among("patient_id", patients)
	return heads, c.Each(`SELECT patient_id, n, hash FROM audit_charts WHERE `+in, func(r *sql.Rows) error {
		var p string
		var h chartHead
		err := r.Scan(&p, &h.n, &h.hash)
		heads[p] = h
		return err
	}, list)
}

func writeSeals(c *db.Conn, seals []seal) error {
	const into = `INSERT INTO audit_seals (seq, writer, first, n, links) `
	if c.Dialect == db.SQLite {
		for i := range seals {
			x := &seals[i]
			if _, err := c.Exec(into+`VALUES (?,?,?,?,?)`, x.seq, x.writer, x.first, x.n, x.links); err != nil {
				return err
			}
		}
		return nil
	}
	k := len(seals)
	numbers, counts, links := make([]int64, 3*k), make([]int32, k), make([][]byte, k)
	for i := range seals {
		x := &seals[i]
		numbers[i], numbers[k+i], numbers[2*k+i] = x.seq, x.writer, x.first
		counts[i], links[i] = int32(x.n), x.links
	}
	_, err := c.Exec(into+`SELECT * FROM unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::int[], ?::bytea[])`,
		numbers[:k], numbers[k:2*k], numbers[2*k:], counts, links)
	return err
}

func writeHeads(c *db.Conn, heads map[string]chartHead) error {
	const into, onConflict = `INSERT INTO audit_charts (patient_id, n, hash) `, ` ON CONFLICT (patient_id) DO UPDATE SET n = excluded.n, hash = excluded.hash`
	if c.Dialect == db.SQLite { // one statement: an upsert is cheap, handing it over is not
		list := make([][3]any, 0, len(heads))
		for p, h := range heads {
			list = append(list, [3]any{p, h.n, hex.EncodeToString(h.hash)})
		}
		text, err := json.Marshal(list)
		if err == nil {
			_, err = c.Exec(into+`SELECT value ->> 0, value ->> 1, unhex(value ->> 2) FROM json_each(?) WHERE true`+onConflict, string(text))
		}
		return err
	}
	var patients []string
	var ns []int64
	var hashes [][]byte
	for p, h := range heads {
		patients, ns, hashes = append(patients, p), append(ns, h.n), append(hashes, h.hash)
	}
	_, err := c.Exec(into+`SELECT * FROM unnest(?::text[], ?::bigint[], ?::bytea[])`+onConflict, patients, ns, hashes)
	return err
}
