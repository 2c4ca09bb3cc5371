package records_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
	"housecall/records"
)

// What the audit row of a read costs: 16 readers at once, with and without it,
// sealing on. cpu-us/op is the time of this process, the sealer's included;
// PostgreSQL's own is not in it.
func BenchmarkAuditedRead(b *testing.B) {
	forBench(b, func(b *testing.B, x *bench) {
		type read func(context.Context, identity.Principal, string, string) (records.Stored, error)
		for _, way := range []struct {
			name string
			read read
		}{{"unaudited", x.store.ReadUnaudited}, {"audited", x.store.Read}} {
			b.Run(way.name, func(b *testing.B) {
				var n atomic.Int64
				b.SetParallelism(max(1, 16/runtime.GOMAXPROCS(0)))
				b.ReportAllocs()
				before := processTime(b)
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if _, err := way.read(context.Background(), feed, "Observation", x.obs[n.Add(1)%int64(len(x.obs))]); err != nil {
							b.Error(err)
						}
					}
				})
				b.StopTimer()
				b.ReportMetric(float64(processTime(b)-before)/1e3/float64(b.N), "cpu-us/op")
			})
		}
	})
}

// processTime is the CPU time of this process, in nanoseconds.
func processTime(b *testing.B) int64 {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return u.Utime.Nano() + u.Stime.Nano()
}
