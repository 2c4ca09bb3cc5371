package rest

import (
	"mime"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/fault"
)

// JSON is the media type of FHIR in JSON.
const JSON = "application/fhir+json"

var formats = map[string]bool{"json": true, "application/json": true, "text/json": true, JSON: true, "application/fhir json": true}

// negotiate refuses answers that this face cannot write (R4 3.1.0.1.11). A
// browser that asks for a page gets JSON.
func negotiate(c *fiber.Ctx) error {
	if f := c.Query("_format"); f != "" {
		kind, _, _ := strings.Cut(f, ";")
		if formats[strings.TrimSpace(kind)] {
			return c.Next()
		}
		return fiber.ErrNotAcceptable
	}
	accept := c.Get(fiber.HeaderAccept)
	if accept == "" {
		return c.Next()
	}
	for _, part := range strings.Split(accept, ",") {
		kind, params, _ := strings.Cut(part, ";")
		if strings.Contains(strings.ReplaceAll(params, " ", ""), "q=0;") || strings.HasSuffix(strings.ReplaceAll(params, " ", ""), "q=0") {
			continue
		}
		switch kind = strings.ToLower(strings.TrimSpace(kind)); {
		case formats[kind], kind == "*/*", kind == "application/*", kind == "text/html":
			return c.Next()
		}
	}
	return fiber.ErrNotAcceptable
}

// jsonBody refuses bodies in another format.
func jsonBody(c *fiber.Ctx) error {
	kind, _, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || !formats[kind] {
		return fiber.NewError(fiber.StatusUnsupportedMediaType, "Please send the body as "+JSON+".")
	}
	return nil
}

// prefer is the Prefer header (RFC 7240, R4 3.1.0.1.7 and 3.1.1.3).
type prefer struct {
	result string // minimal, representation or OperationOutcome; "": not said
	strict bool
}

func preferOf(header string) prefer {
	var p prefer
	for _, part := range strings.FieldsFunc(header, func(r rune) bool { return r == ',' || r == ';' }) {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch value = strings.Trim(value, `"`); {
		case name == "return" && (value == "minimal" || value == "representation" || value == "OperationOutcome"):
			p.result = value
		case name == "handling":
			p.strict = value == "strict"
		}
	}
	return p
}

func etag(version int64) string { return `W/"` + strconv.FormatInt(version, 10) + `"` }

// versionOf reads the version of an If-Match header or a bundle's ifMatch; 0
// when there is none.
func versionOf(header string) (int64, error) {
	if header == "" {
		return 0, nil
	}
	v := strings.TrimPrefix(strings.TrimSpace(header), "W/")
	n, err := strconv.ParseInt(strings.Trim(v, `"`), 10, 64)
	if err != nil || n < 1 || !strings.HasPrefix(v, `"`) {
		return 0, fault.New(fault.PreconditionFailed, "If-Match must name one version, as W/\"3\".")
	}
	return n, nil
}

// unchanged tells whether a reader who has the version may keep it (RFC 9110,
// section 13.1.2 and 13.1.3).
func unchanged(ifNoneMatch, ifModifiedSince string, version int64, modified time.Time) bool {
	if ifNoneMatch != "" {
		for _, t := range strings.Split(ifNoneMatch, ",") {
			t = strings.TrimPrefix(strings.TrimSpace(t), "W/")
			if t == "*" || t == `"`+strconv.FormatInt(version, 10)+`"` {
				return true
			}
		}
		return false
	}
	since, err := time.Parse(time.RFC1123, ifModifiedSince)
	return err == nil && !modified.Truncate(time.Second).After(since)
}
