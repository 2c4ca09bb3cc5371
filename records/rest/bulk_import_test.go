package rest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity/egress"
)

// shelf serves files by https, as another system would.
type shelf struct {
	*httptest.Server
	files map[string][]byte
}

func newShelf(t *testing.T) *shelf {
	s := &shelf{files: map[string][]byte{}}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, ok := s.files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, len(b)))
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	}))
	t.Cleanup(s.Close)
	return s
}

func importBody(source string, inputs ...[2]string) string {
	b := `{"resourceType":"Parameters","parameter":[{"name":"inputFormat","valueCode":"application/fhir+ndjson"},{"name":"inputSource","valueUri":"` + source + `"},
		{"name":"storageDetail","part":[{"name":"type","valueCode":"https"}]}`
	for _, in := range inputs {
		b += `,{"name":"input","part":[{"name":"type","valueCode":"` + in[0] + `"},{"name":"url","valueUri":"` + in[1] + `"}]}`
	}
	return b + `]}`
}

func (s *bulkSite) imported(source string, inputs ...[2]string) bulkManifest {
	s.t.Helper()
	r := s.do(s.feed, "POST", "/fhir/$import", importBody(source, inputs...), "Prefer", "respond-async")
	require.Equal(s.t, 202, r.StatusCode, r.body)
	return s.done(s.feed, r.Header.Get("Content-Location"))
}

// told sums what the outcomes of inputs say.
func (s *bulkSite) told(m bulkManifest) (created, updated, unchanged, refused, waiting int) {
	s.t.Helper()
	for _, f := range m.Output {
		require.NotEmpty(s.t, f.InputURL)
	}
	for _, o := range s.lines(s.feed, m.Output)["OperationOutcome"] {
		text := o["issue"].([]any)[0].(map[string]any)["details"].(map[string]any)["text"].(string)
		var c, u, n, r, w int
		_, err := fmt.Sscanf(text, "%d created, %d updated, %d unchanged, %d refused; %d wait", &c, &u, &n, &r, &w)
		require.NoError(s.t, err, text)
		created, updated, unchanged, refused, waiting = created+c, updated+u, unchanged+n, refused+r, w
	}
	return created, updated, unchanged, refused, waiting
}

var anyID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// meaning gives exported lines in the terms of the first server, without what
// each server adds.
func meaning(t *testing.T, back map[string]string, lines map[string][]map[string]any) map[string]string {
	out := map[string]string{}
	for typ, list := range lines {
		for _, x := range list {
			delete(x, "meta")
			b, err := json.Marshal(x)
			require.NoError(t, err)
			text := anyID.ReplaceAllStringFunc(string(b), func(id string) string {
				if was, ok := back[id]; ok {
					return was
				}
				return id
			})
			var again struct{ ID string }
			require.NoError(t, json.Unmarshal([]byte(text), &again))
			out[typ+"/"+again.ID] = text
		}
	}
	return out
}

func TestWhatIsExportedCanBeImported(t *testing.T) {
	eachBulk(t, func(t *testing.T, s *bulkSite) {
		s.work()
		clinic, doctor := newID(), newID()
		s.put(shared("Organization", clinic, `,"name":"Alder"`))
		s.put(shared("Practitioner", doctor, `,"name":[{"family":"Lee"}]`))
		for i := range 20 {
			p, visit := s.patient(fmt.Sprintf("Family %d", i)), newID()
			s.put(shared("Encounter", visit, `,"status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"subject":{"reference":"Patient/`+p+`"},"serviceProvider":{"reference":"Organization/`+clinic+`"},"participant":[{"individual":{"reference":"Practitioner/`+doctor+`"}}]`))
			s.put(condition(newID(), p, "I10"))
			for n := range 10 {
				s.put(strings.Replace(observation(newID(), "Patient/"+p, 3+float64(n)/10), `"status"`, `"encounter":{"reference":"Encounter/`+visit+`"},"status"`, 1))
			}
		}
		_, want := s.exported(s.feed, "/fhir/$export")
		require.Len(t, want["Observation"], 200)

		shelf := newShelf(t)
		there := newBulkSite(t, dbtest.SQLite(t), shelf.Client(), 0)
		there.work()
		strangers := map[string]bool{"Patient/" + there.rosa: true, "Patient/" + there.ben: true}
		var inputs [][2]string
		for typ, list := range want { // in any order
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			for _, x := range list {
				require.NoError(t, e.Encode(x))
			}
			shelf.files["/"+typ] = b.Bytes()
			inputs = append(inputs, [2]string{typ, shelf.URL + "/" + typ})
		}
		m := there.imported(base+"/fhir", inputs...)
		require.Empty(t, m.Error)
		created, _, _, _, waiting := there.told(m)
		require.Zero(t, waiting)

		back := map[string]string{}
		require.NoError(t, there.db.Read(context.Background()).Each(`SELECT id, source_id FROM import_ids`, func(r *sql.Rows) error {
			var id, was string
			err := r.Scan(&id, &was)
			back[id] = was
			return err
		}))
		_, got := there.exported(there.feed, "/fhir/$export")
		wanted, gotten := meaning(t, nil, want), meaning(t, back, got)
		for k := range strangers {
			require.Contains(t, gotten, k)
			delete(gotten, k)
		}
		require.Len(t, wanted, created)
		require.Len(t, gotten, len(wanted))
		for k, v := range wanted {
			require.JSONEq(t, v, gotten[k], k)
		}
	})
}

func TestImportOfTheDeck(t *testing.T) {
	dir := dbtest.Data(t, "bulk-ndjson-10-patients")
	paths, err := filepath.Glob(filepath.Join(dir, "*.ndjson.gz"))
	require.NoError(t, err)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		shelf := newShelf(t)
		s := newBulkSite(t, d, shelf.Client(), 0)
		s.work()
		var inputs [][2]string
		lines := map[string]int{}
		for _, p := range paths {
			typ, _, _ := strings.Cut(filepath.Base(p), ".")
			if typ == "log" {
				continue
			}
			packed, err := os.ReadFile(p)
			require.NoError(t, err)
			z, err := gzip.NewReader(bytes.NewReader(packed))
			require.NoError(t, err)
			plain, err := io.ReadAll(z)
			require.NoError(t, err)
			lines[typ] = bytes.Count(plain, []byte(`"resourceType":"`+typ+`","id"`))
			require.Positive(t, lines[typ], typ)
			if len(inputs)%2 == 0 {
				plain = packed
			}
			shelf.files["/"+typ] = plain
			inputs = append(inputs, [2]string{typ, shelf.URL + "/" + typ})
		}
		m := s.imported("https://bulk.example.org/r4", inputs...)
		created, _, _, refused, waiting := s.told(m)
		require.Positive(t, created)
		wrong := 0
		for _, o := range s.lines(s.feed, m.Error)["OperationOutcome"] {
			for _, i := range o["issue"].([]any) {
				require.Regexp(t, `^line [0-9]+$`, i.(map[string]any)["diagnostics"])
			}
			wrong++
		}
		require.Equal(t, refused, wrong, "each line that was refused has its outcome")
		t.Logf("%d created, %d refused, %d waiting", created, refused, waiting)
		total := 0
		for _, n := range lines {
			total += n
		}
		require.Equal(t, total, created+refused+waiting)
		_, got := s.exported(s.feed, "/fhir/$export")
		require.Len(t, got["Patient"], lines["Patient"]+2)
		require.Len(t, got["Immunization"], lines["Immunization"])

		again, updated, unchanged, _, _ := s.told(s.imported("https://bulk.example.org/r4", inputs...))
		require.Zero(t, again, "twice sent is once done")
		require.Zero(t, updated)
		require.Equal(t, created, unchanged)
	})
}

func TestImportTellsWhatIsWrong(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		shelf := newShelf(t)
		s := newBulkSite(t, d, shelf.Client(), 0)
		s.work()
		shelf.files["/p"] = []byte(`{"resourceType":"Patient","id":"a","name":[{"family":"Marin"}]}` + "\n\n" +
			`{"resourceType":"Patient","id":"b","gender":"Verysecret"}` + "\n" + `{"resourceType":` + "\n" +
			`{"resourceType":"Patient","id":"c","name":[{"family":"Okafor"}]}`)
		m := s.imported("https://other.example.org", [2]string{"Patient", shelf.URL + "/p"}, [2]string{"Patient", shelf.URL + "/gone"})
		created, _, _, refused, _ := s.told(m)
		require.Equal(t, 2, created)
		require.Equal(t, 2, refused)
		var where []string
		for _, f := range m.Error {
			for _, o := range s.lines(s.feed, []bulkFile{f})["OperationOutcome"] {
				i := o["issue"].([]any)[0].(map[string]any)
				where = append(where, fmt.Sprint(strings.TrimPrefix(f.InputURL, shelf.URL), " ", i["code"], " ", i["expression"], " ", i["diagnostics"]))
				b, err := json.Marshal(o)
				require.NoError(t, err)
				require.NotContains(t, string(b), "Verysecret", "values are not repeated")
			}
		}
		require.ElementsMatch(t, []string{"/p code-invalid [Patient.gender] line 3", "/p structure [resourceType] line 4", "/gone not-found <nil> <nil>"}, where)
		require.NotContains(t, s.log.String(), "Verysecret")
	})
}

func TestImportReachesNoNeighbour(t *testing.T) {
	shelf := newShelf(t)
	shelf.files["/p"] = []byte(`{"resourceType":"Patient","id":"a"}`)
	for says, way := range map[string]egress.Way{
		"not a public one": {}, "a host that this site does not call": {Private: true, Hosts: []string{"other.example.org"}},
	} {
		t.Run(says, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := newBulkSite(t, d, way.Files(1<<20), 0)
				s.work()
				m := s.imported("https://other.example.org", [2]string{"Patient", shelf.URL + "/p"})
				require.Empty(t, m.Output)
				require.Len(t, m.Error, 1)
				text, err := json.Marshal(s.lines(s.feed, m.Error))
				require.NoError(t, err)
				require.Contains(t, string(text), says)
			})
		})
	}
}
