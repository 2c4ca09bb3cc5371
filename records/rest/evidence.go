package rest

import (
	"mime"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/records"
)

// evidencePath is where the document of a request for access is sent to.
const evidencePath, evidenceEnd = "/api/v1/me/requests/", "/evidence"

// isEvidence tells whether the body of a request is such a document.
func isEvidence(method, path string) bool {
	return method == http.MethodPut && strings.HasPrefix(path, evidencePath) && strings.HasSuffix(path, evidenceEnd)
}

// PutEvidence keeps the document of somebody's own request for access: the whole
// content is the body, its name comes in Content-Disposition (RFC 6266). The
// parameter of the route is id.
func PutEvidence(store *records.Store) fiber.Handler {
	return func(c *fiber.Ctx) error {
		who := edge.Principal(c)
		if edge.SessionCookie(c) == "" || who.Scopes != nil {
			return fault.New(fault.Forbidden, "This can only be done in Housecall itself.").WithCode("session")
		}
		name := ""
		if _, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentDisposition)); err == nil {
			name = params["filename"]
		}
		err := store.KeepEvidence(c.UserContext(), who, strings.Clone(c.Params("id")), records.BinaryIn{
			Title: strings.Clone(name), ContentType: strings.Clone(c.Get(fiber.HeaderContentType)), Content: c.Body(),
		})
		if err != nil {
			return err
		}
		return c.SendStatus(http.StatusNoContent)
	}
}

// GetEvidence hands the document over to staff who work on the request.
func GetEvidence(store *records.Store) fiber.Handler {
	return func(c *fiber.Ctx) error {
		f, err := store.Evidence(c.UserContext(), edge.Principal(c), strings.Clone(c.Params("id")))
		if err != nil {
			return err
		}
		return sendContent(c, f)
	}
}
