package db

import "context"

// DownTo takes the schema back to an older version.
func (d *DB) DownTo(ctx context.Context, version int64) error {
	p, err := d.provider(d.Dialect.String())
	if err != nil {
		return err
	}
	_, err = p.DownTo(ctx, version)
	return err
}
