package provider_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/internal/identity/provider"
	"housecall/internal/identity/sitetest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const loopback = "http://127.0.0.1:49152/callback"

// phone is an application with the standard client libraries.
type phone struct {
	*sitetest.Browser
	t        *testing.T
	site     *sitetest.Site
	cfg      oauth2.Config
	verifier string
	doc      *oidc.Provider
}

func newPhone(t *testing.T, s *sitetest.Site, scopes ...string) *phone {
	doc, err := oidc.NewProvider(context.Background(), s.URL+provider.Path)
	require.NoError(t, err)
	return &phone{
		Browser: sitetest.NewBrowser(t), t: t, site: s, doc: doc, verifier: oauth2.GenerateVerifier(),
		cfg: oauth2.Config{ClientID: provider.PhoneClient, Endpoint: doc.Endpoint(), RedirectURL: loopback, Scopes: append([]string{"openid"}, scopes...)},
	}
}

func (p *phone) authURL(opts ...oauth2.AuthCodeOption) string {
	return p.cfg.AuthCodeURL("the state", append([]oauth2.AuthCodeOption{oauth2.S256ChallengeOption(p.verifier), oidc.Nonce("the nonce")}, opts...)...)
}

// code signs in with a password and gives the code that comes back.
func (p *phone) code(email string, opts ...oauth2.AuthCodeOption) string {
	p.t.Helper()
	at, _ := p.Follow(p.authURL(opts...), p.site.URL+"/sign-in")
	var step provider.Step
	p.Post(p.site.URL+"/auth/password", map[string]string{"request": sitetest.Request(p.t, at), "email": email, "password": sitetest.Password}, &step)
	require.NotEmpty(p.t, step.Next)
	return p.landed(p.Get(step.Next).Location)
}

func (p *phone) landed(at string) string {
	p.t.Helper()
	require.True(p.t, strings.HasPrefix(at, p.cfg.RedirectURL), at)
	u, err := url.Parse(at)
	require.NoError(p.t, err)
	require.Equal(p.t, "the state", u.Query().Get("state"))
	require.Equal(p.t, p.site.URL+provider.Path, u.Query().Get("iss"))
	require.NotEmpty(p.t, u.Query().Get("code"))
	return u.Query().Get("code")
}

func (p *phone) exchange(code string) (*oauth2.Token, error) {
	return p.cfg.Exchange(context.Background(), code, oauth2.VerifierOption(p.verifier))
}

func refused(t *testing.T, err error, word string) {
	t.Helper()
	var re *oauth2.RetrieveError
	require.ErrorAs(t, err, &re)
	require.Equal(t, word, re.ErrorCode, string(re.Body))
}

func TestCodeFlowWithStandardLibraries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := sitetest.New(t, d)
		a := s.Person("ada@housecall.test")
		const narrow = "patient/Observation.rs" // and none with a query, which nobody would hold the app to
		p := newPhone(t, s, "profile", "email", "fhirUser", "offline_access", "patient/Condition.read", narrow, "system/*.cruds", "unknown", "patient/Immunization.rs?status=completed")
		tok, err := p.exchange(p.code("ada@housecall.test"))
		require.NoError(t, err)
		require.NotEmpty(t, tok.RefreshToken)
		scope, _ := tok.Extra("scope").(string)
		require.Equal(t, "openid profile email fhirUser offline_access patient/Condition.read "+narrow, scope)

		raw, _ := tok.Extra("id_token").(string)
		id, err := p.doc.Verifier(&oidc.Config{ClientID: provider.PhoneClient}).Verify(ctx, raw)
		require.NoError(t, err)
		require.Equal(t, a.ID, id.Subject)
		require.Equal(t, "the nonce", id.Nonce)
		require.NoError(t, id.VerifyAccessToken(tok.AccessToken))

		info, err := p.doc.UserInfo(ctx, oauth2.StaticTokenSource(tok))
		require.NoError(t, err)
		require.Equal(t, "ada@housecall.test", info.Email)
		require.False(t, info.EmailVerified)
		var claims map[string]any
		require.NoError(t, info.Claims(&claims))
		require.Equal(t, "Ada Verne", claims["name"])
		require.Equal(t, "es", claims["locale"])
		require.Equal(t, s.URL+"/fhir/Patient/p-ada@housecall.test", claims["fhirUser"])

		who, err := s.ID.Bearer(ctx, tok.AccessToken)
		require.NoError(t, err)
		require.Equal(t, provider.PhoneClient, who.Client)
		require.Equal(t, "Housecall app", who.ClientName)
		require.True(t, who.AllowsFHIR("Condition", 'r'))
		require.False(t, who.AllowsFHIR("Condition", 'u'))
		require.False(t, who.AllowsFHIR("Patient", 'r'))
		require.False(t, who.AllowsFHIR("Immunization", 'r'))
		require.Equal(t, identity.Password, who.Proof)

		next, err := p.cfg.TokenSource(ctx, &oauth2.Token{RefreshToken: tok.RefreshToken}).Token()
		require.NoError(t, err)
		require.NotEqual(t, tok.RefreshToken, next.RefreshToken)
		last, err := p.cfg.TokenSource(ctx, &oauth2.Token{RefreshToken: next.RefreshToken}).Token()
		require.NoError(t, err)
		_, err = p.cfg.TokenSource(ctx, &oauth2.Token{RefreshToken: tok.RefreshToken}).Token()
		refused(t, err, "invalid_grant")
		_, err = p.cfg.TokenSource(ctx, &oauth2.Token{RefreshToken: last.RefreshToken}).Token()
		refused(t, err, "invalid_grant")
		_, err = s.ID.Bearer(ctx, last.AccessToken)
		require.Error(t, err, "the reuse ended the whole family")
		_, err = p.doc.UserInfo(ctx, oauth2.StaticTokenSource(last))
		require.ErrorContains(t, err, "401")
	})
}

func TestPKCECannotBeLeftOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := sitetest.New(t, d)
		s.Person("ada@housecall.test")
		p := newPhone(t, s)
		for name, at := range map[string]string{
			"none":  p.cfg.AuthCodeURL("the state"),
			"plain": p.cfg.AuthCodeURL("the state", oauth2.SetAuthURLParam("code_challenge", p.verifier), oauth2.SetAuthURLParam("code_challenge_method", "plain")),
			"empty": p.cfg.AuthCodeURL("the state", oauth2.SetAuthURLParam("code_challenge", p.verifier)),
			"short": p.cfg.AuthCodeURL("the state", oauth2.SetAuthURLParam("code_challenge", "x"), oauth2.SetAuthURLParam("code_challenge_method", "S256")),
		} {
			u, err := url.Parse(p.Get(at).Location)
			require.NoError(t, err)
			require.Equal(t, "invalid_request", u.Query().Get("error"), name)
		}
		atHeader := p.doc.Endpoint()
		atHeader.AuthStyle = oauth2.AuthStyleInHeader
		web := oauth2.Config{ClientID: provider.WebClient, ClientSecret: s.Provider.WebSecret(), Endpoint: atHeader, RedirectURL: s.URL + "/auth/callback", Scopes: []string{"openid"}}
		u, err := url.Parse(p.Get(web.AuthCodeURL("s")).Location)
		require.NoError(t, err)
		require.Equal(t, "invalid_request", u.Query().Get("error"), "nor by a confidential client")

		code := p.code("ada@housecall.test")
		_, err = p.cfg.Exchange(context.Background(), code)
		refused(t, err, "invalid_grant")
		_, err = p.exchange(code)
		refused(t, err, "invalid_grant") // a code that came without its verifier is used up
		other := p.verifier
		p.verifier = oauth2.GenerateVerifier()
		code = p.landed(first(p.Follow(p.authURL(), loopback)))
		p.verifier = other
		_, err = p.exchange(code)
		refused(t, err, "invalid_grant")

		// A confidential client that leaves the verifier out at the end.
		v := oauth2.GenerateVerifier()
		u, err = url.Parse(first(p.Follow(web.AuthCodeURL("s", oauth2.S256ChallengeOption(v)), s.URL+"/auth/callback")))
		require.NoError(t, err)
		_, err = web.Exchange(context.Background(), u.Query().Get("code"))
		refused(t, err, "invalid_grant")
	})
}

func first(at string, _ sitetest.Answer) string { return at }

func TestACodeWorksOnceAndItsReplayEndsWhatItGave(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := sitetest.New(t, d)
		s.Person("ada@housecall.test")
		p := newPhone(t, s, "offline_access", "patient/*.rs")
		code := p.code("ada@housecall.test")
		tok, err := p.exchange(code)
		require.NoError(t, err)
		_, err = s.ID.Bearer(ctx, tok.AccessToken)
		require.NoError(t, err)
		_, err = p.exchange(code)
		refused(t, err, "invalid_grant")
		_, err = s.ID.Bearer(ctx, tok.AccessToken)
		require.Error(t, err)
		_, err = p.cfg.TokenSource(ctx, &oauth2.Token{RefreshToken: tok.RefreshToken}).Token()
		refused(t, err, "invalid_grant")

		code = p.code("ada@housecall.test")
		p.cfg.RedirectURL = "http://127.0.0.1:50000/callback"
		_, err = p.exchange(code)
		refused(t, err, "invalid_grant") // another redirect address than the one asked with
	})
}

func TestRedirectAddresses(t *testing.T) {
	s := sitetest.New(t, dbtest.SQLite(t))
	p := newPhone(t, s)
	for uri, good := range map[string]bool{
		"http://127.0.0.1:1234/callback": true, "housecall://callback": true, "http://[::1]:99/callback": true,
		"http://127.0.0.1:1234/other": false, "http://evil.example/callback": false, "https://evil.example/callback": false,
		"housecall://callback.evil": false, "http://127.0.0.1.evil.example/callback": false, "": false,
	} {
		p.cfg.RedirectURL = uri
		a := p.Get(p.authURL())
		require.Equal(t, good, strings.Contains(a.Location, "/sign-in?request="), uri)
		if !good {
			require.Equal(t, http.StatusBadRequest, a.Status, uri)
			require.Empty(t, a.Location, "%s: nobody is sent to an address that is not the client's", uri)
		}
	}
	ctx := context.Background()
	for _, bad := range []provider.Client{
		{ID: "x", Name: "X", Redirects: []string{"http://app.example/callback"}},
		{ID: "x", Name: "X", Redirects: []string{"app://callback"}},
		{ID: "x", Name: "X", Redirects: []string{"javascript:alert(1)"}, Native: true},
		{ID: "x", Name: "X", Redirects: []string{"https://app.example/cb#x"}},
		{ID: "x", Name: "X", Redirects: []string{"https://app.example/cb"}, Secret: "short"},
		{ID: "x", Name: "X"},
	} {
		require.Error(t, s.Provider.RegisterClient(ctx, bad))
	}
}

func TestAudienceAndPromptAndAge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := sitetest.New(t, d)
		s.Person("ada@housecall.test")
		p := newPhone(t, s, "patient/*.rs")
		asked := func(opts ...oauth2.AuthCodeOption) url.Values {
			u, err := url.Parse(p.Get(p.authURL(opts...)).Location)
			require.NoError(t, err)
			return u.Query()
		}
		require.Equal(t, "login_required", asked(oauth2.SetAuthURLParam("prompt", "none")).Get("error"))
		require.Equal(t, "invalid_request", asked(oauth2.SetAuthURLParam("aud", "https://evil.example/fhir")).Get("error"))
		require.Equal(t, "invalid_request", asked(oauth2.SetAuthURLParam("response_mode", "fragment")).Get("error"))
		require.Equal(t, "invalid_request", asked(oauth2.SetAuthURLParam("launch", "a\x00b")).Get("error"))
		require.NotEmpty(t, asked(oauth2.SetAuthURLParam("response_type", "token")).Get("error"), "nothing implicit")

		tok, err := p.exchange(p.code("ada@housecall.test", oauth2.SetAuthURLParam("aud", s.URL+"/fhir")))
		require.NoError(t, err)
		st, err := s.ID.Inspect(ctx, tok.AccessToken)
		require.NoError(t, err)
		require.Equal(t, []string{s.URL + "/fhir"}, st.Audience)

		require.NotEmpty(t, asked().Get("request"), "an app on a device is always shown")
		require.Equal(t, "login_required", asked(oauth2.SetAuthURLParam("prompt", "none")).Get("error"))
		p.cfg.Scopes = []string{"openid"}
		require.Empty(t, asked(oauth2.SetAuthURLParam("prompt", "none")).Get("error"), "the session answers who it is")
		require.Empty(t, asked(oauth2.SetAuthURLParam("max_age", "600")).Get("request"))
		require.NotEmpty(t, asked(oauth2.SetAuthURLParam("max_age", "0")).Get("request"), "too long ago")
		require.NotEmpty(t, asked(oauth2.SetAuthURLParam("prompt", "login")).Get("request"), "asked again")
	})
}

func TestDiscoveryAndKeys(t *testing.T) {
	s := sitetest.New(t, dbtest.SQLite(t))
	ctx := context.Background()
	var doc struct {
		Issuer        string   `json:"issuer"`
		ResponseTypes []string `json:"response_types_supported"`
		Grants        []string `json:"grant_types_supported"`
		PKCE          []string `json:"code_challenge_methods_supported"`
		Algorithms    []string `json:"id_token_signing_alg_values_supported"`
		Iss           bool     `json:"authorization_response_iss_parameter_supported"`
		Device        string   `json:"device_authorization_endpoint"`
	}
	a := sitetest.NewBrowser(t).Get(s.URL + "/oidc/.well-known/openid-configuration")
	require.NoError(t, json.Unmarshal([]byte(a.Body), &doc))
	require.Equal(t, s.URL+"/oidc", doc.Issuer)
	require.Equal(t, []string{"code"}, doc.ResponseTypes)
	require.Equal(t, []string{"authorization_code", "refresh_token", "client_credentials"}, doc.Grants)
	require.Equal(t, []string{"S256"}, doc.PKCE)
	require.Equal(t, []string{"RS256"}, doc.Algorithms)
	require.True(t, doc.Iss)
	require.Empty(t, doc.Device)
	require.NotContains(t, a.Body, "implicit")

	require.NoError(t, s.Provider.Init(ctx), "twice does nothing more")
	var keys struct{ Keys []struct{ N string } }
	require.NoError(t, json.Unmarshal([]byte(sitetest.NewBrowser(t).Get(s.URL+"/oidc/keys").Body), &keys))
	require.NotEmpty(t, keys.Keys)
	n, err := base64.RawURLEncoding.DecodeString(keys.Keys[0].N)
	require.NoError(t, err)
	require.Len(t, n, 3072/8)
}

func post(t *testing.T, to, user, secret string, form url.Values) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, to, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if secret != "" {
		req.SetBasicAuth(user, secret)
	}
	resp, err := (&http.Client{Timeout: 10 * time.Second}).Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var out map[string]any
	_ = json.Unmarshal(b, &out)
	return resp.StatusCode, out
}

func TestIntrospectionAndRevocation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := sitetest.New(t, d)
		s.Person("ada@housecall.test")
		const secret = "0123456789abcdef0123456789abcdef"
		require.NoError(t, s.Provider.RegisterClient(ctx, provider.Client{ID: "nosy", Name: "Nosy", Secret: secret, Redirects: []string{"https://nosy.example/cb"}}))
		p := newPhone(t, s, "offline_access", "patient/*.rs")
		tok, err := p.exchange(p.code("ada@housecall.test"))
		require.NoError(t, err)

		look := func(user, secret, token string) (int, map[string]any) {
			return post(t, s.URL+"/oidc/introspect", user, secret, url.Values{"token": {token}})
		}
		status, got := look(provider.WebClient, s.Provider.WebSecret(), tok.AccessToken)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, true, got["active"])
		require.Equal(t, "openid offline_access patient/*.rs", got["scope"])
		_, got = look("nosy", secret, tok.AccessToken)
		require.Equal(t, map[string]any{"active": false}, got, "other clients are told nothing")
		status, _ = look("nosy", "wrong", tok.AccessToken)
		require.GreaterOrEqual(t, status, 400)
		for _, garbage := range []string{"x", "a:b:c", tok.RefreshToken, ""} {
			_, got = look(provider.WebClient, s.Provider.WebSecret(), garbage)
			require.NotEqual(t, true, got["active"])
		}

		status, _ = post(t, s.URL+"/oidc/revoke", "nosy", secret, url.Values{"token": {tok.AccessToken}})
		require.Equal(t, http.StatusOK, status)
		_, err = s.ID.Bearer(ctx, tok.AccessToken)
		require.NoError(t, err, "a client cannot revoke another's token")
		status, _ = post(t, s.URL+"/oidc/revoke", "", "", url.Values{"token": {tok.RefreshToken}, "client_id": {provider.PhoneClient}})
		require.Equal(t, http.StatusOK, status)
		_, err = s.ID.Bearer(ctx, tok.AccessToken)
		require.Error(t, err)

		for _, grant := range []string{"client_credentials", "password", "urn:ietf:params:oauth:grant-type:jwt-bearer", "urn:ietf:params:oauth:grant-type:device_code", ""} {
			status, _ = post(t, s.URL+"/oidc/token", "nosy", secret, url.Values{"grant_type": {grant}, "assertion": {"x"}, "device_code": {"x"}})
			require.GreaterOrEqual(t, status, 400, grant)
			require.Less(t, status, 500, grant)
		}
	})
}

func TestEndSessionReallySignsOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := sitetest.New(t, d)
		s.Person("ada@housecall.test")
		p := newPhone(t, s, "patient/*.rs")
		tok, err := p.exchange(p.code("ada@housecall.test"))
		require.NoError(t, err)
		_, ok := s.Me(p.Browser)
		require.True(t, ok, "one sign-in for portal and applications")

		require.Equal(t, s.URL+"/?sign-out", p.Get(s.URL+"/oidc/end_session").Location, "a bare link signs nobody out")
		_, ok = s.Me(p.Browser)
		require.True(t, ok)
		raw, _ := tok.Extra("id_token").(string)
		q := url.Values{"id_token_hint": {raw}, "post_logout_redirect_uri": {"housecall://callback"}, "state": {"s1"}}
		require.Equal(t, "housecall://callback?state=s1", p.Get(s.URL+"/oidc/end_session?"+q.Encode()).Location)
		_, ok = s.Me(p.Browser)
		require.False(t, ok)
		_, err = s.ID.Bearer(ctx, tok.AccessToken)
		require.Error(t, err, "its tokens end with the session")
		q.Set("post_logout_redirect_uri", "https://evil.example/")
		require.Empty(t, p.Get(s.URL+"/oidc/end_session?"+q.Encode()).Location)
	})
}
