package fhir

// Prune takes out of a resource, or out of a value of the element, every reference that gone says, what is there for the sake of one, and
// what is empty then. It tells whether nothing is left.
func Prune(element string, n *Node, gone func(ref *Node) bool) bool {
	return pruner{gone: WithReference(gone)}.value(element, n, nil, false) == pruned
}

// Mask is Prune of a resource that has to stay valid: a reference that R4 wants to be there is replaced by one that says
// only that it is masked (https://hl7.org/fhir/R4/extension-data-absent-reason.html). An element that may be missing goes
// as a whole when nothing else is in it.
func Mask(n *Node, gone func(ref *Node) bool) {
	pruner{gone: WithReference(gone), mask: true}.value("", n, nil, true)
}

// Masked says whether a reference is one that Mask left.
func Masked(n *Node) bool {
	ext := n.Get("extension").Items()
	return n.Kind() == KindObject && len(n.Members()) == 1 && len(ext) == 1 && ext[0].Get("url").Str() == absentReason && ext[0].Get("valueCode").Str() == "masked"
}

const absentReason = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"

// MaskedReference says only that there is a reference to something that is not shown.
func MaskedReference() *Node {
	ext := Object(Member{"url", String(absentReason)}, Member{"valueCode", String("masked")})
	return Object(Member{"extension", Array(ext)})
}

type pruner struct {
	gone func(element string, n *Node) bool
	mask bool
}

// fate is what became of a value.
type fate uint8

const (
	kept   fate = iota
	masked      // is there only because it must be
	pruned
)

// value prunes one value of an element whose content has the shape (nil: not known). With must it stays, if only masked.
func (p pruner) value(element string, n *Node, s *shape, must bool) fate {
	switch n.Kind() {
	case KindObject:
		return p.object(element, n, s, must && p.mask)
	case KindArray:
		return p.array(element, n, s, must && p.mask)
	}
	return kept
}

func (p pruner) object(element string, n *Node, s *shape, must bool) fate {
	gone := p.gone(element, n)
	if gone && !must {
		return pruned
	}
	if gone && n.Get("reference") != nil {
		*n = *MaskedReference()
		return masked
	}
	if t := n.ResourceType(); t != "" {
		s = resourceShape(t)
	}
	var left []Member
	cut, hollow := false, 0
	for _, m := range n.Members() {
		inner, required := s.inside(m.Key)
		if gone && !s.needs(m.Key) { // it tells of what is masked beside it
			cut = true
			continue
		}
		switch p.value(m.Key, m.Value, inner, required) {
		case pruned:
			cut = true
			continue
		case masked:
			hollow++
		}
		left = append(left, m)
	}
	if cut || hollow > 0 {
		*n = *Object(left...)
	}
	switch {
	case cut && len(left) == 1 && n.Get("url") != nil: // an extension without its value
		return pruned
	case len(left) > hollow:
		return kept
	case must:
		return masked
	}
	return pruned
}

func (p pruner) array(element string, n *Node, s *shape, must bool) fate {
	var first *Node
	if must && len(n.Items()) > 0 {
		first = n.Items()[0].Clone()
	}
	left := n.Items()[:0:0]
	for _, i := range n.Items() {
		if p.value(element, i, s, false) != pruned {
			left = append(left, i)
		}
	}
	switch {
	case len(left) == len(n.Items()) && len(left) > 0:
		return kept
	case len(left) > 0:
		*n = *Array(left...)
		return kept
	case first != nil:
		p.value(element, first, s, true)
		*n = *Array(first)
		return masked
	}
	*n = *Array()
	return pruned
}

// needs tells whether a member has to be there.
func (s *shape) needs(key string) bool {
	return s != nil && s.props[key] != nil && s.required&(1<<s.props[key].bit) != 0
}

// inside gives the shape of a member's content, and whether the member has to be there.
func (s *shape) inside(key string) (*shape, bool) {
	if s == nil || s.props[key] == nil {
		return nil, false
	}
	p := s.props[key]
	return p.content(), p.prim == notPrimitive && s.needs(key)
}
