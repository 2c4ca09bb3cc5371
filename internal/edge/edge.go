package edge

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/valyala/fasthttp"

	"housecall/internal/fault"
)

// Config is what an app is made from. BaseURL is the only thing that must be set.
type Config struct {
	// BaseURL is where people reach this site: scheme and host of every link,
	// cookie and origin check.
	BaseURL *url.URL
	// TrustedProxies are the addresses whose X-Forwarded-For and
	// X-Forwarded-Proto are believed. Everybody else's are ignored.
	TrustedProxies []netip.Prefix
	// BodyLimit bounds request bodies. BodyLimits widens it below a path prefix
	// for who has a token, Upload where it says so; 0: no more than others.
	BodyLimit  int
	BodyLimits map[string]int
	Upload     func(method, path string) int
	// Known tells whether a request that wants the wider limit is somebody's who
	// is signed in, before its body is read; nil: nobody's is.
	Known func(ctx context.Context, token string, cookie func(name string) string) bool
	// Guesses is how many wrong tokens and cookies one address may show; nil: two
	// a second, 200 at once.
	Guesses *Limiter
	// CrossOrigin are prefixes of faces that other origins may call because
	// cookies mean nothing there. Of these, Readable lets pages of any origin
	// read the answers (CORS), as apps in browsers need of FHIR.
	CrossOrigin []string
	Readable    []string
	// Faces write errors below a prefix in a shape of their own
	// (OperationOutcome on /fhir). Everything else gets problem details.
	Faces map[string]ErrorWriter
	// Spanish translates the fixed messages of faults. A message that is not in
	// it becomes the generic Spanish sentence of its kind, never English.
	Spanish map[string]string
	// Timeout bounds the context of a request; Fiber does not cancel it when the
	// client leaves.
	Timeout time.Duration
	// Ready says why this node should get no requests now.
	Ready func(context.Context) error
	// Refused is told of each answer that may be a try to get around the rules, before
	// it is sent (see Refusal); nil: nobody is.
	Refused func(context.Context, Refusal)
	Metrics *prometheus.Registry
	Log     *slog.Logger
}

// ErrorWriter writes one fault. status is the HTTP status that the fault has as
// a problem; id is the request id that the log holds as well.
type ErrorWriter func(c *fiber.Ctx, f *fault.Error, status int, id string) error

const (
	defaultBodyLimit = 1 << 20
	defaultTimeout   = 30 * time.Second
)

type edge struct {
	cfg     Config
	origin  string
	log     *slog.Logger
	metrics *metrics
	guesses *guesses
}

// New makes the app that every face hangs its routes on. Health, readiness and
// metrics answer at once; everything else passes the checks of this package
// first.
//
// Fiber matches app.Use("/x") by plain prefix, "/xyz" included: groups that
// guard something must be told apart by more than a prefix.
func New(cfg Config) (*fiber.App, error) {
	if cfg.BaseURL == nil || cfg.BaseURL.Host == "" {
		return nil, errors.New("edge: BaseURL is missing")
	}
	if cfg.BodyLimit == 0 {
		cfg.BodyLimit = defaultBodyLimit
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.Guesses == nil {
		cfg.Guesses = NewLimiter(2, 200, nil)
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Metrics == nil {
		cfg.Metrics = prometheus.NewRegistry()
	}
	e := &edge{cfg: cfg, origin: cfg.BaseURL.Scheme + "://" + cfg.BaseURL.Host, log: cfg.Log, metrics: newMetrics(cfg.Metrics), guesses: newGuesses(cfg.Guesses)}
	app := fiber.New(fiber.Config{
		AppName:                      "Housecall",
		CaseSensitive:                true,
		Immutable:                    true, // handlers hand values to caches and to other goroutines
		BodyLimit:                    cfg.BodyLimit,
		ReadTimeout:                  30 * time.Second,
		WriteTimeout:                 2 * time.Minute,
		IdleTimeout:                  2 * time.Minute,
		ReadBufferSize:               16 << 10, // the longest request head: authorize requests of apps are long
		DisableStartupMessage:        true,
		DisablePreParseMultipartForm: true,
		ErrorHandler:                 e.writeError,
	})
	app.Server().HeaderReceived = e.bodyLimitFor
	app.Use(e.around)
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok\n") })
	app.Get("/readyz", e.ready)
	app.Get("/metrics", e.loopbackOnly, e.metrics.handler(cfg.Metrics))
	app.Use(e.checkHost, checkText, e.share, e.checkOrigin, e.checkEncoding, e.compress)
	return app, nil
}

// bodyLimitFor widens the limit before the body is read. Whoever is not signed
// in gets no more memory than the ordinary limit.
func (e *edge) bodyLimitFor(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	if n := h.ContentLength(); n >= 0 && n <= e.cfg.BodyLimit || h.IsGet() || h.IsHead() || e.cfg.Known == nil {
		return fasthttp.RequestConfig{}
	}
	path, _, _ := strings.Cut(string(h.RequestURI()), "?")
	token, most := tokenOf(string(h.Peek(fiber.HeaderAuthorization))), 0
	if e.cfg.Upload != nil {
		most = e.cfg.Upload(string(h.Method()), path)
	}
	for prefix, n := range e.cfg.BodyLimits {
		if token != "" && below(path, prefix) {
			most = max(most, n)
		}
	}
	if most <= e.cfg.BodyLimit {
		return fasthttp.RequestConfig{}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	known := func() bool {
		return e.cfg.Known(ctx, token, func(name string) string { return string(h.Cookie(name)) })
	}
	if !e.guesses.upload(h, token, known) {
		return fasthttp.RequestConfig{}
	}
	return fasthttp.RequestConfig{MaxRequestBodySize: most, ReadTimeout: 2 * time.Minute}
}

func (e *edge) ready(c *fiber.Ctx) error {
	if e.cfg.Ready != nil {
		ctx, cancel := context.WithTimeout(c.UserContext(), 3*time.Second)
		defer cancel()
		if err := e.cfg.Ready(ctx); err != nil {
			return fault.Wrap(fault.Unavailable, "Housecall is not ready. Please try again in a moment.", err)
		}
	}
	return c.SendString("ready\n")
}

// checkText refuses addresses that stand for something other than text: a
// database takes neither NUL nor broken UTF-8, and nothing here has such a name.
func checkText(c *fiber.Ctx) error {
	target, err := url.PathUnescape(c.OriginalURL())
	if err == nil && (!utf8.ValidString(target) || strings.IndexByte(target, 0) >= 0) {
		return fiber.ErrBadRequest
	}
	return c.Next()
}

// checkEncoding refuses compressed request bodies: Fiber would unpack them
// without a bound.
func (e *edge) checkEncoding(c *fiber.Ctx) error {
	if enc := c.Get(fiber.HeaderContentEncoding); enc != "" && enc != "identity" {
		return fiber.NewError(fiber.StatusUnsupportedMediaType, "Please send the body without compression.")
	}
	return c.Next()
}

// below tells whether the path (or request target) is the prefix or lies under it.
func below(path, prefix string) bool {
	prefix = strings.TrimSuffix(prefix, "/")
	rest, ok := strings.CutPrefix(path, prefix)
	return ok && (rest == "" || rest[0] == '/' || rest[0] == '?')
}
