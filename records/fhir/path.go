package fhir

import (
	"fmt"
	"strings"
)

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

// compilePath reads a FHIRPath expression.
func compilePath(s string) (*expr, error) {
	p := pathParser{s: s}
	p.next()
	e, err := p.or()
	if err == nil && p.tok != "" {
		err = p.fail("unexpected")
	}
	if err != nil {
		return nil, err
	}
	return e, nil
}

type pathParser struct {
	s   string
	i   int
	tok string // current token; strings keep their opening quote
}

func (p *pathParser) fail(what string) error {
	return fmt.Errorf("fhirpath: %s %q at %d", what, p.tok, p.i)
}

func (p *pathParser) next() {
	for p.i < len(p.s) && isBlank(p.s[p.i]) {
		p.i++
	}
	from := p.i
	if p.i >= len(p.s) {
		p.tok = ""
		return
	}
	switch c := p.s[p.i]; {
	case c == '\'':
		end := strings.IndexByte(p.s[p.i+1:], '\'')
		if end < 0 {
			p.i = len(p.s)
			p.tok = "?"
			return
		}
		p.tok = p.s[from : from+1+end]
		p.i += end + 2
		return
	case isNameByte(c) && c != ':' && c != '-' || c == '$':
		p.i++
		for p.i < len(p.s) && isNameByte(p.s[p.i]) && p.s[p.i] != ':' && p.s[p.i] != '-' {
			p.i++
		}
	case strings.HasPrefix(p.s[p.i:], "!="):
		p.i += 2
	default:
		p.i++
	}
	p.tok = p.s[from:p.i]
}

func (p *pathParser) take(tok string) bool {
	if p.tok == tok {
		p.next()
		return true
	}
	return false
}

func (p *pathParser) binary(ops map[string]opcode, operand func() (*expr, error)) (*expr, error) {
	left, err := operand()
	for err == nil {
		op, ok := ops[p.tok]
		if !ok {
			return left, nil
		}
		p.next()
		var right *expr
		right, err = operand()
		left = &expr{op: op, left: left, right: right}
	}
	return nil, err
}

func (p *pathParser) or() (*expr, error) { return p.binary(map[string]opcode{"or": opOr}, p.and) }
func (p *pathParser) and() (*expr, error) {
	return p.binary(map[string]opcode{"and": opAnd}, p.equality)
}
func (p *pathParser) equality() (*expr, error) {
	return p.binary(map[string]opcode{"=": opEqual, "!=": opUnequal}, p.union)
}
func (p *pathParser) union() (*expr, error) { return p.binary(map[string]opcode{"|": opUnion}, p.cast) }

func (p *pathParser) cast() (*expr, error) {
	e, err := p.postfix()
	for err == nil && (p.tok == "as" || p.tok == "is") {
		op := opAs
		if p.tok == "is" {
			op = opIs
		}
		p.next()
		e = &expr{op: op, left: e, name: p.tok}
		if !isName(p.tok) {
			return nil, p.fail("no type")
		}
		p.next()
	}
	return e, err
}

func isName(tok string) bool {
	return tok != "" && (tok[0] >= 'a' && tok[0] <= 'z' || tok[0] >= 'A' && tok[0] <= 'Z')
}

func (p *pathParser) postfix() (*expr, error) {
	e, err := p.term()
	for err == nil {
		switch {
		case p.take("."):
			if !isName(p.tok) {
				return nil, p.fail("no element")
			}
			name := p.tok
			p.next()
			if p.tok == "(" {
				e, err = p.call(e, name)
			} else {
				e = &expr{op: opField, left: e, name: name}
			}
		case p.take("["):
			index, ok := number(p.tok, 0, len(p.tok))
			if !ok || len(p.tok) == 0 || len(p.tok) > 6 {
				return nil, p.fail("no index")
			}
			p.next()
			if !p.take("]") {
				return nil, p.fail("no ] but")
			}
			e = &expr{op: opIndex, left: e, index: index}
		default:
			return e, nil
		}
	}
	return nil, err
}

func (p *pathParser) term() (*expr, error) {
	tok := p.tok
	switch {
	case p.take("("):
		e, err := p.or()
		if err == nil && !p.take(")") {
			err = p.fail("no ) but")
		}
		return e, err
	case tok == "true" || tok == "false":
		p.next()
		return &expr{op: opLiteral, lit: truthNodes[tok == "true"]}, nil
	case tok != "" && tok[0] == '\'':
		p.next()
		return &expr{op: opLiteral, lit: String(tok[1:])}, nil
	case tok != "" && scanNumber(tok) == len(tok):
		p.next()
		return &expr{op: opLiteral, lit: Number(tok)}, nil
	case tok == "$this":
		p.next()
		return &expr{op: opThis}, nil
	case !isName(tok):
		return nil, p.fail("unexpected")
	}
	p.next()
	if p.tok == "(" {
		return p.call(&expr{op: opThis}, tok)
	}
	if t := r4().types[tok]; t != nil && t.kind == 'r' {
		return &expr{op: opRoot, name: tok}, nil
	}
	return &expr{op: opField, left: &expr{op: opThis}, name: tok}, nil
}

// pathFunctions and what they take: nothing, an expression, optionally one, a type, a text.
var pathFunctions = map[string]struct {
	op    opcode
	takes byte
}{
	"where": {opWhere, 'e'}, "exists": {opExists, 'o'}, "empty": {opEmpty, 0}, "not": {opNot, 0}, "first": {opFirst, 0},
	"resolve": {opResolve, 0}, "extension": {opExtension, 's'}, "as": {opAs, 't'}, "ofType": {opAs, 't'}, "is": {opIs, 't'},
}

func (p *pathParser) call(left *expr, name string) (*expr, error) {
	f, ok := pathFunctions[name]
	if !ok {
		return nil, fmt.Errorf("fhirpath: function %q is not known", name)
	}
	p.next() // (
	e := &expr{op: f.op, left: left}
	switch {
	case f.takes == 'e' || f.takes == 'o' && p.tok != ")":
		var err error
		if e.right, err = p.or(); err != nil {
			return nil, err
		}
	case f.takes == 't' && isName(p.tok), f.takes == 's' && p.tok != "" && p.tok[0] == '\'':
		e.name = strings.TrimPrefix(p.tok, "'")
		p.next()
	case f.takes == 't' || f.takes == 's':
		return nil, p.fail("wrong argument")
	}
	if !p.take(")") {
		return nil, p.fail("no ) but")
	}
	return e, nil
}
