package portal_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
)

func TestG10RegisteredApps(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		admin := n.signedIn(n.account("Ivy", identity.Staff, "", identity.Admin))
		doctor := n.signedIn(n.account("Hale", identity.Staff, "", identity.Clinician))
		rosa := n.signedIn(n.account("Ben", identity.Person, n.patient("Ben", "Marin", "")))
		app := n.token(admin.account, "user/*.cruds")
		const says = `{"name":"Growth chart","publisher":"Tall Trees","method":"client_secret_post","redirects":["https://growth.example/callback"],"scopes":["openid","patient/Observation.rs"]}`

		for _, who := range []*someone{doctor, rosa, app} {
			require.Equal(t, 403, who.get("/api/v1/admin/apps").StatusCode, who.name)
			require.Equal(t, 403, who.do("POST", "/api/v1/admin/apps", says).StatusCode, who.name)
			require.Equal(t, 403, who.do("POST", "/api/v1/admin/apps/housecall-phone/disable", "").StatusCode, who.name)
		}

		var added struct {
			App    struct{ ID, Kind, Method, CreatedBy string }
			Secret string
		}
		r := admin.do("POST", "/api/v1/admin/apps", says)
		require.Equal(t, 201, r.StatusCode, r.body)
		r.json(t, &added)
		require.Equal(t, "symmetric", added.App.Kind)
		require.Equal(t, "Ivy", added.App.CreatedBy)
		require.NotEmpty(t, added.Secret)
		knows := func(secret string) bool {
			resp, err := http.PostForm(n.base+"/oidc/introspect", url.Values{"client_id": {added.App.ID}, "client_secret": {secret}, "token": {"x"}})
			require.NoError(t, err)
			defer resp.Body.Close()
			_, _ = io.Copy(io.Discard, resp.Body)
			return resp.StatusCode == 200
		}
		require.True(t, knows(added.Secret))
		at := "/api/v1/admin/apps/" + added.App.ID
		for _, path := range []string{"/api/v1/admin/apps", at} {
			got := admin.get(path)
			require.Contains(t, got.body, "Growth chart")
			require.NotContains(t, got.body, added.Secret, "shown once")
			require.NotContains(t, got.body, `"secret"`)
		}

		var page struct {
			Items []struct {
				ID  string
				Own bool
			}
			Next string
		}
		seen := map[string]bool{}
		for next := ""; len(seen) == 0 || next != ""; next = page.Next {
			page.Next = ""
			admin.get("/api/v1/admin/apps?limit=1&cursor="+next).json(t, &page)
			seen[page.Items[0].ID] = page.Items[0].Own
		}
		require.Equal(t, map[string]bool{added.App.ID: false, "housecall-web": true, "housecall-phone": true}, seen)

		r = admin.do("PUT", at, strings.Replace(says, "patient/Observation.rs", "system/*.rs", 1), "Accept-Language", "es")
		require.Equal(t, 400, r.StatusCode, r.body)
		require.Contains(t, r.body, "Solo una aplicación que actúa")
		require.Contains(t, r.body, `"scopes"`)
		require.Equal(t, 409, admin.do("PUT", "/api/v1/admin/apps/housecall-web", says).StatusCode)
		require.Equal(t, 404, admin.get("/api/v1/admin/apps/app-none").StatusCode)

		var fresh struct{ Secret string }
		admin.do("POST", at+"/secret", "").json(t, &fresh)
		require.False(t, knows(added.Secret))
		require.True(t, knows(fresh.Secret))
		require.Equal(t, 200, admin.do("POST", at+"/disable", "").StatusCode)
		require.False(t, knows(fresh.Secret))
		require.Contains(t, admin.get(at).body, `"active":false`)
		require.Equal(t, 200, admin.do("POST", at+"/enable", "").StatusCode)
		require.True(t, knows(fresh.Secret))

		n.clock.Add(11 * time.Minute)
		for _, do := range [][2]string{{"POST", "/api/v1/admin/apps"}, {"PUT", at}} {
			r := admin.do(do[0], do[1], says)
			require.Equal(t, 403, r.StatusCode, r.body)
			require.Equal(t, "step_up", r.code())
		}
		for _, path := range []string{"/secret", "/disable", "/enable"} {
			require.Equal(t, "step_up", admin.do("POST", at+path, "").code())
		}
		require.Equal(t, 200, admin.get("/api/v1/admin/apps").StatusCode, "looking needs no fresh proof")
		require.NotContains(t, n.log.String(), fresh.Secret)
	})
}
