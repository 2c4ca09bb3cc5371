// Package issuertest is an outside OpenID issuer for tests: a real HTTP server
// with keys of its own. Whoever is sent there is signed in at once, as the person
// whom the test named.
package issuertest

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"
)

// ClientID and Secret are those by which a site asks.
const (
	ClientID = "the-clinic"
	Secret   = "0123456789abcdef0123456789abcdef"
)

// Says is how the issuer is and what it answers. It may be changed at any time.
type Says struct {
	Subject     string         // who is signed in there
	Claims      map[string]any // what else it says of them
	SID         string         // of the session there
	BackChannel bool           // it says that it tells of sign-outs
	Offline     bool           // it gives refresh tokens
	NoIDToken   bool           // on refresh: what it knows is to be asked at userinfo
	Gone        bool           // it vouches for nobody any more
	Issuer      string         // whom its metadata are of; empty: itself
	Down        bool           // it answers nothing of use
}

// Issuer is a running issuer.
type Issuer struct {
	URL string
	t   testing.TB
	key jose.JSONWebKey
	now func() time.Time

	mu     sync.Mutex
	says   Says
	codes  map[string]url.Values // of /authorize, by code
	tokens map[string]string     // refresh token -> subject, as long as it is good
	asked  int                   // how often it was asked by refresh token
}

// New starts an issuer.
func New(t testing.TB, says Says, now func() time.Time) *Issuer {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	if now == nil {
		now = time.Now
	}
	i := &Issuer{t: t, now: now, says: says, key: jose.JSONWebKey{Key: private, KeyID: rand.Text(), Algorithm: "RS256", Use: "sig"}, codes: map[string]url.Values{}, tokens: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{i.key.Public()}})
	})
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, _ *http.Request) {
		s := i.Now()
		answer(w, http.StatusOK, with(s.Claims, map[string]any{"sub": s.Subject}))
	})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if i.Now().Down {
			http.Error(w, "down for maintenance", http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	i.URL = srv.URL
	return i
}

// Now is what the issuer says now.
func (i *Issuer) Now() Says {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.says
}

// Change changes what it says.
func (i *Issuer) Change(f func(*Says)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	f(&i.says)
}

// Asked is how often a refresh token came.
func (i *Issuer) Asked() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked
}

func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"issuer": cmp.Or(i.Now().Issuer, i.URL), "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "userinfo_endpoint": i.URL + "/userinfo", "jwks_uri": i.URL + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"},
		"backchannel_logout_supported": i.Now().BackChannel,
	})
}

func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	code := rand.Text()
	i.mu.Lock()
	i.codes[code] = q
	i.mu.Unlock()
	back := url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {i.URL}}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	if id, secret, _ := r.BasicAuth(); id != ClientID || secret != Secret {
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	nonce, good := "", false
	if r.PostFormValue("grant_type") == "refresh_token" {
		i.asked++
		old := r.PostFormValue("refresh_token")
		good = i.tokens[old] == i.says.Subject && !i.says.Gone
		delete(i.tokens, old)
	} else if q := i.codes[r.PostFormValue("code")]; q != nil {
		delete(i.codes, r.PostFormValue("code"))
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		good = q.Get("code_challenge") == base64.RawURLEncoding.EncodeToString(sum[:])
		nonce = q.Get("nonce")
	}
	if !good {
		answer(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	out := map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 300}
	if i.says.Offline {
		next := rand.Text()
		i.tokens[next] = i.says.Subject
		out["refresh_token"] = next
	}
	if nonce != "" || !i.says.NoIDToken {
		c := with(i.says.Claims, map[string]any{"iss": i.URL, "aud": ClientID, "sub": i.says.Subject, "iat": i.now().Unix(), "exp": i.now().Add(5 * time.Minute).Unix()})
		if nonce != "" {
			c["nonce"] = nonce
		}
		if i.says.SID != "" {
			c["sid"] = i.says.SID
		}
		out["id_token"] = i.Sign("JWT", c)
	}
	answer(w, http.StatusOK, out)
}

// LogoutToken is a good logout token; with changes, it may be none.
func (i *Issuer) LogoutToken(change map[string]any) string {
	s := i.Now()
	c := with(map[string]any{
		"iss": i.URL, "aud": ClientID, "sub": s.Subject, "jti": rand.Text(), "iat": i.now().Unix(), "exp": i.now().Add(2 * time.Minute).Unix(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}, change)
	typ, _ := c["typ"].(string)
	delete(c, "typ")
	if typ == "" {
		typ = "logout+jwt"
	}
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return i.Sign(typ, c)
}

// Sign signs claims with the issuer's key.
func (i *Issuer) Sign(typ string, claims map[string]any) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: i.key}, (&jose.SignerOptions{}).WithType(jose.ContentType(typ)))
	require.NoError(i.t, err)
	raw, err := jwt.Signed(signer).Claims(claims).Serialize()
	require.NoError(i.t, err)
	return raw
}

func with(base, more map[string]any) map[string]any {
	out := maps.Clone(base)
	if out == nil {
		out = map[string]any{}
	}
	maps.Copy(out, more)
	return out
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
