package bulk_test

import (
	"context"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/records/bulk"
)

// TestMemoryDoesNotGrow exports much more than it may hold.
func TestMemoryDoesNotGrow(t *testing.T) {
	const charts, each, size = 64, 1000, 2500 // 160 MB
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		h := open(t, d, t.TempDir(), time.Hour)
		fill(t, d, charts, each, size)
		id, err := h.StartExport(ctx, feed, bulk.Export{Level: bulk.System}, "https://housecall.test/fhir/$export")
		require.NoError(t, err)
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		before := m.HeapInuse
		defer debug.SetGCPercent(debug.SetGCPercent(100)) // whatever it is told: what is measured is what must be kept
		var most atomic.Uint64
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-stop:
					return
				case <-tick.C:
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					most.Store(max(most.Load(), m.HeapInuse))
				}
			}
		}()
		more, err := h.Work(ctx, id)
		close(stop)
		<-stopped
		require.NoError(t, err)
		require.False(t, more)
		st, err := h.Status(ctx, feed, id)
		require.NoError(t, err)
		var lines, bytes int64
		for _, f := range st.Files {
			lines, bytes = lines+f.Count, bytes+f.Size
		}
		require.EqualValues(t, charts*each, lines)
		require.Greater(t, bytes, int64(charts*each*size))
		require.Greater(t, len(st.Files), 1, "a file has a bound, too")
		grown := int64(most.Load()) - int64(before)
		t.Logf("%d MB exported, the heap grew by %d MB", bytes>>20, grown>>20)
		require.Less(t, grown, bytes/2)
	})
}

// fill makes charts in the database itself, which is faster than writing them.
func fill(t testing.TB, d *db.DB, charts, each, size int) {
	t.Helper()
	numbers := `WITH RECURSIVE g(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM g WHERE n < ? - 1)`
	name, body := `printf('%06d', n)`, `CAST('{"resourceType":"Observation","id":"' || printf('%06d', n) || '","note":[{"text":"' || hex(randomblob(? / 2)) || '"}]}' AS BLOB)`
	if d.Dialect == db.Postgres {
		numbers = `WITH g AS (SELECT generate_series(0, ?::bigint - 1) AS n)`
		name, body = `lpad(n::text, 6, '0')`, `convert_to('{"resourceType":"Observation","id":"' || lpad(n::text, 6, '0') || '","note":[{"text":"' || repeat(md5(n::text), (?::bigint / 32 + 1)::int) || '"}]}', 'UTF8')`
	}
	require.NoError(t, d.InTx(context.Background(), func(c *db.Conn) error {
		for range charts {
			p := newID()
			if _, err := c.Exec(`INSERT INTO charts (patient_id, head, class_heads, created_at) VALUES (?, 0, ?, 0)`, p, []byte{}); err != nil {
				return err
			}
			if _, err := c.Exec(numbers+` INSERT INTO resources (patient_id, type, id, version, n, last_updated, category, index_rules, body)
				SELECT CAST(? AS TEXT), 'Observation', `+name+`, 1, n, 1000, 1, 1, `+body+` FROM g`, each, p, size); err != nil {
				return err
			}
		}
		return nil
	}))
}
