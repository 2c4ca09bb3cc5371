package fhir_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

// labResult is a laboratory Observation as a hospital sends it, about 1.1 kB.
const labResult = `{"resourceType":"Observation","id":"0c5a3d3e-2b7d-4c9a-8a55-0f2f6f1c7f10","meta":{"profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"]},"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory","display":"Laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"2339-0","display":"Glucose [Mass/volume] in Blood"}],"text":"Glucose"},"subject":{"reference":"Patient/7a2b6a0e-93c2-4f2e-9a7c-0d7b8b1f2a11"},"encounter":{"reference":"Encounter/1f6c7f7b-3a4d-4be8-8f6b-5b0b4d5c6e12"},"effectiveDateTime":"2023-04-11T08:15:00-04:00","issued":"2023-04-11T11:42:10.123-04:00","performer":[{"reference":"Organization/5d8e4f3a-6c1b-4d2e-b3a4-c5d6e7f80913","display":"City Laboratory"}],"valueQuantity":{"value":104.50,"unit":"mg/dL","system":"http://unitsofmeasure.org","code":"mg/dL"},"interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"H"}]}],"referenceRange":[{"low":{"value":70,"unit":"mg/dL"},"high":{"value":99,"unit":"mg/dL"}}]}`

func BenchmarkParse(b *testing.B) {
	in := []byte(labResult)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := fhir.Parse(in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseBundle(b *testing.B) {
	in := readGzip(b, deck(b, "synthea-r4", "Andy_Gusikowski_76742a08-3643-41fa-bddc-73a2c0bae9da.json.gz"))
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := fhir.Parse(in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	n, err := fhir.Parse([]byte(labResult))
	require.NoError(b, err)
	require.Empty(b, fhir.Validate(n))
	b.ReportAllocs()
	for b.Loop() {
		fhir.Validate(n)
	}
}

func BenchmarkExtract(b *testing.B) {
	n, err := fhir.Parse([]byte(labResult))
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := fhir.Extract(n); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	n, err := fhir.Parse([]byte(labResult))
	require.NoError(b, err)
	buf := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		buf = n.Append(buf[:0])
	}
}

func BenchmarkReferences(b *testing.B) {
	n, err := fhir.Parse([]byte(labResult))
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		fhir.References(n)
	}
}
