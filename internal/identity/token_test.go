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
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
)

// grant opens a family as the provider would.
func grant(t *testing.T, d *db.DB, s node, f identity.Family) (identity.Family, identity.Tokens) {
	t.Helper()
	var tokens identity.Tokens
	require.NoError(t, d.InTx(context.Background(), func(c *db.Conn) (err error) {
		f, tokens, err = s.GrantTx(c, f)
		return err
	}))
	return f, tokens
}

func eachWithDB(t *testing.T, f func(t *testing.T, d *db.DB, s node, c *clock)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClock()
		f(t, d, startNode(t, d, c.Now), c)
	})
}

func TestRefreshRotatesAndReuseEndsTheFamily(t *testing.T) {
	eachWithDB(t, func(t *testing.T, d *db.DB, s node, c *clock) {
		ctx := context.Background()
		a := person(t, s, "ada@housecall.test")
		phone := identity.Family{Account: a.ID, Client: "phone", Offline: true, Scopes: []string{"openid", "patient/*.rs"}, Proof: identity.Passkey, ProvedAt: c.Now()}
		_, t1 := grant(t, d, s, phone)
		_, _, err := s.Refresh(ctx, t1.Refresh, "another", nil)
		require.ErrorIs(t, err, identity.ErrRefresh, "a refresh token is its client's")
		_, t2, err := s.Refresh(ctx, t1.Refresh, "phone", nil)
		require.NoError(t, err)
		require.NotEqual(t, t1.Refresh, t2.Refresh)
		who, err := s.Bearer(ctx, t2.Access)
		require.NoError(t, err)
		require.Equal(t, identity.Passkey, who.Proof)
		require.Equal(t, []string{"openid", "patient/*.rs"}, who.Scopes)

		_, t3, err := s.Refresh(ctx, t2.Refresh, "phone", []string{"patient/*.rs"})
		require.NoError(t, err)
		_, _, err = s.Refresh(ctx, t1.Refresh, "phone", nil)
		require.ErrorIs(t, err, identity.ErrRefresh)
		_, _, err = s.Refresh(ctx, t3.Refresh, "phone", nil)
		require.ErrorIs(t, err, identity.ErrRefresh, "the reuse ended the whole family")
		for _, access := range []string{t1.Access, t2.Access, t3.Access} {
			_, err = s.Bearer(ctx, access)
			require.True(t, fault.Is(err, fault.Unauthenticated))
		}
	})
}

func TestALostAnswerToARefreshDoesNotSignThePhoneOut(t *testing.T) {
	eachWithDB(t, func(t *testing.T, d *db.DB, s node, c *clock) {
		ctx := context.Background()
		a := person(t, s, "ada@housecall.test")
		phone := identity.Family{Account: a.ID, Client: "phone", Offline: true, Scopes: []string{"openid"}}
		_, t1 := grant(t, d, s, phone)
		_, lost, err := s.Refresh(ctx, t1.Refresh, "phone", nil)
		require.NoError(t, err)
		c.Add(10 * time.Second)
		_, t2, err := s.Refresh(ctx, t1.Refresh, "phone", nil)
		require.NoError(t, err, "asked again at once, and nobody used the answer")
		_, t3, err := s.Refresh(ctx, t2.Refresh, "phone", nil)
		require.NoError(t, err)
		_, _, err = s.Refresh(ctx, lost.Refresh, "phone", nil)
		require.ErrorIs(t, err, identity.ErrRefresh, "who brings the lost one took it from the line")
		_, err = s.Bearer(ctx, t3.Access)
		require.Error(t, err)

		_, t1 = grant(t, d, s, phone)
		_, _, err = s.Refresh(ctx, t1.Refresh, "phone", nil)
		require.NoError(t, err)
		c.Add(time.Minute)
		_, _, err = s.Refresh(ctx, t1.Refresh, "phone", nil)
		require.ErrorIs(t, err, identity.ErrRefresh, "later it is a reuse")
	})
}

func TestRefreshesAtOneTime(t *testing.T) {
	eachWithDB(t, func(t *testing.T, d *db.DB, s node, c *clock) {
		ctx := context.Background()
		a := person(t, s, "ada@housecall.test")
		_, t1 := grant(t, d, s, identity.Family{Account: a.ID, Client: "phone", Offline: true, Scopes: []string{"openid"}})
		got := make(chan identity.Tokens, 4)
		for range 4 {
			go func() {
				_, tokens, err := s.Refresh(ctx, t1.Refresh, "phone", nil)
				if err != nil {
					tokens = identity.Tokens{}
				}
				got <- tokens
			}()
		}
		var last identity.Tokens
		for range 4 {
			last = <-got
			require.NotEmpty(t, last.Refresh, "a phone that asks from four threads is not signed out")
		}
		_, _, err := s.Refresh(ctx, last.Refresh, "phone", nil)
		require.NoError(t, err, "and goes on with whichever it kept")
		_, _, err = s.Refresh(ctx, t1.Refresh, "phone", nil)
		require.ErrorIs(t, err, identity.ErrRefresh)
	})
}

func TestLogoutRevokesTheTokensOfTheSession(t *testing.T) {
	eachWithDB(t, func(t *testing.T, d *db.DB, s node, c *clock) {
		ctx := context.Background()
		a := person(t, s, "ada@housecall.test")
		cookie, who := signIn(t, s, a.ID, identity.Password)
		_, web := grant(t, d, s, identity.Family{Account: a.ID, Client: "web", Session: who.Session, Scopes: []string{"openid"}})
		f, phone := grant(t, d, s, identity.Family{Account: a.ID, Client: "phone", Session: who.Session, Offline: true, Scopes: []string{"openid"}})
		_, err := s.Bearer(ctx, web.Access)
		require.NoError(t, err)
		require.NoError(t, s.End(ctx, cookie))
		_, err = s.Bearer(ctx, web.Access)
		require.True(t, fault.Is(err, fault.Unauthenticated))
		_, err = s.Bearer(ctx, phone.Access)
		require.NoError(t, err, "offline access outlives the browser")
		_, other := signIn(t, s, a.ID, identity.Password)
		require.NoError(t, s.EndPlace(ctx, other, f.ID))
		_, err = s.Bearer(ctx, phone.Access)
		require.True(t, fault.Is(err, fault.Unauthenticated), "and is ended by its own")
		_, _, err = s.Refresh(ctx, phone.Refresh, "phone", nil)
		require.ErrorIs(t, err, identity.ErrRefresh)
	})
}

func TestOperatorTokens(t *testing.T) {
	eachWithDB(t, func(t *testing.T, d *db.DB, s node, c *clock) {
		ctx := context.Background()
		a := staff(t, s, "lee@housecall.test")
		for _, bad := range []func() (string, error){
			func() (string, error) { return s.IssueToken(ctx, "", "", []string{"x"}, time.Hour) },
			func() (string, error) { return s.IssueToken(ctx, a.ID, "lab", []string{"x"}, time.Hour) },
			func() (string, error) { return s.IssueToken(ctx, a.ID, "", nil, time.Hour) },
			func() (string, error) { return s.IssueToken(ctx, a.ID, "", []string{"user/*.rs"}, 0) },
			func() (string, error) { return s.IssueToken(ctx, a.ID, "", []string{"system/*.rs"}, time.Hour) },
			func() (string, error) { return s.IssueToken(ctx, "", "lab", []string{"user/*.rs"}, time.Hour) },
			func() (string, error) {
				return s.IssueToken(ctx, "", "lab", []string{"system/Observation.rs?category=laboratory"}, time.Hour)
			},
		} {
			_, err := bad()
			require.True(t, fault.Is(err, fault.Invalid))
		}
		token, err := s.IssueToken(ctx, "", "lab", []string{"system/Observation.cruds"}, time.Hour)
		require.NoError(t, err)
		who, err := s.Bearer(ctx, token)
		require.NoError(t, err)
		require.Equal(t, identity.System, who.Kind)
		require.Equal(t, "lab", who.Account)
		require.True(t, who.AllowsFHIR("Observation", 'c'))
		require.False(t, who.AllowsFHIR("Patient", 'r'))
		require.False(t, identity.Principal{Scopes: []string{"patient/Observation.rs?category=laboratory"}}.AllowsFHIR("Observation", 'r'), "the query would be passed over")
		require.False(t, who.Recent(c.Now()), "a token of the machine never passes a step-up")
		c.Add(time.Hour)
		_, err = s.Bearer(ctx, token)
		require.True(t, fault.Is(err, fault.Unauthenticated))

		token, err = s.IssueToken(ctx, a.ID, "", []string{"user/*.rs"}, time.Hour)
		require.NoError(t, err)
		who, err = s.Bearer(ctx, token)
		require.NoError(t, err)
		require.Equal(t, identity.Staff, who.Kind)
		require.NoError(t, s.Disable(ctx, a.ID))
		_, err = s.Bearer(ctx, token)
		require.True(t, fault.Is(err, fault.Unauthenticated))
		require.NoError(t, s.Prune(ctx))
	})
}

func BenchmarkBearer(b *testing.B) {
	d := dbtest.SQLite(b)
	feed := revoke.NewFeed(d)
	s, err := identity.New(identity.Deps{DB: d, Key: sitekey.ForTest(), Revocations: feed, BaseURL: "http://localhost:8080"})
	require.NoError(b, err)
	require.NoError(b, feed.Start(context.Background()))
	defer feed.Stop()
	token, err := s.IssueToken(context.Background(), "", "lab", []string{"system/*.cruds"}, time.Hour)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Bearer(context.Background(), token); err != nil {
			b.Fatal(err)
		}
	}
}
