package access

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
)

// thing puts a resource into the chart as far as access looks at it.
func thing(t testing.TB, b *bench, typ, id string, class Class, releaseAt time.Time) {
	t.Helper()
	b.tx(t, func(c *db.Conn) error {
		_, err := c.Exec(`INSERT INTO resources (patient_id, type, id, version, n, last_updated, category, labels, release_at, index_rules, body) VALUES ('pat-ana',?,?,1,1,1,?,?,?,1,?)`,
			typ, id, class.Category, int64(class.Labels), micros(releaseAt), []byte("{}"))
		return err
	})
}

// The list of who looked must not say what the chart itself does not: what waits
// for its release, other categories, sensitive kinds, why it was an emergency.
func TestTheLogHidesWhatTheChartHides(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		ctx := context.Background()
		b.tx(t, func(c *db.Conn) error {
			in := grantFor(dora, b.now())
			in.Can |= PowerShare
			_, err := b.GrantTx(c, ana, in)
			return err
		})
		thing(t, b, "DiagnosticReport", "held", Class{Results, 0}, b.now().Add(48*time.Hour))
		thing(t, b, "Condition", "sad", Class{Conditions, MentalHealth}, time.Time{})
		thing(t, b, "Condition", "plain", Class{Conditions, 0}, time.Time{})
		acts := func(who identity.Principal, name string, e Event) {
			e.Who, e.Patient, e.View = who, "pat-ana", asDoctor
			e.View.Patient = "pat-ana"
			e.Who.Name = name
			require.NoError(t, b.Record(ctx, e))
		}
		acts(doctor, "Held", Event{Action: "create", Type: "DiagnosticReport", ID: "held", Categories: Of(Results)})
		acts(doctor, "Sad", Event{Action: "read", Type: "Condition", ID: "sad", Categories: Of(Conditions)})
		acts(doctor, "Plain", Event{Action: "read", Type: "Condition", ID: "plain", Categories: Of(Conditions)})
		acts(doctor, "Plain", Event{Action: "read", Type: "Condition", ID: "sad", Categories: Of(Conditions)})
		acts(doctor, "Visit", Event{Action: "search", Type: "Encounter", Categories: Of(Visits)})
		acts(doctor, "Tried a visit", Event{Action: "refused", Type: "Encounter", Outcome: "refused"})
		acts(doctor, "Tried", Event{Action: "refused", Type: "MedicationRequest", ID: "nowhere", Outcome: "refused"})
		acts(doctor, "Whole", Event{Action: "open", Type: "Patient", ID: "pat-ana", Categories: Everything})
		require.NoError(t, b.Record(ctx, Event{Who: nurse, Patient: "pat-ana", Action: "open", Categories: Everything,
			View: View{Patient: "pat-ana", Relation: EmergencyAccess, Base: EmergencyAccess, Role: identity.Nurse, Emergency: true, Reason: "overdose"}}))

		seen := func(who identity.Principal) map[string]AccessRow {
			out := map[string]AccessRow{}
			for cursor := ""; ; {
				rows, next, in, err := b.AccessLog(ctx, who, "pat-ana", cursor, 1)
				require.NoError(t, err)
				require.True(t, in.Complete)
				if who.Account == dora.Account {
					require.Zero(t, in.Pending, "how many rows there are is not hers to know")
				}
				for _, r := range rows {
					out[r.Who] = r
				}
				if cursor = next; cursor == "" || len(out) > 50 {
					return out
				}
			}
		}
		seen(dora)
		her := seen(dora)
		for _, hidden := range []string{"Held", "Sad", "Visit", "Tried a visit"} {
			require.NotContains(t, her, hidden)
		}
		require.Equal(t, 1, her["Plain"].Count, "what is hidden is not counted")
		require.Equal(t, []string{"conditions"}, her["Plain"].What)
		require.Equal(t, Of(Demographics, Conditions, Medicines, Results, Messages).Words(), her["Whole"].What)
		require.Contains(t, her, "Tried")
		require.True(t, her["N. Lee"].Emergency)
		require.Empty(t, her["N. Lee"].Reason)
		require.Contains(t, her, "Dora", "what she did herself")

		own := seen(ana)
		require.NotContains(t, own, "Held")
		for _, there := range []string{"Sad", "Plain", "Visit", "Whole", "Tried"} {
			require.Contains(t, own, there)
		}
		require.Equal(t, 2, own["Plain"].Count)
		require.Equal(t, "overdose", own["N. Lee"].Reason)
		require.Contains(t, seen(office), "Held", "the privacy officer sees all")

		b.sealed(t)
		proven := func() (names []string) {
			ps, _, err := b.Proofs(ctx, ana, "pat-ana", "", 100)
			require.NoError(t, err)
			for _, p := range ps {
				got, err := VerifyProof(b.PublicKey(), p)
				require.NoError(t, err)
				names = append(names, string(got.Entry))
			}
			return names
		}
		for _, e := range proven() {
			require.NotContains(t, e, `"held"`)
		}
		_, _, err := b.Proofs(ctx, dora, "pat-ana", "", 100)
		noChart(t, err) // a proof cannot be cut

		b.clock.move(48 * time.Hour)
		require.Contains(t, seen(ana), "Held", "released, and there is who made it")
		require.Contains(t, seen(dora), "Held")
		require.Contains(t, strings.Join(proven(), "\n"), `"id":"held"`)
	})
}
