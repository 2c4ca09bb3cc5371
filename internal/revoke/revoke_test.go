package revoke_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/revoke"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestFeedSeesEachRevocationOnceAndInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		add := func(key string) error {
			return d.InTx(ctx, func(c *db.Conn) error { return revoke.AddTx(c, revoke.Session, key) })
		}
		require.NoError(t, add("before the start"))
		f := revoke.NewFeed(d)
		var mu sync.Mutex
		var got []string
		f.Subscribe(func(_, key string) { mu.Lock(); got = append(got, key); mu.Unlock() })
		require.False(t, f.Fresh(), "a feed that never read is not fresh")
		require.NoError(t, f.Start(ctx))
		defer f.Stop()
		require.NoError(t, add("a"))
		require.NoError(t, add("b"))
		require.Eventually(t, func() bool { mu.Lock(); defer mu.Unlock(); return len(got) == 2 }, 5*time.Second, 10*time.Millisecond)
		require.Equal(t, []string{"a", "b"}, got)
		require.True(t, f.Fresh())
	})
}
