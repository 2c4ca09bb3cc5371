package fhir

import (
	"errors"
	"regexp"
	"strings"
	"sync"
	"time"
)

// FHIRPath (http://hl7.org/fhirpath/N1, and https://hl7.org/fhir/R4/fhirpath.html for what FHIR adds) names the elements of
// search parameters and is the language of invariants. An expression is compiled once. Types are known from the
// definitions, so that `Observation.value` finds valueQuantity and `as` needs no guess. conformsTo is left to ValidateWith,
// and resolve() fetches nothing: it finds what is contained, of everything else it knows the type.

// item is one value of a collection, with what the definitions say about it.
type item struct {
	n   *Node  // nil for a primitive of which only extensions are given
	x   *Node  // id and extensions of a primitive
	p   *prop  // the property it was found under; nil for the resource itself, literals and results
	s   *shape // its elements; nil for primitives
	typ string // Quantity, code, Patient; System.String and such for literals and results; "" when unknown
}

// Types of literals and results.
const (
	sysBoolean  = "System.Boolean"
	sysString   = "System.String"
	sysInteger  = "System.Integer"
	sysDecimal  = "System.Decimal"
	sysDate     = "System.Date"
	sysDateTime = "System.DateTime"
	sysTime     = "System.Time"
	sysQuantity = "System.Quantity"
)

type opcode uint8

const (
	opThis          opcode = iota // the context
	opNothing                     // {}
	opRoot                        // the context, if it is a resource of type name
	opVariable                    // %name, $index, $total
	opField                       // left.name
	opIndex                       // left[index] or left[right]
	opUnion                       // left | right
	opLiteral                     // lit
	opEqual                       // left = right
	opUnequal                     // left != right
	opEquivalent                  // left ~ right
	opNotEquivalent               // left !~ right
	opLess
	opLessEqual
	opGreater
	opGreaterEqual
	opAnd
	opOr
	opXor
	opImplies
	opIn       // left in right
	opContains // left contains right
	opAdd
	opSubtract
	opConcat // left & right
	opMultiply
	opDivide
	opDiv
	opMod
	opNegate    // -left
	opIs        // left is name, left.is(name)
	opAs        // left as name, left.as(name), left.ofType(name)
	opWhere     // left.where(right)
	opExists    // left.exists() or left.exists(right)
	opEmpty     // left.empty()
	opNot       // left.not()
	opFirst     // left.first()
	opResolve   // left.resolve()
	opExtension // left.extension(name)
	opCall      // any other function
)

type expr struct {
	op          opcode
	left, right *expr // right is also the first argument
	args        []*expr
	name        string
	index       int
	lit         item
	fn          function
	regex       *regexp.Regexp
}

// function turns the collection dst[base:] into its result, which it puts in the same place.
type function func(m *machine, e *expr, this item, dst []item, base int) []item

// machine is what an evaluation knows beside its context.
type machine struct {
	root     *Node // %rootResource
	resource item  // %resource
	context  *item // %context, when it is not the resource
	index    int   // $index
	total    []item
	now      time.Time // zero: expressions that ask for the time fail
	steps    int       // comparisons of each with each so far
	err      error     // the first thing that could not be evaluated
}

var machines = sync.Pool{New: func() any { return new(machine) }}

// eval appends the values of e to dst. The values in between use dst as a stack, so that a search parameter costs no
// allocation once dst has grown.
func (e *expr) eval(root *Node, this item, dst []item) []item {
	m := machines.Get().(*machine)
	m.root, m.resource = root, this
	dst = e.run(m, this, dst)
	m.root, m.resource, m.total, m.steps, m.err = nil, item{}, nil, 0, nil
	machines.Put(m)
	return dst
}

var (
	errMany     = errors.New("fhirpath: one value is expected, not several")
	errOperand  = errors.New("fhirpath: a value is of the wrong type")
	errVariable = errors.New("fhirpath: the variable is not known")
	errCostly   = errors.New("fhirpath: too many values to compare each with each")
	errClock    = errors.New("fhirpath: no time is given")
)

// maxSteps bounds what is compared each with each: a body of some megabytes must not cost minutes.
const maxSteps = 1 << 24

// afford says whether so many more comparisons may be made.
func (m *machine) afford(n int) bool {
	if m.steps += n; m.steps > maxSteps {
		m.fail(errCostly)
		return false
	}
	return true
}

func (m *machine) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}

func (e *expr) run(m *machine, this item, dst []item) []item {
	switch e.op {
	case opThis:
		return append(dst, this)
	case opNothing:
		return dst
	case opRoot:
		if isA(this.typ, e.name) {
			dst = append(dst, this)
		}
		return dst
	case opLiteral:
		return append(dst, e.lit)
	case opVariable:
		return m.variable(e.name, dst)
	case opUnion:
		base := len(dst)
		dst = e.left.run(m, this, dst)
		return distinct(e.right.run(m, this, dst), base)
	case opEqual, opUnequal, opAnd, opOr, opXor, opImplies, opIn, opContains, opEquivalent, opNotEquivalent,
		opLess, opLessEqual, opGreater, opGreaterEqual, opAdd, opSubtract, opConcat, opMultiply, opDivide, opDiv, opMod:
		return e.operator(m, this, dst)
	}
	base := len(dst)
	dst = e.left.run(m, this, dst)
	mid := len(dst)
	switch e.op {
	case opIndex, opFirst:
		at := e.index
		if e.op == opIndex && e.right != nil {
			i, ok := m.integer(e.right.run(m, this, dst)[mid:])
			if at = int(i); !ok || i < 0 || i > int64(mid) {
				return dst[:base]
			}
		}
		if base+at < mid {
			dst[base] = dst[base+at]
			return dst[:base+1]
		}
		return dst[:base]
	case opExists:
		found := false
		for i := base; i < mid && !found; i++ {
			m.index = i - base
			found = e.right == nil || e.right.isTrue(m, dst[i], dst)
		}
		return append(dst[:base], truth(found))
	case opEmpty:
		return append(dst[:base], truth(base == mid))
	case opNot:
		if v, ok := m.single(dst[base:mid]); ok {
			return append(dst[:base], truth(!v))
		}
		return dst[:base]
	case opIs:
		if mid-base > 1 {
			m.fail(errMany)
		}
		if mid == base {
			return dst
		}
		return append(dst[:base], truth(dst[base].is(e.name)))
	case opNegate:
		return m.negate(dst, base)
	case opCall:
		return e.fn(m, e, this, dst, base)
	}
	for i := base; i < mid; i++ {
		it := dst[i]
		switch e.op {
		case opField:
			dst = field(dst, it, e.name)
		case opAs:
			if it.is(e.name) {
				dst = append(dst, it)
			}
		case opWhere:
			m.index = i - base
			if e.right.isTrue(m, it, dst) {
				dst = append(dst, it)
			}
		case opResolve:
			dst = resolved(dst, m.root, it)
		case opExtension:
			url := e.name
			if e.right != nil {
				url, _ = m.text(e.right.run(m, this, dst)[len(dst):])
			}
			at := len(dst)
			dst = field(dst, it, "extension")
			keep := at
			for _, x := range dst[at:] {
				if x.n.member("url").Str() == url {
					dst[keep] = x
					keep++
				}
			}
			dst = dst[:keep]
		}
	}
	return append(dst[:base], dst[mid:]...)
}

func (e *expr) isTrue(m *machine, this item, dst []item) bool {
	base := len(dst)
	v, ok := m.single(e.run(m, this, dst)[base:])
	return ok && v
}

// single is the boolean value of a collection of one; a single value of any other kind counts as true
// (http://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections).
func (m *machine) single(items []item) (v, ok bool) {
	if len(items) != 1 {
		if len(items) > 1 {
			m.fail(errMany)
		}
		return false, false
	}
	if b, isBool := items[0].n.Bool(); isBool {
		return b, true
	}
	return true, items[0].n != nil
}

var truthItems = [2]item{{n: Boolean(false), typ: sysBoolean}, {n: Boolean(true), typ: sysBoolean}}

func truth(b bool) item {
	if b {
		return truthItems[1]
	}
	return truthItems[0]
}

// pathSystems are the variables that stand for a code system.
var pathSystems = map[string]item{
	"ucum": text("http://unitsofmeasure.org"), "sct": text("http://snomed.info/sct"), "loinc": text("http://loinc.org"),
}

func knownVariable(name string) error {
	switch name {
	case "resource", "rootResource", "context":
		return nil
	}
	if _, ok := pathSystems[name]; ok || strings.HasPrefix(name, "vs-") || strings.HasPrefix(name, "ext-") {
		return nil
	}
	return errVariable
}

func (m *machine) variable(name string, dst []item) []item {
	switch name {
	case "resource":
		return append(dst, m.resource)
	case "rootResource":
		return append(dst, resourceItem(m.root, nil))
	case "context":
		if m.context != nil {
			return append(dst, *m.context)
		}
		return append(dst, m.resource)
	case "$index":
		return append(dst, integerItem(int64(m.index)))
	case "$total":
		return append(dst, m.total...)
	}
	if it, ok := pathSystems[name]; ok {
		return append(dst, it)
	}
	if local, ok := strings.CutPrefix(name, "vs-"); ok {
		return append(dst, text("http://hl7.org/fhir/ValueSet/"+local))
	}
	return append(dst, text("http://hl7.org/fhir/StructureDefinition/"+strings.TrimPrefix(name, "ext-")))
}

// field appends the values of an element. A choice is found under any of its types.
func field(dst []item, it item, name string) []item {
	s, n := it.s, it.n
	if s == nil {
		if it.x == nil {
			if it.p == nil && n.Kind() == KindObject { // of a literal quantity, or of type()
				if v := n.member(name); v != nil {
					dst = append(dst, valueItem(v))
				}
			}
			return dst
		}
		s, n = shapeOf("Element"), it.x
	}
	if p := s.props[name]; p != nil {
		v, more := p.find(n)
		return values(dst, v, more, p)
	}
	for _, p := range s.choices[name] {
		if v, more := p.find(n); v != nil || more != nil {
			return values(dst, v, more, p)
		}
	}
	return dst
}

// find returns the member of the property, and for a primitive the one with its id and extensions.
func (p *prop) find(n *Node) (v, more *Node) {
	if p.prim == notPrimitive {
		return n.member(p.json), nil
	}
	for i := range n.Members() {
		switch n.members[i].Key {
		case p.json:
			v = n.members[i].Value
		case p.sibling:
			more = n.members[i].Value
		}
	}
	return v, more
}

func values(dst []item, v, more *Node, p *prop) []item {
	if v.Kind() != KindArray && more.Kind() != KindArray {
		return value(dst, v, more, p)
	}
	extra := more.Items()
	for i, n := range v.Items() {
		var x *Node
		if i < len(extra) {
			x = extra[i]
		}
		dst = value(dst, n, x, p)
	}
	for i := len(v.Items()); i < len(extra); i++ {
		dst = value(dst, nil, extra[i], p)
	}
	return dst
}

func value(dst []item, n, more *Node, p *prop) []item {
	if more.Kind() == KindNull {
		more = nil
	}
	switch {
	case n.Kind() == KindNull:
		if more == nil {
			return dst
		}
		return append(dst, item{x: more, p: p, typ: p.typ})
	case p.typ == "Resource":
		return append(dst, resourceItem(n, p))
	}
	return append(dst, item{n: n, x: more, p: p, s: p.content(), typ: p.typ})
}

func resourceItem(n *Node, p *prop) item {
	t := n.ResourceType()
	return item{n: n, p: p, s: resourceShape(t), typ: t}
}

// children appends everything directly below an item.
func children(dst []item, it item) []item {
	s, n := it.s, it.n
	if s == nil {
		if it.x == nil {
			return dst
		}
		s, n = shapeOf("Element"), it.x
	}
	for i := range n.Members() {
		key := n.members[i].Key
		p := s.props[key]
		if p == nil && strings.HasPrefix(key, "_") {
			if p = s.props[key[1:]]; p != nil && n.member(p.json) != nil {
				continue
			}
		}
		if p != nil {
			v, more := p.find(n)
			dst = values(dst, v, more, p)
		}
	}
	return dst
}

// is says whether the item is of the type or of one below it. A type without prefix is looked for among those of FHIR
// first.
func (it item) is(wanted string) bool {
	if strings.HasPrefix(it.typ, "System.") {
		return it.typ == wanted || it.typ[len("System."):] == wanted
	}
	return isA(it.typ, wanted)
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

// resolved appends what a reference points to: the resource itself when it is contained, else no more than its type.
func resolved(dst []item, root *Node, it item) []item {
	ref := it.n.Str()
	if it.n.Kind() == KindObject {
		ref = it.n.member("reference").Str()
		if t := it.n.member("type").Str(); IsType(t) && !strings.HasPrefix(ref, "#") {
			return append(dst, item{n: it.n, typ: t})
		}
	}
	if local, ok := strings.CutPrefix(ref, "#"); ok {
		if local == "" {
			return append(dst, resourceItem(root, nil))
		}
		for _, c := range root.member("contained").Items() {
			if c.member("id").Str() == local {
				return append(dst, resourceItem(c, nil))
			}
		}
		return dst
	}
	typ, _, _, ok := SplitReference(ref)
	if !ok {
		typ = absoluteType(ref)
	}
	if typ != "" {
		dst = append(dst, item{n: it.n, typ: typ})
	}
	return dst
}
