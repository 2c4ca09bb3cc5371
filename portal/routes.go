package portal

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/identity/provider"
	"housecall/records/rest"
)

// Mount hangs the portal's routes on the app, all but the web client.
func (p *Portal) Mount(app *fiber.App) {
	// Of apps nobody is signed in: each address for itself. What our own sign-in
	// asks of the provider does not come through here.
	app.Use(provider.Path, edge.NewLimiter(20, 200, p.Now).Handler)
	edge.Mount(app, provider.Path, p.Provider.Handler())

	// Bounds for whoever asks too much, each page and account for itself; tries at
	// passwords and codes are counted in the database.
	steps := edge.NewLimiter(20, 100, p.Now)
	who := edge.Authenticate(p.Identity.CookieName(), p.session, p.Identity.Bearer)
	csrf := edge.CSRF(p.csrf)

	// The steps of a sign-in are bound to the browser by a cookie of their own
	// and to the site by their origin; a session that is still there is not asked.
	p.mountOutside(app)
	app.Use("/auth/", steps.Handler)
	app.Get("/auth/login", p.beginLogin)
	app.Get("/auth/callback", p.callback)
	app.Get("/auth/options", p.signInOptions)
	app.Post("/auth/password", p.signInPassword)
	app.Post("/auth/totp", p.signInCode)
	app.Post("/auth/passkey/begin", p.signInPasskey)
	app.Post("/auth/passkey/finish", p.signInPasskeyDone)
	app.Post("/auth/first", p.firstAdministrator)
	p.mountEntrance(app)
	app.Post("/auth/unsubscribe/look", p.stopLook)
	app.Post("/auth/unsubscribe/change", p.stopChange)
	app.Post("/unsubscribe/:token", steps.Handler, p.stopOneTap)
	app.Post("/auth/logout", who, csrf, p.logout)
	app.Post("/auth/link", who, csrf, edge.Required, p.linkOutside)

	app.Server().KeepHijackedConns = true // sockets live longer than their requests, see edge.TakeOver
	app.Get("/live", who, p.live.upgrade)
	app.Get("/visits/:visit/signal", who, steps.Handler, p.signal)

	p.mountJoin(app, steps.Handler, p.Calls.Handler)

	app.Use("/api/v1", who, csrf)
	api := edge.NewAPI(app, "/api/v1", "Housecall", orUnknown(p.Version)) // and its openapi.json, for everybody
	app.Use("/api/v1", edge.Required, p.Calls.Handler, people, etagged(p.Key.Secret("portal etag")))
	app.Use("/api/v1/clinic", staff)
	for _, path := range administration {
		app.Use(path, p.administrators)
	}
	api.UseMiddleware(keepCookie)
	app.Put("/api/v1/charts/:patient/binaries/:id", rest.PutBinary(p.Records))
	app.Get("/api/v1/charts/:patient/binaries/:id", rest.GetBinary(p.Records))
	app.Get("/api/v1/charts/:patient/binaries/:id/saved", rest.SaveBinary(p.Records, p.Now))
	app.Get("/api/v1/charts/:patient/binaries/:id/thumbnail", rest.GetThumbnail(p.Records))

	app.Put("/api/v1/me/requests/:id/evidence", rest.PutEvidence(p.Records))
	app.Get("/api/v1/clinic/access-requests/:id/evidence", rest.GetEvidence(p.Records))

	p.mountAccount(api)
	p.mountNotices(app, api)
	p.mountMessages(api)
	p.mountHeld(api)
	p.mountInbox(api)
	p.mountInboxWork(api)
	p.mountPools(api)
	p.mountBooking(api)
	p.mountAsks(api)
	p.mountAgenda(api)
	p.mountVisits(api)
	p.mountControls(api)
	p.mountGroups(api)
	p.mountGuestLinks(api)
	p.mountBefore(app, api)
	p.mountCockpit(api)
	p.mountRecordings(api)
	p.mountWorklist(api)
	p.mountSharing(api)
	p.mountApps(api)
	p.mountAdministration(api)
	p.mountConnected(api)
	p.mountInvitations(api)
	p.mountSafety(api)
	p.mountOffers(api)
	p.mountGuests(api)
	p.mountVisitLinks(api)
	p.mountBlocks(api)
	p.mountRequests(api)
	p.mountGlass(api)
	p.mountCare(api)
	p.mountRestrictions(api)
	p.mountPrivacy(app, api)

	p.mountLivePoll(api)
	get(api, "/charts/{patient}", "Open a chart", p.chart)
	get(api, "/charts/{patient}/timeline", "What happened, newest first", p.timeline)
	route(api, http.MethodPost, "/charts/{patient}/timeline/search", "What happened, with these words", p.searchTimeline)
	get(api, "/charts/{patient}/sections/{category}", "All of one kind, also what is over", p.section)
	get(api, "/charts/{patient}/trends/{key}", "The course of one kind of result", p.trend)
	get(api, "/charts/{patient}/entries/{type}/{id}", "One entry", p.entry)
	get(api, "/charts/{patient}/documents/{type}/{id}/content", "The content of a document", p.document)

	get(api, "/clinic/patients", "A staff member's own patients", p.clinicPatients)
	route(api, http.MethodPost, "/clinic/patients/search", "Those of them whom somebody looks for", p.searchPatients)
	get(api, "/admin/health", "What is right and wrong with this installation", p.health)
}

// MountClient hangs the web client on the app. It answers whatever no other
// route does, so it comes last.
func (p *Portal) MountClient(app *fiber.App) { app.Get("/*", p.client.serve) }
