package main

import (
	"context"

	"housecall/internal/db"
	"housecall/records"
)

// checkLabels tells how many charts still have the labels of older rules.
func checkLabels(ctx context.Context, d *db.DB) Check {
	const name = "relabelling"
	if d == nil {
		return good(name, "There are no records yet.")
	}
	if pending, err := d.Pending(ctx); err == nil && pending > 0 {
		return good(name, "The next start looks after it.")
	}
	left, err := records.ChartsToRelabel(ctx, d)
	switch {
	case err != nil:
		return warn(name, "Whether charts are left cannot be read (%v).", rootCause(err))
	case left > 0:
		return warn(name, "%d charts left. The server labels them by the present rules, one after the other; until then older rules say what is sensitive in them.", left)
	}
	return good(name, "0 charts left.")
}
