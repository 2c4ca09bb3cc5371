package identity_test

import (
	"context"
	"errors"
	"strings"
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
			_, token, _ = strings.Cut(token, "/join#")
			return id, token, err
		}
		from := identity.Principal{Address: "192.0.2.1"}
		var along []identity.Principal
		enter := func(token, birth string) (string, error) {
			return s.EnterPage(ctx, token, birth, from, func(_ *db.Conn, p identity.Page, who identity.Principal) error {
				require.Equal(t, "Appointment/a1", p.Resource)
				along = append(along, who)
				return nil
			})
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
		_, err = enter(old, "1952-03-02")
		require.Equal(t, "link", code(err), "a new link replaces the one before")
		_, err = s.LookIn(ctx, token)
		require.Equal(t, "link", code(err), "it makes no account")
		_, err = enter(token, "1952-03-03")
		require.Equal(t, "birth_date", code(err))
		page, here, err := s.LookAtPage(ctx, token, "")
		require.NoError(t, err)
		require.False(t, here || page.Opened)
		require.Equal(t, 4, page.TriesLeft)
		require.Empty(t, along, "nothing comes along with a wrong date")
		first, err := enter(token, "1952-03-02")
		require.NoError(t, err)
		require.Len(t, along, 1)
		_, here, err = s.LookAtPage(ctx, token, first)
		require.NoError(t, err)
		require.True(t, here)
		who, err := s.PageOf(ctx, first)
		require.Equal(t, "early", code(err))
		require.Equal(t, identity.Anonymous, who.Kind)
		c.Add(time.Hour)
		bySession := func(id string) error {
			_, err := identity.PrincipalOf(d.Read(ctx), id, c.Now())
			return err
		}
		for range 2 { // reload works
			who, err := s.PageOf(ctx, first)
			require.NoError(t, err)
			require.Equal(t, along[0].Session, who.Session)
			require.Equal(t, "p1", who.Context.Patient)
			require.Equal(t, "Appointment/a1", who.Thing)
			require.Equal(t, identity.Visitor, who.Kind)
			require.Empty(t, who.Account+who.Patient)
			require.False(t, who.Recent(c.Now()) || who.HasScope("openid") || who.AllowsFHIR("Patient", 'r') || who.AllowsFHIR("Appointment", 'r'))
			require.NoError(t, bySession(who.Session), "a node without the cookie")
		}
		for _, no := range []string{"page:", "page:" + id, "page:" + id + ":0000000000000000", "page:x:y"} {
			require.True(t, fault.Is(bySession(no), fault.Unauthenticated), no)
		}
		_, err = s.Session(ctx, first, true)
		require.True(t, fault.Is(err, fault.Unauthenticated), "it is no session")
		_, err = s.EnterPage(ctx, token, "1952-03-02", from, func(*db.Conn, identity.Page, identity.Principal) error { return errors.New("not now") })
		require.Error(t, err)
		_, err = s.PageOf(ctx, first)
		require.NoError(t, err, "what did not come along undoes the whole")
		second, err := enter(token, "1952-03-02")
		require.NoError(t, err)
		_, err = s.PageOf(ctx, first)
		require.Equal(t, "signed_out", code(err), "another browser takes its place")
		require.True(t, fault.Is(bySession(along[0].Session), fault.Unauthenticated))
		require.NoError(t, bySession(along[1].Session))
		for range 6 {
			_, _ = enter(token, "1950-01-01")
		}
		_, err = s.PageOf(ctx, second)
		require.NoError(t, err, "who is in already is not put out by somebody who tries birthdays")
		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error { return s.ClosePageTx(c, dana, id) }))
		_, err = s.PageOf(ctx, second)
		require.Equal(t, "signed_out", code(err))
		require.True(t, fault.Is(bySession(along[1].Session), fault.Unauthenticated))

		_, token, err = give(n)
		require.NoError(t, err)
		last, err := enter(token, "1952-03-02")
		require.NoError(t, err)
		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error { return identity.MovePageTx(c, "p1", "Appointment/a1", n.Until.Add(time.Hour)) }))
		c.Add(2*time.Hour + time.Minute)
		_, err = s.PageOf(ctx, last)
		require.NoError(t, err, "it was moved")
		c.Add(time.Hour)
		_, err = s.PageOf(ctx, last)
		require.Equal(t, "signed_out", code(err), "when its time is over it is over")
		n.From, n.Until = c.Now(), c.Now().Add(time.Hour)
		_, token, err = give(n)
		require.NoError(t, err)
		for range 5 {
			_, err = enter(token, "1950-01-01")
		}
		require.Equal(t, "link_dead", code(err))
		_, err = enter(token, "1952-03-02")
		require.Equal(t, "link_dead", code(err))
		_, _, err = s.LookAtPage(ctx, token, "")
		require.Equal(t, "link_dead", code(err))
	})
}
