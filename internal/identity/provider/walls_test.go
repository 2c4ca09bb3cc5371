package provider_test

import (
	"context"
	"crypto/elliptic"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/identity/provider"
	"housecall/internal/identity/sitetest"
)

// Whoever writes other keys or addresses into the row of an app has not become it.
func TestAnAppWhoseKeysWereExchangedIsNotLetIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		p := newPlace(t, d, 1, nil)
		b := p.backend(ecKey(t, elliptic.P384()), jose.ES384, "system/Patient.rs")
		b.good("system/Patient.rs")
		odd := func() int {
			n, err := p.nodes[0].provider.OddApps(ctx)
			require.NoError(t, err)
			return n
		}
		require.Zero(t, odd())
		thief := *b
		thief.key = ecKey(t, elliptic.P384())
		exec := func(query string, args ...any) {
			require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
				n, err := c.Exec(query, args...)
				require.EqualValues(t, 1, n)
				return err
			}))
		}
		exec(`UPDATE oauth_clients SET jwks = ? WHERE id = ?`, keySet(t, public(thief.key, "k1")), b.id)
		status, _ := thief.token(0, thief.sign(thief.claims()), "system/Patient.rs")
		require.NotEqual(t, http.StatusOK, status)
		require.Equal(t, 1, odd())
		last := p.acts[len(p.acts)-1]
		require.Equal(t, "row code oauth_clients refused", last.Detail+" "+last.Outcome)
		_, err := p.nodes[0].provider.EnableApp(ctx, p.admin, b.id, true)
		require.Equal(t, "row_code", fault.Of(err).Code, "nothing makes good what was forged")
		exec(`UPDATE oauth_clients SET code = NULL WHERE id = ?`, b.id)
		status, _ = thief.token(0, thief.sign(thief.claims()), "system/Patient.rs")
		require.NotEqual(t, http.StatusOK, status, "none is no code")
		require.NoError(t, p.nodes[0].provider.Init(ctx), "another start gives it none")
		require.Equal(t, 1, odd())
	})
}

// A session whose proof was given in another network does not answer the sign-in of an
// app: a cookie that was taken along would get a token by it.
func TestAppsAreNotAnsweredByAProofFromElsewhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var ahead atomic.Int64
		s := sitetest.Start(t, d, sitetest.Options{Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
		lee := s.Staff("lee@housecall.test")
		_, cookie, err := s.ID.StartSession(ctx, identity.NewSession{Account: lee.ID, Proof: identity.SecondFactor, Address: "127.0.0.1"})
		require.NoError(t, err)
		require.NoError(t, s.Provider.RegisterClient(ctx, provider.Client{ID: "chart-app", Name: "Chart app", Redirects: []string{"https://app.example/callback"}, Scopes: []string{"openid"}}))
		b := sitetest.NewBrowser(t)
		site, err := url.Parse(s.URL)
		require.NoError(t, err)
		b.Jar.SetCookies(site, []*http.Cookie{{Name: s.ID.CookieName(), Value: cookie, Path: "/"}})
		q := url.Values{"client_id": {"chart-app"}, "response_type": {"code"}, "scope": {"openid"}, "redirect_uri": {"https://app.example/callback"}, "state": {"x"}, "code_challenge_method": {"S256"}, "code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}}
		at := func() string {
			u, err := url.Parse(b.Get(s.URL + "/oidc/authorize?" + q.Encode()).Location)
			require.NoError(t, err)
			return u.Path
		}
		require.Equal(t, "/oidc/authorize/callback", at(), "where it was given it answers")
		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
			_, err := c.Exec(`UPDATE sessions SET proof_net4 = '198.51.100.0/24' WHERE account = ?`, lee.ID)
			return err
		}))
		ahead.Store(int64(31 * time.Second)) // as long as a session is remembered
		require.Equal(t, "/sign-in", at())
		q.Set("prompt", "none")
		require.Equal(t, "/callback", at(), "the app is told that it takes a sign-in")
	})
}
