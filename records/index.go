package records

import (
	"math"
	"strconv"
	"strings"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// indexRules is the version of the rules that make search rows and entries. A
// resource written under older rules gets new rows when it is next put, even if
// it did not change.
const indexRules int64 = 1

// rows are all the rows of one transaction, table by table.
type rows struct {
	locator, charts, resources, versions, changes, entries table
	search                                                 *searchRows
	stale                                                  *searchRows // rows of replaced versions
	dropEntries                                            table
	moved                                                  []db.Step
	dropByID                                               []*change // replaced versions indexed under older rules
}

// searchRows are the rows of the search tables. With across, rows to insert;
// without it, keys to delete.
type searchRows struct {
	token, ref, date, str, quantity, uri table
}

// searchLayouts are the search tables: with all columns, to insert, and without
// the last, to delete.
func searchLayouts(across string) [6]*layout {
	const tail = "ON CONFLICT DO NOTHING"
	return [...]*layout{
		layoutOf("search_token", "patient_id:t type:t param:t code:t system:t id:t"+across, tail),
		layoutOf("search_ref", "patient_id:t type:t param:t target_id:t target_type:t id:t"+across, tail),
		layoutOf("search_date", "patient_id:t type:t param:t lo:i hi:i id:t"+across, tail),
		layoutOf("search_string", "patient_id:t type:t param:t norm:t exact:t id:t"+across, tail),
		layoutOf("search_quantity", "patient_id:t type:t param:t value:f lo:f hi:f code:t system:t id:t"+across, tail),
		layoutOf("search_uri", "patient_id:t type:t param:t value:t id:t"+across, tail),
	}
}

var searchInsert, searchDelete = searchLayouts(" across:b"), searchLayouts("")

func newSearchRows(of *[6]*layout) *searchRows {
	return &searchRows{table{layout: of[0]}, table{layout: of[1]}, table{layout: of[2]}, table{layout: of[3]}, table{layout: of[4]}, table{layout: of[5]}}
}

func (s *searchRows) all() []*table {
	return []*table{&s.token, &s.ref, &s.date, &s.str, &s.quantity, &s.uri}
}

var (
	locatorRow  = layoutOf("resource_locator", "type:t id:t patient_id:t", "") // an id is given once, see taken
	chartsRow   = layoutOf("resource_charts", "patient_id:t type:t id:t home:t", "ON CONFLICT DO NOTHING")
	resourceRow = layoutOf("resources", "patient_id:t type:t id:t version:i n:i last_updated:i category:i labels:i release_at:i deleted:b source:t index_rules:i sort_at:i body:y",
		"ON CONFLICT (patient_id, type, id) DO UPDATE SET version = excluded.version, n = excluded.n, last_updated = excluded.last_updated, category = excluded.category, labels = excluded.labels, release_at = excluded.release_at, deleted = excluded.deleted, source = excluded.source, index_rules = excluded.index_rules, sort_at = excluded.sort_at, body = excluded.body")
	versionRow = layoutOf("resource_versions", "patient_id:t type:t id:t version:i n:i last_updated:i kind:i category:i labels:i release_at:i author:t on_behalf_of:t app:t source:t body:y tx:i", "")
	changeRow  = layoutOf("chart_changes", "patient_id:t n:i type:t id:t version:i kind:i before_category:i before_labels:i after_category:i after_labels:i at:i", "")
	entryRows  = layoutOf("entries", "patient_id:t type:t id:t section:i at:i timeline:b active:b kind:t fact:t part_of:t number:f meaning:i words:t category:i labels:i release_at:i body:y",
		"ON CONFLICT (patient_id, type, id) DO UPDATE SET section = excluded.section, at = excluded.at, timeline = excluded.timeline AND entries.part_of = '', active = excluded.active, kind = excluded.kind, fact = excluded.fact, number = excluded.number, meaning = excluded.meaning, words = excluded.words, category = excluded.category, labels = excluded.labels, release_at = excluded.release_at, body = excluded.body")
	entryKey = layoutOf("entries", "patient_id:t type:t id:t", "")
)

func newRows() *rows {
	return &rows{
		locator: table{layout: locatorRow}, charts: table{layout: chartsRow}, resources: table{layout: resourceRow}, versions: table{layout: versionRow},
		changes: table{layout: changeRow}, entries: table{layout: entryRows}, dropEntries: table{layout: entryKey},
		search: newSearchRows(&searchInsert), stale: newSearchRows(&searchDelete),
	}
}

// add collects the rows of one change.
func (r *rows) add(ch *change, who identity.Principal, v *access.View) {
	kind := map[Outcome]int64{Created: 1, Updated: 2, Deleted: 3}[ch.outcome]
	gone := ch.outcome == Deleted
	release := ch.release
	if ch.old == nil && !ch.placed {
		r.locator.add(ch.Type, ch.ID, ch.patient)
	}
	r.resources.add(ch.patient, ch.Type, ch.ID, ch.version, ch.n, ch.at, int64(ch.class.Category), int64(ch.class.Labels), release, gone, ch.source, indexRules, sortAt(ch), ch.body)
	r.versions.add(ch.patient, ch.Type, ch.ID, ch.version, ch.n, ch.at, kind, int64(ch.class.Category), int64(ch.class.Labels), release, who.Account, v.Grant, who.Client, ch.source, ch.body, ch.tx)
	if ch.patient != "" {
		before, after := access.Class{Category: access.NoCategory}, ch.class
		if ch.old != nil && !ch.old.deleted {
			before = ch.old.class
		}
		if gone {
			after = access.Class{Category: access.NoCategory}
		}
		r.changes.add(ch.patient, ch.n, ch.Type, ch.ID, ch.version, kind, int64(before.Category), int64(before.Labels), int64(after.Category), int64(after.Labels), ch.at)
	}
	var fresh map[string]bool // rows that need not be replaced
	if ch.old != nil && !ch.old.deleted {
		fresh = map[string]bool{}
	}
	if !gone {
		r.search.add(ch.patient, ch.Type, ch.ID, ch.index, fresh, true)
		if e := ch.entry; e != nil {
			r.entries.add(ch.patient, ch.Type, ch.ID, int64(e.section), e.at, e.timeline, e.active, e.kind, e.fact, e.partOf, e.number, int64(e.meaning), e.words, int64(ch.class.Category), int64(ch.class.Labels), release, e.body)
		}
	}
	if ch.old == nil || ch.old.deleted {
		return
	}
	if gone || ch.entry == nil {
		r.dropEntries.add(ch.patient, ch.Type, ch.ID)
	}
	if ch.old.indexRules != indexRules {
		r.dropByID = append(r.dropByID, ch)
		return
	}
	if old, err := fhir.Parse(ch.old.body); err == nil {
		if ix, err := fhir.Extract(old); err == nil {
			r.stale.add(ch.patient, ch.Type, ch.ID, ix, fresh, false)
		}
	}
}

// addWhole collects the rows of a resource about several patients and of its
// parts, and gives the audit of it: a row for each chart that it changes.
func (r *rows) addWhole(ch *change, d *division, who identity.Principal, views map[string]*access.View) []access.Event {
	event := func(ch *change) access.Event {
		return access.Event{Who: who, Patient: ch.patient, View: *views[ch.patient], Action: actionWord(ch.outcome), Type: ch.Type, ID: ch.ID, Categories: categoryBit(ch.class.Category), Count: 1, Outcome: "ok"}
	}
	r.add(ch, who, views[""])
	events := []access.Event{event(ch)}
	if ch.from != "" {
		r.moved = append(r.moved, db.Step{SQL: `UPDATE resource_locator SET patient_id = '' WHERE type = ? AND id = ?`, Args: []any{ch.Type, ch.ID}})
		r.charts.add(ch.from, ch.Type, ch.ID, "")
	}
	for _, part := range d.parts {
		r.add(part, who, views[part.patient])
		r.charts.add(part.patient, part.Type, part.ID, "")
		events = append(events, event(part))
	}
	return events
}

// add collects the search rows of a resource. When inserting it notes each row
// in seen, if there is one; when deleting it leaves out rows that were seen, so
// that rows that stay the same are not touched.
func (s *searchRows) add(patient, typ, id string, ix *fhir.Index, seen map[string]bool, insert bool) {
	put := func(t *table, param string, values ...any) {
		if seen != nil {
			key := rowKey(t.name, param, values)
			if !insert && seen[key] {
				return
			}
			seen[key] = true
		}
		t.cells = append(append(append(t.cells, patient, typ, param), values...), id)
		if insert {
			p := fhir.LookupParam(typ, param)
			t.cells = append(t.cells, p != nil && p.Cross)
		}
		t.n++
	}
	for _, r := range ix.Tokens {
		put(&s.token, r.Param, r.Code, r.System)
	}
	for _, r := range ix.Refs {
		if r.URL == "" {
			put(&s.ref, r.Param, r.ID, r.Type)
			continue
		}
		put(&s.ref, r.Param, r.URL, "")
		if r.Type != "" && !insert { // such rows were once written without the URL
			put(&s.ref, r.Param, "", r.Type)
		}
	}
	for _, r := range ix.Dates {
		put(&s.date, r.Param, r.Lo, r.Hi)
	}
	for _, r := range ix.Strings {
		put(&s.str, r.Param, r.Norm, r.Exact)
	}
	for _, r := range ix.Quantities {
		put(&s.quantity, r.Param, &r.Value, &r.Lo, &r.Hi, r.Code, r.System)
	}
	for _, r := range ix.URIs {
		put(&s.uri, r.Param, r.Value)
	}
}

// rowKey names a search row of one resource.
func rowKey(table, param string, values []any) string {
	b := append(append(append(make([]byte, 0, 96), table...), 0), param...)
	for _, v := range values {
		b = append(b, 0)
		switch v := v.(type) {
		case string:
			b = append(b, v...)
		case int64:
			b = strconv.AppendInt(b, v, 10)
		case *float64:
			b = strconv.AppendFloat(b, *v, 'g', -1, 64)
		}
	}
	return string(b)
}

// noDate is the place of what has no date: before all that has one.
const noDate int64 = math.MinInt64

// sortAt is the main date of the resource: the latest, when there are several.
func sortAt(ch *change) int64 {
	param := mainDate[ch.Type]
	if param == "" || ch.index == nil {
		return noDate
	}
	at := noDate
	for _, d := range ch.index.Dates {
		if d.Param == param {
			at = max(at, d.Lo)
		}
	}
	return at
}

// steps puts everything into the database: what is replaced goes first.
func (r *rows) steps(d db.Dialect) []db.Step {
	var steps []db.Step
	for _, ch := range r.dropByID {
		for _, t := range r.stale.all() {
			steps = append(steps, db.Step{SQL: "DELETE FROM " + t.name + " WHERE patient_id = ? AND type = ? AND id = ?", Args: []any{ch.patient, ch.Type, ch.ID}})
		}
	}
	for _, t := range append(r.stale.all(), &r.dropEntries) {
		steps = append(steps, t.deletes(d)...)
	}
	r.locator.sort() // new ids wait for each other, see taken
	steps = append(steps, r.moved...)
	for _, t := range append([]*table{&r.locator, &r.charts, &r.resources, &r.versions, &r.changes, &r.entries}, r.search.all()...) {
		steps = append(steps, t.inserts(d)...)
	}
	return steps
}

// linkParts marks what a report is made of: its members are shown inside it and
// not by themselves. A member that comes later than its report finds it through
// the report's references.
func (s *Store) linkParts(c *db.Conn, changes []*change) error {
	for _, ch := range changes {
		if ch.outcome == Unchanged || ch.outcome == Deleted || ch.entry == nil {
			continue
		}
		if parts := ch.entry.parts; len(parts) > 0 {
			args := []any{ch.Type + "/" + ch.ID, ch.patient}
			for _, p := range parts {
				args = append(args, strings.TrimPrefix(p, "Observation/"))
			}
			if _, err := c.Exec(`UPDATE entries SET timeline = FALSE, part_of = ? WHERE patient_id = ? AND type = 'Observation' AND part_of = '' AND id IN `+db.Placeholders(1, len(parts)), args...); err != nil {
				return err
			}
		}
		if ch.Type == "Observation" && ch.Kind == Put && ch.outcome == Created {
			if _, err := c.Exec(`UPDATE entries SET timeline = FALSE, part_of = COALESCE((SELECT 'DiagnosticReport/' || s.id FROM search_ref s WHERE s.patient_id = ? AND s.type = 'DiagnosticReport' AND s.param = 'result' AND s.target_id = ? LIMIT 1), '')
				WHERE patient_id = ? AND type = 'Observation' AND id = ? AND part_of = '' AND EXISTS (SELECT 1 FROM search_ref s WHERE s.patient_id = ? AND s.type = 'DiagnosticReport' AND s.param = 'result' AND s.target_id = ?)`,
				ch.patient, ch.ID, ch.patient, ch.ID, ch.patient, ch.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
