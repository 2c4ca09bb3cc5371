package edge

import (
	"encoding/json"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/fault"
)

// OAuthError writes what is refused before the OpenID provider sees it, in the
// form that clients of OAuth read (RFC 6749, section 5.2). The words for "later"
// and "our fault" are those of its section 4.1.2.1. A browser that navigates gets
// a page. Apps in browsers may read it whatever their origin: it is nobody's.
func OAuthError(c *fiber.Ctx, f *fault.Error, status int, _ string) error {
	p := problem(c, f, status)
	if wantsPage(c) {
		return sendPage(c, p)
	}
	word := "invalid_request"
	switch {
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		word = "temporarily_unavailable"
	case status >= 500:
		word = "server_error"
	}
	body, err := json.Marshal(map[string]string{"error": word, "error_description": p.Detail})
	if err != nil {
		return err
	}
	if c.Get(fiber.HeaderOrigin) != "" {
		c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
		c.Set(fiber.HeaderAccessControlExposeHeaders, fiber.HeaderRetryAfter)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(body)
}
