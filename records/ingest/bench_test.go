package ingest_test

import (
	"testing"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/records/ingest"
)

// BenchmarkImport brings the patients of a Synthea deck, its facilities first,
// into an empty database.
func BenchmarkImport(b *testing.B) {
	for _, deck := range []string{"synthea-r4", "synthea-r4-2021-hiv"} {
		dir := dbtest.Data(b, deck)
		for name, make := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
			b.Run(deck+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				n := 0
				for range b.N {
					b.StopTimer()
					h := open(b, make(b))
					b.StartTimer()
					total := h.bring(b, ingest.Options{Paths: []string{dir}}).Total()
					n += total.Created + total.Updated + total.Unchanged
				}
				b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "resources/s")
			})
		}
	}
}
