package fhir

import (
	"strings"
	"sync"
)

// needsReference tells whether an element is there for the sake of the reference that stands in a member of it: somewhere
// in R4 an element of that name cannot be without it, as Encounter.diagnosis without condition or List.entry without item.
func needsReference(element, member string) bool { return referencesNeeded()[element+"."+member] }

// WithReference makes of a test of references one of the values of elements: such a reference, or what is there for the
// sake of one. The rank of a diagnosis tells that there is a diagnosis.
func WithReference(points func(ref *Node) bool) func(element string, n *Node) bool {
	return func(element string, n *Node) bool {
		if points(n) {
			return true
		}
		for _, m := range n.Members() {
			if m.Value.Kind() == KindObject && points(m.Value) && needsReference(element, m.Key) {
				return true
			}
		}
		return false
	}
}

var referencesNeeded = sync.OnceValue(func() map[string]bool {
	needed := map[string]bool{}
	for _, t := range r4().types {
		if t.kind != 'r' {
			continue
		}
		t.once.Do(t.decode)
		for name, s := range t.shapes {
			dot := strings.LastIndexByte(name, '.')
			if dot < 0 { // a whole resource
				continue
			}
			for member, p := range s.props {
				if p.typ == "Reference" && !p.many && s.requires(p) {
					needed[name[dot+1:]+"."+member] = true
				}
			}
		}
	}
	return needed
})
