package db_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func insertChart(c *db.Conn, id string) error {
	_, err := c.Exec(`INSERT INTO charts (patient_id, class_heads, created_at) VALUES (?, ?, ?)`, id, []byte{}, 1)
	return err
}

func countCharts(t *testing.T, d *db.DB) (n int) {
	require.NoError(t, d.Read(context.Background()).QueryRow(`SELECT count(*) FROM charts`).Scan(&n))
	return n
}

func TestInTxCommitsAndRollsBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		ran := 0
		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
			c.After(func() { ran++ })
			return insertChart(c, "a")
		}))
		boom := errors.New("boom")
		require.ErrorIs(t, d.InTx(ctx, func(c *db.Conn) error {
			c.After(func() { ran++ })
			require.NoError(t, insertChart(c, "b"))
			return boom
		}), boom)
		require.Equal(t, 1, countCharts(t, d))
		require.Equal(t, 1, ran, "what follows a commit runs after commits only")
	})
}

func TestDuplicateKeysAreTranslated(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.InTx(context.Background(), func(c *db.Conn) error {
			if err := insertChart(c, "a"); err != nil {
				return err
			}
			return insertChart(c, "a")
		})
		require.ErrorIs(t, err, gorm.ErrDuplicatedKey)
		require.Zero(t, countCharts(t, d))
	})
}

func TestTransactionInsideTransactionIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.InTx(context.Background(), func(c *db.Conn) error {
			return d.InTx(c.Context(), func(*db.Conn) error { return nil })
		})
		require.ErrorContains(t, err, "inside another one")
	})
}

func TestReadTransactionsCannotWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		require.Error(t, d.InReadTx(context.Background(), func(c *db.Conn) error { return insertChart(c, "a") }))
	})
}

func TestMigrateTwiceDoesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n, err := d.Migrate(context.Background())
		require.NoError(t, err)
		require.Zero(t, n)
		n, err = d.Pending(context.Background())
		require.NoError(t, err)
		require.Zero(t, n)
	})
}
