package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"housecall/internal/identity/provider"
)

// A patient lets an app in at one node and cuts it off there: at the other one its
// token, its refresh token and what introspection says of it are over within a
// second. That the sockets of its subscriptions end too, records/rest shows.
func TestAnAppIsCutOffOnEveryNode(t *testing.T) {
	ctx := context.Background()
	one, two := twoNodes(t)
	here, there := start(t, one), serve(t, two)
	base := here.Config.base.String()
	const secret = "0123456789abcdef0123456789abcdef"
	require.NoError(t, here.Provider.RegisterClient(ctx, provider.Client{
		ID: "growth", Name: "Growth Chart", Secret: secret, Offline: true, Redirects: []string{"https://growth.example/cb"}, Scopes: []string{"launch/patient", "patient/*.cruds"},
	}))
	patient := people(there, 1)[0]
	password := choosePassword(t, there.says("user", "add", "ida@example.org", "--name", "Ida Moss", "--patient", patient))

	b := newBrowser(t)
	b.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host == "growth.example" {
			return http.ErrUseLastResponse
		}
		return nil
	}
	verifier := oauth2.GenerateVerifier()
	ask := url.Values{"client_id": {"growth"}, "response_type": {"code"}, "redirect_uri": {"https://growth.example/cb"}, "scope": {"launch/patient offline_access patient/Patient.rs patient/*.rs"}, "state": {"s"},
		"aud": {base + "/fhir"}, "code_challenge": {oauth2.S256ChallengeFromVerifier(verifier)}, "code_challenge_method": {"S256"}}
	_, page := b.signIn(base+"/oidc/authorize?"+ask.Encode(), "ida@example.org", password)
	require.Equal(t, "/consent", page.Path)
	ida := b.at(base)
	consent := "/consents/" + page.Query().Get("request")
	var asks struct{ Lines []struct{ ID string } }
	ida.do("GET", consent, "", &asks)
	var ticked []string
	for _, l := range asks.Lines {
		ticked = append(ticked, l.ID)
	}
	body, err := json.Marshal(map[string]any{"allow": true, "patient": patient, "lines": ticked})
	require.NoError(t, err)
	var next struct{ Next string }
	ida.do("POST", consent, string(body), &next)
	res, err := b.Get(next.Next)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	back, err := res.Location()
	require.NoError(t, err)

	form := func(path string, in url.Values) (int, map[string]any) {
		t.Helper()
		req, err := http.NewRequest("POST", there.url+"/oidc/"+path, strings.NewReader(in.Encode()))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.SetBasicAuth("growth", secret)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		out := map[string]any{}
		_ = json.NewDecoder(res.Body).Decode(&out)
		return res.StatusCode, out
	}
	status, tok := form("token", url.Values{"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {"https://growth.example/cb"}, "code_verifier": {verifier}})
	require.Equal(t, 200, status, tok)
	require.Equal(t, patient, tok["patient"])
	access := tok["access_token"].(string)
	read := func() int {
		t.Helper()
		req, err := http.NewRequest("GET", there.url+"/fhir/Patient/"+patient, nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+access)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode
	}
	require.Equal(t, 200, read())
	_, state := form("introspect", url.Values{"token": {access}})
	require.Equal(t, true, state["active"], state)

	var apps struct{ Items []struct{ ID string } }
	ida.do("GET", "/me/apps", "", &apps)
	require.Len(t, apps.Items, 1)
	ida.do("DELETE", "/me/apps/"+apps.Items[0].ID, "", nil)
	require.Eventually(t, func() bool { return read() == 401 }, time.Second, 10*time.Millisecond, "the token is good for longer than a second")
	_, state = form("introspect", url.Values{"token": {access}})
	require.NotEqual(t, true, state["active"])
	status, _ = form("token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tok["refresh_token"].(string)}})
	require.Equal(t, 400, status)
	ida.do("GET", "/me/apps", "", &apps)
	require.Empty(t, apps.Items)
}

// What apps are told about signing in is JSON, whatever they say that they accept
// (SMART App Launch 2.2, section 2.0.9), and names nothing that is not there.
func TestSMARTDiscovery(t *testing.T) {
	a := start(t, testConfig(t))
	for _, accept := range []string{"", "application/json", "application/fhir+json", "text/html", "application/xml"} {
		req, err := http.NewRequest("GET", a.Config.base.String()+"/fhir/.well-known/smart-configuration", nil)
		require.NoError(t, err)
		if accept != "" {
			req.Header.Set("Accept", accept)
		}
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		var doc struct {
			Capabilities  []string `json:"capabilities"`
			Methods       []string `json:"code_challenge_methods_supported"`
			Authorization string   `json:"authorization_endpoint"`
			Scopes        []string `json:"scopes_supported"`
		}
		require.NoError(t, json.NewDecoder(res.Body).Decode(&doc), accept)
		require.NoError(t, res.Body.Close())
		require.Equal(t, 200, res.StatusCode, accept)
		require.Contains(t, res.Header.Get("Content-Type"), "application/json", accept)
		require.Equal(t, []string{"S256"}, doc.Methods)
		require.Equal(t, a.Config.base.String()+"/oidc/authorize", doc.Authorization)
		for _, c := range []string{
			"launch-ehr", "launch-standalone", "authorize-post", "client-public", "client-confidential-symmetric", "sso-openid-connect", "context-banner", "context-style",
			"context-ehr-patient", "context-ehr-encounter", "context-standalone-patient", "permission-offline", "permission-patient", "permission-user", "permission-v1", "permission-v2",
		} {
			require.Contains(t, doc.Capabilities, c)
		}
		require.NotContains(t, doc.Capabilities, "permission-online")
		var provider struct {
			Scopes []string `json:"scopes_supported"`
		}
		status, body := get(t, a.Config.base.String()+"/oidc/.well-known/openid-configuration", "")
		require.Equal(t, 200, status)
		require.NoError(t, json.Unmarshal([]byte(body), &provider))
		require.ElementsMatch(t, doc.Scopes, provider.Scopes, "both name the same scopes")
		for _, scope := range []string{"launch/patient", "launch/encounter", "housecall/sensitive", "system/*.cruds"} {
			require.Contains(t, doc.Scopes, scope)
		}
	}
}
