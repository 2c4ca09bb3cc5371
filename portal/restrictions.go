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
	"housecall/records/access"
)

func (p *Portal) mountRestrictions(api huma.API) {
	get(api, "/charts/{patient}/restrictions", "What the patient asked not to show or tell", p.restrictions)
	create(api, "/charts/{patient}/restrictions", "Ask for a restriction", p.askRestriction)
	route(api, http.MethodDelete, "/charts/{patient}/restrictions/{id}", "Withdraw it", p.withdrawRestriction)
	get(api, "/privacy/restrictions", "What patients ask not to show or tell", p.restrictionsToDecide)
	route(api, http.MethodPost, "/privacy/restrictions/{id}/decide", "Agree to it or decline it", p.decideRestriction)
}

// Restriction is a patient's request not to show or tell something.
type Restriction struct {
	ID          string     `json:"id"`
	Patient     string     `json:"patient"`
	PatientName string     `json:"patientName,omitempty" doc:"For privacy officers"`
	Towards     string     `json:"towards" enum:"member,caregiver,caregivers,apps,frontdesk,insurer,organization,person"`
	Name        string     `json:"name,omitempty"`
	Categories  []string   `json:"categories"`
	Words       string     `json:"words,omitempty"`
	State       string     `json:"state" enum:"asked,agreed,declined,withdrawn"`
	Enforced    bool       `json:"enforced" doc:"Housecall keeps to it by itself once it is agreed to"`
	Reason      string     `json:"reason,omitempty" doc:"Of the decision"`
	AskedAt     time.Time  `json:"askedAt"`
	DecidedBy   string     `json:"decidedBy,omitempty"`
	DecidedAt   *time.Time `json:"decidedAt,omitempty"`
}

func restrictionOf(x *access.Restriction) Restriction {
	o := Restriction{ID: x.ID, Patient: x.Patient, Towards: string(x.Towards), Name: x.Name, Categories: x.Categories.Words(), Words: x.Words,
		State: x.State.String(), Enforced: x.Towards.Enforced(), Reason: x.Reason, AskedAt: x.AskedAt, DecidedBy: x.Decider}
	if !x.DecidedAt.IsZero() {
		o.DecidedAt = &x.DecidedAt
	}
	return o
}

func (p *Portal) restrictions(ctx context.Context, in *waitIn) (*body[list[Restriction]], error) {
	found, err := p.Access.Restrictions(ctx, edge.Who(ctx), in.Patient)
	items := []Restriction{}
	for i := range found {
		items = append(items, restrictionOf(&found[i]))
	}
	return &body[list[Restriction]]{list[Restriction]{Items: items}}, err
}

type askRestrictionIn struct {
	Patient string `path:"patient" maxLength:"64"`
	Body    struct {
		Towards    string   `json:"towards" enum:"member,caregiver,caregivers,apps,frontdesk,insurer,organization,person"`
		Account    string   `json:"account,omitempty" maxLength:"64" doc:"Of a member of the care team"`
		Grant      string   `json:"grant,omitempty" maxLength:"64" doc:"By which a caregiver sees the record"`
		Name       string   `json:"name,omitempty" maxLength:"200" doc:"Of an insurer, organization or person outside"`
		Categories []string `json:"categories" minItems:"1" maxItems:"20"`
		Words      string   `json:"words,omitempty" maxLength:"1000"`
	}
}

func (p *Portal) askRestriction(ctx context.Context, in *askRestrictionIn) (*body[Restriction], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	b := in.Body
	n := access.NewRestriction{Patient: in.Patient, Towards: access.Towards(b.Towards), Account: b.Account, Grant: b.Grant, Name: b.Name, Words: b.Words}
	for _, w := range b.Categories {
		if c, ok := access.ParseCategory(w); ok {
			n.Categories |= access.Of(c)
		}
	}
	var x access.Restriction
	err = p.changeRestrictions(ctx, who, in.Patient, func(c *db.Conn) error {
		var err error
		if x, err = p.Access.AskRestrictionTx(c, who, n); err != nil {
			return err
		}
		return p.tellOfficers(c, "restriction/"+x.ID)
	})
	if err != nil {
		return nil, err
	}
	return &body[Restriction]{restrictionOf(&x)}, nil
}

func (p *Portal) changeRestrictions(ctx context.Context, who identity.Principal, patient string, change func(*db.Conn) error) error {
	if err := p.DB.InTx(ctx, change); err != nil {
		return p.Records.Refuse(ctx, who, patient, "Consent", "", err)
	}
	return nil
}

type restrictionIn struct {
	Patient string `path:"patient" maxLength:"64"`
	ID      string `path:"id" maxLength:"64"`
}

func (p *Portal) withdrawRestriction(ctx context.Context, in *restrictionIn) (*none, error) {
	who, err := owner(ctx)
	if err == nil {
		err = who.RequireRecent(p.Now())
	}
	if err != nil {
		return nil, err
	}
	return &none{}, p.changeRestrictions(ctx, who, in.Patient, func(c *db.Conn) error {
		return p.Access.WithdrawRestrictionTx(c, who, in.Patient, in.ID)
	})
}

type decidedIn struct {
	Decided bool `query:"decided" doc:"Those that were decided already"`
	Paging
}

func (p *Portal) restrictionsToDecide(ctx context.Context, in *decidedIn) (*body[list[Restriction]], error) {
	who := edge.Who(ctx)
	found, next, err := p.Access.RestrictionsToDecide(ctx, who, in.Decided, in.Cursor, in.count())
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(found))
	for i := range found {
		ids[i] = found[i].Patient
	}
	names, err := p.Records.Called(ctx, who, ids)
	items := []Restriction{}
	for i := range found {
		o := restrictionOf(&found[i])
		o.PatientName = names[o.Patient].Name
		items = append(items, o)
	}
	return &body[list[Restriction]]{list[Restriction]{items, next}}, err
}

type settleIn struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Agree  bool   `json:"agree"`
		Reason string `json:"reason,omitempty" maxLength:"1000" doc:"The patient reads it"`
	}
}

func (p *Portal) decideRestriction(ctx context.Context, in *settleIn) (*none, error) {
	who, err := owner(ctx)
	if err == nil {
		err = who.RequireRecent(p.Now())
	}
	if err != nil {
		return nil, err
	}
	return &none{}, p.changeRestrictions(ctx, who, "", func(c *db.Conn) error {
		x, err := p.Access.DecideRestrictionTx(c, who, in.ID, in.Body.Agree, in.Body.Reason)
		if err != nil {
			return err
		}
		ref := "restriction/" + x.ID
		if err := p.Notices.SeenRefTx(c, who.Account, ref); err != nil {
			return err
		}
		return p.Notices.PostTx(c, notifications.Notice{ID: ref + "/decided", Account: x.AskedBy, Kind: notifications.Sharing, Patient: x.Patient, Ref: ref})
	})
}
