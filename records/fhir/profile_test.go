package fhir_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

// profileFaults are the examples that do not meet a profile that they claim, each with the reason.
var profileFaults = map[string]string{}

// eachProfiled calls f for the published examples of US Core and IPS, and for each resource of a bundle among them.
func eachProfiled(t *testing.T, f func(name string, n *fhir.Node)) {
	for _, file := range []string{"us-core/us-core-examples.zip", "ips/ips-2.0.0-examples.zip"} {
		eachInZip(t, deck(t, filepath.FromSlash(file)), ".json", func(name string, b []byte) {
			if !bytes.Contains(b, []byte(`"resourceType"`)) {
				return
			}
			n, err := fhir.Parse(b)
			require.NoError(t, err)
			f(name, n)
			for _, e := range n.Get("entry").Items() {
				if r := e.Get("resource"); r != nil {
					f(name+" "+r.ResourceType(), r)
				}
			}
		})
	}
}

func TestExamplesMeetTheirProfiles(t *testing.T) {
	claims, unknown := 0, map[string]bool{}
	met := map[string]bool{}
	faults := map[string]bool{}
	eachProfiled(t, func(name string, n *fhir.Node) {
		for _, c := range n.Get("meta", "profile").Items() {
			issues, known := fhir.ValidateProfile(n, c.Str())
			if !known {
				unknown[c.Str()] = true
				continue
			}
			claims++
			met[c.Str()] = true
			for _, i := range errorsOf(issues) {
				if profileFaults[name] == "" {
					t.Errorf("%s %s: %s: %s", name, c.Str()[strings.LastIndexByte(c.Str(), '/')+1:], i.Expression, i.Text)
				}
				faults[name] = true
			}
		}
	})
	for name := range profileFaults {
		require.True(t, faults[name], "%s meets its profile and need not be listed", name)
	}
	t.Logf("%d claims of %d profiles; not known: %v", claims, len(met), unknown)
}

// Each example that meets its profile is refused once an element is gone that the profile requires, at that place.
func TestProfilesRequireTheirElements(t *testing.T) {
	mutations := map[string]int{}
	eachProfiled(t, func(name string, n *fhir.Node) {
		for _, c := range n.Get("meta", "profile").Items() {
			if profileFaults[name] != "" {
				continue
			}
			for _, element := range fhir.RequiredByProfile(c.Str()) {
				cut := n.Clone()
				for _, m := range n.Members() {
					plain := strings.TrimPrefix(m.Key, "_")
					if plain == element || strings.HasSuffix(element, "[x]") && strings.HasPrefix(plain, strings.TrimSuffix(element, "[x]")) {
						cut.Delete(m.Key)
					}
				}
				issues, _ := fhir.ValidateProfile(cut, c.Str())
				place := n.ResourceType() + "." + strings.TrimSuffix(element, "[x]")
				require.True(t, slices.ContainsFunc(errorsOf(issues), func(i fhir.Issue) bool {
					return i.Expression == place && i.Code == fhir.CodeRequired
				}), "%s: %s without %s: %v", name, c.Str(), element, issues)
				mutations[c.Str()]++
			}
		}
	})
	t.Logf("%d profiles", len(mutations))
}

func TestProfileRules(t *testing.T) {
	const core = "http://hl7.org/fhir/us/core/StructureDefinition/"
	const vital = `"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}]`
	const subject = `"subject":{"reference":"Patient/1"},"effectiveDateTime":"2024-01-01"`
	component := func(code, unit string) string {
		return `{"code":{"coding":[{"system":"http://loinc.org","code":"` + code + `"}]},"valueQuantity":{"value":120,"unit":"x","system":"http://unitsofmeasure.org","code":"` + unit + `"}}`
	}
	pressure := func(components ...string) string {
		return `{"resourceType":"Observation","status":"final",` + vital + `,"code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},` + subject +
			`,"component":[` + strings.Join(components, ",") + `]}`
	}
	patient := func(more string) string {
		return `{"resourceType":"Patient","identifier":[{"system":"urn:mrn","value":"1"}],"name":[{"family":"F"}],"gender":"female"` + more + `}`
	}
	lab := func(more string) string {
		return `{"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],
			"code":{"coding":[{"system":"http://loinc.org","code":"2339-0"}]},` + subject + more + `}`
	}
	race := func(parts string) string {
		return patient(`,"extension":[{"url":"` + core + `us-core-race","extension":[` + parts + `]}]`)
	}
	for name, c := range map[string]struct{ profile, in, want string }{
		"a blood pressure":             {"us-core-blood-pressure", pressure(component("8480-6", "mm[Hg]"), component("8462-4", "mm[Hg]")), ""},
		"without its diastolic part":   {"us-core-blood-pressure", pressure(component("8480-6", "mm[Hg]"), component("8478-0", "mm[Hg]")), "Observation.component: requires this element of the kind diastolic"},
		"in another unit":              {"us-core-blood-pressure", pressure(component("8480-6", "mm[Hg]"), component("8462-4", "kPa")), "Observation.component[1].value.ofType(Quantity).code: asks for another value"},
		"one part only":                {"us-core-blood-pressure", pressure(component("8480-6", "mm[Hg]")), "Observation.component: requires at least 2"},
		"another kind of vital sign":   {"us-core-heart-rate", pressure(component("8480-6", "mm[Hg]"), component("8462-4", "mm[Hg]")), "Observation.code: asks for another value"},
		"of no category":               {"us-core-blood-pressure", strings.Replace(pressure(component("8480-6", "mm[Hg]"), component("8462-4", "mm[Hg]")), "vital-signs", "exam", 1), "Observation.category: requires this element of the kind VSCat"},
		"a lab result":                 {"us-core-observation-lab", lab(`,"valueQuantity":{"value":1,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}`), ""},
		"without value":                {"us-core-observation-lab|9.0.0", lab(""), "Observation: (us-core-2)"},
		"about a place":                {"us-core-blood-pressure", strings.Replace(pressure(component("8480-6", "mm[Hg]"), component("8462-4", "mm[Hg]")), "Patient/1", "Location/1", 1), "Observation.subject: does not allow a Location"},
		"a patient":                    {"us-core-patient", patient(""), ""},
		"an identifier without system": {"us-core-patient", strings.Replace(patient(""), `"system":"urn:mrn",`, "", 1), "Patient.identifier[0].system: requires this element"},
		"race":                         {"us-core-patient", race(`{"url":"text","valueString":"x"}`), ""},
		"race without text":            {"us-core-patient", race(`{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"2106-3"}}`), "Patient.extension[0].extension: requires this element of the kind text"},
		"race as a code":               {"us-core-patient", race(`{"url":"text","valueCode":"x"}`), "Patient.extension[0].extension[0].value.ofType(code): does not allow this type"},
		"another type":                 {"us-core-patient", lab(""), "meta.profile: is one of Patient"},
		"a version that is known":      {"us-core-patient|3.1.0", patient(""), ""},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := fhir.Parse([]byte(c.in))
			require.NoError(t, err)
			require.Empty(t, errorsOf(fhir.Validate(n)))
			issues, known := fhir.ValidateProfile(n, core+c.profile)
			require.True(t, known)
			if c.want == "" {
				require.Empty(t, errorsOf(issues))
				return
			}
			place, text, _ := strings.Cut(c.want, ": ")
			require.True(t, slices.ContainsFunc(errorsOf(issues), func(i fhir.Issue) bool {
				return i.Expression == place && strings.Contains(i.Text, text)
			}), "%v", issues)
		})
	}
}

func TestClaimedProfiles(t *testing.T) {
	parse := func(profile, more string) *fhir.Node {
		n, err := fhir.Parse([]byte(`{"resourceType":"Patient","meta":{"profile":["` + profile + `"]}` + more + `}`))
		require.NoError(t, err)
		return n
	}
	const core = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"
	claimed := parse(core, "")
	require.Empty(t, fhir.Validate(claimed), "the base definitions ask for none of it")
	require.Empty(t, fhir.ValidateWith(claimed, fhir.Options{}))
	require.NotEmpty(t, errorsOf(fhir.ValidateWith(claimed, fhir.Options{Profiles: true})))
	require.NotEmpty(t, errorsOf(fhir.ValidateWith(parse(core+"|3.1.0", ""), fhir.Options{Profiles: true})))

	for _, unknown := range []string{core + "|6.1.0", "http://example.org/profile"} {
		require.Empty(t, fhir.ValidateWith(parse(unknown, ""), fhir.Options{Profiles: true}))
		issues := fhir.ValidateWith(parse(unknown, ""), fhir.Options{Profiles: true, Unknown: true})
		require.Len(t, issues, 1)
		require.Equal(t, fhir.SeverityInformation, issues[0].Severity)
		require.Equal(t, "Patient.meta.profile[0]", issues[0].Expression)
	}
	broken := fhir.ValidateWith(parse(core, `,"gender":"m"`), fhir.Options{Profiles: true})
	require.Len(t, broken, 1, "a resource that is no Patient of R4 is not held against profiles")

	require.Contains(t, fhir.Profiles("Patient"), core)
	require.Contains(t, fhir.Profiles("Patient"), "http://hl7.org/fhir/uv/ips/StructureDefinition/Patient-uv-ips")
	require.Empty(t, fhir.Profiles("Paper"))
}

// What Synthea's records claim is true, so that profiles keep none of them out.
func TestSyntheaClaims(t *testing.T) {
	var files []string
	for _, folder := range []string{"synthea-r4", "synthea-r4-2021-hiv"} {
		found, err := filepath.Glob(filepath.Join(deck(t, folder), "*.json.gz"))
		require.NoError(t, err)
		files = append(files, found...)
	}
	claims, broken := 0, map[string]int{}
	for _, f := range files {
		n, err := fhir.Parse(readGzip(t, f))
		require.NoError(t, err)
		for _, e := range n.Get("entry").Items() {
			r := e.Get("resource")
			for _, c := range r.Get("meta", "profile").Items() {
				if issues, known := fhir.ValidateProfile(r, c.Str()); known {
					claims++
					for _, i := range errorsOf(issues) {
						broken[r.ResourceType()+": "+i.Text]++
					}
				}
			}
		}
	}
	require.NotZero(t, claims)
	require.Empty(t, broken)
	t.Logf("%d claims", claims)
}
