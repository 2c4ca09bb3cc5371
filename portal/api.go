package portal

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
)

func get[I, O any](api huma.API, path, summary string, h func(context.Context, *I) (*O, error)) {
	route(api, http.MethodGet, path, summary, h)
}

// route registers one operation. Its id in the contract is made of method and path.
func route[I, O any](api huma.API, method, path, summary string, h func(context.Context, *I) (*O, error)) {
	id := strings.ToLower(method) + strings.NewReplacer("/{", "-by-", "}", "", "/", "-").Replace(path)
	huma.Register(api, huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, MaxBodyBytes: 256 << 10}, h)
}

// create registers an operation that makes something.
func create[I, O any](api huma.API, path, summary string, h func(context.Context, *I) (*O, error)) {
	id := "post" + strings.NewReplacer("/{", "-by-", "}", "", "/", "-").Replace(path)
	huma.Register(api, huma.Operation{OperationID: id, Method: http.MethodPost, Path: path, Summary: summary, MaxBodyBytes: 256 << 10, DefaultStatus: http.StatusCreated}, h)
}

// session is edge's way to the session of a cookie.
func (p *Portal) session(ctx context.Context, cookie string, from identity.From, active bool) (identity.Principal, error) {
	x, err := p.Identity.SessionFrom(ctx, cookie, from, active)
	return x.Principal, err
}

func (p *Portal) csrf(cookie, token string) bool {
	x, err := p.Identity.Session(context.Background(), cookie, false)
	return err == nil && p.Identity.CheckCSRF(x.Principal.Session, token)
}

type cookieKey struct{}

// keepCookie lets huma's handlers see the session cookie.
func keepCookie(ctx huma.Context, next func(huma.Context)) {
	next(huma.WithValue(ctx, cookieKey{}, edge.SessionCookie(humafiber.Unwrap(ctx))))
}

func cookieOf(ctx context.Context) string {
	c, _ := ctx.Value(cookieKey{}).(string)
	return c
}

// owner is somebody who acts on their own account: in Housecall's own pages,
// never through an app that they let in.
func owner(ctx context.Context) (identity.Principal, error) {
	who := edge.Who(ctx)
	if who.Scopes != nil || cookieOf(ctx) == "" {
		return who, fault.New(fault.Forbidden, "This can only be done in Housecall itself.").WithCode("session")
	}
	return who, nil
}

// people keeps systems out, but for those that may do everything: here nothing
// looks at scopes that begin with system/ and name a type or an action. Theirs is
// /fhir.
func people(c *fiber.Ctx) error {
	if who := edge.Principal(c); who.Kind == identity.System && (who.Bound() || !slices.Contains(who.Scopes, "system/*.cruds")) {
		return fault.New(fault.Forbidden, "This is for people. Systems use /fhir.").WithCode("role")
	}
	return c.Next()
}

// staff keeps patients and caregivers out of the clinic's lists. Each list still
// decides about each chart.
func staff(c *fiber.Ctx) error {
	if edge.Principal(c).Kind != identity.Staff {
		return fault.New(fault.Forbidden, "This is for the clinic's staff.").WithCode("role")
	}
	return c.Next()
}

// etagged gives reads of charts an ETag of what they say, and answers 304 to who
// has it. What is hidden is not in the answer, so it moves nothing. Opening a
// chart has an ETag of its own, which is known before the chart is read.
func etagged(keys *sitekey.Secret) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := c.Next(); err != nil {
			return err
		}
		res := c.Response()
		if c.Method() != fiber.MethodGet || res.StatusCode() != fiber.StatusOK || res.IsBodyStream() || len(res.Header.Peek(fiber.HeaderETag)) > 0 ||
			!strings.HasPrefix(c.Path(), "/api/v1/charts/") {
			return nil
		}
		m := hmac.New(sha256.New, keys.Now())
		m.Write([]byte(edge.Principal(c).Account + " " + c.OriginalURL() + " "))
		m.Write(res.Body())
		tag := `"` + base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:15]) + `"`
		c.Set(fiber.HeaderETag, tag)
		if holds(c.Get(fiber.HeaderIfNoneMatch), tag) {
			res.ResetBody()
			c.Status(fiber.StatusNotModified)
		}
		return nil
	}
}

// holds tells whether an If-None-Match names the tag (RFC 9110, section 13.1.2).
func holds(ifNoneMatch, tag string) bool {
	for _, t := range strings.Split(ifNoneMatch, ",") {
		if strings.TrimPrefix(strings.TrimSpace(t), "W/") == tag {
			return true
		}
	}
	return false
}

// list is one page of anything.
type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"Cursor of the next page"`
}

func some[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

type body[T any] struct{ Body T }

type none struct{}

// Paging is how lists are asked for.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"4096"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200"`
}

// Words is what somebody looks for. It comes in a body: names, birth dates and
// words about health do not go into addresses, which others write down.
type Words struct {
	Words  string `json:"words" minLength:"1" maxLength:"200"`
	Cursor string `json:"cursor,omitempty" maxLength:"4096"`
	Limit  int    `json:"limit,omitempty" minimum:"1" maximum:"200"`
}

func (w Words) paging() Paging { return Paging{w.Cursor, w.Limit} }

func orUnknown(v string) string {
	if v == "" {
		return "unknown"
	}
	return v
}
