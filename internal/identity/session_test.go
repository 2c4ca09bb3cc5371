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

func TestSessionEndsByIdlenessAndByAge(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		a := person(t, s, "ada@housecall.test")
		cookie, who := signIn(t, s, a.ID, identity.Password)
		require.Equal(t, a.ID, who.Account)
		require.NotContains(t, who.Session, cookie)
		start := c.Now()

		c.Add(29 * time.Minute)
		x, err := s.Session(ctx, cookie, false)
		require.NoError(t, err)
		require.WithinDuration(t, start.Add(30*time.Minute), x.IdleExpiresAt, time.Second, "polling is no activity")
		x, err = s.Session(ctx, cookie, true)
		require.NoError(t, err)
		require.WithinDuration(t, c.Now().Add(30*time.Minute), x.IdleExpiresAt, time.Second)
		c.Add(29 * time.Minute)
		_, err = s.Extend(ctx, cookie)
		require.NoError(t, err)
		c.Add(31 * time.Minute)
		_, err = s.Session(ctx, cookie, true)
		require.Equal(t, "signed_out", fault.Of(err).Code)

		cookie, _ = signIn(t, s, a.ID, identity.Password)
		for range 36 {
			c.Add(20 * time.Minute)
			x, err = s.Session(ctx, cookie, true)
			if err != nil {
				break
			}
			require.False(t, x.IdleExpiresAt.After(x.ExpiresAt))
		}
		require.Equal(t, "signed_out", fault.Of(err).Code, "twelve hours are the end")
	})
}

func TestLogoutEndsTheSessionOnEveryNode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		one, two := startNode(t, d, time.Now), startNode(t, d, time.Now)
		a := person(t, one, "ada@housecall.test")
		cookie, _ := signIn(t, one, a.ID, identity.Password)
		_, err := two.Session(ctx, cookie, false)
		require.NoError(t, err)
		require.NoError(t, one.End(ctx, cookie))
		_, err = one.Session(ctx, cookie, false)
		require.Equal(t, "signed_out", fault.Of(err).Code, "at once where it happened")
		require.Eventually(t, func() bool {
			_, err := two.Session(ctx, cookie, false)
			return fault.Is(err, fault.Unauthenticated)
		}, 5*time.Second, 20*time.Millisecond, "and soon on the others")
		require.NoError(t, one.End(ctx, cookie), "twice is once")
	})
}

func TestNothingRememberedIsTrustedWhenTheFeedIsNotFresh(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		one, two := startNode(t, d, time.Now), startNode(t, d, time.Now)
		a := person(t, one, "ada@housecall.test")
		cookie, _ := signIn(t, two, a.ID, identity.Password)
		two.feed.Stop()
		require.Eventually(t, func() bool { return !two.feed.Fresh() }, 10*time.Second, 50*time.Millisecond)
		require.NoError(t, one.End(ctx, cookie))
		_, err := two.Session(ctx, cookie, false)
		require.Equal(t, "signed_out", fault.Of(err).Code)
	})
}

func TestStaffGetNoSessionForAPassword(t *testing.T) {
	each(t, func(t *testing.T, s node, _ *clock) {
		a := staff(t, s, "lee@housecall.test")
		_, _, err := s.StartSession(context.Background(), identity.NewSession{Account: a.ID, Proof: identity.Password})
		require.Equal(t, "second_factor", fault.Of(err).Code)
		_, who := signIn(t, s, a.ID, identity.SecondFactor)
		require.True(t, who.Is(identity.Clinician))
	})
}

func TestSignInReplacesTheCookieBefore(t *testing.T) {
	each(t, func(t *testing.T, s node, _ *clock) {
		ctx := context.Background()
		a := person(t, s, "ada@housecall.test")
		planted, _ := signIn(t, s, a.ID, identity.Password)
		_, cookie, err := s.StartSession(ctx, identity.NewSession{Account: a.ID, Proof: identity.Password, Replaces: planted})
		require.NoError(t, err)
		require.NotEqual(t, planted, cookie)
		_, err = s.Session(ctx, planted, false)
		require.Error(t, err)
		_, err = s.Session(ctx, cookie, false)
		require.NoError(t, err)
	})
}

func TestDisableRolesAndPasswordReachLiveSessions(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		a := staff(t, s, "lee@housecall.test")
		one, _ := signIn(t, s, a.ID, identity.SecondFactor)
		two, who := signIn(t, s, a.ID, identity.SecondFactor)
		require.NoError(t, s.SetRoles(ctx, a.ID, []identity.Role{identity.Nurse, identity.Privacy}))
		x, err := s.Session(ctx, two, false)
		require.NoError(t, err)
		require.Equal(t, []identity.Role{identity.Nurse, identity.Privacy}, x.Roles)

		require.True(t, fault.Is(s.ChangePassword(ctx, who, "not it at all", "four green lanterns"), fault.Invalid))
		require.NoError(t, s.ChangePassword(ctx, who, goodPassword, "four green lanterns"))
		_, err = s.Session(ctx, one, false)
		require.Error(t, err, "the other sessions end")
		_, err = s.Session(ctx, two, false)
		require.NoError(t, err, "the one that changed it goes on")

		require.NoError(t, s.Disable(ctx, a.ID))
		_, err = s.Session(ctx, two, false)
		require.Error(t, err)
	})
}

func TestPlaces(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		a := person(t, s, "ada@housecall.test")
		first, _ := signIn(t, s, a.ID, identity.Password)
		c.Add(time.Minute)
		_, who := signIn(t, s, a.ID, identity.Password)
		places, err := s.Places(ctx, who)
		require.NoError(t, err)
		require.Len(t, places, 2)
		require.True(t, places[0].Current)
		require.Equal(t, "Firefox, Linux", places[0].Device)

		_, stranger := signIn(t, s, person(t, s, "b@housecall.test").ID, identity.Password)
		require.True(t, fault.Is(s.EndPlace(ctx, stranger, places[1].ID), fault.NotFound), "only one's own")
		require.NoError(t, s.EndPlace(ctx, who, places[1].ID))
		_, err = s.Session(ctx, first, false)
		require.Error(t, err)
	})
}

func TestEndingAnotherPlaceAsksForAFreshProof(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		a := person(t, s, "ada@housecall.test")
		other, there := signIn(t, s, a.ID, identity.Password)
		cookie, who := signIn(t, s, a.ID, identity.Password)
		c.Add(identity.StepUpAge + time.Second)
		require.Equal(t, "step_up", fault.Of(s.EndPlace(ctx, who, there.Session)).Code)
		require.Equal(t, "step_up", fault.Of(s.EndPlace(ctx, who, "0f6f8a4e-1c0b-4b52-9d52-3d1f6b7a9e11")).Code, "what is not there is told no sooner")
		_, err := s.Session(ctx, other, false)
		require.NoError(t, err, "nothing ended")
		_, err = s.StepUpPassword(ctx, who, goodPassword)
		require.NoError(t, err)
		x, err := s.Session(ctx, cookie, false)
		require.NoError(t, err)
		require.NoError(t, s.EndPlace(ctx, x.Principal, there.Session))
		_, err = s.Session(ctx, other, false)
		require.True(t, fault.Is(err, fault.Unauthenticated))
		c.Add(identity.StepUpAge + time.Second)
		require.NoError(t, s.EndPlace(ctx, x.Principal, who.Session), "signing oneself out needs nothing")
	})
}

func TestStepUp(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		a := person(t, s, "ada@housecall.test")
		cookie, who := signIn(t, s, a.ID, identity.Password)
		require.True(t, who.Recent(c.Now()))
		c.Add(11 * time.Minute)
		require.False(t, who.Recent(c.Now()))
		require.Equal(t, "step_up", fault.Of(who.RequireRecent(c.Now())).Code)
		_, err := s.StepUpPassword(ctx, who, "wrong password")
		require.True(t, fault.Is(err, fault.Invalid))
		until, err := s.StepUpPassword(ctx, who, goodPassword)
		require.NoError(t, err)
		require.Equal(t, c.Now().Add(identity.StepUpAge), until)
		x, err := s.Session(ctx, cookie, false)
		require.NoError(t, err)
		require.True(t, x.Recent(c.Now()))

		e, err := s.TOTPBegin(ctx, x.Principal)
		require.NoError(t, err)
		require.NoError(t, s.TOTPFinish(ctx, x.Principal, codeAt(t, e.Secret, c.Now())))
		x, err = s.Session(ctx, cookie, false)
		require.NoError(t, err)
		require.Equal(t, identity.SecondFactor, x.Proof)
		_, err = s.StepUpPassword(ctx, x.Principal, goodPassword)
		require.Equal(t, "second_factor", fault.Of(err).Code, "who has codes confirms by them")
		c.Add(11 * time.Minute)
		_, err = s.TOTPBegin(ctx, x.Principal)
		require.Equal(t, "step_up", fault.Of(err).Code)
		_, err = s.StepUpTOTP(ctx, x.Principal, codeAt(t, e.Secret, c.Now()))
		require.NoError(t, err)
	})
}

func TestCSRFAndCookies(t *testing.T) {
	each(t, func(t *testing.T, s node, _ *clock) {
		require.True(t, s.CheckCSRF("one", s.CSRF("one")))
		require.False(t, s.CheckCSRF("two", s.CSRF("one")))
		require.False(t, s.CheckCSRF("", s.CSRF("")))
		k := s.Cookie("value")
		require.True(t, k.HttpOnly)
		require.Regexp(t, `^hc_[0-9a-f]{8}$`, k.Name)
		require.Negative(t, s.Cookie("").MaxAge)
	})
}
