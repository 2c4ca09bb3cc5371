package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
)

func wrote(patient string, who identity.Principal) Event {
	return Event{Who: who, Patient: patient, View: View{Patient: patient, Relation: CareTeam, Base: CareTeam, Role: identity.Clinician},
		Action: "create", Type: "Observation", ID: "o1", Categories: Of(Results), Count: 1}
}

func (b *bench) looks(t testing.TB, patient string, n int) {
	t.Helper()
	for range n {
		e := wrote(patient, doctor)
		e.Action = "read"
		require.NoError(t, b.Record(context.Background(), e))
	}
}

func (b *bench) writes(t testing.TB, patient string, n int) {
	t.Helper()
	for range n {
		b.tx(t, func(c *db.Conn) error { return b.RecordTx(c, wrote(patient, doctor)) })
	}
}

func (b *bench) count(t testing.TB) (n int) {
	t.Helper()
	for _, d := range b.stores() {
		var k int
		require.NoError(t, d.Read(context.Background()).QueryRow(`SELECT COALESCE(sum(n), 0) FROM audit_pages`).Scan(&k))
		n += k
	}
	return n
}

// sealed waits until everything is under a checkpoint.
func (b *bench) sealed(t testing.TB) {
	t.Helper()
	require.Eventually(t, func() bool {
		st, err := b.readState(b.db.Audit().Read(context.Background()))
		return err == nil && st.last.Size == int64(b.count(t))
	}, 15*time.Second, 20*time.Millisecond)
}

func (b *bench) whole(t testing.TB) Report {
	t.Helper()
	rep, err := b.Verify(context.Background())
	require.NoError(t, err)
	require.Empty(t, rep.Problems)
	return rep
}

func TestRowSaysWhoAndWhatAndNothingClinical(t *testing.T) {
	b := newBench(t, dbtest.SQLite(t))
	who := through(dora, "patient/*.rs")
	who.RequestID = "req-1"
	v := View{Patient: "pat-ana", Relation: AppForPerson, Base: Proxy, Grant: "g1", Kinship: "mother"}
	r := b.row(&Event{Who: who, Patient: "pat-ana", View: v, Action: "search", Type: "Observation", Categories: Of(Results, Vitals), Count: 7, Purpose: "PATRQT"}, b.now())
	require.JSONEq(t, `{"kind":"person","account":"acc-dora","name":"Dora","role":"proxy","relation":"proxy","kinship":"mother","grant":"g1","app":"app-1","appName":"Steps",
		"action":"search","categories":96,"type":"Observation","count":7,"outcome":"ok","purpose":"PATRQT","request":"req-1","node":"test"}`, string(r.body))
	r.writer, r.counter, r.source = 1, 1, "192.0.2.7 s"
	p := b.paginate([]row{r, {writer: 1, counter: 2, at: r.at, patient: "p2", body: []byte(`{}`)}})
	require.Len(t, p, 1)
	rows := b.rows(&p[0])
	require.Len(t, rows, 2)
	require.False(t, rows[0].bad)
	r.by = codedBy{formPage, sitekey.KeyForTest(1).ID()}
	require.Equal(t, r, rows[0])
	require.EqualValues(t, 2, rows[1].counter)
	for name, change := range map[string]func(*page){
		"writer": func(p *page) { p.writer++ }, "first": func(p *page) { p.first++ }, "time": func(p *page) { p.at++ }, "fewer rows": func(p *page) { p.n-- }, "more rows": func(p *page) { p.n++ },
		"form": func(p *page) { p.form = formRow }, "another form": func(p *page) { p.form = 3 }, "a byte more": func(p *page) { p.body = append(slices.Clone(p.body), 0) }, "a byte less": func(p *page) { p.body = p.body[:len(p.body)-1] },
		"two rows": func(p *page) {
			x := b.rows(p)
			x[0], x[1] = x[1], x[0]
			p.body = b.paginate(x)[0].body
		},
	} {
		changed := p[0]
		change(&changed)
		require.True(t, b.rows(&changed)[0].bad, name)
	}
	code := b.macOf(&r)
	for name, change := range map[string]func(*row){
		"patient": func(r *row) { r.patient = "pat-anb" }, "account": func(r *row) { r.account += "x" }, "time": func(r *row) { r.at++ },
		"writer": func(r *row) { r.writer++ }, "counter": func(r *row) { r.counter++ }, "body": func(r *row) { r.body = append([]byte{' '}, r.body...) },
		"where one ends and the next begins": func(r *row) { r.patient, r.account = r.patient+r.account[:1], r.account[1:] },
	} {
		changed := r
		change(&changed)
		require.NotEqual(t, code, b.macOf(&changed), name)
		require.True(t, b.rows(repacked(b, p[0], changed))[0].bad, name)
	}
	r = b.row(&Event{Who: identity.Principal{Name: "a\x00b\xff" + strings.Repeat("é", 500)}, Patient: "p\x00"}, b.now())
	require.True(t, json.Valid(r.body))
	require.Equal(t, "p", r.patient)
	require.Less(t, len(r.body), 400)
}

// repacked is a page whose first row is another one, with the code that it had.
func repacked(b *bench, p page, first row) *page {
	rows := b.rows(&p)
	rows[0] = first
	x := b.paginate(rows)[0]
	x.mac = p.mac
	return &x
}

func TestRolledBackRowsLeaveNoGap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := range 12 {
					err := d.InTx(context.Background(), func(c *db.Conn) error {
						if err := b.RecordTx(c, wrote(fmt.Sprintf("p%d", i%3), doctor), wrote("p0", nurse)); err != nil {
							return err
						}
						if (i+w)%3 == 0 {
							return errors.New("rolled back")
						}
						return b.RecordTx(c, wrote("p1", doctor))
					})
					if (i+w)%3 != 0 {
						require.NoError(t, err)
					}
				}
			})
		}
		wg.Wait()
		require.Equal(t, 8*8*3, b.count(t))
		rep := b.whole(t)
		require.EqualValues(t, 8*8*3, rep.Pending)
	})
}

func TestReadsCommitInGroups(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := context.Background()
		require.True(t, fault.Is(b.Record(ctx, wrote("p", doctor)), fault.Unavailable), "before the start")
		require.NoError(t, b.Start(ctx))
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(func() {
				for range 5 {
					require.NoError(t, b.Record(ctx, wrote("p1", doctor), wrote("p2", doctor)))
				}
			})
		}
		wg.Wait()
		require.Equal(t, 400, b.count(t))
		require.NoError(t, b.Record(ctx))
		b.Stop()
		b.Stop()
		require.True(t, fault.Is(b.Record(ctx, wrote("p", doctor)), fault.Unavailable), "after the stop")
		rep := b.whole(t)
		require.EqualValues(t, 400, rep.Sealed, "what was there at the stop is sealed")
		require.EqualValues(t, 400, rep.Size)
		require.EqualValues(t, 2, rep.Charts)
		require.NoError(t, b.Start(ctx), "and again")
		b.looks(t, "p1", 1)
		b.Stop()
		require.EqualValues(t, 401, b.whole(t).Sealed)
	})
}

func TestNoReadWithoutItsRow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.reads.start(context.Background())
		defer b.reads.stop()
		require.NoError(t, d.Audit().InTx(context.Background(), func(c *db.Conn) error { _, err := c.Exec(`ALTER TABLE audit_pages RENAME TO gone`); return err }))
		err := b.Record(context.Background(), wrote("p", doctor))
		require.True(t, fault.Is(err, fault.Unavailable))
		require.NotContains(t, fault.Of(err).Msg, "table")
		require.NoError(t, d.Audit().InTx(context.Background(), func(c *db.Conn) error { _, err := c.Exec(`ALTER TABLE gone RENAME TO audit_pages`); return err }))
		require.NoError(t, b.Record(context.Background(), wrote("p", doctor)))
	})
}

func TestQueueIsBounded(t *testing.T) {
	b := newBench(t, dbtest.SQLite(t))
	b.reads.open = true // takes rows, and nobody writes them
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	many := make([]Event, maxWaiting)
	require.True(t, fault.Is(b.Record(ctx, many...), fault.Unavailable))
	require.True(t, fault.Is(b.Record(ctx, Event{}), fault.Unavailable), "full")
	require.Len(t, b.reads.take().rows, maxWaiting, "what belongs together is written together, even when it is a lot")
	for range maxGroup/2 + 1 {
		require.True(t, fault.Is(b.Record(ctx, Event{}, Event{}), fault.Unavailable))
	}
	require.Len(t, b.reads.take().rows, maxGroup)
	require.Len(t, b.reads.take().rows, 2, "what has no room any more goes into the next one")
	require.Nil(t, b.reads.take())
	require.Zero(t, b.reads.n)
	b.reads.open = false
}

func TestSealerChainsAndSigns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		b.writes(t, "p1", 3)
		b.looks(t, "p1", 4)
		b.looks(t, "p2", 2)
		b.sealed(t)
		rep := b.whole(t)
		require.EqualValues(t, 9, rep.Sealed)
		require.Zero(t, rep.Pending)
		require.GreaterOrEqual(t, rep.Checkpoints, int64(1))
		h, err := b.Health(context.Background())
		require.NoError(t, err)
		require.Zero(t, h.Pending)
		require.Zero(t, h.Faults)
		require.EqualValues(t, 9, h.Rows)
	})
}

func TestOneSealerAtATime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b := newBench(t, d), newBench(t, d)
		b.node = "other"
		ctx := context.Background()
		a.writes(t, "p", 5)
		require.NoError(t, a.sealer.seal(ctx, true))
		held, err := b.sealer.hold(ctx)
		require.NoError(t, err)
		require.False(t, held)
		b.clock.move(leaseTime + time.Second)
		held, err = b.sealer.hold(ctx)
		require.NoError(t, err)
		require.True(t, held, "the lease ran out")
		a.writes(t, "p", 5)
		batch, err := a.sealer.collect(ctx)
		require.NoError(t, err)
		require.Error(t, a.sealer.commit(ctx, batch), "the fence keeps the old holder out")
		require.NoError(t, b.sealer.seal(ctx, true))
		require.EqualValues(t, 10, a.whole(t).Sealed)
	})
}

func TestManyRowsManyBatches(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.sealer.batch = 90
		ctx := context.Background()
		events := make([]Event, 25)
		for round := range 24 {
			for i := range events {
				events[i] = wrote(fmt.Sprintf("p%d", i%7), doctor)
			}
			b.tx(t, func(c *db.Conn) error { return b.RecordTx(c, events...) })
			b.clock.move(time.Second)
			if round%5 == 4 {
				require.NoError(t, b.sealer.seal(ctx, true))
			}
		}
		require.NoError(t, b.sealer.seal(ctx, true))
		require.EqualValues(t, 600, b.whole(t).Sealed)
	})
}

func TestHalfWrittenCheckpointIsCutOff(t *testing.T) {
	b := newBench(t, dbtest.SQLite(t))
	b.writes(t, "p", 2)
	require.NoError(t, b.sealer.seal(context.Background(), true))
	b.sealer.file.close()
	f, err := os.OpenFile(b.file, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(`{"size":4,"ro`)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	b.writes(t, "p", 2)
	require.NoError(t, b.sealer.seal(context.Background(), true))
	require.EqualValues(t, 2, b.whole(t).Checkpoints)
}
