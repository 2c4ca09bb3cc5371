package access_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
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

// Somebody who came by a link to one thing, and has no account, sees no chart: what
// the link opens is decided where that one thing is shown.
func TestAVisitorSeesNoChart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, err := access.New(access.Deps{DB: d, Key: sitekey.ForTest(), Revocations: revoke.NewFeed(d), Node: "test"})
		require.NoError(t, err)
		who := identity.Principal{Kind: identity.Visitor, Session: "page:1", Scopes: []string{}, Context: identity.Context{Patient: "p1"}}
		for _, patient := range []string{"p1", "p2", ""} {
			_, err := s.ViewOf(d.Read(context.Background()), who, patient)
			require.True(t, fault.Is(err, fault.NotFound), "%q: %v", patient, err)
		}
	})
}
