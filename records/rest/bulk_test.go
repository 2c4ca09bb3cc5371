package rest_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
	"housecall/notifications"
	"housecall/records"
	"housecall/records/access/audittest"
	"housecall/records/bulk"
	"housecall/records/fhir"
	"housecall/records/ingest"
	"housecall/records/rest"
)

// bulkSite is a site that exports and imports.
type bulkSite struct {
	*site
	bulk  *bulk.Service
	jobs  *notifications.Service
	files string       // folder of blobs
	ahead atomic.Int64 // by which its clock is ahead
}

func eachBulk(t *testing.T, f func(t *testing.T, s *bulkSite)) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) { f(t, newBulkSite(t, d, nil, 0)) })
}

func newBulkSite(t *testing.T, d *db.DB, client *http.Client, turn time.Duration) *bulkSite {
	t.Helper()
	s := &bulkSite{site: newSite(t, d)}
	u, err := url.Parse(base)
	require.NoError(t, err)
	dir := t.TempDir()
	s.files = filepath.Join(dir, blob.Folder)
	blobs, err := blob.Open(context.Background(), blob.Config{Dir: dir, Key: sitekey.ForTest()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = blobs.Close() })
	s.jobs, err = notifications.New(notifications.Deps{DB: d, Key: sitekey.ForTest(), Accounts: s.id, Poll: 20 * time.Millisecond, BaseURL: u})
	require.NoError(t, err)
	importer, err := ingest.New(ingest.Deps{DB: d, Store: s.store, Access: s.access})
	require.NoError(t, err)
	s.bulk, err = bulk.New(bulk.Deps{DB: d, Records: s.store, Access: s.access, Accounts: s.id, Blobs: blobs, Importer: importer, Jobs: s.jobs, Client: client, Turn: turn, Skew: time.Millisecond,
		Now: func() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }})
	require.NoError(t, err)
	s.app, err = edge.New(edge.Config{BaseURL: u, Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Faces: map[string]edge.ErrorWriter{rest.Prefix: rest.WriteError}, BodyLimits: map[string]int{rest.Prefix: rest.BodyLimit}})
	require.NoError(t, err)
	face, err := rest.New(rest.Deps{Store: s.store, Bulk: s.bulk, Key: sitekey.ForTest(), BaseURL: u})
	require.NoError(t, err)
	face.Mount(s.app, edge.Authenticate("", nil, s.id.Bearer))
	return s
}

// work begins to work through the queue.
func (s *bulkSite) work() {
	s.t.Helper()
	require.NoError(s.t, s.jobs.Start(context.Background()))
	s.t.Cleanup(func() { s.bulk.Stop(); s.jobs.Stop() })
}

func (s *bulkSite) system(name string, scopes ...string) string {
	s.t.Helper()
	tok, err := s.id.IssueToken(context.Background(), "", name, scopes, time.Hour)
	require.NoError(s.t, err)
	return tok
}

func (s *bulkSite) kickOff(token, path string) string {
	s.t.Helper()
	r := s.do(token, "GET", path, "", "Prefer", "respond-async", "Accept", "application/fhir+json")
	require.Equal(s.t, 202, r.StatusCode, r.body)
	at := r.Header.Get("Content-Location")
	require.True(s.t, strings.HasPrefix(at, base+"/fhir/"), at)
	return at
}

type bulkFile struct {
	Type, URL, InputURL string
	Count               int
}

type bulkManifest struct {
	TransactionTime, Request string
	RequiresAccessToken      bool
	Output, Deleted, Error   []bulkFile
}

// done waits until a job is done.
func (s *bulkSite) done(token, at string) (m bulkManifest) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		r := s.do(token, "GET", at, "", "Accept", "application/json")
		switch r.StatusCode {
		case 202, 429:
			require.NotEmpty(s.t, r.Header.Get("Retry-After"))
			return false
		}
		require.Equal(s.t, 200, r.StatusCode, r.body)
		require.NotEmpty(s.t, r.Header.Get("Expires"))
		require.NoError(s.t, json.Unmarshal([]byte(r.body), &m), r.body)
		return true
	}, time.Minute, 50*time.Millisecond)
	return m
}

// lines fetches files and gives their lines by type.
func (s *bulkSite) lines(token string, files []bulkFile) map[string][]map[string]any {
	s.t.Helper()
	out := map[string][]map[string]any{}
	for i, f := range files {
		headers := []string{"Accept", "application/fhir+ndjson"}
		if i%2 == 1 {
			headers = append(headers, "Accept-Encoding", "gzip")
		}
		r := s.do(token, "GET", f.URL, "", headers...)
		require.Equal(s.t, 200, r.StatusCode, r.body)
		require.Equal(s.t, "application/fhir+ndjson", r.Header.Get("Content-Type"))
		if i%2 == 1 {
			require.Equal(s.t, "gzip", r.Header.Get("Content-Encoding"))
			z, err := gzip.NewReader(strings.NewReader(r.body))
			require.NoError(s.t, err)
			b, err := io.ReadAll(z)
			require.NoError(s.t, err)
			r.body = string(b)
		}
		n := 0
		for line := range strings.Lines(r.body) {
			require.True(s.t, strings.HasSuffix(line, "\n"))
			var x map[string]any
			require.NoError(s.t, json.Unmarshal([]byte(line), &x), line)
			require.Equal(s.t, f.Type, x["resourceType"])
			out[f.Type] = append(out[f.Type], x)
			n++
		}
		require.Equal(s.t, f.Count, n, f.Type)
	}
	return out
}

func ids(lines []map[string]any) map[string]bool {
	out := map[string]bool{}
	for _, x := range lines {
		out[x["id"].(string)] = true
	}
	return out
}

func (s *bulkSite) exported(token, path string) (bulkManifest, map[string][]map[string]any) {
	s.t.Helper()
	m := s.done(token, s.kickOff(token, path))
	return m, s.lines(token, m.Output)
}

// kept counts the blobs that are there.
func (s *bulkSite) kept() (n int) {
	require.NoError(s.t, filepath.WalkDir(s.files, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	}))
	return n
}

func shared(typ, id, rest string) string {
	return fmt.Sprintf(`{"resourceType":"%s","id":"%s"%s}`, typ, id, rest)
}

func TestExportOfTheClinic(t *testing.T) {
	eachBulk(t, func(t *testing.T, s *bulkSite) {
		s.work()
		clinic, other, form := newID(), newID(), newID()
		s.put(shared("Organization", clinic, `,"name":"Alder"`))
		s.put(shared("Organization", other, `,"name":"Elsewhere"`))
		s.put(shared("Questionnaire", form, `,"status":"active"`))
		first, second := newID(), newID()
		s.put(strings.Replace(observation(first, "Patient/"+s.rosa, 4.2), `"status"`, `"performer":[{"reference":"Organization/`+clinic+`"}],"status"`, 1))
		s.put(observation(second, "Patient/"+s.ben, 4.4))
		s.put(condition(newID(), s.rosa, "F32.1")) // of a sensitive kind: systems see it

		m, got := s.exported(s.feed, "/fhir/$export?_outputFormat=ndjson")
		require.Equal(t, base+"/fhir/$export?_outputFormat=ndjson", m.Request)
		require.True(t, m.RequiresAccessToken)
		require.Empty(t, m.Error)
		require.Equal(t, map[string]bool{s.rosa: true, s.ben: true}, ids(got["Patient"]))
		require.Equal(t, map[string]bool{first: true, second: true}, ids(got["Observation"]))
		require.Equal(t, map[string]bool{clinic: true, other: true}, ids(got["Organization"]))
		require.Len(t, got["Questionnaire"], 1)
		require.Len(t, got["Condition"], 1)
		one := s.do(s.feed, "GET", "/fhir/Observation/"+first, "")
		var same map[string]any
		require.NoError(t, json.Unmarshal([]byte(one.body), &same))
		require.Contains(t, got["Observation"], same, "as it is read one by one")

		_, got = s.exported(s.feed, "/fhir/Patient/$export")
		require.Empty(t, got["Questionnaire"], "no form belongs to a patient")
		require.Len(t, got["Observation"], 2)
		require.Len(t, got["Organization"], 2)

		_, got = s.exported(s.feed, "/fhir/Patient/$export?_type=Condition,Organization")
		require.Len(t, got, 2)

		value := func(from, to float64) string {
			return url.QueryEscape(fmt.Sprintf("Observation?code=2823-3,1-1&value-quantity=ge%g&value-quantity=lt%g", from, to))
		}
		for _, filter := range []string{
			"_typeFilter=" + value(0, 1) + "&_typeFilter=" + value(4, 4.3), "_typeFilter=" + value(0, 1) + "," + value(4, 4.3), // both ways to give several
			"_typeFilter=" + url.QueryEscape("Observation?subject="+base+"/fhir/Patient/"+s.rosa+"&_lastUpdated=gt2020"),
		} {
			_, got = s.exported(s.feed, "/fhir/Patient/$export?_type=Patient,Observation&"+filter)
			require.Len(t, got["Patient"], 2, "a type without a filter comes whole")
			require.Equal(t, map[string]bool{first: true}, ids(got["Observation"]), filter)
		}
		_, got = s.exported(s.feed, "/fhir/Patient/$export?_typeFilter="+value(100, 200))
		require.Empty(t, got["Observation"])
		require.Len(t, got["Condition"], 1)

		_, got = s.exported(s.feed, "/fhir/Patient/$export?_type=Patient,Observation&_elements=Patient.birthDate")
		for _, p := range got["Patient"] {
			require.Contains(t, p, "birthDate")
			require.NotContains(t, p, "name")
			require.Contains(t, fmt.Sprint(p["meta"]), "SUBSETTED")
		}
		require.NotContains(t, got["Observation"][0], "valueQuantity")
		require.Contains(t, got["Observation"][0], "code", "what must be there stays")

		s.checkAudit()
	})
}

// checkAudit: each chart tells that it was exported, by whom and of which types.
func (s *bulkSite) checkAudit() {
	s.t.Helper()
	for _, p := range []string{s.rosa, s.ben} {
		found := false
		for _, r := range audittest.Of(s.t, s.db, p) {
			var e struct {
				Action, Detail string
				Count          int
			}
			require.NoError(s.t, json.Unmarshal(r.Body, &e))
			found = found || r.Account == "feed" && e.Action == "export" && e.Count >= 2 && strings.Contains(e.Detail, "Observation") && strings.Contains(e.Detail, "Patient")
		}
		require.True(s.t, found, "a chart was exported without a row")
	}
}

func TestExportOfAGroupAndOfNamedPatients(t *testing.T) {
	eachBulk(t, func(t *testing.T, s *bulkSite) {
		s.work()
		clinic, other, group := newID(), newID(), newID()
		s.put(shared("Organization", clinic, `,"name":"Alder"`))
		s.put(shared("Organization", other, `,"name":"Elsewhere"`))
		by := func(org, patient string) string {
			return strings.Replace(observation(newID(), "Patient/"+patient, 4.2), `"status"`, `"performer":[{"reference":"Organization/`+org+`"}],"status"`, 1)
		}
		s.put(by(clinic, s.rosa))
		s.put(by(other, s.ben))
		s.put(shared("Group", group, fmt.Sprintf(`,"type":"person","actual":true,"member":[{"entity":{"reference":"Patient/%s"}}]`, s.rosa)))

		_, got := s.exported(s.feed, "/fhir/Group/"+group+"/$export")
		require.Equal(t, map[string]bool{s.rosa: true}, ids(got["Patient"]))
		require.Len(t, got["Observation"], 1)
		require.Equal(t, map[string]bool{clinic: true}, ids(got["Organization"]), "who treated the members, and nobody else")

		post := func(path, patient string) reply {
			return s.do(s.feed, "POST", path, fmt.Sprintf(`{"resourceType":"Parameters","parameter":[{"name":"patient","valueReference":{"reference":"Patient/%s"}},{"name":"_type","valueString":"Patient"},{"name":"_outputFormat","valueString":"application/fhir+ndjson"}]}`, patient), "Prefer", "respond-async")
		}
		r := post("/fhir/Patient/$export", s.ben)
		require.Equal(t, 202, r.StatusCode, r.body)
		m := s.done(s.feed, r.Header.Get("Content-Location"))
		require.Equal(t, map[string]bool{s.ben: true}, ids(s.lines(s.feed, m.Output)["Patient"]))
		r = post("/fhir/Group/"+group+"/$export", s.ben)
		require.Equal(t, 400, r.StatusCode, r.body)
		require.Equal(t, []string{"not-found patient"}, r.outcome(t))
		several, third := newID(), s.patient("Gone")
		member := func(id, more string) string { return `{"entity":{"reference":"Patient/` + id + `"}` + more + `}` }
		body := shared("Group", several, `,"type":"person","actual":true,"member":[`+member(s.rosa, "")+","+member(s.ben, "")+","+member(third, `,"inactive":true`)+`]`)
		require.NoError(t, s.db.InTx(context.Background(), func(c *db.Conn) error { // lies in the shared chart
			if _, err := c.Exec(`INSERT INTO resource_locator (type, id, patient_id) VALUES ('Group', ?, '')`, several); err != nil {
				return err
			}
			_, err := c.Exec(`INSERT INTO resources (patient_id, type, id, version, n, last_updated, category, index_rules, body) VALUES ('', 'Group', ?, 1, 0, 1, 0, 1, ?)`, several, []byte(body))
			return err
		}))
		_, got = s.exported(s.feed, "/fhir/Group/"+several+"/$export?_type=Patient")
		require.Equal(t, map[string]bool{s.rosa: true, s.ben: true}, ids(got["Patient"]), "who is a member no more is left out")

		require.Equal(t, 404, s.do(s.feed, "GET", "/fhir/Group/"+newID()+"/$export", "", "Prefer", "respond-async").StatusCode)
	})
}

func TestExportTellsWhatChangedSince(t *testing.T) {
	eachBulk(t, func(t *testing.T, s *bulkSite) {
		s.work()
		stays, goes, changes := newID(), newID(), newID()
		for _, id := range []string{stays, goes, changes} {
			s.put(observation(id, "Patient/"+s.rosa, 4.2))
		}
		m, got := s.exported(s.feed, "/fhir/Patient/$export?_type=Observation")
		require.Len(t, got["Observation"], 3)
		require.Empty(t, m.Deleted)

		added := newID()
		s.put(observation(changes, "Patient/"+s.rosa, 5.1))
		s.put(observation(added, "Patient/"+s.rosa, 5.2))
		require.Equal(t, 204, s.do(s.feed, "DELETE", "/fhir/Observation/"+goes, "").StatusCode)
		m, got = s.exported(s.feed, "/fhir/Patient/$export?_since="+url.QueryEscape(m.TransactionTime))
		require.Len(t, got, 1, "what did not change is not told again")
		require.Equal(t, map[string]bool{changes: true, added: true}, ids(got["Observation"]))
		gone := s.lines(s.feed, m.Deleted)["Bundle"]
		require.Len(t, gone, 1)
		require.Equal(t, "transaction", gone[0]["type"])
		require.Equal(t, []any{map[string]any{"request": map[string]any{"method": "DELETE", "url": "Observation/" + goes}}}, gone[0]["entry"])

		m, got = s.exported(s.feed, "/fhir/Patient/$export?_since="+url.QueryEscape(m.TransactionTime))
		require.Empty(t, got)
		require.Empty(t, m.Deleted)
	})
}

func TestAnExportTakesSeveralTurns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newBulkSite(t, d, nil, time.Nanosecond)
		for range 6 {
			var b records.Batch
			for range 150 {
				id := newID()
				n, err := fhir.Parse([]byte(observation(id, "Patient/"+s.rosa, 4)))
				require.NoError(t, err)
				b.Ops = append(b.Ops, records.Op{Kind: records.Put, Type: "Observation", ID: id, Node: n})
			}
			_, err := s.store.Write(context.Background(), identity.SystemPrincipal("test"), b)
			require.NoError(t, err)
		}
		s.work()
		m, got := s.exported(s.feed, "/fhir/$export?_type=Observation")
		require.Len(t, ids(got["Observation"]), 900)
		require.Len(t, got["Observation"], 900)
		require.Len(t, m.Output, 1, "turns are not seen")
	})
}

func TestExportGivesWhatScopesAllow(t *testing.T) {
	eachBulk(t, func(t *testing.T, s *bulkSite) {
		s.work()
		visit := newID()
		s.put(shared("Encounter", visit, `,"status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"subject":{"reference":"Patient/`+s.rosa+`"}`))
		s.put(strings.Replace(observation(newID(), "Patient/"+s.rosa, 4.2), `"status"`, `"encounter":{"reference":"Encounter/`+visit+`"},"status"`, 1))
		s.put(condition(newID(), s.rosa, "I10"))
		narrow := s.system("narrow", "system/Observation.rs", "system/Patient.rs")
		_, got := s.exported(narrow, "/fhir/$export")
		require.Len(t, got, 2)
		require.Len(t, got["Observation"], 1)
		require.Len(t, got["Patient"], 2)
		require.NotContains(t, got["Observation"][0], "encounter", "what scopes hide is not pointed to")
		_, got = s.exported(s.feed, "/fhir/$export")
		require.Contains(t, got["Observation"][0], "encounter")

		r := s.do(narrow, "GET", "/fhir/$export?_type=Condition", "", "Prefer", "respond-async")
		require.Equal(t, 403, r.StatusCode, r.body)
		require.Equal(t, []string{"suppressed _type"}, r.outcome(t))
		r = s.do(narrow, "GET", "/fhir/$export?_type=Condition,Patient", "", "Prefer", "respond-async, handling=lenient")
		require.Equal(t, 202, r.StatusCode, r.body)
		m := s.done(narrow, r.Header.Get("Content-Location"))
		require.Len(t, m.Output, 1)
		require.Len(t, s.lines(narrow, m.Error)["OperationOutcome"], 1, "what was passed over is told")

		for _, tok := range []string{s.self, s.doctor, s.admin} {
			require.Equal(t, 403, s.do(tok, "GET", "/fhir/$export", "", "Prefer", "respond-async").StatusCode)
			require.Equal(t, 403, s.do(tok, "GET", "/fhir/Patient/$export", "", "Prefer", "respond-async").StatusCode)
		}
		writer := s.system("writer", "system/Observation.c")
		require.Equal(t, 403, s.do(writer, "GET", "/fhir/$export", "", "Prefer", "respond-async").StatusCode)

		// A token with less than the job was made with gets less.
		less := s.system("narrow", "system/Patient.rs")
		m = s.done(narrow, s.kickOff(narrow, "/fhir/$export"))
		for _, f := range m.Output {
			want := 403
			if f.Type == "Patient" {
				want = 200
			}
			require.Equal(t, want, s.do(less, "GET", f.URL, "").StatusCode, f.Type)
		}
	})
}

func TestJobsBelongToWhoAsked(t *testing.T) {
	eachBulk(t, func(t *testing.T, s *bulkSite) {
		s.work()
		other := s.system("other", "system/*.cruds")
		at := s.kickOff(s.feed, "/fhir/$export")
		m := s.done(s.feed, at)
		for _, tok := range []string{other, s.doctor, s.self} {
			require.Equal(t, 404, s.do(tok, "GET", at, "").StatusCode)
			require.Equal(t, 404, s.do(tok, "DELETE", at, "").StatusCode)
			require.Equal(t, 404, s.do(tok, "GET", m.Output[0].URL, "").StatusCode)
		}
		require.Equal(t, 401, s.do("", "GET", m.Output[0].URL, "").StatusCode)
		require.Equal(t, 404, s.do(s.feed, "GET", at+"/999.ndjson", "").StatusCode)
		require.Equal(t, 404, s.do(s.feed, "GET", at+"/x", "").StatusCode)
		require.NotContains(t, s.log.String(), strings.TrimPrefix(at, base+"/fhir/bulk/"), "no job is named in the log")
	})
}

func TestJobsAreCancelledAndExpire(t *testing.T) {
	eachBulk(t, func(t *testing.T, s *bulkSite) {
		waiting := s.kickOff(s.feed, "/fhir/$export")
		r := s.do(s.feed, "GET", waiting, "")
		require.Equal(t, 202, r.StatusCode)
		require.NotEmpty(t, r.Header.Get("X-Progress"))
		require.LessOrEqual(t, len(r.Header.Get("X-Progress")), 100)
		require.Equal(t, 202, s.do(s.feed, "DELETE", waiting, "").StatusCode)
		require.Equal(t, 404, s.do(s.feed, "GET", waiting, "").StatusCode)
		require.Equal(t, 404, s.do(s.feed, "DELETE", waiting, "").StatusCode)

		s.work()
		made := s.kickOff(s.feed, "/fhir/$export")
		m := s.done(s.feed, made)
		require.Positive(t, s.kept())
		require.Equal(t, 202, s.do(s.feed, "DELETE", made, "").StatusCode)
		require.Equal(t, 404, s.do(s.feed, "GET", m.Output[0].URL, "").StatusCode)
		require.Eventually(t, func() bool { return s.kept() == 0 }, 30*time.Second, 50*time.Millisecond, "files of a cancelled job stay")

		made = s.kickOff(s.feed, "/fhir/$export")
		m = s.done(s.feed, made)
		s.ahead.Store(int64(23 * time.Hour))
		require.Equal(t, 200, s.do(s.feed, "GET", m.Output[0].URL, "").StatusCode)
		s.ahead.Store(int64(25 * time.Hour))
		require.Equal(t, 404, s.do(s.feed, "GET", made, "").StatusCode)
		require.Equal(t, 404, s.do(s.feed, "GET", m.Output[0].URL, "").StatusCode)
		require.Positive(t, s.kept())
		require.NoError(t, s.bulk.Sweep(context.Background()))
		require.Zero(t, s.kept())
		for _, table := range []string{"bulk_jobs", "bulk_files", "bulk_parts", "bulk_blobs"} {
			var n int
			require.NoError(t, s.db.Read(context.Background()).QueryRow(`SELECT count(*) FROM `+table).Scan(&n))
			require.Zero(t, n, table)
		}
	})
}

func TestAJobThatCannotBeDoneSaysSo(t *testing.T) {
	eachBulk(t, func(t *testing.T, s *bulkSite) {
		group := newID()
		s.put(shared("Group", group, fmt.Sprintf(`,"type":"person","actual":true,"member":[{"entity":{"reference":"Patient/%s"}}]`, s.rosa)))
		at := s.kickOff(s.feed, "/fhir/Group/"+group+"/$export")
		require.Equal(t, 204, s.do(s.feed, "DELETE", "/fhir/Group/"+group, "").StatusCode)
		s.work()
		require.Eventually(t, func() bool {
			r := s.do(s.feed, "GET", at, "")
			if r.StatusCode == 202 || r.StatusCode == 429 {
				return false
			}
			require.Equal(t, 500, r.StatusCode)
			require.Equal(t, []string{"exception"}, r.outcome(t))
			return true
		}, time.Minute, 100*time.Millisecond)
		require.Equal(t, 202, s.do(s.feed, "DELETE", at, "").StatusCode)
		require.Equal(t, 404, s.do(s.feed, "GET", at, "").StatusCode)
	})
}

func TestJobsOfOneClientAreBounded(t *testing.T) {
	eachBulk(t, func(t *testing.T, s *bulkSite) {
		first := s.kickOff(s.feed, "/fhir/$export")
		s.kickOff(s.feed, "/fhir/$export")
		r := s.do(s.feed, "GET", "/fhir/$export", "", "Prefer", "respond-async")
		require.Equal(t, 429, r.StatusCode, r.body)
		require.NotEmpty(t, r.Header.Get("Retry-After"))
		s.kickOff(s.system("other", "system/*.rs"), "/fhir/$export")
		require.Equal(t, 202, s.do(s.feed, "DELETE", first, "").StatusCode)
		at := s.kickOff(s.feed, "/fhir/$export")
		codes := map[int]int{}
		for range 50 {
			r := s.do(s.feed, "GET", at, "")
			codes[r.StatusCode]++
			require.NotEmpty(t, r.Header.Get("Retry-After"))
		}
		require.Positive(t, codes[202])
		require.Positive(t, codes[429], "asked without a pause")
	})
}

func TestBulkRequestsThatCannotBeDone(t *testing.T) {
	const ndjson = "application/fhir+ndjson"
	params := func(list ...string) string {
		return `{"resourceType":"Parameters","parameter":[` + strings.Join(list, ",") + `]}`
	}
	in := func(typ, url string) string {
		return `{"name":"input","part":[{"name":"type","valueCode":"` + typ + `"},{"name":"url","valueUri":"` + url + `"}]}`
	}
	const format, source = `{"name":"inputFormat","valueCode":"` + ndjson + `"}`, `{"name":"inputSource","valueUri":"https://fhir.example.org/r4"}`
	cases := []struct {
		name, method, path, body, prefer string
		status                           int
		outcome                          string
	}{
		{"no Prefer", "GET", "/fhir/$export", "", "", 400, "required"},
		{"another Prefer", "GET", "/fhir/$export", "", "return=minimal", 400, "required"},
		{"a format", "GET", "/fhir/$export?_outputFormat=application/parquet", "", "respond-async", 400, "not-supported _outputFormat"},
		{"no instant", "GET", "/fhir/$export?_since=yesterday", "", "respond-async", 400, "invalid _since"},
		{"a date", "GET", "/fhir/$export?_since=2026-01-31", "", "respond-async", 400, "invalid _since"},
		{"the future", "GET", "/fhir/$export?_since=2999-01-31T00:00:00Z", "", "respond-async", 400, "invalid _since"},
		{"twice", "GET", "/fhir/$export?_since=2020-01-31T00:00:00Z&_since=2021-01-31T00:00:00Z", "", "respond-async", 400, "invalid _since"},
		{"no type", "GET", "/fhir/$export?_type=Patients", "", "respond-async", 400, "invalid _type"},
		{"an empty type", "GET", "/fhir/$export?_type=", "", "respond-async", 400, "invalid _type"},
		{"no record", "GET", "/fhir/$export?_type=AuditEvent", "", "respond-async", 400, "not-supported _type"},
		{"of no patient", "GET", "/fhir/Patient/$export?_type=Questionnaire", "", "respond-async", 400, "not-supported _type"},
		{"a filter of nothing", "GET", "/fhir/$export?_typeFilter=Observation", "", "respond-async", 400, "invalid _typeFilter"},
		{"a filter of no type", "GET", "/fhir/$export?_typeFilter=Thing%3Fcode%3D1", "", "respond-async", 400, "invalid _typeFilter"},
		{"an unknown filter", "GET", "/fhir/$export?_typeFilter=Observation%3Fcolour%3D1", "", "respond-async", 400, "not-supported _typeFilter"},
		{"a broken filter", "GET", "/fhir/$export?_typeFilter=Observation%3Fdate%3Dsoon", "", "respond-async", 400, "invalid _typeFilter"},
		{"a filter that sorts", "GET", "/fhir/$export?_typeFilter=Observation%3Fcode%3D1%26_sort%3Ddate", "", "respond-async", 400, "not-supported _typeFilter"},
		{"a filter that looks elsewhere", "GET", "/fhir/$export?_typeFilter=Observation%3Fsubject:Patient.name%3Da", "", "respond-async", 400, "not-supported _typeFilter"},
		{"a filter that looks back", "GET", "/fhir/$export?_typeFilter=Patient%3F_has:Observation:patient:code%3Da", "", "respond-async", 400, "not-supported _typeFilter"},
		{"a filter of another type", "GET", "/fhir/$export?_type=Patient&_typeFilter=Observation%3Fcode%3D1", "", "respond-async", 400, "not-supported _typeFilter"},
		{"a filter of no patient", "GET", "/fhir/Patient/$export?_typeFilter=Questionnaire%3Fname%3D1", "", "respond-async", 400, "not-supported _typeFilter"},
		{"associated data", "GET", "/fhir/$export?includeAssociatedData=LatestProvenanceResources", "", "respond-async", 400, "not-supported includeAssociatedData"},
		{"no element", "GET", "/fhir/$export?_elements=a..b", "", "respond-async", 400, "invalid _elements"},
		{"what nobody knows", "GET", "/fhir/$export?colour=red", "", "respond-async", 400, "not-supported"},
		{"a patient in the address", "GET", "/fhir/Patient/$export?patient=Patient/1", "", "respond-async", 400, "not-supported patient"},
		{"a patient of the clinic", "POST", "/fhir/$export", params(`{"name":"patient","valueReference":{"reference":"Patient/` + newID() + `"}}`), "respond-async", 400, "not-supported patient"},
		{"a patient of nowhere", "POST", "/fhir/Patient/$export", params(`{"name":"patient","valueReference":{"reference":"Patient/` + newID() + `"}}`), "respond-async", 400, "not-found patient"},
		{"no patient", "POST", "/fhir/Patient/$export", params(`{"name":"patient","valueReference":{"reference":"Practitioner/` + newID() + `"}}`), "respond-async", 400, "invalid patient"},
		{"a value of another kind", "POST", "/fhir/Patient/$export", params(`{"name":"_since","valueBoolean":true}`), "respond-async", 422, "value Parameters.parameter[0]"},
		{"no Parameters", "POST", "/fhir/$export", `{"resourceType":"Patient"}`, "respond-async", 422, "structure Parameters"},
		{"no JSON", "POST", "/fhir/$export", `{"resourceType":`, "respond-async", 400, "structure resourceType"},
		{"import without Prefer", "POST", "/fhir/$import", params(format, source, in("Patient", "https://files.example.org/p")), "", 400, "required"},
		{"import of nothing", "POST", "/fhir/$import", params(format, source), "respond-async", 422, "required input"},
		{"import of a format", "POST", "/fhir/$import", params(source, in("Patient", "https://files.example.org/p")), "respond-async", 422, "value inputFormat"},
		{"import from nobody", "POST", "/fhir/$import", params(format, in("Patient", "https://files.example.org/p")), "respond-async", 422, "value inputSource"},
		{"import of no type", "POST", "/fhir/$import", params(format, source, in("Patients", "https://files.example.org/p")), "respond-async", 422, "value input[0].type"},
		{"import in the clear", "POST", "/fhir/$import", params(format, source, in("Patient", "http://files.example.org/p")), "respond-async", 422, "value input[0].url"},
		{"import with a password", "POST", "/fhir/$import", params(format, source, in("Patient", "https://a:b@files.example.org/p")), "respond-async", 422, "value input[0].url"},
		{"import with credentials", "POST", "/fhir/$import", params(format, source, `{"name":"storageDetail","part":[{"name":"type","valueCode":"https"},{"name":"credentialHttpBasic","valueString":"a:b"}]}`), "respond-async", 400, "not-supported Parameters.parameter[2]"},
		{"import from a bucket", "POST", "/fhir/$import", params(format, source, `{"name":"storageDetail","part":[{"name":"type","valueCode":"aws-s3"}]}`, in("Patient", "https://files.example.org/p")), "respond-async", 400, "not-supported storageDetail"},
		{"import of what nobody knows", "POST", "/fhir/$import", params(format, source, `{"name":"colour","valueCode":"red"}`), "respond-async", 400, "not-supported Parameters.parameter[2]"},
	}
	eachBulk(t, func(t *testing.T, s *bulkSite) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				var headers []string
				if c.prefer != "" {
					headers = []string{"Prefer", c.prefer}
				}
				r := s.do(s.feed, c.method, c.path, c.body, headers...)
				require.Equal(t, c.status, r.StatusCode, r.body)
				require.Equal(t, []string{c.outcome}, r.outcome(t), r.body)
			})
		}
		r := s.do(s.system("half", "system/Patient.cruds"), "POST", "/fhir/$import", params(format, source, in("Patient", "https://files.example.org/p")), "Prefer", "respond-async")
		require.Equal(t, 403, r.StatusCode, r.body)
		require.Equal(t, 403, s.do(s.admin, "POST", "/fhir/$import", params(format, source, in("Patient", "https://files.example.org/p")), "Prefer", "respond-async").StatusCode)
		r = s.do(s.feed, "GET", "/fhir/$export?_typeFilter=x&colour=red&includeAssociatedData=x&_type=AuditEvent,Patient", "", "Prefer", "respond-async; handling=lenient")
		require.Equal(t, 202, r.StatusCode, r.body)
		r = s.do(s.feed, "POST", "/fhir/$import", `{"inputFormat":"`+ndjson+`","inputSource":"https://fhir.example.org/r4","storageDetail":{"type":"https"},"input":[{"type":"Patient","url":"https://files.example.org/p"}]}`, "Prefer", "respond-async", "Content-Type", "application/json")
		require.Equal(t, 202, r.StatusCode, r.body)
		require.Equal(t, 406, s.do(s.feed, "GET", "/fhir/$export", "", "Prefer", "respond-async", "Accept", "text/csv").StatusCode)
		var n int
		require.NoError(t, s.db.Read(context.Background()).QueryRow(`SELECT count(*) FROM bulk_jobs`).Scan(&n))
		require.Equal(t, 2, n, "what is refused begins nothing")
	})
}
