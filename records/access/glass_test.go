package access

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

const fainted = "She fainted in the hall"

func (b *bench) breakGlass(who identity.Principal, patient, reason string) (g Glass, err error) {
	err = b.db.InTx(context.Background(), func(c *db.Conn) error { g, err = b.BreakGlassTx(c, who, patient, reason); return err })
	return g, err
}

func TestBreakGlass(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		b.patient(t, "pat-ana")
		b.patient(t, "pat-dora")
		for _, who := range []identity.Principal{desk, admin, office, ana, job, {}, through(doctor, "user/*.rs")} {
			_, err := b.breakGlass(who, "pat-ana", fainted)
			noChart(t, err)
		}
		for _, reason := range []string{"why not", "  a          b  ", strings.Repeat("x", 501), "She fainted\x00 in the hall"} {
			_, err := b.breakGlass(doctor, "pat-ana", reason)
			require.True(t, fault.Is(err, fault.Invalid), reason)
		}
		for _, id := range []string{"", "pat-of-nobody"} {
			_, err := b.breakGlass(doctor, id, fainted)
			noChart(t, err)
		}
		_, err := b.view(doctor, "pat-ana")
		noChart(t, err)
		g, err := b.breakGlass(doctor, "pat-ana", fainted)
		require.NoError(t, err)
		v, err := b.view(doctor, "pat-ana")
		require.NoError(t, err)
		require.True(t, v.Emergency)
		require.Equal(t, Everything, v.See)
		require.Zero(t, v.Act, "to read, not to write")
		_, err = b.view(nurse, "pat-ana")
		noChart(t, err)
		_, err = b.view(doctor, "pat-dora")
		noChart(t, err)
		own, err := b.OwnGlass(context.Background(), doctor)
		require.NoError(t, err)
		require.Len(t, own, 1)
		require.Equal(t, g.ID, own[0].ID)

		rows, _, _, err := b.AccessLog(context.Background(), ana, "pat-ana", "", 10)
		require.NoError(t, err)
		require.True(t, rows[0].Emergency)
		require.Equal(t, fainted, rows[0].Reason)

		b.clock.move(glassTime)
		_, err = b.view(doctor, "pat-ana")
		noChart(t, err)
		own, err = b.OwnGlass(context.Background(), doctor)
		require.NoError(t, err)
		require.Empty(t, own)
	})
}

func TestGlassIsExtendedAndEnded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, ctx := started(t, d), context.Background()
		b.patient(t, "pat-ana")
		_, err := b.breakGlass(nurse, "pat-ana", fainted)
		require.NoError(t, err)
		b.clock.move(50 * time.Minute)
		_, err = b.breakGlass(nurse, "pat-ana", "She is still not awake")
		require.NoError(t, err)
		b.clock.move(50 * time.Minute)
		_, err = b.view(nurse, "pat-ana")
		require.NoError(t, err, "an hour from the second time")
		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error { return b.EndGlassTx(c, nurse, "pat-ana") }))
		_, err = b.view(nurse, "pat-ana")
		noChart(t, err)
		noChart(t, d.InTx(ctx, func(c *db.Conn) error { return b.EndGlassTx(c, nurse, "pat-ana") }))

		all, next, err := b.GlassToReview(ctx, office, false, "", 1)
		require.NoError(t, err)
		require.NotEmpty(t, next)
		more, _, err := b.GlassToReview(ctx, office, false, next, 10)
		require.NoError(t, err)
		require.Len(t, more, 1)
		require.Equal(t, 50*time.Minute, all[0].End.Sub(all[0].Start), "each has its own reason and its own time")
		require.Equal(t, fainted, all[0].Reason)
		require.Equal(t, 50*time.Minute, more[0].End.Sub(more[0].Start))

		// Who is in the team needs no emergency; who left it does.
		b.tx(t, func(c *db.Conn) error {
			return b.JoinTeamTx(c, admin, nurse.Account, "pat-ana", identity.Nurse, time.Time{})
		})
		_, err = b.breakGlass(nurse, "pat-ana", fainted)
		require.True(t, fault.Is(err, fault.Conflict))
	})
}

func TestGlassIsReviewedOnceAndByAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, ctx := started(t, d), context.Background()
		b.patient(t, "pat-ana")
		both := doctor
		both.Roles = []identity.Role{identity.Clinician, identity.Privacy}
		g, err := b.breakGlass(both, "pat-ana", fainted)
		require.NoError(t, err)
		b.clock.move(time.Minute)
		v, err := b.view(both, "pat-ana")
		require.NoError(t, err)
		require.NoError(t, b.Record(ctx, Event{Who: both, Patient: "pat-ana", View: v, Action: "read", Type: "Observation", Categories: Of(Results)},
			Event{Who: nurse, Patient: "pat-ana", Action: "read", Categories: Of(Messages)}))

		for _, who := range []identity.Principal{doctor, nurse, desk, admin, ana, job, through(office, "user/*.rs")} {
			_, _, err := b.GlassToReview(ctx, who, false, "", 10)
			require.True(t, fault.Is(err, fault.Forbidden), who.Name)
			_, _, err = b.GlassOf(ctx, who, g.ID)
			require.True(t, fault.Is(err, fault.Forbidden), who.Name)
		}
		_, rows, err := b.GlassOf(ctx, office, g.ID)
		require.NoError(t, err)
		require.Len(t, rows, 1)
		require.Equal(t, 2, rows[0].Count, "the opening and the reading, nothing of others")
		require.Equal(t, []string{"results"}, rows[0].What)

		review := func(who identity.Principal, note string) error {
			return d.InTx(ctx, func(c *db.Conn) error { return b.ReviewGlassTx(c, who, g.ID, true, note) })
		}
		require.True(t, fault.Is(review(both, "I was right"), fault.Forbidden))
		require.True(t, fault.Is(review(nurse, "fine"), fault.Forbidden))
		require.True(t, fault.Is(review(office, " "), fault.Invalid))
		require.NoError(t, review(office, "Seen in the emergency room"))
		require.True(t, fault.Is(review(office, "again"), fault.Conflict))
		open, _, err := b.GlassToReview(ctx, office, false, "", 10)
		require.NoError(t, err)
		require.Empty(t, open)
		done, _, err := b.GlassToReview(ctx, office, true, "", 10)
		require.NoError(t, err)
		require.Equal(t, Justified, done[0].State)
		require.Equal(t, "P. Officer", done[0].Reviewer)
	})
}
