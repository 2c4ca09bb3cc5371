package fhir

import (
	"slices"
	"strconv"
	"strings"
)

// elements checks what a profile says of the elements below an item.
func (v *validator) elements(list []*profiled, parent item) {
	for _, e := range list {
		name := strings.TrimSuffix(e.name, "[x]")
		found := field(nil, parent, name)
		v.occurs(e, name, len(found))
		for i, it := range found {
			v.below(it, i, func() { v.element(e, it) })
		}
		for _, s := range e.slices {
			v.slice(e, s, name, found)
		}
	}
}

// slice counts and checks the values that belong to a slice. A slice whose values cannot be told from others is passed
// over.
func (v *validator) slice(e, s *profiled, name string, found []item) {
	count := 0
	for i, it := range found {
		in, known := v.belongs(e, s, it)
		if !known {
			return
		}
		if in {
			count++
			v.below(it, i, func() { v.element(s, it) })
		}
	}
	v.occurs(s, name, count)
}

// below steps down to a value and back.
func (v *validator) below(it item, index int, check func()) {
	at := pathOf(it.p)
	if it.p.many {
		at.index = index
	}
	v.path = append(v.path, at)
	if len(v.path) < 2*maxDepth {
		check()
	}
	v.path = v.path[:len(v.path)-1]
}

func (v *validator) occurs(e *profiled, name string, count int) {
	what := ""
	if e.slice != "" {
		what = " of the kind " + e.slice
	}
	switch {
	case count < e.min && e.min == 1:
		v.addAt(name, CodeRequired, "the profile "+v.profileName+" requires this element"+what)
	case count < e.min:
		v.addAt(name, CodeRequired, "the profile "+v.profileName+" requires at least "+strconv.Itoa(e.min)+what)
	case e.max == 0 && count > 0:
		v.addAt(name, CodeStructure, "the profile "+v.profileName+" does not allow this element"+what)
	case e.max > 0 && count > e.max:
		v.addAt(name, CodeStructure, "the profile "+v.profileName+" allows at most "+strconv.Itoa(e.max)+what)
	}
}

// element checks one value.
func (v *validator) element(e *profiled, it item) {
	if it.n == nil { // only extensions, as data-absent-reason
		return
	}
	if text, ok := v.hasType(e, it); !ok {
		v.add(SeverityError, CodeValue, text)
		return
	}
	if e.pattern != nil && !e.holdsPattern(it.n) {
		v.add(SeverityError, CodeValue, "the profile "+v.profileName+" asks for another value here")
	}
	if e.codes != nil && !codesAllow(e.codes, it) {
		v.add(SeverityError, CodeCodeInvalid, "the profile "+v.profileName+" does not allow this code")
	}
	v.invariants(e.invariants, it)
	v.elements(e.inner, it)
	if p := e.typeProfile(it); p != nil {
		v.nested(p, it)
	}
}

// nested checks a value against the profile of its type; a resource inside another is a scope of its own.
func (v *validator) nested(p *profile, it item) {
	if it.s == nil || !it.s.resource {
		v.meets(p, it)
		return
	}
	scopeBefore, resourceBefore := v.scope, v.m.resource
	v.scope, v.m.resource = &scope{node: it.n}, it
	v.meets(p, it)
	v.scope, v.m.resource = scopeBefore, resourceBefore
}

func (e *profiled) typeProfile(it item) *profile {
	if len(e.types) != 1 || e.types[0].profile == "" {
		return nil
	}
	if known := profilesOf(e.types[0].profile); len(known) > 0 && (known[0].typ == it.typ) {
		return known[0]
	}
	return nil
}

// hasType checks the types of a choice, and what a reference points to.
func (v *validator) hasType(e *profiled, it item) (wrong string, ok bool) {
	if len(e.types) == 0 || it.s != nil && it.s.resource {
		return "", true
	}
	at := slices.IndexFunc(e.types, func(t profiledType) bool { return t.code == it.typ })
	if at < 0 {
		// Only a choice has types to narrow; a backbone element is called differently.
		return "the profile " + v.profileName + " does not allow this type", !it.p.choice
	}
	targets := e.types[at].targets
	if it.typ != "Reference" || targets == nil {
		return "", true
	}
	for _, r := range resolved(nil, v.scope.node, it) {
		if !slices.ContainsFunc(targets, func(t string) bool { return isA(r.typ, t) }) {
			return "the profile " + v.profileName + " does not allow a " + r.typ + " here, but: " + strings.Join(targets, ", "), false
		}
	}
	return "", true
}

func (e *profiled) holdsPattern(n *Node) bool {
	if e.fixed {
		return e.pattern.Equal(n)
	}
	return contains(n, e.pattern)
}

// contains says whether a value has all that a pattern has (https://hl7.org/fhir/R4/elementdefinition.html, pattern[x]).
func contains(n, pattern *Node) bool {
	switch pattern.Kind() {
	case KindObject:
		for _, m := range pattern.members {
			if !contains(n.member(m.Key), m.Value) {
				return false
			}
		}
		return n.Kind() == KindObject
	case KindArray:
		for _, want := range pattern.items {
			if !slices.ContainsFunc(n.Items(), func(it *Node) bool { return contains(it, want) }) {
				return false
			}
		}
		return true
	}
	return n.Equal(pattern)
}

func codesAllow(c *codeList, it item) bool {
	switch it.typ {
	case "CodeableConcept":
		return slices.ContainsFunc(it.n.member("coding").Items(), func(k *Node) bool {
			return c.hasCoding(k.member("system").Str(), k.member("code").Str())
		})
	case "Coding", "Quantity":
		return c.hasCoding(it.n.member("system").Str(), it.n.member("code").Str())
	}
	return it.n.Kind() != KindString || c.hasCode(it.n.text)
}

// belongs says whether a value is in a slice. It is not known when the slice is told by what cannot be seen here: by a
// profile of what is referred to, or by codes that are not listed.
func (v *validator) belongs(e, s *profiled, it item) (in, known bool) {
	by := e.by
	if len(by) == 0 {
		switch {
		case e.name == "extension" || e.name == "modifierExtension":
			by = []discriminator{{"value", "url"}}
		case strings.HasSuffix(e.name, "[x]"):
			by = []discriminator{{"type", "$this"}}
		default:
			return false, false
		}
	}
	for _, d := range by {
		switch d.kind {
		case "value", "pattern":
			in, known = s.fitsAt(d.path, it)
		case "type":
			in, known = v.typeFits(s, d.path, it)
		default:
			known = false
		}
		if !known || !in {
			return false, known
		}
	}
	return true, true
}

// fitsAt compares what stands at a path with what the slice says of that path.
func (s *profiled) fitsAt(path string, it item) (fits, known bool) {
	if path == "url" && len(s.types) == 1 && s.types[0].profile != "" {
		url, _, _ := strings.Cut(s.types[0].profile, "|")
		return it.n.member("url").Str() == url, true
	}
	at, values := s, []item{it}
	if path != "$this" {
		for name := range strings.SplitSeq(path, ".") {
			if at.pattern != nil {
				break // what is said above includes what is below
			}
			i := slices.IndexFunc(at.inner, func(e *profiled) bool { return e.name == name })
			if i < 0 {
				return false, false
			}
			at = at.inner[i]
			var next []item
			for _, o := range values {
				next = field(next, o, name)
			}
			values = next
		}
	}
	if !at.tells() {
		return false, false
	}
	return slices.ContainsFunc(values, at.fits), true
}

// tells says whether the element fixes any value by which a slice could be known.
func (e *profiled) tells() bool {
	return e.pattern != nil || e.codes != nil || slices.ContainsFunc(e.inner, (*profiled).tells)
}

func (e *profiled) fits(it item) bool {
	if e.pattern != nil && !e.holdsPattern(it.n) || e.codes != nil && !codesAllow(e.codes, it) {
		return false
	}
	for _, c := range e.inner {
		if c.tells() && !slices.ContainsFunc(field(nil, it, strings.TrimSuffix(c.name, "[x]")), c.fits) {
			return false
		}
	}
	return true
}

func (v *validator) typeFits(s *profiled, path string, it item) (fits, known bool) {
	switch path {
	case "$this":
	case "resource":
		found := field(nil, it, path)
		i := slices.IndexFunc(s.inner, func(e *profiled) bool { return e.name == path })
		if len(found) != 1 || i < 0 {
			return false, i >= 0
		}
		s, it = s.inner[i], found[0]
	default:
		return false, false
	}
	return slices.ContainsFunc(s.types, func(t profiledType) bool { return isA(it.typ, t.code) }), len(s.types) > 0
}
