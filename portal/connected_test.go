package portal_test

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

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/internal/identity/provider"
	"housecall/portal"
	"housecall/records/access"
)

const appSecret = "0123456789abcdef0123456789abcdef"

// someApp is an app of somebody else, and the browser of who uses it.
type someApp struct {
	*someone
	id       string
	verifier string
	cookies  map[string]string
}

func (n *node) register(c provider.Client) {
	n.t.Helper()
	c.Name, c.Secret, c.Redirects, c.Offline = "Growth "+c.ID, appSecret, []string{"https://" + c.ID + ".example/cb"}, true
	c.Scopes = []string{"launch", "launch/patient", "fhirUser", "patient/*.cruds", "user/*.cruds"}
	require.NoError(n.t, n.provider.RegisterClient(context.Background(), c))
}

func (s *someone) using(app string) *someApp {
	return &someApp{s, app, oauth2.GenerateVerifier(), map[string]string{s.node.id.CookieName(): s.cookie}}
}

// go1 navigates once.
func (a *someApp) go1(to string) string {
	a.node.t.Helper()
	var cookies []string
	for k, v := range a.cookies {
		cookies = append(cookies, k+"="+v)
	}
	r := a.do("GET", strings.TrimPrefix(to, a.node.base), "", "Cookie", strings.Join(cookies, "; "))
	for _, c := range r.Cookies() {
		a.cookies[c.Name] = c.Value
	}
	return r.Header.Get("Location")
}

// authorize gives where the app's request leads somebody who is signed in.
func (a *someApp) authorize(scope string, more ...string) string {
	a.node.t.Helper()
	q := url.Values{"client_id": {a.id}, "response_type": {"code"}, "redirect_uri": {"https://" + a.id + ".example/cb"}, "scope": {scope}, "state": {"s"},
		"aud": {a.node.base + "/fhir"}, "code_challenge": {oauth2.S256ChallengeFromVerifier(a.verifier)}, "code_challenge_method": {"S256"}}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	to := a.go1("/oidc/authorize?" + q.Encode())
	if strings.Contains(to, "/authorize/callback") {
		to = a.go1(to)
	}
	return to
}

func consentOf(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Path != "/consent" {
		return "/api/v1/consents/none"
	}
	return "/api/v1/consents/" + u.Query().Get("request")
}

func (a *someApp) asked(to string) (c portal.AppAsks) {
	a.node.t.Helper()
	a.get(consentOf(to)).json(a.node.t, &c)
	return c
}

// allows says yes to all that is asked, for that person, and gives the tokens.
func (a *someApp) allows(to, patient string) (tok struct {
	AccessToken               string `json:"access_token"`
	RefreshToken              string `json:"refresh_token"`
	Scope, Patient, Encounter string
}) {
	a.node.t.Helper()
	in := m{"allow": true, "patient": patient, "lines": []string{}}
	for _, l := range a.asked(to).Lines {
		in["lines"] = append(in["lines"].([]string), l.ID)
	}
	raw, err := json.Marshal(in)
	require.NoError(a.node.t, err)
	var next portal.Next
	a.do("POST", consentOf(to), string(raw)).json(a.node.t, &next)
	u, err := url.Parse(a.go1(next.Next))
	require.NoError(a.node.t, err)
	require.NotEmpty(a.node.t, u.Query().Get("code"), u.String())
	form := url.Values{"grant_type": {"authorization_code"}, "code": {u.Query().Get("code")}, "redirect_uri": {"https://" + a.id + ".example/cb"}, "code_verifier": {a.verifier}}
	req, err := http.NewRequest("POST", a.node.base+"/oidc/token", strings.NewReader(form.Encode()))
	require.NoError(a.node.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(a.id, appSecret)
	res, err := plain.Do(req)
	require.NoError(a.node.t, err)
	defer res.Body.Close()
	require.Equal(a.node.t, 200, res.StatusCode)
	require.Equal(a.node.t, "no-store", res.Header.Get("Cache-Control"))
	require.Equal(a.node.t, "no-cache", res.Header.Get("Pragma"))
	require.NoError(a.node.t, json.NewDecoder(res.Body).Decode(&tok))
	return tok
}

func (a *someApp) with(token string) *someone {
	return &someone{node: a.node, token: token, name: a.id}
}

type appList struct{ Items []portal.ConnectedApp }

func TestTokenRevocationByThePatient(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		n.register(provider.Client{ID: "one"})
		n.register(provider.Client{ID: "two"})
		one, two := f.self.using("one"), f.self.using("two")
		to := one.authorize("openid launch/patient offline_access patient/Patient.rs patient/Observation.rs")
		asked := one.asked(to)
		require.Equal(t, "Growth one", asked.App)
		require.Equal(t, []portal.AppPerson{{Patient: f.rosa, Name: "Rosa Marin", BirthDate: "1952-03-02", Own: true}}, asked.People)
		require.Equal(t, 403, f.app.get(consentOf(to)).StatusCode, "an app says nothing for the person")
		require.Equal(t, 403, f.self.do("POST", consentOf(to), `{"allow":true}`, "X-CSRF-Token", "").StatusCode, "nor another site's page")
		tok := one.allows(to, f.rosa)
		require.Equal(t, f.rosa, tok.Patient)
		app := one.with(tok.AccessToken)
		require.Equal(t, 200, app.get(f.chart()).StatusCode)
		other := two.with(two.allows(two.authorize("openid launch/patient patient/Patient.rs"), f.rosa).AccessToken)
		require.Equal(t, 200, other.get(f.chart()).StatusCode)

		var list appList
		require.Eventually(t, func() bool {
			f.self.get("/api/v1/me/apps").json(t, &list)
			return len(list.Items) == 2
		}, timeout, 10*time.Millisecond)
		at := 0
		if list.Items[0].Name != "Growth one" {
			at = 1
		}
		mine := list.Items[at]
		require.Equal(t, "Rosa Marin", mine.For)
		require.True(t, mine.Own && mine.Offline)
		require.False(t, list.Items[1-at].Offline)
		require.Len(t, mine.Lines, 3)
		var reads struct{ Items []access.AppRead }
		f.self.get("/api/v1/me/apps/"+mine.ID+"/reads").json(t, &reads)
		require.Len(t, reads.Items, 1)
		require.Equal(t, "read", reads.Items[0].Action)
		require.Contains(t, reads.Items[0].What, "results")
		require.NotContains(t, reads.Items[0].What, "conditions")

		for who, status := range map[*someone]int{f.elena: 404, f.doctor: 404, f.app: 403, app: 403, f.anyone: 401} {
			require.Equal(t, status, who.do("DELETE", "/api/v1/me/apps/"+mine.ID, "").StatusCode, who.name)
			require.Equal(t, status, who.get("/api/v1/me/apps/"+mine.ID+"/reads").StatusCode, who.name)
		}
		require.Equal(t, 200, app.get(f.chart()).StatusCode)
		late := two.authorize("openid launch/patient offline_access patient/Patient.rs patient/Condition.rs")
		require.Equal(t, 204, f.self.do("DELETE", "/api/v1/me/apps/"+mine.ID, "").StatusCode)
		require.Equal(t, 401, app.get(f.chart()).StatusCode)
		require.Equal(t, 200, other.get(f.chart()).StatusCode, "the other one stays")
		require.Equal(t, 404, f.self.do("DELETE", "/api/v1/me/apps/"+mine.ID, "").StatusCode)
		require.NotEmpty(t, one.asked(one.authorize("openid launch/patient patient/Patient.rs")).Lines, "it is asked for anew")

		// What waits for an answer is over with it too.
		f.self.get("/api/v1/me/apps").json(t, &list)
		require.Equal(t, 204, f.self.do("DELETE", "/api/v1/me/apps/"+list.Items[0].ID, "").StatusCode)
		require.Equal(t, 410, f.self.get(consentOf(late)).StatusCode)
	})
}

// A caregiver lets an app in by the power to share the record on, and not without.
func TestACaregiversApp(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		n.register(provider.Client{ID: "one", LaunchURL: "https://one.example/start"})
		elena := f.elena.using("one")
		const scope = "openid launch/patient patient/Patient.rs patient/Observation.rs"
		require.Empty(t, elena.asked(elena.authorize(scope)).People, "her grant has no power to share")
		require.Equal(t, 403, f.elena.do("POST", f.chart()+"/launches", `{"app":"one"}`).StatusCode)
		to := elena.authorize(scope + " user/Observation.rs")
		nothing := elena.with(elena.allows(to, "").AccessToken)
		require.Equal(t, 404, nothing.get(f.chart()).StatusCode, "nor do scopes for every chart reach this one")

		anna := n.patient("Anna", "Marin", "")
		give := func(patient string, can access.Powers) {
			t.Helper()
			require.NoError(t, n.db.InTx(context.Background(), func(c *db.Conn) error {
				_, err := n.access.GrantTx(c, feed, access.GrantInput{Account: f.elena.account.ID, Name: "Elena", Patient: patient, Relation: "aunt", Basis: access.Consent,
					See: access.Everything, Can: can, End: time.Now().AddDate(0, 6, 0)})
				return err
			}))
		}
		require.NoError(t, n.db.InTx(context.Background(), func(c *db.Conn) error {
			_, err := n.access.RevokeTx(c, f.self.principal(), f.rosa, f.grant.ID)
			return err
		}))
		give(f.rosa, access.PowerShare)
		give(anna, access.PowerShare)
		give(f.ben, access.PowerMessages)
		to = elena.authorize(scope)
		people := elena.asked(to).People
		require.Len(t, people, 2, "Ben's is not hers to share")
		require.Equal(t, 400, f.elena.do("POST", consentOf(to), `{"allow":true,"patient":"`+f.ben+`","lines":["patient/Patient.read"]}`).StatusCode)
		require.Equal(t, 400, f.elena.do("POST", consentOf(to), `{"allow":true,"lines":["patient/Patient.read"]}`).StatusCode)
		app := elena.with(elena.allows(to, f.rosa).AccessToken)
		require.Equal(t, 200, app.get(f.chart()).StatusCode)
		require.Equal(t, 404, app.get("/api/v1/charts/"+anna).StatusCode, "for whom it is, and for nobody else")
		require.Contains(t, elena.authorize(scope), "/consent?", "with two to choose from it asks again")

		// The grant is narrowed: the app is out at once.
		require.NoError(t, n.db.InTx(context.Background(), func(c *db.Conn) error {
			gs, err := n.access.GrantsOf(context.Background(), f.self.principal(), f.rosa)
			if err != nil {
				return err
			}
			for _, g := range gs {
				if g.State == access.Active {
					_, err = n.access.NarrowTx(c, f.self.principal(), f.rosa, g.ID, access.Narrowing{See: access.Everything})
				}
			}
			return err
		}))
		require.Equal(t, 404, app.get(f.chart()).StatusCode)
		require.Equal(t, 200, f.elena.get(f.chart()).StatusCode)
	})
}

// Staff start an app from a chart, and choose no chart anywhere else.
func TestEHRLaunchFromAChart(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		n.register(provider.Client{ID: "one", LaunchURL: "https://one.example/start"})
		n.register(provider.Client{ID: "two"})
		visit := newID()
		n.put(`{"resourceType":"Encounter","id":"` + visit + `","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/` + f.rosa + `"},"period":{"start":"2026-11-20T08:00:00Z"}}`)
		doctor := f.doctor.using("one")
		require.Empty(t, doctor.asked(doctor.authorize("openid launch/patient patient/Patient.rs")).People)

		var apps struct{ Items []provider.Launchable }
		f.doctor.get(f.chart()+"/launches").json(t, &apps)
		require.Equal(t, []provider.Launchable{{ID: "one", Name: "Growth one"}}, apps.Items)
		var out portal.Launch
		f.doctor.do("POST", f.chart()+"/launches", `{"app":"one","encounter":"`+visit+`"}`).json(t, &out)
		u, err := url.Parse(out.URL)
		require.NoError(t, err)
		require.Equal(t, n.base+"/fhir", u.Query().Get("iss"))
		to := doctor.authorize("openid launch patient/Patient.rs patient/Observation.rs", "launch", u.Query().Get("launch"))
		asked := doctor.asked(to)
		require.True(t, asked.Launched)
		require.Equal(t, []portal.AppPerson{{Patient: f.rosa, Name: "Rosa Marin", BirthDate: "1952-03-02"}}, asked.People)
		tok := doctor.allows(to, f.rosa)
		require.Equal(t, f.rosa, tok.Patient)
		require.Equal(t, visit, tok.Encounter)
		require.Equal(t, "openid launch patient/Patient.rs patient/Observation.rs", tok.Scope)
		app := doctor.with(tok.AccessToken)
		require.Equal(t, 200, app.get(f.chart()).StatusCode)
		require.Equal(t, 404, app.get(f.chart()+"/entries/Condition/"+f.diabetes).StatusCode)
		f.join(f.doctor, f.ben)
		require.Equal(t, 404, app.get("/api/v1/charts/"+f.ben).StatusCode, "the chart it was started from, and no other of the doctor's")

		for name, c := range map[string]struct {
			who  *someone
			path string
			body string
			want int
		}{
			"who does not know the chart": {f.stranger, f.chart(), `{"app":"one"}`, 404},
			"an administrator":            {f.admin, f.chart(), `{"app":"one"}`, 404},
			"an app":                      {f.app, f.chart(), `{"app":"one"}`, 403},
			"an app that is not started":  {f.doctor, f.chart(), `{"app":"two"}`, 404},
			"an app that is not there":    {f.doctor, f.chart(), `{"app":"x"}`, 404},
			"another's visit":             {f.doctor, "/api/v1/charts/" + f.ben, `{"app":"one","encounter":"` + visit + `"}`, 404},
			"the desk sees no visits":     {f.desk, f.chart(), `{"app":"one","encounter":"` + visit + `"}`, 404},
			"the patient":                 {f.self, f.chart(), `{"app":"one"}`, 200},
		} {
			require.Equal(t, c.want, c.who.do("POST", c.path+"/launches", c.body).StatusCode, name)
		}
	})
}

func TestWhatAnAppReadIsPaged(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		who := f.self.principal()
		app := who
		app.Client, app.Scopes = "one", []string{"patient/*.rs"}
		events := []access.Event{}
		for i := range 7 {
			x := app
			if i%2 == 1 {
				x = who // the person's own looking, in between
			}
			events = append(events, access.Event{Who: x, Patient: f.rosa, Action: []string{"read", "search", "export"}[i/2%3], Categories: access.Of(access.Results)})
		}
		for _, e := range events {
			require.NoError(t, n.access.Record(context.Background(), e))
		}
		var actions []string
		cursor := ""
		for range 10 {
			rows, next, err := n.access.AppReads(context.Background(), who, "one", cursor, 2)
			require.NoError(t, err)
			require.LessOrEqual(t, len(rows), 2)
			for _, r := range rows {
				require.Equal(t, []string{"results"}, r.What)
				actions = append(actions, r.Action)
			}
			if cursor = next; next == "" {
				break
			}
		}
		require.Empty(t, cursor)
		require.Equal(t, []string{"read", "export", "search", "read"}, actions)
		for name, x := range map[string]identity.Principal{"another": f.elena.principal(), "the app": app} {
			rows, _, _ := n.access.AppReads(context.Background(), x, "one", "", 10)
			require.Empty(t, rows, name)
		}
		_, _, err := n.access.AppReads(context.Background(), f.elena.principal(), "one", "nonsense", 10)
		require.Error(t, err)
	})
}
