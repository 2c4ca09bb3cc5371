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
	Items []Stored
	Next  string // cursor of the next page; empty: this was the last
	Total int    // -1: not counted
}

// searchCursor is where a page ended.
type searchCursor struct {
	Key int64  `json:"k"` // value of the sort column
	ID  string `json:"i"`
	P   string `json:"p,omitempty"` // chart, when the search goes over several
}

// Search runs a query. Access comes before everything else: what the view does
// not see is not counted, not sorted and not paged over.
func (s *Store) Search(ctx context.Context, who identity.Principal, q *fhir.Query) (Page, error) {
	if err := allowed(who, q.Type, 's'); err != nil {
		return Page{}, err
	}
	c := s.db.Read(ctx)
	sc, err := s.scopeOf(c, who, q)
	if err != nil {
		return Page{}, err
	}
	for _, p := range sc.refused {
		_ = s.refuse(ctx, who, p, q.Type, "", notFound())
	}
	order, desc, err := sortColumn(q)
	if err != nil {
		return Page{}, err
	}
	b := &sqlBuilder{now: micros(s.now())}
	if err := b.where(sc, q); err != nil {
		return Page{}, err
	}
	page := Page{Total: -1}
	if q.Total == "accurate" || q.Summary == "count" {
		if err := c.QueryRow("SELECT count(*) FROM resources r WHERE "+b.String(), b.args...).Scan(&page.Total); err != nil {
			return Page{}, err
		}
	}
	about := sc.about(who, q)
	if q.Summary != "count" {
		if err := s.searchRows(c, q, b, order, desc, about, &page); err != nil {
			return Page{}, err
		}
	}
	if err := s.searchAudit(ctx, c, who, q, sc, &page); err != nil {
		return Page{}, err
	}
	return page, nil
}

func (s *Store) searchRows(c *db.Conn, q *fhir.Query, b *sqlBuilder, order string, desc bool, about string, page *Page) error {
	way, cmp := "ASC", ">"
	if desc {
		way, cmp = "DESC", "<"
	}
	if q.Page != "" {
		var cur searchCursor
		if err := s.seals.open(about, q.Page, &cur); err != nil {
			return err
		}
		if order == "r.id" {
			b.add("(r.id, r.patient_id) "+cmp+" (?, ?)", cur.ID, cur.P)
		} else {
			b.add("("+order+", r.id, r.patient_id) "+cmp+" (?, ?, ?)", cur.Key, cur.ID, cur.P)
		}
	}
	key := order
	if order == "r.id" {
		key = "0"
	}
	query := "SELECT r.patient_id, r.id, r.version, r.last_updated, " + key + ", r.body FROM resources r WHERE " + b.String() + " ORDER BY "
	if order != "r.id" {
		query += order + " " + way + ", "
	}
	query += "r.id " + way + ", r.patient_id " + way + " LIMIT ?"
	var last searchCursor
	more := false
	err := c.Each(query, func(r *sql.Rows) error {
		st := Stored{Type: q.Type}
		var at, k int64
		if err := r.Scan(&st.Patient, &st.ID, &st.Version, &at, &k, &st.Body); err != nil {
			return err
		}
		if len(page.Items) == q.Count {
			more = true
			return nil
		}
		st.LastUpdated = fromMicros(at)
		page.Items = append(page.Items, st)
		last = searchCursor{Key: k, ID: st.ID, P: st.Patient}
		return nil
	}, append(b.args, q.Count+1)...)
	if err != nil {
		return err
	}
	if more {
		page.Next = s.seals.seal(about, last)
	}
	return nil
}

// searchAudit leaves a row for each chart that the answer touches; the cut of
// hidden references happens here too, view by view.
func (s *Store) searchAudit(ctx context.Context, c *db.Conn, who identity.Principal, q *fhir.Query, sc scope, page *Page) error {
	count := map[string]int{}
	for _, it := range page.Items {
		count[it.Patient]++
	}
	hidden := map[string][]string{}
	var events []access.Event
	for i := range sc.views {
		v := &sc.views[i]
		if len(sc.views) > 1 && count[v.Patient] == 0 {
			continue
		}
		h, err := s.hidden(c, v)
		if err != nil {
			return err
		}
		hidden[v.Patient] = h
		events = append(events, access.Event{Who: who, Patient: v.Patient, View: *v, Action: "search", Type: q.Type, Categories: access.CategoriesOfType(q.Type), Count: count[v.Patient], Outcome: "ok"})
		delete(count, v.Patient)
	}
	for p, n := range count { // a system searches all charts without a view of each
		events = append(events, access.Event{Who: who, Patient: p, Action: "search", Type: q.Type, Categories: access.CategoriesOfType(q.Type), Count: n, Outcome: "ok"})
	}
	if len(events) == 0 {
		events = append(events, access.Event{Who: who, Action: "search", Type: q.Type, Outcome: "ok"})
	}
	for i := range page.Items {
		var err error
		if page.Items[i].Body, err = cutHidden(page.Items[i].Body, hidden[page.Items[i].Patient]); err != nil {
			return err
		}
	}
	return s.access.Record(ctx, events...)
}

// scope is the set of charts that a search may look into.
type scope struct {
	all     bool // a system: every chart
	views   []access.View
	refused []string // charts that the query names and the principal may not see
}

func (sc scope) about(who identity.Principal, q *fhir.Query) string {
	var b strings.Builder
	b.WriteString("search " + who.Account + " " + q.Type)
	for _, k := range q.Sort {
		b.WriteString(" " + k.Param.Name)
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
	named := namedPatients(q)
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
	if who.Kind == identity.System {
		return scope{all: true}, nil
	}
	charts, err := s.access.ChartsTx(c, who, maxCharts)
	if err != nil {
		return scope{}, err
	}
	var sc scope
	for _, p := range charts {
		v, err := s.viewForRead(c, who, p, q.Type)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return sc, err
		}
		sc.views = append(sc.views, *v)
	}
	return sc, nil
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
		if !isID && !fhir.HomeParam(q.Type, f.Param.Name) {
			continue
		}
		here := []string{}
		for _, v := range f.Values {
			switch {
			case isID:
				here = append(here, v.Code)
			case v.RefID != "" && (v.RefType == "" || v.RefType == "Patient"):
				here = append(here, v.RefID)
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

// sortColumn gives the column of the order. What can be sorted by is _id,
// _lastUpdated and the main date of the type.
func sortColumn(q *fhir.Query) (string, bool, error) {
	if len(q.Sort) == 0 {
		if mainDate[q.Type] != "" {
			return "r.sort_at", true, nil
		}
		return "r.id", false, nil
	}
	k := q.Sort[0]
	switch {
	case k.Param.Name == "_id":
		return "r.id", k.Desc, nil
	case k.Param.Name == "_lastUpdated":
		return "r.last_updated", k.Desc, nil
	case k.Param.Name == mainDate[q.Type]:
		return "r.sort_at", k.Desc, nil
	}
	return "", false, fault.Newf(fault.Invalid, "Sorting %s by %s is not supported.", q.Type, k.Param.Name).WithIssues(fault.Issue{Code: "not-supported", Expression: "_sort"})
}
