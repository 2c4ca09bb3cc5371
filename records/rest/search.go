package rest

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/fault"
	"housecall/records"
	"housecall/records/fhir"
)

func statusLine(status int) string { return strconv.Itoa(status) + " " + http.StatusText(status) }

// search answers GET Type?.. and POST Type/_search, and the same for several types
// and for what belongs to a patient.
func (f *Face) search(ctx context.Context, in call) (answer, error) {
	place := in.searched()
	about := "search " + in.who.Account + " " + place
	values, strict := in.query, in.prefer.strict
	if token := values.Get("_page"); token != "" {
		var err error
		if values, strict, err = f.pages.open(about, token); err != nil {
			return answer{}, err
		}
	}
	q, err := f.queryOf(in, values, strict)
	if err != nil {
		return answer{}, err
	}
	p, err := f.store.Search(ctx, in.who, q)
	switch {
	case fault.Is(err, fault.NotFound) && in.patient == "": // no chart to look into: nothing is found
		p = records.Page{}
	case err != nil:
		return answer{}, err
	}
	only, err := shownOf(values)
	for _, items := range [][]records.Stored{p.Items, p.Included} {
		if err == nil {
			err = only.cut(items)
		}
	}
	if err != nil {
		return answer{}, err
	}
	s := newSplice("searchset", size(p.Items)+size(p.Included))
	s.total(p.Total)
	self := f.base + place
	if !in.byForm && len(in.query) > 0 {
		self += "?" + used(in.query, q.Unknown)
	}
	next := ""
	if p.Next != "" {
		next = f.base + place + "?_page=" + f.pages.seal(about, values, p.Next, strict)
	}
	s.links(self, next)
	for i := range p.Items {
		s.found(f.base, &p.Items[i], "match")
	}
	for i := range p.Included {
		s.found(f.base, &p.Included[i], "include")
	}
	if p.Cut {
		s.said(outcome(issue("warning", "incomplete", "Not all that was to be included is here: a page includes at most "+strconv.Itoa(len(p.Included))+" resources.", "", "")))
	}
	if len(q.Unknown) > 0 && q.Page == "" {
		s.said(outcome(issue("warning", "not-supported", "These parameters were passed over: "+strings.Join(q.Unknown, ", "), "", "")))
	}
	return answer{status: fiber.StatusOK, body: s.bytes()}, nil
}

// searched is the address of a search, under /fhir.
func (in *call) searched() string {
	place := ""
	if in.patient != "" {
		place = "/Patient/" + in.patient
		if in.typ == "" {
			place += "/" + anyType
		}
	}
	if in.typ != "" {
		place += "/" + in.typ
	}
	return place
}

// queryOf reads what a search asks for.
func (f *Face) queryOf(in call, values url.Values, strict bool) (*fhir.Query, error) {
	if in.patient != "" && !fhir.ValidID(in.patient) {
		return nil, fault.New(fault.NotFound, "We could not find that.")
	}
	if in.patient != "" && in.typ != "" && !records.InCompartment(in.typ) {
		return nil, fault.New(fault.NotFound, "Records of this type do not belong to a patient.").WithIssues(fault.Issue{Code: "not-supported"})
	}
	if in.typ != "" {
		q, err := f.parseQuery(in.typ, values, strict)
		if err == nil {
			q.Patient = in.patient
		}
		return q, err
	}
	types, err := typesOf(values["_type"])
	if err != nil {
		return nil, err
	}
	switch {
	case types != nil:
		slices.Sort(types)
		types = slices.Compact(types)
	case in.patient == "":
		return nil, invalid("invalid", "_type", "Say in _type which types are searched.")
	default: // all that belong to the patient and may be looked at
		for _, t := range fhir.Types() {
			if records.InCompartment(t) && in.who.AllowsFHIR(t, 's') {
				types = append(types, t)
			}
		}
		if types == nil {
			types = []string{"Patient"} // and the store says why not
		}
	}
	for _, t := range types {
		if in.patient == "" && !records.Stores(t) || in.patient != "" && !records.InCompartment(t) {
			return nil, invalid("not-supported", "_type", "Records of the type "+t+" are not searched here.")
		}
	}
	q, issues := fhir.ParseQueryOfTypes(types, values, strict)
	q.Patient = in.patient
	return q, f.checked(q, issues)
}

// parseQuery reads a search of one type, or says all that is wrong with it.
func (f *Face) parseQuery(typ string, values url.Values, strict bool) (*fhir.Query, error) {
	q, issues := fhir.ParseQuery(typ, values, strict)
	return q, f.checked(q, issues)
}

// checked says all that is wrong with a search, and finds our own resources in it.
func (f *Face) checked(q *fhir.Query, issues []fhir.Issue) error {
	var bad []fault.Issue
	for _, i := range issues {
		if i.Severity == fhir.SeverityError {
			bad = append(bad, fault.Issue{Code: i.Code, Expression: i.Expression, Text: i.Text})
		}
	}
	if len(bad) > 0 {
		return fault.New(fault.Invalid, "This search cannot be run as it is.").WithIssues(bad...)
	}
	q.Here(f.base)
	return nil
}

// used is the query of the self link: what was looked at, without what was
// passed over (R4 3.1.1.1.2).
func used(values url.Values, unknown []string) string {
	kept := url.Values{}
	for k, list := range values {
		if !slices.Contains(unknown, k) {
			kept[k] = list
		}
	}
	return kept.Encode()
}

// window reads _count and _since.
func window(values url.Values, standard int) (count int, since time.Time, err error) {
	count = standard
	if v := values.Get("_count"); v != "" {
		if count, err = strconv.Atoi(v); err != nil || count < 1 {
			return 0, since, invalid("invalid", "_count", "_count must be a number above 0.")
		}
		count = min(count, fhir.MaxCount)
	}
	if v := values.Get("_since"); v != "" {
		if since, err = time.Parse(time.RFC3339, strings.ReplaceAll(v, " ", "+")); err != nil {
			return 0, since, invalid("invalid", "_since", "_since must be an instant, as 2026-01-31T08:00:00Z.")
		}
	}
	return count, since, nil
}
