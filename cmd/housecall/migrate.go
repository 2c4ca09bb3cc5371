package main

import (
	"context"

	"housecall/internal/db"
)

type migrateCommand struct{}

func (migrateCommand) Help() string {
	return "serve does this by itself. Run it before, when several nodes share one database\nor the database is large.\n\nExample:\n  housecall migrate"
}

// Run needs no other part than the database, and none could be built yet.
func (migrateCommand) Run(ctx context.Context, cfg *Config, out output) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	lock, server, err := reach(ctx, cfg.Data)
	if err != nil {
		return err
	}
	if server != nil {
		out.printf("A server is at work on this data folder; it has brought the database up to date.\n")
		return nil
	}
	defer lock.release()
	d, err := db.Open(ctx, db.Config{URL: cfg.DatabaseURL, Dir: cfg.Data})
	if err != nil {
		return err
	}
	defer d.Close()
	n, err := migrate(ctx, cfg, d)
	if err != nil {
		return err
	}
	out.printf("%d migrations run; the %s database is up to date.\n", n, d.Dialect)
	return nil
}

// migrate brings the schema up to date, by an account of its own where there is one.
func migrate(ctx context.Context, cfg *Config, d *db.DB) (int, error) {
	if cfg.MigrateURL == "" {
		return d.Migrate(ctx)
	}
	return db.MigrateFor(ctx, db.Config{URL: cfg.MigrateURL}, db.Config{URL: cfg.DatabaseURL})
}
