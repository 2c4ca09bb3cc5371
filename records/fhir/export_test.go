package fhir

import "time"

// PathValue is one value of a FHIRPath expression's result.
type PathValue struct {
	Type string // of FHIR's, or Boolean, Quantity, .. for results
	Text string
}

// EvalPath evaluates an expression on a resource, for the tests outside of the package.
func EvalPath(expression string, n *Node, now time.Time) (out []PathValue, refused, failed error) {
	e, err := compilePath(expression)
	if err != nil {
		return nil, err, nil
	}
	this := resourceItem(n, nil)
	m := machine{root: n, resource: this, now: now}
	for _, it := range e.run(&m, this, nil) {
		s := string(it.n.Append(nil))
		if plain, ok := toString(it); ok {
			s = plain.n.text
		}
		out = append(out, PathValue{it.typ, s})
	}
	return out, nil, m.err
}

// ElementType tells the tests how an element of a type is written: the type of its content, and whether it repeats.
func ElementType(of, element string) (typ string, primitive, many, ok bool) {
	s := shapeOf(of)
	if s == nil || s.props[element] == nil {
		return "", false, false, false
	}
	p := s.props[element]
	if c := p.content(); c != nil {
		return c.name, false, p.many, true
	}
	return p.typ, p.prim != notPrimitive, p.many, true
}

// RequiredByProfile lists the elements directly below the resource that every version of a profile requires.
func RequiredByProfile(canonical string) []string {
	count := map[string]int{}
	versions := profilesOf(canonical)
	for _, p := range versions {
		for _, e := range p.decode().inner {
			if e.min > 0 {
				count[e.name]++
			}
		}
	}
	var out []string
	for name, n := range count {
		if n == len(versions) {
			out = append(out, name)
		}
	}
	return out
}
