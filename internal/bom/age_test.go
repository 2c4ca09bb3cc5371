package bom

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOnlyANewerReleaseOfTheSameMajorNumberIsWaitedFor(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC) }
	times := map[string]time.Time{"created": at(1), "modified": at(30), "7.0.0": at(1), "7.1.0": at(5), "7.2.0-beta.1": at(8), "6.9.9": at(9), "8.0.0": at(10), "7.1.1": at(7)}
	require.Equal(t, update{"7.1.1", at(7)}, newestLike("7.0.0", times))
	require.Equal(t, update{"7.1.1", at(7)}, newestLike("7.1.0", times))
	require.Zero(t, newestLike("7.1.1", times))
	require.Zero(t, newestLike("8.0.0", times))
}
