package portal_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
)

func TestCareTeamOverHTTP(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		nurse := n.signedIn(n.account("Nora", identity.Staff, "", identity.Nurse))
		team := f.chart() + "/team"
		add := func(by, who *someone, more string) reply {
			return by.do("POST", team, fmt.Sprintf(`{"account":"%s","role":"%s"%s}`, who.account.ID, who.account.Roles[0], more))
		}
		require.Equal(t, 404, nurse.get(team).StatusCode)
		require.Equal(t, 404, add(f.stranger, nurse, "").StatusCode)
		require.Equal(t, 403, add(f.desk, nurse, "").StatusCode)
		require.Equal(t, 403, add(f.self, nurse, "").StatusCode)
		require.Equal(t, 403, add(f.doctor, f.doctor, "").StatusCode)
		require.Equal(t, 204, add(f.admin, nurse, fmt.Sprintf(`,"until":"%s"`, time.Now().Add(time.Hour).Format(time.RFC3339))).StatusCode)
		require.Equal(t, 404, f.admin.get(f.chart()).StatusCode, "who manages the team does not read the record")
		require.Equal(t, 200, nurse.get(f.chart()).StatusCode)

		type member struct{ Account, Name, Role, State, AddedBy string }
		var list struct{ Items []member }
		f.self.get(team).json(t, &list)
		require.Contains(t, list.Items, member{nurse.account.ID, "Nora", "nurse", "now", "Root"})
		require.NotContains(t, f.admin.get(team).body, "Marin", "whose team it is they know from where they looked them up")
		require.Equal(t, 404, f.elena.get(team).StatusCode)
		require.Equal(t, 404, f.app.get(team).StatusCode)
		require.Equal(t, 200, f.admin.get("/api/v1/clinic/colleagues").StatusCode)
		require.Equal(t, 403, f.self.get("/api/v1/clinic/colleagues").StatusCode)

		// Who is taken out has nothing any more: no page, no list, no open socket.
		p := nurse.follow(f.rosa)
		require.Equal(t, 204, f.admin.do("DELETE", team+"/"+nurse.account.ID, "").StatusCode)
		said := p.next()
		for said["chart"] != nil { // what moved before may still be told
			said = p.next()
		}
		require.Equal(t, map[string]any{"gone": f.rosa}, said)
		for _, path := range []string{"", "/timeline", "/team", "/joined", "/release", "/sections/results", "/entries/Observation/" + f.lab, "/appointments", "/threads", "/access", "/grants"} {
			require.Equal(t, 404, nurse.get(f.chart()+path).StatusCode, path)
		}
		for _, path := range []string{"/clinic/patients", "/inbox", "/clinic/held", "/clinic/matches"} {
			require.NotContains(t, nurse.get("/api/v1"+path).body, f.rosa, path)
		}
		f.self.get(team).json(t, &list)
		require.Contains(t, list.Items, member{nurse.account.ID, "Nora", "nurse", "past", "Root"}, "and it is not forgotten")
	})
}
