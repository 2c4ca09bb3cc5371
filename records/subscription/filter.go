package subscription

import (
	"net/url"
	"slices"
	"strings"

	"housecall/internal/fault"
	"housecall/records/fhir"
)

// Bounds of a subscription's filters.
const (
	maxFilters = 10
	maxFilter  = 1000 // bytes of one
)

// filter is one filter criterion: a search on one type, looked at on each version
// that is written (backport-filter-criteria). Several filters are alternatives for
// different types, and all hold for the same type.
type filter struct {
	text string
	typ  string
	q    *fhir.Query
}

// modifiers and kinds of parameters that a single resource can be looked at by.
var testable = map[fhir.ParamType]bool{fhir.TypeToken: true, fhir.TypeReference: true, fhir.TypeDate: true, fhir.TypeString: true, fhir.TypeURI: true}

func parseFilter(text string, t *Topic) (filter, error) {
	bad := func(why string) (filter, error) {
		return filter{}, invalid("value", "Subscription.criteria.extension", why)
	}
	if len(text) > maxFilter {
		return bad("A filter is too long.")
	}
	typ, query, _ := strings.Cut(text, "?")
	if !fhir.IsType(typ) || !t.about(typ) {
		return bad("A filter begins with a type that the topic is about, as in Observation?category=laboratory.")
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return bad("A filter is written like a search.")
	}
	q, issues := fhir.ParseQuery(typ, values, true)
	for _, i := range issues {
		if i.Severity == fhir.SeverityError {
			return bad("A filter holds something that cannot be searched by: " + i.Text)
		}
	}
	if len(q.Sort)+len(q.Includes)+len(q.RevIncludes)+len(q.Elements) > 0 || q.Total != "" || q.Summary != "" || q.Page != "" {
		return bad("A filter takes search parameters only.")
	}
	for _, f := range q.Filters {
		if f.Chain != nil || f.Param == nil || f.Param.Name != "_id" && !testable[f.Param.Type] || f.Modifier != "" && f.Modifier != "Patient" && f.Modifier != "not" {
			return bad("A filter holds a parameter that a change cannot be looked at by.")
		}
	}
	return filter{text: text, typ: typ, q: q}, nil
}

// patients are those that the filter names, by the element that decides the chart;
// nil when it names none.
func (f *filter) patients() []string {
	var out []string
	for _, p := range f.q.Filters {
		isID := f.typ == "Patient" && p.Param.Name == "_id"
		if p.Modifier == "not" || !isID && !fhir.HomeParam(f.typ, p.Param.Name) {
			continue
		}
		for _, v := range p.Values {
			switch {
			case isID:
				out = append(out, v.Code)
			case v.RefID != "" && (v.RefType == "" || v.RefType == "Patient"):
				out = append(out, v.RefID)
			}
		}
	}
	return out
}

// holds tells whether a resource passes: all filters of its type must hold. When
// there are filters and none is of its type, it does not.
func holds(filters []filter, patient string, n *fhir.Node) bool {
	if len(filters) == 0 {
		return true
	}
	typ := n.ResourceType()
	found := false
	for i := range filters {
		f := &filters[i]
		if f.typ != typ {
			continue
		}
		found = true
		for k := range f.q.Filters {
			if !fits(&f.q.Filters[k], typ, patient, n) {
				return false
			}
		}
	}
	return found
}

// fits holds one parameter against the resource. Which patient it is about its
// chart says, as in a search.
func fits(p *fhir.Filter, typ, patient string, n *fhir.Node) bool {
	if fhir.HomeParam(typ, p.Param.Name) && slices.ContainsFunc(p.Values, func(v fhir.Value) bool {
		return v.URL == "" && (v.RefType == "" || v.RefType == "Patient") && v.RefID == patient
	}) {
		return p.Modifier != "not"
	}
	return fhir.Matches(n, p)
}

func invalid(code, expression, text string) *fault.Error {
	return fault.New(fault.Invalid, text).WithIssues(fault.Issue{Code: code, Expression: expression, Text: text})
}
