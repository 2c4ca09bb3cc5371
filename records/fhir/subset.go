package fhir

import (
	"slices"
	"strings"
)

// Values of the search parameter _summary that cut a resource (https://hl7.org/fhir/R4/search.html#summary).
const (
	SummaryTrue = "true"
	SummaryText = "text"
	SummaryData = "data"
)

const (
	subsettedSystem = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
	subsettedCode   = "SUBSETTED"
)

// Subset returns the part of a resource that _elements or _summary ask for, marked with the tag SUBSETTED, so that nobody
// takes it for the whole. Elements, when there are any, go before the summary; they are names like status, name.family
// or Patient.name, those of other types are passed over. What R4 asks to be kept stays: resourceType, id and meta always,
// mandatory elements always but for "data", which only takes the narrative away, and with elements or "true" also
// modifiers, without which the rest would say something else. Unknown summaries and types give the resource as it is.
//
// The result shares with n what it does not cut; n is not changed.
func Subset(n *Node, summary string, elements []string) *Node {
	s := resourceShape(n.ResourceType())
	if s == nil {
		return n
	}
	var keep func(p *prop) (selector, bool)
	switch {
	case len(elements) > 0:
		keep = named(s.name, elements)
	case summary == SummaryTrue:
		keep = inSummary
	case summary == SummaryText:
		keep = func(p *prop) (selector, bool) { return nil, s.requires(p) || p.json == "text" }
	case summary == SummaryData:
		keep = func(p *prop) (selector, bool) { return nil, p.json != "text" }
	default:
		return n
	}
	out := Object(make([]Member, 0, len(n.members))...)
	for _, m := range n.members {
		switch m.Key {
		case "resourceType", "id", "meta":
			out.members = append(out.members, m)
		default:
			s.keepMember(out, m, keep)
		}
	}
	return subsetted(out)
}

// selector decides for an element whether it stays, and how its own elements are cut; nil leaves them whole.
type selector func(p *prop) (inner selector, stays bool)

// keepMember appends what stays of the member. Id and extensions of a primitive go with it; an extension and a resource
// inside another are kept whole or not at all.
func (s *shape) keepMember(out *Node, m Member, keep selector) {
	p := s.props[strings.TrimPrefix(m.Key, "_")]
	if p == nil {
		return
	}
	inner, stays := keep(p)
	if !stays && !s.requires(p) {
		return
	}
	c := p.content()
	if inner == nil || c == nil || c.resource || p.typ == "Extension" {
		out.members = append(out.members, m)
		return
	}
	v := m.Value
	if v.Kind() == KindArray {
		items := make([]*Node, 0, len(v.items))
		for _, it := range v.items {
			if part := c.keepOf(it, inner); len(part.Members()) > 0 {
				items = append(items, part)
			}
		}
		v = Array(items...)
	} else {
		v = c.keepOf(v, inner)
	}
	if len(v.items)+len(v.members) == 0 {
		if !s.requires(p) {
			return
		}
		v = m.Value
	}
	out.members = append(out.members, Member{m.Key, v})
}

func (s *shape) keepOf(n *Node, keep selector) *Node {
	if n.Kind() != KindObject {
		return n
	}
	out := Object(make([]Member, 0, len(n.members))...)
	for _, m := range n.members {
		s.keepMember(out, m, keep)
	}
	return out
}

func (s *shape) requires(p *prop) bool { return s.required&(1<<p.bit) != 0 }

// inSummary goes down to the data types: of an attachment, the summary has all but the data.
func inSummary(p *prop) (selector, bool) { return inSummary, p.summary || p.modify }

// named keeps the elements of those names.
func named(typ string, names []string) selector {
	return func(p *prop) (selector, bool) {
		var deeper []string
		for _, name := range names {
			if first, rest, dotted := strings.Cut(name, "."); dotted && IsType(first) {
				if first != typ {
					continue
				}
				name = rest
			}
			name, rest, dotted := strings.Cut(name, ".")
			name = strings.TrimSuffix(name, "[x]")
			if name != p.json && name != p.element {
				continue
			}
			if !dotted {
				return nil, true
			}
			deeper = append(deeper, rest)
		}
		if len(deeper) > 0 {
			return named(typ, deeper), true
		}
		return nil, p.modify
	}
}

// subsetted marks a resource as incomplete.
func subsetted(n *Node) *Node {
	meta := Object()
	if m := n.member("meta"); m.Kind() == KindObject {
		meta.members = slices.Clone(m.members)
	}
	tags := meta.member("tag").Items()
	for _, t := range tags {
		if t.member("system").Str() == subsettedSystem && t.member("code").Str() == subsettedCode {
			return n
		}
	}
	tag := Object(Member{"system", String(subsettedSystem)}, Member{"code", String(subsettedCode)})
	meta.Set("tag", Array(append(slices.Clip(tags), tag)...))
	n.Set("meta", meta)
	return n
}
