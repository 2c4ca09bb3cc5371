package fhir_test

import (
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

func at(s string) int64 {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t.UnixMicro()
}

func extract(t *testing.T, in string) *fhir.Index {
	t.Helper()
	n, err := fhir.Parse([]byte(in))
	require.NoError(t, err)
	require.Empty(t, errorsOf(fhir.Validate(n)))
	x, err := fhir.Extract(n)
	require.NoError(t, err)
	return x
}

func TestExtractLabResult(t *testing.T) {
	require.Equal(t, &fhir.Index{
		Tokens: []fhir.TokenRow{
			{Param: "category", System: "http://terminology.hl7.org/CodeSystem/observation-category", Code: "laboratory"},
			{Param: "code", System: "http://loinc.org", Code: "2339-0"},
			{Param: "status", System: "http://hl7.org/fhir/observation-status", Code: "final"},
		},
		Refs: []fhir.RefRow{
			{Param: "encounter", Type: "Encounter", ID: "1f6c7f7b-3a4d-4be8-8f6b-5b0b4d5c6e12"},
			{Param: "performer", Type: "Organization", ID: "5d8e4f3a-6c1b-4d2e-b3a4-c5d6e7f80913"},
		},
		Dates:      []fhir.DateRow{{Param: "date", Lo: at("2023-04-11T12:15:00Z"), Hi: at("2023-04-11T12:15:01Z")}},
		Quantities: []fhir.QuantityRow{{Param: "value-quantity", System: "http://unitsofmeasure.org", Code: "mg/dL", Value: 104.5, Lo: 104.5, Hi: 104.5}},
		URIs:       []fhir.URIRow{{Param: "_profile", Value: "http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"}},
	}, extract(t, labResult))
}

func TestExtractPatient(t *testing.T) {
	x := extract(t, `{"resourceType":"Patient","identifier":[{"system":"urn:mrn","value":"7"},{"system":"urn:mrn","value":"7"}],"active":true,
		"name":[{"family":"Ordóñez","given":["María","Luisa"]}],"gender":"female","birthDate":"1950-02","deceasedDateTime":"2020-01-01T10:00:00Z",
		"telecom":[{"system":"phone","value":"555-1"},{"system":"email","value":"a@b.test"}],"address":[{"city":"Sevilla","line":["1 Calle"]}],
		"generalPractitioner":[{"reference":"Practitioner/9","identifier":{"system":"npi","value":"1"}}]}`)
	require.Contains(t, x.Tokens, fhir.TokenRow{Param: "gender", System: "http://hl7.org/fhir/administrative-gender", Code: "female"})
	require.Contains(t, x.Tokens, fhir.TokenRow{Param: "active", Code: "true"})
	require.Contains(t, x.Tokens, fhir.TokenRow{Param: "deceased", Code: "true"})
	require.Contains(t, x.Tokens, fhir.TokenRow{Param: "phone", Code: "555-1"})
	require.NotContains(t, x.Tokens, fhir.TokenRow{Param: "phone", Code: "a@b.test"})
	require.Contains(t, x.Tokens, fhir.TokenRow{Param: "general-practitioner:identifier", System: "npi", Code: "1"})
	identifiers := 0
	for _, row := range x.Tokens {
		if row.Param == "identifier" {
			identifiers++
		}
	}
	require.Equal(t, 1, identifiers)
	require.Contains(t, x.Strings, fhir.StringRow{Param: "family", Norm: "ordonez", Exact: "Ordóñez"})
	require.Contains(t, x.Strings, fhir.StringRow{Param: "name", Norm: "luisa", Exact: "Luisa"})
	require.Contains(t, x.Strings, fhir.StringRow{Param: "address", Norm: "1 calle", Exact: "1 Calle"})
	require.Contains(t, x.Dates, fhir.DateRow{Param: "birthdate", Lo: at("1950-02-01T00:00:00Z"), Hi: at("1950-03-01T00:00:00Z")})
	require.Contains(t, x.Dates, fhir.DateRow{Param: "death-date", Lo: at("2020-01-01T10:00:00Z"), Hi: at("2020-01-01T10:00:01Z")})
	require.Equal(t, []fhir.RefRow{{Param: "general-practitioner", Type: "Practitioner", ID: "9"}}, x.Refs)

	x = extract(t, `{"resourceType":"Patient","deceasedBoolean":false}`)
	require.Equal(t, []fhir.TokenRow{{Param: "deceased", Code: "false"}}, x.Tokens)
	require.Empty(t, extract(t, `{"resourceType":"Patient","language":"en"}`).Strings)
}

func TestExtractReferences(t *testing.T) {
	// Who is not a Patient is no home chart, so a row is needed.
	x := extract(t, `{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Group/1"},"focus":[{"reference":"Patient/2"}],
		"performer":[{"reference":"urn:uuid:0c5a3d3e-2b7d-4c9a-8a55-0f2f6f1c7f10"},{"reference":"https://x.example/Practitioner/3"}]}`)
	require.ElementsMatch(t, []fhir.RefRow{
		{Param: "subject", Type: "Group", ID: "1"},
		{Param: "focus", Type: "Patient", ID: "2"},
		{Param: "performer", URL: "urn:uuid:0c5a3d3e-2b7d-4c9a-8a55-0f2f6f1c7f10"},
		{Param: "performer", Type: "Practitioner", URL: "https://x.example/Practitioner/3"},
	}, x.Refs)

	x = extract(t, `{"resourceType":"QuestionnaireResponse","status":"completed","questionnaire":"http://q.example/phq9|2"}`)
	require.ElementsMatch(t, []fhir.RefRow{
		{Param: "questionnaire", URL: "http://q.example/phq9|2"},
		{Param: "questionnaire", URL: "http://q.example/phq9"},
	}, x.Refs)

	x = extract(t, `{"resourceType":"Appointment","status":"proposed","participant":[
		{"actor":{"reference":"Patient/1"},"status":"accepted"},{"actor":{"reference":"Practitioner/2"},"status":"accepted"}]}`)
	require.ElementsMatch(t, []fhir.RefRow{
		{Param: "actor", Type: "Patient", ID: "1"}, {Param: "actor", Type: "Practitioner", ID: "2"},
		{Param: "patient", Type: "Patient", ID: "1"}, {Param: "practitioner", Type: "Practitioner", ID: "2"},
	}, x.Refs)
}

func TestExtractSpans(t *testing.T) {
	x := extract(t, `{"resourceType":"Encounter","status":"in-progress","class":{"code":"AMB"},"period":{"start":"2020-05-01"}}`)
	require.Contains(t, x.Dates, fhir.DateRow{Param: "date", Lo: at("2020-05-01T00:00:00Z"), Hi: math.MaxInt64})
	x = extract(t, `{"resourceType":"Observation","status":"final","code":{"text":"x"},"effectiveTiming":{"event":["2020-05-03","2020-05-01"]},
		"valueQuantity":{"value":5,"comparator":"<","unit":"mg"}}`)
	require.Equal(t, []fhir.DateRow{{Param: "date", Lo: at("2020-05-01T00:00:00Z"), Hi: at("2020-05-04T00:00:00Z")}}, x.Dates)
	require.Equal(t, []fhir.QuantityRow{{Param: "value-quantity", Code: "mg", Value: 5, Lo: -math.MaxFloat64, Hi: 5}}, x.Quantities)
}

func TestExtractManyRows(t *testing.T) {
	group := fhir.Object(fhir.Member{Key: "resourceType", Value: fhir.String("Group")},
		fhir.Member{Key: "type", Value: fhir.String("person")}, fhir.Member{Key: "actual", Value: fhir.Boolean(true)})
	var members []*fhir.Node
	for i := range 5000 {
		ref := fhir.Object(fhir.Member{Key: "reference", Value: fhir.String("Patient/" + string(rune('a'+i%20)) + string(rune('a'+i/250)))})
		members = append(members, fhir.Object(fhir.Member{Key: "entity", Value: ref}))
	}
	group.Set("member", fhir.Array(members...))
	x, err := fhir.Extract(group)
	require.NoError(t, err)
	require.Len(t, x.Refs, 400)
}

func TestDateRange(t *testing.T) {
	for in, want := range map[string][2]string{
		"2020":                      {"2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"},
		"2020-12":                   {"2020-12-01T00:00:00Z", "2021-01-01T00:00:00Z"},
		"2020-02-29":                {"2020-02-29T00:00:00Z", "2020-03-01T00:00:00Z"},
		"2020-02-29T10:30":          {"2020-02-29T10:30:00Z", "2020-02-29T10:31:00Z"},
		"2020-02-29T10:30+02:00":    {"2020-02-29T08:30:00Z", "2020-02-29T08:31:00Z"},
		"2020-02-29T10:30:05-05:30": {"2020-02-29T16:00:05Z", "2020-02-29T16:00:06Z"},
		"2020-02-29T10:30:05.25Z":   {"2020-02-29T10:30:05.25Z", "2020-02-29T10:30:05.26Z"},
	} {
		lo, hi, ok := fhir.DateRange(in)
		require.True(t, ok, in)
		require.Equal(t, at(want[0]), lo, in)
		require.Equal(t, at(want[1]), hi, in)
	}
	for _, bad := range []string{"", "20", "2020-", "2020-1", "2020-02-30", "2020-02-29T", "2020-02-29T1", "2020-02-29T10", "2020-02-29 10:30", "x", "2020-02-29T10:30:05+2:00"} {
		_, _, ok := fhir.DateRange(bad)
		require.False(t, ok, bad)
	}
}

// Definitions are decoded when they are first needed, by whoever comes first.
func TestConcurrentUse(t *testing.T) {
	n, err := fhir.Parse([]byte(labResult))
	require.NoError(t, err)
	want, err := fhir.Extract(n)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, typ := range fhir.Types() {
				for _, p := range fhir.Params(typ) {
					fhir.HomeParam(typ, p.Name)
				}
				fhir.Validate(fhir.Object(fhir.Member{Key: "resourceType", Value: fhir.String(typ)}))
			}
			for range 50 {
				if issues := fhir.Validate(n); len(issues) > 0 {
					t.Errorf("%v", issues)
				}
				if got, err := fhir.Extract(n); err != nil || len(got.Tokens) != len(want.Tokens) {
					t.Errorf("other rows: %v", err)
				}
			}
		})
	}
	wg.Wait()
}
