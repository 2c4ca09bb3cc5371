package edge_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// guessing is a site that knows one token and one cookie and counts look-ups.
type guessing struct {
	*site
	now    time.Time
	looked int
	valid  map[string]bool
}

func newGuessing(t *testing.T, burst float64) *guessing {
	g := &guessing{now: time.Unix(1_700_000_000, 0), valid: map[string]bool{"right": true, "other": true}}
	g.site = newSite(t, func(c *edge.Config) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32")}
		c.Guesses = edge.NewLimiter(1, burst, func() time.Time { return g.now })
	})
	look := func(credential string) (identity.Principal, error) {
		g.looked++
		switch {
		case credential == "outage":
			return identity.Principal{}, fault.New(fault.Unavailable, "Not now.")
		case g.valid[credential]:
			return identity.Principal{Kind: identity.Person, Account: credential}, nil
		}
		return identity.Principal{}, fault.New(fault.Unauthenticated, "No.")
	}
	g.app.Use(edge.Authenticate("sid",
		func(_ context.Context, cookie string, _ identity.From, _ bool) (identity.Principal, error) {
			return look(cookie)
		},
		func(_ context.Context, token string) (identity.Principal, error) { return look(token) }))
	g.app.Get("/x", edge.Required, func(c *fiber.Ctx) error { return c.SendString("ok") })
	return g
}

func (g *guessing) bearer(from, token string) (*http.Response, string) {
	return g.do("GET", "/x", "", "Authorization", "Bearer "+token, "X-Forwarded-For", from)
}

func (g *guessing) cookie(from, value string) int {
	res, _ := g.do("GET", "/x", "", "Cookie", "sid="+value, "X-Forwarded-For", from)
	return res.StatusCode
}

func TestGuessedTokensAndCookiesAreCounted(t *testing.T) {
	for name, ask := range map[string]func(g *guessing, from, credential string) int{
		"token":  func(g *guessing, from, c string) int { res, _ := g.bearer(from, c); return res.StatusCode },
		"cookie": func(g *guessing, from, c string) int { return g.cookie(from, c) },
	} {
		t.Run(name, func(t *testing.T) {
			g := newGuessing(t, 20)
			const thief, neighbour = "203.0.113.9", "198.51.100.7"
			require.Equal(t, 200, ask(g, thief, "right"))
			for i := range 20 {
				require.Equal(t, 401, ask(g, thief, fmt.Sprint("guess ", i)))
			}
			before := g.looked
			require.Equal(t, 429, ask(g, thief, "guess 20"))
			require.Equal(t, 429, ask(g, thief, "other"), "a right guess is not told from a wrong one")
			require.Equal(t, before, g.looked, "nothing is looked up")
			require.Equal(t, 200, ask(g, thief, "right"), "who was in stays in")
			require.Equal(t, 200, ask(g, neighbour, "other"), "and others are not concerned")
			g.now = g.now.Add(time.Second)
			require.Equal(t, 200, ask(g, thief, "other"), "a second later there is room again")
			require.Equal(t, 401, ask(g, thief, "guess 21"), "what is right costs nothing")
			require.Equal(t, 429, ask(g, thief, "guess 22"))
		})
	}
}

// An app that was signed out and does not notice costs its neighbours nothing.
func TestTheSameWrongTokenIsOneGuess(t *testing.T) {
	g := newGuessing(t, 20)
	const home = "203.0.113.9"
	require.Equal(t, 401, status(g.bearer(home, "stale")))
	limited := false
	for range 50 {
		s := status(g.bearer(home, "stale"))
		limited = limited || s == 429
		require.Contains(t, []int{401, 429}, s)
	}
	require.True(t, limited, "it is made to wait itself")
	require.Equal(t, 200, status(g.bearer(home, "right")), "somebody new at the same address gets in")
	for i := range 18 {
		require.Equal(t, 401, status(g.bearer(home, fmt.Sprint(i))), "and one try was used, not fifty")
	}
	delete(g.valid, "right")
	require.Equal(t, 401, status(g.bearer(home, "right")), "what held and ended is told so")
}

// IPv6: a household has a whole /64 to guess from.
func TestGuessesOfOneNetworkAreCountedTogether(t *testing.T) {
	g := newGuessing(t, 10)
	for i := range 10 {
		require.Equal(t, 401, status(g.bearer(fmt.Sprintf("2001:db8::%x", i+1), fmt.Sprint(i))))
	}
	res, _ := g.bearer("2001:db8::ffff", "10")
	require.Equal(t, 429, res.StatusCode)
	require.Equal(t, "1", res.Header.Get("Retry-After"))
	require.Equal(t, 401, status(g.bearer("2001:db8:0:1::1", "11")))
}

func TestAnOutageIsNoGuess(t *testing.T) {
	g := newGuessing(t, 2)
	for range 5 {
		require.Equal(t, 503, status(g.bearer("203.0.113.9", "outage")))
	}
	require.Equal(t, 401, status(g.bearer("203.0.113.9", "wrong")))
}

func status(res *http.Response, _ string) int { return res.StatusCode }

func TestOAuthErrors(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	s := newSite(t, func(c *edge.Config) {
		c.Faces = map[string]edge.ErrorWriter{"/oidc": edge.OAuthError}
		c.CrossOrigin = []string{"/oidc"}
	})
	s.app.Use("/oidc", edge.NewLimiter(1, 1, func() time.Time { return now }).Handler)
	s.app.All("/oidc/token", func(c *fiber.Ctx) error { panic("the secret is xyzzy") })
	type oauth struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	ask := func(method string, headers ...string) (*http.Response, oauth) {
		res, body := s.do(method, "/oidc/token", "", headers...)
		var o oauth
		require.NoError(t, json.Unmarshal([]byte(body), &o), body)
		require.Equal(t, "application/json", res.Header.Get("Content-Type"))
		require.Equal(t, "no-store", res.Header.Get("Cache-Control"))
		require.NotContains(t, body, "xyzzy")
		return res, o
	}
	res, o := ask("POST")
	require.Equal(t, 500, res.StatusCode)
	require.Equal(t, "server_error", o.Error)
	res, o = ask("POST", "Origin", "https://app.example", "Accept-Language", "es")
	require.Equal(t, 429, res.StatusCode)
	require.Equal(t, "1", res.Header.Get("Retry-After"))
	require.Equal(t, "temporarily_unavailable", o.Error)
	require.Contains(t, o.Description, "Espere")
	require.Equal(t, "*", res.Header.Get("Access-Control-Allow-Origin"))
	require.Empty(t, res.Header.Get("Access-Control-Allow-Credentials"))

	res, body := s.do("GET", "/oidc/token", "", "Accept", "text/html,*/*")
	require.Equal(t, 429, res.StatusCode)
	require.Contains(t, body, "<h1>Too many tries</h1>")
}

// The wider limit of a body is no way around: whose a token is, is not told
// without end to who sends long bodies.
func TestGuessingByLongBodiesIsBounded(t *testing.T) {
	now, asked := time.Unix(1_700_000_000, 0), 0
	s := newSite(t, func(c *edge.Config) {
		c.BodyLimit, c.BodyLimits = 1000, map[string]int{"/fhir": 5000}
		c.Guesses = edge.NewLimiter(1, 10, func() time.Time { return now })
		c.Known = func(_ context.Context, token string, _ func(string) string) bool {
			asked++
			return token == "right" || token == "other"
		}
	})
	s.app.Use(edge.Authenticate("", nil, func(_ context.Context, token string) (identity.Principal, error) {
		return identity.Principal{Kind: identity.Person, Account: token}, nil
	}))
	s.app.Post("/*", func(c *fiber.Ctx) error { return c.SendString("ok") })
	root := s.serve()
	send := func(token string, size int) int {
		req, err := http.NewRequest("POST", root+"/fhir/x", strings.NewReader(strings.Repeat("x", size)))
		require.NoError(t, err)
		req.Host = "housecall.test:8080"
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		_ = res.Body.Close()
		return res.StatusCode
	}
	require.Equal(t, 200, send("right", 4000))
	for i := range 15 {
		require.Equal(t, 413, send(fmt.Sprint(i), 4000))
	}
	require.Equal(t, 11, asked, "no more than ten guesses were looked up")
	require.Equal(t, 413, send("other", 4000), "a right guess is not told from a wrong one")
	require.Equal(t, 200, send("right", 4000), "who was in stays in")
}
