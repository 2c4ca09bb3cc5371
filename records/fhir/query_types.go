package fhir

import (
	"net/url"
	"slices"
)

// CommonParams are the parameters of a search over several types: those that every resource has (R4 http.html#search).
var CommonParams = []string{"_id", "_lastUpdated", "_profile", "_security", "_source", "_tag"}

// ParseQueryOfTypes is ParseQuery of a search over several types. It takes the parameters that every resource has, and is
// sorted by _lastUpdated, newest first if nothing else is said. Nothing is included.
func ParseQueryOfTypes(types []string, values url.Values, strict bool) (*Query, []Issue) {
	q := &queryParser{strict: strict, q: &Query{Types: types, Count: DefaultCount}}
	for _, t := range types {
		if !IsType(t) {
			q.fail(CodeInvalid, "_type", "FHIR R4 has no resource of this type")
			return q.q, q.issues
		}
	}
	q.read(values)
	if len(q.q.Sort) == 0 {
		q.q.Sort = []SortKey{{LookupParam(types[0], "_lastUpdated"), true}}
	}
	return q.q, q.issues
}

// Kinds are the types that a query is for.
func (q *Query) Kinds() []string {
	if q.Types != nil {
		return q.Types
	}
	return []string{q.Type}
}

// ofAll says whether a parameter may stand in a search over several types.
func (q *queryParser) ofAll(name string) bool {
	if slices.Contains(CommonParams, name) {
		return true
	}
	q.unsupported(name, "a search over several types takes what every resource has: _id, _lastUpdated, _profile, _security, _source, _tag")
	return false
}
