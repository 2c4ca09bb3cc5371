package records

import (
	"database/sql"
	"slices"

	"housecall/internal/identity"
	"housecall/records/fhir"
)

const (
	maxIncluded = 1000 // resources that are included in a page
	maxRounds   = 8    // steps of :iterate
)

// including collects what a page includes, each resource once.
type including struct {
	x     *searcher
	q     *fhir.Query
	page  *Page
	there map[string]bool // Type/id
	fresh []Stored        // included in this round
	bytes int             // of what is included
}

// include follows _include and _revinclude from a page. Without :iterate they
// start at what was found; with it, also at what was included (R4 3.1.1.5.5).
// Where the principal sees nothing, nothing is included.
func (x *searcher) include(q *fhir.Query, page *Page) error {
	in := &including{x: x, q: q, page: page, there: map[string]bool{}}
	from := page.Items
	for i := range from {
		in.there[q.Type+"/"+from[i].ID] = true
	}
	for round := 0; len(from) > 0 && round < maxRounds; round++ {
		in.fresh = nil
		if err := in.forward(from, round > 0); err != nil {
			return err
		}
		if err := in.back(from, round > 0); err != nil {
			return err
		}
		page.Included = append(page.Included, in.fresh...)
		from = in.fresh
	}
	return nil
}

// take adds a resource; false says that there is no more room.
func (in *including) take(st Stored) bool {
	name := st.Type + "/" + st.ID
	if in.there[name] {
		return true
	}
	if len(in.page.Included)+len(in.fresh) >= maxIncluded || in.bytes > pageBytes {
		in.page.Cut = true
		return false
	}
	in.there[name] = true
	in.bytes += len(st.Body)
	in.fresh = append(in.fresh, st)
	return true
}

// forward includes what resources refer to.
func (in *including) forward(from []Stored, again bool) error {
	wanted := map[string][]string{}
	var types []string
	for i := range from {
		var n *fhir.Node
		for k := range in.q.Includes {
			inc := &in.q.Includes[k]
			if inc.Type != from[i].Type || again && !inc.Iterate {
				continue
			}
			if n == nil {
				var err error
				if n, err = in.x.node(from[i].Patient, from[i].Body); err != nil {
					return err
				}
			}
			for _, p := range followed(inc) {
				for _, r := range fhir.RowsOf(n, p).Refs {
					if r.ID == "" || inc.Target != "" && r.Type != inc.Target || in.there[r.Type+"/"+r.ID] || slices.Contains(wanted[r.Type], r.ID) {
						continue
					}
					if wanted[r.Type] == nil {
						types = append(types, r.Type)
					}
					wanted[r.Type] = append(wanted[r.Type], r.ID)
				}
			}
		}
	}
	for _, typ := range types {
		w, err := in.x.source(typ)
		if err != nil {
			return err
		}
		ids, list := in.x.among("l.id", wanted[typ])
		if severalTypes[typ] && !in.x.everywhere() { // what they see of it is in the charts
			w.all(in.x.amongOne("t.id", wanted[typ]))
		} else {
			w.add("(t.patient_id, t.id) IN (SELECT l.patient_id, l.id FROM resource_locator l WHERE l.type = ? AND "+ids+")", typ, list)
		}
		if err := in.fetch(typ, w); err != nil {
			return err
		}
	}
	return nil
}

// followed lists the parameters that an include follows.
func followed(inc *fhir.Include) []*fhir.Param {
	if inc.Param != nil {
		return []*fhir.Param{inc.Param}
	}
	var out []*fhir.Param
	for _, p := range fhir.Params(inc.Type) {
		if p.Type == fhir.TypeReference && p.Supported() {
			out = append(out, p)
		}
	}
	return out
}

// source is the condition of resources t of a type that may be included, or gone
// through by a chain.
func (x *searcher) source(typ string) (*clause, error) {
	w := &clause{}
	cond, args, err := x.seen("t", typ)
	if err != nil {
		return nil, err
	}
	w.add(cond, args...)
	w.add("t.type = ?", typ)
	w.add("NOT t.deleted")
	if x.everywhere() && severalTypes[typ] {
		w.add(notPart("t"))
	}
	return w, nil
}

// back includes what refers to resources.
func (in *including) back(from []Stored, again bool) error {
	ids, charts := map[string][]string{}, map[string][]string{}
	var types []string
	for i := range from {
		typ := from[i].Type
		if ids[typ] == nil {
			types = append(types, typ)
		}
		ids[typ] = append(ids[typ], from[i].ID)
		if !slices.Contains(charts[typ], from[i].Patient) {
			charts[typ] = append(charts[typ], from[i].Patient)
		}
	}
	for _, typ := range types {
		for k := range in.q.RevIncludes {
			inc := &in.q.RevIncludes[k]
			if again && !inc.Iterate || inc.Target != "" && inc.Target != typ {
				continue
			}
			if inc.Type == "*" {
				if err := in.backFromAll(typ, ids[typ], charts[typ]); err != nil {
					return err
				}
				continue
			}
			for _, p := range followed(inc) {
				if !p.PointsTo(typ) {
					continue
				}
				if err := in.backBy(inc.Type, p, typ, ids[typ], charts[typ]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// backBy includes what refers to resources by one parameter: within their
// charts, and from the shared chart.
func (in *including) backBy(typ string, p *fhir.Param, target string, ids, charts []string) error {
	x := in.x
	w, err := x.source(typ)
	if err != nil {
		return err
	}
	if p.Home && target == "Patient" {
		w.all(x.amongOne("t.patient_id", ids))
		if severalTypes[typ] {
			w.add(notPart("t"))
		}
		return in.fetch(typ, w)
	}
	if !p.Indexed {
		w.all(x.amongOne("t.patient_id", append([]string{""}, charts...)))
		var found []string
		err := x.look(w, func(_, id string, n *fhir.Node) {
			for _, r := range fhir.RowsOf(n, p).Refs {
				if r.Type == target && slices.Contains(ids, r.ID) {
					found = append(found, id)
					return
				}
			}
		})
		if err != nil || found == nil {
			return err
		}
		w.all(x.amongOne("t.id", found))
		return in.fetch(typ, w)
	}
	key, kargs := "s.across", []any(nil)
	if !x.everywhere() || !p.Cross {
		key, kargs = x.amongOne("s.patient_id", append([]string{""}, charts...))
	}
	in2, list := x.among("s.target_id", ids)
	w.add("(t.patient_id, t.id) IN (SELECT s.patient_id, s.id FROM search_ref s WHERE "+key+" AND s.type = ? AND s.param = ? AND s.target_type = ? AND "+in2+")", append(kargs, typ, p.Name, target, list)...)
	return in.fetch(typ, w)
}

// backFromAll includes whatever refers to resources by a parameter that has rows.
func (in *including) backFromAll(target string, ids, charts []string) error {
	x := in.x
	key, kargs := x.amongOne("s.patient_id", append([]string{""}, charts...))
	which, list := x.among("s.target_id", ids)
	types := []string{}
	err := x.c.Each("SELECT DISTINCT s.type FROM search_ref s WHERE "+key+" AND s.target_type = ? AND "+which, func(r *sql.Rows) error {
		var t string
		err := r.Scan(&t)
		types = append(types, t)
		return err
	}, append(kargs, target, list)...)
	if err != nil {
		return err
	}
	if target == "Patient" { // by the chart's key
		homed, hlist := x.among("r.patient_id", ids)
		err = x.c.Each("SELECT DISTINCT r.type FROM resources r WHERE "+homed, func(r *sql.Rows) error {
			var t string
			err := r.Scan(&t)
			if !slices.Contains(types, t) {
				types = append(types, t)
			}
			return err
		}, hlist)
		if err != nil {
			return err
		}
	}
	slices.Sort(types)
	for _, typ := range types {
		for _, p := range fhir.Params(typ) {
			if !p.PointsTo(target) || !p.Indexed && !(p.Home && target == "Patient") {
				continue
			}
			if err := in.backBy(typ, p, target, ids, charts); err != nil {
				return err
			}
		}
	}
	return nil
}

// amongOne is among with its argument in a list.
func (x *searcher) amongOne(col string, values []string) (string, []any) {
	cond, list := x.among(col, values)
	return cond, []any{list}
}

// fetch includes what a condition leaves.
func (in *including) fetch(typ string, w *clause) error {
	if in.page.Cut || !in.x.who.AllowsFHIR(typ, 'r') && in.x.who.Kind != identity.System && !in.x.who.AllowsFHIR(typ, 's') {
		return nil
	}
	room := maxIncluded + len(in.page.Items) + 1
	return in.x.c.Each("SELECT t.patient_id, t.id, t.version, t.last_updated, t.body FROM resources t WHERE "+w.String()+" ORDER BY t.id, t.patient_id LIMIT ?", func(r *sql.Rows) error {
		st := Stored{Type: typ}
		var at int64
		if err := r.Scan(&st.Patient, &st.ID, &st.Version, &at, &st.Body); err != nil {
			return err
		}
		st.LastUpdated = fromMicros(at)
		in.take(st)
		return nil
	}, append(w.args, room)...)
}
