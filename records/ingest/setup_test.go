package ingest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
	"housecall/records/ingest"
)

var operator = identity.SystemPrincipal("import")

type house struct {
	*ingest.Importer
	db     *db.DB
	store  *records.Store
	access *access.Service
}

func open(t testing.TB, d *db.DB) *house {
	t.Helper()
	h, stop, err := build(d)
	require.NoError(t, err)
	t.Cleanup(stop)
	return h
}

func build(d *db.DB, scan ...records.Scanner) (*house, func(), error) {
	feed := revoke.NewFeed(d)
	a, err := access.New(access.Deps{DB: d, Key: sitekey.ForTest(), Revocations: feed, Now: time.Now, Node: "test"})
	if err != nil {
		return nil, nil, err
	}
	if err := feed.Start(context.Background()); err != nil {
		return nil, nil, err
	}
	if err := a.Start(context.Background()); err != nil {
		return nil, nil, err
	}
	deps := records.Deps{DB: d, Access: a, Key: sitekey.ForTest()}
	if len(scan) > 0 {
		deps.Scan = scan[0]
	}
	s, err := records.New(deps)
	if err != nil {
		return nil, nil, err
	}
	im, err := ingest.New(ingest.Deps{DB: d, Store: s, Access: a})
	if err != nil {
		return nil, nil, err
	}
	return &house{im, d, s, a}, func() { a.Stop(); feed.Stop() }, nil
}

// bring imports and requires that the import ran to its end.
func (h *house) bring(t testing.TB, opts ingest.Options) *ingest.Report {
	t.Helper()
	r, err := h.Import(context.Background(), operator, opts)
	require.NoError(t, err)
	return r
}

func (h *house) count(t testing.TB, query string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, h.db.Read(context.Background()).QueryRow(query, args...).Scan(&n))
	return n
}

// stored counts the current resources of each type.
func (h *house) stored(t testing.TB) map[string]int {
	t.Helper()
	out := map[string]int{}
	require.NoError(t, h.db.Read(context.Background()).Each(`SELECT type, count(*) FROM resources GROUP BY type`, func(r *sql.Rows) error {
		var typ string
		var n int
		err := r.Scan(&typ, &n)
		out[typ] = n
		return err
	}))
	return out
}

// marks are what moves with every write.
func (h *house) marks(t testing.TB) [4]int {
	return [4]int{h.count(t, `SELECT count(*) FROM resource_versions`), h.count(t, `SELECT count(*) FROM chart_changes`),
		h.count(t, `SELECT COALESCE(sum(n), 0) FROM audit_pages`), h.count(t, `SELECT count(*) FROM import_ids`)}
}

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// dump gives every current resource in the sender's terms, without what the
// store adds.
func (h *house) dump(t testing.TB) map[string]string {
	t.Helper()
	c := h.db.Read(context.Background())
	back := map[string]string{}
	require.NoError(t, c.Each(`SELECT id, source, source_id FROM import_ids`, func(r *sql.Rows) error {
		var id, source, sid string
		err := r.Scan(&id, &source, &sid)
		back[id] = source + "|" + sid
		return err
	}))
	theirs := func(s string) string {
		for range 2 { // a part of a Provenance is named after its chart
			s = uuids.ReplaceAllStringFunc(s, func(id string) string {
				if b, ok := back[id]; ok {
					return b
				}
				return id
			})
		}
		return s
	}
	out := map[string]string{}
	require.NoError(t, c.Each(`SELECT patient_id, type, id, body FROM resources`, func(r *sql.Rows) error {
		var chart, typ, id string
		var body []byte
		if err := r.Scan(&chart, &typ, &id, &body); err != nil {
			return err
		}
		n, err := fhir.Parse(body)
		if err != nil {
			return err
		}
		n.Get("meta").Delete("versionId")
		n.Get("meta").Delete("lastUpdated")
		out[typ+"/"+theirs(id)] = theirs(chart) + " " + theirs(string(n.Append(nil)))
		return nil
	}))
	return out
}

func sameDump(t testing.TB, want, got map[string]string) {
	t.Helper()
	require.Len(t, got, len(want))
	for k, v := range want {
		require.Equal(t, v, got[k], k)
	}
}

// naive reads a deck with the standard library: the ids of each type that its
// files hold, and how many entries there are.
func naive(t testing.TB, dir string) (ids map[string]map[string]bool, entries int) {
	t.Helper()
	ids = map[string]map[string]bool{}
	add := func(b []byte) {
		var x struct {
			ResourceType, ID string
			Entry            []struct {
				Resource struct{ ResourceType, ID string }
			}
		}
		require.NoError(t, json.Unmarshal(b, &x))
		note := func(typ, id string) {
			if ids[typ] == nil {
				ids[typ] = map[string]bool{}
			}
			ids[typ][id] = true
			entries++
		}
		if x.ResourceType != "Bundle" {
			note(x.ResourceType, x.ID)
			return
		}
		for _, e := range x.Entry {
			note(e.Resource.ResourceType, e.Resource.ID)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.gz"))
	require.NoError(t, err)
	for _, f := range files {
		if strings.HasPrefix(filepath.Base(f), "log.") {
			continue
		}
		b := unzipped(t, f)
		if !strings.HasSuffix(f, ".ndjson.gz") {
			add(b)
			continue
		}
		for line := range bytes.Lines(b) {
			add(line)
		}
	}
	return ids, entries
}

func sizes(ids map[string]map[string]bool) map[string]int {
	out := map[string]int{}
	for typ, of := range ids {
		out[typ] = len(of)
	}
	return out
}

func created(r *ingest.Report) map[string]int {
	out := map[string]int{}
	for typ, c := range r.Types {
		out[typ] = c.Created
	}
	maps.DeleteFunc(out, func(_ string, n int) bool { return n == 0 })
	return out
}

func unzipped(t testing.TB, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	b, err := io.ReadAll(z)
	require.NoError(t, err)
	return b
}

func write(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func text(t testing.TB, r *ingest.Report) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, r.WriteText(&b))
	return b.String()
}

func TestMain(m *testing.M) {
	childImport()
	dbtest.Main(m)
}
