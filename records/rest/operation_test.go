package rest_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/records/access/audittest"
	"housecall/records/fhir"
	"housecall/records/ingest"
)

// promisedCalls ask for each operation that the capability statement promises: of
// the record at path, or of its type, or (path /fhir) of the system.
var promisedCalls = map[string]func(s *site, typ, path string) reply{
	"everything": func(s *site, _, path string) reply { return s.do(s.feed, "GET", path+"/$everything", "") },
	"summary":    func(s *site, _, path string) reply { return s.do(s.feed, "GET", path+"/$summary", "") },
	"match": func(s *site, _, _ string) reply {
		return s.do(s.feed, "POST", "/fhir/Patient/$match", `{"resourceType":"Patient","name":[{"family":"Marin"}]}`)
	},
	"docref": func(s *site, _, _ string) reply {
		return s.do(s.feed, "GET", "/fhir/DocumentReference/$docref?patient="+s.rosa, "")
	},
	"validate": func(s *site, _, path string) reply { return s.do(s.feed, "GET", path+"/$validate", "") },
	"meta":     func(s *site, _, path string) reply { return s.do(s.feed, "GET", path+"/$meta", "") },
	"expand": func(s *site, _, _ string) reply {
		return s.do(s.feed, "GET", "/fhir/ValueSet/$expand?url="+marital, "")
	},
	"validate-code": func(s *site, typ, _ string) reply {
		if typ == "ValueSet" {
			return s.do(s.feed, "GET", "/fhir/ValueSet/$validate-code?code=male&system="+genders+"&url=http://hl7.org/fhir/ValueSet/administrative-gender", "")
		}
		return s.do(s.feed, "GET", "/fhir/CodeSystem/$validate-code?code=male&url="+genders, "")
	},
	"lookup": func(s *site, _, _ string) reply {
		return s.do(s.feed, "GET", "/fhir/CodeSystem/$lookup?code=male&system="+genders, "")
	},
}

// audited counts the audit rows of a chart, or ("") all of them.
func (s *site) audited(t *testing.T, patient string) (n int) {
	t.Helper()
	if patient == "" {
		return len(audittest.Rows(t, s.db))
	}
	return len(audittest.Of(t, s.db, patient))
}

// stored counts what is kept.
func (s *site) stored(t *testing.T) (n int) {
	t.Helper()
	require.NoError(t, s.db.Read(context.Background()).QueryRow("SELECT count(*) FROM resources").Scan(&n))
	return n
}

type outcomeOf struct {
	Issue []struct {
		Severity, Code string
		Details        struct{ Text string }
		Expression     []string
	}
}

func (r reply) judged(t *testing.T) (o outcomeOf) {
	t.Helper()
	require.Equal(t, 200, r.StatusCode, r.body)
	require.NoError(t, json.Unmarshal([]byte(r.body), &o))
	require.NotEmpty(t, o.Issue)
	return o
}

const (
	usCorePatient = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"
	usPatient     = `{"resourceType":"Patient","meta":{"profile":["` + usCorePatient + `"]},"identifier":[{"system":"urn:x:mrn","value":"1"}],"name":[{"family":"Marin"}],"gender":"female"}`
	notUS         = `{"resourceType":"Patient","meta":{"profile":["` + usCorePatient + `"]},"name":[{"family":"Marin"}],"gender":"female"}`
	otherGuide    = `{"resourceType":"Patient","meta":{"profile":["http://x.example/StructureDefinition/p"]},"name":[{"family":"Marin"}]}`
)

func TestValidate(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		before, stored := s.audited(t, ""), s.stored(t)
		path := "/fhir/Patient/$validate"
		ok := s.do(s.stranger, "POST", path, usPatient).judged(t)
		require.Len(t, ok.Issue, 1)
		require.Equal(t, "information", ok.Issue[0].Severity)
		require.Equal(t, "All OK", ok.Issue[0].Details.Text)
		require.Equal(t, "All OK", s.do(s.self, "POST", path, posted("resource", "resource", usPatient, "mode", "valueCode", `"create"`)).judged(t).Issue[0].Details.Text)
		require.Equal(t, "All OK", s.do(s.self, "POST", path+"?mode=profile&profile="+usCorePatient, usPatient).judged(t).Issue[0].Details.Text)

		bad := s.do(s.self, "POST", path, `{"resourceType":"Patient","gender":"x","birthDate":"1952-13"}`).judged(t)
		require.Len(t, bad.Issue, 2)
		require.Equal(t, []string{"Patient.gender"}, bad.Issue[0].Expression)
		require.Equal(t, "error", bad.Issue[0].Severity)
		bad = s.do(s.self, "POST", path, notUS).judged(t)
		require.Equal(t, "error", bad.Issue[0].Severity)
		require.Equal(t, []string{"Patient.identifier"}, bad.Issue[0].Expression)
		bad = s.do(s.self, "POST", path+"?profile="+usCorePatient, patientBody(newID(), "Marin")).judged(t)
		require.Equal(t, "error", bad.Issue[0].Severity, "held against the profile that is named, though it claims none")
		unknown := s.do(s.self, "POST", path, otherGuide).judged(t)
		require.Equal(t, "information", unknown.Issue[0].Severity)
		require.Equal(t, "not-found", unknown.Issue[0].Code)
		require.Equal(t, "error", s.do(s.self, "POST", path, observation("", "Patient/"+s.rosa, 1)).judged(t).Issue[0].Severity, "another type")
		require.Equal(t, "error", s.do(s.self, "POST", path+"?mode=update", `{"resourceType":"Patient","id":"abc"}`).judged(t).Issue[0].Severity, "an id that is none here")
		at := "/fhir/Patient/" + s.rosa + "/$validate"
		require.Equal(t, "All OK", s.do(s.self, "POST", at+"?mode=update", patientBody(s.rosa, "Marin")).judged(t).Issue[0].Details.Text)
		moved := s.do(s.self, "POST", at+"?mode=update", patientBody(s.ben, "Marin")).judged(t)
		require.Equal(t, []string{"Patient.id"}, moved.Issue[0].Expression)
		require.Equal(t, before, s.audited(t, ""), "what is sent is judged by itself")

		for _, ask := range []reply{s.do(s.self, "GET", at, ""), s.do(s.doctor, "POST", at, ""), s.do(s.self, "POST", at+"?mode=delete", ""), s.do(s.self, "POST", at, posted("mode", "valueCode", `"delete"`))} {
			require.Equal(t, "All OK", ask.judged(t).Issue[0].Details.Text)
		}
		require.Equal(t, before+4, s.audited(t, ""), "the stored one is read like any other")
		require.Equal(t, "error", s.do(s.self, "GET", at+"?profile="+usCorePatient, "").judged(t).Issue[0].Severity)
		require.Equal(t, 404, s.do(s.stranger, "GET", at, "").StatusCode)
		require.Equal(t, 404, s.do(s.self, "GET", "/fhir/Patient/"+s.ben+"/$validate", "").StatusCode)
		require.Equal(t, 404, s.do(s.self, "GET", "/fhir/Patient/"+newID()+"/$validate", "").StatusCode)
		require.Equal(t, 401, s.do("", "POST", path, usPatient).StatusCode)

		s.refusal(t, s.do(s.self, "POST", path, ""), 400, "required")
		s.refusal(t, s.do(s.self, "GET", path, ""), 400, "required")
		s.refusal(t, s.do(s.self, "POST", path+"?mode=nothing", usPatient), 400, "code-invalid")
		s.refusal(t, s.do(s.self, "POST", path+"?mode=profile", usPatient), 400, "required")
		s.refusal(t, s.do(s.self, "POST", path+"?mode=delete", ""), 400, "required")
		s.refusal(t, s.do(s.self, "POST", path+"?mode=update", usPatient), 400, "required")
		s.refusal(t, s.do(s.self, "POST", at+"?mode=delete", usPatient), 400, "invalid")
		s.refusal(t, s.do(s.self, "POST", at+"?mode=create", ""), 400, "required")
		s.refusal(t, s.do(s.self, "POST", path+"?profile=http://x.example/none", usPatient), 400, "not-supported")
		s.refusal(t, s.do(s.self, "POST", path+"?strict=true", usPatient), 400, "not-supported")
		s.refusal(t, s.do(s.self, "POST", path, "{"), 400, "structure")
		s.refusal(t, s.do(s.self, "POST", "/fhir/Pasient/$validate", usPatient), 404, "not-supported")
		require.Equal(t, 415, s.do(s.self, "POST", path, "<Patient/>", "Content-Type", "application/fhir+xml").StatusCode)
		require.Equal(t, stored, s.stored(t), "nothing is written")
	})
}

// What a client calls conformant is, or it is not stored; what came from
// elsewhere is kept as it is.
func TestProfilesAreHeldOnWrite(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		withID := func(body, id string) string {
			n, err := fhir.Parse([]byte(body))
			require.NoError(t, err)
			n.Set("id", fhir.String(id))
			return string(n.Append(nil))
		}
		id := newID()
		place := func(r reply, where string) {
			t.Helper()
			require.Equal(t, 422, r.StatusCode, r.body)
			require.Equal(t, "required "+where, r.outcome(t)[0])
		}
		place(s.do(s.feed, "POST", "/fhir/Patient", notUS), "Patient.identifier")
		place(s.do(s.feed, "PUT", "/fhir/Patient/"+id, withID(notUS, id)), "Patient.identifier")
		place(s.do(s.feed, "POST", "/fhir", bundleOf("transaction", entry("", "POST", "Patient", notUS, ""))), "Bundle.entry[0].resource.identifier")
		require.Equal(t, 201, s.do(s.feed, "PUT", "/fhir/Patient/"+id, withID(usPatient, id)).StatusCode)
		place(s.patch(s.feed, "/fhir/Patient/"+id, `[{"op":"remove","path":"/identifier"}]`), "Patient.identifier")
		require.Equal(t, 200, s.patch(s.feed, "/fhir/Patient/"+id, `[{"op":"replace","path":"/gender","value":"other"}]`).StatusCode)
		require.Equal(t, 201, s.do(s.feed, "POST", "/fhir/Patient", otherGuide).StatusCode, "a profile that is not known passes")

		file := filepath.Join(t.TempDir(), "patient.json")
		require.NoError(t, os.WriteFile(file, []byte(withID(notUS, newID())), 0o600))
		importer, err := ingest.New(ingest.Deps{DB: s.db, Store: s.store, Access: s.access})
		require.NoError(t, err)
		report, err := importer.Import(context.Background(), system, ingest.Options{Paths: []string{file}})
		require.NoError(t, err)
		require.Equal(t, 1, report.Total().Created)
	})
}

func TestMeta(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		type meta struct {
			VersionID     string
			Profile       []string
			Tag, Security []struct{ System, Code string }
		}
		of := func(r reply) (m meta) {
			t.Helper()
			a := r.answered(t)
			require.Equal(t, "return", a.Parameter[0].Name)
			require.NoError(t, json.Unmarshal(a.Parameter[0].ValueMeta, &m))
			return m
		}
		tagged := func(patient, code, tag, label string) string {
			n, err := fhir.Parse([]byte(condition(newID(), patient, code)))
			require.NoError(t, err)
			m, err := fhir.Parse([]byte(`{"profile":["http://x.example/` + tag + `"],"tag":[{"system":"urn:x","code":"` + tag + `"}]` + label + `}`))
			require.NoError(t, err)
			n.Set("meta", m)
			s.put(string(n.Append(nil)))
			return n.Get("id").Str()
		}
		plain := tagged(s.rosa, "E11.9", "plain", "")
		tagged(s.rosa, "E11.9", "plain", "")
		tagged(s.rosa, "B20", "hidden", `,"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}]`)
		tagged(s.ben, "E11.9", "bens", "")

		for _, method := range []string{"GET", "POST"} {
			one := of(s.do(s.self, method, "/fhir/Condition/"+plain+"/$meta", ""))
			require.Equal(t, "1", one.VersionID)
			require.Equal(t, []string{"http://x.example/plain"}, one.Profile)

			own := of(s.do(s.self, method, "/fhir/Condition/$meta", ""))
			require.ElementsMatch(t, []string{"http://x.example/plain", "http://x.example/hidden"}, own.Profile)
			require.Empty(t, own.VersionID)
			require.NotEmpty(t, own.Security)
			daughter := of(s.do(s.elena, method, "/fhir/Condition/$meta", ""))
			require.Equal(t, []string{"http://x.example/plain"}, daughter.Profile, "what is hidden adds nothing")
			require.Len(t, daughter.Tag, 1)
			require.Empty(t, daughter.Security)
			require.Empty(t, of(s.do(s.stranger, method, "/fhir/Condition/$meta", "")).Profile)
			require.Len(t, of(s.do(s.feed, method, "/fhir/Condition/$meta", "")).Profile, 3)
			require.ElementsMatch(t, own.Profile, of(s.do(s.self, method, "/fhir/$meta", "")).Profile)
			require.Len(t, of(s.do(s.feed, method, "/fhir/$meta", "")).Profile, 3)
		}
		before := s.audited(t, s.rosa)
		of(s.do(s.doctor, "GET", "/fhir/Condition/$meta", ""))
		require.Equal(t, before+1, s.audited(t, s.rosa))
		before = s.audited(t, s.rosa)
		of(s.do(s.doctor, "GET", "/fhir/Condition/"+plain+"/$meta", ""))
		require.Equal(t, before+1, s.audited(t, s.rosa))

		require.NoError(t, s.db.InTx(context.Background(), func(c *db.Conn) error { // a place of which there are very many copies
			_, err := c.Exec(`WITH RECURSIVE numbers(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM numbers WHERE k < 10001)
				INSERT INTO resources (patient_id, type, id, version, n, last_updated, category, index_rules, body)
				SELECT '', 'Location', 'l-' || k, 1, 0, 1, 0, 1, r.body FROM numbers, (SELECT body FROM resources WHERE type = 'Patient' LIMIT 1) r`)
			return err
		}))
		s.refusal(t, s.do(s.feed, "GET", "/fhir/Location/$meta", ""), 413, "too-costly")
		s.refusal(t, s.do(s.feed, "GET", "/fhir/$meta", ""), 413, "too-costly")
		require.Equal(t, 404, s.do(s.stranger, "GET", "/fhir/Condition/"+plain+"/$meta", "").StatusCode)
		require.Equal(t, 404, s.do(s.self, "GET", "/fhir/Pasient/$meta", "").StatusCode)
		require.Equal(t, 401, s.do("", "GET", "/fhir/$meta", "").StatusCode)
		s.refusal(t, s.do(s.self, "GET", "/fhir/$meta?x=1", ""), 400, "not-supported")
		s.refusal(t, s.do(s.self, "POST", "/fhir/$meta", `{"resourceType":"Patient"}`), 400, "invalid")
		scoped, err := s.id.IssueToken(context.Background(), "", "labs", []string{"system/Observation.rs"}, 3600e9)
		require.NoError(t, err)
		require.Empty(t, of(s.do(scoped, "GET", "/fhir/$meta", "")).Profile)
		require.Equal(t, 403, s.do(scoped, "GET", "/fhir/Condition/$meta", "").StatusCode)
	})
}
