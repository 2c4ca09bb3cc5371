package access

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"housecall/internal/db"
)

// batch is what one round of sealing takes.
type batch struct {
	rows   []row
	marks  map[int64]int64
	faults []auditFault
}

func (b *batch) empty() bool { return len(b.rows) == 0 && len(b.marks) == 0 && len(b.faults) == 0 }

// collect reads the rows after each writer's mark. A writer's numbers commit in
// order, so what is below its next number is there, or was taken away.
func (z *sealer) collect(ctx context.Context) (batch, error) {
	b := batch{marks: map[int64]int64{}}
	marks := map[int64]int64{}
	err := z.s.db.Audit().Read(ctx).Each(`SELECT writer, upto FROM audit_marks`, func(r *sql.Rows) error {
		var writer, upto int64
		err := r.Scan(&writer, &upto)
		marks[writer] = upto
		return err
	})
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
			x.from = marks[x.writer] + 1
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
			if len(b.rows) >= z.batch {
				break
			}
			if err := z.span(c, &b, x.writer, x.from, x.next); err != nil {
				return b, err
			}
		}
	}
	b.faults, err = z.news(ctx, b.faults)
	slices.SortStableFunc(b.rows, func(x, y row) int {
		return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.writer, y.writer), cmp.Compare(x.counter, y.counter))
	})
	return b, err
}

// span reads one writer's rows from one number up to below another.
func (z *sealer) span(c *db.Conn, b *batch, writer, from, next int64) error {
	room := z.batch - len(b.rows)
	expect, n := from, 0
	err := c.Each(rowColumns+`FROM audit WHERE writer = ? AND counter >= ? AND counter < ? ORDER BY counter LIMIT ?`, func(r *sql.Rows) error {
		var x row
		if err := x.scan(r); err != nil {
			return err
		}
		if x.counter != expect {
			b.faults = append(b.faults, auditFault{writer, expect, x.counter - 1, "gap"})
		}
		if !z.s.intact(&x) {
			b.faults = append(b.faults, auditFault{writer, x.counter, x.counter, "code"})
		}
		b.rows = append(b.rows, x)
		expect = x.counter + 1
		n++
		return nil
	}, writer, from, next, room)
	if err != nil {
		return err
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

const rowColumns = `SELECT writer, counter, patient_id, account, at, body, mac, source `

func (r *row) scan(rows *sql.Rows) error {
	return rows.Scan(&r.writer, &r.counter, &r.patient, &r.account, &r.at, &r.body, &r.mac, &r.source)
}

// commit seals a batch under the lease.
func (z *sealer) commit(ctx context.Context, b batch) error {
	return z.s.db.Audit().InTx(ctx, func(c *db.Conn) error {
		query := `SELECT fence, size FROM audit_state WHERE id = 1`
		if c.Dialect == db.Postgres {
			query += ` FOR UPDATE`
		}
		var fence, size int64
		if err := c.QueryRow(query).Scan(&fence, &size); err != nil {
			return err
		}
		if fence != z.fence {
			return errors.New("access: another node seals now")
		}
		heads, err := readHeads(c, b.rows)
		if err != nil {
			return err
		}
		t := newTree(size, loadTiles(c))
		seals := make([]seal, len(b.rows))
		for i := range b.rows {
			r := &b.rows[i]
			head := heads[r.patient]
			l := link{n: head.n + 1, prev: head.hash}
			if head.n == 0 {
				l.prev = noLink
			}
			h := leafHash(r.leaf(l))
			seals[i] = seal{seq: size + int64(i), writer: r.writer, counter: r.counter, link: l, hash: h}
			heads[r.patient] = chartHead{l.n, h}
			if err := t.append(h); err != nil {
				return err
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
}

type chartHead struct {
	n    int64
	hash []byte
}

type seal struct {
	seq, writer, counter int64
	link
	hash []byte
}

func readHeads(c *db.Conn, rows []row) (map[string]chartHead, error) {
	heads := map[string]chartHead{}
	var patients []string
	for i := range rows {
		if _, ok := heads[rows[i].patient]; !ok {
			heads[rows[i].patient] = chartHead{}
			patients = append(patients, rows[i].patient)
		}
	}
	read := func(r *sql.Rows) error {
		var p string
		var h chartHead
		err := r.Scan(&p, &h.n, &h.hash)
		heads[p] = h
		return err
	}
	const query = `SELECT patient_id, n, hash FROM audit_charts WHERE patient_id = `
	if c.Dialect == db.Postgres {
		return heads, c.Each(query+`ANY(?::text[])`, read, patients)
	}
	for _, p := range patients {
		if err := c.Each(query+`?`, read, p); err != nil {
			return nil, err
		}
	}
	return heads, nil
}

func writeSeals(c *db.Conn, seals []seal) error {
	const into = `INSERT INTO audit_seals (seq, writer, counter, n, prev, hash) `
	if c.Dialect == db.SQLite {
		for i := range seals {
			x := &seals[i]
			if _, err := c.Exec(into+`VALUES (?,?,?,?,?,?)`, x.seq, x.writer, x.counter, x.n, x.prev, x.hash); err != nil {
				return err
			}
		}
		return nil
	}
	k := len(seals)
	numbers, blobs := make([]int64, 4*k), make([][]byte, 2*k)
	for i := range seals {
		x := &seals[i]
		numbers[i], numbers[k+i], numbers[2*k+i], numbers[3*k+i] = x.seq, x.writer, x.counter, x.n
		blobs[i], blobs[k+i] = x.prev, x.hash
	}
	_, err := c.Exec(into+`SELECT * FROM unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bytea[], ?::bytea[])`,
		numbers[:k], numbers[k:2*k], numbers[2*k:3*k], numbers[3*k:], blobs[:k], blobs[k:])
	return err
}

func writeHeads(c *db.Conn, heads map[string]chartHead) error {
	const onConflict = ` ON CONFLICT (patient_id) DO UPDATE SET n = excluded.n, hash = excluded.hash`
	if c.Dialect == db.SQLite {
		for p, h := range heads {
			if _, err := c.Exec(`INSERT INTO audit_charts (patient_id, n, hash) VALUES (?,?,?)`+onConflict, p, h.n, h.hash); err != nil {
				return err
			}
		}
		return nil
	}
	var patients []string
	var ns []int64
	var hashes [][]byte
	for p, h := range heads {
		patients, ns, hashes = append(patients, p), append(ns, h.n), append(hashes, h.hash)
	}
	_, err := c.Exec(`INSERT INTO audit_charts (patient_id, n, hash) SELECT * FROM unnest(?::text[], ?::bigint[], ?::bytea[])`+onConflict, patients, ns, hashes)
	return err
}
