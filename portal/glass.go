package portal

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/db"
	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/records"
	"housecall/records/access"
)

func (p *Portal) mountGlass(api huma.API) {
	route(api, http.MethodPost, "/clinic/lookup", "Find one patient outside the own list", p.lookUp)
	get(api, "/clinic/glass", "The records that somebody has open in an emergency", p.ownGlass)
	create(api, "/charts/{patient}/glass", "Open a record in an emergency", p.breakGlass)
	route(api, http.MethodDelete, "/charts/{patient}/glass", "Close it again", p.endGlass)
	get(api, "/privacy/glass", "Records that were opened in an emergency, for review", p.glassToReview)
	get(api, "/privacy/glass/{id}", "One of them, with what was opened", p.glassOf)
	route(api, http.MethodPost, "/privacy/glass/{id}/review", "Say whether it was justified", p.reviewGlass)
}

type lookUpIn struct {
	Body struct {
		Name      string `json:"name,omitempty" maxLength:"200" doc:"The whole name, with the birth date"`
		BirthDate string `json:"birthDate,omitempty" maxLength:"10" doc:"YYYY-MM-DD"`
		Number    string `json:"number,omitempty" maxLength:"64" doc:"Or the record number, exactly"`
	}
}

// lookUp finds a patient for somebody who has just proved who they are, and only
// so often.
func (p *Portal) lookUp(ctx context.Context, in *lookUpIn) (*body[list[records.Found]], error) {
	who, err := owner(ctx)
	if err == nil {
		err = who.RequireRecent(p.Now())
	}
	if err == nil {
		err = p.Identity.ChargeLookup(ctx, who)
	}
	if err != nil {
		return nil, err
	}
	found, err := p.Records.LookUp(ctx, who, records.Wanted(in.Body))
	return &body[list[records.Found]]{list[records.Found]{Items: some(found)}}, err
}

// OpenGlass is a record that somebody has open in an emergency.
type OpenGlass struct {
	Patient string    `json:"patient"`
	Reason  string    `json:"reason"`
	Since   time.Time `json:"since"`
	Until   time.Time `json:"until"`
	Seconds int       `json:"seconds" doc:"That are left of it"`
}

func (p *Portal) openGlass(g *access.Glass) OpenGlass {
	return OpenGlass{Patient: g.Patient, Reason: g.Reason, Since: g.Start, Until: g.End, Seconds: max(int(g.End.Sub(p.Now()).Seconds()), 0)}
}

func (p *Portal) ownGlass(ctx context.Context, _ *none) (*body[list[OpenGlass]], error) {
	found, err := p.Access.OwnGlass(ctx, edge.Who(ctx))
	items := []OpenGlass{}
	for i := range found {
		items = append(items, p.openGlass(&found[i]))
	}
	return &body[list[OpenGlass]]{list[OpenGlass]{Items: items}}, err
}

type breakGlassIn struct {
	Patient string `path:"patient" maxLength:"64"`
	Body    struct {
		Reason string `json:"reason" minLength:"10" maxLength:"500" doc:"The patient reads it"`
	}
}

// breakGlass opens a record in an emergency, and tells the privacy officers with
// it: that it happened, not with whom.
func (p *Portal) breakGlass(ctx context.Context, in *breakGlassIn) (*body[OpenGlass], error) {
	who, err := owner(ctx)
	if err == nil {
		err = who.RequireRecent(p.Now())
	}
	if err != nil {
		return nil, err
	}
	var g access.Glass
	err = p.DB.InTx(ctx, func(c *db.Conn) error {
		var err error
		if g, err = p.Access.BreakGlassTx(c, who, in.Patient, in.Body.Reason); err != nil {
			return err
		}
		return p.tellOfficers(c, "glass/"+g.ID)
	})
	if err != nil {
		return nil, p.Records.Refuse(ctx, who, in.Patient, "Patient", in.Patient, err)
	}
	return &body[OpenGlass]{p.openGlass(&g)}, nil
}

func (p *Portal) tellOfficers(c *db.Conn, ref string) error {
	officers, err := p.Access.Officers(c)
	for _, account := range officers {
		if err == nil {
			err = p.Notices.PostTx(c, notifications.Notice{ID: ref, Account: account, Kind: notifications.Oversight, Ref: ref})
		}
	}
	return err
}

func (p *Portal) endGlass(ctx context.Context, in *waitIn) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.DB.InTx(ctx, func(c *db.Conn) error { return p.Access.EndGlassTx(c, who, in.Patient) })
}

// Glass is one time that a record was opened in an emergency.
type Glass struct {
	ID          string     `json:"id"`
	Who         string     `json:"who"`
	Role        string     `json:"role"`
	Patient     string     `json:"patient"`
	PatientName string     `json:"patientName"`
	BirthDate   string     `json:"birthDate,omitempty"`
	Reason      string     `json:"reason"`
	From        time.Time  `json:"from"`
	Until       time.Time  `json:"until"`
	State       string     `json:"state" enum:"open,justified,unjustified"`
	Note        string     `json:"note,omitempty"`
	Reviewer    string     `json:"reviewer,omitempty"`
	ReviewedAt  *time.Time `json:"reviewedAt,omitempty"`
}

func (p *Portal) glasses(ctx context.Context, who identity.Principal, found []access.Glass) ([]Glass, error) {
	ids := make([]string, len(found))
	for i := range found {
		ids[i] = found[i].Patient
	}
	names, err := p.Records.Called(ctx, who, ids)
	items := []Glass{}
	for _, g := range found {
		n := names[g.Patient]
		o := Glass{ID: g.ID, Who: g.Name, Role: string(g.Role), Patient: g.Patient, PatientName: n.Name, BirthDate: n.BirthDate, Reason: g.Reason,
			From: g.Start, Until: g.End, State: g.State.String(), Note: g.Note, Reviewer: g.Reviewer}
		if !g.ReviewedAt.IsZero() {
			o.ReviewedAt = &g.ReviewedAt
		}
		items = append(items, o)
	}
	return items, err
}

type reviewIn struct {
	Reviewed bool `query:"reviewed" doc:"Those that somebody looked at already"`
	Paging
}

func (p *Portal) glassToReview(ctx context.Context, in *reviewIn) (*body[list[Glass]], error) {
	found, next, err := p.Access.GlassToReview(ctx, edge.Who(ctx), in.Reviewed, in.Cursor, in.count())
	if err != nil {
		return nil, err
	}
	items, err := p.glasses(ctx, edge.Who(ctx), found)
	return &body[list[Glass]]{list[Glass]{items, next}}, err
}

// GlassOpened is one time that a record was opened, with what was read in it.
type GlassOpened struct {
	Glass
	Opened []access.AccessRow `json:"opened"`
}

func (p *Portal) glassOf(ctx context.Context, in *ByID) (*body[GlassOpened], error) {
	g, rows, err := p.Access.GlassOf(ctx, edge.Who(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	items, err := p.glasses(ctx, edge.Who(ctx), []access.Glass{g})
	if err != nil {
		return nil, err
	}
	return &body[GlassOpened]{GlassOpened{items[0], some(rows)}}, nil
}

type reviewGlassIn struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Justified bool   `json:"justified"`
		Note      string `json:"note" minLength:"1" maxLength:"1000"`
	}
}

func (p *Portal) reviewGlass(ctx context.Context, in *reviewGlassIn) (*none, error) {
	who, err := owner(ctx)
	if err == nil {
		err = who.RequireRecent(p.Now())
	}
	if err != nil {
		return nil, err
	}
	return &none{}, p.DB.InTx(ctx, func(c *db.Conn) error {
		if err := p.Access.ReviewGlassTx(c, who, in.ID, in.Body.Justified, in.Body.Note); err != nil {
			return err
		}
		return p.Notices.SeenRefTx(c, who.Account, "glass/"+in.ID)
	})
}
