package records

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Page is one page of a list.
type Page struct {
	Items    []Stored
	Next     string   // cursor of the next page; empty: this was the last
	Total    int      // -1: not counted
	Included []Stored // by _include and _revinclude, each once
	Cut      bool     // more would have been included
}

// pageBytes bounds what the resources of one page take together, whatever was asked
// for: some are as large as a body may be. A page that is full ends there.
const pageBytes = 16 << 20

// Search runs a query. Access comes before everything else: what the view does
// not see is not counted, not sorted, not paged over, not gone through and not
// included.
func (s *Store) Search(ctx context.Context, who identity.Principal, q *fhir.Query) (Page, error) {
	for _, typ := range q.Kinds() {
		if err := allowed(who, typ, 's'); err != nil {
			return Page{}, err
		}
	}
	c := s.db.Read(ctx)
	sc, err := s.scopeOf(c, who, q)
	if err == nil {
		err = s.joinScope(c, who, q, &sc)
	}
	if err != nil {
		return Page{}, err
	}
	for _, p := range sc.refused {
		_ = s.refuse(ctx, who, p, q.Type, "", notFound())
	}
	if q.Patient != "" && len(sc.views) == 0 {
		return Page{}, access.NoChart()
	}
	x := s.newSearcher(c, who, sc)
	page, err := x.page(q)
	if err != nil {
		return Page{}, err
	}
	if q.Patient != "" && len(page.Items) == 0 { // a system has a view of charts that do not exist, too
		if _, err := readHead(c, q.Patient); err != nil {
			return Page{}, s.refuse(ctx, who, q.Patient, q.Type, "", err)
		}
	}
	for _, items := range [][]Stored{page.Items, page.Included} {
		for i := range items {
			hidden, err := x.hiddenIn(items[i].Patient)
			if err != nil {
				return Page{}, err
			}
			if items[i].Body, err = cutHidden(items[i].Body, hidden); err != nil {
				return Page{}, err
			}
		}
	}
	return page, s.access.Record(ctx, append(x.events(q, &page), x.also...)...)
}

// page finds one page, its total and what it includes.
func (x *searcher) page(q *fhir.Query) (Page, error) {
	page := Page{Total: -1}
	o, err := x.order(q)
	if err != nil {
		return page, err
	}
	w, err := x.where(q)
	if err != nil {
		return page, err
	}
	if q.Total == "accurate" || q.Total == "estimate" || q.Summary == "count" {
		page.Total, err = x.count(w)
		switch {
		case err != nil && q.Total == "estimate" && isTooCostly(err): // an estimate need not be given
			page.Total, x.bodies = -1, maxBodies
		case err != nil:
			return page, err
		}
	}
	if q.Summary == "count" {
		return page, nil
	}
	about := x.sc.about(x.who, q)
	var from *searchCursor
	if q.Page != "" {
		from = &searchCursor{}
		if err := x.s.seals.open(about, q.Page, from); err != nil {
			return page, err
		}
	}
	rows, err := x.filtered(q.Type, w, o, from, q.Count+1)
	if err != nil {
		return page, err
	}
	page.Items = rows.items
	if len(page.Items) > q.Count {
		page.Items, rows.full = page.Items[:q.Count], true
	}
	if rows.full {
		page.Next = x.s.seals.seal(about, rows.cursor(len(page.Items)-1))
	}
	if page.Items, err = x.whole(page.Items); err != nil {
		return page, err
	}
	if len(q.Includes)+len(q.RevIncludes) > 0 {
		if err = x.include(q, &page); err == nil {
			page.Included, err = x.whole(page.Included)
		}
	}
	return page, err
}

// whole puts in the place of parts what the principal sees of them in all charts.
func (x *searcher) whole(items []Stored) ([]Stored, error) {
	items, also, err := x.s.showAll(x.c, x.who, items, "search")
	x.also = append(x.also, also...)
	return items, err
}

// events are the audit rows of an answer: one for each chart and type that it
// gives something of, and one for the chart that was searched even if nothing
// was found.
func (x *searcher) events(q *fhir.Query, page *Page) []access.Event {
	type key struct{ patient, typ string }
	count := map[key]int{}
	var keys []key
	add := func(patient, typ string, n int) {
		k := key{patient, typ}
		if _, ok := count[k]; !ok {
			keys = append(keys, k)
		}
		count[k] += n
	}
	switch {
	case q.Patient != "":
		add(q.Patient, q.Type, 0)
	case len(x.sc.views) == 1:
		add(x.sc.views[0].Patient, q.Type, 0)
	}
	for _, items := range [][]Stored{page.Items, page.Included} {
		for i := range items {
			add(items[i].Patient, items[i].Type, 1)
		}
	}
	if len(keys) == 0 {
		return []access.Event{{Who: x.who, Action: "search", Type: q.Type, Outcome: "ok"}}
	}
	events := make([]access.Event, len(keys))
	for i, k := range keys {
		events[i] = access.Event{Who: x.who, Patient: k.patient, Action: "search", Type: k.typ, Categories: access.CategoriesOfType(k.typ), Count: count[k], Outcome: "ok"}
		if v := x.viewIn(k.patient); v != nil {
			events[i].View = *v
		}
	}
	return events
}

// scope is the set of charts that a search may look into.
type scope struct {
	all     bool // a system: every chart
	views   []access.View
	refused []string // charts that the query names and the principal may not see
	persons []string // of a compartment: the patient whose it is
}

func (sc scope) about(who identity.Principal, q *fhir.Query) string {
	var b strings.Builder
	b.WriteString("search " + who.Account + " " + q.Type + strings.Join(q.Types, ",") + " " + q.Patient)
	for _, k := range q.Sort {
		b.WriteString(" " + k.Param.Name)
		if k.Desc {
			b.WriteString("-")
		}
	}
	if len(sc.views) == 1 {
		b.WriteString(" " + itoa(int64(sc.views[0].Fingerprint)))
	}
	return b.String()
}

// maxCharts bounds a search that names no patient.
const maxCharts = 2000

// scopeOf finds the charts: the one that the query names, the shared chart, or
// all that the principal may open.
func (s *Store) scopeOf(c *db.Conn, who identity.Principal, q *fhir.Query) (scope, error) {
	switch {
	case q.Patient != "":
		return s.compartmentScope(c, who, q)
	case q.Types != nil:
		return s.scopeOfTypes(c, who, q)
	}
	named := namedPatients(q)
	if who.Everywhere() && (namesOthers(q) || severalTypes[q.Type] && q.Type != "List") {
		named = nil // what is about several patients is whole in the shared chart
	}
	if named == nil && !inCharts(q.Type) {
		v, err := s.viewForRead(c, who, "", q.Type)
		if err != nil {
			return scope{}, err
		}
		return scope{views: []access.View{*v}}, nil
	}
	if named != nil { // none left: filters that no chart fits find nothing
		var sc scope
		for _, p := range named {
			v, err := s.viewForRead(c, who, p, q.Type)
			if fault.Is(err, fault.NotFound) {
				sc.refused = append(sc.refused, p)
				continue
			}
			if err != nil {
				return sc, err
			}
			sc.views = append(sc.views, *v)
		}
		return sc, nil
	}
	if who.Everywhere() {
		return scope{all: true}, nil
	}
	if err := s.fewEnough(c, who); err != nil {
		return scope{}, err
	}
	charts, err := s.chartsOfIDs(c, q)
	if charts == nil && err == nil {
		charts, err = s.access.ChartsTx(c, who, maxCharts)
	}
	if err != nil {
		return scope{}, err
	}
	var sc scope
	err = s.addViews(c, who, q, &sc, charts)
	return sc, err
}

// fewEnough refuses a search over a Group that is too large for it: a part of what there
// is would be taken for all.
func (s *Store) fewEnough(c *db.Conn, who identity.Principal) error {
	if !who.Bound() {
		return nil
	}
	members, err := s.access.MembersOf(c, who.Group)
	if err == nil && len(members) > maxCharts {
		err = fault.New(fault.Invalid, "There are too many patients to search in all of them. Name the patient, or export the group.").WithIssues(fault.Issue{Code: "too-costly"})
	}
	return err
}

// chartsOfIDs finds the charts of a search by _id; nil when it is none. Which of
// them the principal may see is decided as for any other.
func (s *Store) chartsOfIDs(c *db.Conn, q *fhir.Query) ([]string, error) {
	for i := range q.Filters {
		f := &q.Filters[i]
		if f.Param == nil || f.Param.Name != "_id" || f.Modifier != "" {
			continue
		}
		var args []any
		for _, t := range q.Kinds() {
			args = append(args, t)
		}
		types := len(args)
		for _, v := range f.Values {
			args = append(args, v.Code)
		}
		charts := []string{}
		query := "SELECT l.patient_id FROM resource_locator l WHERE l.type IN " + db.Placeholders(1, types) + " AND l.patient_id <> '' AND l.id IN " + db.Placeholders(1, len(f.Values))
		if anySeveral(q.Kinds()) {
			query += " UNION SELECT k.patient_id FROM resource_charts k WHERE k.type IN " + db.Placeholders(1, types) + " AND k.id IN " + db.Placeholders(1, len(f.Values))
			args = append(args, args...)
		}
		err := c.Each("SELECT DISTINCT x.patient_id FROM ("+query+") x ORDER BY x.patient_id LIMIT "+itoa(maxCharts), func(r *sql.Rows) error {
			var p string
			err := r.Scan(&p)
			charts = append(charts, p)
			return err
		}, args...)
		return charts, err
	}
	return nil, nil
}

// namesOthers says whether the element that decides the chart is asked for what
// is no patient: a Group, a Device. Only systems see records of those.
func namesOthers(q *fhir.Query) bool {
	for i := range q.Filters {
		f := &q.Filters[i]
		if f.Param == nil || f.Chain != nil || !fhir.HomeParam(q.Type, f.Param.Name) || f.Modifier != "" && !fhir.IsType(f.Modifier) {
			continue
		}
		for _, v := range f.Values {
			if v.URL != "" || v.RefType != "" && v.RefType != "Patient" {
				return true
			}
		}
	}
	return false
}

// namedPatients gives the charts that the query names through the element that
// decides the chart, or for Patient through _id; nil when it names none, and
// empty when no chart fits all that it says.
func namedPatients(q *fhir.Query) []string {
	var out []string
	for _, f := range q.Filters {
		if f.Param == nil || f.Chain != nil || f.Modifier != "" && f.Modifier != "Patient" {
			continue
		}
		isID := q.Type == "Patient" && f.Param.Name == "_id"
		if !isID && !fhir.HomeParam(q.Type, f.Param.Name) && !namesPatients(q.Type, &f) {
			continue
		}
		here := []string{}
		for _, v := range f.Values {
			id := v.Code
			if !isID && (v.RefType == "" || v.RefType == "Patient") {
				id = v.RefID
			}
			if id != "" && !slices.Contains(here, id) {
				here = append(here, id)
			}
		}
		if out == nil {
			out = here
		} else {
			out = slices.DeleteFunc(out, func(p string) bool { return !slices.Contains(here, p) })
		}
	}
	return out
}

// participants are the parameters that name a patient whose chart has a resource,
// though no single element decides that.
var participants = map[string][]string{"Appointment": {"patient", "actor"}, "AppointmentResponse": {"patient", "actor"}, "Group": {"member"}, "Provenance": {"patient", "target"}}

// namesPatients says whether all that a filter asks for are patients in such a
// place: whatever fits it is in their charts.
func namesPatients(typ string, f *fhir.Filter) bool {
	if !slices.Contains(participants[typ], f.Param.Name) || len(f.Values) == 0 {
		return false
	}
	patients := f.Param.Name == "patient" || f.Modifier == "Patient"
	return !slices.ContainsFunc(f.Values, func(v fhir.Value) bool {
		return v.URL != "" || v.RefID == "" || v.RefType != "Patient" && (v.RefType != "" || !patients)
	})
}
