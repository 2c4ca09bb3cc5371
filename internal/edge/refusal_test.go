package edge_test

import (
	"context"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Each answer 401 and 403 is told of once, with the route's pattern and not with
// what was asked; so is input that breaks a rule, and what is beyond a limit. Others
// are not.
func TestRefusalsAreTold(t *testing.T) {
	base, err := url.Parse("http://localhost:8080")
	require.NoError(t, err)
	var told []edge.Refusal
	app, err := edge.New(edge.Config{BaseURL: base, Refused: func(_ context.Context, r edge.Refusal) { told = append(told, r) }})
	require.NoError(t, err)
	who := edge.Authenticate("", nil, func(_ context.Context, token string) (identity.Principal, error) {
		if token != "good" {
			return identity.Principal{}, fault.New(fault.Unauthenticated, "no").WithCode("signed_out")
		}
		return identity.Principal{Kind: identity.Staff, Account: "acc-doc"}, nil
	})
	var seen identity.Principal
	app.Get("/api/charts/:patient", who, edge.Required, func(c *fiber.Ctx) error {
		if seen = edge.Principal(c); c.Params("patient") == "closed" {
			return fault.New(fault.Forbidden, "no").WithCode("scope")
		}
		return c.SendString("ok")
	})
	ask := func(path, token, purpose string) int {
		r := httptest.NewRequest("GET", "http://localhost:8080"+path, nil)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		if purpose != "" {
			r.Header.Set(edge.PurposeHeader, purpose)
		}
		a, err := app.Test(r, 5000)
		require.NoError(t, err)
		return a.StatusCode
	}
	require.Equal(t, 401, ask("/api/charts/ana", "", ""))
	require.Equal(t, 401, ask("/api/charts/ana", "bad", ""))
	require.Equal(t, 403, ask("/api/charts/closed", "good", ""))
	require.Equal(t, 404, ask("/nothing", "good", ""))
	require.Equal(t, 200, ask("/api/charts/ana", "good", ""))
	require.Empty(t, seen.Purpose)
	require.Len(t, told, 3)
	for i, code := range []string{"signed_out", "signed_out", "scope"} {
		require.Equal(t, code, told[i].Code)
		require.Equal(t, "/api/charts/:patient", told[i].Route)
		require.NotEmpty(t, told[i].Who.RequestID)
	}
	require.Equal(t, "acc-doc", told[2].Who.Account)
	require.Empty(t, told[1].Who.Account)

	require.Equal(t, 200, ask("/api/charts/ana", "good", "HPAYMT"))
	require.Equal(t, "HPAYMT", seen.Purpose)
	require.Equal(t, 400, ask("/api/charts/ana", "good", "ETREAT"), "an emergency is opened as one")
	require.Equal(t, 400, ask("/api/charts/ana", "good", "PATRQT"), "not one for staff")
	require.Equal(t, 400, ask("/api/charts/an%00a", "good", ""), "no text")
	require.Len(t, told, 6)
	for i, want := range []string{"purpose", "purpose", ""} {
		require.Equal(t, 400, told[3+i].Status)
		require.Equal(t, want, told[3+i].Code)
		require.NotContains(t, told[3+i].Route, "ana")
	}

	told = nil
	few := edge.NewLimiter(0.001, 1, nil)
	app.Get("/api/few", few.Handler, func(c *fiber.Ctx) error { return c.SendString("ok") })
	require.Equal(t, 200, ask("/api/few", "", ""))
	require.Equal(t, 429, ask("/api/few", "", ""))
	require.Len(t, told, 1)
	require.Equal(t, 429, told[0].Status)
}
