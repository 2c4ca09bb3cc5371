package identity

import (
	"slices"
	"time"
)

// Kind says what sort of actor a principal is.
type Kind uint8

// The kinds of actor. The zero value may do nothing.
const (
	Anonymous Kind = iota
	Person         // somebody with an account who acts as patient or caregiver
	Staff          // somebody who works for the clinic
	System         // a feed, an importer, a background job, a backend app
	Visitor        // somebody who did not sign in, by a link to one thing
)

// Role is one thing a staff member is employed to do.
type Role string

// The staff roles.
const (
	Clinician Role = "clinician"
	Nurse     Role = "nurse"
	FrontDesk Role = "frontdesk"
	Privacy   Role = "privacy"
	Admin     Role = "admin"
)

// Roles lists every staff role.
var Roles = []Role{Clinician, Nurse, FrontDesk, Privacy, Admin}

// Proof says how strongly somebody proved who they are.
type Proof uint8

// The proofs, weakest first.
const (
	NoProof Proof = iota
	Password
	SecondFactor // password and a one-time code, or an outside issuer that says so
	Passkey      // with user verification
)

// Principal is who acts, how they proved it, and through what. It is an
// explicit parameter of everything that touches a chart, so that the compiler
// asks each caller on whose behalf it acts.
type Principal struct {
	Kind         Kind
	Account      string // account id (UUID); for System the name of the feed or job
	Name         string // as shown to the patient in the list of accesses
	Roles        []Role
	Patient      string // the account's own chart, if it has one
	Practitioner string // FHIR id of the staff member
	Session      string // session or token id, ends sockets with it
	Proof        Proof
	ProvedAt     time.Time // last time the proof was given: step-up looks at it
	Client       string    // OAuth client; empty: Housecall's own web client
	ClientName   string
	Scopes       []string // granted scopes; nil: the whole of what the person may do
	Context      Context  // what the app was launched about
	Thing        string   // of a visitor: the one thing of the chart that their link opens, as Type/id
	Group        string   // Group of patients that a backend service is bound to; empty: none
	Purpose      string   // v3-PurposeOfUse that the request names; empty: by the relation
	Locale       string
	RequestID    string
	Address      string
	Browser      string // family of the browser of the request; empty: it does not say
}

// Context is what an app was launched about (SMART App Launch 2.2, section 2.0.8.1):
// the patient whom somebody chose, and the encounter that was open. It gives no
// access of its own: it says for which chart scopes that begin with patient/ count.
type Context struct{ Patient, Encounter string }

// Is tells whether the principal has the role.
func (p Principal) Is(r Role) bool { return p.Kind == Staff && slices.Contains(p.Roles, r) }

// Without is the principal as who they are besides a role.
func (p Principal) Without(r Role) Principal {
	p.Roles = slices.DeleteFunc(slices.Clone(p.Roles), func(x Role) bool { return x == r })
	return p
}

// Fresh tells whether a strong proof is younger than the age, as step-up asks.
func (p Principal) Fresh(now time.Time, age time.Duration) bool {
	return p.Proof >= SecondFactor && now.Sub(p.ProvedAt) <= age
}

// HasScope tells whether a scope was granted; a principal without a scope list
// is Housecall's own client and is not narrowed.
func (p Principal) HasScope(s string) bool { return p.Scopes == nil || slices.Contains(p.Scopes, s) }

// PhoneClient is the client of Housecall's own app on phones.
const PhoneClient = "housecall-phone"

// ThroughApp tells whether somebody acts through an app that they let in, and not
// through Housecall itself: its pages, or its own app on a phone. What Housecall's
// own app may do is still narrowed by the scopes of its token.
func (p Principal) ThroughApp() bool { return p.Scopes != nil && p.Client != PhoneClient }

// Bound tells whether it is a backend service that works for a Group of patients only.
func (p Principal) Bound() bool { return p.Kind == System && p.Group != "" }

// Everywhere tells whether it is a system that works in every chart.
func (p Principal) Everywhere() bool { return p.Kind == System && p.Group == "" }

// AllowsFHIR tells whether the scopes let the principal do the action
// ('c' 'r' 'u' 'd' 's') on the resource type. A scope that is narrowed to a
// category allows it on a part of what there is: on which, the view of a chart
// says for each row.
func (p Principal) AllowsFHIR(resourceType string, action byte) bool {
	if p.Scopes == nil {
		return true
	}
	act := ActOf(action)
	if p.Bound() && resourceType == "Group" && act&(ReadAct|SearchAct) == 0 {
		return false // it would say by itself what it is bound to
	}
	for _, s := range p.Scopes {
		if sc, ok := ParseScope(s); ok && sc.Allows(resourceType, act) {
			return true
		}
	}
	return false
}

// SystemPrincipal is a job or feed of Housecall itself.
func SystemPrincipal(name string) Principal {
	return Principal{Kind: System, Account: name, Name: name}
}
