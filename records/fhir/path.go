package fhir

import "strings"

// The search parameters of R4 name their elements by FHIRPath (http://hl7.org/fhirpath/N1). This is the part of
// FHIRPath that they use: paths, unions, indexes, literals, comparison and logic, and the functions of pathFunctions.
// Types are known from the definitions, so that `Observation.value` finds valueQuantity and `as` needs no guess.

// item is one value of a collection, with what the definitions say about it.
type item struct {
	n   *Node
	p   *prop  // the property it was found under; nil for the resource itself, literals and results
	s   *shape // its elements; nil for primitives
	typ string // Quantity, code, Patient; "" when unknown
}

type opcode uint8

const (
	opThis      opcode = iota // the context
	opRoot                    // the context, if it is a resource of type name
	opField                   // left.name
	opIndex                   // left[index]
	opUnion                   // left | right
	opLiteral                 // lit
	opEqual                   // left = right
	opUnequal                 // left != right
	opAnd                     // left and right
	opOr                      // left or right
	opIs                      // left is name, left.is(name)
	opAs                      // left as name, left.as(name), left.ofType(name)
	opWhere                   // left.where(right)
	opExists                  // left.exists() or left.exists(right)
	opEmpty                   // left.empty()
	opNot                     // left.not()
	opFirst                   // left.first()
	opResolve                 // left.resolve(): nothing is fetched, only the type is known
	opExtension               // left.extension(name)
)

type expr struct {
	op          opcode
	left, right *expr
	name        string
	index       int
	lit         *Node
}

// eval appends the values of e to dst. The values in between use dst as a stack, so that a search parameter costs no
// allocation once dst has grown.
func (e *expr) eval(root *Node, this item, dst []item) []item {
	switch e.op {
	case opThis:
		return append(dst, this)
	case opRoot:
		if isA(this.typ, e.name) {
			dst = append(dst, this)
		}
		return dst
	case opLiteral:
		return append(dst, item{n: e.lit})
	case opUnion:
		return e.right.eval(root, this, e.left.eval(root, this, dst))
	case opEqual, opUnequal, opAnd, opOr:
		return e.operator(root, this, dst)
	}
	base := len(dst)
	dst = e.left.eval(root, this, dst)
	mid := len(dst)
	switch e.op {
	case opIndex, opFirst:
		if base+e.index < mid {
			dst[base] = dst[base+e.index]
			return dst[:base+1]
		}
		return dst[:base]
	case opExists:
		found := false
		for i := base; i < mid && !found; i++ {
			found = e.right == nil || e.right.isTrue(root, dst[i], dst)
		}
		return append(dst[:base], truth(found))
	case opEmpty:
		return append(dst[:base], truth(base == mid))
	case opNot:
		if v, ok := single(dst[base:mid]); ok {
			return append(dst[:base], truth(!v))
		}
		return dst[:base]
	case opIs:
		if mid == base {
			return dst
		}
		return append(dst[:base], truth(isA(dst[base].typ, e.name)))
	}
	for i := base; i < mid; i++ {
		it := dst[i]
		switch e.op {
		case opField:
			dst = field(dst, it, e.name)
		case opAs:
			if isA(it.typ, e.name) {
				dst = append(dst, it)
			}
		case opWhere:
			if e.right.isTrue(root, it, dst) {
				dst = append(dst, it)
			}
		case opResolve:
			if typ := referencedType(root, it); typ != "" {
				dst = append(dst, item{n: it.n, typ: typ})
			}
		case opExtension:
			at := len(dst)
			dst = field(dst, it, "extension")
			keep := at
			for _, x := range dst[at:] {
				if x.n.member("url").Str() == e.name {
					dst[keep] = x
					keep++
				}
			}
			dst = dst[:keep]
		}
	}
	return append(dst[:base], dst[mid:]...)
}

func (e *expr) operator(root *Node, this item, dst []item) []item {
	base := len(dst)
	dst = e.left.eval(root, this, dst)
	mid := len(dst)
	dst = e.right.eval(root, this, dst)
	l, r := dst[base:mid], dst[mid:]
	var out, known bool
	switch e.op {
	case opEqual, opUnequal:
		if known = len(l) > 0 && len(r) > 0; known {
			out = len(l) == len(r)
			for i := 0; out && i < len(l); i++ {
				out = l[i].n.Equal(r[i].n)
			}
			out = out == (e.op == opEqual)
		}
	case opAnd, opOr:
		// Three-valued logic: nothing stands for unknown.
		a, okA := single(l)
		b, okB := single(r)
		decides := e.op == opOr
		if okA && a == decides || okB && b == decides {
			out, known = decides, true
		} else {
			out, known = !decides, okA && okB
		}
	}
	if !known {
		return dst[:base]
	}
	return append(dst[:base], truth(out))
}

func (e *expr) isTrue(root *Node, this item, dst []item) bool {
	base := len(dst)
	v, ok := single(e.eval(root, this, dst)[base:])
	return ok && v
}

// single is the boolean value of a collection of one; a single value of any other kind counts as true.
func single(items []item) (v, ok bool) {
	if len(items) != 1 {
		return false, false
	}
	if b, isBool := items[0].n.Bool(); isBool {
		return b, true
	}
	return true, true
}

var truthNodes = map[bool]*Node{true: Boolean(true), false: Boolean(false)}

func truth(b bool) item { return item{n: truthNodes[b], typ: "boolean"} }

// field appends the values of an element. A choice is found under any of its types.
func field(dst []item, it item, name string) []item {
	if it.s == nil {
		return dst
	}
	if p := it.s.props[name]; p != nil {
		return values(dst, it.n.member(name), p)
	}
	for _, p := range it.s.choices[name] {
		if v := it.n.member(p.json); v != nil {
			return values(dst, v, p)
		}
	}
	return dst
}

func values(dst []item, v *Node, p *prop) []item {
	if v.Kind() != KindArray {
		return value(dst, v, p)
	}
	for _, n := range v.items {
		dst = value(dst, n, p)
	}
	return dst
}

func value(dst []item, n *Node, p *prop) []item {
	switch {
	case n.Kind() == KindNull:
		return dst
	case p.typ == "Resource":
		t := n.ResourceType()
		return append(dst, item{n: n, p: p, s: resourceShape(t), typ: t})
	}
	return append(dst, item{n: n, p: p, s: p.content(), typ: p.typ})
}

// isA follows the base types: an Age is a Quantity, an Observation a DomainResource.
func isA(typ, wanted string) bool {
	for typ != "" {
		if typ == wanted {
			return true
		}
		t := r4().types[typ]
		if t == nil {
			return false
		}
		typ = t.base
	}
	return false
}

// referencedType is the type of resource that a reference names.
func referencedType(root *Node, it item) string {
	ref := it.n.Str()
	if it.n.Kind() == KindObject {
		ref = it.n.member("reference").Str()
		if t := it.n.member("type").Str(); IsType(t) {
			return t
		}
	}
	if local, ok := strings.CutPrefix(ref, "#"); ok {
		for _, c := range root.member("contained").Items() {
			if c.member("id").Str() == local {
				return c.ResourceType()
			}
		}
		return ""
	}
	if typ, _, _, ok := SplitReference(ref); ok {
		return typ
	}
	return absoluteType(ref)
}
