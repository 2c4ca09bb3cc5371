package notifications_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/notifications"
)

// told says too much: words of health, of what a kind is about, and places for names.
var toldTooMuch = regexp.MustCompile(`(?i)\b(result|results|resultado|resultados|lab|laborator\w*|test|prueba|pruebas|diagnos\w*|diagnóstic\w*|medic(ine|ines|ation|ations)|medicamento\w*|medicina\w*|refill|receta\w*|prescri\w*|pregnan\w*|embaraz\w*|cancer|cáncer|hiv|vih|blood|sangre|vaccin\w*|vacun\w*|allerg\w*|alergi\w*|pain|dolor|surgery|cirug\w*|mental|therap\w*|terap\w*|drug\w*|symptom\w*|síntoma\w*|note|notes|nota|notas|patient|paciente|doctor\w*|dr|dra|nurse|enfermer\w*|mother|father|madre|padre|son|daughter|hij[oa])\b|%[+#]?v|\{\{`)

// Each text that can be sent is one of these, in both languages, and none says what it
// is about or has a place in which a name could stand.
func TestNoTemplateSaysWhatItIsAbout(t *testing.T) {
	all := notifications.Templates()
	for _, lang := range []string{"en", "es"} {
		for _, k := range append(slices.Clone(notifications.Kinds), notifications.Oversight, notifications.SignIn, notifications.Moved) {
			require.NotEmpty(t, all[lang+" letter "+string(k)], "%s has no words for %s", lang, k)
		}
		for _, p := range notifications.Purposes {
			require.NotEmpty(t, all[lang+" account letter "+string(p)], "%s has no words for %s", lang, p)
		}
		for _, other := range []string{"ring", "digest", "code", "closing", "stopping"} {
			require.NotEmpty(t, all[lang+" "+other])
		}
	}
	require.Len(t, all, 2*(len(notifications.Kinds)+3+len(notifications.Purposes)+6), "a text that nobody looked at")
	for where, text := range all {
		require.NotRegexp(t, toldTooMuch, text, where)
		holes := strings.Count(text, "%")
		if strings.HasSuffix(where, " code") {
			require.Equal(t, 1, holes, where) // of the six digits
			continue
		}
		require.Zero(t, holes, "%s: a hole that something could be put into", where)
	}
	for _, bad := range []string{"Your results are in", "Un mensaje del paciente", "Hello {{name}}", "dr Hale wrote", "%v"} {
		require.Regexp(t, toldTooMuch, bad, "the scanner is blind")
	}
}

// The service worker of the web client has words of its own, which are the same.
func TestTheServiceWorkerSaysTheSame(t *testing.T) {
	b, err := os.ReadFile("../portal/web/public/push-worker.js")
	require.NoError(t, err)
	for _, lang := range []string{"en", "es"} {
		require.Contains(t, string(b), lang+": '"+notifications.Templates()[lang+" ring"]+"'")
	}
}

// Every kind, in both languages, by every channel, as single ones and as the mail of
// the day, out of notices full of what must not leave the house.
func TestNoPayloadNamesAnybodyOrSaysAnything(t *testing.T) {
	d := dbtest.SQLite(t)
	who := people{}
	w := newTown(t, d, who)
	kinds := append(slices.Clone(notifications.Kinds), notifications.Oversight)
	n := 0
	for _, lang := range []string{"en", "es"} {
		for i, k := range kinds {
			account := fmt.Sprintf("a%s%d", lang, i)
			who[account] = person(account, lang)
			w.browser(account)
			w.phone(account, "ios", "i"+account, fmt.Sprintf("%s%04d", iphone[:60], n))
			w.phone(account, "android", "a"+account, "token-"+account)
			w.telephone(account, fmt.Sprintf("+1555010%04d", n))
			p, err := w.Preferences(context.Background(), identity.Principal{Account: account})
			require.NoError(t, err)
			p.Digest.On = i%2 == 1
			p.Choices[notifications.Choice{Kind: k, Channel: notifications.Text}] = true
			if k == notifications.Oversight {
				delete(p.Choices, notifications.Choice{Kind: k, Channel: notifications.Text})
			}
			require.NoError(t, w.SetPreferences(context.Background(), identity.Principal{Account: account}, p))
			w.post(notifications.Notice{ID: "sentinel-id/" + account, Account: account, Kind: k, Patient: "sentinel-chart", Ref: "thread/sentinel-subject-chest-pain"})
			n++
		}
	}
	w.start()
	for _, step := range []time.Duration{0, 5 * time.Hour, 13 * time.Hour, 13 * time.Hour} {
		w.later(step)
		w.looks()
	}
	texts := len(w.gateway.All()) - n // without the codes
	w.steps(func() bool {
		texts = len(w.gateway.All()) - n
		return len(w.push.All()) == n && len(w.apple.All()) == n && len(w.fire.All()) == n && len(w.sink.Mails()) == n && texts == n-2
	})
	payloads := map[string]string{}
	add := func(network string, i int, parts ...string) {
		for j, p := range parts {
			payloads[fmt.Sprintf("%s %d %d", network, i, j)] = p
		}
	}
	for i, g := range w.push.All() {
		add("webpush", i, g.Clear, g.Raw)
	}
	for i, g := range w.apple.All() {
		add("apns", i, g.Clear, g.Raw)
	}
	for i, g := range w.fire.All() {
		add("fcm", i, g.Clear, g.Raw)
	}
	for i, g := range w.gateway.All() {
		add("sms", i, g.Clear, g.Raw)
	}
	for i, m := range w.sink.Mails() {
		raw := strings.ReplaceAll(m.Raw, m.To, "") // the receiver's own address
		add("mail", i, raw, m.Subject, m.Text)
	}
	links := regexp.MustCompile(`(https?://|/)\S+|[A-Za-z0-9_=.-]{22,}`) // opaque, and looked at for what is in clear below
	for where, p := range payloads {
		lower := strings.ToLower(p)
		for _, secret := range []string{"sentinel", "chart", "thread", "chest", "oversight"} {
			require.NotContains(t, lower, secret, where)
		}
		require.NotRegexp(t, toldTooMuch, links.ReplaceAllString(strings.ReplaceAll(p, "clinic.test", ""), ""), where)
	}
}
