package edge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

const base = "http://housecall.test:8080"

type site struct {
	t   *testing.T
	app *fiber.App
	log *bytes.Buffer
}

func newSite(t *testing.T, change func(*edge.Config)) *site {
	t.Helper()
	s := &site{t: t, log: &bytes.Buffer{}}
	u, err := url.Parse(base)
	require.NoError(t, err)
	cfg := edge.Config{BaseURL: u, Log: slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	if change != nil {
		change(&cfg)
	}
	s.app, err = edge.New(cfg)
	require.NoError(t, err)
	return s
}

func (s *site) do(method, path, body string, headers ...string) (*http.Response, string) {
	s.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = strings.TrimPrefix(base, "http://")
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.app.Test(r, -1)
	require.NoError(s.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	return res, string(b)
}

func (s *site) problem(method, path, body string, headers ...string) (edge.Problem, *http.Response) {
	s.t.Helper()
	res, text := s.do(method, path, body, headers...)
	require.Equal(s.t, "application/problem+json", res.Header.Get("Content-Type"), text)
	var p edge.Problem
	require.NoError(s.t, json.Unmarshal([]byte(text), &p))
	require.Equal(s.t, res.StatusCode, p.Status)
	require.NotEmpty(s.t, p.ID)
	require.Contains(s.t, s.log.String(), p.ID, "the log holds the id")
	return p, res
}

func TestFaultsBecomeProblems(t *testing.T) {
	for _, c := range []struct {
		err          error
		status       int
		code, detail string
	}{
		{fault.New(fault.NotFound, "No such page."), 404, "not_found", "No such page."},
		{fault.New(fault.Forbidden, "Prove it is you.").WithCode("step_up"), 403, "step_up", "Prove it is you."},
		{fault.New(fault.Unauthenticated, "Signed out."), 401, "signed_out", "Signed out."},
		{fault.New(fault.TooMany, "Wait."), 429, "too_many", "Wait."},
		{fault.Wrap(fault.Conflict, "Changed.", errors.New("row 7")), 409, "conflict", "Changed."},
		{errors.New("pq: password of Jane is secret"), 500, "internal", "Something went wrong on our side. Please try again."},
		{context.DeadlineExceeded, 503, "unavailable", "This is not available right now. Please try again in a moment."},
	} {
		s := newSite(t, nil)
		s.app.Get("/x", func(*fiber.Ctx) error { return c.err })
		p, _ := s.problem("GET", "/x", "")
		require.Equal(t, c.status, p.Status)
		require.Equal(t, c.code, p.Code)
		require.Equal(t, c.detail, p.Detail)
	}
}

func TestProblemsInSpanish(t *testing.T) {
	s := newSite(t, func(c *edge.Config) { c.Spanish = map[string]string{"No such page.": "No existe esa página."} })
	s.app.Get("/known", func(*fiber.Ctx) error { return fault.New(fault.NotFound, "No such page.") })
	s.app.Get("/unknown", func(*fiber.Ctx) error { return fault.New(fault.Conflict, "Only in English.") })
	p, _ := s.problem("GET", "/known", "", "Accept-Language", "fr, es-MX;q=0.9, en;q=0.8")
	require.Equal(t, "No encontrado", p.Title)
	require.Equal(t, "No existe esa página.", p.Detail)
	p, _ = s.problem("GET", "/unknown", "", "Accept-Language", "es")
	require.NotContains(t, p.Detail, "English")
	p, _ = s.problem("GET", "/known", "", "Accept-Language", "en-US,es;q=0.5")
	require.Equal(t, "Not found", p.Title)
}

func TestPanicsAreCaughtAndTellNothing(t *testing.T) {
	s := newSite(t, nil)
	s.app.Get("/x", func(*fiber.Ctx) error { panic("potassium of Jane Doe") })
	p, _ := s.problem("GET", "/x", "")
	require.Equal(t, 500, p.Status)
	require.NotContains(t, s.log.String(), "Jane")
}

func TestLogAndMetricsHoldRoutePatternsOnly(t *testing.T) {
	s := newSite(t, nil)
	s.app.Get("/charts/:patient", func(c *fiber.Ctx) error { return c.SendString("ok") })
	s.do("GET", "/charts/8d1f-patient?q=diabetes", "")
	s.do("GET", "/typed/by/somebody", "")
	require.Contains(t, s.log.String(), `"route":"/charts/:patient"`)
	for _, secret := range []string{"8d1f-patient", "diabetes", "somebody"} {
		require.NotContains(t, s.log.String(), secret)
	}
}

func TestFacesWriteTheirOwnErrors(t *testing.T) {
	s := newSite(t, func(c *edge.Config) {
		c.Faces = map[string]edge.ErrorWriter{"/fhir": func(c *fiber.Ctx, f *fault.Error, status int, id string) error {
			require.NotEmpty(t, id)
			return c.SendString("outcome " + f.Kind.String())
		}}
	})
	res, body := s.do("GET", "/fhir/Nothing", "")
	require.Equal(t, 404, res.StatusCode)
	require.Equal(t, "outcome not_found", body)
	_, body = s.do("GET", "/fhirx", "")
	require.Contains(t, body, `"code":"not_found"`)
}

func TestBrowserNavigationGetsAPage(t *testing.T) {
	s := newSite(t, nil)
	res, body := s.do("GET", "/nowhere", "", "Accept", "text/html,application/xhtml+xml", "Accept-Language", "es")
	require.Equal(t, 404, res.StatusCode)
	require.Contains(t, body, "No encontrado")
	require.Contains(t, res.Header.Get("Content-Type"), "text/html")
}

func TestSafeHeaders(t *testing.T) {
	s := newSite(t, nil)
	s.app.Get("/page", func(c *fiber.Ctx) error { return c.SendString(edge.Page(c)) })
	res, _ := s.do("GET", "/api/v1/none", "")
	require.Equal(t, "no-store", res.Header.Get("Cache-Control"))
	require.Equal(t, "nosniff", res.Header.Get("X-Content-Type-Options"))
	require.Equal(t, "no-referrer", res.Header.Get("Referrer-Policy"))
	require.Equal(t, "same-origin", res.Header.Get("Cross-Origin-Opener-Policy"))
	require.Contains(t, res.Header.Get("Content-Security-Policy"), "default-src 'none'")
	require.Empty(t, res.Header.Get("Strict-Transport-Security"))
	require.Empty(t, res.Header.Get("Server"))
	res, first := s.do("GET", "/page", "")
	_, second := s.do("GET", "/page", "")
	require.NotEqual(t, first, second)
	csp := res.Header.Get("Content-Security-Policy")
	require.Contains(t, csp, "'nonce-"+first+"'")
	require.Contains(t, csp, "connect-src 'self' ws://housecall.test:8080;")
	require.Contains(t, csp, "frame-ancestors 'none'")
	require.NotContains(t, strings.ReplaceAll(csp, "style-src-attr 'unsafe-inline'", ""), "unsafe")
	secure := newSite(t, func(c *edge.Config) { c.BaseURL = &url.URL{Scheme: "https", Host: "housecall.test:8080"} })
	res, _ = secure.do("GET", "/healthz", "")
	require.NotEmpty(t, res.Header.Get("Strict-Transport-Security"))
}

func TestOtherHostNamesAreSentToTheRightOne(t *testing.T) {
	s := newSite(t, nil)
	s.app.Get("/chart", func(c *fiber.Ctx) error { return c.SendString("ok") })
	res, _ := s.do("GET", "/chart?x=1", "", "Host", "127.0.0.1:8080")
	require.Equal(t, 308, res.StatusCode)
	require.Equal(t, base+"/chart?x=1", res.Header.Get("Location"))
	res, _ = s.do("POST", "/chart", "", "Host", "evil.test")
	require.Equal(t, 421, res.StatusCode)
	res, _ = s.do("GET", "/chart", "", "Host", "127.0.0.1:8080", "Authorization", "Bearer x")
	require.Equal(t, 200, res.StatusCode)
	res, _ = s.do("GET", "/healthz", "", "Host", "10.0.0.7")
	require.Equal(t, 200, res.StatusCode)
}

// Who came without TLS is sent on where people go by hand. Programs are refused, and so
// is everything that shows a token.
func TestOnlyPagesAreSentOnToTLS(t *testing.T) {
	s := newSite(t, func(c *edge.Config) {
		u, err := url.Parse("https://housecall.test:8080")
		require.NoError(t, err)
		c.BaseURL, c.TrustedProxies = u, []netip.Prefix{netip.MustParsePrefix("0.0.0.0/8")}
	})
	s.app.All("/*", func(c *fiber.Ctx) error { return c.SendString("ok") })
	for _, path := range []string{"/", "/p/x/visits", "/sign-in", "/invitation", "/auth/login?return=/", "/oidc/authorize?x=1", "/n/abc"} {
		res, _ := s.do("GET", path, "", "X-Forwarded-Proto", "http")
		require.Equal(t, 308, res.StatusCode, path)
		require.Equal(t, "https://housecall.test:8080"+path, res.Header.Get("Location"))
		res, _ = s.do("GET", path, "", "X-Forwarded-Proto", "https")
		require.Equal(t, 200, res.StatusCode, path)
	}
	for _, path := range []string{"/api/v1/me", "/api/v1/openapi.json", "/fhir/metadata", "/fhir/Patient/x", "/mobile/v1/bootstrap", "/cds-services", "/live", "/visits/x/signal", "/oidc/keys", "/oidc/userinfo", "/.well-known/smart-configuration"} {
		for _, more := range [][]string{nil, {"Authorization", "Bearer x"}, {"Accept", "text/html"}} {
			res, _ := s.do("GET", path, "", append([]string{"X-Forwarded-Proto", "http"}, more...)...)
			require.Equal(t, 421, res.StatusCode, path)
			require.Empty(t, res.Header.Get("Location"))
		}
	}
	res, _ := s.do("GET", "/p/x", "", "X-Forwarded-Proto", "http", "Authorization", "Bearer x")
	require.Equal(t, 421, res.StatusCode, "a token is not sent on")
	res, _ = s.do("POST", "/auth/password", "{}", "X-Forwarded-Proto", "http")
	require.Equal(t, 421, res.StatusCode)
}

func TestOtherOriginsCannotWriteOrOpenSockets(t *testing.T) {
	s := newSite(t, func(c *edge.Config) { c.CrossOrigin = []string{"/fhir"} })
	ok := func(c *fiber.Ctx) error { return c.SendString("ok") }
	s.app.All("/x", ok)
	s.app.All("/fhir/x", ok)
	for _, c := range []struct {
		name, method, path string
		headers            []string
		status             int
	}{
		{"own page", "POST", "/x", []string{"Origin", base}, 200},
		{"no page at all", "POST", "/x", nil, 200},
		{"other site", "POST", "/x", []string{"Origin", "https://evil.test"}, 403},
		{"opaque origin", "DELETE", "/x", []string{"Origin", "null"}, 403},
		{"other site without Origin", "POST", "/x", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"reading", "GET", "/x", []string{"Origin", "https://evil.test"}, 200},
		{"socket of another site", "GET", "/x", []string{"Upgrade", "websocket", "Origin", "https://evil.test"}, 403},
		{"socket of ours", "GET", "/x", []string{"Upgrade", "websocket", "Origin", base}, 200},
		{"an app at the FHIR face", "POST", "/fhir/x", []string{"Origin", "https://app.test"}, 200},
	} {
		res, _ := s.do(c.method, c.path, "", c.headers...)
		require.Equal(t, c.status, res.StatusCode, c.name)
	}
}

func TestPagesOfAnyOriginMayReadWhatIsReadable(t *testing.T) {
	s := newSite(t, func(c *edge.Config) { c.CrossOrigin, c.Readable = []string{"/fhir", "/oidc"}, []string{"/fhir"} })
	s.app.All("/*", func(c *fiber.Ctx) error { return c.SendString("ok") })
	res, _ := s.do("OPTIONS", "/fhir/Patient", "", "Origin", "https://app.test", "Access-Control-Request-Method", "PUT")
	require.Equal(t, 204, res.StatusCode)
	require.Equal(t, "*", res.Header.Get("Access-Control-Allow-Origin"))
	require.Empty(t, res.Header.Get("Access-Control-Allow-Credentials"))
	res, _ = s.do("GET", "/fhir/Patient", "", "Origin", "https://app.test", "Authorization", "Bearer x")
	require.Contains(t, res.Header.Get("Access-Control-Expose-Headers"), "ETag")
	for _, path := range []string{"/oidc/token", "/api/v1/me", "/fhirx"} {
		res, _ = s.do("GET", path, "", "Origin", "https://app.test")
		require.Empty(t, res.Header.Get("Access-Control-Allow-Origin"), path)
	}
}

func TestAddressIsBelievedFromTrustedProxiesOnly(t *testing.T) {
	address := func(c *fiber.Ctx) error { return c.SendString(edge.Address(c)) }
	open := newSite(t, nil)
	open.app.Get("/x", address)
	_, body := open.do("GET", "/x", "", "X-Forwarded-For", "1.2.3.4")
	require.Equal(t, "0.0.0.0", body)
	behind := newSite(t, func(c *edge.Config) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32"), netip.MustParsePrefix("10.0.0.0/8")}
	})
	behind.app.Get("/x", address)
	_, body = behind.do("GET", "/x", "", "X-Forwarded-For", "6.6.6.6, 1.2.3.4, 10.0.0.2")
	require.Equal(t, "1.2.3.4", body, "what stands left of the first untrusted hop is hearsay")
	_, body = behind.do("GET", "/x", "", "X-Forwarded-For", "nonsense")
	require.Equal(t, "0.0.0.0", body)
}

func TestCompressedBodiesAreRefused(t *testing.T) {
	s := newSite(t, nil)
	s.app.Post("/x", func(c *fiber.Ctx) error { return c.Send(c.Body()) })
	res, _ := s.do("POST", "/x", "zzz", "Content-Encoding", "gzip")
	require.Equal(t, 415, res.StatusCode)
}

func TestAddressesThatAreNoTextAreRefused(t *testing.T) {
	s := newSite(t, nil)
	s.app.Get("/x/:id", func(c *fiber.Ctx) error { return c.SendString("ok") })
	for path, want := range map[string]int{"/x/a%00b": 400, "/x/a?q=%00": 400, "/x/a?q=%ff": 400, "/x/a?q=%2500": 200, "/x/a?q=%C3%A9+100%": 200} {
		res, _ := s.do("GET", path, "")
		require.Equal(t, want, res.StatusCode, path)
	}
}

func TestAnswersAreCompressedWhenTheyAreTextAndComplete(t *testing.T) {
	s := newSite(t, nil)
	long := strings.Repeat("blood pressure ", 200)
	s.app.Get("/text", func(c *fiber.Ctx) error { return c.SendString(long) })
	s.app.Get("/short", func(c *fiber.Ctx) error { return c.SendString("short") })
	s.app.Get("/stream", func(c *fiber.Ctx) error { return c.SendStream(strings.NewReader(long), len(long)) })
	for _, c := range []struct{ path, accept, want string }{{"/text", "gzip, br", "br"}, {"/text", "gzip", "gzip"}, {"/text", "", ""}, {"/short", "br", ""}, {"/stream", "br", ""}} {
		res, _ := s.do("GET", c.path, "", "Accept-Encoding", c.accept)
		require.Equal(t, c.want, res.Header.Get("Content-Encoding"), c.path)
	}
}

func TestAuthentication(t *testing.T) {
	s := newSite(t, nil)
	token := func(_ context.Context, tok string) (identity.Principal, error) {
		if tok != "good" {
			return identity.Principal{}, fault.New(fault.Unauthenticated, "no")
		}
		return identity.Principal{Kind: identity.System, Account: "feed"}, nil
	}
	session := func(_ context.Context, cookie string, _ identity.From, active bool) (identity.Principal, error) {
		switch cookie {
		case "good":
			return identity.Principal{Kind: identity.Person, Account: map[bool]string{true: "active", false: "idle"}[active]}, nil
		case "broken":
			return identity.Principal{}, fault.New(fault.Unavailable, "database")
		}
		return identity.Principal{}, fault.New(fault.Unauthenticated, "over")
	}
	s.app.Use(edge.Authenticate("sid", session, token), edge.CSRF(func(cookie, token string) bool { return token == "csrf of "+cookie }))
	who := func(c *fiber.Ctx) error {
		p := edge.Principal(c)
		require.NotEmpty(t, p.RequestID)
		require.NotEmpty(t, p.Address)
		return c.SendString(p.Account)
	}
	s.app.All("/open", who)
	s.app.All("/closed", edge.Required, who)
	for _, c := range []struct {
		name, method, path string
		headers            []string
		status             int
		body               string
	}{
		{"nobody, open", "GET", "/open", nil, 200, ""},
		{"nobody, closed", "GET", "/closed", nil, 401, `"code":"signed_out"`},
		{"cookie", "GET", "/closed", []string{"Cookie", "sid=good"}, 200, "idle"},
		{"cookie, active", "GET", "/closed", []string{"Cookie", "sid=good", "X-Activity", "1"}, 200, "active"},
		{"old cookie, open", "GET", "/open", []string{"Cookie", "sid=old"}, 200, ""},
		{"old cookie, closed", "GET", "/closed", []string{"Cookie", "sid=old"}, 401, ""},
		{"store down", "GET", "/open", []string{"Cookie", "sid=broken"}, 503, ""},
		{"token", "POST", "/closed", []string{"Authorization", "Bearer good"}, 200, "feed"},
		{"bad token even where nobody is welcome", "GET", "/open", []string{"Authorization", "Bearer bad"}, 401, ""},
		{"token goes before cookie", "GET", "/open", []string{"Authorization", "Bearer bad", "Cookie", "sid=good"}, 401, ""},
		{"cookie write without CSRF token", "POST", "/closed", []string{"Cookie", "sid=good"}, 403, `"code":"csrf"`},
		{"cookie write with CSRF token", "POST", "/closed", []string{"Cookie", "sid=good", "X-CSRF-Token", "csrf of good"}, 200, "idle"},
	} {
		res, body := s.do(c.method, c.path, "", c.headers...)
		require.Equal(t, c.status, res.StatusCode, c.name)
		require.Contains(t, body, c.body, c.name)
	}
}

func TestReadinessSaysWhyNotToNobodyButTheLog(t *testing.T) {
	s := newSite(t, func(c *edge.Config) {
		c.Ready = func(context.Context) error { return errors.New("database at 10.1.1.1 is down") }
	})
	res, body := s.do("GET", "/readyz", "")
	require.Equal(t, 503, res.StatusCode)
	require.NotContains(t, body, "10.1.1.1")
	require.Contains(t, s.log.String(), "10.1.1.1")
}

// serve runs the app on a real port: limits and metrics need a real connection.
func (s *site) serve() string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(s.t, err)
	server := edge.Serve(s.app, ln, nil)
	s.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		require.NoError(s.t, server.Stop(ctx))
		require.NoError(s.t, server.Err())
	})
	return "http://" + ln.Addr().String()
}
