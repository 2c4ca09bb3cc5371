package records

import (
	"database/sql"
	"strings"

	"housecall/internal/fault"
	"housecall/records/fhir"
)

// filter adds one filter. What rows decide becomes a condition; what they do not
// is narrowed by the rows that there are and looked at in each resource.
func (x *searcher) filter(w *clause, p spot, f *fhir.Filter) error {
	if f.Param == nil { // _has
		return x.has(w, p, f.Chain)
	}
	if f.Chain != nil {
		return x.chain(w, p, f)
	}
	if f.Modifier == "" || f.Modifier == "not" {
		switch f.Param.Name {
		case "_id":
			x.ids(w, p, f)
			return nil
		case "_lastUpdated":
			w.any(f.Values, func(v *fhir.Value) (string, []any) {
				return updatedCondition(p.alias+".last_updated", v)
			})
			return nil
		}
	}
	if f.Param.Home && (f.Modifier == "" || f.Modifier == "missing" || fhir.IsType(f.Modifier)) {
		x.home(w, p, f)
		return nil
	}
	late := func(n *fhir.Node) bool { return fhir.Matches(n, f) }
	if f.Param.Type == fhir.TypeComposite {
		x.narrowComposite(w, p, f)
		w.late = append(w.late, late)
		return nil
	}
	if !f.Param.Indexed {
		w.late = append(w.late, late)
		return nil
	}
	switch f.Modifier {
	case "missing":
		cond, args := x.inRows(p, f.Param, "")
		missing := f.Values[0].Missing
		// A code may be there in words alone, a reference as a name, a time as a
		// rhythm and a quantity without its number: they have no row.
		words := f.Param.Type != fhir.TypeString && f.Param.Type != fhir.TypeURI
		if missing {
			w.add("NOT "+cond, args...)
		} else if !words {
			w.add(cond, args...)
		}
		if words {
			w.late = append(w.late, late)
		}
	case "text", "identifier":
		w.late = append(w.late, late)
	case "of-type":
		cond, args := valueCondition(f)
		w.all(x.inRows(p, f.Param, cond, args...))
		w.late = append(w.late, late)
	case "not":
		cond, args := valueCondition(f)
		cond, args = x.inRows(p, f.Param, cond, args...)
		w.add("NOT "+cond, args...)
	default:
		cond, args := valueCondition(f)
		w.all(x.inRows(p, f.Param, cond, args...))
	}
	return nil
}

// ids adds a filter by _id. Where the chart is not known, the locator knows it.
func (x *searcher) ids(w *clause, p spot, f *fhir.Filter) {
	var ids []string
	for i := range f.Values {
		ids = append(ids, f.Values[i].Code)
	}
	in, list := x.among(p.alias+".id", ids)
	switch {
	case f.Modifier == "not":
		w.add("NOT "+in, list)
	case p.top && len(x.sc.views) == 1:
		w.add(in, list)
	case p.typ == "":
		in, list = x.among("l.id", ids)
		which, types := x.among("l.type", x.types)
		place := p.alias + ".patient_id, " + p.alias + ".type, " + p.alias + ".id"
		cond, args := "("+place+") IN (SELECT l.patient_id, l.type, l.id FROM resource_locator l WHERE "+which+" AND "+in+")", []any{types, list}
		if anySeveral(x.types) && !x.everywhere() { // what they see of those is in the charts
			in, list = x.among("k.id", ids)
			which, types = x.among("k.type", x.types)
			cond = "(" + cond + " OR (" + place + ") IN (SELECT k.patient_id, k.type, k.id FROM resource_charts k WHERE " + which + " AND " + in + "))"
			args = append(args, types, list)
		}
		w.add(cond, args...)
	case severalTypes[p.typ] && !x.everywhere():
		w.add(in, list)
	default:
		in, list = x.among("l.id", ids)
		w.add("("+p.alias+".patient_id, "+p.alias+".id) IN (SELECT l.patient_id, l.id FROM resource_locator l WHERE l.type = ? AND "+in+")", p.typ, list)
	}
}

// home adds a filter by the reference that decides the chart: the chart's key
// answers for patients, rows for whatever else stands there (a Group, a Device).
func (x *searcher) home(w *clause, p spot, f *fhir.Filter) {
	if f.Modifier == "missing" {
		cond, args := x.homeRow(p.alias+".patient_id <> ''", p.alias, p.typ), []any(nil)
		if x.everywhere() { // a name alone, or a patient of somewhere else, is a subject too
			w.late = append(w.late, func(n *fhir.Node) bool { return fhir.Matches(n, f) })
			return
		}
		if f.Param.Indexed {
			rows, rargs := x.inRows(p, f.Param, "")
			cond, args = "("+cond+" OR "+rows+")", rargs
		}
		if f.Values[0].Missing {
			cond = "NOT " + cond
		}
		w.add(cond, args...)
		return
	}
	var patients []string
	others := fhir.Filter{Param: f.Param}
	for _, v := range f.Values {
		if v.RefID != "" && (v.RefType == "" || v.RefType == "Patient") {
			patients = append(patients, v.RefID)
		} else {
			others.Values = append(others.Values, v)
		}
	}
	if len(others.Values) > 0 && !f.Param.Indexed { // a patient of somewhere else, by URL
		w.late = append(w.late, func(n *fhir.Node) bool { return fhir.Matches(n, f) })
		return
	}
	cond, list := x.among(p.alias+".patient_id", patients)
	cond = x.homeRow(cond, p.alias, p.typ)
	args := []any{list}
	if f.Param.Indexed && len(others.Values) > 0 {
		value, vargs := valueCondition(&others)
		rows, rargs := x.inRows(p, f.Param, value, vargs...)
		cond, args = "("+cond+" OR "+rows+")", append(args, rargs...)
	}
	w.add(cond, args...)
}

// homeRow narrows a condition on the chart's key to resources whose subject that
// is: a part of a List is in the chart of somebody it names elsewhere.
func (x *searcher) homeRow(cond, alias, typ string) string {
	if !severalTypes[typ] {
		return cond
	}
	return "(" + cond + " AND " + notPart(alias) + ")"
}

// narrowComposite adds what the rows of the components say: that the resource
// has the code somewhere and the value somewhere. That they belong together is
// seen in the resource.
func (x *searcher) narrowComposite(w *clause, p spot, f *fhir.Filter) {
	var parts []string
	var args []any
	for _, v := range f.Values {
		conds := []string{"TRUE"}
		for i, part := range f.Param.Parts {
			known := fhir.LookupParam(p.typ, part.Name)
			if known == nil || !known.Indexed {
				continue
			}
			cond, cargs := valueCondition(&fhir.Filter{Param: known, Values: v.Parts[i : i+1]})
			cond, cargs = x.inRows(p, known, cond, cargs...)
			conds, args = append(conds, cond), append(args, cargs...)
		}
		parts = append(parts, strings.Join(conds, " AND "))
	}
	w.add("("+strings.Join(parts, " OR ")+")", args...)
}

// chain adds a filter on what a reference points to.
func (x *searcher) chain(w *clause, p spot, f *fhir.Filter) error {
	var parts []string
	var args []any
	var found []map[string]bool // of references that have no rows
	for _, alt := range append([]fhir.Filter{*f}, f.Or...) {
		typ := alt.Chain.Type
		set, sargs, err := x.set(typ, "t.id", &alt.Chain.Filter, false)
		if err != nil {
			return err
		}
		switch {
		case f.Param.Home && typ == "Patient":
			parts, args = append(parts, x.homeRow(p.alias+".patient_id IN ("+set+")", p.alias, p.typ)), append(args, sargs...)
		case f.Param.Indexed:
			cond, cargs := x.inRows(p, f.Param, "s.target_type = ? AND s.target_id IN ("+set+")", append([]any{typ}, sargs...)...)
			parts, args = append(parts, cond), append(args, cargs...)
		default:
			ids, err := x.list(set, sargs)
			if err != nil {
				return err
			}
			names := map[string]bool{}
			for _, id := range ids {
				names[typ+"/"+id] = true
			}
			found = append(found, names)
		}
	}
	if parts != nil {
		w.add("("+strings.Join(parts, " OR ")+")", args...)
		return nil
	}
	w.late = append(w.late, func(n *fhir.Node) bool {
		for _, r := range fhir.RowsOf(n, f.Param).Refs {
			for _, names := range found {
				if names[r.Type+"/"+r.ID] {
					return true
				}
			}
		}
		return false
	})
	return nil
}

// has adds a filter on what points here.
func (x *searcher) has(w *clause, p spot, ch *fhir.Chain) error {
	if ch.Ref.Home && p.typ == "Patient" {
		set, args, err := x.set(ch.Type, "t.patient_id", &ch.Filter, true)
		if err != nil {
			return err
		}
		w.add(p.alias+".id IN ("+set+")", args...)
		return nil
	}
	if !ch.Ref.Indexed {
		return x.hasRare(w, p, ch)
	}
	set, sargs, err := x.set(ch.Type, "t.id", &ch.Filter, false)
	if err != nil {
		return err
	}
	key, kargs := "TRUE", []any(nil)
	switch {
	case x.everywhere() && ch.Ref.Cross:
		key = "s.across"
	case x.everywhere():
	default:
		var charts []string
		if !severalTypes[ch.Type] { // those are seen in the patients' charts alone
			charts = append(charts, "")
		}
		for i := range x.sc.views {
			charts = append(charts, x.sc.views[i].Patient)
		}
		key, kargs = x.amongOne("s.patient_id", charts)
	}
	args := append(append(kargs, ch.Type, ch.Ref.Name, p.typ), sargs...)
	w.add(p.alias+".id IN (SELECT s.target_id FROM search_ref s WHERE "+key+" AND s.type = ? AND s.param = ? AND s.target_type = ? AND s.id IN ("+set+"))", args...)
	return nil
}

// hasRare looks at each resource that may point here by a reference without rows.
func (x *searcher) hasRare(w *clause, p spot, ch *fhir.Chain) error {
	inner, err := x.within(ch.Type, &ch.Filter)
	if err != nil {
		return err
	}
	var ids []string
	err = x.look(inner, func(_, _ string, n *fhir.Node) {
		for _, r := range fhir.RowsOf(n, ch.Ref).Refs {
			if r.Type == p.typ {
				ids = append(ids, r.ID)
			}
		}
	})
	if err != nil {
		return err
	}
	in, list := x.among(p.alias+".id", ids)
	w.add(in, list)
	return nil
}

// within is the condition of a filter on another type, resources t.
func (x *searcher) within(typ string, f *fhir.Filter) (*clause, error) {
	if err := allowed(x.who, typ, 's'); err != nil {
		return nil, err
	}
	w, err := x.source(typ)
	if err != nil {
		return nil, err
	}
	return w, x.filter(w, spot{"t", typ, false}, f)
}

// set writes the ids (or charts) of the resources of a type that a filter finds.
// home: those of which the chart is that of their subject.
func (x *searcher) set(typ, column string, f *fhir.Filter, home bool) (string, []any, error) {
	w, err := x.within(typ, f)
	if err != nil {
		return "", nil, err
	}
	if home && severalTypes[typ] {
		w.add(notPart("t"))
	}
	if len(w.late) == 0 {
		return "SELECT " + column + " FROM resources t WHERE " + w.String(), w.args, nil
	}
	found := []string{}
	err = x.look(w, func(patient, id string, _ *fhir.Node) {
		if column == "t.patient_id" {
			id = patient
		}
		found = append(found, id)
	})
	if err != nil {
		return "", nil, err
	}
	set, list := x.values(found)
	return set, []any{list}, nil
}

func (x *searcher) list(query string, args []any) ([]string, error) {
	var ids []string
	err := x.c.Each(query+" LIMIT ?", func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}, append(args, maxBodies+1)...)
	if err == nil && len(ids) > maxBodies {
		err = tooCostly()
	}
	return ids, err
}

func isTooCostly(err error) bool {
	f := fault.Of(err)
	return len(f.Issues) == 1 && f.Issues[0].Code == "too-costly"
}

// tooCostly refuses a search that would have to look at too much.
func tooCostly() error {
	return fault.New(fault.Invalid, "This search is too wide: too many records would have to be looked at one by one.").WithIssues(fault.Issue{
		Code: "too-costly", Text: "Please narrow the search: name a patient, or add a code, a category or a date."})
}
