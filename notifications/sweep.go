package notifications

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"housecall/internal/db"
)

// What became of notices is kept a little longer than the page of deliveries looks
// back. What is not over yet stays.
const (
	keepDeliveries = 100 * 24 * time.Hour
	sweepEvery     = 6 * time.Hour
	sweepMost      = 1000 // rows a transaction
)

type sweepJob struct{}

// Kind names the job in the queue.
func (sweepJob) Kind() string { return "notice_sweep" }

func (s *Service) sweep(ctx context.Context, _ *river.Job[sweepJob]) error {
	for {
		n, err := s.sweepSome(ctx)
		if err != nil || n < sweepMost {
			return err
		}
	}
}

func (s *Service) sweepSome(ctx context.Context) (n int64, err error) {
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		n, err = c.Exec(`DELETE FROM notice_deliveries WHERE (account, notice, network, endpoint) IN
			(SELECT account, notice, network, endpoint FROM notice_deliveries WHERE changed_at < ? AND state NOT IN (?, ?, ?) ORDER BY changed_at LIMIT ?)`,
			s.now().Add(-keepDeliveries).UnixMicro(), int(waits), int(underWay), int(gathered), sweepMost)
		return err
	})
	return n, err
}
