package main

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
	"housecall/records/access"
)

// Administration has three walls behind the role: a second factor, proven there and not
// long ago, and the networks that the site names. Each refusal is in the audit.
func TestAdministrationIsDoneFromItsNetwork(t *testing.T) {
	for _, x := range []struct {
		networks string
		status   int
		code     string
	}{{"", 200, ""}, {"192.0.2.0/24 0.0.0.0", 200, ""}, {"192.0.2.0/24,2001:db8::/32", 403, `"code":"network"`}} {
		cfg := testConfig(t)
		cfg.BaseURL, cfg.TLS, cfg.RateLimit, cfg.AdminNetworks = "https://clinic.test", "proxy", 0, x.networks
		a, err := NewApp(context.Background(), cfg)
		require.NoError(t, err)
		t.Cleanup(a.Stop)
		require.NoError(t, a.Start(context.Background()))
		app, err := a.routes()
		require.NoError(t, err)
		admin := a.asker(t, identity.NewAccount{Email: "root@housecall.test", Name: "Ada Root", Kind: identity.Staff, Roles: []identity.Role{identity.Admin}})
		for _, route := range []string{"GET /api/v1/admin/apps", "GET /api/v1/admin/sign-in", "GET /api/v1/admin/health", "GET /api/v1/clinic/visits/licence", "GET /api/v1/clinic/pools", "GET /api/v1/clinic/invitations", "GET /api/v1/clinic/escalations", "GET /api/v1/clinic/blocks"} {
			method, path, _ := strings.Cut(route, " ")
			res, text := ask(t, app, method, path, "", admin.headers)
			require.Equal(t, x.status, res.StatusCode, "%s %s", route, text)
			require.Contains(t, text, x.code)
		}
		for route, body := range map[string]string{
			"POST /api/v1/charts/nobody/team":  `{"account":"somebody","role":"nurse"}`,
			"POST /api/v1/charts/nobody/pools": `{"pool":"some"}`, "DELETE /api/v1/charts/nobody/team/somebody": "", "DELETE /api/v1/charts/nobody/pools/some": "",
		} {
			method, path, _ := strings.Cut(route, " ")
			_, text := ask(t, app, method, path, body, admin.headers)
			if x.code != "" {
				require.Contains(t, text, x.code, route)
			} else {
				require.Contains(t, text, `"status":404`, route)
			}
		}
		res, text := ask(t, app, "GET", "/api/v1/me", "", admin.headers)
		require.Equal(t, 200, res.StatusCode, text)
		if x.status == 200 {
			continue
		}
		rows, _, err := a.Access.Audit(context.Background(), identity.Principal{Kind: identity.Staff, Account: "officer", Roles: []identity.Role{identity.Privacy}}, access.ReportQuery{Refused: true, From: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour), Limit: 100})
		require.NoError(t, err)
		var kept []string
		for _, r := range rows {
			kept = append(kept, r.Detail)
		}
		require.Contains(t, kept, "403 api network GET /api/v1/admin")
	}
	cfg := testConfig(t)
	cfg.AdminNetworks = "10.20.0.0/16, 2001:db8:7::/48"
	require.NoError(t, cfg.Validate())
	require.Equal(t, []netip.Prefix{netip.MustParsePrefix("10.20.0.0/16"), netip.MustParsePrefix("2001:db8:7::/48")}, cfg.admins)
}
