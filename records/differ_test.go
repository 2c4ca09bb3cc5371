package records_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/records"
)

func problem(patient, source, status, onset, abated string) string {
	end := ""
	if abated != "" {
		end = `,"abatementDateTime":"` + abated + `"`
	}
	return fmt.Sprintf(`{"resourceType":"Condition","id":"%s","meta":{"source":"%s"},"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"%s"}]},"code":{"coding":[{"system":"%s","code":"J45.909"}],"text":"Asthma"},"subject":{"reference":"Patient/%s"},"onsetDateTime":"%s"%s}`, newID(), source, status, icd, patient, onset, end)
}

func medicine(patient, source, status, at, dose string) string {
	return fmt.Sprintf(`{"resourceType":"MedicationRequest","id":"%s","meta":{"source":"%s"},"status":"%s","intent":"order","medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"314076"}],"text":"Lisinopril 10 mg"},"subject":{"reference":"Patient/%s"},"authoredOn":"%s","dosageInstruction":[{"text":"%s"}]}`, newID(), source, status, patient, at, dose)
}

func allergy(patient, source, code, text, at string) string {
	return fmt.Sprintf(`{"resourceType":"AllergyIntolerance","id":"%s","meta":{"source":"%s"},"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"code":{"coding":[{"system":"http://snomed.info/sct","code":"%s"}],"text":"%s"},"patient":{"reference":"Patient/%s"},"recordedDate":"%s"}`, newID(), source, code, text, patient, at)
}

func vaccine(patient, source, at string) string {
	return fmt.Sprintf(`{"resourceType":"Immunization","id":"%s","meta":{"source":"%s"},"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"140"}],"text":"Influenza"},"patient":{"reference":"Patient/%s"},"occurrenceDateTime":"%s"}`, newID(), source, patient, at)
}

// TestSourcesDiffer: the same fact from several sources is one entry, and where
// they contradict each other it says so, with each value and who says it.
func TestSourcesDiffer(t *testing.T) {
	const mercy, lake = "urn:source:mercy-hospital", "urn:source:lakeside"
	type want struct {
		entries int
		about   string   // of the first entry; empty: nothing differs
		says    []string // value and source
	}
	conditions := func(ch *records.Chart) []records.Entry { return ch.Conditions }
	medicines := func(ch *records.Chart) []records.Entry { return ch.Medicines }
	vaccines := func(ch *records.Chart) []records.Entry { return ch.Immunizations }
	allergies := func(ch *records.Chart) []records.Entry { return ch.Allergies }
	cases := []struct {
		name string
		of   func(*records.Chart) []records.Entry
		put  func(p string) []string
		want want
	}{
		{"the same problem twice", conditions, func(p string) []string {
			return []string{problem(p, mercy, "active", "2019-05-01", ""), problem(p, lake, "active", "2019-05-01", "")}
		}, want{1, "", nil}},
		{"active here, resolved there", conditions, func(p string) []string {
			return []string{problem(p, mercy, "active", "2019-05-01", ""), problem(p, lake, "resolved", "2019-05-01", "2021-01-01")}
		}, want{1, "status", []string{"active Mercy Hospital", "resolved Lakeside"}}},
		{"other dates", conditions, func(p string) []string {
			return []string{problem(p, mercy, "active", "2019-05-01", ""), problem(p, lake, "active", "2018-03-01", "")}
		}, want{1, "date", []string{"2019-05-01 Mercy Hospital", "2018-03-01 Lakeside"}}},
		{"a month and a day in it", conditions, func(p string) []string {
			return []string{problem(p, mercy, "active", "2019-05", ""), problem(p, lake, "active", "2019-05-20", "")}
		}, want{1, "", nil}},
		{"over before it came back", conditions, func(p string) []string {
			return []string{problem(p, mercy, "active", "2019-05-01", ""), problem(p, lake, "resolved", "2010-03-01", "2011-01-01")}
		}, want{2, "", nil}},
		{"twice at one place", conditions, func(p string) []string {
			return []string{problem(p, mercy, "active", "2019-05-01", ""), problem(p, mercy, "active", "2018-03-01", "")}
		}, want{2, "", nil}},
		{"another dose", medicines, func(p string) []string {
			return []string{medicine(p, mercy, "active", "2026-05-01", "1 tablet a day"), medicine(p, lake, "active", "2026-03-01", "2 tablets a day")}
		}, want{1, "dose", []string{"1 tablet a day Mercy Hospital", "2 tablets a day Lakeside"}}},
		{"taken here, stopped there", medicines, func(p string) []string {
			return []string{medicine(p, mercy, "active", "2026-03-01", "1 tablet a day"), medicine(p, lake, "stopped", "2026-05-01", "1 tablet a day")}
		}, want{1, "status", []string{"stopped Lakeside", "active Mercy Hospital"}}},
		{"stopped before it was begun again", medicines, func(p string) []string {
			return []string{medicine(p, mercy, "active", "2026-05-01", "1 tablet a day"), medicine(p, lake, "stopped", "2020-05-01", "1 tablet a day")}
		}, want{1, "", nil}},
		{"one vaccine, two dates", vaccines, func(p string) []string {
			return []string{vaccine(p, mercy, "2025-10-03"), vaccine(p, lake, "2025-10-01")}
		}, want{1, "date", []string{"2025-10-03 Mercy Hospital", "2025-10-01 Lakeside"}}},
		{"two vaccines", vaccines, func(p string) []string {
			return []string{vaccine(p, mercy, "2025-10-03"), vaccine(p, lake, "2024-10-01")}
		}, want{2, "", nil}},
		{"no known allergies beside one", allergies, func(p string) []string {
			return []string{allergy(p, mercy, "91936005", "Penicillin", "2020-01-01"), allergy(p, lake, "716186003", "No known allergies", "2024-01-01")}
		}, want{2, "none-known", []string{"No known allergies Lakeside", "Penicillin Mercy Hospital"}}},
	}
	said := func(e records.Entry) (about string, says []string) {
		for _, d := range e.Differs {
			about = d.About
			for _, s := range d.Says {
				says = append(says, s.Value+" "+s.Source.Name)
			}
		}
		return about, says
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		for _, x := range cases {
			p, self := h.patient("Vega")
			for _, body := range x.put(p) {
				h.put(body)
			}
			ch, err := h.store.Open(ctx, self, p, "")
			require.NoError(t, err)
			got := x.of(ch)
			require.Len(t, got, x.want.entries, x.name)
			about, says := said(got[0])
			require.Equal(t, x.want.about, about, x.name)
			require.Equal(t, x.want.says, says, x.name)
			if x.want.entries == 1 {
				require.Len(t, got[0].Sources, 2, x.name)
			}
			typ, id, _ := strings.Cut(got[0].Ref, "/")
			detail, err := h.store.Detail(ctx, self, p, typ, id)
			require.NoError(t, err)
			about, says = said(detail.Entry)
			require.Equal(t, x.want.about, about, "%s, on its own page", x.name)
			require.ElementsMatch(t, x.want.says, says, x.name)
		}
	})
}
