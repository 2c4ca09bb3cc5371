package edge_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"housecall/internal/edge"
	"housecall/internal/identity"
)

func TestLimiterCountsEachAskerApart(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	s := newSite(t, nil)
	l := edge.NewLimiter(1, 3, func() time.Time { return now })
	token := func(_ context.Context, tok string) (identity.Principal, error) {
		kind := identity.Person
		if tok == "feed" {
			kind = identity.System
		}
		return identity.Principal{Kind: kind, Account: tok}, nil
	}
	s.app.Use(edge.Authenticate("sid", nil, token), l.Handler)
	s.app.Get("/x", func(c *fiber.Ctx) error { return c.SendString("ok") })
	ask := func(tok string) int {
		res, _ := s.do("GET", "/x", "", "Authorization", "Bearer "+tok)
		if res.StatusCode == 429 {
			require.Equal(t, "1", res.Header.Get("Retry-After"))
		}
		return res.StatusCode
	}
	for range 3 {
		require.Equal(t, 200, ask("a"))
	}
	require.Equal(t, 429, ask("a"))
	require.Equal(t, 200, ask("b"))
	for range 10 {
		require.Equal(t, 200, ask("feed"))
	}
	now = now.Add(time.Second)
	require.Equal(t, 200, ask("a"))
	require.Equal(t, 429, ask("a"))
}

// Who sends the work of ten requests at once waits as long as after ten.
func TestChargeCountsWork(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	s := newSite(t, nil)
	l := edge.NewLimiter(1, 3, func() time.Time { return now })
	token := func(_ context.Context, tok string) (identity.Principal, error) {
		return identity.Principal{Kind: identity.Person, Account: tok}, nil
	}
	s.app.Use(edge.Authenticate("sid", nil, token), l.Handler)
	s.app.Get("/ten", func(c *fiber.Ctx) error { edge.Charge(c, 10); return c.SendString("ok") })
	s.app.Get("/one", func(c *fiber.Ctx) error { return c.SendString("ok") })
	ask := func(tok, path string) int {
		res, _ := s.do("GET", path, "", "Authorization", "Bearer "+tok)
		return res.StatusCode
	}
	require.Equal(t, 200, ask("a", "/ten"), "it is done, however much it is")
	for range 7 {
		require.Equal(t, 429, ask("a", "/one"))
		require.Equal(t, 200, ask("b", "/one"), "others do not wait")
		now = now.Add(time.Second)
	}
	require.Equal(t, 429, ask("a", "/one"))
	now = now.Add(time.Second)
	require.Equal(t, 200, ask("a", "/one"))
}

func TestLimiterStaysBounded(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	l := edge.NewLimiter(1, 2, func() time.Time { return now })
	for i := range 60_000 {
		require.Zero(t, l.Take(fmt.Sprint(i)))
	}
	require.LessOrEqual(t, l.Len(), 20_001)
}
