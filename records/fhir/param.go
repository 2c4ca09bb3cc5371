package fhir

import (
	"slices"
	"strings"
	"sync"
)

// ParamType is the type of a search parameter (https://hl7.org/fhir/R4/search.html#ptypes).
type ParamType uint8

// The types of search parameters.
const (
	TypeNumber ParamType = iota
	TypeDate
	TypeString
	TypeToken
	TypeReference
	TypeComposite
	TypeQuantity
	TypeURI
	TypeSpecial
)

var paramTypeNames = [...]string{"number", "date", "string", "token", "reference", "composite", "quantity", "uri", "special"}

func (t ParamType) String() string { return paramTypeNames[t] }

// Param is one official search parameter as it applies to one resource type.
type Param struct {
	Name    string
	Type    ParamType
	Targets []string // of a reference; nil means any type
	Indexed bool     // Extract writes rows for it
	Cross   bool     // can be found by without knowing the patient
	Home    bool     // names the patient of the home chart: answered by key, see HomeParam
	Parts   []*Param // components of a composite

	ofResource bool // a component whose expression starts at the resource
	expression string
	once       sync.Once
	compiled   *expr
}

// Expression is the FHIRPath of the elements that the parameter looks at.
func (p *Param) Expression() string { return p.expression }

// Supported says whether searches by the parameter can be answered: from rows, by the chart's key, from the columns that
// every resource has, or by looking at each resource that the rest of the search leaves.
func (p *Param) Supported() bool {
	switch p.Type {
	case TypeComposite:
		return p.Parts != nil
	case TypeSpecial:
		return p.Name == "near"
	}
	return p.expression != ""
}

// Sortable says whether the parameter can order an answer: what has no rows has no place that a page could end at.
func (p *Param) Sortable() bool {
	return p.Indexed || p.Home || p.Name == "_id" || p.Name == "_lastUpdated"
}

// path compiles the expression at first use. The expressions are part of the binary and a test compiles each of them.
func (p *Param) path() *expr {
	p.once.Do(func() {
		e, err := compilePath(p.expression)
		if err != nil {
			panic("fhir: search parameter " + p.Name + ": " + err.Error())
		}
		p.compiled = e
	})
	return p.compiled
}

// Params returns the search parameters of a resource type, those of all types (_id, _tag, ..) included, sorted by name.
// The slice is shared: do not change it. It is nil for an unknown type.
func Params(resourceType string) []*Param {
	if !IsType(resourceType) {
		return nil
	}
	t := r4().types[resourceType]
	t.paramsOnce.Do(t.loadParams)
	return t.params
}

// LookupParam finds a search parameter of a resource type; nil when there is none.
func LookupParam(resourceType, name string) *Param {
	if Params(resourceType) == nil {
		return nil
	}
	return r4().types[resourceType].paramIndex[name]
}

// HomeParam says whether the parameter names the patient whose chart is the home of the resource, as Observation.patient
// and Observation.subject do. Such a search is answered by the chart's key, so Extract writes no row for a reference to a
// Patient; it does for other subjects (a Group, a Device).
func HomeParam(resourceType, param string) bool {
	p := LookupParam(resourceType, param)
	return p != nil && p.Home
}

func (t *typeDef) loadParams() {
	d := r4()
	t.paramIndex = map[string]*Param{}
	indexed, cross := indexedParams[t.name], crossParams[t.name]
	home := HomeElement(t.name)
	for _, from := range []*typeDef{d.types["Resource"], d.types["DomainResource"], t} {
		for line := range strings.Lines(from.raw) {
			f := strings.Split(line[:len(line)-1], "\t")
			if f[0] != "P" {
				continue
			}
			p := &Param{Name: f[1], Type: ParamType(slices.Index(paramTypeNames[:], f[2])), expression: f[4]}
			if f[3] != "" {
				p.Targets = strings.Split(f[3], ",")
			}
			if p.Name == "patient" {
				p.Targets = []string{"Patient"}
			} else if _, only, ok := strings.Cut(p.expression, "where(resolve() is "); ok {
				p.Targets = []string{strings.TrimSuffix(only, ")")}
			}
			if home != "" && p.Type == TypeReference {
				path := t.name + "." + home
				p.Home = p.expression == path || p.expression == path+".where(resolve() is Patient)"
			}
			p.Indexed = p.Type != TypeComposite && p.Type != TypeSpecial &&
				(slices.Contains(indexed, p.Name) || slices.Contains(indexedEverywhere, p.Name))
			if p.Type == TypeComposite {
				p.Parts = partsOf(t.name, p.Name)
			}
			p.Cross = p.Indexed && slices.Contains(cross, p.Name)
			if p.Home && strings.HasSuffix(p.expression, ")") {
				p.Indexed = false // has only rows that the key replaces
			} else if p.Home {
				p.Indexed = true
			}
			if _, twice := t.paramIndex[p.Name]; !twice {
				t.params = append(t.params, p)
			}
			t.paramIndex[p.Name] = p
			if p.Indexed {
				t.indexed = append(t.indexed, p)
			}
		}
	}
	slices.SortFunc(t.params, func(a, b *Param) int { return strings.Compare(a.Name, b.Name) })
}
