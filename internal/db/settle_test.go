package db_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
)

// TestSettleWaitsForWrites: what took its time before the moment is committed
// when the moment is given.
func TestSettleWaitsForWrites(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		began, release, ended := make(chan time.Time, 1), make(chan struct{}), make(chan error, 1)
		go func() {
			ended <- d.InTx(ctx, func(c *db.Conn) error {
				if _, err := c.Exec(`INSERT INTO loose_blobs (name, at) VALUES ('x', 1)`); err != nil {
					return err
				}
				began <- time.Now()
				<-release
				return nil
			})
		}()
		at := <-began
		type settled struct {
			at  time.Time
			err error
		}
		got := make(chan settled, 1)
		asked := make(chan struct{}, 1)
		go func() {
			m, err := d.Settle(ctx, func() time.Time {
				select {
				case asked <- struct{}{}:
				default:
				}
				return time.Now()
			}, time.Millisecond)
			got <- settled{m, err}
		}()
		<-asked
		select {
		case x := <-got:
			require.NoError(t, x.err)
			require.True(t, x.at.Before(at), "a moment was given that a write under way belongs to")
		case <-time.After(100 * time.Millisecond): // it waits, as it should
		}
		close(release)
		require.NoError(t, <-ended)
		x := <-got
		require.NoError(t, x.err)
		require.False(t, x.at.Before(at))
		var n int
		require.NoError(t, d.Read(ctx).QueryRow(`SELECT count(*) FROM loose_blobs`).Scan(&n))
		require.Equal(t, 1, n)
	})
}
