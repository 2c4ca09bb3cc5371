package signal_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/telehealth/sfu"
	"housecall/telehealth/signal"
)

// Everybody in a room of a node that drains moves, and comes in again by whichever
// node: also the one that drains, which asks another to take the room.
func TestANodeThatDrainsHandsItsRoomsOver(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		url, visit := bus(t), uuid.NewString()
		seats := &list{seats: map[string]signal.Seat{}, in: map[string]bool{}}
		a, b := start(t, d, url, "a", seats), start(t, d, url, "b", seats)
		seats.allow(visit, "rosa")
		seats.allow(visit, "hale")
		rosa, hale := call(t, a, visit, "rosa"), call(t, b, visit, "hale")
		rosa.until("a second of sound", func() bool { return rosa.count(seats.id("hale")+" audio") > 70 })
		var told []int
		done := make(chan signal.Drained, 1)
		go func() {
			is, err := a.Drain(context.Background(), 300*time.Millisecond, func(rooms int) { told = append(told, rooms) })
			if err != nil {
				t.Error(err)
			}
			done <- is
		}()
		rosa.until("moved", func() bool { return rosa.said() == sfu.WhyMoved })
		hale.until("moved", func() bool { return hale.said() == sfu.WhyMoved })
		require.Equal(t, signal.Drained{Moved: 1}, <-done)
		require.Equal(t, 1, told[0])
		require.Equal(t, 0, told[len(told)-1])
		require.True(t, a.Draining())
		rosa.gone()
		hale.gone()
		rosa, hale = call(t, a, visit, "rosa"), call(t, a, visit, "hale")
		hale.until("media again", func() bool { return hale.received(2) })
		rosa.until("media again", func() bool { return rosa.received(2) })
		require.Zero(t, a.Stats().Rooms)
		require.Equal(t, 1, b.Stats().Rooms)
		require.Equal(t, 2, a.NodeStats().Bridged)

		// How the lines were is kept for the seats that ended.
		sums := seats.lines()
		require.Len(t, sums, 2)
		for _, s := range sums {
			require.Positive(t, s.Came)
			require.Equal(t, 1, s.Breaks, "they have to come back")
		}
		a.Undrain()
		visit = uuid.NewString()
		seats.allow(visit, "elena")
		call(t, a, visit, "elena")
		require.Equal(t, 1, a.Stats().Rooms)
	})
}

// A room that ends by itself in time is not handed over.
func TestADrainWaitsForRoomsToEnd(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		url, visit := bus(t), uuid.NewString()
		seats := &list{seats: map[string]signal.Seat{}, in: map[string]bool{}}
		a := start(t, d, url, "a", seats)
		seats.allow(visit, "rosa")
		rosa := call(t, a, visit, "rosa")
		done := make(chan signal.Drained, 1)
		go func() {
			is, _ := a.Drain(context.Background(), time.Hour, func(int) {})
			done <- is
		}()
		rosa.until("it drains", a.Draining)
		require.Empty(t, rosa.said())
		rosa.gone()
		require.Equal(t, signal.Drained{Ended: 1}, <-done)
	})
}

// Who comes in by another node while the lease of one that died still runs waits for
// its end, and is not sent away.
func TestWhoComesEarlyWaitsForTheRoomOfADeadNode(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		url, visit := bus(t), uuid.NewString()
		seats := &list{seats: map[string]signal.Seat{}, in: map[string]bool{}}
		a := start(t, d, url, "a", seats)
		seats.allow(visit, "rosa")
		now := `CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)`
		if d.Dialect == db.Postgres {
			now = `CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)`
		}
		require.NoError(t, d.InTx(context.Background(), func(c *db.Conn) error {
			_, err := c.Exec(`INSERT INTO rooms (room, node, fence, expires_at) VALUES (?, 'gone/1', 3, `+now+` + 2500000)`, visit)
			return err
		}))
		rosa := call(t, a, visit, "rosa")
		require.Empty(t, rosa.said())
		require.Equal(t, 1, a.Stats().Rooms)
	})
}

func (l *list) lines() []sfu.Summary {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]sfu.Summary(nil), l.measured...)
}
