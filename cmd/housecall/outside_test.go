package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/internal/identity/issuertest"
	"housecall/internal/identity/login"
	"housecall/internal/identity/provider"
)

// Somebody signs out at the hospital: it tells one node, the pages that are open at
// the other end, and the app that they signed in to here is told as well.
func TestASignOutElsewhereEndsAllThatCameOfIt(t *testing.T) {
	ctx := context.Background()
	hospital := issuertest.New(t, issuertest.Says{Subject: "ida", BackChannel: true}, nil)
	trusted, err := json.Marshal([]login.Issuer{{ID: "hospital", Name: "City Hospital", Issuer: hospital.URL, ClientID: issuertest.ClientID, ClientSecret: issuertest.Secret, AllowPrivate: true}})
	require.NoError(t, err)
	one, two := twoNodes(t)
	one.OIDCIssuers, two.OIDCIssuers = string(trusted), string(trusted)
	here, there := start(t, one), start(t, two)
	ida, err := here.Identity.CreateAccount(ctx, identity.NewAccount{Email: "ida@example.org", Name: "Ida Moss", Kind: identity.Person})
	require.NoError(t, err)
	require.NoError(t, here.Identity.LinkOutsideFor(ctx, ida.ID, hospital.URL, "ida"))

	b := newBrowser(t)
	b.open(there.URL() + "/auth/login?issuer=hospital&return=/")
	page := b.at(there.URL())
	require.NotEmpty(t, page.csrf, "signed in")
	live := page.socket("/live")
	var session string
	require.NoError(t, here.DB.Read(ctx).QueryRow(`SELECT id FROM sessions WHERE account = ?`, ida.ID).Scan(&session))

	told := make(chan string, 10)
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { told <- r.PostFormValue("logout_token") }))
	t.Cleanup(app.Close)
	require.NoError(t, here.Provider.RegisterClient(ctx, provider.Client{ID: "growth", Name: "Growth Chart", Redirects: []string{"https://growth.example/"}, LogoutURL: app.URL + "/out"}))
	require.NoError(t, here.DB.InTx(ctx, func(c *db.Conn) error {
		_, _, err := here.Identity.GrantTx(c, identity.Family{Account: ida.ID, Client: "growth", Session: session, Scopes: []string{"openid"}})
		return err
	}))

	tell := func(query, form url.Values, origin string) int {
		req, err := http.NewRequest(http.MethodPost, here.URL()+"/auth/backchannel-logout/hospital?"+query.Encode(), strings.NewReader(form.Encode()))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if origin != "" {
			req.Header.Set("Origin", origin)
		}
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, "no-store", resp.Header.Get("Cache-Control"))
		return resp.StatusCode
	}
	token := url.Values{"logout_token": {hospital.LogoutToken(nil)}}
	require.Equal(t, http.StatusForbidden, tell(nil, token, "https://evil.example"), "a page of another site tells nothing")
	require.Equal(t, http.StatusBadRequest, tell(token, nil, ""), "and tokens come in no address")
	require.Equal(t, http.StatusOK, tell(nil, token, ""))

	require.NoError(t, live.SetReadDeadline(time.Now().Add(10*time.Second)))
	for err == nil {
		_, _, err = live.ReadMessage()
	}
	var late interface{ Timeout() bool }
	require.False(t, errors.As(err, &late) && late.Timeout(), "the socket at the other node is closed: %v", err)
	_, text := b.open(there.URL() + "/api/v1/me")
	require.Contains(t, text, "signed_out")
	select {
	case raw := <-told:
		require.NotEmpty(t, raw)
	case <-time.After(20 * time.Second):
		t.Fatal("the app was not told")
	}
}
