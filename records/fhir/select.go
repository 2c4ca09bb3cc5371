package fhir

// Select gives the elements of a resource that a search parameter of its type looks at, as its expression finds them.
// The nodes are those of the resource: do not change them.
func Select(n *Node, p *Param) []*Node {
	typ := n.ResourceType()
	s := resourceShape(typ)
	if s == nil {
		return nil
	}
	var nodes []*Node
	for _, it := range p.path().eval(n, item{n: n, s: s, typ: typ}, nil) {
		if it.n != nil {
			nodes = append(nodes, it.n)
		}
	}
	return nodes
}
