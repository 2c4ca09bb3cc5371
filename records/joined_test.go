package records_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/records"
)

// What is asked for by a patient's id is of all charts that are joined, for who
// reaches over, each resource once; for others it is of the one.
func TestOnePersonsChartsAnswerAsOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		a, self := h.patient("Vega")
		b, _ := h.patient("Vega")
		clinic := newID()
		h.put(`{"resourceType":"Organization","id":"` + clinic + `","name":"Quiet Harbor"}`)
		of := map[string][]string{}
		for i, p := range []string{a, b} {
			of[p] = []string{"Patient/" + p}
			for k := range 3 {
				o, c := newID(), newID()
				h.put(observation(o, p, "2823-3", fmt.Sprintf("2026-1%d-0%d", i, k+1), 5.3, `,"performer":[{"reference":"Organization/`+clinic+`"}]`))
				h.put(condition(c, p, icd, "E11.9", "Diabetes"))
				of[p] = append(of[p], "Observation/"+o, "Condition/"+c)
			}
		}
		desk := h.staff(identity.FrontDesk, a, b)
		doctor := h.staff(identity.Clinician, b)
		mother := h.caregiver(a, self)
		app := self
		app.Client, app.Scopes = "app", []string{"patient/*.rs", "housecall/sensitive"}
		emergency := h.staff(identity.Clinician)
		require.NoError(t, d.InTx(ctx, func(x *db.Conn) error {
			_, err := h.access.BreakGlassTx(x, emergency, a, "unconscious in the emergency room")
			return err
		}))
		everything := func(who identity.Principal, patient string, count int) []string {
			var out []string
			o := records.EverythingOptions{Count: count}
			for {
				page, err := h.store.Everything(ctx, who, patient, o)
				require.NoError(t, err)
				require.LessOrEqual(t, len(page.Items), count)
				for _, it := range page.Items {
					out = append(out, it.Type+"/"+it.ID)
				}
				if o.Page = page.Next; o.Page == "" {
					return out
				}
			}
		}
		names := func(page records.Page) (out []string) {
			for _, it := range page.Items {
				out = append(out, it.Type+"/"+it.ID)
			}
			return out
		}
		ofType := func(typ string, patients ...string) (out []string) {
			for _, p := range patients {
				for _, n := range of[p] {
					if n[:len(typ)+1] == typ+"/" {
						out = append(out, n)
					}
				}
			}
			return out
		}
		shared := "Organization/" + clinic
		before := everything(self, a, 1000)
		require.ElementsMatch(t, append(slices.Clone(of[a]), shared), before)
		first, err := h.store.Everything(ctx, self, a, records.EverythingOptions{Count: 2})
		require.NoError(t, err)
		_, err = h.store.Join(ctx, desk, a, b, "same person, two imports")
		require.NoError(t, err)
		_, err = h.store.Everything(ctx, self, a, records.EverythingOptions{Count: 2, Page: first.Next})
		require.Error(t, err, "the pages are of something else now")

		both := append(slices.Concat(of[a], of[b]), shared)
		for name, who := range map[string]identity.Principal{"patient": self, "doctor": doctor, "front desk": desk, "emergency": emergency} {
			for _, p := range []string{a, b} {
				sees := both
				if name == "front desk" { // no more of either than of one
					sees = everything(who, p, 1000)
					require.Contains(t, sees, "Patient/"+a)
					require.Contains(t, sees, "Patient/"+b)
				}
				for _, count := range []int{1, 3, 7, 1000} {
					require.ElementsMatch(t, sees, everything(who, p, count), "%s, pages of %d", name, count)
				}
			}
			if name == "front desk" {
				continue
			}
			seen := h.audits(b, who)
			require.ElementsMatch(t, ofType("Observation", a, b), names(h.search(who, "Observation", "patient="+a)), name)
			require.Equal(t, 3, len(h.search(who, "Observation", "patient="+a+"&_sort=-date&_count=3").Items))
			require.Equal(t, 6, h.search(who, "Observation", "subject=Patient/"+b+"&code=2823-3&_total=accurate&_count=2").Total)
			require.Greater(t, h.audits(b, who), seen, "both charts know of it")
			require.Equal(t, []string{"Patient/" + a}, names(h.search(who, "Patient", "_id="+a)))
			q := parseQuery(t, "Condition", "_count=100")
			q.Patient = b
			page, err := h.store.Search(ctx, who, q)
			require.NoError(t, err)
			require.ElementsMatch(t, ofType("Condition", a, b), names(page))
			doc, err := h.store.Summary(ctx, who, a, records.SummaryOptions{Base: "https://house.test/fhir"})
			require.NoError(t, err)
			text := string(doc.Append(nil))
			for _, n := range ofType("Condition", a, b) {
				require.Contains(t, text, n, name)
			}
			require.NotContains(t, text, "Patient/"+b, "one person has one id in it")
		}
		// Neither a grant nor an app reaches over, and a system asks for each.
		for name, who := range map[string]identity.Principal{"caregiver": mother, "app": app, "system": feed} {
			require.ElementsMatch(t, append(slices.Clone(of[a]), shared), everything(who, a, 3), name)
			require.ElementsMatch(t, ofType("Observation", a), names(h.search(who, "Observation", "patient="+a)), name)
			doc, err := h.store.Summary(ctx, who, a, records.SummaryOptions{Base: "https://house.test/fhir"})
			require.NoError(t, err)
			require.NotContains(t, string(doc.Append(nil)), ofType("Condition", b)[0], name)
		}
		all, err := h.store.EverythingOfAll(ctx, self, records.EverythingOptions{})
		require.NoError(t, err)
		require.ElementsMatch(t, both, names(all), "each chart once")

		_, err = h.store.Part(ctx, desk, a, b, "two people after all")
		require.NoError(t, err)
		require.ElementsMatch(t, before, everything(self, a, 2))
		require.ElementsMatch(t, ofType("Observation", a), names(h.search(self, "Observation", "patient="+a)))
	})
}
