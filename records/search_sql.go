package records

import (
	"encoding/json"
	"fmt"
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// searcher is one search at work. What the principal may see comes into every
// condition that it writes: of what is searched, and of what a chain goes
// through or a _has looks at.
type searcher struct {
	s      *Store
	c      *db.Conn
	who    identity.Principal
	now    int64
	sc     scope
	shared *access.View        // of the shared chart; nil: not yet asked
	wide   *access.View        // of a system that sees only parts of some types: the same for every chart
	hidden map[string][]string // by chart, see Store.hidden
	also   []access.Event      // of charts that come in by what is about several patients
	bodies int                 // how many more resources may be looked at one by one
	types  []string            // of a search over several
}

// maxBodies bounds what a search looks at one by one: that which no row decides.
const maxBodies = 20000

func (s *Store) newSearcher(c *db.Conn, who identity.Principal, sc scope) *searcher {
	return &searcher{s: s, c: c, who: who, now: micros(s.now()), sc: sc, wide: access.Wide(who), bodies: maxBodies}
}

// clause is a condition on rows of resources, and what has to be looked at in
// each resource besides.
type clause struct {
	conds []string
	args  []any
	late  []func(*fhir.Node) bool
}

func (w *clause) add(cond string, args ...any) {
	w.conds = append(w.conds, cond)
	w.args = append(w.args, args...)
}

// all is add for what another function gives.
func (w *clause) all(cond string, args []any) { w.add(cond, args...) }

// any adds that one of the values fits.
func (w *clause) any(values []fhir.Value, cond func(*fhir.Value) (string, []any)) {
	var parts []string
	var args []any
	for i := range values {
		c, a := cond(&values[i])
		parts, args = append(parts, c), append(args, a...)
	}
	w.add("("+strings.Join(parts, " OR ")+")", args...)
}

func (w *clause) String() string { return strings.Join(w.conds, " AND ") }

func (w *clause) fits(n *fhir.Node) bool {
	for _, f := range w.late {
		if !f(n) {
			return false
		}
	}
	return true
}

// spot is where a condition stands: the alias of resources, its type, and
// whether it is what the query is for or something on a chain.
type spot struct {
	alias, typ string // typ "": what is searched is of several types
	top        bool
}

func (x *searcher) among(col string, values []string) (string, any) { return x.c.Among(col, values) }

// values writes a list of texts as what a subquery gives.
func (x *searcher) values(list []string) (string, any) {
	if x.c.Dialect == db.Postgres {
		return "SELECT unnest(?::text[])", list
	}
	b, _ := json.Marshal(list)
	return "SELECT value FROM json_each(?)", string(b)
}

// where writes the whole condition of a query: charts, what the views see, then
// the filters.
func (x *searcher) where(q *fhir.Query) (*clause, error) {
	w := &clause{}
	x.types = q.Types
	switch {
	case x.sc.all && q.Types != nil:
		w.all(x.amongOne("r.type", q.Types))
	case x.sc.all:
	case q.Types != nil:
		x.chartsOfTypes(w, q.Types)
	case len(x.sc.views) == 0:
		w.add("FALSE")
	case len(x.sc.views) == 1:
		w.add("r.patient_id = ?", x.sc.views[0].Patient)
		if cond, args := visibleSQL(&x.sc.views[0], x.now, "r"); cond != "" {
			w.add(strings.TrimPrefix(cond, " AND "), args...)
		}
	default:
		cond, args := x.charts("r", q.Type)
		w.add(cond, args...)
	}
	if x.sc.all {
		x.inParts(w, "r")
	}
	if q.Types == nil {
		w.add("r.type = ?", q.Type)
	}
	w.add("NOT r.deleted")
	if q.Patient != "" {
		x.belongs(w, q)
	}
	if anySeveral(q.Kinds()) && x.everywhere() {
		w.add(notPart("r"))
	}
	p := spot{"r", q.Type, true}
	for i := range q.Filters {
		if f := &q.Filters[i]; !x.sc.all && q.Patient == "" && answeredByChart(q.Type, f) {
			if severalTypes[q.Type] { // a part names the patient elsewhere
				w.add(notPart("r"))
			}
			continue
		}
		if err := x.filter(w, p, &q.Filters[i]); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// answeredByChart says whether the choice of charts has answered the filter.
func answeredByChart(typ string, f *fhir.Filter) bool {
	return f.Param != nil && f.Chain == nil && (f.Modifier == "" || f.Modifier == "Patient") && fhir.HomeParam(typ, f.Param.Name)
}

// sameView are charts that are seen in the same way.
type sameView struct {
	view   *access.View
	charts []string
}

func (x *searcher) sameViews(of func(*access.View) bool) []sameView {
	type way struct {
		see  access.CategorySet
		hide access.Labels
		part access.CategorySet
		of   access.Labels
		hold bool
		only string
	}
	var out []sameView
	at := map[way]int{}
	for i := range x.sc.views {
		v := &x.sc.views[i]
		if !of(v) {
			continue
		}
		w := way{v.See, v.Hide, v.Parts, v.Facets, v.HoldResults, fmt.Sprint(v.Visits)}
		k, ok := at[w]
		if !ok {
			k = len(out)
			at[w], out = k, append(out, sameView{view: v})
		}
		out[k].charts = append(out[k].charts, v.Patient)
	}
	return out
}

// charts writes that a row is in a chart of the scope and seen there.
func (x *searcher) charts(a, typ string) (string, []any) {
	var parts []string
	var args []any
	shown := func(v *access.View) bool {
		return (v.AllowsType(typ, 's') || v.AllowsType(typ, 'r')) && (v.Patient != "" || publicShared[typ] || x.everywhere())
	}
	for _, g := range x.sameViews(shown) {
		cond, cargs := visibleSQL(g.view, x.now, a)
		if len(x.sc.views) == 1 {
			parts, args = append(parts, "("+a+".patient_id = ?"+cond+")"), append(args, g.charts[0])
		} else {
			in, list := x.among(a+".patient_id", g.charts)
			parts, args = append(parts, "("+in+cond+")"), append(args, list)
		}
		args = append(args, cargs...)
	}
	if len(parts) == 0 {
		return "FALSE", nil
	}
	return "(" + strings.Join(parts, " OR ") + ")", args
}

// seen writes what may be gone through or included: a row of a chart of the
// scope, or of the shared chart if its type is for everybody.
func (x *searcher) seen(a, typ string) (string, []any, error) {
	if !x.who.AllowsFHIR(typ, 's') && !x.who.AllowsFHIR(typ, 'r') {
		return "FALSE", nil, nil
	}
	if x.everywhere() {
		w := &clause{conds: []string{"TRUE"}}
		x.inParts(w, a)
		return w.String(), w.args, nil
	}
	cond, args := x.charts(a, typ)
	v, err := x.sharedView()
	if err != nil {
		return "", nil, err
	}
	if v == nil || !publicShared[typ] && !x.who.Everywhere() || !v.AllowsType(typ, 's') && !v.AllowsType(typ, 'r') {
		return cond, args, nil
	}
	also, more := visibleSQL(v, x.now, a)
	also = "(" + a + ".patient_id = ''" + also + ")"
	if cond == "FALSE" {
		return also, more, nil
	}
	return "(" + cond + " OR " + also + ")", append(args, more...), nil
}

// everywhere says whether chains and includes may go into every chart: a system
// sees them all, whichever it names.
func (x *searcher) everywhere() bool { return x.who.Everywhere() }

// inParts adds what a system sees of all charts, if it does not see all of it.
func (x *searcher) inParts(w *clause, a string) {
	if x.wide == nil {
		return
	}
	if cond, args := visibleSQL(x.wide, x.now, a); cond != "" {
		w.add(strings.TrimPrefix(cond, " AND "), args...)
	}
}

func (x *searcher) sharedView() (*access.View, error) {
	if x.shared == nil {
		v, err := x.s.access.ViewOf(x.c, x.who, "")
		switch {
		case fault.Is(err, fault.NotFound):
			v = access.View{}
		case err != nil:
			return nil, err
		}
		x.shared = &v
	}
	if x.shared.See == 0 {
		return nil, nil
	}
	return x.shared, nil
}

// hiding writes that resources h is hidden in a chart of the scope; "" when
// nothing can be.
func (x *searcher) hiding() (string, []any) {
	if x.wide != nil {
		not, args := visibleSQL(x.wide, x.now, "h")
		return "NOT (TRUE" + not + ")", args
	}
	var parts []string
	var args []any
	for _, g := range x.sameViews(func(*access.View) bool { return true }) {
		not, nargs := visibleSQL(g.view, x.now, "h")
		switch {
		case not == "":
		case len(x.sc.views) == 1:
			return "h.patient_id = ? AND NOT (TRUE" + not + ")", append([]any{g.view.Patient}, nargs...)
		default:
			in, list := x.among("h.patient_id", g.charts)
			parts = append(parts, in+" AND NOT (TRUE"+not+")")
			args = append(append(args, list), nargs...)
		}
	}
	if len(parts) == 0 {
		return "", nil
	}
	return "(" + strings.Join(parts, " OR ") + ")", args
}

// inRows writes that the resource has a search row of the parameter that fits.
// Rows of one chart are found by its key; over all charts the second index,
// which leads with the value, needs the row to be marked.
func (x *searcher) inRows(p spot, param *fhir.Param, cond string, args ...any) (string, []any) {
	table := searchTables[param.Type]
	if cond != "" {
		cond = " AND " + cond
	}
	if param.Type == fhir.TypeReference {
		if hiding, hargs := x.hiding(); hiding != "" { // a reference to what is hidden is not there
			cond += " AND NOT EXISTS (SELECT 1 FROM resources h WHERE h.patient_id = s.patient_id AND h.type = s.target_type AND h.id = s.target_id AND " + hiding + ")"
			args = append(append([]any(nil), args...), hargs...)
		}
	}
	head := []any{p.typ, param.Name}
	one := len(x.sc.views) == 1
	switch {
	case p.typ == "":
		return "EXISTS (SELECT 1 FROM " + table + " s WHERE s.patient_id = " + p.alias + ".patient_id AND s.type = " + p.alias + ".type AND s.param = ?" + cond + " AND s.id = " + p.alias + ".id)", append([]any{param.Name}, args...)
	case one && p.top:
		return p.alias + ".id IN (SELECT s.id FROM " + table + " s WHERE s.patient_id = ? AND s.type = ? AND s.param = ?" + cond + ")", append(append([]any{x.sc.views[0].Patient}, head...), args...)
	case one && !x.everywhere() && !severalTypes[p.typ]: // ids are unique within a type, so the chart need not be compared
		return p.alias + ".id IN (SELECT s.id FROM " + table + " s WHERE s.patient_id IN (?, '') AND s.type = ? AND s.param = ?" + cond + ")", append(append([]any{x.sc.views[0].Patient}, head...), args...)
	case param.Cross && cond != "" && (x.sc.all || !p.top):
		return "(" + p.alias + ".patient_id, " + p.alias + ".id) IN (SELECT s.patient_id, s.id FROM " + table + " s WHERE s.type = ? AND s.param = ? AND s.across" + cond + ")", append(head, args...)
	}
	return "EXISTS (SELECT 1 FROM " + table + " s WHERE s.patient_id = " + p.alias + ".patient_id AND s.type = ? AND s.param = ?" + cond + " AND s.id = " + p.alias + ".id)", append(head, args...)
}

var searchTables = map[fhir.ParamType]string{
	fhir.TypeToken: "search_token", fhir.TypeReference: "search_ref", fhir.TypeDate: "search_date", fhir.TypeString: "search_string",
	fhir.TypeQuantity: "search_quantity", fhir.TypeNumber: "search_quantity", fhir.TypeURI: "search_uri",
}

// valueCondition writes the values of a filter, any of which may match.
func valueCondition(f *fhir.Filter) (string, []any) {
	var parts []string
	var args []any
	or := func(cond string, a ...any) {
		parts = append(parts, cond)
		args = append(args, a...)
	}
	for i := range f.Values {
		v := &f.Values[i]
		switch f.Param.Type {
		case fhir.TypeToken:
			switch {
			case f.Modifier == "of-type":
				or("s.code = ?", v.Text)
			case v.System == nil:
				or("s.code = ?", v.Code)
			case v.Code == "":
				or("s.system = ?", *v.System)
			default:
				or("(s.code = ? AND s.system = ?)", v.Code, *v.System)
			}
		case fhir.TypeReference:
			switch {
			case v.URL != "":
				or("(s.target_id = ? AND s.target_type = '')", v.URL)
			case v.RefType != "":
				or("(s.target_id = ? AND s.target_type = ?)", v.RefID, v.RefType)
			default:
				or("s.target_id = ?", v.RefID)
			}
		case fhir.TypeDate:
			cond, a := dateCondition("s.lo", "s.hi", v)
			or(cond, a...)
		case fhir.TypeString:
			norm := fhir.Fold(v.Text)
			switch f.Modifier {
			case "exact":
				or("(s.norm = ? AND s.exact = ?)", norm, v.Exact())
			case "contains":
				or("s.norm LIKE ? ESCAPE '\\'", "%"+likeEscape(norm)+"%")
			default:
				or("(s.norm >= ? AND s.norm < ?)", norm, norm+"\U0010FFFF")
			}
		case fhir.TypeQuantity, fhir.TypeNumber:
			cond, a := quantityCondition(v)
			or(cond, a...)
		case fhir.TypeURI:
			switch {
			case f.Modifier == "above":
				above := fhir.Above(v.Text)
				for _, u := range above {
					args = append(args, u)
				}
				parts = append(parts, "s.value IN "+db.Placeholders(1, len(above)))
			case f.Modifier == "below" && strings.HasSuffix(v.Text, "/"):
				or("(s.value >= ? AND s.value < ?)", v.Text, v.Text+"\U0010FFFF")
			case f.Modifier == "below": // "0" follows "/"
				or("(s.value = ? OR s.value >= ? AND s.value < ?)", v.Text, v.Text+"/", v.Text+"0")
			default:
				or("s.value = ?", v.Text)
			}
		}
	}
	if len(parts) == 0 {
		return "FALSE", nil
	}
	return "(" + strings.Join(parts, " OR ") + ")", args
}

func likeEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// dateCondition compares ranges as R4 search, section 3.1.1.4.6, says: the
// resource has [lo, hi), the parameter [Lo, Hi). fhir.Value.MatchDate is the
// same for one resource.
func dateCondition(lo, hi string, v *fhir.Value) (string, []any) {
	switch v.Prefix {
	case "ne":
		return "(" + lo + " < ? OR " + hi + " > ?)", []any{v.Lo, v.Hi}
	case "gt":
		return hi + " > ?", []any{v.Hi}
	case "lt":
		return lo + " < ?", []any{v.Lo}
	case "ge":
		return "(" + hi + " > ? OR " + lo + " >= ?)", []any{v.Hi, v.Lo}
	case "le":
		return "(" + lo + " < ? OR " + hi + " <= ?)", []any{v.Lo, v.Hi}
	case "sa":
		return lo + " >= ?", []any{v.Hi}
	case "eb":
		return hi + " <= ?", []any{v.Lo}
	case "ap": // the parser has widened the range already
		return "(" + lo + " < ? AND " + hi + " > ?)", []any{v.Hi, v.Lo}
	}
	return "(" + lo + " >= ? AND " + hi + " <= ?)", []any{v.Lo, v.Hi}
}

// updatedCondition is dateCondition of a moment that lasts a millisecond, as far as
// answers tell it. It compares the column alone, which an index answers; no value is
// shorter than that.
func updatedCondition(col string, v *fhir.Value) (string, []any) {
	const length = 1000
	switch v.Prefix {
	case "ne":
		return "(" + col + " < ? OR " + col + " > ?)", []any{v.Lo, v.Hi - length}
	case "gt":
		return col + " > ?", []any{v.Hi - length}
	case "lt":
		return col + " < ?", []any{v.Lo}
	case "ge":
		return col + " >= ?", []any{v.Lo}
	case "le":
		return col + " <= ?", []any{v.Hi - length}
	case "sa":
		return col + " >= ?", []any{v.Hi}
	case "eb":
		return col + " <= ?", []any{v.Lo - length}
	case "ap": // the parser has widened the range already
		return "(" + col + " < ? AND " + col + " > ?)", []any{v.Hi, v.Lo - length}
	}
	return "(" + col + " >= ? AND " + col + " <= ?)", []any{v.Lo, v.Hi - length}
}

func quantityCondition(v *fhir.Value) (string, []any) {
	var cond string
	var args []any
	switch v.Prefix {
	case "ne":
		cond, args = "(s.value < ? OR s.value >= ?)", []any{v.NumLo, v.NumHi}
	case "gt", "sa":
		cond, args = "s.value > ?", []any{v.Num}
	case "lt", "eb":
		cond, args = "s.value < ?", []any{v.Num}
	case "ge":
		cond, args = "s.value >= ?", []any{v.Num}
	case "le":
		cond, args = "s.value <= ?", []any{v.Num}
	default:
		cond, args = "(s.value >= ? AND s.value < ?)", []any{v.NumLo, v.NumHi}
	}
	if v.System != nil && *v.System != "" {
		cond, args = cond+" AND s.system = ?", append(args, *v.System)
	}
	if v.Unit != "" {
		cond, args = cond+" AND s.code = ?", append(args, v.Unit)
	}
	return "(" + cond + ")", args
}
