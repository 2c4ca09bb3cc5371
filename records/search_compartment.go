package records

import (
	"database/sql"
	"slices"
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// The compartment of a patient (R4 compartmentdefinition-patient) is first of all
// the chart: what names the patient where it says whom it is about lives there.
// To it comes what names them as a partner in what is nobody's chart or somebody
// else's: an appointment, a group, a message to them. Such references are found
// by the index over all charts, and each chart that holds one is decided about as
// any other. What another patient's record says about this one besides (Rosa
// measured Ben's pressure) is Ben's and stays in his compartment.

// InCompartment says whether resources of the type can belong to a patient's
// compartment.
func InCompartment(typ string) bool {
	return Stores(typ) && (typ == "Patient" || len(fhir.PatientCompartment(typ)) > 0)
}

// compartment is what of some types belongs to a patient.
type compartment struct {
	homed []string            // types that are in it with the chart
	refs  map[string][]string // by type, parameters that have a row for the patient
}

func compartmentOf(types []string) compartment {
	c := compartment{refs: map[string][]string{}}
	for _, t := range types {
		home := false
		var refs []string
		for _, name := range fhir.PatientCompartment(t) {
			p := fhir.LookupParam(t, name)
			switch {
			case p.Home:
				home = true
			case p.Cross || p.Indexed && fhir.HomeElement(t) == "":
				refs = append(refs, name)
			}
		}
		if home {
			c.homed = append(c.homed, t)
		}
		if refs != nil {
			c.refs[t] = refs
		}
	}
	return c
}

// rows writes that search row s is one of those.
func (c compartment) rows(types []string, across bool) (string, []any) {
	var parts []string
	var args []any
	for _, t := range types {
		var params []any
		for _, name := range c.refs[t] {
			if !across || fhir.LookupParam(t, name).Cross {
				params = append(params, name)
			}
		}
		if params != nil {
			parts = append(parts, "s.type = ? AND s.param IN "+db.Placeholders(1, len(params)))
			args = append(append(args, t), params...)
		}
	}
	if parts == nil {
		return "FALSE", nil
	}
	return "(" + strings.Join(parts, " OR ") + ")", args
}

// belongs adds that a row of resources r belongs to the query's patient.
func (x *searcher) belongs(w *clause, q *fhir.Query) {
	types := q.Kinds()
	c := compartmentOf(types)
	if len(x.sc.views) == len(x.sc.persons) && len(c.homed) == len(types) && !anySeveral(types) {
		return // the choice of charts has answered it
	}
	home, homed := x.among("r.patient_id", x.sc.persons)
	which, list := x.among("r.type", c.homed)
	cond, args := "("+home+" AND "+which, []any{homed, list}
	if anySeveral(c.homed) { // a list that names them is not about them
		cond += " AND " + notPart("r")
	}
	if slices.Contains(types, "Patient") { // the one whose compartment it is
		self, ids := x.among("r.id", x.sc.persons)
		cond, args = cond+" OR r.type = 'Patient' AND "+self, append(args, ids)
	}
	if rows, rargs := c.rows(types, false); rows != "FALSE" {
		target, ids := x.among("s.target_id", x.sc.persons)
		cond += " OR EXISTS (SELECT 1 FROM search_ref s WHERE s.patient_id = r.patient_id AND s.type = r.type AND s.id = r.id AND s.target_type = 'Patient' AND " + target + " AND " + rows + ")"
		args = append(append(args, ids), rargs...)
	}
	w.add(cond+")", args...)
}

// compartmentScope finds the charts that a search in a compartment looks into.
// Without the patient's own there is none.
func (s *Store) compartmentScope(c *db.Conn, who identity.Principal, q *fhir.Query) (scope, error) {
	var sc scope
	own, err := s.ownView(c, who, q)
	if fault.Is(err, fault.NotFound) {
		return scope{refused: []string{q.Patient}}, nil
	}
	if err != nil {
		return sc, err
	}
	if err := s.reachOver(c, who, own); err != nil {
		return sc, err
	}
	for _, v := range own.All() {
		sc.views, sc.persons = append(sc.views, *v), append(sc.persons, v.Patient)
	}
	types := q.Kinds()
	if who.Everywhere() && anySeveral(types) { // reads what is about several patients as a whole
		if err := s.addViews(c, who, q, &sc, []string{""}); err != nil {
			return sc, err
		}
	}
	rows, args := compartmentOf(types).rows(types, true)
	if rows == "FALSE" {
		return sc, nil
	}
	var charts []string
	err = c.Each("SELECT DISTINCT s.patient_id FROM search_ref s WHERE s.across AND s.target_type = 'Patient' AND s.target_id IN "+db.Placeholders(1, len(sc.persons))+" AND "+rows+" LIMIT ?", func(r *sql.Rows) error {
		var p string
		err := r.Scan(&p)
		charts = append(charts, p)
		return err
	}, append(append(anys(sc.persons), args...), maxCharts)...)
	if err != nil {
		return sc, err
	}
	err = s.addViews(c, who, q, &sc, charts)
	return sc, err
}

// joinScope adds to the charts that a search names those that are joined with
// them, for who reaches over. A Patient is looked for by its own id.
func (s *Store) joinScope(c *db.Conn, who identity.Principal, q *fhir.Query, sc *scope) error {
	if q.Patient != "" || q.Types != nil || q.Type == "Patient" || len(namedPatients(q)) == 0 {
		return nil
	}
	for i := range sc.views {
		v := &sc.views[i]
		if err := s.reachOver(c, who, v); err != nil {
			return err
		}
		for _, w := range v.Beside {
			if w.AllowsType(q.Type, 's') && !slices.ContainsFunc(sc.views, func(x access.View) bool { return x.Patient == w.Patient }) {
				sc.views = append(sc.views, w)
			}
		}
		sc.views[i].Beside = nil
	}
	return nil
}

// scopeOfTypes finds the charts of a search over several types: all that the
// principal may open, and the shared one.
func (s *Store) scopeOfTypes(c *db.Conn, who identity.Principal, q *fhir.Query) (scope, error) {
	if who.Everywhere() {
		return scope{all: true}, nil
	}
	if err := s.fewEnough(c, who); err != nil {
		return scope{}, err
	}
	charts, err := s.chartsOfIDs(c, q)
	if charts == nil && err == nil && slices.ContainsFunc(q.Types, inCharts) {
		charts, err = s.access.ChartsTx(c, who, maxCharts)
	}
	if err != nil {
		return scope{}, err
	}
	var sc scope
	err = s.addViews(c, who, q, &sc, append(charts, ""))
	return sc, err
}

// addViews adds the charts in which the principal may see what is searched.
func (s *Store) addViews(c *db.Conn, who identity.Principal, q *fhir.Query, sc *scope, charts []string) error {
	there := map[string]bool{}
	for i := range sc.views {
		there[sc.views[i].Patient] = true
	}
	charts = slices.DeleteFunc(charts, func(p string) bool { return there[p] })
	views, err := s.access.ViewsOf(c, who, charts)
	if err != nil {
		return err
	}
	for i := range views {
		if len(typesIn(who, &views[i], q.Kinds())) > 0 {
			sc.views = append(sc.views, views[i])
		}
	}
	return nil
}

// ownView decides about the chart of the patient whose compartment is searched.
func (s *Store) ownView(c *db.Conn, who identity.Principal, q *fhir.Query) (*access.View, error) {
	v, err := s.access.ViewOf(c, who, q.Patient)
	if err == nil && !slices.ContainsFunc(q.Kinds(), func(t string) bool { return v.AllowsType(t, 's') || v.AllowsType(t, 'r') }) {
		err = notFound()
	}
	return &v, err
}

// typesIn are those of some types that a view may show: in the shared chart the
// clinic's public ones, or for a system all.
func typesIn(who identity.Principal, v *access.View, types []string) []string {
	var out []string
	for _, t := range types {
		there := inCharts(t)
		if v.Patient == "" {
			there = publicShared[t] || who.Everywhere()
		}
		if there && (v.AllowsType(t, 's') || v.AllowsType(t, 'r')) {
			out = append(out, t)
		}
	}
	return out
}

// chartsOfTypes writes that a row is in a chart of the scope, of a type that is
// shown there, and seen.
func (x *searcher) chartsOfTypes(w *clause, types []string) {
	of := map[string][]string{} // the types, as one word
	var words []string
	in := map[string]string{} // by chart
	for i := range x.sc.views {
		v := &x.sc.views[i]
		list := typesIn(x.who, v, types)
		if list == nil {
			continue
		}
		word := strings.Join(list, ",")
		if of[word] == nil {
			of[word] = list
			words = append(words, word)
		}
		in[v.Patient] = word
	}
	var parts []string
	var args []any
	for _, word := range words {
		which, list := x.among("r.type", of[word])
		for _, g := range x.sameViews(func(v *access.View) bool { return in[v.Patient] == word }) {
			charts, ids := x.among("r.patient_id", g.charts)
			cond, cargs := visibleSQL(g.view, x.now, "r")
			parts = append(parts, charts+" AND "+which+cond)
			args = append(append(args, ids, list), cargs...)
		}
	}
	if parts == nil {
		w.add("FALSE")
		return
	}
	w.add("("+strings.Join(parts, " OR ")+")", args...)
}
