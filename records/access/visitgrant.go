package access

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// VisitGrant is access that lives and dies with one visit: it counts from when
// the visit's doors open until the visit is over or called off.
type VisitGrant struct {
	ID, Patient, Account, Appointment string
	Name, Relation                    string
	See                               CategorySet
	Can                               Powers
	Start, End                        time.Time // End: at the latest
	State                             State
	Version                           int64
}

func (g *VisitGrant) activeAt(now int64) bool {
	return g.State == Active && micros(g.Start) <= now && now < micros(g.End)
}

// guestsOf lists the visits that an account may be at now, in the form of grants.
func (s *Service) guestsOf(ctx context.Context, account string) ([]Grant, error) {
	now := micros(s.now())
	c := s.db.Read(ctx)
	list, err := queryVisitGrants(c, `WHERE account = ? AND state = ? AND start_at <= ? AND end_at > ? ORDER BY start_at, id LIMIT ?`, account, Active, now, now, most)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	blocks, err := blocksOf(c, account)
	if err != nil {
		return nil, err
	}
	var out []Grant
	for _, g := range list {
		if t := (tie{blocks: blocks[g.Patient]}); !t.blocked(now) {
			out = append(out, g.grant())
		}
	}
	return out, nil
}

// visit gives the visit's access that counts now; nil: none does.
func (t *tie) visit(now int64) *VisitGrant {
	for i := range t.visits {
		if t.visits[i].activeAt(now) {
			return &t.visits[i]
		}
	}
	return nil
}

// narrowToVisits leaves of a chart the visits that somebody may be at now: doors of
// two may be open at one time. The view changes when the first of them ends and when
// the next one begins.
func (t *tie) narrowToVisits(v *View, now int64) {
	v.Visits = []AtVisit{}
	for i := range t.visits {
		g := &t.visits[i]
		if g.State != Active {
			continue
		}
		next := micros(g.End)
		switch {
		case g.activeAt(now):
			v.Visits = append(v.Visits, AtVisit{g.Appointment, g.ID})
		case micros(g.Start) > now:
			next = micros(g.Start)
		default:
			continue
		}
		v.ChangesAt = min(v.ChangesAt, next)
	}
}

// linkView is what the holder of a patient's own link to a visit sees: that visit,
// and whose it is. Their principal has no scope, so whatever asks for one refuses
// them; what serves such a link asks the view alone.
func linkView(who identity.Principal, patient string) (View, bool) {
	if v, ok := guestView(who, patient); ok {
		return v, true
	}
	id, ok := strings.CutPrefix(who.Thing, "Appointment/")
	if !ok || id == "" || patient == "" || patient != who.Context.Patient {
		return View{}, false
	}
	v := View{Patient: patient, Relation: ByLink, Base: ByLink, HoldResults: true, Visits: []AtVisit{{Appointment: id}}}
	v.See, v.Act = allowed(ByLink, anyRole)
	v.Fingerprint = fingerprint(who, &v, 0)
	return v, true
}

// AtVisit is one visit that somebody may be at, and by what.
type AtVisit struct{ Appointment, Grant string }

// For gives the view of somebody at a visit: who is here for visits alone is there
// by what was given for that one.
func (v *View) For(appointment string) *View {
	for _, a := range v.Visits {
		if a.Appointment == appointment {
			one := *v
			one.Visits, one.Grant = []AtVisit{a}, a.Grant
			return &one
		}
	}
	return v
}

// apply cuts the policy's outer bound down to what a visit's guest may see and do.
func (g *VisitGrant) apply(v *View) {
	v.See &= g.See
	v.Can = g.Can
	v.Act &= g.Can.acts() & g.See
	v.Hide = AllLabels
	v.ChangesAt = micros(g.End)
}

// visitSees is what the guest of a visit sees: the visit, and whose it is. What was
// written at earlier visits is not theirs.
var visitSees = Of(Demographics, Appointments)

// longestVisit bounds how long a visit's access may last.
const longestVisit = 24 * time.Hour

// VisitOffer asks for an invitation to one visit.
type VisitOffer struct {
	Patient, Appointment string
	Name, Relation       string
	Start, End           time.Time // from the opening of the doors to when the visit is over at the latest
}

// InvitesToVisits refuses all but the patient and the doctors and nurses of their
// care team.
func (v *View) InvitesToVisits() error {
	if v.Base == Self || v.Base == CareTeam {
		return nil
	}
	return fault.New(fault.Forbidden, "Only the patient or their care team can invite somebody to a visit.").WithCode("role")
}

// OfferVisitTx invites somebody to one visit: by the patient, or by a doctor or
// nurse of the patient's care team. Who accepts may join it.
func (s *Service) OfferVisitTx(c *db.Conn, who identity.Principal, in VisitOffer) (Offer, string, error) {
	if who.Scopes != nil {
		return Offer{}, "", NoChart()
	}
	v, err := s.ViewOf(c, who, in.Patient)
	if err != nil {
		return Offer{}, "", err
	}
	if err := v.InvitesToVisits(); err != nil {
		return Offer{}, "", err
	}
	now := s.now()
	o := Offer{Patient: in.Patient, Appointment: in.Appointment, Name: strings.TrimSpace(in.Name), Relation: strings.TrimSpace(in.Relation), See: visitSees, Can: PowerVisits, Start: in.Start, End: in.End}
	switch {
	case o.Appointment == "" || !o.End.After(now) || !o.End.After(o.Start) || o.End.Sub(o.Start) > longestVisit:
		return Offer{}, "", fault.New(fault.Conflict, "This visit is over.")
	case o.Name == "" || len(o.Name) > 200:
		return Offer{}, "", fault.New(fault.Invalid, "Give the name of the person with whom the record is shared.")
	case o.Relation == "" || len(o.Relation) > 60:
		return Offer{}, "", fault.New(fault.Invalid, "Say how the two are related.")
	}
	return s.offerTx(c, who, o)
}

// visitGrantTx makes an accepted invitation access to its visit.
func (s *Service) visitGrantTx(c *db.Conn, who identity.Principal, o *Offer, name string) (string, error) {
	now := micros(s.now())
	var running int
	if err := c.QueryRow(`SELECT count(*) FROM visit_grants WHERE account = ? AND patient_id = ? AND appointment = ? AND state = ?`, who.Account, o.Patient, o.Appointment, Active).Scan(&running); err != nil {
		return "", err
	}
	if running > 0 {
		return "", fault.New(fault.Conflict, "This person already has access. Change or stop that first.")
	}
	id := s.newID()
	_, err := c.Exec(`INSERT INTO visit_grants (id, patient_id, account, appointment, name, relation, see, can, start_at, end_at, state, version, created_by, created_at, changed_by, changed_at) VALUES `+db.Placeholders(1, 16),
		id, o.Patient, who.Account, o.Appointment, name, o.Relation, int64(o.See), int64(o.Can), micros(o.Start), micros(o.End), Active, 1, o.CreatedBy, now, who.Account, now)
	if err != nil {
		return "", err
	}
	return id, s.changedTx(c, who, o.Patient, "create", "Consent", id)
}

// Guests lists who has or had access to one visit, and the invitations to it, newest
// first. The caller has decided that the viewer may invite to it, and leaves the
// row.
func (s *Service) Guests(c *db.Conn, patient, appointment string) ([]VisitGrant, []Offer, error) {
	list, err := queryVisitGrants(c, `WHERE patient_id = ? AND appointment = ? ORDER BY created_at DESC, id DESC LIMIT ?`, patient, appointment, most)
	if err != nil {
		return nil, nil, err
	}
	out, err := keptOut(c, patient, micros(s.now()))
	if err != nil {
		return nil, nil, err
	}
	// Whom a paper keeps out has no access, and nobody is told of the paper.
	list = slices.DeleteFunc(list, func(g VisitGrant) bool { return out[g.Account] })
	for i := range list {
		if list[i].State == Active && !list[i].End.After(s.now()) {
			list[i].State = Ended
		}
	}
	offers, err := queryOffers(c, `WHERE patient_id = ? AND appointment = ? AND state = ? AND expires_at > ? ORDER BY created_at DESC, id DESC LIMIT ?`,
		patient, appointment, OfferWaits, micros(s.now()), most)
	return list, offers, err
}

// DropGuestTx takes one guest's access to a visit away, or an invitation to it. The
// caller has decided that who does it may invite to the visit.
func (s *Service) DropGuestTx(c *db.Conn, who identity.Principal, patient, appointment, id string) error {
	if err := s.lockChart(c, patient); err != nil {
		return err
	}
	offers, err := queryOffers(c, `WHERE id = ? AND patient_id = ? AND appointment = ?`, id, patient, appointment)
	if err != nil {
		return err
	}
	if len(offers) > 0 {
		return s.withdrawTx(c, who, &offers[0])
	}
	var there int
	if err := c.QueryRow(`SELECT count(*) FROM visit_grants WHERE id = ? AND patient_id = ? AND appointment = ?`, id, patient, appointment).Scan(&there); err != nil {
		return err
	}
	if there == 0 {
		return fault.New(fault.NotFound, "We could not find this sharing.")
	}
	_, err = s.revokeVisitTx(c, who, patient, id, true)
	return err
}

// EndVisitGrantsTx ends every access to a visit, and the invitations to it that
// wait, when it is over or called off.
func (s *Service) EndVisitGrantsTx(c *db.Conn, who identity.Principal, patient, appointment string) error {
	if err := s.SeatTakenTx(c, appointment); err != nil {
		return err
	}
	now := micros(s.now())
	if _, err := c.Exec(`UPDATE grant_offers SET state = ?, changed_by = ?, changed_at = ? WHERE patient_id = ? AND appointment = ? AND state = ?`,
		OfferWithdrawn, who.Account, now, patient, appointment, OfferWaits); err != nil {
		return err
	}
	done, err := c.Exec(`UPDATE visit_grants SET state = ?, version = version + 1, changed_by = ?, changed_at = ? WHERE patient_id = ? AND appointment = ? AND state = ?`,
		Ended, who.Account, now, patient, appointment, Active)
	if err != nil || done == 0 {
		return err
	}
	return s.changedTx(c, who, patient, "delete", "Consent", "")
}

// MoveVisitGrantsTx moves access to a visit, and the invitations to it, along with
// the visit.
func (s *Service) MoveVisitGrantsTx(c *db.Conn, who identity.Principal, patient, appointment string, from, until time.Time) error {
	if err := s.SeatTakenTx(c, appointment); err != nil {
		return err
	}
	now := micros(s.now())
	if _, err := c.Exec(`UPDATE grant_offers SET start_at = ?, end_at = ?, expires_at = CASE WHEN expires_at > ? THEN ? ELSE expires_at END, changed_by = ?, changed_at = ?
		WHERE patient_id = ? AND appointment = ? AND state = ?`, micros(from), micros(until), micros(until), micros(until), who.Account, now, patient, appointment, OfferWaits); err != nil {
		return err
	}
	done, err := c.Exec(`UPDATE visit_grants SET start_at = ?, end_at = ?, version = version + 1, changed_by = ?, changed_at = ? WHERE patient_id = ? AND appointment = ? AND state = ?`,
		micros(from), micros(until), who.Account, now, patient, appointment, Active)
	if err != nil || done == 0 {
		return err
	}
	return s.changedTx(c, who, patient, "update", "Consent", "")
}

// revokeVisitTx ends one guest's access to a visit: by the patient, or by the
// guest.
func (s *Service) revokeVisitTx(c *db.Conn, who identity.Principal, patient, id string, manages bool) (Grant, error) {
	list, err := queryVisitGrants(c, `WHERE id = ? AND patient_id = ?`, id, patient)
	if err != nil {
		return Grant{}, err
	}
	if len(list) == 0 || !manages && (who.Scopes != nil || who.Account == "" || list[0].Account != who.Account) {
		return Grant{}, fault.New(fault.NotFound, "We could not find this sharing.")
	}
	g := list[0]
	if g.State != Active || !g.End.After(s.now()) {
		return Grant{}, fault.New(fault.Conflict, "This sharing has already ended.")
	}
	if _, err := c.Exec(`UPDATE visit_grants SET state = ?, version = version + 1, changed_by = ?, changed_at = ? WHERE id = ?`, Revoked, who.Account, micros(s.now()), id); err != nil {
		return Grant{}, err
	}
	g.State = Revoked
	return g.grant(), s.changedTx(c, who, patient, "delete", "Consent", id)
}

// grant is a visit's access in the form of a grant.
func (g *VisitGrant) grant() Grant {
	return Grant{ID: g.ID, Patient: g.Patient, Account: g.Account, Name: g.Name, Relation: g.Relation, Basis: Consent, See: g.See, Can: g.Can,
		Start: g.Start, End: g.End, State: g.State, Version: g.Version, Appointment: g.Appointment}
}

func queryVisitGrants(c *db.Conn, where string, args ...any) ([]VisitGrant, error) {
	var out []VisitGrant
	err := c.Each(`SELECT id, patient_id, account, appointment, name, relation, see, can, start_at, end_at, state, version FROM visit_grants `+where, func(r *sql.Rows) error {
		var g VisitGrant
		var start, end int64
		err := r.Scan(&g.ID, &g.Patient, &g.Account, &g.Appointment, &g.Name, &g.Relation, &g.See, &g.Can, &start, &end, &g.State, &g.Version)
		g.Start, g.End = moment(start), moment(end)
		out = append(out, g)
		return err
	}, args...)
	return out, err
}
