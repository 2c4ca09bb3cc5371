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

// employ writes the accounts of staff.
func (b *bench) employ(t testing.TB, all ...identity.Principal) {
	t.Helper()
	b.tx(t, func(c *db.Conn) error {
		for _, p := range all {
			if _, err := c.Exec(`INSERT INTO accounts (id, email, name, kind, roles, patient, practitioner, locale, password, active, created_at) VALUES (?,'',?,?,?,'','','','',?,0)`,
				p.Account, p.Name, int(p.Kind), string(p.Roles[0]), true); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *bench) appoint(by identity.Principal, n NewMember) error {
	return b.db.InTx(context.Background(), func(c *db.Conn) error { return b.AppointTx(c, by, n) })
}

func TestWhoChangesCareTeams(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, ctx := started(t, d), context.Background()
		b.patient(t, "pat-ana")
		b.employ(t, doctor, nurse, desk, office, admin)
		as := func(who identity.Principal) NewMember {
			return NewMember{Account: who.Account, Patient: "pat-ana", Role: who.Roles[0]}
		}
		for _, by := range []identity.Principal{doctor, nurse, desk, office, ana, dora, {}, through(admin, "user/*.cruds")} {
			require.Error(t, b.appoint(by, as(nurse)), by.Name)
		}
		both := admin
		both.Roles = []identity.Role{identity.Admin, identity.Clinician}
		require.True(t, fault.Is(b.appoint(both, NewMember{Account: admin.Account, Patient: "pat-ana", Role: identity.Clinician}), fault.Forbidden), "nobody appoints themselves")
		for _, wrong := range []NewMember{
			{Account: nurse.Account, Patient: "pat-ana", Role: identity.Clinician}, {Account: office.Account, Patient: "pat-ana", Role: identity.Privacy},
			{Account: "acc-nobody", Patient: "pat-ana", Role: identity.Nurse}, {Account: nurse.Account, Patient: "pat-ana", Role: identity.Nurse, Until: b.now().Add(-time.Hour)},
			{Account: nurse.Account, Patient: "pat-ana", Role: identity.Nurse, Start: b.now().AddDate(3, 0, 0)},
		} {
			require.True(t, fault.Is(b.appoint(admin, wrong), fault.Invalid), wrong)
		}
		noChart(t, b.appoint(admin, NewMember{Account: nurse.Account, Patient: "pat-of-nobody", Role: identity.Nurse}))

		require.NoError(t, b.appoint(admin, as(doctor)))
		_, err := b.view(admin, "pat-ana")
		noChart(t, err)
		require.NoError(t, b.appoint(doctor, as(nurse)), "a doctor of the team")
		require.True(t, fault.Is(b.appoint(nurse, as(desk)), fault.Forbidden), "not a nurse")
		require.True(t, fault.Is(b.appoint(doctor, as(doctor)), fault.Forbidden))

		dismiss := func(by identity.Principal, account string) error {
			return d.InTx(ctx, func(c *db.Conn) error { return b.DismissTx(c, by, account, "pat-ana") })
		}
		require.True(t, fault.Is(dismiss(doctor, nurse.Account), fault.Forbidden))
		noChart(t, dismiss(desk, nurse.Account))
		require.NoError(t, dismiss(nurse, nurse.Account), "everybody may leave")
		require.NoError(t, dismiss(admin, doctor.Account))
		require.True(t, fault.Is(dismiss(admin, doctor.Account), fault.NotFound))
		_, err = b.view(doctor, "pat-ana")
		noChart(t, err)
	})
}

func TestMembershipsBeginEndAndAreKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, ctx := started(t, d), context.Background()
		b.patient(t, "pat-ana")
		b.employ(t, doctor, nurse, desk, admin)
		day := 24 * time.Hour
		began := b.now()
		require.NoError(t, b.appoint(admin, NewMember{Account: nurse.Account, Patient: "pat-ana", Role: identity.Nurse, Start: began.Add(day), Until: began.Add(2 * day)}))
		for range 2 { // also when the tie is remembered
			_, err := b.view(nurse, "pat-ana")
			noChart(t, err)
		}
		charts, err := b.Charts(ctx, nurse, 10)
		require.NoError(t, err)
		require.Empty(t, charts)
		b.clock.move(day)
		v, err := b.view(nurse, "pat-ana")
		require.NoError(t, err, "it begins by the clock alone")
		require.Equal(t, micros(began.Add(2*day)), v.ChangesAt)

		// A longer time from now on: what was is kept.
		b.clock.move(time.Hour)
		require.NoError(t, b.appoint(admin, NewMember{Account: nurse.Account, Patient: "pat-ana", Role: identity.Nurse, Until: b.now().Add(3 * day)}))
		b.clock.move(3 * day)
		_, err = b.view(nurse, "pat-ana")
		noChart(t, err)
		require.NoError(t, b.appoint(admin, NewMember{Account: nurse.Account, Patient: "pat-ana", Role: identity.Nurse, Start: b.now().Add(day)}))
		require.NoError(t, b.appoint(admin, NewMember{Account: doctor.Account, Patient: "pat-ana", Role: identity.Clinician}))

		see := func(who identity.Principal) (states []string) {
			team, err := b.Team(ctx, who, "pat-ana")
			require.NoError(t, err, who.Name)
			for _, m := range team {
				states = append(states, m.Name+" "+m.At(b.now())+" "+m.Until.Sub(m.Start).String())
				require.Equal(t, "A. Dmin", m.AddedBy)
			}
			return states
		}
		want := []string{"Dr Okafor now", "N. Lee planned", "N. Lee past 72h0m0s", "N. Lee past 1h0m0s"}
		got := see(ana)
		require.Len(t, got, len(want))
		for i := range want {
			require.Contains(t, got[i], want[i])
		}
		require.Equal(t, got, see(admin))
		require.Equal(t, got, see(doctor))
		b.tx(t, func(c *db.Conn) error { _, err := b.GrantTx(c, ana, grantFor(dora, b.now())); return err })
		for _, who := range []identity.Principal{nurse, office, dora, desk, through(ana, "patient/*.rs")} {
			_, err := b.Team(ctx, who, "pat-ana")
			noChart(t, err)
		}
	})
}
