package portal

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// administration are the routes by which administrators change how the clinic works:
// settings, accounts of others, apps, what feeds and mails do. Some are shared with
// others, who are not asked for more there.
var administration = []string{
	"/api/v1/admin", "/api/v1/clinic/visits/licence", "/api/v1/clinic/visits/forms", "/api/v1/clinic/pools", "/api/v1/clinic/escalations",
	"/api/v1/clinic/invitations", "/api/v1/clinic/recoveries", "/api/v1/clinic/blocks",
}

func administers(path string) bool {
	for _, p := range administration {
		if path == p || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return false
}

// administrators asks administrators for more than their role on the pages of
// administration. Everybody else gets the answer that the route has for them.
func (p *Portal) administrators(c *fiber.Ctx) error {
	if who := edge.Principal(c); who.Is(identity.Admin) && administers(c.Path()) {
		if err := p.Identity.Administers(who); err != nil {
			return err
		}
	}
	return c.Next()
}

// inTeams gives as whom somebody changes a care team: an administrator as such where they are
// let in to administration, and elsewhere as who they are besides, which may be a doctor of
// the team. wall says then why it is not as an administrator.
func (p *Portal) inTeams(who identity.Principal) (as identity.Principal, wall error) {
	if !who.Is(identity.Admin) {
		return who, nil
	}
	if wall = p.Identity.Administers(who); wall != nil {
		who = who.Without(identity.Admin)
	}
	return who, wall
}

// orWall is what somebody is told who would have been let through as an administrator.
func orWall(err, wall error) error {
	if wall != nil && (fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden)) {
		return wall
	}
	return err
}

func (p *Portal) mountAdministration(api huma.API) {
	get(api, "/admin/sign-in", "How staff sign in", p.staffSignIn)
	route(api, http.MethodPut, "/admin/sign-in", "Choose how staff sign in", p.chooseStaffSignIn)
}

// StaffSignIn is how staff sign in.
type StaffSignIn struct {
	Passkeys  bool `json:"passkeys" doc:"Staff sign in with a passkey, and with nothing else"`
	Available bool `json:"available" doc:"Whether passkeys can be used at this address"`
	Own       bool `json:"own" doc:"Whether who asks has one"`
	Staff     int  `json:"staff" doc:"How many staff there are"`
	With      int  `json:"with" doc:"How many of them have a passkey"`
}

func (p *Portal) staffSignIn(ctx context.Context, _ *none) (*body[StaffSignIn], error) {
	s, err := p.Identity.StaffSignIn(ctx, edge.Who(ctx))
	return &body[StaffSignIn]{StaffSignIn(s)}, err
}

type staffSignInIn struct {
	Body struct {
		Passkeys bool `json:"passkeys"`
	}
}

func (p *Portal) chooseStaffSignIn(ctx context.Context, in *staffSignInIn) (*body[StaffSignIn], error) {
	if err := p.Identity.ChooseStaffPasskeys(ctx, edge.Who(ctx), in.Body.Passkeys); err != nil {
		return nil, err
	}
	return p.staffSignIn(ctx, nil)
}
