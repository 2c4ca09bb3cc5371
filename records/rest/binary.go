package rest

import (
	"encoding/base64"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/records"
	"housecall/records/fhir"
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
	if isEvidence(method, path) {
		return records.MaxEvidence
	}
	if method == http.MethodPut && (strings.HasPrefix(path, "/api/v1/charts/") || strings.HasPrefix(path, "/api/join/")) && strings.Contains(path, "/chat/images/") {
		return records.MaxPicture
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

// GetBinary hands a file over, whole or in parts.
func GetBinary(store *records.Store) fiber.Handler {
	return func(c *fiber.Ctx) error {
		f, err := store.ReadBinary(c.UserContext(), edge.Principal(c), strings.Clone(c.Params("patient")), strings.Clone(c.Params("id")))
		if err != nil {
			return err
		}
		return sendContent(c, f)
	}
}

// SaveBinary is GetBinary to keep: for who has just shown that it is them.
func SaveBinary(store *records.Store, now func() time.Time) fiber.Handler {
	return func(c *fiber.Ctx) error {
		who := edge.Principal(c)
		f, err := store.ReadBinary(c.UserContext(), who, strings.Clone(c.Params("patient")), strings.Clone(c.Params("id")))
		if err != nil {
			return err
		}
		if err := who.RequireRecent(now()); err != nil {
			_ = f.Close()
			return err
		}
		if err := sendContent(c, f); err != nil {
			return err
		}
		c.Set(fiber.HeaderContentDisposition, disposition(false, f.Title))
		return nil
	}
}

// GetThumbnail hands a small picture of a file over. It is decided on as the file
// itself is, each time.
func GetThumbnail(store *records.Store) fiber.Handler {
	return func(c *fiber.Ctx) error {
		f, err := store.ReadBinary(c.UserContext(), edge.Principal(c), strings.Clone(c.Params("patient")), strings.Clone(c.Params("id")))
		if err != nil {
			return err
		}
		return SendThumbnail(c, f)
	}
}

// SendContent hands a file over that another face opened, whole or in parts.
func SendContent(c *fiber.Ctx, f *records.Content) error { return sendContent(c, f) }

// SendThumbnail hands a small picture of a file over, and closes it.
func SendThumbnail(c *fiber.Ctx, f *records.Content) error {
	defer func() { _ = f.Close() }()
	tag := `"` + base64.RawURLEncoding.EncodeToString(f.SHA256[:12]) + `-small"`
	c.Set(fiber.HeaderETag, tag)
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	if c.Get(fiber.HeaderIfNoneMatch) == tag {
		return c.SendStatus(http.StatusNotModified)
	}
	b, err := records.Thumbnail(c.UserContext(), f.ContentType, f)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentType, "image/jpeg")
	return c.Send(b)
}

// binary answers a read of a Binary that does not ask for it as a FHIR resource
// with its content (R4 2.43.4). Everything else goes the way of all types.
func (f *Face) binary(c *fiber.Ctx) error {
	c.Vary(fiber.HeaderAccept)
	if !fhir.ValidID(c.Params("id")) || asResource(c) {
		return c.Next()
	}
	content, err := f.store.ReadContent(c.UserContext(), edge.Principal(c), strings.Clone(c.Params("id")))
	if err != nil {
		return err
	}
	return sendContent(c, content)
}

// asResource: only who names a format of FHIR gets the content wrapped in one.
func asResource(c *fiber.Ctx) bool {
	for _, p := range []string{"_format", "_summary", "_elements"} {
		if c.Query(p) != "" {
			return true
		}
	}
	for part := range strings.SplitSeq(c.Get(fiber.HeaderAccept), ",") {
		kind, _, _ := strings.Cut(part, ";")
		if kind = strings.ToLower(strings.TrimSpace(kind)); formats[kind] || kind == "application/fhir+xml" {
			return true
		}
	}
	return false
}
