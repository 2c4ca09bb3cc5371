package edge

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Refusal is an answer that may be a try to get around the rules, for the audit, which
// lies above this package: 401 and 403, 429 and what else is beyond a limit, and input
// that breaks a rule. What of it is kept is decided there.
type Refusal struct {
	Who    identity.Principal // Anonymous when nobody was known; with request id and address
	Method string
	Route  string // the pattern, never what was asked
	Status int
	Code   string // of the fault: signed_out, step_up, csrf, ..; may be empty
}

var refusing = map[int]bool{
	fiber.StatusBadRequest: true, fiber.StatusUnauthorized: true, fiber.StatusForbidden: true, fiber.StatusRequestEntityTooLarge: true, fiber.StatusUnsupportedMediaType: true,
	fiber.StatusMisdirectedRequest: true, fiber.StatusUnprocessableEntity: true, fiber.StatusTooManyRequests: true, fiber.StatusRequestHeaderFieldsTooLarge: true,
}

const refusalTime = 5 * time.Second

func (e *edge) tellRefused(c *fiber.Ctx, r *request, route string, status int) {
	if e.cfg.Refused == nil || !refusing[status] {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.UserContext()), refusalTime)
	defer cancel()
	e.cfg.Refused(ctx, Refusal{Who: r.principal(), Method: c.Method(), Route: route, Status: status, Code: r.code})
}

// PurposeHeader names for what the record is used, a code of v3-PurposeOfUse. It
// is kept with every row of the audit that the request leaves.
const PurposeHeader = "X-Purpose-Of-Use"

var errPurpose = fault.New(fault.Invalid, "This purpose of use is not known, or it is not one for this account.").WithCode("purpose")

// setPurpose takes the purpose that the request names. One that does not fit is
// refused: it would be kept as something it is not.
func (r *request) setPurpose(c *fiber.Ctx) error {
	p := c.Get(PurposeHeader)
	if p == "" {
		return nil
	}
	if !r.who.MayName(p) {
		return errPurpose
	}
	r.who.Purpose = p
	return nil
}
