package notifications_test

import (
	"context"
	"log/slog"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/internal/identity/sitetest"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/notifications"
	"housecall/notifications/mailtest"
)

// A link is mailed to the person it is for, its mail says nothing about them, and
// its secret is nowhere but in the mail.
func TestALinkIsMailed(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		ctx, sink := context.Background(), mailtest.New(t)
		id, err := identity.New(identity.Deps{HashKiB: sitetest.HashKiB, DB: d, Key: sitekey.ForTest(), Revocations: revoke.NewFeed(d), BaseURL: "https://portal.example.org"})
		require.NoError(t, err)
		base, err := url.Parse("https://portal.example.org")
		require.NoError(t, err)
		mailer, err := notifications.ParseMailer(sink.URL())
		require.NoError(t, err)
		s, err := notifications.New(notifications.Deps{DB: d, Key: sitekey.ForTest(), Accounts: id, Links: id, Mail: mailer, BaseURL: base, Poll: oftenPolled, Log: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		require.True(t, id.Mails())
		require.NoError(t, s.Start(ctx))
		t.Cleanup(s.Stop)
		desk, err := id.CreateAccount(ctx, identity.NewAccount{Email: "dana@clinic.test", Name: "Dana", Kind: identity.Staff, Roles: []identity.Role{identity.FrontDesk}})
		require.NoError(t, err)
		_, link, err := id.Invite(ctx, identity.Principal{Kind: identity.Staff, Account: desk.ID, Roles: desk.Roles}, identity.NewInvitation{
			Kind: identity.Person, Patient: "p1", About: "p1", Name: "Rosa Marin", Email: "rosa@example.org", BirthDate: "1952-03-02", Locale: "es", Mail: true,
		})
		require.NoError(t, err)
		require.Empty(t, link)
		require.Eventually(t, func() bool { return len(sink.Mails()) == 1 }, 20*time.Second, 20*time.Millisecond)
		m := sink.Mails()[0]
		require.Equal(t, "rosa@example.org", m.To)
		require.Equal(t, "Tiene una invitación", m.Subject)
		require.NotRegexp(t, regexp.MustCompile(`(?i)rosa m|marin|dana|1952|hill`), m.Text)
		found := regexp.MustCompile(`https://portal\.example\.org/invitation#(\S{43})`).FindStringSubmatch(m.Text)
		require.NotNil(t, found, m.Text)
		look, err := id.LookIn(ctx, found[1])
		require.NoError(t, err)
		require.Equal(t, identity.ForInvitation, look.Purpose)
		var n int
		require.NoError(t, d.Read(ctx).QueryRow(`SELECT count(*) FROM river_job WHERE kind = 'letter' AND CAST(args AS TEXT) LIKE ?`, "%"+found[1]+"%").Scan(&n))
		require.Zero(t, n)
	})
}

// Wrong tries at somebody's account stand among their notices, and are mailed to an
// address that is known to be theirs, without saying anything but that.
func TestTriesToSignInAreTold(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		ctx, sink := context.Background(), mailtest.New(t)
		id, err := identity.New(identity.Deps{HashKiB: sitetest.HashKiB, DB: d, Key: sitekey.ForTest(), Revocations: revoke.NewFeed(d), BaseURL: "https://portal.example.org"})
		require.NoError(t, err)
		base, err := url.Parse("https://portal.example.org")
		require.NoError(t, err)
		mailer, err := notifications.ParseMailer(sink.URL())
		require.NoError(t, err)
		s, err := notifications.New(notifications.Deps{DB: d, Key: sitekey.ForTest(), Accounts: id, Links: id, Mail: mailer, BaseURL: base, Poll: oftenPolled, Log: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		rosa, err := id.CreateAccount(ctx, identity.NewAccount{Email: "rosa@example.org", Name: "Rosa Marin", Kind: identity.Person, Password: "seven brown kettles", Locale: "es"})
		require.NoError(t, err)
		tom, err := id.CreateAccount(ctx, identity.NewAccount{Email: "tom@example.org", Name: "Tom Reed", Kind: identity.Person, Password: "seven brown kettles"})
		require.NoError(t, err)
		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
			_, err := c.Exec(`UPDATE accounts SET verified_at = 1 WHERE id = ?`, rosa.ID)
			return err
		}))
		require.NoError(t, id.ConfirmAccount(ctx, rosa.ID))
		quiet := notifications.Preferences{Email: false}
		require.NoError(t, s.SetPreferences(ctx, identity.Principal{Kind: identity.Person, Account: rosa.ID}, quiet))
		for range 8 {
			for _, email := range []string{"rosa@example.org", "tom@example.org"} {
				_, err = id.CheckPassword(ctx, email, "wrong", "192.0.2.7", "")
				require.Error(t, err)
			}
		}
		for _, account := range []string{rosa.ID, tom.ID} {
			list, _, err := s.List(ctx, identity.Principal{Kind: identity.Person, Account: account}, "", 10)
			require.NoError(t, err)
			require.Len(t, list, 1)
			require.Equal(t, notifications.SignIn, list[0].Kind)
			require.Empty(t, list[0].Patient)
		}
		require.NoError(t, s.Start(ctx))
		t.Cleanup(s.Stop)
		mailed := func(account string) (state int) {
			require.NoError(t, d.Read(ctx).QueryRow(`SELECT telling FROM notices WHERE account = ?`, account).Scan(&state))
			return state
		}
		require.Eventually(t, func() bool {
			makeDue(t, d, `state = 'scheduled'`)
			return len(sink.Mails()) == 1 && mailed(tom.ID) == dropped
		}, 30*time.Second, 20*time.Millisecond, "Tom never confirmed his address")
		m := sink.Mails()[0]
		require.Equal(t, "rosa@example.org", m.To)
		require.Equal(t, "Alguien intentó entrar con su cuenta", m.Subject)
		require.NotRegexp(t, regexp.MustCompile(`(?i)rosa|marin|192\.0|hill|clinic `), m.Text)

		// A session that is used in another browser is ended, and that is told the same way.
		_, cookie, err := id.StartSession(ctx, identity.NewSession{Account: rosa.ID, Proof: identity.Password, UserAgent: "Firefox/140.0", Address: "192.0.2.7"})
		require.NoError(t, err)
		_, err = id.SessionFrom(ctx, cookie, identity.FromRequest("192.0.2.7", "Chrome/140.0"), false)
		require.Error(t, err)
		require.Eventually(t, func() bool {
			makeDue(t, d, `state = 'scheduled'`)
			return len(sink.Mails()) == 2
		}, 30*time.Second, 20*time.Millisecond)
		require.Equal(t, "Cerramos una sesión suya", sink.Mails()[1].Subject)
		list, _, err := s.List(ctx, identity.Principal{Kind: identity.Person, Account: rosa.ID}, "", 10)
		require.NoError(t, err)
		require.Equal(t, notifications.Moved, list[0].Kind)
	})
}
