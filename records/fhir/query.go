package fhir

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Query is a search as its URL says it, checked against the definitions.
type Query struct {
	Type        string
	Types       []string // instead of Type: of all of these, see ParseQueryOfTypes
	Patient     string   // only what belongs to this patient's compartment
	Filters     []Filter // all must hold
	Sort        []SortKey
	Count       int
	Includes    []Include
	RevIncludes []Include
	Total       string   // none, estimate, accurate or ""
	Summary     string   // true, text, data, count, false or ""
	Elements    []string // of _elements
	Page        string   // opaque cursor of _page
	Unknown     []string // parameters that were passed over, so that the answer's self link can leave them out
}

// Filter is one search parameter; one of its values must match. With Chain set, Values is empty and the values stand in
// the chain's own filter.
//
// Or holds further filters, any of which may match instead: a chain that names no type goes on in each type that the
// reference points to and that has the parameter.
type Filter struct {
	Param    *Param
	Modifier string // without colon: exact, contains, not, missing, text, identifier, of-type, below, above, or a type
	Values   []Value
	Chain    *Chain
	Or       []Filter
}

// Chain is a search over one reference.
//
// Forward (subject:Patient.name=x on Observation): Param of the outer filter is the reference, Type is the type that it
// points to, Filter applies to the resource there.
//
// Reverse (_has:Observation:patient:code=x on Patient): Type is the type that points here, Ref is its reference, Filter
// applies to the resource that points. Param of the outer filter is nil.
type Chain struct {
	Reverse bool
	Type    string
	Ref     *Param
	Filter  Filter
}

// Value is one value of a filter; which fields are set depends on the parameter's type.
type Value struct {
	Prefix       string  // number, date, quantity: eq, ne, gt, lt, ge, le, sa, eb, ap
	System       *string // token, quantity: nil = any system, "" = no system
	Code         string  // token; "" with a System = any code of it; of-type: the code of the identifier's type
	Text         string  // string, uri, and the value as written; of-type: the identifier's value
	RefType      string  // reference
	RefID        string
	URL          string
	Lo, Hi       int64   // date: [Lo, Hi) of the precision
	Num          float64 // number, quantity
	NumLo, NumHi float64 // [NumLo, NumHi) of the precision
	Unit         string  // quantity
	Missing      bool    // modifier missing: true when the element must be absent
	Parts        []Value // composite: one for each component
	Lat, Lon     float64 // near, with Num kilometres around it
}

// SortKey is one key of _sort.
type SortKey struct {
	Param *Param
	Desc  bool
}

// Include is one _include or _revinclude. Param is nil for all references of the type ("*"); Type is "*" when a
// _revinclude asks for whatever points here.
type Include struct {
	Type    string
	Param   *Param
	Target  string
	Iterate bool
}

// Bounds of a search.
const (
	DefaultCount = 50
	MaxCount     = 1000
	maxParams    = 100 // parameters of a query
	maxLinks     = 3   // references that one filter follows
	maxTypes     = 8   // types in which a chain without a type goes on
	maxValues    = 200 // values of one parameter
	maxValue     = 4096
)

// ParseQuery reads the parameters of a search on one resource type (https://hl7.org/fhir/R4/search.html). With strict, a
// parameter that is not known or not supported is an issue; without, it is passed over and listed in Unknown. A value that
// cannot be read is an issue either way. When an issue has severity error, the query must not be run.
func ParseQuery(resourceType string, values url.Values, strict bool) (*Query, []Issue) {
	q := &queryParser{strict: strict, q: &Query{Type: resourceType, Count: DefaultCount}}
	if !IsType(resourceType) {
		q.fail(CodeInvalid, "", "FHIR R4 has no resource of this type")
		return q.q, q.issues
	}
	q.read(values)
	return q.q, q.issues
}

func (q *queryParser) read(values url.Values) {
	names := make([]string, 0, len(values))
	total := 0
	for name, list := range values {
		names = append(names, name)
		total += len(list)
	}
	if total > maxParams {
		q.fail(CodeTooLong, "", "a search may have at most 100 parameters")
		return
	}
	slices.Sort(names) // for the same answer to the same question
	for _, name := range names {
		for _, value := range values[name] {
			if !utf8.ValidString(value) || strings.IndexByte(value, 0) >= 0 { // no resource holds that, and no database takes it
				q.fail(CodeInvalid, name, "the value holds signs that are no text")
				continue
			}
			q.parameter(name, value)
		}
	}
}

type queryParser struct {
	q      *Query
	issues []Issue
	strict bool
}

// fail reports a broken parameter. Names are cut down to what can be a name; values never appear.
func (q *queryParser) fail(code, param, text string) {
	if param = safeParam(param); param != "" {
		text = "search parameter " + param + ": " + text
	}
	q.issues = append(q.issues, Issue{Severity: SeverityError, Code: code, Text: text})
}

func (q *queryParser) unsupported(param, text string) {
	if q.strict {
		q.fail(CodeNotSupported, param, text)
		return
	}
	q.q.Unknown = append(q.q.Unknown, param)
}

func safeParam(s string) string {
	if len(s) > 100 {
		return "?"
	}
	for i := 0; i < len(s); i++ {
		if !isNameByte(s[i]) && s[i] != '.' {
			return "?"
		}
	}
	return s
}

func (q *queryParser) parameter(name, value string) {
	if len(value) > maxValue && name != "_page" {
		q.fail(CodeTooLong, name, "the value is too long")
		return
	}
	if value == "" {
		return // R4 3.1.1.4: an empty parameter is ignored
	}
	if strings.HasPrefix(name, "_") && q.control(name, value) {
		return
	}
	typ := q.q.Type
	if q.q.Types != nil {
		base, _, _ := strings.Cut(name, ":")
		if !q.ofAll(base) {
			return
		}
		typ = q.q.Types[0] // as in every other
	}
	f, ok := q.filter(typ, name, value, 0)
	if ok {
		q.q.Filters = append(q.q.Filters, f)
	}
}

// control handles the parameters that shape the answer; false means that the name is a filter.
func (q *queryParser) control(name, value string) bool {
	base, modifier, _ := strings.Cut(name, ":")
	switch base {
	case "_format", "_pretty": // for the HTTP face
	case "_count":
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			q.fail(CodeInvalid, name, "a number is expected")
			break
		}
		if n == 0 {
			q.q.Summary = "count" // R4 3.1.1.5.1: same as _summary=count
			break
		}
		q.q.Count = min(n, MaxCount)
	case "_page":
		if len(value) > 4*maxValue {
			q.fail(CodeTooLong, name, "the value is too long")
			break
		}
		q.q.Page = value
	case "_total":
		q.choice(name, value, &q.q.Total, "none", "estimate", "accurate")
	case "_summary":
		q.choice(name, value, &q.q.Summary, "true", "text", "data", "count", "false")
	case "_elements":
		q.elements(name, value)
	case "_sort":
		q.sort(name, value)
	case "_include", "_revinclude":
		q.include(base, modifier, value)
	case "_contained", "_containedType":
		if value != "false" {
			q.unsupported(name, "contained resources are not searched")
		}
	case "_type":
		if q.q.Types == nil {
			q.unsupported(name, "the address says which type is searched")
		}
	case "_list", "_text", "_content", "_filter", "_query":
		q.unsupported(name, "not supported")
	default:
		return false
	}
	return true
}

func (q *queryParser) choice(name, value string, into *string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		q.fail(CodeInvalid, name, "one of these is expected: "+strings.Join(allowed, ", "))
		return
	}
	*into = value
}

func (q *queryParser) elements(name, value string) {
	if q.q.Types != nil {
		return // for the HTTP face: each type has others
	}
	s := resourceShape(q.q.Type)
	for _, e := range strings.Split(value, ",") {
		e = strings.TrimPrefix(strings.TrimSpace(e), q.q.Type+".")
		if s.props[e] == nil && s.choices[e] == nil {
			if q.strict {
				q.fail(CodeInvalid, name, "the type has no such element")
				return
			}
			continue
		}
		if !slices.Contains(q.q.Elements, e) {
			q.q.Elements = append(q.q.Elements, e)
		}
	}
}

func (q *queryParser) sort(name, value string) {
	told := false
	for _, key := range strings.Split(value, ",") {
		key, desc := strings.CutPrefix(strings.TrimSpace(key), "-")
		p := LookupParam(q.q.Kinds()[0], key)
		if p == nil || !p.Sortable() || q.q.Types != nil && key != "_lastUpdated" {
			if !told {
				q.unsupported(name, "this search cannot be sorted by this parameter")
				told = true
			}
			continue
		}
		if len(q.q.Sort) >= 4 {
			q.fail(CodeTooLong, name, "at most four keys")
			return
		}
		q.q.Sort = append(q.q.Sort, SortKey{p, desc})
	}
}

func (q *queryParser) include(name, modifier, value string) {
	into := &q.q.Includes
	if name == "_revinclude" {
		into = &q.q.RevIncludes
	}
	if q.q.Types != nil {
		q.unsupported(name, "a search over several types includes nothing")
		return
	}
	if modifier != "" && modifier != "iterate" && modifier != "recurse" {
		q.unsupported(name+":"+modifier, "the modifier is not supported")
		return
	}
	if len(*into) >= 20 {
		q.fail(CodeTooLong, name, "too many of these")
		return
	}
	parts := strings.Split(value, ":")
	switch {
	case value == "*" && name == "_revinclude":
		*into = append(*into, Include{Type: "*", Iterate: modifier != ""})
		return
	case value == "*":
		parts = []string{q.q.Type, "*"}
	}
	if len(parts) < 2 || len(parts) > 3 || !IsType(parts[0]) {
		q.fail(CodeInvalid, name, "Type:parameter or Type:parameter:TargetType is expected")
		return
	}
	inc := Include{Type: parts[0], Iterate: modifier != ""}
	if parts[1] != "*" {
		inc.Param = LookupParam(parts[0], parts[1])
		if inc.Param == nil || inc.Param.Type != TypeReference || !inc.Param.Supported() {
			q.unsupported(name, "the type has no such reference to search by")
			return
		}
	}
	if len(parts) == 3 && parts[2] != "" {
		if !IsType(parts[2]) {
			q.fail(CodeInvalid, name, "FHIR R4 has no resource of the target type")
			return
		}
		inc.Target = parts[2]
	}
	*into = append(*into, inc)
}
