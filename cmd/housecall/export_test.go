package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestExportBesideTheServerAndAlone(t *testing.T) {
	eachDatabase(t, func(t *testing.T, cfg Config) {
		dir := t.TempDir()
		file := filepath.Join(dir, "few.ndjson")
		require.NoError(t, os.WriteFile(file, []byte(`{"resourceType":"Organization","id":"c","name":"Alder"}
{"resourceType":"Patient","id":"p1","name":[{"family":"Moss"}],"managingOrganization":{"reference":"Organization/c"}}
{"resourceType":"Patient","id":"p2","name":[{"family":"Reed"}]}
{"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}]},"subject":{"reference":"Patient/p1"},"valueQuantity":{"value":4.1,"unit":"mmol/L"}}
`), 0o600))
		a := start(t, cfg)
		_, errs, code := command(t, cfg, "import", file)
		require.Zero(t, code, errs)
		out, errs, code := command(t, cfg, "export", filepath.Join(dir, "all"))
		require.Zero(t, code, errs)
		require.Regexp(t, `(?m)^ +2  Patient.ndjson$`, out)
		require.Regexp(t, `(?m)^ +8  in 4 files`, out)
		require.Equal(t, []string{"Observation.ndjson", "Organization.ndjson", "Patient.ndjson", "Questionnaire.ndjson"}, names(t, filepath.Join(dir, "all")))
		_, errs, code = command(t, cfg, "export", filepath.Join(dir, "all"))
		require.Equal(t, 1, code)
		require.Contains(t, errs, "not empty")
		_, errs, code = command(t, cfg, "export", filepath.Join(dir, "none"), "--patient", "0f6f8a4e-1c0b-4b52-9d52-3d1f6b7a9e11")
		require.Equal(t, 1, code)
		require.Contains(t, errs, "not known")
		require.NoDirExists(t, filepath.Join(dir, "none"))
		exportByHTTP(t, cfg, a.URL())
		a.Stop()

		var one string // the patient with the observation
		b, err := os.ReadFile(filepath.Join(dir, "all", "Patient.ndjson"))
		require.NoError(t, err)
		for line := range strings.Lines(string(b)) {
			var p struct{ ID string }
			require.NoError(t, json.Unmarshal([]byte(line), &p))
			if strings.Contains(line, "Moss") {
				one = p.ID
			}
		}
		out, errs, code = command(t, cfg, "export", filepath.Join(dir, "one"), "--patient", one)
		require.Zero(t, code, errs)
		require.Regexp(t, `(?m)^ +3  in 3 files`, out)
		out, errs, code = command(t, cfg, "audit", "verify")
		require.Zero(t, code, out+errs)
	})
}

func names(t *testing.T, dir string) (out []string) {
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range list {
		out = append(out, e.Name())
	}
	return out
}

// exportByHTTP exports from a whole server, as another system does.
func exportByHTTP(t *testing.T, cfg Config, address string) {
	out, errs, code := command(t, cfg, "token", "--system", "--scope", "system/*.rs")
	require.Zero(t, code, errs)
	token := strings.TrimSpace(out)
	ask := func(url string) (*http.Response, string) {
		req, err := http.NewRequest(http.MethodGet, url, nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Prefer", "respond-async")
		res, err := (&http.Client{Timeout: 20 * time.Second}).Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res, string(b)
	}
	res, body := ask(address + "/fhir/$export")
	require.Equal(t, 202, res.StatusCode, body)
	var m struct {
		Output []struct {
			Type, URL string
			Count     int
		}
	}
	at := res.Header.Get("Content-Location")
	require.Eventually(t, func() bool {
		res, body := ask(at)
		if res.StatusCode != 200 {
			require.Contains(t, []int{202, 429}, res.StatusCode, body)
			return false
		}
		require.NoError(t, json.Unmarshal([]byte(body), &m))
		return true
	}, time.Minute, 200*time.Millisecond)
	require.Len(t, m.Output, 4)
	for _, f := range m.Output {
		res, body := ask(f.URL)
		require.Equal(t, 200, res.StatusCode)
		require.True(t, res.Uncompressed, "it travels packed")
		require.Equal(t, f.Count, strings.Count(body, "\n"), f.Type)
	}
}
