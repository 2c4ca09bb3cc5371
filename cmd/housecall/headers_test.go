package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
)

// asker is somebody who asks for every route, well and badly.
type asker struct {
	name    string
	headers []string
}

// inside are words that only come out when an error tells of what is inside.
var inside = regexp.MustCompile(`(?i)goroutine \d|\.go:\d|runtime error|panic|sqlite|pgconn|SQLSTATE|syntax error at|no such table|nil pointer|/home/`)

// mayBeKept are the answers that are nobody's and may lie in caches.
var mayBeKept = regexp.MustCompile(`^(/oidc/(keys|\.well-known/[a-z-]+)|/\.well-known/housecall-audit)( by |$)`)

// Every route, asked by nobody, a patient, a member of staff and somebody with a
// token that is none, with and without sense, answers with the headers that keep
// a browser safe, and its errors tell nothing of what is inside.
func TestEveryAnswerKeepsTheBrowserSafe(t *testing.T) {
	cfg := testConfig(t)
	cfg.BaseURL, cfg.TLS, cfg.RateLimit = "https://clinic.test", "proxy", 0
	a, err := NewApp(context.Background(), cfg)
	require.NoError(t, err)
	t.Cleanup(a.Stop)
	require.NoError(t, a.Start(context.Background()))
	app, err := a.routes()
	require.NoError(t, err)

	askers := []asker{{"nobody", nil}, {"a wrong token", []string{"Authorization", "Bearer wrong"}}}
	for _, n := range []identity.NewAccount{
		{Email: "rosa@clinic.test", Name: "Rosa", Kind: identity.Person, Patient: uuid.NewString()},
		{Email: "lee@clinic.test", Name: "Lee", Kind: identity.Staff, Roles: []identity.Role{identity.Clinician, identity.Admin}},
	} {
		askers = append(askers, a.asker(t, n))
	}
	asked, failed, kept := 0, 0, 0
	for _, r := range app.GetRoutes(true) {
		if r.Method == fiber.MethodConnect || r.Method == fiber.MethodTrace || r.Path == "/metrics" {
			continue
		}
		path := regexp.MustCompile(`:[a-z]+\??`).ReplaceAllString(strings.ReplaceAll(r.Path, "*", "x"), uuid.NewString())
		for _, who := range askers {
			for _, body := range []string{"{}", `{"id":`} {
				if strings.HasSuffix(r.Path, "/me/password") || strings.HasSuffix(r.Path, "/logout") {
					continue // would end what the next ones are asked with
				}
				res, text := ask(t, app, r.Method, path, body, who.headers)
				at := r.Method + " " + r.Path + " by " + who.name
				keepsSafe(t, at, res)
				asked++
				if res.StatusCode >= 400 {
					failed++
					tellsNothing(t, at, res, text)
				}
			}
		}
	}
	for _, path := range []string{"/oidc/.well-known/openid-configuration", "/oidc/keys", "/fhir/metadata", "/nowhere", "/api/v1/nowhere", "/fhir/Patient?_sort=%27", "/oidc/token", "/%00", "/timeline"} {
		res, text := ask(t, app, "GET", path, "", []string{"Accept", "text/html"})
		keepsSafe(t, path, res)
		if res.StatusCode >= 400 {
			tellsNothing(t, path, res, text)
		}
		if !strings.Contains(res.Header.Get("Cache-Control"), "no-store") {
			kept++
		}
	}
	own := a.Identity.Cookie("x")
	require.Equal(t, "__Host-hc", own.Name)
	require.True(t, own.Secure && own.HttpOnly && own.SameSite == http.SameSiteLaxMode)
	require.Greater(t, asked, 1000)
	require.Greater(t, failed, 500)
	require.NotZero(t, kept)
}

func (a *App) asker(t *testing.T, n identity.NewAccount) asker {
	account, err := a.Identity.CreateAccount(context.Background(), n)
	require.NoError(t, err)
	_, cookie, err := a.Identity.StartSession(context.Background(), identity.NewSession{Account: account.ID, Proof: identity.SecondFactor, Address: "0.0.0.0"})
	require.NoError(t, err)
	live, err := a.Identity.Session(context.Background(), cookie, false)
	require.NoError(t, err)
	return asker{n.Name, []string{"Cookie", a.Identity.CookieName() + "=" + cookie, "X-CSRF-Token", a.Identity.CSRF(live.Principal.Session), "Origin", "https://clinic.test"}}
}

func ask(t *testing.T, app *fiber.App, method, path, body string, headers []string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "clinic.test"
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := app.Test(r, int((20 * time.Second).Milliseconds()))
	require.NoError(t, err, "%s %s", method, path)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(b)
}

func keepsSafe(t *testing.T, at string, res *http.Response) {
	t.Helper()
	h := res.Header
	notBuilt := res.StatusCode == http.StatusServiceUnavailable && strings.HasPrefix(h.Get("Content-Type"), "text/html") // the web client
	assert.True(t, res.StatusCode < 500 || notBuilt, "%s: %d", at, res.StatusCode)
	assert.Equal(t, []string{"nosniff"}, h.Values("X-Content-Type-Options"), at)
	assert.Equal(t, "no-referrer", h.Get("Referrer-Policy"), at)
	assert.Contains(t, h.Get("Permissions-Policy"), "geolocation=()", at)
	assert.Equal(t, "DENY", h.Get("X-Frame-Options"), at)
	assert.Equal(t, "same-origin", h.Get("Cross-Origin-Opener-Policy"), at)
	assert.Equal(t, "max-age=31536000; includeSubDomains", h.Get("Strict-Transport-Security"), at)
	for _, name := range []string{"Server", "X-Powered-By", "Via"} {
		assert.Empty(t, h.Get(name), at)
	}
	assert.Len(t, h.Values("Content-Security-Policy"), 1, at)
	policy := map[string]string{}
	for _, directive := range strings.Split(h.Get("Content-Security-Policy"), ";") {
		name, values, _ := strings.Cut(strings.TrimSpace(directive), " ")
		policy[name] = values
	}
	assert.Equal(t, "'none'", policy["default-src"], at)
	assert.Equal(t, "'none'", policy["frame-ancestors"], at)
	if script, there := policy["script-src"]; there {
		assert.Equal(t, "'self'", script, at)
	}
	assert.NotContains(t, policy, "script-src-elem", at)
	assert.NotContains(t, policy, "script-src-attr", at)
	if _, sandboxed := policy["sandbox"]; !sandboxed {
		assert.Equal(t, "'none'", policy["base-uri"], at)
		assert.Equal(t, "'self'", policy["form-action"], at)
	}
	switch cache := h.Get("Cache-Control"); {
	case strings.Contains(cache, "no-store"):
	case strings.HasPrefix(h.Get("Content-Type"), "text/html"):
		assert.Equal(t, "no-cache", cache, "%s: the shell, which holds nothing of anybody", at)
	default:
		_, path, _ := strings.Cut(at, " ")
		if path == "" {
			path = at
		}
		assert.Regexp(t, mayBeKept, path, "%s: %s", at, cache)
	}
	for _, c := range res.Cookies() {
		assert.True(t, c.Secure && c.HttpOnly && strings.HasPrefix(c.Name, "__Host-") && c.Path == "/" && c.Domain == "" && c.SameSite != http.SameSiteNoneMode, "%s: %s", at, c.Name)
	}
}

func tellsNothing(t *testing.T, at string, res *http.Response, text string) {
	t.Helper()
	assert.NotRegexp(t, inside, text, at)
	switch kind := res.Header.Get("Content-Type"); {
	case res.Request != nil && res.Request.Method == http.MethodHead || text == "":
	case strings.Contains(kind, "json"):
		assert.Contains(t, []string{"application/problem+json", "application/fhir+json; charset=utf-8", "application/fhir+json", "application/json"}, kind, at)
		assert.True(t, json.Valid([]byte(text)), "%s: %s", at, text)
	default:
		assert.Regexp(t, `^text/(plain|html); charset=utf-8$`, kind, "%s: %s", at, text)
	}
}
