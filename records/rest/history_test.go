package rest_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/records/access/audittest"
)

// versions lists what a history shows, as "Type/id/version", newest first, over
// all its pages.
func (s *site) versions(token, path string) (list []string) {
	s.t.Helper()
	for path != "" {
		b := s.do(token, "GET", path, "").bundle(s.t)
		require.Equal(s.t, "history", b.Type)
		for _, e := range b.Entry {
			require.NotContains(s.t, list, e.Request.URL+"/"+strings.Trim(e.Response.Etag, `W/"`), "twice")
			list = append(list, e.Request.URL+"/"+strings.Trim(e.Response.Etag, `W/"`))
		}
		if path = b.link("next"); path != "" {
			require.NotContains(s.t, path, s.rosa)
		}
	}
	return list
}

// final is what a history shows once nothing is open beside us that could still be
// overtaken.
func (s *site) final(token, path string, count int) []string {
	s.t.Helper()
	dbtest.Settled(s.t, s.db)
	list := s.versions(token, path)
	require.Len(s.t, list, count)
	return list
}

func TestHistoryOfATypeAndOfAll(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		one, two, private := newID(), newID(), newID()
		s.put(observation(one, "Patient/"+s.rosa, 1))
		s.put(observation(two, "Patient/"+s.ben, 1))
		s.put(observation(one, "Patient/"+s.rosa, 2))
		s.put(condition(private, s.rosa, "F33.1"))
		require.Equal(t, 204, s.do(s.feed, "DELETE", "/fhir/Observation/"+two, "").StatusCode)
		clinic := newID()
		s.put(`{"resourceType":"Organization","id":"` + clinic + `","name":"Clinic"}`)

		all := []string{"Observation/" + two + "/2", "Observation/" + one + "/2", "Observation/" + two + "/1", "Observation/" + one + "/1"}
		for _, page := range []string{"", "?_count=1", "?_count=3"} {
			require.Equal(t, all, s.final(s.feed, "/fhir/Observation/_history"+page, 4))
		}
		mine := []string{"Observation/" + one + "/2", "Observation/" + one + "/1"}
		for _, token := range []string{s.self, s.elena, s.doctor} {
			require.Equal(t, mine, s.final(token, "/fhir/Observation/_history?_count=1", 2))
		}
		require.Empty(t, s.versions(s.stranger, "/fhir/Observation/_history"))
		require.Len(t, s.final(s.feed, "/fhir/_history?_count=2", 8), 8, "with both patients, the condition and the clinic")
		require.Len(t, s.final(s.self, "/fhir/_history", 5), 5)
		require.NotContains(t, s.final(s.elena, "/fhir/_history", 4), "Condition/"+private+"/1", "what is private is not hers to see")
		require.Equal(t, []string{"Organization/" + clinic + "/1"}, s.final(s.stranger, "/fhir/_history", 1), "the clinic's places are for everybody")

		b := s.do(s.feed, "GET", "/fhir/Observation/_history", "").bundle(t)
		require.Equal(t, "DELETE", b.Entry[0].Request.Method)
		require.Nil(t, b.Entry[0].Resource)
		require.Equal(t, "201 Created", b.Entry[2].Response.Status)
		var o struct{ ValueQuantity struct{ Value float64 } }
		require.NoError(t, json.Unmarshal(b.Entry[1].Resource, &o))
		require.EqualValues(t, 2, o.ValueQuantity.Value)

		// a batch may ask, too
		r := s.do(s.feed, "POST", "/fhir/", `{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Observation/_history?_count=2"}}]}`)
		require.Equal(t, 200, r.StatusCode, r.body)
		require.Equal(t, 2, strings.Count(r.body, `\"2\"`), r.body)
	})
}

// A version is not seen when its resource was labelled later, nor when it was
// labelled itself.
func TestHistoryHidesWhatIsLabelledNow(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		became, was := newID(), newID()
		s.put(condition(became, s.rosa, "E11.9"))
		s.put(condition(became, s.rosa, "F33.1"))
		s.put(condition(was, s.rosa, "F33.1"))
		s.put(condition(was, s.rosa, "E11.9"))
		require.Len(t, s.final(s.self, "/fhir/Condition/_history", 4), 4)
		require.Equal(t, []string{"Condition/" + was + "/2"}, s.final(s.elena, "/fhir/Condition/_history?_count=1", 1))
	})
}

func TestHistoryByTime(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		id := newID()
		for i := range 3 {
			s.put(observation(id, "Patient/"+s.rosa, i))
		}
		s.final(s.feed, "/fhir/Observation/_history", 3)
		at := func(version, text string) { // versions are days apart
			when, err := time.Parse(time.RFC3339, text)
			require.NoError(t, err)
			require.NoError(t, s.db.InTx(context.Background(), func(c *db.Conn) error {
				_, err := c.Exec(`UPDATE resource_versions SET last_updated = ? WHERE type = 'Observation' AND version = `+version, when.UnixMicro())
				return err
			}))
		}
		at("1", "2026-01-10T08:00:00Z")
		at("2", "2026-01-20T08:00:00Z")
		at("3", "2026-02-10T08:00:00Z")
		for _, path := range []string{"/fhir/Observation/_history", "/fhir/Observation/" + id + "/_history"} {
			for query, want := range map[string]string{
				"_since=2026-01-20T08:00:00Z": "3 2", "_since=2026-01-20T08:00:01Z": "3", "_since=2026-03-01T00:00:00Z": "", "_since=2026-01-01T00:00:00Z": "3 2 1",
				"_at=2026-01-15": "1", "_at=2026-01": "2 1", "_at=2026": "3 2 1", "_at=2026-01-20": "2 1", "_at=2026-03": "3", "_at=2025": "", "_at=2026-01-20T08:00:00Z": "2",
				"_at=2026-01-21T08:00:00Z": "2", "_at=2026&_since=2026-02-01T00:00:00Z": "3",
			} {
				for _, page := range []string{"", "&_count=1"} {
					var got []string
					for _, v := range s.versions(s.self, path+"?"+query+page) {
						got = append(got, v[strings.LastIndex(v, "/")+1:])
					}
					require.Equal(t, want, strings.Join(got, " "), path+"?"+query+page)
				}
			}
			for _, bad := range []string{"_at=soon", "_since=soon", "_count=0", "_count=x", "_sort=date", "_page=x"} {
				require.Equal(t, 400, s.do(s.self, "GET", path+"?"+bad, "").StatusCode, bad)
			}
		}
		// a deletion is there in the time in which it happened, and what is deleted is not current after it
		require.Equal(t, 204, s.do(s.feed, "DELETE", "/fhir/Observation/"+id, "").StatusCode)
		at("4", "2026-02-20T08:00:00Z")
		require.Len(t, s.versions(s.feed, "/fhir/Observation/"+id+"/_history?_at=2026-02"), 3)
		require.Empty(t, s.versions(s.feed, "/fhir/Observation/"+id+"/_history?_at=2026-03"))
	})
}

// Who looked into a chart's past stands in the chart's audit, and only there.
func TestHistoryIsAudited(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.put(observation(newID(), "Patient/"+s.rosa, 1))
		s.final(s.doctor, "/fhir/Observation/_history", 1)
		count := func(patient string) (n int) {
			for _, r := range audittest.Of(t, s.db, patient) {
				n += strings.Count(string(r.Body), `"action":"history"`)
			}
			return n
		}
		require.NotZero(t, count(s.rosa))
		require.Zero(t, count(s.ben))
	})
}

// A page link is for who got it.
func TestHistoryPagesAreBound(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		for range 3 {
			s.put(observation(newID(), "Patient/"+s.rosa, 1))
		}
		s.final(s.self, "/fhir/Observation/_history", 3)
		next := s.do(s.self, "GET", "/fhir/Observation/_history?_count=1", "").bundle(t).link("next")
		u, err := url.Parse(next)
		require.NoError(t, err)
		require.Equal(t, 400, s.do(s.doctor, "GET", u.RequestURI(), "").StatusCode)
		require.Equal(t, 400, s.do(s.self, "GET", "/fhir/Condition/_history?"+u.RawQuery, "").StatusCode)
	})
}
