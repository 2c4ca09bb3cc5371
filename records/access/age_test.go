package access

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAgeBoundaries(t *testing.T) {
	chicago, err := time.LoadLocation("America/Chicago")
	require.NoError(t, err)
	for _, c := range []struct {
		birth, place string
		zone         *time.Location
		narrow, end  string
	}{
		{"2014-05-31", "", nil, "2027-05-31T00:00:00Z", "2032-05-31T00:00:00Z"},
		{"2014-05-31", "US-CA", nil, "2026-05-31T00:00:00Z", "2032-05-31T00:00:00Z"},
		{"2014-05-31", "US-MS", nil, "2027-05-31T00:00:00Z", "2035-05-31T00:00:00Z"},
		{"2014-05-31", "GB", nil, "2026-05-31T00:00:00Z", "2030-05-31T00:00:00Z"},
		{"2014-05-31", "a place we do not know", nil, "2027-05-31T00:00:00Z", "2032-05-31T00:00:00Z"},
		{"2014-05", "", nil, "2027-05-01T00:00:00Z", "2032-05-01T00:00:00Z"},
		{"2014", "", nil, "2027-01-01T00:00:00Z", "2032-01-01T00:00:00Z"},
		// 29 February: the 28th where there is none; 2028 is a leap year.
		{"2012-02-29", "", nil, "2025-02-28T00:00:00Z", "2030-02-28T00:00:00Z"},
		{"2012-02-29", "GB", nil, "2024-02-29T00:00:00Z", "2028-02-29T00:00:00Z"},
		// Midnight of the zone, in summer and in winter.
		{"2014-05-31", "", chicago, "2027-05-31T05:00:00Z", "2032-05-31T05:00:00Z"},
		{"2014-12-31", "", chicago, "2027-12-31T06:00:00Z", "2032-12-31T06:00:00Z"},
	} {
		narrow, end, err := boundaries(c.birth, c.place, c.zone)
		require.NoError(t, err, c.birth)
		require.Equal(t, c.narrow, narrow.UTC().Format(time.RFC3339), "%s %s narrows", c.birth, c.place)
		require.Equal(t, c.end, end.UTC().Format(time.RFC3339), "%s %s ends", c.birth, c.place)
	}
	for _, wrong := range []string{"", "2014-5-31", "2014-02-30", "31.05.2014", "0001-01-01", "2014-05-31T00:00:00Z", "20145"} {
		_, _, err := boundaries(wrong, "", nil)
		require.Error(t, err, wrong)
	}
}

func TestEveryPlaceNarrowsBeforeItEnds(t *testing.T) {
	for place, r := range jurisdictions {
		require.Less(t, r.narrow, r.end, place)
	}
}
