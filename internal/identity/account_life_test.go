package identity_test

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/identity/passkeytest"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
)

func code(err error) string { return fault.Of(err).Code }

// addPasskey gives an account a passkey on a new device.
func addPasskey(t *testing.T, s node, who identity.Principal) *passkeytest.Authenticator {
	t.Helper()
	key := passkeytest.New("http://localhost:8080")
	options, err := s.PasskeyRegisterBegin(context.Background(), who)
	require.NoError(t, err)
	_, err = s.PasskeyRegisterFinish(context.Background(), who, "Phone", key.Create(t, options))
	require.NoError(t, err)
	return key
}

func TestRecoveryCodes(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		ada := person(t, s, "ada@housecall.test")
		cookie, who := signIn(t, s, ada.ID, identity.Password)
		_, err := s.NewRecoveryCodes(ctx, who)
		require.True(t, fault.Is(err, fault.Conflict), "there is nothing to stand in for")
		e, err := s.TOTPBegin(ctx, who)
		require.NoError(t, err)
		require.NoError(t, s.TOTPFinish(ctx, who, codeAt(t, e.Secret, c.Now())))
		codes, err := s.NewRecoveryCodes(ctx, who)
		require.NoError(t, err)
		require.Len(t, codes, 10)
		left, err := s.RecoveryCodes(ctx, who)
		require.NoError(t, err)
		require.Equal(t, 10, left)

		typed := strings.ToLower(strings.ReplaceAll(codes[0], "-", " ")) // as people type
		var wg sync.WaitGroup
		var mu sync.Mutex
		right := 0
		for range 4 {
			wg.Go(func() {
				err := s.CheckCode(ctx, ada.ID, typed)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					right++
				} else {
					require.Equal(t, "wrong_code", code(err))
				}
			})
		}
		wg.Wait()
		require.Equal(t, 1, right, "a code is good once, also when it is used twice at the same moment")
		bob := person(t, s, "bob@housecall.test")
		require.Equal(t, "wrong_code", code(s.CheckCode(ctx, bob.ID, codes[1])), "it is one person's")
		require.NoError(t, s.CheckCode(ctx, ada.ID, codes[1]))
		left, err = s.RecoveryCodes(ctx, who)
		require.NoError(t, err)
		require.Equal(t, 8, left)

		c.Add(11 * time.Minute)
		x, err := s.Session(ctx, cookie, false)
		require.NoError(t, err)
		_, err = s.NewRecoveryCodes(ctx, x.Principal)
		require.Equal(t, "step_up", code(err))
		_, err = s.StepUpTOTP(ctx, x.Principal, codes[2])
		require.NoError(t, err)
		x, err = s.Session(ctx, cookie, false)
		require.NoError(t, err)
		fresh, err := s.NewRecoveryCodes(ctx, x.Principal)
		require.NoError(t, err)
		require.Equal(t, "wrong_code", code(s.CheckCode(ctx, ada.ID, codes[3])), "new ones make the old ones useless")
		require.NoError(t, s.TOTPRemove(ctx, x.Principal, fresh[0]), "who lost the app can turn it off")
	})
}

func TestAnAddressCountsOnceItsMailWasRead(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		mail := collect(s)
		ada, bob := person(t, s, "ada@housecall.test"), person(t, s, "bob@housecall.test")
		cookie, who := signIn(t, s, ada.ID, identity.Password)
		verified := func() (string, bool) {
			a, err := s.AccountByID(ctx, ada.ID)
			require.NoError(t, err)
			return a.Email, a.Verified
		}
		require.NoError(t, s.VerifyAddress(ctx, who))
		l := mail.letters(t)
		require.Len(t, l, 1)
		require.NoError(t, s.Verify(ctx, tokenOf(t, l[0].URL)))
		require.Equal(t, "link", code(s.Verify(ctx, tokenOf(t, l[0].URL))), "once")
		_, ok := verified()
		require.True(t, ok)
		require.True(t, fault.Is(s.VerifyAddress(ctx, who), fault.Conflict))

		require.NoError(t, s.ChangeAddress(ctx, who, "New@housecall.test"))
		l = mail.letters(t)
		require.Len(t, l, 2)
		require.Equal(t, "ada@housecall.test", l[0].To, "the old address is told")
		require.Empty(t, l[0].URL)
		require.Equal(t, "new@housecall.test", l[1].To)
		email, _ := verified()
		require.Equal(t, "ada@housecall.test", email, "nothing is changed yet")
		require.NoError(t, s.ChangeAddress(ctx, who, bob.Email), "who has an account here is not said")
		require.Equal(t, "link", code(s.Verify(ctx, tokenOf(t, l[1].URL))), "a later wish replaces the one before")
		for _, one := range mail.letters(t) {
			require.NotEqual(t, bob.Email, one.To, "nobody else's mailbox is used")
		}
		require.NoError(t, s.ChangeAddress(ctx, who, "new@housecall.test"))
		l = mail.letters(t)
		require.NoError(t, s.Verify(ctx, tokenOf(t, l[1].URL)))
		email, ok = verified()
		require.Equal(t, "new@housecall.test", email)
		require.True(t, ok)
		_, err := s.Session(ctx, cookie, false)
		require.NoError(t, err, "whoever changed it stays signed in")

		c.Add(11 * time.Minute)
		require.Equal(t, "step_up", code(s.ChangeAddress(ctx, who, "third@housecall.test")))
	})
}

func TestAResetGoesToVerifiedAddressesOnlyAndTellsNothing(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		mail := collect(s)
		ada, off := person(t, s, "ada@housecall.test"), person(t, s, "off@housecall.test")
		keys, err := s.CreateAccount(ctx, identity.NewAccount{Email: "keys@housecall.test", Name: "Only Keys", Kind: identity.Person})
		require.NoError(t, err)
		verify := func(a identity.Account) identity.Principal {
			_, who := signIn(t, s, a.ID, identity.Password)
			require.NoError(t, s.VerifyAddress(ctx, who))
			require.NoError(t, s.Verify(ctx, tokenOf(t, mail.letters(t)[0].URL)))
			return who
		}
		ask := func(email string) []identity.Letter {
			require.NoError(t, s.AskReset(ctx, email, "192.0.2.1"))
			mail.mu.Lock()
			require.Len(t, mail.ids, 1, "the same is written for everybody")
			mail.mu.Unlock()
			return mail.letters(t)
		}
		require.Empty(t, ask("ada@housecall.test"), "not verified yet")
		who := verify(ada)
		verify(keys)
		verify(off)
		require.NoError(t, s.Disable(ctx, off.ID))
		require.Empty(t, ask("nobody@housecall.test"))
		require.Empty(t, ask("off@housecall.test"))
		require.Empty(t, ask("keys@housecall.test"), "who has passkeys only gets no password by mail")

		e, err := s.TOTPBegin(ctx, who)
		require.NoError(t, err)
		require.NoError(t, s.TOTPFinish(ctx, who, codeAt(t, e.Secret, c.Now())))
		require.Len(t, mail.letters(t), 1, "told of the second factor")
		cookie, _ := signIn(t, s, ada.ID, identity.SecondFactor)
		l := ask("Ada@housecall.test")
		require.Len(t, l, 1)
		token := tokenOf(t, l[0].URL)
		require.Equal(t, "reused", code(s.ResetPassword(ctx, token, goodPassword)))
		require.NoError(t, s.ResetPassword(ctx, token, "eleven green lanterns"))
		require.Equal(t, "link", code(s.ResetPassword(ctx, token, "twelve other lanterns")))
		_, err = s.Session(ctx, cookie, false)
		require.True(t, fault.Is(err, fault.Unauthenticated), "what was signed in has ended")
		f, err := s.Factors(ctx, ada.ID)
		require.NoError(t, err)
		require.True(t, f.TOTP, "the second factor stays")
		told := mail.letters(t)
		require.Len(t, told, 1)
		require.Empty(t, told[0].URL)

		sent := 0
		for range 8 {
			if err := s.AskReset(ctx, "ada@housecall.test", "192.0.2.2"); err == nil {
				sent += len(mail.letters(t))
			}
		}
		require.LessOrEqual(t, sent, 4, "nobody's mailbox is filled")
		c.Add(2 * time.Hour)
		l = ask("ada@housecall.test")
		c.Add(61 * time.Minute)
		require.Equal(t, "link", code(s.ResetPassword(ctx, tokenOf(t, l[0].URL), "twelve other lanterns")), "a link is good for an hour")
	})
}

func TestOldPasswordsAreNotTakenAgain(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		ada := person(t, s, "ada@housecall.test")
		set := func(p string) error { c.Add(time.Minute); return s.SetPassword(ctx, ada.ID, p) }
		require.Equal(t, "reused", code(set(goodPassword)))
		for i := range 4 {
			require.NoError(t, set(fmt.Sprintf("lantern number %d is lit", i)))
		}
		require.Equal(t, "reused", code(set(goodPassword)))
		require.NoError(t, set("lantern number 9 is lit"))
		require.NoError(t, set(goodPassword), "five others came between")
		for _, p := range []string{"!P@ssw0rd2026!!", "Ada Verne 1234!", "xx ada@housecall.test", "footballfootball", "Ch0c0late12345"} {
			require.True(t, fault.Is(set(p), fault.Invalid), p)
		}
	})
}

// The list is told five signs of a hash, and when it does not answer the local
// list has the last word.
func TestStolenPasswordsAreRefused(t *testing.T) {
	const stolen = "quite ordinary words"
	sum := sha1.Sum([]byte(stolen))
	hash := strings.ToUpper(hex.EncodeToString(sum[:]))
	var asked []string
	broken := false
	list := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String())
		if broken {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		fmt.Fprintf(w, "0018A45C4D1DEF81644B54AB7F969B88D65:0\r\n%s:37\r\n", hash[5:])
	}))
	t.Cleanup(list.Close)
	b, err := identity.ParseBreach(list.URL + "/range")
	require.NoError(t, err)
	d := dbtest.SQLite(t)
	s, err := identity.New(identity.Deps{DB: d, Key: sitekey.ForTest(), Revocations: revoke.NewFeed(d), BaseURL: "http://localhost:8080", Breach: b})
	require.NoError(t, err)
	ctx := context.Background()
	add := func(email, password string) error {
		_, err := s.CreateAccount(ctx, identity.NewAccount{Email: email, Name: "Ada Verne", Kind: identity.Person, Password: password})
		return err
	}
	require.Equal(t, "breached", code(add("a@housecall.test", stolen)))
	require.NoError(t, add("b@housecall.test", goodPassword))
	require.Len(t, asked, 2)
	require.Equal(t, "/range/"+hash[:5], asked[0], "five signs and no more")
	broken = true
	require.NoError(t, add("c@housecall.test", stolen), "nobody waits for a list that is away")
	require.True(t, fault.Is(add("d@housecall.test", "password123456"), fault.Invalid))
	for _, bad := range []string{"http://example.org/range", "https://user:secret@example.org", "https://example.org/?q=", "ftp://example.org", "x"} {
		_, err := identity.ParseBreach(bad)
		require.Error(t, err, bad)
	}
}

func TestStaffHelpSomebodyBackIn(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		mail := collect(s)
		dana := desk(t, s, "dana", identity.FrontDesk)
		ada := person(t, s, "ada@housecall.test")
		cookie, who := signIn(t, s, ada.ID, identity.Password)
		lost := addPasskey(t, s, who)
		_, err := s.NewRecoveryCodes(ctx, who)
		require.NoError(t, err)
		require.NoError(t, s.LinkOutside(ctx, who, "https://id.example", "42"))
		_, err = s.Recover(ctx, dana, ada.ID, "", "")
		require.Equal(t, "reason", code(err))
		_, err = s.Recover(ctx, dana, dana.Account, "", "I am who I am")
		require.Equal(t, "role", code(err), "nobody helps themself")
		url, err := s.Recover(ctx, dana, ada.ID, "1952-03-02", "Driving licence seen at the desk")
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(url, "http://localhost:8080/recovery#"))
		require.Empty(t, mail.letters(t), "it is handed over, never mailed")
		_, err = s.Session(ctx, cookie, false)
		require.NoError(t, err, "nothing ends until it is used")

		token := tokenOf(t, url)
		_, err = s.Confirm(ctx, token, "1952-03-03", browserOne, "192.0.2.1")
		require.Equal(t, "birth_date", code(err))
		_, err = s.Confirm(ctx, token, "1952-03-02", browserOne, "192.0.2.1")
		require.NoError(t, err)
		options, err := s.EntrancePasskey(ctx, token, browserOne)
		require.NoError(t, err)
		found := passkeytest.New("http://localhost:8080")
		in, err := s.Enter(ctx, token, browserOne, identity.Choice{Credential: found.Create(t, options)})
		require.NoError(t, err)
		require.Equal(t, ada.ID, in.Account.ID)
		_, err = s.Session(ctx, in.Cookie, false)
		require.NoError(t, err)

		_, err = s.Session(ctx, cookie, false)
		require.True(t, fault.Is(err, fault.Unauthenticated), "all that was signed in has ended")
		options, err = s.PasskeyBegin(ctx, "r1")
		require.NoError(t, err)
		_, err = s.CheckPasskey(ctx, "r1", lost.Get(t, options))
		require.Error(t, err, "the old passkey")
		_, err = s.CheckPassword(ctx, "ada@housecall.test", goodPassword, "192.0.2.1", "")
		require.True(t, fault.Is(err, fault.Unauthenticated), "the old password")
		_, err = s.AccountOutside(ctx, "https://id.example", "42")
		require.ErrorIs(t, err, identity.ErrNotLinked, "the account elsewhere")
		left, err := s.RecoveryCodes(ctx, who)
		require.NoError(t, err)
		require.Zero(t, left)
		options, err = s.PasskeyBegin(ctx, "r2")
		require.NoError(t, err)
		_, err = s.CheckPasskey(ctx, "r2", found.Get(t, options))
		require.NoError(t, err)
		told := mail.letters(t)
		require.Len(t, told, 1)
		require.Equal(t, "ada@housecall.test", told[0].To)
		_, err = s.LookIn(ctx, token)
		require.Equal(t, "link", code(err), "once")
	})
}

// An attacker from everywhere slows nobody down who is at a device that they
// signed in on before, nor at a place of their own.
func TestNobodyIsLockedOutByGuessingFromEverywhere(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		ada := person(t, s, "ada@housecall.test")
		device, err := s.Know(ctx, ada.ID, "")
		require.NoError(t, err)
		guess := func(address, device string) error {
			_, err := s.CheckPassword(ctx, "ada@housecall.test", "wrong", address, device)
			return err
		}
		slowed := 0
		for i := range 40 {
			if err := guess(fmt.Sprintf("198.51.%d.9", i), ""); fault.Is(err, fault.TooMany) {
				slowed++
				wait, ok := identity.RetryAfter(err)
				require.True(t, ok)
				require.LessOrEqual(t, wait, 30*time.Second, "a delay, never a lock")
			}
		}
		require.GreaterOrEqual(t, slowed, 8, "guessing from everywhere is slowed down too")
		for range 12 { // and from the owner's own address, that of a clinic's network
			require.Error(t, guess("192.0.2.7", ""))
		}
		require.True(t, fault.Is(guess("192.0.2.7", strings.Repeat("x", 43)), fault.TooMany), "a made-up device is not known")
		_, err = s.CheckPassword(ctx, "ada@housecall.test", goodPassword, "192.0.2.7", device)
		require.NoError(t, err, "the owner at their own device")
		bob := person(t, s, "bob@housecall.test")
		theirs, err := s.Know(ctx, bob.ID, "")
		require.NoError(t, err)
		require.True(t, fault.Is(guess("192.0.2.7", theirs), fault.TooMany), "another's device is not known for this account")

		c.Add(31 * time.Second)
		_, err = s.CheckPassword(ctx, "ada@housecall.test", goodPassword, "203.0.113.5", "")
		require.NoError(t, err, "somewhere new the owner waits half a minute at most")
		for range 10 {
			require.True(t, fault.Is(guess("192.0.2.7", device), fault.Unauthenticated))
		}
		require.True(t, fault.Is(guess("192.0.2.7", device), fault.TooMany), "a stolen device may not guess for ever")
	})
}

func TestWhatIsOverIsPruned(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClock()
		s := startNode(t, d, c.Now)
		ctx := context.Background()
		collect(s)
		require.NoError(t, s.AskReset(ctx, "nobody@housecall.test", "192.0.2.1"))
		_, _, err := s.Invite(ctx, desk(t, s, "dana", identity.FrontDesk), rosa())
		require.NoError(t, err)
		count := func(table string) (n int) {
			require.NoError(t, d.Read(ctx).QueryRow(`SELECT count(*) FROM `+table).Scan(&n))
			return n
		}
		c.Add(2 * time.Hour)
		require.NoError(t, s.Prune(ctx))
		require.Equal(t, 1, count("links"), "an address that somebody typed does not stay")
		c.Add(120 * 24 * time.Hour)
		require.NoError(t, s.Prune(ctx))
		require.Zero(t, count("links")+count("invitations"))
	})
}

// Whoever comes in with a stolen password and makes ways in of their own is
// noticed: each change is told to the verified address, without a link to follow.
func TestAChangedWayInIsTold(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		mail := collect(s)
		ada := person(t, s, "ada@housecall.test")
		_, who := signIn(t, s, ada.ID, identity.Password)
		told := func(what string, change func() error) {
			t.Helper()
			require.NoError(t, change(), what)
			l := mail.letters(t)
			require.Len(t, l, 1, what)
			require.Equal(t, "ada@housecall.test", l[0].To, what)
			require.Empty(t, l[0].URL, what)
		}
		require.NoError(t, s.ChangePassword(ctx, who, goodPassword, "eleven green lanterns"))
		require.Empty(t, mail.letters(t), "an address that may be somebody else's")
		require.NoError(t, s.VerifyAddress(ctx, who))
		require.NoError(t, s.Verify(ctx, tokenOf(t, mail.letters(t)[0].URL)))

		told("password", func() error { return s.ChangePassword(ctx, who, "eleven green lanterns", "twelve other lanterns") })
		e, err := s.TOTPBegin(ctx, who)
		require.NoError(t, err)
		told("code app", func() error { return s.TOTPFinish(ctx, who, codeAt(t, e.Secret, c.Now())) })
		var codes []string
		told("recovery codes", func() (err error) { codes, err = s.NewRecoveryCodes(ctx, who); return err })
		told("a recovery code was used", func() error { return s.CheckRecovery(ctx, ada.ID, codes[0]) })
		c.Add(time.Minute)
		told("code app taken away", func() error { return s.TOTPRemove(ctx, who, codeAt(t, e.Secret, c.Now())) })
	})
}

// Whom an operator adds comes in by a link, once, within seven days; so does, within a
// day, who lost every way.
func TestTheOperatorsLink(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		browser := identity.NewSecret()
		a, err := s.CreateAccount(ctx, identity.NewAccount{Email: "ida@housecall.test", Name: "Ida Moss", Kind: identity.Person})
		require.NoError(t, err)
		old, _, err := s.WayIn(ctx, a.ID)
		require.NoError(t, err)
		url, until, err := s.WayIn(ctx, a.ID)
		require.NoError(t, err)
		require.WithinDuration(t, c.Now().Add(7*24*time.Hour), until, time.Second)
		_, err = s.LookIn(ctx, tokenOf(t, old))
		require.True(t, fault.Is(err, fault.Gone), "a new one ends the one before")
		e, err := s.LookIn(ctx, tokenOf(t, url))
		require.NoError(t, err)
		require.Equal(t, identity.ForInvitation, e.Purpose, "who never came is welcomed")
		_, err = s.Confirm(ctx, tokenOf(t, url), "", browser, "192.0.2.7")
		require.NoError(t, err)
		in, err := s.Enter(ctx, tokenOf(t, url), browser, identity.Choice{Password: goodPassword})
		require.NoError(t, err)
		require.NotEmpty(t, in.Cookie)
		_, err = s.LookIn(ctx, tokenOf(t, url))
		require.True(t, fault.Is(err, fault.Gone), "once")

		url, until, err = s.WayIn(ctx, a.ID)
		require.NoError(t, err)
		require.WithinDuration(t, c.Now().Add(24*time.Hour), until, time.Second)
		e, err = s.LookIn(ctx, tokenOf(t, url))
		require.NoError(t, err)
		require.Equal(t, identity.ForRecovery, e.Purpose)
		_, err = s.CheckPassword(ctx, "ida@housecall.test", goodPassword, "192.0.2.7", "")
		require.NoError(t, err, "nothing is taken away until it is used")
		c.Add(25 * time.Hour)
		_, err = s.LookIn(ctx, tokenOf(t, url))
		require.True(t, fault.Is(err, fault.Gone))
		require.NoError(t, s.Disable(ctx, a.ID))
		_, _, err = s.WayIn(ctx, a.ID)
		require.True(t, fault.Is(err, fault.Conflict))
	})
}
