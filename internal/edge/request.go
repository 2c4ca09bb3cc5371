package edge

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"log/slog"
	"net/netip"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

// request is what this package knows about one request. It lies in the Locals,
// from where huma's contexts can reach it as well.
type request struct {
	edge     *edge
	id       string
	address  string
	who      identity.Principal
	byCookie bool
	cookie   string
	again    func(context.Context) (identity.Principal, error) // finds who anew; nil: nobody signed in
	code     string                                            // of the fault that was answered
}

type requestKey struct{}

type idKey struct{}

func of(c *fiber.Ctx) *request {
	r, _ := c.Locals(requestKey{}).(*request)
	return r
}

// RequestID is the short id of the request that a context belongs to; it stands
// in the log and in error answers. Empty outside requests.
func RequestID(ctx context.Context) string {
	if id, ok := ctx.Value(idKey{}).(string); ok {
		return id
	}
	if r, ok := ctx.Value(requestKey{}).(*request); ok && r != nil {
		return r.id
	}
	return ""
}

// Address is the network address of the client, as far as trusted proxies tell.
func Address(c *fiber.Ctx) string {
	if r := of(c); r != nil {
		return r.address
	}
	return ""
}

var base32Lower = base32.NewEncoding("abcdefghjkmnpqrstuvwxyz023456789").WithPadding(base32.NoPadding)

// newID makes ids that can be read out on the telephone. They are taken from
// nobody: an id sent by a client could carry anything into the log.
func newID() string {
	var b [5]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
	return base32Lower.EncodeToString(b[:])
}

// around is the outermost layer: it gives the request its id, address and
// deadline, catches panics, writes errors, and leaves one line in the log.
func (e *edge) around(c *fiber.Ctx) error {
	began := time.Now()
	r := &request{edge: e, id: newID(), address: e.addressOf(c)}
	c.Locals(requestKey{}, r)
	ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), idKey{}, r.id), e.cfg.Timeout)
	defer cancel()
	c.SetUserContext(ctx)
	e.safeHeaders(c)

	err := e.catch(c)
	if err != nil {
		err = e.writeError(c, err)
	}
	route, status := routeOf(c), c.Response().StatusCode()
	e.tellRefused(c, r, route, status)
	took := time.Since(began)
	e.metrics.observe(c.Method(), route, status, took)
	level := slog.LevelInfo
	if quiet(route) {
		level = slog.LevelDebug
	}
	if status >= 500 {
		level = slog.LevelWarn
	}
	e.log.LogAttrs(ctx, level, "request", slog.String("id", r.id), slog.String("method", c.Method()), slog.String("route", route),
		slog.Int("status", status), slog.Duration("took", took.Round(10*time.Microsecond)), slog.String("as", actor(r.who)))
	return err
}

func (e *edge) catch(c *fiber.Ctx) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		cause := errors.New("panic")
		if re, ok := p.(runtime.Error); ok { // other values may hold anything
			cause = re
		}
		e.log.Error("panic in a handler", "id", of(c).id, "route", routeOf(c), "cause", cause, "stack", string(debug.Stack()))
		err = fault.Of(cause)
	}()
	if err := checkFraming(c); err != nil {
		return err
	}
	return c.Next()
}

// routeOf is the pattern of the route that answered: ids never get into logs and
// metrics, and what somebody typed never becomes a label.
func routeOf(c *fiber.Ctx) string {
	r := c.Route()
	if r == nil || r.Path == "" || r.Path == "/" && c.Path() != "/" {
		return "unmatched"
	}
	return strings.Clone(r.Path)
}

func quiet(route string) bool {
	return route == "/healthz" || route == "/readyz" || route == "/metrics"
}

func actor(p identity.Principal) string {
	switch p.Kind {
	case identity.Person:
		return "person"
	case identity.Staff:
		return "staff"
	case identity.System:
		return "system"
	}
	return "nobody"
}

// addressOf walks X-Forwarded-For from the right, past our own proxies: what
// stands further left was written by whoever sent the request.
func (e *edge) addressOf(c *fiber.Ctx) string {
	addr, ok := netip.AddrFromSlice(c.Context().RemoteIP())
	if !ok {
		return ""
	}
	addr = addr.Unmap()
	if !e.trusted(addr) {
		return addr.String()
	}
	hops := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
		if !e.trusted(addr) {
			break
		}
	}
	return addr.String()
}

func (e *edge) trusted(addr netip.Addr) bool {
	for _, p := range e.cfg.TrustedProxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// cameBy is the scheme the client used: known with TLS of our own or from a
// trusted proxy, else empty.
func (e *edge) cameBy(c *fiber.Ctx) string {
	if c.Context().IsTLS() {
		return "https"
	}
	if addr, ok := netip.AddrFromSlice(c.Context().RemoteIP()); ok && e.trusted(addr.Unmap()) {
		proto, _, _ := strings.Cut(c.Get(fiber.HeaderXForwardedProto), ",")
		return strings.TrimSpace(proto)
	}
	return ""
}
