package notifications_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
	"housecall/notifications"
	"housecall/notifications/carrier"
	"housecall/notifications/carrier/carriertest"
	"housecall/notifications/mailtest"
)

// vault marks what it seals with its place, so that a secret put elsewhere is found.
type vault struct{}

func (vault) Seal(plain []byte, label string) []byte {
	return []byte("sealed " + label + "|" + string(plain))
}
func (vault) Unseal(sealed []byte, label string) ([]byte, error) {
	plain, ok := strings.CutPrefix(string(sealed), "sealed "+label+"|")
	if !ok {
		return nil, errors.New("not sealed for this place")
	}
	return []byte(plain), nil
}

// town is a site with every network, and the other ends of them.
type town struct {
	*site
	push    *carriertest.PushService
	apple   *carriertest.APNs
	fire    *carriertest.FCM
	gateway *carriertest.Gateway
	web     *carrier.WebPush
}

func newTown(t *testing.T, d *db.DB, who people) *town {
	w := &town{push: carriertest.NewPushService(t), apple: carriertest.NewAPNs(t), fire: carriertest.NewFCM(t), gateway: carriertest.NewGateway(t)}
	w.site = newSite(t, d, mailtest.New(t), who)
	var err error
	w.web, err = carrier.NewWebPush(sitekey.ForTest(), "mailto:it@clinic.test", w.push.Client())
	require.NoError(t, err)
	apns, err := carrier.ParseAPNs(w.apple.URL())
	require.NoError(t, err)
	apns.Use(w.apple.Client())
	fcm, err := carrier.ParseFCM(w.fire.URL())
	require.NoError(t, err)
	fcm.Use(w.fire.Client())
	sms, err := carrier.ParseSMS(w.gateway.URL())
	require.NoError(t, err)
	sms.Use(w.gateway.Client())
	w.Carriers = notifications.Carriers{WebPush: w.web, APNs: apns, FCM: fcm, SMS: sms}
	w.Vault, w.Private = vault{}, true
	return w
}

func (w *town) browser(account string) (target string) {
	w.t.Helper()
	text, target := w.push.Subscribe(w.web.PublicKey())
	require.NoError(w.t, w.Subscribe(context.Background(), identity.Principal{Account: account, Session: "s-" + account}, subscription(w.t, text)))
	return target
}

func (w *town) phone(account, platform, id, token string) {
	w.t.Helper()
	require.NoError(w.t, w.db.InTx(context.Background(), func(c *db.Conn) error {
		_, err := c.Exec(`INSERT INTO devices (id, account, family, platform, name, version, push_token, created_at, last_at) VALUES (?, ?, ?, ?, 'Phone', '1.0.0', ?, 1, 1)`,
			id, account, "f-"+id, platform, vault{}.Seal([]byte(token), "push token "+id))
		return err
	}))
}

func (w *town) telephone(account, number string) {
	w.t.Helper()
	who := identity.Principal{Account: account}
	require.NoError(w.t, w.GiveNumber(context.Background(), who, number))
	all := w.gateway.All()
	code := digits.FindString(all[len(all)-1].Clear)
	require.NoError(w.t, w.ConfirmNumber(context.Background(), who, code))
}

// later moves the clock.
func (w *town) later(d time.Duration) { w.mu.Lock(); w.off += d; w.mu.Unlock() }

// rest lets all jobs run that are due or will be in a second, until none changes
// anything.
func (w *town) rest() {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		makeDue(w.t, w.db, `state = 'available'`)
		return w.jobs(`state IN ('available', 'running')`) == 0
	}, wait, 10*time.Millisecond)
}

// steps hurries until a condition holds.
func (w *town) steps(ok func() bool) {
	w.t.Helper()
	require.Eventually(w.t, func() bool { w.hurry(); return ok() }, wait, 20*time.Millisecond)
}

// looks hurries so long that whatever could be told now has been.
func (w *town) looks() {
	for range 2 {
		w.hurry()
		w.rest()
	}
}

func (w *town) rows(where string) (list []string) {
	require.NoError(w.t, w.db.Read(context.Background()).Each(`SELECT network, state, attempts FROM notice_deliveries WHERE `+where+` ORDER BY network, endpoint`, func(r rowScanner) error {
		var network string
		var state, attempts int
		err := r.Scan(&network, &state, &attempts)
		list = append(list, fmt.Sprint(network, " ", state, " ", attempts))
		return err
	}))
	return list
}

const iphone = "ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12"

func TestTheNextChannelIsTriedUntilItIsSeen(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d, people{"ida": person("ida", ""), "bob": person("bob", "es")})
		for _, who := range []string{"ida", "bob"} {
			w.browser(who)
			w.phone(who, "android", "d-"+who, "token-"+who)
			w.telephone(who, map[string]string{"ida": "+15550123", "bob": "+15550124"}[who])
		}
		texts := len(w.gateway.All())
		w.start()
		w.post(told("ida", "m1", notifications.Message), told("bob", "m1", notifications.Message))
		w.steps(func() bool { return len(w.push.All()) == 2 && len(w.fire.All()) == 2 })
		w.looks()
		require.Empty(t, w.sink.Mails(), "they have time to see it")
		require.NoError(t, w.Seen(context.Background(), identity.Principal{Account: "bob"}))

		w.later(11 * time.Minute)
		w.steps(func() bool { return len(w.sink.Mails()) == 1 })
		w.looks()
		require.Equal(t, "ida@example.org", w.sink.Mails()[0].To, "whoever saw it is left in peace")
		require.Len(t, w.gateway.All(), texts)

		w.later(21 * time.Minute)
		w.becomes("ida", "m1", sent)
		require.Len(t, w.gateway.All(), texts+1)
		require.Equal(t, []string{"fcm 3 1", "mail 3 1", "sms 3 1", "webpush 3 1"}, w.rows(`account = 'ida'`))
		require.Equal(t, []string{"fcm 3 1", "webpush 3 1"}, w.rows(`account = 'bob'`))
		w.becomes("bob", "m1", sent)
		w.later(24 * time.Hour)
		w.looks()
		require.Len(t, w.push.All(), 2, "and that is all")
		require.Len(t, w.sink.Mails(), 1)
	})
}

func TestTheOrderIsThePersonsOwn(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d, people{"ida": person("ida", "")})
		w.browser("ida")
		ida := identity.Principal{Account: "ida"}
		p, err := w.Preferences(context.Background(), ida)
		require.NoError(t, err)
		p.Order = []notifications.Channel{notifications.Email, notifications.Text, notifications.Push}
		require.NoError(t, w.SetPreferences(context.Background(), ida, p))
		w.start()
		w.post(told("ida", "m1", notifications.Message))
		w.steps(func() bool { return len(w.sink.Mails()) == 1 })
		w.looks()
		require.Empty(t, w.push.All())
		w.later(11 * time.Minute) // there is no number, so the browser is next
		w.becomes("ida", "m1", sent)
		require.Len(t, w.push.All(), 1)
	})
}

// A daughter cares for two parents, and wants no mail about one's appointments.
func TestChoicesAreByKindChannelAndPerson(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d, people{"eva": person("eva", "")})
		box := w.browser("eva")
		eva := identity.Principal{Account: "eva"}
		p, err := w.Preferences(context.Background(), eva)
		require.NoError(t, err)
		p.Choices[notifications.Choice{Patient: "mother", Kind: notifications.Appointment, Channel: notifications.Email}] = false
		p.Choices[notifications.Choice{Kind: notifications.Note, Channel: notifications.Push}] = false
		p.Choices[notifications.Choice{Patient: "father", Kind: notifications.Note, Channel: notifications.Push}] = true
		require.NoError(t, w.SetPreferences(context.Background(), eva, p))
		about := func(id, patient string, k notifications.Kind) {
			w.post(notifications.Notice{ID: id, Account: "eva", Kind: k, Patient: patient, Ref: "visit/" + id})
		}
		w.start()
		about("a-mother", "mother", notifications.Appointment)
		w.becomes("eva", "a-mother", sent)
		require.Equal(t, []string{"webpush 3 1"}, w.rows(`notice = 'a-mother'`), "no mail comes after it")
		about("a-father", "father", notifications.Appointment)
		w.steps(func() bool { return w.push.Rings(box) == 2 })
		w.later(2 * time.Hour)
		w.becomes("eva", "a-father", sent)
		require.Equal(t, []string{"mail 3 1", "webpush 3 1"}, w.rows(`notice = 'a-father'`))
		about("n-mother", "mother", notifications.Note)
		w.becomes("eva", "n-mother", sent)
		require.Equal(t, []string{"mail 3 1"}, w.rows(`notice = 'n-mother'`))
		about("n-father", "father", notifications.Note)
		w.steps(func() bool { return w.push.Rings(box) == 3 })
	})
}

// An answer that is lost, or a node that dies, does not ring twice; a service that is
// down is asked again, and the next channel does not wait for it for ever.
func TestTriesAndTheirIds(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d, people{"ida": person("ida", ""), "bob": person("bob", "")})
		box := w.browser("ida")
		w.phone("ida", "ios", "i", iphone)
		w.phone("bob", "android", "a", "token-bob")
		w.start()
		w.push.Cut(true)
		w.apple.Cut(true)
		w.post(told("ida", "m1", notifications.Message))
		w.steps(func() bool { return len(w.push.All()) > 1 && len(w.apple.All()) > 0 })
		w.push.Cut(false)
		w.apple.Cut(false)
		w.steps(func() bool {
			return slices.Equal(stateOnly(w.rows(`account = 'ida' AND network <> 'mail'`)), []string{"apns 3", "webpush 3"})
		})
		require.Equal(t, 1, w.push.Rings(box))
		require.Equal(t, 1, w.apple.Rings(iphone))

		w.fire.Answer(503, "UNAVAILABLE")
		w.post(told("bob", "m1", notifications.Message))
		w.steps(func() bool { return len(w.rows(`account = 'bob' AND attempts > 1`)) == 1 })
		require.Empty(t, w.sink.Mails())
		w.later(11 * time.Minute)
		w.becomes("bob", "m1", sent)
		require.Equal(t, []string{"fcm 6", "mail 3"}, stateOnly(w.rows(`account = 'bob'`)))
		require.Empty(t, w.fire.All())
	})
}

func stateOnly(rows []string) (list []string) {
	for _, r := range rows {
		list = append(list, r[:strings.LastIndexByte(r, ' ')])
	}
	return list
}

func TestPlacesWhereNobodyIsAreForgotten(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d, people{"ida": person("ida", ""), "bob": person("bob", "")})
		ctx := context.Background()
		dead, live := w.browser("ida"), w.browser("ida")
		w.phone("ida", "ios", "i", iphone)
		w.phone("ida", "android", "a", "token-ida")
		w.push.Unsubscribe(dead)
		w.apple.Answer(410, "Unregistered")
		w.fire.Answer(404, "UNREGISTERED")
		w.start()
		w.post(told("ida", "m1", notifications.Message))
		w.steps(func() bool { return len(w.push.All()) == 1 })
		require.Equal(t, live, w.push.All()[0].Target)
		w.steps(func() bool {
			r, err := w.Reach(ctx, person("ida", ""))
			return err == nil && r.Browsers == 1 && r.Phones == 0
		})
		require.Equal(t, []string{"apns 9", "fcm 9", "webpush 3", "webpush 9"}, sorted(stateOnly(w.rows(`account = 'ida'`))))
		o, err := w.Overview(ctx, w.Now().Add(-time.Hour))
		require.NoError(t, err)
		for _, n := range o.Networks {
			require.Equal(t, map[string]int{"webpush": 1, "apns": 1, "fcm": 1}[n.Name], n.Dead, n.Name)
			require.True(t, n.On)
		}
		require.NotContains(t, fmt.Sprint(o), "ida")

		// All places gone: the next channel is tried at once.
		box := w.browser("bob")
		w.push.Unsubscribe(box)
		w.post(told("bob", "m1", notifications.Message))
		w.becomes("bob", "m1", sent)
		require.Equal(t, []string{"mail 3", "webpush 9"}, stateOnly(w.rows(`account = 'bob'`)))

		// A number that is dead is not asked again, and its owner hears of it in the app.
		w.telephone("bob", "+15550124")
		w.gateway.Answer(422, "number")
		visit := told("bob", "v1", notifications.Visit)
		visit.Until = w.Now().Add(10 * time.Minute)
		w.post(visit)
		w.steps(func() bool { return len(w.rows(`notice = 'v1' AND network = 'mail' AND state = 3`)) == 1 })
		w.later(6 * time.Minute)
		w.steps(func() bool {
			r, err := w.Reach(ctx, person("bob", ""))
			return err == nil && r.NumberFails
		})
		require.Contains(t, w.kinds("bob"), notifications.Reach)
	})
}

func sorted(list []string) []string { slices.Sort(list); return list }

func (s *site) kinds(account string) (list []notifications.Kind) {
	items, _, err := s.List(context.Background(), identity.Principal{Account: account}, "", 50)
	require.NoError(s.t, err)
	for _, x := range items {
		list = append(list, x.Kind)
	}
	return list
}

// A browser whose session was ended by hand is not told; one whose time ran out is.
func TestASignOutIsMeant(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d, people{"ida": person("ida", "")})
		ctx := context.Background()
		w.browser("ida")
		w.phone("ida", "android", "a", "token-ida")
		reach := func() notifications.Reachable {
			r, err := w.Reach(ctx, person("ida", ""))
			require.NoError(t, err)
			return r
		}
		require.Equal(t, notifications.Reachable{Browsers: 1, Phones: 1}, reach())
		exec := func(q string, args ...any) {
			require.NoError(t, d.InTx(ctx, func(c *db.Conn) error { _, err := c.Exec(q, args...); return err }))
		}
		exec(`INSERT INTO accounts (id, email, name, kind, roles, patient, practitioner, locale, active, created_at, password) VALUES ('ida', 'ida@example.org', 'Ida', 1, '', '', '', '', ?, 1, '')`, true)
		exec(`INSERT INTO sessions (id, hash, account, proof, proved_at, amr, issuer, acr, created_at, last_at, expires_at, device, address) VALUES ('s-ida', ?, 'ida', 1, 1, '', '', '', 1, 1, 2, '', '')`, []byte("h"))
		require.Equal(t, 1, reach().Browsers, "its time ran out")
		exec(`UPDATE sessions SET ended_at = 2 WHERE id = 's-ida'`)
		require.Equal(t, notifications.Reachable{Phones: 1}, reach())
		exec(`INSERT INTO token_families (id, account, system, client, session, offline, scopes, audience, launch, proof, proved_at, amr, auth_at, device, address, created_at, last_at, expires_at, revoked_at) VALUES ('f-a', 'ida', '', 'app', '', ?, '', '', '', 1, 1, '', 1, '', '', 1, 1, 2, 2)`, true)
		require.Zero(t, reach())

		// A browser that somebody else signs in on is theirs.
		text, _ := w.push.Subscribe("")
		sub := subscription(t, text)
		require.NoError(t, w.Subscribe(ctx, identity.Principal{Account: "ida", Session: "s2"}, sub))
		require.NoError(t, w.Subscribe(ctx, identity.Principal{Account: "bob", Session: "s3"}, sub))
		require.Zero(t, reach())
		require.NoError(t, w.Unsubscribe(ctx, identity.Principal{Account: "ida"}, sub.Endpoint), "not hers, so nothing happens")
		r, err := w.Reach(ctx, person("bob", ""))
		require.NoError(t, err)
		require.Equal(t, 1, r.Browsers)
	})
}

func TestANumberIsUsedOnceItIsConfirmed(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d, people{"ida": person("ida", "es")})
		ctx, ida := context.Background(), identity.Principal{Account: "ida"}
		require.True(t, fault.Is(w.GiveNumber(ctx, ida, "555 0123"), fault.Invalid))
		require.NoError(t, w.GiveNumber(ctx, ida, "+1 (555) 0123"))
		all := w.gateway.All()
		require.Len(t, all, 1)
		require.Contains(t, all[0].Clear, "Su código es")
		code := digits.FindString(all[0].Clear)
		for range 5 {
			require.True(t, fault.Is(w.ConfirmNumber(ctx, ida, "x"), fault.Invalid))
		}
		require.True(t, fault.Is(w.ConfirmNumber(ctx, ida, code), fault.Invalid), "five wrong ones end it")
		r, err := w.Reach(ctx, person("ida", ""))
		require.NoError(t, err)
		require.Empty(t, r.Number)
		w.telephone("ida", "+15550123")
		r, err = w.Reach(ctx, person("ida", ""))
		require.NoError(t, err)
		require.Equal(t, "…0123", r.Number)
		for range 3 {
			require.NoError(t, w.GiveNumber(ctx, ida, "+15550123"))
		}
		require.True(t, fault.Is(w.GiveNumber(ctx, ida, "+15550123"), fault.TooMany))
		require.NoError(t, w.DropNumber(ctx, ida))
		require.True(t, fault.Is(w.GiveNumber(ctx, ida, "+15550123"), fault.TooMany), "forgetting it is no way around")
		w.later(16 * time.Minute)
		require.True(t, fault.Is(w.ConfirmNumber(ctx, ida, code), fault.Invalid))
	})
}

func TestQuietHoursAreForEveryChannel(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d, people{"ida": person("ida", "")})
		ctx, ida := context.Background(), identity.Principal{Account: "ida"}
		w.browser("ida")
		w.phone("ida", "ios", "i", iphone)
		tokyo, err := notifications.Zone("Asia/Tokyo")
		require.NoError(t, err)
		now := w.Now().In(tokyo)
		minute := now.Hour()*60 + now.Minute()
		p, err := w.Preferences(ctx, ida)
		require.NoError(t, err)
		p.Quiet = notifications.Quiet{On: true, From: (minute + 1440 - 60) % 1440, To: (minute + 120) % 1440, Zone: tokyo}
		require.NoError(t, w.SetPreferences(ctx, ida, p))
		w.start()
		w.post(told("ida", "m1", notifications.Message))
		w.looks()
		require.Empty(t, w.push.All())
		require.Empty(t, w.apple.All())
		w.later(3 * time.Hour)
		w.steps(func() bool { return len(w.push.All()) == 1 && len(w.apple.All()) == 1 })
		require.Empty(t, w.sink.Mails(), "they have time to see it")
	})
}
