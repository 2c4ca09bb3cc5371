package identity_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/identity/passkeytest"
)

const browserOne, browserTwo = "one-browser-cookie-of-43-characters-aaaaaaaa", "two-browser-cookie-of-43-characters-bbbbbbbb"

// post takes the letters of a node, as a mail worker does.
type post struct {
	s   node
	mu  sync.Mutex
	ids []string
}

func collect(s node) *post {
	p := &post{s: s}
	s.Carry(func(c *db.Conn, link string) error {
		c.After(func() { p.mu.Lock(); defer p.mu.Unlock(); p.ids = append(p.ids, link) })
		return nil
	})
	return p
}

// letters writes what waits to be mailed.
func (p *post) letters(t *testing.T) (out []identity.Letter) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range p.ids {
		l, ok, err := p.s.Letter(context.Background(), id)
		require.NoError(t, err)
		if ok {
			out = append(out, l)
		}
	}
	p.ids = nil
	return out
}

func tokenOf(t *testing.T, url string) string {
	t.Helper()
	_, token, ok := strings.Cut(url, "#")
	require.True(t, ok, url)
	return token
}

func desk(t *testing.T, s node, name string, roles ...identity.Role) identity.Principal {
	t.Helper()
	a, err := s.CreateAccount(context.Background(), identity.NewAccount{Email: name + "@housecall.test", Name: name, Kind: identity.Staff, Roles: roles})
	require.NoError(t, err)
	_, who := signIn(t, s, a.ID, identity.SecondFactor)
	return who
}

func rosa() identity.NewInvitation {
	return identity.NewInvitation{Kind: identity.Person, Patient: "p-rosa", About: "p-rosa", Name: "Rosa Marin", Email: "rosa@housecall.test", BirthDate: "1952-03-02", Locale: "es"}
}

func TestAnInvitedPatientComesInWithAPasskey(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		dana := desk(t, s, "dana", identity.FrontDesk)
		inv, url, err := s.Invite(ctx, dana, rosa())
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(url, "http://localhost:8080/invitation#"), "the secret is in the part of the address that is sent to nobody")
		token := tokenOf(t, url)

		for range 3 { // previews and mail servers look at links
			look, err := s.LookIn(ctx, token)
			require.NoError(t, err)
			require.Equal(t, identity.Entrance{Purpose: identity.ForInvitation, BirthDate: true, TriesLeft: 5}, look)
		}
		_, err = s.EntrancePasskey(ctx, token, browserOne)
		require.Equal(t, "confirm", fault.Of(err).Code, "the link alone opens nothing")
		_, err = s.Enter(ctx, token, browserOne, identity.Choice{Password: goodPassword})
		require.Equal(t, "confirm", fault.Of(err).Code)
		_, err = s.Confirm(ctx, token, "1952-02-03", browserOne, "192.0.2.1")
		require.Equal(t, "birth_date", fault.Of(err).Code)
		look, err := s.LookIn(ctx, token)
		require.NoError(t, err)
		require.Equal(t, 4, look.TriesLeft)
		guest, err := s.Confirm(ctx, token, "1952-03-02", browserOne, "192.0.2.1")
		require.NoError(t, err)
		require.Equal(t, identity.Guest{Name: "Rosa Marin", Email: "rosa@housecall.test", Passkeys: true}, guest)
		look, err = s.LookIn(ctx, token)
		require.NoError(t, err)
		require.Equal(t, 4, look.TriesLeft, "the right one counts nothing")
		_, err = s.EntrancePasskey(ctx, token, browserTwo)
		require.Equal(t, "confirm", fault.Of(err).Code, "another browser has to know the date as well")

		options, err := s.EntrancePasskey(ctx, token, browserOne)
		require.NoError(t, err)
		key := passkeytest.New("http://localhost:8080")
		in, err := s.Enter(ctx, token, browserOne, identity.Choice{Credential: key.Create(t, options), Address: "192.0.2.1"})
		require.NoError(t, err)
		require.Equal(t, "p-rosa", in.Account.Patient)
		require.Equal(t, "es", in.Account.Locale)
		require.False(t, in.Account.Verified, "the link was handed over, not mailed")
		x, err := s.Session(ctx, in.Cookie, true)
		require.NoError(t, err)
		require.Equal(t, identity.Passkey, x.Proof)
		require.Equal(t, in.Account.ID, x.Account)

		options, err = s.PasskeyBegin(ctx, "a request")
		require.NoError(t, err)
		a, err := s.CheckPasskey(ctx, "a request", key.Get(t, options))
		require.NoError(t, err)
		require.Equal(t, in.Account.ID, a.ID, "the passkey signs in to the account that was made")

		_, err = s.LookIn(ctx, token)
		require.Equal(t, "link", fault.Of(err).Code, "once")
		got, err := s.InvitationByID(ctx, inv.ID)
		require.NoError(t, err)
		require.Equal(t, identity.Accepted, got.State)
		_, _, err = s.Invite(ctx, dana, rosa())
		require.Equal(t, "has_account", fault.Of(err).Code)
	})
}

func TestALinkDiesOfWrongBirthDates(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		dana := desk(t, s, "dana", identity.FrontDesk)
		inv, url, err := s.Invite(ctx, dana, rosa())
		require.NoError(t, err)
		token := tokenOf(t, url)
		var wg sync.WaitGroup // at one time, from many places
		var mu sync.Mutex
		wrong := 0
		for i := range 12 {
			wg.Go(func() {
				_, err := s.Confirm(ctx, token, "1950-01-0"+string(rune('1'+i%9)), browserOne, "192.0.2."+string(rune('1'+i%9)))
				mu.Lock()
				defer mu.Unlock()
				if fault.Of(err).Code == "birth_date" {
					wrong++
				} else {
					require.Equal(t, "link_dead", fault.Of(err).Code, "%v", err)
				}
			})
		}
		wg.Wait()
		require.LessOrEqual(t, wrong, 5)
		_, err = s.Confirm(ctx, token, "1952-03-02", browserOne, "198.51.100.1")
		require.Equal(t, "link_dead", fault.Of(err).Code, "the right one is too late")
		list, _, err := s.Invitations(ctx, identity.Sought{About: "p-rosa"}, "", 10)
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Equal(t, identity.LinkDead, list[0].State, "who invited sees it")

		_, url, err = s.SendAgain(ctx, dana, inv.ID, false)
		require.NoError(t, err)
		require.NotContains(t, url, token)
		_, err = s.LookIn(ctx, token)
		require.Equal(t, "link", fault.Of(err).Code)
		_, err = s.Confirm(ctx, tokenOf(t, url), "1952-03-02", browserOne, "198.51.100.1")
		require.NoError(t, err)
	})
}

func TestInvitationsAreListedWithdrawnAndGrowOld(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		dana, root := desk(t, s, "dana", identity.FrontDesk), desk(t, s, "root", identity.Admin)
		first, url, err := s.Invite(ctx, dana, rosa())
		require.NoError(t, err)
		second, again, err := s.Invite(ctx, dana, rosa())
		require.NoError(t, err)
		_, err = s.LookIn(ctx, tokenOf(t, url))
		require.Equal(t, "link", fault.Of(err).Code, "a new invitation makes the one before useless")
		helper := rosa()
		helper.Patient, helper.Name, helper.Email, helper.BirthDate = "", "Elena Marin", "", "1980-06-07"
		third, _, err := s.Invite(ctx, root, helper)
		require.NoError(t, err)

		page, next, err := s.Invitations(ctx, identity.Sought{About: "p-rosa"}, "", 1)
		require.NoError(t, err)
		require.Equal(t, third.ID, page[0].ID)
		page, next, err = s.Invitations(ctx, identity.Sought{About: "p-rosa"}, next, 1)
		require.NoError(t, err)
		require.Equal(t, second.ID, page[0].ID)
		require.Empty(t, next)
		page, _, err = s.Invitations(ctx, identity.Sought{Within: func(col string) (string, []any) { return col + " = ?", []any{"p-rosa"} }}, "", 10)
		require.NoError(t, err)
		require.Len(t, page, 2)
		_, _, err = s.Invitations(ctx, identity.Sought{}, "' OR 1=1", 10)
		require.True(t, fault.Is(err, fault.Invalid))

		require.NoError(t, s.Withdraw(ctx, dana, third.ID))
		for _, id := range []string{first.ID, third.ID, "x"} {
			require.True(t, fault.Is(s.Withdraw(ctx, dana, id), fault.NotFound))
			_, _, err = s.SendAgain(ctx, dana, id, false)
			require.True(t, fault.Is(err, fault.NotFound))
		}
		c.Add(7*24*time.Hour + time.Second)
		_, err = s.Confirm(ctx, tokenOf(t, again), "1952-03-02", browserOne, "192.0.2.1")
		require.Equal(t, "link", fault.Of(err).Code)
		page, _, err = s.Invitations(ctx, identity.Sought{}, "", 10)
		require.NoError(t, err)
		require.Len(t, page, 1)
		require.Equal(t, identity.Expired, page[0].State)
	})
}

func TestAMailedInvitationVerifiesTheAddress(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		dana := desk(t, s, "dana", identity.FrontDesk)
		n := rosa()
		n.Mail = true
		_, _, err := s.Invite(ctx, dana, n)
		require.Equal(t, "no_mail", fault.Of(err).Code, "there is no mail yet")
		mail := collect(s)
		_, url, err := s.Invite(ctx, dana, n)
		require.NoError(t, err)
		require.Empty(t, url, "what is mailed is shown to nobody")
		mail.mu.Lock()
		ids := append([]string{}, mail.ids...)
		mail.mu.Unlock()
		old := mail.letters(t)
		require.Len(t, old, 1)
		require.Equal(t, "rosa@housecall.test", old[0].To)
		l, ok, err := s.Letter(ctx, ids[0])
		require.NoError(t, err)
		require.True(t, ok)
		_, err = s.LookIn(ctx, tokenOf(t, old[0].URL))
		require.Equal(t, "link", fault.Of(err).Code, "a mail that is written again has a new secret")

		token := tokenOf(t, l.URL)
		_, err = s.Confirm(ctx, token, "1952-03-02", browserOne, "192.0.2.1")
		require.NoError(t, err)
		_, err = s.Enter(ctx, token, browserOne, identity.Choice{Password: "short"})
		require.True(t, fault.Is(err, fault.Invalid), "a refused password does not use the link up")
		in, err := s.Enter(ctx, token, browserOne, identity.Choice{Password: goodPassword})
		require.NoError(t, err)
		require.True(t, in.Account.Verified)
		_, err = s.Session(ctx, in.Cookie, true)
		require.NoError(t, err)
	})
}

func TestStaffAreInvitedByAdministratorsAndNeedASecondFactor(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		dana, root := desk(t, s, "dana", identity.FrontDesk), desk(t, s, "root", identity.Admin)
		lee := identity.NewInvitation{Kind: identity.Staff, Name: "Dr. Lee", Email: "lee@housecall.test", Roles: []identity.Role{identity.Clinician}, Practitioner: "pr1"}
		_, _, err := s.Invite(ctx, dana, lee)
		require.Equal(t, "role", fault.Of(err).Code)
		_, url, err := s.Invite(ctx, root, lee)
		require.NoError(t, err)
		token := tokenOf(t, url)
		look, err := s.LookIn(ctx, token)
		require.NoError(t, err)
		require.True(t, look.Staff)
		require.False(t, look.BirthDate)
		_, err = s.Confirm(ctx, token, "", browserOne, "192.0.2.1")
		require.NoError(t, err)
		in, err := s.Enter(ctx, token, browserOne, identity.Choice{Password: goodPassword})
		require.NoError(t, err)
		require.Empty(t, in.Cookie, "a password alone signs no staff in")
		require.Equal(t, []identity.Role{identity.Clinician}, in.Account.Roles)
		require.Equal(t, "pr1", in.Account.Practitioner)
	})
}

func TestAnInvitationIsTakenByAnAccountThatIsThere(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		dana := desk(t, s, "dana", identity.FrontDesk)
		elena := person(t, s, "elena@housecall.test")
		_, who := signIn(t, s, elena.ID, identity.Password)
		_, url, err := s.Invite(ctx, dana, rosa())
		require.NoError(t, err)
		token := tokenOf(t, url)
		require.Equal(t, "birth_date", fault.Of(s.AcceptAs(ctx, who, token, "1952-03-03")).Code)
		require.NoError(t, s.AcceptAs(ctx, who, token, "1952-03-02"))
		a, err := s.AccountByID(ctx, elena.ID)
		require.NoError(t, err)
		require.Equal(t, "p-rosa", a.Patient)

		other := rosa()
		other.Patient, other.About = "p-other", "p-other"
		_, url, err = s.Invite(ctx, dana, other)
		require.NoError(t, err)
		require.Equal(t, "other_account", fault.Of(s.AcceptAs(ctx, who, tokenOf(t, url), "1952-03-02")).Code, "one account has one chart of its own")
		_, err = s.LookIn(ctx, tokenOf(t, url))
		require.NoError(t, err, "what was refused did not use the link up")
		_, staffed := signIn(t, s, staff(t, s, "x@housecall.test").ID, identity.SecondFactor)
		require.Equal(t, "other_account", fault.Of(s.AcceptAs(ctx, staffed, tokenOf(t, url), "1952-03-02")).Code)
	})
}

// What waits for an invitation is settled in the transaction that takes it, or
// the invitation is not taken.
func TestWhoWaitsForAnInvitationIsToldInItsTransaction(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		dana := desk(t, s, "dana", identity.FrontDesk)
		inv, url, err := s.Invite(ctx, dana, rosa())
		require.NoError(t, err)
		refuse := true
		var got [2]string
		s.SetInvited(func(_ *db.Conn, invitation, account string) error {
			if refuse {
				return errors.New("not now")
			}
			got = [2]string{invitation, account}
			return nil
		})
		token := tokenOf(t, url)
		_, err = s.Confirm(ctx, token, "1952-03-02", browserOne, "192.0.2.1")
		require.NoError(t, err)
		_, err = s.Enter(ctx, token, browserOne, identity.Choice{Password: goodPassword})
		require.Error(t, err)
		_, err = s.AccountByPatient(ctx, "p-rosa")
		require.True(t, fault.Is(err, fault.NotFound), "no account without what waited for it")
		refuse = false
		in, err := s.Enter(ctx, token, browserOne, identity.Choice{Password: goodPassword})
		require.NoError(t, err)
		require.Equal(t, [2]string{inv.ID, in.Account.ID}, got)
	})
}
