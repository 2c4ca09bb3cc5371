package bulk_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/records"
	"housecall/records/bulk"
)

// TestKilled kills exporting processes at random points while the charts change,
// and requires that the export ends with everything as it was at its moment, each
// resource once.
func TestKilled(t *testing.T) {
	for _, dialect := range []string{"sqlite", "postgres"} {
		t.Run(dialect, func(t *testing.T) {
			ctx, address, dir := context.Background(), "", t.TempDir()
			if dialect == "postgres" {
				address = dbtest.PostgresURL(t)
			}
			d, err := db.Open(ctx, db.Config{URL: address, Dir: dir})
			require.NoError(t, err)
			t.Cleanup(func() { _ = d.Close() })
			_, err = d.Migrate(ctx)
			require.NoError(t, err)
			h := open(t, d, dir, time.Nanosecond)
			patients, ids := h.charts(t, 25, 200)
			id, err := h.StartExport(ctx, feed, bulk.Export{Level: bulk.System}, "https://housecall.test/fhir/$export")
			require.NoError(t, err)
			more, err := h.Work(ctx, id) // settles its moment
			require.NoError(t, err)
			require.True(t, more)

			last := len(ids) - 1
			h.write(t, records.Put, observation(ids[last], patients[24], 99))
			h.write(t, records.Put, observation(newID(), patients[24], 98))
			_, err = h.store.Write(ctx, feed, records.Batch{Ops: []records.Op{{Kind: records.Delete, Type: "Observation", ID: ids[last-1]}}})
			require.NoError(t, err)
			for range 3 {
				killed(t, address, dir, id, rand.IntN(3))
			}
			for more := true; more; {
				more, err = h.Work(ctx, id)
				require.NoError(t, err)
			}
			got, st := h.all(t, id)
			require.Len(t, got["Patient"], 25)
			seen := map[string]bool{}
			for _, x := range got["Observation"] {
				require.False(t, seen[x["id"].(string)], "a resource came twice")
				seen[x["id"].(string)] = true
				require.Less(t, x["valueQuantity"].(map[string]any)["value"].(float64), 90.0, "something came as it was later")
				at, err := time.Parse(time.RFC3339, x["meta"].(map[string]any)["lastUpdated"].(string))
				require.NoError(t, err)
				require.False(t, at.After(st.Transaction))
			}
			require.Len(t, seen, len(ids))
			for _, id := range ids {
				require.True(t, seen[id], "a resource is missing")
			}

			// The next one tells what happened since, and nothing else.
			since, err := h.StartExport(ctx, feed, bulk.Export{Level: bulk.System, Since: st.Transaction}, "https://housecall.test/fhir/$export")
			require.NoError(t, err)
			for more := true; more; {
				more, err = h.Work(ctx, since)
				require.NoError(t, err)
			}
			got, _ = h.all(t, since)
			require.Len(t, got["Observation"], 2)
			require.Len(t, got["Bundle"], 1)
			require.Len(t, got, 2)
		})
	}
}

// killed works on a job in a process of its own and kills it after some turns.
func killed(t *testing.T, address, dir, id string, turns int) {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "BULK_CHILD_JOB="+id, "BULK_CHILD_URL="+address, "BULK_CHILD_DIR="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for range turns {
		if !lines.Scan() {
			break
		}
	}
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
}

// TestImportKilled kills importing processes and requires that everything is in,
// once.
func TestImportKilled(t *testing.T) {
	const lines = 9000 // several windows
	var body bytes.Buffer
	fmt.Fprintf(&body, `{"resourceType":"Patient","id":"p","name":[{"family":"Made"}]}`+"\n")
	for n := range lines - 1 {
		fmt.Fprintf(&body, "%s\n", observation(fmt.Sprintf("o%d", n), "p", n%6))
	}
	var parts atomic.Int64
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			parts.Add(1)
		}
		w.Header().Set("ETag", `"1"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body.Bytes()))
	}))
	t.Cleanup(server.Close)
	for _, dialect := range []string{"sqlite", "postgres"} {
		t.Run(dialect, func(t *testing.T) {
			parts.Store(0)
			ctx, address, dir := context.Background(), "", t.TempDir()
			if dialect == "postgres" {
				address = dbtest.PostgresURL(t)
			}
			d, err := db.Open(ctx, db.Config{URL: address, Dir: dir})
			require.NoError(t, err)
			t.Cleanup(func() { _ = d.Close() })
			_, err = d.Migrate(ctx)
			require.NoError(t, err)
			h := open(t, d, dir, time.Nanosecond)
			id, err := h.StartImport(ctx, feed, bulk.Import{Source: "https://other.example.org", Inputs: []bulk.Input{{Type: "Observation", URL: server.URL}}}, "https://housecall.test/fhir/$import")
			require.NoError(t, err)
			killed(t, address, dir, id, 20)
			killed(t, address, dir, id, 3)
			for more := true; more; {
				more, err = h.Work(ctx, id)
				require.NoError(t, err)
			}
			require.Positive(t, parts.Load(), "what is in is not fetched again")
			count := func(query string) (n int) {
				require.NoError(t, d.Read(ctx).QueryRow(query).Scan(&n))
				return n
			}
			require.Equal(t, lines, count(`SELECT count(*) FROM resources`))
			require.Equal(t, lines, count(`SELECT count(*) FROM resource_versions`), "something was written twice")
			require.Equal(t, lines, count(`SELECT created + unchanged FROM bulk_inputs`))
			require.Equal(t, lines, count(`SELECT line FROM bulk_inputs`))
		})
	}
}

// TestATurnThatWasGivenUpKeepsNothing: a node that seemed dead and goes on after
// all, or one whose job was cancelled, puts nothing more away.
func TestATurnThatWasGivenUpKeepsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, dir := context.Background(), t.TempDir()
		h := open(t, d, dir, time.Hour)
		fill(t, d, 32, 1000, 1500) // several times what a spool holds
		count := func(query string) (n int64) {
			require.NoError(t, d.Read(ctx).QueryRow(query).Scan(&n))
			return n
		}
		// begin works until the first part is put away.
		begin := func() (id string, ended chan error) {
			id, err := h.StartExport(ctx, feed, bulk.Export{Level: bulk.System}, "https://housecall.test/fhir/$export")
			require.NoError(t, err)
			ended = make(chan error, 1)
			go func() { _, err := h.Work(ctx, id); ended <- err }()
			require.Eventually(t, func() bool { return count(`SELECT count(*) FROM bulk_files WHERE job = '`+id+`'`) > 0 }, time.Minute, time.Millisecond)
			return id, ended
		}
		id, ended := begin()
		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error { _, err := c.Exec(`UPDATE bulk_jobs SET fence = fence + 1`); return err })) // as a node does that takes it up
		there := count(`SELECT sum(count) FROM bulk_files`)
		require.NoError(t, <-ended)
		require.Equal(t, there, count(`SELECT sum(count) FROM bulk_files`))
		require.Less(t, there, int64(32000))
		more, err := h.Work(ctx, id)
		require.NoError(t, err)
		require.False(t, more)
		require.EqualValues(t, 32000, count(`SELECT sum(count) FROM bulk_files`), "each resource once")
		require.NoError(t, h.Cancel(ctx, feed, id))

		id, ended = begin()
		require.NoError(t, h.Cancel(ctx, feed, id))
		require.NoError(t, <-ended)
		require.NoError(t, h.Sweep(ctx))
		require.NoError(t, filepath.WalkDir(filepath.Join(dir, blob.Folder), func(path string, e fs.DirEntry, err error) error {
			require.True(t, err != nil || e.IsDir(), "a file of a cancelled job stays")
			return err
		}))
	})
}
