package access

import "housecall/internal/identity"

// PolicyVersion is the version of the table below. It is part of every view's
// fingerprint, so that what clients hold is asked for again when rules change.
const PolicyVersion = 2

// Relation is how somebody stands to a chart.
type Relation uint8

// The relations. The zero value may do nothing.
const (
	Nobody          Relation = iota
	Self                     // the chart's own patient
	Proxy                    // acts for the patient by a grant
	CareTeam                 // clinician or nurse of the patient's care team
	EmergencyAccess          // broke the glass: reason given, for a short time
	ClinicStaff              // front desk of the patient's care team
	AppForPerson             // an app that a patient or caregiver lets act for them
	Feed                     // a feed, import or background job
	ByLink                   // holds the patient's own link to one visit
	GuestByLink              // holds a link by which somebody without an account is invited to one visit
	relations
)

var relationNames = [relations]string{"", "self", "proxy", "care-team", "emergency", "clinic-staff", "app", "system", "link", "guest"}

// String is the relation's word in the JSON API.
func (r Relation) String() string {
	if r >= relations {
		return ""
	}
	return relationNames[r]
}

// Action is one of the two things that the rules tell apart.
type Action uint8

// The actions.
const (
	See Action = iota // read, search, history, export, follow live
	Act               // create, change, delete
)

const anyRole identity.Role = ""

// rule is one line of the policy: who, and what they may see and act on.
type rule struct {
	relation Relation
	role     identity.Role
	see, act CategorySet
}

var (
	clinical   = Of(Conditions, Allergies, Medicines, Immunizations, Results, Vitals, Visits, Documents, CarePlan)
	deskWork   = Of(Demographics, Appointments, Coverage)
	ownActs    = Of(Demographics, Messages, Appointments, Questionnaires)
	proxyActs  = Of(Medicines, Visits, Documents, Messages, Appointments, Questionnaires)
	clinicActs = clinical | Of(Messages, Appointments, Questionnaires, Other)
)

// policy is the whole of the rules by category. What no line allows is denied.
//
// A proxy's line is the most that a grant can give; the grant says how much of
// it. The same holds for apps and the scopes they were given. Held results and
// sensitive kinds are taken away afterwards, by View.Sees. Privacy officers and
// administrators have no line: they see the audit log and the settings, never a
// chart.
var policy = []rule{
	// relation       role                see         act
	{Self, anyRole, Everything, ownActs},
	{Proxy, anyRole, Everything, proxyActs},
	{CareTeam, identity.Clinician, Everything, clinicActs},
	{CareTeam, identity.Nurse, Everything, clinicActs},
	{EmergencyAccess, identity.Clinician, Everything, 0},
	{EmergencyAccess, identity.Nurse, Everything, 0},
	{ClinicStaff, identity.FrontDesk, deskWork, deskWork},
	{AppForPerson, anyRole, Everything, ownActs | proxyActs},
	{Feed, anyRole, Everything, Everything},
	{ByLink, anyRole, visitSees, 0},
	{GuestByLink, anyRole, Of(Appointments), 0},
}

// allowed gives the two sets of the policy for a relation and role.
func allowed(rel Relation, role identity.Role) (see, act CategorySet) {
	for i := range policy {
		if r := &policy[i]; r.relation == rel && (r.role == anyRole || r.role == role) {
			return r.see, r.act
		}
	}
	return 0, 0
}

// Decide tells whether the policy lets somebody of that relation and role do the
// action on data of the category. It is the outer bound: grants, scopes, labels
// and holds only take away from it.
func Decide(rel Relation, role identity.Role, c Category, a Action) bool {
	see, act := allowed(rel, role)
	if a == Act {
		return act.Has(c)
	}
	return see.Has(c)
}
