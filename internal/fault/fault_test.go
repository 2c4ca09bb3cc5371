package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/fault"
)

func TestKindIsFoundThroughWrapping(t *testing.T) {
	err := fmt.Errorf("book: %w", fault.New(fault.Conflict, "That time is taken."))
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	require.True(t, fault.Is(err, fault.Conflict))
	require.False(t, fault.Is(nil, fault.Internal), "no error is no fault")
}

func TestUnknownErrorsTellNothing(t *testing.T) {
	cause := errors.New("password of the database is hunter2")
	f := fault.Of(cause)
	require.Equal(t, fault.Internal, f.Kind)
	require.NotContains(t, f.Msg, "hunter2")
	require.ErrorIs(t, f, cause, "the log still has it")
}

func TestEveryKindHasAWord(t *testing.T) {
	seen := map[string]bool{}
	for k := fault.Internal; k <= fault.Unavailable; k++ {
		require.False(t, seen[k.String()], k.String())
		seen[k.String()] = true
	}
	require.Equal(t, "internal", fault.Kind(200).String())
}
