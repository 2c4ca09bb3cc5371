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

func TestGrantInputIsChecked(t *testing.T) {
	now := newClock().now()
	good := func() GrantInput { return grantFor(dora, now) }
	_, err := good().check(now)
	require.NoError(t, err)
	for field, spoil := range map[string]func(*GrantInput){
		"patient":   func(in *GrantInput) { in.Patient = "" },
		"account":   func(in *GrantInput) { in.Account = "" },
		"name":      func(in *GrantInput) { in.Name = "  " },
		"relation":  func(in *GrantInput) { in.Relation = "" },
		"sees":      func(in *GrantInput) { in.See = 0; in.Can = 0 },
		"can":       func(in *GrantInput) { in.Can = PowerDocuments },
		"basis":     func(in *GrantInput) { in.Basis = "because" },
		"until":     func(in *GrantInput) { in.End = time.Time{} },
		"birthDate": func(in *GrantInput) { in.Basis, in.Evidence = Parent, "birth certificate" },
		"evidence":  func(in *GrantInput) { in.Basis = Guardian },
	} {
		in := good()
		spoil(&in)
		_, err := in.check(now)
		require.True(t, fault.Is(err, fault.Invalid), field)
		require.Equal(t, field, fault.Of(err).Issues[0].Expression)
		require.NotContains(t, fault.Of(err).Msg, "invalid")
	}
	for name, spoil := range map[string]func(*GrantInput){
		"in the past":        func(in *GrantInput) { in.End = now.Add(-time.Hour) },
		"before it begins":   func(in *GrantInput) { in.Start = now.AddDate(2, 0, 0) },
		"for ever":           func(in *GrantInput) { in.End = now.AddDate(90, 0, 0) },
		"parent of an adult": func(in *GrantInput) { in.Basis, in.BirthDate, in.Evidence = Parent, "1990", "birth certificate" },
	} {
		in := good()
		spoil(&in)
		_, err := in.check(now)
		require.True(t, fault.Is(err, fault.Invalid), name)
	}
}

func TestGrantLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		ctx := context.Background()
		give := func(who identity.Principal) (g Grant, err error) {
			err = d.InTx(ctx, func(c *db.Conn) error { g, err = b.GrantTx(c, who, grantFor(dora, b.now())); return err })
			return g, err
		}
		for _, who := range []identity.Principal{{}, dora, doctor, office, admin, through(ana, "patient/*.cruds")} {
			_, err := give(who)
			noChart(t, err)
		}
		g, err := give(ana)
		require.NoError(t, err)
		_, err = give(ana)
		require.True(t, fault.Is(err, fault.Conflict), "one running grant each")

		subjects, err := b.Subjects(ctx, dora)
		require.NoError(t, err)
		require.Len(t, subjects, 2)
		require.Equal(t, "pat-dora", subjects[0].Patient)
		require.Equal(t, g.ID, subjects[1].Grant.ID)

		narrow := func(who identity.Principal, to Narrowing) error {
			return d.InTx(ctx, func(c *db.Conn) error { _, err := b.NarrowTx(c, who, "pat-ana", g.ID, to); return err })
		}
		require.True(t, fault.Is(narrow(ana, Narrowing{See: Everything}), fault.Invalid), "never wider")
		require.True(t, fault.Is(narrow(ana, Narrowing{See: g.See, Sensitive: true}), fault.Invalid))
		require.True(t, fault.Is(narrow(nurse, Narrowing{See: g.See}), fault.NotFound))
		require.NoError(t, narrow(ana, Narrowing{See: Of(Medicines), Can: g.Can}))
		v, err := b.view(dora, "pat-ana")
		require.NoError(t, err)
		require.Equal(t, Of(Medicines), v.See)
		require.Equal(t, PowerMedicines, v.Can, "messages went with what can be seen")

		require.NoError(t, b.Record(ctx, Event{Who: dora, Patient: "pat-ana", View: v, Action: "open"}))
		_, err = b.GrantsOf(ctx, dora, "pat-ana")
		noChart(t, err)
		gs, err := b.GrantsOf(ctx, ana, "pat-ana")
		require.NoError(t, err)
		require.Len(t, gs, 1)
		require.Equal(t, Active, gs[0].State)
		require.Equal(t, b.now(), gs[0].LastSeenAt)

		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error { _, err := b.RevokeTx(c, dora, "pat-ana", g.ID); return err }), "a caregiver may step back")
		require.True(t, fault.Is(d.InTx(ctx, func(c *db.Conn) error { _, err := b.RevokeTx(c, ana, "pat-ana", g.ID); return err }), fault.Conflict))
		_, err = b.view(dora, "pat-ana")
		noChart(t, err)

		g, err = give(job)
		require.NoError(t, err, "and again")
		b.clock.to(2028, 1, 1)
		gs, err = b.GrantsOf(ctx, ana, "pat-ana")
		require.NoError(t, err)
		require.Len(t, gs, 2)
		for _, g := range gs {
			require.NotEqual(t, Active, g.State)
		}
		_, err = give(ana)
		require.NoError(t, err, "one that ran out does not stand in the way")
	})
}

func TestAParentsGrantFollowsTheChildsAge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		in := GrantInput{Patient: "pat-kid", Account: dora.Account, Name: "Dora", Relation: "child", Basis: Parent, See: Everything, Can: AllPowers, Sensitive: true,
			BirthDate: "2014-05", Jurisdiction: "US-CA", Evidence: "birth certificate"}
		var g Grant
		b.tx(t, func(c *db.Conn) (err error) { g, err = b.GrantTx(c, job, in); return err })
		require.Equal(t, "2026-05-01", g.ChangesOn(b.now()).Format(time.DateOnly))
		require.Equal(t, "2032-05-01", g.End.Format(time.DateOnly))
		v, err := b.view(dora, "pat-kid")
		require.NoError(t, err)
		require.Equal(t, Everything, v.See)
		require.Zero(t, v.Hide)
		require.Equal(t, g.NarrowsAt.UnixMicro(), v.ChangesAt)
		young := v.Fingerprint

		b.clock.to(2026, 5, 1)
		v, err = b.view(dora, "pat-kid")
		require.NoError(t, err)
		require.Equal(t, narrowed, v.See)
		require.Equal(t, AllLabels, v.Hide)
		require.Equal(t, PowerMessages|PowerScheduling, v.Can)
		require.NotEqual(t, young, v.Fingerprint)

		// The date of birth was wrong: it is a year later.
		b.tx(t, func(c *db.Conn) error { return b.RebirthTx(c, job, "pat-kid", "2015-05-02") })
		v, err = b.view(dora, "pat-kid")
		require.NoError(t, err)
		require.Equal(t, Everything, v.See)
		require.Equal(t, "2027-05-02", time.UnixMicro(v.ChangesAt).UTC().Format(time.DateOnly))

		// As long as the grant runs, so does what a date that was too early cut off.
		b.clock.to(2032, 6, 1)
		_, err = b.view(dora, "pat-kid")
		require.NoError(t, err)
		b.clock.to(2033, 5, 2)
		_, err = b.view(dora, "pat-kid")
		noChart(t, err)
		b.tx(t, func(c *db.Conn) error { return b.RebirthTx(c, job, "pat-kid", "2016-05-02") })
		_, err = b.view(dora, "pat-kid")
		noChart(t, err)
	})
}

// A corrected date of birth gives back what it had cut, and no more than was given.
func TestACorrectedBirthDateMovesTheEndBothWays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		chicago, err := time.LoadLocation("America/Chicago")
		require.NoError(t, err)
		given := time.Date(2031, 1, 1, 6, 0, 0, 0, time.UTC)
		var g Grant
		b.tx(t, func(c *db.Conn) (err error) {
			g, err = b.GrantTx(c, job, GrantInput{Patient: "pat-kid", Account: dora.Account, Name: "Dora", Relation: "child", Basis: Parent, See: Everything,
				BirthDate: "2012-02-29", Zone: chicago, End: given, Evidence: "birth certificate"})
			return err
		})
		end := func() string {
			gs, err := b.GrantsOf(context.Background(), job, "pat-kid")
			require.NoError(t, err)
			return gs[0].End.Format(time.RFC3339)
		}
		require.Equal(t, "2030-02-28T06:00:00Z", g.End.UTC().Format(time.RFC3339), "18 on 28 February, at midnight of the clinic")
		for _, c := range []struct{ birth, end string }{
			{"2011", "2029-01-01T06:00:00Z"}, {"2012-07", "2030-07-01T05:00:00Z"}, {"2012-02-29", "2030-02-28T06:00:00Z"}, {"2019-09-09", "2031-01-01T06:00:00Z"},
		} {
			b.tx(t, func(c2 *db.Conn) error { return b.RebirthTx(c2, job, "pat-kid", c.birth) })
			require.Equal(t, c.end, end(), c.birth)
		}
		b.tx(t, func(c *db.Conn) error { // what was narrowed stays narrowed
			_, err := b.NarrowTx(c, dora, "pat-kid", g.ID, Narrowing{See: Everything, End: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)})
			return err
		})
		for _, birth := range []string{"2011", "2019-09-10"} {
			b.tx(t, func(c *db.Conn) error { return b.RebirthTx(c, job, "pat-kid", birth) })
		}
		require.Equal(t, "2030-01-01T00:00:00Z", end())

		// The moment of the birthday: a microsecond before midnight of the clinic, and at it.
		b.tx(t, func(c *db.Conn) error { return b.RebirthTx(c, job, "pat-kid", "2013-12-15") })
		b.clock.at.Store(time.Date(2026, 12, 15, 6, 0, 0, 0, time.UTC).UnixMicro() - 1)
		v, err := b.view(dora, "pat-kid")
		require.NoError(t, err)
		require.Equal(t, Everything, v.See)
		b.clock.move(time.Microsecond)
		v, err = b.view(dora, "pat-kid")
		require.NoError(t, err)
		require.Equal(t, narrowed, v.See)
	})
}

func TestPanelPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := context.Background()
		b.tx(t, func(c *db.Conn) error {
			for _, p := range []string{"p3", "p1", "p2", "p5", "p4"} {
				if err := b.JoinTeamTx(c, admin, doctor.Account, p, identity.Clinician, time.Time{}); err != nil {
					return err
				}
			}
			if err := b.JoinTeamTx(c, admin, doctor.Account, "p6", identity.Nurse, time.Time{}); err != nil {
				return err
			}
			return b.JoinTeamTx(c, admin, doctor.Account, "p5", identity.Clinician, b.now().Add(time.Hour))
		})
		var got []string
		cursor := ""
		for {
			page, next, err := b.Panel(ctx, doctor, cursor, 2)
			require.NoError(t, err)
			for _, m := range page {
				got = append(got, m.Patient)
			}
			if cursor = next; next == "" {
				break
			}
		}
		require.Equal(t, []string{"p1", "p2", "p3", "p4", "p5"}, got, "not where the membership is in a role that they do not have")
		b.clock.move(time.Hour)
		b.tx(t, func(c *db.Conn) error { return b.LeaveTeamTx(c, doctor, doctor.Account, "p1") })
		page, next, err := b.Panel(ctx, doctor, "", 10)
		require.NoError(t, err)
		require.Len(t, page, 3)
		require.Empty(t, next)
		_, _, err = b.Panel(ctx, ana, "", 10)
		require.True(t, fault.Is(err, fault.Forbidden))
		page, _, err = b.Panel(ctx, admin, "", 10)
		require.NoError(t, err)
		require.Empty(t, page)
		err = d.InTx(ctx, func(c *db.Conn) error {
			return b.JoinTeamTx(c, doctor, doctor.Account, "p9", identity.Clinician, time.Time{})
		})
		require.True(t, fault.Is(err, fault.Forbidden), "nobody takes a patient for themselves")
		err = d.InTx(ctx, func(c *db.Conn) error {
			return b.JoinTeamTx(c, admin, office.Account, "p9", identity.Privacy, time.Time{})
		})
		require.True(t, fault.Is(err, fault.Invalid))
		team, err := b.TeamOf(d.Read(ctx), "p2")
		require.NoError(t, err)
		require.Len(t, team, 1)
	})
}
