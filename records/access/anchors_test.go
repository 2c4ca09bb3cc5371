package access

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
)

// shelf is a place that may be closed.
type shelf struct {
	mu     sync.Mutex
	closed bool
	tries  int
	got    []Checkpoint
}

func (s *shelf) Name() string { return "s3 shelf" }

func (s *shelf) Send(ctx context.Context, _ string, text []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tries++; s.closed {
		return errors.New("closed")
	}
	var c Checkpoint
	err := json.Unmarshal(text, &c)
	s.got = append(s.got, c)
	return err
}

func (s *shelf) taken() int { s.mu.Lock(); defer s.mu.Unlock(); return s.tries }

// A place that does not answer holds nothing up; what it does not have is told,
// and it gets the newest checkpoint in the end.
func TestCheckpointsLeaveTheMachine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		place := &shelf{closed: true}
		b := newBench(t, d)
		s, err := New(Deps{DB: d, Key: sitekey.ForTest(), Revocations: revoke.NewFeed(d), Now: b.clock.now, Node: "test", CheckpointFile: b.file, Anchors: []Anchor{place}})
		require.NoError(t, err)
		b.Service = s
		require.NoError(t, s.Start(ctx))
		b.looks(t, "p1", 3)
		b.sealed(t)
		require.Eventually(t, func() bool { return place.taken() > 0 }, 10*time.Second, 10*time.Millisecond)
		tails, err := s.Anchors(ctx)
		require.NoError(t, err)
		require.Len(t, tails, 2, "the file and the place")
		require.Equal(t, Anchored{Place: "s3 shelf", Tail: 3}, tails[1])
		require.Zero(t, tails[0].Tail)

		place.mu.Lock()
		place.closed = false
		place.mu.Unlock()
		s.Stop() // tries once more
		require.NotEmpty(t, place.got)
		last := place.got[len(place.got)-1]
		require.NoError(t, last.Check(s.PublicKey()))
		require.EqualValues(t, 3, last.Size)
		tails, err = s.Anchors(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 3, tails[1].Size)
		require.Zero(t, tails[1].Tail)
	})
}
