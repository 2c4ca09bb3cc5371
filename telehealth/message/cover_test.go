package message_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/telehealth/message"
	"housecall/telehealth/pool"
)

func names(list []pool.Named) (out []string) {
	for _, n := range list {
		out = append(out, n.Name)
	}
	return out
}

// Who leads a pool says when its members are out, for as long as both are in it, and
// of nobody else.
func TestWhoLeadsAPoolSaysWhenItsMembersAreOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newClinic(t, d), context.Background()
		day := 24 * time.Hour
		lead := func(is bool) {
			t.Helper()
			require.NoError(t, k.Pools.Join(ctx, k.admin, access.NewPoolMember{Pool: pool.Standard, Account: k.ash.Account, Role: identity.Nurse, Lead: is}))
		}
		say := func(of identity.Principal, after time.Duration) (pool.Coverage, error) {
			return k.Pools.Cover(ctx, k.ash, pool.Coverage{Account: of.Account, From: k.now().Add(after), Until: k.now().Add(after + day), ByPool: pool.Standard})
		}
		_, err := say(k.birch, 0)
		require.True(t, fault.Is(err, fault.Forbidden))
		chances, err := k.Pools.ChancesOf(ctx, k.ash)
		require.NoError(t, err)
		require.Equal(t, []string{"Ash"}, names(chances.For))
		require.Equal(t, []string{"Ash", "Birch", "Hale"}, names(chances.People), "an administrator answers no messages")

		lead(true)
		chances, err = k.Pools.ChancesOf(ctx, k.ash)
		require.NoError(t, err)
		require.Equal(t, []string{"Ash", "Birch"}, names(chances.For))
		made, err := say(k.birch, 0)
		require.NoError(t, err)
		_, err = say(k.birch, time.Hour)
		require.True(t, fault.Is(err, fault.Conflict), "there is one for that time")
		_, err = say(k.hale, 0)
		require.True(t, fault.Is(err, fault.Forbidden), "not in the pool")
		_, err = k.Pools.Cover(ctx, k.ash, pool.Coverage{Account: k.birch.Account, From: k.now().Add(3 * day), Until: k.now().Add(4 * day), ByAccount: k.admin.Account})
		require.True(t, fault.Is(err, fault.Invalid), "an administrator answers no messages")

		list, err := k.Pools.Coverages(ctx, k.ash)
		require.NoError(t, err)
		require.Len(t, list, 1)
		hers, err := k.Pools.Coverages(ctx, k.hale)
		require.NoError(t, err)
		require.Empty(t, hers, "neither theirs, nor of a pool of theirs")
		require.True(t, fault.Is(k.Pools.Back(ctx, k.hale, made.ID), fault.NotFound))

		lead(false)
		require.True(t, fault.Is(k.Pools.Back(ctx, k.ash, made.ID), fault.NotFound), "leads no more")
		require.NoError(t, k.Pools.Back(ctx, k.birch, made.ID))

		// What is led ends with the pool's time.
		lead(true)
		require.NoError(t, k.Pools.Leave(ctx, k.admin, pool.Standard, k.birch.Account))
		_, err = say(k.birch, 0)
		require.True(t, fault.Is(err, fault.Forbidden))
	})
}

func TestSeveralGoToWhomAllOfThemCanHave(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newClinic(t, d), context.Background()
		ida := k.patient("Ida")
		lark := k.employ("Lark", identity.Nurse)
		night := k.pool("Night", pool.Rules{Topics: []string{"billing"}}, "", lark)
		rosa, hers := k.rosa.Patient, ida.Patient
		people := func(who identity.Principal, patients ...string) (all []string) {
			t.Helper()
			p, err := k.PeopleForAll(ctx, who, patients)
			require.NoError(t, err)
			for _, x := range p.People {
				all = append(all, x.Name)
			}
			return append(all, names(p.Pools)...)
		}
		require.ElementsMatch(t, []string{"Hale", "Ash", "Birch", "Lark", "Care team", "Night"}, people(k.ash, rosa))
		require.ElementsMatch(t, []string{"Ash", "Birch", "Care team"}, people(k.ash, rosa, hers, rosa), "neither her doctor nor the pool of the night is in the other's team")
		for _, who := range []identity.Principal{lark, k.hale, k.rosa, k.admin} {
			_, err := k.PeopleForAll(ctx, who, []string{rosa, hers})
			require.True(t, fault.Is(err, fault.NotFound), who.Name)
		}
		_, err := k.PeopleForAll(ctx, k.ash, nil)
		require.True(t, fault.Is(err, fault.Invalid))

		// The patients who wait for a pool are found by its members, until it is done.
		waiting := func(who identity.Principal) []string {
			t.Helper()
			list, err := k.OpenCharts(ctx, who, 100)
			require.NoError(t, err)
			return list
		}
		require.Empty(t, waiting(k.ash))
		id := k.begin("question", "Is it normal?")
		require.Equal(t, []string{rosa}, waiting(k.ash))
		require.Empty(t, waiting(lark), "of another pool")
		require.Empty(t, waiting(k.admin))
		require.Empty(t, waiting(k.rosa))
		_, err = k.HandOver(ctx, k.ash, rosa, id, message.Hand{Pool: night.ID})
		require.NoError(t, err)
		require.Equal(t, []string{rosa}, waiting(lark))
		require.Empty(t, waiting(k.ash))
		_, err = k.Close(ctx, lark, rosa, id)
		require.NoError(t, err)
		require.Empty(t, waiting(lark))
	})
}

func TestAnEscalationIsRemovedWhenNoPoolFollowsIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newClinic(t, d), context.Background()
		lark := k.employ("Lark", identity.Nurse)
		slow := pool.Escalation{Name: "slow", From: "arrival", Until: "claimed", Clock: "wall", Then: "stop", Steps: []pool.Rung{{Minutes: 10}, {Account: k.hale.Account, Minutes: 20}}}
		_, err := k.Pools.SaveEscalation(ctx, k.admin, slow)
		require.NoError(t, err)
		_, err = k.Pools.SaveEscalation(ctx, k.admin, slow)
		require.Equal(t, "name", fault.Of(err).Code)
		wrong := slow
		wrong.Version, wrong.Steps = 1, []pool.Rung{{Minutes: 10}, {Account: k.admin.Account, Minutes: 20}}
		_, err = k.Pools.SaveEscalation(ctx, k.admin, wrong)
		require.Equal(t, "body.steps[1]", fault.Of(err).Issues[0].Expression, "an administrator answers no messages")
		refills := k.pool("Refills", pool.Rules{Topics: []string{"medicine"}}, "slow", lark)
		id := k.begin("medicine", "May I have more?")
		drop := func(who identity.Principal, name string) error { return k.Pools.DropEscalation(ctx, who, name) }
		require.True(t, fault.Is(drop(k.ash, "slow"), fault.Forbidden))
		require.Equal(t, "used", fault.Of(drop(k.admin, "slow")).Code)
		require.Equal(t, "used", fault.Of(drop(k.admin, pool.UrgentEscalation)).Code, "what is urgent is always passed on")
		refills.Escalation = ""
		_, err = k.Pools.Save(ctx, k.admin, refills)
		require.NoError(t, err)
		require.NoError(t, drop(k.admin, "slow"))
		require.True(t, fault.Is(drop(k.admin, "slow"), fault.NotFound))

		// Where it ran, it ends, and the thread is worked on as before.
		_, err = k.Claim(ctx, lark, k.rosa.Patient, id)
		require.NoError(t, err)
		k.move(time.Hour)
		require.NoError(t, k.Mind(ctx))
		require.Equal(t, []string{"route Refills topic", "claim Lark "}, k.way(id))
	})
}
