package portal

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

func (p *Portal) mountInvitations(api huma.API) {
	get(api, "/clinic/invitations", "Invitations that nobody took yet", p.invitations)
	create(api, "/clinic/invitations", "Invite a patient, a caregiver or staff", p.invite)
	route(api, http.MethodDelete, "/clinic/invitations/{id}", "Take an invitation back", p.withdrawInvitation)
	route(api, http.MethodPost, "/clinic/invitations/{id}/again", "Make a new link; the old one ends", p.inviteAgain)
	create(api, "/clinic/recoveries", "Help somebody back in who lost every way to sign in", p.recover)
	route(api, http.MethodPost, "/me/invitations", "Take an invitation for the own account", p.takeInvitation)
}

// InvitationLine is an invitation as staff see it.
type InvitationLine struct {
	ID        string    `json:"id"`
	Patient   string    `json:"patient,omitempty" doc:"Chart because of which they are invited"`
	Own       bool      `json:"own" doc:"The chart becomes their own: they are the patient"`
	Name      string    `json:"name"`
	Email     string    `json:"email,omitempty"`
	Kind      string    `json:"kind" enum:"patient,caregiver,staff"`
	Roles     []string  `json:"roles"`
	CreatedAt time.Time `json:"createdAt"`
	ExpiresAt time.Time `json:"expiresAt"`
	Mailed    bool      `json:"mailed"`
	State     string    `json:"state" enum:"open,dead,expired,accepted,withdrawn" doc:"dead: too many wrong dates of birth"`
}

// HandedLink is a link that is shown once, to be printed.
type HandedLink struct {
	URL string `json:"url"`
	QR  string `json:"qr" doc:"The same as a picture, a data URL"`
}

// InvitationMade is a new invitation, or one with a new link.
type InvitationMade struct {
	Invitation InvitationLine `json:"invitation"`
	Link       *HandedLink    `json:"link,omitempty" doc:"Missing when it was mailed"`
}

// InvitationPage is one page of invitations.
type InvitationPage struct {
	Items      []InvitationLine `json:"items"`
	Next       string           `json:"next,omitempty" doc:"Cursor of the next page"`
	Mail       bool             `json:"mail" doc:"Whether links can be mailed"`
	HasAccount bool             `json:"hasAccount,omitempty" doc:"The patient of the chart asked for has an account"`
}

func invitationLine(v identity.Invitation) InvitationLine {
	out := InvitationLine{
		ID: v.ID, Patient: v.About, Own: v.Patient != "", Name: v.Name, Email: v.Email, Kind: "caregiver", Roles: []string{},
		CreatedAt: v.CreatedAt, ExpiresAt: v.ExpiresAt, Mailed: v.Mailed, State: string(v.State),
	}
	for _, r := range v.Roles {
		out.Roles = append(out.Roles, string(r))
	}
	switch {
	case v.Kind == identity.Staff:
		out.Kind = "staff"
	case out.Own:
		out.Kind = "patient"
	}
	return out
}

var errNotClinic = fault.New(fault.Forbidden, "Only the clinic can invite people.").WithCode("role")

func handed(url string) (*HandedLink, error) {
	if url == "" {
		return nil, nil
	}
	qr, err := identity.QR(url)
	return &HandedLink{url, qr}, err
}

// helper is a staff member who lets people of this chart in: of its care team, by
// Housecall itself and not in an emergency; or an administrator, who sees nothing
// of the chart by it. For others there is no such chart, and that they asked is
// kept.
func (p *Portal) helper(ctx context.Context, patient string) (who identity.Principal, v access.View, err error) {
	if who, err = owner(ctx); err != nil {
		return who, v, err
	}
	if who.Kind != identity.Staff {
		return who, v, errNotClinic
	}
	if who.Is(identity.Admin) {
		return who, v, nil
	}
	if patient != "" {
		v, err = p.Access.ViewOf(p.DB.Read(ctx), who, patient)
		if err == nil && v.Works() {
			return who, v, nil
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return who, v, err
		}
		if err := p.Access.Record(ctx, access.Event{Who: who, Patient: patient, Action: "refused", Type: "Person", Outcome: "refused"}); err != nil {
			return who, v, err
		}
	}
	return who, v, access.NoChart()
}

type invitationsIn struct {
	Patient string `query:"patient" maxLength:"64"`
	Paging
}

func (p *Portal) invitations(ctx context.Context, in *invitationsIn) (*body[InvitationPage], error) {
	if in.Limit == 0 {
		in.Limit = 50
	}
	out := InvitationPage{Items: []InvitationLine{}, Mail: p.Identity.Mails()}
	which := identity.Sought{About: in.Patient}
	if in.Patient == "" {
		who, err := owner(ctx)
		if err != nil {
			return nil, err
		}
		if who.Kind != identity.Staff {
			return nil, errNotClinic
		}
		if !who.Is(identity.Admin) { // those of one's own patients, of now
			which.Within = func(column string) (string, []any) { return p.Access.TeamSQL(who, column) }
		}
	} else {
		if _, _, err := p.helper(ctx, in.Patient); err != nil {
			return nil, err
		}
		_, err := p.Identity.AccountByPatient(ctx, in.Patient)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		out.HasAccount = err == nil
	}
	found, next, err := p.Identity.Invitations(ctx, which, in.Cursor, in.Limit)
	for _, v := range found {
		out.Items = append(out.Items, invitationLine(v))
	}
	out.Next = next
	return &body[InvitationPage]{out}, err
}

type inviteIn struct {
	Body struct {
		Kind      string   `json:"kind" enum:"patient,caregiver,staff"`
		Patient   string   `json:"patient,omitempty" maxLength:"64" doc:"The chart; not of staff"`
		Name      string   `json:"name,omitempty" maxLength:"200" doc:"That of a patient is in the chart"`
		Email     string   `json:"email,omitempty" maxLength:"254"`
		BirthDate string   `json:"birthDate,omitempty" maxLength:"10" doc:"Of a caregiver; that of a patient is in the chart"`
		Locale    string   `json:"locale,omitempty" enum:"en,es,"`
		Roles     []string `json:"roles,omitempty" maxItems:"5"`
		Mail      bool     `json:"mail,omitempty" doc:"Send the link to the address, instead of showing it"`
	}
}

// patientAsRecorded is who a chart is of, for letting them in. The person who
// invites does not say when the patient was born: the chart does.
func (p *Portal) patientAsRecorded(ctx context.Context, who identity.Principal, patient string) (name, birth string, err error) {
	if who.Is(identity.Admin) {
		who = identity.SystemPrincipal("invitations")
	}
	known, err := p.Records.Patients(ctx, who, []string{patient})
	if err != nil {
		return "", "", err
	}
	if len(known) == 0 {
		return "", "", access.NoChart()
	}
	if len(known[0].BirthDate) != len(time.DateOnly) {
		return "", "", fault.New(fault.Conflict, "The record has no whole date of birth. Add it there first.").WithCode("birth_date_missing")
	}
	return known[0].Name, known[0].BirthDate, nil
}

func (p *Portal) invite(ctx context.Context, in *inviteIn) (*body[InvitationMade], error) {
	b := in.Body
	n := identity.NewInvitation{Kind: identity.Person, About: b.Patient, Name: b.Name, Email: b.Email, BirthDate: b.BirthDate, Locale: b.Locale, Mail: b.Mail}
	if b.Kind == "staff" {
		n.Kind, n.About, n.BirthDate = identity.Staff, "", ""
		for _, r := range b.Roles {
			n.Roles = append(n.Roles, identity.Role(r))
		}
	} else if b.Patient == "" {
		return nil, access.NoChart()
	}
	who, v, err := p.helper(ctx, n.About)
	if err != nil && !(n.Kind == identity.Staff && fault.Is(err, fault.NotFound)) { // whom staff may not invite is said by the invitation
		return nil, err
	}
	if err := who.RequireRecent(p.Now()); err != nil {
		return nil, err
	}
	if b.Kind != "staff" {
		name, birth, err := p.patientAsRecorded(ctx, who, b.Patient)
		if err != nil && !(b.Kind == "caregiver" && fault.Is(err, fault.Conflict)) {
			return nil, err
		}
		if b.Kind == "patient" {
			if !access.MayComeAlone(birth, "", nil, p.Now()) {
				return nil, fault.New(fault.Conflict, "This patient is too young for an account of their own. Invite a parent or guardian.").WithCode("too_young")
			}
			n.Patient, n.Name, n.BirthDate = b.Patient, name, birth
		}
	}
	var made identity.Invitation
	var url string
	err = p.DB.InTx(ctx, func(c *db.Conn) error {
		if made, url, err = p.Identity.InviteTx(c, who, n); err != nil || n.About == "" {
			return err
		}
		return p.Access.RecordTx(c, access.Event{Who: who, Patient: n.About, View: v, Action: "create", Type: "Person", ID: made.ID, Detail: "invitation"})
	})
	if err != nil {
		return nil, err
	}
	link, err := handed(url)
	return &body[InvitationMade]{InvitationMade{invitationLine(made), link}}, err
}

// invitationOf is an invitation that somebody may change: one of a chart they
// work in; of staff, administrators only.
func (p *Portal) invitationOf(ctx context.Context, id string) (identity.Principal, error) {
	if who, err := owner(ctx); err != nil {
		return who, err
	} else if who.Kind != identity.Staff {
		return who, errNotClinic
	}
	found, err := p.Identity.InvitationByID(ctx, id)
	if err != nil {
		return identity.Principal{}, err
	}
	who, _, err := p.helper(ctx, found.About)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "There is no such invitation.")
	}
	return who, err
}

func (p *Portal) withdrawInvitation(ctx context.Context, in *ByID) (*none, error) {
	who, err := p.invitationOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Identity.Withdraw(ctx, who, in.ID)
}

type againIn struct {
	ByID
	Body struct {
		Mail bool `json:"mail"`
	}
}

func (p *Portal) inviteAgain(ctx context.Context, in *againIn) (*body[InvitationMade], error) {
	who, err := p.invitationOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := who.RequireRecent(p.Now()); err != nil {
		return nil, err
	}
	made, url, err := p.Identity.SendAgain(ctx, who, in.ID, in.Body.Mail)
	if err != nil {
		return nil, err
	}
	link, err := handed(url)
	return &body[InvitationMade]{InvitationMade{invitationLine(made), link}}, err
}

type recoverIn struct {
	Body struct {
		Patient string `json:"patient,omitempty" maxLength:"64" doc:"The chart of the patient; or"`
		Email   string `json:"email,omitempty" maxLength:"254" doc:"the address of the account, for administrators"`
		Reason  string `json:"reason" minLength:"1" maxLength:"150" doc:"How the person was known"`
	}
}

// recover makes a link for who lost everything. Administrators help anybody, the
// front desk of the care team its patients.
func (p *Portal) recover(ctx context.Context, in *recoverIn) (*body[HandedLink], error) {
	who, v, err := p.helper(ctx, in.Body.Patient)
	if err != nil {
		return nil, err
	}
	if !who.Is(identity.Admin) && v.Role != identity.FrontDesk {
		return nil, fault.New(fault.Forbidden, "Only the front desk and administrators can help people back in.").WithCode("role")
	}
	if err := who.RequireRecent(p.Now()); err != nil {
		return nil, err
	}
	var account identity.Account
	birth := ""
	if in.Body.Patient != "" {
		if account, err = p.Identity.AccountByPatient(ctx, in.Body.Patient); err == nil {
			_, birth, err = p.patientAsRecorded(ctx, who, in.Body.Patient)
		}
	} else {
		account, err = p.Identity.AccountByEmail(ctx, in.Body.Email)
	}
	if err != nil {
		return nil, err
	}
	url, err := p.Identity.Recover(ctx, who, account.ID, birth, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	if in.Body.Patient != "" {
		if err := p.Access.Record(ctx, access.Event{Who: who, Patient: in.Body.Patient, View: v, Action: "create", Type: "Person", ID: account.ID, Detail: "recovery link"}); err != nil {
			return nil, err
		}
	}
	link, err := handed(url)
	return &body[HandedLink]{*link}, err
}

type takeInvitationIn struct {
	Body struct {
		Token     string `json:"token" maxLength:"64"`
		BirthDate string `json:"birthDate" maxLength:"10"`
	}
}

func (p *Portal) takeInvitation(ctx context.Context, in *takeInvitationIn) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Identity.AcceptAs(ctx, who, in.Body.Token, in.Body.BirthDate)
}
