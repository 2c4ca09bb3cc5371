package portal

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/db"
	"housecall/internal/edge"
	"housecall/records/access"
)

// mountBlocks hangs what the privacy officer and administrators write down of
// court papers.
func (p *Portal) mountBlocks(api huma.API) {
	get(api, "/clinic/blocks", "Who must not get into which chart, by a court's paper", p.blocks)
	create(api, "/clinic/blocks", "Keep somebody out of a chart", p.block)
	route(api, http.MethodPost, "/clinic/blocks/{id}/lift", "Keep them out no longer", p.liftBlock)
}

func (p *Portal) blocks(ctx context.Context, in *workIn) (*body[list[access.Block]], error) {
	items, next, err := p.Access.Blocks(ctx, edge.Who(ctx), in.Cursor, in.count())
	return &body[list[access.Block]]{list[access.Block]{some(items), next}}, err
}

type blockIn struct {
	Body struct {
		Patient  string `json:"patient" minLength:"1" maxLength:"64"`
		Email    string `json:"email" minLength:"1" maxLength:"254" doc:"Of the account that is kept out"`
		Reason   string `json:"reason" minLength:"1" maxLength:"500"`
		Evidence string `json:"evidence" minLength:"1" maxLength:"500" doc:"The paper: court, number, date, and where it is kept"`
		From     string `json:"from,omitempty" maxLength:"10" doc:"The first day; none: now"`
		Until    string `json:"until,omitempty" maxLength:"10" doc:"The last day; none: until it is lifted"`
	}
}

func (p *Portal) block(ctx context.Context, in *blockIn) (*body[access.Block], error) {
	if err := access.KeepsBlocks(edge.Who(ctx)); err != nil { // nobody is asked to prove what would not help
		return nil, err
	}
	who, err := p.recent(ctx)
	if err != nil {
		return nil, err
	}
	b := access.BlockInput{Patient: in.Body.Patient, Reason: in.Body.Reason, Evidence: in.Body.Evidence}
	if in.Body.From != "" {
		if b.Start, err = lastDay(in.Body.From, p.zone()); err == nil {
			b.Start = b.Start.AddDate(0, 0, -1)
		}
	}
	if err == nil && in.Body.Until != "" {
		b.End, err = lastDay(in.Body.Until, p.zone())
	}
	if err != nil {
		return nil, err
	}
	a, err := p.Identity.AccountByEmail(ctx, in.Body.Email)
	if err != nil {
		return nil, err
	}
	b.Account, b.Name = a.ID, a.Name
	var out access.Block
	err = p.DB.InTx(ctx, func(c *db.Conn) (err error) { out, err = p.Access.BlockTx(c, who, b); return err })
	return &body[access.Block]{out}, err
}

type liftIn struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (p *Portal) liftBlock(ctx context.Context, in *liftIn) (*none, error) {
	if err := access.KeepsBlocks(edge.Who(ctx)); err != nil {
		return nil, err
	}
	who, err := p.recent(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.DB.InTx(ctx, func(c *db.Conn) error { return p.Access.LiftBlockTx(c, who, in.ID, in.Body.Reason) })
}
