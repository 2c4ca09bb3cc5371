package fhir

import (
	"net/url"
	"slices"
	"strings"
)

// ParseFilter reads Type?parameters for what is decided on each resource by itself (Matches), as _typeFilter of an export
// is (Bulk Data Access 2.0.0, section 2.5.2.1). What shapes an answer or looks into other resources is refused, and so is
// whatever a strict search refuses.
func ParseFilter(text string) (*Query, []Issue) {
	typ, query, _ := strings.Cut(text, "?")
	wrong := func(code, why string) (*Query, []Issue) {
		return nil, []Issue{{Severity: SeverityError, Code: code, Text: why}}
	}
	values, err := url.ParseQuery(query)
	if err != nil || !IsType(typ) {
		return wrong(CodeInvalid, "a filter is written as Type?parameter=value")
	}
	for name := range values {
		base, _, _ := strings.Cut(name, ":")
		if strings.HasPrefix(base, "_") && base != "_has" && !slices.Contains(CommonParams, base) {
			return wrong(CodeNotSupported, "a filter takes no parameters that shape an answer")
		}
	}
	q, issues := ParseQuery(typ, values, true)
	if slices.ContainsFunc(issues, func(i Issue) bool { return i.Severity == SeverityError }) {
		return nil, issues
	}
	for i := range q.Filters {
		if q.Filters[i].Param == nil || q.Filters[i].Chain != nil {
			return wrong(CodeNotSupported, "a filter does not look into other resources")
		}
	}
	if len(q.Filters) == 0 {
		return wrong(CodeInvalid, "a filter says what it looks for")
	}
	return q, nil
}

// Matches decides on a resource by itself whether it is of the query's type and all filters hold.
func (q *Query) Matches(n *Node) bool {
	if n.ResourceType() != q.Type {
		return false
	}
	for i := range q.Filters {
		if !Matches(n, &q.Filters[i]) {
			return false
		}
	}
	return true
}

// Here makes references by full URL to the server at base what they are: references to resources that it keeps.
func (q *Query) Here(base string) {
	for i := range q.Filters {
		q.Filters[i].here(base + "/")
	}
}

func (f *Filter) here(base string) {
	if f.Chain != nil {
		f.Chain.Filter.here(base)
	}
	for i := range f.Or {
		f.Or[i].here(base)
	}
	for i := range f.Values {
		v := &f.Values[i]
		if rest, ok := strings.CutPrefix(v.URL, base); ok {
			if typ, id, _, ok := SplitReference(rest); ok {
				v.RefType, v.RefID, v.URL = typ, id, ""
			}
		}
	}
}
