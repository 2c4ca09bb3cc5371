package access

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

func TestAgreedRestrictionsAreEnforced(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, ctx := started(t, d), context.Background()
		b.patient(t, "pat-ana")
		b.employ(t, doctor, nurse, desk, office)
		var g Grant
		b.tx(t, func(c *db.Conn) (err error) {
			for _, who := range []identity.Principal{doctor, nurse, desk} {
				if err := b.JoinTeamTx(c, admin, who.Account, "pat-ana", who.Roles[0], time.Time{}); err != nil {
					return err
				}
			}
			g, err = b.GrantTx(c, ana, grantFor(dora, b.now()))
			return err
		})
		ask := func(who identity.Principal, n NewRestriction) (x Restriction, err error) {
			n.Patient = "pat-ana"
			err = d.InTx(ctx, func(c *db.Conn) error { x, err = b.AskRestrictionTx(c, who, n); return err })
			return x, err
		}
		decide := func(who identity.Principal, id string, agree bool, why string) error {
			return d.InTx(ctx, func(c *db.Conn) error { _, err := b.DecideRestrictionTx(c, who, id, agree, why); return err })
		}
		app := through(ana, "patient/*.rs")
		sees := func(who identity.Principal, c Category) bool {
			v, err := b.view(who, "pat-ana")
			require.NoError(t, err, who.Name)
			circle, err := b.Circle(d.Read(ctx), "pat-ana")
			require.NoError(t, err)
			for _, n := range circle {
				if n.Account == who.Account && who.Scopes == nil {
					require.Equal(t, v.See.Has(c), n.See.Has(c), "who is not shown it is not told of it")
				}
			}
			return v.See.Has(c)
		}
		for _, who := range []identity.Principal{dora, doctor, office, admin, job, through(ana, "patient/*.rs"), {}} {
			_, err := ask(who, NewRestriction{Towards: TowardsApps, Categories: Of(Results)})
			noChart(t, err)
		}
		for _, wrong := range []NewRestriction{{}, {Towards: TowardsApps}, {Towards: "everybody", Categories: Of(Results)}, {Towards: TowardsInsurer, Categories: Of(Results)},
			{Towards: TowardsMember, Account: dora.Account, Categories: Of(Results)}, {Towards: TowardsCaregiver, Grant: "none", Categories: Of(Results)}} {
			_, err := ask(ana, wrong)
			require.True(t, fault.Is(err, fault.Invalid), wrong)
		}
		for _, x := range []struct {
			n        NewRestriction
			who      identity.Principal
			category Category
			others   []identity.Principal
		}{
			{NewRestriction{Towards: TowardsMember, Account: nurse.Account, Categories: Of(Documents, Visits)}, nurse, Documents, []identity.Principal{doctor, ana, app}},
			{NewRestriction{Towards: TowardsApps, Categories: Of(Results)}, app, Results, []identity.Principal{ana, dora, nurse}},
			{NewRestriction{Towards: TowardsCaregiver, Grant: g.ID, Categories: Of(Medicines)}, dora, Medicines, []identity.Principal{ana, nurse, app}},
			{NewRestriction{Towards: TowardsCaregivers, Categories: Of(Messages)}, dora, Messages, []identity.Principal{ana, nurse, app}},
			{NewRestriction{Towards: TowardsDesk, Categories: Of(Coverage)}, desk, Coverage, []identity.Principal{ana, nurse, doctor}},
		} {
			before, err := b.view(x.who, "pat-ana")
			require.NoError(t, err)
			asked, err := ask(ana, x.n)
			require.NoError(t, err)
			require.True(t, sees(x.who, x.category), "asked for is not agreed to")
			for _, who := range []identity.Principal{doctor, admin, ana} {
				require.True(t, fault.Is(decide(who, asked.ID, true, ""), fault.Forbidden))
			}
			require.True(t, fault.Is(decide(office, asked.ID, false, " "), fault.Invalid), "no is said with a reason")
			require.NoError(t, decide(office, asked.ID, true, ""))
			require.True(t, fault.Is(decide(office, asked.ID, false, "no"), fault.Conflict))
			require.False(t, sees(x.who, x.category))
			for _, who := range x.others {
				require.True(t, sees(who, x.category), who.Name)
			}
			views, err := b.ViewsOf(d.Read(ctx), x.who, []string{"pat-ana"})
			require.NoError(t, err)
			after, err := b.view(x.who, "pat-ana")
			require.NoError(t, err)
			require.Equal(t, after, views[0])
			require.NotEqual(t, before.Fingerprint, after.Fingerprint, "what clients hold is asked for again")
			require.False(t, after.MayWrite(Class{x.category, 0}))
			require.NoError(t, d.InTx(ctx, func(c *db.Conn) error { return b.WithdrawRestrictionTx(c, ana, "pat-ana", asked.ID) }))
			require.True(t, sees(x.who, x.category))
		}

		out, err := ask(ana, NewRestriction{Towards: TowardsInsurer, Name: "Blue Hill", Categories: Of(Visits), Words: "I paid for it myself."})
		require.NoError(t, err)
		seen := func(who identity.Principal) int {
			all, err := b.Restrictions(ctx, who, "pat-ana")
			require.NoError(t, err)
			return len(all)
		}
		require.Equal(t, 6, seen(ana))
		require.Zero(t, seen(nurse))
		require.NoError(t, decide(office, out.ID, true, "Paid in full"))
		require.Equal(t, 1, seen(nurse), "a duty of everybody who works in the chart")
		for _, who := range []identity.Principal{dora, office, admin, app} {
			_, err := b.Restrictions(ctx, who, "pat-ana")
			noChart(t, err)
		}

		// In an emergency nothing is held back.
		outsider := identity.Principal{Kind: identity.Staff, Account: "acc-new", Name: "New", Roles: []identity.Role{identity.Nurse}}
		_, err = b.breakGlass(outsider, "pat-ana", fainted)
		require.NoError(t, err)
		v, err := b.view(outsider, "pat-ana")
		require.NoError(t, err)
		require.Equal(t, Everything, v.See)
	})
}
