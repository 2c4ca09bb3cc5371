package rest_test

import (
	"archive/zip"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

const ips = "http://hl7.org/fhir/uv/ips/StructureDefinition/"

// ipsSections are the sections of a summary by their LOINC codes, with the types of
// their entries (Composition-uv-ips 2.0.0).
var ipsSections = map[string][]string{
	"11450-4": {"Condition"}, "48765-2": {"AllergyIntolerance"}, "10160-0": {"MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationDispense"},
	"11369-6": {"Immunization"}, "30954-2": {"Observation", "DiagnosticReport"}, "47519-4": {"Procedure"}, "46264-8": {"DeviceUseStatement"},
	"42348-3": {"Consent"}, "104605-1": {"Flag"}, "47420-5": {"Condition", "ClinicalImpression"}, "11348-0": {"Condition"}, "10162-6": {"Observation"},
	"81338-6": nil, "18776-5": {"CarePlan", "ImmunizationRecommendation"}, "29762-2": {"Observation"}, "8716-3": {"Observation"},
}

// summaryOf is a document taken apart.
type summaryOf struct {
	node     *fhir.Node
	entries  map[string]*fhir.Node // by fullUrl
	sections map[string]*fhir.Node // by code
}

// readSummary holds a document against what the specifications ask of one: bundle
// and composition rules, sections, and references that stay inside. ours: also what
// this server promises beyond them.
func readSummary(t *testing.T, raw []byte, ours bool) summaryOf {
	t.Helper()
	n, err := fhir.Parse(raw)
	require.NoError(t, err)
	x := summaryOf{node: n, entries: map[string]*fhir.Node{}, sections: map[string]*fhir.Node{}}
	require.Equal(t, "document", n.Get("type").Str())
	require.NotEmpty(t, n.Get("identifier", "system").Str())
	require.NotEmpty(t, n.Get("identifier", "value").Str())
	require.NotEmpty(t, n.Get("timestamp").Str())
	compositions, patients := 0, 0
	for i, e := range n.Get("entry").Items() {
		at, r := e.Get("fullUrl").Str(), e.Get("resource")
		require.Contains(t, at, ":", "entry %d", i)
		require.Nil(t, x.entries[at], "twice in the document: %s", at)
		x.entries[at] = r
		switch r.ResourceType() {
		case "Composition":
			require.Zero(t, i, "the Composition comes first")
			compositions++
		case "Patient":
			patients++
		}
	}
	require.Equal(t, 1, compositions)
	require.Equal(t, 1, patients)
	for at, r := range x.entries {
		for _, ref := range fhir.References(r) {
			if strings.HasPrefix(ref.Value, "#") {
				continue
			}
			require.NotNil(t, x.resolve(at, ref.Value), "%s of %s leads out of the document: %s", ref.Path, at, ref.Value)
		}
	}
	c := n.Get("entry").Items()[0].Get("resource")
	require.Equal(t, "60591-5", c.Get("type", "coding").Items()[0].Get("code").Str())
	require.Equal(t, "Patient", x.resolve(x.urlOf(c), c.Get("subject", "reference").Str()).ResourceType())
	for _, s := range c.Get("section").Items() {
		code := s.Get("code", "coding").Items()[0].Get("code").Str()
		types, known := ipsSections[code]
		require.True(t, known, "no section of IPS: %s", code)
		require.Nil(t, x.sections[code], "a section stands once")
		x.sections[code] = s
		require.NotEmpty(t, s.Get("title").Str())
		require.Contains(t, s.Get("text", "div").Str(), "<div")
		if ours {
			require.True(t, len(s.Get("entry").Items()) > 0 != (s.Get("emptyReason") != nil), "either entries or why there are none: %s", code)
		}
		for _, e := range s.Get("entry").Items() {
			r := x.resolve(x.urlOf(c), e.Get("reference").Str())
			if types != nil {
				require.Contains(t, types, r.ResourceType(), code)
			}
		}
	}
	for _, code := range []string{"11450-4", "48765-2", "10160-0"} {
		require.NotNil(t, x.sections[code], "a required section: %s", code)
	}
	return x
}

// urlOf finds where a resource stands.
func (x summaryOf) urlOf(n *fhir.Node) string {
	for at, r := range x.entries {
		if r == n {
			return at
		}
	}
	return ""
}

var restful = regexp.MustCompile(`^(https?://.+/)[A-Z][A-Za-z]+/[A-Za-z0-9.-]+$`)

// resolve follows a reference as R4 3.1.3.2 says: an absolute one by its fullUrl, a
// relative one from where its resource stands.
func (x summaryOf) resolve(from, ref string) *fhir.Node {
	if r := x.entries[ref]; r != nil {
		return r
	}
	if m := restful.FindStringSubmatch(from); m != nil {
		return x.entries[m[1]+ref]
	}
	return nil
}

func (x summaryOf) text(code string) string { return x.sections[code].Get("text", "div").Str() }

// conforms holds every resource, the Composition and the document itself against the
// definitions and the profiles of IPS.
func (x summaryOf) conforms(t *testing.T) {
	t.Helper()
	check := func(what string, issues []fhir.Issue) {
		for _, i := range issues {
			require.NotEqual(t, fhir.SeverityError, i.Severity, "%s: %+v", what, i)
		}
	}
	check("Bundle", fhir.Validate(x.node))
	profile := func(n *fhir.Node, name string) {
		issues, known := fhir.ValidateProfile(n, ips+name)
		require.True(t, known, name)
		check(name, issues)
	}
	profile(x.node, "Bundle-uv-ips")
	for _, r := range x.entries {
		check(r.ResourceType(), fhir.Validate(r))
		switch typ := r.ResourceType(); typ {
		case "Composition", "Patient", "AllergyIntolerance", "Condition", "Immunization", "MedicationRequest", "MedicationStatement", "Procedure", "Organization", "DeviceUseStatement", "Medication":
			profile(r, typ+"-uv-ips")
		}
	}
}

// The rules above are those of the official examples, too.
func TestOfficialSummariesKeepTheRules(t *testing.T) {
	z, err := zip.OpenReader(data(t, "ips", "ips-2.0.0-examples.zip"))
	require.NoError(t, err)
	defer z.Close()
	n := 0
	for _, f := range z.File {
		if !strings.HasPrefix(filepath.Base(f.Name), "Bundle-") || !strings.HasSuffix(f.Name, ".json") {
			continue
		}
		r, err := f.Open()
		require.NoError(t, err)
		raw, err := io.ReadAll(r)
		require.NoError(t, err)
		r.Close()
		readSummary(t, raw, false)
		n++
	}
	require.Equal(t, 3, n)
}

// facts gives Rosa's chart one thing for each section, and things that are none.
func (s *site) facts() (place string) {
	place = newID()
	doctor, medicine, visit := newID(), newID(), newID()
	s.put(`{"resourceType":"Organization","id":"` + place + `","name":"Alder Clinic"}`)
	s.put(`{"resourceType":"Practitioner","id":"` + doctor + `","name":[{"family":"Lee"}]}`)
	s.put(`{"resourceType":"Medication","id":"` + medicine + `","code":{"text":"Lisinopril 10 mg"}}`)
	put := func(typ, subject, rest string) string {
		id := newID()
		s.put(`{"resourceType":"` + typ + `","id":"` + id + `","` + subject + `":{"reference":"Patient/` + s.rosa + `"},` + rest + `}`)
		return id
	}
	s.put(`{"resourceType":"Encounter","id":"` + visit + `","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/` + s.rosa + `"}}`)
	clinical := func(kind, code string) string {
		return `"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/` + kind + `","code":"` + code + `"}]},`
	}
	category := func(code string) string {
		return `"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"` + code + `"}]}],`
	}
	put("Condition", "subject", clinical("condition-clinical", "active")+`"code":{"text":"Asthma <script>alert(1)</script> & \"more\""},"encounter":{"reference":"Encounter/`+visit+`"},"recorder":{"reference":"Practitioner/`+doctor+`"}`)
	put("Condition", "subject", clinical("condition-clinical", "resolved")+`"code":{"text":"Broken wrist"}`)
	put("Condition", "subject", `"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"entered-in-error"}]},"code":{"text":"Somebody else's gout"}`)
	put("AllergyIntolerance", "patient", clinical("allergyintolerance-clinical", "active")+`"code":{"text":"Penicillin"},"criticality":"high"`)
	put("MedicationRequest", "subject", `"status":"active","intent":"order","medicationReference":{"reference":"Medication/`+medicine+`"},"requester":{"reference":"Practitioner/`+doctor+`"}`)
	put("MedicationRequest", "subject", `"status":"stopped","intent":"order","medicationCodeableConcept":{"text":"Old drops"}`)
	put("MedicationStatement", "subject", `"status":"active","medicationCodeableConcept":{"text":"Vitamin D"}`)
	put("Immunization", "patient", `"status":"completed","vaccineCode":{"text":"Influenza"},"occurrenceDateTime":"2025-10-01","performer":[{"actor":{"reference":"Organization/`+place+`"}}]`)
	put("Immunization", "patient", `"status":"not-done","vaccineCode":{"text":"Zoster"},"occurrenceDateTime":"2025-10-01"`)
	put("Procedure", "subject", `"status":"completed","code":{"text":"Appendectomy"}`)
	device := put("Device", "patient", `"deviceName":[{"name":"Pacemaker X","type":"user-friendly-name"}]`)
	put("DeviceUseStatement", "subject", `"status":"active","device":{"reference":"Device/`+device+`"}`)
	lab := func(at string, value float64) string {
		return put("Observation", "subject", category("laboratory")+fmt.Sprintf(`"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2823-3","display":"Potassium"}]},"effectiveDateTime":"%s","valueQuantity":{"value":%v,"unit":"mmol/L"}`, at, value))
	}
	lab("2026-01-01T08:00:00Z", 4.4)
	lab("2026-06-01T08:00:00Z", 5.9)
	put("Observation", "subject", category("vital-signs")+`"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4","display":"Heart rate"}]},"effectiveDateTime":"2026-06-01","valueQuantity":{"value":66,"unit":"/min"}`)
	put("Observation", "subject", category("social-history")+`"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"72166-2","display":"Tobacco smoking status"}]},"effectiveDateTime":"2026-06-01","valueCodeableConcept":{"text":"Never smoked"}`)
	put("Flag", "subject", `"status":"active","code":{"text":"Fall risk"}`)
	put("Consent", "patient", `"status":"active","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"adr"}]},"category":[{"text":"Living will"}],"policyRule":{"text":"state law"}`)
	put("CarePlan", "subject", `"status":"active","intent":"plan","title":"Asthma plan"`)
	return place
}

func TestSummary(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		empty := s.do(s.self, "GET", "/fhir/Patient/"+s.rosa+"/$summary", "")
		require.Equal(t, 200, empty.StatusCode, empty.body)
		x := readSummary(t, []byte(empty.body), true)
		x.conforms(t)
		require.Len(t, x.sections, 3, "the required ones, each with why it is empty")
		require.Equal(t, "unavailable", x.sections["11450-4"].Get("emptyReason", "coding").Items()[0].Get("code").Str())

		place := s.facts()
		before := s.rows(s.rosa, "read")
		r := s.do(s.self, "GET", "/fhir/Patient/"+s.rosa+"/$summary", "")
		require.Equal(t, 200, r.StatusCode, r.body)
		require.Equal(t, before+1, s.rows(s.rosa, "read"))
		x = readSummary(t, []byte(r.body), true)
		x.conforms(t)
		for code, says := range map[string]string{
			"11450-4": "Asthma &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;", "11348-0": "Broken wrist", "48765-2": "Penicillin", "10160-0": "Vitamin D",
			"11369-6": "Influenza", "47519-4": "Appendectomy", "30954-2": "5.9", "8716-3": "66", "29762-2": "Never smoked", "104605-1": "Fall risk", "18776-5": "Asthma plan",
		} {
			require.NotNil(t, x.sections[code], code)
			require.Contains(t, x.text(code), says, code)
		}
		require.NotNil(t, x.sections["46264-8"])
		require.NotNil(t, x.sections["42348-3"])
		for _, none := range []string{"gout", "Old drops", "Zoster", `"value":4.4`} {
			require.NotContains(t, r.body, none, "an error, over, not done, or no longer the latest")
		}
		require.NotNil(t, x.entries[base+"/fhir/Organization/"+place], "who gave the vaccine comes along")
		require.Contains(t, r.body, "Lisinopril 10 mg")
		require.NotContains(t, r.body, `"reference":"Encounter/`)
		require.NotContains(t, r.body, `/Encounter/x`)
		require.Equal(t, 200, s.do(s.doctor, "POST", "/fhir/Patient/"+s.rosa+"/$summary", paramsBody(`{"name":"profile","valueCanonical":"`+ips+`Bundle-uv-ips"}`)).StatusCode)

		require.Equal(t, 404, s.do(s.stranger, "GET", "/fhir/Patient/"+s.rosa+"/$summary", "").StatusCode)
		require.Equal(t, 404, s.do(s.admin, "GET", "/fhir/Patient/"+s.rosa+"/$summary", "").StatusCode)
		require.Equal(t, 404, s.do(s.self, "GET", "/fhir/Patient/"+newID()+"/$summary", "").StatusCode)
		require.Equal(t, []string{"not-supported profile"}, s.do(s.self, "GET", "/fhir/Patient/"+s.rosa+"/$summary?profile=http://example.org/p", "").outcome(t))
		require.Equal(t, []string{"not-supported graph"}, s.do(s.self, "GET", "/fhir/Patient/"+s.rosa+"/$summary?graph=x", "").outcome(t))
		require.NotContains(t, s.log.String(), "enicillin")
	})
}

// What somebody does not see is in their summary neither as entry, nor in words,
// nor as the place that only it names.
func TestSummaryKeepsWhatIsHidden(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.facts()
		secret, place := newID(), newID()
		s.put(`{"resourceType":"Practitioner","id":"` + place + `","name":[{"family":"Quietwater"}]}`)
		s.put(strings.Replace(condition(secret, s.rosa, "F20.9"), `"subject"`, `"recorder":{"reference":"Practitioner/`+place+`"},"subject"`, 1))
		s.put(strings.Replace(condition(newID(), s.rosa, "E11.9"), `"subject"`, `"evidence":[{"detail":[{"reference":"Condition/`+secret+`","display":"F20.9"}]}],"subject"`, 1))
		path := "/fhir/Patient/" + s.rosa + "/$summary"
		mine := s.do(s.self, "GET", path, "")
		require.Contains(t, mine.body, "F20.9")
		require.Contains(t, mine.body, "Quietwater")
		hers := s.do(s.elena, "GET", path, "")
		require.Equal(t, 200, hers.StatusCode)
		readSummary(t, []byte(hers.body), true).conforms(t)
		for _, hidden := range []string{"F20.9", secret, "Quietwater", place} {
			require.NotContains(t, hers.body, hidden)
		}
		require.Contains(t, hers.body, "E11.9")
		desk := s.do(s.desk, "GET", path, "") // sees demographics, appointments and coverage
		require.Equal(t, 200, desk.StatusCode)
		x := readSummary(t, []byte(desk.body), true)
		x.conforms(t)
		require.Len(t, x.sections, 3)
		require.Empty(t, x.sections["48765-2"].Get("entry").Items())

		// An app sees what its scopes name.
		who, err := s.id.Bearer(context.Background(), s.self)
		require.NoError(t, err)
		app, err := s.id.IssueToken(context.Background(), who.Account, "", []string{"patient/Patient.rs", "patient/AllergyIntolerance.rs"}, time.Hour)
		require.NoError(t, err)
		narrow := s.do(app, "GET", path, "")
		require.Equal(t, 200, narrow.StatusCode)
		x = readSummary(t, []byte(narrow.body), true)
		x.conforms(t)
		require.Len(t, x.sections["48765-2"].Get("entry").Items(), 1)
		require.Empty(t, x.sections["11450-4"].Get("entry").Items())
		require.NotContains(t, narrow.body, "Asthma")
		other, err := s.id.IssueToken(context.Background(), who.Account, "", []string{"patient/Observation.rs"}, time.Hour)
		require.NoError(t, err)
		require.Equal(t, []string{"suppressed"}, s.do(other, "GET", path, "").outcome(t))
	})
}

// Whole synthetic lives become documents that keep the rules.
func TestSummaryOfWholeCharts(t *testing.T) {
	dir := data(t, "synthea-r4")
	files, err := filepath.Glob(filepath.Join(dir, "*.json.gz"))
	require.NoError(t, err)
	files = slices.DeleteFunc(files, func(f string) bool { return strings.Contains(f, "Information") })
	slices.Sort(files)
	each(t, func(t *testing.T, s *site) {
		for _, name := range files[:2] {
			f, err := os.Open(name)
			require.NoError(t, err)
			z, err := gzip.NewReader(f)
			require.NoError(t, err)
			raw, err := io.ReadAll(z)
			require.NoError(t, err)
			f.Close()
			r := s.do(s.feed, "POST", "/fhir", string(raw))
			require.Equal(t, 200, r.StatusCode, "%.600s", r.body)
			patient := ""
			for _, e := range r.bundle(t).Entry {
				if typ, rest, _ := strings.Cut(strings.TrimPrefix(e.Response.Location, base+"/fhir/"), "/"); typ == "Patient" {
					patient, _, _ = strings.Cut(rest, "/")
				}
			}
			require.NotEmpty(t, patient)
			sum := s.do(s.feed, "GET", "/fhir/Patient/"+patient+"/$summary", "")
			require.Equal(t, 200, sum.StatusCode, sum.body)
			x := readSummary(t, []byte(sum.body), true)
			x.conforms(t)
			require.Greater(t, len(x.sections), 4)
			require.Less(t, len(sum.body), len(raw))
		}
	})
}

func TestDocref(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		document := func(code, date, period, status string) string {
			id := newID()
			s.put(fmt.Sprintf(`{"resourceType":"DocumentReference","id":"%s","status":"%s","type":{"coding":[{"system":"http://loinc.org","code":"%s"}]},"subject":{"reference":"Patient/%s"},"date":"%s"%s,"content":[{"attachment":{"contentType":"text/plain","data":"aGk="},"format":{"system":"http://example.org/formats","code":"urn:f"}}]}`, id, status, code, s.rosa, date, period))
			return id
		}
		care := func(from, to string) string {
			return `,"context":{"period":{"start":"` + from + `","end":"` + to + `"}}`
		}
		old := document("34133-9", "2026-02-01T00:00:00Z", care("2020-01-01", "2020-12-31"), "current")
		recent := document("34133-9", "2026-03-01T00:00:00Z", care("2026-01-01", "2026-02-01"), "current")
		note := document("11488-4", "2024-05-05T00:00:00Z", "", "current")
		document("11488-4", "2026-05-05T00:00:00Z", "", "superseded")
		docs := func(token, query string) (ids []string) {
			t.Helper()
			r := s.do(token, "GET", "/fhir/DocumentReference/$docref?"+query, "")
			require.Equal(t, 200, r.StatusCode, r.body)
			r.valid(t)
			for _, e := range r.bundle(t).Entry {
				var d struct {
					ResourceType, ID string
					Content          []struct{ Attachment struct{ URL string } }
				}
				require.NoError(t, json.Unmarshal(e.Resource, &d))
				require.Equal(t, "DocumentReference", d.ResourceType)
				if d.ID == "" {
					d.ID = "summary"
					require.Equal(t, 200, s.do(token, "GET", d.Content[0].Attachment.URL, "").StatusCode, "what is referred to can be fetched")
				}
				ids = append(ids, d.ID)
			}
			return ids
		}
		p := "patient=" + s.rosa
		require.Equal(t, []string{recent, note, "summary"}, docs(s.self, p), "the latest of each type")
		require.Equal(t, []string{recent, "summary"}, docs(s.self, p+"&start=2026-01-15"), "care, not when it was written")
		require.Equal(t, []string{old}, docs(s.self, p+"&start=2020-06-01&end=2020-07-01"))
		require.Equal(t, []string{old, note}, docs(s.self, p+"&end=2025-01-01"))
		require.Equal(t, []string{note}, docs(s.self, p+"&type=11488-4"))
		require.Equal(t, []string{note, "summary"}, docs(s.self, p+"&type="+url.QueryEscape("http://loinc.org|11488-4,http://loinc.org|60591-5")))
		require.Empty(t, docs(s.self, p+"&type=http://example.org%7C11488-4"))
		require.Equal(t, []string{"summary"}, docs(s.self, p+"&on-demand=true"))
		require.Empty(t, docs(s.self, p+"&on-demand=true&type=34133-9"), "no C-CDA is made here")
		require.Equal(t, []string{"summary"}, docs(s.self, p+"&profile="+ips+"Bundle-uv-ips"))
		require.Equal(t, []string{recent, note}, docs(s.self, p+"&profile=urn:f"))
		require.Equal(t, []string{"summary"}, docs(s.elena, p), "who was not given documents sees none")
		require.Equal(t, []string{recent, note, "summary"}, docs(s.doctor, p))
		require.Empty(t, docs(s.stranger, p))
		require.Empty(t, docs(s.self, "patient="+newID()))
		posted := s.do(s.self, "POST", "/fhir/DocumentReference/$docref", paramsBody(`{"name":"patient","valueId":"`+s.rosa+`"},{"name":"type","valueCoding":{"system":"http://loinc.org","code":"11488-4"}}`))
		require.Len(t, posted.bundle(t).Entry, 1)
		for query, want := range map[string]string{"": "required patient", p + "&start=2026-01-01&end=2020-01-01": "invalid start", p + "&on-demand=maybe": "invalid on-demand", p + "&x=1": "not-supported x"} {
			require.Equal(t, []string{want}, s.do(s.self, "GET", "/fhir/DocumentReference/$docref?"+query, "").outcome(t), query)
		}
		who, err := s.id.Bearer(context.Background(), s.self)
		require.NoError(t, err)
		app, err := s.id.IssueToken(context.Background(), who.Account, "", []string{"patient/Patient.rs"}, time.Hour)
		require.NoError(t, err)
		require.Equal(t, []string{"suppressed"}, s.do(app, "GET", "/fhir/DocumentReference/$docref?"+p, "").outcome(t))
	})
}
