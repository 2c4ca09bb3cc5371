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

// mountRequests hangs how a caregiver asks the clinic for access to the record of
// somebody who cannot invite them, and how the clinic answers. The document goes
// beside it, to /me/requests/{id}/evidence.
func (p *Portal) mountRequests(api huma.API) {
	get(api, "/me/requests", "What somebody asked the clinic for", p.requests)
	create(api, "/me/requests", "Ask the clinic for access to somebody's record", p.ask)
	route(api, http.MethodDelete, "/me/requests/{id}", "Take back what was asked", p.withdrawRequest)
	get(api, "/clinic/access-requests", "Caregivers who ask for access", p.accessRequests)
	route(api, http.MethodPost, "/clinic/access-requests/{id}/match", "Say whose record is meant", p.matchRequest)
	route(api, http.MethodPost, "/clinic/access-requests/{id}/approve", "Give what was asked for", p.approveRequest)
	route(api, http.MethodPost, "/clinic/access-requests/{id}/refuse", "Refuse what was asked for", p.refuseRequest)
}

// AccessRequest is what a caregiver asks for.
type AccessRequest struct {
	ID          string     `json:"id"`
	PatientName string     `json:"patientName" doc:"As the caregiver wrote it"`
	BirthDate   string     `json:"birthDate" doc:"As the caregiver wrote it"`
	Relation    string     `json:"relation"`
	Basis       string     `json:"basis" enum:"parent,guardian,power-of-attorney"`
	Note        string     `json:"note,omitempty"`
	Evidence    string     `json:"evidence,omitempty" doc:"Name of the document; missing: none was sent yet"`
	State       string     `json:"state" enum:"waiting,approved,refused,withdrawn"`
	Answer      string     `json:"answer,omitempty" doc:"Why it was refused"`
	CreatedAt   time.Time  `json:"createdAt"`
	DoneAt      *time.Time `json:"doneAt,omitempty"`
}

func requestOf(r *access.Request) AccessRequest {
	out := AccessRequest{ID: r.ID, PatientName: r.PatientName, BirthDate: r.BirthDate, Relation: r.Relation, Basis: string(r.Basis), Note: r.Note, State: r.State.String(), Answer: r.Answer, CreatedAt: r.CreatedAt}
	if r.Evidence.Ref.Name != "" {
		if out.Evidence = r.Evidence.Title; out.Evidence == "" {
			out.Evidence = "document"
		}
	}
	if !r.DoneAt.IsZero() {
		out.DoneAt = &r.DoneAt
	}
	return out
}

func (p *Portal) requests(ctx context.Context, _ *none) (*body[list[AccessRequest]], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	found, err := p.Access.RequestsOf(ctx, who)
	items := []AccessRequest{}
	for i := range found {
		items = append(items, requestOf(&found[i]))
	}
	return &body[list[AccessRequest]]{list[AccessRequest]{Items: items}}, err
}

type askIn struct {
	Body struct {
		PatientName string `json:"patientName" maxLength:"200"`
		BirthDate   string `json:"birthDate" maxLength:"10"`
		Relation    string `json:"relation" maxLength:"60" doc:"What the patient is to the caregiver: mother, child, .."`
		Basis       string `json:"basis" enum:"parent,guardian,power-of-attorney"`
		Note        string `json:"note,omitempty" maxLength:"1000"`
	}
}

func (p *Portal) ask(ctx context.Context, in *askIn) (*body[AccessRequest], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	var out AccessRequest
	err = p.DB.InTx(ctx, func(c *db.Conn) error {
		b := in.Body
		r, err := p.Access.AskTx(c, who, access.RequestInput{PatientName: b.PatientName, BirthDate: b.BirthDate, Relation: b.Relation, Basis: access.Basis(b.Basis), Note: b.Note})
		out = requestOf(&r)
		return err
	})
	return &body[AccessRequest]{out}, err
}

func (p *Portal) withdrawRequest(ctx context.Context, in *ByID) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.DB.InTx(ctx, func(c *db.Conn) error { return p.Access.WithdrawRequestTx(c, who, in.ID) })
}

// ClinicRequest is a request as the clinic works on it.
type ClinicRequest struct {
	AccessRequest
	Name       string `json:"name" doc:"Of the account that asks"`
	Email      string `json:"email,omitempty"`
	Patient    string `json:"patient,omitempty" doc:"Whose record is meant, once somebody said so"`
	FoundName  string `json:"foundName,omitempty" doc:"As that record says"`
	FoundBirth string `json:"foundBirth,omitempty"`
	MayApprove bool   `json:"mayApprove"`
}

func (p *Portal) accessRequests(ctx context.Context, in *workIn) (*body[list[ClinicRequest]], error) {
	who := edge.Who(ctx)
	found, next, err := p.Access.Requests(ctx, who, in.Cursor, in.count())
	if err != nil {
		return nil, err
	}
	items := []ClinicRequest{}
	for i := range found {
		r := &found[i]
		o := ClinicRequest{AccessRequest: requestOf(r), Name: r.Name, Patient: r.Patient}
		if a, err := p.Identity.AccountByID(ctx, r.Account); err == nil {
			o.Email = a.Email
		}
		if r.Patient != "" {
			o.FoundName, o.FoundBirth, err = p.nameAndBirth(ctx, r.Patient)
			if err != nil {
				return nil, err
			}
			v, err := p.Access.ViewOf(p.DB.Read(ctx), who, r.Patient)
			o.MayApprove = who.Is(identity.Privacy) || err == nil && v.Treats()
		}
		items = append(items, o)
	}
	return &body[list[ClinicRequest]]{list[ClinicRequest]{items, next}}, nil
}

// nameAndBirth is what a record that was matched says, to be compared with what
// the caregiver wrote.
func (p *Portal) nameAndBirth(ctx context.Context, patient string) (name, birth string, err error) {
	known, err := p.Records.Patients(ctx, identity.SystemPrincipal("access request"), []string{patient})
	if err != nil || len(known) == 0 {
		return "", "", err
	}
	return known[0].Name, known[0].BirthDate, nil
}

// atRequest is somebody of the clinic who works on requests and proved lately that
// it is them.
func (p *Portal) atRequest(ctx context.Context) (identity.Principal, error) {
	if err := access.WorksOnRequests(edge.Who(ctx)); err != nil {
		return identity.Principal{}, err
	}
	return p.recent(ctx)
}

type matchIn struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Patient string `json:"patient" minLength:"1" maxLength:"64"`
	}
}

func (p *Portal) matchRequest(ctx context.Context, in *matchIn) (*none, error) {
	who, err := p.atRequest(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.DB.InTx(ctx, func(c *db.Conn) error { return p.Access.MatchRequestTx(c, who, in.ID, in.Body.Patient) })
}

type approveIn struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Shared
		Patient      string `json:"patient" minLength:"1" maxLength:"64" doc:"Whose record it is, as the reader saw it"`
		Evidence     string `json:"evidence" minLength:"1" maxLength:"400" doc:"What the document is"`
		Jurisdiction string `json:"jurisdiction,omitempty" maxLength:"10" doc:"Whose age rules hold for a child, like US-CA"`
	}
}

func (p *Portal) approveRequest(ctx context.Context, in *approveIn) (*none, error) {
	who, err := p.atRequest(ctx)
	if err != nil {
		return nil, err
	}
	see, can, end, err := in.Body.read(p.zone())
	if err != nil {
		return nil, err
	}
	_, birth, err := p.nameAndBirth(ctx, in.Body.Patient)
	if err != nil {
		return nil, err
	}
	return &none{}, p.DB.InTx(ctx, func(c *db.Conn) error {
		r, err := p.Access.ApproveRequestTx(c, who, in.ID, access.Approval{Patient: in.Body.Patient, See: see, Can: can, Sensitive: in.Body.Sensitive, End: end, Evidence: in.Body.Evidence,
			BirthDate: birth, Jurisdiction: in.Body.Jurisdiction, Zone: p.zone()})
		if err != nil {
			return err
		}
		return p.tellAsker(c, &r)
	})
}

type refuseRequestIn struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"For the caregiver to read; it must not say whether there is such a patient"`
	}
}

func (p *Portal) refuseRequest(ctx context.Context, in *refuseRequestIn) (*none, error) {
	who, err := p.atRequest(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.DB.InTx(ctx, func(c *db.Conn) error {
		r, err := p.Access.RefuseRequestTx(c, who, in.ID, in.Body.Reason)
		if err != nil {
			return err
		}
		return p.tellAsker(c, &r)
	})
}

func (p *Portal) tellAsker(c *db.Conn, r *access.Request) error {
	return p.Notices.PostTx(c, notifications.Notice{ID: "request/" + r.ID, Account: r.Account, Kind: notifications.Sharing, Ref: "request/" + r.ID})
}
