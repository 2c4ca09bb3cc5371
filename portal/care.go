package portal

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/db"
	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/records/access"
)

func (p *Portal) mountCare(api huma.API) {
	get(api, "/clinic/colleagues", "Who can be put into a care team", p.colleagues)
	get(api, "/charts/{patient}/team", "Who is, will be and was in the care team", p.team)
	route(api, http.MethodPost, "/charts/{patient}/team", "Put a colleague into the care team", p.appoint)
	route(api, http.MethodDelete, "/charts/{patient}/team/{account}", "End a membership at once", p.dismiss)
}

// Colleague is somebody who can be put into a care team.
type Colleague struct {
	Account string   `json:"account"`
	Name    string   `json:"name"`
	Roles   []string `json:"roles"`
}

func (p *Portal) colleagues(ctx context.Context, _ *none) (*body[list[Colleague]], error) {
	found, err := p.Access.Colleagues(ctx, edge.Who(ctx))
	items := []Colleague{}
	for _, k := range found {
		o := Colleague{Account: k.Account, Name: k.Name, Roles: []string{}}
		for _, r := range k.Roles {
			o.Roles = append(o.Roles, string(r))
		}
		items = append(items, o)
	}
	return &body[list[Colleague]]{list[Colleague]{Items: items}}, err
}

// TeamMember is somebody's time in a care team.
type TeamMember struct {
	Account string     `json:"account"`
	Name    string     `json:"name"`
	Role    string     `json:"role" enum:"clinician,nurse,frontdesk"`
	From    time.Time  `json:"from"`
	Until   *time.Time `json:"until,omitempty"`
	State   string     `json:"state" enum:"now,planned,past"`
	AddedBy string     `json:"addedBy,omitempty"`
}

func (p *Portal) team(ctx context.Context, in *waitIn) (*body[list[TeamMember]], error) {
	found, err := p.Access.Team(ctx, edge.Who(ctx), in.Patient)
	items := []TeamMember{}
	for _, m := range found {
		o := TeamMember{Account: m.Account, Name: m.Name, Role: string(m.Role), From: m.Start, State: m.At(p.Now()), AddedBy: m.AddedBy}
		if !m.Until.IsZero() {
			o.Until = &m.Until
		}
		items = append(items, o)
	}
	return &body[list[TeamMember]]{list[TeamMember]{Items: items}}, err
}

type appointIn struct {
	Patient string `path:"patient" maxLength:"64"`
	Body    struct {
		Account string     `json:"account" minLength:"1" maxLength:"64"`
		Role    string     `json:"role" enum:"clinician,nurse,frontdesk"`
		From    *time.Time `json:"from,omitempty" doc:"Now, if it is missing"`
		Until   *time.Time `json:"until,omitempty"`
	}
}

func (p *Portal) appoint(ctx context.Context, in *appointIn) (*none, error) {
	return p.changeTeam(ctx, in.Patient, func(c *db.Conn, who identity.Principal) error {
		n := access.NewMember{Account: in.Body.Account, Patient: in.Patient, Role: identity.Role(in.Body.Role)}
		if in.Body.From != nil {
			n.Start = *in.Body.From
		}
		if in.Body.Until != nil {
			n.Until = *in.Body.Until
		}
		return p.Access.AppointTx(c, who, n)
	})
}

type dismissIn struct {
	Patient string `path:"patient" maxLength:"64"`
	Account string `path:"account" maxLength:"64"`
}

func (p *Portal) dismiss(ctx context.Context, in *dismissIn) (*none, error) {
	return p.changeTeam(ctx, in.Patient, func(c *db.Conn, who identity.Principal) error {
		return p.Access.DismissTx(c, who, in.Account, in.Patient)
	})
}

func (p *Portal) changeTeam(ctx context.Context, patient string, change func(*db.Conn, identity.Principal) error) (*none, error) {
	who, err := owner(ctx)
	if err == nil {
		err = who.RequireRecent(p.Now())
	}
	if err != nil {
		return nil, err
	}
	who, wall := p.inTeams(who)
	err = p.DB.InTx(ctx, func(c *db.Conn) error { return change(c, who) })
	if err != nil {
		return nil, orWall(p.Records.Refuse(ctx, who, patient, "CareTeam", "", err), wall)
	}
	return &none{}, nil
}
