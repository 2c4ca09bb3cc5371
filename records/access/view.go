package access

import (
	"hash/fnv"
	"slices"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

// View is what one principal may see and do in one chart, now.
type View struct {
	Patient     string
	Relation    Relation
	Base        Relation      // whom an app acts for: Self or Proxy; otherwise the relation itself
	Role        identity.Role // staff: the role as which they act in this chart
	Grant       string        // the grant by which a proxy acts
	Pool        string        // staff: the pool by which they are in the care team; empty: in person
	Kinship     string        // how the proxy is related: "child", "mother", ...
	See, Act    CategorySet
	Can         Powers      // what the grant lets a proxy do besides seeing
	Hide        Labels      // sensitive kinds that are not there for this view
	Parts       CategorySet // of these categories only what has one of Facets is there
	Facets      Labels
	HoldResults bool      // results are not there before their release
	Visits      []AtVisit // who is here for visits alone: the only appointments that are there; nil: they are here for more
	Emergency   bool
	Reason      string // why the glass was broken
	ChangesAt   int64  // next moment at which the clock alone changes the view, microseconds; 0: none
	Fingerprint uint64 // moves whenever the view does: account, relation, grant and its version, scopes, rules
	Beside      []View // of the charts that this one is joined with, when it is opened as one view over all

	scopes []identity.Scope // nil: not narrowed by an app's scopes
	app    bool             // through an app that is not Housecall's own
	bound  bool             // of a service that works for a Group
}

// Sees tells whether the view holds a resource of that class. Everything that
// leaves a chart passes here: search, counts, paging, history, export, live.
func (v *View) Sees(typ, id string, c Class, releaseAt, nowMicros int64) bool {
	return v.Holds(typ, id) && v.SeesClass(c) && (!v.HoldResults || releaseAt <= nowMicros)
}

// Holds tells whether the view can hold the resource, whatever class it is of. Of
// who is here for a visit alone that is the visit, and whose it is.
func (v *View) Holds(typ, id string) bool {
	return v.Visits == nil || typ == "Patient" || typ == "Appointment" && slices.ContainsFunc(v.Visits, func(a AtVisit) bool { return a.Appointment == id })
}

// SeesClass tells whether the view may hold a released resource of that class: it
// is Sees for who is not here for a visit alone.
func (v *View) SeesClass(c Class) bool {
	return v.See.Has(c.Category) && c.Labels&v.Hide == 0 && (c.Labels&v.Facets != 0 || !v.Parts.Has(c.Category))
}

// MayWrite tells whether the view may create, change or delete a resource of
// that class.
func (v *View) MayWrite(c Class) bool {
	return v.Act.Has(c.Category) && c.Labels&v.Hide == 0
}

// MayAsk tells whether the view may write a request of that class: a Task by which
// one side asks for something and the other answers. To ask for a medicine is not
// to change it, so a patient may ask about all that they see; a caregiver needs a
// power by which they act for the patient, and the clinic the right to act itself.
// Who may ask and answer what is decided more closely by who keeps requests.
func (v *View) MayAsk(c Class) bool {
	if !v.See.Has(c.Category) || c.Labels&v.Hide != 0 {
		return false
	}
	switch v.Base {
	case Self:
		return true
	case Proxy:
		return v.Can != 0
	case CareTeam, ClinicStaff:
		return v.Act.Has(c.Category)
	}
	return false
}

// All gives the view and those beside it.
func (v *View) All() []*View {
	all := []*View{v}
	for i := range v.Beside {
		all = append(all, &v.Beside[i])
	}
	return all
}

// AllowsType tells whether an app's scopes let it do the action ('c' 'r' 'u' 'd'
// 's') on the resource type. It stands beside Sees and MayWrite: a category may
// hold several types, of which the scopes name one.
func (v *View) AllowsType(typ string, action byte) bool {
	if v.scopes == nil {
		return true
	}
	act := identity.ActOf(action)
	if v.bound && typ == "Group" && act&(identity.ReadAct|identity.SearchAct) == 0 {
		return false // it would say by itself what it is bound to
	}
	for i := range v.scopes {
		if v.scopes[i].Allows(typ, act) {
			return true
		}
	}
	return false
}

// Wide gives the view that a system has of every chart, if its scopes let it see
// only parts of some types; nil otherwise: then no row has to be looked at for it.
func Wide(who identity.Principal) *View {
	if !who.Everywhere() || who.Scopes == nil {
		return nil
	}
	v, ok := viewOf(who, "every", tie{}, 0)
	if !ok || v.Parts == 0 {
		return nil
	}
	v.Patient = ""
	return &v
}

// Limited tells whether the view may miss something that is in the chart. It
// never says what.
func (v *View) Limited() bool {
	return v.See != Everything || v.Hide != 0 || v.scopes != nil || v.Visits != nil
}

// NoChart is the answer for a chart that does not exist and for one that the
// principal may not see: both are the same.
func NoChart() error {
	return fault.New(fault.NotFound, "We could not find this record, or it is not shared with you.")
}

// ScopeSensitive is the scope by which a person lets an app see sensitive kinds.
const ScopeSensitive = "housecall/sensitive"

// scopesFor gives the scopes that count in this chart (SMART App Launch 2.2,
// section 3.0.2): patient/ scopes in the chart that the app was launched about, or
// else in the person's own; user/ scopes in every chart that the person may open;
// system/ scopes belong to backend services alone.
func scopesFor(who identity.Principal, patient string) []identity.Scope {
	if who.Scopes == nil {
		return nil
	}
	person := who.Kind == identity.Person || who.Kind == identity.Staff
	about := who.Patient
	if person && who.Context.Patient != "" {
		about = who.Context.Patient
	}
	out := make([]identity.Scope, 0, len(who.Scopes))
	for _, text := range who.Scopes {
		s, ok := identity.ParseScope(text)
		if !ok {
			continue
		}
		switch s.Level {
		case "system":
			ok = who.Kind == identity.System
		case "user":
			ok = person
		default:
			ok = about != "" && (patient == about || patient == "")
		}
		if ok {
			out = append(out, s)
		}
	}
	return out
}

// narrow takes away what an app's scopes do not name.
func (v *View) narrow(who identity.Principal, patient string) {
	if who.Scopes == nil {
		return
	}
	v.scopes, v.app, v.bound = scopesFor(who, patient), who.ThroughApp(), who.Bound()
	var see, act CategorySet
	for i := range v.scopes {
		s := &v.scopes[i]
		of := Everything
		if s.Type != "*" {
			of = CategoriesOfType(s.Type)
		}
		if s.Acts&(identity.ReadAct|identity.SearchAct) != 0 {
			see |= of
		}
		if s.Acts&(identity.CreateAct|identity.UpdateAct|identity.DeleteAct) != 0 {
			act |= of
		}
	}
	v.See &= see
	v.Act &= act
	v.narrowFacets()
	if who.Kind == identity.Person && !slices.Contains(who.Scopes, ScopeSensitive) {
		v.Hide = AllLabels
	}
	if who.Kind == identity.Person && (v.Relation == Self || v.Relation == Proxy) {
		v.Relation = AppForPerson
	}
}

// viewOf builds the view from what is known about the principal and from their
// tie to the chart. It reads nothing.
func viewOf(who identity.Principal, patient string, t tie, now int64) (View, bool) {
	v := View{Patient: patient}
	var version int64
	switch {
	case who.Bound() && patient == "":
		return sharedView(who), true
	case who.Bound() && !t.grouped:
		return View{}, false
	case who.Kind == identity.System:
		v.Relation = Feed
	case who.Kind == identity.Visitor:
		return linkView(who, patient)
	case who.Kind != identity.Person && who.Kind != identity.Staff:
		return View{}, false
	case patient == "":
		return sharedView(who), true
	case who.Patient != "" && who.Patient == patient:
		v.Relation, v.HoldResults = Self, true
	case t.blocked(now):
		return View{}, false
	case who.Kind == identity.Staff && t.place(who, now) != nil:
		m := t.place(who, now)
		v.Relation, v.Role, v.Pool, version = CareTeam, m.Role, m.Pool, m.Version
		if v.Role == identity.FrontDesk {
			v.Relation, v.Hide = ClinicStaff, AllLabels // why somebody comes is not for the desk
		}
		v.ChangesAt = t.turn(now)
	case who.Kind == identity.Staff && t.emergency.holds(who, now):
		v.Relation, v.Role, version = EmergencyAccess, t.emergency.role, t.emergency.until
		v.Emergency, v.Reason, v.ChangesAt = true, t.emergency.reason, t.emergency.until
	case t.grant.activeAt(now):
		v.Relation, v.Grant, v.Kinship, version = Proxy, t.grant.ID, t.grant.Relation, t.grant.Version
		v.HoldResults = true
	case t.visit(now) != nil:
		g := t.visit(now)
		v.Relation, v.Grant, v.Kinship, version = Proxy, g.ID, g.Relation, g.Version
		v.HoldResults = true
	default:
		return View{}, false
	}
	v.Base = v.Relation
	v.See, v.Act = allowed(v.Relation, v.Role)
	switch {
	case v.Relation == Proxy && v.Grant == t.grant.ID:
		t.grant.apply(&v, now)
	case v.Relation == Proxy:
		t.visit(now).apply(&v)
		t.narrowToVisits(&v, now)
	}
	if next := t.nextBlock(now); next != 0 && v.Relation != Self && (v.ChangesAt == 0 || next < v.ChangesAt) {
		v.ChangesAt = next
	}
	lost := t.lost(who, v.Base)
	v.See, v.Act = v.See&^lost, v.Act&^lost
	v.narrow(who, patient)
	if v.See == 0 && v.Act == 0 || !v.connectable(who) {
		return View{}, false
	}
	v.Fingerprint = fingerprint(who, &v, version)
	return v, true
}

// sharedView is the view of the shared chart: organizations, practitioners,
// schedules, questionnaires. Whoever signed in reads it; administrators write.
func sharedView(who identity.Principal) View {
	v := View{Relation: ClinicStaff, See: Everything}
	if who.Kind == identity.Person {
		v.Relation = Self
	}
	if who.Is(identity.Admin) {
		v.Act, v.Role = Everything, identity.Admin
	} else if len(who.Roles) > 0 {
		v.Role = who.Roles[0]
	}
	v.Base = v.Relation
	v.narrow(who, "")
	v.Fingerprint = fingerprint(who, &v, 0)
	return v
}

func fingerprint(who identity.Principal, v *View, version int64) uint64 {
	h := fnv.New64a()
	var buf [160]byte
	b := buf[:0]
	word := func(s string) { b = append(append(b, s...), 0) }
	number := func(n uint64) {
		for range 8 {
			b, n = append(b, byte(n)), n>>8
		}
	}
	word(who.Account)
	word(v.Patient)
	word(v.Grant)
	word(v.Pool)
	word(string(v.Role))
	number(uint64(v.Relation)<<8 | uint64(v.Base))
	number(uint64(version))
	number(uint64(v.See)<<32 | uint64(v.Act))
	number(uint64(v.Hide))
	number(uint64(v.Can)<<32 | PolicyVersion<<16 | RulesVersion)
	h.Write(b)
	for i := range v.scopes {
		s := &v.scopes[i]
		b = append(append(append(b[:0], s.Level[0], byte(s.Acts), byte(s.Facet)), s.Type...), 0)
		h.Write(b)
	}
	for _, a := range v.Visits {
		h.Write([]byte("visit " + a.Appointment))
	}
	if v.scopes != nil && !v.app { // a copy from before Housecall's own app was told of joined charts begins anew
		h.Write([]byte("own app"))
	}
	return h.Sum64()
}

// As is as what somebody does something in a chart: the word for their role that
// clients and the record know, and how they are related to the patient if they act
// for them.
func (v *View) As() (role, relation string) {
	switch v.Base {
	case Self:
		return "patient", ""
	case Proxy:
		return "proxy", v.Kinship
	case CareTeam, EmergencyAccess, ClinicStaff:
		return string(v.Role), ""
	}
	return "system", ""
}

// PatientsSide tells whether a role of As is on the patient's side.
func PatientsSide(role string) bool { return role == "patient" || role == "proxy" }
