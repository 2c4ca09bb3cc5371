package rest

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/records"
	"housecall/records/fhir"
)

var readMethods = []string{fiber.MethodGet, fiber.MethodPost}

func (f *Face) chartOperations() []operation {
	return []operation{
		{name: "everything", definition: "http://hl7.org/fhir/OperationDefinition/Patient-everything", types: []string{"Patient"}, levels: onType | onInstance, methods: readMethods, handle: f.everything},
	}
}

// everythingTakes are the parameters of Patient/$everything
// (https://hl7.org/fhir/R4/patient-operation-everything.html), those that shape
// an answer, and the place where a page goes on.
var everythingTakes = []param{
	{name: "start", kind: 'd'}, {name: "end", kind: 'd'}, {name: "_since", kind: 't'}, {name: "_type", kind: 'c', many: true}, {name: "_count", kind: 'i'},
	{name: "_elements", kind: 's', many: true}, {name: "_summary", kind: 'c'}, {name: "_page", kind: 's'},
}

// everything answers Patient/id/$everything, and Patient/$everything for all charts
// that somebody may open, page by page.
func (f *Face) everything(c *fiber.Ctx) error {
	in, err := parametersOf(c, everythingTakes...)
	if err != nil {
		return err
	}
	who, id := edge.Principal(c), c.Params("id")
	about := "everything " + who.Account + " " + id
	values := in.values()
	var o records.EverythingOptions
	if token := values.Get("_page"); token != "" {
		if values, _, err = f.pages.open(about, token); err != nil {
			return err
		}
		in = parameters{}
		if err := in.addValues(everythingTakes, values); err != nil {
			return err
		}
		o.Page = values.Get("_page")
	}
	if o.From, o.To, err = in.days("start", "end"); err != nil {
		return err
	}
	if o.Count = in.number("_count", fhir.MaxCount); o.Count < 1 {
		return invalid("invalid", "_count", "_count must be a number above 0.")
	}
	o.Count = min(o.Count, fhir.MaxCount)
	if v := in.text("_since"); v != "" {
		if o.Since, err = time.Parse(time.RFC3339, v); err != nil {
			return invalid("invalid", "_since", "_since must be an instant, as 2026-01-31T08:00:00Z.")
		}
	}
	if list := in["_type"]; list != nil {
		if o.Types, err = typesOf(values["_type"]); err != nil {
			return err
		}
		slices.Sort(o.Types)
	}
	only, err := shownOf(values)
	if err != nil {
		return err
	}
	var p records.Page
	self := f.base + "/Patient/$everything"
	if id == "" {
		p, err = f.store.EverythingOfAll(c.UserContext(), who, o)
	} else {
		self = f.base + "/Patient/" + id + "/$everything"
		p, err = f.store.Everything(c.UserContext(), who, id, o)
	}
	if err == nil {
		err = only.cut(p.Items)
	}
	if err != nil {
		return err
	}
	next := ""
	if p.Next != "" {
		next = self + "?_page=" + f.pages.seal(about, values, p.Next, false)
	}
	if raw := queryOf(c); len(raw) > 0 {
		self += "?" + raw.Encode()
	}
	s := newSplice("searchset", size(p.Items))
	s.links(self, next)
	for i := range p.Items {
		s.found(f.base, &p.Items[i], "match")
	}
	return sendJSON(c, s.bytes())
}

// days gives the time that two days bound: from the beginning of the first to the
// end of the last, in microseconds; 0: no bound.
func (p parameters) days(first, last string) (from, to int64, err error) {
	from, _, _ = p.span(first)
	_, to, _ = p.span(last)
	if from != 0 && to != 0 && from >= to {
		return 0, 0, invalid("invalid", first, first+" must not come after "+last+".")
	}
	return from, to, nil
}
