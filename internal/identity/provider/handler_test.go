package provider_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"housecall/internal/db/dbtest"
	"housecall/internal/identity/provider"
	"housecall/internal/identity/sitetest"
)

// Fiber's adaptor lends strings that lie in buffers used again by the next
// request. Many requests of different lengths would show what was kept.
func TestHandlerKeepsNothingOfTheAdaptorsMemory(t *testing.T) {
	d := dbtest.SQLite(t)
	s := sitetest.New(t, d)
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.All("/oidc/*", adaptor.HTTPHandler(s.Provider.Handler()))
	verifier := oauth2.GenerateVerifier()
	ask := func(i int) string {
		cfg := oauth2.Config{ClientID: provider.PhoneClient, RedirectURL: loopback, Scopes: []string{"openid"}, Endpoint: oauth2.Endpoint{AuthURL: s.URL + "/oidc/authorize"}}
		return cfg.AuthCodeURL(fmt.Sprintf("state-%d-%s", i, strings.Repeat("s", i%40)), oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("nonce", fmt.Sprintf("nonce-%d", i)))
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	ids := map[int]string{}
	for w := range 4 {
		wg.Go(func() {
			for j := range 25 {
				i := w*25 + j
				u, _ := url.Parse(ask(i))
				resp, err := app.Test(httptest.NewRequest(http.MethodGet, u.RequestURI(), nil), -1)
				if err != nil {
					continue
				}
				_ = resp.Body.Close()
				at, err := resp.Location()
				if err != nil {
					continue
				}
				mu.Lock()
				ids[i] = at.Query().Get("request")
				mu.Unlock()
				noise := httptest.NewRequest(http.MethodPost, "/oidc/token?"+strings.Repeat("noise=xxxx&", i), strings.NewReader(strings.Repeat("n=o&", i)))
				noise.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				if resp, err := app.Test(noise, -1); err == nil {
					_ = resp.Body.Close()
				}
			}
		})
	}
	wg.Wait()
	require.Len(t, ids, 100)
	for i, id := range ids {
		var state, nonce string
		require.NoError(t, d.Read(context.Background()).QueryRow(`SELECT state, nonce FROM auth_requests WHERE id = ?`, id).Scan(&state, &nonce))
		require.Equal(t, fmt.Sprintf("state-%d-%s", i, strings.Repeat("s", i%40)), state)
		require.Equal(t, fmt.Sprintf("nonce-%d", i), nonce)
	}
}

func TestHandlerBoundsRequests(t *testing.T) {
	s := sitetest.New(t, dbtest.SQLite(t))
	b := sitetest.NewBrowser(t)
	require.Equal(t, http.StatusBadRequest, b.Get(s.URL+"/oidc/authorize?x="+strings.Repeat("a", 20_000)).Status)
	status, _ := post(t, s.URL+"/oidc/token", "", "", url.Values{"grant_type": {"authorization_code"}, "code": {strings.Repeat("c", 70_000)}})
	require.Equal(t, http.StatusBadRequest, status)
	require.Equal(t, http.StatusNotFound, b.Get(s.URL+"/oidc/healthz").Status)
	require.Equal(t, http.StatusNotFound, b.Get(s.URL+"/oidc/nothing").Status)
	require.Contains(t, b.Get(s.URL+"/oidc/authorize/callback?id="+strings.Repeat("x", 43)).Location, "problem=expired")
	require.Contains(t, b.Get(s.URL+"/oidc/authorize/callback?id=%00").Location, "problem=expired")
}
