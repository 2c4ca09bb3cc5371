package access

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
)

func eachDialect(b *testing.B, f func(b *testing.B, d *db.DB)) {
	b.Run("sqlite", func(b *testing.B) { f(b, dbtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { f(b, dbtest.Postgres(b)) })
}

// 64 readers at once, sealing on.
func BenchmarkRecord(b *testing.B) {
	eachDialect(b, func(b *testing.B, d *db.DB) {
		s := started(b, d)
		var n atomic.Int64
		b.SetParallelism(32) // times GOMAXPROCS
		b.ReportAllocs()
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				e := wrote(fmt.Sprintf("p%d", n.Add(1)%1000), doctor)
				e.Action = "read"
				if err := s.Record(context.Background(), e); err != nil {
					b.Error(err)
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}

// 16 writers at once, each with a transaction of its own that does nothing else.
func BenchmarkRecordTx(b *testing.B) {
	eachDialect(b, func(b *testing.B, d *db.DB) {
		s := started(b, d)
		var n atomic.Int64
		b.SetParallelism(8)
		b.ReportAllocs()
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				e := wrote(fmt.Sprintf("p%d", n.Add(1)%1000), doctor)
				if err := d.InTx(context.Background(), func(c *db.Conn) error { return s.RecordTx(c, e) }); err != nil {
					b.Error(err)
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
	})
}

func BenchmarkSeal(b *testing.B) {
	eachDialect(b, func(b *testing.B, d *db.DB) {
		s := newBench(b, d)
		events := make([]Event, 500)
		for i := range events {
			events[i] = wrote(fmt.Sprintf("p%d", i%100), doctor)
		}
		for b.Loop() {
			b.StopTimer()
			s.tx(b, func(c *db.Conn) error { return s.RecordTx(c, events...) })
			b.StartTimer()
			if err := s.sealer.seal(context.Background(), false); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N*len(events))/b.Elapsed().Seconds(), "rows/s")
	})
}

// The views of 1,000 charts of a care team of which nothing is remembered: one by
// one, and at once.
func BenchmarkViews(b *testing.B) {
	eachDialect(b, func(b *testing.B, d *db.DB) {
		s := started(b, d)
		var patients []string
		s.tx(b, func(c *db.Conn) error {
			for i := range 1000 {
				patients = append(patients, fmt.Sprintf("p%04d", i))
				if err := s.JoinTeamTx(c, admin, doctor.Account, patients[i], identity.Clinician, time.Time{}); err != nil {
					return err
				}
			}
			return nil
		})
		c := d.Read(context.Background())
		b.Run("each", func(b *testing.B) {
			for b.Loop() {
				s.ties.dropAccount(doctor.Account)
				for _, p := range patients {
					if _, err := s.ViewOf(c, doctor, p); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
		b.Run("at once", func(b *testing.B) {
			for b.Loop() {
				s.ties.dropAccount(doctor.Account)
				if v, err := s.ViewsOf(c, doctor, patients); err != nil || len(v) != len(patients) {
					b.Fatal(len(v), err)
				}
			}
		})
	})
}
