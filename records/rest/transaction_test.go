package rest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func entry(full, method, url, resource, more string) string {
	e := `{"request":{"method":"` + method + `","url":"` + url + `"` + more + `}`
	if full != "" {
		e = `{"fullUrl":"` + full + `",` + e[1:]
	}
	if resource != "" {
		e += `,"resource":` + resource
	}
	return e + "}"
}

func bundleOf(kind string, entries ...string) string {
	return `{"resourceType":"Bundle","type":"` + kind + `","entry":[` + strings.Join(entries, ",") + `]}`
}

func TestTransactionResolvesItsReferences(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		patient, org := "urn:uuid:"+newID(), "urn:uuid:"+newID()
		r := s.do(s.feed, "POST", "/fhir", bundleOf("transaction",
			entry("", "GET", "Observation?code=2823-3", "", ""),
			entry("urn:uuid:"+newID(), "POST", "Observation", observation("", patient, 4.4), ""),
			entry(org, "POST", "Organization", `{"resourceType":"Organization","identifier":[{"system":"urn:x","value":"h1"}],"name":"Hill Clinic"}`, ""),
			entry(patient, "POST", "Patient", `{"resourceType":"Patient","name":[{"family":"New"}],"managingOrganization":{"reference":"`+org+`"}}`, ""),
		)).bundle(t)
		require.Equal(t, "transaction-response", r.Type)
		require.Len(t, r.Entry, 4)
		require.Contains(t, string(r.Entry[0].Resource), `"value":4.4`, "what is read is read after the changes")
		for _, e := range r.Entry[1:] {
			require.Equal(t, "201 Created", e.Response.Status)
			require.Equal(t, `W/"1"`, e.Response.Etag)
			require.NotEmpty(t, e.Response.LastModified)
			require.Nil(t, e.Resource)
		}
		made := s.do(s.feed, "GET", "/fhir/"+strings.TrimSuffix(r.Entry[3].Response.Location, "/_history/1"), "")
		require.Equal(t, 200, made.StatusCode)
		require.Contains(t, made.body, `"reference":"`+strings.TrimSuffix(r.Entry[2].Response.Location, "/_history/1")+`"`)

		// References by search are resolved too.
		known := entry("", "POST", "Patient", `{"resourceType":"Patient","managingOrganization":{"reference":"Organization?identifier=urn:x|h1"}}`, "")
		again := s.do(s.feed, "POST", "/fhir", bundleOf("transaction", known), "Prefer", "return=representation").bundle(t)
		require.Contains(t, string(again.Entry[0].Resource), strings.TrimSuffix(r.Entry[2].Response.Location, "/_history/1"))
		unknown := s.do(s.feed, "POST", "/fhir", bundleOf("transaction", strings.Replace(known, "h1", "h2", 1)))
		require.Equal(t, 400, unknown.StatusCode)
		require.Equal(t, []string{"not-found Bundle.entry[0].resource.managingOrganization.reference"}, unknown.outcome(t))
	})
}

func TestTransactionIsAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		old := newID()
		s.put(observation(old, "Patient/"+s.rosa, 1))
		good := entry("", "POST", "Observation", observation("", "Patient/"+s.rosa, 9.9), "")
		for _, c := range []struct {
			name, token, entry string
			status             int
			issue              string
		}{
			{"breaks a rule", s.doctor, entry("", "POST", "Observation", strings.Replace(observation("", "Patient/"+s.rosa, 1), "final", "finished", 1), ""), 422, "code-invalid Bundle.entry[1].resource.status"},
			{"stale version", s.doctor, entry("", "PUT", "Observation/"+old, observation(old, "Patient/"+s.rosa, 2), `,"ifMatch":"W/\"7\""`), 412, "conflict Bundle.entry[1]"},
			{"somebody else's chart", s.doctor, entry("", "POST", "Observation", observation("", "Patient/"+s.ben, 1), ""), 404, "not-found"},
			{"not there", s.doctor, entry("", "DELETE", "Observation/"+newID(), "", ""), 404, "not-found Bundle.entry[1]"},
			{"reference to nothing", s.doctor, entry("", "POST", "Observation", observation("", "urn:uuid:"+newID(), 1), ""), 400, "not-found Bundle.entry[1].resource.subject.reference"},
			{"conditional on what is not known", s.doctor, entry("", "POST", "Observation", observation("", "Patient/"+s.rosa, 1), `,"ifNoneExist":"colour=red"`), 400, "not-supported Bundle.entry[1]"},
			{"not the doctor's to write", s.doctor, entry("", "PUT", "Patient/"+s.rosa, patientBody(s.rosa, "Renamed"), ""), 403, "forbidden Bundle.entry[1]"},
			{"nonsense", s.doctor, entry("", "BREW", "Observation/"+old, "", ""), 400, "not-supported Bundle.entry[1]"},
			{"patch without resource", s.doctor, entry("", "PATCH", "Observation/"+old, "", ""), 422, "required Bundle.entry[1]"},
			{"without resource", s.doctor, entry("", "POST", "Observation", "", ""), 422, "required Bundle.entry[1]"},
		} {
			r := s.do(c.token, "POST", "/fhir", bundleOf("transaction", good, c.entry))
			require.Equal(t, c.status, r.StatusCode, c.name+": "+r.body)
			require.Contains(t, r.outcome(t)[0], c.issue, c.name)
		}
		twice := s.do(s.doctor, "POST", "/fhir", bundleOf("transaction",
			entry("", "DELETE", "Observation/"+old, "", ""), entry("", "PUT", "Observation/"+old, observation(old, "Patient/"+s.rosa, 2), "")))
		require.Equal(t, 400, twice.StatusCode)
		left := s.do(s.doctor, "GET", "/fhir/Observation?patient="+s.rosa, "").bundle(t)
		require.Len(t, left.Entry, 1, "nothing of any of them is there")
	})
}

func TestBatchDoesEachForItself(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		id := newID()
		r := s.do(s.doctor, "POST", "/fhir", bundleOf("batch",
			entry("", "PUT", "Observation/"+id, observation(id, "Patient/"+s.rosa, 3.3), ""),
			entry("", "POST", "Observation", observation("", "Patient/"+s.ben, 1), ""),
			entry("", "GET", "Observation/"+id, "", ""),
			entry("", "GET", "Patient/"+s.rosa+"/$everything", "", ""),
			entry("", "GET", "Observation?patient="+s.rosa, "", ""),
			entry("", "DELETE", "Observation/"+id, "", ""),
		)).bundle(t)
		var got []string
		for _, e := range r.Entry {
			got = append(got, e.Response.Status[:3])
		}
		require.Equal(t, []string{"201", "404", "200", "400", "200", "204"}, got)
		require.Contains(t, string(r.Entry[1].Response.Outcome), "OperationOutcome")
		require.Contains(t, string(r.Entry[2].Resource), `"value":3.3`)
		require.True(t, json.Valid(r.Entry[4].Resource))
		require.Equal(t, 413, s.do(s.doctor, "POST", "/fhir", bundleOf("batch", strings.TrimSuffix(strings.Repeat("{},", 5001), ","))).StatusCode)
	})
}

func TestNoNameInTheLog(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.do(s.doctor, "GET", "/fhir/Patient?family=Marin", "")
		s.do(s.doctor, "POST", "/fhir/Patient", patientBody(newID(), "Secretname")+"x")
		s.do(s.stranger, "GET", fmt.Sprintf("/fhir/Patient/%s", s.rosa), "")
		for _, secret := range []string{"Marin", "Secretname", s.rosa} {
			require.NotContains(t, s.log.String(), secret)
		}
	})
}
