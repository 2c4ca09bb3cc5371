package records_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

const (
	batchChild = "HOUSECALL_TEST_BATCH_CHARTS"
	batchDir   = "HOUSECALL_TEST_BATCH_DIR"
	batchSize  = 30
)

// writeBatches writes transactions over two charts for ever, and prints the name
// of each when it is answered.
func writeBatches(url, dir string, charts []string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{URL: url, Dir: dir})
	if err != nil {
		return err
	}
	rev := revoke.NewFeed(d)
	if err := rev.Start(ctx); err != nil {
		return err
	}
	acc, err := access.New(access.Deps{DB: d, Key: sitekey.ForTest(), Revocations: rev, Node: fmt.Sprint("p", os.Getpid())})
	if err != nil {
		return err
	}
	if err := acc.Start(ctx); err != nil {
		return err
	}
	store, err := records.New(records.Deps{DB: d, Access: acc, Key: sitekey.ForTest()})
	if err != nil {
		return err
	}
	errs := make(chan error)
	for range 3 {
		go func() {
			for {
				name := "batch-" + newID()
				var ops []records.Op
				for i := range batchSize {
					n, err := fhir.Parse([]byte(observation(newID(), charts[i%2], "2823-3", "2026-11-20", 4, `,"note":[{"text":"`+name+`"}]`)))
					if err != nil {
						errs <- err
						return
					}
					ops = append(ops, records.Op{Kind: records.Put, Node: n})
				}
				if _, err := store.Write(ctx, feed, records.Batch{Ops: ops}); err != nil {
					errs <- err
					return
				}
				fmt.Println(name)
			}
		}()
	}
	return <-errs
}

// The process is killed while it writes transactions over two charts: what it
// answered is there, and of the others all or nothing.
func TestKilledInATransaction(t *testing.T) {
	for _, dialect := range []string{"sqlite", "postgres"} {
		t.Run(dialect, func(t *testing.T) {
			url, dir := "", t.TempDir()
			if dialect == "postgres" {
				url = dbtest.PostgresURL(t)
			}
			open := func() *db.DB {
				d, err := db.Open(context.Background(), db.Config{URL: url, Dir: dir})
				require.NoError(t, err)
				_, err = d.Migrate(context.Background())
				require.NoError(t, err)
				return d
			}
			d := open()
			h := newHouse(t, d)
			first, _ := h.patient("First")
			second, _ := h.patient("Second")
			h.access.Stop()
			require.NoError(t, d.Close())
			answered := map[string]bool{}
			for range 3 {
				for _, name := range killAfter(t, 1+rand.IntN(12), childURL+"="+url, batchDir+"="+dir, batchChild+"="+first+","+second) {
					answered[name] = true
				}
			}
			d = open()
			t.Cleanup(func() { _ = d.Close() })
			h = newHouse(t, d)
			found := map[string]int{}
			for _, chart := range []string{first, second} {
				for page, more := "", true; more; more = page != "" {
					p, err := h.store.Everything(context.Background(), feed, chart, records.EverythingOptions{Types: []string{"Observation"}, Page: page})
					require.NoError(t, err)
					for _, it := range p.Items {
						_, rest, _ := strings.Cut(string(it.Body), `"text":"batch-`)
						name, _, _ := strings.Cut(rest, `"`)
						found["batch-"+name]++
					}
					page = p.Next
				}
				require.EqualValues(t, h.count(`SELECT head FROM charts WHERE patient_id = ?`, chart), h.count(`SELECT count(*) FROM chart_changes WHERE patient_id = ?`, chart))
			}
			for name, n := range found {
				require.Equal(t, batchSize, n, "a transaction is there whole")
				delete(answered, name)
			}
			require.Empty(t, answered, "what was answered is there")
			report, err := h.access.Verify(context.Background())
			require.NoError(t, err)
			require.Empty(t, report.Problems)
		})
	}
}

// killAfter runs a child until it has printed so many lines, and kills it.
func killAfter(t *testing.T, lines int, env ...string) (printed []string) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), env...)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	s := bufio.NewScanner(out)
	for s.Scan() {
		if printed = append(printed, s.Text()); len(printed) == lines {
			require.NoError(t, c.Process.Kill())
		}
	}
	_ = c.Wait()
	require.GreaterOrEqual(t, len(printed), lines, "the child ended by itself")
	for i, p := range printed { // the last line may be torn
		if i == len(printed)-1 && len(p) != len("batch-")+36 {
			return printed[:i]
		}
	}
	return printed
}

func childBatches() bool {
	charts := os.Getenv(batchChild)
	if charts == "" {
		return false
	}
	if err := writeBatches(os.Getenv(childURL), os.Getenv(batchDir), strings.Split(charts, ",")); err != nil {
		fmt.Fprintln(os.Stderr, err, fault.Of(err).Issues)
		os.Exit(1)
	}
	return true
}
