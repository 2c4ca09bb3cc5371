package access

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
)

// entries are the bodies of all rows, in the order of their writing.
func (b *bench) entries(t testing.TB) (out []entry) {
	t.Helper()
	for _, d := range b.stores() {
		pages, err := readPages(d.Read(context.Background()), `ORDER BY at, writer, first`)
		require.NoError(t, err)
		for i := range pages {
			for _, r := range b.rows(&pages[i]) {
				var e entry
				require.NoError(t, json.Unmarshal(r.body, &e))
				out = append(out, e)
			}
		}
	}
	return out
}

// A flood of wrong passwords and of requests without a token leaves few rows, and
// these say how many there were.
func TestRefusalsAreCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		ctx := context.Background()
		from := func(address string) identity.Principal { return identity.Principal{Address: address} }
		for range 50 {
			require.NoError(t, b.RecordRefusal(ctx, Event{Who: from("192.0.2.7"), Detail: "401 fhir"}))
			b.tx(t, func(c *db.Conn) error {
				return b.RecordActs(c, identity.Act{Who: from("192.0.2.7"), Account: "acc-ana", Action: "login", Outcome: "refused", Detail: "password"})
			})
		}
		require.Equal(t, 2, b.count(t), "the first of each at once")
		b.clock.move(refusalWindow)
		b.refusals.write(false)
		require.Equal(t, 4, b.count(t))
		again := map[string]int{}
		for _, e := range b.entries(t) {
			require.Equal(t, "refused", e.Outcome)
			again[e.Action+" "+e.Detail] = e.Count
		}
		require.Equal(t, map[string]int{"refused 401 fhir": 1, "refused 401 fhir again": 49, "login password": 1, "login password again": 49}, again)

		for i := range 3 * maxUnknown {
			require.NoError(t, b.RecordRefusal(ctx, Event{Who: from(fmt.Sprintf("198.51.%d.%d", i/250, i%250)), Detail: "401 api"}))
		}
		require.Equal(t, 4+maxUnknown+1, b.count(t), "a flood from everywhere")
		who := doctor
		who.Address = "192.0.2.9"
		require.NoError(t, b.RecordRefusal(ctx, Event{Who: who, Detail: "403 api"}))
		require.Equal(t, 4+maxUnknown+2, b.count(t), "and hides nobody who is known")
		b.Stop()
		most := 0
		for _, e := range b.entries(t) {
			most = max(most, e.Count)
		}
		require.Equal(t, 2*maxUnknown-1, most, "what is counted is written at the stop")
		b.whole(t)
	})
}

func TestPurposeFollowsFromTheRelation(t *testing.T) {
	named := doctor
	named.Purpose = "HPAYMT"
	for _, c := range []struct {
		want string
		e    Event
	}{
		{"PATRQT", Event{Who: ana, View: View{Relation: Self, Base: Self}}},
		{"PATRQT", Event{Who: dora, View: asProxy}},
		{"PATRQT", Event{Who: through(ana, "patient/*.rs"), View: View{Relation: AppForPerson, Base: Self}}},
		{"TREAT", Event{Who: doctor, View: asDoctor}},
		{"TREAT", Event{Who: nurse}},
		{"HOPERAT", Event{Who: desk, View: View{Relation: ClinicStaff, Role: identity.FrontDesk}}},
		{"HOPERAT", Event{Who: office, View: View{Role: identity.Privacy}}},
		{"ETREAT", Event{Who: named, View: View{Emergency: true, Role: identity.Clinician}}},
		{"HPAYMT", Event{Who: named, View: asDoctor}},
		{"HRESCH", Event{Who: named, View: asDoctor, Purpose: "HRESCH"}},
		{"HSYSADMIN", Event{Who: job}},
		{"HOPERAT", Event{Who: through(job, "system/*.rs")}},
		{"", Event{Who: ana, act: true}},
		{"", Event{}},
	} {
		require.Equal(t, c.want, purposeOf(&c.e), "%+v", c.e.Who)
	}
	require.True(t, doctor.MayName("HQUALIMP"))
	require.False(t, doctor.MayName("ETREAT"), "an emergency is opened as one")
	require.False(t, ana.MayName("TREAT"))
	require.False(t, identity.Principal{}.MayName("TREAT"))
}

// The address is kept and under the row's code, and stays out of what a patient
// reads or exports.
func TestSourceIsKeptApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		ctx := context.Background()
		who := doctor
		who.Address, who.Session = "203.0.113.7", "0190-session"
		b.tx(t, func(c *db.Conn) error { return b.RecordTx(c, wrote("pat-ana", who), wrote("pat-ana", who)) })
		require.NoError(t, b.Record(ctx, wrote("pat-ana", who)))
		b.sealed(t)
		rows, err := b.rowsOf(ctx, "pat-ana", newest).take(10)
		require.NoError(t, err)
		require.Len(t, rows, 3)
		for _, r := range rows {
			address, session := splitSource(r.source)
			require.Equal(t, "203.0.113.7", address)
			require.Equal(t, "0190-session", session)
			require.NotContains(t, string(r.body), "203.0.113.7")
			require.NotContains(t, string(b.leaf(&r, link{1, noLink})), "203.0.113.7")
			require.NotContains(t, string(r.body), "0190-session")
		}
		proofs, _, err := b.Proofs(ctx, ana, "pat-ana", "", 10)
		require.NoError(t, err)
		require.Len(t, proofs, 3)
		b.whole(t)
	})
	require.Equal(t, "", sourceOf(&identity.Principal{}))
	require.Equal(t, "a x", sourceOf(&identity.Principal{Address: "a ", Session: "x"}))
}
