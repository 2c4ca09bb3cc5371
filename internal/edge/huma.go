package edge

import (
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"housecall/internal/fault"
)

var humaOnce sync.Once

// NewAPI makes a huma API below the prefix of the app. Its errors are problems
// of this package; handlers return faults. Its OpenAPI is at prefix/openapi.json.
func NewAPI(app *fiber.App, prefix, title, version string) huma.API {
	humaOnce.Do(func() { // huma knows only one error shape in a process
		huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
			return humaProblem(nil, status, msg, errs)
		}
		huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
			return humaProblem(ctx, status, msg, errs)
		}
	})
	cfg := huma.DefaultConfig(title, version)
	cfg.CreateHooks = nil // no $schema members in answers
	cfg.DocsPath, cfg.SchemasPath = "", ""
	cfg.Servers = []*huma.Server{{URL: prefix}}
	return humafiber.NewWithGroup(app, app.Group(prefix), cfg)
}

// humaProblem turns what huma found, or what a handler returned, into our shape.
func humaProblem(ctx huma.Context, status int, msg string, errs []error) huma.StatusError {
	kind, ok := statusKinds[status]
	if !ok {
		kind = fault.Internal
	}
	f := fault.New(kind, kinds[kind].detail)
	var cause error
	for _, err := range errs {
		if err == nil {
			continue
		}
		if d, ok := err.(huma.ErrorDetailer); ok {
			x := d.ErrorDetail() // its value is left out: it is what somebody typed
			f.Issues = append(f.Issues, fault.Issue{Expression: x.Location, Text: x.Message})
			continue
		}
		cause = err
	}
	if cause != nil {
		if handled, code := understand(cause); errors.As(cause, new(*fault.Error)) || status == http.StatusInternalServerError {
			f, status = handled, code
		} else {
			f.Err = cause
		}
	}
	if f.Kind == fault.Internal && f.Err == nil {
		f.Err = fmt.Errorf("%s", msg)
	}
	if ctx == nil {
		return &Problem{Type: "about:blank", Title: kinds[f.Kind].title, Status: status, Detail: f.Msg, Code: f.Kind.String()}
	}
	c := humafiber.Unwrap(ctx)
	if r := of(c); r != nil {
		r.edge.report(c, f, status)
	}
	retryAfter(c, cause, status)
	return problem(c, f, status)
}
