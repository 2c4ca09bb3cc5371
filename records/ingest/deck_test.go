package ingest_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/records/ingest"
)

func TestDecks(t *testing.T) {
	old, hiv := dbtest.Data(t, "synthea-r4"), dbtest.Data(t, "synthea-r4-2021-hiv")
	inOld, oldEntries := naive(t, old)
	inHIV, hivEntries := naive(t, hiv)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		r := h.bring(t, ingest.Options{Paths: []string{old}, Source: "smart"})
		require.Zero(t, r.RefusedTotal, text(t, r))
		require.Equal(t, sizes(inOld), created(r))
		require.Equal(t, sizes(inOld), h.stored(t))
		require.Equal(t, oldEntries, r.Total().Created+r.Total().Updated+r.Total().Unchanged)
		require.Zero(t, r.Total().Updated+r.Total().Waiting)
		t.Log("\n" + text(t, r))

		r = h.bring(t, ingest.Options{Paths: []string{hiv}, Source: "pipes"})
		require.Zero(t, r.RefusedTotal, text(t, r))
		require.Equal(t, sizes(inHIV), created(r))
		require.Zero(t, r.Total().Updated+r.Total().Unchanged+r.Total().Waiting)
		t.Log("\n" + text(t, r))

		before := h.marks(t)
		for source, dir := range map[string]string{"smart": old, "pipes": hiv} {
			r = h.bring(t, ingest.Options{Paths: []string{dir}, Source: source})
			total := r.Total()
			require.Equal(t, map[string]int{"smart": oldEntries, "pipes": hivEntries}[source], total.Unchanged)
			require.Zero(t, total.Created+total.Updated+total.Refused+total.Waiting)
			t.Log("\n" + text(t, r))
		}
		require.Equal(t, before, h.marks(t), "the second time writes nothing")
	})
}

// some copies a part of a deck: a few patients, and the bundles of facilities
// and practitioners apart.
func some(t *testing.T, deck string, most int) (patients, shared string) {
	t.Helper()
	patients, shared = t.TempDir(), t.TempDir()
	files, err := filepath.Glob(filepath.Join(dbtest.Data(t, deck), "*.gz"))
	require.NoError(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		name := filepath.Base(f)
		switch {
		case strings.HasPrefix(name, "hospital"), strings.HasPrefix(name, "practitioner"):
			write(t, shared, name, string(b))
		case most > 0:
			most--
			write(t, patients, name, string(b))
		}
	}
	return patients, shared
}

func TestOrderDoesNotMatter(t *testing.T) {
	for _, deck := range []string{"synthea-r4", "synthea-r4-2021-hiv"} {
		patients, shared := some(t, deck, 4)
		var want map[string]string
		t.Run(deck, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				h := open(t, d)
				require.Zero(t, h.bring(t, ingest.Options{Paths: []string{shared, patients}}).RefusedTotal)
				got := h.dump(t)
				if want == nil {
					want = got
				}
				sameDump(t, want, got)

				h = open(t, another(t, d))
				r := h.bring(t, ingest.Options{Paths: []string{patients}})
				require.Zero(t, r.RefusedTotal)
				if deck == "synthea-r4-2021-hiv" {
					require.Greater(t, r.Total().Waiting, 500)
					require.NotEmpty(t, r.Wants)
					again := h.bring(t, ingest.Options{Paths: []string{patients}})
					require.Equal(t, r.Total().Waiting, again.Total().Waiting)
					require.Zero(t, again.Total().Created)
				}
				r = h.bring(t, ingest.Options{Paths: []string{shared}})
				require.Zero(t, r.RefusedTotal)
				require.Zero(t, r.Total().Waiting, text(t, r))
				require.Zero(t, h.count(t, `SELECT count(*) FROM import_wants`))
				sameDump(t, want, h.dump(t))

				before := h.marks(t)
				require.Zero(t, h.bring(t, ingest.Options{Paths: []string{patients, shared}}).Total().Created)
				require.Equal(t, before, h.marks(t))
			})
		})
	}
}

func another(t *testing.T, d *db.DB) *db.DB {
	if d.Dialect == db.Postgres {
		return dbtest.Postgres(t)
	}
	return dbtest.SQLite(t)
}

func TestBulkExport(t *testing.T) {
	dir := dbtest.Data(t, "bulk-ndjson-10-patients")
	ids, _ := naive(t, dir)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		r := h.bring(t, ingest.Options{Paths: []string{dir}})
		t.Log("\n" + text(t, r))
		require.Zero(t, r.RefusedTotal, text(t, r))
		require.Equal(t, sizes(ids), created(r))
		require.Zero(t, r.Total().Waiting)
		require.Len(t, r.Skipped, 1, "the export's own diary")

		// Without its encounters everything that refers to one waits for it by name.
		h = open(t, another(t, d))
		part := t.TempDir()
		files, err := filepath.Glob(filepath.Join(dir, "*.ndjson.gz"))
		require.NoError(t, err)
		for _, f := range files {
			if b, err := os.ReadFile(f); err == nil && !strings.HasPrefix(filepath.Base(f), "Encounter") {
				write(t, part, filepath.Base(f), string(b))
			}
		}
		r = h.bring(t, ingest.Options{Paths: []string{part}})
		waits := map[string]int{}
		for typ, c := range r.Types {
			waits[typ] = c.Waiting
		}
		maps.DeleteFunc(waits, func(_ string, n int) bool { return n == 0 })
		want := sizes(ids)
		require.Equal(t, map[string]int{"Condition": want["Condition"], "DocumentReference": want["DocumentReference"],
			"Immunization": want["Immunization"], "MedicationRequest": want["MedicationRequest"], "Procedure": want["Procedure"]}, waits)
		require.True(t, strings.HasPrefix(r.Wants[0].Target, "Encounter/"), text(t, r))
		r = h.bring(t, ingest.Options{Paths: []string{filepath.Join(dir, "Encounter.000.ndjson.gz")}})
		require.Zero(t, r.Total().Waiting)
		require.Equal(t, want, h.stored(t))
	})
}
