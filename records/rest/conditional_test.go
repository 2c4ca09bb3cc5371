package rest_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func organization(id, value, name string) string {
	if id != "" {
		id = `"id":"` + id + `",`
	}
	return fmt.Sprintf(`{"resourceType":"Organization",%s"identifier":[{"system":"urn:x","value":"%s"}],"name":"%s"}`, id, value, name)
}

func idIn(location string) string {
	parts := strings.Split(strings.TrimPrefix(location, base+"/fhir/"), "/")
	return parts[1]
}

func TestConditionalChanges(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		where := []string{"If-None-Exist", "identifier=urn:x|a"}
		first := s.do(s.feed, "POST", "/fhir/Organization", organization("", "a", "One"), where...)
		require.Equal(t, 201, first.StatusCode, first.body)
		id := idIn(first.Header.Get("Location"))
		again := s.do(s.feed, "POST", "/fhir/Organization", organization("", "a", "Two"), where...)
		require.Equal(t, 200, again.StatusCode, again.body)
		require.Equal(t, first.Header.Get("Location"), again.Header.Get("Location"))
		require.Equal(t, `W/"1"`, again.Header.Get("ETag"))
		require.Contains(t, again.body, `"One"`, "what is there is not touched")

		path := "/fhir/Organization?identifier=urn:x|a"
		changed := s.do(s.feed, "PUT", path, organization("", "a", "Three"))
		require.Equal(t, 200, changed.StatusCode, changed.body)
		require.Equal(t, id, idIn(changed.Header.Get("Location")))
		require.Equal(t, 400, s.do(s.feed, "PUT", path, organization(newID(), "a", "Four")).StatusCode, "ids differ")
		require.Equal(t, 200, s.do(s.feed, "PUT", path, organization(id, "a", "Four")).StatusCode)
		require.Equal(t, 412, s.do(s.feed, "PUT", path, organization("", "a", "Five"), "If-Match", `W/"1"`).StatusCode)
		patched := s.do(s.feed, "PATCH", path, `[{"op":"replace","path":"/name","value":"Six"}]`, "Content-Type", "application/json-patch+json")
		require.Equal(t, 200, patched.StatusCode, patched.body)
		require.Contains(t, patched.body, `"name":"Six"`)
		require.Equal(t, `W/"4"`, patched.Header.Get("ETag"))

		none := "/fhir/Organization?identifier=urn:x|b"
		require.Equal(t, 404, s.do(s.feed, "PATCH", none, `[]`, "Content-Type", "application/json-patch+json").StatusCode)
		require.Equal(t, 412, s.do(s.feed, "PUT", none, organization("", "b", "New"), "If-Match", `W/"1"`).StatusCode)
		made := s.do(s.feed, "PUT", none, organization("", "b", "New"))
		require.Equal(t, 201, made.StatusCode, made.body)
		own := newID()
		named := s.do(s.feed, "PUT", "/fhir/Organization?identifier=urn:x|c", organization(own, "c", "Named"))
		require.Equal(t, 201, named.StatusCode, named.body)
		require.Equal(t, own, idIn(named.Header.Get("Location")))
		require.Equal(t, 409, s.do(s.feed, "PUT", "/fhir/Organization?identifier=urn:x|d", organization(own, "d", "Named")).StatusCode, "the id is another's")

		s.put(organization(newID(), "many", "A"))
		s.put(organization(newID(), "many", "B"))
		many := "/fhir/Organization?identifier=urn:x|many"
		for _, r := range []reply{
			s.do(s.feed, "POST", "/fhir/Organization", organization("", "many", "C"), "If-None-Exist", "identifier=urn:x|many"),
			s.do(s.feed, "PUT", many, organization("", "many", "C")), s.do(s.feed, "DELETE", many, ""),
			s.do(s.feed, "PATCH", many, `[]`, "Content-Type", "application/json-patch+json"),
		} {
			require.Equal(t, 412, r.StatusCode, r.body)
			require.Equal(t, []string{"multiple-matches"}, r.outcome(t))
		}

		require.Equal(t, 204, s.do(s.feed, "DELETE", "/fhir/Organization?identifier=urn:x|nobody", "").StatusCode)
		require.Equal(t, 204, s.do(s.feed, "DELETE", path, "").StatusCode)
		require.Equal(t, 410, s.do(s.feed, "GET", "/fhir/Organization/"+id, "").StatusCode)
		require.Equal(t, 201, s.do(s.feed, "POST", "/fhir/Organization", organization("", "a", "Again"), where...).StatusCode, "what was deleted does not exist")

		// Only if nothing is there.
		fresh := newID()
		require.Equal(t, 201, s.do(s.feed, "PUT", "/fhir/Organization/"+fresh, organization(fresh, "f", "F"), "If-None-Match", "*").StatusCode)
		require.Equal(t, 412, s.do(s.feed, "PUT", "/fhir/Organization/"+fresh, organization(fresh, "f", "G"), "If-None-Match", "*").StatusCode)
	})
}

// Conditions look at what the asker may see. Hidden records are as if they were
// not there: neither found, nor counted, nor changed.
func TestConditionsSeeWhatTheirAskerSees(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		depression := newID()
		s.put(condition(depression, s.rosa, "F33.1"))
		s.put(condition(newID(), s.ben, "E11.9"))
		require.Equal(t, 204, s.do(s.elena, "DELETE", "/fhir/Condition?patient="+s.rosa+"&code=F33.1", "").StatusCode)
		require.Equal(t, 204, s.do(s.doctor, "DELETE", "/fhir/Condition?patient="+s.ben+"&code=E11.9", "").StatusCode, "another's chart")
		require.Equal(t, 200, s.do(s.doctor, "GET", "/fhir/Condition/"+depression, "").StatusCode)
		body := condition(newID(), s.rosa, "E11.9")
		r := s.do(s.stranger, "POST", "/fhir/Condition", body, "If-None-Exist", "patient="+s.rosa+"&code=F33.1")
		require.Equal(t, 404, r.StatusCode, r.body)
		require.Equal(t, 201, s.do(s.doctor, "POST", "/fhir/Condition", body, "If-None-Exist", "patient="+s.rosa+"&code=E11.9").StatusCode)
		require.Equal(t, 200, s.do(s.doctor, "POST", "/fhir/Condition", body, "If-None-Exist", "code=E11.9&patient="+s.rosa).StatusCode)
		require.Equal(t, 204, s.do(s.doctor, "DELETE", "/fhir/Condition?patient="+s.rosa+"&code=F33.1", "").StatusCode)
		require.Equal(t, 410, s.do(s.doctor, "GET", "/fhir/Condition/"+depression, "").StatusCode)
	})
}

// Twenty clients that create the same thing at once make one.
func TestRacingConditionalCreates(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		const clients = 20
		ways := map[string]func(i int) reply{
			"create": func(i int) reply {
				return s.do(s.feed, "POST", "/fhir/Patient", fmt.Sprintf(`{"resourceType":"Patient","identifier":[{"system":"urn:x","value":"create"}],"name":[{"family":"N%d"}]}`, i), "If-None-Exist", "identifier=urn:x|create")
			},
			"update": func(i int) reply {
				return s.do(s.feed, "PUT", "/fhir/Patient?identifier=urn:x|update", fmt.Sprintf(`{"resourceType":"Patient","identifier":[{"system":"urn:x","value":"update"}],"name":[{"family":"N%d"}]}`, i))
			},
			"entry": func(i int) reply {
				full := "urn:uuid:" + newID()
				return s.do(s.feed, "POST", "/fhir", bundleOf("transaction",
					entry("", "POST", "Observation", observation("", full, i), ""),
					entry(full, "POST", "Patient", `{"resourceType":"Patient","identifier":[{"system":"urn:x","value":"entry"}]}`, `,"ifNoneExist":"identifier=urn:x|entry"`)))
			},
		}
		for way, do := range ways {
			replies := make([]reply, clients)
			var wg sync.WaitGroup
			for i := range clients {
				wg.Add(1)
				go func() {
					defer wg.Done()
					replies[i] = do(i)
				}()
			}
			wg.Wait()
			made := 0
			for _, r := range replies {
				require.Contains(t, []int{200, 201}, r.StatusCode, way+": "+r.body)
				if r.StatusCode == 201 || strings.Count(r.body, "201 Created") == 2 {
					made++
				}
			}
			require.Equal(t, 1, made, way)
			found := s.do(s.feed, "GET", "/fhir/Patient?identifier=urn:x|"+way, "").bundle(t)
			require.Len(t, found.Entry, 1, way)
			if way == "entry" {
				of := idIn(found.Entry[0].FullURL)
				require.Len(t, s.do(s.feed, "GET", "/fhir/Observation?patient="+of, "").bundle(t).Entry, clients, "all are in the one chart")
			}
		}
	})
}

func TestConditionsInTransactions(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.put(organization(newID(), "known", "Known"))
		org, pat := "urn:uuid:"+newID(), "https://elsewhere.example/fhir/Patient/7"
		gone := newID()
		s.put(observation(gone, "Patient/"+s.rosa, 1))
		patch := `{"resourceType":"Binary","contentType":"application/json-patch+json","data":"W3sib3AiOiJyZXBsYWNlIiwicGF0aCI6Ii9uYW1lIiwidmFsdWUiOiJQYXRjaGVkIn1d"}`
		s.put(organization(newID(), "patched", "Before"))
		doc := `{"resourceType":"DocumentReference","status":"current","subject":{"reference":"Patient/7"},"content":[{"attachment":{"url":"` + org + `"}}],"context":{"related":[{"reference":"` + org + `"}]},"extension":[{"url":"urn:x:of","valueReference":{"reference":"` + org + `"}}],"contained":[{"resourceType":"Practitioner","id":"p","extension":[{"url":"urn:x:of","valueReference":{"reference":"` + org + `"}}]}],"author":[{"reference":"#p"}]}`
		b := s.do(s.feed, "POST", "/fhir", bundleOf("transaction",
			entry("https://elsewhere.example/fhir/DocumentReference/9", "POST", "DocumentReference", doc, ""),
			entry(org, "POST", "Organization", organization("", "known", "Other"), `,"ifNoneExist":"identifier=urn:x|known"`),
			entry(pat, "PUT", "Patient?identifier=urn:x|p7", `{"resourceType":"Patient","identifier":[{"system":"urn:x","value":"p7"}],"managingOrganization":{"reference":"Organization?identifier=urn:x|known"}}`, ""),
			entry("", "PATCH", "Organization?identifier=urn:x|patched", patch, ""),
			entry("", "DELETE", "Observation?_id="+gone, "", ""),
			entry("", "HEAD", "Organization?name=Patched", "", ""),
			entry("", "GET", "Organization?name=Patched&_elements=name", "", ""),
		)).bundle(t)
		var got []string
		for _, e := range b.Entry {
			got = append(got, e.Response.Status[:3])
		}
		require.Equal(t, []string{"201", "200", "201", "200", "204", "200", "200"}, got)
		require.Nil(t, b.Entry[5].Resource)
		require.Contains(t, string(b.Entry[6].Resource), "Patched")
		require.Contains(t, string(b.Entry[6].Resource), "SUBSETTED")
		known, patient := "Organization/"+idIn(b.Entry[1].Response.Location), "Patient/"+idIn(b.Entry[2].Response.Location)
		stored := s.do(s.feed, "GET", "/fhir/DocumentReference/"+idIn(b.Entry[0].Response.Location), "").body
		require.Equal(t, 3, strings.Count(stored, `"reference":"`+known+`"`), stored)
		require.Contains(t, stored, `"url":"`+known+`"`)
		require.Contains(t, stored, `"subject":{"reference":"`+patient+`"}`, "a relative reference is one to the entry from the same server")
		require.Contains(t, stored, `"reference":"#p"`)
		require.NotContains(t, stored, "urn:uuid")
		require.Contains(t, s.do(s.feed, "GET", "/fhir/"+patient, "").body, known)
		require.Equal(t, `W/"1"`, b.Entry[1].Response.Etag)

		// Two that point to each other.
		one, two := "urn:uuid:"+newID(), "urn:uuid:"+newID()
		partOf := func(to string) string {
			return `{"resourceType":"Organization","name":"Ring","partOf":{"reference":"` + to + `"}}`
		}
		ring := s.do(s.feed, "POST", "/fhir", bundleOf("transaction", entry(one, "POST", "Organization", partOf(two), ""), entry(two, "POST", "Organization", partOf(one), "")), "Prefer", "return=representation").bundle(t)
		require.Contains(t, string(ring.Entry[0].Resource), "Organization/"+idIn(ring.Entry[1].Response.Location))
		require.Contains(t, string(ring.Entry[1].Resource), "Organization/"+idIn(ring.Entry[0].Response.Location))

		for name, entries := range map[string][]string{
			"same criteria": {entry("", "PUT", "Organization?identifier=urn:x|known", organization("", "known", "A"), ""), entry("", "PUT", "Organization?identifier=urn:x|known", organization("", "known", "B"), "")},
			"found and deleted": {entry("", "DELETE", known, "", ""),
				entry("", "POST", "Organization", organization("", "known", "A"), `,"ifNoneExist":"identifier=urn:x|known"`)},
			"same fullUrl": {entry(one, "POST", "Organization", organization("", "k1", "A"), ""), entry(one, "POST", "Organization", organization("", "k2", "B"), "")},
		} {
			r := s.do(s.feed, "POST", "/fhir", bundleOf("transaction", entries...))
			require.Contains(t, []int{400, 422}, r.StatusCode, name+": "+r.body)
			require.Contains(t, r.outcome(t)[0], "Bundle.entry[1]", name)
		}
		require.Contains(t, s.do(s.feed, "GET", "/fhir/"+known, "").body, `"Known"`)
	})
}

// What shapes an answer works wherever resources come back.
func TestBatchPreferAndPretty(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		id := newID()
		b := s.do(s.doctor, "POST", "/fhir?_pretty=true", bundleOf("batch",
			entry("", "PUT", "Observation/"+id, observation(id, "Patient/"+s.rosa, 3.3), ""),
			entry("", "PATCH", "Observation/"+id, `{"resourceType":"Binary","contentType":"application/json-patch+json","data":"W10="}`, ""),
			entry("", "PATCH", "Observation/"+id, `{"resourceType":"Parameters"}`, ""),
			entry("", "DELETE", "Observation?code=nothing", "", ""),
		), "Prefer", "return=OperationOutcome")
		require.Contains(t, b.body, "\n  \"resourceType\": \"Bundle\"")
		var got []string
		for _, e := range b.bundle(t).Entry {
			got = append(got, e.Response.Status[:3])
			require.Nil(t, e.Resource)
			require.Contains(t, string(e.Response.Outcome), "OperationOutcome")
		}
		require.Equal(t, []string{"201", "200", "400", "204"}, got)
		for _, path := range []string{"Observation/" + id, "Observation/" + id + "/_history", "Observation/" + id + "/_history/1", "Observation?patient=" + s.rosa, "Patient/" + s.rosa + "/$everything", "metadata"} {
			mark := "?"
			if strings.Contains(path, "?") {
				mark = "&"
			}
			require.Contains(t, s.do(s.doctor, "GET", "/fhir/"+path+mark+"_pretty=true", "").body, "\n  \"resourceType\": ", path)
			require.NotContains(t, s.do(s.doctor, "GET", "/fhir/"+path, "").body, "\n", path)
			if path == "metadata" {
				continue
			}
			part := s.do(s.doctor, "GET", "/fhir/"+path+mark+"_elements=status", "").body
			require.Contains(t, part, `"SUBSETTED"`, path)
			require.NotContains(t, part, "valueQuantity", path)
			part = s.do(s.doctor, "GET", "/fhir/"+path+mark+"_summary=text", "").body
			require.Contains(t, part, `"SUBSETTED"`, path)
			require.NotContains(t, part, "valueQuantity", path)
			require.Equal(t, 400, s.do(s.doctor, "GET", "/fhir/"+path+mark+"_summary=long", "").StatusCode, path)
		}
		require.Equal(t, `W/"1"`, s.do(s.doctor, "HEAD", "/fhir/Observation/"+id, "").Header.Get("ETag"))
		require.Empty(t, s.do(s.doctor, "HEAD", "/fhir/Observation/"+id, "").body)
	})
}
