package provider_test

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
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/identity/provider"
	"housecall/internal/identity/sitetest"
)

// The names of these tests are those of the rows of the certification kit for
// 45 CFR 170.315(g)(10).

const (
	appSecret = "0123456789abcdef0123456789abcdef"
	ada       = "ada@housecall.test"
)

// newApp is an application of somebody else, registered as the kinds differ.
func newApp(t *testing.T, s *sitetest.Site, c provider.Client, scopes ...string) *phone {
	t.Helper()
	if c.ID == "" {
		c.ID = "growth"
	}
	c.Name, c.Offline = "Growth Chart", true
	if c.Redirects == nil {
		c.Redirects = []string{"https://growth.example/callback"}
	}
	if c.Scopes == nil {
		c.Scopes = []string{"launch", "launch/patient", "fhirUser", "patient/*.cruds", "user/*.cruds", "housecall/sensitive"}
	}
	require.NoError(t, s.Provider.RegisterClient(context.Background(), c))
	p := newPhone(t, s, scopes...)
	p.cfg.ClientID, p.cfg.ClientSecret, p.cfg.RedirectURL = c.ID, c.Secret, c.Redirects[0]
	if c.Secret != "" { // as registered, or the library would try the other way after each refusal
		p.cfg.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	}
	return p
}

func (p *phone) aud() oauth2.AuthCodeOption { return oauth2.SetAuthURLParam("aud", p.site.URL+"/fhir") }

// signedIn goes to the sign-in page, proves itself there, and gives where the
// browser comes then.
func (p *phone) signedIn(email string, opts ...oauth2.AuthCodeOption) string {
	p.t.Helper()
	at, _ := p.Follow(p.authURL(append(opts, p.aud())...), p.site.URL+"/sign-in")
	var step provider.Step
	p.Post(p.site.URL+"/auth/password", map[string]string{"request": sitetest.Request(p.t, at), "email": email, "password": sitetest.Password}, &step)
	require.NotEmpty(p.t, step.Next)
	return p.Get(step.Next).Location
}

// again goes there while the browser is signed in.
func (p *phone) again(opts ...oauth2.AuthCodeOption) string {
	p.t.Helper()
	return first(p.Follow(p.authURL(append(opts, p.aud())...), p.site.URL+"/sign-in", p.site.URL+"/consent", p.cfg.RedirectURL))
}

func (p *phone) refusal(at string) string {
	p.t.Helper()
	require.True(p.t, strings.HasPrefix(at, p.cfg.RedirectURL), at)
	u, err := url.Parse(at)
	require.NoError(p.t, err)
	require.Empty(p.t, u.Query().Get("code"))
	return u.Query().Get("error")
}

func lines(c provider.Consent, but ...string) []string {
	out := []string{}
next:
	for _, l := range c.Lines {
		for _, b := range but {
			if l.ID == b {
				continue next
			}
		}
		out = append(out, l.ID)
	}
	return out
}

func (p *phone) asks(at string) (c provider.Consent) {
	p.t.Helper()
	require.True(p.t, strings.HasPrefix(at, p.site.URL+"/consent?request="), at)
	require.NoError(p.t, json.Unmarshal([]byte(p.Get(p.site.URL+"/consents/"+sitetest.Request(p.t, at)).Body), &c))
	return c
}

func TestStandaloneLaunch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := sitetest.New(t, d)
		s.Person(ada)
		for name, c := range map[string]provider.Client{"confidential-symmetric": {Secret: appSecret}, "public": {ID: "public"}} {
			p := newApp(t, s, c, "fhirUser", "launch/patient", "offline_access", "patient/Patient.read", "patient/Observation.rs", "patient/Condition.cruds")
			at := p.signedIn(ada)
			_, signedIn := s.Me(p.Browser)
			require.True(t, signedIn)
			asked := p.asks(at)
			require.Equal(t, "Growth Chart", asked.App, name)
			require.Equal(t, "growth.example", asked.Site)
			require.Equal(t, []string{"p-" + ada}, asked.Patients)
			require.Equal(t, []string{"offline_access", "patient/Patient.read", "patient/Observation.read", "patient/Condition.read", "patient/Condition.write"}, lines(asked))
			require.Equal(t, at, p.Get(s.URL+"/oidc/authorize/callback?id="+sitetest.Request(t, at)).Location, "no code before the person agreed")

			tok, err := p.exchange(p.landed(s.Consent(p.Browser, at, provider.Decision{Allow: true})))
			require.NoError(t, err)
			require.Equal(t, "openid fhirUser launch/patient offline_access patient/Patient.read patient/Observation.rs patient/Condition.cruds", tok.Extra("scope"), "given back as asked")
			require.Equal(t, "p-"+ada, tok.Extra("patient"))
			require.Nil(t, tok.Extra("encounter"))
			raw, _ := tok.Extra("id_token").(string)
			require.NotEmpty(t, raw)
			who, err := s.ID.Bearer(ctx, tok.AccessToken)
			require.NoError(t, err)
			require.Equal(t, identity.Context{Patient: "p-" + ada}, who.Context)
			standing, err := s.ID.Standing(ctx, who.Session)
			require.NoError(t, err)
			require.Equal(t, who.Context, standing.Context)

			// A refresh says it again (RFC 6749 section 6).
			next, err := p.cfg.TokenSource(ctx, &oauth2.Token{RefreshToken: tok.RefreshToken}).Token()
			require.NoError(t, err)
			require.Equal(t, "p-"+ada, next.Extra("patient"))
			require.Equal(t, tok.Extra("scope"), next.Extra("scope"))
			_, state := post(t, s.URL+"/oidc/introspect", provider.WebClient, s.Provider.WebSecret(), url.Values{"token": {next.AccessToken}})
			require.Equal(t, "p-"+ada, state["patient"])
			require.Equal(t, tok.Extra("scope"), state["scope"])
		}
	})
}

func TestStandaloneLaunchLimitedApp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := sitetest.New(t, d)
		s.Person(ada)
		p := newApp(t, s, provider.Client{Secret: appSecret}, "launch/patient", "offline_access", "patient/Patient.read", "patient/Observation.*", "patient/Condition.cruds", "housecall/sensitive")
		at := p.signedIn(ada)
		asked := p.asks(at)
		for _, l := range asked.Lines {
			require.Equal(t, l.ID != "housecall/sensitive", l.On, l.ID)
		}
		granted := func(at string, ticked ...string) string {
			t.Helper()
			tok, err := p.exchange(p.landed(s.Consent(p.Browser, at, provider.Decision{Allow: true, Lines: ticked})))
			require.NoError(t, err)
			require.Empty(t, tok.RefreshToken, "nothing offline was granted")
			return tok.Extra("scope").(string)
		}
		require.Equal(t, "openid launch/patient patient/Patient.read patient/Observation.read patient/Condition.cud",
			granted(at, "patient/Patient.read", "patient/Observation.read", "patient/Condition.write", "patient/Immunization.read", "user/*.cruds"), "nothing that was not asked for")

		// Of everything, some kinds are left out.
		p.cfg.Scopes = []string{"openid", "launch/patient", "patient/*.rs"}
		at = p.again()
		asked = p.asks(at)
		all := lines(asked)
		require.Contains(t, all, "patient/MedicationRequest.read")
		require.Contains(t, all, "patient/other.read")
		some := strings.Fields(granted(at, lines(asked, "patient/Observation.read")...))
		require.NotContains(t, some, "patient/*.rs")
		require.NotContains(t, some, "patient/Observation.rs")
		require.Contains(t, some, "patient/Immunization.rs")
		require.Contains(t, some, "patient/Provenance.rs")
		require.Equal(t, "openid launch/patient patient/*.rs", granted(p.again(oauth2.SetAuthURLParam("prompt", "consent")), all...))

		// Refused, nothing is given.
		at = s.Consent(p.Browser, p.again(oauth2.SetAuthURLParam("prompt", "consent")), provider.Decision{})
		require.Equal(t, "access_denied", p.refusal(at))
		require.Contains(t, at, "state=the+state")
	})
}

func TestConsentIsAskedForWhicheverWaySomebodyCame(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := sitetest.New(t, d)
		s.Person(ada)
		silent := oauth2.SetAuthURLParam("prompt", "none")
		p := newApp(t, s, provider.Client{Secret: appSecret}, "launch/patient", "patient/Patient.rs", "patient/Observation.rs")
		require.Equal(t, "login_required", p.refusal(p.again(silent)))
		s.SignIn(p.Browser, ada)
		require.Equal(t, "consent_required", p.refusal(p.again(silent)))
		at := p.again() // a live session is no consent
		request := sitetest.Request(t, at)

		// Another browser, another session and another account may not speak for them.
		s.Person("eve@housecall.test")
		eve := sitetest.NewBrowser(t)
		s.SignIn(eve, "eve@housecall.test")
		require.Equal(t, http.StatusGone, eve.Post(s.URL+"/consents/"+request, provider.Decision{Allow: true, Lines: []string{"patient/Patient.read"}}, nil).Status)
		require.Equal(t, http.StatusGone, eve.Get(s.URL+"/consents/"+request).Status)
		other := sitetest.NewBrowser(t)
		s.SignIn(other, ada)
		require.Equal(t, http.StatusGone, other.Get(s.URL+"/consents/"+request).Status)
		require.Equal(t, http.StatusBadRequest, p.Post(s.URL+"/consents/"+request, provider.Decision{Allow: true, Patient: "p-eve@housecall.test", Lines: []string{"patient/Patient.read"}}, nil).Status, "nor for a chart that is not theirs")

		// Once agreed to, the same or less is not asked for again, and more is.
		p.landed(s.Consent(p.Browser, at, provider.Decision{Allow: true, Lines: []string{"patient/Patient.read"}}))
		require.Equal(t, http.StatusGone, p.Get(s.URL+"/consents/"+request).Status, "once")
		tok, err := p.exchange(p.landed(p.again(silent)))
		require.NoError(t, err)
		require.Equal(t, "openid launch/patient patient/Patient.rs", tok.Extra("scope"), "what was left out stays out")
		p.cfg.Scopes = []string{"openid", "launch/patient", "patient/Patient.rs"}
		p.landed(p.again())
		require.NotEmpty(t, p.asks(p.again(oauth2.SetAuthURLParam("prompt", "consent"))).Lines)
		p.cfg.Scopes = append(p.cfg.Scopes, "patient/Condition.rs")
		require.Equal(t, "consent_required", p.refusal(p.again(silent)))

		// Native applications and those that anybody could be are asked for each time.
		for _, c := range []provider.Client{
			{ID: "native", Native: true, Redirects: []string{"growth://callback"}},
			{ID: "local", Redirects: []string{"http://localhost:9/callback"}},
		} {
			n := newApp(t, s, c, "patient/Patient.rs")
			n.Browser = p.Browser
			n.landed(s.Consent(n.Browser, n.again(), provider.Decision{Allow: true}))
			require.NotEmpty(t, n.asks(n.again()).Lines)
			require.Equal(t, "consent_required", n.refusal(n.again(silent)))
		}

		// Who signs out while asked has said nothing.
		at = p.again()
		p.Post(s.URL+"/auth/logout", nil, nil)
		require.Equal(t, http.StatusUnauthorized, p.Get(s.URL+"/consents/"+sitetest.Request(t, at)).Status)
		require.Contains(t, p.Get(s.URL+"/oidc/authorize/callback?id="+sitetest.Request(t, at)).Location, "problem=expired")
	})
}

func TestEHRLaunch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := sitetest.New(t, d)
		a := s.Person(ada)
		s.Person("eve@housecall.test")
		who := identity.Principal{Kind: identity.Person, Account: a.ID, Patient: a.Patient}
		p := newApp(t, s, provider.Client{Secret: appSecret, LaunchURL: "https://growth.example/start?v=2"}, "launch", "fhirUser", "patient/Patient.rs")
		newApp(t, s, provider.Client{ID: "other", Secret: appSecret})
		start := func() oauth2.AuthCodeOption {
			t.Helper()
			to, err := s.Provider.Launch(ctx, who, "growth", a.Patient, "visit-1")
			require.NoError(t, err)
			u, err := url.Parse(to)
			require.NoError(t, err)
			require.Equal(t, "growth.example", u.Host)
			require.Equal(t, "2", u.Query().Get("v"))
			require.Equal(t, s.URL+"/fhir", u.Query().Get("iss"))
			return oauth2.SetAuthURLParam("launch", u.Query().Get("launch"))
		}
		launch := start()
		at := p.signedIn(ada, launch)
		asked := p.asks(at)
		require.True(t, asked.Launched)
		require.Equal(t, []string{a.Patient}, asked.Patients)
		tok, err := p.exchange(p.landed(s.Consent(p.Browser, at, provider.Decision{Allow: true})))
		require.NoError(t, err)
		require.Equal(t, a.Patient, tok.Extra("patient"))
		require.Equal(t, "visit-1", tok.Extra("encounter"))
		require.Equal(t, true, tok.Extra("need_patient_banner"))
		require.Equal(t, "openid launch fhirUser patient/Patient.rs", tok.Extra("scope"))
		style := sitetest.NewBrowser(t).Get(tok.Extra("smart_style_url").(string))
		require.Equal(t, http.StatusOK, style.Status)
		require.Contains(t, style.Body, `"color_background"`)
		st, err := s.ID.Inspect(ctx, tok.AccessToken)
		require.NoError(t, err)
		require.Equal(t, identity.Context{Patient: a.Patient, Encounter: "visit-1"}, st.Context)

		for name, bad := range map[string]oauth2.AuthCodeOption{"used": launch, "made up": oauth2.SetAuthURLParam("launch", "made up"), "long": oauth2.SetAuthURLParam("launch", strings.Repeat("x", 5000))} {
			require.Equal(t, "invalid_request", p.refusal(p.again(bad)), name)
		}
		launch = start()
		q := *p
		q.cfg.ClientID = "other"
		require.Equal(t, "invalid_request", q.refusal(q.again(launch)), "another app's")
		p.landed(p.again(launch)) // the right one's, agreed to before
		p.Browser = sitetest.NewBrowser(t)
		require.Equal(t, "access_denied", p.refusal(p.signedIn("eve@housecall.test", start())), "somebody else signs in")
		launch = start()
		old := d.InTx(ctx, func(c *db.Conn) error {
			_, err := c.Exec(`UPDATE app_launches SET expires_at = ? WHERE used_at = 0`, time.Now().Add(-time.Second).UnixMicro())
			return err
		})
		require.NoError(t, old)
		require.Equal(t, "invalid_request", p.refusal(p.again(launch)), "too old")

		_, err = s.Provider.Launch(ctx, who, "growth", "p-eve@housecall.test", "")
		require.True(t, fault.Is(err, fault.NotFound), "a chart that is not theirs")
		for _, app := range []string{"other", "nothing", provider.WebClient, ""} {
			_, err = s.Provider.Launch(ctx, who, app, a.Patient, "")
			require.True(t, fault.Is(err, fault.NotFound), "%q cannot be started", app)
		}
		require.Error(t, s.Provider.RegisterClient(ctx, provider.Client{ID: "x", Name: "X", Redirects: []string{"https://x.example/cb"}, LaunchURL: "javascript:alert(1)"}))
	})
}

func TestInvalidAudAndPKCEOfAnApp(t *testing.T) {
	s := sitetest.New(t, dbtest.SQLite(t))
	s.Person(ada)
	p := newApp(t, s, provider.Client{Secret: appSecret}, "launch/patient", "patient/Patient.rs")
	for name, at := range map[string]string{
		"none":         p.authURL(),
		"wrong":        p.authURL(oauth2.SetAuthURLParam("aud", "https://evil.example/fhir")),
		"plain":        p.authURL(p.aud(), oauth2.SetAuthURLParam("code_challenge_method", "plain")),
		"no challenge": p.cfg.AuthCodeURL("the state", p.aud()),
	} {
		require.Equal(t, "invalid_request", p.refusal(first(p.Follow(at, p.cfg.RedirectURL))), name)
	}
	code := p.landed(s.Consent(p.Browser, p.signedIn(ada), provider.Decision{Allow: true}))
	p.verifier = oauth2.GenerateVerifier()
	_, err := p.exchange(code)
	refused(t, err, "invalid_grant")
}

// An app may send the request as a form (AUT-PAT: authorize-post).
func TestAuthorizeByPost(t *testing.T) {
	s := sitetest.New(t, dbtest.SQLite(t))
	s.Person(ada)
	p := newApp(t, s, provider.Client{Secret: appSecret}, "launch/patient", "patient/Patient.rs")
	u, err := url.Parse(p.authURL(p.aud()))
	require.NoError(t, err)
	form := u.Query()
	u.RawQuery = ""
	res, err := p.Client.PostForm(u.String(), form)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Contains(t, res.Header.Get("Location"), s.URL+"/sign-in?request=")
	form.Set("aud", "https://evil.example")
	res, err = p.Client.PostForm(u.String(), form)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, "invalid_request", p.refusal(res.Header.Get("Location")))
}

func TestARefreshTokenLastsThreeMonthsAndItsReuseEndsAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := sitetest.New(t, d)
		s.Person(ada)
		p := newApp(t, s, provider.Client{Secret: appSecret}, "launch/patient", "offline_access", "patient/Patient.rs")
		tok, err := p.exchange(p.landed(s.Consent(p.Browser, p.signedIn(ada), provider.Decision{Allow: true})))
		require.NoError(t, err)
		var until int64
		require.NoError(t, d.Read(ctx).QueryRow(`SELECT expires_at FROM refresh_tokens WHERE hash = ?`, identity.SecretHash(tok.RefreshToken)).Scan(&until))
		require.False(t, time.UnixMicro(until).Before(time.Now().AddDate(0, 3, 0).Add(-time.Hour)))
		refresh := func(token string) (*oauth2.Token, error) {
			return p.cfg.TokenSource(ctx, &oauth2.Token{RefreshToken: token}).Token()
		}
		second, err := refresh(tok.RefreshToken)
		require.NoError(t, err)
		require.NotEqual(t, tok.RefreshToken, second.RefreshToken)
		third, err := refresh(second.RefreshToken)
		require.NoError(t, err)
		_, err = refresh(tok.RefreshToken) // somebody else has it
		refused(t, err, "invalid_grant")
		_, err = refresh(third.RefreshToken)
		refused(t, err, "invalid_grant")
		_, err = s.ID.Bearer(ctx, third.AccessToken)
		require.Error(t, err)
	})
}
