package rest

import (
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"

	"housecall/internal/edge"
	"housecall/records"
)

// Attachment is a file as who sent it is told about it.
type Attachment struct {
	ID          string `json:"id"`
	ContentType string `json:"contentType"`
	Title       string `json:"title"`
	Size        int64  `json:"size"`
}

// UploadLimit is how large the body of a request may be that brings a file to a
// chart, by any face.
func UploadLimit(method, path string) int {
	for _, face := range []string{"/api/v1/charts/", "/mobile/v1/charts/"} {
		if method == http.MethodPut && strings.HasPrefix(path, face) && strings.Contains(path, "/binaries/") {
			return records.MaxBinary
		}
	}
	return 0
}

// PutBinary keeps a file that is to go along with a message: the whole content
// is the body. Its name comes in Content-Disposition (RFC 6266), not in the
// address. The parameters of the route are patient and id.
func PutBinary(store *records.Store) fiber.Handler {
	return func(c *fiber.Ctx) error {
		name := ""
		if _, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentDisposition)); err == nil {
			name = params["filename"]
		}
		b, err := store.SaveBinary(c.UserContext(), edge.Principal(c), strings.Clone(c.Params("patient")), records.BinaryIn{
			ID: strings.Clone(c.Params("id")), Title: strings.Clone(name), ContentType: strings.Clone(c.Get(fiber.HeaderContentType)), Content: c.Body(), // read until this returns
		})
		if err != nil {
			return err
		}
		return c.JSON(Attachment{ID: b.ID, ContentType: b.ContentType, Title: b.Title, Size: b.Size})
	}
}

// GetBinary hands a file over, whole or in parts. A browser may show it and run
// nothing in it.
func GetBinary(store *records.Store) fiber.Handler {
	return func(c *fiber.Ctx) error {
		f, err := store.ReadBinary(c.UserContext(), edge.Principal(c), strings.Clone(c.Params("patient")), strings.Clone(c.Params("id")))
		if err != nil {
			return err
		}
		defer f.Close()
		kind := "inline"
		if strings.HasPrefix(f.ContentType, "text/") {
			kind = "attachment"
		}
		disposition := mime.FormatMediaType(kind, map[string]string{"filename": f.Title})
		if f.Title == "" || disposition == "" {
			disposition = kind
		}
		err = adaptor.HTTPHandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", f.ContentType)
			http.ServeContent(w, r, "", time.Time{}, io.ReadSeeker(f))
		})(c)
		c.Set(fiber.HeaderContentDisposition, disposition)
		c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox")
		c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
		c.Set(fiber.HeaderCacheControl, "private, no-store")
		return err
	}
}
