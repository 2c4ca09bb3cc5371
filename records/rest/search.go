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

// search answers GET Type?.. and POST Type/_search.
func (f *Face) search(ctx context.Context, in call) (answer, error) {
	about := "search " + in.who.Account + " " + in.typ
	values, strict := in.query, in.prefer.strict
	if token := values.Get("_page"); token != "" {
		var err error
		if values, strict, err = f.pages.open(about, token); err != nil {
			return answer{}, err
		}
	}
	q, err := f.parseQuery(in.typ, values, strict)
	if err != nil {
		return answer{}, err
	}
	p, err := f.store.Search(ctx, in.who, q)
	switch {
	case fault.Is(err, fault.NotFound): // no chart to look into: nothing is found
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
	self := f.base + "/" + in.typ
	if !in.byForm && len(in.query) > 0 {
		self += "?" + used(in.query, q.Unknown)
	}
	next := ""
	if p.Next != "" {
		next = f.base + "/" + in.typ + "?_page=" + f.pages.seal(about, values, p.Next, strict)
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

// parseQuery reads a search, or says all that is wrong with it.
func (f *Face) parseQuery(typ string, values url.Values, strict bool) (*fhir.Query, error) {
	q, issues := fhir.ParseQuery(typ, values, strict)
	var bad []fault.Issue
	for _, i := range issues {
		if i.Severity == fhir.SeverityError {
			bad = append(bad, fault.Issue{Code: i.Code, Expression: i.Expression, Text: i.Text})
		}
	}
	if len(bad) > 0 {
		return nil, fault.New(fault.Invalid, "This search cannot be run as it is.").WithIssues(bad...)
	}
	for i := range q.Filters {
		f.ours(&q.Filters[i])
	}
	return q, nil
}

// ours makes references by full URL to this server what they are: references to
// resources that it keeps.
func (f *Face) ours(x *fhir.Filter) {
	if x.Chain != nil {
		f.ours(&x.Chain.Filter)
	}
	for i := range x.Or {
		f.ours(&x.Or[i])
	}
	for i := range x.Values {
		v := &x.Values[i]
		if rest, ok := strings.CutPrefix(v.URL, f.base+"/"); ok {
			if typ, id, _, ok := fhir.SplitReference(rest); ok {
				v.RefType, v.RefID, v.URL = typ, id, ""
			}
		}
	}
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
