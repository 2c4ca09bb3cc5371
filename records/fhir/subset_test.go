package fhir_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

func TestSubset(t *testing.T) {
	const tag = `{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}`
	const patient = `{"resourceType":"Patient","id":"p","meta":{"versionId":"3","tag":[{"code":"mine"}]},"implicitRules":"urn:r",
		"text":{"status":"generated","div":"<div>x</div>"},"extension":[{"url":"urn:a","valueString":"x"}],
		"modifierExtension":[{"url":"urn:m","valueString":"x"}],"active":true,"name":[{"family":"F","given":["G"]},{"given":["H"]}],
		"gender":"female","_birthDate":{"extension":[{"url":"urn:t","valueString":"x"}]},"birthDate":"1950-01-02","deceasedBoolean":false,
		"maritalStatus":{"text":"m"},"contact":[{"name":{"family":"C"}}],
		"photo":[{"contentType":"image/png","data":"SGVsbG8="}],"link":[{"other":{"reference":"Patient/q"},"type":"seealso"}]}`
	const patientHead = `"resourceType":"Patient","id":"p","meta":{"versionId":"3","tag":[{"code":"mine"},` + tag + `]}`
	const modifiers = `"implicitRules":"urn:r","modifierExtension":[{"url":"urn:m","valueString":"x"}],"active":true`
	const link = `"link":[{"other":{"reference":"Patient/q"},"type":"seealso"}]`
	const doc = `{"resourceType":"DocumentReference","id":"d","status":"current","description":"x","content":[{"attachment":{"contentType":"text/plain","url":"urn:u","data":"SGVsbG8=","title":"t"},"format":{"code":"f"}}]}`

	for name, c := range map[string]struct {
		in, summary, elements string
		want                  string
	}{
		"elements": {patient, "", "gender,photo", `{` + patientHead + `,` + modifiers + `,"gender":"female","deceasedBoolean":false,
			"photo":[{"contentType":"image/png","data":"SGVsbG8="}],` + link + `}`},
		"an element with its extension":  {patient, "", "birthDate", `{` + patientHead + `,` + modifiers + `,"_birthDate":{"extension":[{"url":"urn:t","valueString":"x"}]},"birthDate":"1950-01-02","deceasedBoolean":false,` + link + `}`},
		"a part of an element":           {patient, "", "name.family,Patient.maritalStatus,Observation.gender", `{` + patientHead + `,` + modifiers + `,"name":[{"family":"F"}],"deceasedBoolean":false,"maritalStatus":{"text":"m"},` + link + `}`},
		"elements go before the summary": {patient, "text", "gender", `{` + patientHead + `,` + modifiers + `,"gender":"female","deceasedBoolean":false,` + link + `}`},
		"true": {patient, "true", "", `{` + patientHead + `,` + modifiers + `,"name":[{"family":"F","given":["G"]},{"given":["H"]}],
			"gender":"female","_birthDate":{"extension":[{"url":"urn:t","valueString":"x"}]},"birthDate":"1950-01-02","deceasedBoolean":false,` + link + `}`},
		"text":                           {patient, "text", "", `{` + patientHead + `,"text":{"status":"generated","div":"<div>x</div>"}}`},
		"data":                           {patient, "data", "", strings.Replace(strings.Replace(patient, `"text":{"status":"generated","div":"<div>x</div>"},`, "", 1), `{"code":"mine"}`, `{"code":"mine"},`+tag, 1)},
		"false":                          {patient, "false", "", patient},
		"an attachment without its data": {doc, "true", "", `{"resourceType":"DocumentReference","id":"d","status":"current","description":"x","content":[{"attachment":{"contentType":"text/plain","url":"urn:u","title":"t"},"format":{"code":"f"}}],"meta":{"tag":[` + tag + `]}}`},
		"mandatory with text":            {doc, "text", "", `{"resourceType":"DocumentReference","id":"d","status":"current","content":[{"attachment":{"contentType":"text/plain","url":"urn:u","data":"SGVsbG8=","title":"t"},"format":{"code":"f"}}],"meta":{"tag":[` + tag + `]}}`},
		"a choice by its name":           {`{"resourceType":"Observation","status":"final","code":{"text":"c"},"valueQuantity":{"value":1},"note":[{"text":"n"}]}`, "", "value", `{"resourceType":"Observation","status":"final","code":{"text":"c"},"valueQuantity":{"value":1},"meta":{"tag":[` + tag + `]}}`},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := fhir.Parse([]byte(c.in))
			require.NoError(t, err)
			before := string(n.Append(nil))
			var elements []string
			if c.elements != "" {
				elements = strings.Split(c.elements, ",")
			}
			got := fhir.Subset(n, c.summary, elements)
			require.JSONEq(t, c.want, string(got.Append(nil)))
			require.Equal(t, before, string(n.Append(nil)), "the original changed")
			again := fhir.Subset(got, c.summary, elements)
			require.Equal(t, string(got.Append(nil)), string(again.Append(nil)), "the tag was put twice")
		})
	}
}

// Whatever is cut off an official example, what is left has all its mandatory elements.
func TestSubsetsAreValid(t *testing.T) {
	eachInZip(t, deck(t, "fhir-r4-examples", "hl7.fhir.r4.examples-4.0.1-subset.zip"), ".json", func(name string, b []byte) {
		n, err := fhir.Parse(b)
		require.NoError(t, err)
		if exampleFaults[name] != "" || n.Get("contained") != nil || n.ResourceType() == "Bundle" {
			return // what referred to something contained leads nowhere; a document without its identifier is none
		}
		for _, summary := range []string{fhir.SummaryTrue, fhir.SummaryText, fhir.SummaryData} {
			for _, i := range errorsOf(fhir.Validate(fhir.Subset(n, summary, nil))) {
				if i.Code == fhir.CodeInvariant {
					continue // that one of two optional elements is there (org-1)
				}
				t.Errorf("%s %s: %s: %s", name, summary, i.Expression, i.Text)
			}
		}
	})
}
