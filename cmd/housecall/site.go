package main

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"housecall/internal/db"
)

// siteValue is what the installation remembers under a name; "" when nothing.
func siteValue(ctx context.Context, d *db.DB, name string) (value string, err error) {
	err = d.Read(ctx).QueryRow(`SELECT value FROM site WHERE name = ?`, name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, err
}

// firstSiteValue remembers a value unless one is there, and gives what is
// remembered: nodes may start together.
func firstSiteValue(ctx context.Context, d *db.DB, name, value string) (string, error) {
	err := d.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`INSERT INTO site (name, value, at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING`, name, value, time.Now().UnixMicro())
		return err
	})
	if err != nil {
		return "", err
	}
	return siteValue(ctx, d, name)
}
