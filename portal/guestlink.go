package portal

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
	"housecall/telehealth"
)

// mountGuestLinks hangs invitations to one visit by a link, without an account.
func (p *Portal) mountGuestLinks(api huma.API) {
	const links = "/charts/{patient}/visits/{id}/guest-links"
	get(api, links, "Who is invited to one visit by a link, without an account", p.guestLinks)
	create(api, links, "Invite somebody by a link", p.makeGuestLink)
	create(api, links+"/{guest}", "Make a new link of an invitation; the one before ends", p.renewGuestLink)
	route(api, http.MethodDelete, links+"/{guest}", "Take an invitation back at once", p.dropGuestLink)
}

// GuestLink is an invitation by a link. What the link is, only who made it was shown.
type GuestLink struct {
	ID        string     `json:"id"`
	Name      string     `json:"name" doc:"Empty: they say it themselves when they open the link"`
	Relation  string     `json:"relation,omitempty"`
	Role      string     `json:"role" enum:"guest,interpreter"`
	SelfNamed bool       `json:"selfNamed,omitempty" doc:"Who they are they said themselves"`
	State     string     `json:"state" enum:"invited,opened,removed,ended"`
	Until     *time.Time `json:"until,omitempty" doc:"When the link ends by itself"`
}

// GuestLinkMade is a new link.
type GuestLinkMade struct {
	GuestLink
	Link HandedLink `json:"link"`
}

func guestLinkOf(g telehealth.GuestLink) GuestLink {
	out := GuestLink{ID: g.ID, Name: g.Name, Relation: g.Relation, Role: g.Role, SelfNamed: g.SelfNamed, State: "invited"}
	switch {
	case g.Ended:
		out.State = "ended"
		return out
	case g.State == telehealth.SeatRemoved:
		out.State = "removed"
	case g.Opened:
		out.State = "opened"
	}
	out.Until = &g.Until
	return out
}

func (p *Portal) guestLinks(ctx context.Context, in *OfVisit) (*body[list[GuestLink]], error) {
	found, err := p.Visits.GuestLinks(ctx, edge.Who(ctx), in.Patient, in.ID)
	items := []GuestLink{}
	for _, g := range found {
		items = append(items, guestLinkOf(g))
	}
	return &body[list[GuestLink]]{list[GuestLink]{Items: items}}, err
}

type guestLinkIn struct {
	OfVisit
	Body struct {
		Name     string `json:"name,omitempty" maxLength:"320"`
		Relation string `json:"relation,omitempty" maxLength:"240" doc:"What they are to the patient"`
		Role     string `json:"role,omitempty" enum:"guest,interpreter"`
	}
}

func (p *Portal) makeGuestLink(ctx context.Context, in *guestLinkIn) (*body[GuestLinkMade], error) {
	who, err := p.recent(ctx)
	if err != nil {
		return nil, err
	}
	return guestLinkMade(p.Visits.InviteByLink(ctx, who, in.Patient, in.ID, telehealth.GuestIn{Name: in.Body.Name, Relation: in.Body.Relation, Role: in.Body.Role}))
}

type oneGuestIn struct {
	OfVisit
	Guest string `path:"guest" maxLength:"64"`
}

func (p *Portal) renewGuestLink(ctx context.Context, in *oneGuestIn) (*body[GuestLinkMade], error) {
	who, err := p.recent(ctx)
	if err != nil {
		return nil, err
	}
	return guestLinkMade(p.Visits.RenewGuestLink(ctx, who, in.Patient, in.ID, in.Guest))
}

func guestLinkMade(made telehealth.GuestLink, url string, err error) (*body[GuestLinkMade], error) {
	if err != nil {
		return nil, err
	}
	link, err := handed(url)
	if err != nil {
		return nil, err
	}
	return &body[GuestLinkMade]{GuestLinkMade{guestLinkOf(made), *link}}, nil
}

// dropGuestLink needs no new proof: taking back is made easy.
func (p *Portal) dropGuestLink(ctx context.Context, in *oneGuestIn) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Visits.DropGuestLink(ctx, who, in.Patient, in.ID, in.Guest)
}
