package fhir_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

func TestReferences(t *testing.T) {
	n, err := fhir.Parse([]byte(`{"resourceType":"Observation",
		"contained":[{"resourceType":"Device","id":"d","patient":{"reference":"Patient/1"}}],
		"extension":[{"url":"u","valueReference":{"reference":"Location/2","display":"there"}},
			{"url":"e","valueExpression":{"language":"text/fhirpath","reference":"http://x/y"}}],
		"subject":{"reference":"urn:uuid:0c5a3d3e-2b7d-4c9a-8a55-0f2f6f1c7f10"},
		"device":{"reference":"#d"},
		"performer":[{"display":"nobody"},{"reference":"Practitioner?identifier=a|b","type":"Practitioner"}]}`))
	require.NoError(t, err)
	var got [][2]string
	for _, r := range fhir.References(n) {
		got = append(got, [2]string{r.Path, r.Value})
		r.Node.SetStr("Patient/new")
	}
	require.Equal(t, [][2]string{
		{"Observation.contained[0].patient", "Patient/1"},
		{"Observation.extension[0].valueReference", "Location/2"},
		{"Observation.subject", "urn:uuid:0c5a3d3e-2b7d-4c9a-8a55-0f2f6f1c7f10"},
		{"Observation.performer[1]", "Practitioner?identifier=a|b"},
	}, got)
	require.Equal(t, "Patient/new", n.Get("subject", "reference").Str())

	n, err = fhir.Parse([]byte(`{"resourceType":"Immunization","education":[{"reference":"http://a/b"}],"patient":{"reference":"Patient/1"}}`))
	require.NoError(t, err)
	require.Len(t, fhir.References(n), 1)
}

func TestSplitReference(t *testing.T) {
	for in, want := range map[string][4]string{
		"Patient/1":              {"Patient", "1", "", "ok"},
		"Patient/1/_history/2":   {"Patient", "1", "2", "ok"},
		"Patient/1/_history/":    {},
		"Patient/1/":             {},
		"Patient/a b":            {},
		"Patient":                {},
		"Nothing/1":              {},
		"Resource/1":             {},
		"http://x/Patient/1":     {},
		"#p":                     {},
		"Patient?identifier=x":   {},
		"urn:uuid:a":             {},
		"Patient/1/_history/a b": {},
	} {
		typ, id, version, ok := fhir.SplitReference(in)
		state := ""
		if ok {
			state = "ok"
		}
		require.Equal(t, want, [4]string{typ, id, version, state}, in)
	}
}

func TestIDs(t *testing.T) {
	require.True(t, fhir.ValidID("a-B.9"))
	require.False(t, fhir.ValidID(""))
	require.False(t, fhir.ValidID("a_b"))
	require.False(t, fhir.ValidID(string(make([]byte, 65))))
	for text, is := range map[string]bool{"Is it too much?\n\tYes – a little. ñ": true, "": true, "\x00": false, "a\x1bb": false, "\xff": false, "a\rb": false} {
		require.Equal(t, is, fhir.IsText(text), "%q", text)
	}
	require.True(t, fhir.IsUUID("01932c07-6b0c-7d3e-8f11-0a1b2c3d4e5f"))
	require.False(t, fhir.IsUUID("01932C07-6b0c-7d3e-8f11-0a1b2c3d4e5f"))
	require.False(t, fhir.IsUUID("01932c07-6b0c-7d3e-8f11-0a1b2c3d4e5"))
	require.False(t, fhir.IsUUID("01932c0706b0c-7d3e-8f11-0a1b2c3d4e5f"))
}

func TestHomeElement(t *testing.T) {
	for typ, want := range map[string]string{
		"Observation": "subject", "AllergyIntolerance": "patient", "Coverage": "beneficiary", "Task": "for",
		"Consent": "patient", "QuestionnaireResponse": "subject", "RelatedPerson": "patient",
		"Patient": "", "Appointment": "", "Provenance": "", "Organization": "", "Account": "", "Group": "", "Nothing": "",
	} {
		require.Equal(t, want, fhir.HomeElement(typ), typ)
	}
	require.True(t, fhir.HomeParam("Observation", "patient"))
	require.True(t, fhir.HomeParam("Observation", "subject"))
	require.True(t, fhir.HomeParam("Coverage", "beneficiary"))
	require.True(t, fhir.HomeParam("Coverage", "patient"))
	require.True(t, fhir.HomeParam("Task", "patient"))
	require.False(t, fhir.HomeParam("Observation", "performer"))
	require.False(t, fhir.HomeParam("Appointment", "patient"))
	require.Equal(t, []string{"subject", "performer"}, fhir.PatientCompartment("Observation"))
	require.Empty(t, fhir.PatientCompartment("Organization"))
	require.Len(t, fhir.Types(), 146)
}
