package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/notifications/carrier"
	"housecall/notifications/carrier/carriertest"
	"housecall/notifications/mailtest"
	"housecall/telehealth/message"
)

// sealed are ids, keys and signatures.
var sealed = regexp.MustCompile(`[A-Za-z0-9_=.-]{22,}`)

// A house full of marked facts tells everybody by every network of what happens in it;
// nothing that goes out holds a mark, a name, or an id of the chart or the conversation.
func TestNothingThatGoesOutSaysAnything(t *testing.T) {
	eachDatabase(t, func(t *testing.T, cfg Config) {
		push, apple, fire, gateway, sink := carriertest.NewPushService(t), carriertest.NewAPNs(t), carriertest.NewFCM(t), carriertest.NewGateway(t), mailtest.New(t)
		cfg.WebPush, cfg.APNsURL, cfg.FCMURL, cfg.SMSURL, cfg.SMTPURL = "mailto:it@clinic.test", apple.URL(), fire.URL(), gateway.URL(), sink.URL()
		cfg.outward = apple.Client // trusts the key that its server made; the others have none
		m := readMatrix(t)
		m.actors = slices.DeleteFunc(m.actors, func(a *actor) bool {
			return !slices.Contains([]string{"rosa", "doctor", "nurse", "proxy-all", "desk", "guest", "link", "guest-link"}, a.name)
		})
		h := newHouse(t, cfg, m)
		ctx := context.Background()

		names := map[string]bool{"Rosa": true, "Zqdemographics": true}
		var accounts []string
		require.NoError(t, h.app.DB.Read(ctx).Each(`SELECT id, name FROM accounts`, func(r *sql.Rows) error {
			var id, name string
			err := r.Scan(&id, &name)
			accounts, names[name] = append(accounts, id), true
			return err
		}))
		for i, account := range accounts {
			who := identity.Principal{Account: account, Session: "none"}
			text, _ := push.Subscribe(h.app.Notices.Carriers.WebPush.PublicKey())
			var sub carrier.Subscription
			require.NoError(t, json.Unmarshal([]byte(text), &sub))
			require.NoError(t, h.app.Notices.Subscribe(ctx, who, sub))
			require.NoError(t, h.app.Notices.GiveNumber(ctx, who, fmt.Sprintf("+1555010%04d", i)))
			require.NoError(t, h.app.DB.InTx(ctx, func(c *db.Conn) error {
				for platform, token := range map[string]string{"ios": strings.Repeat("ab12", 15) + fmt.Sprintf("%04d", i), "android": fmt.Sprint("token-", i)} {
					id := uuid.NewString()
					if _, err := c.Exec(`INSERT INTO devices (id, account, family, platform, name, version, push_token, created_at, last_at) VALUES (?, ?, 'none', ?, 'Phone', '1.0.0', ?, 1, 1)`,
						id, account, platform, h.app.Identity.Seal([]byte(token), "push token "+id)); err != nil {
						return err
					}
				}
				_, err := c.Exec(`UPDATE notice_numbers SET confirmed_at = 1 WHERE account = ?`, account)
				return err
			}))
			w, err := h.app.Notices.Preferences(ctx, who)
			require.NoError(t, err)
			w.Order = [][]notifications.Channel{{notifications.Push, notifications.Email, notifications.Text}, {notifications.Text, notifications.Push, notifications.Email}, {notifications.Email, notifications.Text, notifications.Push}}[i%3]
			require.NoError(t, h.app.Notices.SetPreferences(ctx, who, w))
		}
		for _, a := range m.actors { // both sides write
			if !slices.Contains([]string{"rosa", "doctor", "nurse", "proxy-all"}, a.name) {
				continue
			}
			x, err := h.app.Identity.Session(ctx, a.cookie, false)
			require.NoError(t, err)
			_, err = h.app.Messages.Send(ctx, x.Principal, h.rosa, message.In{ID: uuid.NewString(), Thread: h.things["thread"], Text: "zqmessages-plain from " + a.name})
			require.NoError(t, err, a.name)
		}
		payloads := func() (all []string) {
			for _, list := range [][]carriertest.Got{push.All(), apple.All(), fire.All(), gateway.All()} {
				for _, g := range list {
					all = append(all, g.Clear, g.Raw)
				}
			}
			for _, mail := range sink.Mails() {
				all = append(all, strings.ReplaceAll(mail.Raw, mail.To, ""), mail.Subject, mail.Text)
			}
			return all
		}
		codes := len(accounts)
		require.Eventually(t, func() bool {
			return len(push.All()) > 0 && len(apple.All()) > 0 && len(fire.All()) > 0 && len(gateway.All()) > codes && len(sink.Mails()) > 0
		}, 60*time.Second, 50*time.Millisecond, "every network was used: %d %d %d %d %d", len(push.All()), len(apple.All()), len(fire.All()), len(gateway.All()), len(sink.Mails()))
		ids := []string{h.rosa, h.things["thread"], h.things["visit"]}
		secrets := append([]string{"zqmessages", "zqappointments", "Actor"}, ids...)
		for name := range names {
			secrets = append(secrets, name)
		}
		for _, p := range payloads() {
			for _, s := range ids {
				require.NotContains(t, p, s)
			}
			p = strings.ToLower(sealed.ReplaceAllString(p, "")) // in which any few letters may stand by chance
			for _, s := range secrets {
				require.NotContains(t, p, strings.ToLower(s))
			}
		}

		// Nor does what the administrator sees.
		o, err := h.app.Notices.Overview(ctx, time.Now().Add(-time.Hour))
		require.NoError(t, err)
		require.NotEmpty(t, o.Counts)
		for _, s := range append(secrets, accounts...) {
			require.NotContains(t, strings.ToLower(fmt.Sprintf("%+v", o)), strings.ToLower(s))
		}
	})
}

// doctor says which ways to be told are on.
func TestDoctorLooksAtTheWaysToBeTold(t *testing.T) {
	cfg := testConfig(t)
	cfg.Addr = freeAddress(t)
	out, _, _ := command(t, cfg, "doctor")
	for _, name := range []string{"web push", "iphones", "android", "text messages"} {
		require.Regexp(t, name+` +WARN +Off`, out)
	}
	apple, gateway := carriertest.NewAPNs(t), carriertest.NewGateway(t)
	out, _, _ = command(t, cfg, "doctor", "--web-push", "mailto:it@clinic.test", "--apns-url", apple.URL(), "--sms-url", gateway.URL(), "--fcm-url", carriertest.NewFCM(t).URL())
	require.Regexp(t, `web push +ok +On, as mailto:it@clinic.test`, out)
	require.Regexp(t, `iphones +ok +On: 127\.0\.0\.1:\d+ answers`, out)
	require.Regexp(t, `android +ok`, out)
	require.Regexp(t, `text messages +ok`, out)
	require.NotContains(t, out, "gateway-token")
	require.Empty(t, gateway.All(), "looking at it sends nothing")
	out, _, code := command(t, cfg, "doctor", "--sms-url", "http://:secret@"+freeAddress(t)+"/messages")
	require.NotZero(t, code)
	require.Regexp(t, `text messages +FAIL +.*does not answer`, out)
}
