package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"gorm.io/gorm"
)

// Tx is the transaction underneath, for libraries that write in it with SQL of
// their own.
func (c *Conn) Tx() (*sql.Tx, error) {
	switch pool := c.ORM.Statement.ConnPool.(type) {
	case *sql.Tx:
		return pool, nil
	case *gorm.PreparedStmtTX:
		if tx, ok := pool.Tx.(*sql.Tx); ok {
			return tx, nil
		}
	}
	return nil, errors.New("db: this is not a transaction")
}

// JobDriver is how jobs are put into the queue, inside a transaction of InTx.
func (d *DB) JobDriver() riverdriver.Driver[*sql.Tx] {
	if d.Dialect == Postgres {
		return riverdatabasesql.New(nil)
	}
	return riversqlite.New(nil)
}

// Writer is the one writing handle of SQLite, for what works through the queue
// there: a second one would only wait for the first.
func (d *DB) Writer() (*sql.DB, error) {
	if d.Dialect != SQLite {
		return nil, errors.New("db: only SQLite has one writer")
	}
	return d.write.DB()
}

// JobPool opens connections of their own for what works through the queue on
// PostgreSQL, one of which listens. The caller closes it.
func (d *DB) JobPool(ctx context.Context, conns int) (*pgxpool.Pool, error) {
	if d.pg == nil {
		return nil, errors.New("db: only PostgreSQL has a pool for jobs")
	}
	cfg, err := pgxpool.ParseConfig(d.pg.ConnString())
	if err != nil {
		return nil, errors.New("HOUSECALL_DATABASE_URL cannot be read")
	}
	bound(cfg.ConnConfig)
	cfg.MaxConns = int32(conns)
	return pgxpool.NewWithConfig(ctx, cfg)
}

func (d *DB) jobMigrator() (*rivermigrate.Migrator[*sql.Tx], *sql.DB, error) {
	conn, err := d.write.DB()
	if err != nil {
		return nil, nil, err
	}
	var driver riverdriver.Driver[*sql.Tx] = riversqlite.New(conn)
	if d.Dialect == Postgres {
		driver = riverdatabasesql.New(conn)
	}
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	return m, conn, err
}

// jobLock keeps nodes that start together from making the queue's tables twice.
const jobLock = 7215043901

// migrateJobs makes the tables of the job queue, which its library owns.
func (d *DB) migrateJobs(ctx context.Context) (int, error) {
	m, pool, err := d.jobMigrator()
	if err != nil {
		return 0, err
	}
	if d.Dialect == Postgres {
		conn, err := pool.Conn(ctx)
		if err != nil {
			return 0, err
		}
		defer conn.Close()
		if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, jobLock); err != nil {
			return 0, err
		}
		defer conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, jobLock) //nolint:errcheck // ends with the connection, too
	}
	res, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return 0, fmt.Errorf("migrate the job queue: %w", err)
	}
	return len(res.Versions), nil
}

func (d *DB) pendingJobs(ctx context.Context) (int, error) {
	m, _, err := d.jobMigrator()
	if err != nil {
		return 0, err
	}
	done, err := m.ExistingVersions(ctx)
	return len(m.AllVersions()) - len(done), err
}

// bound keeps a statement of ours from holding up the others for ever.
func bound(pc *pgx.ConnConfig) {
	for k, v := range map[string]string{
		"statement_timeout": "30000", "lock_timeout": "10000",
		"idle_in_transaction_session_timeout": "60000", "application_name": "housecall",
		"timezone": "UTC",
		// Our indexes lead with the chart and end with the order that is asked for, and
		// what is asked for is a page. A plan made for charts in general takes a bitmap
		// and a sort, because most charts are shorter than a page, and reads all of the
		// long ones: 75 ms instead of 1 for the newest of 50,000 entries. Compiling plans
		// is for queries that run for seconds, and these have made-up costs.
		"enable_bitmapscan": "off", "enable_seqscan": "off", "jit": "off",
	} {
		if _, set := pc.RuntimeParams[k]; !set {
			pc.RuntimeParams[k] = v
		}
	}
}
