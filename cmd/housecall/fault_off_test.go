//go:build !faults

package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What is shipped cannot be made to fail on purpose, neither by a command nor through
// the socket of a server.
func TestTheShippedProgramMakesNoFaults(t *testing.T) {
	require.NotContains(t, operations, "fault")
	_, errs, code := command(t, testConfig(t), "fault", "socket", "a", "b")
	require.Equal(t, 2, code)
	require.Contains(t, errs, "unexpected argument fault")
}
