package rest_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

const jsonPatch = "application/json-patch+json"

func (s *site) patch(token, path, body string, headers ...string) reply {
	s.t.Helper()
	return s.do(token, "PATCH", path, body, append([]string{"Content-Type", jsonPatch}, headers...)...)
}

func TestPatch(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		id := newID()
		s.put(observation(id, "Patient/"+s.rosa, 5.30))
		path := "/fhir/Observation/" + id
		r := s.patch(s.doctor, path, `[{"op":"test","path":"/status","value":"final"},{"op":"replace","path":"/status","value":"amended"},{"op":"add","path":"/code/coding/-","value":{"system":"urn:x","code":"k"}}]`, "If-Match", `W/"1"`)
		require.Equal(t, 200, r.StatusCode, r.body)
		require.Equal(t, `W/"2"`, r.Header.Get("ETag"))
		require.Contains(t, r.body, `"status":"amended"`)
		require.Equal(t, r.body, s.do(s.self, "GET", path, "").body)
		require.Len(t, s.do(s.doctor, "GET", "/fhir/Observation?patient="+s.rosa+"&code=urn:x|k", "").bundle(t).Entry, 1, "it is found by what it became")
		require.Equal(t, `W/"2"`, s.patch(s.doctor, path, `[]`).Header.Get("ETag"), "nothing changed")
		for _, c := range []struct {
			name, token, path, body string
			headers                 []string
			status                  int
			issue                   string
		}{
			{"stale", s.doctor, path, `[]`, []string{"If-Match", `W/"1"`}, 412, "conflict"},
			{"no patch", s.doctor, path, `{"op":"add"}`, nil, 400, "structure"},
			{"no JSON", s.doctor, path, `[{`, nil, 400, "structure"},
			{"nothing there", s.doctor, path, `[{"op":"remove","path":"/status"},{"op":"remove","path":"/note/0"}]`, nil, 422, "processing"},
			{"test fails", s.doctor, path, `[{"op":"test","path":"/status","value":"final"}]`, nil, 422, "processing"},
			{"breaks a rule", s.doctor, path, `[{"op":"replace","path":"/status","value":"done"}]`, nil, 422, "code-invalid Observation.status"},
			{"another id", s.doctor, path, `[{"op":"replace","path":"/id","value":"` + newID() + `"}]`, nil, 422, "business-rule Observation.id"},
			{"another type", s.doctor, path, `[{"op":"replace","path":"/resourceType","value":"Condition"}]`, nil, 422, "business-rule Observation.id"},
			{"another chart", s.doctor, path, `[{"op":"replace","path":"/subject/reference","value":"Patient/` + s.ben + `"}]`, nil, 422, "business-rule Observation"},
			{"not there", s.doctor, "/fhir/Observation/" + newID(), `[]`, nil, 404, "not-found"},
			{"not shared", s.stranger, path, `[{"op":"test","path":"/status","value":"amended"}]`, nil, 404, "not-found"},
			{"not theirs to change", s.self, path, `[{"op":"test","path":"/status","value":"amended"}]`, nil, 403, "forbidden"},
			{"whole", s.doctor, path, `[{"op":"replace","path":"","value":[]}]`, nil, 422, "business-rule Observation.id"},
		} {
			r := s.patch(c.token, c.path, c.body, c.headers...)
			require.Equal(t, c.status, r.StatusCode, c.name+": "+r.body)
			require.Contains(t, r.outcome(t)[0], c.issue, c.name)
		}
		require.Contains(t, s.patch(s.doctor, path, `[{"op":"remove","path":"/status"},{"op":"remove","path":"/note/0"}]`).body, "operation 1:")
		require.Contains(t, s.do(s.doctor, "PATCH", path, `{"resourceType":"Parameters"}`).body, "FHIRPath Patch and XML Patch are not supported")
		require.Equal(t, `W/"2"`, s.do(s.doctor, "GET", path, "").Header.Get("ETag"), "none of it was done")
		s.do(s.doctor, "DELETE", path, "")
		require.Equal(t, 410, s.patch(s.doctor, path, `[]`).StatusCode)
	})
}

// An app that may not see what is sensitive reads a message without its link to a
// hidden problem. Whatever it writes, the link stays, and no patch can feel it.
func TestHiddenReferencesStay(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		x, err := s.id.Session(context.Background(), s.selfCookie, false)
		require.NoError(t, err)
		app, err := s.id.IssueToken(context.Background(), x.Account, "", []string{"patient/*.cruds"}, 3600e9)
		require.NoError(t, err)
		depression, diabetes, order, id := newID(), newID(), newID(), newID()
		s.put(condition(depression, s.rosa, "F33.1"))
		s.put(condition(diabetes, s.rosa, "E11.9"))
		s.put(strings.Replace(condition(order, s.rosa, "F33.1"), "F33.1", "F11.2", 1))
		s.put(`{"resourceType":"Communication","id":"` + id + `","status":"in-progress","basedOn":[{"reference":"Condition/` + order + `"}],"subject":{"reference":"Patient/` + s.rosa + `"},"about":[{"reference":"Condition/` + depression + `"},{"reference":"Condition/` + diabetes + `"}],"payload":[{"contentString":"Hello"},{"extension":[{"url":"urn:x","valueReference":{"reference":"Condition/` + depression + `"}}],"contentString":"Two"}]}`)
		path := "/fhir/Communication/" + id
		hidden := func(r reply) {
			t.Helper()
			require.NotContains(t, r.body, depression)
			require.NotContains(t, r.body, order)
		}
		kept := func() {
			t.Helper()
			all := s.do(s.doctor, "GET", path, "").body
			require.Equal(t, 2, strings.Count(all, "Condition/"+depression), all)
			require.Equal(t, 1, strings.Count(all, "Condition/"+order), all)
		}
		seen := s.do(app, "GET", path, "")
		hidden(seen)
		require.Contains(t, seen.body, diabetes)

		same := s.do(app, "PUT", path, seen.body)
		require.Equal(t, 200, same.StatusCode, same.body)
		hidden(same)
		require.Equal(t, `W/"1"`, same.Header.Get("ETag"), "read and written back, it is the same")
		changed := s.do(app, "PUT", path, strings.Replace(seen.body, `"Hello"`, `"Good day"`, 1))
		require.Equal(t, 200, changed.StatusCode, changed.body)
		hidden(changed)
		kept()
		fewer := s.do(app, "PUT", path, strings.Replace(strings.Replace(seen.body, `{"contentString":"Two"}`, `{"contentString":"Three"}`, 1), `,"about":[{"reference":"Condition/`+diabetes+`"}]`, "", 1))
		require.Equal(t, 200, fewer.StatusCode, fewer.body)
		hidden(fewer)
		kept()
		require.NotContains(t, s.do(s.doctor, "GET", path, "").body, diabetes, "what was seen and taken away is gone")

		for _, p := range []string{
			`[{"op":"test","path":"/about/0/reference","value":"Condition/` + depression + `"}]`,
			`[{"op":"test","path":"/basedOn/0/reference","value":"Condition/` + order + `"}]`,
			`[{"op":"copy","from":"/basedOn","path":"/partOf"}]`,
			`[{"op":"move","from":"/about/0","path":"/partOf/-"}]`,
			`[{"op":"remove","path":"/about"}]`,
			`[{"op":"remove","path":"/payload/1/extension"}]`,
		} {
			r := s.patch(app, path, p)
			require.Equal(t, 422, r.StatusCode, p)
			hidden(r)
			ref := strings.NewReplacer(depression, newID(), order, newID()).Replace(p)
			require.Equal(t, r.StatusCode, s.patch(app, path, ref).StatusCode, "as of what is not there")
		}
		r := s.patch(app, path, `[{"op":"add","path":"/about","value":[{"reference":"Condition/`+diabetes+`"}]},{"op":"replace","path":"/payload/1/contentString","value":"Four"}]`)
		require.Equal(t, 200, r.StatusCode, r.body)
		hidden(r)
		kept()
		require.Contains(t, s.do(s.doctor, "GET", path, "").body, diabetes)
	})
}

// Where R4 wants a reference, who does not see what it points to reads one that is
// masked, and what is there for the sake of one is not there: the answer is valid, it
// can be sent back, and the link stays.
func TestRequiredReferencesAreMasked(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		x, err := s.id.Session(context.Background(), s.selfCookie, false)
		require.NoError(t, err)
		app, err := s.id.IssueToken(context.Background(), x.Account, "", []string{"patient/*.cruds"}, 3600e9)
		require.NoError(t, err)
		depression, diabetes, visit, note, letters := newID(), newID(), newID(), newID(), newID()
		s.put(condition(depression, s.rosa, "F33.1"))
		s.put(condition(diabetes, s.rosa, "E11.9"))
		s.put(`{"resourceType":"Encounter","id":"` + visit + `","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/` + s.rosa + `"},"diagnosis":[{"condition":{"reference":"Condition/` + depression + `","display":"Low mood"},"rank":1},{"condition":{"reference":"Condition/` + diabetes + `"},"rank":2},{"condition":{"reference":"Condition/` + depression + `"}}]}`)
		s.put(`{"resourceType":"Communication","id":"` + note + `","status":"completed","subject":{"reference":"Patient/` + s.rosa + `"},"payload":[{"id":"p1","contentReference":{"reference":"Condition/` + depression + `"}},{"contentString":"Hello"},{"contentReference":{"reference":"Condition/` + depression + `"}}]}`)
		s.put(`{"resourceType":"DocumentManifest","id":"` + letters + `","status":"current","subject":{"reference":"Patient/` + s.rosa + `"},"content":[{"reference":"Condition/` + depression + `","display":"Low mood"}]}`)
		const mask = `{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}`
		for path, want := range map[string][]string{
			"/fhir/DocumentManifest/" + letters: {`"content":[` + mask + `]`},
			"/fhir/Encounter/" + visit:          {`"diagnosis":[{"condition":{"reference":"Condition/` + diabetes + `"},"rank":2}]`},
			"/fhir/Communication/" + note:       {`"payload":[{"contentString":"Hello"}]`},
		} {
			seen := s.do(app, "GET", path, "")
			require.Equal(t, 200, seen.StatusCode, seen.body)
			for _, w := range want {
				require.Contains(t, seen.body, w)
			}
			require.NotContains(t, seen.body, depression)
			require.NotContains(t, seen.body, "Low mood")
			n, err := fhir.Parse([]byte(seen.body))
			require.NoError(t, err)
			for _, i := range fhir.Validate(n) {
				require.NotEqual(t, "error", i.Severity, "%+v", i)
			}
			for _, token := range []string{app, s.doctor, s.feed} { // and nobody is told that something is wrong with it
				judged := s.do(token, "GET", path+"/$validate", "")
				require.Equal(t, 200, judged.StatusCode, judged.body)
				require.Contains(t, judged.body, "All OK")
				require.NotContains(t, judged.body, depression)
			}
		}
		path := "/fhir/Communication/" + note
		seen := s.do(app, "GET", path, "")
		same := s.do(app, "PUT", path, seen.body)
		require.Equal(t, 200, same.StatusCode, same.body)
		require.Equal(t, `W/"1"`, same.Header.Get("ETag"), "read and written back, it is the same")
		changed := s.do(app, "PUT", path, strings.Replace(seen.body, "Hello", "Good day", 1))
		require.Equal(t, 200, changed.StatusCode, changed.body)
		require.Contains(t, changed.body, `"payload":[{"contentString":"Good day"}]`)
		r := s.patch(app, path, `[{"op":"test","path":"/payload/0/contentString","value":"Good day"},{"op":"replace","path":"/payload/0/contentString","value":"Bye"}]`)
		require.Equal(t, 200, r.StatusCode, r.body)
		require.NotContains(t, r.body, depression)
		all := s.do(s.doctor, "GET", path, "").body
		require.Equal(t, 2, strings.Count(all, depression), all)
		require.NotContains(t, all, "masked")
		require.Contains(t, all, "Bye")
	})
}

// A person's app cannot pass its facts off as a hospital's.
func TestSourcesAreNotTheAppsToName(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		claim := func(body string) string {
			return strings.Replace(body, `"status"`, `"meta":{"source":"https://hospital.example"},"status"`, 1)
		}
		made := s.do(s.doctor, "POST", "/fhir/Observation", claim(observation("", "Patient/"+s.rosa, 1)))
		require.Equal(t, 201, made.StatusCode, made.body)
		require.NotContains(t, made.body, "hospital.example")
		id := newID()
		s.put(claim(observation(id, "Patient/"+s.rosa, 1)))
		for _, body := range []string{observation(id, "Patient/"+s.rosa, 2), strings.Replace(claim(observation(id, "Patient/"+s.rosa, 3)), "hospital", "other", 1)} {
			r := s.do(s.doctor, "PUT", "/fhir/Observation/"+id, body)
			require.Equal(t, 200, r.StatusCode, r.body)
			require.Contains(t, r.body, `"source":"https://hospital.example"`, "a correction leaves where it came from")
		}
		r := s.patch(s.doctor, "/fhir/Observation/"+id, `[{"op":"replace","path":"/meta/source","value":"https://other.example"},{"op":"replace","path":"/status","value":"amended"}]`)
		require.Equal(t, 200, r.StatusCode, r.body)
		require.Contains(t, r.body, `"source":"https://hospital.example"`)
	})
}
