package rest

import (
	"bytes"
	"encoding/json"
	"mime"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/fault"
)

// JSON is the media type of FHIR in JSON.
const JSON = "application/fhir+json"

// jsonPatch is the media type of JSON Patch (RFC 6902, section 6).
const jsonPatch = "application/json-patch+json"

var formats = map[string]bool{"json": true, "application/json": true, "text/json": true, JSON: true, "application/fhir json": true}

// negotiate refuses answers that this face cannot write (R4 3.1.0.1.11). A
// browser that asks for a page gets JSON.
func negotiate(c *fiber.Ctx) error {
	if err := acceptable(c); err != nil {
		return err
	}
	if err := c.Next(); err != nil {
		return err
	}
	return pretty(c)
}

// pretty indents the answer when the reader wants to look at it (R4 3.1.0.1.9).
func pretty(c *fiber.Ctx) error {
	if c.Query("_pretty") != "true" || !strings.HasPrefix(string(c.Response().Header.ContentType()), JSON) || c.Response().IsBodyStream() {
		return nil
	}
	var b bytes.Buffer
	if err := json.Indent(&b, c.Response().Body(), "", "  "); err != nil {
		return nil // an answer without a body
	}
	c.Response().SetBodyRaw(b.Bytes())
	return nil
}

func acceptable(c *fiber.Ctx) error {
	if f := c.Query("_format"); f != "" {
		kind, _, _ := strings.Cut(f, ";")
		if formats[strings.TrimSpace(kind)] {
			return nil
		}
		return fiber.ErrNotAcceptable
	}
	accept := c.Get(fiber.HeaderAccept)
	if accept == "" {
		return nil
	}
	for _, part := range strings.Split(accept, ",") {
		kind, params, _ := strings.Cut(part, ";")
		if strings.Contains(strings.ReplaceAll(params, " ", ""), "q=0;") || strings.HasSuffix(strings.ReplaceAll(params, " ", ""), "q=0") {
			continue
		}
		switch kind = strings.ToLower(strings.TrimSpace(kind)); {
		case !r4(params):
		case formats[kind], kind == "*/*", kind == "application/*", kind == "text/html":
			return nil
		}
	}
	return fiber.ErrNotAcceptable
}

// r4 tells whether the parameters of a media type ask for another version of FHIR
// than the one that is spoken here (R4 2.46.1).
func r4(params string) bool {
	for _, p := range strings.Split(params, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if strings.EqualFold(name, "fhirVersion") && strings.Trim(value, `"`) != "4.0" {
			return false
		}
	}
	return true
}

// patchBody refuses what is not JSON Patch.
func patchBody(c *fiber.Ctx) error {
	if kind, _, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType)); err != nil || kind != jsonPatch {
		return fiber.NewError(fiber.StatusUnsupportedMediaType, "Please send a JSON Patch as "+jsonPatch+". FHIRPath Patch and XML Patch are not supported.")
	}
	return nil
}

// jsonBody refuses bodies in another format.
func jsonBody(c *fiber.Ctx) error {
	kind, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || !formats[kind] || params["fhirversion"] != "" && params["fhirversion"] != "4.0" {
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
