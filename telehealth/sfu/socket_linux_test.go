package sfu

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// A piece that the system does not take, for how large its packets are or how many, is of one
// way only: a sender of huge packets, or a receiver behind a narrow network, does not make
// this node write every packet by itself for everybody and for good.
func TestOneWayDoesNotEndBundlingForAll(t *testing.T) {
	near, err := listenUDP("udp4", "127.0.0.1", 0, 1)
	require.NoError(t, err)
	t.Cleanup(func() { _ = near.Close() })
	if len(near.held) == 0 {
		t.Skip("packets go on one by one on this system")
	}
	far, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = far.Close() })
	to := far.LocalAddr().(*net.UDPAddr).AddrPort()
	require.True(t, inOnePiece(near.all[0], make([]byte, 1000), 100, to))
	require.False(t, inOnePiece(near.all[0], make([]byte, 10_000), 10, to), "more than the system cuts one piece into (EINVAL)")
	require.True(t, inOnePiece(near.all[0], make([]byte, 1000), 100, to))
}
