package signal

import (
	"testing"

	"github.com/stretchr/testify/require"
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
}
