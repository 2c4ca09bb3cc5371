package records_test

import (
	"context"
	"fmt"
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
)

// benchCharts is how many charts the benchmarks go round, each with 120
// resources.
const benchCharts = 50

type bench struct {
	store  *records.Store
	charts []string
	obs    []string
}

func forBench(b *testing.B, f func(b *testing.B, x *bench)) {
	for _, kind := range []string{"sqlite", "postgres"} {
		b.Run(kind, func(b *testing.B) {
			d := dbtest.SQLite
			if kind == "postgres" {
				d = dbtest.Postgres
			}
			x := newBench(b, d(b))
			b.ReportAllocs()
			b.ResetTimer()
			f(b, x)
		})
	}
}

func newBench(b *testing.B, d *db.DB) *bench {
	ctx := context.Background()
	rev := revoke.NewFeed(d)
	require.NoError(b, rev.Start(ctx))
	b.Cleanup(rev.Stop)
	acc, err := access.New(access.Deps{DB: d, Key: sitekey.ForTest(), Revocations: rev, Now: time.Now, Node: "bench"})
	require.NoError(b, err)
	require.NoError(b, acc.Start(ctx))
	b.Cleanup(acc.Stop)
	x := &bench{}
	x.store, err = records.New(records.Deps{DB: d, Access: acc, Key: sitekey.ForTest()})
	require.NoError(b, err)
	for i := range benchCharts {
		p := newID()
		ops := []records.Op{benchOp(b, `{"resourceType":"Patient","id":"`+p+`","name":[{"family":"P`+fmt.Sprint(i)+`"}],"birthDate":"1952-03-02"}`)}
		for j := range 119 {
			o := newID()
			at := time.Date(2020, 1, 1+j, 8, 0, 0, 0, time.UTC).Format(time.RFC3339)
			ops = append(ops, benchOp(b, observation(o, p, "2823-3", at, 4+float64(j)/100, "")))
			if j == 0 {
				x.obs = append(x.obs, o)
			}
		}
		x.charts = append(x.charts, p)
		_, err := x.store.Write(ctx, feed, records.Batch{Ops: ops})
		require.NoError(b, err)
	}
	return x
}

func benchOp(b *testing.B, body string) records.Op {
	n, err := fhir.Parse([]byte(body))
	require.NoError(b, err)
	return records.Op{Kind: records.Put, Node: n}
}

func (x *bench) self(i int) identity.Principal {
	return identity.Principal{Kind: identity.Person, Account: "a" + x.charts[i], Name: "Self", Patient: x.charts[i]}
}

func (x *bench) parallel(b *testing.B, f func(i int) error) {
	b.SetParallelism(8) // 16 callers on 2 cores
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if err := f(i % benchCharts); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
}

func BenchmarkRead(b *testing.B) {
	forBench(b, func(b *testing.B, x *bench) {
		x.parallel(b, func(i int) error {
			_, err := x.store.Read(context.Background(), x.self(i), "Observation", x.obs[i])
			return err
		})
	})
}

func BenchmarkSearchNewest50(b *testing.B) {
	forBench(b, func(b *testing.B, x *bench) {
		x.parallel(b, func(i int) error {
			q, _ := fhir.ParseQuery("Observation", map[string][]string{"patient": {x.charts[i]}, "_sort": {"-date"}, "_count": {"50"}}, true)
			page, err := x.store.Search(context.Background(), x.self(i), q)
			if err == nil && len(page.Items) != 50 {
				err = fmt.Errorf("%d items", len(page.Items))
			}
			return err
		})
	})
}

func BenchmarkEverything(b *testing.B) {
	forBench(b, func(b *testing.B, x *bench) {
		x.parallel(b, func(i int) error {
			page, err := x.store.Everything(context.Background(), x.self(i), x.charts[i], records.EverythingOptions{})
			if err == nil && len(page.Items) != 120 {
				err = fmt.Errorf("%d items", len(page.Items))
			}
			return err
		})
	})
}

func BenchmarkCreateObservation(b *testing.B) {
	forBench(b, func(b *testing.B, x *bench) {
		x.parallel(b, func(i int) error {
			n, err := fhir.Parse([]byte(observation(newID(), x.charts[i], "2823-3", "2026-11-20T08:00:00Z", 5.3, "")))
			if err != nil {
				return err
			}
			_, err = x.store.Write(context.Background(), feed, records.Batch{Ops: []records.Op{{Kind: records.Create, Node: n}}})
			return err
		})
	})
}

func BenchmarkOpen(b *testing.B) {
	forBench(b, func(b *testing.B, x *bench) {
		x.parallel(b, func(i int) error {
			_, err := x.store.Open(context.Background(), x.self(i), x.charts[i], "")
			return err
		})
	})
}

func BenchmarkOpenNotModified(b *testing.B) {
	forBench(b, func(b *testing.B, x *bench) {
		tags := make([]string, benchCharts)
		for i := range tags {
			var err error
			tags[i], err = x.store.Tag(context.Background(), x.self(i), x.charts[i])
			require.NoError(b, err)
		}
		b.ResetTimer()
		x.parallel(b, func(i int) error {
			ch, err := x.store.Open(context.Background(), x.self(i), x.charts[i], tags[i])
			if err == nil && !ch.NotModified {
				err = fmt.Errorf("modified")
			}
			return err
		})
	})
}
