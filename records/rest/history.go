package rest

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"housecall/records"
	"housecall/records/fhir"
)

// asked is what a history is narrowed by (R4 3.1.0.11).
type asked struct {
	count int
	since time.Time
	at    *records.Span
}

func historyAsked(values url.Values) (a asked, err error) {
	for k := range values {
		switch k {
		case "_count", "_since", "_at", "_page", "_format", "_pretty", "_summary", "_elements":
		default:
			return a, invalid("not-supported", "", "A history takes _count, _since and _at.")
		}
	}
	if a.count, a.since, err = window(values, fhir.DefaultCount); err != nil {
		return a, err
	}
	if v := values.Get("_at"); v != "" {
		lo, hi, ok := fhir.DateRange(strings.ReplaceAll(v, " ", "+"))
		if !ok {
			return a, invalid("invalid", "_at", "_at must be a date or time, as 2026-01-31.")
		}
		a.at = &records.Span{From: lo, To: hi}
	}
	return a, nil
}

// history answers Type/id/_history: a page of versions, newest first.
func (f *Face) history(ctx context.Context, in call) (answer, error) {
	place := in.typ + "/" + in.id
	about := "history " + in.who.Account + " " + place
	values, cursor, err := f.turned(about, in.query)
	if err != nil {
		return answer{}, err
	}
	before := int64(0)
	if cursor != "" {
		if before, err = strconv.ParseInt(cursor, 10, 64); err != nil || before < 1 {
			return answer{}, invalid("invalid", "", "This page link is no longer valid.")
		}
	}
	a, err := historyAsked(values)
	if err != nil {
		return answer{}, err
	}
	versions, full, err := f.store.HistoryAt(ctx, in.who, in.typ, in.id, a.at, before, a.count+1)
	if err != nil {
		return answer{}, err
	}
	p := records.Page{Items: versions}
	if len(versions) > a.count {
		p.Items, full = versions[:a.count], true
	}
	if full {
		p.Next = strconv.FormatInt(p.Items[len(p.Items)-1].Version, 10)
	}
	if !a.since.IsZero() {
		for i := range p.Items {
			if p.Items[i].LastUpdated.Before(a.since) {
				p.Items, p.Next = p.Items[:i], ""
				break
			}
		}
	}
	return f.historyBundle(place+"/_history", about, values, in.query, p)
}

// historyOf answers Type/_history and _history.
func (f *Face) historyOf(ctx context.Context, in call) (answer, error) {
	place := "_history"
	if in.typ != "" {
		place = in.typ + "/_history"
	}
	about := "history " + in.who.Account + " " + in.typ
	values, cursor, err := f.turned(about, in.query)
	if err != nil {
		return answer{}, err
	}
	a, err := historyAsked(values)
	if err != nil {
		return answer{}, err
	}
	p, err := f.store.HistoryOf(ctx, in.who, in.typ, records.HistoryOptions{Since: a.since, At: a.at, Count: a.count, Page: cursor})
	if err != nil {
		return answer{}, err
	}
	return f.historyBundle(place, about, values, in.query, p)
}

// turned gives the question that a page link goes on with, and where.
func (f *Face) turned(about string, query url.Values) (values url.Values, cursor string, err error) {
	token := query.Get("_page")
	if token == "" {
		return query, "", nil
	}
	if values, _, err = f.pages.open(about, token); err != nil {
		return nil, "", err
	}
	cursor = values.Get("_page")
	return values, cursor, nil
}

func (f *Face) historyBundle(place, about string, values, query url.Values, p records.Page) (answer, error) {
	only, err := shownOf(values)
	if err == nil {
		err = only.cut(p.Items)
	}
	if err != nil {
		return answer{}, err
	}
	next := ""
	if p.Next != "" {
		next = f.base + "/" + place + "?_page=" + f.pages.seal(about, values, p.Next, false)
	}
	self := f.base + "/" + place
	if len(query) > 0 {
		self += "?" + query.Encode()
	}
	s := newSplice("history", size(p.Items))
	s.links(self, next)
	for i := range p.Items {
		s.version(f.base, &p.Items[i])
	}
	return answer{status: fiber.StatusOK, body: s.bytes()}, nil
}

// version writes one entry of a history: the request that made it, and what
// became of it.
func (s *splice) version(base string, r *records.Stored) {
	name := r.Type + "/" + r.ID
	method, status := "PUT", fiber.StatusOK
	switch r.Outcome {
	case records.Created:
		status = fiber.StatusCreated
	case records.Deleted:
		method, status = "DELETE", fiber.StatusNoContent
	}
	s.entry()
	s.raw(`"fullUrl":"` + base + `/` + name + `",`)
	if r.Outcome != records.Deleted {
		s.raw(`"resource":`)
		s.b = append(s.b, r.Body...)
		s.raw(`,`)
	}
	s.raw(`"request":{"method":"` + method + `","url":"` + name + `"},`)
	s.response(status, "", r.Version, r.LastUpdated, nil)
	s.done()
}
