package portal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
)

// The work list of the clinic over HTTP: two records of one person are joined,
// an entry lands in the wrong one, they are parted, and it is put right.
func TestWorklist(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		const api = "/api/v1"
		second := n.patient("Rosa", "Marin", "")
		f.join(f.doctor, second)
		f.join(f.desk, second)
		require.NoError(t, n.db.InTx(context.Background(), func(c *db.Conn) error {
			_, err := n.store.SuggestTx(c, f.rosa, second, 0.8, "probable")
			return err
		}))

		for _, who := range []*someone{f.self, f.elena, f.stranger, f.admin, f.app} {
			r := who.get(api + "/clinic/matches")
			require.NotContains(t, r.body, "Marin", who.name)
		}
		r := f.desk.get(api + "/clinic/matches")
		require.Equal(t, 200, r.StatusCode, r.body)
		require.Contains(t, r.body, `"grade":"probable"`)
		require.Contains(t, r.body, "MRN-4711")

		pair := fmt.Sprintf(`{"survivor":%q,"other":%q,"reason":"the same person"}`, f.rosa, second)
		for _, who := range []*someone{f.self, f.elena} {
			require.Equal(t, 403, who.do("POST", api+"/clinic/matches/join", pair).StatusCode, who.name)
		}
		for _, who := range []*someone{f.stranger, f.admin} {
			require.Equal(t, 404, who.do("POST", api+"/clinic/matches/join", pair).StatusCode, who.name)
		}
		r = f.desk.do("POST", api+"/clinic/matches/join", pair)
		require.Equal(t, 200, r.StatusCode, r.body)
		require.Contains(t, f.desk.get(api+"/clinic/matches").body, `"items":[]`)
		require.Contains(t, f.self.get(f.chart()).body, `"joined":["`+second+`"]`)
		require.NotContains(t, f.elena.get(f.chart()).body, second)
		require.Equal(t, 200, f.self.get(api+"/charts/"+second).StatusCode)

		wrong := newID()
		n.put(condition(wrong, second, "J45.909", "Asthma"))
		require.Contains(t, f.self.get(f.chart()).body, "Asthma")
		require.Contains(t, f.self.get(f.chart()+"/entries/Condition/"+wrong).body, "Asthma")
		require.Equal(t, 404, f.elena.get(f.chart()+"/entries/Condition/"+wrong).StatusCode)
		r = f.desk.do("POST", api+"/clinic/matches/part", pair)
		require.Equal(t, 200, r.StatusCode, r.body)
		require.Contains(t, r.body, `"written":1`)
		require.NotContains(t, f.self.get(f.chart()).body, "Asthma")

		require.Contains(t, f.desk.get(api+"/clinic/assigns").body, `"items":[]`, "the front desk sees no diagnoses")
		r = f.doctor.get(api + "/clinic/assigns")
		require.Contains(t, r.body, "Asthma")
		r = f.doctor.do("POST", api+"/clinic/refile", fmt.Sprintf(`{"from":%q,"to":%q,"refs":["Condition/%s"],"reason":"belongs to Rosa"}`, second, f.rosa, wrong))
		require.Equal(t, 200, r.StatusCode, r.body)
		require.Contains(t, f.self.get(f.chart()).body, "Asthma")
		require.Contains(t, f.doctor.get(api+"/clinic/assigns").body, `"items":[]`)
	})
}

func TestReleaseOverHTTP(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		require.JSONEq(t, `{"days":0}`, strip(t, f.self.get(f.chart()+"/release").body))
		require.Equal(t, 404, f.elena.get(f.chart()+"/release").StatusCode)
		require.Equal(t, 403, f.elena.do("PUT", f.chart()+"/release", `{"days":7}`).StatusCode)
		require.Equal(t, 422, f.self.do("PUT", f.chart()+"/release", `{"days":90}`).StatusCode)
		require.Equal(t, 200, f.self.do("PUT", f.chart()+"/release", `{"days":7}`).StatusCode)
		lab := newID()
		n.put(observation(lab, f.rosa, 6.9))
		entry := f.chart() + "/entries/Observation/" + lab
		require.Equal(t, 404, f.self.get(entry).StatusCode)
		require.Contains(t, f.doctor.get(entry).body, `"held":{`)
		require.Contains(t, f.doctor.get("/api/v1/clinic/held").body, lab)
		require.NotContains(t, f.self.get("/api/v1/clinic/held").body, lab)
		require.NotContains(t, f.stranger.get("/api/v1/clinic/held").body, lab)
		require.Equal(t, 404, f.self.do("POST", entry+"/release", "").StatusCode, "not even that it is there")
		require.Equal(t, 404, f.stranger.do("POST", entry+"/release", "").StatusCode)
		until := time.Now().Add(72 * time.Hour).UTC().Format(time.RFC3339)
		r := f.doctor.do("POST", entry+"/hold", `{"reason":"to be told in the visit","until":"`+until+`"}`)
		require.Equal(t, 204, r.StatusCode, r.body)
		require.Contains(t, f.doctor.get(entry).body, "to be told in the visit")
		require.Equal(t, 404, f.self.get(entry).StatusCode)
		require.Equal(t, 204, f.doctor.do("POST", entry+"/release", "").StatusCode)
		r = f.self.get(entry)
		require.Equal(t, 200, r.StatusCode)
		require.NotContains(t, r.body, "held")
	})
}

// strip takes the link to the schema off an answer.
func strip(t *testing.T, body string) string {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal([]byte(body), &m))
	delete(m, "$schema")
	b, err := json.Marshal(m)
	require.NoError(t, err)
	return string(b)
}
