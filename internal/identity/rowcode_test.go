package identity_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/identity/passkeytest"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
)

// recorded is a node that keeps its acts.
func recorded(t *testing.T, d *db.DB, c *clock) (node, *kept) {
	t.Helper()
	k, feed := &kept{}, revoke.NewFeed(d)
	s, err := identity.New(identity.Deps{DB: d, Key: sitekey.ForTest(), Revocations: feed, BaseURL: origin, Now: c.Now, Record: k.record})
	require.NoError(t, err)
	require.NoError(t, feed.Start(context.Background()))
	t.Cleanup(feed.Stop)
	return node{s, feed}, k
}

// byHand writes to the database as somebody does who has it and not the site key.
func byHand(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	require.NoError(t, d.InTx(context.Background(), func(c *db.Conn) error {
		n, err := c.Exec(query, args...)
		require.NotZero(t, n, "nothing was changed")
		return err
	}))
}

func TestAnExchangedPasskeySignsNobodyIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := context.Background(), newClock()
		s, k := recorded(t, d, c)
		a, b := person(t, s, "ada@housecall.test"), person(t, s, "bob@housecall.test")
		_, who := signIn(t, s, a.ID, identity.Passkey)
		key := passkeytest.New(origin)
		register(t, s, who, key)
		in := func(with *passkeytest.Authenticator) error {
			options, err := s.PasskeyBegin(ctx, "request")
			require.NoError(t, err)
			_, err = s.CheckPasskey(ctx, "request", with.Get(t, options))
			return err
		}
		require.NoError(t, in(key))
		n, err := s.OddRows(ctx)
		require.NoError(t, err)
		require.Zero(t, n)

		var data, code []byte
		require.NoError(t, d.Read(ctx).QueryRow(`SELECT data, code FROM passkeys WHERE account = ?`, a.ID).Scan(&data, &code))
		var stored webauthn.Credential
		require.NoError(t, json.Unmarshal(data, &stored))
		thief, cose := key.Imposter(t)
		stored.PublicKey = cose
		forged, err := json.Marshal(stored)
		require.NoError(t, err)
		k.lines()
		byHand(t, d, `UPDATE passkeys SET data = ? WHERE account = ?`, forged, a.ID)
		require.Error(t, in(thief), "its code is of the other key")
		require.Equal(t, []string{"login row code passkeys refused"}, k.lines(), "told once, by id")
		require.Error(t, in(thief))
		require.Empty(t, k.lines())
		n, err = s.OddRows(ctx)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		byHand(t, d, `UPDATE passkeys SET code = NULL WHERE account = ?`, a.ID)
		require.Error(t, in(thief), "none is no code")
		_, err = s.StepUpPasskeyBegin(ctx, who)
		require.True(t, fault.Is(err, fault.Conflict), "it is none of their passkeys")

		byHand(t, d, `UPDATE passkeys SET data = ?, code = ? WHERE account = ?`, data, code, a.ID)
		require.NoError(t, in(key), "put back, it is the old one")
		byHand(t, d, `UPDATE passkeys SET account = ? WHERE account = ?`, b.ID, a.ID)
		_, other := signIn(t, s, b.ID, identity.Passkey)
		_, err = s.StepUpPasskeyBegin(ctx, other)
		require.True(t, fault.Is(err, fault.Conflict), "a passkey is nobody else's")
	})
}

func TestAnAccountThatWasChangedByHandIsClosed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := context.Background(), newClock()
		s, k := recorded(t, d, c)
		a, b := person(t, s, "ada@housecall.test"), person(t, s, "bob@housecall.test")
		lee := staff(t, s, "lee@housecall.test")
		login := func(email string) error {
			_, err := s.CheckPassword(ctx, email, goodPassword, "192.0.2.7", "")
			return err
		}
		require.NoError(t, login(a.Email))
		require.NoError(t, s.SetPassword(ctx, a.ID, "nine quiet lanterns"))
		require.Error(t, login(a.Email))

		k.lines()
		byHand(t, d, `UPDATE accounts SET password = (SELECT password FROM accounts x WHERE x.id = ?) WHERE id = ?`, b.ID, a.ID)
		require.Equal(t, "wrong", fault.Of(login(a.Email)).Code, "somebody else's password in its place")
		require.Equal(t, []string{"login row code accounts refused", "login password refused"}, k.lines())
		require.Error(t, s.SetPassword(ctx, a.ID, "four green ladders"), "nothing makes good what was forged")
		require.Error(t, s.Disable(ctx, a.ID))
		_, _, err := s.StartSession(ctx, identity.NewSession{Account: a.ID, Proof: identity.Passkey})
		require.Equal(t, "row_code", fault.Of(err).Code, "whichever way they come")

		cookie, _ := signIn(t, s, lee.ID, identity.SecondFactor)
		byHand(t, d, `UPDATE accounts SET roles = 'clinician admin' WHERE id = ?`, lee.ID)
		c.Add(31 * time.Second) // as long as a session is remembered
		_, err = s.Session(ctx, cookie, false)
		require.Equal(t, "signed_out", fault.Of(err).Code, "who is in already is out")
		token, err := s.IssueToken(ctx, b.ID, "", []string{"patient/*.rs"}, time.Hour)
		require.NoError(t, err)
		byHand(t, d, `UPDATE accounts SET patient = 'somebody-elses' WHERE id = ?`, b.ID)
		_, err = s.Bearer(ctx, token)
		require.True(t, fault.Is(err, fault.Unauthenticated), "and so is their app")

		for _, id := range []string{a.ID, b.ID, lee.ID} { // an operator looked, and found it right
			require.NoError(t, s.ConfirmAccount(ctx, id))
		}
		require.NoError(t, login(a.Email))
		n, err := s.OddRows(ctx)
		require.NoError(t, err)
		require.Zero(t, n)
	})
}

func TestALinkedAccountIsNobodyElses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := context.Background(), newClock()
		s, _ := recorded(t, d, c)
		a, b := person(t, s, "ada@housecall.test"), person(t, s, "bob@housecall.test")
		_, who := signIn(t, s, b.ID, identity.Password)
		require.NoError(t, s.LinkOutside(ctx, who, "https://id.example", "bob"))
		got, err := s.AccountOutside(ctx, "https://id.example", "bob")
		require.NoError(t, err)
		require.Equal(t, b.ID, got.ID)
		byHand(t, d, `UPDATE account_logins SET account = ? WHERE subject = 'bob'`, a.ID)
		_, err = s.AccountOutside(ctx, "https://id.example", "bob")
		require.Equal(t, "not_linked", fault.Of(err).Code)
	})
}

// What was there before the codes gets its own once. After that a missing code is none,
// also when somebody takes the mark away by which it is known that this was done.
func TestRowsOfBeforeGetTheirCodeOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := context.Background(), newClock()
		s, k := recorded(t, d, c)
		a := person(t, s, "ada@housecall.test")
		_, who := signIn(t, s, a.ID, identity.Password)
		require.NoError(t, s.LinkOutside(ctx, who, "https://id.example", "ada"))
		register(t, s, who, passkeytest.New(origin))
		for _, table := range []string{"accounts", "passkeys", "account_logins"} {
			byHand(t, d, `UPDATE `+table+` SET code = NULL`)
		}
		odd := func() int {
			n, err := s.OddRows(ctx)
			require.NoError(t, err)
			return n
		}
		require.Equal(t, 3, odd())
		k.lines()
		require.NoError(t, s.CodeRows(ctx))
		require.Zero(t, odd())
		require.Equal(t, []string{"update row codes given: 3"}, k.lines(), "a second time would be seen")

		byHand(t, d, `UPDATE accounts SET code = NULL`)
		require.NoError(t, s.CodeRows(ctx))
		require.Equal(t, 1, odd(), "once")
		byHand(t, d, `DELETE FROM site WHERE name = 'row codes'`)
		require.NoError(t, s.CodeRows(ctx))
		require.Equal(t, 1, odd(), "not beside rows that have one")
		require.Equal(t, []string{"update row codes: the mark was gone failed"}, k.lines())
	})
}
