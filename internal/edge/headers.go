package edge

import (
	"crypto/rand"
	"encoding/base64"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// A page may use the camera and microphone of a visit, nothing else.
const permissions = "accelerometer=(), autoplay=(self), browsing-topics=(), camera=(self), display-capture=(self), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(self), midi=(), payment=(), publickey-credentials-create=(self), publickey-credentials-get=(self), serial=(), usb=()"

// safeHeaders sets what every answer has. Answers are not stored anywhere and
// may load nothing; the handlers of the web client loosen both for its files
// (CacheFor, Page).
func (e *edge) safeHeaders(c *fiber.Ctx) {
	h := &c.Response().Header
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	h.Set(fiber.HeaderPermissionsPolicy, permissions)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set(fiber.HeaderXFrameOptions, "DENY")
	h.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
	h.Set(fiber.HeaderCacheControl, "no-store")
	if e.cfg.BaseURL.Scheme == "https" {
		h.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000; includeSubDomains")
	}
}

// Page lets this answer be the web client: its own scripts, styles with the
// returned nonce, and talk with this site only.
func Page(c *fiber.Ctx) (nonce string) {
	var b [16]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
	nonce = base64.StdEncoding.EncodeToString(b[:])
	ws := ""
	if r := of(c); r != nil {
		ws = " ws" + strings.TrimPrefix(r.edge.origin, "http") // http -> ws, https -> wss; Safari needs it spelled out
	}
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-"+nonce+"'; style-src-attr 'unsafe-inline'; "+
		"img-src 'self' data: blob:; font-src 'self'; media-src 'self' blob:; connect-src 'self'"+ws+"; manifest-src 'self'; worker-src 'self'; "+
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderCacheControl, "no-cache")
	return nonce
}

// CacheForever marks a file whose name changes with its content. Only the web
// client's own files may be marked.
func CacheForever(c *fiber.Ctx) {
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
}

const compressFrom = 1024

var packed = fasthttp.CompressHandlerBrotliLevel(func(*fasthttp.RequestCtx) {}, 3, 4)

// compress packs what is text and complete. Streams are left alone, so that what
// is written leaves at once.
func (e *edge) compress(c *fiber.Ctx) error {
	if err := c.Next(); err != nil {
		return err
	}
	res := c.Response()
	if res.IsBodyStream() || len(res.Body()) < compressFrom || len(res.Header.ContentEncoding()) > 0 || c.Method() == fiber.MethodHead || !textual(string(res.Header.ContentType())) {
		return nil
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	packed(c.Context())
	return nil
}

func textual(contentType string) bool {
	t, _, _ := strings.Cut(contentType, ";")
	return strings.HasPrefix(t, "text/") && t != "text/event-stream" || strings.HasSuffix(t, "json") || strings.HasSuffix(t, "xml") || t == "application/javascript" || t == "image/svg+xml"
}
