package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
)

// What a site holds already gets its place in the order of all changes when the
// schema is brought up to date: each chart in its own order, whatever the clocks
// of nodes said, and before all that is new.
func TestOldVersionsGetTheirPlaces(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		require.NoError(t, d.DownTo(ctx, 13))
		insert := func(patient, id string, version, n, at int64) {
			require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
				_, err := c.Exec(`INSERT INTO resource_versions (patient_id, type, id, version, n, last_updated, kind, category, author, body) VALUES (?, 'Basic', ?, ?, ?, ?, 1, 0, '', ?)`,
					patient, id, version, n, at, []byte("{}"))
				return err
			}))
		}
		insert("p2", "e", 1, 1, 250)
		insert("p1", "c", 1, 3, 200) // by a node whose clock was behind
		insert("p1", "b", 1, 2, 300)
		insert("", "o", 2, 0, 90)
		insert("p1", "a", 1, 1, 100)
		insert("", "o", 1, 0, 80)
		_, err := d.Migrate(ctx)
		require.NoError(t, err)
		insert("p1", "d", 1, 4, 50)
		var order []string
		require.NoError(t, d.Read(ctx).Each(`SELECT id, version FROM resource_versions ORDER BY tx, seq`, func(r *sql.Rows) error {
			var id string
			var version int64
			err := r.Scan(&id, &version)
			order = append(order, fmt.Sprint(id, version))
			return err
		}))
		require.Equal(t, []string{"o1", "o2", "a1", "e1", "b1", "c1", "d1"}, order)
	})
}
