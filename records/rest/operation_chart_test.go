package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/access/audittest"
	"housecall/records/fhir"
)

// types counts what is in a bundle.
func (b bundle) types(t *testing.T) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, e := range b.Entry {
		var r struct{ ResourceType string }
		require.NoError(t, json.Unmarshal(e.Resource, &r))
		out[r.ResourceType]++
	}
	return out
}

// rows counts the audit rows of a chart with an action.
func (s *site) rows(patient, action string) (n int) {
	s.t.Helper()
	for _, r := range audittest.Of(s.t, s.db, patient) {
		if bytes.Contains(r.Body, []byte(`"action":"`+action+`"`)) {
			n++
		}
	}
	return n
}

func paramsBody(list string) string {
	return `{"resourceType":"Parameters","parameter":[` + list + `]}`
}

// valid holds the answer against the definitions.
func (r reply) valid(t *testing.T) *fhir.Node {
	t.Helper()
	n, err := fhir.Parse([]byte(r.body))
	require.NoError(t, err)
	for _, i := range fhir.Validate(n) {
		require.NotEqual(t, fhir.SeverityError, i.Severity, "%+v in %s", i, r.body)
	}
	return n
}

func dated(id, patient, at string) string {
	return strings.Replace(observation(id, "Patient/"+patient, 4), "2026-11-20T08:00:00Z", at, 1)
}

func TestEverythingOfATime(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		old, now, open := newID(), newID(), newID()
		s.put(dated(old, s.rosa, "2020-05-01"))
		s.put(dated(now, s.rosa, "2026-05-01T10:00:00Z"))
		s.put(fmt.Sprintf(`{"resourceType":"Encounter","id":"%s","status":"in-progress","class":{"code":"AMB"},"subject":{"reference":"Patient/%s"},"period":{"start":"2019-01-01"}}`, open, s.rosa))
		s.put(condition(newID(), s.rosa, "E11.9")) // without a date
		path := "/fhir/Patient/" + s.rosa + "/$everything"
		ids := func(r reply) string {
			var out []string
			for _, e := range r.bundle(t).Entry {
				out = append(out, e.FullURL)
			}
			return strings.Join(out, " ")
		}
		late := ids(s.do(s.self, "GET", path+"?start=2026-01-01", ""))
		require.NotContains(t, late, old)
		require.Contains(t, late, now)
		require.Contains(t, late, open, "care that has not ended")
		require.Contains(t, late, "/Patient/")
		require.Contains(t, late, "/Condition/", "what has no date is of all times")
		early := ids(s.do(s.self, "GET", path+"?end=2020-05-01", ""))
		require.Contains(t, early, old, "the day itself is in")
		require.NotContains(t, early, now)
		require.NotContains(t, ids(s.do(s.self, "GET", path+"?start=2020-05-02&end=2026-04-30", "")), "/Observation/")
		posted := ids(s.do(s.self, "POST", path, paramsBody(`{"name":"start","valueDate":"2026-01-01"},{"name":"_type","valueCode":"Observation"},{"name":"_count","valueInteger":5}`)))
		require.Contains(t, posted, now)
		require.NotContains(t, posted, open)
		// Pages say the same as the whole.
		n, next := 0, path+"?start=2026-01-01&_count=1"
		for ; next != ""; n++ {
			b := s.do(s.self, "GET", next, "").bundle(t)
			require.Len(t, b.Entry, 1)
			next = b.link("next")
		}
		require.Equal(t, 4, n)
		for query, want := range map[string]string{
			"start=2026-02-01&end=2026-01-01": "invalid start", "start=soon": "invalid start", "_type=Patients": "invalid _type", "_count=0": "invalid _count", "_count=few": "invalid _count",
			"_since=2020-01-01T00:00:00Z&_since=2021-01-01T00:00:00Z": "invalid _since", "when=now": "not-supported when", "_page=x": "invalid",
		} {
			r := s.do(s.self, "GET", path+"?"+query, "")
			require.Equal(t, 400, r.StatusCode, query)
			require.Equal(t, []string{want}, r.outcome(t), query)
		}
	})
}

// An app that may read few types comes to the end of the pages.
func TestEverythingForAnAppThatReadsLittle(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		for i := range 6 {
			s.put(observation(newID(), "Patient/"+s.rosa, i))
		}
		who, err := s.id.Bearer(context.Background(), s.self)
		require.NoError(t, err)
		app, err := s.id.IssueToken(context.Background(), who.Account, "", []string{"patient/Patient.rs", "patient/Condition.rs", "patient/DocumentReference.rs"}, time.Hour)
		require.NoError(t, err)
		found := map[string]int{}
		next := "/fhir/Patient/" + s.rosa + "/$everything?_count=2"
		for n := 0; next != ""; n++ {
			require.Less(t, n, 20, "the pages never end")
			b := s.do(app, "GET", next, "").bundle(t)
			for typ, n := range b.types(t) {
				found[typ] += n
			}
			next = b.link("next")
		}
		require.Equal(t, map[string]int{"Patient": 1}, found)
	})
}

func TestEverythingOfAllCharts(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		place := newID()
		s.put(`{"resourceType":"Organization","id":"` + place + `","name":"Alder Clinic"}`)
		for _, p := range []string{s.rosa, s.ben} {
			for i := range 3 {
				s.put(strings.Replace(observation(newID(), "Patient/"+p, i), `"status"`, `"performer":[{"reference":"Organization/`+place+`"}],"status"`, 1))
			}
		}
		doctor, err := s.id.Bearer(context.Background(), s.doctor)
		require.NoError(t, err)
		require.Equal(t, map[string]int{"Patient": 1, "Observation": 3, "Organization": 1}, s.do(s.doctor, "GET", "/fhir/Patient/$everything", "").bundle(t).types(t), "Ben is not the doctor's patient")
		require.NoError(t, s.db.InTx(context.Background(), func(c *db.Conn) error {
			return s.access.JoinTeamTx(c, identity.SystemPrincipal("test"), doctor.Account, s.ben, identity.Clinician, time.Time{})
		}))
		before := s.rows(s.ben, "read")
		require.Equal(t, map[string]int{"Patient": 2, "Observation": 6, "Organization": 1}, s.do(s.doctor, "GET", "/fhir/Patient/$everything", "").bundle(t).types(t), "both charts, and once who saw them")
		require.Equal(t, before+1, s.rows(s.ben, "read"))
		found := map[string]int{}
		for next := "/fhir/Patient/$everything?_count=3"; next != ""; {
			b := s.do(s.doctor, "GET", next, "").bundle(t)
			require.LessOrEqual(t, len(b.Entry), 3)
			for typ, n := range b.types(t) {
				found[typ] += n
			}
			next = b.link("next")
		}
		require.Equal(t, 2, found["Patient"])
		require.Equal(t, 6, found["Observation"])
		require.Equal(t, map[string]int{"Patient": 1, "Observation": 3, "Organization": 1}, s.do(s.self, "GET", "/fhir/Patient/$everything", "").bundle(t).types(t))
		require.Empty(t, s.do(s.admin, "GET", "/fhir/Patient/$everything", "").bundle(t).Entry, "an administrator opens no chart")
		r := s.do(s.feed, "GET", "/fhir/Patient/$everything", "")
		require.Equal(t, []string{"too-costly"}, r.outcome(t))
		require.Contains(t, r.body, "$export")
	})
}

func TestMatch(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		const numbers = "http://alder.example/mrn"
		id := newID()
		known := `{"resourceType":"Patient","id":"` + id + `","identifier":[{"system":"` + numbers + `","value":"A-77"}],"name":[{"family":"Quintero","given":["Lucía","Inés"]}],"gender":"female","birthDate":"1961-07-09","address":[{"line":["12 Cedar St"],"city":"Alder","postalCode":"97001"}]}`
		s.put(known)
		doctor, err := s.id.Bearer(context.Background(), s.doctor)
		require.NoError(t, err)
		grades := func(r reply) (out []string) {
			t.Helper()
			for _, e := range r.valid(t).Get("entry").Items() {
				if e.Get("resource").ResourceType() != "Patient" {
					out = append(out, e.Get("resource").ResourceType())
					continue
				}
				require.Equal(t, "match", e.Get("search", "mode").Str())
				score, ok := e.Get("search", "score").Float()
				require.True(t, ok && score > 0 && score <= 1)
				require.Equal(t, "http://hl7.org/fhir/StructureDefinition/match-grade", e.Get("search", "extension").Items()[0].Get("url").Str())
				out = append(out, e.Get("search", "extension").Items()[0].Get("valueCode").Str()+" "+e.Get("resource", "id").Str())
			}
			return out
		}
		ask := func(token, patient, more string) reply {
			r := s.do(token, "POST", "/fhir/Patient/$match", paramsBody(`{"name":"resource","resource":`+patient+`}`+more))
			require.Equal(t, 200, r.StatusCode, r.body)
			return r
		}
		byNumber := `{"resourceType":"Patient","identifier":[{"system":"` + numbers + `","value":"A-77"}]}`
		byName := `{"resourceType":"Patient","name":[{"family":"quintero","given":["Lucia"]}],"gender":"female","birthDate":"1961-07-09"}`
		before := s.rows(id, "search")
		require.Equal(t, []string{"certain " + id}, grades(ask(s.feed, byNumber, "")))
		require.Equal(t, before+1, s.rows(id, "search"))
		require.Equal(t, []string{"probable " + id}, grades(ask(s.feed, byName, "")))
		require.Equal(t, []string{"probable " + id}, grades(s.do(s.feed, "POST", "/fhir/Patient/$match", byName)), "the patient is the body")
		require.Empty(t, grades(ask(s.feed, `{"resourceType":"Patient","name":[{"family":"Quintero","given":["Hugo"]}],"birthDate":"1999-01-01"}`, "")), "somebody else")
		require.Empty(t, grades(ask(s.feed, byName, `,{"name":"onlyCertainMatches","valueBoolean":true}`)))
		require.Equal(t, []string{"certain " + id}, grades(ask(s.feed, byNumber, `,{"name":"onlyCertainMatches","valueBoolean":true}`)))

		require.Empty(t, grades(ask(s.doctor, byNumber, "")), "not a patient of theirs")
		require.Empty(t, grades(ask(s.admin, byNumber, "")))
		require.NoError(t, s.db.InTx(context.Background(), func(c *db.Conn) error {
			return s.access.JoinTeamTx(c, identity.SystemPrincipal("test"), doctor.Account, id, identity.Clinician, time.Time{})
		}))
		require.Equal(t, []string{"certain " + id}, grades(ask(s.doctor, byNumber, "")))

		twin := newID() // the same number twice: nobody is certain
		s.put(strings.Replace(known, id, twin, 1))
		require.Len(t, grades(ask(s.feed, byNumber, "")), 2)
		require.Len(t, grades(ask(s.feed, byNumber, `,{"name":"count","valueInteger":1}`)), 1)
		require.Equal(t, []string{"OperationOutcome"}, grades(ask(s.feed, byNumber, `,{"name":"onlyCertainMatches","valueBoolean":true}`)))

		for _, token := range []string{s.self, s.elena} {
			r := s.do(token, "POST", "/fhir/Patient/$match", byNumber)
			require.Equal(t, 403, r.StatusCode, "patients look nobody up")
			require.NotContains(t, r.body, id)
		}
		narrow, err := s.id.IssueToken(context.Background(), "", "labs", []string{"system/Observation.cruds"}, time.Hour)
		require.NoError(t, err)
		require.Equal(t, []string{"suppressed"}, s.do(narrow, "POST", "/fhir/Patient/$match", byNumber).outcome(t))
		for body, want := range map[string]string{
			`{"resourceType":"Patient"}`:                        "required Patient.identifier",
			`{"resourceType":"Observation"}`:                    "structure resource",
			`{"resourceType":"Patient","name":"x"}`:             "structure Patient.name",
			paramsBody(`{"name":"count","valueInteger":1}`):     "required resource",
			paramsBody(`{"name":"count","valuePositiveInt":0}`): "invalid Parameters.parameter[0].value.ofType(positiveInt)",
		} {
			require.Equal(t, []string{want}, s.do(s.feed, "POST", "/fhir/Patient/$match", body).outcome(t), body)
		}
		require.NotContains(t, s.log.String(), "uintero")
	})
}
