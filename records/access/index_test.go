package access

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
)

// longLog makes a log of two segments and a tail, in 40 charts by three accounts.
// Each seventh batch is sealed late: the log's order is not that of the times.
func longLog(t *testing.T, b *bench) (all []row) {
	t.Helper()
	ctx := context.Background()
	random := rand.New(rand.NewPCG(1, 2))
	b.reads.start(ctx)
	t.Cleanup(b.reads.stop)
	for batch := range 44 {
		events := make([]Event, 400)
		for i := range events {
			events[i] = wrote(fmt.Sprintf("p%d", random.IntN(40)), doctor)
			if events[i].Who.Account = fmt.Sprintf("acc-%d", random.IntN(3)); i == 0 {
				events[i].Patient = "rare"
			}
		}
		if batch%3 == 0 {
			require.NoError(t, b.Record(ctx, events...))
		} else {
			b.tx(t, func(c *db.Conn) error { return b.RecordTx(c, events...) })
		}
		b.clock.move(time.Second)
		if batch%7 == 6 {
			require.NoError(t, b.sealer.seal(ctx, true))
		}
	}
	for _, d := range b.stores() {
		pages, err := readPages(d.Read(ctx), ``)
		require.NoError(t, err)
		for i := range pages {
			all = append(all, b.rows(&pages[i])...)
		}
	}
	slices.SortFunc(all, func(x, y row) int {
		if older(x.position(), y.position()) {
			return 1
		}
		return -1
	})
	require.Len(t, all, 44*400)
	return all
}

// What the index finds is what a look at every row finds: of a chart, of an
// account, of both, in a period, forwards and backwards, from anywhere, whether
// rows are sealed or not.
func TestIndexFindsWhatIsThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := context.Background()
		all := longLog(t, b)
		n, err := segments(d.Audit().Read(ctx))
		require.NoError(t, err)
		require.EqualValues(t, 2, n)
		middle := all[len(all)/2].at
		for i, k := range []keyRows{
			{charts: []string{"p7"}}, {charts: []string{"rare"}}, {charts: []string{"nobody"}}, {accounts: []string{"acc-1", ""}},
			{charts: []string{"p7", "rare"}, accounts: []string{"acc-2"}}, {charts: []string{"p8"}, since: middle}, {charts: []string{"p8"}, until: middle}, {accounts: []string{"acc-0"}, since: middle, until: middle + 5e6},
		} {
			for _, ascending := range []bool{false, true} {
				k.s, k.ctx, k.ascending = b.Service, ctx, ascending
				if k.from = newest; ascending {
					k.from = position{}
				}
				var want []position
				for _, r := range all {
					if k.matches(&r) {
						want = append(want, r.position())
					}
				}
				if ascending {
					slices.Reverse(want)
				}
				var got []position
				for again := k; ; again.from = got[len(got)-1] { // a list in pages
					page := again
					rows, err := page.take(777)
					require.NoError(t, err)
					for _, r := range rows {
						require.False(t, r.bad)
						got = append(got, r.position())
					}
					if len(rows) < 777 {
						break
					}
				}
				require.Equal(t, want, got, "%d %v", i, ascending)
			}
		}
		require.NoError(t, b.sealer.seal(ctx, true))
		b.whole(t)

		// A sealer that has not sealed the segment itself reads it, and finds the same.
		c := d.Audit().Read(ctx)
		x, err := b.makeSegment(c, 1)
		require.NoError(t, err)
		for kind := range x.entries {
			for bucket, entries := range x.entries[kind] {
				var stored []byte
				if len(entries) > 0 {
					require.NoError(t, c.QueryRow(`SELECT entries FROM audit_index WHERE kind = ? AND bucket = ? AND segment = 1`, kind, bucket).Scan(&stored))
				}
				require.True(t, bytes.Equal(entries, stored))
			}
		}
	})
}

// An entry of the index that was dropped, changed or put there is named, and so is
// a segment.
func TestVerifyNamesTheEntry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := context.Background()
		longLog(t, b)
		require.NoError(t, b.sealer.seal(ctx, true))
		b.whole(t)
		bucket := bucketOf("rare")
		entries := func(kind int) (out []byte) {
			require.NoError(t, d.Audit().Read(ctx).QueryRow(`SELECT entries FROM audit_index WHERE kind = ? AND bucket = ? AND segment = 1`, kind, bucket).Scan(&out))
			return out
		}
		was := entries(ofCharts)
		seq := func(i int) int64 { return segmentSize + int64(was[i*entrySize+4])<<8 + int64(was[i*entrySize+5]) }
		put := func(b_ []byte) {
			exec1(`UPDATE audit_index SET entries = ? WHERE kind = 0 AND bucket = ? AND segment = 1`, b_, bucket)(t, b)
		}
		for _, c := range []struct {
			name   string
			seq    int64
			tamper func()
			back   func()
		}{
			{"an entry is dropped", seq(2), func() { put(slices.Concat(was[:2*entrySize], was[3*entrySize:])) }, nil},
			{"the last entry is dropped", seq(len(was)/entrySize - 1), func() { put(was[:len(was)-entrySize]) }, nil},
			{"an entry is of another chart", seq(1), func() { x := slices.Clone(was); x[entrySize] ^= 1; put(x) }, nil},
			{"an entry is put there", segmentSize + 8191, func() { put(append(slices.Clone(was), 1, 2, 3, 4, 0x1f, 0xff)) }, nil},
			{"a bucket is dropped", seq(0), func() { exec1(`DELETE FROM audit_index WHERE kind = 0 AND bucket = ? AND segment = 1`, bucket)(t, b) },
				func() {
					exec1(`INSERT INTO audit_index (kind, bucket, segment, entries) VALUES (0, ?, 1, ?)`, bucket, was)(t, b)
				}},
			{"a segment's times are changed", segmentSize, func() { exec1(`UPDATE audit_segments SET until = until - 1 WHERE segment = 1`)(t, b) },
				func() { exec1(`UPDATE audit_segments SET until = until + 1 WHERE segment = 1`)(t, b) }},
			{"a segment in the midst is dropped", 0, func() { exec1(`UPDATE audit_segments SET segment = -5 WHERE segment = 0`)(t, b) },
				func() { exec1(`UPDATE audit_segments SET segment = 0 WHERE segment = -5`)(t, b) }},
		} {
			c.tamper()
			rep, err := b.Verify(ctx)
			require.NoError(t, err)
			require.NotEmpty(t, rep.Problems, c.name)
			require.Equal(t, "index", rep.Problems[0].Kind, c.name)
			require.Equal(t, c.seq, rep.Problems[0].Seq, c.name)
			if c.back == nil {
				c.back = func() { put(was) }
			}
			c.back()
			b.whole(t)
		}
	})
}

// A site with a long log and no index yet has one after a few rounds; until then
// everything is found by looking through the rows.
func TestIndexIsMadeForAnOldLog(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := context.Background()
		longLog(t, b)
		rows, err := b.rowsOf(ctx, "rare", newest).take(100)
		require.NoError(t, err)
		require.Len(t, rows, 44)
		exec1(`DELETE FROM audit_index`)(t, b)
		exec1(`DELETE FROM audit_segments`)(t, b)
		again, err := b.rowsOf(ctx, "rare", newest).take(100)
		require.NoError(t, err)
		require.Equal(t, len(rows), len(again))
		other := newBench(t, d)
		other.clock.move(time.Hour)
		require.NoError(t, other.sealer.seal(ctx, true))
		n, err := segments(d.Audit().Read(ctx))
		require.NoError(t, err)
		require.EqualValues(t, 2, n)
		other.whole(t)
	})
}
