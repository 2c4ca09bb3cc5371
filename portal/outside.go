package portal

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
)

// mountOutside hangs where outside issuers tell that somebody signed out there. An
// issuer that signs many people out at once comes from one address, so its bound is
// wider than that of a browser; it stands before that of the other steps.
func (p *Portal) mountOutside(app *fiber.App) {
	app.Post("/auth/backchannel-logout/:issuer", edge.NewLimiter(100, 1000, p.Now).Handler, p.outsideLogout)
}

// outsideLogout answers as OpenID Connect Back-Channel Logout 1.0 section 2.8 says.
// The token comes in the body only: addresses are written into logs.
func (p *Portal) outsideLogout(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	err := p.Login.OutsideLogout(c.UserContext(), c.Params("issuer"), string(c.Request().PostArgs().Peek("logout_token")))
	if f := fault.Of(err); err != nil && f.Kind == fault.Invalid {
		return c.Status(fiber.StatusBadRequest).JSON(map[string]string{"error": "invalid_request", "error_description": f.Msg})
	}
	return err
}

// unlinkOutside takes away a way to sign in.
func (p *Portal) unlinkOutside(ctx context.Context, in *ByID) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Login.Unlink(ctx, who, in.ID)
}
