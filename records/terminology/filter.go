package terminology

import (
	"slices"
	"strings"
)

// filters turns the filters of a definition into tests of the place of a concept. What is not done is refused, never
// passed over: the set would hold too much.
func (s *system) filters(list []filter) ([]func(int) bool, error) {
	var out []func(int) bool
	for _, f := range list {
		p, err := s.filter(f)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (s *system) filter(f filter) (func(int) bool, error) {
	hierarchy := f.property == "concept" || f.property == "code"
	switch {
	case hierarchy && (f.op == "is-a" || f.op == "descendent-of" || f.op == "is-not-a"):
		if s.part {
			return nil, unsupported("The hierarchy of this code system is not known here: " + s.url + ".")
		}
		root, ok := s.find(f.value)
		if !ok {
			return nil, unsupported("A filter names a code that is not in its code system: " + s.url + ".")
		}
		below := s.below(root)
		switch f.op {
		case "is-not-a":
			return func(i int) bool { return !below[i] }, nil
		case "descendent-of":
			return func(i int) bool { return i != root && below[i] }, nil
		}
		return func(i int) bool { return below[i] }, nil
	case f.op == "=" || f.op == "in":
		wanted := []string{f.value}
		if f.op == "in" {
			wanted = strings.Split(f.value, ",")
		}
		for i := range wanted {
			wanted[i] = strings.TrimSpace(wanted[i])
		}
		values := s.property(f.property)
		if values == nil || f.property == "parent" && s.part {
			break
		}
		return func(i int) bool {
			return slices.ContainsFunc(values(i), func(v string) bool {
				return slices.ContainsFunc(wanted, func(w string) bool { return s.folded(w) == s.folded(v) })
			})
		}, nil
	}
	return nil, unsupported("A filter by this property and operator is not supported: " + named(f.property) + " " + named(f.op) + ".")
}

// property gives the values of a property of concepts, nil when the property is not kept.
func (s *system) property(name string) func(int) []string {
	truth := func(b bool) []string {
		if b {
			return []string{"true"}
		}
		return []string{"false"}
	}
	switch name {
	case "code", "concept":
		return func(i int) []string { return []string{s.concepts[i].Code} }
	case "display":
		return func(i int) []string { return []string{s.concepts[i].Display} }
	case "parent":
		return func(i int) []string { return s.concepts[i].Parents }
	case "inactive":
		return func(i int) []string { return truth(s.concepts[i].Inactive) }
	case "notSelectable":
		return func(i int) []string { return truth(s.concepts[i].Abstract) }
	}
	return nil
}
