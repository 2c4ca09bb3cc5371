package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"housecall/internal/identity/provider"
)

// letIn is an app that a patient let in at one node and that uses its tokens at
// another.
type letIn struct {
	t       *testing.T
	ida     *member
	there   string // address of the other node
	patient string
	access  string
	refresh string
}

func letAppIn(t *testing.T) *letIn {
	ctx := context.Background()
	one, two := twoNodes(t)
	here, there := start(t, one), serve(t, two)
	base := here.Config.base.String()
	require.NoError(t, here.Provider.RegisterClient(ctx, provider.Client{
		ID: "growth", Name: "Growth Chart", Secret: growthSecret, Offline: true, Redirects: []string{"https://growth.example/cb"}, Scopes: []string{"launch/patient", "patient/*.cruds"},
	}))
	a := &letIn{t: t, there: there.url, patient: people(there, 1)[0]}
	password := choosePassword(t, there.says("user", "add", "ida@example.org", "--name", "Ida Moss", "--patient", a.patient))

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
	a.ida = b.at(base)
	consent := "/consents/" + page.Query().Get("request")
	var asks struct{ Lines []struct{ ID string } }
	a.ida.do("GET", consent, "", &asks)
	var ticked []string
	for _, l := range asks.Lines {
		ticked = append(ticked, l.ID)
	}
	body, err := json.Marshal(map[string]any{"allow": true, "patient": a.patient, "lines": ticked})
	require.NoError(t, err)
	var next struct{ Next string }
	a.ida.do("POST", consent, string(body), &next)
	res, err := b.Get(next.Next)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	back, err := res.Location()
	require.NoError(t, err)
	status, tok := a.form("token", url.Values{"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {"https://growth.example/cb"}, "code_verifier": {verifier}})
	require.Equal(t, 200, status, tok)
	require.Equal(t, a.patient, tok["patient"])
	a.access, a.refresh = tok["access_token"].(string), tok["refresh_token"].(string)
	require.Equal(t, 200, a.read("Patient/"+a.patient))
	return a
}

const growthSecret = "0123456789abcdef0123456789abcdef"

// form asks the other node as the app does.
func (a *letIn) form(path string, in url.Values) (int, map[string]any) {
	a.t.Helper()
	req, err := http.NewRequest("POST", a.there+"/oidc/"+path, strings.NewReader(in.Encode()))
	require.NoError(a.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth("growth", growthSecret)
	res, err := http.DefaultClient.Do(req)
	require.NoError(a.t, err)
	defer res.Body.Close()
	out := map[string]any{}
	_ = json.NewDecoder(res.Body).Decode(&out)
	return res.StatusCode, out
}

func (a *letIn) refreshed(scope string) (int, map[string]any) {
	a.t.Helper()
	in := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {a.refresh}}
	if scope != "" {
		in.Set("scope", scope)
	}
	return a.form("token", in)
}

func (a *letIn) read(path string) int {
	a.t.Helper()
	req, err := http.NewRequest("GET", a.there+"/fhir/"+path, nil)
	require.NoError(a.t, err)
	req.Header.Set("Authorization", "Bearer "+a.access)
	res, err := http.DefaultClient.Do(req)
	require.NoError(a.t, err)
	require.NoError(a.t, res.Body.Close())
	return res.StatusCode
}

type heldApp struct {
	ID      string
	Offline bool
	Lines   []struct{ ID, Type string }
}

func (a *letIn) apps() []heldApp {
	a.t.Helper()
	var apps struct{ Items []heldApp }
	a.ida.do("GET", "/me/apps", "", &apps)
	return apps.Items
}

// keep leaves the app the lines that it has, but for some.
func (a *letIn) keep(without ...string) heldApp {
	a.t.Helper()
	app := a.apps()[0]
	left := []string{}
	for _, l := range app.Lines {
		if !slices.Contains(without, l.ID) {
			left = append(left, l.ID)
		}
	}
	body, err := json.Marshal(map[string]any{"lines": left})
	require.NoError(a.t, err)
	a.ida.do("PATCH", "/me/apps/"+app.ID, string(body), nil)
	return a.apps()[0]
}

// A patient lets an app in at one node and cuts it off there: at the other one its
// token, its refresh token and what introspection says of it are over within a
// second. That the sockets of its subscriptions end too, records/rest shows.
func TestAnAppIsCutOffOnEveryNode(t *testing.T) {
	a := letAppIn(t)
	_, state := a.form("introspect", url.Values{"token": {a.access}})
	require.Equal(t, true, state["active"], state)
	apps := a.apps()
	require.Len(t, apps, 1)
	a.ida.do("DELETE", "/me/apps/"+apps[0].ID, "", nil)
	require.Eventually(t, func() bool { return a.read("Patient/"+a.patient) == 401 }, time.Second, 10*time.Millisecond, "the token is good for longer than a second")
	_, state = a.form("introspect", url.Values{"token": {a.access}})
	require.NotEqual(t, true, state["active"])
	status, _ := a.refreshed("")
	require.Equal(t, 400, status)
	require.Empty(t, a.apps())
}

// A patient takes a kind of data and offline access away from an app at one node.
// At the other one the token in use shrinks within a second and goes on to read
// what is left; what is refreshed has no more; and nothing gives it back but a
// consent.
func TestAnAppIsNarrowedOnEveryNode(t *testing.T) {
	a := letAppIn(t)
	conditions := "Condition?patient=" + a.patient
	require.Equal(t, 200, a.read(conditions))
	app := a.keep("patient/Condition.read")
	require.Eventually(t, func() bool { return a.read(conditions) == 403 }, time.Second, 10*time.Millisecond, "what was taken away is read for longer than a second")
	require.Equal(t, 200, a.read("Observation?patient="+a.patient), "the rest is left")
	require.Equal(t, 200, a.read("Patient/"+a.patient))
	_, state := a.form("introspect", url.Values{"token": {a.access}})
	require.Equal(t, true, state["active"])
	require.NotContains(t, state["scope"], "Condition")
	require.NotContains(t, state["scope"], "*")
	require.True(t, app.Offline)
	var kinds []string
	for _, l := range app.Lines {
		kinds = append(kinds, l.Type)
	}
	require.NotContains(t, kinds, "Condition")
	require.Contains(t, kinds, "Observation")
	require.Contains(t, kinds, "other", "what has no line of its own is one line still")

	for _, wide := range []string{"patient/Condition.rs", "patient/*.rs"} {
		status, _ := a.refreshed(wide)
		require.Equal(t, 400, status, wide)
	}
	status, tok := a.refreshed("")
	require.Equal(t, 200, status, tok)
	require.NotContains(t, tok["scope"], "Condition")
	a.access, a.refresh = tok["access_token"].(string), tok["refresh_token"].(string)
	require.Equal(t, 403, a.read(conditions))
	require.Equal(t, 200, a.read("Observation?patient="+a.patient))

	// Nothing is given back by naming it.
	body := func(lines string) string { return `{"lines":[` + lines + `]}` }
	a.ida.do("PATCH", "/me/apps/"+app.ID, body(`"patient/Condition.read","patient/Observation.read","patient/Patient.read","patient/Patient.write","offline_access"`), nil)
	require.Equal(t, 403, a.read(conditions))
	require.Len(t, a.apps()[0].Lines, 3)
	status, tok = a.refreshed("")
	require.Equal(t, 200, status, tok)
	a.access, a.refresh = tok["access_token"].(string), tok["refresh_token"].(string)
	require.Equal(t, 403, a.read(conditions))

	app = a.keep("offline_access")
	require.False(t, app.Offline)
	require.Eventually(t, func() bool { status, _ := a.refreshed(""); return status == 400 }, time.Second, 10*time.Millisecond)
	require.Equal(t, 200, a.read("Observation?patient="+a.patient), "it is not cut off")

	require.Equal(t, 400, a.ida.status("PATCH", "/me/apps/"+app.ID, body(``)), "to take all of it away is to end it")
	require.Equal(t, 404, a.ida.status("PATCH", "/me/apps/"+uuid.NewString(), body(`"patient/Observation.read"`)))
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

// status is do without the wish that it is done.
func (m *member) status(method, path, body string) int {
	m.t.Helper()
	req, err := http.NewRequest(method, m.url+"/api/v1"+path, strings.NewReader(body))
	require.NoError(m.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-CSRF-Token", m.csrf)
	res, err := m.Do(req)
	require.NoError(m.t, err)
	require.NoError(m.t, res.Body.Close())
	return res.StatusCode
}
