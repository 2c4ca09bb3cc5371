package portal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/internal/identity/passkeytest"
)

// browser follows redirects and keeps cookies, as a browser does.
type browser struct {
	n      *node
	client *http.Client
	csrf   string
}

func (n *node) browser() *browser {
	jar, err := cookiejar.New(nil)
	require.NoError(n.t, err)
	return &browser{n: n, client: &http.Client{Jar: jar, Timeout: timeout}}
}

func (b *browser) do(method, path, body string) reply {
	b.n.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = b.n.base + path
	}
	r, err := http.NewRequest(method, path, strings.NewReader(body))
	require.NoError(b.n.t, err)
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux) Firefox/140.0")
	if method != "GET" {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", b.n.base)
		r.Header.Set("X-CSRF-Token", b.csrf)
	}
	res, err := b.client.Do(r)
	require.NoError(b.n.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(b.n.t, err)
	return reply{res, string(text)}
}

// begin navigates to the sign-in and gives the request that its page works on.
func (b *browser) begin(returnTo string) string {
	b.n.t.Helper()
	page := b.do("GET", "/auth/login?return="+url.QueryEscape(returnTo), "")
	require.Equal(b.n.t, 200, page.StatusCode)
	require.Equal(b.n.t, "/sign-in", page.Request.URL.Path)
	request := page.Request.URL.Query().Get("request")
	require.NotEmpty(b.n.t, request)
	return request
}

type stepReply struct {
	Next, Step string
	TOTP       struct{ Secret, URI, QR string }
	Only       bool
}

func (b *browser) step(path string, body any) (s stepReply) {
	b.n.t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(b.n.t, err)
	b.do("POST", path, string(raw)).json(b.n.t, &s)
	return s
}

// arrive follows the last step and reads who is signed in.
func (b *browser) arrive(next string) (at string) {
	b.n.t.Helper()
	page := b.do("GET", next, "")
	require.Equal(b.n.t, 200, page.StatusCode)
	var me struct{ CSRF string }
	b.do("GET", "/api/v1/me", "").json(b.n.t, &me)
	b.csrf = me.CSRF
	return page.Request.URL.RequestURI()
}

type m = map[string]any

func TestSignInWithPasswordAndOut(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		rosa := n.patient("Rosa", "Marin", "")
		n.account("Rosa", identity.Person, rosa)
		b := n.browser()
		request := b.begin("/p/" + rosa + "/record")
		var o struct {
			Clinic  struct{ Name, Phone string }
			Methods []string
			Issuers []any
			App     *struct{}
		}
		b.do("GET", "/auth/options?request="+request, "").json(t, &o)
		require.Equal(t, "Hill Clinic", o.Clinic.Name)
		require.Equal(t, []string{"passkey", "password"}, o.Methods)
		require.NotNil(t, o.Issuers)
		require.Nil(t, o.App)

		wrong := b.do("POST", "/auth/password", `{"request":"`+request+`","email":"rosa@housecall.test","password":"nope"}`)
		unknown := b.do("POST", "/auth/password", `{"request":"`+request+`","email":"who@housecall.test","password":"nope"}`)
		require.Equal(t, 401, wrong.StatusCode)
		require.Equal(t, 401, unknown.StatusCode)
		detail := func(r reply) (p struct{ Detail, Code string }) {
			require.NoError(t, json.Unmarshal([]byte(r.body), &p))
			return p
		}
		require.Equal(t, detail(wrong), detail(unknown), "nobody learns who has an account")
		elsewhere := n.browser().do("POST", "/auth/password", `{"request":"`+request+`","email":"rosa@housecall.test","password":"`+secret+`"}`)
		require.Equal(t, 410, elsewhere.StatusCode, "a sign-in belongs to the browser that began it")

		s := b.step("/auth/password", m{"request": request, "email": "Rosa@housecall.test", "password": secret})
		require.Equal(t, "/p/"+rosa+"/record", b.arrive(s.Next), "and comes back to the page that was asked for")
		require.Equal(t, 200, b.do("GET", "/api/v1/charts/"+rosa, "").StatusCode)
		require.Contains(t, b.do("GET", "/api/v1/me/sessions", "").body, `"device":"Firefox, Linux"`)

		csrf := b.csrf
		b.csrf = ""
		require.Equal(t, 403, b.do("POST", "/auth/logout", "{}").StatusCode)
		b.csrf = csrf
		out := b.do("POST", "/auth/logout", "{}")
		require.Equal(t, 200, out.StatusCode)
		require.Contains(t, out.body, `"next":"/sign-in"`)
		require.Contains(t, out.Header.Get("Clear-Site-Data"), `"storage"`)
		for _, k := range b.client.Jar.Cookies(out.Request.URL) {
			require.Equal(t, n.id.DeviceCookieName(), k.Name, "no cookie stays but that of the device")
		}
		require.Equal(t, 401, b.do("GET", "/api/v1/me", "").StatusCode)
		require.Equal(t, "/sign-in", b.do("GET", "/auth/login?return=/people", "").Request.URL.Path, "signed out means signed out at the provider too")
		require.Equal(t, "expired", b.do("GET", "/auth/callback?state=x&code=y", "").Request.URL.Query().Get("why"))
	})
}

func TestTooManyTriesAreMadeToWait(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		b := n.browser()
		request := b.begin("/")
		for range 11 {
			r := b.do("POST", "/auth/password", `{"request":"`+request+`","email":"rosa@housecall.test","password":"nope"}`)
			if r.StatusCode == 429 {
				require.NotEmpty(t, r.Header.Get("Retry-After"))
				require.Equal(t, "too_many", r.code())
				return
			}
			require.Equal(t, 401, r.StatusCode)
		}
		t.Fatal("nobody was made to wait")
	})
}

// The first administrator comes by the one-time link, and staff never sign in
// without a second step.
func TestFirstAdministrator(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		link, err := n.id.FirstLink(context.Background())
		require.NoError(t, err)
		b := n.browser()
		page := b.do("GET", link, "")
		require.Equal(t, "/first-admin", page.Request.URL.Path)
		require.Contains(t, page.body, `id="root"`)
		token := page.Request.URL.Query().Get("token")
		in := m{"token": token, "name": "Ada Root", "email": "ada@housecall.test", "password": secret}
		first := b.step("/auth/first", in)
		require.NotEmpty(t, first.TOTP.Secret)
		require.Contains(t, first.TOTP.QR, "data:image/png;base64,")
		raw, _ := json.Marshal(in)
		require.Equal(t, 410, b.do("POST", "/auth/first", string(raw)).StatusCode, "once")

		request := b.do("GET", first.Next, "").Request.URL.Query().Get("request")
		s := b.step("/auth/password", m{"request": request, "email": "ada@housecall.test", "password": secret})
		require.Equal(t, "totp", s.Step)
		require.Equal(t, first.TOTP.Secret, s.TOTP.Secret, "the picture scanned a moment ago is not useless")
		bad := b.do("POST", "/auth/totp", `{"request":"`+request+`","code":"000000"}`)
		require.Equal(t, "wrong_code", bad.code())
		code, err := totp.GenerateCode(s.TOTP.Secret, n.clock.Now())
		require.NoError(t, err)
		s = b.step("/auth/totp", m{"request": request, "code": code})
		require.Equal(t, "/", b.arrive(s.Next))
		require.Equal(t, 200, b.do("GET", "/api/v1/admin/health", "").StatusCode)
		require.Contains(t, b.do("GET", "/api/v1/me/totp", "").body, `"enabled":true`)
	})
}

func TestPasskeys(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.account("Rosa", identity.Person, n.patient("Rosa", "Marin", ""))
		b := n.browser()
		b.arrive(b.step("/auth/password", m{"request": b.begin("/"), "email": "rosa@housecall.test", "password": secret}).Next)
		key := passkeytest.New(n.base)
		options := b.do("POST", "/api/v1/me/passkeys/begin", "")
		require.Equal(t, 200, options.StatusCode, options.body)
		made := b.do("POST", "/api/v1/me/passkeys/finish", `{"name":"Phone","credential":`+string(key.Create(t, []byte(options.body)))+`}`)
		require.Equal(t, 200, made.StatusCode, made.body)
		var k struct{ ID, Name string }
		made.json(t, &k)
		require.Equal(t, 204, b.do("PATCH", "/api/v1/me/passkeys/"+k.ID, `{"name":"My phone"}`).StatusCode)
		require.Contains(t, b.do("GET", "/api/v1/me/passkeys", "").body, `"name":"My phone"`)

		other := n.browser()
		request := other.begin("/people")
		options = other.do("POST", "/auth/passkey/begin", `{"request":"`+request+`"}`)
		require.Equal(t, 200, options.StatusCode)
		signed := key.Get(t, []byte(options.body))
		s := other.step("/auth/passkey/finish", m{"request": request, "credential": json.RawMessage(signed)})
		require.Equal(t, "/people", other.arrive(s.Next))

		n.clock.Add(11 * time.Minute)
		require.Equal(t, "step_up", other.do("DELETE", "/api/v1/me/passkeys/"+k.ID, "").code())
		options = other.do("POST", "/api/v1/step-up/passkey/begin", "")
		until := other.do("POST", "/api/v1/step-up/passkey/finish", `{"credential":`+string(key.Get(t, []byte(options.body)))+`}`)
		require.Equal(t, 200, until.StatusCode, until.body)
		require.Contains(t, until.body, `"until":`)
		require.Equal(t, 204, other.do("DELETE", "/api/v1/me/passkeys/"+k.ID, "").StatusCode)
	})
}

func TestCodesAndPassword(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		s := n.signedIn(n.account("Rosa", identity.Person, ""))
		var e struct{ Secret string }
		s.do("POST", "/api/v1/me/totp/begin", "").json(t, &e)
		code := func(at time.Time) string {
			c, err := totp.GenerateCode(e.Secret, at)
			require.NoError(t, err)
			return c
		}
		require.Equal(t, 204, s.do("POST", "/api/v1/me/totp/finish", fmt.Sprintf(`{"code":"%s"}`, code(n.clock.Now()))).StatusCode)
		n.clock.Add(15 * time.Minute)
		require.Equal(t, 200, s.do("POST", "/api/v1/step-up/totp", fmt.Sprintf(`{"code":"%s"}`, code(n.clock.Now()))).StatusCode)
		require.Equal(t, 400, s.do("POST", "/api/v1/step-up/totp", `{"code":"000000"}`).StatusCode)
		n.clock.Add(time.Minute)
		require.Equal(t, 204, s.do("DELETE", "/api/v1/me/totp", fmt.Sprintf(`{"code":"%s"}`, code(n.clock.Now()))).StatusCode)
		require.Equal(t, 400, s.do("POST", "/api/v1/me/password", `{"old":"wrong","new":"eleven green lanterns"}`).StatusCode)
		require.Equal(t, 204, s.do("POST", "/api/v1/me/password", `{"old":"`+secret+`","new":"eleven green lanterns"}`).StatusCode)
		require.Equal(t, 200, s.get("/api/v1/me").StatusCode, "this browser stays signed in")
		var l struct {
			Items []struct {
				ID      string
				Current bool
			}
		}
		second := n.signedIn(s.account)
		second.get("/api/v1/me/sessions").json(t, &l)
		require.Len(t, l.Items, 2)
		for _, i := range l.Items {
			if !i.Current {
				require.Equal(t, 204, second.do("DELETE", "/api/v1/me/sessions/"+i.ID, "").StatusCode)
			}
		}
		require.Equal(t, 401, s.get("/api/v1/me").StatusCode)
	})
}

// Every route that is registered answers 401 to nobody, or stands here.
func TestEveryRouteAsksWhoItIs(t *testing.T) {
	n := newNode(t, dbtest.SQLite(t), "", pages())
	public := map[string]int{
		"/healthz": 200, "/readyz": 200, "/metrics": 200 /* from this machine only */, "/": 200, "/*": 200,
		"/auth/login": 303, "/auth/callback": 303, "/auth/options": 410,
		"/auth/password": 410, "/auth/totp": 410, "/auth/passkey/begin": 410, "/auth/passkey/finish": 410, "/auth/first": 400,
		"/auth/invitation/look": 410, "/auth/invitation/confirm": 410, "/auth/invitation/passkey": 410, "/auth/invitation/finish": 410, "/auth/verify": 410,
		"/auth/reset/ask": 409 /* there is no mail here */, "/auth/reset/finish": 410, "/auth/enroll/passkey/begin": 410, "/auth/enroll/passkey/finish": 410,
		"/auth/unsubscribe/look": 404, "/auth/unsubscribe/change": 404, "/unsubscribe/:token": 400, "/hooks/mail-bounces": 404, /* no token is set here */
		"/api/join/look": 410, "/api/join/enter": 410, "/auth/logout": 200, "/auth/backchannel-logout/:issuer": 404 /* no issuer is trusted here */, "/.well-known/housecall-audit": 200, "/oidc": 404, "/oidc/*": 404,
		"/api/v1/openapi.json": 200, "/api/v1/openapi.yaml": 200, "/api/v1/openapi-3.0.json": 200, "/api/v1/openapi-3.0.yaml": 200,
	}
	asked := 0
	for _, r := range n.app.GetRoutes(true) {
		if r.Method == "HEAD" || r.Method == "CONNECT" || r.Method == "OPTIONS" || r.Method == "TRACE" {
			continue
		}
		path := strings.NewReplacer(":patient", newID(), ":category", "results", ":key", "k", ":type", "Observation", ":id", newID(), "*", "x").Replace(r.Path)
		body := ""
		if r.Method != "GET" {
			body = "{}"
		}
		got := n.nobody().do(r.Method, path, body, "Upgrade", map[bool]string{true: "websocket"}[path == "/live"], "Connection", map[bool]string{true: "Upgrade"}[path == "/live"])
		want, ok := public[r.Path]
		if !ok {
			want = 401
		}
		require.Equal(t, want, got.StatusCode, "%s %s: %s", r.Method, r.Path, got.body)
		asked++
	}
	require.Greater(t, asked, 40)
}

func TestASessionEndsOnEveryNode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		one, two := newNode(t, d, "", pages()), newNode(t, d, "", pages())
		s := one.signedIn(one.account("Rosa", identity.Person, ""))
		there := &someone{node: two, account: s.account, cookie: s.cookie, csrf: s.csrf}
		require.Equal(t, 200, there.get("/api/v1/me").StatusCode)
		require.Equal(t, 200, s.do("POST", "/auth/logout", "{}").StatusCode)
		require.Eventually(t, func() bool { return there.get("/api/v1/me").StatusCode == 401 }, timeout, 50*time.Millisecond)
	})
}
