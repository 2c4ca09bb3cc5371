package records

import (
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/sitekey"
	"housecall/records/access"
	"housecall/records/fhir"
)

func projected(t *testing.T, body string) *entryRow {
	t.Helper()
	n, err := fhir.Parse([]byte(body))
	require.NoError(t, err)
	c := &change{Op: Op{Node: n, Type: n.ResourceType(), ID: "x"}, class: access.Classify(n)}
	return (&Store{kinds: sitekey.ForTest().Secret("records kind")}).project(c)
}

func TestBloodPressureIsSaidSystolicFirst(t *testing.T) {
	r := projected(t, `{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"effectiveDateTime":"2026-11-20",
		"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":71.90000000001,"unit":"mm[Hg]"}},
		{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":121.0000000002,"unit":"mm[Hg]"}}]}`)
	require.Contains(t, string(r.body), `"text":"121/71.9"`)
}

func TestNumbersStayAsRecordedUnlessAbsurdlyLong(t *testing.T) {
	for in, want := range map[string]string{"5.3": "5.3", "7.0": "7.0", "138": "138", "0.0125": "0.0125", "12.154321987": "12.15", "1234567": "1234567", "0.00123456789": "0.0012", "-3.14159265": "-3.142"} {
		require.Equal(t, want, tidyNumber(in))
	}
}

func TestMeaningFollowsTheLaboratoryThenTheRange(t *testing.T) {
	const body = `{"resourceType":"Observation","status":"final","code":{"text":"x"},"effectiveDateTime":"2026-11-20","valueQuantity":{"value":5.3},"referenceRange":[{"low":{"value":3.5},"high":{"value":5.1}}]`
	require.Equal(t, meaningHigh, projected(t, body+`}`).meaning)
	require.Equal(t, meaningUsual, projected(t, body+`,"interpretation":[{"coding":[{"code":"N"}]}]}`).meaning)
	require.Equal(t, meaningCriticalHigh, projected(t, body+`,"interpretation":[{"coding":[{"code":"HH"}]}]}`).meaning)
}

func TestWhatWasEnteredInErrorIsListedNowhere(t *testing.T) {
	require.Nil(t, projected(t, `{"resourceType":"Observation","status":"entered-in-error","code":{"text":"x"}}`))
	require.Nil(t, projected(t, `{"resourceType":"Condition","verificationStatus":{"coding":[{"code":"entered-in-error"}]},"code":{"text":"x"}}`))
}

func TestMedicineEndsWhenItsTimeDid(t *testing.T) {
	r := projected(t, `{"resourceType":"MedicationRequest","status":"stopped","intent":"order","statusReason":{"text":"Hard on the kidneys"},"medicationCodeableConcept":{"text":"Ibuprofen"},"authoredOn":"2025-04-22","dosageInstruction":[{"text":"With food","timing":{"repeat":{"boundsPeriod":{"end":"2026-10-08"}}}}]}`)
	require.Contains(t, string(r.body), `"end":"2026-10-08"`)
	require.Contains(t, string(r.body), `"stopReason":"Hard on the kidneys"`)
}

func TestRaisedDoseIsAChangeAndNoStop(t *testing.T) {
	got := joinChanges([]TrendEvent{
		{At: "2026-04-22", Title: "Lisinopril 20 mg tablet", Kind: "medicine-start"},
		{At: "2026-04-22", Title: "Lisinopril 10 mg tablet", Kind: "medicine-stop"},
		{At: "2025-01-03", Title: "Ibuprofen 400 mg tablet", Kind: "medicine-stop"},
	})
	require.Equal(t, []TrendEvent{
		{At: "2025-01-03", Title: "Ibuprofen 400 mg tablet", Kind: "medicine-stop"},
		{At: "2026-04-22", Title: "Lisinopril 10 → 20 mg tablet", Kind: "medicine-change"},
	}, got)
}

func TestAnswersStandBehindEachOtherAsSentences(t *testing.T) {
	answer := func(text string) string {
		return `{"linkId":"x","answer":[{"valueString":"` + text + `"}]}`
	}
	r := projected(t, `{"resourceType":"QuestionnaireResponse","status":"completed","authored":"2026-11-20","item":[`+answer("I am dizzy.")+`,`+answer("A few weeks")+`,`+answer("Why is that? ")+`,`+answer("No")+`]}`)
	require.Contains(t, string(r.body), `"text":"I am dizzy. A few weeks. Why is that? No"`)
}

func TestADocumentIsNamedOnce(t *testing.T) {
	const body = `{"resourceType":"DocumentReference","status":"current","date":"2026-11-20T10:00:00Z","type":{"text":"After-visit summary"},"description":"`
	require.NotContains(t, string(projected(t, body+`After-visit summary"}`).body), `"text"`)
	require.Contains(t, string(projected(t, body+`Stop ibuprofen"}`).body), `Stop ibuprofen`)
}
