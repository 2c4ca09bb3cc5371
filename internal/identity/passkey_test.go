package identity_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/identity/passkeytest"
)

const origin = "http://localhost:8080"

func register(t *testing.T, s node, who identity.Principal, a *passkeytest.Authenticator) identity.PasskeyInfo {
	t.Helper()
	options, err := s.PasskeyRegisterBegin(context.Background(), who)
	require.NoError(t, err)
	var o struct {
		AuthenticatorSelection struct{ ResidentKey, UserVerification string }
	}
	require.NoError(t, json.Unmarshal(options, &o))
	require.Equal(t, "required", o.AuthenticatorSelection.ResidentKey)
	require.Equal(t, "required", o.AuthenticatorSelection.UserVerification)
	info, err := s.PasskeyRegisterFinish(context.Background(), who, "My phone", a.Create(t, options))
	require.NoError(t, err)
	return info
}

func TestPasskeySignIn(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		a := person(t, s, "ada@housecall.test")
		_, who := signIn(t, s, a.ID, identity.Password)
		key := passkeytest.New(origin)
		info := register(t, s, who, key)

		_, weak := signIn(t, s, a.ID, identity.Password)
		require.False(t, weak.Recent(c.Now()), "a password is no fresh proof beside a passkey")
		_, err := s.StepUpPassword(ctx, weak, goodPassword)
		require.Equal(t, "second_factor", fault.Of(err).Code)
		_, err = s.PasskeyRegisterBegin(ctx, weak)
		require.Equal(t, "step_up", fault.Of(err).Code)

		begin := func() []byte {
			o, err := s.PasskeyBegin(ctx, "request-1")
			require.NoError(t, err)
			return o
		}
		answer := key.Get(t, begin())
		got, err := s.CheckPasskey(ctx, "request-1", answer)
		require.NoError(t, err)
		require.Equal(t, a.ID, got.ID)
		_, err = s.CheckPasskey(ctx, "request-1", answer)
		require.Equal(t, "expired", fault.Of(err).Code, "a ceremony is taken once")

		answer = key.Get(t, begin())
		_, err = s.CheckPasskey(ctx, "request-2", answer)
		require.Equal(t, "expired", fault.Of(err).Code, "and belongs to its request")
		c.Add(6 * time.Minute)
		_, err = s.CheckPasskey(ctx, "request-1", answer)
		require.Equal(t, "expired", fault.Of(err).Code, "for five minutes")

		key.Verified = false
		_, err = s.CheckPasskey(ctx, "request-1", key.Get(t, begin()))
		require.Equal(t, "wrong", fault.Of(err).Code, "presence alone is not enough")
		key.Verified = true
		key.Origin = "http://localhost:9999"
		_, err = s.CheckPasskey(ctx, "request-1", key.Get(t, begin()))
		require.Equal(t, "wrong", fault.Of(err).Code, "another site's signature")
		key.Origin = origin
		_, err = s.CheckPasskey(ctx, "request-1", []byte(`{"id":`))
		require.Error(t, err)

		key.Count = 7
		_, err = s.CheckPasskey(ctx, "request-1", key.Get(t, begin()))
		require.NoError(t, err)
		key.Count = 3
		_, err = s.CheckPasskey(ctx, "request-1", key.Get(t, begin()))
		require.Equal(t, "wrong", fault.Of(err).Code, "a counter that goes back is a copy")

		key.Count = 8
		require.NoError(t, s.Disable(ctx, a.ID))
		_, err = s.CheckPasskey(ctx, "request-1", key.Get(t, begin()))
		require.Equal(t, "wrong", fault.Of(err).Code)
		require.NotEmpty(t, info.ID)
	})
}

func TestPasskeyStepUpRenameAndDelete(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		a := staff(t, s, "lee@housecall.test")
		cookie, who := signIn(t, s, a.ID, identity.SecondFactor)
		_, err := s.StepUpPasskeyBegin(ctx, who)
		require.True(t, fault.Is(err, fault.Conflict), "there is none yet")
		key := passkeytest.New(origin)
		info := register(t, s, who, key)

		c.Add(15 * time.Minute)
		_, err = s.PasskeyRegisterBegin(ctx, who)
		require.Equal(t, "step_up", fault.Of(err).Code)
		options, err := s.StepUpPasskeyBegin(ctx, who)
		require.NoError(t, err)
		_, err = s.StepUpPasskey(ctx, who, key.Get(t, options))
		require.NoError(t, err)
		x, err := s.Session(ctx, cookie, false)
		require.NoError(t, err)
		require.True(t, x.Fresh(c.Now(), identity.StepUpAge))
		require.Equal(t, identity.Passkey, x.Proof)

		b := staff(t, s, "b@housecall.test")
		_, other := signIn(t, s, b.ID, identity.SecondFactor)
		register(t, s, other, passkeytest.New(origin))
		options, err = s.StepUpPasskeyBegin(ctx, other)
		require.NoError(t, err)
		_, err = s.StepUpPasskey(ctx, other, key.Get(t, options))
		require.Equal(t, "wrong", fault.Of(err).Code, "somebody else's passkey")

		require.NoError(t, s.RenamePasskey(ctx, who, info.ID, "Kitchen tablet"))
		items, err := s.Passkeys(ctx, who)
		require.NoError(t, err)
		require.Equal(t, "Kitchen tablet", items[0].Name)
		require.False(t, items[0].LastUsedAt.IsZero())
		require.True(t, fault.Is(s.RenamePasskey(ctx, other, info.ID, "Mine"), fault.NotFound))
		require.True(t, fault.Is(s.DeletePasskey(ctx, other, info.ID, nil), fault.NotFound))
		require.True(t, fault.Is(s.DeletePasskey(ctx, x.Principal, info.ID, nil), fault.Conflict), "staff keep a second factor")
		require.NoError(t, s.ImportTOTP(ctx, a.ID, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"))
		require.NoError(t, s.DeletePasskey(ctx, x.Principal, info.ID, nil))
	})
}

// A link with an issuer that is not set up any more opens nothing: it does not stand
// in for the last passkey.
func TestTheLastPasskeyStaysWhereOnlyADeadLinkIsLeft(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		a, err := s.CreateAccount(ctx, identity.NewAccount{Email: "ada@housecall.test", Name: "Ada Verne", Kind: identity.Person})
		require.NoError(t, err)
		_, who := signIn(t, s, a.ID, identity.Passkey)
		info := register(t, s, who, passkeytest.New(origin))
		require.NoError(t, s.LinkOutside(ctx, who, "https://gone.example", "42"))
		for _, setUp := range [][]string{nil, {"https://other.example"}} {
			require.True(t, fault.Is(s.DeletePasskey(ctx, who, info.ID, setUp), fault.Conflict), setUp)
		}
		items, err := s.Passkeys(ctx, who)
		require.NoError(t, err)
		require.Len(t, items, 1)
		require.NoError(t, s.DeletePasskey(ctx, who, info.ID, []string{"https://other.example", "https://gone.example"}))
	})
}
