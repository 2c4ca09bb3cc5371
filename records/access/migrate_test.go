package access

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
)

// migration runs one half of the step that brought pages.
func migration(t *testing.T, d *db.DB, folder, file string, up bool) {
	t.Helper()
	root, err := dbtest.RepoRoot()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "internal/db/migrations", folder, file))
	require.NoError(t, err)
	text = regexp.MustCompile(`(?m)--.*$`).ReplaceAllFunc(text, func(line []byte) []byte {
		if strings.HasPrefix(string(line), "-- +goose Down") {
			return []byte("DOWN")
		}
		return nil
	})
	half, down, found := strings.Cut(string(text), "DOWN")
	require.True(t, found)
	if !up {
		half = down
	}
	require.NoError(t, d.InTx(context.Background(), func(c *db.Conn) error {
		for _, statement := range strings.Split(strings.ReplaceAll(half, ";\nEND", "; END"), ";\n") { // a trigger is one
			if strings.TrimSpace(statement) == "" {
				continue
			}
			if _, err := c.Exec(statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	}))
}

func migrateAudit(t *testing.T, d *db.DB, up bool) {
	t.Helper()
	if d.Dialect == db.Postgres {
		migration(t, d, "postgres", "00030_audit_pages.sql", up)
		return
	}
	migration(t, d, "sqlite", "00030_audit_pages.sql", up)
	migration(t, d.Audit(), "sqlite_audit", "00003_audit_pages.sql", up)
}

// oldRows leaves a log as versions without pages did: a row of the table for each,
// of two writers, with their seals, and one row that is not sealed.
func oldRows(t *testing.T, b *bench) {
	t.Helper()
	ctx := context.Background()
	tree := newTree(0, func(tileID) ([]byte, error) { return nil, nil })
	heads := map[string]chartHead{}
	for i := range 10 {
		e := wrote(fmt.Sprintf("p%d", 1+i%2), doctor)
		e.Who.Name, e.Who.Address = "Dr. Ökafor \"x\"", "192.0.2.7"
		r := b.row(&e, b.now())
		b.clock.move(1e6)
		d := b.db
		if r.writer, r.counter = 11, int64(i/2+1); i%2 == 1 {
			r.writer, d = 22, b.db.Audit()
		}
		if i == 3 {
			r.source = "" // of before there were sources
		}
		r.mac = b.macOf(&r)
		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
			_, err := c.Exec(`INSERT INTO audit (writer, counter, patient_id, account, at, body, mac, source) VALUES (?,?,?,?,?,?,?,?)`, r.writer, r.counter, r.patient, r.account, r.at, r.body, r.mac, r.source)
			if err != nil {
				return err
			}
			_, err = c.Exec(`INSERT INTO audit_writers (writer, next, node, created_at) VALUES (?, 6, 'test', 1) ON CONFLICT DO NOTHING`, r.writer)
			return err
		}))
		if i == 9 {
			continue
		}
		l := link{heads[r.patient].n + 1, noLink}
		if l.n > 1 {
			l.prev = heads[r.patient].hash
		}
		h := leafHash(b.leaf(&r, l))
		heads[r.patient] = chartHead{l.n, h}
		seq := tree.size
		require.NoError(t, tree.append(h))
		exec1(`INSERT INTO audit_seals (seq, writer, counter, n, prev, hash) VALUES (?,?,?,?,?,?)`, seq, r.writer, r.counter, l.n, l.prev, h)(t, b)
	}
	for p, h := range heads {
		exec1(`INSERT INTO audit_charts (patient_id, n, hash) VALUES (?,?,?)`, p, h.n, h.hash)(t, b)
	}
	for id, tile := range tree.tiles {
		exec1(`INSERT INTO audit_tiles (level, idx, hashes) VALUES (?,?,?)`, id.level, id.idx, tile)(t, b)
	}
	exec1(`INSERT INTO audit_marks (writer, upto) VALUES (11, 5), (22, 4)`)(t, b)
	root, err := tree.root()
	require.NoError(t, err)
	exec1(`UPDATE audit_state SET size = 9, root = ?`, root)(t, b)
}

// What was written before there were pages is read, shown, proven and checked as
// before, and goes on.
func TestRowsOfBeforePages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := context.Background()
		migrateAudit(t, d, false)
		oldRows(t, b)
		migrateAudit(t, d, true)
		rep := b.whole(t)
		require.EqualValues(t, 9, rep.Sealed)
		require.EqualValues(t, 1, rep.Pending)
		b.reads.start(ctx)
		defer b.reads.stop()
		require.NoError(t, b.sealer.seal(ctx, true))
		b.writes(t, "p1", 3)
		b.looks(t, "p1", 2)
		require.NoError(t, b.sealer.seal(ctx, true))
		rep = b.whole(t)
		require.EqualValues(t, 15, rep.Sealed)
		rows, err := b.rowsOf(ctx, "p1", newest).take(20)
		require.NoError(t, err)
		require.Len(t, rows, 10)
		old := rows[9]
		require.EqualValues(t, place{11, 1}, place{old.writer, old.counter})
		require.Equal(t, "192.0.2.7 ", old.source)
		require.Contains(t, string(old.body), `Dr. Ökafor \"x\"`)
		in, err := b.integrityOf(ctx, "p1")
		require.NoError(t, err)
		require.True(t, in.Complete)
		who := ana
		who.Patient = "p1"
		proofs, _, err := b.Proofs(ctx, who, "p1", "", 50)
		require.NoError(t, err)
		require.Len(t, proofs, 10)
		for _, p := range proofs {
			_, err := VerifyProof(b.PublicKey(), p)
			require.NoError(t, err)
		}

		exec1(`UPDATE audit_pages SET at = at + 1 WHERE writer = 22 AND first = 3`)(t, b)
		rep, err = b.Verify(ctx)
		require.NoError(t, err)
		require.NotEmpty(t, rep.Problems)
		require.Equal(t, "changed", rep.Problems[0].Kind)
		require.EqualValues(t, 5, rep.Problems[0].Seq)
	})
}
