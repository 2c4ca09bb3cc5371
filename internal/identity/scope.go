package identity

import (
	"slices"
	"strings"
)

// Acts is a set of what a scope lets an app do, a bit each.
type Acts uint8

// The actions of SMART App Launch 2.2, section 3.0.2.1.
const (
	CreateAct Acts = 1 << iota
	ReadAct        // read, vread, history of one
	UpdateAct
	DeleteAct
	SearchAct // search, history of a type

	allActs = CreateAct | ReadAct | UpdateAct | DeleteAct | SearchAct
)

const actLetters = "cruds" // in the order in which a scope writes them

// ActOf gives the action of a letter; 0: there is none.
func ActOf(letter byte) Acts {
	if i := strings.IndexByte(actLetters, letter); i >= 0 {
		return 1 << i
	}
	return 0
}

// Facet is a category of a type to which a scope can be narrowed. NoFacet: the
// whole type.
type Facet uint8

// The facets that US Core (section "Scopes") and ONC 170.315(g)(10) ask for. Their
// numbers are in no database.
const (
	NoFacet Facet = iota
	EncounterDiagnosis
	ProblemListItem
	HealthConcern
	ClinicalTest
	Laboratory
	SocialHistory
	SDOH // social determinants of health
	Survey
	VitalSigns
	facets
)

// facetOf says of what type each facet is, and by which code resources show in
// their category that they are of it.
var facetOf = [facets]struct{ typ, system, code string }{
	EncounterDiagnosis: {"Condition", "http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis"},
	ProblemListItem:    {"Condition", "http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item"},
	HealthConcern:      {"Condition", "http://hl7.org/fhir/us/core/CodeSystem/condition-category", "health-concern"},
	ClinicalTest:       {"Observation", "http://hl7.org/fhir/us/core/CodeSystem/us-core-observation-category", "clinical-test"},
	Laboratory:         {"Observation", observationCategory, "laboratory"},
	SocialHistory:      {"Observation", observationCategory, "social-history"},
	SDOH:               {"Observation", "http://hl7.org/fhir/us/core/CodeSystem/us-core-category", "sdoh"},
	Survey:             {"Observation", observationCategory, "survey"},
	VitalSigns:         {"Observation", observationCategory, "vital-signs"},
}

const observationCategory = "http://terminology.hl7.org/CodeSystem/observation-category"

// Facets lists all facets.
func Facets() []Facet {
	out := make([]Facet, 0, facets-1)
	for f := NoFacet + 1; f < facets; f++ {
		out = append(out, f)
	}
	return out
}

// Type is the resource type of which the facet is a part.
func (f Facet) Type() string { return facetOf[f].typ }

// Coding is what in the category of a resource says that it is of the facet.
func (f Facet) Coding() (system, code string) { return facetOf[f].system, facetOf[f].code }

// query is how a scope names the facet.
func (f Facet) query() string { return "category=" + facetOf[f].system + "|" + facetOf[f].code }

// FacetOfCoding gives the facet of a type that a code in the category stands for;
// NoFacet: none.
func FacetOfCoding(typ, system, code string) Facet {
	for f := NoFacet + 1; f < facets; f++ {
		if o := &facetOf[f]; o.code == code && o.system == system && o.typ == typ {
			return f
		}
	}
	return NoFacet
}

// Scope is a scope for clinical data that was understood.
type Scope struct {
	Level string // patient, user, system
	Type  string // a resource type; "*": each
	Acts  Acts
	Facet Facet // NoFacet: not narrowed
}

// maxScope bounds a scope in its length.
const maxScope = 300

// ParseScope reads a scope for clinical data (SMART App Launch 2.2, section
// 3.0.2), such as patient/Observation.rs, in the present form or in that of
// version 1 (.read, .write, .*). What it does not understand whole allows nothing:
// letters out of order or twice, and a query other than one of the facets of the
// type. A query narrows reading and searching, in the present form alone; no
// profile says what it would mean for what is written.
func ParseScope(s string) (Scope, bool) {
	var out Scope
	if len(s) > maxScope {
		return Scope{}, false
	}
	level, rest, ok := strings.Cut(s, "/")
	if !ok || level != "patient" && level != "user" && level != "system" {
		return Scope{}, false
	}
	typ, rest, ok := strings.Cut(rest, ".")
	if !ok || !typeName(typ) {
		return Scope{}, false
	}
	acts, query, narrowed := strings.Cut(rest, "?")
	if out.Acts, ok = parseActs(acts); !ok {
		return Scope{}, false
	}
	out.Level, out.Type = level, typ
	if narrowed {
		out.Facet = parseFacet(typ, query)
		if out.Facet == NoFacet || acts != "r" && acts != "s" && acts != "rs" {
			return Scope{}, false
		}
	}
	return out, true
}

func typeName(s string) bool {
	if s == "*" {
		return true
	}
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if c := s[i]; (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

func parseActs(s string) (acts Acts, ok bool) {
	switch s {
	case "":
		return 0, false
	case "*":
		return allActs, true
	case "read":
		return ReadAct | SearchAct, true
	case "write":
		return CreateAct | UpdateAct | DeleteAct, true
	}
	for i := 0; i < len(s); i++ {
		a := ActOf(s[i])
		if a <= acts { // unknown, said before, or out of order
			return 0, false
		}
		acts |= a
	}
	return acts, true
}

// parseFacet reads category=system|code as it stands: a list, a code without its
// system or another parameter is not one of the facets.
func parseFacet(typ, query string) Facet {
	value, ok := strings.CutPrefix(query, "category=")
	if !ok {
		return NoFacet
	}
	system, code, _ := strings.Cut(value, "|")
	return FacetOfCoding(typ, system, code)
}

// Allows tells whether the scope lets an app do the action on the type, be it on
// a part of what there is.
func (s Scope) Allows(resourceType string, act Acts) bool {
	return s.Acts&act != 0 && (s.Type == "*" || s.Type == resourceType)
}

// Within tells whether whatever the scope allows is allowed by the wider one.
func (s Scope) Within(wide Scope) bool {
	return s.Level == wide.Level && (wide.Type == "*" || wide.Type == s.Type) && s.Acts&^wide.Acts == 0 && (wide.Facet == NoFacet || wide.Facet == s.Facet)
}

// meet gives what both scopes allow; false: nothing.
func (s Scope) meet(o Scope) (Scope, bool) {
	out := Scope{Level: s.Level, Type: s.Type, Acts: s.Acts & o.Acts, Facet: max(s.Facet, o.Facet)}
	if s.Type == "*" {
		out.Type = o.Type
	}
	return out, out.Acts != 0 && out.Within(s) && out.Within(o)
}

// Meet gives what of the scopes is within others, in the words of the first where
// these say it.
func Meet(scopes, within []string) []string {
	out := []string{}
	add := func(s string) {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, text := range scopes {
		s, ok := ParseScope(text)
		if !ok || slices.Contains(within, text) {
			if slices.Contains(within, text) {
				add(text)
			}
			continue
		}
		for _, other := range within {
			o, ok := ParseScope(other)
			if !ok {
				continue
			}
			if both, ok := s.meet(o); ok && both == s {
				add(text)
			} else if ok {
				add(both.String())
			}
		}
	}
	return out
}

// String writes the scope in its present form.
func (s Scope) String() string {
	b := append(append(append(append(make([]byte, 0, 64), s.Level...), '/'), s.Type...), '.')
	for i := range len(actLetters) {
		if s.Acts&(1<<i) != 0 {
			b = append(b, actLetters[i])
		}
	}
	if s.Facet != NoFacet {
		b = append(append(b, '?'), s.Facet.query()...)
	}
	return string(b)
}

// ScopeWithin tells whether a scope lies within another one: it is the same, or
// both are for clinical data and it allows nothing beyond.
func ScopeWithin(scope, wide string) bool {
	s, ok := ParseScope(scope)
	if !ok { // launch, openid; nothing that looks clinical and is not understood
		return scope == wide && !strings.Contains(scope, "?") && !clinicalLevel(scope)
	}
	w, ok := ParseScope(wide)
	return ok && s.Within(w)
}

func clinicalLevel(scope string) bool {
	level, _, ok := strings.Cut(scope, "/")
	return ok && (level == "patient" || level == "user" || level == "system")
}
