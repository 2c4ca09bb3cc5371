package notifications_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/notifications/mailtest"
)

// What became of notices long ago goes, in any number; what is not over and what is
// younger stays.
func TestOldDeliveriesGo(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d, mailtest.New(t), people{})
		ago := func(days int) int64 { return time.Now().AddDate(0, 0, -days).UnixMicro() }
		add := func(c *db.Conn, notice string, state int, at int64) error {
			_, err := c.Exec(`INSERT INTO notice_deliveries (account, notice, network, endpoint, kind, state, attempts, class, code, at, changed_at) VALUES ('ida', ?, 'mail', '', 'message', ?, 1, '', 0, ?, ?)`, notice, state, at, at)
			return err
		}
		require.NoError(t, d.InTx(context.Background(), func(c *db.Conn) error {
			if _, err := c.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
				INSERT INTO notice_deliveries (account, notice, network, endpoint, kind, state, attempts, class, code, at, changed_at) SELECT 'ida', 'old' || i, 'mail', '', 'message', 3, 1, '', 0, 0, CAST(? AS BIGINT) FROM n`, ago(101)); err != nil {
				return err
			}
			for notice, x := range map[string]struct {
				state int
				at    int64
			}{"recent": {sent, ago(90)}, "under way": {sending, ago(400)}, "gathered": {gathered, ago(400)}} {
				if err := add(c, notice, x.state, x.at); err != nil {
					return err
				}
			}
			return nil
		}))
		s.start()
		left := func() (n int) {
			require.NoError(t, d.Read(context.Background()).QueryRow(`SELECT count(*) FROM notice_deliveries`).Scan(&n))
			return n
		}
		require.Eventually(t, func() bool { return left() == 3 }, wait, 10*time.Millisecond, "%d are left", left())
	})
}
