package portal_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
)

func TestRestrictionOverHTTP(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		officer := n.signedIn(n.account("Pia", identity.Staff, "", identity.Privacy))
		path, lab := f.chart()+"/restrictions", f.chart()+"/entries/Observation/"+f.lab
		ask := `{"towards":"member","account":"` + f.doctor.account.ID + `","categories":["results"],"words":"She is my neighbour"}`
		for who, status := range map[*someone]int{f.elena: 404, f.doctor: 404, f.admin: 404, officer: 404, f.app: 403} {
			require.Equal(t, status, who.do("POST", path, ask).StatusCode, who.name)
		}
		var asked struct{ ID, State, Name string }
		r := f.self.do("POST", path, ask)
		require.Equal(t, 201, r.StatusCode, r.body)
		r.json(t, &asked)
		require.Equal(t, "Lee", asked.Name)
		require.Equal(t, 200, f.doctor.get(lab).StatusCode)

		require.Contains(t, officer.get("/api/v1/notices").body, "restriction/"+asked.ID)
		var list struct {
			Items []struct{ ID, PatientName, Words, State, Reason string }
		}
		officer.get("/api/v1/privacy/restrictions").json(t, &list)
		require.Len(t, list.Items, 1)
		require.Equal(t, "Rosa Marin", list.Items[0].PatientName)
		decide := "/api/v1/privacy/restrictions/" + asked.ID + "/decide"
		for _, who := range []*someone{f.self, f.doctor, f.desk, f.admin, f.app} {
			require.Equal(t, 403, who.get("/api/v1/privacy/restrictions").StatusCode, who.name)
			require.Equal(t, 403, who.do("POST", decide, `{"agree":true}`).StatusCode, who.name)
		}
		p := f.doctor.follow(f.rosa)
		require.Equal(t, 204, officer.do("POST", decide, `{"agree":true,"reason":"Another doctor takes over"}`).StatusCode)
		require.Equal(t, f.rosa, p.next()["chart"], "open pages hear that their view moved")
		require.Equal(t, 404, f.doctor.get(lab).StatusCode)
		for _, more := range []string{"", "/timeline", "/sections/results", "/restrictions"} {
			require.NotContains(t, f.doctor.get(f.chart()+more).body, f.lab, more)
		}
		require.NotContains(t, f.doctor.get(path).body, "neighbour")
		require.Contains(t, f.self.get("/api/v1/notices").body, "restriction/"+asked.ID)
		f.self.get(path).json(t, &list)
		require.Equal(t, "agreed", list.Items[0].State)

		// What is kept from her is not counted for her either.
		r = f.self.do("POST", f.chart()+"/threads", `{"id":"`+newID()+`","topic":"question","subject":"A question","text":"Hello"}`)
		require.Less(t, r.StatusCode, 300, r.body)
		require.Contains(t, f.doctor.get("/api/v1/clinic/inbox").body, `"all":1`)
		f.self.do("POST", path, strings.Replace(ask, "results", "messages", 1)).json(t, &asked)
		require.Equal(t, 204, officer.do("POST", "/api/v1/privacy/restrictions/"+asked.ID+"/decide", `{"agree":true}`).StatusCode)
		require.Contains(t, f.doctor.get("/api/v1/clinic/inbox").body, `"all":0`)
		require.NotContains(t, f.doctor.get("/api/v1/me").body, `"inboxUnread":1`)
		f.self.get(path).json(t, &list)
		for _, one := range list.Items {
			require.Equal(t, 204, f.self.do("DELETE", path+"/"+one.ID, "").StatusCode)
		}
		require.Equal(t, 200, f.doctor.get(lab).StatusCode)
		require.False(t, strings.Contains(n.log.String(), "neighbour"))
	})
}
