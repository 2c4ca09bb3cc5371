package fhir_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

// deck returns a file or folder of the real data beside the repository. Without the data the test says what it leaves
// out; in CI it fails.
func deck(t testing.TB, parts ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		require.NotEqual(t, dir, filepath.Dir(dir), "no go.mod above the test")
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(append([]string{dir, "..", "shared", "data"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the test data %s is missing", filepath.Join(parts...))
		}
		t.Skipf("left out: the test data %s is not beside the repository", filepath.Join(parts...))
	}
	return path
}

func readGzip(t testing.TB, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	b, err := io.ReadAll(z)
	require.NoError(t, err)
	return b
}

// eachInZip calls f for the files of a zip that have the suffix, in order of name.
func eachInZip(t testing.TB, path, suffix string, f func(name string, b []byte)) {
	t.Helper()
	z, err := zip.OpenReader(path)
	require.NoError(t, err)
	defer z.Close()
	sort.Slice(z.File, func(i, j int) bool { return z.File[i].Name < z.File[j].Name })
	for _, entry := range z.File {
		if !strings.HasSuffix(entry.Name, suffix) {
			continue
		}
		r, err := entry.Open()
		require.NoError(t, err)
		b, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		f(entry.Name, b)
	}
}

func errorsOf(issues []fhir.Issue) []fhir.Issue {
	var out []fhir.Issue
	for _, i := range issues {
		if i.Severity == fhir.SeverityError {
			out = append(out, i)
		}
	}
	return out
}

// roundTrip requires that a resource survives encoding and that Go's own decoder reads the same.
func roundTrip(t testing.TB, name string, b []byte) *fhir.Node {
	t.Helper()
	n, err := fhir.Parse(b)
	require.NoError(t, err, name)
	out := n.Append(nil)
	again, err := fhir.Parse(out)
	require.NoError(t, err, name)
	require.True(t, n.Equal(again), "%s: differs after encoding", name)
	require.True(t, n.Equal(n.Clone()), "%s: the copy differs", name)
	var was, is any
	require.NoError(t, decodeNumbers(bytes.TrimPrefix(b, []byte("\ufeff")), &was), name)
	require.NoError(t, decodeNumbers(out, &is), name)
	require.Equal(t, was, is, name)
	return n
}

func decodeNumbers(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return d.Decode(v)
}

// exampleFaults are the official examples that break a base rule, with the rule.
var exampleFaults = map[string]string{
	// Questionnaire.item.linkId has cardinality 1..1; this example leaves it out.
	"Questionnaire-qs1.json": "this element is required",
}

func TestOfficialExamples(t *testing.T) {
	count := 0
	eachInZip(t, deck(t, "fhir-r4-examples", "hl7.fhir.r4.examples-4.0.1-subset.zip"), ".json", func(name string, b []byte) {
		n := roundTrip(t, name, b)
		count++
		for _, i := range errorsOf(fhir.Validate(n)) {
			if exampleFaults[name] != i.Text {
				t.Errorf("%s: %s: %s", name, i.Expression, i.Text)
			}
		}
		_, err := fhir.Extract(n)
		require.NoError(t, err, name)
	})
	t.Logf("%d examples", count)
}

func TestSyntheaBundles(t *testing.T) {
	for _, folder := range []string{"synthea-r4", "synthea-r4-2021-hiv", "synthea-r4-large"} {
		files, err := filepath.Glob(filepath.Join(deck(t, folder), "*.json.gz"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		resources, rows := 0, 0
		for _, f := range files {
			n := roundTrip(t, filepath.Base(f), readGzip(t, f))
			for _, i := range errorsOf(fhir.Validate(n)) {
				t.Errorf("%s: %s: %s", filepath.Base(f), i.Expression, i.Text)
			}
			for _, e := range n.Get("entry").Items() {
				resources++
				x, err := fhir.Extract(e.Get("resource"))
				require.NoError(t, err)
				rows += len(x.Tokens) + len(x.Refs) + len(x.Dates) + len(x.Strings) + len(x.Quantities) + len(x.URIs)
			}
		}
		t.Logf("%s: %d files, %d resources, %.1f rows each", folder, len(files), resources, float64(rows)/float64(resources))
	}
}

func TestBulkFiles(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(deck(t, "bulk-ndjson-10-patients"), "*.000.ndjson.gz"))
	require.NoError(t, err)
	count := 0
	for _, f := range files {
		lines := bufio.NewScanner(bytes.NewReader(readGzip(t, f)))
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			n := roundTrip(t, filepath.Base(f), lines.Bytes())
			count++
			for _, i := range errorsOf(fhir.Validate(n)) {
				t.Errorf("%s: %s: %s", filepath.Base(f), i.Expression, i.Text)
			}
		}
		require.NoError(t, lines.Err())
	}
	t.Logf("%d resources", count)
}

func TestProfiledExamples(t *testing.T) {
	for _, file := range []string{"us-core/us-core-examples.zip", "ips/ips-2.0.0-examples.zip"} {
		count := 0
		eachInZip(t, deck(t, filepath.FromSlash(file)), ".json", func(name string, b []byte) {
			if !bytes.Contains(b, []byte(`"resourceType"`)) {
				return
			}
			n := roundTrip(t, name, b)
			count++
			for _, i := range errorsOf(fhir.Validate(n)) {
				t.Errorf("%s: %s: %s", name, i.Expression, i.Text)
			}
		})
		t.Logf("%s: %d resources", file, count)
	}
}

// TestPrimitiveCases puts the values of another implementation's tests into an element of the type.
func TestPrimitiveCases(t *testing.T) {
	hosts := map[string]string{
		"base64_binary": `{"resourceType":"Binary","contentType":"a/b","data":%}`,
		"date":          `{"resourceType":"Patient","birthDate":%}`,
		"date_time":     `{"resourceType":"Patient","deceasedDateTime":%}`,
		"instant":       `{"resourceType":"Patient","meta":{"lastUpdated":%}}`,
		"markdown":      `{"resourceType":"Patient","extension":[{"url":"urn:x","valueMarkdown":%}]}`,
		"uri":           `{"resourceType":"Patient","implicitRules":%}`,
		"url":           `{"resourceType":"Patient","extension":[{"url":"urn:x","valueUrl":%}]}`,
	}
	count := 0
	eachInZip(t, deck(t, "fhir-negative", "google-fhir-primitive-validation.zip"), ".ndjson", func(name string, b []byte) {
		kind, rest, _ := strings.Cut(filepath.Base(name), ".")
		host := hosts[kind]
		require.NotEmpty(t, host, name)
		for line := range strings.Lines(string(b)) {
			line = strings.TrimSpace(line)
			if line == "" || line == "null" {
				continue // how that library writes an element without value
			}
			n, err := fhir.Parse([]byte(strings.Replace(host, "%", line, 1)))
			require.NoError(t, err)
			issues := errorsOf(fhir.Validate(n))
			require.Equal(t, strings.HasPrefix(rest, "invalid"), len(issues) > 0, "%s: %s: %v", name, line, issues)
			count++
		}
	})
	t.Logf("%d values", count)
}
