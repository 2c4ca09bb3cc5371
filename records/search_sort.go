package records

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"

	"housecall/records/fhir"
)

// sortKey is one key of the order.
type sortKey struct {
	expr string // on resources r
	args []any
	kind byte // i(nteger), f(loat), t(ext)
	desc bool
	own  bool // a column of resources
}

// keyValue is the value of a key where a page ended.
type keyValue struct {
	I int64   `json:"i,omitempty"`
	F float64 `json:"f,omitempty"`
	T string  `json:"t,omitempty"`
}

func (k keyValue) arg(kind byte) any {
	switch kind {
	case 'i':
		return k.I
	case 'f':
		return k.F
	}
	return k.T
}

// order is how an answer is sorted: by its keys, and where they are the same by
// id, so that a page ends at one place.
type order struct {
	keys []sortKey
	desc bool // of the ids
}

// sortText is how much of a text counts in sorting; it has to go into a cursor.
const sortText = "60"

// order finds what to sort by. What says nothing is sorted by the main date of
// its type, newest first; over the charts of everybody by the last change, which
// an index walks, so that the first page does not wait for all others.
func (x *searcher) order(q *fhir.Query) (order, error) {
	var o order
	if len(q.Sort) == 0 {
		if x.sc.all {
			return order{[]sortKey{{expr: "r.last_updated", kind: 'i', desc: true, own: true}}, true}, nil
		}
		if mainDate[q.Type] != "" {
			return order{[]sortKey{{expr: "r.sort_at", kind: 'i', desc: true, own: true}}, true}, nil
		}
		return o, nil
	}
	for _, k := range q.Sort {
		name, param := k.Param.Name, k.Param
		switch {
		case name == "_id":
			o.keys = append(o.keys, sortKey{expr: "r.id", kind: 't', desc: k.Desc, own: true})
		case name == "_lastUpdated":
			o.keys = append(o.keys, sortKey{expr: "r.last_updated", kind: 'i', desc: k.Desc, own: true})
		case name == mainDate[q.Type] && k.Desc: // it holds the latest
			o.keys = append(o.keys, sortKey{expr: "r.sort_at", kind: 'i', desc: k.Desc, own: true})
		case param.Home:
			o.keys = append(o.keys, sortKey{expr: "r.patient_id", kind: 't', desc: k.Desc, own: true})
		case param.Indexed && searchTables[param.Type] != "":
			o.keys = append(o.keys, x.rowKey(q.Type, param, k.Desc))
		default:
			return o, fmt.Errorf("records: %s has no order by %s", q.Type, name) // the grammar lets none through
		}
	}
	o.desc = o.keys[0].desc
	if q.Types != nil { // an id is one of its type
		o.keys = append(o.keys, sortKey{expr: "r.type", kind: 't', desc: o.desc, own: true})
	}
	return o, nil
}

// rowKey sorts by search rows: by the least value a resource has, and downwards
// by the greatest (R4 3.1.1.4.7). What has none comes last.
func (x *searcher) rowKey(typ string, p *fhir.Param, desc bool) sortKey {
	k := sortKey{kind: 't', desc: desc}
	column, last, most := "", any("\U0010FFFF"), "min"
	if desc {
		last, most = "", "max"
	}
	switch p.Type {
	case fhir.TypeToken:
		column = "s.code"
	case fhir.TypeString:
		column = "s.norm"
	case fhir.TypeURI:
		column = "s.value"
	case fhir.TypeReference:
		column = "s.target_id"
	case fhir.TypeDate:
		k.kind, column, last = 'i', "s.lo", int64(math.MaxInt64)
		if desc {
			last = int64(math.MinInt64)
		}
	default:
		k.kind, column, last = 'f', "s.value", math.MaxFloat64
		if desc {
			last = -math.MaxFloat64
		}
	}
	value := most + "(" + column + ")"
	if k.kind == 't' {
		value = "substr(" + value + ", 1, " + sortText + ")"
	}
	cond := ""
	k.args = []any{typ, p.Name}
	if p.Type == fhir.TypeReference {
		if hiding, hargs := x.hiding(); hiding != "" {
			cond = " AND NOT EXISTS (SELECT 1 FROM resources h WHERE h.patient_id = s.patient_id AND h.type = s.target_type AND h.id = s.target_id AND " + hiding + ")"
			k.args = append(k.args, hargs...)
		}
	}
	k.expr = "COALESCE((SELECT " + value + " FROM " + searchTables[p.Type] + " s WHERE s.patient_id = r.patient_id AND s.type = ? AND s.param = ? AND s.id = r.id" + cond + "), ?)"
	k.args = append(k.args, last)
	return k
}

// searchCursor is where a page ended.
type searchCursor struct {
	Keys []keyValue `json:"v,omitempty"`
	ID   string     `json:"i"`
	P    string     `json:"p,omitempty"` // chart, when the search goes over several
}

// after writes that a row of the alias comes behind the cursor.
func (o order) after(alias string, cur *searchCursor) (string, []any) {
	same := true
	for _, k := range o.keys {
		same = same && k.desc == o.desc
	}
	cmp := map[bool]string{false: " > ", true: " < "}
	if same { // as one comparison, which an index answers
		cols, marks := "", ""
		var args []any
		for i, k := range o.keys {
			cols, marks = cols+o.column(alias, i)+", ", marks+"?, "
			args = append(args, cur.Keys[i].arg(k.kind))
		}
		return "(" + cols + alias + ".id, " + alias + ".patient_id)" + cmp[o.desc] + "(" + marks + "?, ?)", append(args, cur.ID, cur.P)
	}
	cond := "(" + alias + ".id, " + alias + ".patient_id)" + cmp[o.desc] + "(?, ?)"
	args := []any{cur.ID, cur.P}
	for i := len(o.keys) - 1; i >= 0; i-- {
		k, col, v := o.keys[i], o.column(alias, i), cur.Keys[i].arg(o.keys[i].kind)
		cond = "(" + col + cmp[k.desc] + "? OR " + col + " = ? AND " + cond + ")"
		args = append([]any{v, v}, args...)
	}
	return cond, args
}

func (o order) column(alias string, i int) string {
	if alias == "r" {
		return o.keys[i].expr
	}
	return alias + ".k" + itoa(int64(i))
}

func (o order) by(alias string) string {
	way := map[bool]string{false: " ASC", true: " DESC"}
	var b strings.Builder
	for i, k := range o.keys {
		b.WriteString(o.column(alias, i) + way[k.desc] + ", ")
	}
	return b.String() + alias + ".id" + way[o.desc] + ", " + alias + ".patient_id" + way[o.desc]
}

// found are rows of a search, with the values of their keys one after another.
type found struct {
	items []Stored
	keys  []keyValue
	width int // keys of one row
	bytes int
	full  bool // there may be more, for which there is no room
}

// cursor is the place of a row.
func (f *found) cursor(i int) searchCursor {
	return searchCursor{f.keys[i*f.width : (i+1)*f.width : (i+1)*f.width], f.items[i].ID, f.items[i].Patient}
}

func (f *found) take(from *found, i int) {
	f.items = append(f.items, from.items[i])
	f.bytes += len(from.items[i].Body)
	f.keys = append(f.keys, from.keys[i*f.width:(i+1)*f.width]...)
}

// rows reads at most limit rows that the condition leaves, behind the cursor. The
// type "" stands for several.
func (x *searcher) rows(typ string, w *clause, o order, cur *searchCursor, limit int) (found, error) {
	own := true
	keys := ""
	var kargs []any
	for i, k := range o.keys {
		own = own && k.own
		keys += k.expr + " AS k" + itoa(int64(i)) + ", "
		kargs = append(kargs, k.args...)
	}
	if typ == "" {
		keys += "r.type AS kind, "
	}
	query := "SELECT r.patient_id, r.id, r.version, r.last_updated, " + keys + "r.body FROM resources r WHERE " + w.String()
	args := append(kargs, w.args...)
	alias, glue := "r", " AND "
	if !own { // computed keys are named, so that each is written once
		alias, glue = "x", " WHERE "
		query = "SELECT x.* FROM (" + query + ") x"
	}
	if cur != nil {
		if len(cur.Keys) != len(o.keys) {
			return found{}, badCursor()
		}
		cond, cargs := o.after(alias, cur)
		query, args = query+glue+cond, append(args, cargs...)
	}
	if typ == "" && x.sc.all && own { // an index walks each type in order
		one := "SELECT * FROM (" + query + " AND r.type = ? ORDER BY " + o.by(alias) + " LIMIT ?) t"
		var each []string
		var all []any
		for _, t := range x.types {
			each, all = append(each, one), append(append(all, args...), t, limit)
		}
		alias, query, args = "x", "SELECT * FROM ("+strings.Join(each, " UNION ALL ")+") x", all
	}
	out := found{items: make([]Stored, 0, min(limit, 64)), keys: make([]keyValue, 0, min(limit, 64)*len(o.keys)), width: len(o.keys)}
	var at int64
	st := Stored{Type: typ}
	vals := make([]keyValue, len(o.keys))
	into := []any{&st.Patient, &st.ID, &st.Version, &at}
	for i, k := range o.keys {
		switch k.kind {
		case 'i':
			into = append(into, &vals[i].I)
		case 'f':
			into = append(into, &vals[i].F)
		default:
			into = append(into, &vals[i].T)
		}
	}
	if typ == "" {
		into = append(into, &st.Type)
	}
	into = append(into, &st.Body)
	err := x.c.Each(query+" ORDER BY "+o.by(alias)+" LIMIT ?", func(r *sql.Rows) error {
		if out.bytes > pageBytes && len(out.items) > 1 {
			out.full = true
			return errFull
		}
		if err := r.Scan(into...); err != nil {
			return err
		}
		out.bytes += len(st.Body)
		st.LastUpdated = fromMicros(at)
		out.items, out.keys = append(out.items, st), append(out.keys, vals...)
		st.Body = nil
		return nil
	}, append(args, limit)...)
	if errors.Is(err, errFull) {
		err = nil
	}
	return out, err
}
