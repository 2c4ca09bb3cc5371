package rest_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// all turns the pages of a search and gives what is found, as Type/id.
func (s *site) all(token, path string) (found []string) {
	s.t.Helper()
	for pages := 0; path != ""; pages++ {
		require.Less(s.t, pages, 100)
		b := s.do(token, "GET", path, "").bundle(s.t)
		for _, e := range b.Entry {
			if e.Search.Mode == "match" {
				found = append(found, strings.TrimPrefix(e.FullURL, base+"/fhir/"))
			}
		}
		path = b.link("next")
	}
	return found
}

func sorted(list ...string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

const form = "application/x-www-form-urlencoded"

func TestWhatBelongsToAPatient(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		var obs []string
		for i := range 3 {
			id := newID()
			s.put(observation(id, "Patient/"+s.rosa, i))
			obs = append(obs, "Observation/"+id)
		}
		cond, visit, bens := newID(), newID(), newID()
		s.put(condition(cond, s.rosa, "E11.9"))
		s.put(`{"resourceType":"Appointment","id":"` + visit + `","status":"booked","start":"2026-12-01T09:00:00Z","end":"2026-12-01T09:30:00Z","participant":[{"actor":{"reference":"Patient/` + s.rosa + `"},"status":"accepted"}]}`)
		s.put(observation(newID(), "Patient/"+s.ben, 9))
		// Ben's, and it names Rosa: who may see Ben finds it in her compartment.
		s.put(`{"resourceType":"Communication","id":"` + bens + `","status":"completed","subject":{"reference":"Patient/` + s.ben + `"},"recipient":[{"reference":"Patient/` + s.rosa + `"}]}`)
		// What she measured for him is his.
		s.put(strings.Replace(observation(newID(), "Patient/"+s.ben, 9), `"subject"`, `"performer":[{"reference":"Patient/`+s.rosa+`"}],"subject"`, 1))
		rosa := "/fhir/Patient/" + s.rosa
		everything := append([]string{"Patient/" + s.rosa, "Condition/" + cond, "Appointment/" + visit}, obs...)

		require.Equal(t, sorted(obs...), sorted(s.all(s.doctor, rosa+"/Observation?_count=2")...))
		require.Equal(t, []string{"Condition/" + cond}, s.all(s.self, rosa+"/Condition?code=E11.9"))
		require.Empty(t, s.all(s.self, rosa+"/Condition?code=I10"))
		require.Empty(t, s.all(s.self, rosa+"/Observation?patient="+s.ben))
		require.Equal(t, []string{"Appointment/" + visit}, s.all(s.doctor, rosa+"/Appointment"))
		require.Equal(t, []string{"Patient/" + s.rosa}, s.all(s.doctor, rosa+"/Patient"))
		require.Empty(t, s.all(s.doctor, rosa+"/Communication"), "Ben's chart is not hers to see")
		require.Equal(t, []string{"Communication/" + bens}, s.all(s.feed, rosa+"/Communication"))
		for _, star := range []string{rosa + "/*", rosa + "/%2A", rosa + "/*?_count=2", rosa + "/*?_count=1&_sort=_lastUpdated"} {
			require.Equal(t, sorted(everything...), sorted(s.all(s.doctor, star)...), star)
		}
		require.Equal(t, sorted(append(everything, "Communication/"+bens)...), sorted(s.all(s.feed, rosa+"/*?_count=3")...))
		require.Equal(t, sorted(append(slices.Clone(obs), "Condition/"+cond)...), sorted(s.all(s.self, rosa+"/*?_type=Condition,Observation")...))
		require.Equal(t, []string{"Condition/" + cond}, s.all(s.self, rosa+"/*?_id="+cond))
		included := s.do(s.self, "GET", rosa+"/Observation?_include=Observation:subject", "").bundle(t)
		require.Len(t, included.Entry, 4)

		for path, form := range map[string]string{"/Observation/_search": "code=2823-3", "/*/_search": "_type=Observation", "/_search": "_type=Observation"} {
			r := s.do(s.doctor, "POST", rosa+path, form+"&_total=accurate&_count=1", "Content-Type", "application/x-www-form-urlencoded").bundle(t)
			require.Equal(t, 3, *r.Total, path)
			require.Len(t, s.do(s.doctor, "GET", r.link("next"), "").bundle(t).Entry, 1)
		}
		batch := s.do(s.doctor, "POST", "/fhir", bundleOf("batch", entry("", "GET", "Patient/"+s.rosa+"/Observation?_count=2", "", ""), entry("", "GET", "Patient/"+s.rosa+"/*", "", ""), entry("", "GET", "?_type=Condition,Appointment", "", ""))).bundle(t)
		for i, want := range []int{2, len(everything), 2} {
			require.Equal(t, want, strings.Count(string(batch.Entry[i].Resource), `"mode":"match"`), string(batch.Entry[i].Resource))
		}

		// Who may not see the chart is told the same as of one that does not exist.
		for _, path := range []string{"/Observation", "/*"} {
			hidden := s.do(s.stranger, "GET", rosa+path, "")
			require.Equal(t, 404, hidden.StatusCode)
			none := s.do(s.stranger, "GET", "/fhir/Patient/"+newID()+path, "")
			require.Equal(t, 404, none.StatusCode)
			require.Equal(t, none.outcome(t), hidden.outcome(t))
			require.Equal(t, 404, s.do(s.feed, "GET", "/fhir/Patient/"+newID()+path, "").StatusCode)
		}
		require.Equal(t, 404, s.do(s.doctor, "GET", rosa+"/Organization", "").StatusCode)
		require.Equal(t, 404, s.do(s.doctor, "GET", rosa+"/Nonsense", "").StatusCode)
		require.Equal(t, 404, s.do(s.doctor, "GET", "/fhir/Patient/a_b/Observation", "").StatusCode)
		require.Equal(t, 400, s.do(s.doctor, "GET", "/fhir/Patient/%00/Observation", "").StatusCode)
		require.Equal(t, 400, s.do(s.doctor, "GET", rosa+"/*?_type=Organization", "").StatusCode)
		link := s.do(s.doctor, "GET", rosa+"/*?_count=1", "").bundle(t).link("next")
		require.Equal(t, 400, s.do(s.self, "GET", link, "").StatusCode, "a link belongs to who asked")
	})
}

// A caregiver who does not see documents finds none, and an app finds the types
// that it was let into.
func TestACompartmentShowsWhatTheViewShows(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		doc := newID()
		s.put(`{"resourceType":"DocumentReference","id":"` + doc + `","status":"current","subject":{"reference":"Patient/` + s.rosa + `"},"content":[{"attachment":{"title":"x","contentType":"text/plain","data":"eA=="}}]}`)
		secret := newID()
		s.put(strings.Replace(condition(secret, s.rosa, "E11.9"), `"clinicalStatus"`, `"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},"clinicalStatus"`, 1))
		rosa := "/fhir/Patient/" + s.rosa
		require.Len(t, s.all(s.self, rosa+"/*"), 3)
		require.Equal(t, []string{"Patient/" + s.rosa}, s.all(s.elena, rosa+"/*"))
		require.Equal(t, []string{"Patient/" + s.rosa}, s.all(s.elena, "/fhir?_type=Patient,Condition,DocumentReference"))
		require.Equal(t, 0, *s.do(s.elena, "GET", rosa+"/*?_type=Condition,DocumentReference&_total=accurate", "").bundle(t).Total)
	})
}

func TestSearchOverSeveralTypes(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		var mine []string
		id := newID() // of several types
		s.put(observation(id, "Patient/"+s.rosa, 1))
		s.put(condition(id, s.rosa, "E11.9"))
		mine = append(mine, "Observation/"+id, "Condition/"+id)
		for i := range 4 {
			id := newID()
			s.put(strings.Replace(observation(id, "Patient/"+s.rosa, i), `"status"`, fmt.Sprintf(`"meta":{"tag":[{"system":"urn:x","code":"even-%d"}]},"status"`, i%2), 1))
			mine = append(mine, "Observation/"+id)
		}
		other, org, device := newID(), newID(), newID()
		s.put(condition(other, s.ben, "E11.9"))
		s.put(`{"resourceType":"Organization","id":"` + org + `","name":"Harbor"}`)
		s.put(`{"resourceType":"Device","id":"` + device + `","owner":{"reference":"Organization/` + org + `"}}`)

		path := "/fhir?_type=Observation,Condition"
		newest := s.all(s.doctor, path)
		require.Equal(t, sorted(mine...), sorted(newest...))
		oldest := s.all(s.doctor, path+"&_sort=_lastUpdated&_count=2")
		slices.Reverse(oldest)
		require.Equal(t, newest, oldest)
		require.Equal(t, newest, s.all(s.doctor, "/fhir/?_type=Observation&_type=Condition&_count=1"))
		require.Equal(t, sorted(append(mine, "Condition/"+other)...), sorted(s.all(s.feed, path+"&_count=3")...))
		require.Len(t, s.all(s.doctor, path+"&_tag=urn:x|even-0"), 2)
		require.Len(t, s.all(s.doctor, path+"&_tag:not=urn:x|even-0"), 4)
		require.Len(t, s.all(s.doctor, path+"&_tag:missing=false"), 4)
		require.Len(t, s.all(s.feed, path+"&_tag=urn:x|even-0"), 2)
		require.Equal(t, sorted("Observation/"+id, "Condition/"+id), sorted(s.all(s.feed, path+"&_count=1&_id="+id)...))
		require.Equal(t, sorted("Observation/"+id, "Condition/"+id), sorted(s.all(s.doctor, path+"&_id="+id+","+other)...))
		require.Len(t, s.all(s.doctor, path+"&_lastUpdated=gt2020"), 6)
		require.Empty(t, s.all(s.doctor, path+"&_lastUpdated=lt2020"))
		require.Equal(t, []string{"Organization/" + org}, s.all(s.self, "/fhir?_type=Organization,Device"), "the clinic's own things are not for everybody")
		require.Equal(t, sorted("Organization/"+org, "Device/"+device), sorted(s.all(s.feed, "/fhir?_type=Organization,Device")...))
		require.Empty(t, s.all(s.self, "/fhir/Organization?_revinclude=Device:owner")[1:])
		require.NotContains(t, s.do(s.self, "GET", "/fhir/Organization?_revinclude=Device:owner", "").body, device)

		posted := s.do(s.doctor, "POST", "/fhir/_search", "_type=Observation,Condition&_total=accurate&_count=4&_elements=id", "Content-Type", form).bundle(t)
		require.Equal(t, 6, *posted.Total)
		require.Len(t, posted.Entry, 4)
		require.Equal(t, base+"/fhir", posted.link("self"))
		next, err := url.Parse(posted.link("next"))
		require.NoError(t, err)
		require.Len(t, next.Query(), 1)
		require.Len(t, s.do(s.doctor, "GET", next.String(), "").bundle(t).Entry, 2)
		require.Equal(t, 6, *s.do(s.doctor, "GET", path+"&_summary=count", "").bundle(t).Total)

		for _, bad := range []string{"/fhir", "/fhir?_id=" + id, "/fhir?_type=Nonsense", "/fhir?_type=Observation,AuditEvent", path + "&_count=x"} {
			require.Equal(t, 400, s.do(s.doctor, "GET", bad, "").StatusCode, bad)
		}
		for _, unknown := range []string{"code=2823-3", "_sort=_id", "_include=Observation:subject", "_has:Condition:subject:code=1"} {
			require.Equal(t, 200, s.do(s.doctor, "GET", path+"&"+unknown, "").StatusCode, unknown)
			require.Equal(t, 400, s.do(s.doctor, "GET", path+"&"+unknown, "", "Prefer", "handling=strict").StatusCode, unknown)
		}
		narrow, err := s.id.IssueToken(t.Context(), "", "narrow", []string{"system/Condition.rs"}, 3600e9)
		require.NoError(t, err)
		require.Equal(t, 403, s.do(narrow, "GET", path, "").StatusCode)
		require.Equal(t, []string{"Condition/" + id}, s.all(narrow, "/fhir/Patient/"+s.rosa+"/*"))
		require.Equal(t, 403, s.do(narrow, "GET", "/fhir/Patient/"+s.rosa+"/Observation", "").StatusCode)
	})
}
