package ingest_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db/dbtest"
	"housecall/records/fhir"
	"housecall/records/ingest"
)

func person(t *testing.T, members string) *fhir.Node {
	t.Helper()
	n, err := fhir.Parse([]byte(`{"resourceType":"Patient",` + members + `}`))
	require.NoError(t, err)
	return n
}

func TestScore(t *testing.T) {
	const ana = `"name":[{"family":"García López","given":["Ana","María"]}],"birthDate":"1961-04-12","gender":"female"`
	const home = `,"address":[{"line":["12 Oak Street"],"city":"Salem","postalCode":"97301"}],"telecom":[{"system":"phone","value":"+1 503-555-0117"}]`
	const mrn = `,"identifier":[{"system":"urn:oid:1.2.3","value":"A-17"}]`
	for _, x := range []struct{ name, a, b, grade string }{
		{"identifier in common", ana + mrn, ana + mrn, ingest.Certain},
		{"identifier in common, new family name", ana + mrn, `"name":[{"family":"Ruiz","given":["Ana"]}],"birthDate":"1961-04-12"` + mrn, ingest.Certain},
		{"identifier in common, another birth date", ana + mrn, `"name":[{"family":"García","given":["Ana"]}],"birthDate":"1990-01-30"` + mrn, ingest.Certain},
		{"identifier in common, another person", ana + mrn, `"name":[{"family":"Wood","given":["Peter"]}],"birthDate":"1990-01-30"` + mrn, ingest.Possible},
		{"the same value in another system", `"name":[{"family":"Wood"}]` + mrn, `"name":[{"family":"Hill"}],"identifier":[{"system":"urn:oid:9.9","value":"A-17"}]`, ingest.CertainlyNot},
		{"number of a family", `"name":[{"family":"Wood","given":["Eva"]}],"birthDate":"1990-01-30","identifier":[{"system":"urn:ins","value":"77123","type":{"coding":[{"code":"SN"}]}}]`,
			`"name":[{"family":"Wood","given":["Paul"]}],"birthDate":"2012-05-05","identifier":[{"system":"urn:ins","value":"77123","type":{"coding":[{"code":"SN"}]}}]`, ingest.CertainlyNot},
		{"number that fills a field", ana + `,"identifier":[{"system":"http://hl7.org/fhir/sid/us-ssn","value":"999-99-9999"}]`,
			`"name":[{"family":"Wood","given":["Paul"]}],"birthDate":"2012-05-05","identifier":[{"system":"http://hl7.org/fhir/sid/us-ssn","value":"999999999"}]`, ingest.CertainlyNot},
		{"social security number written twice", ana + `,"identifier":[{"system":"http://hl7.org/fhir/sid/us-ssn","value":"536-22-1947"}]`,
			ana + `,"identifier":[{"system":"urn:oid:2.16.840.1.113883.4.1","value":"536221947"}]`, ingest.Certain},

		{"name, birth date and sex", ana, ana, ingest.Probable},
		{"accents and capitals", ana, `"name":[{"family":"GARCIA LOPEZ","given":["ANA"]}],"birthDate":"1961-04-12","gender":"female"`, ingest.Probable},
		{"half of a double name", ana + home, `"name":[{"family":"García","given":["Ana"]}],"birthDate":"1961-04-12","gender":"female","telecom":[{"system":"phone","value":"(503) 555 0117"}]`, ingest.Probable},
		{"nickname", `"name":[{"family":"Moore","given":["William"]}],"birthDate":"1950-02-03","gender":"male"` + home, `"name":[{"family":"Moore","given":["Bill"]}],"birthDate":"1950-02-03","gender":"male"` + home, ingest.Probable},
		{"former name", `"name":[{"family":"Moore","given":["Ann"]},{"use":"old","family":"Hill","given":["Ann"]}],"birthDate":"1950-02-03","gender":"female"`, `"name":[{"family":"Hill","given":["Ann"]}],"birthDate":"1950-02-03","gender":"female"`, ingest.Probable},
		{"new name, the same house", `"name":[{"family":"Moore","given":["Ann"]}],"birthDate":"1950-02-03","gender":"female"` + home, `"name":[{"family":"Hill","given":["Ann"]}],"birthDate":"1950-02-03","gender":"female"` + home, ingest.Possible},
		{"family and given name exchanged", `"name":[{"family":"Nguyen","given":["Linh"]}],"birthDate":"1985-11-02","gender":"female"` + home, `"name":[{"family":"Linh","given":["Nguyen"]}],"birthDate":"1985-11-02","gender":"female"` + home, ingest.Probable},
		{"name in one text", `"name":[{"text":"Ana García"}],"birthDate":"1961-04-12","gender":"female"`, `"name":[{"family":"García","given":["Ana"]}],"birthDate":"1961-04-12","gender":"female"`, ingest.Probable},
		{"day and month exchanged", ana, strings.Replace(ana, "1961-04-12", "1961-12-04", 1), ingest.Possible},
		{"two digits exchanged, the same house", ana + home, strings.Replace(ana, "1961-04-12", "1961-04-21", 1) + home, ingest.Probable},
		{"no birth date", `"name":[{"family":"Moore","given":["Ann"]}],"gender":"female"`, `"name":[{"family":"Moore","given":["Ann"]}],"gender":"female","birthDate":"1950-02-03"`, ingest.CertainlyNot},
		{"twins", `"name":[{"family":"Moore","given":["Ann"]}],"birthDate":"2015-02-03","gender":"female"` + home, `"name":[{"family":"Moore","given":["Eve"]}],"birthDate":"2015-02-03","gender":"female"` + home, ingest.CertainlyNot},
		{"twins with names alike", `"name":[{"family":"Moore","given":["Maria"]}],"birthDate":"2015-02-03","gender":"female"` + home, `"name":[{"family":"Moore","given":["Marta"]}],"birthDate":"2015-02-03","gender":"female"` + home, ingest.CertainlyNot},
		{"father and son", `"name":[{"family":"Moore","given":["John"],"suffix":["Sr"]}],"birthDate":"1950-02-03","gender":"male"` + home, `"name":[{"family":"Moore","given":["John"]}],"birthDate":"1978-08-19","gender":"male"` + home, ingest.CertainlyNot},
		{"nothing said", `"active":true`, `"active":true`, ingest.CertainlyNot},
	} {
		t.Run(x.name, func(t *testing.T) {
			a, b := person(t, x.a), person(t, x.b)
			score, grade := ingest.Score(a, b)
			require.Equal(t, x.grade, grade, "%.2f", score)
			back, backGrade := ingest.Score(b, a)
			require.Equal(t, score, back, "the order of the two changes nothing")
			require.Equal(t, grade, backGrade)
			require.True(t, score >= 0 && score <= 1)
		})
	}
}

// patientIn finds the Patient, which the converters put under different roots.
func patientIn(n *fhir.Node) *fhir.Node {
	if n.ResourceType() == "Patient" {
		return n
	}
	for _, m := range n.Members() {
		if p := patientIn(m.Value); p != nil {
			return p
		}
	}
	for _, i := range n.Items() {
		if p := patientIn(i); p != nil {
			return p
		}
	}
	return nil
}

// TestScoreVendors: four converters of one document know the same patient.
func TestScoreVendors(t *testing.T) {
	dir := dbtest.Data(t, filepath.Join("ccda-to-fhir-expected", "hl7-ccda-on-fhir", "examples", "CDAtoFHIRExamples", "Raw_Output", "Demographics"))
	files, err := filepath.Glob(filepath.Join(dir, "*_patient.json"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 4)
	var all []*fhir.Node
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		// One of the files holds something after the patient: only the first value counts.
		var first json.RawMessage
		require.NoError(t, json.NewDecoder(strings.NewReader(strings.TrimPrefix(string(b), "\ufeff"))).Decode(&first))
		n, err := fhir.Parse(first)
		require.NoError(t, err, f)
		p := patientIn(n)
		require.NotNil(t, p, f)
		all = append(all, p)
	}
	for i := range all {
		for j := range i {
			_, grade := ingest.Score(all[i], all[j])
			require.Equal(t, ingest.Certain, grade)
			anonymous := all[j].Clone()
			anonymous.Delete("identifier")
			_, grade = ingest.Score(all[i], anonymous)
			require.Equal(t, ingest.Probable, grade, "by demographics alone")
		}
	}
}

// TestScoreDeck: nobody in the decks is taken for somebody else, and everybody
// for themselves.
func TestScoreDeck(t *testing.T) {
	var all []*fhir.Node
	for _, deck := range []string{"synthea-r4", "synthea-r4-2021-hiv"} {
		files, err := filepath.Glob(filepath.Join(dbtest.Data(t, deck), "*.gz"))
		require.NoError(t, err)
		for _, f := range files {
			file, err := os.Open(f)
			require.NoError(t, err)
			z, err := gzip.NewReader(file)
			require.NoError(t, err)
			b, err := io.ReadAll(z)
			require.NoError(t, err)
			require.NoError(t, file.Close())
			n, err := fhir.Parse(b)
			require.NoError(t, err)
			for _, e := range n.Get("entry").Items() {
				if p := e.Get("resource"); p.ResourceType() == "Patient" {
					all = append(all, p)
				}
			}
		}
	}
	require.Greater(t, len(all), 80)
	for i := range all {
		anonymous := all[i].Clone()
		anonymous.Delete("identifier")
		for j := range all {
			_, grade := ingest.Score(all[i], all[j])
			_, without := ingest.Score(anonymous, all[j])
			if i == j {
				require.Equal(t, ingest.Certain, grade)
				require.Equal(t, ingest.Probable, without)
				continue
			}
			require.Equal(t, ingest.CertainlyNot, grade)
			require.Equal(t, ingest.CertainlyNot, without)
		}
	}
}
