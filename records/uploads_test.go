package records_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
	"housecall/records"
)

// withFiles gives the house a place for files.
func (h *house) withFiles() (dir string) {
	h.t.Helper()
	dir = h.t.TempDir()
	blobs, err := blob.Open(context.Background(), blob.Config{Dir: dir, Key: sitekey.ForTest()})
	require.NoError(h.t, err)
	h.t.Cleanup(func() { _ = blobs.Close() })
	h.store, err = records.New(records.Deps{DB: h.db, Access: h.access, Key: sitekey.ForTest(), Now: h.clock, Blobs: blobs})
	require.NoError(h.t, err)
	return dir
}

func filesIn(t *testing.T, dir string) (n int) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	}))
	return n
}

// failingCommit makes a transaction that keeps a file fail at its end, when the
// server may have kept it or not.
func failingCommit(t *testing.T, d *db.DB) (mend func()) {
	t.Helper()
	exec := func(statements ...string) {
		require.NoError(t, d.InTx(context.Background(), func(c *db.Conn) error {
			for _, s := range statements {
				if _, err := c.Exec(s); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	exec(`CREATE TABLE known (x TEXT PRIMARY KEY)`, `CREATE TABLE odd (x TEXT REFERENCES known (x) DEFERRABLE INITIALLY DEFERRED)`)
	if d.Dialect == db.Postgres {
		exec(`CREATE FUNCTION oddly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO odd VALUES ('x'); RETURN NULL; END $$`,
			`CREATE TRIGGER oddly AFTER INSERT ON binaries FOR EACH ROW EXECUTE FUNCTION oddly()`)
		return func() { exec(`DROP TRIGGER oddly ON binaries`) }
	}
	exec(`CREATE TRIGGER oddly AFTER INSERT ON binaries BEGIN INSERT INTO odd VALUES ('x'); END`)
	return func() { exec(`DROP TRIGGER oddly`) }
}

func TestABlobGoesOnlyWhenNoRowHoldsIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx, dir, rosa := context.Background(), h.withFiles(), newID()
		h.put(`{"resourceType":"Patient","id":"` + rosa + `","name":[{"family":"Marin"}]}`)
		self := identity.Principal{Kind: identity.Person, Account: newID(), Name: "Rosa", Patient: rosa}
		in := records.BinaryIn{ID: newID(), Title: "a", Content: []byte("plain words")}
		loose := func() (n int) {
			require.NoError(t, d.Read(ctx).QueryRow(`SELECT count(*) FROM loose_blobs`).Scan(&n))
			return n
		}

		mend := failingCommit(t, d)
		_, err := h.store.SaveBinary(ctx, self, rosa, in)
		require.Error(t, err)
		require.Equal(t, 1, filesIn(t, dir), "nobody knows whether a row holds it")
		mend()
		_, err = h.store.SaveBinary(ctx, self, rosa, in)
		require.NoError(t, err)
		require.NoError(t, h.store.SweepBlobs(ctx))
		require.Equal(t, 2, filesIn(t, dir), "it may still be on its way")
		h.later(25 * time.Hour)
		require.NoError(t, h.store.SweepBlobs(ctx))
		require.Equal(t, 1, filesIn(t, dir))
		require.Zero(t, loose())
		f, err := h.store.ReadBinary(ctx, self, rosa, in.ID)
		require.NoError(t, err)
		defer f.Close()
		got, err := io.ReadAll(f)
		require.NoError(t, err)
		require.Equal(t, in.Content, got)

		// What was refused is gone at once.
		other := newID()
		h.put(`{"resourceType":"Binary","id":"` + other + `","contentType":"text/plain","securityContext":{"reference":"Patient/` + rosa + `"},"data":"eA=="}`)
		_, err = h.store.SaveBinary(ctx, self, rosa, records.BinaryIn{ID: other, Content: []byte("other words")})
		require.True(t, fault.Is(err, fault.Conflict), "%v", err)
		require.Equal(t, 1, filesIn(t, dir))
		require.Zero(t, loose())
	})
}
