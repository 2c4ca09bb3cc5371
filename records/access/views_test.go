package access

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
)

// Many charts are decided about as each of them alone: in memory or not, inside a
// transaction or not, whatever ties there are, were or will be.
func TestViewsOfManyChartsAreThoseOfEach(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		ctx := context.Background()
		people := []identity.Principal{ana, dora, doctor, nurse, desk, admin, office, job}
		nobody := identity.Principal{Kind: identity.Staff, Account: "acc-off", Name: "Off", Roles: []identity.Role{identity.Clinician}}
		people = append(people, nobody)
		var patients []string
		now := b.now()
		b.tx(t, func(c *db.Conn) error {
			for i := range 60 {
				p := fmt.Sprintf("pat-%02d", i)
				patients = append(patients, p)
				start := now.Add(time.Duration(i%3-1) * time.Hour)
				if i%2 == 0 {
					for who, role := range map[string]identity.Role{doctor.Account: identity.Clinician, nobody.Account: identity.Clinician, nurse.Account: identity.Nurse, desk.Account: identity.FrontDesk} {
						if err := b.JoinTeamTx(c, admin, who, p, role, time.Time{}); err != nil {
							return err
						}
					}
					if _, err := c.Exec(`UPDATE care_team SET start_at = ?, end_at = ? WHERE patient_id = ?`, micros(start), int64(i%4/2)*micros(now.Add(time.Duration(i%5-2)*time.Minute)), p); err != nil {
						return err
					}
				}
				if i%6 == 3 {
					if _, err := c.Exec(`INSERT INTO pool_charts (patient_id, pool, start_at, end_at, version, created_by, created_at) VALUES (?,?,?,?,1,'',0)`,
						p, standardPool, micros(start), int64(i%4/2)*micros(now.Add(time.Duration(i%5-2)*time.Minute))); err != nil {
						return err
					}
				}
				if i%7 == 0 {
					if _, err := c.Exec(`INSERT INTO emergency_access (account, patient_id, role, reason, start_at, end_at) VALUES (?,?,?,?,?,?)`,
						doctor.Account, p, string(identity.Clinician), "unconscious in the emergency room", micros(now), micros(now.Add(glassTime))); err != nil {
						return err
					}
					if i%14 == 0 {
						if _, err := c.Exec(`UPDATE emergency_access SET end_at = ? WHERE patient_id = ?`, micros(now), p); err != nil {
							return err
						}
					}
				}
				if i%5 == 0 {
					in := grantFor(dora, now)
					in.Patient = p
					if i%10 == 0 {
						in.Account = nurse.Account
					}
					if _, err := b.GrantTx(c, job, in); err != nil {
						return err
					}
					if i%15 == 0 {
						if _, err := c.Exec(`UPDATE grants SET end_at = ? WHERE patient_id = ?`, micros(now.Add(-time.Minute)), p); err != nil {
							return err
						}
					}
				}
				if i%9 == 1 {
					if _, err := c.Exec(`INSERT INTO chart_links (id, survivor, other, reason, survivor_n, other_n, created_by, created_at) VALUES (?,?,?,?,0,0,'x',?)`, "l"+p, p, fmt.Sprintf("pat-%02d", i+3), "one person", i); err != nil {
						return err
					}
				}
			}
			for who, role := range map[string]identity.Role{doctor.Account: identity.Nurse, nurse.Account: identity.Nurse, desk.Account: identity.FrontDesk, nobody.Account: identity.Clinician} {
				if _, err := c.Exec(`INSERT INTO pool_members (pool, account, role, start_at, end_at, version, created_by, created_at) VALUES (?,?,?,1,0,1,'',0)`, standardPool, who, string(role)); err != nil {
					return err
				}
			}
			_, err := c.Exec(`INSERT INTO accounts (id, email, name, kind, roles, patient, practitioner, locale, password, active, created_at) VALUES (?, 'off@housecall.test', 'Off', 2, 'clinician', '', '', '', '', FALSE, 0)`, nobody.Account)
			return err
		})
		patients = append(patients, ana.Patient, "", "pat-unknown", "pat-00")
		check := func(c *db.Conn, what string) {
			t.Helper()
			seen := 0
			for _, who := range append(people, through(doctor, "user/Condition.rs"), through(dora, "patient/*.rs")) {
				var want []View
				for _, p := range patients {
					if v, err := b.ViewOf(c, who, p); err == nil {
						want = append(want, v)
					} else {
						noChart(t, err)
					}
				}
				b.ties.dropAccount(who.Account) // what one by one has remembered
				for _, how := range []string{"read", "remembered"} {
					got, err := b.ViewsOf(c, who, patients)
					require.NoError(t, err)
					require.Len(t, got, len(want), "%s %s %s", what, who.Name, how)
					for i := range want {
						require.Equal(t, want[i], got[i], "%s %s %s", what, who.Name, how)
					}
				}
				seen += len(want)
			}
			require.Greater(t, seen, 100)
		}
		check(d.Read(ctx), "read")
		b.clock.move(30 * time.Minute)
		check(d.Read(ctx), "later")
		b.tx(t, func(c *db.Conn) error { check(c, "in a transaction"); return nil })

		// What changes is seen at once.
		first, err := b.ViewsOf(d.Read(ctx), doctor, patients)
		require.NoError(t, err)
		b.tx(t, func(c *db.Conn) error { return b.LeaveTeamTx(c, admin, doctor.Account, first[0].Patient) })
		check(d.Read(ctx), "after leaving")
	})
}
