package identity_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

func TestAccounts(t *testing.T) {
	each(t, func(t *testing.T, s node, _ *clock) {
		ctx := context.Background()
		a, err := s.CreateAccount(ctx, identity.NewAccount{Email: " Ada@Housecall.TEST ", Name: "Ada", Kind: identity.Person, Patient: "p1", Password: goodPassword})
		require.NoError(t, err)
		require.Equal(t, "ada@housecall.test", a.Email)
		require.True(t, a.Active && a.HasPassword)

		_, err = s.CreateAccount(ctx, identity.NewAccount{Email: "ADA@housecall.test", Name: "Other", Kind: identity.Person})
		require.True(t, fault.Is(err, fault.Conflict), "an address belongs to one account")
		for range 2 {
			_, err = s.CreateAccount(ctx, identity.NewAccount{Name: "No Mail", Kind: identity.Person})
			require.NoError(t, err, "an address is optional")
		}
		_, err = s.CreateAccount(ctx, identity.NewAccount{Name: "X", Kind: identity.Person, Roles: []identity.Role{identity.Admin}})
		require.True(t, fault.Is(err, fault.Invalid), "a person has no roles")

		got, err := s.AccountByEmail(ctx, "ada@housecall.test")
		require.NoError(t, err)
		require.Equal(t, a.ID, got.ID)
		b := person(t, s, "b@housecall.test")
		require.True(t, fault.Is(s.Link(ctx, b.ID, "p1"), fault.Conflict), "a chart is one account's own")
		require.NoError(t, s.Link(ctx, b.ID, "p2"))
		got, err = s.AccountByPatient(ctx, "p2")
		require.NoError(t, err)
		require.Equal(t, b.ID, got.ID)

		var seen []string
		for cursor := ""; ; {
			items, next, err := s.ListAccounts(ctx, cursor, 3)
			require.NoError(t, err)
			for _, x := range items {
				seen = append(seen, x.ID)
			}
			if next == "" {
				break
			}
			cursor = next
		}
		require.Len(t, seen, 4)
		_, _, err = s.ListAccounts(ctx, "'; --", 3)
		require.True(t, fault.Is(err, fault.Invalid))
	})
}

func TestPasswordRules(t *testing.T) {
	each(t, func(t *testing.T, s node, _ *clock) {
		a := person(t, s, "winterbourne@housecall.test")
		for _, bad := range []string{"short pass", "password1234", "Password123456!", "aaaaaaaaaaaaaaa", "abababababab", "abcdefghijklmnop",
			"Verne likes boats", "winterbourne house", strings.Repeat("long ", 60)} {
			err := s.SetPassword(context.Background(), a.ID, bad)
			require.True(t, fault.Is(err, fault.Invalid), "%q: %v", bad, err)
		}
		// Of the list of what is stolen most, in the forms that people give it.
		for _, bad := range []string{"1qaz2wsx3edc", "JustinBieber", "Final Fantasy", "final-fantasy", "F1nalFantasy", "ｆｉｎａｌｆａｎｔａｓｙ", "transformers!!", "2026counterstrike2026", "123qwe123qwe"} {
			err := s.SetPassword(context.Background(), a.ID, bad)
			require.Equal(t, "This password is easy to guess. Choose another one; a few words together are good.", fault.Of(err).Msg, bad)
		}
		require.NoError(t, s.SetPassword(context.Background(), a.ID, "señora con tres gatos"))
	})
}

func TestUnknownAndWrongPasswordGiveTheSameAnswer(t *testing.T) {
	each(t, func(t *testing.T, s node, _ *clock) {
		ctx := context.Background()
		a := person(t, s, "ada@housecall.test")
		off := person(t, s, "off@housecall.test")
		require.NoError(t, s.Disable(ctx, off.ID))

		got, err := s.CheckPassword(ctx, "Ada@housecall.test", goodPassword, "192.0.2.1", "")
		require.NoError(t, err)
		require.Equal(t, a.ID, got.ID)
		_, wrong := s.CheckPassword(ctx, "ada@housecall.test", "not the password", "192.0.2.1", "")
		_, unknown := s.CheckPassword(ctx, "nobody@housecall.test", "not the password", "192.0.2.1", "")
		_, disabled := s.CheckPassword(ctx, "off@housecall.test", goodPassword, "192.0.2.1", "")
		_, garbled := s.CheckPassword(ctx, "\x00'--", goodPassword, "192.0.2.1", "")
		require.True(t, fault.Is(wrong, fault.Unauthenticated))
		require.Equal(t, wrong, unknown)
		require.Equal(t, wrong, disabled)
		require.Equal(t, wrong, garbled)
	})
}

func TestGuessingIsSlowedDownForThePlaceThatGuesses(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		person(t, s, "ada@housecall.test")
		for range 10 {
			_, err := s.CheckPassword(ctx, "ada@housecall.test", "wrong", "2001:db8:0:1::5", "")
			require.True(t, fault.Is(err, fault.Unauthenticated))
		}
		_, err := s.CheckPassword(ctx, "ada@housecall.test", goodPassword, "2001:db8:0:1::77", "")
		require.True(t, fault.Is(err, fault.TooMany), "the same household, and even the right password waits")
		wait, ok := identity.RetryAfter(err)
		require.True(t, ok)
		require.LessOrEqual(t, wait, 15*time.Minute)

		_, err = s.CheckPassword(ctx, "ada@housecall.test", goodPassword, "192.0.2.9", "")
		require.NoError(t, err, "nobody can lock somebody else out")
		for range 3 {
			_, err = s.CheckPassword(ctx, "ada@housecall.test", goodPassword, "192.0.2.9", "")
			require.NoError(t, err, "right ones are not counted")
		}
		c.Add(wait)
		_, err = s.CheckPassword(ctx, "ada@housecall.test", goodPassword, "2001:db8:0:1::5", "")
		require.NoError(t, err)
	})
}

func TestFirstAdministrator(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		old, err := s.FirstLink(ctx)
		require.NoError(t, err)
		link, err := s.FirstLink(ctx)
		require.NoError(t, err)
		_, token, _ := strings.Cut(link, "token=")
		_, oldToken, _ := strings.Cut(old, "token=")
		_, _, err = s.First(ctx, oldToken, "Root", "root@housecall.test", goodPassword)
		require.True(t, fault.Is(err, fault.Gone), "a newer link replaces the one before")

		c.Add(25 * time.Hour)
		_, _, err = s.First(ctx, token, "Root", "root@housecall.test", goodPassword)
		require.True(t, fault.Is(err, fault.Gone), "a link lasts a day")
		c.Add(-25 * time.Hour)
		_, _, err = s.First(ctx, token, "Root", "root@housecall.test", "short")
		require.True(t, fault.Is(err, fault.Invalid), "a refused password does not use the link up")

		a, e, err := s.First(ctx, token, "Root", "root@housecall.test", goodPassword)
		require.NoError(t, err)
		require.Equal(t, []identity.Role{identity.Admin}, a.Roles)
		require.True(t, strings.HasPrefix(e.QR, "data:image/png;base64,"))
		require.Contains(t, e.URI, "secret="+e.Secret)
		_, _, err = s.First(ctx, token, "Again", "again@housecall.test", goodPassword)
		require.True(t, fault.Is(err, fault.Gone), "a link works once")
		link, err = s.FirstLink(ctx)
		require.NoError(t, err)
		require.Empty(t, link, "there is an administrator")
	})
}

func TestOutsideAccountsAreLinkedUnderAFreshProof(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		a := person(t, s, "ada@housecall.test")
		_, who := signIn(t, s, a.ID, identity.Password)
		_, err := s.AccountOutside(ctx, "https://id.example", "42")
		require.ErrorIs(t, err, identity.ErrNotLinked)
		require.NoError(t, s.LinkOutside(ctx, who, "https://id.example", "42"))
		got, err := s.AccountOutside(ctx, "https://id.example", "42")
		require.NoError(t, err)
		require.Equal(t, a.ID, got.ID)
		_, err = s.AccountOutside(ctx, "https://other.example", "42")
		require.ErrorIs(t, err, identity.ErrNotLinked, "a subject means nothing without its issuer")

		b := person(t, s, "b@housecall.test")
		_, other := signIn(t, s, b.ID, identity.Password)
		require.True(t, fault.Is(s.LinkOutside(ctx, other, "https://id.example", "42"), fault.Conflict))
		c.Add(11 * time.Minute)
		err = s.LinkOutside(ctx, who, "https://id.example", "43")
		require.Equal(t, "step_up", fault.Of(err).Code)
		require.Equal(t, "step_up", fault.Of(s.UnlinkOutside(ctx, who, "https://id.example", nil)).Code)
		require.NoError(t, s.Disable(ctx, a.ID))
		_, err = s.AccountOutside(ctx, "https://id.example", "42")
		require.ErrorIs(t, err, identity.ErrNotLinked)
	})
}
