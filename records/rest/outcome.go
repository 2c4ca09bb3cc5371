package rest

import (
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/records/fhir"
)

// issueCodes are the codes of http://hl7.org/fhir/issue-type for kinds of faults.
var issueCodes = map[fault.Kind]string{
	fault.Internal: "exception", fault.Invalid: "invalid", fault.Unauthenticated: "login", fault.Forbidden: "forbidden",
	fault.NotFound: "not-found", fault.Conflict: "conflict", fault.PreconditionFailed: "conflict", fault.Gone: "deleted",
	fault.TooLarge: "too-long", fault.TooMany: "throttled", fault.Unavailable: "transient",
}

// WriteError writes a fault as an OperationOutcome. What was sent in good form
// and breaks a rule of the content is 422; what cannot be read is 400 (R4
// 3.1.0.8.1).
func WriteError(c *fiber.Ctx, f *fault.Error, status int, id string) error {
	status = statusOf(f, status)
	c.Status(status)
	c.Set(fiber.HeaderContentType, JSON+"; charset=utf-8")
	return c.Send(outcomeOf(f, status, id))
}

func statusOf(f *fault.Error, status int) int {
	if status != fiber.StatusBadRequest || f.Kind != fault.Invalid {
		return status
	}
	if f.Code == "patch" { // R4 3.1.0.8.1: a patch that cannot be applied
		return fiber.StatusUnprocessableEntity
	}
	if _, unread := errors.AsType[*fhir.SyntaxError](f); unread {
		return status // also where the place of the error is known
	}
	for _, i := range f.Issues {
		switch i.Code {
		case "required", "value", "invariant", "code-invalid", "business-rule", "structure":
			if i.Expression != "" {
				return fiber.StatusUnprocessableEntity
			}
		}
	}
	return status
}

// outcomeOf makes an OperationOutcome of a fault: one issue for each detail. The
// message is fit for a reader; the id leads to the cause in the log.
func outcomeOf(f *fault.Error, status int, id string) []byte {
	code := issueCodes[f.Kind]
	if status == fiber.StatusNotAcceptable || status == fiber.StatusUnsupportedMediaType || status == fiber.StatusMethodNotAllowed {
		code = "not-supported"
	}
	if f.Code == "scope" {
		code = "suppressed"
	}
	var issues []*fhir.Node
	for _, i := range f.Issues {
		ic, text := i.Code, i.Text
		if ic == "" {
			ic = code
		}
		if text == "" {
			text = f.Msg
		}
		issues = append(issues, issue("error", ic, text, i.Expression, id))
	}
	if len(issues) == 0 {
		issues = append(issues, issue("error", code, f.Msg, "", id))
	}
	return outcome(issues...)
}

func issue(severity, code, text, expression, id string) *fhir.Node {
	m := []fhir.Member{
		{Key: "severity", Value: fhir.String(severity)}, {Key: "code", Value: fhir.String(code)},
		{Key: "details", Value: fhir.Object(fhir.Member{Key: "text", Value: fhir.String(text)})},
	}
	if id != "" {
		m = append(m, fhir.Member{Key: "diagnostics", Value: fhir.String("id " + id)})
	}
	if expression != "" {
		m = append(m, fhir.Member{Key: "expression", Value: fhir.Array(fhir.String(expression))})
	}
	return fhir.Object(m...)
}

func outcome(issues ...*fhir.Node) []byte {
	n := fhir.Object(fhir.Member{Key: "resourceType", Value: fhir.String("OperationOutcome")}, fhir.Member{Key: "issue", Value: fhir.Array(issues...)})
	return n.Append(make([]byte, 0, 512))
}

// within moves the places of a fault into the entry of a bundle that caused it.
func within(err error, place string) error {
	f := fault.Of(err)
	moved := &fault.Error{Kind: f.Kind, Code: f.Code, Msg: f.Msg, Err: f.Err}
	for _, i := range f.Issues {
		_, rest, below := strings.Cut(i.Expression, ".")
		switch {
		case below:
			i.Expression = place + ".resource." + rest
		case i.Expression != "":
			i.Expression = place + ".resource"
		default:
			i.Expression = place
		}
		moved.Issues = append(moved.Issues, i)
	}
	if len(moved.Issues) == 0 {
		moved.Issues = []fault.Issue{{Code: issueCodes[f.Kind], Expression: place, Text: f.Msg}}
	}
	return moved
}

func invalid(code, expression, text string) error {
	return fault.New(fault.Invalid, text).WithIssues(fault.Issue{Code: code, Expression: expression, Text: text})
}

// failed turns any error into a fault with its status, for entries of a batch.
func failed(err error) (*fault.Error, int) {
	f := fault.Of(err)
	return f, statusOf(f, edge.Status(f))
}
