package records

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Lookalike is a patient who may be the one that somebody looks for.
type Lookalike struct {
	Stored
	Score float64
	Grade string
}

// Judge tells how likely a patient is the one that somebody looks for; ok is false
// for those who are not.
type Judge func(candidate *fhir.Node) (score float64, grade string, ok bool)

const (
	maxCandidates = 200 // that one way of finding them gives
	maxPanel      = 5000
	panelPart     = 400
)

// MatchPatients looks for a patient as another record describes them, the likeliest
// first. Systems look among all; staff among the patients of their care teams, as
// in their list of patients. Nobody else looks people up. Whom the view does not
// see is not found, and does not take the place of somebody else.
func (s *Store) MatchPatients(ctx context.Context, who identity.Principal, wanted *fhir.Node, judge Judge, most int) ([]Lookalike, error) {
	if err := allowed(who, "Patient", 's'); err != nil {
		return nil, err
	}
	if who.Kind != identity.System && who.Kind != identity.Staff {
		return nil, fault.New(fault.Forbidden, "Only the clinic can look patients up.").WithCode("role")
	}
	c := s.db.Read(ctx)
	parts := [][]string{nil} // charts to look among; nil: all
	if who.Bound() {
		charts, err := s.access.ChartsTx(c, who, maxCharts)
		if err != nil {
			return nil, err
		}
		parts = slices.Collect(slices.Chunk(charts, panelPart))
	}
	if who.Kind == identity.Staff {
		panel, err := s.panel(ctx, who)
		if err != nil {
			return nil, err
		}
		parts = slices.Collect(slices.Chunk(panel, panelPart))
	}
	var found []Lookalike
	var events []access.Event
	for _, charts := range parts {
		ids, err := Candidates{Charts: charts, Most: maxCandidates}.Find(c, wanted)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			m, v, err := s.lookalike(c, who, id)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			n, err := fhir.Parse(m.Body)
			if err != nil {
				return nil, err
			}
			ok := false
			if m.Score, m.Grade, ok = judge(n); ok {
				found = append(found, m)
				events = append(events, access.Event{Who: who, Patient: id, View: *v, Action: "search", Type: "Patient", ID: id, Categories: access.Of(access.Demographics), Count: 1, Outcome: "ok"})
			}
		}
	}
	order := func(a, b Lookalike) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) }
	slices.SortFunc(found, order)
	found = found[:min(len(found), most)]
	events = slices.DeleteFunc(events, func(e access.Event) bool {
		return !slices.ContainsFunc(found, func(m Lookalike) bool { return m.ID == e.ID })
	})
	if len(events) == 0 {
		events = append(events, access.Event{Who: who, Action: "search", Type: "Patient", Outcome: "ok"})
	}
	return found, s.access.Record(ctx, events...)
}

func (s *Store) panel(ctx context.Context, who identity.Principal) (charts []string, err error) {
	for cursor := ""; ; {
		members, next, err := s.access.Panel(ctx, who, cursor, 500)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			charts = append(charts, m.Patient)
		}
		if cursor = next; cursor == "" || len(charts) >= maxPanel {
			return charts, nil
		}
	}
}

// lookalike reads a patient as the view sees them.
func (s *Store) lookalike(c *db.Conn, who identity.Principal, id string) (Lookalike, *access.View, error) {
	st, cur, err := scanCurrent(c, "Patient", id)
	if err != nil {
		return Lookalike{}, nil, err
	}
	v, err := s.viewForRead(c, who, st.Patient, "Patient")
	if err == nil && (cur.deleted || !v.Sees("Patient", id, cur.class, cur.releaseAt, micros(s.now()))) {
		err = notFound()
	}
	if err != nil {
		return Lookalike{}, nil, err
	}
	st.Body, err = s.cut(c, v, st.Body)
	return Lookalike{Stored: st}, v, err
}

// Candidates says among whom one looks for a patient.
type Candidates struct {
	Charts    []string                     // nil: everywhere
	Most      int                          // that each way of finding them gives
	Worthless func(identifier string) bool // which identifiers say nothing, as 000-00-0000; nil: none
}

// Find gives the ids of those who are worth comparing with a patient: by
// identifier; by birth date and one of the names; by family and given name, for a
// birth date with a slip in it. Who may see them is for the caller to decide.
func (o Candidates) Find(c *db.Conn, n *fhir.Node) ([]string, error) {
	var out []string
	take := func(alias, query string, args ...any) error {
		if o.Charts != nil {
			in, list := c.Among(alias+".patient_id", o.Charts)
			query, args = query+" AND "+in, append(args, list)
		}
		return c.Each(query+" LIMIT ?", func(r *sql.Rows) error {
			var id string
			err := r.Scan(&id)
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
			return err
		}, append(args, o.Most)...)
	}
	for _, x := range n.Get("identifier").Items() {
		system, value := x.Get("system").Str(), x.Get("value").Str()
		if system == "" || value == "" || o.Worthless != nil && o.Worthless(value) {
			continue
		}
		if err := take("s", "SELECT s.id FROM search_token s WHERE s.type = 'Patient' AND s.param = 'identifier' AND s.code = ? AND s.system = ? AND s.across", value, system); err != nil {
			return nil, err
		}
	}
	family, given := foldedNames(n)
	if len(family)+len(given) == 0 {
		return out, nil
	}
	if lo, _, ok := fhir.DateRange(n.Get("birthDate").Str()); ok {
		in, names := c.Among("s.norm", slices.Concat(family, given))
		if err := take("d", `SELECT d.id FROM search_date d WHERE d.type = 'Patient' AND d.param = 'birthdate' AND d.lo = ? AND d.across AND EXISTS (
			SELECT 1 FROM search_string s WHERE s.patient_id = d.patient_id AND s.type = 'Patient' AND s.param IN ('family', 'given') AND `+in+`)`, lo, names); err != nil {
			return nil, err
		}
	}
	if len(family) == 0 || len(given) == 0 {
		return out, nil
	}
	inFamily, families := c.Among("f.norm", family)
	inGiven, givens := c.Among("g.norm", given)
	err := take("f", `SELECT f.id FROM search_string f WHERE f.type = 'Patient' AND f.param = 'family' AND `+inFamily+` AND f.across AND EXISTS (
		SELECT 1 FROM search_string g WHERE g.patient_id = f.patient_id AND g.type = 'Patient' AND g.param = 'given' AND `+inGiven+`)`, families, givens)
	return out, err
}

func foldedNames(n *fhir.Node) (family, given []string) {
	add := func(list *[]string, s string) {
		if s = fhir.Fold(s); s != "" && len(*list) < 20 && !slices.Contains(*list, s) {
			*list = append(*list, s)
		}
	}
	for _, name := range n.Get("name").Items() {
		add(&family, name.Get("family").Str())
		for _, g := range name.Get("given").Items() {
			add(&given, g.Str())
		}
	}
	return family, given
}
