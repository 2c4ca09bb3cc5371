package edge

import (
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/db"
	"housecall/internal/fault"
)

// Problem is an error as JSON faces write it: problem details (RFC 9457) with
// our short id, a machine word, and details of what is wrong where.
type Problem struct {
	Type   string          `json:"type" doc:"URN of the code"`
	Title  string          `json:"title" doc:"What kind of problem it is, in the reader's language"`
	Status int             `json:"status"`
	Detail string          `json:"detail" doc:"What to tell the reader and what they can do"`
	ID     string          `json:"id" doc:"Short id that the log holds as well"`
	Code   string          `json:"code" doc:"Machine word, for example signed_out, csrf, step_up, not_found"`
	Errors []ProblemDetail `json:"errors,omitempty"`
}

// ProblemDetail is one thing that is wrong in what was sent.
type ProblemDetail struct {
	Location string `json:"location,omitempty"`
	Message  string `json:"message"`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus and ContentType are what huma asks of an error.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType turns JSON into application/problem+json.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// retrier is an error that knows when trying again makes sense.
type retrier interface {
	error
	RetryAfter() time.Duration
}

// words are the kind's status and its generic sentences.
type words struct {
	status                           int
	title, titulo, detail, explicado string
}

var kinds = map[fault.Kind]words{
	fault.Internal: {500, "Something went wrong", "Algo salió mal",
		"Something went wrong on our side. Please try again.", "Algo salió mal de nuestro lado. Inténtelo de nuevo."},
	fault.Invalid: {400, "That cannot be used", "Eso no se puede usar",
		"Something in what was sent is not right. Please check it.", "Algo de lo enviado no es correcto. Por favor, revíselo."},
	fault.Unauthenticated: {401, "Please sign in", "Inicie sesión",
		"You are signed out. Please sign in again.", "Su sesión está cerrada. Inicie sesión de nuevo."},
	fault.Forbidden: {403, "Not allowed", "No permitido",
		"This account may not do that.", "Esta cuenta no puede hacer eso."},
	fault.NotFound: {404, "Not found", "No encontrado",
		"There is nothing here. It may have been moved, or the link may be wrong.", "Aquí no hay nada. Puede que se haya movido o que el enlace sea incorrecto."},
	fault.Conflict: {409, "Changed meanwhile", "Cambió mientras tanto",
		"This was changed by somebody else meanwhile. Please look again.", "Otra persona cambió esto mientras tanto. Vuelva a mirarlo."},
	fault.PreconditionFailed: {412, "Changed meanwhile", "Cambió mientras tanto",
		"This was changed by somebody else meanwhile. Please look again.", "Otra persona cambió esto mientras tanto. Vuelva a mirarlo."},
	fault.Gone: {410, "No longer there", "Ya no está",
		"This is no longer there.", "Esto ya no está."},
	fault.TooLarge: {413, "Too large", "Demasiado grande",
		"That is too large to be sent.", "Es demasiado grande para enviarlo."},
	fault.TooMany: {429, "Too many tries", "Demasiados intentos",
		"Too many requests came at once. Please wait a moment and try again.", "Llegaron demasiadas solicitudes a la vez. Espere un momento e inténtelo de nuevo."},
	fault.Unavailable: {503, "Not available right now", "No disponible por ahora",
		"This is not available right now. Please try again in a moment.", "Esto no está disponible por ahora. Inténtelo de nuevo en un momento."},
}

// codeStatuses: these are in good form, and not taken for what they hold (RFC 9110,
// section 15.5.21).
var codeStatuses = map[string]int{"infected": 422}

// statuses that Fiber and huma raise and that have no kind of their own.
var statusKinds = map[int]fault.Kind{
	400: fault.Invalid, 401: fault.Unauthenticated, 403: fault.Forbidden, 404: fault.NotFound, 405: fault.Invalid, 406: fault.Invalid,
	408: fault.Unavailable, 409: fault.Conflict, 410: fault.Gone, 411: fault.Invalid, 412: fault.PreconditionFailed, 413: fault.TooLarge,
	415: fault.Invalid, 421: fault.Invalid, 422: fault.Invalid, 426: fault.Invalid, 429: fault.TooMany, 431: fault.TooLarge, 503: fault.Unavailable,
}

// understand turns any error into a fault and its status.
func understand(err error) (*fault.Error, int) {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f, Status(f)
	}
	if fe, ok := errors.AsType[*fiber.Error](err); ok {
		kind, known := statusKinds[fe.Code]
		if !known {
			return fault.Of(err), 500
		}
		f := fault.New(kind, kinds[kind].detail) // Fiber's own text holds the path
		if fe.Code == fiber.StatusMethodNotAllowed {
			f = f.WithCode("method_not_allowed")
		}
		if fe.Code == fiber.StatusUnsupportedMediaType {
			f.Msg = fe.Message
		}
		return f, fe.Code
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || db.Outage(err) {
		return fault.Wrap(fault.Unavailable, kinds[fault.Unavailable].detail, err), 503
	}
	return fault.Of(err), 500
}

// Status is the HTTP status of a fault, for faces with an error shape of their own.
func Status(f *fault.Error) int {
	if status, ok := codeStatuses[f.Code]; ok {
		return status
	}
	return kinds[f.Kind].status
}

// NewProblem is the problem that an error becomes for this reader.
func NewProblem(c *fiber.Ctx, err error) *Problem {
	f, status := understand(err)
	return problem(c, f, status)
}

func problem(c *fiber.Ctx, f *fault.Error, status int) *Problem {
	w := kinds[f.Kind]
	code := f.Code
	if code == "" {
		code = f.Kind.String()
		if f.Kind == fault.Unauthenticated {
			code = "signed_out"
		}
	}
	p := &Problem{Type: "urn:housecall:problem:" + code, Title: w.title, Status: status, Detail: f.Msg, Code: code}
	if p.Detail == "" {
		p.Detail = w.detail
	}
	r := of(c)
	if r != nil {
		p.ID = r.id
	}
	if Locale(c) == "es" {
		p.Title, p.Detail = w.titulo, w.explicado
		if r != nil && r.edge.cfg.Spanish[f.Msg] != "" {
			p.Detail = r.edge.cfg.Spanish[f.Msg]
		}
	}
	for _, i := range f.Issues {
		p.Errors = append(p.Errors, ProblemDetail{Location: i.Expression, Message: i.Text})
	}
	return p
}

// Locale is the reader's language, "en" or "es": the account's choice, else what
// the browser prefers.
func Locale(c *fiber.Ctx) string {
	if r := of(c); r != nil && r.who.Locale != "" {
		return r.who.Locale
	}
	best, bestQ := "en", 0.0
	for i, part := range strings.SplitN(c.Get(fiber.HeaderAcceptLanguage), ",", 16) {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if s, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			q, _ = strconv.ParseFloat(s, 64)
		}
		lang, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if q -= float64(i) / 1e6; (lang == "en" || lang == "es") && q > bestQ {
			best, bestQ = lang, q
		}
	}
	return best
}

// writeError is the one place where an error becomes an answer.
func (e *edge) writeError(c *fiber.Ctx, err error) error {
	if of(c) == nil && errors.Is(err, fiber.ErrBadGateway) {
		err = fiber.ErrBadRequest // what Fiber makes of a connection that broke while a request was read
	}
	f, status := understand(err)
	e.report(c, f, status)
	retryAfter(c, err, status)
	id := ""
	if r := of(c); r != nil {
		id = r.id
	} else { // refused before any handler ran
		e.safeHeaders(c)
	}
	c.Status(status)
	for prefix, write := range e.cfg.Faces {
		if below(c.Path(), prefix) {
			return write(c, f, status, id)
		}
	}
	p := problem(c, f, status)
	if wantsPage(c) {
		return sendPage(c, p)
	}
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, p.ContentType(""))
	return c.Send(body)
}

func sendPage(c *fiber.Ctx, p *Problem) error {
	c.Type("html", "utf-8")
	return page.Execute(c.Response().BodyWriter(), map[string]any{"Lang": Locale(c), "P": p})
}

// report writes the cause of what is our fault to the log; a caller's mistakes
// are only worth a line when debugging.
func (e *edge) report(c *fiber.Ctx, f *fault.Error, status int) {
	level := slog.LevelDebug
	if status >= 500 {
		level = slog.LevelError
	}
	id := ""
	if r := of(c); r != nil {
		id, r.code = r.id, f.Code
	}
	e.log.LogAttrs(c.UserContext(), level, "request failed", slog.String("id", id), slog.String("kind", f.Kind.String()), slog.String("code", f.Code), slog.Any("cause", f.Err))
}

func retryAfter(c *fiber.Ctx, err error, status int) {
	if r, ok := errors.AsType[retrier](err); ok {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(max(1, int(math.Ceil(r.RetryAfter().Seconds())))))
	} else if status == fiber.StatusServiceUnavailable {
		c.Set(fiber.HeaderRetryAfter, "5")
	}
}

// wantsPage: somebody's browser navigates here, so they get a page to read.
func wantsPage(c *fiber.Ctx) bool {
	return c.Method() == fiber.MethodGet && !below(c.Path(), "/api") && strings.HasPrefix(c.Get(fiber.HeaderAccept), "text/html")
}

var page = template.Must(template.New("").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.P.Title}} - Housecall</title></head>
<body><main><h1>{{.P.Title}}</h1><p>{{.P.Detail}}</p><p><a href="/">Housecall</a></p><p><small>{{.P.ID}}</small></p></main></body></html>
`))
