package access

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
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
	place := func(t *testing.T, b *bench, seq int64) (writer, counter int64) {
		require.NoError(t, b.db.Audit().Read(context.Background()).QueryRow(`SELECT writer, counter FROM audit_seals WHERE seq = ?`, seq).Scan(&writer, &counter))
		return writer, counter
	}
	for _, c := range []struct {
		name    string
		kind    string
		seq     int64
		text    string
		tamper  func(*testing.T, *bench)
		pending bool // also with rows that are not sealed
	}{
		{name: "a row's body is changed", kind: "changed", seq: 2, tamper: func(t *testing.T, b *bench) {
			w, n := place(t, b, 2)
			exec(b.db, `UPDATE audit SET body = ? WHERE writer = ? AND counter = ?`, []byte(`{"name":"Somebody else"}`), w, n)(t, b)
		}},
		{name: "a row is moved to another chart", kind: "changed", seq: 3, tamper: func(t *testing.T, b *bench) {
			w, n := place(t, b, 3)
			exec(b.db, `UPDATE audit SET patient_id = 'p9' WHERE writer = ? AND counter = ?`, w, n)(t, b)
		}},
		{name: "a row is dropped", kind: "missing", seq: 4, tamper: func(t *testing.T, b *bench) {
			w, n := place(t, b, 4)
			exec(b.db, `DELETE FROM audit WHERE writer = ? AND counter = ?`, w, n)(t, b)
		}},
		{name: "a read is dropped", kind: "missing", seq: 8, tamper: func(t *testing.T, b *bench) {
			w, n := place(t, b, 8)
			exec(b.db.Audit(), `DELETE FROM audit WHERE writer = ? AND counter = ?`, w, n)(t, b)
		}},
		{name: "a row and its seal are dropped", kind: "missing", seq: 5, tamper: func(t *testing.T, b *bench) {
			w, n := place(t, b, 5)
			exec(b.db, `DELETE FROM audit WHERE writer = ? AND counter = ?`, w, n)(t, b)
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
		{name: "a seal's hash is changed", kind: "changed", seq: 6, tamper: func(t *testing.T, b *bench) {
			exec(b.db.Audit(), `UPDATE audit_seals SET hash = ? WHERE seq = 6`, make([]byte, 32))(t, b)
		}},
		{name: "the tree is changed", kind: "order", seq: 0, tamper: func(t *testing.T, b *bench) {
			exec(b.db.Audit(), `UPDATE audit_tiles SET hashes = ? WHERE level = 0`, make([]byte, 320))(t, b)
		}},
		{name: "a row that is not sealed yet is changed", kind: "changed", seq: -1, pending: true, tamper: func(t *testing.T, b *bench) {
			exec(b.db, `UPDATE audit SET body = ? WHERE patient_id = 'p3'`, []byte(`{}`))(t, b)
		}},
		{name: "a row that is not sealed yet is dropped", kind: "missing", seq: -1, pending: true, tamper: func(t *testing.T, b *bench) {
			exec(b.db, `DELETE FROM audit WHERE patient_id = 'p3'`)(t, b)
		}},
		{name: "a row is written without the key", kind: "writer", seq: -1, tamper: func(t *testing.T, b *bench) {
			exec(b.db, `INSERT INTO audit (writer, counter, patient_id, account, at, body, mac) VALUES (5, 1, 'p1', 'x', 1, ?, ?)`, []byte(`{}`), make([]byte, 32))(t, b)
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
				}
				for i := range 4 {
					b.looks(t, fmt.Sprintf("p%d", 1+i%2), 1)
					b.clock.move(1e6)
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
					found = found || p.Kind == c.kind && p.Seq == c.seq && strings.Contains(p.Text, c.text)
				}
				require.True(t, found, "%+v", rep.Problems)
			})
		})
	}
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
		r, err := c.Query(`SELECT writer, counter FROM audit_seals WHERE seq >= ?`, size)
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
				if _, err := c.Exec(`DELETE FROM audit WHERE writer = ? AND counter = ?`, g.writer, g.counter); err != nil {
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
			if _, err := c.Exec(`UPDATE audit SET account = 'x' WHERE counter = 4`); err != nil {
				return err
			}
			_, err := c.Exec(`DELETE FROM audit WHERE counter IN (2, 5)`)
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

// A log that became shorter than what left it is noticed when sealing begins.
func TestSealerNoticesATruncatedLog(t *testing.T) {
	b := newBench(t, dbtest.SQLite(t))
	b.reads.start(context.Background())
	defer b.reads.stop()
	b.writes(t, "p1", 10)
	require.NoError(t, b.sealer.seal(context.Background(), true))
	b.sealer.release(context.Background())
	cutEnd(t, b, 7)
	b.clock.move(1e12)
	require.NoError(t, b.sealer.seal(context.Background(), true))
	h, err := b.Health(context.Background())
	require.NoError(t, err)
	require.EqualValues(t, 1, h.Faults)
}
