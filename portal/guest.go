package portal

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
)

// mountGuests hangs access that lives and dies with one visit: for the patient and
// the doctors and nurses of their care team.
func (p *Portal) mountGuests(api huma.API) {
	get(api, "/charts/{patient}/visits/{id}/guests", "Who was let to one visit, and who is invited", p.guests)
	create(api, "/charts/{patient}/visits/{id}/guests", "Invite somebody to one visit", p.inviteGuest)
	route(api, http.MethodDelete, "/charts/{patient}/visits/{id}/guests/{guest}", "Take that away at once", p.dropGuest)
}

// Guest is somebody who was let to one visit, or is invited to it.
type Guest struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Relation string    `json:"relation"`
	From     time.Time `json:"from" doc:"When the visit's doors open"`
	Until    time.Time `json:"until" doc:"When it is over at the latest"`
	State    string    `json:"state" enum:"invited,active,ended,revoked"`
}

func (p *Portal) guests(ctx context.Context, in *OfVisit) (*body[list[Guest]], error) {
	let, invited, err := p.Visits.Guests(ctx, edge.Who(ctx), in.Patient, in.ID)
	items := []Guest{}
	for _, o := range invited {
		items = append(items, Guest{o.ID, o.Name, o.Relation, o.Start, o.End, "invited"})
	}
	for _, g := range let {
		items = append(items, Guest{g.ID, g.Name, g.Relation, g.Start, g.End, g.State.String()})
	}
	return &body[list[Guest]]{list[Guest]{Items: items}}, err
}

type guestIn struct {
	OfVisit
	Body struct {
		Name     string `json:"name" maxLength:"200"`
		Relation string `json:"relation" maxLength:"60" doc:"What the patient is to this person: mother, child, .."`
	}
}

func (p *Portal) inviteGuest(ctx context.Context, in *guestIn) (*body[Invitation], error) {
	who, err := p.recent(ctx)
	if err != nil {
		return nil, err
	}
	o, secret, err := p.Visits.Invite(ctx, who, in.Patient, in.ID, in.Body.Name, in.Body.Relation)
	return &body[Invitation]{Invitation{offerOf(&o), secret}}, err
}

type dropGuestIn struct {
	OfVisit
	Guest string `path:"guest" maxLength:"64"`
}

func (p *Portal) dropGuest(ctx context.Context, in *dropGuestIn) (*none, error) {
	who, err := p.recent(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Visits.Drop(ctx, who, in.Patient, in.ID, in.Guest)
}
