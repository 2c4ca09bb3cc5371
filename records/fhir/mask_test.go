package fhir_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

func to(ids ...string) func(*fhir.Node) bool {
	return func(n *fhir.Node) bool {
		ref := n.Get("reference").Str()
		for _, id := range ids {
			if ref == id {
				return true
			}
		}
		return false
	}
}

func TestMask(t *testing.T) {
	const mask = `{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}`
	const gone = `{"reference":"Condition/1"}`
	for name, c := range map[string][2]string{
		"optional":           {`{"resourceType":"Observation","status":"final","focus":[` + gone + `,{"reference":"Condition/2"}]}`, `{"resourceType":"Observation","status":"final","focus":[{"reference":"Condition/2"}]}`},
		"all of a list":      {`{"resourceType":"Observation","status":"final","focus":[` + gone + `]}`, `{"resourceType":"Observation","status":"final"}`},
		"required":           {`{"resourceType":"AdverseEvent","subject":` + gone + `,"actuality":"actual"}`, `{"resourceType":"AdverseEvent","subject":` + mask + `,"actuality":"actual"}`},
		"a required list":    {`{"resourceType":"Provenance","target":[` + gone + `,` + gone + `]}`, `{"resourceType":"Provenance","target":[` + mask + `]}`},
		"one of the list":    {`{"resourceType":"Provenance","target":[` + gone + `,{"reference":"Condition/2"}]}`, `{"resourceType":"Provenance","target":[{"reference":"Condition/2"}]}`},
		"a choice":           {`{"resourceType":"MedicationRequest","status":"active","medicationReference":` + gone + `}`, `{"resourceType":"MedicationRequest","status":"active","medicationReference":` + mask + `}`},
		"in a part":          {`{"resourceType":"Encounter","diagnosis":[{"condition":` + gone + `,"rank":1}]}`, `{"resourceType":"Encounter"}`},
		"in a part of must":  {`{"resourceType":"Claim","insurance":[{"sequence":1,"focal":true,"coverage":` + gone + `,"businessArrangement":"x"}]}`, `{"resourceType":"Claim","insurance":[{"sequence":1,"focal":true,"coverage":` + mask + `}]}`},
		"all of a part":      {`{"resourceType":"Encounter","diagnosis":[{"condition":` + gone + `}]}`, `{"resourceType":"Encounter"}`},
		"all of a must":      {`{"resourceType":"Provenance","agent":[{"who":` + gone + `,"onBehalfOf":` + gone + `}]}`, `{"resourceType":"Provenance","agent":[{"who":` + mask + `}]}`},
		"an extension":       {`{"resourceType":"Patient","id":"x","extension":[{"url":"urn:x","valueReference":` + gone + `}]}`, `{"resourceType":"Patient","id":"x"}`},
		"in what is inside":  {`{"resourceType":"Patient","contained":[{"resourceType":"AdverseEvent","id":"a","subject":` + gone + `}]}`, `{"resourceType":"Patient","contained":[{"resourceType":"AdverseEvent","id":"a","subject":` + mask + `}]}`},
		"nothing is hidden":  {`{"resourceType":"AdverseEvent","subject":{"reference":"Patient/1"}}`, `{"resourceType":"AdverseEvent","subject":{"reference":"Patient/1"}}`},
		"already masked":     {`{"resourceType":"AdverseEvent","subject":` + mask + `}`, `{"resourceType":"AdverseEvent","subject":` + mask + `}`},
		"beside other parts": {`{"resourceType":"List","entry":[{"item":` + gone + `,"date":"2026-01-01"},{"item":{"reference":"Condition/2"}},{"item":` + gone + `}]}`, `{"resourceType":"List","entry":[{"item":{"reference":"Condition/2"}}]}`},
	} {
		n, err := fhir.Parse([]byte(c[0]))
		require.NoError(t, err, name)
		fhir.Mask(n, to("Condition/1"))
		require.JSONEq(t, c[1], string(n.Append(nil)), name)
		fhir.Prune("", n, fhir.Masked)
		plain, err := fhir.Parse([]byte(c[0]))
		require.NoError(t, err, name)
		fhir.Prune("", plain, to("Condition/1"))
		if name != "already masked" {
			require.JSONEq(t, string(plain.Append(nil)), string(n.Append(nil)), name)
		}
	}
}

// Whatever references are hidden in the official examples, what has to be there
// is there, and nothing is left that tells of them.
func TestMaskedExamplesStayWhole(t *testing.T) {
	seen, cut := 0, 0
	eachInZip(t, filepath.Join(deck(t, "fhir-r4-examples"), "hl7.fhir.r4.examples-4.0.1-subset.zip"), ".json", func(name string, b []byte) {
		n, err := fhir.Parse(b)
		if err != nil || !fhir.IsType(n.ResourceType()) || len(errorsOf(fhir.Validate(n))) > 0 {
			return
		}
		seen++
		all := map[string]bool{}
		for _, r := range fhir.References(n) {
			if _, _, _, ok := fhir.SplitReference(r.Value); ok {
				all[r.Value] = true
			}
		}
		for ref := range all {
			one := n.Clone()
			fhir.Mask(one, to(ref))
			cut++
			for _, i := range errorsOf(fhir.Validate(one)) {
				require.NotContains(t, []string{fhir.CodeRequired, fhir.CodeStructure}, i.Code, "%s without %s: %s %s", name, ref, i.Expression, i.Text)
			}
			require.False(t, strings.Contains(string(one.Append(nil)), `"reference":"`+ref+`"`), name)
		}
	})
	require.Greater(t, seen, 300)
	require.Greater(t, cut, 500)
}
