package rest

import (
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"housecall/internal/edge"
	"housecall/internal/sitekey"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/bulk"
	"housecall/records/subscription"
)

// Prefix is where the face lives.
const Prefix = "/fhir"

// BodyLimit is the largest body that the face takes: a transaction with the
// history of one patient.
const BodyLimit = 32 << 20

// Deps is what the face works with.
type Deps struct {
	Store   *records.Store
	Key     *sitekey.Ring
	BaseURL *url.URL
	Version string                // of the software, for the capability statement
	Clinic  string                // name of the clinic, which is the author of what is made here
	Bulk    *bulk.Service         // nil: nothing is exported or imported
	Audit   *access.Service       // nil: there is no AuditEvent
	Smart   *SmartConfiguration   // nil: no authorization server is known
	Subs    *subscription.Service // nil: nobody can subscribe
	Now     func() time.Time
	NewID   func() string
}

// Face answers /fhir.
type Face struct {
	store   *records.Store
	bulk    *bulk.Service
	polls   *edge.Limiter // of jobs that are under way
	base    string        // https://host/fhir
	smart   *SmartConfiguration
	subs    *subscription.Service
	audit   *access.Service
	sockets sockets
	pages   pageSealer
	now     func() time.Time
	newID   func() string
	clinic  string
	capped  []byte // the capability statement
}

// New makes the face.
func New(d Deps) (*Face, error) {
	if d.Store == nil || d.BaseURL == nil || d.Key == nil {
		return nil, errors.New("rest: store, base URL and site key are needed")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.NewID == nil {
		d.NewID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	f := &Face{
		store: d.Store, bulk: d.Bulk, polls: edge.NewLimiter(1, 10, d.Now), base: Base(d.BaseURL),
		smart: d.Smart, subs: d.Subs, audit: d.Audit, sockets: sockets{open: map[*socket]struct{}{}}, pages: pageSealer{d.Key.Sealer("fhir page")}, now: d.Now, newID: d.NewID, clinic: d.Clinic,
	}
	var err error
	f.capped, err = f.capabilities(d.Version)
	return f, err
}

// Base is the address of the face of a site.
func Base(site *url.URL) string {
	return strings.TrimSuffix(site.Scheme+"://"+site.Host, "/") + Prefix
}

// Mount hangs the routes on the app. The guards find out who is asking and, for
// who came by a cookie, check that a write comes from our own page.
func (f *Face) Mount(app *fiber.App, guards ...fiber.Handler) {
	app.Server().KeepHijackedConns = true // sockets live longer than their requests, see edge.TakeOver
	open := app.Group(Prefix, guards...)
	open.Get("/metadata", negotiate, f.metadata)
	open.Get(socketPath, f.webSocket)
	open.Get("/.well-known/smart-configuration", f.smartConfiguration)
	f.mountBulk(open)
	open.Get("/Binary/:id", edge.Required, f.binary)

	g := app.Group(Prefix, edge.Required, negotiate)
	g.Post("/", f.bundle)
	f.mountOperations(g)
	g.Get("/", f.searchByURL)
	g.Post("/_search", f.searchByForm)
	f.mountAudit(g)
	g.Post("/:type/_search", f.searchByForm)
	g.Post("/Patient/:patient/_search", f.searchByForm)
	g.Post("/Patient/:patient/:member/_search", f.searchByForm)
	g.Get("/_history", f.one)
	g.Get("/:type/_history", f.one)
	g.Get("/:type/:id/_history/:version", f.one)
	g.Get("/:type/:id/_history", f.one)
	g.Get("/Patient/:patient/:member", f.searchByURL)
	g.Get("/:type/:id", f.one)
	g.Put("/:type/:id", f.write)
	g.Patch("/:type/:id", f.write)
	g.Delete("/:type/:id", f.write)
	g.Post("/:type", f.write)
	g.Put("/:type", f.write) // these three by criteria
	g.Patch("/:type", f.write)
	g.Delete("/:type", f.write)
	g.Get("/:type", f.searchByURL)
}
