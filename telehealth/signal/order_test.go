package signal

import (
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/telehealth/sfu"
)

func TestWhoseSoundGoesFirst(t *testing.T) {
	var o orders
	o.set(Seat{Room: "r", ID: "a", Role: "clinician"})
	o.set(Seat{Room: "r", ID: "b", Role: "interpreter"})
	o.set(Seat{Room: "r", ID: "c", Role: "patient"})
	o.set(Seat{Room: "r", ID: "d", Role: "frontdesk"})
	require.Less(t, o.of("r", "b"), o.of("r", "c"))
	require.Less(t, o.of("r", "c"), o.of("r", "a"))
	require.Less(t, o.of("r", "a"), o.of("r", "d"))
	require.Equal(t, o.of("r", "d"), o.of("r", "nobody"))
	o.set(Seat{Room: "s", ID: "b", Role: "patient"})
	o.keep(func(room string) bool { return room == "s" })
	require.Equal(t, o.of("r", "nobody"), o.of("r", "b"))
	require.Less(t, o.of("s", "b"), o.of("r", "b"))
	require.Zero(t, o.sizeOf("s"))
	o.set(Seat{Room: "g", ID: "h", Role: "nurse", Host: true, Size: sfu.MaxGroup})
	require.Zero(t, o.of("g", "h"), "who leads a group is heard")
	require.Equal(t, sfu.MaxGroup, o.sizeOf("g"))
	o.keep(func(string) bool { return false })
	require.Zero(t, o.sizeOf("g"))
}
