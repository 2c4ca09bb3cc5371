package terminology

import (
	"slices"
	"strings"
	"sync"

	"housecall/internal/fault"
	"housecall/records/fhir"
)

// Set is a value set: what it includes without what it excludes (R4 4.9.8).
type Set struct {
	URL, Version, Name string

	raw              string // of the table
	once             sync.Once
	include, exclude []component
}

// component is one part of a definition. What it holds meets all that it says: the system, the listed concepts or the
// filters, and every value set that it names.
type component struct {
	system, version string
	sets            []string
	concepts        []Concept
	filters         []filter
}

type filter struct{ property, op, value string }

// maxVisits bounds the work on one value set: concepts looked at.
const maxVisits = 400_000

// ValueSet finds a value set by its URL, with the version after a bar if one is meant.
func ValueSet(canonical string) (*Set, error) {
	url, version, _ := strings.Cut(canonical, "|")
	v := known().sets[url]
	if v == nil || version != "" && version != v.Version {
		text := "This value set is not kept here: " + named(canonical) + "."
		return nil, fault.New(fault.NotFound, text).WithIssues(fault.Issue{Code: "not-found", Text: text})
	}
	return v.read(), nil
}

func (v *Set) read() *Set {
	v.once.Do(func() {
		var at *component
		for line := range strings.SplitSeq(v.raw, "\n") {
			f := strings.Split(line, "\t")
			switch f[0] {
			case "I", "X":
				c := component{}
				if len(f) > 1 {
					c.system, c.sets = f[1], f[2:]
				}
				list := &v.include
				if f[0] == "X" {
					list = &v.exclude
				}
				*list = append(*list, c)
				at = &(*list)[len(*list)-1]
			case "K":
				f = append(f, "")
				at.concepts = append(at.concepts, Concept{System: at.system, Code: f[1], Display: f[2]})
			case "F":
				f = append(f, "", "")
				at.filters = append(at.filters, filter{f[1], f[2], f[3]})
			}
		}
	})
	return v
}

// Read takes a value set from a valid resource.
func Read(n *fhir.Node) (*Set, error) {
	v := &Set{URL: n.Get("url").Str(), Version: n.Get("version").Str(), Name: n.Get("name").Str()}
	v.once.Do(func() {}) // there is nothing in the table to read
	if n.Get("compose", "lockedDate") != nil {
		return nil, unsupported("A locked date is not supported: other versions of the code systems are not kept.")
	}
	for _, part := range []string{"include", "exclude"} {
		for _, i := range n.Get("compose", part).Items() {
			c := component{system: i.Get("system").Str(), version: i.Get("version").Str()}
			for _, s := range i.Get("valueSet").Items() {
				c.sets = append(c.sets, s.Str())
			}
			for _, k := range i.Get("concept").Items() {
				c.concepts = append(c.concepts, Concept{System: c.system, Code: k.Get("code").Str(), Display: k.Get("display").Str()})
			}
			for _, f := range i.Get("filter").Items() {
				c.filters = append(c.filters, filter{f.Get("property").Str(), f.Get("op").Str(), f.Get("value").Str()})
			}
			if part == "include" {
				v.include = append(v.include, c)
			} else {
				v.exclude = append(v.exclude, c)
			}
		}
	}
	if len(v.include) == 0 {
		return nil, unsupported("The value set does not say in compose what it includes.")
	}
	return v, nil
}

func unsupported(text string) error {
	return fault.New(fault.Invalid, text).WithIssues(fault.Issue{Code: "not-supported", Text: text})
}

// reader reads value sets: it knows which ones it is in, and how much it has done.
type reader struct {
	inside []string
	visits int
}

func (r *reader) visit(n int) error {
	if r.visits += n; r.visits > maxVisits {
		text := "This value set holds too much to be worked out at once."
		return fault.New(fault.TooLarge, text).WithIssues(fault.Issue{Code: "too-costly", Text: text})
	}
	return nil
}

// All gives every concept of the set in the order of its definition, each once.
func (v *Set) All() ([]Concept, error) { return (&reader{}).all(v) }

func (r *reader) all(v *Set) ([]Concept, error) {
	if v.URL != "" {
		if slices.Contains(r.inside, v.URL) {
			return nil, fault.New(fault.Invalid, "The value set includes itself.").WithIssues(fault.Issue{Code: "processing", Text: "The value set includes itself."})
		}
		r.inside = append(r.inside, v.URL)
		defer func() { r.inside = r.inside[:len(r.inside)-1] }()
	}
	var out []Concept
	seen := map[[2]string]bool{}
	for i := range v.exclude {
		list, err := r.component(&v.exclude[i])
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			seen[c.key()] = true
		}
	}
	for i := range v.include {
		list, err := r.component(&v.include[i])
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			if k := c.key(); !seen[k] {
				seen[k] = true
				out = append(out, c)
			}
		}
	}
	return out, nil
}

func (c Concept) key() [2]string { return [2]string{c.System, c.Code} }

// component gives what one part of a definition holds.
func (r *reader) component(c *component) ([]Concept, error) {
	if err := r.visit(1); err != nil {
		return nil, err
	}
	var list []Concept
	var err error
	sets := c.sets
	switch {
	case c.system != "":
		list, err = r.ofSystem(c)
	case len(sets) > 0:
		list, err = r.imported(sets[0])
		sets = sets[1:]
	default:
		err = unsupported("A part of the value set names neither a code system nor a value set.")
	}
	for _, s := range sets { // several mean what is in all of them
		if err != nil {
			return nil, err
		}
		var other []Concept
		if other, err = r.imported(s); err != nil {
			return nil, err
		}
		in := make(map[[2]string]bool, len(other))
		for _, o := range other {
			in[o.key()] = true
		}
		list = slices.DeleteFunc(list, func(o Concept) bool { return !in[o.key()] })
	}
	return list, err
}

func (r *reader) imported(canonical string) ([]Concept, error) {
	v, err := ValueSet(canonical)
	if err != nil {
		return nil, err
	}
	return r.all(v)
}

// ofSystem gives the concepts of a system: the listed ones, all, or those that the filters let through.
func (r *reader) ofSystem(c *component) ([]Concept, error) {
	canonical := c.system
	if c.version != "" {
		canonical += "|" + c.version
	}
	s, unknown := systemOf(canonical)
	if len(c.concepts) > 0 {
		if len(c.filters) > 0 {
			return nil, unsupported("A part of the value set has concepts and filters.")
		}
		if err := r.visit(len(c.concepts)); err != nil {
			return nil, err
		}
		list := slices.Clone(c.concepts)
		for i := range list {
			if s == nil { // somebody else's codes, listed one by one: nothing else needs to be known
				continue
			}
			if at, ok := s.find(list[i].Code); ok {
				display := list[i].Display
				if list[i] = s.concepts[at].Concept; display != "" {
					list[i].Display = display
				}
			}
		}
		return list, nil
	}
	if unknown != nil {
		return nil, unknown
	}
	s.read()
	if err := r.visit(len(s.concepts) * (1 + len(c.filters))); err != nil {
		return nil, err
	}
	passes, err := s.filters(c.filters)
	if err != nil {
		return nil, err
	}
	var list []Concept
	for i := range s.concepts {
		if !slices.ContainsFunc(passes, func(p func(int) bool) bool { return !p(i) }) {
			list = append(list, s.concepts[i].Concept)
		}
	}
	return list, nil
}

// Holds says whether a code is in the set. What is found stands, whatever else the set needs; what is not found is only
// denied when everything could be looked at.
func (v *Set) Holds(system, code string) (Concept, bool, error) {
	at := func(list []Concept) int {
		s := known().systems[system]
		return slices.IndexFunc(list, func(c Concept) bool {
			return c.System == system && (c.Code == code || s != nil && s.caseless && strings.EqualFold(c.Code, code))
		})
	}
	r := &reader{}
	if v.URL != "" {
		r.inside = append(r.inside, v.URL)
	}
	for i := range v.exclude {
		if v.exclude[i].other(system) {
			continue
		}
		list, err := r.component(&v.exclude[i])
		if err != nil {
			return Concept{}, false, err
		}
		if at(list) >= 0 {
			return Concept{}, false, nil
		}
	}
	var open error
	for i := range v.include {
		if v.include[i].other(system) {
			continue
		}
		list, err := r.component(&v.include[i])
		if err != nil {
			open = err
			continue
		}
		if k := at(list); k >= 0 {
			return list[k], true, nil
		}
	}
	return Concept{}, false, open
}

// other: the part is about another system, so that it says nothing about codes of this one.
func (c *component) other(system string) bool { return c.system != "" && c.system != system }
