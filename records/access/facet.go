package access

import (
	"housecall/internal/identity"
	"housecall/records/fhir"
)

// Apps can be let into a part of a type: the laboratory results among the
// observations (identity.Facet). Which part a resource is of is decided when it is
// written, as its sensitive kinds are, and kept in the same number: so a view tells
// by one more mask what it shows, in the memory and in SQL.
//
// The bits of Labels are stored:
//
//	 0-5   sensitive kinds
//	 8-13  those of them that were taken over from what the resource refers to
//	16     of a type that has no facets, among others that do
//	17-25  facets

const (
	lentShift = 8
	plain     = Labels(1) << 16
)

// facetBits are the bits of the facets.
var facetBits = [...]Labels{
	identity.EncounterDiagnosis: 1 << 17,
	identity.ProblemListItem:    1 << 18,
	identity.HealthConcern:      1 << 19,
	identity.ClinicalTest:       1 << 20,
	identity.Laboratory:         1 << 21,
	identity.SocialHistory:      1 << 22,
	identity.SDOH:               1 << 23,
	identity.Survey:             1 << 24,
	identity.VitalSigns:         1 << 25,
}

// allFacets are the bits that say which part of its type a resource is of.
const allFacets = plain | 0x1ff<<17

// Sensitive are the sensitive kinds alone.
func (l Labels) Sensitive() Labels { return l & AllLabels }

// Visible is what views look at.
func (l Labels) Visible() Labels { return l & (AllLabels | allFacets) }

// Lent are the sensitive kinds that were taken over from others.
func (l Labels) Lent() Labels { return l >> lentShift & AllLabels }

// Borrow adds the sensitive kinds of what the resource refers to.
func (l Labels) Borrow(from Labels) Labels {
	from &= AllLabels
	return l | from | from<<lentShift
}

// Keep adds what a resource took over from others when it was written before, or
// what is not told by its own content.
func (l Labels) Keep(before Labels) Labels {
	return l.Borrow(before.Lent() | before.Sensitive()&^l.Sensitive())
}

// Same tells whether two classes are the same to whoever is not narrowed to a part
// of a type, whatever rules they come from.
func (c Class) Same(as Class) bool {
	return c.Category == as.Category && c.Labels.Sensitive() == as.Labels.Sensitive()
}

// faceted are the types that have facets, with the categories of data that their
// resources are of.
var faceted = [...]struct {
	typ string
	in  CategorySet
}{
	{"Condition", Of(Conditions)},
	{"Observation", Of(Results, Vitals)},
}

var facetedCategories = Of(Conditions, Results, Vitals)

// facetsOf gives the bits of a resource of that category.
func facetsOf(n *fhir.Node, typ string, c Category) Labels {
	if !facetedCategories.Has(c) {
		return 0
	}
	if typ != "Condition" && typ != "Observation" {
		return plain
	}
	var bits Labels
	for _, concept := range n.Get("category").Items() {
		for _, coding := range concept.Get("coding").Items() {
			bits |= facetBits[identity.FacetOfCoding(typ, coding.Get("system").Str(), coding.Get("code").Str())]
		}
	}
	return bits
}

// narrowFacets takes away the parts of types that an app's scopes do not name. What
// an app may search for it is given whole, and what it may read by id it can search
// for where scopes name the type for both: so where they name another part of it
// for the one than for the other, only what both name is there.
func (v *View) narrowFacets() {
	for _, f := range faceted {
		read, search := v.granted(f.typ, identity.ReadAct), v.granted(f.typ, identity.SearchAct)
		bits := read & search
		if read == 0 || search == 0 {
			bits = read | search
		}
		if bits == 0 || bits == allFacets { // not named, which AllowsType says; or whole
			continue
		}
		v.Parts |= f.in
		v.Facets |= bits | plain
	}
}

// SeesPartsOf tells whether somebody's scopes name every part of a type that those
// of another principal name: what was read for the one may be handed to the other.
func SeesPartsOf(who, as identity.Principal, typ string) bool {
	of := func(p identity.Principal) Labels {
		v := View{scopes: scopesFor(p, "")}
		if v.scopes == nil {
			return allFacets
		}
		return v.granted(typ, identity.ReadAct)
	}
	return of(as)&^of(who) == 0
}

// granted gives the facets of a type on which scopes allow an action.
func (v *View) granted(typ string, act identity.Acts) (bits Labels) {
	for _, s := range v.scopes {
		switch {
		case !s.Allows(typ, act):
		case s.Facet == identity.NoFacet:
			return allFacets
		default:
			bits |= facetBits[s.Facet]
		}
	}
	return bits
}
