package identity_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
)

// kept is a recorder that remembers.
type kept struct {
	mu   sync.Mutex
	acts []identity.Act
}

func (k *kept) record(_ *db.Conn, acts ...identity.Act) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.acts = append(k.acts, acts...)
	return nil
}

// lines are the acts since the last look: whom it happened to, what, how it ended.
func (k *kept) lines() (out []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, a := range k.acts {
		line := a.Action + " " + a.Detail
		if a.Outcome != "" {
			line += " " + a.Outcome
		}
		out = append(out, line)
	}
	k.acts = nil
	return out
}

func TestActsAreKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, k, ctx := newClock(), &kept{}, context.Background()
		feed := revoke.NewFeed(d)
		s, err := identity.New(identity.Deps{DB: d, Key: sitekey.ForTest(), Revocations: feed, BaseURL: "http://localhost:8080", Now: c.Now, Record: k.record})
		require.NoError(t, err)
		require.NoError(t, feed.Start(ctx))
		t.Cleanup(feed.Stop)
		n := node{s, feed}

		a := person(t, n, "ada@housecall.test")
		lee := staff(t, n, "lee@housecall.test")
		require.Equal(t, []string{"create account", "create account"}, k.lines())

		for _, email := range []string{"ada@housecall.test", "my secret passphrase", "nobody@housecall.test"} {
			_, err := s.CheckPassword(ctx, email, "wrong", "192.0.2.7", "")
			require.Error(t, err)
		}
		require.Equal(t, a.ID, k.acts[0].Account)
		require.NotEqual(t, k.acts[1].Account, k.acts[2].Account, "each unknown name is told apart")
		for _, act := range k.acts {
			require.Equal(t, "192.0.2.7", act.Who.Address)
			require.NotContains(t, act.Account, "secret")
			require.NotContains(t, act.Account, "@")
		}
		require.Equal(t, []string{"login password refused", "login password refused", "login password refused"}, k.lines())

		cookie, who := signIn(t, n, a.ID, identity.Password)
		require.Equal(t, who.Session, k.acts[0].Who.Session)
		require.Equal(t, a.ID, k.acts[0].Who.Account)
		k.lines()
		other, _ := signIn(t, n, a.ID, identity.Password)
		_, err = s.Session(ctx, other, false)
		require.NoError(t, err)
		places, err := s.Places(ctx, who)
		require.NoError(t, err)
		for _, p := range places {
			if !p.Current {
				require.NoError(t, s.EndPlace(ctx, who, p.ID))
			}
		}
		lines := k.lines()
		require.Len(t, lines, 2)
		require.Contains(t, lines[1], "logout session:")

		_, err = s.StepUpPassword(ctx, who, "wrong")
		require.Error(t, err)
		_, err = s.StepUpPassword(ctx, who, goodPassword)
		require.NoError(t, err)
		require.Equal(t, []string{"login step-up password refused", "login step-up"}, k.lines())

		require.NoError(t, s.ChangePassword(ctx, who, goodPassword, "nine green lanterns"))
		e, err := s.TOTPBegin(ctx, who)
		require.NoError(t, err)
		require.NoError(t, s.TOTPFinish(ctx, who, codeAt(t, e.Secret, c.Now())))
		c.Add(time.Minute)
		require.NoError(t, s.TOTPRemove(ctx, who, codeAt(t, e.Secret, c.Now())))
		require.Equal(t, []string{"update password", "logout all sessions", "create totp", "login step-up", "delete totp"}, k.lines())

		require.NoError(t, s.SetRoles(ctx, lee.ID, []identity.Role{identity.Clinician, identity.Privacy}))
		require.NoError(t, s.Disable(ctx, lee.ID))
		require.NoError(t, s.Enable(ctx, lee.ID))
		require.Equal(t, []string{"update roles:clinician,privacy", "logout all sessions", "update active:false", "update active:true"}, k.lines())

		require.NoError(t, s.End(ctx, cookie))
		require.NoError(t, s.End(ctx, cookie), "signed out already")
		require.Equal(t, []string{"logout session"}, k.lines())
	})
}

// A refresh token that comes a second time ends the family, and that is kept.
func TestReuseOfARefreshTokenIsKept(t *testing.T) {
	c, k, ctx := newClock(), &kept{}, context.Background()
	d := dbtest.SQLite(t)
	s, err := identity.New(identity.Deps{DB: d, Key: sitekey.ForTest(), Revocations: revoke.NewFeed(d), BaseURL: "http://localhost:8080", Now: c.Now, Record: k.record})
	require.NoError(t, err)
	a := person(t, node{s, nil}, "ada@housecall.test")
	k.lines()
	var first identity.Tokens
	require.NoError(t, d.InTx(ctx, func(tx *db.Conn) (err error) {
		_, first, err = s.GrantTx(tx, identity.Family{Account: a.ID, Client: "app", Offline: true, Scopes: []string{"patient/*.rs"}})
		return err
	}))
	_, second, err := s.Refresh(ctx, first.Refresh, "app", nil)
	require.NoError(t, err)
	_, _, err = s.Refresh(ctx, second.Refresh, "app", nil)
	require.NoError(t, err)
	c.Add(time.Minute)
	_, _, err = s.Refresh(ctx, first.Refresh, "app", nil)
	require.Error(t, err)
	require.Equal(t, []string{"create token client:app", "update token client:app", "update token client:app", "delete refresh token used twice client:app failed"}, k.lines())
}
