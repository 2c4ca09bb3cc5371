package db

import (
	"database/sql"
	"encoding/binary"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Raw is one row as it came off the wire. What Bytes gives is valid until the
// next row.
type Raw struct {
	values [][]byte // PostgreSQL: binary, as protocol 3.0 sends it
	bytes  []sql.RawBytes
	ints   []int64
}

// Bytes is a column of text or bytes.
func (r *Raw) Bytes(i int) []byte {
	if r.values != nil {
		return r.values[i]
	}
	return r.bytes[i]
}

// Text is a column of text, copied.
func (r *Raw) Text(i int) string { return string(r.Bytes(i)) }

// Int is a column of a BIGINT or SMALLINT.
func (r *Raw) Int(i int) int64 {
	if r.values == nil {
		return r.ints[i]
	}
	v := r.values[i]
	switch len(v) {
	case 8:
		return int64(binary.BigEndian.Uint64(v))
	case 4:
		return int64(int32(binary.BigEndian.Uint32(v)))
	case 2:
		return int64(int16(binary.BigEndian.Uint16(v)))
	}
	return 0
}

// EachRaw is Each for pages of many bodies: f gets each row without a copy and
// without an allocation for each column. kinds says what the columns are, one
// letter each: t for text or bytes, i for whole numbers; none may be NULL.
func (c *Conn) EachRaw(query, kinds string, f func(*Raw) error, args ...any) error {
	if pool, ok := c.ORM.Statement.ConnPool.(*sql.DB); ok && c.Dialect == Postgres {
		return c.eachPostgres(pool, c.rebind(query), f, args)
	}
	r := Raw{bytes: make([]sql.RawBytes, len(kinds)), ints: make([]int64, len(kinds))}
	into := make([]any, len(kinds))
	for i := range kinds {
		if into[i] = &r.bytes[i]; kinds[i] == 'i' {
			into[i] = &r.ints[i]
		}
	}
	return c.Each(query, func(rows *sql.Rows) error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		return f(&r)
	}, args...)
}

func (c *Conn) eachPostgres(pool *sql.DB, query string, f func(*Raw) error, args []any) error {
	conn, err := pool.Conn(c.ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return onWire(conn, func(pg *pgx.Conn) error {
		rows, err := pg.Query(c.ctx, query, args...)
		if err != nil {
			return c.translate(err)
		}
		defer rows.Close()
		var r Raw
		for rows.Next() {
			r.values = rows.RawValues()
			if err := f(&r); err != nil {
				return err
			}
		}
		return c.translate(rows.Err())
	})
}

// onWire runs f on the connection of pgx under one of database/sql's.
func onWire(conn *sql.Conn, f func(*pgx.Conn) error) error {
	return conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return errors.New("db: this is no connection to PostgreSQL")
		}
		return f(c.Conn())
	})
}

// Step is one statement of a row of them.
type Step struct {
	SQL  string // with ? placeholders
	Args []any
}

// Run runs statements one after another, on PostgreSQL in one round trip. The
// first that fails ends it. It is for transactions of InTx.
func (c *Conn) Run(steps []Step) error {
	if c.conn == nil {
		for _, s := range steps {
			if _, err := c.Exec(s.SQL, s.Args...); err != nil {
				return err
			}
		}
		return nil
	}
	if len(steps) == 0 {
		return nil
	}
	return onWire(c.conn, func(pg *pgx.Conn) error {
		var b pgx.Batch
		for _, s := range steps {
			b.Queue(c.rebind(s.SQL), s.Args...)
		}
		return c.translate(pg.SendBatch(c.ctx, &b).Close())
	})
}
