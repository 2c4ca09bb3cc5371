package rest_test

import (
	"archive/zip"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

type statement struct {
	ResourceType, FhirVersion, Kind string
	PatchFormat, Format             []string
	Rest                            []struct {
		Mode        string
		Interaction []struct{ Code string }
		Operation   []struct{ Name, Definition string }
		SearchParam []struct{ Name, Definition, Type string }
		Compartment []string
		Resource    []struct {
			Type                                                 string
			Interaction                                          []struct{ Code string }
			ConditionalCreate, ConditionalUpdate                 bool
			ConditionalRead, ConditionalDelete                   string
			SearchInclude, SearchRevInclude                      []string
			SearchParam                                          []struct{ Name, Definition, Type string }
			Operation                                            []struct{ Name, Definition string }
			UpdateCreate                                         bool
			ReferencePolicy                                      []string
			Versioning, Documentation, Profile, ConditionalPatch string
		}
	}
}

// data gives a file of the real data beside the repository.
func data(t *testing.T, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "..", "shared", "data"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the test data %s is missing", filepath.Join(parts...))
		}
		t.Skipf("left out: the test data %s is not beside the repository", filepath.Join(parts...))
	}
	return path
}

// examples gives for each type the official example that is shortest, as bytes.
func examples(t *testing.T) map[string][]byte {
	t.Helper()
	z, err := zip.OpenReader(data(t, "fhir-r4-examples", "hl7.fhir.r4.examples-4.0.1-subset.zip"))
	require.NoError(t, err)
	defer z.Close()
	out := map[string][]byte{}
	for _, f := range z.File {
		typ, _, ok := strings.Cut(filepath.Base(f.Name), "-")
		if !ok || !strings.HasSuffix(f.Name, ".json") || !fhir.IsType(typ) || out[typ] != nil && len(out[typ]) <= int(f.UncompressedSize64) {
			continue
		}
		r, err := f.Open()
		require.NoError(t, err)
		out[typ], err = io.ReadAll(r)
		require.NoError(t, err)
		r.Close()
	}
	return out
}

// ours makes of an official example a record of a patient here: references to
// patients become references to that one, others keep their type.
func ours(t *testing.T, raw []byte, patient string) *fhir.Node {
	t.Helper()
	n, err := fhir.Parse(raw)
	require.NoError(t, err)
	n.Delete("id")
	n.Delete("meta")
	for _, r := range fhir.References(n) {
		typ, _, _, ok := fhir.SplitReference(r.Value)
		switch {
		case !ok:
			r.Node.SetStr("https://elsewhere.example/1")
		case typ == "Patient":
			r.Node.SetStr("Patient/" + patient)
		default:
			r.Node.SetStr(typ + "/" + newID())
		}
	}
	return n
}

func valueFor(typ, name, patient string) string {
	switch typ {
	case "date":
		return "ge2020-01-01"
	case "number":
		return "1"
	case "quantity":
		return "5.4"
	case "reference":
		return patient
	case "uri":
		return "http://example.org/x"
	}
	if name == "_id" {
		return newID()
	}
	return "x"
}

// Everything that the statement promises is asked for.
func TestEverythingPromisedIsDone(t *testing.T) {
	raw := examples(t)
	each(t, func(t *testing.T, s *site) {
		var st statement
		r := s.do("", "GET", "/fhir/metadata?mode=full", "")
		require.Equal(t, 200, r.StatusCode)
		require.NoError(t, json.Unmarshal([]byte(r.body), &st))
		n, err := fhir.Parse([]byte(r.body))
		require.NoError(t, err)
		for _, i := range fhir.Validate(n) {
			require.NotEqual(t, "error", i.Severity, "%+v", i)
		}
		require.Equal(t, []string{jsonPatch}, st.PatchFormat)
		require.Len(t, st.Rest, 1)
		require.Greater(t, len(st.Rest[0].Resource), 130)
		for _, res := range st.Rest[0].Resource {
			typ := res.Type
			can := map[string]bool{}
			for _, i := range res.Interaction {
				can[i.Code] = true
			}
			fail := func(what string, r reply, status ...int) {
				t.Helper()
				assert.Contains(t, status, r.StatusCode, "%s: %s: %s", typ, what, r.body)
			}
			if !can["create"] { // made of what happened, and read only
				found := s.do(s.feed, "GET", "/fhir/"+typ+"?patient="+s.rosa, "").bundle(t)
				require.NotEmpty(t, found.Entry, typ)
				at := "/fhir/" + typ + "/" + idIn(found.Entry[0].FullURL)
				fail("read", s.do(s.feed, "GET", at, ""), 200)
				fail("create", s.do(s.feed, "POST", "/fhir/"+typ, `{"resourceType":"`+typ+`"}`), 404, 405)
				for _, p := range res.SearchParam {
					q := "/fhir/" + typ + "?" + p.Name + "=" + url.QueryEscape(valueFor(p.Type, p.Name, s.rosa))
					fail(q, s.do(s.feed, "GET", q, "", "Prefer", "handling=strict"), 200)
				}
				continue
			}
			body := raw[typ]
			if body == nil {
				body = []byte(rare[typ])
			}
			require.NotEmpty(t, body, "an example of %s", typ)
			node := ours(t, body, s.rosa)
			made := s.do(s.feed, "POST", "/fhir/"+typ, string(node.Append(nil)))
			if fail("create", made, 201); made.StatusCode != 201 {
				continue
			}
			id := idIn(made.Header.Get("Location"))
			path := "/fhir/" + typ + "/" + id
			if can["read"] {
				fail("read", s.do(s.feed, "GET", path, ""), 200)
				fail("conditional read", s.do(s.feed, "GET", path, "", "If-None-Match", `W/"1"`, "Accept", "application/fhir+json"), 304)
			}
			if can["vread"] {
				fail("vread", s.do(s.feed, "GET", path+"/_history/1", ""), 200)
			}
			if can["update"] {
				node.Set("id", fhir.String(id))
				node.Set("language", fhir.String("en"))
				fail("update", s.do(s.feed, "PUT", path, string(node.Append(nil))), 200)
			}
			if can["patch"] {
				fail("patch", s.patch(s.feed, path, `[{"op":"add","path":"/language","value":"es"}]`), 200)
			}
			if can["history-instance"] {
				assert.Len(t, s.do(s.feed, "GET", path+"/_history", "").bundle(t).Entry, 3, typ)
			}
			if can["search-type"] {
				assert.Len(t, s.do(s.feed, "GET", "/fhir/"+typ+"?_id="+id, "").bundle(t).Entry, 1, typ)
			}
			for _, p := range res.SearchParam {
				value := valueFor(p.Type, p.Name, s.rosa)
				for i, part := range fhir.LookupParam(typ, p.Name).Parts {
					if i == 0 {
						value = ""
					} else {
						value += "$"
					}
					value += valueFor(part.Type.String(), part.Name, s.rosa)
				}
				if p.Type == "special" {
					value = "42.3|-71.1"
				}
				q := "/fhir/" + typ + "?" + p.Name + "=" + url.QueryEscape(value)
				fail(q, s.do(s.feed, "GET", q, "", "Prefer", "handling=strict"), 200)
			}
			for _, i := range res.SearchInclude {
				q := "/fhir/" + typ + "?_id=" + id + "&_include=" + i
				fail(q, s.do(s.feed, "GET", q, "", "Prefer", "handling=strict"), 200)
			}
			for _, i := range res.SearchRevInclude {
				q := "/fhir/" + typ + "?_id=" + id + "&_revinclude=" + i
				fail(q, s.do(s.feed, "GET", q, "", "Prefer", "handling=strict"), 200)
			}
			for _, o := range res.Operation {
				if ask := promisedCalls[o.Name]; assert.NotNil(t, ask, "a call of $%s", o.Name) {
					fail("$"+o.Name, ask(s, typ, path), 200)
				}
			}
			byID := typ + "?_id=" + id
			if res.ConditionalCreate {
				fail("conditional create", s.do(s.feed, "POST", "/fhir/"+typ, string(node.Append(nil)), "If-None-Exist", "_id="+id), 200)
			}
			if res.ConditionalUpdate {
				fail("conditional update", s.do(s.feed, "PUT", "/fhir/"+byID, string(node.Append(nil))), 200)
			}
			switch {
			case typ == "Patient": // the chart would be lost with it
			case res.ConditionalDelete == "single":
				fail("conditional delete", s.do(s.feed, "DELETE", "/fhir/"+byID, ""), 204)
				fail("read of what was deleted", s.do(s.feed, "GET", path, ""), 410)
				fail("update of what was deleted", s.do(s.feed, "PUT", path, string(node.Append(nil))), 201)
				fallthrough
			case can["delete"]:
				fail("delete", s.do(s.feed, "DELETE", path, ""), 204)
			}
		}
		var system []string
		for _, i := range st.Rest[0].Interaction {
			system = append(system, i.Code)
		}
		for _, o := range st.Rest[0].Operation {
			if ask := promisedCalls[o.Name]; assert.NotNil(t, ask, "a call of $%s", o.Name) {
				assert.Equal(t, 200, ask(s, "", "/fhir").StatusCode, o.Name)
			}
		}
		require.Contains(t, system, "search-system")
		require.NotEmpty(t, st.Rest[0].SearchParam)
		for _, p := range st.Rest[0].SearchParam {
			q := "/fhir?_type=Patient,Observation,Organization&" + p.Name + "=" + url.QueryEscape(valueFor(p.Type, p.Name, s.rosa))
			r := s.do(s.feed, "GET", q, "", "Prefer", "handling=strict")
			assert.Equal(t, 200, r.StatusCode, q+": "+r.body)
		}
		require.Equal(t, []string{"http://hl7.org/fhir/CompartmentDefinition/patient"}, st.Rest[0].Compartment)
		for _, res := range st.Rest[0].Resource {
			want := 404
			if res.Type == "Patient" || len(fhir.PatientCompartment(res.Type)) > 0 {
				want = 200
			}
			r := s.do(s.feed, "GET", "/fhir/Patient/"+s.rosa+"/"+res.Type, "")
			assert.Equal(t, want, r.StatusCode, res.Type+": "+r.body)
		}
		for _, kind := range []string{"batch", "transaction"} {
			require.True(t, slices.Contains(system, kind))
			s.do(s.feed, "POST", "/fhir", bundleOf(kind, entry("", "GET", "Patient/"+s.rosa, "", ""))).bundle(t)
		}
	})
}

// rare are types of which there is no official example beside the repository.
var rare = map[string]string{
	"AdverseEvent":                      `{"resourceType":"AdverseEvent","actuality":"actual","subject":{"reference":"Patient/1"}}`,
	"ChargeItemDefinition":              `{"resourceType":"ChargeItemDefinition","url":"urn:x:c","status":"draft"}`,
	"CodeSystem":                        `{"resourceType":"CodeSystem","status":"draft","content":"fragment"}`,
	"CompartmentDefinition":             `{"resourceType":"CompartmentDefinition","url":"urn:x:c","name":"C","status":"draft","code":"Patient","search":true}`,
	"Composition":                       `{"resourceType":"Composition","status":"final","type":{"text":"x"},"subject":{"reference":"Patient/1"},"date":"2026-11-01","author":[{"reference":"Practitioner/1"}],"title":"T"}`,
	"ConceptMap":                        `{"resourceType":"ConceptMap","status":"draft"}`,
	"DeviceDefinition":                  `{"resourceType":"DeviceDefinition","manufacturerString":"M"}`,
	"DeviceMetric":                      `{"resourceType":"DeviceMetric","type":{"text":"x"},"category":"setting"}`,
	"DeviceUseStatement":                `{"resourceType":"DeviceUseStatement","status":"active","subject":{"reference":"Patient/1"},"device":{"reference":"Device/1"}}`,
	"ExampleScenario":                   `{"resourceType":"ExampleScenario","status":"draft"}`,
	"Flag":                              `{"resourceType":"Flag","status":"active","code":{"text":"x"},"subject":{"reference":"Patient/1"}}`,
	"GraphDefinition":                   `{"resourceType":"GraphDefinition","name":"G","status":"draft","start":"Patient"}`,
	"HealthcareService":                 `{"resourceType":"HealthcareService","name":"H"}`,
	"ImplementationGuide":               `{"resourceType":"ImplementationGuide","url":"urn:x:i","name":"I","status":"draft","packageId":"i","fhirVersion":["4.0.1"]}`,
	"Invoice":                           `{"resourceType":"Invoice","status":"draft","subject":{"reference":"Patient/1"}}`,
	"MedicinalProductContraindication":  `{"resourceType":"MedicinalProductContraindication","disease":{"text":"x"}}`,
	"MedicinalProductManufactured":      `{"resourceType":"MedicinalProductManufactured","manufacturedDoseForm":{"text":"x"},"quantity":{"value":1}}`,
	"MedicinalProductUndesirableEffect": `{"resourceType":"MedicinalProductUndesirableEffect","classification":{"text":"x"}}`,
	"MessageDefinition":                 `{"resourceType":"MessageDefinition","status":"draft","date":"2026-11-01","eventUri":"urn:x:e"}`,
	"NamingSystem":                      `{"resourceType":"NamingSystem","name":"N","status":"draft","kind":"root","date":"2026-11-01","uniqueId":[{"type":"uri","value":"urn:x"}]}`,
	"ObservationDefinition":             `{"resourceType":"ObservationDefinition","code":{"text":"x"}}`,
	"OperationDefinition":               `{"resourceType":"OperationDefinition","name":"O","status":"draft","kind":"operation","code":"o","system":true,"type":false,"instance":false}`,
	"PaymentReconciliation":             `{"resourceType":"PaymentReconciliation","status":"active","created":"2026-11-01","paymentDate":"2026-11-01","paymentAmount":{"value":1,"currency":"USD"}}`,
	"PractitionerRole":                  `{"resourceType":"PractitionerRole","practitioner":{"reference":"Practitioner/1"}}`,
	"ResearchDefinition":                `{"resourceType":"ResearchDefinition","status":"draft","population":{"reference":"ResearchElementDefinition/1"}}`,
	"ResearchElementDefinition":         `{"resourceType":"ResearchElementDefinition","status":"draft","type":"population","characteristic":[{"definitionCodeableConcept":{"text":"x"}}]}`,
	"ResearchStudy":                     `{"resourceType":"ResearchStudy","status":"active"}`,
	"RiskEvidenceSynthesis":             `{"resourceType":"RiskEvidenceSynthesis","status":"draft","population":{"reference":"EvidenceVariable/1"},"outcome":{"reference":"EvidenceVariable/1"}}`,
	"SearchParameter":                   `{"resourceType":"SearchParameter","url":"urn:x:s","name":"S","status":"draft","description":"D","code":"s","base":["Patient"],"type":"token","expression":"Patient.active"}`,
	"SpecimenDefinition":                `{"resourceType":"SpecimenDefinition","typeCollected":{"text":"x"}}`,
	"StructureDefinition":               `{"resourceType":"StructureDefinition","url":"urn:x:s","name":"S","status":"draft","kind":"resource","abstract":true,"type":"X","differential":{"element":[{"id":"X","path":"X"}]}}`,
	"StructureMap":                      `{"resourceType":"StructureMap","url":"urn:x:m","name":"M","status":"draft","group":[{"name":"g","typeMode":"none","input":[{"name":"i","mode":"source"}],"rule":[{"name":"r","source":[{"context":"i"}]}]}]}`,
	"SubstanceNucleicAcid":              `{"resourceType":"SubstanceNucleicAcid","sequenceType":{"text":"x"}}`,
	"SubstancePolymer":                  `{"resourceType":"SubstancePolymer","class":{"text":"x"}}`,
	"SubstanceProtein":                  `{"resourceType":"SubstanceProtein","sequenceType":{"text":"x"}}`,
	"SubstanceReferenceInformation":     `{"resourceType":"SubstanceReferenceInformation","comment":"x"}`,
	"SubstanceSourceMaterial":           `{"resourceType":"SubstanceSourceMaterial","sourceMaterialClass":{"text":"x"}}`,
	"SupplyRequest":                     `{"resourceType":"SupplyRequest","itemCodeableConcept":{"text":"x"},"quantity":{"value":1},"deliverTo":{"reference":"Patient/1"}}`,
	"TerminologyCapabilities":           `{"resourceType":"TerminologyCapabilities","status":"draft","date":"2026-11-01","kind":"instance","implementation":{"description":"d"}}`,
	"TestReport":                        `{"resourceType":"TestReport","status":"completed","testScript":{"reference":"TestScript/1"},"result":"pass"}`,
	"ValueSet":                          `{"resourceType":"ValueSet","status":"draft"}`,
	"VerificationResult":                `{"resourceType":"VerificationResult","status":"attested"}`,
}

// The addresses of search parameters are those of the official definitions.
func TestSearchParametersNameTheirDefinitions(t *testing.T) {
	f, err := os.Open(data(t, "fhir-r4-definitions", "search-parameters.json.gz"))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	var official struct {
		Entry []struct {
			Resource struct {
				URL, Code string
				Base      []string
			}
		}
	}
	require.NoError(t, json.NewDecoder(z).Decode(&official))
	urls := map[string]string{}
	for _, e := range official.Entry {
		for _, b := range e.Resource.Base {
			urls[b+" "+e.Resource.Code] = e.Resource.URL
		}
	}
	each(t, func(t *testing.T, s *site) {
		var st statement
		require.NoError(t, json.Unmarshal([]byte(s.do("", "GET", "/fhir/metadata", "").body), &st))
		for _, res := range st.Rest[0].Resource {
			for _, p := range res.SearchParam {
				want := urls[res.Type+" "+p.Name]
				if want == "" {
					want = urls["Resource "+p.Name]
				}
				require.Equal(t, want, p.Definition, res.Type+" "+p.Name)
			}
		}
	})
}
