package bulk_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/records/bulk"
)

// BenchmarkExport exports 1,000 charts of 120 resources, with access decided,
// audit kept, and files packed, encrypted and durable.
func BenchmarkExport(b *testing.B) {
	for name, database := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			ctx := context.Background()
			h := open(b, database(b), b.TempDir(), time.Hour)
			h.charts(b, 1000, 119)
			var lines, size int64
			for b.Loop() {
				id, err := h.StartExport(ctx, feed, bulk.Export{Level: bulk.System}, "https://housecall.test/fhir/$export")
				require.NoError(b, err)
				more, err := h.Work(ctx, id)
				require.NoError(b, err)
				require.False(b, more)
				st, err := h.Status(ctx, feed, id)
				require.NoError(b, err)
				for _, f := range st.Files {
					lines, size = lines+f.Count, size+f.Size
				}
			}
			b.ReportMetric(float64(lines)/b.Elapsed().Seconds(), "resources/s")
			b.ReportMetric(float64(size)/1e6/b.Elapsed().Seconds(), "MB/s")
		})
	}
}
