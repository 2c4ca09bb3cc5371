package db

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the schema up to date and gives the number of steps taken.
// Nodes that start together wait for one another (PostgreSQL).
func (d *DB) Migrate(ctx context.Context) (int, error) {
	n, err := d.migrate(ctx, d.Dialect.String())
	if err != nil {
		return n, err
	}
	jobs, err := d.migrateJobs(ctx)
	if n += jobs; err != nil {
		return n, err
	}
	if d.audit != nil {
		m, err := d.audit.migrate(ctx, "sqlite_audit")
		return n + m, err
	}
	return n, nil
}

// Pending is the number of migrations that have not run.
func (d *DB) Pending(ctx context.Context) (int, error) {
	p, err := d.provider(d.Dialect.String())
	if err != nil {
		return 0, err
	}
	status, err := p.Status(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, s := range status {
		if s.State == goose.StatePending {
			n++
		}
	}
	jobs, err := d.pendingJobs(ctx)
	return n + jobs, err
}

func (d *DB) migrate(ctx context.Context, folder string) (int, error) {
	p, err := d.provider(folder)
	if err != nil {
		return 0, err
	}
	done, err := p.Up(ctx)
	if err != nil {
		return len(done), fmt.Errorf("migrate %s: %w", folder, err)
	}
	return len(done), nil
}

func (d *DB) provider(folder string) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/"+folder)
	if err != nil {
		return nil, err
	}
	conn, err := d.write.DB()
	if err != nil {
		return nil, err
	}
	if d.Dialect == Postgres {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, err
		}
		return goose.NewProvider(goose.DialectPostgres, conn, files, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(goose.DialectSQLite3, conn, files)
}
