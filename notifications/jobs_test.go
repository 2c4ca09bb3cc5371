package notifications_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/notifications"
	"housecall/notifications/mailtest"
)

type countJob struct {
	Name string `json:"name"`
}

func (countJob) Kind() string { return "count" }

func enqueue(t *testing.T, s *site, at time.Time, names ...string) {
	t.Helper()
	require.NoError(t, s.db.InTx(context.Background(), func(c *db.Conn) error {
		for _, n := range names {
			if err := s.EnqueueTx(c, countJob{n}, at); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestAJobIsDoneOnceOnOneNode(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		var done atomic.Int64
		nodes := []*site{newSite(t, d, mailtest.New(t), people{})}
		if d.Dialect == db.Postgres {
			nodes = append(nodes, newSite(t, d, mailtest.New(t), people{}))
		}
		for _, s := range nodes {
			require.NoError(t, notifications.AddWorker(s.Service, func(_ context.Context, j countJob) error {
				if j.Name == "broken" {
					return errors.New("broken")
				}
				done.Add(1)
				return nil
			}))
			s.start()
			require.Error(t, notifications.AddWorker(s.Service, func(context.Context, countJob) error { return nil }), "too late")
		}
		s := nodes[0]
		enqueue(t, s, time.Time{}, "a", "b", "a", "c")
		enqueue(t, s, time.Time{}, "b")
		require.Eventually(t, func() bool { return s.jobs(`state = 'completed'`) == 3 }, wait, 10*time.Millisecond)
		enqueue(t, s, time.Time{}, "c") // done a moment ago
		enqueue(t, s, time.Now().Add(time.Hour), "later")
		enqueue(t, s, time.Time{}, "broken")
		require.Eventually(t, func() bool { return s.jobs(`state = 'retryable'`) == 1 }, wait, 10*time.Millisecond)
		require.Equal(t, 1, s.jobs(`state = 'scheduled'`))
		require.EqualValues(t, 3, done.Load())
	})
}

func TestStopWaitsForWhatIsUnderWay(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d, mailtest.New(t), people{})
		begun, end, ended := make(chan struct{}), make(chan struct{}), atomic.Bool{}
		require.NoError(t, notifications.AddWorker(s.Service, func(context.Context, countJob) error {
			close(begun)
			<-end
			ended.Store(true)
			return nil
		}))
		s.start()
		enqueue(t, s, time.Time{}, "slow")
		<-begun
		stopped := make(chan struct{})
		go func() { defer close(stopped); s.Stop() }()
		close(end)
		<-stopped
		require.True(t, ended.Load())
		require.Equal(t, 1, s.jobs(`state = 'completed'`))
		s.Stop()
	})
}
