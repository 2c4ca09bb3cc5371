package fhir

import (
	"math/bits"
	"strconv"
	"strings"
	"sync"
)

// Issue is one finding, as OperationOutcome.issue has it.
type Issue struct {
	Severity   string // fatal, error, warning or information
	Code       string // of http://hl7.org/fhir/issue-type
	Expression string // FHIRPath of the place: Patient.name[0].family, Observation.value.ofType(Quantity).unit
	Text       string // the rule that is broken; never the value that was found
}

// Severities and codes of http://hl7.org/fhir/issue-severity and http://hl7.org/fhir/issue-type that are used here.
const (
	SeverityError   = "error"
	SeverityWarning = "warning"

	CodeStructure    = "structure"
	CodeRequired     = "required"
	CodeValue        = "value"
	CodeInvariant    = "invariant"
	CodeCodeInvalid  = "code-invalid"
	CodeInvalid      = "invalid"
	CodeNotSupported = "not-supported"
	CodeTooLong      = "too-long"
)

// maxContained bounds how many resources one may contain; local references are looked up among them one by one.
const maxContained = 1000

// maxIssues ends a validation: whoever has a hundred errors knows that something is wrong.
const maxIssues = 100

// Validate holds a resource against the base definitions of R4. It is valid when no issue has severity error.
func Validate(n *Node) []Issue {
	v := validators.Get().(*validator)
	v.top(n)
	return v.finish()
}

// finish takes the issues and gives the validator back.
func (v *validator) finish() []Issue {
	issues := v.issues
	clear(v.path[:cap(v.path)])
	clear(v.items[:cap(v.items)])
	*v = validator{path: v.path[:0], items: v.items[:0]}
	validators.Put(v)
	return issues
}

var validators = sync.Pool{New: func() any { return &validator{path: make([]segment, 0, 2*maxDepth)} }}

type validator struct {
	path    []segment
	issues  []Issue
	scope   *scope
	m       machine // for invariants, with the items that they pass around
	items   []item
	context item

	profileName string // for messages
}

// segment is one step to the place that is looked at.
type segment struct {
	name  string
	cast  string // type of a choice
	index int    // -1 when not in an array
}

// scope is the resource that local references ("#..") point into.
type scope struct {
	node *Node
	used []string // local ids that something points to
}

func (v *validator) top(n *Node) {
	if n.Kind() != KindObject {
		v.add(SeverityError, CodeStructure, "a resource is a JSON object")
		return
	}
	v.resource(n, false)
}

func (v *validator) add(severity, code, text string) {
	if len(v.issues) < maxIssues {
		v.issues = append(v.issues, Issue{severity, code, v.expression(""), text})
	}
}

func (v *validator) addAt(element, code, text string) {
	if len(v.issues) < maxIssues {
		v.issues = append(v.issues, Issue{SeverityError, code, v.expression(element), text})
	}
}

func (v *validator) expression(element string) string {
	var b strings.Builder
	for i, s := range v.path {
		if i > 0 && s.name != "" {
			b.WriteByte('.')
		}
		b.WriteString(s.name)
		if s.cast != "" {
			b.WriteString(".ofType(" + s.cast + ")")
		}
		if s.index >= 0 {
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		}
	}
	if element != "" {
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(element)
	}
	return b.String()
}

func (v *validator) resource(n *Node, contained bool) {
	if n.Kind() != KindObject {
		v.add(SeverityError, CodeStructure, "a resource is a JSON object")
		return
	}
	t := n.member("resourceType")
	if t.Kind() != KindString {
		v.addAt("resourceType", CodeRequired, "the type of the resource is missing")
		return
	}
	s := resourceShape(t.text)
	if s == nil {
		v.addAt("resourceType", CodeValue, "FHIR R4 has no resource of this type")
		return
	}
	if len(v.path) == 0 {
		v.path = append(v.path, segment{name: s.name, index: -1})
		defer func() { v.path = v.path[:0] }()
	}
	before := len(v.issues)
	outside := v.m.resource
	v.m.resource = resourceItem(n, nil)
	defer func() { v.m.resource = outside }()
	if contained {
		v.contained(n)
		v.object(n, s)
	} else if len(n.member("contained").Items()) > maxContained {
		v.addAt("contained", CodeTooLong, "at most 1000 contained resources are accepted")
		return
	} else {
		outer := v.scope
		v.scope = &scope{node: n}
		v.object(n, s)
		v.unusedContained(n)
		defer func() { v.scope = outer }()
	}
	if check := resourceRules[s.name]; check != nil {
		check(v, n)
	}
	if len(v.issues) == before {
		v.invariants(s.invariants, v.m.resource)
	}
}

// contained checks what R4 asks of a contained resource beyond its own type (invariants dom-2, dom-4, dom-5).
func (v *validator) contained(n *Node) {
	if n.member("id") == nil {
		v.addAt("id", CodeRequired, "a contained resource needs an id")
	}
	if n.member("contained") != nil {
		v.addAt("contained", CodeInvariant, "a contained resource must not contain others (dom-2)")
	}
	meta := n.member("meta")
	if meta.member("versionId") != nil || meta.member("lastUpdated") != nil {
		v.addAt("meta", CodeInvariant, "a contained resource has no version of its own (dom-4)")
	}
	if meta.member("security") != nil {
		v.addAt("meta", CodeInvariant, "a contained resource has no security label of its own (dom-5)")
	}
}

// unusedContained checks dom-3: what is contained is pointed to by the resource, or points back to it.
func (v *validator) unusedContained(n *Node) {
	seen := map[string]bool{}
next:
	for i, c := range n.member("contained").Items() {
		id := c.member("id").Str()
		if id == "" {
			continue
		}
		if seen[id] {
			v.addAt("contained["+strconv.Itoa(i)+"].id", CodeInvariant, "two contained resources have the same id")
		}
		seen[id] = true
		for _, used := range v.scope.used {
			if used == id {
				continue next
			}
		}
		if !pointsBack(c) && !shownInNarrative(n, id) {
			v.addAt("contained["+strconv.Itoa(i)+"]", CodeInvariant, "nothing refers to the contained resource (dom-3)")
		}
	}
}

func pointsBack(n *Node) bool {
	if n.Kind() == KindString {
		return n.text == "#"
	}
	for _, m := range n.Members() {
		if pointsBack(m.Value) {
			return true
		}
	}
	for _, it := range n.Items() {
		if pointsBack(it) {
			return true
		}
	}
	return false
}

// shownInNarrative: a picture or link of a narrative may be what refers to a contained resource
// (https://hl7.org/fhir/R4/narrative.html).
func shownInNarrative(n *Node, id string) bool {
	for _, m := range n.Members() {
		if m.Key == "div" && (strings.Contains(m.Value.Str(), `"#`+id+`"`) || strings.Contains(m.Value.Str(), `'#`+id+`'`)) {
			return true
		}
		if shownInNarrative(m.Value, id) {
			return true
		}
	}
	for _, it := range n.Items() {
		if shownInNarrative(it, id) {
			return true
		}
	}
	return false
}

// onlyID: "all FHIR elements must have a @value or children", and an id is none (ele-1).
func onlyID(n *Node) bool { return len(n.members) == 1 && n.members[0].Key == "id" }

const idWithoutContent = "an element must have more than an id (ele-1)"

func (v *validator) object(n *Node, s *shape) {
	if len(n.members) == 0 || s.resource && len(n.members) == 1 && n.members[0].Key != "resourceType" {
		v.add(SeverityError, CodeStructure, "an element must not be empty")
		return
	}
	if len(v.path) >= 2*maxDepth {
		v.add(SeverityError, CodeTooLong, "nested too deep")
		return
	}
	var seen uint64
	var chosen [4]*prop // variants of choices met so far; no shape has more than three choices
	for i := range n.members {
		m := &n.members[i]
		key := m.Key
		if key == "resourceType" && s.resource {
			continue
		}
		sibling := false
		p := s.props[key]
		if p == nil && len(key) > 1 && key[0] == '_' {
			p = s.props[key[1:]]
			if sibling = p != nil && p.prim != notPrimitive && p.prim != primXHTML; !sibling {
				p = nil
			}
		}
		if p == nil {
			v.addAt(safeName(key), CodeStructure, "this element does not exist here")
			continue
		}
		if p.choice && !firstChoice(&chosen, p) {
			v.addAt(p.element, CodeStructure, "only one type of the value may be given")
		}
		seen |= 1 << p.bit
		v.path = append(v.path, pathOf(p))
		if sibling {
			v.sibling(m.Value, n.member(p.json), p)
		} else {
			v.property(m.Value, n, p)
		}
		v.path = v.path[:len(v.path)-1]
	}
	for missing := s.required &^ seen; missing != 0; missing &= missing - 1 {
		v.addAt(s.names[bits.TrailingZeros64(missing)], CodeRequired, "this element is required")
	}
}

func firstChoice(chosen *[4]*prop, p *prop) bool {
	for i, c := range chosen {
		if c == nil {
			chosen[i] = p
			return true
		}
		if c.bit == p.bit {
			return c == p
		}
	}
	return true
}

func pathOf(p *prop) segment {
	if p.choice {
		return segment{name: p.element, cast: p.typ, index: -1}
	}
	return segment{name: p.json, index: -1}
}

// property checks one member: its number of values, then each of them.
func (v *validator) property(value, parent *Node, p *prop) {
	if !p.many {
		switch value.Kind() {
		case KindArray:
			v.add(SeverityError, CodeStructure, "only one value is allowed, so there must be no array")
		case KindNull:
			v.add(SeverityError, CodeStructure, "null is not a value; leave the element out instead")
		default:
			v.value(value, p)
		}
		return
	}
	if value.Kind() != KindArray {
		v.add(SeverityError, CodeStructure, "an array is expected here, also for one value")
		return
	}
	if len(value.items) == 0 {
		v.add(SeverityError, CodeStructure, "an array must not be empty; leave the element out instead")
		return
	}
	at := len(v.path) - 1
	for i, it := range value.items {
		v.path[at].index = i
		if it.Kind() != KindNull {
			v.value(it, p)
			continue
		}
		// A primitive without value may stand in an array when the sibling says more about it
		// (https://hl7.org/fhir/R4/json.html#primitive).
		var more []*Node
		if p.prim != notPrimitive {
			more = parent.member("_" + p.json).Items()
		}
		if i >= len(more) || more[i].Kind() == KindNull {
			v.add(SeverityError, CodeStructure, "null is only allowed where the array of extensions has an entry")
		}
	}
	v.path[at].index = -1
}

// sibling checks the _name member that carries id and extensions of a primitive.
func (v *validator) sibling(more, value *Node, p *prop) {
	element := shapeOf("Element")
	if !p.many {
		if more.Kind() != KindObject {
			v.add(SeverityError, CodeStructure, "an object with id or extension is expected here")
			return
		}
		if value == nil && onlyID(more) {
			v.add(SeverityError, CodeInvariant, idWithoutContent)
			return
		}
		v.object(more, element)
		return
	}
	switch {
	case more.Kind() != KindArray || len(more.items) == 0:
		v.add(SeverityError, CodeStructure, "an array of objects with id or extension is expected here")
		return
	case value.Kind() == KindArray && len(value.items) != len(more.items):
		v.add(SeverityError, CodeStructure, "values and their extensions must be arrays of the same length")
	}
	at := len(v.path) - 1
	for i, it := range more.items {
		v.path[at].index = i
		switch it.Kind() {
		case KindObject:
			if onlyID(it) && (i >= len(value.Items()) || value.items[i].Kind() == KindNull) {
				v.add(SeverityError, CodeInvariant, idWithoutContent)
				continue
			}
			v.object(it, element)
		case KindNull:
			if value == nil {
				v.add(SeverityError, CodeStructure, "neither a value nor an extension stands here")
			}
		default:
			v.add(SeverityError, CodeStructure, "an object with id or extension is expected here")
		}
	}
	v.path[at].index = -1
}

func (v *validator) value(n *Node, p *prop) {
	if p.prim != notPrimitive {
		v.primitive(n, p)
		return
	}
	if n.Kind() != KindObject {
		v.add(SeverityError, CodeStructure, "an object is expected here")
		return
	}
	if p.typ == "Resource" {
		v.resource(n, p.json == "contained")
		return
	}
	if onlyID(n) {
		v.add(SeverityError, CodeInvariant, idWithoutContent)
		return
	}
	before := len(v.issues)
	c := p.content()
	v.object(n, c)
	if len(v.issues) > before {
		return
	}
	if p.rule != nil {
		p.rule(v, n, p)
	}
	if len(c.invariants)+len(p.invariants) > 0 {
		it := item{n: n, p: p, s: c, typ: p.typ}
		v.invariants(c.invariants, it)
		v.invariants(p.invariants, it)
	}
}

func (v *validator) primitive(n *Node, p *prop) {
	if text := p.prim.check(n); text != "" {
		v.add(SeverityError, CodeValue, text)
		return
	}
	switch {
	case p.codes != nil && !p.codes.hasCode(n.text):
		text := "not one of the codes that are allowed here"
		if list := p.codes.short(); list != "" {
			text += ": " + list
		}
		v.add(SeverityError, CodeCodeInvalid, text)
	case p.prim == primXHTML:
		switch text := checkNarrative(n.text); text {
		case "":
		case narrativeEmpty:
			v.add(SeverityWarning, CodeInvariant, text)
		default:
			v.add(SeverityError, CodeInvariant, text)
		}
	case (p.prim == primURI || p.prim == primURL || p.prim == primCanonical) && n.text[0] == '#' && v.scope != nil:
		v.scope.used = append(v.scope.used, n.text[1:])
	}
	if p.invariants != nil {
		v.invariants(p.invariants, item{n: n, p: p, typ: p.typ})
	}
}
