package db

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// MigrateFor brings the schema up to date by an account that may change it, and lets
// the account that serves read and write in it, and nothing more (PostgreSQL).
func MigrateFor(ctx context.Context, migrating, serving Config) (int, error) {
	role, err := pgx.ParseConfig(serving.URL)
	if err != nil || role.User == "" {
		return 0, errors.New("HOUSECALL_DATABASE_URL names no account")
	}
	migrating.MaxConns = 2
	d, err := Open(ctx, migrating)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	n, err := d.Migrate(ctx)
	if err != nil {
		return n, err
	}
	to := pgx.Identifier{role.User}.Sanitize()
	return n, d.InTx(ctx, func(c *Conn) error {
		for _, q := range []string{
			`GRANT USAGE ON SCHEMA public TO ` + to,
			`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ` + to,
			`GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ` + to,
			`GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO ` + to,
			`REVOKE INSERT, UPDATE, DELETE ON goose_db_version FROM ` + to,
		} {
			if _, err := c.Exec(q); err != nil {
				return err
			}
		}
		return nil
	})
}

// MayChangeSchema tells whether the account of this connection may make tables.
func (d *DB) MayChangeSchema(ctx context.Context) (may bool, err error) {
	if d.Dialect != Postgres {
		return true, nil
	}
	err = d.Read(ctx).QueryRow(`SELECT has_schema_privilege(current_user, 'public', 'CREATE')
		OR EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user)`).Scan(&may)
	return may, err
}
