package identity_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// A link for one thing opens that thing, to who knows the date of birth, within
// its time, and nothing else.
func TestALinkOpensOnePage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClock()
		s := startNode(t, d, c.Now)
		ctx := context.Background()
		dana := desk(t, s, "dana", identity.FrontDesk)
		n := identity.NewPage{Patient: "p1", Resource: "Appointment/a1", BirthDate: "1952-03-02", From: c.Now().Add(time.Hour), Until: c.Now().Add(3 * time.Hour)}
		give := func(n identity.NewPage) (id, token string, err error) {
			err = d.InTx(ctx, func(c *db.Conn) error {
				id, token, err = s.OpenPageTx(c, dana, n)
				return err
			})
			return id, token, err
		}
		for _, bad := range []identity.NewPage{{}, {Patient: "p1", Resource: "Appointment/a1", From: c.Now(), Until: c.Now().Add(time.Hour)},
			{Patient: "p1", Resource: "Appointment/a1", BirthDate: "1952-03-02", From: c.Now(), Until: c.Now().Add(100 * 24 * time.Hour)}} {
			_, _, err := give(bad)
			require.True(t, fault.Is(err, fault.Invalid))
		}
		_, old, err := give(n)
		require.NoError(t, err)
		id, token, err := give(n)
		require.NoError(t, err)
		_, _, err = s.EnterPage(ctx, old, "1952-03-02", "192.0.2.1")
		require.Equal(t, "link", code(err), "a new link replaces the one before")
		_, err = s.LookIn(ctx, token)
		require.Equal(t, "link", code(err), "it makes no account")
		_, _, err = s.EnterPage(ctx, token, "1952-03-03", "192.0.2.1")
		require.Equal(t, "birth_date", code(err))
		first, _, err := s.EnterPage(ctx, token, "1952-03-02", "192.0.2.1")
		require.NoError(t, err)
		_, who, err := s.PageOf(ctx, first, "192.0.2.1")
		require.Equal(t, "early", code(err))
		require.Equal(t, identity.Anonymous, who.Kind)
		c.Add(time.Hour)
		for range 2 { // reload works
			page, who, err := s.PageOf(ctx, first, "192.0.2.1")
			require.NoError(t, err)
			require.Equal(t, "p1", page.Patient)
			require.Equal(t, "Appointment/a1", page.Resource)
			require.Equal(t, identity.Visitor, who.Kind)
			require.Empty(t, who.Account+who.Patient)
			require.False(t, who.Recent(c.Now()) || who.HasScope("openid") || who.AllowsFHIR("Patient", 'r') || who.AllowsFHIR("Appointment", 'r'))
		}
		_, err = s.Session(ctx, first, true)
		require.True(t, fault.Is(err, fault.Unauthenticated), "it is no session")
		second, _, err := s.EnterPage(ctx, token, "1952-03-02", "192.0.2.9")
		require.NoError(t, err)
		_, _, err = s.PageOf(ctx, first, "192.0.2.1")
		require.Equal(t, "signed_out", code(err), "another browser takes its place")
		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error { return s.ClosePageTx(c, dana, id) }))
		_, _, err = s.PageOf(ctx, second, "192.0.2.9")
		require.Equal(t, "signed_out", code(err))

		_, token, err = give(n)
		require.NoError(t, err)
		last, _, err := s.EnterPage(ctx, token, "1952-03-02", "192.0.2.1")
		require.NoError(t, err)
		c.Add(2 * time.Hour)
		_, _, err = s.PageOf(ctx, last, "192.0.2.1")
		require.Equal(t, "signed_out", code(err), "when its time is over it is over")
		n.From, n.Until = c.Now(), c.Now().Add(time.Hour)
		_, token, err = give(n)
		require.NoError(t, err)
		for range 5 {
			_, _, err = s.EnterPage(ctx, token, "1950-01-01", "192.0.2.1")
		}
		require.Equal(t, "link_dead", code(err))
		_, _, err = s.EnterPage(ctx, token, "1952-03-02", "192.0.2.1")
		require.Equal(t, "link_dead", code(err))
	})
}
