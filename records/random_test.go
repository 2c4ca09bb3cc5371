package records_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

const (
	childURL    = "HOUSECALL_TEST_CHILD_URL"
	childCharts = "HOUSECALL_TEST_CHILD_CHARTS"
)

// runChild makes this test binary a second process that writes.
func runChild() bool {
	url := os.Getenv(childURL)
	if url == "" {
		return false
	}
	if err := writeAtRandom(url, strings.Split(os.Getenv(childCharts), ","), 8, 40); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

// writeAtRandom writes from several goroutines: new facts, changes of facts that
// others change too, deletions, and batches over many charts in any order.
func writeAtRandom(url string, charts []string, workers, rounds int) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	d, err := db.Open(ctx, db.Config{URL: url, MaxConns: workers})
	if err != nil {
		return err
	}
	defer d.Close()
	rev := revoke.NewFeed(d)
	if err := rev.Start(ctx); err != nil {
		return err
	}
	defer rev.Stop()
	acc, err := access.New(access.Deps{DB: d, Key: sitekey.ForTest(), Revocations: rev, Now: time.Now, Node: fmt.Sprint("p", os.Getpid())})
	if err != nil {
		return err
	}
	if err := acc.Start(ctx); err != nil {
		return err
	}
	defer acc.Stop()
	store, err := records.New(records.Deps{DB: d, Access: acc, Key: sitekey.ForTest()})
	if err != nil {
		return err
	}
	errs := make(chan error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r := rand.New(rand.NewPCG(uint64(os.Getpid()), uint64(w)))
			for range rounds {
				if err := randomBatch(ctx, store, charts, r); err != nil {
					errs <- err
					return
				}
			}
		}()
	}
	wg.Wait()
	close(errs)
	return <-errs
}

func randomBatch(ctx context.Context, store *records.Store, charts []string, r *rand.Rand) error {
	var ops []records.Op
	used := map[string]bool{}
	for range 1 + r.IntN(4) {
		k := r.IntN(len(charts))
		// A small set of ids for each chart, so that writers meet.
		id := fmt.Sprintf("%s%012x", charts[k][:24], r.IntN(6))
		if used[id] {
			continue
		}
		used[id] = true
		n, err := fhir.Parse([]byte(observation(id, charts[k], "2823-3", "2026-11-20", 4+r.Float64(), "")))
		if err != nil {
			return err
		}
		op := records.Op{Kind: records.Put, Node: n}
		if r.IntN(2) == 0 { // by criteria, which others ask for in other orders
			code := fmt.Sprint("w", r.IntN(3))
			if used[charts[k]+code] {
				continue
			}
			used[charts[k]+code] = true
			if op.Where, err = records.NewCondition("Observation", "patient="+charts[k]+"&code="+code); err != nil {
				return err
			}
			if n, err = fhir.Parse([]byte(strings.Replace(observation("", charts[k], code, "2026-11-20", 4+r.Float64(), ""), `"id":"",`, "", 1))); err != nil {
				return err
			}
			op.Node = n
			if r.IntN(3) == 0 {
				op.Kind = records.Create
			}
		}
		ops = append(ops, op)
	}
	if len(ops) == 0 {
		return nil
	}
	_, err := store.Write(ctx, feed, records.Batch{Ops: ops})
	return err
}

// Random writes over many charts from two processes on one PostgreSQL: no
// deadlock surfaces, and each chart's numbers have no gap and no double.
func TestRandomWritesFromTwoProcesses(t *testing.T) {
	url := dbtest.PostgresURL(t)
	d, err := db.Open(context.Background(), db.Config{URL: url})
	require.NoError(t, err)
	t.Cleanup(func() { _ = d.Close() })
	h := newHouse(t, d)
	var charts []string
	for i := range 7 {
		id, _ := h.patient(fmt.Sprint("P", i))
		charts = append(charts, id)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childURL+"="+url, childCharts+"="+strings.Join(charts, ","))
	var out strings.Builder
	child.Stdout, child.Stderr = &out, &out
	require.NoError(t, child.Start())
	mine := writeAtRandom(url, charts, 8, 40)
	require.NoError(t, child.Wait(), out.String())
	require.NoError(t, mine)

	for _, p := range charts {
		want := int64(1)
		require.NoError(t, d.Read(context.Background()).Each(`SELECT n FROM chart_changes WHERE patient_id = ? ORDER BY n`, func(r *sql.Rows) error {
			var n int64
			require.NoError(t, r.Scan(&n))
			require.Equal(t, want, n, "no gap")
			want++
			return nil
		}, p))
		require.EqualValues(t, want-1, h.count(`SELECT head FROM charts WHERE patient_id = ?`, p))
		require.Equal(t, int(want-1), h.count(`SELECT count(*) FROM resource_versions WHERE patient_id = ?`, p))
	}
	require.Zero(t, h.count(`SELECT count(*) FROM (SELECT 1 FROM search_token WHERE type = 'Observation' AND param = 'code' AND code LIKE 'w%' GROUP BY patient_id, code HAVING count(DISTINCT id) > 1) twice`), "the same criteria made two")
	require.NotZero(t, h.count(`SELECT count(*) FROM search_token WHERE type = 'Observation' AND param = 'code' AND code LIKE 'w%'`))
	require.Zero(t, h.count(`SELECT count(*) FROM resources r WHERE r.version <> (SELECT max(version) FROM resource_versions v WHERE v.patient_id = r.patient_id AND v.type = r.type AND v.id = r.id)`))
	require.Zero(t, h.count(`SELECT count(*) FROM resources r WHERE r.version <> (SELECT count(*) FROM resource_versions v WHERE v.patient_id = r.patient_id AND v.type = r.type AND v.id = r.id)`), "every version is kept")
}
