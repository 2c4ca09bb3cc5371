package records

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// HistoryOptions narrow a history of many resources (R4 3.1.0.11).
type HistoryOptions struct {
	Since time.Time // versions made then or later
	At    *Span     // versions that were current at some time in it
	Count int
	Page  string
}

// Span is a stretch of time in microseconds, without its end.
type Span struct{ From, To int64 }

// current is the condition by which a version (of resource_versions v) was the
// current one at some time in the span. A deletion is a version only in the span
// in which it happened.
func (at *Span) current(who identity.Principal) (string, []any) {
	if at == nil {
		return "", nil
	}
	same := `w.patient_id = v.patient_id`
	if who.Everywhere() { // what was about one patient may be about several since
		same = `w.patient_id IN (v.patient_id, '')`
	}
	return ` AND v.last_updated < ? AND (v.kind <> 3 OR v.last_updated >= ?) AND NOT EXISTS (SELECT 1 FROM resource_versions w
		WHERE ` + same + ` AND w.type = v.type AND w.id = v.id AND w.version > v.version AND w.last_updated <= ?)`, []any{at.To, at.From, at.From}
}

// clockSlack is how much later than it says a version may stand in the order: the
// longest wait of a transaction, and clocks of nodes that do not agree.
const clockSlack = 10 * time.Minute

// HistoryOf gives the versions of all resources of a type, or ("") of all types,
// in the charts that the principal may open, newest first. What is not final in
// the order of all changes yet is not there yet, so that who asks again with
// _since misses nothing.
func (s *Store) HistoryOf(ctx context.Context, who identity.Principal, typ string, o HistoryOptions) (Page, error) {
	types := []string{typ}
	if typ == "" {
		types = storedTypes
	}
	types = slices.DeleteFunc(slices.Clone(types), func(t string) bool { return !who.AllowsFHIR(t, 's') })
	if len(types) == 0 {
		return Page{}, allowed(who, typ, 's')
	}
	c := s.db.Read(ctx)
	now := micros(s.now())
	views, err := s.historyViews(ctx, c, who, types)
	if err != nil {
		return Page{}, err
	}
	where, args := historyScope(who, views, types, now)
	current, more := o.At.current(who)
	where, args = where+current, append(args, more...)
	o.Count = min(max(o.Count, 1), fhir.MaxCount)
	page, err := s.historyPage(c, where, args, "history "+who.Account+" "+typ, o)
	if err != nil {
		return Page{}, err
	}
	also, err := s.historyParts(c, who, &page)
	if err != nil {
		return Page{}, err
	}
	return page, s.historyAudit(ctx, c, who, views, typ, &page, also)
}

// storedTypes are all types that have versions.
var storedTypes = slices.DeleteFunc(fhir.Types(), func(t string) bool { return !Stores(t) })

// historyViews are the views of the charts that the principal may open. A system
// sees all charts, and has none.
func (s *Store) historyViews(ctx context.Context, c *db.Conn, who identity.Principal, types []string) ([]access.View, error) {
	if who.Everywhere() {
		return nil, nil
	}
	charts, err := s.access.Charts(ctx, who, maxCharts)
	if err != nil {
		return nil, err
	}
	var views []access.View
	for _, p := range append(charts, "") {
		v, err := s.access.ViewOf(c, who, p)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(types, func(t string) bool { return v.AllowsType(t, 's') }) {
			views = append(views, v)
		}
	}
	return views, nil
}

// historyScope is the condition on resource_versions v and resources r, their
// current ones. A version is seen by its own class and by that of the current
// one: what was labelled later hides its past too.
func historyScope(who identity.Principal, views []access.View, types []string, now int64) (string, []any) {
	if who.Everywhere() {
		in, args := typesSQL(types)
		if slices.ContainsFunc(types, func(t string) bool { return severalTypes[t] }) {
			in += " AND " + notPartVersion // the whole is told, once
		}
		if wide := access.Wide(who); wide != nil {
			seen, more := versionSeen(wide, now)
			return in + seen, append(args, more...)
		}
		return in + filed, args
	}
	type group struct {
		view   *access.View
		types  []string
		charts []any
	}
	var groups []*group
	byWay := map[string]*group{}
	for i := range views {
		v := &views[i]
		here := slices.DeleteFunc(slices.Clone(types), func(t string) bool {
			return !v.AllowsType(t, 's') || v.Patient == "" && !publicShared[t]
		})
		if len(here) == 0 {
			continue
		}
		cond, args := versionSeen(v, now)
		way := strings.Join(here, ",") + cond
		for _, a := range args {
			way += fmt.Sprint(" ", a)
		}
		if byWay[way] == nil {
			byWay[way] = &group{view: v, types: here}
			groups = append(groups, byWay[way])
		}
		byWay[way].charts = append(byWay[way].charts, v.Patient)
	}
	var parts []string
	var args []any
	for _, g := range groups {
		in, targs := typesSQL(g.types)
		seen, vargs := versionSeen(g.view, now)
		parts = append(parts, "v.patient_id IN "+db.Placeholders(1, len(g.charts))+" AND "+in+seen)
		args = append(append(append(args, g.charts...), targs...), vargs...)
	}
	if parts == nil {
		return "FALSE", nil
	}
	return "(" + strings.Join(parts, " OR ") + ")", args
}

// filed leaves out what was in the wrong chart and was refiled: there it has no
// category any more.
const filed = " AND v.category >= 0 AND r.category >= 0"

func versionSeen(v *access.View, now int64) (string, []any) {
	own, args := visibleSQL(v, now, "v")
	current, more := visibleSQL(v, now, "r")
	return filed + own + current, append(args, more...)
}

func typesSQL(types []string) (string, []any) {
	if len(types) == len(storedTypes) {
		return "TRUE", nil
	}
	args := make([]any, len(types))
	for i, t := range types {
		args[i] = t
	}
	if len(types) == 1 {
		return "v.type = ?", args
	}
	return "v.type IN " + db.Placeholders(1, len(types)), args
}

// historyPage walks the order of all changes backwards until the page is full.
func (s *Store) historyPage(c *db.Conn, where string, args []any, about string, o HistoryOptions) (Page, error) {
	order, page, bytes := globalOrder(c.Dialect), Page{Total: -1}, 0
	at := latest
	if o.Page != "" {
		if err := s.seals.open(about, o.Page, &at); err != nil {
			return page, err
		}
	}
	since := micros(o.Since)
	until := micros(o.Since.Add(-clockSlack))
	for done := false; !done; {
		before, bargs := order.before(at)
		if c.Dialect == db.Postgres {
			before += ` AND v.tx < ` + db.FinalTx
		}
		all, rows := append(append(slices.Clone(bargs), args...), o.Count+1), 0
		err := c.Each(`SELECT v.tx, v.seq, v.patient_id, v.type, v.id, v.version, v.kind, v.last_updated, v.body
			FROM resource_versions v JOIN resources r ON r.patient_id = v.patient_id AND r.type = v.type AND r.id = v.id
			WHERE `+before+` AND `+where+` ORDER BY `+order.by(" DESC")+` LIMIT ?`, func(r *sql.Rows) error {
			var x Stored
			var here Place
			var kind, updated int64
			if err := r.Scan(&here.Tx, &here.Seq, &x.Patient, &x.Type, &x.ID, &x.Version, &kind, &updated, &x.Body); err != nil {
				return err
			}
			rows++
			switch {
			case done:
				return nil
			case !o.Since.IsZero() && updated < until:
				done = true
				return nil
			case !o.Since.IsZero() && updated < since:
			case len(page.Items) == o.Count || bytes > pageBytes:
				page.Next, done = s.seals.seal(about, at), true
				return nil
			default:
				x.LastUpdated, x.Outcome = fromMicros(updated), outcomeOf[kind]
				page.Items = append(page.Items, x)
				bytes += len(x.Body)
			}
			at = here
			return nil
		}, all...)
		if err != nil {
			return page, err
		}
		done = done || rows <= o.Count
	}
	return page, nil
}

// historyParts leaves of a version of what is about several patients one in the
// page, with what the principal sees of it in all charts. It gives the charts that
// come in by that, with how often.
func (s *Store) historyParts(c *db.Conn, who identity.Principal, page *Page) (map[string]int, error) {
	also := map[string]int{}
	if who.Everywhere() {
		return also, nil
	}
	there := map[string]bool{}
	kept := page.Items[:0]
	for _, it := range page.Items {
		if it.Patient == "" || !severalTypes[it.Type] {
			kept = append(kept, it)
			continue
		}
		key := it.Type + "/" + it.ID + "/" + itoa(it.Version)
		if there[key] {
			continue
		}
		there[key] = true
		x, err := s.showing(c, who, it.Type, it.ID)
		if err != nil {
			return nil, err
		}
		if x != nil && len(x.parts) > 1 {
			rows, err := x.versions(it.Version)
			if err != nil {
				return nil, err
			}
			if shown := latestOf(rows); len(shown) > 0 {
				st, err := x.body(shown, it.Version)
				if err != nil {
					return nil, err
				}
				for _, p := range shown {
					if p.patient != it.Patient {
						also[p.patient]++
					}
				}
				it.Body = st.Body
				if it.Outcome == Deleted { // in one of the charts
					it.Outcome = Updated
				}
			}
		}
		kept = append(kept, it)
	}
	page.Items = kept
	return also, nil
}

// cutWide cuts references to what a system does not see, chart by chart.
func (s *Store) cutWide(c *db.Conn, wide *access.View, items []Stored) error {
	hidden := map[string][]string{}
	for i := range items {
		it := &items[i]
		v := *wide
		v.Patient = it.Patient
		if _, ok := hidden[it.Patient]; !ok {
			h, err := s.hidden(c, &v)
			if err != nil {
				return err
			}
			hidden[it.Patient] = h
		}
		var err error
		if it.Body, err = cutHidden(it.Body, hidden[it.Patient]); err != nil {
			return err
		}
	}
	return nil
}

// historyAudit leaves a row for each chart that the page touches, and cuts
// references to what its view does not see.
func (s *Store) historyAudit(ctx context.Context, c *db.Conn, who identity.Principal, views []access.View, typ string, page *Page, count map[string]int) error {
	for i := range page.Items {
		count[page.Items[i].Patient]++
	}
	categories := access.Everything
	if typ != "" {
		categories = access.CategoriesOfType(typ)
	}
	var events []access.Event
	add := func(patient string, v access.View) {
		events = append(events, access.Event{Who: who, Patient: patient, View: v, Action: "history", Type: typ, Categories: categories, Count: count[patient], Outcome: "ok"})
		delete(count, patient)
	}
	for i := range views {
		v := &views[i]
		if count[v.Patient] == 0 {
			continue
		}
		hidden, err := s.hidden(c, v)
		if err != nil {
			return err
		}
		for j := range page.Items {
			if it := &page.Items[j]; it.Patient == v.Patient {
				if it.Body, err = cutHidden(it.Body, hidden); err != nil {
					return err
				}
			}
		}
		add(v.Patient, *v)
	}
	if wide := access.Wide(who); wide != nil {
		if err := s.cutWide(c, wide, page.Items); err != nil {
			return err
		}
	}
	for p := range count {
		add(p, access.View{})
	}
	if len(events) == 0 {
		events = append(events, access.Event{Who: who, Action: "history", Type: typ, Outcome: "ok"})
	}
	return s.access.Record(ctx, events...)
}
