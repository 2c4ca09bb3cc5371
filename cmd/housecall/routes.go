package main

import (
	"cmp"
	"context"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/identity/provider"
	"housecall/mobileapi"
	"housecall/portal"
	"housecall/records/access"
	"housecall/records/rest"
)

// routes hangs every face on one app.
func (a *App) routes() (*fiber.App, error) {
	app, err := edge.New(edge.Config{
		BaseURL: a.Config.base, TrustedProxies: a.Config.proxies,
		BodyLimits:  map[string]int{rest.Prefix: rest.BodyLimit},
		Upload:      rest.UploadLimit,
		Known:       a.known,
		Guesses:     edge.NewLimiter(min(a.Config.RateLimit, 2), 200, nil),
		CrossOrigin: []string{rest.Prefix, provider.Path}, Readable: []string{rest.Prefix},
		Faces:   map[string]edge.ErrorWriter{rest.Prefix: rest.WriteError, provider.Path: edge.OAuthError},
		Ready:   a.ready,
		Refused: a.refused,
		Spanish: portal.Spanish,
		Metrics: a.Metrics, Log: a.Log,
	})
	if err != nil {
		return nil, err
	}
	// FHIR is for apps and systems with a token of their own: a cookie means
	// nothing there, so no other site's page can use one.
	a.FHIR.Mount(app, edge.Authenticate("", nil, a.Identity.Bearer), a.Limit.Handler)
	a.Portal.Mount(app)
	phones, err := mobileapi.New(mobileapi.Deps{
		DB: a.DB, Records: a.Records, Messages: a.Messages, Schedule: a.Schedule, Requests: a.Requests, Accounts: a.Identity, Bearer: a.Identity.Bearer, Key: a.Key, Log: a.Log,
		Calls: a.Limit, Clinic: mobileapi.Clinic(a.Config.clinic()), Releases: a.Config.releases, Version: version,
	})
	if err != nil {
		return nil, err
	}
	phones.Mount(app)
	a.Portal.MountClient(app) // answers all the rest
	return app, nil
}

// known tells whether a token or a session is somebody's, or the cookie of a link.
func (a *App) known(ctx context.Context, token string, cookie func(string) string) bool {
	var err error
	if token != "" {
		_, err = a.Identity.Bearer(ctx, token)
	} else {
		_, err = a.Identity.Session(ctx, cookie(a.Identity.CookieName()), false)
		if page := cookie(a.Identity.PageCookieName()); err != nil && page != "" {
			_, err = a.Identity.PageOf(ctx, page)
		}
	}
	return err == nil
}

// clinic is how the clinic calls itself.
func (c *Config) clinic() portal.Clinic {
	zone := c.zone.String()
	if zone == "Local" {
		zone = localZone()
	}
	return portal.Clinic{Name: c.ClinicName, Phone: c.ClinicPhone, Emergency: c.EmergencyPhone, Crisis: c.CrisisPhone, Visit: cmp.Or(c.VisitPhone, c.ClinicPhone), TimeZone: zone}
}

// smart says where apps sign in (SMART App Launch 2.2, section 2.1.9).
func smart(issuer string) *rest.SmartConfiguration {
	return &rest.SmartConfiguration{
		Issuer: issuer, JWKS: issuer + "/keys", Authorization: issuer + "/authorize", Token: issuer + "/token",
		Introspection: issuer + "/introspect", Revocation: issuer + "/revoke",
		TokenAuthMethods:      []string{"client_secret_basic", "client_secret_post", "private_key_jwt", "none"},
		TokenAuthSigningAlgos: provider.AssertionAlgorithms(),
		GrantTypes:            []string{"authorization_code", "refresh_token", "client_credentials"},
		Scopes:                []string{"openid", "profile", "email", "fhirUser", "launch", "launch/patient", "launch/encounter", "offline_access", "patient/*.cruds", "user/*.cruds", "system/*.cruds", access.ScopeSensitive},
		ResponseTypes:         []string{"code"}, CodeChallengeMethods: []string{"S256"},
		Capabilities: []string{"launch-ehr", "launch-standalone", "authorize-post", "context-banner", "context-style", "context-ehr-patient", "context-ehr-encounter", "context-standalone-patient",
			"client-public", "client-confidential-symmetric", "client-confidential-asymmetric", "sso-openid-connect", "permission-offline", "permission-patient", "permission-user", "permission-v1", "permission-v2"},
	}
}
