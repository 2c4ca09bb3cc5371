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
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
)

func chartRow(t testing.TB, b *bench, patients ...string) {
	t.Helper()
	b.tx(t, func(c *db.Conn) error {
		for _, p := range patients {
			if _, err := c.Exec(`INSERT INTO charts (patient_id, class_heads, created_at) VALUES (?,?,0)`, p, []byte{}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *bench) block(t testing.TB, in BlockInput) (x Block) {
	t.Helper()
	b.tx(t, func(c *db.Conn) (err error) { x, err = b.BlockTx(c, office, in); return err })
	return x
}

func TestABlockBeatsWhateverWasGranted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		ctx := context.Background()
		chartRow(t, b, "pat-ana", "pat-other")
		sharing := grantFor(doctor, b.now())
		sharing.Can, sharing.See = AllPowers, Everything
		b.tx(t, func(c *db.Conn) error {
			if _, err := b.GrantTx(c, ana, grantFor(dora, b.now())); err != nil {
				return err
			}
			if _, err := b.GrantTx(c, ana, sharing); err != nil {
				return err
			}
			return b.JoinTeamTx(c, job, nurse.Account, "pat-ana", identity.Nurse, time.Time{})
		})
		in := BlockInput{Patient: "pat-ana", Account: dora.Account, Name: "Dora", Reason: "protective order", Evidence: "County court 26-118"}
		for _, who := range []identity.Principal{{}, ana, dora, doctor, nurse, desk, job, through(office, "user/*.rs")} {
			err := d.InTx(ctx, func(c *db.Conn) error { _, err := b.BlockTx(c, who, in); return err })
			require.True(t, fault.Is(err, fault.Forbidden), who.Name)
			_, _, err = b.Blocks(ctx, who, "", "", 10)
			require.True(t, fault.Is(err, fault.Forbidden), who.Name)
		}
		before, err := b.view(dora, "pat-ana") // and it is in memory now
		require.NoError(t, err)
		require.NotZero(t, before.See)

		x := b.block(t, in)
		_, err = b.view(dora, "pat-ana")
		noChart(t, err)
		views, err := b.ViewsOf(d.Read(ctx), dora, []string{"pat-ana", "pat-dora"})
		require.NoError(t, err)
		require.Len(t, views, 1)
		charts, err := b.Charts(ctx, dora, 10)
		require.NoError(t, err)
		require.Equal(t, []string{"pat-dora"}, charts)
		people, err := b.Subjects(ctx, dora)
		require.NoError(t, err)
		require.Len(t, people, 1)
		circle, err := b.Circle(d.Read(ctx), "pat-ana")
		require.NoError(t, err)
		for _, n := range circle {
			require.NotEqual(t, dora.Account, n.Account, "nobody is told of what they will not find")
		}

		// No way to get it anew, and no word of why to those who are not to know.
		_, secret := b.offer(t)
		_, err = b.OpenOffer(ctx, dora, secret)
		require.Equal(t, noOffer().Error(), err.Error())
		_, err = b.accept(dora, secret)
		require.Equal(t, noOffer().Error(), err.Error())
		again := grantFor(dora, b.now())
		err = d.InTx(ctx, func(c *db.Conn) error { _, err := b.GrantTx(c, job, again); return err })
		require.True(t, fault.Is(err, fault.Conflict))

		// Another caregiver's list of who looked says nothing of it; the privacy officer's does.
		words := func(who identity.Principal) (out []string) {
			rows, _, _, err := b.AccessLog(ctx, who, "pat-ana", "", 100)
			require.NoError(t, err)
			for _, r := range rows {
				out = append(out, r.Who+" "+r.Action)
			}
			return out
		}
		require.NotContains(t, words(doctor), "P. Officer create")
		require.Contains(t, words(office), "P. Officer create")

		for _, bad := range []string{"", "  "} {
			err = d.InTx(ctx, func(c *db.Conn) error { return b.LiftBlockTx(c, admin, x.ID, bad) })
			require.True(t, fault.Is(err, fault.Invalid))
		}
		b.tx(t, func(c *db.Conn) error { return b.LiftBlockTx(c, admin, x.ID, "the order ended") })
		v, err := b.view(dora, "pat-ana")
		require.NoError(t, err)
		require.Equal(t, before.Grant, v.Grant, "what was granted counts again")
		err = d.InTx(ctx, func(c *db.Conn) error { return b.LiftBlockTx(c, admin, x.ID, "the order ended") })
		require.True(t, fault.Is(err, fault.Conflict))

		// A care team's work is no way around a paper either.
		b.block(t, BlockInput{Patient: "pat-ana", Account: nurse.Account, Reason: "divorced", Evidence: "County court 26-119", Start: b.now().Add(time.Hour), End: b.now().Add(2 * time.Hour)})
		v, err = b.view(nurse, "pat-ana")
		require.NoError(t, err)
		require.Equal(t, b.now().Add(time.Hour).UnixMicro(), v.ChangesAt, "open pages hear of it in time")
		b.clock.move(time.Hour)
		_, err = b.view(nurse, "pat-ana")
		noChart(t, err)
		b.clock.move(time.Hour)
		_, err = b.view(nurse, "pat-ana")
		require.NoError(t, err)

		list, next, err := b.Blocks(ctx, office, "", "", 1)
		require.NoError(t, err)
		require.Equal(t, nurse.Account, list[0].Account)
		list, next, err = b.Blocks(ctx, admin, "", next, 5)
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Empty(t, next)
		require.Equal(t, "the order ended", list[0].LiftReason)
		require.Equal(t, admin.Account, list[0].LiftedBy)
		list, _, err = b.Blocks(ctx, office, "pat-ana", "", 5)
		require.NoError(t, err)
		require.Len(t, list, 2)
		list, _, err = b.Blocks(ctx, office, "pat-other", "", 5)
		require.NoError(t, err)
		require.Empty(t, list)
	})
}

// What is joined with the chart is the same person's: a paper about one is one
// about all, and one's own chart is no way in by a wrong join.
func TestABlockReachesJoinedCharts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		chartRow(t, b, "pat-ana", "pat-old", "pat-third", "pat-dora")
		b.tx(t, func(c *db.Conn) error {
			for i, other := range []string{"pat-old", "pat-third", "pat-dora"} {
				if _, err := c.Exec(`INSERT INTO chart_links (id, survivor, other, reason, survivor_n, other_n, created_by, created_at) VALUES (?,?,?,?,0,0,'x',?)`,
					"l"+other, "pat-ana", other, "same person", i); err != nil {
					return err
				}
			}
			in := grantFor(desk, b.now())
			in.Patient = "pat-third"
			_, err := b.GrantTx(c, job, in)
			return err
		})
		_, err := b.view(dora, "pat-ana")
		require.NoError(t, err, "her own chart was joined with it, wrongly")
		_, err = b.view(desk, "pat-third")
		require.NoError(t, err)
		for _, who := range []identity.Principal{dora, desk} {
			b.block(t, BlockInput{Patient: "pat-old", Account: who.Account, Reason: "protective order", Evidence: "County court 26-118"})
		}
		for _, p := range []string{"pat-ana", "pat-old", "pat-third"} {
			_, err = b.view(dora, p)
			noChart(t, err)
			_, err = b.view(desk, p)
			noChart(t, err)
		}
		_, err = b.view(dora, "pat-dora")
		require.NoError(t, err, "nobody is kept out of their own")
		charts, err := b.Charts(context.Background(), dora, 10)
		require.NoError(t, err)
		require.Equal(t, []string{"pat-dora"}, charts)
	})
}

func TestABlockHoldsOnEveryNode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		chartRow(t, b, "pat-ana")
		b.tx(t, func(c *db.Conn) error { _, err := b.GrantTx(c, ana, grantFor(dora, b.now())); return err })
		feed := revoke.NewFeed(d)
		other, err := New(Deps{DB: d, Key: sitekey.ForTest(), Revocations: feed, Now: b.clock.now, Node: "other"})
		require.NoError(t, err)
		require.NoError(t, feed.Start(context.Background()))
		t.Cleanup(feed.Stop)
		_, err = other.ViewOf(d.Read(context.Background()), dora, "pat-ana")
		require.NoError(t, err)
		b.block(t, BlockInput{Patient: "pat-ana", Account: dora.Account, Reason: "protective order", Evidence: "County court 26-118"})
		require.Eventually(t, func() bool {
			_, err := other.ViewOf(d.Read(context.Background()), dora, "pat-ana")
			return fault.Is(err, fault.NotFound)
		}, time.Second, 20*time.Millisecond)
	})
}
