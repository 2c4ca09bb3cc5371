package provider_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity/provider"
	"housecall/internal/identity/sitetest"
	"housecall/internal/sitekey"
)

// listening is an app's server that is told of sign-outs.
type listening struct {
	*httptest.Server
	answer int
	tokens []string
}

func newListening(t *testing.T) *listening {
	l := &listening{answer: http.StatusOK}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/out" {
			l.tokens = append(l.tokens, r.PostFormValue("logout_token"))
			w.Header().Set("Location", "/welcome")
			w.WriteHeader(l.answer)
		}
	}))
	t.Cleanup(l.Close)
	return l
}

func TestAppsAreToldThatSomebodySignedOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := sitetest.New(t, d)
		a := s.Person(ada)
		app := newListening(t)
		p := newApp(t, s, provider.Client{Secret: appSecret, LogoutURL: app.URL + "/out"}, "fhirUser")
		quiet := newApp(t, s, provider.Client{ID: "quiet", Secret: appSecret}, "fhirUser")
		quiet.Browser = p.Browser
		signIn := func() (sid string) {
			tok, err := p.exchange(p.landed(s.Consent(p.Browser, p.signedIn(ada), provider.Decision{Allow: true})))
			require.NoError(t, err)
			_, err = quiet.exchange(quiet.landed(s.Consent(p.Browser, first(p.Follow(quiet.authURL(quiet.aud()), s.URL+"/consent")), provider.Decision{Allow: true})))
			require.NoError(t, err)
			var c struct{ SID string }
			raw, _ := tok.Extra("id_token").(string)
			id, err := p.doc.Verifier(&oidc.Config{ClientID: "growth"}).Verify(ctx, raw)
			require.NoError(t, err)
			require.NoError(t, id.Claims(&c))
			require.NotEmpty(t, c.SID, "an ID token names the session")
			return c.SID
		}
		sid := signIn()
		require.Empty(t, app.tokens)

		p.Post(s.URL+"/auth/logout", nil, nil)
		require.Equal(t, []error{nil}, s.SignOuts(), "one app is told, the other did not ask for it")
		raw := app.tokens[0]
		// OpenID Connect Back-Channel Logout 1.0 section 2.4.
		head, _, _ := strings.Cut(raw, ".")
		b, err := base64.RawURLEncoding.DecodeString(head)
		require.NoError(t, err)
		require.JSONEq(t, `"logout+jwt"`, string(members(t, b)["typ"]), "no ID token can be taken for one")
		token, err := p.doc.Verifier(&oidc.Config{ClientID: "growth"}).Verify(ctx, raw)
		require.NoError(t, err)
		require.Equal(t, a.ID, token.Subject)
		var claims json.RawMessage
		require.NoError(t, token.Claims(&claims))
		said := members(t, claims)
		require.JSONEq(t, `{"http://schemas.openid.net/event/backchannel-logout": {}}`, string(said["events"]))
		require.JSONEq(t, `"`+sid+`"`, string(said["sid"]))
		require.NotEmpty(t, said["jti"])
		require.NotContains(t, said, "nonce")

		require.ErrorIs(t, s.Provider.SignOut(ctx, provider.SignOut{Client: "nobody"}), nil)
		job := provider.SignOut{Client: "growth", Account: a.ID, Session: sid}
		require.NoError(t, s.Provider.SignOut(ctx, job))
		require.NotEqual(t, raw, app.tokens[1], "each try is a token of its own")
		app.answer = http.StatusBadRequest
		require.ErrorIs(t, s.Provider.SignOut(ctx, job), provider.ErrSignOutRefused)
		for _, again := range []int{http.StatusServiceUnavailable, http.StatusFound} {
			app.answer = again
			err := s.Provider.SignOut(ctx, job)
			require.Error(t, err)
			require.NotErrorIs(t, err, provider.ErrSignOutRefused, "it is tried again")
		}

		app.answer, app.tokens = http.StatusOK, nil
		p.Browser, quiet.Browser = sitetest.NewBrowser(t), nil
		_, err = p.exchange(p.landed(p.signedIn(ada))) // agreed to before
		require.NoError(t, err)
		require.NoError(t, s.ID.Disable(ctx, a.ID))
		require.Len(t, app.tokens, 1, "an account that is taken out of use signs out everywhere")
	})
}

func members(t *testing.T, raw []byte) (out map[string]json.RawMessage) {
	t.Helper()
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}

func TestSignOutIsAdvertisedAndBounded(t *testing.T) {
	d := dbtest.SQLite(t)
	s := sitetest.New(t, d)
	doc := members(t, []byte(sitetest.NewBrowser(t).Get(s.URL+"/oidc/.well-known/openid-configuration").Body))
	require.JSONEq(t, `true`, string(doc["backchannel_logout_supported"]))
	require.JSONEq(t, `true`, string(doc["backchannel_logout_session_supported"]))

	inside := newListening(t)
	p, err := provider.New(provider.Deps{DB: d, Identity: s.ID, Key: sitekey.ForTest()})
	require.NoError(t, err)
	rec := httptest.NewRecorder()
	p.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/oidc/.well-known/openid-configuration", nil))
	require.NotContains(t, members(t, rec.Body.Bytes()), "backchannel_logout_supported", "nobody does the jobs")
	require.NoError(t, p.RegisterClient(context.Background(), provider.Client{ID: "x", Name: "X", Redirects: []string{"https://x.example/"}, LogoutURL: inside.URL + "/out"}))
	require.Error(t, p.SignOut(context.Background(), provider.SignOut{Client: "x"}))
	require.Empty(t, inside.tokens, "an address inside the network is not reached")

	for _, bad := range []string{"http://app.example/out", "https://app.example/out#x", "https://u:p@app.example/", "javascript:alert(1)", "https://app.example/" + url.QueryEscape(strings.Repeat("a", 500))} {
		err := p.RegisterClient(context.Background(), provider.Client{ID: "x", Name: "X", Redirects: []string{"https://x.example/"}, LogoutURL: bad})
		require.Error(t, err, bad)
	}
}
