package identity_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

func TestCodesAreTakenOnce(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		a := staff(t, s, "lee@housecall.test")
		e, err := s.EnrollTOTP(ctx, a.ID)
		require.NoError(t, err)
		again, err := s.EnrollTOTP(ctx, a.ID)
		require.NoError(t, err)
		require.Equal(t, e.Secret, again.Secret, "the picture scanned a moment ago stays good")
		code := codeAt(t, e.Secret, c.Now())
		require.Error(t, s.CheckTOTP(ctx, a.ID, code), "an unconfirmed secret counts for nothing")
		require.NoError(t, s.ConfirmTOTP(ctx, a.ID, code))
		require.Equal(t, "wrong_code", fault.Of(s.CheckTOTP(ctx, a.ID, code)).Code, "the confirming code is used up")
		c.Add(30 * time.Second)
		code = codeAt(t, e.Secret, c.Now())
		require.NoError(t, s.CheckTOTP(ctx, a.ID, code[:3]+" "+code[3:]))
		require.Error(t, s.CheckTOTP(ctx, a.ID, code), "replay")
		require.Error(t, s.CheckTOTP(ctx, a.ID, codeAt(t, e.Secret, c.Now().Add(-30*time.Second))), "nor an older step")
		require.NoError(t, s.CheckTOTP(ctx, a.ID, codeAt(t, e.Secret, c.Now().Add(30*time.Second))), "a clock half a minute ahead")
		require.Error(t, s.CheckTOTP(ctx, a.ID, codeAt(t, e.Secret, c.Now().Add(5*time.Minute))))

		b := staff(t, s, "b@housecall.test")
		require.NoError(t, s.ImportTOTP(ctx, b.ID, e.Secret))
		require.True(t, fault.Is(s.ImportTOTP(ctx, b.ID, "not base32!"), fault.Invalid))
		on, err := s.TOTPEnabled(ctx, b.ID)
		require.NoError(t, err)
		require.True(t, on)
	})
}

func TestWrongCodesAreBounded(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		a := person(t, s, "ada@housecall.test")
		require.NoError(t, s.ImportTOTP(ctx, a.ID, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"))
		var err error
		n := 0
		for ; n < 40; n++ {
			if err = s.CheckTOTP(ctx, a.ID, "00000x"); fault.Is(err, fault.TooMany) {
				break
			}
		}
		require.Equal(t, 30, n)
		wait, ok := identity.RetryAfter(err)
		require.True(t, ok)
		require.LessOrEqual(t, wait, time.Hour)
	})
}

func TestStaffKeepASecondFactor(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		a := staff(t, s, "lee@housecall.test")
		const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
		require.NoError(t, s.ImportTOTP(ctx, a.ID, secret))
		_, who := signIn(t, s, a.ID, identity.SecondFactor)
		require.True(t, fault.Is(s.TOTPRemove(ctx, who, codeAt(t, secret, c.Now())), fault.Conflict))

		require.NoError(t, s.ResetFactors(ctx, a.ID))
		f, err := s.Factors(ctx, a.ID)
		require.NoError(t, err)
		require.False(t, f.Second())

		b := person(t, s, "ada@housecall.test")
		require.NoError(t, s.ImportTOTP(ctx, b.ID, secret))
		_, who = signIn(t, s, b.ID, identity.SecondFactor)
		require.Error(t, s.TOTPRemove(ctx, who, "000000"))
		require.NoError(t, s.TOTPRemove(ctx, who, codeAt(t, secret, c.Now())))
		on, err := s.TOTPEnabled(ctx, b.ID)
		require.NoError(t, err)
		require.False(t, on)
	})
}
