package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEverySearchExpressionCompiles(t *testing.T) {
	count := 0
	for _, typ := range Types() {
		for _, p := range Params(typ) {
			e, err := compilePath(p.expression)
			require.NoError(t, err, "%s %s", typ, p.Name)
			require.NotNil(t, e)
			count++
		}
	}
	t.Logf("%d expressions", count)
}

func TestEveryListedParameterExists(t *testing.T) {
	for _, list := range []map[string][]string{indexedParams, crossParams} {
		for typ, names := range list {
			for _, name := range names {
				p := LookupParam(typ, name)
				if p == nil || !p.Indexed {
					t.Errorf("%s %s has no rows", typ, name)
				}
			}
		}
	}
	for typ, names := range crossParams {
		for _, name := range names {
			require.True(t, LookupParam(typ, name).Cross, "%s %s", typ, name)
		}
	}
}

// TestCoreSearches: what US Core 6.1.0 to 9.0.0 demands of a server.
func TestCoreSearches(t *testing.T) {
	for typ, names := range words(map[string]string{
		"Patient": "_id identifier name birthdate gender family given", "AllergyIntolerance": "patient clinical-status",
		"CarePlan": "patient category date status", "CareTeam": "patient status", "Condition": "patient category clinical-status code encounter onset-date",
		"Coverage": "patient", "Device": "patient type status", "DiagnosticReport": "patient category code date status",
		"DocumentReference": "_id patient category type date period status", "Encounter": "_id patient date class type status location identifier",
		"FamilyMemberHistory": "patient code", "Goal": "patient lifecycle-status target-date", "Immunization": "patient date status",
		"Location": "address address-city address-state address-postalcode name", "Organization": "address name",
		"MedicationDispense": "patient status type", "MedicationRequest": "patient intent status encounter authoredon",
		"Observation": "patient category code date status", "Practitioner": "_id identifier name", "PractitionerRole": "practitioner specialty",
		"Procedure": "patient date code status", "Provenance": "target", "QuestionnaireResponse": "_id patient questionnaire status authored",
		"RelatedPerson": "_id patient name", "ServiceRequest": "_id patient category code authored status", "Specimen": "_id patient",
	}) {
		for _, name := range append(names, "_lastUpdated") {
			p := LookupParam(typ, name)
			require.NotNil(t, p, "%s %s", typ, name)
			require.True(t, p.Supported(), "%s %s", typ, name)
		}
	}
}

func TestPaths(t *testing.T) {
	n, err := Parse([]byte(`{"resourceType":"Observation","status":"final",
		"contained":[{"resourceType":"Patient","id":"p"}],
		"extension":[{"url":"urn:a","valueString":"x"},{"url":"urn:b","valueCode":"y"}],
		"subject":{"reference":"#p"},
		"performer":[{"reference":"Practitioner/1"},{"reference":"https://x.example/fhir/Organization/2"},{"type":"Patient","identifier":{"value":"3"}}],
		"valueQuantity":{"value":5},
		"component":[{"code":{"text":"a"},"valueString":"s"},{"code":{"text":"b"},"valueQuantity":{"value":7}}]}`))
	require.NoError(t, err)
	for path, want := range map[string]string{
		"Observation.status":                    `"final"`,
		"status":                                `"final"`,
		"Resource.meta":                         ``,
		"Patient.name":                          ``,
		"DomainResource.status":                 `"final"`,
		"Observation.value":                     `{"value":5}`,
		"(Observation.value as Quantity).value": `5`,
		"Observation.value.as(string)":          ``,
		"Observation.component.value.ofType(Quantity).value":                 `7`,
		"Observation.component[1].code.text":                                 `"b"`,
		"Observation.component[5].code.text":                                 ``,
		"Observation.component.code.text.first()":                            `"a"`,
		"Observation.component.where(code.text='b').value.value":             `7`,
		"Observation.component.where(code.text != 'b').value":                `"s"`,
		"Observation.component.exists(code.text = 'b')":                      `true`,
		"Observation.component.exists()":                                     `true`,
		"Observation.note.exists()":                                          `false`,
		"Observation.note.empty() and Observation.value.exists()":            `true`,
		"Observation.note.exists().not()":                                    `true`,
		"Observation.note = 'x' or true":                                     `true`,
		"Observation.note = 'x' and true":                                    ``,
		"Observation.note = 'x' and false":                                   `false`,
		"Observation.subject.where(resolve() is Patient).reference":          `"#p"`,
		"Observation.performer.where(resolve() is Organization).reference":   `"https://x.example/fhir/Organization/2"`,
		"Observation.performer.where(resolve() is Patient).identifier.value": `"3"`,
		"Observation.performer.where(resolve() is DomainResource).type":      `"Patient"`,
		"Observation.extension('urn:b').value":                               `"y"`,
		"Observation.extension.where($this.url='urn:a').value":               `"x"`,
		"Observation.status | Observation.component.code.text":               `"final" "a" "b"`,
		"Observation.value.value = 5":                                        `true`,
		"Observation.value is Quantity":                                      `true`,
		"Observation is DomainResource":                                      `true`,
	} {
		e, err := compilePath(path)
		require.NoError(t, err, path)
		got := ""
		for _, it := range e.eval(n, item{n: n, s: resourceShape("Observation"), typ: "Observation"}, nil) {
			if got != "" {
				got += " "
			}
			got += string(it.n.Append(nil))
		}
		require.Equal(t, want, got, path)
	}
	for _, bad := range []string{"", "a.", "a[", "a.where(", "a.unknown()", "(a", "a 'b'", "'x", "a as", "a | ", "a.as('x')", "=", "a)"} {
		_, err := compilePath(bad)
		require.Error(t, err, bad)
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Ordóñez": "ordonez", "  María  Luisa\t": "maria luisa", "STRAẞE Straße": "strasse strasse", "e\u0301te": "ete", "Nguyễn": "nguyen",
		"Þór Ærø": "thor aero", "Łódź": "lodz", "Άννα": "αννα", "Ёлка": "елка", "plain": "plain", "O'Brien-Smith": "o'brien-smith", " ": "",
	} {
		require.Equal(t, want, Fold(in), in)
	}
	long := make([]rune, 300)
	for i := range long {
		long[i] = 'É'
	}
	require.Len(t, Fold(string(long)), 200)
}
