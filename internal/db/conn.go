package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"gorm.io/gorm"
)

// Conn is a connection to work on: a transaction of InTx or InReadTx, or the
// read pool. GORM is there for everything ordinary; Exec, Query and QueryRow
// are for hot paths and take SQL with ? placeholders on both dialects.
type Conn struct {
	ORM     *gorm.DB
	Dialect Dialect
	ctx     context.Context
	after   []func()

	conn     *sql.Conn            // of a transaction on PostgreSQL; nil elsewhere
	prepared *statements          // of SQLite's writer; nil elsewhere
	inTx     map[string]*sql.Stmt // of this transaction
}

// Context is the context of the work; inside a transaction it marks it.
func (c *Conn) Context() context.Context { return c.ctx }

// After runs f once the transaction has been committed, never before and not
// when it is rolled back. f must only make things faster (nudge, wake); what
// must happen is written in the transaction.
func (c *Conn) After(f func()) { c.after = append(c.after, f) }

// Exec runs a statement and gives the number of rows it changed.
func (c *Conn) Exec(query string, args ...any) (int64, error) {
	var res sql.Result
	st, err := c.statement(query)
	switch {
	case err != nil:
	case st != nil:
		res, err = st.ExecContext(c.ctx, args...)
	default:
		res, err = c.ORM.Statement.ConnPool.ExecContext(c.ctx, c.rebind(query), args...)
	}
	if err != nil {
		return 0, c.translate(err)
	}
	return res.RowsAffected()
}

// Query runs a query. The caller closes the rows.
func (c *Conn) Query(query string, args ...any) (*sql.Rows, error) {
	if st, err := c.statement(query); err != nil {
		return nil, c.translate(err)
	} else if st != nil {
		rows, err := st.QueryContext(c.ctx, args...)
		return rows, c.translate(err)
	}
	rows, err := c.ORM.Statement.ConnPool.QueryContext(c.ctx, c.rebind(query), args...)
	return rows, c.translate(err)
}

// QueryRow runs a query that gives at most one row; Scan reports sql.ErrNoRows.
func (c *Conn) QueryRow(query string, args ...any) *sql.Row {
	if st, err := c.statement(query); err == nil && st != nil {
		return st.QueryRowContext(c.ctx, args...)
	}
	query = c.rebind(query)
	row := c.ORM.Statement.ConnPool.QueryRowContext(c.ctx, query, args...)
	if *row != (sql.Row{}) {
		return row
	}
	// What cannot be prepared (the time is over, the database is away) comes back
	// as an empty row, whose Scan panics. Asked without, the database says why.
	switch pool := c.ORM.Statement.ConnPool.(type) {
	case *gorm.PreparedStmtDB:
		return pool.ConnPool.QueryRowContext(c.ctx, query, args...)
	case *gorm.PreparedStmtTX:
		return pool.Tx.QueryRowContext(c.ctx, query, args...)
	}
	return row
}

// Each runs a query and calls f for each row.
func (c *Conn) Each(query string, f func(*sql.Rows) error, args ...any) error {
	rows, err := c.Query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (c *Conn) translate(err error) error {
	if err == nil {
		return nil
	}
	if t, ok := c.ORM.Dialector.(gorm.ErrorTranslator); ok {
		return t.Translate(err)
	}
	return err
}

var (
	rebound    sync.Map // query with ? -> query with $1..
	reboundLen atomic.Int64
)

// maxRebound bounds what is remembered: searches make texts without end.
const maxRebound = 5000

// rebind turns ? into $n for PostgreSQL. Our SQL holds no ? in literals.
func (c *Conn) rebind(query string) string {
	if c.Dialect != Postgres || !strings.Contains(query, "?") {
		return query
	}
	if q, ok := rebound.Load(query); ok {
		return q.(string)
	}
	var b strings.Builder
	n := 0
	for _, r := range query {
		if r == '?' {
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
			continue
		}
		b.WriteRune(r)
	}
	if len(query) < 2000 && reboundLen.Load() < maxRebound { // longer ones are lists of values of varying length
		reboundLen.Add(1)
		rebound.Store(query, b.String())
	}
	return b.String()
}

// Placeholders gives "(?,?),(?,?)": rows groups of cols.
func Placeholders(rows, cols int) string {
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", cols), ",") + ")"
	return strings.TrimSuffix(strings.Repeat(one+",", rows), ",")
}

// Among writes that a column holds one of some values, which travel as one
// argument, so that statements are few.
func (c *Conn) Among(column string, values []string) (string, any) {
	if c.Dialect == Postgres {
		return column + " = ANY(?::text[])", values
	}
	if values == nil {
		values = []string{}
	}
	list, _ := json.Marshal(values)
	return column + " IN (SELECT value FROM json_each(?))", string(list)
}
