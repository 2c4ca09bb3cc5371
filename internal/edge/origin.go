package edge

import (
	"net"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/fault"
)

// checkHost sends people who came by another name, or without TLS, to the one name of
// this site: cookies, passkeys and the OpenID issuer are bound to it. A bearer token is
// bound to no name. What programs call is refused instead: one that is sent on would go
// on showing what it has to everybody on the way, and nobody would notice.
func (e *edge) checkHost(c *fiber.Ctx) error {
	base := e.cfg.BaseURL
	right := strings.EqualFold(string(c.Context().Host()), base.Host)
	open := base.Scheme == "https" && e.cameBy(c) == "http"
	if !open && (right || bearer(c) != "") {
		return c.Next()
	}
	if (c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead) && (!open || bearer(c) == "" && forPeople(c.Path())) {
		target := c.OriginalURL()
		if !strings.HasPrefix(target, "/") {
			target = "/"
		}
		return c.Redirect(e.origin+target, fiber.StatusPermanentRedirect)
	}
	return fiber.NewError(fiber.StatusMisdirectedRequest)
}

// forPeople tells whether somebody may have typed the address, or come by a link.
func forPeople(path string) bool {
	for _, prefix := range []string{"/api", "/fhir", "/mobile", "/cds-services", "/live", "/.well-known"} {
		if below(path, prefix) {
			return false
		}
	}
	if below(path, "/oidc") { // where a browser goes of itself
		return below(path, "/oidc/authorize") || below(path, "/oidc/end_session")
	}
	return !strings.HasPrefix(path, "/visits/")
}

// share answers the questions that browsers ask before a page of another origin
// may use a face (Fetch standard, section 3.2). No credentials go along: such a
// page brings its own token.
func (e *edge) share(c *fiber.Ctx) error {
	if c.Get(fiber.HeaderOrigin) == "" || !slices.ContainsFunc(e.cfg.Readable, func(prefix string) bool { return below(c.Path(), prefix) }) {
		return c.Next()
	}
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if c.Method() == fiber.MethodOptions && c.Get(fiber.HeaderAccessControlRequestMethod) != "" {
		c.Set(fiber.HeaderAccessControlAllowMethods, "GET, POST, PUT, PATCH, DELETE")
		c.Set(fiber.HeaderAccessControlAllowHeaders, "Authorization, Content-Type, Accept, If-Match, If-None-Match, If-None-Exist, If-Modified-Since, If-Range, Prefer, Range, "+PurposeHeader)
		c.Set(fiber.HeaderAccessControlMaxAge, "3600")
		return c.SendStatus(fiber.StatusNoContent)
	}
	c.Set(fiber.HeaderAccessControlExposeHeaders, "Accept-Ranges, Content-Disposition, Content-Range, ETag, Location, Content-Location, Last-Modified, Retry-After")
	return c.Next()
}

// checkOrigin refuses what another site's page makes a browser send here: unsafe
// methods, and opening a WebSocket, which no other rule of the browser holds
// back. Requests without Origin and Sec-Fetch-Site come from no page.
func (e *edge) checkOrigin(c *fiber.Ctx) error {
	if safe(c.Method()) && !upgrade(c) {
		return c.Next()
	}
	for _, prefix := range e.cfg.CrossOrigin {
		if below(c.Path(), prefix) {
			return c.Next()
		}
	}
	origin, site := c.Get(fiber.HeaderOrigin), c.Get("Sec-Fetch-Site")
	if origin == "" && (site == "" || site == "same-origin" || site == "none") || strings.EqualFold(origin, e.origin) {
		return c.Next()
	}
	return fault.New(fault.Forbidden, "This request came from another site.").WithCode("origin")
}

func safe(method string) bool {
	return method == fiber.MethodGet || method == fiber.MethodHead || method == fiber.MethodOptions
}

func upgrade(c *fiber.Ctx) bool { return strings.EqualFold(c.Get(fiber.HeaderUpgrade), "websocket") }

// loopbackOnly hides a route from the network. A proxy on this machine calls from
// loopback as well, so nothing that was forwarded or has another host name passes.
func (e *edge) loopbackOnly(c *fiber.Ctx) error {
	host := string(c.Context().Host())
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	local := host == "localhost" || ip != nil && ip.IsLoopback()
	forwarded := c.Get(fiber.HeaderXForwardedFor) + c.Get("Forwarded") + c.Get("X-Real-Ip")
	if !local || forwarded != "" || !c.Context().RemoteIP().IsLoopback() {
		return fiber.ErrNotFound
	}
	return c.Next()
}
