package records

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// SummaryOptions say where a patient summary comes from.
type SummaryOptions struct {
	Base   string // address of this server, to which the ids in the summary belong
	Clinic string // name of the clinic, which is its author
}

// Bounds of a summary.
const (
	summarySection = 200  // entries of a section
	summaryKinds   = 200  // kinds of results of which the latest is looked at
	summaryMost    = 1500 // entries of the document
	summaryRounds  = 4    // steps from a fact to what it refers to
)

// Summary makes the International Patient Summary of a chart as the view sees it,
// as a document (https://hl7.org/fhir/uv/ips/STU2/): what is true now, the latest
// of each kind of result, and what these refer to. What the view does not see
// leaves no trace: a section without entries says only that nothing is available.
// For who reaches over it tells of the charts that are joined with this one, too:
// one person has one summary.
func (s *Store) Summary(ctx context.Context, who identity.Principal, patient string, o SummaryOptions) (*fhir.Node, error) {
	if err := allowed(who, "Patient", 'r'); err != nil {
		return nil, err
	}
	sum := &summary{s: s, base: o.Base, patient: patient, index: map[string]*summed{}}
	err := s.db.InReadTx(ctx, func(c *db.Conn) error {
		var err error
		if sum.v, err = s.Enter(c, who, patient, "Patient"); err != nil {
			return err
		}
		if err := s.reachOver(c, who, sum.v); err != nil {
			return err
		}
		if _, err = readHead(c, patient); err != nil { // a system has a view of charts that do not exist, too
			return err
		}
		sum.c = c
		return sum.gather()
	})
	if err != nil {
		return nil, s.refuse(ctx, who, patient, "Patient", patient, err)
	}
	doc := sum.document(o.Clinic)
	return doc, s.seen(ctx, who, sum.v, "read", "Patient", patient, sum.v.See, len(sum.order)+1)
}

// summary is one that is being made.
type summary struct {
	s             *Store
	c             *db.Conn
	v             *access.View
	base, patient string
	hidden        []string
	who           *fhir.Node // the Patient
	sections      [len(summarySections)][]*summed
	order         []*summed
	index         map[string]*summed // by Type/id
	told          map[string]Entry   // what screens say about a fact
}

// summed is a resource of the summary.
type summed struct {
	typ, id string
	node    *fhir.Node
}

func (x *summed) ref() string { return x.typ + "/" + x.id }

// gather reads the facts, then what they refer to.
func (m *summary) gather() error {
	for _, v := range m.v.All() {
		h, err := m.s.hidden(m.c, v)
		if err != nil {
			return err
		}
		m.hidden = append(m.hidden, h...)
	}
	if err := m.demographics(); err != nil {
		return err
	}
	if err := m.facts(); err != nil {
		return err
	}
	if err := m.results(); err != nil {
		return err
	}
	for range summaryRounds {
		more, err := m.referred()
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	return m.words()
}

// demographics reads the Patient. Whoever sees no demographics knows whose chart
// it is, and no more (as on the pages of a chart).
func (m *summary) demographics() error {
	found, err := m.read("r.type = 'Patient' AND r.id = ?", 1, m.patient)
	if err != nil {
		return err
	}
	if len(found) == 1 {
		m.who = found[0].node
		return nil
	}
	p, err := m.s.patient(m.c, m.v)
	if err != nil {
		return err
	}
	m.who = object("resourceType", "Patient", "id", m.patient)
	m.who.Set("name", fhir.Array(object("text", p.Name)))
	if p.BirthDate != "" {
		m.who.Set("birthDate", fhir.String(p.BirthDate))
	}
	return nil
}

// read gives resources that the view sees, chart by chart, newest first.
func (m *summary) read(where string, limit int, args ...any) ([]*summed, error) {
	var out []*summed
	for _, v := range m.v.All() {
		cond, cargs := visibleSQL(v, micros(m.s.now()), "r")
		found, err := m.readIn(v.Patient, cond+" AND "+where, limit, append(cargs, args...)...)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

func (m *summary) readIn(chart, cond string, limit int, args ...any) ([]*summed, error) {
	var out []*summed
	err := m.c.Each("SELECT r.type, r.id, r.body FROM resources r WHERE r.patient_id = ? AND NOT r.deleted"+cond+" ORDER BY r.sort_at DESC, r.id DESC LIMIT ?", func(r *sql.Rows) error {
		x := &summed{}
		var body sql.RawBytes
		if err := r.Scan(&x.typ, &x.id, &body); err != nil {
			return err
		}
		if !m.v.AllowsType(x.typ, 'r') {
			return nil
		}
		cut, err := cutHidden(slices.Clone(body), m.hidden)
		if err != nil {
			return err
		}
		x.node, err = fhir.Parse(cut)
		out = append(out, x)
		return err
	}, append(append([]any{chart}, args...), limit)...)
	return out, err
}

func (m *summary) add(section int, x *summed) {
	if len(m.order) >= summaryMost || len(m.sections[section]) >= summarySection || m.index[x.ref()] != nil {
		return
	}
	m.index[x.ref()] = x
	m.order = append(m.order, x)
	m.sections[section] = append(m.sections[section], x)
}

// facts reads everything but results, type by type.
func (m *summary) facts() error {
	for _, typ := range summaryTypes {
		if !m.v.AllowsType(typ, 'r') {
			continue
		}
		found, err := m.read("r.type = ?", 5*summarySection, typ)
		if err != nil {
			return err
		}
		m.place(found)
	}
	return nil
}

// place puts facts into the sections that they are for.
func (m *summary) place(found []*summed) {
	for _, x := range found {
		if i := sectionFor(x.node); i >= 0 {
			m.add(i, x)
		}
	}
}

// results takes the latest of each kind of result, measurement and habit.
func (m *summary) results() error {
	var ids []any
	for _, cat := range []access.Category{access.Results, access.Vitals} {
		if !m.v.See.Has(cat) || !m.v.AllowsType("Observation", 'r') {
			continue
		}
		rows, err := m.s.resultRows(m.c, m.v, cat)
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		for _, r := range rows { // newest first
			if len(seen) == summaryKinds {
				break
			}
			if !seen[r.kind] || r.kind == "" {
				seen[r.kind] = true
				ids = append(ids, r.ref[len("Observation/"):])
			}
		}
	}
	for part := range slices.Chunk(ids, 400) {
		found, err := m.read("r.type = 'Observation' AND r.id IN "+db.Placeholders(1, len(part)), len(part), part...)
		if err != nil {
			return err
		}
		m.place(found)
	}
	return nil
}

// Types that come along because a fact refers to them: what it is about, who did
// it and where. Visits, orders and claims do not.
var (
	alongInChart = []string{"Device", "Location", "Medication", "Observation", "Organization", "Practitioner", "PractitionerRole", "RelatedPerson", "Specimen"}
	alongShared  = treating
)

// referred adds what is referred to and is not there yet; more tells whether there
// was any.
func (m *summary) referred() (more bool, err error) {
	wanted := map[string]map[string]bool{}
	look := func(n *fhir.Node) {
		for _, r := range fhir.References(n) {
			typ, id, _, ok := fhir.SplitReference(r.Value)
			if !ok || m.index[typ+"/"+id] != nil || !slices.Contains(alongInChart, typ) {
				continue
			}
			if wanted[typ] == nil {
				wanted[typ] = map[string]bool{}
			}
			wanted[typ][id] = true
		}
	}
	look(m.who)
	for _, x := range m.order {
		look(x.node)
	}
	for _, typ := range alongInChart {
		var ids []any
		for id := range wanted[typ] {
			ids = append(ids, id)
		}
		slices.SortFunc(ids, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		for part := range slices.Chunk(ids, 400) {
			which, args := "r.type = ? AND r.id IN "+db.Placeholders(1, len(part)), append([]any{typ}, part...)
			found, err := m.read(which, len(part), args...)
			if err == nil && slices.Contains(alongShared, typ) {
				var shared []*summed
				shared, err = m.readIn("", " AND "+which, len(part), args...)
				found = append(found, shared...)
			}
			if err != nil {
				return false, err
			}
			for _, x := range found {
				if len(m.order) < summaryMost && m.index[x.ref()] == nil {
					m.index[x.ref()] = x
					m.order = append(m.order, x)
					more = true
				}
			}
		}
	}
	return more, nil
}

// words reads what screens say about the facts, for the narrative.
func (m *summary) words() error {
	m.told = map[string]Entry{}
	var pairs []any
	for _, list := range m.sections {
		for _, x := range list {
			pairs = append(pairs, x.typ, x.id)
		}
	}
	for part := range slices.Chunk(pairs, 400) {
		found, err := m.s.entriesWhere(m.c, m.v, "AND (e.type, e.id) IN (VALUES "+db.Placeholders(len(part)/2, 2)+")", part...)
		if err != nil {
			return err
		}
		for _, e := range plainEntries(found) {
			m.told[e.Ref] = e
		}
	}
	return nil
}

// object makes a node of keys and strings.
func object(pairs ...string) *fhir.Node {
	n := fhir.Object()
	for i := 0; i+1 < len(pairs); i += 2 {
		n.Set(pairs[i], fhir.String(pairs[i+1]))
	}
	return n
}
