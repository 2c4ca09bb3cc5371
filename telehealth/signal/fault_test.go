//go:build faults

package signal_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/telehealth/signal"
)

// go test -tags faults ./telehealth/signal -run Fault
func TestFaultsAreMade(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		url, visit := bus(t), uuid.NewString()
		seats := &list{seats: map[string]signal.Seat{}, in: map[string]bool{}}
		a := start(t, d, url, "a", seats)
		seats.allow(visit, "rosa")
		seats.allow(visit, "hale")
		rosa, hale := call(t, a, visit, "rosa"), call(t, a, visit, "hale")
		rosa.until("media", func() bool { return rosa.received(2) })
		hale.until("media", func() bool { return hale.received(2) })
		me, camera := seats.id("rosa"), seats.id("hale")+" camera"

		require.True(t, a.Narrow(visit, me, 1))
		at := rosa.count(camera)
		hale.until("the others go on", func() bool { return hale.count(me+" camera") > 400 })
		require.Less(t, rosa.count(camera), at+60, "nothing comes but what was on the way")
		require.True(t, a.Narrow(visit, me, 0))
		rosa.until("all comes again", func() bool { return rosa.count(camera) > at+200 })

		require.True(t, a.DropSocket(visit, me))
		rosa.until("the socket is closed", func() bool {
			select {
			case <-rosa.line.end:
				return true
			default:
				return false
			}
		})
		require.Empty(t, rosa.said(), "without a word")
		require.True(t, a.KillTransport(visit, me))
		require.False(t, a.KillTransport(visit, uuid.NewString()))
	})
}
