package records

import (
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/records/access"
	"housecall/records/fhir"
)

// sqlBuilder collects conditions on resources r.
type sqlBuilder struct {
	conds []string
	args  []any
	now   int64

	hiding     string // condition on resources h that some view does not see; empty: all see all
	hidingArgs []any
}

func (b *sqlBuilder) add(cond string, args ...any) {
	b.conds = append(b.conds, cond)
	b.args = append(b.args, args...)
}

func (b *sqlBuilder) String() string { return strings.Join(b.conds, " AND ") }

// where writes the whole condition: charts, what the views see, then filters.
func (b *sqlBuilder) where(sc scope, q *fhir.Query) error {
	chart := ""
	switch {
	case sc.all:
	case len(sc.views) == 0:
		b.add("FALSE")
	case len(sc.views) == 1:
		chart = sc.views[0].Patient
		b.add("r.patient_id = ?", chart)
		if cond, args := visibleSQL(&sc.views[0], b.now, "r"); cond != "" {
			b.add(strings.TrimPrefix(cond, " AND "), args...)
			b.hiding, b.hidingArgs = visibleSQL(&sc.views[0], b.now, "h")
			b.hiding = "NOT (TRUE" + b.hiding + ")"
		}
	default:
		b.manyCharts(sc.views)
	}
	b.add("r.type = ?", q.Type)
	b.add("NOT r.deleted")
	one := len(sc.views) == 1
	for _, f := range q.Filters {
		if f.Param != nil && f.Chain == nil && (f.Modifier == "" || f.Modifier == "Patient") && fhir.HomeParam(q.Type, f.Param.Name) {
			continue // answered by the choice of charts
		}
		cond, args, err := b.filter(q.Type, f, chart, one, sc.all)
		if err != nil {
			return err
		}
		b.add(cond, args...)
	}
	return nil
}

// manyCharts groups charts that are seen in the same way.
func (b *sqlBuilder) manyCharts(views []access.View) {
	type way struct {
		see  access.CategorySet
		hide access.Labels
		hold bool
	}
	groups := map[way][]any{}
	rep := map[way]*access.View{}
	var order []way
	for i := range views {
		w := way{views[i].See, views[i].Hide, views[i].HoldResults}
		if rep[w] == nil {
			order = append(order, w)
			rep[w] = &views[i]
		}
		groups[w] = append(groups[w], views[i].Patient)
	}
	var parts, hiding []string
	var args []any
	for _, w := range order {
		cond, cargs := visibleSQL(rep[w], b.now, "r")
		if cond != "" {
			not, nargs := visibleSQL(rep[w], b.now, "h")
			hiding = append(hiding, "h.patient_id IN "+db.Placeholders(1, len(groups[w]))+" AND NOT (TRUE"+not+")")
			b.hidingArgs = append(append(b.hidingArgs, groups[w]...), nargs...)
		}
		parts = append(parts, "(r.patient_id IN "+db.Placeholders(1, len(groups[w]))+cond+")")
		args = append(append(args, groups[w]...), cargs...)
	}
	b.add("("+strings.Join(parts, " OR ")+")", args...)
	if len(hiding) > 0 {
		b.hiding = "(" + strings.Join(hiding, " OR ") + ")"
	}
}

// filter writes the condition of one parameter.
func (b *sqlBuilder) filter(typ string, f fhir.Filter, chart string, one, all bool) (string, []any, error) {
	if f.Chain != nil || f.Param == nil {
		return "", nil, unsupported("chained parameters")
	}
	switch f.Param.Name {
	case "_id":
		var args []any
		for _, v := range f.Values {
			args = append(args, v.Code)
		}
		return "r.id IN " + db.Placeholders(1, len(args)), args, nil
	case "_lastUpdated":
		return dateCondition("r.last_updated", "r.last_updated + 1000", f.Values)
	}
	if !f.Param.Indexed {
		return "", nil, unsupported(f.Param.Name)
	}
	table, ok := searchTables[f.Param.Type]
	if !ok {
		return "", nil, unsupported(f.Param.Name)
	}
	// Rows of one chart are found by its key; over all charts the second index,
	// which leads with the value, needs the row to be marked.
	key, args := "s.patient_id = r.patient_id AND s.type = ? AND s.param = ?", []any{typ, f.Param.Name}
	if one {
		key, args = "s.patient_id = ? AND s.type = ? AND s.param = ?", []any{chart, typ, f.Param.Name}
	}
	if all && f.Param.Cross {
		key += " AND s.across"
	}
	if f.Param.Type == fhir.TypeReference && b.hiding != "" { // a reference to what is hidden is not there
		key += " AND NOT EXISTS (SELECT 1 FROM resources h WHERE h.patient_id = s.patient_id AND h.type = s.target_type AND h.id = s.target_id AND " + b.hiding + ")"
		args = append(args, b.hidingArgs...)
	}
	if f.Modifier == "missing" {
		not := "NOT "
		if len(f.Values) > 0 && !f.Values[0].Missing {
			not = ""
		}
		return not + "r.id IN (SELECT s.id FROM " + table + " s WHERE " + key + ")", args, nil
	}
	cond, cargs, err := valueCondition(f)
	if err != nil {
		return "", nil, err
	}
	args = append(args, cargs...)
	not := ""
	if f.Modifier == "not" {
		not = "NOT "
	}
	if all && f.Param.Cross {
		return "(r.patient_id, r.id) " + not + "IN (SELECT s.patient_id, s.id FROM " + table + " s WHERE s.type = ? AND s.param = ? AND s.across AND " + cond + ")", args, nil
	}
	if one {
		return "r.id " + not + "IN (SELECT s.id FROM " + table + " s WHERE " + key + " AND " + cond + ")", args, nil
	}
	return not + "EXISTS (SELECT 1 FROM " + table + " s WHERE " + key + " AND s.id = r.id AND " + cond + ")", args, nil
}

var searchTables = map[fhir.ParamType]string{
	fhir.TypeToken: "search_token", fhir.TypeReference: "search_ref", fhir.TypeDate: "search_date", fhir.TypeString: "search_string",
	fhir.TypeQuantity: "search_quantity", fhir.TypeNumber: "search_quantity", fhir.TypeURI: "search_uri",
}

func unsupported(what string) error {
	return fault.New(fault.Invalid, "This search is not supported: "+what+".").WithIssues(fault.Issue{Code: "not-supported", Expression: what})
}

// valueCondition writes the values of a filter, any of which may match.
func valueCondition(f fhir.Filter) (string, []any, error) {
	var parts []string
	var args []any
	or := func(cond string, a ...any) {
		parts = append(parts, cond)
		args = append(args, a...)
	}
	for _, v := range f.Values {
		switch f.Param.Type {
		case fhir.TypeToken:
			switch {
			case f.Modifier != "" && f.Modifier != "not":
				return "", nil, unsupported(f.Param.Name + ":" + f.Modifier)
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
			cond, a, err := dateCondition("s.lo", "s.hi", []fhir.Value{v})
			if err != nil {
				return "", nil, err
			}
			or(cond, a...)
		case fhir.TypeString:
			norm := fhir.Fold(v.Text)
			switch f.Modifier {
			case "":
				or("(s.norm >= ? AND s.norm < ?)", norm, norm+"\U0010FFFF")
			case "exact":
				or("(s.norm = ? AND s.exact = ?)", clip(norm, 200), v.Text)
			case "contains":
				or("s.norm LIKE ? ESCAPE '\\'", "%"+likeEscape(norm)+"%")
			default:
				return "", nil, unsupported(f.Param.Name + ":" + f.Modifier)
			}
		case fhir.TypeQuantity, fhir.TypeNumber:
			cond, a := quantityCondition(v)
			or(cond, a...)
		case fhir.TypeURI:
			switch f.Modifier {
			case "":
				or("s.value = ?", v.Text)
			case "below":
				or("(s.value >= ? AND s.value < ?)", v.Text, v.Text+"\U0010FFFF")
			default:
				return "", nil, unsupported(f.Param.Name + ":" + f.Modifier)
			}
		default:
			return "", nil, unsupported(f.Param.Name)
		}
	}
	if len(parts) == 0 {
		return "FALSE", nil, nil
	}
	return "(" + strings.Join(parts, " OR ") + ")", args, nil
}

func likeEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// dateCondition compares ranges as R4 search, section 3.1.1.4.6, says: the
// resource has [lo, hi), the parameter [Lo, Hi).
func dateCondition(lo, hi string, values []fhir.Value) (string, []any, error) {
	var parts []string
	var args []any
	for _, v := range values {
		switch v.Prefix {
		case "", "eq":
			parts, args = append(parts, "("+lo+" >= ? AND "+hi+" <= ?)"), append(args, v.Lo, v.Hi)
		case "ne":
			parts, args = append(parts, "("+lo+" < ? OR "+hi+" > ?)"), append(args, v.Lo, v.Hi)
		case "gt":
			parts, args = append(parts, hi+" > ?"), append(args, v.Hi)
		case "lt":
			parts, args = append(parts, lo+" < ?"), append(args, v.Lo)
		case "ge":
			parts, args = append(parts, "("+hi+" > ? OR "+lo+" >= ?)"), append(args, v.Hi, v.Lo)
		case "le":
			parts, args = append(parts, "("+lo+" < ? OR "+hi+" <= ?)"), append(args, v.Lo, v.Hi)
		case "sa":
			parts, args = append(parts, lo+" >= ?"), append(args, v.Hi)
		case "eb":
			parts, args = append(parts, hi+" <= ?"), append(args, v.Lo)
		case "ap": // the parser has widened the range already
			parts, args = append(parts, "("+lo+" < ? AND "+hi+" > ?)"), append(args, v.Hi, v.Lo)
		default:
			return "", nil, unsupported("prefix " + v.Prefix)
		}
	}
	return "(" + strings.Join(parts, " OR ") + ")", args, nil
}

func quantityCondition(v fhir.Value) (string, []any) {
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
