package fhir

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Index holds the search rows of one resource, by the table that they belong to.
type Index struct {
	Tokens     []TokenRow
	Refs       []RefRow
	Dates      []DateRow
	Strings    []StringRow
	Quantities []QuantityRow
	URIs       []URIRow
}

// TokenRow is a code, identifier, flag or contact. System is "" when the value has none; for elements of type code it is
// the system that their binding implies. The identifier of a reference stands under "param:identifier".
type TokenRow struct{ Param, System, Code string }

// RefRow is a reference: Type and ID of a relative one, URL of an absolute one, a urn or a canonical.
type RefRow struct{ Param, Type, ID, URL string }

// DateRow is the span [Lo, Hi) that a date, period or timing covers, in unix microseconds UTC. Open ends are
// math.MinInt64 and math.MaxInt64.
type DateRow struct {
	Param  string
	Lo, Hi int64
}

// StringRow is a text. Norm is folded for comparison (see Fold); Exact is the text as written. Both are cut after 200
// runes.
type StringRow struct{ Param, Norm, Exact string }

// QuantityRow is a number or quantity. Lo and Hi are the closed span that is meant: the value itself, or open on one
// side (±math.MaxFloat64) where the resource says "<5". Code is the unit's code, or its text when it has no code.
type QuantityRow struct {
	Param, System, Code string
	Value, Lo, Hi       float64
}

// URIRow is a URI, compared byte by byte.
type URIRow struct{ Param, Value string }

// maxRows bounds the rows of one resource and table. It is far beyond what a real resource has; a Group or List beyond
// it must be asked in another way.
const maxRows = 20000

// errRows says that a resource would need more rows than is sensible.
var errRows = errors.New("fhir: the resource has too many searchable values")

// Extract lists the search rows of a resource for all indexed parameters of its type, without repetition. It expects a
// valid resource; what a parameter cannot hold is passed over.
func Extract(n *Node) (*Index, error) {
	typ := n.ResourceType()
	s := resourceShape(typ)
	if s == nil {
		return nil, errors.New("fhir: no resource type to index by")
	}
	Params(typ)
	x := extractors.Get().(*extractor)
	x.out = new(Index)
	for _, p := range s.def.indexed {
		x.param, x.name = p, p.Name
		x.items = p.path().eval(n, item{n: n, s: s, typ: typ}, x.items[:0])
		x.mark()
		for _, it := range x.items {
			x.add(it)
		}
	}
	out := x.out
	clear(x.items[:cap(x.items)])
	x.out, x.param = nil, nil
	extractors.Put(x)
	if max(len(out.Tokens), len(out.Refs), len(out.Dates), len(out.Strings), len(out.Quantities), len(out.URIs)) > maxRows {
		return nil, errRows
	}
	return out, nil
}

var extractors = sync.Pool{New: func() any { return &extractor{items: make([]item, 0, 64)} }}

// rows are the rows of one parameter, from some element of the resource on.
func (p *Param) rows(n *Node, from item) *Index {
	x := extractors.Get().(*extractor)
	x.out, x.whole = new(Index), true
	x.param, x.name = p, p.Name
	x.items = p.path().eval(n, from, x.items[:0])
	x.mark()
	for _, it := range x.items {
		x.add(it)
	}
	out := x.out
	clear(x.items[:cap(x.items)])
	x.out, x.param, x.whole = nil, nil, false
	extractors.Put(x)
	return out
}

// items are the elements that the parameter looks at; those that are there by an extension alone have no value.
func (p *Param) items(n *Node) []item {
	all := p.path().eval(n, resourceItem(n, nil), nil)
	return slices.DeleteFunc(all, func(it item) bool { return it.n == nil })
}

type extractor struct {
	whole bool // also what the chart's key answers, and what only the body is asked for
	out   *Index
	param *Param
	name  string
	items []item
	from  [6]int // where the rows of this parameter begin in each table
	seen  map[any]struct{}
}

func (x *extractor) mark() {
	o := x.out
	x.from = [6]int{len(o.Tokens), len(o.Refs), len(o.Dates), len(o.Strings), len(o.Quantities), len(o.URIs)}
	x.seen = nil
}

// put appends a row unless the parameter has it already. Beyond a few rows a set keeps that from becoming quadratic.
func put[T comparable](x *extractor, rows []T, from int, row T) []T {
	if len(rows)-from < 32 {
		if slices.Contains(rows[from:], row) {
			return rows
		}
		return append(rows, row)
	}
	if x.seen == nil {
		x.seen = make(map[any]struct{}, 128)
		for _, r := range rows[from:] {
			x.seen[r] = struct{}{}
		}
	}
	if _, ok := x.seen[row]; ok || len(rows) > maxRows {
		return rows
	}
	x.seen[row] = struct{}{}
	return append(rows, row)
}

func (x *extractor) add(it item) {
	switch x.param.Type {
	case TypeToken:
		x.token(it)
	case TypeReference:
		x.reference(it)
	case TypeDate:
		x.date(it)
	case TypeString:
		x.text(it)
	case TypeQuantity, TypeNumber:
		x.quantity(it)
	case TypeURI:
		if v := it.n.Str(); v != "" {
			x.out.URIs = put(x, x.out.URIs, x.from[5], URIRow{x.name, v})
		}
	}
}

func (x *extractor) putToken(name, system, code string) {
	if code != "" && len(code) <= 1024 {
		x.out.Tokens = put(x, x.out.Tokens, x.from[0], TokenRow{name, system, code})
	}
}

func (x *extractor) token(it item) {
	n := it.n
	switch it.typ {
	case "CodeableConcept":
		for _, c := range n.member("coding").Items() {
			x.putToken(x.name, c.member("system").Str(), c.member("code").Str())
		}
	case "Coding":
		x.putToken(x.name, n.member("system").Str(), n.member("code").Str())
	case "Identifier":
		x.putToken(x.name, n.member("system").Str(), n.member("value").Str())
	case "ContactPoint":
		// The system of a contact point (phone, email) is no namespace of codes.
		x.putToken(x.name, "", n.member("value").Str())
	case "boolean", sysBoolean:
		if v, ok := n.Bool(); ok {
			x.putToken(x.name, "", strconv.FormatBool(v))
		}
	case "code":
		system := ""
		if it.p != nil && it.p.codes != nil {
			system = it.p.codes.system(n.Str())
		}
		x.putToken(x.name, system, n.Str())
	default:
		x.putToken(x.name, "", n.Str())
	}
}

func (x *extractor) putRef(r RefRow) {
	if r.Type == "Patient" && r.URL == "" && x.param.Home && !x.whole {
		return // answered by the chart's key
	}
	x.out.Refs = put(x, x.out.Refs, x.from[1], r)
}

func (x *extractor) reference(it item) {
	ref := it.n.Str()
	switch {
	case it.typ == "Reference":
		ref = it.n.member("reference").Str()
		if id := it.n.member("identifier"); id != nil {
			x.putToken(x.name+":identifier", id.member("system").Str(), id.member("value").Str())
		}
	case it.s != nil && it.s.resource:
		if id := it.n.member("id").Str(); id != "" {
			x.putRef(RefRow{Param: x.name, Type: it.typ, ID: id})
		}
		return
	}
	if ref == "" || ref[0] == '#' {
		return
	}
	if typ, id, _, ok := SplitReference(ref); ok {
		x.putRef(RefRow{Param: x.name, Type: typ, ID: id})
		return
	}
	if !strings.Contains(ref, ":") {
		return // conditional, not yet resolved
	}
	x.putRef(RefRow{Param: x.name, Type: absoluteType(ref), URL: ref})
	if bare, _, versioned := strings.Cut(ref, "|"); versioned && it.typ == "canonical" {
		x.putRef(RefRow{Param: x.name, URL: bare})
	}
}

func (x *extractor) date(it item) {
	lo, hi, ok := int64(0), int64(0), false
	switch it.typ {
	case "Period":
		lo, hi, ok = periodRange(it.n)
	case "Timing":
		lo, hi, ok = timingRange(it.n)
	default:
		lo, hi, ok = DateRange(it.n.Str())
	}
	if ok {
		x.out.Dates = put(x, x.out.Dates, x.from[2], DateRow{x.name, lo, hi})
	}
}

func periodRange(n *Node) (lo, hi int64, ok bool) {
	lo, hi = math.MinInt64, math.MaxInt64
	if from, _, okFrom := DateRange(n.member("start").Str()); okFrom {
		lo, ok = from, true
	}
	if _, to, okTo := DateRange(n.member("end").Str()); okTo {
		hi, ok = to, true
	}
	return lo, hi, ok
}

// timingRange is the outer span of a timing: its bounds and its events.
func timingRange(n *Node) (lo, hi int64, ok bool) {
	lo, hi, ok = periodRange(n.Get("repeat", "boundsPeriod"))
	for _, e := range n.member("event").Items() {
		from, to, good := DateRange(e.Str())
		switch {
		case !good:
		case !ok:
			lo, hi, ok = from, to, true
		default:
			lo, hi = min(lo, from), max(hi, to)
		}
	}
	return lo, hi, ok
}

var stringParts = map[string][]string{
	"HumanName": {"text", "family", "given", "prefix", "suffix"},
	"Address":   {"text", "line", "city", "district", "state", "postalCode", "country"},
	// CodeableConcept is searched as a text by a few parameters only, and then by its own words.
	"CodeableConcept": {"text"},
}

func (x *extractor) text(it item) {
	parts, ok := stringParts[it.typ]
	if !ok {
		x.putString(it.n.Str())
		return
	}
	for _, part := range parts {
		v := it.n.member(part)
		if v.Kind() == KindArray {
			for _, s := range v.items {
				x.putString(s.Str())
			}
			continue
		}
		x.putString(v.Str())
	}
}

func (x *extractor) putString(s string) {
	norm := Fold(s)
	if norm == "" {
		return
	}
	x.out.Strings = put(x, x.out.Strings, x.from[3], StringRow{x.name, norm, cut(s, maxFolded)})
}

const currencySystem = "urn:iso:std:iso:4217"

func (x *extractor) quantity(it item) {
	row := QuantityRow{Param: x.name}
	n := it.n
	switch {
	case it.typ == "Range":
		low, okLow := n.Get("low", "value").Float()
		high, okHigh := n.Get("high", "value").Float()
		if !okLow && !okHigh {
			return
		}
		unit := n.member("low")
		if !okLow {
			low, unit = -math.MaxFloat64, n.member("high")
		}
		if !okHigh {
			high = math.MaxFloat64
		}
		row.Value, row.Lo, row.Hi = low, low, high
		if !okLow {
			row.Value = high
		}
		row.System, row.Code = unitOf(unit)
	case n.Kind() == KindNumber:
		v, ok := n.Float()
		if !ok {
			return
		}
		row.Value, row.Lo, row.Hi = v, v, v
	default:
		v, ok := n.member("value").Float()
		if !ok {
			return
		}
		row.Value, row.Lo, row.Hi = v, v, v
		switch n.member("comparator").Str() {
		case "<", "<=":
			row.Lo = -math.MaxFloat64
		case ">", ">=":
			row.Hi = math.MaxFloat64
		}
		if row.System, row.Code = unitOf(n); it.typ == "Money" {
			row.System, row.Code = currencySystem, n.member("currency").Str()
		}
	}
	x.out.Quantities = put(x, x.out.Quantities, x.from[4], row)
}

func unitOf(n *Node) (system, code string) {
	if code = n.member("code").Str(); code == "" {
		return "", n.member("unit").Str()
	}
	return n.member("system").Str(), code
}
