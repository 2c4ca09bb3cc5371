package db_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
)

// A query that cannot be prepared is an error, as every other that fails: what goes
// on in the background would take the process down with it.
func TestARowThatCannotBePrepared(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		var n int
		require.ErrorIs(t, d.Read(ended).QueryRow(`SELECT 4711`).Scan(&n), context.Canceled)
		require.Error(t, d.Read(context.Background()).QueryRow(`SELECT nothing FROM nowhere`).Scan(&n))
		require.Error(t, d.InTx(context.Background(), func(c *db.Conn) error {
			return c.QueryRow(`SELECT nothing FROM nowhere_else`).Scan(&n)
		}))
	})
}
