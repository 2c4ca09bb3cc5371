package rest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/subscription"
)

func groupOf(id string, patients ...string) string {
	var members []string
	for _, p := range patients {
		members = append(members, fmt.Sprintf(`{"entity":{"reference":"Patient/%s"}}`, p))
	}
	return fmt.Sprintf(`{"resourceType":"Group","id":"%s","type":"person","actual":true,"member":[%s]}`, id, strings.Join(members, ","))
}

// A backend service that is bound to a Group works in the charts of its members, by
// whatever way it asks, and in no other; within them by its scopes, a category of a type
// even. Who joins the Group is there at once, who leaves it is gone.
func TestABackendServiceIsBoundToItsGroup(t *testing.T) {
	eachBulk(t, func(t *testing.T, s *bulkSite) {
		carl := s.patient("Brandt")
		mine, vital, other, third, problem, theirs, group, wide := newID(), newID(), newID(), newID(), newID(), newID(), newID(), newID()
		of := func(category, body string) string {
			return strings.Replace(body, `"status":"final"`, `"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"`+category+`"}]}]`, 1)
		}
		s.put(of("laboratory", observation(mine, "Patient/"+s.rosa, 4.2)))
		s.put(of("vital-signs", observation(vital, "Patient/"+s.rosa, 72)))
		s.put(of("laboratory", observation(other, "Patient/"+s.ben, 4.4)))
		s.put(of("laboratory", observation(third, "Patient/"+carl, 4.6)))
		s.put(condition(problem, s.rosa, "I10"))
		s.put(condition(theirs, s.ben, "E11.9"))
		both := newID()
		s.put(fmt.Sprintf(`{"resourceType":"Appointment","id":"%s","status":"booked","start":"2026-12-01T10:00:00Z","end":"2026-12-01T10:30:00Z","participant":[{"actor":{"reference":"Patient/%s"},"status":"accepted"},{"actor":{"reference":"Patient/%s"},"status":"accepted"}]}`, both, s.rosa, s.ben))
		s.put(groupOf(group, s.rosa, carl))
		s.put(groupOf(wide, s.rosa, s.ben, carl))
		b := s.boundBackend(group, "system/*.cruds")
		tok := b.token("system/*.cruds")
		unseen := []string{other, theirs, s.ben, "Okafor", "E11.9"}
		clean := func(path string, r reply) {
			t.Helper()
			for _, u := range unseen {
				if !strings.Contains(path, u) { // what was asked may come back in an error
					require.NotContains(t, r.body, u, path)
				}
			}
		}

		for _, path := range []string{"/fhir/Observation/" + mine, "/fhir/Observation/" + mine + "/_history", "/fhir/Observation/" + mine + "/_history/1", "/fhir/Patient/" + s.rosa, "/fhir/Patient/" + s.rosa + "/$everything",
			"/fhir/Patient/" + carl + "/Observation", "/fhir/Condition/" + problem} {
			r := s.do(tok, "GET", path, "")
			require.Equal(t, 200, r.StatusCode, path+r.body)
			clean(path, r)
		}
		for _, path := range []string{"/fhir/Observation/" + other, "/fhir/Observation/" + other + "/_history", "/fhir/Observation/" + other + "/_history/1", "/fhir/Patient/" + s.ben, "/fhir/Patient/" + s.ben + "/$everything", "/fhir/Condition/" + theirs} {
			r := s.do(tok, "GET", path, "")
			require.Equal(t, 404, r.StatusCode, path)
			clean(path, r)
		}
		// Every search, whether it names patients or none, and what hangs on it.
		for path, want := range map[string]int{
			"/fhir/Observation": 3, "/fhir/Observation?_total=accurate": 3, "/fhir/Observation?code=2823-3": 3, "/fhir/Observation?patient=" + s.rosa + "," + s.ben: 2, "/fhir/Observation?patient=" + s.ben: 0,
			"/fhir/Observation?_id=" + mine + "," + other: 1, "/fhir/Observation?patient.family=Okafor": 0, "/fhir/Observation?patient.family=Marin": 2, "/fhir/Patient": 2, "/fhir/Patient?family=Okafor": 0,
			"/fhir/Patient?_has:Condition:patient:code=E11.9": 0, "/fhir/Patient?_has:Condition:patient:code=I10": 1, "/fhir/Condition": 1, "/fhir?_type=Observation,Condition": 4,
			"/fhir/Observation?_include=Observation:subject": 3, "/fhir/Patient?_revinclude=Observation:subject": 2, "/fhir/Observation?_sort=-date": 3, "/fhir/Patient/" + s.ben + "/Observation": -1, "/fhir/Observation?_count=1": 3,
		} {
			r := s.do(tok, "GET", path, "")
			clean(path, r)
			if want < 0 {
				require.NotEqual(t, 200, r.StatusCode, path)
				continue
			}
			require.Equal(t, 200, r.StatusCode, path+r.body)
			if strings.Contains(path, "_total") || strings.Contains(path, "_count") {
				require.Contains(t, s.do(tok, "GET", path+"&_total=accurate", "").body, fmt.Sprintf(`"total":%d`, want), path)
				continue
			}
			matches := 0
			for _, e := range r.bundle(t).Entry {
				if e.Search.Mode != "include" && e.Search.Mode != "outcome" {
					matches++
				}
			}
			require.Equal(t, want, matches, path+r.body)
		}
		for _, path := range []string{"/fhir/Observation/_history", "/fhir/_history", "/fhir/Patient/_history", "/fhir/Appointment/" + both, "/fhir/Appointment?patient=" + s.rosa, "/fhir/Appointment", "/fhir/Group/" + wide, "/fhir/Group",
			"/fhir/AuditEvent", "/fhir/AuditEvent?patient=" + s.ben, "/fhir/Patient/$everything"} {
			clean(path, s.do(tok, "GET", path, ""))
		}
		r := s.do(tok, "POST", "/fhir/Patient/$match", `{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient","name":[{"family":"Okafor","given":["Ana"]}],"birthDate":"1952-03-02"}}]}`)
		require.NotContains(t, r.body, s.ben)

		// Writing.
		fresh := newID()
		require.Equal(t, 201, s.do(tok, "PUT", "/fhir/Observation/"+fresh, observation(fresh, "Patient/"+s.rosa, 5)).StatusCode)
		for _, w := range [][3]string{
			{"POST", "/fhir/Observation", observation(newID(), "Patient/"+s.ben, 9)}, {"PUT", "/fhir/Observation/" + other, observation(other, "Patient/"+s.ben, 9)}, {"DELETE", "/fhir/Observation/" + other, ""},
			{"PUT", "/fhir/Observation/" + other, observation(other, "Patient/"+s.rosa, 9)},
			{"PUT", "/fhir/Group/" + group, groupOf(group, s.rosa, carl, s.ben)}, {"DELETE", "/fhir/Group/" + wide, ""}, {"POST", "/fhir/Group", groupOf(newID(), s.rosa)},
		} {
			require.GreaterOrEqual(t, s.do(tok, w[0], w[1], w[2]).StatusCode, 400, w[0]+" "+w[1])
		}
		require.Contains(t, s.do(s.feed, "GET", "/fhir/Observation/"+other, "").body, "4.4")

		// Exporting.
		s.work()
		exported := func(path string) map[string]bool {
			t.Helper()
			_, lines := s.exported(tok, path)
			return ids(lines["Observation"])
		}
		require.Equal(t, map[string]bool{mine: true, vital: true, third: true, fresh: true}, exported("/fhir/Patient/$export?_type=Observation,Patient"), "all patients are those of the group")
		require.Equal(t, map[string]bool{mine: true, vital: true, third: true, fresh: true}, exported("/fhir/Group/"+group+"/$export?_type=Observation"))
		_, visits := s.exported(tok, "/fhir/Patient/$export?_type=Appointment")
		require.Len(t, visits["Appointment"], 1)
		require.NotContains(t, fmt.Sprint(visits), s.ben, "of what is about several, the part that is about members")
		for path, want := range map[string]int{"/fhir/Group/" + wide + "/$export": 404, "/fhir/$export": 403} {
			require.Equal(t, want, s.do(tok, "GET", path, "", "Prefer", "respond-async", "Accept", "application/fhir+json").StatusCode, path)
		}

		// A category within the group.
		labs := b.token("system/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory")
		require.Equal(t, 200, s.do(labs, "GET", "/fhir/Observation/"+mine, "").StatusCode)
		require.Equal(t, 404, s.do(labs, "GET", "/fhir/Observation/"+vital, "").StatusCode)
		found := s.do(labs, "GET", "/fhir/Observation", "").body
		require.Contains(t, found, mine)
		require.Contains(t, found, third)
		require.NotContains(t, found, vital)
		require.NotContains(t, found, other)

		// Members come and go.
		s.put(groupOf(group, s.rosa, s.ben))
		require.Equal(t, 200, s.do(tok, "GET", "/fhir/Observation/"+other, "").StatusCode)
		require.Equal(t, 404, s.do(tok, "GET", "/fhir/Observation/"+third, "").StatusCode)
		require.NotContains(t, s.do(tok, "GET", "/fhir/Observation", "").body, third)
		require.Equal(t, 204, s.do(s.feed, "DELETE", "/fhir/Group/"+group, "").StatusCode)
		require.Equal(t, 404, s.do(tok, "GET", "/fhir/Observation/"+mine, "").StatusCode, "without the group there is nobody")
	})
}

func TestABoundServiceIsToldOfItsGroupOnly(t *testing.T) {
	subscribed(t, func(t *testing.T, s *site, _ *subscription.Service) {
		group := newID()
		s.put(groupOf(group, s.rosa))
		tok := s.boundBackend(group, "system/*.cruds").token("system/*.cruds")
		hook := newReceiver(t)
		id := s.subscribe(tok, subscriptionBody(hook.server.URL, ownTopic("resource-change"), "full-resource", "", "Observation?code=http://loinc.org|2823-3"))
		s.waitState(tok, id, "active")
		one, other, two := newID(), newID(), newID()
		s.put(observation(one, "Patient/"+s.rosa, 1))
		s.put(observation(other, "Patient/"+s.ben, 2))
		s.put(observation(two, "Patient/"+s.rosa, 3))
		require.Equal(t, map[int64]string{1: "Observation/" + one, 2: "Observation/" + two}, hook.wait(2))
		for _, x := range hook.all() {
			require.NotContains(t, x.raw, other)
		}
	})
}
