package terminology_test

import (
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"housecall/internal/fault"
	"housecall/records/terminology"
)

// deck opens a file of the real data beside the repository. Without the data the test says what it leaves out; in CI it
// fails.
func deck(t *testing.T, parts ...string) io.Reader {
	t.Helper()
	f, err := os.Open(filepath.Join(append([]string{"..", "..", "..", "shared", "data"}, parts...)...))
	if os.IsNotExist(err) {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the test data %s is missing", filepath.Join(parts...))
		}
		t.Skipf("left out: the test data %s is not beside the repository", filepath.Join(parts...))
	}
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	if filepath.Ext(f.Name()) != ".gz" {
		return f
	}
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	return z
}

type concept struct {
	Code    string
	Concept []concept
}

type source struct {
	ResourceType, URL, Content string
	Concept                    []concept
	Compose                    struct{ Include, Exclude []part }
}

type part struct {
	System   string
	ValueSet []string
	Concept  []concept
	Filter   []struct{ Op string }
}

// published are HL7's code systems and value sets.
func published(t *testing.T) (systems, sets map[string]source) {
	t.Helper()
	systems, sets = map[string]source{}, map[string]source{}
	for _, name := range []string{"valuesets", "v3-codesystems", "v2-tables"} {
		var b struct{ Entry []struct{ Resource source } }
		require.NoError(t, json.NewDecoder(deck(t, "fhir-r4-definitions", name+".json.gz")).Decode(&b))
		for _, e := range b.Entry {
			into := sets
			if e.Resource.ResourceType == "CodeSystem" {
				into = systems
			}
			into[e.Resource.URL] = e.Resource
		}
	}
	return systems, sets
}

// unusual are value sets of HL7 that only show what can be said: they filter by properties of an imaginary code system.
var unusual = map[string]bool{"http://hl7.org/fhir/ValueSet/example-filter": true}

// Every value set whose code systems are here expands, and those that are lists or whole code systems to as many codes as
// their definitions have. The others are refused with the name of what is missing.
func TestPublishedValueSetsExpand(t *testing.T) {
	systems, sets := published(t)
	ours := map[string]bool{}
	for _, s := range terminology.Systems() {
		ours[s] = true
	}
	var here func(url string) bool // all that it needs is here
	here = func(url string) bool {
		v, ok := sets[url]
		if !ok {
			return false
		}
		for _, p := range append(v.Compose.Include, v.Compose.Exclude...) {
			listed := len(p.Concept) > 0 && strings.HasPrefix(p.System, "urn:ietf:")
			if p.System != "" && !ours[p.System] && !listed {
				return false
			}
			for _, s := range p.ValueSet {
				if url, _, _ := strings.Cut(s, "|"); !here(url) {
					return false
				}
			}
		}
		return len(v.Compose.Include) > 0
	}
	expanded, counted := 0, 0
	for url, v := range sets {
		s, err := terminology.ValueSet(url)
		if len(v.Compose.Include) == 0 {
			assert.Error(t, err, url)
			continue
		}
		if !assert.NoError(t, err, url) {
			continue
		}
		all, err := s.All()
		if !here(url) || unusual[url] {
			if assert.Error(t, err, url) {
				f := fault.Of(err)
				assert.Contains(t, []fault.Kind{fault.Invalid, fault.NotFound}, f.Kind)
				assert.Regexp(t, regexp.MustCompile(`not kept here: \S+\.$|is not supported: \S+ \S+\.$`), f.Msg, url)
			}
			continue
		}
		if !assert.NoError(t, err, url) {
			continue
		}
		expanded++
		want, exact := map[string]bool{}, len(v.Compose.Exclude) == 0
		var add func(system string, list []concept)
		add = func(system string, list []concept) {
			for _, c := range list {
				want[system+" "+c.Code] = true
				add(system, c.Concept)
			}
		}
		for _, p := range v.Compose.Include {
			exact = exact && len(p.Filter) == 0 && len(p.ValueSet) == 0
			if add(p.System, p.Concept); len(p.Concept) == 0 {
				add(p.System, systems[p.System].Concept)
				exact = exact && systems[p.System].URL != ""
			}
		}
		if exact {
			counted++
			assert.Len(t, all, len(want), url)
			for _, c := range all {
				assert.True(t, want[c.System+" "+c.Code], "%s: %s", url, c.Code)
			}
		} else {
			assert.NotEmpty(t, all, url)
		}
	}
	require.Greater(t, expanded, 1150)
	require.Greater(t, counted, 1000)
	t.Logf("of %d value sets %d expand, %d are compared code by code", len(sets), expanded, counted)
}

// What belongs to others is not shipped, and what HL7 publishes is complete.
func TestShippedCodeSystems(t *testing.T) {
	systems, _ := published(t)
	for _, url := range terminology.Systems() {
		require.Regexp(t, `^http://(hl7\.org/fhir|terminology\.hl7\.org)/`, url)
		s, err := terminology.CodeSystem(url)
		require.NoError(t, err)
		if src, ok := systems[url]; ok {
			require.Equal(t, src.Content != "complete", s.Part, url)
			for _, c := range src.Concept {
				_, found, err := terminology.Lookup(url, c.Code)
				require.NoError(t, err)
				require.True(t, found, "%s %s", url, c.Code)
			}
		}
	}
	for _, url := range []string{"http://snomed.info/sct", "http://loinc.org", "http://www.ama-assn.org/go/cpt", "http://unitsofmeasure.org",
		"http://www.nlm.nih.gov/research/umls/rxnorm", "http://dicom.nema.org/resources/ontology/DCM", "http://terminology.hl7.org/CodeSystem/ex-revenue-center"} {
		require.NotContains(t, terminology.Systems(), url)
		_, err := terminology.CodeSystem(url)
		require.ErrorContains(t, err, url)
		require.Equal(t, "not-supported", fault.Of(err).Issues[0].Code)
	}
}

// CDC's vaccines and their makers, and the diagnoses.
func TestPublicDomain(t *testing.T) {
	b, err := io.ReadAll(deck(t, "terminology", "cdc-cvx-mvx", "cvx.xml"))
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(b), "?>")
	var vaccines struct {
		CVXInfo []struct{ CVXCode, Status string }
	}
	require.NoError(t, xml.Unmarshal([]byte(strings.ToValidUTF8(rest, "?")), &vaccines))
	require.Greater(t, len(vaccines.CVXInfo), 250)
	for _, v := range vaccines.CVXInfo {
		c, found, err := terminology.Lookup("http://hl7.org/fhir/sid/cvx", strings.TrimSpace(v.CVXCode))
		require.NoError(t, err)
		require.True(t, found, v.CVXCode)
		require.NotEmpty(t, c.Display)
		require.Equal(t, v.Status == "Inactive" || v.Status == "Never Active", c.Inactive, v.CVXCode)
	}
	b, err = io.ReadAll(deck(t, "terminology", "cdc-cvx-mvx", "mvx.xml"))
	require.NoError(t, err)
	makers := regexp.MustCompile(`MVX_CODE</Name>\s*<Value>([^<]+)</Value>`).FindAllStringSubmatch(string(b), -1)
	require.NotEmpty(t, makers)
	for _, m := range makers {
		_, found, err := terminology.Lookup("http://hl7.org/fhir/sid/mvx", strings.TrimSpace(m[1]))
		require.NoError(t, err)
		require.True(t, found, m[1])
	}
	c, found, err := terminology.Lookup("http://hl7.org/fhir/sid/icd-10-cm", "E11.9")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "Type 2 diabetes mellitus without complications", c.Display)
	set, err := terminology.ValueSet("http://hl7.org/fhir/ValueSet/vaccine-code")
	require.NoError(t, err)
	_, found, err = set.Holds("http://hl7.org/fhir/sid/cvx", "140")
	require.NoError(t, err)
	require.True(t, found)
}
