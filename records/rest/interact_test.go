package rest_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCreateReadUpdateDelete(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		made := s.do(s.doctor, "POST", "/fhir/Observation", observation("", "Patient/"+s.rosa, 5.30))
		require.Equal(t, 201, made.StatusCode, made.body)
		require.Equal(t, `W/"1"`, made.Header.Get("ETag"))
		require.NotEmpty(t, made.Header.Get("Last-Modified"))
		location := made.Header.Get("Location")
		require.Regexp(t, "^"+base+"/fhir/Observation/[0-9a-f-]{36}/_history/1$", location)
		require.Contains(t, made.body, `"versionId":"1"`)
		path := location[len(base) : len(location)-len("/_history/1")]
		id := path[len("/fhir/Observation/"):]

		got := s.do(s.self, "GET", path, "")
		require.Equal(t, 200, got.StatusCode)
		require.Equal(t, made.body, got.body)
		require.Contains(t, got.body, `"value":5.3,`)
		require.Equal(t, 304, s.do(s.self, "GET", path, "", "If-None-Match", `W/"1"`).StatusCode)
		require.Equal(t, 304, s.do(s.self, "GET", path, "", "If-Modified-Since", got.Header.Get("Last-Modified")).StatusCode)
		require.Equal(t, 200, s.do(s.self, "GET", path, "", "If-None-Match", `W/"7"`).StatusCode)

		changed := s.do(s.doctor, "PUT", path, observation(id, base+"/fhir/Patient/"+s.rosa, 5.4), "If-Match", `W/"1"`)
		require.Equal(t, 200, changed.StatusCode, changed.body)
		require.Equal(t, `W/"2"`, changed.Header.Get("ETag"))
		require.Contains(t, changed.body, `"reference":"Patient/`+s.rosa, "a reference to this server becomes relative")
		stale := s.do(s.doctor, "PUT", path, observation(id, "Patient/"+s.rosa, 5.5), "If-Match", `W/"1"`)
		require.Equal(t, 412, stale.StatusCode)
		require.Equal(t, []string{"conflict"}, stale.outcome(t))
		require.Equal(t, 412, s.do(s.doctor, "DELETE", path, "", "If-Match", `W/"1"`).StatusCode)

		old := s.do(s.self, "GET", path+"/_history/1", "")
		require.Equal(t, 200, old.StatusCode)
		require.Contains(t, old.body, `"value":5.3,`)
		require.Equal(t, 404, s.do(s.self, "GET", path+"/_history/9", "").StatusCode)
		require.Equal(t, 404, s.do(s.self, "GET", path+"/_history/x", "").StatusCode)

		require.Equal(t, 204, s.do(s.doctor, "DELETE", path, "").StatusCode)
		require.Equal(t, 204, s.do(s.doctor, "DELETE", path, "").StatusCode, "twice sent is once done")
		gone := s.do(s.self, "GET", path, "")
		require.Equal(t, 410, gone.StatusCode)
		require.Equal(t, []string{"deleted"}, gone.outcome(t))

		past := s.do(s.self, "GET", path+"/_history?_count=2", "").bundle(t)
		require.Equal(t, "history", past.Type)
		require.Len(t, past.Entry, 2)
		require.Equal(t, "DELETE", past.Entry[0].Request.Method)
		require.Nil(t, past.Entry[0].Resource)
		require.Equal(t, `W/"2"`, past.Entry[1].Response.Etag)
		past = s.do(s.self, "GET", past.link("next"), "").bundle(t)
		require.Len(t, past.Entry, 1)
		require.Equal(t, "201 Created", past.Entry[0].Response.Status)
		require.Empty(t, past.link("next"))
	})
}

func TestPreferAndFormats(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		body := observation("", "Patient/"+s.rosa, 1)
		require.Empty(t, s.do(s.doctor, "POST", "/fhir/Observation", body, "Prefer", "return=minimal").body)
		require.Contains(t, s.do(s.doctor, "POST", "/fhir/Observation", body, "Prefer", "return=OperationOutcome").body, `"OperationOutcome"`)
		require.Contains(t, s.do(s.doctor, "POST", "/fhir/Observation", body, "Prefer", "return=representation").body, `"Observation"`)
		for accept, status := range map[string]int{
			"application/fhir+json": 200, "application/json": 200, "*/*": 200, "application/fhir+xml, application/fhir+json;q=0.5": 200,
			"application/fhir+xml": 406, "text/turtle": 406, "application/json;q=0": 406, "text/html,*/*;q=0.1": 200,
		} {
			require.Equal(t, status, s.do(s.self, "GET", "/fhir/Patient/"+s.rosa, "", "Accept", accept).StatusCode, accept)
		}
		require.Equal(t, 406, s.do(s.self, "GET", "/fhir/Patient/"+s.rosa+"?_format=xml", "").StatusCode)
		require.Equal(t, 200, s.do(s.self, "GET", "/fhir/Patient/"+s.rosa+"?_format=json", "", "Accept", "application/fhir+xml").StatusCode)
		require.Equal(t, 415, s.do(s.doctor, "POST", "/fhir/Observation", "<Observation/>", "Content-Type", "application/fhir+xml").StatusCode)
		require.Equal(t, 406, s.do(s.self, "GET", "/fhir/metadata", "", "Accept", "application/fhir+xml").StatusCode)
	})
}

func TestRefusalsSayWhatAndWhere(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		id := newID()
		for _, c := range []struct {
			name, method, path, body string
			headers                  []string
			status                   int
			issue                    string
		}{
			{"no JSON", "POST", "/fhir/Observation", `{"resourceType":`, nil, 400, "structure resourceType"},
			{"a member twice", "POST", "/fhir/Patient", `{"resourceType":"Patient","name":[{"family":"a","family":"b"}]}`, nil, 400, "structure Patient.name[0].family"},
			{"wrong type", "POST", "/fhir/Condition", observation("", "Patient/"+s.rosa, 1), nil, 400, "invalid resourceType"},
			{"breaks a rule", "POST", "/fhir/Observation", `{"resourceType":"Observation","code":{"text":"x"},"subject":{"reference":"Patient/` + s.rosa + `"}}`, nil, 422, "required Observation"},
			{"id that is no UUID", "PUT", "/fhir/Observation/abc", observation("abc", "Patient/"+s.rosa, 1), nil, 422, "value Observation.id"},
			{"id that does not fit", "PUT", "/fhir/Observation/" + id, observation(newID(), "Patient/"+s.rosa, 1), nil, 422, "value Observation.id"},
			{"unknown patient", "POST", "/fhir/Observation", observation("", "Patient/"+newID(), 1), nil, 404, "not-found"},
			{"reference to nothing", "POST", "/fhir/Observation", observation("", "urn:uuid:"+newID(), 1), nil, 400, "not-found Observation.subject.reference"},
			{"type that is not kept", "GET", "/fhir/Parameters", "", nil, 404, "not-supported"},
			{"type that is none", "GET", "/fhir/Unicorn/1", "", nil, 404, "not-supported"},
			{"conditional create by nothing", "POST", "/fhir/Observation", observation("", "Patient/"+s.rosa, 1), []string{"If-None-Exist", "_count=3"}, 400, "invalid"},
			{"conditional create by what is not known", "POST", "/fhir/Observation", observation("", "Patient/"+s.rosa, 1), []string{"If-None-Exist", "colour=red"}, 400, "not-supported"},
			{"create with parameters", "POST", "/fhir/Observation?code=x", observation("", "Patient/"+s.rosa, 1), nil, 400, "not-supported"},
			{"delete of all", "DELETE", "/fhir/Observation", "", nil, 400, "required"},
			{"delete by what is not known", "DELETE", "/fhir/Observation?colour=red", "", nil, 400, "not-supported"},
			{"id and criteria", "PUT", "/fhir/Observation/" + id + "?code=x", observation(id, "Patient/"+s.rosa, 1), nil, 400, "not-supported"},
			{"If-None-Match with a version", "PUT", "/fhir/Observation/" + id, observation(id, "Patient/"+s.rosa, 1), []string{"If-None-Match", `W/"1"`}, 400, "not-supported"},
			{"id in upper case", "PUT", "/fhir/Observation/" + strings.ToUpper(id), observation(strings.ToUpper(id), "Patient/"+s.rosa, 1), nil, 422, "value Observation.id"},
			{"id that climbs", "GET", "/fhir/Observation/..%2f..%2fPatient", "", nil, 404, "not-found"},
			{"id with a slash", "GET", "/fhir/Observation/a%2Fb", "", nil, 404, "not-found"},
			{"delete of an id that climbs", "DELETE", "/fhir/Observation/%2e%2e%2f", "", nil, 404, "not-found"},
			{"nesting bomb", "POST", "/fhir/Observation", strings.Repeat(`{"extension":[`, 5000), nil, 400, "structure " + strings.TrimSuffix(strings.Repeat("extension[0].", 32), ".")},
			{"part of a record", "PUT", "/fhir/Observation/" + id, strings.Replace(observation(id, "Patient/"+s.rosa, 1), `"status"`, `"meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]},"status"`, 1), nil, 422, "business-rule Observation.meta.tag[0]"},
			{"bad If-Match", "PUT", "/fhir/Observation/" + id, observation(id, "Patient/"+s.rosa, 1), []string{"If-Match", "yesterday"}, 412, "conflict"},
			{"nothing of that version", "PUT", "/fhir/Observation/" + id, observation(id, "Patient/"+s.rosa, 1), []string{"If-Match", `W/"3"`}, 412, "conflict"},
			{"another kind of patch", "PATCH", "/fhir/Observation/" + id, "{}", nil, 415, "not-supported"},
			{"another version of FHIR", "POST", "/fhir/Observation", observation("", "Patient/"+s.rosa, 1), []string{"Content-Type", "application/fhir+json; fhirVersion=3.0"}, 415, "not-supported"},
			{"no such method", "POST", "/fhir/Observation/" + id, "{}", nil, 405, "not-supported"},
			{"bundle of another kind", "POST", "/fhir", `{"resourceType":"Bundle","type":"collection"}`, nil, 422, "value Bundle.type"},
			{"modifier", "GET", "/fhir/Observation?code:in=x", "", nil, 400, "not-supported"},
		} {
			r := s.do(s.feed, c.method, c.path, c.body, c.headers...)
			require.Equal(t, c.status, r.StatusCode, c.name+": "+r.body)
			require.Contains(t, r.outcome(t)[0], c.issue, c.name)
		}
		require.ElementsMatch(t, []string{"GET", "HEAD", "PUT", "PATCH", "DELETE"}, strings.Split(s.do(s.feed, "POST", "/fhir/Observation/"+id, "{}").Header.Get("Allow"), ", "))
		moved := s.do(s.feed, "POST", "/fhir/Observation", observation("", "Patient/"+s.rosa, 1)).Header.Get("Location")
		path := moved[:len(moved)-len("/_history/1")]
		other := s.do(s.feed, "PUT", path, observation(path[len(base+"/fhir/Observation/"):], "Patient/"+s.ben, 1))
		require.Equal(t, 422, other.StatusCode, "a record is not moved to another chart by changing it")
		require.Equal(t, []string{"business-rule Observation"}, other.outcome(t))
	})
}

func TestWhoMayDoWhat(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		depression, diabetes := newID(), newID()
		s.put(condition(depression, s.rosa, "F33.1"))
		s.put(condition(diabetes, s.rosa, "E11.9"))
		for _, c := range []struct {
			name, token, method, path, body string
			status                          int
		}{
			{"nobody", "", "GET", "/fhir/Patient/" + s.rosa, "", 401},
			{"nobody writes", "", "POST", "/fhir/Condition", "{}", 401},
			{"a bad token", "hca_x", "GET", "/fhir/Patient/" + s.rosa, "", 401},
			{"the patient", s.self, "GET", "/fhir/Condition/" + depression, "", 200},
			{"the daughter", s.elena, "GET", "/fhir/Condition/" + diabetes, "", 200},
			{"the daughter, sensitive", s.elena, "GET", "/fhir/Condition/" + depression, "", 404},
			{"the daughter, sensitive, its history", s.elena, "GET", "/fhir/Condition/" + depression + "/_history", "", 404},
			{"the daughter, sensitive, a version", s.elena, "GET", "/fhir/Condition/" + depression + "/_history/1", "", 404},
			{"the daughter takes away what she does not see", s.elena, "DELETE", "/fhir/Condition/" + depression, "", 404},
			{"the daughter takes away what she sees", s.elena, "DELETE", "/fhir/Condition/" + diabetes, "", 403},
			{"the doctor", s.doctor, "GET", "/fhir/Condition/" + depression, "", 200},
			{"a doctor of others", s.stranger, "GET", "/fhir/Condition/" + depression, "", 404},
			{"a doctor of others writes", s.stranger, "POST", "/fhir/Observation", observation("", "Patient/"+s.rosa, 1), 404},
			{"a doctor of others, everything", s.stranger, "GET", "/fhir/Patient/" + s.rosa + "/$everything", "", 404},
			{"the front desk, name", s.desk, "GET", "/fhir/Patient/" + s.rosa, "", 200},
			{"the front desk, problem", s.desk, "GET", "/fhir/Condition/" + diabetes, "", 404},
			{"an administrator", s.admin, "GET", "/fhir/Patient/" + s.rosa, "", 404},
			{"the patient, somebody else", s.self, "GET", "/fhir/Patient/" + s.ben, "", 404},
			{"the patient writes a diagnosis", s.self, "PUT", "/fhir/Condition/" + newID(), "", 403},
		} {
			if c.name == "the patient writes a diagnosis" {
				c.body = condition(c.path[len("/fhir/Condition/"):], s.rosa, "E11.9")
			}
			r := s.do(c.token, c.method, c.path, c.body)
			require.Equal(t, c.status, r.StatusCode, c.name+": "+r.body)
			if c.status == 401 {
				require.Contains(t, r.Header.Get("WWW-Authenticate"), "Bearer", c.name)
			}
			if c.status >= 400 {
				r.outcome(t)
				require.NotContains(t, r.body, "F33", c.name)
			}
		}
		for _, path := range []string{"/fhir/Condition?patient=" + s.rosa + "&_total=accurate", "/fhir/Patient/" + s.rosa + "/$everything", "/fhir/Condition?code=F33.1"} {
			r := s.do(s.elena, "GET", path, "")
			require.Equal(t, 200, r.StatusCode)
			require.NotContains(t, r.body, depression, path)
		}
		require.Empty(t, s.do(s.elena, "GET", "/fhir/Condition?_id="+depression, "").bundle(t).Entry)
		require.Equal(t, 1, *s.do(s.elena, "GET", "/fhir/Condition?patient="+s.rosa+"&_summary=count", "").bundle(t).Total)
		require.Equal(t, 2, *s.do(s.doctor, "GET", "/fhir/Condition?patient="+s.rosa+"&_summary=count", "").bundle(t).Total)
		require.Empty(t, s.do(s.stranger, "GET", "/fhir/Condition?patient="+s.rosa, "").bundle(t).Entry)

		rows, _, _, err := s.access.AccessLog(context.Background(), system, s.rosa, "", 50)
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, r := range rows {
			seen[r.Who+" "+r.Action] = true
		}
		for _, want := range []string{"Elena read", "Elena refused", "Elena search", "Lee read", "Gray refused", "Root refused", "feed create"} {
			require.True(t, seen[want], "%s in %v", want, seen)
		}
	})
}

func TestAnAppSeesItsScopes(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		id := newID()
		s.put(condition(id, s.rosa, "E11.9"))
		x, err := s.id.Session(context.Background(), s.selfCookie, false)
		require.NoError(t, err)
		token, err := s.id.IssueToken(context.Background(), x.Account, "", []string{"patient/Observation.rs"}, 3600e9)
		require.NoError(t, err)
		require.Equal(t, 200, s.do(token, "GET", "/fhir/Observation?patient="+s.rosa, "").StatusCode)
		require.Equal(t, 403, s.do(token, "GET", "/fhir/Condition/"+id, "").StatusCode)
		require.Equal(t, 403, s.do(token, "GET", "/fhir/Condition?patient="+s.rosa, "").StatusCode)
		require.Equal(t, 403, s.do(token, "POST", "/fhir/Observation", observation("", "Patient/"+s.rosa, 1)).StatusCode)
	})
}

func TestACookieNeedsItsToken(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		cookie := s.id.CookieName() + "=" + s.selfCookie
		require.Equal(t, 200, s.do("", "GET", "/fhir/Patient/"+s.rosa, "", "Cookie", cookie).StatusCode)
		body := strings.Replace(patientBody(s.rosa, "Marin"), `"birthDate"`, `"telecom":[{"system":"phone","value":"555-0100"}],"birthDate"`, 1)
		path := "/fhir/Patient/" + s.rosa
		require.Equal(t, 403, s.do("", "PUT", path, body, "Cookie", cookie).StatusCode)
		x, err := s.id.Session(context.Background(), s.selfCookie, false)
		require.NoError(t, err)
		r := s.do("", "PUT", path, body, "Cookie", cookie, "X-CSRF-Token", s.id.CSRF(x.Principal.Session))
		require.Equal(t, 200, r.StatusCode, r.body)
	})
}
