// Package db opens the one database of Housecall, SQLite in the data folder or
// PostgreSQL, runs transactions on it and keeps its schema. The same code and
// the same SQL run on both; what differs is named here and nowhere else.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// Dialect is the kind of database underneath.
type Dialect uint8

// The dialects.
const (
	SQLite Dialect = iota
	Postgres
)

func (d Dialect) String() string {
	if d == Postgres {
		return "postgres"
	}
	return "sqlite"
}

// Config says where the database is.
type Config struct {
	URL      string // postgres://...; empty: SQLite files in Dir
	Dir      string
	MaxConns int // connections to PostgreSQL; 0: 16
}

// DB is an open database. Writes go through InTx; reads through Read or
// InReadTx. On SQLite there is one writer and a pool of readers beside it.
type DB struct {
	Dialect Dialect
	write   *gorm.DB
	read    *gorm.DB
	audit   *DB // SQLite: the second file for the audit of reads
	stmts   *statements
	pg      *pgx.ConnConfig // PostgreSQL: how it is reached
	close   []func() error
}

// Open connects and checks that the database answers. It does not migrate.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if cfg.URL == "" {
		return openSQLite(ctx, cfg)
	}
	if !strings.HasPrefix(cfg.URL, "postgres://") && !strings.HasPrefix(cfg.URL, "postgresql://") {
		return nil, fmt.Errorf("HOUSECALL_DATABASE_URL must begin with postgres://, for example postgres://housecall:secret@localhost:5432/housecall")
	}
	return openPostgres(ctx, cfg)
}

func openPostgres(ctx context.Context, cfg Config) (*DB, error) {
	pc, err := pgx.ParseConfig(cfg.URL)
	if err != nil {
		return nil, errors.New("HOUSECALL_DATABASE_URL cannot be read; it looks like postgres://user:password@host:5432/database")
	}
	bound(pc)
	if pc.ConnectTimeout == 0 {
		pc.ConnectTimeout = 5 * time.Second
	}
	pool := stdlib.OpenDB(*pc)
	n := cfg.MaxConns
	if n == 0 {
		n = 16
	}
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := ping(ctx, pool); err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("PostgreSQL does not answer: %w", err)
	}
	g, err := gorm.Open(postgres.New(postgres.Config{Conn: pool}), gormConfig(false))
	if err != nil {
		_ = pool.Close()
		return nil, err
	}
	return &DB{Dialect: Postgres, write: g, read: g, pg: pc, close: []func() error{pool.Close}}, nil
}

func openSQLite(ctx context.Context, cfg Config) (*DB, error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder cannot be made: %w", err)
	}
	main, err := openSQLiteFile(ctx, filepath.Join(cfg.Dir, "housecall.db"))
	if err != nil {
		return nil, err
	}
	audit, err := openSQLiteFile(ctx, filepath.Join(cfg.Dir, "audit.db"))
	if err != nil {
		_ = main.Close()
		return nil, err
	}
	main.audit = audit
	main.close = append(main.close, audit.Close)
	return main, nil
}

func openSQLiteFile(ctx context.Context, path string) (*DB, error) {
	const pragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-16000)"
	w, err := sql.Open("sqlite", "file:"+path+pragmas+"&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	w.SetMaxOpenConns(1)
	if err := ping(ctx, w); err != nil {
		_ = w.Close()
		return nil, fmt.Errorf("the database file cannot be opened: %w", err)
	}
	r, err := sql.Open("sqlite", "file:"+path+pragmas+"&_pragma=query_only(1)")
	if err != nil {
		_ = w.Close()
		return nil, err
	}
	r.SetMaxOpenConns(8)
	r.SetMaxIdleConns(8)
	d := &DB{Dialect: SQLite, stmts: newStatements(w), close: []func() error{r.Close, w.Close}}
	if d.write, err = gorm.Open(sqliteDialector(w), gormConfig(true)); err == nil {
		d.read, err = gorm.Open(sqliteDialector(r), gormConfig(true))
	}
	if err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

// gormConfig keeps SQL and its values out of every log: they are health data.
func gormConfig(prepare bool) *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true,
		PrepareStmt:            prepare,
		TranslateError:         true,
		Logger:                 logger.Discard,
		NowFunc:                func() time.Time { return time.Now().UTC() },
	}
}

func ping(ctx context.Context, d *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return d.PingContext(ctx)
}

// Close closes all connections.
func (d *DB) Close() error {
	var errs []error
	for _, f := range d.close {
		errs = append(errs, f())
	}
	d.close = nil
	return errors.Join(errs...)
}

// Audit is where the audit of reads goes: a second file with a writer of its
// own on SQLite, so that reading never waits for somebody's write; the same
// database on PostgreSQL.
func (d *DB) Audit() *DB {
	if d.audit != nil {
		return d.audit
	}
	return d
}

// Read gives a handle for reading outside a transaction.
func (d *DB) Read(ctx context.Context) *Conn {
	return &Conn{ORM: d.read.WithContext(ctx), Dialect: d.Dialect, ctx: ctx}
}

// InReadTx runs f on one unchanging picture of the database.
func (d *DB) InReadTx(ctx context.Context, f func(*Conn) error) error {
	if err := refuseNesting(ctx); err != nil {
		return err
	}
	opts := &sql.TxOptions{ReadOnly: true}
	if d.Dialect == Postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	return d.read.WithContext(ctx).Transaction(func(g *gorm.DB) error {
		return f(&Conn{ORM: g, Dialect: d.Dialect, ctx: ctx})
	}, opts)
}

// InTx runs f in a transaction and commits it when f returns nil. After a
// deadlock or serialization failure it runs f again, so f must not act outside
// the transaction: what has to happen after the commit is given to Conn.After.
func (d *DB) InTx(ctx context.Context, f func(*Conn) error) error {
	if err := refuseNesting(ctx); err != nil {
		return err
	}
	inside := context.WithValue(ctx, insideTx{}, true)
	for attempt := 1; ; attempt++ {
		c := &Conn{Dialect: d.Dialect, ctx: inside}
		if d.stmts != nil {
			d.stmts.prepare(ctx)
			c.prepared, c.inTx = d.stmts, map[string]*sql.Stmt{}
		}
		err := d.transaction(inside, c, f)
		if err == nil {
			for _, after := range c.after {
				after()
			}
			return nil
		}
		if attempt == 4 || !transient(err) || ctx.Err() != nil {
			return err
		}
		slog.Debug("transaction runs again", "attempt", attempt)
		time.Sleep(time.Duration(attempt) * time.Duration(5+rand.IntN(20)) * time.Millisecond)
	}
}

// Once runs one statement, which is a transaction of its own: it is durable when
// it has returned. On SQLite it waits for its turn and is not broken off, whatever
// the deadline: to watch one costs a goroutine for each statement.
func (d *DB) Once(ctx context.Context, query string, args ...any) (changed int64, err error) {
	if err := refuseNesting(ctx); err != nil {
		return 0, err
	}
	if d.Dialect == SQLite {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		ctx = context.WithoutCancel(ctx)
	}
	return (&Conn{ORM: d.write.WithContext(ctx), Dialect: d.Dialect, ctx: ctx}).Exec(query, args...)
}

// transaction runs f once. On PostgreSQL it holds the connection as well, for
// statements that go together (Conn.Run).
func (d *DB) transaction(ctx context.Context, c *Conn, f func(*Conn) error) error {
	body := func(g *gorm.DB) error {
		c.ORM = g
		return f(c)
	}
	g := d.write.WithContext(ctx)
	if d.Dialect == SQLite {
		return g.Transaction(body)
	}
	return g.Connection(func(g *gorm.DB) error {
		c.conn, _ = g.Statement.ConnPool.(*sql.Conn)
		return g.Transaction(body)
	})
}

type insideTx struct{}

// refuseNesting turns what would wait for itself forever on SQLite (and break
// atomicity on PostgreSQL) into an error at once.
func refuseNesting(ctx context.Context) error {
	if ctx.Value(insideTx{}) != nil {
		return errors.New("db: a transaction was begun inside another one")
	}
	return nil
}

// transient: 40001 serialization_failure and 40P01 deadlock_detected, PostgreSQL
// documentation, appendix A.
func transient(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40001" || pg.Code == "40P01")
}
