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

// Block is a court's paper with the names of whom it is about and of who wrote it
// down.
type Block struct {
	access.Block
	PatientName string `json:"patientName,omitempty"`
	BirthDate   string `json:"birthDate,omitempty"`
	SetBy       string `json:"setBy"`
	Lifter      string `json:"lifter,omitempty"`
	State       string `json:"state" enum:"planned,holds,ended,lifted"`
}

type blocksIn struct {
	workIn
	Patient string `query:"patient" maxLength:"64" doc:"Only those that hold for this chart"`
}

// Blocks is a page of papers. Of one chart it says whose that is, so that nobody
// writes a paper down for the wrong person.
type Blocks struct {
	Items       []Block `json:"items"`
	Next        string  `json:"next,omitempty"`
	PatientName string  `json:"patientName,omitempty"`
	BirthDate   string  `json:"birthDate,omitempty"`
}

func (p *Portal) blocks(ctx context.Context, in *blocksIn) (*body[Blocks], error) {
	found, next, err := p.Access.Blocks(ctx, edge.Who(ctx), in.Patient, in.Cursor, in.count())
	if err != nil {
		return nil, err
	}
	out := Blocks{Items: []Block{}, Next: next}
	for i := range found {
		o, err := p.blockOf(ctx, &found[i])
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, o)
	}
	if in.Patient != "" {
		out.PatientName, out.BirthDate, err = p.nameAndBirth(ctx, in.Patient)
	}
	return &body[Blocks]{out}, err
}

func (p *Portal) blockOf(ctx context.Context, b *access.Block) (Block, error) {
	o := Block{Block: *b, SetBy: p.nameOfAccount(ctx, b.CreatedBy), Lifter: p.nameOfAccount(ctx, b.LiftedBy), State: "holds"}
	switch now := p.Now(); {
	case !b.LiftedAt.IsZero():
		o.State = "lifted"
	case b.Start.After(now):
		o.State = "planned"
	case !b.End.IsZero() && !b.End.After(now):
		o.State = "ended"
	}
	var err error
	o.PatientName, o.BirthDate, err = p.nameAndBirth(ctx, b.Patient)
	return o, err
}

// nameOfAccount is the name of somebody of the house; "": they are not there any
// more.
func (p *Portal) nameOfAccount(ctx context.Context, id string) string {
	if id == "" {
		return ""
	}
	a, err := p.Identity.AccountByID(ctx, id)
	if err != nil {
		return ""
	}
	return a.Name
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

func (p *Portal) block(ctx context.Context, in *blockIn) (*body[Block], error) {
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
	var made access.Block
	if err = p.DB.InTx(ctx, func(c *db.Conn) (err error) { made, err = p.Access.BlockTx(c, who, b); return err }); err != nil {
		return nil, err
	}
	out, err := p.blockOf(ctx, &made)
	return &body[Block]{out}, err
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
