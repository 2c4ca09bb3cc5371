package ingest_test

import (
	"bufio"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/records/ingest"
)

// TestKilled kills importing processes at random points and requires that
// starting again ends where one undisturbed import ends.
func TestKilled(t *testing.T) {
	patients, shared := some(t, "synthea-r4-2021-hiv", 3)
	want := map[string]int{}
	for _, dir := range []string{patients, shared} {
		ids, _ := naive(t, dir)
		for typ, n := range sizes(ids) {
			want[typ] += n
		}
	}
	for _, dialect := range []string{"sqlite", "postgres"} {
		t.Run(dialect, func(t *testing.T) {
			url, dir := "", t.TempDir()
			if dialect == "postgres" {
				url = dbtest.PostgresURL(t)
			}
			d, err := db.Open(context.Background(), db.Config{URL: url, Dir: dir})
			require.NoError(t, err)
			_, err = d.Migrate(context.Background())
			require.NoError(t, err)
			require.NoError(t, d.Close())
			for range 3 {
				killed(t, url, dir, patients+":"+shared, 1+rand.IntN(5))
			}
			d, err = db.Open(context.Background(), db.Config{URL: url, Dir: dir})
			require.NoError(t, err)
			t.Cleanup(func() { _ = d.Close() })
			h := open(t, d)
			require.Zero(t, h.count(t, `SELECT count(*) FROM import_ids i WHERE NOT EXISTS (SELECT 1 FROM resources r WHERE r.type = i.type AND r.id = i.id)`),
				"an id was committed without its resource")
			r := h.bring(t, ingest.Options{Paths: []string{shared, patients}})
			require.Zero(t, r.RefusedTotal)
			require.Zero(t, r.Total().Waiting)
			require.Equal(t, want, h.stored(t))
			all := h.count(t, `SELECT count(*) FROM resources`)
			require.Equal(t, all, h.count(t, `SELECT count(*) FROM resource_versions`), "something was written twice")
			require.Equal(t, h.count(t, `SELECT count(*) FROM resources WHERE patient_id <> ''`), h.count(t, `SELECT count(*) FROM chart_changes`))
		})
	}
}

// killed starts an import in a process of its own and kills it after some steps.
func killed(t *testing.T, url, dir, paths string, steps int) {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "INGEST_CHILD_PATHS="+paths, "INGEST_CHILD_URL="+url, "INGEST_CHILD_DIR="+dir)
	cmd.Dir = filepath.Dir(dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for range steps {
		if !lines.Scan() {
			break
		}
	}
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
}
