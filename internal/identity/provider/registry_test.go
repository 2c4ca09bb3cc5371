package provider_test

import (
	"context"
	"crypto/elliptic"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"
	"github.com/zitadel/oidc/v3/pkg/oidc"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/identity/provider"
	"housecall/internal/identity/sitetest"
)

func TestG10RegistrationByAnAdministrator(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		p := newPlace(t, d, 1, nil)
		op := p.nodes[0].provider
		back := []string{"https://growth.example/callback"}

		t.Run("single-patient app, public", func(t *testing.T) {
			a, secret, err := op.AddApp(ctx, p.admin, provider.Client{ID: "chosen", Name: " Growth chart ", Publisher: "Tall Trees", Homepage: "https://growth.example", LaunchURL: "https://growth.example/launch", Redirects: back,
				Scopes: []string{"openid", "fhirUser", "launch/patient", "patient/Observation.rs"}, FirstParty: true})
			require.NoError(t, err)
			require.Empty(t, secret)
			require.True(t, a.Active)
			require.False(t, a.FirstParty, "nobody is made Housecall itself")
			require.NotEqual(t, "chosen", a.ID)
			require.Equal(t, []string{"public", "Growth chart", "Ivy Tran", "https://growth.example/launch"}, []string{a.Kind(), a.Name, a.CreatedBy, a.LaunchURL})
			got, err := op.App(ctx, p.admin, a.ID)
			require.NoError(t, err)
			require.Equal(t, a, got)
		})

		t.Run("system app, asymmetric", func(t *testing.T) {
			key := ecKey(t, elliptic.P384())
			a, _, err := op.AddApp(ctx, p.admin, provider.Client{Name: "Registry", Backend: true, Keys: keySet(t, public(key, "k1")), Scopes: []string{"system/*.rs"}})
			require.NoError(t, err)
			require.Equal(t, "asymmetric", a.Kind())
			require.JSONEq(t, keySet(t, public(key, "k1")), a.Keys)
		})

		t.Run("what is refused", func(t *testing.T) {
			key := ecKey(t, elliptic.P384())
			private, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key, KeyID: "k1"}}})
			require.NoError(t, err)
			good := keySet(t, public(key, "k1"))
			for field, bad := range map[string][]provider.Client{
				"name":      {{Redirects: back}, {Name: strings.Repeat("x", 101), Redirects: back}, {Name: "a\nb", Redirects: back}},
				"redirects": {{Name: "X"}, {Name: "X", Redirects: []string{"http://growth.example/"}}, {Name: "X", Redirects: []string{"https:///x"}}, {Name: "X", Redirects: []string{"app://x"}}},
				"homepage":  {{Name: "X", Redirects: back, Homepage: "javascript:alert(1)"}},
				"launchUrl": {{Name: "X", Redirects: back, LaunchURL: "http://growth.example/launch"}},
				"kind":      {{Name: "X", Redirects: back, AuthMethod: "client_secret_jwt"}},
				"native":    {{Name: "X", Redirects: back, Native: true, AuthMethod: oidc.AuthMethodBasic}},
				"backend":   {{Name: "X", Backend: true, AuthMethod: oidc.AuthMethodBasic, Scopes: []string{"system/*.rs"}}},
				"keysUrl":   {{Name: "X", Redirects: back, KeysURL: "http://growth.example/keys"}},
				"keys": {
					{Name: "X", Redirects: back, AuthMethod: oidc.AuthMethodPrivateKeyJWT}, {Name: "X", Redirects: back, Keys: good, KeysURL: "https://growth.example/keys"},
					{Name: "X", Redirects: back, Keys: string(private)}, {Name: "X", Redirects: back, Keys: `{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"k1"}]}`}, {Name: "X", Redirects: back, Keys: `{"keys":[]}`},
					{Name: "X", Redirects: back, Keys: keySet(t, public(ecKey(t, elliptic.P521()), "k1"))}, {Name: "X", Redirects: back, Keys: keySet(t, public(key, ""))}, {Name: "X", Redirects: back, Keys: keySet(t, public(key, "k1"), public(key, "k1"))},
					{Name: "X", Redirects: back, Keys: good, AuthMethod: oidc.AuthMethodNone},
				},
				"scopes": {
					{Name: "X", Redirects: back, Scopes: []string{"system/*.rs"}}, {Name: "X", Redirects: back, Scopes: []string{"everything"}}, {Name: "X", Redirects: back, Scopes: []string{"patient/Observation.x"}},
					{Name: "X", Backend: true, Keys: good, Scopes: []string{"patient/*.rs", "system/*.rs"}}, {Name: "X", Backend: true, Keys: good},
				},
			} {
				for i, c := range bad {
					_, _, err := op.AddApp(ctx, p.admin, c)
					require.Error(t, err, "%s %d", field, i)
					f := fault.Of(err)
					require.Equal(t, fault.Invalid, f.Kind, "%s %d: %v", field, i, err)
					require.Equal(t, field, f.Issues[0].Expression, "%s %d: %s", field, i, f.Msg)
				}
			}
		})

		t.Run("by nobody else", func(t *testing.T) {
			late := p.admin
			late.ProvedAt = time.Now().Add(-time.Hour)
			app := p.admin
			app.Scopes, app.Client = []string{"user/*.cruds"}, "app-1"
			doctor := p.admin
			doctor.Roles = []identity.Role{identity.Clinician, identity.Privacy}
			c := provider.Client{Name: "X", Redirects: back}
			for name, who := range map[string]identity.Principal{"late": late, "app": app, "doctor": doctor, "system": {Kind: identity.System, Account: "x"}, "nobody": {}} {
				_, _, err := op.AddApp(ctx, who, c)
				require.True(t, fault.Is(err, fault.Forbidden), name)
				_, err = op.ChangeApp(ctx, who, "app-1", c)
				require.True(t, fault.Is(err, fault.Forbidden), name)
				_, err = op.RotateAppSecret(ctx, who, "app-1")
				require.True(t, fault.Is(err, fault.Forbidden), name)
				_, err = op.EnableApp(ctx, who, "app-1", false)
				require.True(t, fault.Is(err, fault.Forbidden), name)
				_, _, err = op.Apps(ctx, who, "", 10)
				require.Equal(t, name != "late", fault.Is(err, fault.Forbidden), name)
			}
			for _, id := range []string{provider.WebClient, provider.PhoneClient} {
				_, err := op.EnableApp(ctx, p.admin, id, false)
				require.True(t, fault.Is(err, fault.Conflict), "our own are fixed by code")
				_, err = op.ChangeApp(ctx, p.admin, id, c)
				require.True(t, fault.Is(err, fault.Conflict))
				_, err = op.RotateAppSecret(ctx, p.admin, id)
				require.True(t, fault.Is(err, fault.Conflict))
			}
			_, err := op.App(ctx, p.admin, "a\x00b")
			require.True(t, fault.Is(err, fault.NotFound))
		})

		t.Run("listed, kept over a start, audited", func(t *testing.T) {
			a, _, err := op.AddApp(ctx, p.admin, provider.Client{Name: "Diary", Redirects: back, Scopes: []string{"patient/*.rs"}})
			require.NoError(t, err)
			_, err = op.EnableApp(ctx, p.admin, a.ID, false)
			require.NoError(t, err)
			before, err := op.App(ctx, p.admin, provider.WebClient)
			require.NoError(t, err)
			p.ahead.Store(int64(time.Hour))
			require.NoError(t, op.Init(ctx))
			p.ahead.Store(0)
			after, err := op.App(ctx, p.admin, a.ID)
			require.NoError(t, err)
			require.False(t, after.Active, "a start changes nothing of what an administrator decided")
			own, err := op.App(ctx, p.admin, provider.WebClient)
			require.NoError(t, err)
			require.Equal(t, before.CreatedAt, own.CreatedAt)
			require.True(t, own.FirstParty)

			var names []string
			for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
				page, next, err := op.Apps(ctx, p.admin, cursor, 2)
				require.NoError(t, err)
				for _, x := range page {
					names = append(names, x.Name)
				}
				require.LessOrEqual(t, len(page), 2)
				cursor = next
			}
			require.ElementsMatch(t, []string{"Diary", "Registry", "Growth chart", "Housecall", "Housecall app"}, names)
			require.Equal(t, "Diary", names[0], "newest first")
			last := p.acts[len(p.acts)-2:]
			require.Equal(t, []string{"create", "client:" + a.ID}, []string{last[0].Action, last[0].Detail})
			require.Equal(t, []string{"update", "client:" + a.ID + " disable"}, []string{last[1].Action, last[1].Detail})
			require.Equal(t, p.admin.Account, last[1].Who.Account)
		})
	})
}

// confidential signs Ada in through an app in a browser and gives its tokens.
func confidential(t *testing.T, s *sitetest.Site, id string, exchange func(url.Values) (int, map[string]any)) (int, map[string]any) {
	t.Helper()
	p := newPhone(t, s)
	p.cfg.ClientID, p.cfg.RedirectURL = id, "https://app.example/callback"
	p.cfg.Scopes = []string{"openid", "offline_access", "patient/Observation.rs"}
	at := p.signedIn("ada@housecall.test")
	if !strings.HasPrefix(at, p.cfg.RedirectURL) { // once agreed to, it is not asked again
		at = s.Consent(p.Browser, at, provider.Decision{Allow: true})
	}
	code := p.landed(at)
	return exchange(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {p.verifier}, "redirect_uri": {p.cfg.RedirectURL}})
}

func TestG10ConfidentialClients(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := sitetest.New(t, d)
		s.Person("ada@housecall.test")
		it, err := s.ID.CreateAccount(ctx, identity.NewAccount{Email: "it@housecall.test", Name: "Ivy Tran", Kind: identity.Staff, Roles: []identity.Role{identity.Admin}})
		require.NoError(t, err)
		admin := identity.Principal{Kind: identity.Staff, Account: it.ID, Roles: it.Roles, Proof: identity.Passkey, ProvedAt: time.Now()}
		base := provider.Client{Name: "App", Redirects: []string{"https://app.example/callback"}, Offline: true, Scopes: []string{"openid", "patient/*.rs"}}
		token := s.URL + "/oidc/token"

		t.Run("client-confidential-symmetric, each only as registered", func(t *testing.T) {
			for _, method := range []oidc.AuthMethod{oidc.AuthMethodBasic, oidc.AuthMethodPost} {
				c := base
				c.AuthMethod = method
				a, secret, err := s.Provider.AddApp(ctx, admin, c)
				require.NoError(t, err)
				require.Greater(t, len(secret), 40)
				as := func(m oidc.AuthMethod, secret string, form url.Values) (int, map[string]any) {
					if m == oidc.AuthMethodBasic {
						return post(t, token, a.ID, secret, form)
					}
					if form.Set("client_id", a.ID); m == oidc.AuthMethodPost {
						form.Set("client_secret", secret)
					}
					return post(t, token, "", "", form)
				}
				status, got := confidential(t, s, a.ID, func(form url.Values) (int, map[string]any) {
					for _, other := range []oidc.AuthMethod{oidc.AuthMethodBasic, oidc.AuthMethodPost, oidc.AuthMethodNone} {
						if other != method {
							status, got := as(other, secret, copied(form))
							require.Equal(t, http.StatusUnauthorized, status, "%s as %s: %v", method, other, got)
							require.Equal(t, "invalid_client", got["error"])
						}
					}
					status, _ := as(method, "wrong", copied(form))
					require.Equal(t, http.StatusUnauthorized, status)
					return as(method, secret, form)
				})
				require.Equal(t, http.StatusOK, status, got)
				refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {got["refresh_token"].(string)}}

				fresh, err := s.Provider.RotateAppSecret(ctx, admin, a.ID)
				require.NoError(t, err)
				status, _ = as(method, secret, copied(refresh))
				require.Equal(t, http.StatusUnauthorized, status, "the old secret is worth nothing")
				status, got = as(method, fresh, copied(refresh))
				require.Equal(t, http.StatusOK, status, got)

				// Disabled: what it holds ends, and it gets no more.
				access := got["access_token"].(string)
				_, err = s.ID.Bearer(ctx, access)
				require.NoError(t, err)
				_, err = s.Provider.EnableApp(ctx, admin, a.ID, false)
				require.NoError(t, err)
				_, err = s.ID.Bearer(ctx, access)
				require.Error(t, err)
				refresh.Set("refresh_token", got["refresh_token"].(string))
				status, _ = as(method, fresh, copied(refresh))
				require.Equal(t, http.StatusUnauthorized, status)
				_, err = s.Provider.EnableApp(ctx, admin, a.ID, true)
				require.NoError(t, err)
				status, got = as(method, fresh, copied(refresh))
				require.Equal(t, http.StatusBadRequest, status)
				require.Equal(t, "invalid_grant", got["error"], "and what ended does not come back")
			}
		})

		t.Run("client-confidential-asymmetric, code and refresh", func(t *testing.T) {
			key := ecKey(t, elliptic.P384())
			c := base
			c.Keys = keySet(t, public(key, "k1"))
			a, _, err := s.Provider.AddApp(ctx, admin, c)
			require.NoError(t, err)
			proof := func(form url.Values) url.Values {
				signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES384, Key: key}, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", "k1"))
				require.NoError(t, err)
				raw, err := jwt.Signed(signer).Claims(jwt.Claims{Issuer: a.ID, Subject: a.ID, Audience: jwt.Audience{token}, ID: identity.NewSecret(), Expiry: jwt.NewNumericDate(time.Now().Add(time.Minute))}).Serialize()
				require.NoError(t, err)
				form = copied(form)
				form.Set("client_assertion_type", jwtBearer)
				form.Set("client_assertion", raw)
				return form
			}
			status, got := confidential(t, s, a.ID, func(form url.Values) (int, map[string]any) {
				bare := copied(form)
				bare.Set("client_id", a.ID)
				status, _ := post(t, token, "", "", bare)
				require.Equal(t, http.StatusUnauthorized, status, "no falling back to nothing")
				return post(t, token, "", "", proof(form))
			})
			require.Equal(t, http.StatusOK, status, got)
			require.Equal(t, "openid offline_access patient/Observation.rs", got["scope"])
			refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {got["refresh_token"].(string)}}
			bare := copied(refresh)
			bare.Set("client_id", a.ID)
			status, _ = post(t, token, "", "", bare)
			require.Equal(t, http.StatusUnauthorized, status)
			status, got = post(t, token, "", "", proof(refresh))
			require.Equal(t, http.StatusOK, status, got)
			status, got = post(t, token, "", "", proof(url.Values{"grant_type": {"client_credentials"}, "scope": {"system/*.rs"}}))
			require.Equal(t, http.StatusBadRequest, status)
			require.Equal(t, "unauthorized_client", got["error"])

			// Less than before: who let it in is asked again.
			status, got = confidential(t, s, a.ID, func(form url.Values) (int, map[string]any) { return post(t, token, "", "", proof(form)) })
			require.Equal(t, http.StatusOK, status, got)
			c.Name = "App, renamed"
			_, err = s.Provider.ChangeApp(ctx, admin, a.ID, c)
			require.NoError(t, err)
			_, err = s.ID.Bearer(ctx, got["access_token"].(string))
			require.NoError(t, err)
			c.Scopes = []string{"openid", "patient/Condition.rs"}
			_, err = s.Provider.ChangeApp(ctx, admin, a.ID, c)
			require.NoError(t, err)
			_, err = s.ID.Bearer(ctx, got["access_token"].(string))
			require.Error(t, err)
			c.Keys, c.AuthMethod = "", oidc.AuthMethodNone
			_, err = s.Provider.ChangeApp(ctx, admin, a.ID, c)
			require.True(t, fault.Is(err, fault.Invalid), "who has keys is not made public")
		})

		t.Run("secrets are not taken from the address", func(t *testing.T) {
			a, secret, err := s.Provider.AddApp(ctx, admin, func() provider.Client { c := base; c.AuthMethod = oidc.AuthMethodPost; return c }())
			require.NoError(t, err)
			in := url.Values{"client_id": {a.ID}, "client_secret": {secret}}
			status, _ := post(t, s.URL+"/oidc/introspect?"+in.Encode(), "", "", url.Values{"token": {"hca_x"}})
			require.GreaterOrEqual(t, status, 400)
			in.Set("token", "hca_x")
			status, got := post(t, s.URL+"/oidc/introspect", "", "", in)
			require.Equal(t, http.StatusOK, status)
			require.Equal(t, map[string]any{"active": false}, got)
			resp, err := http.Get(token + "?" + in.Encode())
			require.NoError(t, err)
			_ = resp.Body.Close()
			require.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode)
			req, err := http.NewRequest(http.MethodPost, token, strings.NewReader("grant_type=refresh_token&refresh_token=x"))
			require.NoError(t, err)
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.SetBasicAuth(provider.WebClient, "wrong")
			resp, err = http.DefaultClient.Do(req)
			require.NoError(t, err)
			_ = resp.Body.Close()
			require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
			require.Contains(t, resp.Header.Get("WWW-Authenticate"), "Basic", "RFC 6749 section 5.2")
			require.Equal(t, "no-store", resp.Header.Get("Cache-Control"))
		})

		t.Run("a person is not asked for scopes of systems", func(t *testing.T) {
			key := ecKey(t, elliptic.P384())
			c := base
			c.Backend, c.Keys, c.Scopes = true, keySet(t, public(key, "k1")), []string{"openid", "patient/*.rs", "system/*.rs"}
			a, _, err := s.Provider.AddApp(ctx, admin, c)
			require.NoError(t, err)
			p := newPhone(t, s, "system/*.rs", "patient/Observation.rs")
			p.cfg.ClientID, p.cfg.RedirectURL = a.ID, "https://app.example/callback"
			at, _ := p.Follow(p.authURL(p.aud()), s.URL+"/sign-in")
			var scopes string
			require.NoError(t, d.Read(ctx).QueryRow(`SELECT scopes FROM auth_requests WHERE id = ?`, sitetest.Request(t, at)).Scan(&scopes))
			require.Equal(t, "openid patient/Observation.rs", scopes)
		})
	})
}

func copied(v url.Values) url.Values {
	out := url.Values{}
	for k, x := range v {
		out[k] = append([]string{}, x...)
	}
	return out
}
