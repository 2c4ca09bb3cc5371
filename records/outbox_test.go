package records_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/records"
)

// eitherNode gives two nodes on one database; on SQLite both are the same.
func eitherNode(t *testing.T, f func(t *testing.T, a, b *house)) {
	t.Run("sqlite", func(t *testing.T) {
		h := newHouse(t, dbtest.SQLite(t))
		f(t, h, h)
	})
	t.Run("postgres", func(t *testing.T) {
		url := dbtest.PostgresURL(t)
		open := func() *db.DB {
			d, err := db.Open(context.Background(), db.Config{URL: url})
			require.NoError(t, err)
			t.Cleanup(func() { _ = d.Close() })
			return d
		}
		f(t, newHouse(t, open()), newHouse(t, open()))
	})
}

// Transactions of two nodes begin in one order, write to several charts one after
// the other, and commit in another order. Who reads on from where they were sees
// each change once, and those of each chart in the chart's own order.
func TestTheOrderOfAllChanges(t *testing.T) {
	eitherNode(t, func(t *testing.T, a, b *house) {
		ctx := context.Background()
		here, err := a.store.Here(a.db.Read(ctx))
		require.NoError(t, err)
		var charts []string
		for i := range 5 {
			p, _ := a.patient(fmt.Sprint("P", i))
			charts = append(charts, p)
		}
		clinic := newID()
		a.put(`{"resourceType":"Organization","id":"` + clinic + `","name":"The clinic"}`)
		var writers sync.WaitGroup
		errs := make(chan error, 8)
		for w := range 8 {
			h := []*house{a, b}[w%2]
			r := rand.New(rand.NewPCG(7, uint64(w)))
			writers.Go(func() {
				for range 12 {
					err := h.db.InTx(ctx, func(c *db.Conn) error {
						if c.Dialect == db.Postgres { // the transaction gets its number long before it writes to a chart
							if _, err := c.Exec(`SELECT pg_current_xact_id()`); err != nil {
								return err
							}
						}
						for range 2 {
							time.Sleep(time.Duration(r.IntN(3000)) * time.Microsecond)
							op := put(t, observation(newID(), charts[r.IntN(len(charts))], "2823-3", "2026-11-20", r.Float64(), ""))
							if r.IntN(4) == 0 {
								op = put(t, fmt.Sprintf(`{"resourceType":"Organization","id":"%s","name":"%v"}`, clinic, r.Float64()))
							}
							if _, err := h.store.WriteTx(c, feed, records.Batch{Ops: []records.Op{op}}); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						errs <- err
						return
					}
				}
			})
		}
		ended := make(chan struct{})
		go func() { writers.Wait(); close(ended) }()

		var seen []records.Happened
		deadline := time.Now().Add(60 * time.Second)
		all := func() int { return a.count(`SELECT count(*) FROM resource_versions`) }
		for over := false; !over || len(seen) < all(); {
			require.True(t, time.Now().Before(deadline), "%d of %d changes were seen", len(seen), all())
			select {
			case <-ended:
				over = true
			default:
			}
			page, err := b.store.After(ctx, here, 7)
			require.NoError(t, err)
			seen = append(seen, page...)
			if len(page) > 0 {
				here = page[len(page)-1].Place
			}
		}
		select {
		case err := <-errs:
			t.Fatal(err)
		default:
		}
		once, last := map[string]bool{}, map[string]int64{}
		for _, x := range seen {
			key := fmt.Sprintf("%s/%s/%d", x.Type, x.ID, x.Version)
			require.False(t, once[key], "%s came twice", key)
			once[key] = true
			chart, n := x.Patient, x.Version
			if chart != "" {
				require.NoError(t, a.db.Read(ctx).QueryRow(`SELECT n FROM resource_versions WHERE patient_id = ? AND type = ? AND id = ? AND version = ?`, x.Patient, x.Type, x.ID, x.Version).Scan(&n))
			}
			require.Greater(t, n, last[chart], "out of the chart's own order")
			last[chart] = n
		}
		require.Len(t, seen, all())
	})
}

// What is committed while an older transaction is open waits for it, and comes
// before what that one writes to the same chart later.
func TestWhatIsNotFinalWaits(t *testing.T) {
	d := dbtest.Postgres(t)
	h := newHouse(t, d)
	ctx := context.Background()
	rosa, _ := h.patient("Rosa")
	older, younger := newID(), newID()
	next := func(at records.Place) []records.Happened {
		page, err := h.store.After(ctx, at, 10)
		require.NoError(t, err)
		return page
	}
	var at records.Place
	require.Eventually(t, func() bool {
		for _, x := range next(at) {
			at = x.Place
		}
		return at.Seq > 0
	}, 20*time.Second, time.Millisecond)
	require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
		if _, err := c.Exec(`SELECT pg_current_xact_id()`); err != nil {
			return err
		}
		h.put(observation(younger, rosa, "2823-3", "2026-11-20", 1, "")) // in a transaction of its own
		require.Empty(t, next(at), "what may still be overtaken is told already")
		_, err := h.store.WriteTx(c, feed, records.Batch{Ops: []records.Op{put(t, observation(older, rosa, "2823-3", "2026-11-20", 2, ""))}})
		return err
	}))
	var got []string
	require.Eventually(t, func() bool {
		for _, x := range next(at) {
			got, at = append(got, x.ID), x.Place
		}
		return len(got) >= 2
	}, 20*time.Second, time.Millisecond)
	require.Equal(t, []string{younger, older}, got)
}

// A database that was restored elsewhere bears transaction numbers that the new
// place has not given out yet: what is there would wait for ever.
func TestTheOrderAfterARestore(t *testing.T) {
	d := dbtest.Postgres(t)
	h := newHouse(t, d)
	ctx := context.Background()
	rosa, _ := h.patient("Rosa")
	require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
		if _, err := c.Exec(`UPDATE charts SET tx = 1000000000000`); err != nil {
			return err
		}
		_, err := c.Exec(`UPDATE resource_versions SET tx = 1000000000000`)
		return err
	}))
	found, err := h.store.Renumber(ctx)
	require.NoError(t, err)
	require.True(t, found)
	h.put(observation(newID(), rosa, "2823-3", "2026-11-20", 1, ""))
	require.Eventually(t, func() bool {
		page, err := h.store.After(ctx, records.Place{}, 10)
		require.NoError(t, err)
		return len(page) == 2
	}, 20*time.Second, time.Millisecond)
	found, err = h.store.Renumber(ctx)
	require.NoError(t, err)
	require.False(t, found)
}
