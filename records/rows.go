package records

import (
	"fmt"
	"strings"
	"sync"

	"housecall/internal/db"
)

// table collects rows for one INSERT (or DELETE) of many rows. On PostgreSQL the
// columns travel as arrays, so that the statement is the same for one row and
// for a thousand and is planned once; on SQLite a prepared statement runs for
// each row, which costs no round trip there.
type table struct {
	name    string
	cols    []column
	tail    string // ON CONFLICT ...
	n       int
	text    [][]string
	integer [][]int64
	boolean [][]bool
	float   [][]*float64
	bytes   [][][]byte
}

type column struct {
	name string
	kind byte // t text, i integer, b boolean, f nullable double, y bytes
}

var pgTypes = map[byte]string{'t': "text[]", 'i': "bigint[]", 'b': "boolean[]", 'f': "double precision[]", 'y': "bytea[]"}

// newTable takes columns as "name:kind name:kind".
func newTable(name, cols, tail string) *table {
	t := &table{name: name, tail: tail}
	for _, f := range strings.Fields(cols) {
		n, k, _ := strings.Cut(f, ":")
		t.cols = append(t.cols, column{n, k[0]})
	}
	w := len(t.cols)
	t.text, t.integer, t.boolean, t.float, t.bytes = make([][]string, w), make([][]int64, w), make([][]bool, w), make([][]*float64, w), make([][][]byte, w)
	return t
}

// add appends a row; the values fit the columns by position and kind.
func (t *table) add(values ...any) {
	for i, v := range values {
		switch t.cols[i].kind {
		case 't':
			t.text[i] = append(t.text[i], v.(string))
		case 'i':
			t.integer[i] = append(t.integer[i], v.(int64))
		case 'b':
			t.boolean[i] = append(t.boolean[i], v.(bool))
		case 'f':
			f, _ := v.(*float64)
			t.float[i] = append(t.float[i], f)
		case 'y':
			t.bytes[i] = append(t.bytes[i], v.([]byte))
		}
	}
	t.n++
}

func (t *table) value(col, row int) any {
	switch t.cols[col].kind {
	case 't':
		return t.text[col][row]
	case 'i':
		return t.integer[col][row]
	case 'b':
		return t.boolean[col][row]
	case 'f':
		if f := t.float[col][row]; f != nil {
			return *f
		}
		return nil
	}
	return t.bytes[col][row]
}

func (t *table) array(col int) any {
	switch t.cols[col].kind {
	case 't':
		return t.text[col]
	case 'i':
		return t.integer[col]
	case 'b':
		return t.boolean[col]
	case 'f':
		return t.float[col]
	}
	return t.bytes[col]
}

func (t *table) names() string {
	n := make([]string, len(t.cols))
	for i, c := range t.cols {
		n[i] = c.name
	}
	return strings.Join(n, ", ")
}

func (t *table) unnest() string {
	p := make([]string, len(t.cols))
	for i, c := range t.cols {
		p[i] = "?::" + pgTypes[c.kind]
	}
	return "unnest(" + strings.Join(p, ", ") + ")"
}

// insertSQL is the statement for PostgreSQL with ? for each column's array.
func (t *table) insertSQL() string {
	return "INSERT INTO " + t.name + " (" + t.names() + ") SELECT * FROM " + t.unnest() + " " + t.tail
}

func (t *table) arrays() []any {
	args := make([]any, len(t.cols))
	for i := range t.cols {
		args[i] = t.array(i)
	}
	return args
}

// insertAll inserts the rows of several tables: in one round trip on PostgreSQL.
func insertAll(c *db.Conn, tables ...*table) error {
	var used []*table
	for _, t := range tables {
		if t.n > 0 {
			used = append(used, t)
		}
	}
	if len(used) == 0 {
		return nil
	}
	if c.Dialect == db.SQLite {
		for _, t := range used {
			if err := t.eachRow(c, "INSERT INTO "+t.name+" ("+t.names()+") VALUES "+db.Placeholders(1, len(t.cols))+" "+t.tail); err != nil {
				return err
			}
		}
		return nil
	}
	// Which tables are used makes few different statements; each is built once.
	key := ""
	var args []any
	for _, t := range used {
		key += t.name + ","
		args = append(args, t.arrays()...)
	}
	query, ok := combined.Load(key)
	if !ok {
		var b strings.Builder
		last := len(used) - 1
		for i, t := range used[:last] {
			if i == 0 {
				b.WriteString("WITH ")
			} else {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "w%d AS (%s)", i, t.insertSQL())
		}
		b.WriteString(" " + used[last].insertSQL())
		query, _ = combined.LoadOrStore(key, b.String())
	}
	_, err := c.Exec(query.(string), args...)
	return err
}

var combined sync.Map

// deleteAll deletes the rows that equal the collected ones in every column.
func (t *table) deleteAll(c *db.Conn) error {
	if t.n == 0 {
		return nil
	}
	conds := make([]string, len(t.cols))
	if c.Dialect == db.SQLite {
		for i, col := range t.cols {
			conds[i] = col.name + " = ?"
		}
		return t.eachRow(c, "DELETE FROM "+t.name+" WHERE "+strings.Join(conds, " AND "))
	}
	for i, col := range t.cols {
		conds[i] = "x." + col.name + " = k." + col.name
	}
	_, err := c.Exec("DELETE FROM "+t.name+" x USING "+t.unnest()+" AS k("+t.names()+") WHERE "+strings.Join(conds, " AND "), t.arrays()...)
	return err
}

func (t *table) eachRow(c *db.Conn, query string) error {
	args := make([]any, len(t.cols))
	for r := range t.n {
		for i := range t.cols {
			args[i] = t.value(i, r)
		}
		if _, err := c.Exec(query, args...); err != nil {
			return err
		}
	}
	return nil
}
