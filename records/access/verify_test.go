package access

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
)

// Each way of tampering with a log of ten rows in two charts, and what Verify
// says to it. The first six rows are writes, the rest reads: on SQLite these are
// in two files.
func TestVerifyNamesThePlace(t *testing.T) {
	exec := func(d *db.DB, query string, args ...any) func(*testing.T, *bench) {
		return func(t *testing.T, b *bench) {
			require.NoError(t, d.InTx(context.Background(), func(c *db.Conn) error {
				n, err := c.Exec(query, args...)
				require.NotZero(t, n, "it changed something")
				return err
			}))
		}
	}
	place := func(t *testing.T, b *bench, seq int64) (writer, first int64) {
		require.NoError(t, b.db.Audit().Read(context.Background()).QueryRow(`SELECT writer, first FROM audit_seals WHERE seq <= ? ORDER BY seq DESC LIMIT 1`, seq).Scan(&writer, &first))
		return writer, first
	}
	store := func(b *bench, seq int64) *db.DB {
		if seq >= 6 {
			return b.db.Audit()
		}
		return b.db
	}
	// page changes the page that holds a row.
	page := func(seq int64, change func(*bench, *storedPage)) func(*testing.T, *bench) {
		return func(t *testing.T, b *bench) {
			w, n := place(t, b, seq)
			pages, err := readPages(store(b, seq).Read(context.Background()), `WHERE writer = ? AND first = ?`, w, n)
			require.NoError(t, err)
			require.Len(t, pages, 1)
			p := pages[0]
			change(b, &p)
			exec(store(b, seq), `UPDATE audit_pages SET writer = ?, first = ?, n = ?, at = ?, form = ?, body = ?, mac = ? WHERE writer = ? AND first = ?`, append(p.args(), w, n)...)(t, b)
		}
	}
	// inPage changes one row and keeps the other bytes of its page.
	inPage := func(seq int64, change func(*row)) func(*testing.T, *bench) {
		return func(t *testing.T, b *bench) {
			var first int64
			require.NoError(t, b.db.Audit().Read(context.Background()).QueryRow(`SELECT max(seq) FROM audit_seals WHERE seq <= ?`, seq).Scan(&first))
			page(seq, func(b *bench, p *storedPage) {
				rows := b.rows(p)
				change(&rows[seq-first])
				p.body = b.paginate(rows)[0].body
			})(t, b)
		}
	}
	drop := func(seq int64) func(*testing.T, *bench) {
		return func(t *testing.T, b *bench) {
			w, n := place(t, b, seq)
			exec(store(b, seq), `DELETE FROM audit_pages WHERE writer = ? AND first = ?`, w, n)(t, b)
		}
	}
	for _, c := range []struct {
		name    string
		kind    string
		seq     int64
		text    string
		tamper  func(*testing.T, *bench)
		counter int64 // of the writer; 0: not looked at
		pending bool  // also with rows that are not sealed
		packed  bool  // the reads stand on one page
	}{
		{name: "a row's body is changed", kind: "changed", seq: 2, tamper: inPage(2, func(r *row) { r.body = []byte(`{"name":"Somebody else"}`) })},
		{name: "a row is moved to another chart", kind: "changed", seq: 3, tamper: inPage(3, func(r *row) { r.patient = "p9" })},
		{name: "a row is dropped", kind: "missing", seq: 4, tamper: drop(4)},
		{name: "a read is dropped", kind: "missing", seq: 8, tamper: drop(8)},
		{name: "a row and its seal are dropped", kind: "missing", seq: 5, tamper: func(t *testing.T, b *bench) {
			drop(5)(t, b)
			exec(b.db.Audit(), `DELETE FROM audit_seals WHERE seq = 5`)(t, b)
		}},
		{name: "two rows of two charts change places", kind: "order", seq: 1, tamper: func(t *testing.T, b *bench) {
			exec(b.db.Audit(), `UPDATE audit_seals SET seq = -1 WHERE seq = 1`)(t, b)
			exec(b.db.Audit(), `UPDATE audit_seals SET seq = 1 WHERE seq = 2`)(t, b)
			exec(b.db.Audit(), `UPDATE audit_seals SET seq = 2 WHERE seq = -1`)(t, b)
		}},
		{name: "two rows of a chart change places", kind: "chain", seq: 1, tamper: func(t *testing.T, b *bench) {
			exec(b.db.Audit(), `UPDATE audit_seals SET seq = -1 WHERE seq = 1`)(t, b)
			exec(b.db.Audit(), `UPDATE audit_seals SET seq = 1 WHERE seq = 3`)(t, b)
			exec(b.db.Audit(), `UPDATE audit_seals SET seq = 3 WHERE seq = -1`)(t, b)
		}},
		{name: "the tree is changed", kind: "order", seq: 0, tamper: func(t *testing.T, b *bench) {
			exec(b.db.Audit(), `UPDATE audit_tiles SET hashes = ? WHERE level = 0`, make([]byte, 320))(t, b)
		}},
		{name: "a row that is not sealed yet is changed", kind: "changed", seq: -1, pending: true, tamper: func(t *testing.T, b *bench) {
			exec(b.db, `UPDATE audit_pages SET body = ? WHERE first = 7`, []byte(`{}`))(t, b)
		}},
		{name: "a row that is not sealed yet is dropped", kind: "missing", seq: -1, pending: true, tamper: func(t *testing.T, b *bench) {
			exec(b.db, `DELETE FROM audit_pages WHERE first = 7`)(t, b)
		}},
		{name: "a row's time is changed", kind: "changed", seq: 1, tamper: page(1, func(_ *bench, p *storedPage) { p.at++ })},
		{name: "a row's account is changed", kind: "changed", seq: 0, tamper: inPage(0, func(r *row) { r.account = "acc-other" })},
		{name: "a row's address is changed", kind: "changed", seq: 7, tamper: inPage(7, func(r *row) { r.source = "198.51.100.1 x" })},
		{name: "a row's address is taken away", kind: "changed", seq: 7, tamper: inPage(7, func(r *row) { r.source = "" })},
		{name: "a row's code is changed", kind: "changed", seq: 9, tamper: page(9, func(_ *bench, p *storedPage) { p.mac = make([]byte, 32) })},
		{name: "a row gets another number", kind: "missing", seq: 5, tamper: page(5, func(_ *bench, p *storedPage) { p.first = 99 })},
		{name: "a row gets another number, seen from its writer", kind: "extra", seq: -1, counter: 99, tamper: page(5, func(_ *bench, p *storedPage) { p.first = 99 })},
		{name: "a row gets another writer", kind: "missing", seq: 2, tamper: page(2, func(_ *bench, p *storedPage) { p.writer = 7 })},
		{name: "a row and its code are made anew without the key", kind: "changed", seq: 3, tamper: func(t *testing.T, b *bench) {
			thief, err := New(Deps{DB: b.db, Key: sitekey.NewRing(sitekey.New()), Revocations: revoke.NewFeed(b.db), Node: "test"})
			require.NoError(t, err)
			forge(t, b, thief, page)
			var text []byte
			require.NoError(t, b.db.Audit().Read(context.Background()).QueryRow(`SELECT links FROM audit_seals WHERE seq = 3`).Scan(&text))
			w, n := place(t, b, 3)
			r := forged(storedPage{writer: w, first: n})
			exec(b.db.Audit(), `UPDATE audit_tiles SET hashes = ? WHERE level = 0`, withLeaf(t, b, 3, leafHash(thief.leaf(&r, readLink(text)))))(t, b)
		}},
		{name: "a row is made anew by somebody who has the key", kind: "order", seq: 3, tamper: func(t *testing.T, b *bench) { forge(t, b, b.Service, page) }},
		{name: "the first row is dropped", kind: "missing", seq: 0, tamper: drop(0)},
		{name: "the last row is dropped", kind: "missing", seq: 9, tamper: drop(9)},
		{name: "all rows are dropped", kind: "missing", seq: 0, tamper: func(t *testing.T, b *bench) {
			exec(b.db, `DELETE FROM audit_pages`)(t, b)
		}},
		{name: "a writer's whole tail is dropped", kind: "missing", seq: -1, counter: 4, tamper: func(t *testing.T, b *bench) {
			exec(b.db, `DELETE FROM audit_pages WHERE first >= 4`)(t, b)
		}},
		{name: "a writer's tail and its number are put back", kind: "missing", seq: 3, tamper: func(t *testing.T, b *bench) {
			exec(b.db, `DELETE FROM audit_pages WHERE first >= 4`)(t, b)
			exec(b.db, `UPDATE audit_writers SET next = 4`)(t, b)
		}},
		{name: "a writer is gone", kind: "writer", seq: -1, tamper: func(t *testing.T, b *bench) {
			exec(b.db, `DELETE FROM audit_writers`)(t, b)
		}},
		{name: "two rows change their content", kind: "changed", seq: 2, tamper: func(t *testing.T, b *bench) {
			w, n := place(t, b, 2)
			v, m := place(t, b, 4)
			exec(b.db, `UPDATE audit_pages SET first = 0 WHERE writer = ? AND first = ?`, w, n)(t, b)
			exec(b.db, `UPDATE audit_pages SET first = ? WHERE writer = ? AND first = ?`, n, v, m)(t, b)
			exec(b.db, `UPDATE audit_pages SET first = ? WHERE writer = ? AND first = 0`, m, w)(t, b)
		}},
		{name: "a row is there twice", kind: "extra", seq: -1, counter: 99, tamper: func(t *testing.T, b *bench) {
			w, n := place(t, b, 2)
			exec(b.db, `INSERT INTO audit_pages (writer, first, n, at, form, body, mac)
				SELECT writer, 99, n, at, form, body, mac FROM audit_pages WHERE writer = ? AND first = ?`, w, n)(t, b)
		}},
		{name: "a row counts as sealed and is not in the log", kind: "unsealed", seq: -1, pending: true, tamper: func(t *testing.T, b *bench) {
			exec(b.db.Audit(), `UPDATE audit_marks SET upto = upto + 1`)(t, b)
		}},
		{name: "a row of a page is changed and the others are kept", kind: "changed", seq: 8, packed: true, tamper: inPage(8, func(r *row) { r.body[len(r.body)-3] ^= 1 })},
		{name: "a row of a page is of another chart", kind: "changed", seq: 7, packed: true, tamper: inPage(7, func(r *row) { r.patient = "p1" })},
		{name: "a row of a page came from elsewhere", kind: "changed", seq: 9, packed: true, tamper: inPage(9, func(r *row) { r.source = "198.51.100.1 x" })},
		{name: "two rows of a page change places", kind: "changed", seq: 6, packed: true, tamper: page(6, func(b *bench, p *storedPage) {
			rows := b.rows(p)
			rows[0], rows[1] = rows[1], rows[0]
			p.body = b.paginate(rows)[0].body
		})},
		{name: "a byte of a page is changed", kind: "changed", seq: 6, packed: true, tamper: page(6, func(_ *bench, p *storedPage) { p.body[3] ^= 1 })},
		{name: "a page is cut off", kind: "changed", seq: 6, packed: true, tamper: page(6, func(_ *bench, p *storedPage) { p.body = p.body[:len(p.body)-1] })},
		{name: "a page has a row less", kind: "changed", seq: 6, packed: true, tamper: page(6, func(b *bench, p *storedPage) {
			rows := b.rows(p)[:3]
			x := b.paginate(rows)[0]
			p.n, p.body = x.n, x.body
		})},
		{name: "a page has a row less, seen from its writer", kind: "missing", seq: -1, packed: true, tamper: page(6, func(_ *bench, p *storedPage) { p.n-- })},
		{name: "a page has a row more", kind: "changed", seq: 6, packed: true, tamper: page(6, func(b *bench, p *storedPage) {
			rows := b.rows(p)
			x := b.paginate(append(rows, rows[0]))[0]
			p.n, p.body = x.n, x.body
		})},
		{name: "a page's code is changed", kind: "changed", seq: 6, packed: true, tamper: page(6, func(_ *bench, p *storedPage) { p.mac[0] ^= 1 })},
		{name: "a page's form is changed", kind: "changed", seq: 6, packed: true, tamper: page(6, func(_ *bench, p *storedPage) { p.form = formRow })},
		{name: "a page is dropped", kind: "missing", seq: 6, packed: true, tamper: drop(7)},
		{name: "a page and its seal are dropped", kind: "missing", seq: 6, packed: true, tamper: func(t *testing.T, b *bench) {
			drop(6)(t, b)
			exec(b.db.Audit(), `DELETE FROM audit_seals WHERE seq = 6`)(t, b)
		}},
		{name: "a page stands in two places", kind: "extra", seq: -1, packed: true, tamper: func(t *testing.T, b *bench) {
			w, n := place(t, b, 6)
			exec(b.db.Audit(), `INSERT INTO audit_pages (writer, first, n, at, form, body, mac)
				SELECT writer, first + 1, n, at, form, body, mac FROM audit_pages WHERE writer = ? AND first = ?`, w, n)(t, b)
		}},
		{name: "a seal says fewer rows", kind: "changed", seq: 6, packed: true, tamper: exec1(`UPDATE audit_seals SET n = 3 WHERE seq = 6`)},
		{name: "a seal says more rows", kind: "changed", seq: 6, packed: true, tamper: exec1(`UPDATE audit_seals SET n = 5 WHERE seq = 6`)},
		{name: "a seal says very many rows", kind: "changed", seq: 6, packed: true, tamper: exec1(`UPDATE audit_seals SET n = 2000000000 WHERE seq = 6`)},
		{name: "a seal's last link is cut off", kind: "chain", seq: 9, packed: true, tamper: links(6, func(b []byte) []byte { return b[:3*linkSize] })},
		{name: "a link inside a seal is changed", kind: "chain", seq: 8, packed: true, tamper: links(6, func(b []byte) []byte { b[2*linkSize+20] ^= 1; return b })},
		{name: "a place inside a seal is changed", kind: "chain", seq: 7, packed: true, tamper: links(6, func(b []byte) []byte { b[linkSize+7]++; return b })},
		{name: "two links inside a seal change places", kind: "chain", seq: 6, packed: true, tamper: links(6, func(b []byte) []byte {
			return slices.Concat(b[2*linkSize:3*linkSize], b[linkSize:2*linkSize], b[:linkSize], b[3*linkSize:])
		})},
		{name: "the index says that the log is longer", kind: "index", seq: 10, tamper: exec1(`INSERT INTO audit_segments (segment, since, until) VALUES (0, 0, 0)`)},
		{name: "a seal's link is changed", kind: "chain", seq: 4, tamper: links(4, func(b []byte) []byte { return append(b[:8], make([]byte, 32)...) })},
		{name: "a seal's place in the chain is changed", kind: "chain", seq: 4, tamper: links(4, func(b []byte) []byte { b[7]++; return b })},
		{name: "a seal names another row", kind: "missing", seq: 4, tamper: exec1(`UPDATE audit_seals SET first = 98 WHERE seq = 4`)},
		{name: "the last seal is dropped", kind: "missing", seq: 9, tamper: exec1(`DELETE FROM audit_seals WHERE seq = 9`)},
		{name: "a chart's last link is dropped", kind: "chain", seq: -1, tamper: exec1(`DELETE FROM audit_charts WHERE patient_id = 'p2'`)},
		{name: "a tile is dropped", kind: "order", seq: 0, tamper: exec1(`DELETE FROM audit_tiles`)},
		{name: "a line of the file is dropped", kind: "checkpoint", seq: -1, text: "between line 1 and line 2", tamper: lines(func(l []string) []string { return append(l[:1], l[2:]...) })},
		{name: "the first line of the file is dropped", kind: "checkpoint", seq: -1, text: "before line 1", tamper: lines(func(l []string) []string { return l[1:] })},
		{name: "the last line of the file is dropped", kind: "checkpoint", seq: -1, text: "was cut off", tamper: lines(func(l []string) []string { return l[:2] })},
		{name: "two lines of the file change places", kind: "checkpoint", seq: -1, text: "between line 1 and line 2", tamper: lines(func(l []string) []string { return []string{l[0], l[2], l[1]} })},
		{name: "the file is gone", kind: "checkpoint", seq: -1, text: "was cut off", tamper: lines(func([]string) []string { return nil })},
		{name: "a row is written without the key", kind: "writer", seq: -1, tamper: func(t *testing.T, b *bench) {
			exec(b.db, `INSERT INTO audit_pages (writer, first, n, at, form, body, mac) VALUES (5, 1, 1, 1, 2, ?, ?)`, []byte(`{}`), make([]byte, 32))(t, b)
		}},
		{name: "the end is cut off, everywhere", kind: "truncated", seq: 8, tamper: func(t *testing.T, b *bench) { cutEnd(t, b, 8) }},
		{name: "the root is changed", kind: "state", seq: -1, tamper: exec1(`UPDATE audit_state SET root = ?`, make([]byte, 32))},
		{name: "the last checkpoint is changed", kind: "checkpoint", seq: -1, tamper: exec1(`UPDATE audit_state SET checkpoint = replace(checkpoint, '"test"', '"tset"')`)},
		{name: "a chart's last link is changed", kind: "chain", seq: -1, tamper: exec1(`UPDATE audit_charts SET n = n + 1 WHERE patient_id = 'p1'`)},
		{name: "a line of the file is changed", kind: "checkpoint", seq: -1, text: "line 1", tamper: func(t *testing.T, b *bench) {
			text, err := os.ReadFile(b.file)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(b.file, bytes.Replace(text, []byte(`"size":`), []byte(`"size":1`), 1), 0o600))
		}},
		{name: "a line of the file is garbage", kind: "checkpoint", seq: -1, text: "cannot be read", tamper: func(t *testing.T, b *bench) {
			require.NoError(t, os.WriteFile(b.file, []byte("hello\n"), 0o600))
		}},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				b := newBench(t, d)
				b.reads.start(context.Background())
				defer b.reads.stop()
				for i := range 6 {
					b.writes(t, fmt.Sprintf("p%d", 1+i%2), 1)
					b.clock.move(1e6)
					if i == 1 || i == 3 {
						require.NoError(t, b.sealer.seal(context.Background(), true))
					}
				}
				var reads []Event
				for i := range 4 {
					e := wrote(fmt.Sprintf("p%d", 1+i%2), doctor)
					e.Action, e.Who.Address = "read", "192.0.2.7"
					reads = append(reads, e)
				}
				if !c.packed {
					for i := range reads {
						require.NoError(t, b.Record(context.Background(), reads[i]))
						b.clock.move(1e6)
					}
				} else {
					require.NoError(t, b.Record(context.Background(), reads...))
				}
				require.NoError(t, b.sealer.seal(context.Background(), true))
				if c.pending {
					b.writes(t, "p3", 1)
				}
				b.whole(t)
				c.tamper(t, b)
				rep, err := b.Verify(context.Background())
				require.NoError(t, err)
				found := false
				for _, p := range rep.Problems {
					found = found || p.Kind == c.kind && p.Seq == c.seq && (c.counter == 0 || p.Counter == c.counter) && strings.Contains(p.Text, c.text)
				}
				require.True(t, found, "%+v", rep.Problems)
			})
		})
	}
}

// lines changes the lines of the file of checkpoints, of which there are three.
func lines(change func([]string) []string) func(*testing.T, *bench) {
	return func(t *testing.T, b *bench) {
		text, err := os.ReadFile(b.file)
		require.NoError(t, err)
		l := strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n")
		require.Len(t, l, 3)
		l[2] += "\n"
		require.NoError(t, os.WriteFile(b.file, []byte(strings.Join(change(l), "")), 0o600))
	}
}

// forge changes a row with a right code of somebody who has this key: the tree
// still holds what was there.
func forge(t *testing.T, b *bench, by *Service, page func(int64, func(*bench, *page)) func(*testing.T, *bench)) {
	t.Helper()
	page(3, func(_ *bench, p *storedPage) { *p = by.paginate([]row{forged(*p)})[0] })(t, b)
}

type storedPage = page

func forged(p page) row {
	return row{writer: p.writer, counter: p.first, patient: "p2", account: "nobody", at: 5, body: []byte(`{"action":"read"}`)}
}

// links changes the links in the seal of a page.
func links(seq int64, change func([]byte) []byte) func(*testing.T, *bench) {
	return func(t *testing.T, b *bench) {
		var text []byte
		require.NoError(t, b.db.Audit().Read(context.Background()).QueryRow(`SELECT links FROM audit_seals WHERE seq = ?`, seq).Scan(&text))
		exec1(`UPDATE audit_seals SET links = ? WHERE seq = ?`, change(text), seq)(t, b)
	}
}

// withLeaf is the first tile with another leaf.
func withLeaf(t *testing.T, b *bench, seq int64, leaf []byte) []byte {
	tile, err := loadTiles(b.db.Audit().Read(context.Background()))(tileID{0, 0})
	require.NoError(t, err)
	return slices.Concat(tile[:seq*hashSize], leaf, tile[(seq+1)*hashSize:])
}

func exec1(query string, args ...any) func(*testing.T, *bench) {
	return func(t *testing.T, b *bench) {
		require.NoError(t, b.db.Audit().InTx(context.Background(), func(c *db.Conn) error { _, err := c.Exec(query, args...); return err }))
	}
}

// cutEnd makes the database look as if the log had ended earlier, as an old copy
// of it would: only what left it knows better.
func cutEnd(t *testing.T, b *bench, size int64) {
	t.Helper()
	ctx := context.Background()
	type gone struct{ writer, counter int64 }
	var rows []gone
	require.NoError(t, b.db.Audit().InTx(ctx, func(c *db.Conn) error {
		r, err := c.Query(`SELECT writer, first FROM audit_seals WHERE seq >= ?`, size)
		require.NoError(t, err)
		for r.Next() {
			var g gone
			require.NoError(t, r.Scan(&g.writer, &g.counter))
			rows = append(rows, g)
		}
		require.NoError(t, r.Close())
		for _, q := range []string{`DELETE FROM audit_seals`, `DELETE FROM audit_marks`, `DELETE FROM audit_charts`, `DELETE FROM audit_tiles`} {
			_, err := c.Exec(q)
			require.NoError(t, err)
		}
		_, err = c.Exec(`UPDATE audit_state SET size = 0, root = ?, checkpoint = ''`, emptyRoot())
		return err
	}))
	for _, g := range rows {
		for _, d := range b.stores() {
			require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
				if _, err := c.Exec(`DELETE FROM audit_pages WHERE writer = ? AND first = ?`, g.writer, g.counter); err != nil {
					return err
				}
				_, err := c.Exec(`UPDATE audit_writers SET next = ? WHERE writer = ? AND next > ?`, g.counter, g.writer, g.counter)
				return err
			}))
		}
	}
	// The rows that are left are sealed anew, without a word to the outside.
	quiet, err := New(Deps{DB: b.db, Key: sitekey.ForTest(), Revocations: revoke.NewFeed(b.db), Now: func() time.Time { return b.now().Add(10 * time.Second) }, Node: "test"})
	require.NoError(t, err)
	require.NoError(t, quiet.sealer.seal(ctx, true))
	rep, err := quiet.Verify(ctx)
	require.NoError(t, err)
	require.Empty(t, rep.Problems, "inside the database all is well")
}

func TestSealerReportsWhatItFinds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := context.Background()
		b.writes(t, "p1", 5)
		b.tx(t, func(c *db.Conn) error {
			if _, err := c.Exec(`UPDATE audit_pages SET at = at + 1 WHERE first = 4`); err != nil {
				return err
			}
			_, err := c.Exec(`DELETE FROM audit_pages WHERE first IN (2, 5)`)
			return err
		})
		require.NoError(t, b.sealer.seal(ctx, true))
		require.NoError(t, b.sealer.seal(ctx, true), "and goes on")
		h, err := b.Health(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 3, h.Faults, "two gaps and a wrong code")
		require.EqualValues(t, 3, h.Rows)
		rep, err := b.Verify(ctx)
		require.NoError(t, err)
		require.False(t, rep.OK())
		in, err := b.integrityOf(ctx, "p1")
		require.NoError(t, err)
		require.False(t, in.Complete)
	})
}

// A log that became shorter than what left it, as after a restore, is noticed when
// sealing begins. A person's word for it makes it a gap and no longer a fault, and
// hides nothing else.
func TestARestoreLeavesASignedGap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := context.Background()
		b.reads.start(ctx)
		defer b.reads.stop()
		kinds := func() (out []string) {
			rep, err := b.Verify(ctx)
			require.NoError(t, err)
			for _, p := range rep.Problems {
				out = append(out, p.Kind)
			}
			return out
		}
		_, err := b.RecordGap(ctx, admin, "restored")
		require.True(t, fault.Is(err, fault.Conflict), "there is none")
		b.writes(t, "p1", 5)
		require.NoError(t, b.sealer.seal(ctx, true))
		b.writes(t, "p1", 5)
		require.NoError(t, b.sealer.seal(ctx, true))
		b.sealer.release(ctx)
		cutEnd(t, b, 7)
		b.clock.move(1e12)
		require.NoError(t, b.sealer.seal(ctx, true))
		h, err := b.Health(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 1, h.Faults)
		require.Equal(t, []string{"gap"}, kinds())
		b.writes(t, "p1", 9)
		require.NoError(t, b.sealer.seal(ctx, true))
		require.Equal(t, []string{"gap"}, kinds(), "also once the log is longer than it was")

		_, err = b.RecordGap(ctx, admin, " ")
		require.True(t, fault.Is(err, fault.Invalid))
		b.clock.move(1e6)
		g, err := b.RecordGap(ctx, admin, "restored the copy of Sunday")
		require.NoError(t, err)
		require.EqualValues(t, []int64{5, 10}, []int64{g.From, g.Upto})
		require.Equal(t, "A. Dmin", g.By)
		require.NoError(t, b.sealer.seal(ctx, true))
		rep := b.whole(t)
		require.Len(t, rep.Gaps, 2)
		found := 0
		for _, e := range b.entries(t) {
			if e.Action == "gap" {
				found++
			}
		}
		require.Equal(t, 2, found, "the log itself tells of it")

		exec1(`UPDATE audit_gaps SET body = replace(body, 'Sunday', 'Monday')`)(t, b)
		require.Contains(t, kinds(), "gap", "nobody else writes one")
	})
}
