package portal_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
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

// A system's Group of patients is set where it is registered, and nobody else has one. A
// system that is bound to one is kept out of what is for people, whatever its scopes.
func TestABackendServiceIsRegisteredForAGroup(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		admin := n.signedIn(n.account("Ivy", identity.Staff, "", identity.Admin))
		const group, other = "0f6f8a4e-1c0b-4b52-9d52-3d1f6b7a9e11", "0f6f8a4e-1c0b-4b52-9d52-3d1f6b7a9e12"
		says := func(group string) string {
			return `{"name":"Registry","method":"private_key_jwt","backend":true,"keysUrl":"https://registry.example/keys","scopes":["system/*.cruds"],"group":"` + group + `"}`
		}
		require.Equal(t, 400, admin.do("POST", "/api/v1/admin/apps", says("everybody")).StatusCode)
		require.Equal(t, 400, admin.do("POST", "/api/v1/admin/apps", `{"name":"Growth","method":"none","redirects":["https://growth.example/callback"],"scopes":["openid"],"group":"`+group+`"}`).StatusCode, "people are bound to their charts")
		var added struct{ App struct{ ID, Group string } }
		r := admin.do("POST", "/api/v1/admin/apps", says("Group/"+group))
		require.Equal(t, 201, r.StatusCode, r.body)
		r.json(t, &added)
		require.Equal(t, group, added.App.Group)

		grant := func() string {
			var tokens identity.Tokens
			require.NoError(t, n.db.InTx(context.Background(), func(c *db.Conn) (err error) {
				_, tokens, err = n.id.GrantTx(c, identity.Family{System: added.App.ID, Client: added.App.ID, Scopes: []string{"system/*.cruds"}})
				return err
			}))
			return tokens.Access
		}
		held := grant()
		who, err := n.id.Bearer(context.Background(), held)
		require.NoError(t, err)
		require.Equal(t, group, who.Group)
		req, err := http.NewRequest("GET", n.base+"/api/v1/clinic/patients", nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+held)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, 403, res.StatusCode)
		require.Equal(t, 200, admin.do("PUT", "/api/v1/admin/apps/"+added.App.ID, says(other)).StatusCode)
		require.Eventually(t, func() bool { _, err := n.id.Bearer(context.Background(), held); return err != nil }, 5*time.Second, 10*time.Millisecond, "what it held for the other group ended")
	})
}
