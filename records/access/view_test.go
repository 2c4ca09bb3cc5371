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
)

func TestRelations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.tx(t, func(c *db.Conn) error {
			for who, role := range map[string]identity.Role{doctor.Account: identity.Clinician, nurse.Account: identity.Nurse, desk.Account: identity.FrontDesk,
				office.Account: identity.Clinician, admin.Account: identity.Nurse} {
				if err := b.JoinTeamTx(c, admin, who, "pat-ana", role, time.Time{}); err != nil {
					return err
				}
			}
			_, err := b.GrantTx(c, ana, grantFor(dora, b.now()))
			return err
		})
		now := b.now().UnixMicro()
		future := now + 1

		v, err := b.view(ana, "pat-ana")
		require.NoError(t, err)
		require.Equal(t, Self, v.Relation)
		require.True(t, v.Sees("", "", Class{Results, AllLabels}, 0, now))
		require.False(t, v.Sees("", "", Class{Results, 0}, future, now), "not released yet")
		require.True(t, v.Sees("", "", Class{Results, 0}, future, future), "released")
		require.False(t, v.MayWrite(Class{Results, 0}))
		require.True(t, v.MayWrite(Class{Messages, 0}))
		require.True(t, v.AllowsType("Observation", 'd'))
		require.False(t, v.Limited())

		v, err = b.view(doctor, "pat-ana")
		require.NoError(t, err)
		require.Equal(t, CareTeam, v.Relation)
		require.True(t, v.Sees("", "", Class{Results, HIV}, future, now), "clinicians see what is held")
		require.True(t, v.MayWrite(Class{Results, HIV}))

		v, err = b.view(desk, "pat-ana")
		require.NoError(t, err)
		require.Equal(t, ClinicStaff, v.Relation)
		require.Equal(t, Of(Demographics, Appointments, Coverage), v.See)
		require.True(t, v.Limited())
		require.True(t, v.Sees("", "", Class{Appointments, 0}, 0, now))
		for l := MentalHealth; l <= Restricted; l <<= 1 { // each label with each category, to see and to write
			for c := Category(0); c < categories; c++ {
				require.False(t, v.Sees("", "", Class{c, l}, 0, now), c)
				require.False(t, v.MayWrite(Class{c, l}), c)
			}
		}

		v, err = b.view(dora, "pat-ana")
		require.NoError(t, err)
		require.Equal(t, Proxy, v.Relation)
		require.Equal(t, "mother", v.Kinship)
		require.Equal(t, Of(Demographics, Conditions, Medicines, Results, Messages), v.See)
		require.Equal(t, Of(Messages, Medicines), v.Act)
		require.True(t, v.Sees("", "", Class{Results, 0}, 0, now))
		require.False(t, v.Sees("", "", Class{Results, 0}, future, now))
		require.False(t, v.Sees("", "", Class{Results, HIV}, 0, now))
		require.False(t, v.Sees("", "", Class{Visits, 0}, 0, now))
		require.False(t, v.MayWrite(Class{Medicines, HIV}))

		v, err = b.view(job, "pat-ana")
		require.NoError(t, err)
		require.Equal(t, Feed, v.Relation)
		require.Equal(t, Everything, v.Act)

		for name, who := range map[string]identity.Principal{
			"nobody": {}, "anonymous with a chart": {Patient: "pat-ana"}, "privacy officer": office, "administrator": admin,
			"a doctor of others":           {Kind: identity.Staff, Account: "acc-other", Roles: []identity.Role{identity.Clinician}},
			"a nurse who became desk":      {Kind: identity.Staff, Account: nurse.Account, Roles: []identity.Role{identity.FrontDesk}},
			"a doctor's account as person": {Kind: identity.Person, Account: doctor.Account},
		} {
			_, err = b.view(who, "pat-ana")
			noChart(t, err)
			require.NotEmpty(t, name)
		}
		_, err = b.view(doctor, "pat-that-is-not-there")
		noChart(t, err)
		_, err = b.view(ana, "pat-dora")
		noChart(t, err)

		v, err = b.view(ana, "")
		require.NoError(t, err, "everybody who signed in reads the shared chart")
		require.True(t, v.Sees("", "", Class{Other, 0}, 0, now))
		require.Zero(t, v.Act)
		v, err = b.view(admin, "")
		require.NoError(t, err)
		require.Equal(t, Everything, v.Act)
		_, err = b.view(identity.Principal{}, "")
		noChart(t, err)
	})
}

func TestScopesNarrow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.tx(t, func(c *db.Conn) error {
			in := grantFor(dora, b.now())
			in.Can |= PowerShare // without it no app of hers comes in
			_, err := b.GrantTx(c, ana, in)
			return err
		})
		v, err := b.view(through(ana, "patient/Observation.rs", "openid"), "pat-ana")
		require.NoError(t, err)
		require.Equal(t, AppForPerson, v.Relation)
		require.Equal(t, Self, v.Base)
		require.Equal(t, Of(Results, Vitals), v.See)
		require.Zero(t, v.Act)
		require.Equal(t, AllLabels, v.Hide, "apps do not see sensitive kinds")
		require.True(t, v.AllowsType("Observation", 'r'))
		require.False(t, v.AllowsType("DiagnosticReport", 'r'), "the same category, another type")
		require.False(t, v.AllowsType("Observation", 'c'))

		v, err = b.view(through(ana, "patient/*.cruds", ScopeSensitive), "pat-ana")
		require.NoError(t, err)
		require.Equal(t, Everything, v.See)
		require.Zero(t, v.Hide)
		require.False(t, v.MayWrite(Class{Results, 0}), "scopes never widen")
		require.True(t, v.MayWrite(Class{Messages, 0}))

		_, err = b.view(through(ana, "openid"), "pat-ana")
		noChart(t, err)
		_, err = b.view(through(ana, "system/*.cruds"), "pat-ana")
		noChart(t, err)
		_, err = b.view(through(dora, "patient/*.rs"), "pat-ana")
		noChart(t, err)
		v, err = b.view(through(dora, "user/*.rs", ScopeSensitive), "pat-ana")
		require.NoError(t, err)
		require.Equal(t, Proxy, v.Base)
		require.Equal(t, Of(Demographics, Conditions, Medicines, Results, Messages), v.See)
		require.Zero(t, v.Act)

		feed := job
		feed.Scopes = []string{"system/Patient.rs", "system/Observation.cruds"}
		v, err = b.view(feed, "pat-ana")
		require.NoError(t, err)
		require.Equal(t, Of(Demographics, Results, Vitals), v.See)
		require.Equal(t, Of(Results, Vitals), v.Act)
		require.Zero(t, v.Hide)
		feed.Scopes = []string{}
		_, err = b.view(feed, "pat-ana")
		noChart(t, err)
	})
}

func TestFingerprintMovesWithTheView(t *testing.T) {
	b := newBench(t, dbtest.SQLite(t))
	seen := map[uint64]string{}
	see := func(what string, who identity.Principal, patient string) {
		t.Helper()
		v, err := b.view(who, patient)
		require.NoError(t, err)
		require.Empty(t, seen[v.Fingerprint], what)
		seen[v.Fingerprint] = what
		again, err := b.view(who, patient)
		require.NoError(t, err)
		require.Equal(t, v.Fingerprint, again.Fingerprint)
	}
	var g Grant
	b.tx(t, func(c *db.Conn) (err error) {
		g, err = b.GrantTx(c, ana, grantFor(dora, b.now()))
		return err
	})
	see("self", ana, "pat-ana")
	see("self through an app", through(ana, "patient/*.rs"), "pat-ana")
	see("with other scopes", through(ana, "patient/*.r"), "pat-ana")
	see("proxy", dora, "pat-ana")
	see("system", job, "pat-ana")
	see("shared", ana, "")
	b.tx(t, func(c *db.Conn) error {
		_, err := b.NarrowTx(c, ana, "pat-ana", g.ID, Narrowing{See: g.See, Can: g.Can})
		return err
	})
	see("a new version of the grant", dora, "pat-ana")
}

func TestAccessEndsAtTheNextRequest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		other := newBench(t, d) // another node, another clock
		require.NoError(t, other.revocations.Start(context.Background()))
		defer other.revocations.Stop()
		var g Grant
		b.tx(t, func(c *db.Conn) (err error) {
			g, err = b.GrantTx(c, ana, grantFor(dora, b.now()))
			return err
		})
		for range 3 {
			_, err := b.view(dora, "pat-ana")
			require.NoError(t, err)
			_, err = other.view(dora, "pat-ana")
			require.NoError(t, err)
		}
		require.Equal(t, 1, other.ties.n, "remembered")
		b.tx(t, func(c *db.Conn) error { _, err := b.RevokeTx(c, ana, "pat-ana", g.ID); return err })
		_, err := b.view(dora, "pat-ana")
		noChart(t, err)
		require.Eventually(t, func() bool { _, err := other.view(dora, "pat-ana"); return fault.Is(err, fault.NotFound) }, 5*time.Second, 10*time.Millisecond)

		// By the clock alone.
		b.tx(t, func(c *db.Conn) (err error) {
			in := grantFor(dora, b.now())
			in.End = b.now().Add(time.Hour)
			g, err = b.GrantTx(c, ana, in)
			return err
		})
		_, err = b.view(dora, "pat-ana")
		require.NoError(t, err)
		b.clock.move(time.Hour)
		_, err = b.view(dora, "pat-ana")
		noChart(t, err)
		b.clock.move(-time.Minute)

		// A disabled account.
		b.tx(t, func(c *db.Conn) error {
			_, err := c.Exec(`INSERT INTO accounts (id, email, name, kind, roles, patient, practitioner, locale, password, active, created_at) VALUES (?,'','',1,'','','','','',?,0)`, dora.Account, false)
			if err != nil {
				return err
			}
			c.After(b.revocations.Wake)
			return revoke.AddTx(c, revoke.Account, dora.Account)
		})
		require.Eventually(t, func() bool { _, err := b.view(dora, "pat-ana"); return fault.Is(err, fault.NotFound) }, 5*time.Second, 10*time.Millisecond)
	})
}

// What is decided inside a transaction rests on that transaction, and leaves
// nothing behind when it is rolled back.
func TestViewInsideATransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		err := d.InTx(context.Background(), func(c *db.Conn) error {
			_, err := b.GrantTx(c, ana, grantFor(dora, b.now()))
			require.NoError(t, err)
			_, err = b.ViewOf(c, dora, "pat-ana")
			require.NoError(t, err)
			return fault.New(fault.Conflict, "roll back")
		})
		require.Error(t, err)
		_, err = b.view(dora, "pat-ana")
		noChart(t, err)
	})
}

func TestStaleFeedIsNotTrusted(t *testing.T) {
	b := newBench(t, dbtest.SQLite(t)) // its feed never started
	var g Grant
	b.tx(t, func(c *db.Conn) (err error) { g, err = b.GrantTx(c, ana, grantFor(dora, b.now())); return err })
	_, err := b.view(dora, "pat-ana")
	require.NoError(t, err)
	require.Zero(t, b.ties.n)
	b.tx(t, func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE grants SET state = ? WHERE id = ?`, Revoked, g.ID)
		return err
	})
	_, err = b.view(dora, "pat-ana")
	noChart(t, err)
}

// Who is here for visits alone sees those rows and whose chart it is, whatever else is
// of the same kinds.
func TestAViewOfOneVisitHoldsRowsAndNotKinds(t *testing.T) {
	const now = int64(1_000_000)
	grant := func(id, appointment string, from, until int64) VisitGrant {
		return VisitGrant{ID: id, Appointment: appointment, See: visitSees, Can: PowerVisits, State: Active, Start: moment(from), End: moment(until), Version: 1}
	}
	carl := identity.Principal{Kind: identity.Person, Account: "carl"}
	at := tie{visits: []VisitGrant{grant("g1", "a1", 0, now+100), grant("g2", "a2", 0, now+50), grant("g3", "a3", now+20, now+200), grant("g4", "a4", 0, now-1)}}
	v, ok := viewOf(carl, "p1", at, now)
	require.True(t, ok)
	appointment, patient := Class{Category: Appointments}, Class{Category: Demographics}
	sees := func(v *View, typ, id string, c Class) bool { return v.Sees(typ, id, c, 0, now) }
	for id, want := range map[string]bool{"a1": true, "a2": true, "a3": false, "a4": false, "a5": false, "": false} {
		require.Equal(t, want, sees(&v, "Appointment", id, appointment), id)
	}
	require.True(t, sees(&v, "Patient", "p1", patient))
	require.False(t, sees(&v, "RelatedPerson", "r1", patient))
	require.False(t, sees(&v, "AppointmentResponse", "a1", appointment))
	require.False(t, sees(&v, "Appointment", "a1", Class{Appointments, HIV}))
	require.True(t, v.Limited())
	require.Equal(t, now+20, v.ChangesAt, "the next doors open")
	require.Equal(t, "g2", v.For("a2").Grant)
	require.False(t, sees(v.For("a2"), "Appointment", "a1", appointment))

	one, _ := viewOf(carl, "p1", tie{visits: at.visits[:1]}, now)
	require.NotEqual(t, one.Fingerprint, v.Fingerprint)

	rosa := identity.Principal{Kind: identity.Visitor, Session: "page:x:y", Scopes: []string{}, Context: identity.Context{Patient: "p1"}, Thing: "Appointment/a1"}
	v, ok = viewOf(rosa, "p1", tie{}, now)
	require.True(t, ok)
	require.True(t, sees(&v, "Appointment", "a1", Class{Appointments, HIV}), "it is the patient's own")
	require.False(t, sees(&v, "Appointment", "a2", appointment) || sees(&v, "RelatedPerson", "r1", patient) || v.MayWrite(appointment) || v.MayWrite(patient))
	for _, patient := range []string{"p2", ""} {
		_, ok = viewOf(rosa, patient, tie{}, now)
		require.False(t, ok, patient)
	}
	for _, thing := range []string{"", "Appointment/", "Observation/a1", "Patient/p1"} {
		rosa.Thing = thing
		_, ok = viewOf(rosa, "p1", tie{}, now)
		require.False(t, ok, thing)
	}
}
