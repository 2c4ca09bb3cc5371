package portal

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/db"
	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/records/access"
)

// mountOffers hangs how a patient gives somebody access: an invitation with
// a link, and making smaller what was given.
func (p *Portal) mountOffers(api huma.API) {
	get(api, "/charts/{patient}/offers", "Invitations to the chart", p.offers)
	create(api, "/charts/{patient}/offers", "Invite somebody", p.offer)
	route(api, http.MethodDelete, "/charts/{patient}/offers/{id}", "Take an invitation back", p.withdrawOffer)
	route(api, http.MethodPatch, "/charts/{patient}/grants/{id}", "Share less", p.narrowGrant)
	route(api, http.MethodPost, "/me/offers/open", "See what an invitation offers; it is not used up", p.openOffer)
	route(api, http.MethodPost, "/me/offers/accept", "Accept an invitation", p.acceptOffer)
}

// Offer is an invitation.
type Offer struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Relation  string    `json:"relation"`
	Sees      []string  `json:"sees"`
	Hides     []string  `json:"hides"`
	Can       []string  `json:"can"`
	Until     time.Time `json:"until"`
	ExpiresAt time.Time `json:"expiresAt" doc:"Until when the link can be used"`
	State     string    `json:"state" enum:"waiting,accepted,withdrawn,expired"`
	CreatedAt time.Time `json:"createdAt"`
	Visit     string    `json:"visit,omitempty" doc:"The one visit that it is for"`
	From      time.Time `json:"from,omitzero" doc:"When that visit's doors open"`
}

func offerOf(o *access.Offer) Offer {
	return Offer{ID: o.ID, Name: o.Name, Relation: o.Relation, Sees: o.See.Words(), Hides: hides(o.Sensitive), Can: o.Can.Words(), Until: o.End, ExpiresAt: o.ExpiresAt, State: o.State.String(), CreatedAt: o.CreatedAt, Visit: o.Appointment, From: o.Start}
}

// Shared is how much of a chart is shared.
type Shared struct {
	Sees      []string `json:"sees" maxItems:"20"`
	Can       []string `json:"can" maxItems:"20"`
	Sensitive bool     `json:"sensitive" doc:"Also the sensitive kinds, such as mental health"`
	Until     string   `json:"until" maxLength:"10" doc:"The last day, like 2027-12-31"`
}

func (x Shared) read(zone *time.Location) (see access.CategorySet, can access.Powers, end time.Time, err error) {
	for _, w := range x.Sees {
		c, ok := access.ParseCategory(w)
		if !ok {
			return 0, 0, end, fault.New(fault.Invalid, "Choose at least one part of the record.")
		}
		see |= access.Of(c)
	}
	can, ok := access.ParsePowers(x.Can)
	if !ok {
		return 0, 0, end, fault.New(fault.Invalid, "Choose what this person may do from the list.")
	}
	if x.Until != "" {
		end, err = lastDay(x.Until, zone)
	}
	return see, can, end, err
}

// lastDay is the end of a day in the clinic's zone.
func lastDay(day string, zone *time.Location) (time.Time, error) {
	at, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return at, fault.New(fault.Invalid, "Give the last day, like 2027-12-31.")
	}
	return at.AddDate(0, 0, 1), nil
}

func (p *Portal) zone() *time.Location {
	if z, err := time.LoadLocation(p.Clinic.TimeZone); err == nil {
		return z
	}
	return time.UTC
}

// recent is somebody who acts on what is theirs in Housecall itself and has proved
// lately that it is them.
func (p *Portal) recent(ctx context.Context) (identity.Principal, error) {
	who, err := owner(ctx)
	if err == nil {
		err = who.RequireRecent(p.Now())
	}
	return who, err
}

func (p *Portal) offers(ctx context.Context, in *grantsIn) (*body[list[Offer]], error) {
	found, err := p.Access.Offers(ctx, edge.Who(ctx), in.Patient)
	items := []Offer{}
	for i := range found {
		items = append(items, offerOf(&found[i]))
	}
	return &body[list[Offer]]{list[Offer]{Items: items}}, err
}

type offerIn struct {
	Patient string `path:"patient" maxLength:"64"`
	Body    struct {
		Name     string `json:"name" maxLength:"200"`
		Relation string `json:"relation" maxLength:"60" doc:"What the patient is to this person: mother, child, .."`
		Shared
	}
}

// Invitation is an offer with the secret of its link, which is shown this once.
type Invitation struct {
	Offer
	Secret string `json:"secret" doc:"Goes behind the # of /share/accept, where no server sees it"`
}

func (p *Portal) offer(ctx context.Context, in *offerIn) (*body[Invitation], error) {
	who, err := p.onlyPatient(ctx, in.Patient)
	if err != nil {
		return nil, err
	}
	see, can, end, err := in.Body.read(p.zone())
	if err != nil {
		return nil, err
	}
	var out Invitation
	err = p.DB.InTx(ctx, func(c *db.Conn) error {
		o, secret, err := p.Access.OfferTx(c, who, access.OfferInput{Patient: in.Patient, Name: in.Body.Name, Relation: in.Body.Relation, See: see, Can: can, Sensitive: in.Body.Sensitive, End: end})
		out = Invitation{offerOf(&o), secret}
		return err
	})
	return &body[Invitation]{out}, err
}

// onlyPatient is the chart's patient, who proved lately that it is them. To
// everybody else there is nothing here.
func (p *Portal) onlyPatient(ctx context.Context, patient string) (identity.Principal, error) {
	who, err := owner(ctx)
	if err == nil && (who.Patient == "" || who.Patient != patient) {
		err = access.NoChart()
	}
	if err == nil {
		err = who.RequireRecent(p.Now())
	}
	return who, err
}

func (p *Portal) withdrawOffer(ctx context.Context, in *grantIn) (*none, error) {
	who, err := p.onlyPatient(ctx, in.Patient)
	if err != nil {
		return nil, err
	}
	return &none{}, p.DB.InTx(ctx, func(c *db.Conn) error { return p.Access.WithdrawTx(c, who, in.Patient, in.ID) })
}

type narrowIn struct {
	Patient string `path:"patient" maxLength:"64"`
	ID      string `path:"id" maxLength:"64"`
	Body    Shared
}

func (p *Portal) narrowGrant(ctx context.Context, in *narrowIn) (*none, error) {
	who, err := p.onlyPatient(ctx, in.Patient)
	if err != nil {
		return nil, err
	}
	see, can, end, err := in.Body.read(p.zone())
	if err != nil {
		return nil, err
	}
	return &none{}, p.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := p.Access.NarrowTx(c, who, in.Patient, in.ID, access.Narrowing{See: see, Can: can, Sensitive: in.Body.Sensitive, End: end})
		return err
	})
}

type secretIn struct {
	Body struct {
		Secret string `json:"secret" minLength:"1" maxLength:"200"`
	}
}

// Invited is an invitation as whoever has its link sees it.
type Invited struct {
	Offer
	Patient     string `json:"patient,omitempty" doc:"After it was accepted"`
	PatientName string `json:"patientName"`
}

// invited says for whom an invitation is. The name comes with the link, from who
// invites: there is no relation to the chart yet.
func (p *Portal) invited(ctx context.Context, o *access.Offer) (Invited, error) {
	name, err := p.Records.NameOf(ctx, identity.SystemPrincipal("invitation"), o.Patient)
	return Invited{Offer: offerOf(o), PatientName: name}, err
}

func (p *Portal) openOffer(ctx context.Context, in *secretIn) (*body[Invited], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	o, err := p.Access.OpenOffer(ctx, who, in.Body.Secret)
	if err != nil {
		return nil, err
	}
	out, err := p.invited(ctx, &o)
	return &body[Invited]{out}, err
}

// acceptOffer gives what an invitation offers, and tells the patient.
func (p *Portal) acceptOffer(ctx context.Context, in *secretIn) (*body[Invited], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	var o access.Offer
	err = p.DB.InTx(ctx, func(c *db.Conn) (err error) {
		if o, err = p.Access.AcceptTx(c, who, in.Body.Secret); err != nil {
			return err
		}
		return p.Notices.PostTx(c, notifications.Notice{ID: "offer/" + o.ID, Account: o.CreatedBy, Kind: notifications.Sharing, Patient: o.Patient, Ref: "sharing"})
	})
	if err != nil {
		return nil, err
	}
	out, err := p.invited(ctx, &o)
	out.Patient = o.Patient
	return &body[Invited]{out}, err
}
