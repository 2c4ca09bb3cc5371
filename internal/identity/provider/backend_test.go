package provider_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/internal/identity/provider"
	"housecall/internal/identity/sitetest"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
)

// clinicURL is how the nodes of a site call themselves, wherever they listen.
const clinicURL = "https://portal.hill.test"

// place is a site of several nodes with one clock, and an administrator.
type place struct {
	t     *testing.T
	nodes []*placeNode
	admin identity.Principal
	ahead *atomic.Int64
	mu    sync.Mutex
	acts  []identity.Act
}

type placeNode struct {
	url      string
	id       *identity.Service
	provider *provider.Provider
}

func (p *place) now() time.Time { return time.Now().Add(time.Duration(p.ahead.Load())) }

func newPlace(t *testing.T, d *db.DB, nodes int, keys *http.Client) *place {
	p := &place{t: t, ahead: new(atomic.Int64)}
	for range nodes {
		feed := revoke.NewFeed(d)
		id, err := identity.New(identity.Deps{HashKiB: sitetest.HashKiB, DB: d, Key: sitekey.ForTest(), Revocations: feed, BaseURL: clinicURL, Now: p.now, Record: func(_ *db.Conn, acts ...identity.Act) error {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.acts = append(p.acts, acts...)
			return nil
		}})
		require.NoError(t, err)
		op, err := provider.New(provider.Deps{NewKey: sitetest.SigningKeys(), DB: d, Identity: id, Key: sitekey.ForTest(), Keys: keys, Now: p.now})
		require.NoError(t, err)
		require.NoError(t, op.Init(context.Background()))
		require.NoError(t, feed.Start(context.Background()))
		mux := http.NewServeMux()
		mux.Handle("/oidc/", op.Handler())
		srv := httptest.NewServer(mux)
		t.Cleanup(func() { srv.Close(); feed.Stop() })
		p.nodes = append(p.nodes, &placeNode{srv.URL, id, op})
	}
	a, err := p.nodes[0].id.CreateAccount(context.Background(), identity.NewAccount{Email: "it@hill.test", Name: "Ivy Tran", Kind: identity.Staff, Roles: []identity.Role{identity.Admin}})
	require.NoError(t, err)
	p.admin = identity.Principal{Kind: identity.Staff, Account: a.ID, Roles: a.Roles, Proof: identity.Passkey, ProvedAt: time.Now()}
	return p
}

// backend is a system that was registered, with its private key.
type backend struct {
	*place
	id  string
	key crypto.Signer
	kid string
	alg jose.SignatureAlgorithm
}

func public(k crypto.Signer, kid string) jose.JSONWebKey {
	return jose.JSONWebKey{Key: k.Public(), KeyID: kid, Use: "sig"}
}

func keySet(t *testing.T, keys ...jose.JSONWebKey) string {
	b, err := json.Marshal(jose.JSONWebKeySet{Keys: keys})
	require.NoError(t, err)
	return string(b)
}

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func ecKey(t *testing.T, c elliptic.Curve) *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	require.NoError(t, err)
	return k
}

func (p *place) backend(key crypto.Signer, alg jose.SignatureAlgorithm, scopes ...string) *backend {
	p.t.Helper()
	b := &backend{p, "", key, "k1", alg}
	added, secret, err := p.nodes[0].provider.AddApp(context.Background(), p.admin, provider.Client{Name: "Research export", Backend: true, Keys: keySet(p.t, public(key, "k1")), Scopes: scopes})
	require.NoError(p.t, err)
	require.Empty(p.t, secret)
	b.id = added.ID
	return b
}

func (b *backend) claims() jwt.Claims {
	return jwt.Claims{Issuer: b.id, Subject: b.id, Audience: jwt.Audience{clinicURL + "/oidc/token"}, ID: identity.NewSecret(), Expiry: jwt.NewNumericDate(b.now().Add(4 * time.Minute))}
}

func (b *backend) sign(cl jwt.Claims, headers ...any) string {
	b.t.Helper()
	o := (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", b.kid)
	for i := 0; i < len(headers); i += 2 {
		o = o.WithHeader(headers[i].(jose.HeaderKey), headers[i+1])
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: b.alg, Key: b.key}, o)
	require.NoError(b.t, err)
	raw, err := jwt.Signed(s).Claims(cl).Serialize()
	require.NoError(b.t, err)
	return raw
}

const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

func asked(assertion, scope string) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_assertion_type": {jwtBearer}, "client_assertion": {assertion}, "scope": {scope}}
}

func (b *backend) token(node int, assertion, scope string) (int, map[string]any) {
	b.t.Helper()
	return post(b.t, b.nodes[node].url+"/oidc/token", "", "", asked(assertion, scope))
}

// good gets a token, which has to work.
func (b *backend) good(scope string) string {
	b.t.Helper()
	status, got := b.token(0, b.sign(b.claims()), scope)
	require.Equal(b.t, http.StatusOK, status, got)
	return got["access_token"].(string)
}

func TestG10BackendServices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		p := newPlace(t, d, 2, nil)
		es := p.backend(ecKey(t, elliptic.P384()), jose.ES384, "system/Observation.rs", "system/Patient.r")
		rs := p.backend(rsaKey(), jose.RS384, "system/*.rs")

		t.Run("token by private_key_jwt with ES384 and RS384", func(t *testing.T) {
			for _, b := range []*backend{es, rs} {
				for node := range 2 {
					cl := b.claims()
					if node == 1 {
						cl.Audience = jwt.Audience{clinicURL + "/oidc"}
					}
					status, got := b.token(node, b.sign(cl), "system/Patient.r system/Observation.rs")
					require.Equal(t, http.StatusOK, status, got)
					require.Equal(t, "Bearer", got["token_type"])
					require.Equal(t, 300.0, got["expires_in"])
					require.Equal(t, "system/Observation.rs system/Patient.r", got["scope"])
					require.NotContains(t, got, "refresh_token")
					require.NotContains(t, got, "id_token")
					who, err := p.nodes[1-node].id.Bearer(ctx, got["access_token"].(string))
					require.NoError(t, err)
					require.Equal(t, identity.System, who.Kind)
					require.Equal(t, []string{b.id, b.id, "Research export"}, []string{who.Account, who.Client, who.Name})
					require.True(t, who.AllowsFHIR("Observation", 's'))
					require.False(t, who.AllowsFHIR("Observation", 'u'))
					require.False(t, who.AllowsFHIR("Condition", 'r'))
				}
			}
		})

		t.Run("invalid_scope above the pre-authorized", func(t *testing.T) {
			for _, scope := range []string{
				"", "system/*.rs", "system/Observation.cruds", "system/Observation.*", "system/Condition.rs", "system/Observation.rs system/Condition.r", "patient/Observation.rs", "user/Observation.rs",
				"openid", "offline_access", "Observation.rs", "system/Observation.rs?code=x", "system/.rs", "system/Patient.rs", strings.Repeat("system/Patient.r ", 3000),
			} {
				status, got := es.token(0, es.sign(es.claims()), scope)
				if strings.HasPrefix(scope, "system/Patient.r system/Patient.r") {
					require.Equal(t, http.StatusOK, status, "said many times is said once")
					require.Equal(t, "system/Patient.r", got["scope"])
					continue
				}
				require.Equal(t, http.StatusBadRequest, status, scope)
				require.Equal(t, "invalid_scope", got["error"], scope)
			}
		})

		t.Run("invalid_client", func(t *testing.T) {
			at := func(d time.Duration) *jwt.NumericDate { return jwt.NewNumericDate(p.now().Add(d)) }
			with := func(f func(*jwt.Claims)) string { cl := es.claims(); f(&cl); return es.sign(cl) }
			thief := *es
			thief.key = ecKey(t, elliptic.P384())
			nobody := *es
			nobody.kid = "k2"
			asOther := *rs
			asOther.id = es.id
			der, err := x509.MarshalPKIXPublicKey(es.key.Public())
			require.NoError(t, err)
			mac, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: der}, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", "k1"))
			require.NoError(t, err)
			confused, err := jwt.Signed(mac).Claims(es.claims()).Serialize()
			require.NoError(t, err)
			body, err := json.Marshal(es.claims())
			require.NoError(t, err)
			enc := base64.RawURLEncoding.EncodeToString
			unsigned := enc([]byte(`{"alg":"none","typ":"JWT","kid":"k1"}`)) + "." + enc(body) + "."
			head, rest, _ := strings.Cut(es.sign(es.claims()), ".")
			_, sig, _ := strings.Cut(rest, ".")
			untyped := *es
			s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES384, Key: es.key}, (&jose.SignerOptions{}).WithHeader("kid", "k1"))
			require.NoError(t, err)
			noType, err := jwt.Signed(s).Claims(untyped.claims()).Serialize()
			require.NoError(t, err)
			s, err = jose.NewSigner(jose.SigningKey{Algorithm: jose.ES384, Key: es.key}, (&jose.SignerOptions{}).WithType("JWT"))
			require.NoError(t, err)
			noKid, err := jwt.Signed(s).Claims(es.claims()).Serialize()
			require.NoError(t, err)
			for name, assertion := range map[string]string{
				"expired":                        with(func(c *jwt.Claims) { c.Expiry = at(-time.Second) }),
				"no exp":                         with(func(c *jwt.Claims) { c.Expiry = nil }),
				"exp too far":                    with(func(c *jwt.Claims) { c.Expiry = at(6 * time.Minute) }),
				"not yet":                        with(func(c *jwt.Claims) { c.NotBefore = at(time.Minute) }),
				"wrong aud":                      with(func(c *jwt.Claims) { c.Audience = jwt.Audience{"https://elsewhere.test/token"} }),
				"two aud":                        with(func(c *jwt.Claims) { c.Audience = append(c.Audience, "https://elsewhere.test/token") }),
				"no aud":                         with(func(c *jwt.Claims) { c.Audience = nil }),
				"iss and sub differ":             with(func(c *jwt.Claims) { c.Subject = rs.id }),
				"of an unknown client":           with(func(c *jwt.Claims) { c.Issuer, c.Subject = "app-0", "app-0" }),
				"no jti":                         with(func(c *jwt.Claims) { c.ID = "" }),
				"key of a stranger":              thief.sign(es.claims()),
				"key of another client":          asOther.sign(es.claims()),
				"unknown kid":                    nobody.sign(es.claims()),
				"jku":                            es.sign(es.claims(), jose.HeaderKey("jku"), "https://elsewhere.test/keys"),
				"alg none":                       unsigned,
				"HS256 with the public key":      confused,
				"another payload":                head + "." + enc(body) + "." + sig,
				"no typ":                         noType,
				"no kid":                         noKid,
				"not a JWT":                      "x.y.z",
				"claims of ours, signed by none": head + "." + enc(body) + ".",
			} {
				status, got := es.token(0, assertion, "system/Observation.rs")
				require.Equal(t, http.StatusUnauthorized, status, "%s: %v", name, got)
				require.Equal(t, "invalid_client", got["error"], name)
				require.NotContains(t, got, "access_token", name)
			}
			ask := func(form url.Values, user, secret string) (int, map[string]any) {
				return post(t, p.nodes[0].url+"/oidc/token", user, secret, form)
			}
			for name, form := range map[string]url.Values{
				"nothing":  {"grant_type": {"client_credentials"}, "client_id": {es.id}, "scope": {"system/Observation.rs"}},
				"a secret": {"grant_type": {"client_credentials"}, "client_id": {es.id}, "client_secret": {"x"}, "scope": {"system/Observation.rs"}},
				"another's name": func() url.Values {
					f := asked(es.sign(es.claims()), "system/Observation.rs")
					f.Set("client_id", rs.id)
					return f
				}(),
			} {
				status, got := ask(form, "", "")
				require.Equal(t, http.StatusUnauthorized, status, name)
				require.Equal(t, "invalid_client", got["error"], name)
			}
			f := asked(es.sign(es.claims()), "system/Observation.rs")
			f.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")
			status, got := ask(f, "", "")
			require.Equal(t, http.StatusBadRequest, status)
			require.Equal(t, "invalid_request", got["error"])
			status, got = ask(asked(es.sign(es.claims()), "system/Observation.rs"), es.id, "x")
			require.Equal(t, http.StatusBadRequest, status)
			require.Equal(t, "invalid_request", got["error"], "two ways at once")
			f = asked(es.sign(es.claims()), "system/Observation.rs")
			f.Add("client_assertion", es.sign(es.claims()))
			status, _ = ask(f, "", "")
			require.Equal(t, http.StatusBadRequest, status, "twice")
		})

		t.Run("unsupported_grant_type and unauthorized_client", func(t *testing.T) {
			f := asked(es.sign(es.claims()), "system/Observation.rs")
			f.Set("grant_type", "not_a_grant_type")
			status, got := post(t, p.nodes[0].url+"/oidc/token", "", "", f)
			require.Equal(t, http.StatusBadRequest, status)
			require.Equal(t, "unsupported_grant_type", got["error"])
			f = asked(es.sign(es.claims()), "system/Observation.rs")
			f.Set("grant_type", "refresh_token")
			f.Set("refresh_token", "hcr_x")
			status, got = post(t, p.nodes[0].url+"/oidc/token", "", "", f)
			require.Equal(t, http.StatusBadRequest, status)
			require.Equal(t, "unauthorized_client", got["error"])
		})

		t.Run("jti once, on whichever node", func(t *testing.T) {
			a := es.sign(es.claims())
			var good atomic.Int64
			var wg sync.WaitGroup
			for i := range 8 {
				wg.Go(func() {
					resp, err := http.PostForm(p.nodes[i%2].url+"/oidc/token", asked(a, "system/Observation.rs"))
					if err != nil {
						return
					}
					_ = resp.Body.Close()
					if resp.StatusCode == http.StatusOK {
						good.Add(1)
					}
				})
			}
			wg.Wait()
			require.Equal(t, int64(1), good.Load())
			cl := rs.claims()
			used := rs.sign(cl)
			status, _ := rs.token(0, used, "system/*.rs")
			require.Equal(t, http.StatusOK, status)
			status, _ = rs.token(1, used, "system/*.rs")
			require.Equal(t, http.StatusUnauthorized, status)
			own := es.claims()
			own.ID = cl.ID
			status, _ = es.token(1, es.sign(own), "system/Observation.rs")
			require.Equal(t, http.StatusOK, status, "another client may have the same one")

			count := func() (n int) {
				require.NoError(t, d.Read(ctx).QueryRow(`SELECT count(*) FROM client_assertions`).Scan(&n))
				return n
			}
			require.Positive(t, count())
			p.ahead.Store(int64(2 * time.Hour))
			require.NoError(t, p.nodes[0].id.Prune(ctx))
			p.ahead.Store(0)
			require.Zero(t, count(), "pruned")
		})

		t.Run("expires in five minutes", func(t *testing.T) {
			tok := es.good("system/Observation.rs")
			p.ahead.Store(int64(301 * time.Second))
			defer p.ahead.Store(0)
			_, err := p.nodes[1].id.Bearer(ctx, tok)
			require.Error(t, err)
		})

		t.Run("introspection and revocation by assertion", func(t *testing.T) {
			tok := es.good("system/Observation.rs")
			proof := func(b *backend) url.Values {
				return url.Values{"client_assertion_type": {jwtBearer}, "client_assertion": {b.sign(b.claims())}, "token": {tok}}
			}
			status, got := post(t, p.nodes[1].url+"/oidc/introspect", "", "", proof(es))
			require.Equal(t, http.StatusOK, status)
			require.Equal(t, []any{true, "system/Observation.rs", es.id, es.id}, []any{got["active"], got["scope"], got["client_id"], got["sub"]})
			_, got = post(t, p.nodes[0].url+"/oidc/introspect", "", "", proof(rs))
			require.Equal(t, map[string]any{"active": false}, got, "another client is told nothing")
			status, _ = post(t, p.nodes[0].url+"/oidc/introspect", "", "", url.Values{"client_id": {es.id}, "token": {tok}})
			require.GreaterOrEqual(t, status, 400)
			status, _ = post(t, p.nodes[0].url+"/oidc/revoke", "", "", url.Values{"client_id": {es.id}, "token": {tok}})
			require.Equal(t, http.StatusUnauthorized, status, "no falling back to nothing")
			status, _ = post(t, p.nodes[0].url+"/oidc/revoke", "", "", proof(rs))
			require.Equal(t, http.StatusOK, status)
			_, err := p.nodes[0].id.Bearer(ctx, tok)
			require.NoError(t, err, "nor does it end it")
			status, _ = post(t, p.nodes[0].url+"/oidc/revoke", "", "", proof(es))
			require.Equal(t, http.StatusOK, status)
			_, err = p.nodes[0].id.Bearer(ctx, tok)
			require.Error(t, err)
		})

		t.Run("disabled: invalid_client, tokens end at once on both nodes", func(t *testing.T) {
			tok := es.good("system/Observation.rs")
			who, err := p.nodes[1].id.Bearer(ctx, tok)
			require.NoError(t, err)
			standing, err := p.nodes[1].id.Standing(ctx, who.Session)
			require.NoError(t, err)
			require.Equal(t, "Research export", standing.Name)
			_, err = p.nodes[0].provider.EnableApp(ctx, p.admin, es.id, false)
			require.NoError(t, err)
			_, err = p.nodes[0].id.Bearer(ctx, tok)
			require.Error(t, err)
			require.Eventually(t, func() bool { _, err := p.nodes[1].id.Bearer(ctx, tok); return err != nil }, 5*time.Second, 20*time.Millisecond)
			back, err := p.nodes[1].id.TakenBack(ctx, who.Session)
			require.NoError(t, err)
			require.True(t, back, "what runs is cut off")
			status, got := es.token(1, es.sign(es.claims()), "system/Observation.rs")
			require.Equal(t, http.StatusUnauthorized, status)
			require.Equal(t, "invalid_client", got["error"])
			_, err = p.nodes[1].provider.EnableApp(ctx, p.admin, es.id, true)
			require.NoError(t, err)
			_, err = p.nodes[0].id.Bearer(ctx, tok)
			require.Error(t, err, "what ended does not come back")
			_, err = p.nodes[1].id.Bearer(ctx, es.good("system/Observation.rs"))
			require.NoError(t, err)
		})
	})
}

// published is where a client has its keys.
type published struct {
	*httptest.Server
	mu     sync.Mutex
	body   string
	cache  string
	status int
	reads  atomic.Int64
}

func newPublished(t *testing.T) *published {
	p := &published{status: http.StatusOK}
	p.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.reads.Add(1)
		if p.cache != "" {
			w.Header().Set("Cache-Control", p.cache)
		}
		w.WriteHeader(p.status)
		_, _ = w.Write([]byte(p.body))
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *published) set(status int, body, cache string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status, p.body, p.cache = status, body, cache
}

func TestG10BackendServicesKeysByURL(t *testing.T) {
	d := dbtest.SQLite(t)
	keys := newPublished(t)
	p := newPlace(t, d, 1, keys.Client())
	b := &backend{place: p, key: rsaKey(), kid: "k1", alg: jose.RS384}
	added, _, err := p.nodes[0].provider.AddApp(context.Background(), p.admin, provider.Client{Name: "Registry", Backend: true, KeysURL: keys.URL + "/jwks", Scopes: []string{"system/Patient.rs"}})
	require.NoError(t, err)
	b.id = added.ID
	try := func() int {
		t.Helper()
		status, _ := b.token(0, b.sign(b.claims()), "system/Patient.rs")
		return status
	}
	old := public(b.key, "k1")
	keys.set(200, keySet(t, old, jose.JSONWebKey{Key: ecKey(t, elliptic.P521()).Public(), KeyID: "other"}), "max-age=60")
	require.Equal(t, 200, try())
	require.Equal(t, 200, try())
	require.Equal(t, int64(1), keys.reads.Load(), "remembered while Cache-Control allows it")
	p.ahead.Store(int64(61 * time.Second))
	require.Equal(t, 200, try())
	require.Equal(t, int64(2), keys.reads.Load(), "and no longer")

	next := ecKey(t, elliptic.P384())
	keys.set(200, keySet(t, old, public(next, "k2")), "max-age=3600")
	rotated := *b
	rotated.key, rotated.kid, rotated.alg = next, "k2", jose.ES384
	status, _ := rotated.token(0, rotated.sign(rotated.claims()), "system/Patient.rs")
	require.Equal(t, 200, status, "an unknown kid is looked for once more")
	require.Equal(t, int64(3), keys.reads.Load())
	for i := range 30 {
		made := *b
		made.kid = fmt.Sprint("made up ", i)
		status, _ := made.token(0, made.sign(made.claims()), "system/Patient.rs")
		require.Equal(t, 401, status)
	}
	require.LessOrEqual(t, keys.reads.Load(), int64(10), "nobody makes us read in a loop")
	require.Equal(t, 200, try(), "and who is known is not kept out by that")

	p.ahead.Store(int64(10 * time.Minute))
	reads := keys.reads.Load()
	keys.set(200, keySet(t, old), "no-store")
	rotated.kid = "k2"
	status, _ = rotated.token(0, rotated.sign(rotated.claims()), "system/Patient.rs")
	require.Equal(t, 200, status, "the hour is not over")
	p.ahead.Store(int64(2 * time.Hour))
	status, _ = rotated.token(0, rotated.sign(rotated.claims()), "system/Patient.rs")
	require.Equal(t, 401, status, "a key that was taken out is out")
	require.Equal(t, 200, try())
	require.Equal(t, 200, try())
	require.Equal(t, reads+3, keys.reads.Load(), "no-store is not stored")

	p.ahead.Store(int64(3 * time.Hour))
	for name, bad := range map[string]string{"not there": "", "no JSON": "<html>", "too long": `{"keys":[],"x":"` + strings.Repeat("x", 70_000) + `"}`} {
		keys.set(map[bool]int{true: 404, false: 200}[bad == ""], bad, "no-store")
		status, got := b.token(0, b.sign(b.claims()), "system/Patient.rs")
		require.Equal(t, 401, status, name)
		require.Equal(t, "invalid_client", got["error"], name)
	}

	// With nothing said, keys are fetched from public addresses only.
	q := newPlace(t, dbtest.SQLite(t), 1, nil)
	reads = keys.reads.Load()
	added, _, err = q.nodes[0].provider.AddApp(context.Background(), q.admin, provider.Client{Name: "Inside", Backend: true, KeysURL: keys.URL + "/jwks", Scopes: []string{"system/Patient.rs"}})
	require.NoError(t, err)
	in := &backend{q, added.ID, rsaKey(), "k1", jose.RS384}
	status, _ = in.token(0, in.sign(in.claims()), "system/Patient.rs")
	require.Equal(t, 401, status)
	require.Equal(t, reads, keys.reads.Load())
}
