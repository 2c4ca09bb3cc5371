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

const standardPool = "00000000-0000-7000-8000-000000000001"

func (b *bench) join(by identity.Principal, n NewPoolMember) error {
	return b.db.InTx(context.Background(), func(c *db.Conn) error { return b.JoinPoolTx(c, by, n) })
}

func (b *bench) joinChart(by identity.Principal, pool, patient string, start, until time.Time) error {
	return b.db.InTx(context.Background(), func(c *db.Conn) error { return b.JoinChartTx(c, by, pool, patient, start, until) })
}

func (b *bench) pool(t testing.TB, id string) {
	b.tx(t, func(c *db.Conn) error {
		_, err := c.Exec(`INSERT INTO pools (id, name) VALUES (?, ?)`, id, id)
		return err
	})
}

// Nobody gets into a care team by their own hand: an administrator who is a nurse as well,
// and in a pool as such, joins it to no chart that they do not treat.
func TestNobodyJoinsTheirOwnPoolToAChart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		b.patient(t, "pat-ana")
		b.employ(t, doctor, nurse, admin)
		b.pool(t, "pool-refills")
		both := nurse
		both.Roles = []identity.Role{identity.Nurse, identity.Clinician, identity.Admin}
		b.tx(t, func(c *db.Conn) error {
			_, err := c.Exec(`UPDATE accounts SET roles = 'nurse clinician admin' WHERE id = ?`, nurse.Account)
			return err
		})
		require.NoError(t, b.join(admin, NewPoolMember{Pool: "pool-refills", Account: nurse.Account, Role: identity.Nurse}))
		err := b.joinChart(both, "pool-refills", "pat-ana", time.Time{}, time.Time{})
		require.True(t, fault.Is(err, fault.Forbidden), err)
		_, err = b.view(both, "pat-ana")
		noChart(t, err)

		// Others do it, and who treats the patient as a doctor does.
		require.NoError(t, b.joinChart(admin, "pool-refills", "pat-ana", time.Time{}, time.Time{}))
		_, err = b.view(both, "pat-ana")
		require.NoError(t, err)
		err = b.joinChart(both, "pool-refills", "pat-ana", time.Time{}, time.Time{})
		require.True(t, fault.Is(err, fault.Forbidden), "nor do they stay longer by it: %v", err)
		require.NoError(t, b.appoint(admin, NewMember{Account: nurse.Account, Patient: "pat-ana", Role: identity.Clinician}))
		require.NoError(t, b.joinChart(both, "pool-refills", "pat-ana", time.Time{}, time.Time{}))
	})
}

// A cell for each: in the pool or not, joined or not, before, while and after.
func TestAPoolOpensAChartOnlyWhileItIsJoinedToIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, ctx := started(t, d), context.Background()
		b.patient(t, "pat-ana")
		b.patient(t, "pat-bea")
		b.employ(t, doctor, nurse, desk, admin)
		b.pool(t, "pool-refills")
		hour := time.Hour
		began := b.now()
		closed := func(who identity.Principal, patient, why string) {
			t.Helper()
			for range 2 {
				_, err := b.view(who, patient)
				noChart(t, err)
			}
			charts, err := b.Charts(ctx, who, 10)
			require.NoError(t, err)
			require.NotContains(t, charts, patient, why)
		}
		require.NoError(t, b.join(admin, NewPoolMember{Pool: "pool-refills", Account: nurse.Account, Role: identity.Nurse, Until: began.Add(10 * hour)}))
		closed(nurse, "pat-ana", "a member of a pool that is joined to nothing")
		require.NoError(t, b.joinChart(admin, "pool-refills", "pat-ana", began.Add(hour), began.Add(5*hour)))
		closed(nurse, "pat-ana", "not yet")
		b.clock.move(hour)
		v, err := b.view(nurse, "pat-ana")
		require.NoError(t, err)
		require.Equal(t, CareTeam, v.Relation)
		require.Equal(t, identity.Nurse, v.Role)
		require.Equal(t, "pool-refills", v.Pool)
		see, act := allowed(CareTeam, identity.Nurse)
		require.Equal(t, [2]CategorySet{see, act}, [2]CategorySet{v.See, v.Act}, "what a nurse of the team may, and no more")
		require.Equal(t, micros(began.Add(5*hour)), v.ChangesAt, "the earlier of the two ends")
		closed(nurse, "pat-bea", "another chart")
		closed(doctor, "pat-ana", "not in the pool")
		closed(admin, "pat-ana", "who joins them has no chart by it")
		off := nurse
		off.Roles = []identity.Role{identity.FrontDesk}
		_, err = b.view(off, "pat-ana")
		noChart(t, err)
		circle, err := b.Circle(d.Read(ctx), "pat-ana")
		require.NoError(t, err)
		require.Len(t, circle, 1)
		require.Equal(t, Near{Account: nurse.Account, Name: "N. Lee", Relation: CareTeam, Role: identity.Nurse, Pool: "pool-refills", See: see}, circle[0])
		for _, alias := range []string{"t", "m", "pools"} { // whatever a statement calls its tables
			cond, args := b.memberSQL(nurse, alias+".patient_id")
			var n int
			require.NoError(t, d.Read(ctx).QueryRow(`SELECT count(*) FROM resources `+alias+` WHERE `+cond, args...).Scan(&n))
			require.Equal(t, 1, n, alias)
		}
		cond, args := b.memberSQL(nurse, "r.patient_id")
		var n int
		require.NoError(t, d.Read(ctx).QueryRow(`SELECT count(*) FROM resources r WHERE `+cond, args...).Scan(&n))
		require.Equal(t, 1, n, "lists over charts hold it")

		b.clock.move(4 * hour)
		closed(nurse, "pat-ana", "the pool's time here is over")

		// In person and by a pool: the stronger role counts.
		require.NoError(t, b.joinChart(admin, "pool-refills", "pat-ana", time.Time{}, time.Time{}))
		require.NoError(t, b.appoint(admin, NewMember{Account: nurse.Account, Patient: "pat-ana", Role: identity.Nurse}))
		v, err = b.view(nurse, "pat-ana")
		require.NoError(t, err)
		require.Empty(t, v.Pool, "in person")
		both := desk
		both.Roles = []identity.Role{identity.FrontDesk, identity.Clinician}
		b.tx(t, func(c *db.Conn) error {
			_, err := c.Exec(`UPDATE accounts SET roles = 'frontdesk clinician' WHERE id = ?`, desk.Account)
			return err
		})
		require.NoError(t, b.appoint(admin, NewMember{Account: desk.Account, Patient: "pat-ana", Role: identity.FrontDesk}))
		require.NoError(t, b.join(admin, NewPoolMember{Pool: "pool-refills", Account: desk.Account, Role: identity.Clinician}))
		v, err = b.view(both, "pat-ana")
		require.NoError(t, err)
		require.Equal(t, identity.Clinician, v.Role)
	})
}

func TestWhoLeavesAPoolHasNothingAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, ctx := started(t, d), context.Background()
		b.patient(t, "pat-ana")
		b.employ(t, doctor, nurse, desk, admin)
		b.pool(t, "pool-a")
		for _, by := range []identity.Principal{doctor, nurse, desk, office, ana, {}, through(admin, "user/*.cruds")} {
			require.True(t, fault.Is(b.join(by, NewPoolMember{Pool: "pool-a", Account: nurse.Account, Role: identity.Nurse}), fault.Forbidden), by.Name)
			require.Error(t, b.joinChart(by, "pool-a", "pat-ana", time.Time{}, time.Time{}), by.Name)
		}
		both := admin
		both.Roles = []identity.Role{identity.Admin, identity.Clinician}
		require.True(t, fault.Is(b.join(both, NewPoolMember{Pool: "pool-a", Account: admin.Account, Role: identity.Clinician}), fault.Forbidden), "nobody puts themselves in")
		for _, wrong := range []NewPoolMember{{Account: nurse.Account, Role: identity.Clinician}, {Account: "acc-nobody", Role: identity.Nurse}, {Account: nurse.Account, Role: identity.Nurse, Until: b.now().Add(-time.Hour)}} {
			wrong.Pool = "pool-a"
			require.True(t, fault.Is(b.join(admin, wrong), fault.Invalid), wrong)
		}
		require.True(t, fault.Is(b.join(admin, NewPoolMember{Pool: "pool-none", Account: nurse.Account, Role: identity.Nurse}), fault.NotFound))
		noChart(t, b.joinChart(admin, "pool-a", "pat-of-nobody", time.Time{}, time.Time{}))

		other := newBench(t, d) // another node, which is told of nothing but by the feed
		other.clock = b.clock
		require.NoError(t, other.revocations.Start(ctx))
		require.NoError(t, other.Start(ctx))
		t.Cleanup(func() { other.Stop(); other.revocations.Stop() })
		in := func() {
			t.Helper()
			require.NoError(t, b.join(admin, NewPoolMember{Pool: "pool-a", Account: nurse.Account, Role: identity.Nurse}))
			require.NoError(t, b.joinChart(admin, "pool-a", "pat-ana", time.Time{}, time.Time{}))
			for _, n := range []*bench{b, other} {
				require.Eventually(t, func() bool { _, err := n.view(nurse, "pat-ana"); return err == nil }, 2*time.Second, 20*time.Millisecond)
			}
		}
		out := func(f func(c *db.Conn) error) {
			t.Helper()
			require.NoError(t, d.InTx(ctx, f))
			_, err := b.view(nurse, "pat-ana")
			noChart(t, err)
			require.Eventually(t, func() bool { _, err := other.view(nurse, "pat-ana"); return err != nil }, time.Second, 10*time.Millisecond)
		}
		in()
		out(func(c *db.Conn) error { return b.LeavePoolTx(c, admin, "pool-a", nurse.Account) })
		in()
		out(func(c *db.Conn) error { return b.LeavePoolTx(c, nurse, "pool-a", nurse.Account) })
		in()
		out(func(c *db.Conn) error { return b.PartChartTx(c, admin, "pool-a", "pat-ana") })
		require.True(t, fault.Is(d.InTx(ctx, func(c *db.Conn) error { return b.PartChartTx(c, admin, "pool-a", "pat-ana") }), fault.NotFound))
	})
}

func TestTheStandardPoolIsJoinedWhenSomebodyRegisters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, ctx := started(t, d), context.Background()
		b.tx(t, func(c *db.Conn) error {
			if _, err := c.Exec(`INSERT INTO pools (id, name, organization, standard) VALUES ('pool-b', 'B', 'org-b', TRUE)`); err != nil {
				return err
			}
			for p, org := range map[string]string{"p-none": "", "p-b": "org-b", "p-other": "org-c"} {
				if err := b.RegisterTx(c, p, org); err != nil {
					return err
				}
			}
			return b.RegisterTx(c, "p-b", "org-b")
		})
		for p, want := range map[string]string{"p-none": standardPool, "p-b": "pool-b", "p-other": standardPool} {
			got, err := b.ChartPools(d.Read(ctx), p)
			require.NoError(t, err)
			require.Len(t, got, 1, p)
			require.Equal(t, want, got[0].ID, p)
		}
	})
}
