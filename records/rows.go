package records

import (
	"cmp"
	"slices"
	"strings"

	"housecall/internal/db"
)

// fewRows is up to how many rows values are cheaper than arrays: a third less work
// for PostgreSQL with one row (measured), and not much of a difference from there.
const fewRows = 8

// layout is a table that rows are collected for, with its statements.
type layout struct {
	name   string
	kinds  []byte // of each column: t text, i integer, b boolean, f nullable double, y bytes
	names  []string
	values [fewRows + 1]string // INSERT of that many rows
	arrays string              // INSERT of any number, a column an array
	equal  string              // DELETE of one row that is equal in every column
	equals string              // the same for any number
}

var pgTypes = map[byte]string{'t': "text[]", 'i': "bigint[]", 'b': "boolean[]", 'f': "double precision[]", 'y': "bytea[]"}

// layoutOf takes columns as "name:kind name:kind" and what to do ON CONFLICT.
func layoutOf(name, cols, tail string) *layout {
	l := &layout{name: name}
	var casts, equal, equals []string
	for _, f := range strings.Fields(cols) {
		n, k, _ := strings.Cut(f, ":")
		l.names, l.kinds = append(l.names, n), append(l.kinds, k[0])
		casts = append(casts, "?::"+pgTypes[k[0]])
		equal, equals = append(equal, n+" = ?"), append(equals, "x."+n+" = k."+n)
	}
	names, unnest := strings.Join(l.names, ", "), "unnest("+strings.Join(casts, ", ")+")"
	into := "INSERT INTO " + name + " (" + names + ") "
	for n := 1; n <= fewRows; n++ {
		l.values[n] = into + "VALUES " + db.Placeholders(n, len(l.kinds)) + " " + tail
	}
	l.arrays = into + "SELECT * FROM " + unnest + " " + tail
	l.equal = "DELETE FROM " + name + " WHERE " + strings.Join(equal, " AND ")
	l.equals = "DELETE FROM " + name + " x USING " + unnest + " AS k(" + names + ") WHERE " + strings.Join(equals, " AND ")
	return l
}

// table collects rows for one INSERT (or DELETE) of many rows. On PostgreSQL few
// rows travel as values and many as arrays, so that there are few different
// statements, each planned once; on SQLite a prepared statement runs for each
// row, which costs no round trip there.
type table struct {
	*layout
	n     int
	cells []any // row by row
}

// add appends a row; the values fit the columns by position and kind.
func (t *table) add(values ...any) {
	t.cells = append(t.cells, values...)
	t.n++
}

// sort puts the rows in the order of their first two columns, which are texts.
func (t *table) sort() {
	if t.n < 2 {
		return
	}
	rows := make([][]any, t.n)
	for i := range rows {
		rows[i] = t.row(i)
	}
	slices.SortFunc(rows, func(a, b []any) int {
		return cmp.Or(cmp.Compare(a[0].(string), b[0].(string)), cmp.Compare(a[1].(string), b[1].(string)))
	})
	t.cells = slices.Concat(rows...)
}

func (t *table) row(i int) []any { return t.cells[i*len(t.kinds) : (i+1)*len(t.kinds)] }

// inserts are the statements that insert the rows.
func (t *table) inserts(d db.Dialect) []db.Step {
	switch {
	case t.n == 0:
		return nil
	case d == db.SQLite:
		return t.eachRow(t.values[1])
	case t.n > fewRows:
		return []db.Step{{SQL: t.arrays, Args: t.columns()}}
	}
	return []db.Step{{SQL: t.values[t.n], Args: t.cells}}
}

// deletes are the statements that delete the rows that equal the collected ones
// in every column.
func (t *table) deletes(d db.Dialect) []db.Step {
	switch {
	case t.n == 0:
		return nil
	case d == db.SQLite || t.n == 1:
		return t.eachRow(t.equal)
	}
	return []db.Step{{SQL: t.equals, Args: t.columns()}}
}

func (t *table) eachRow(query string) []db.Step {
	steps := make([]db.Step, t.n)
	for i := range steps {
		steps[i] = db.Step{SQL: query, Args: t.row(i)}
	}
	return steps
}

// columns gives the rows as an array for each column.
func (t *table) columns() []any {
	args := make([]any, len(t.kinds))
	for i, k := range t.kinds {
		switch k {
		case 't':
			args[i] = column[string](t, i)
		case 'i':
			args[i] = column[int64](t, i)
		case 'b':
			args[i] = column[bool](t, i)
		case 'f':
			args[i] = column[*float64](t, i)
		case 'y':
			args[i] = column[[]byte](t, i)
		}
	}
	return args
}

func column[T any](t *table, i int) []T {
	out := make([]T, t.n)
	for r := range out {
		out[r], _ = t.cells[r*len(t.kinds)+i].(T)
	}
	return out
}
