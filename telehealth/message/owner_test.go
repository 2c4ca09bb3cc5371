package message_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/telehealth/message"
	"housecall/telehealth/pool"
	"housecall/telehealth/triage"
)

func TestAMessageFindsItsPoolAndSaysWhy(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		k := newClinic(t, d)
		lark := k.employ("Lark", identity.Nurse)
		refills := k.pool("Refills", pool.Rules{Topics: []string{"medicine"}, Within: map[string]int{"medicine": 120}, Priorities: map[string]string{"medicine": "soon"}}, "", lark)
		k.pool("Nobody", pool.Rules{Topics: []string{"results"}}, "")
		a, b, c := k.begin("medicine", "May I have more?"), k.begin("question", "Is it normal?"), k.begin("results", "What does it mean?")
		for id, want := range map[string]struct {
			pool string
			step string
		}{a: {refills.ID, "route Refills topic"}, b: {pool.Standard, "route Care team standard"}, c: {pool.Standard, "route Care team standard"}} {
			require.Equal(t, want.pool, k.thread(k.hale, id).Pool)
			require.Equal(t, []string{want.step}, k.way(id))
		}
		got := k.thread(k.hale, a)
		require.Equal(t, "soon", got.Priority)
		require.Equal(t, k.now().Add(2*time.Hour).UTC(), *got.Due)
		mine := k.thread(k.rosa, a)
		require.Empty(t, mine.Pool+mine.Priority, "how the clinic works is not for the patient")
		require.Equal(t, 1, k.told(lark, a))
		require.Zero(t, k.told(k.ash, a), "another pool")
		require.Zero(t, k.told(k.hale, a), "the pool sees to it")
		require.Equal(t, 1, k.told(k.ash, b))
		_, err := k.Steps(context.Background(), k.rosa, k.rosa.Patient, a)
		require.True(t, fault.Is(err, fault.NotFound), "the way of a thread is not for patients")

		// Parted from the chart, the pool has it no more, and its members neither.
		require.NoError(t, k.PartPool(context.Background(), k.admin, refills.ID, k.rosa.Patient))
		require.Equal(t, pool.Standard, k.thread(k.hale, a).Pool)
		_, err = k.Thread(context.Background(), lark, k.rosa.Patient, a, "", 25)
		require.True(t, fault.Is(err, fault.NotFound))
	})
}

func TestOfAllWhoClaimAtOnceOneHasIt(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		k, ctx := newClinic(t, d), context.Background()
		for range 10 {
			id := k.begin("question", "Is somebody there?")
			var mu sync.Mutex
			var wg sync.WaitGroup
			won, lost := "", 0
			for _, who := range []identity.Principal{k.hale, k.ash, k.birch} {
				wg.Go(func() {
					_, err := k.Claim(ctx, who, k.rosa.Patient, id)
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						won += who.Name
					} else if fault.Of(err).Code == "claimed" {
						lost++
					} else {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			require.Equal(t, 2, lost)
			require.Equal(t, won, k.thread(k.hale, id).ClaimedBy.Name)
		}
	})
}

func TestHandOverIsToSomebodyOfTheTeamAndFromWhoHasIt(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		k, ctx := newClinic(t, d), context.Background()
		off := k.employ("Off", identity.Nurse)
		id := k.begin("question", "Is it normal?")
		hand := func(who identity.Principal, h message.Hand) error {
			_, err := k.HandOver(ctx, who, k.rosa.Patient, id, h)
			return err
		}
		require.True(t, fault.Is(hand(k.ash, message.Hand{Account: off.Account}), fault.Invalid), "not in the team")
		require.True(t, fault.Is(hand(k.ash, message.Hand{}), fault.Invalid))
		require.True(t, fault.Is(hand(k.ash, message.Hand{Pool: "pool-of-nobody"}), fault.Invalid))
		require.Error(t, hand(k.rosa, message.Hand{Account: k.hale.Account}))
		require.NoError(t, hand(k.ash, message.Hand{Account: k.hale.Account, Note: "You know her."}))
		require.Equal(t, 1, k.told(k.hale, id))
		require.Equal(t, "claimed", fault.Of(hand(k.birch, message.Hand{Account: k.birch.Account})).Code, "somebody has it meanwhile")
		require.NoError(t, hand(k.birch, message.Hand{Account: k.birch.Account, From: k.hale.Account}))
		night := k.pool("Night", pool.Rules{Within: map[string]int{"": 30}, Topics: []string{"billing"}}, "", off)
		require.NoError(t, hand(k.birch, message.Hand{Pool: night.ID, From: k.birch.Account, Note: "Please look tonight."}))
		got := k.thread(off, id)
		require.Nil(t, got.ClaimedBy)
		require.Equal(t, night.ID, got.Pool)
		require.Equal(t, k.now().Add(30*time.Minute).UTC(), *got.Due)
		steps, err := k.Steps(ctx, off, k.rosa.Patient, id)
		require.NoError(t, err)
		require.Equal(t, "Please look tonight.", steps[len(steps)-1].Note)
		require.NotContains(t, k.page(k.rosa, id), "Please look tonight.")
	})
}

func (k *clinic) page(who identity.Principal, id string) string {
	p, err := k.Thread(context.Background(), who, k.rosa.Patient, id, "", 25)
	require.NoError(k.t, err)
	out := ""
	for _, m := range p.Messages {
		out += m.Text + "\n"
	}
	return out
}

func TestNothingLandsOnlyOnSomebodyWhoIsOut(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		k, ctx := newClinic(t, d), context.Background()
		out := func(who identity.Principal, by pool.Coverage) string {
			t.Helper()
			by.From, by.Until = k.now(), k.now().Add(24*time.Hour)
			v, err := k.Pools.Cover(ctx, who, by)
			require.NoError(t, err)
			return v.ID
		}
		id := k.begin("question", "Is it normal?")
		k.write(k.ash, id, "It is.")
		require.Equal(t, "Ash", k.thread(k.hale, id).ClaimedBy.Name)
		first := out(k.ash, pool.Coverage{ByAccount: k.birch.Account})
		k.write(k.rosa, id, "And now?")
		require.Equal(t, "Birch", k.thread(k.hale, id).ClaimedBy.Name)
		require.Equal(t, "hand Birch coverage", k.way(id)[2])
		require.Equal(t, 2, k.told(k.birch, id), "as one of the pool, and now as who stands in")

		// Who stands in is out as well: the next in line, and where the line goes in
		// a circle, the pool.
		out(k.birch, pool.Coverage{ByAccount: k.hale.Account})
		k.write(k.rosa, id, "Hello?")
		require.Equal(t, "Hale", k.thread(k.hale, id).ClaimedBy.Name)
		out(k.hale, pool.Coverage{ByAccount: k.ash.Account})
		k.write(k.rosa, id, "Hello?!")
		require.Nil(t, k.thread(k.hale, id).ClaimedBy)
		require.Equal(t, pool.Standard, k.thread(k.hale, id).Pool)
		require.NoError(t, k.Pools.Back(ctx, k.ash, first))
		_, err := k.HandOver(ctx, k.ash, k.rosa.Patient, id, message.Hand{Account: k.birch.Account})
		require.NoError(t, err)
		require.Equal(t, "Ash", k.thread(k.hale, id).ClaimedBy.Name, "down the line to who is there")

		// What lies with somebody who goes out is handed over when they go.
		_, err = k.Pools.Cover(ctx, k.ash, pool.Coverage{From: k.now().Add(48 * time.Hour), Until: k.now().Add(72 * time.Hour), ByPool: pool.Standard})
		require.NoError(t, err)
		require.NoError(t, k.Mind(ctx))
		require.Equal(t, "Ash", k.thread(k.hale, id).ClaimedBy.Name)
		k.move(48 * time.Hour)
		require.NoError(t, k.Mind(ctx))
		require.Nil(t, k.thread(k.hale, id).ClaimedBy)
		_, err = k.Pools.Cover(ctx, k.birch, pool.Coverage{Account: k.hale.Account, From: k.now(), Until: k.now().Add(time.Hour), ByPool: pool.Standard})
		require.True(t, fault.Is(err, fault.Forbidden), "of others only an administrator says so")
	})
}

func TestWhatNobodyAnswersIsPassedOn(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		k, ctx := newClinic(t, d), context.Background()
		lark := k.employ("Lark", identity.Nurse)
		_, err := k.Pools.SaveEscalation(ctx, k.admin, pool.Escalation{Name: "slow", From: "due", Until: "answered", Clock: "wall", Then: "standard",
			Steps: []pool.Rung{{Minutes: 10}, {Account: k.hale.Account, Minutes: 20}, {Account: k.hale.Account, Give: true, Minutes: 30}}})
		require.NoError(t, err)
		_, err = k.Pools.SaveEscalation(ctx, k.ash, pool.Escalation{Name: "mine"})
		require.True(t, fault.Is(err, fault.Forbidden))
		k.pool("Refills", pool.Rules{Topics: []string{"medicine"}, Within: map[string]int{"": 60}}, "slow", lark)
		id := k.begin("medicine", "May I have more?")
		answered := k.begin("medicine", "And of this?")
		k.write(lark, answered, "Yes.")
		told := func() [3]int { return [3]int{k.told(lark, id), k.told(k.hale, id), k.told(k.ash, id)} }
		mind := func(d time.Duration) {
			t.Helper()
			k.move(d)
			require.NoError(t, k.Mind(ctx))
			require.NoError(t, k.Mind(ctx), "twice is once")
		}
		mind(59 * time.Minute)
		require.Equal(t, [3]int{1, 0, 0}, told())
		mind(time.Minute)
		require.Equal(t, [3]int{2, 0, 0}, told(), "the promise is broken: the pool is told again")
		mind(10 * time.Minute)
		require.Equal(t, [3]int{2, 1, 0}, told())
		mind(20 * time.Minute)
		require.Equal(t, "Hale", k.thread(k.hale, id).ClaimedBy.Name)
		require.Equal(t, [3]int{2, 2, 0}, told())
		mind(30 * time.Minute)
		got := k.thread(k.hale, id)
		require.Equal(t, pool.Standard, got.Pool)
		require.Equal(t, "urgent", got.Priority)
		require.Nil(t, got.ClaimedBy)
		require.Equal(t, [3]int{2, 2, 1}, told())
		require.Equal(t, []string{"route Refills topic", "escalate Refills slow 1", "escalate Hale slow 2", "escalate Hale slow 3", "escalate Care team slow end"}, k.way(id))
		mind(24 * time.Hour)
		require.Equal(t, "escalate Care team urgent 2", k.way(id)[5], "urgent as it is now, it goes round until somebody has it")
		require.NotContains(t, k.way(answered), "escalate Refills slow 1")

		// An urgent one goes round until somebody has it.
		_, err = k.Pools.SaveEscalation(ctx, k.admin, pool.Escalation{Name: pool.UrgentEscalation, From: "arrival", Until: "claimed", Clock: "wall", Then: "repeat", Version: 1,
			Steps: []pool.Rung{{Minutes: 5}, {Account: k.hale.Account, Minutes: 5}}})
		require.NoError(t, err)
		urgent := k.begin("question", "My chest hurts.")
		for range 3 {
			mind(5 * time.Minute)
		}
		require.Equal(t, []string{"danger emergency sent " + triage.Version, "route Care team standard", "escalate Hale urgent 2", "escalate Care team urgent 1", "escalate Hale urgent 2"}, k.way(urgent))
		_, err = k.Claim(ctx, k.birch, k.rosa.Patient, urgent)
		require.NoError(t, err)
		mind(time.Hour)
		require.Equal(t, "claim Birch ", k.way(urgent)[5])
		require.Len(t, k.way(urgent), 6, "somebody has it")
	})
}
