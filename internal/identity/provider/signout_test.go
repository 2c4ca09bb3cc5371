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
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
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

// A session that nobody ends runs out, and apps hear of it as of a sign-out: once,
// whichever node is first. Not so while somebody is there, and tokens that are for being
// away stay (SMART App Launch 2.2, offline_access).
func TestAppsAreToldThatASessionRanOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		clock := newClock()
		s := sitetest.Start(t, d, sitetest.Options{Now: clock.Now})
		second := sitetest.Start(t, d, sitetest.Options{Now: clock.Now, Of: s})
		a := s.Person(ada)
		app := newListening(t)
		require.NoError(t, s.Provider.RegisterClient(ctx, provider.Client{ID: "growth", Name: "Growth", Redirects: []string{app.URL + "/in"}, Secret: appSecret, LogoutURL: app.URL + "/out", Offline: true}))
		start := func() (session, cookie string, here, away identity.Tokens) {
			id, cookie, err := s.ID.StartSession(ctx, identity.NewSession{Account: a.ID, Proof: identity.Password, AMR: []string{"pwd"}})
			require.NoError(t, err)
			require.NoError(t, d.InTx(ctx, func(c *db.Conn) (err error) {
				if _, here, err = s.ID.GrantTx(c, identity.Family{Account: a.ID, Client: "growth", Session: id, Scopes: []string{"openid"}}); err != nil {
					return err
				}
				_, away, err = s.ID.GrantTx(c, identity.Family{Account: a.ID, Client: "growth", Session: id, Offline: true, Scopes: []string{"openid", "offline_access"}})
				return err
			}))
			return id, cookie, here, away
		}
		ended := func(session string, offline bool) (n int) {
			require.NoError(t, d.Read(ctx).QueryRow(`SELECT count(*) FROM token_families WHERE session = ? AND offline = ? AND revoked_at > 0`, session, offline).Scan(&n))
			return n
		}
		sweep := func() {
			require.NoError(t, s.ID.Sweep(ctx))
			require.NoError(t, second.ID.Sweep(ctx))
		}
		session, cookie, here, away := start()
		_, err := s.ID.Bearer(ctx, here.Access)
		require.NoError(t, err)
		for range 3 {
			clock.Add(20 * time.Minute)
			_, err := s.ID.Session(ctx, cookie, true)
			require.NoError(t, err)
			sweep()
		}
		require.Empty(t, app.tokens, "somebody is there")
		clock.Add(identity.SessionIdle)
		sweep()
		sweep()
		require.Len(t, app.tokens, 1, "told once")
		require.Equal(t, 1, ended(session, false), "its tokens ended with it")
		_, err = s.ID.Bearer(ctx, here.Access)
		require.True(t, fault.Is(err, fault.Unauthenticated))
		require.Zero(t, ended(session, true))
		_, err = s.ID.Refreshable(ctx, away.Refresh, "growth")
		require.NoError(t, err, "what is for being away stays")

		app.tokens = nil
		_, cookie, _, _ = start()
		for range 37 { // twelve hours and more, always at work
			clock.Add(20 * time.Minute)
			_, _ = s.ID.Session(ctx, cookie, true)
			sweep()
		}
		require.Len(t, app.tokens, 1, "too old")

		app.tokens = nil
		start()
		clock.Add(3 * 24 * time.Hour)
		sweep()
		require.Empty(t, app.tokens, "no node was at work for days: that is no news")
		var open int
		require.NoError(t, d.Read(ctx).QueryRow(`SELECT count(*) FROM sessions WHERE ended_at = 0`).Scan(&open))
		require.Zero(t, open)
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
	p, err := provider.New(provider.Deps{NewKey: sitetest.SigningKeys(), DB: d, Identity: s.ID, Key: sitekey.ForTest()})
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
