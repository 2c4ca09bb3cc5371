package portal

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/db"
	"housecall/internal/edge"
	"housecall/records/access"
)

func (p *Portal) mountSharing(api huma.API) {
	get(api, "/charts/{patient}/access", "Who looked at the chart", p.accessLog)
	get(api, "/charts/{patient}/grants", "With whom the chart is shared", p.grants)
	get(api, "/charts/{patient}/grants/{id}/deeds", "What somebody did for the patient", p.deeds)
	route(api, http.MethodDelete, "/charts/{patient}/grants/{id}", "Stop sharing at once", p.revokeGrant)
}

type accessIn struct {
	Patient string `path:"patient" maxLength:"64"`
	Paging
}

// AccessPage is one page of who looked at a chart.
type AccessPage struct {
	Items     []access.AccessRow `json:"items"`
	Next      string             `json:"next,omitempty"`
	Integrity access.Integrity   `json:"integrity"`
}

func (p *Portal) accessLog(ctx context.Context, in *accessIn) (*body[AccessPage], error) {
	if in.Limit == 0 {
		in.Limit = 50
	}
	rows, next, integrity, err := p.Access.AccessLog(ctx, edge.Who(ctx), in.Patient, in.Cursor, in.Limit)
	return &body[AccessPage]{AccessPage{some(rows), next, integrity}}, err
}

// Grant is one sharing of a chart.
type Grant struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Relation   string     `json:"relation"`
	Until      time.Time  `json:"until"`
	From       time.Time  `json:"from"`
	Sees       []string   `json:"sees"`
	Hides      []string   `json:"hides"`
	Can        []string   `json:"can"`
	LastSeenAt *time.Time `json:"lastSeenAt,omitempty"`
	State      string     `json:"state" enum:"active,ended,revoked"`
	InvitedAs  string     `json:"invitedAs,omitempty" doc:"What the invitation called the person, when the account has another name"`
	Visit      string     `json:"visit,omitempty" doc:"The one visit that it is for"`
	Basis      string     `json:"basis" enum:"consent,parent,guardian,power-of-attorney"`
}

type grantsIn struct {
	Patient string `path:"patient" maxLength:"64"`
}

func (p *Portal) grants(ctx context.Context, in *grantsIn) (*body[list[Grant]], error) {
	found, err := p.Access.GrantsOf(ctx, edge.Who(ctx), in.Patient)
	items := []Grant{}
	for _, g := range found {
		see, can, sensitive := g.SeesAt(p.Now())
		o := Grant{ID: g.ID, Name: g.Name, Relation: g.Relation, Until: g.End, From: g.Start, Sees: see.Words(), Hides: hides(sensitive), Can: can.Words(), State: g.State.String(), Basis: string(g.Basis), Visit: g.Appointment}
		if g.InvitedAs != g.Name {
			o.InvitedAs = g.InvitedAs
		}
		if !g.LastSeenAt.IsZero() {
			o.LastSeenAt = &g.LastSeenAt
		}
		items = append(items, o)
	}
	return &body[list[Grant]]{list[Grant]{Items: items}}, err
}

type grantIn struct {
	Patient string `path:"patient" maxLength:"64"`
	ID      string `path:"id" maxLength:"64"`
}

type deedsIn struct {
	Patient string `path:"patient" maxLength:"64"`
	ID      string `path:"id" maxLength:"64"`
	Paging
}

func (p *Portal) deeds(ctx context.Context, in *deedsIn) (*body[list[access.Deed]], error) {
	found, next, err := p.Access.Deeds(ctx, edge.Who(ctx), in.Patient, in.ID, in.Cursor, in.count())
	return &body[list[access.Deed]]{list[access.Deed]{some(found), next}}, err
}

// revokeGrant stops sharing, by whoever may: the patient, the caregiver who gives
// it back, the privacy officer. They prove anew that it is them.
func (p *Portal) revokeGrant(ctx context.Context, in *grantIn) (*none, error) {
	who, err := p.recent(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := p.Access.RevokeTx(c, who, in.Patient, in.ID)
		return err
	})
}
