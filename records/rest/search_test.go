package rest_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
	"housecall/records/fhir"
)

var system = identity.SystemPrincipal("test")

func TestSearchPages(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		want := map[string]bool{}
		for i := range 7 {
			id := newID()
			s.put(observation(id, "Patient/"+s.rosa, i))
			want[id] = true
		}
		s.put(observation(newID(), "Patient/"+s.ben, 1))
		question := "code=http%3A%2F%2Floinc.org%7C2823-3&_count=3&_total=accurate&_sort=-date&patient=" + s.rosa
		for name, first := range map[string]reply{
			"GET":  s.do(s.doctor, "GET", "/fhir/Observation?"+question, ""),
			"POST": s.do(s.doctor, "POST", "/fhir/Observation/_search", question, "Content-Type", "application/x-www-form-urlencoded"),
			"both": s.do(s.doctor, "POST", "/fhir/Observation/_search?patient="+s.rosa, strings.TrimSuffix(question, "&patient="+s.rosa), "Content-Type", "application/x-www-form-urlencoded"),
		} {
			b := first.bundle(t)
			require.Equal(t, "searchset", b.Type)
			require.Equal(t, 7, *b.Total, name)
			got := map[string]bool{}
			for pages := 1; ; pages++ {
				for _, e := range b.Entry {
					require.Equal(t, "match", e.Search.Mode)
					require.Equal(t, base+"/fhir/Observation/", e.FullURL[:len(base+"/fhir/Observation/")])
					got[e.FullURL[len(base+"/fhir/Observation/"):]] = true
				}
				next := b.link("next")
				if next == "" {
					require.Equal(t, 3, pages)
					break
				}
				u, err := url.Parse(next)
				require.NoError(t, err)
				require.Len(t, u.Query(), 1, "a link holds nothing that can be read")
				require.Equal(t, 400, s.do(s.self, "GET", next, "").StatusCode, "and belongs to who asked")
				b = s.do(s.doctor, "GET", next, "").bundle(t)
			}
			require.Equal(t, want, got, name)
		}
		posted := s.do(s.doctor, "POST", "/fhir/Observation/_search", question, "Content-Type", "application/x-www-form-urlencoded").bundle(t)
		require.NotContains(t, posted.link("self"), "2823-3")
		require.Equal(t, 400, s.do(s.doctor, "GET", "/fhir/Observation?_page=nonsense", "").StatusCode)
		require.Equal(t, 415, s.do(s.doctor, "POST", "/fhir/Observation/_search", "{}", "Content-Type", "application/json").StatusCode)
	})
}

func TestStrictAndLenient(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		for _, unknown := range []string{"favourite=blue", "_include=Observation:code"} {
			path := "/fhir/Observation?patient=" + s.rosa + "&" + unknown
			b := s.do(s.doctor, "GET", path, "").bundle(t)
			require.Len(t, b.Entry, 1, unknown)
			require.Equal(t, "outcome", b.Entry[0].Search.Mode)
			name, _, _ := strings.Cut(unknown, "=")
			require.Contains(t, string(b.Entry[0].Resource), name)
			require.NotContains(t, b.link("self"), name, "the self link says what was looked at")
			strict := s.do(s.doctor, "GET", path, "", "Prefer", "handling=strict")
			require.Equal(t, 400, strict.StatusCode, unknown)
			strict.outcome(t)
		}
	})
}

func TestEverythingIsPaged(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		for i := range 4 {
			s.put(observation(newID(), "Patient/"+s.rosa, i))
		}
		s.put(condition(newID(), s.rosa, "E11.9"))
		path := "/fhir/Patient/" + s.rosa + "/$everything"
		all := s.do(s.self, "GET", path, "").bundle(t)
		require.Len(t, all.Entry, 6)
		require.Empty(t, all.link("next"))
		n := 0
		for next := path + "?_count=4"; next != ""; {
			b := s.do(s.self, "GET", next, "").bundle(t)
			n += len(b.Entry)
			next = b.link("next")
		}
		require.Equal(t, 6, n)
		require.Len(t, s.do(s.self, "GET", path+"?_type=Condition,Patient", "").bundle(t).Entry, 2)
		require.Empty(t, s.do(s.self, "GET", path+"?_since=2100-01-01T00:00:00Z", "").bundle(t).Entry)
		require.Equal(t, 400, s.do(s.self, "GET", path+"?_since=yesterday", "").StatusCode)
		require.Equal(t, 404, s.do(s.self, "GET", "/fhir/Patient/"+newID()+"/$everything", "").StatusCode)
	})
}

// Everything that the capability statement promises is called.
func TestTheCapabilityStatementIsTrue(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		raw := s.do("", "GET", "/fhir/metadata", "")
		require.Equal(t, 200, raw.StatusCode)
		var cs struct {
			ResourceType, FhirVersion string
			Software                  struct{ Version string }
			Rest                      []struct {
				Interaction []struct{ Code string }
				Resource    []struct {
					Type        string
					Interaction []struct{ Code string }
					Operation   []struct{ Name, Definition string }
					SearchParam []struct{ Name, Type string }
				}
			}
		}
		require.NoError(t, json.Unmarshal([]byte(raw.body), &cs))
		require.Equal(t, "4.0.1", cs.FhirVersion)
		require.Equal(t, "1.2.3", cs.Software.Version)
		samples := map[string]string{"token": "x", "reference": newID(), "date": "ge2020", "string": "x", "quantity": "5.4", "number": "3", "uri": "http://x.test/y", "special": "42|-71"}
		require.Greater(t, len(cs.Rest[0].Resource), 100)
		for _, r := range cs.Rest[0].Resource {
			var q []string
			for _, p := range r.SearchParam {
				sample, ok := samples[p.Type]
				if parts := fhir.LookupParam(r.Type, p.Name).Parts; p.Type == "composite" {
					for i, part := range parts {
						if i > 0 {
							sample += "$"
						}
						sample += samples[part.Type.String()]
					}
					ok = len(parts) > 1
				}
				require.True(t, ok, p.Type)
				q = append(q, p.Name+"="+sample)
			}
			all := s.do(s.feed, "POST", "/fhir/"+r.Type+"/_search", strings.Join(q, "&"), "Content-Type", "application/x-www-form-urlencoded", "Prefer", "handling=strict")
			require.Equal(t, 200, all.StatusCode, r.Type+": "+all.body)
			for _, i := range r.Interaction {
				id, body := newID(), ""
				method, path, status := "GET", "/fhir/"+r.Type+"/"+id, 404
				switch i.Code {
				case "read", "search-type":
				case "vread":
					path += "/_history/1"
				case "history-instance":
					path += "/_history"
				case "history-type":
					path, status = "/fhir/"+r.Type+"/_history", 200
				case "create": // too little is sent, and that is what is said
					method, path, body, status = "POST", "/fhir/"+r.Type, `{"resourceType":"`+r.Type+`","unheardOf":1}`, 422
				case "update":
					method, body, status = "PUT", `{"resourceType":"`+r.Type+`","id":"`+id+`","unheardOf":1}`, 422
				case "patch": // which kinds there are is said, whatever the type
					method, body, status = "PATCH", `{"resourceType":"Parameters"}`, 415
				case "delete":
					method = "DELETE"
				default:
					t.Fatal("unknown interaction " + i.Code)
				}
				got := s.do(s.feed, method, path, body)
				require.Equal(t, status, got.StatusCode, "%s %s: %s", i.Code, r.Type, got.body)
			}
			for _, o := range r.Operation {
				want, path := 404, "/fhir/"+r.Type+"/"+s.rosa // of other types nothing has this id
				if r.Type == "Patient" || o.Definition != "http://hl7.org/fhir/OperationDefinition/Resource-"+o.Name {
					want = 200
				}
				ask := promisedCalls[o.Name]
				require.NotNil(t, ask, o.Name)
				require.Equal(t, want, ask(s, r.Type, path).StatusCode, "%s $%s", r.Type, o.Name)
			}
		}
		for _, i := range cs.Rest[0].Interaction {
			if i.Code == "history-system" {
				s.do(s.feed, "GET", "/fhir/_history", "").bundle(t)
				continue
			}
			if i.Code == "search-system" {
				s.do(s.feed, "GET", "/fhir?_type=Patient,Observation", "").bundle(t)
				continue
			}
			body := fmt.Sprintf(`{"resourceType":"Bundle","type":"%s","entry":[]}`, i.Code)
			require.Equal(t, i.Code+"-response", s.do(s.feed, "POST", "/fhir", body).bundle(t).Type)
		}
		require.Equal(t, 404, s.do("", "GET", "/fhir/.well-known/smart-configuration", "").StatusCode, "without an authorization server there is none")
	})
}
