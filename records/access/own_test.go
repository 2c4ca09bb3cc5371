package access_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/records/access"
)

func TestWhoIsOldEnoughToComeAlone(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		require.NoError(t, err)
		return v
	}
	for _, c := range []struct {
		birth, place, now string
		may               bool
	}{
		{"2013-11-28", "", "2026-11-27T23:59:59Z", false},
		{"2013-11-28", "", "2026-11-28T00:00:00Z", true},
		{"2012-02-29", "", "2025-02-27T12:00:00Z", false},
		{"2012-02-29", "", "2025-02-28T00:00:00Z", true},
		{"2013-11-28", "US-OR", "2026-11-28T12:00:00Z", false},
		{"2013-11-28", "US-CA", "2025-11-28T12:00:00Z", true},
		{"1952-03-02", "", "2026-11-28T12:00:00Z", true},
		{"", "", "2026-11-28T12:00:00Z", false},
		{"soon", "", "2026-11-28T12:00:00Z", false},
	} {
		require.Equal(t, c.may, access.MayComeAlone(c.birth, c.place, nil, at(c.now)), "%+v", c)
	}
}
