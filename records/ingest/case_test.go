package ingest_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/ingest"
)

func patient(id, family, born string) string {
	return fmt.Sprintf(`{"resourceType":"Patient","id":%q,"identifier":[{"system":"http://mrn","value":%q}],"name":[{"family":%q}],"birthDate":%q}`, id, id+family, family, born)
}

func observation(id, subject, more string) string {
	return fmt.Sprintf(`{"resourceType":"Observation","id":%q,"status":"final","code":{"text":"a"},"subject":{"reference":%q}%s}`, id, subject, more)
}

func bundle(entries ...string) string {
	return `{"resourceType":"Bundle","type":"collection","entry":[` + strings.Join(entries, ",") + `]}`
}

func entry(url, resource string) string {
	return fmt.Sprintf(`{"fullUrl":%q,"resource":%s}`, url, resource)
}

// a test of one folder on both dialects.
func each(t *testing.T, f func(t *testing.T, h *house, dir string)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, open(t, d), t.TempDir()) })
}

const (
	urnA = "urn:uuid:0a0a0a0a-0000-4000-8000-000000000001"
	urnB = "urn:uuid:0a0a0a0a-0000-4000-8000-000000000002"
	urnC = "urn:uuid:0a0a0a0a-0000-4000-8000-000000000003"
)

func TestBrokenIsSetAside(t *testing.T) {
	each(t, func(t *testing.T, h *house, dir string) {
		write(t, dir, "deck/a.json", bundle(
			entry(urnA, patient("p", "One", "1950-01-01")),
			entry(urnB, `{"resourceType":"Encounter","status":"no such status","class":{"code":"AMB"},"subject":{"reference":"`+urnA+`"}}`),
			entry(urnC, observation("in-visit", urnA, `,"encounter":{"reference":"`+urnB+`"}`)),
			entry("urn:uuid:0a0a0a0a-0000-4000-8000-000000000004", `{"resourceType":"DiagnosticReport","status":"final","code":{"text":"r"},"subject":{"reference":"`+urnA+`"},"result":[{"reference":"`+urnC+`"}]}`),
			entry("urn:uuid:0a0a0a0a-0000-4000-8000-000000000005", observation("good", urnA, "")),
			`{"fullUrl":"urn:uuid:0a0a0a0a-0000-4000-8000-000000000006","resource":{"resourceType":"Nonsense","id":"n"}}`,
			entry("urn:uuid:0a0a0a0a-0000-4000-8000-000000000007", observation("to-nonsense", urnA, `,"focus":[{"reference":"urn:uuid:0a0a0a0a-0000-4000-8000-000000000006"}]`)),
			`{"fullUrl":"urn:uuid:0a0a0a0a-0000-4000-8000-000000000008","request":{"method":"DELETE","url":"Observation/x"}}`,
			`{"fullUrl":"urn:uuid:0a0a0a0a-0000-4000-8000-000000000009"}`,
			entry("urn:uuid:0a0a0a0a-0000-4000-8000-00000000000a", observation("asks", urnA, `,"performer":[{"reference":"Practitioner?name=Smith"}]`)),
		))
		write(t, dir, "deck/b.json", `{"resourceType":"Patient","id":"q","name":[{"family":"Half"}`)
		write(t, dir, "deck/c.ndjson", patient("r", "Two", "1960-01-01")+"\n\nnot json\n"+`{"exportId":"1"}`+"\n"+
			observation("r1", "Patient/r", `,"valueQuantity":{"value":"many"}`)+"\n"+observation("r2", "Patient/r", ""))
		write(t, dir, "deck/d.json", `{"resourceType":"Bundle","type":"history","entry":[]}`)

		rejects := filepath.Join(dir, "rejects")
		r := h.bring(t, ingest.Options{Paths: []string{filepath.Join(dir, "deck")}, RejectsDir: rejects})
		require.Equal(t, map[string]int{"Patient": 2, "Observation": 2}, created(r))
		require.Equal(t, map[string]int{"Patient": 2, "Observation": 2}, h.stored(t))
		require.Zero(t, r.Total().Waiting)

		shown := text(t, r)
		for _, want := range []string{
			"a.json, entry 2 (Encounter)", "Encounter.status: not one of the codes",
			"a.json, entry 3 (Observation)", "Observation.encounter: it refers to Encounter at " + filepath.Join(dir, "deck/a.json") + ", entry 2, which is refused",
			"a.json, entry 4 (DiagnosticReport)", "DiagnosticReport.result[0]",
			"a.json, entry 6", "FHIR R4 has no resource of this type", "a.json, entry 7 (Observation)",
			"a.json, entry 8", "deletes or patches none", "a.json, entry 9", "a.json, entry 10 (Observation)", "can name only an identifier",
			"b.json", "c.ndjson:3", "c.ndjson:4", "it has no resourceType", "c.ndjson:5 (Observation)", "Observation.value.ofType(Quantity).value",
			"d.json (Bundle)",
		} {
			require.Contains(t, shown, want)
		}
		require.Equal(t, 13, r.RefusedTotal)
		require.NotContains(t, shown, "many", "values do not stand in reports")

		info, err := os.Stat(r.RejectsFile)
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
		f, err := os.Open(r.RejectsFile)
		require.NoError(t, err)
		defer f.Close()
		lines, as := bufio.NewScanner(f), map[string]string{}
		for lines.Scan() {
			var x struct {
				Place    ingest.Place
				Reasons  []ingest.Reason
				Resource json.RawMessage
			}
			require.NoError(t, json.Unmarshal(lines.Bytes(), &x))
			require.NotEmpty(t, x.Reasons)
			as[filepath.Base(x.Place.String())] = string(x.Resource)
		}
		require.Len(t, as, 13)
		require.JSONEq(t, observation("in-visit", urnA, `,"encounter":{"reference":"`+urnB+`"}`), as["a.json, entry 3"], "as it was sent")

		// Mended, the same bundle brings the rest and leaves what is there alone.
		b, err := os.ReadFile(filepath.Join(dir, "deck/a.json"))
		require.NoError(t, err)
		write(t, dir, "deck/a.json", strings.Replace(string(b), "no such status", "finished", 1))
		r = h.bring(t, ingest.Options{Paths: []string{filepath.Join(dir, "deck/a.json")}})
		require.Equal(t, map[string]int{"Encounter": 1, "Observation": 1, "DiagnosticReport": 1}, created(r))
		require.Zero(t, r.Total().Updated)
	})
}

func TestBrokenPatientTakesAllAlong(t *testing.T) {
	each(t, func(t *testing.T, h *house, dir string) {
		path := write(t, dir, "a.json", bundle(
			entry(urnA, `{"resourceType":"Patient","id":"p","birthDate":"yesterday"}`),
			entry(urnB, observation("o", urnA, "")),
			entry(urnC, `{"resourceType":"Organization","id":"org","name":"Clinic"}`)))
		r := h.bring(t, ingest.Options{Paths: []string{path}})
		require.Equal(t, map[string]int{"Organization": 1}, created(r))
		require.Equal(t, 2, r.RefusedTotal)
		require.Zero(t, h.count(t, `SELECT count(*) FROM charts`))
	})
}

func TestFormsOfFiles(t *testing.T) {
	gz := func(s string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write([]byte(s))
		_ = w.Close()
		return b.String()
	}
	zipped := func(files map[string]string) string {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for name, s := range files {
			f, err := w.Create(name)
			require.NoError(t, err)
			_, _ = f.Write([]byte(s))
		}
		require.NoError(t, w.Close())
		return b.String()
	}
	each(t, func(t *testing.T, h *house, dir string) {
		in := filepath.Join(dir, "in")
		write(t, in, "1.json", observation("o1", "Patient/p", ""))
		write(t, in, "deep/2.json.gz", gz(observation("o2", "Patient/p", "")))
		write(t, in, "3.NDJSON", observation("o3", "Patient/p", "")+"\r\n"+observation("o4", "Patient/p", "")+"\r\n")
		write(t, in, "4.ndjson.gz", gz(observation("o5", "Patient/p", "")))
		write(t, in, "5.zip", zipped(map[string]string{
			"x/6.json": "\ufeff" + observation("o6", "Patient/p", ""), "y.ndjson.gz": gz(observation("o7", "Patient/p", "")),
			"p.json": patient("p", "One", "1950-01-01"), "inner.zip": "zip in a zip", "../../out.json": observation("o8", "Patient/p", ""), "readme.txt": "hello",
		}))
		write(t, in, "bad.json.gz", "not gzip")
		write(t, in, "bad.zip", "not zip")
		write(t, in, "bomb.json.gz", gz(`{"resourceType":"Patient","id":"`+strings.Repeat(" ", 70<<20)+`"}`))
		write(t, in, "long.ndjson.gz", gz(observation("o9", "Patient/p", "")+"\n"+strings.Repeat(" ", 17<<20)+"x\n"+observation("o10", "Patient/p", "")+"\n"))
		write(t, in, "notes.txt", "hello")
		write(t, dir, "outside.json", observation("secret", "Patient/p", ""))
		require.NoError(t, os.Symlink(filepath.Join(dir, "outside.json"), filepath.Join(in, "link.json")))
		require.NoError(t, os.Symlink(dir, filepath.Join(in, "up")))

		var done, total int64
		r := h.bring(t, ingest.Options{Paths: []string{in}, Progress: func(d, of int64, unit string) {
			if unit == "bytes" {
				require.GreaterOrEqual(t, d, done)
				done, total = d, of
			}
		}})
		require.Equal(t, map[string]int{"Patient": 1, "Observation": 10}, created(r), text(t, r))
		require.Equal(t, total, done)
		var refused []string
		for _, x := range r.Refusals {
			refused = append(refused, filepath.Base(x.Place.String()))
		}
		require.ElementsMatch(t, []string{"bad.json.gz", "bad.zip", "bomb.json.gz", "long.ndjson.gz:2"}, refused)
		var skipped []string
		for _, s := range r.Skipped {
			skipped = append(skipped, filepath.Base(s))
		}
		require.ElementsMatch(t, []string{"5.zip!inner.zip", "5.zip!readme.txt", "notes.txt", "link.json", "up"}, skipped)

		for _, bad := range []string{filepath.Join(dir, "nowhere"), filepath.Join(in, "notes.txt")} {
			_, err := h.Import(context.Background(), operator, ingest.Options{Paths: []string{bad}})
			require.True(t, fault.Is(err, fault.Invalid))
		}
	})
}

func TestTwoHospitals(t *testing.T) {
	each(t, func(t *testing.T, h *house, dir string) {
		a := write(t, dir, "a.json", bundle(entry("http://a.example/fhir/Patient/1", patient("1", "One", "1950-01-01")),
			entry("http://a.example/fhir/Observation/1", observation("1", "http://a.example/fhir/Patient/1/_history/3", `,"performer":[{"reference":"http://elsewhere.example/fhir/Practitioner/9"}]`))))
		b := write(t, dir, "b.json", bundle(entry("http://b.example/fhir/Patient/1", patient("1", "Two", "1960-01-01")),
			entry("http://b.example/fhir/Observation/1", observation("1", "Patient/1", ""))))
		r := h.bring(t, ingest.Options{Paths: []string{a, b}})
		require.Equal(t, map[string]int{"Patient": 2, "Observation": 2}, created(r), text(t, r))
		require.Equal(t, []string{"http://a.example/fhir", "http://b.example/fhir"}, r.Sources)
		require.Equal(t, 2, h.count(t, `SELECT count(DISTINCT patient_id) FROM resources WHERE type = 'Observation'`))
		got := h.dump(t)
		require.Contains(t, got["Observation/http://a.example/fhir|1"], `"Patient/http://a.example/fhir|1"`)
		require.Contains(t, got["Observation/http://a.example/fhir|1"], `http://elsewhere.example/fhir/Practitioner/9`)

		// Files that do not say who sent them: another person under a known id is not let in.
		one := write(t, dir, "one.ndjson", patient("7", "Seven", "1950-01-01"))
		other := write(t, dir, "other.ndjson", patient("7", "Eight", "1961-02-03")+"\n"+observation("8", "Patient/7", ""))
		h.bring(t, ingest.Options{Paths: []string{one}})
		r = h.bring(t, ingest.Options{Paths: []string{other}})
		require.Equal(t, 2, r.RefusedTotal, text(t, r))
		require.Contains(t, text(t, r), "--source")
		r = h.bring(t, ingest.Options{Paths: []string{other}, Source: "other"})
		require.Equal(t, map[string]int{"Patient": 1, "Observation": 1}, created(r))
		require.Contains(t, h.dump(t)["Patient/other|7"], `"source":"other"`)
	})
}

func TestCorrections(t *testing.T) {
	each(t, func(t *testing.T, h *house, dir string) {
		day := func(name, more string) string {
			return write(t, dir, name, patient("p", "One", "1950-01-01")+"\n"+observation("o", "Patient/p", more))
		}
		one, two := day("1.ndjson", ""), day("2.ndjson", `,"valueString":"corrected"`)
		all := []string{one, two}
		r := h.bring(t, ingest.Options{Paths: all})
		require.Equal(t, 1, r.Types["Observation"].Created)
		require.Equal(t, 1, r.Types["Observation"].Updated)
		want := h.dump(t)
		require.Contains(t, want["Observation/import|o"], "corrected")
		before := h.marks(t)
		for range 2 {
			r = h.bring(t, ingest.Options{Paths: all})
			require.Zero(t, r.Total().Created+r.Total().Updated)
		}
		h.bring(t, ingest.Options{Paths: []string{one}})
		require.Equal(t, before, h.marks(t), "an old file does not undo a correction")

		// The sender's own times decide when there are any.
		h.bring(t, ingest.Options{Paths: []string{write(t, dir, "4.json", strings.Replace(observation("t", "Patient/p", `,"valueString":"new"`), `"status"`, `"meta":{"lastUpdated":"2024-05-02T00:00:00Z"},"status"`, 1))}})
		r = h.bring(t, ingest.Options{Paths: []string{write(t, dir, "3.json", strings.Replace(observation("t", "Patient/p", `,"valueString":"old"`), `"status"`, `"meta":{"lastUpdated":"2024-05-01T00:00:00Z"},"status"`, 1))}})
		require.Equal(t, 1, r.Total().Unchanged)
		require.Contains(t, h.dump(t)["Observation/import|t"], `"new"`)

		// Moved to another patient at the sender: somebody has to look at it.
		r = h.bring(t, ingest.Options{Paths: []string{write(t, dir, "5.ndjson", patient("p2", "Two", "1960-01-01")+"\n"+observation("o", "Patient/p2", ""))}})
		require.Equal(t, 1, r.RefusedTotal)
		require.Contains(t, text(t, r), "about another patient before")

		// What somebody corrected here stays.
		require.Equal(t, 1, h.count(t, `SELECT count(*) FROM resources WHERE type = 'Patient' AND version = 1 AND id = (SELECT id FROM import_ids WHERE source_id = 'p')`))
	})
}

func TestWaiting(t *testing.T) {
	each(t, func(t *testing.T, h *house, dir string) {
		// A circle across files, hanging on one practitioner who is not there.
		enc := write(t, dir, "1.ndjson", `{"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p"},"participant":[{"individual":{"reference":"Practitioner?identifier=http://npi|7"}}],"diagnosis":[{"condition":{"reference":"Condition/c"}}]}`)
		con := write(t, dir, "2.ndjson", `{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"},"encounter":{"reference":"Encounter/e"}}`)
		obs := write(t, dir, "3.ndjson", observation("o", "Patient/p", `,"encounter":{"reference":"Encounter/e"},"hasMember":[{"reference":"Observation/later"}]`))
		pat := write(t, dir, "4.ndjson", patient("p", "One", "1950-01-01"))
		doc := write(t, dir, "5.ndjson", `{"resourceType":"Practitioner","id":"d","identifier":[{"system":"http://npi","value":"7"}]}`)

		r := h.bring(t, ingest.Options{Paths: []string{enc, con, obs}})
		require.Equal(t, 3, r.Total().Waiting)
		require.Empty(t, h.stored(t))
		require.Contains(t, text(t, r), "Patient/p (wanted by 3)")
		require.Contains(t, text(t, r), "Practitioner?identifier=http://npi|7 (wanted by 1)")
		r = h.bring(t, ingest.Options{Paths: []string{pat}})
		require.Equal(t, 3, r.Total().Waiting)
		require.NotContains(t, text(t, r), "Patient/p")
		require.Equal(t, 3, h.bring(t, ingest.Options{Paths: []string{enc, con, obs}}).Total().Waiting, "twice is once here too")
		r = h.bring(t, ingest.Options{Paths: []string{doc}})
		require.Equal(t, map[string]int{"Practitioner": 1, "Encounter": 1, "Condition": 1}, created(r), text(t, r))
		require.Equal(t, 1, r.Total().Waiting)
		require.Equal(t, []ingest.Want{{Target: "Observation/later", Count: 1}}, r.Wants)
		r = h.bring(t, ingest.Options{Paths: []string{write(t, dir, "6.json", observation("later", "Patient/p", ""))}})
		require.Equal(t, 2, r.Types["Observation"].Created)
		require.Zero(t, r.Total().Waiting)
		require.Zero(t, h.count(t, `SELECT count(*) FROM import_waiting`)+h.count(t, `SELECT count(*) FROM import_wants`))
		got := h.dump(t)
		require.Contains(t, got["Encounter/import|e"], `"Practitioner/import|d"`)
		require.Contains(t, got["Condition/import|c"], `"Encounter/import|e"`)

		// An identifier that only another sender's practitioner has is good enough, at the end.
		r = h.bring(t, ingest.Options{Source: "b", Paths: []string{write(t, dir, "7.json", bundle(
			entry(urnA, patient("x", "Ex", "1970-01-01")), entry(urnB, observation("y", urnA, `,"performer":[{"reference":"Practitioner?identifier=http://npi|7"}]`))))}})
		require.Zero(t, r.Total().Waiting, text(t, r))
		require.Contains(t, h.dump(t)["Observation/b|y"], `Practitioner/import|d`)
	})
}

func TestCarriedCopies(t *testing.T) {
	full := `{"resourceType":"Organization","id":"org","name":"Clinic","alias":["The Clinic"]}`
	copy1 := bundle(entry(urnA, patient("p", "One", "1950-01-01")), entry(urnB, `{"resourceType":"Organization","id":"org","name":"Clinic"}`), entry(urnC, `{"resourceType":"Organization","id":"org2","name":"Ward"}`))
	copy2 := bundle(entry(urnA, patient("q", "Two", "1960-01-01")), entry(urnB, `{"resourceType":"Organization","id":"org","name":"Clinic"}`), entry(urnC, `{"resourceType":"Organization","id":"org2","name":"Ward 2"}`))
	each(t, func(t *testing.T, h *house, dir string) {
		files := []string{write(t, dir, "full.json", full), write(t, dir, "1.json", copy1), write(t, dir, "2.json", copy2)}
		h.bring(t, ingest.Options{Paths: files})
		want := h.dump(t)
		require.Contains(t, want["Organization/import|org"], "The Clinic")
		h2 := open(t, another(t, h.db))
		for _, i := range []int{2, 1, 0, 1, 2} {
			h2.bring(t, ingest.Options{Paths: files[i : i+1]})
		}
		sameDump(t, want, h2.dump(t))
		before := h2.marks(t)
		h2.bring(t, ingest.Options{Paths: files})
		require.Equal(t, before, h2.marks(t))
	})
}

func TestProvenanceOfSeveralCharts(t *testing.T) {
	each(t, func(t *testing.T, h *house, dir string) {
		path := write(t, dir, "a.json", bundle(
			entry(urnA, patient("p", "One", "1950-01-01")), entry(urnB, patient("q", "Two", "1960-01-01")),
			entry(urnC, observation("o", urnB, "")),
			entry("urn:uuid:0a0a0a0a-0000-4000-8000-000000000004", `{"resourceType":"Provenance","id":"v","target":[{"reference":"`+urnA+`"},{"reference":"`+urnC+`"}],"recorded":"2024-01-01T00:00:00Z","agent":[{"who":{"display":"somebody"}}]}`)))
		for range 2 {
			r := h.bring(t, ingest.Options{Paths: []string{path}})
			require.Zero(t, r.RefusedTotal, text(t, r))
			require.Equal(t, 2, h.count(t, `SELECT count(DISTINCT patient_id) FROM resources WHERE type = 'Provenance' AND version = 1`))
		}
		for k, v := range h.dump(t) {
			if strings.HasPrefix(k, "Provenance/") {
				require.Equal(t, 1, strings.Count(v, `"reference"`), "each chart has only its own")
			}
		}
	})
}

func TestTeamGetsThePatients(t *testing.T) {
	each(t, func(t *testing.T, h *house, dir string) {
		doctor := identity.Principal{Kind: identity.Staff, Account: "doc", Roles: []identity.Role{identity.Clinician}}
		path := write(t, dir, "a.json", patient("p", "One", "1950-01-01"))
		h.bring(t, ingest.Options{Paths: []string{path}})
		team := []ingest.TeamMember{{Account: "doc", Role: identity.Clinician}}
		for range 2 {
			h.bring(t, ingest.Options{Paths: []string{path, write(t, dir, "b.json", patient("q", "Two", "1960-01-01"))}, Team: team})
			panel, _, err := h.access.Panel(context.Background(), doctor, "", 10)
			require.NoError(t, err)
			require.Len(t, panel, 2)
		}
		require.Equal(t, 2, h.count(t, `SELECT sum(version) FROM care_team`), "joined once")
		_, err := h.Import(context.Background(), doctor, ingest.Options{Paths: []string{path}})
		require.True(t, fault.Is(err, fault.Forbidden))
	})
}

// TestTwoAtOnce runs two imports of the same files beside each other.
func TestTwoAtOnce(t *testing.T) {
	patients, shared := some(t, "synthea-r4", 4)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = h.Import(context.Background(), operator, ingest.Options{Paths: []string{patients, shared}})
			})
		}
		wg.Wait()
		require.NoError(t, errs[0])
		require.NoError(t, errs[1])
		require.Equal(t, h.count(t, `SELECT count(*) FROM resources`), h.count(t, `SELECT count(*) FROM resource_versions`))
		require.Equal(t, h.count(t, `SELECT count(*) FROM resources`), h.count(t, `SELECT count(*) FROM import_ids`))
	})
}

func TestStopped(t *testing.T) {
	patients, _ := some(t, "synthea-r4", 4)
	each(t, func(t *testing.T, h *house, dir string) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_, err := h.Import(ctx, operator, ingest.Options{Paths: []string{patients}, Progress: func(int64, int64, string) { cancel() }})
		require.ErrorIs(t, err, context.Canceled)
	})
}
