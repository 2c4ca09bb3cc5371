package notifications_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/notifications/carrier"
	"housecall/notifications/mailtest"
)

type rowScanner = *sql.Rows

var digits = regexp.MustCompile(`[0-9]{6}`)

func subscription(t *testing.T, text string) (s carrier.Subscription) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), &s))
	return s
}

func TestTheMailOfTheDay(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		sink := mailtest.New(t)
		s := newSite(t, d, sink, people{"ida": person("ida", "es"), "bob": person("bob", "")})
		ctx := context.Background()
		for _, who := range []string{"ida", "bob"} {
			p, err := s.Preferences(ctx, identity.Principal{Account: who})
			require.NoError(t, err)
			local := s.Now().UTC().Add(2 * time.Hour)
			p.Digest = notifications.Digest{On: true, At: local.Hour()*60 + local.Minute()}
			p.Quiet.Zone = time.UTC
			require.NoError(t, s.SetPreferences(ctx, identity.Principal{Account: who}, p))
		}
		s.post(told("ida", "m1", notifications.Message), told("ida", "n1", notifications.Note), told("bob", "m1", notifications.Message))
		soon := told("ida", "v1", notifications.Visit)
		soon.Until = s.Now().Add(15 * time.Minute)
		s.post(soon)
		s.start()
		require.Eventually(t, func() bool { // the mail is not hurried before all is gathered
			makeDue(t, d, `kind <> 'notice_digest' AND state IN ('available', 'scheduled', 'retryable')`)
			return s.state("ida", "v1") == sent && s.state("ida", "m1") == gathered && s.state("ida", "n1") == gathered && s.state("bob", "m1") == gathered
		}, wait, 20*time.Millisecond)
		require.Eventually(t, func() bool {
			s.hurry()
			return s.state("ida", "m1") == sent && s.state("ida", "n1") == sent && s.state("bob", "m1") == sent
		}, wait, 20*time.Millisecond)
		var subjects []string
		for _, m := range sink.Mails() {
			subjects = append(subjects, m.To+" "+m.Subject)
		}
		require.ElementsMatch(t, []string{"ida@example.org Tiene una visita", "ida@example.org Hay algo nuevo para usted", "bob@example.org Something new is waiting for you"}, subjects, "one for all, and at once what cannot wait")
	})
}

func TestAMailboxThatDoesNotExist(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		sink := mailtest.New(t)
		who := people{"ida": person("ida", "")}
		s := newSite(t, d, sink, who)
		ctx, ida := context.Background(), identity.Principal{Account: "ida"}
		sink.Refuse(550)
		s.post(told("ida", "m1", notifications.Message))
		s.start()
		s.becomes("ida", "m1", refused)
		r, err := s.Reach(ctx, who["ida"])
		require.NoError(t, err)
		require.True(t, r.MailFails)
		require.Equal(t, 1, count(s.kinds("ida"), notifications.Reach), "they are told in the app")
		sink.Refuse(0)
		tries := sink.Tries()
		s.post(told("ida", "m2", notifications.Message))
		s.becomes("ida", "m2", dropped)
		require.Equal(t, tries, sink.Tries(), "nobody is asked any more")

		other := who["ida"]
		other.Email = "ida.moss@example.org"
		r, err = s.Reach(ctx, other)
		require.NoError(t, err)
		require.False(t, r.MailFails, "another address starts anew")
		require.NoError(t, s.MailAgain(ctx, ida))
		s.post(told("ida", "m3", notifications.Message))
		s.becomes("ida", "m3", sent)
	})
}

func count[T comparable](list []T, x T) (n int) {
	for _, y := range list {
		if x == y {
			n++
		}
	}
	return n
}

func dsn(id, to, action, status string) []byte {
	return []byte(strings.ReplaceAll(fmt.Sprintf(`From: MAILER-DAEMON@relay.test
To: portal@clinic.test
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I'm sorry to have to inform you.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.test

Final-Recipient: rfc822; %s
Action: %s
Status: %s
Diagnostic-Code: smtp; 550 no such user

--b1
Content-Type: text/rfc822-headers

From: portal@clinic.test
Message-Id: %s
Subject: You have a new message

--b1--
`, to, action, status, id), "\n", "\r\n"))
}

func TestABounceThatComesLater(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		sink := mailtest.New(t)
		who := people{"ida": person("ida", ""), "bob": person("bob", "")}
		s := newSite(t, d, sink, who)
		ctx := context.Background()
		s.post(told("ida", "m1", notifications.Message), told("bob", "m1", notifications.Message))
		s.start()
		s.becomes("ida", "m1", sent)
		s.becomes("bob", "m1", sent)
		id := map[string]string{}
		for _, m := range sink.Mails() {
			id[m.To] = m.ID
		}
		fails := func(account string) bool {
			r, err := s.Reach(ctx, who[account])
			require.NoError(t, err)
			return r.MailFails
		}
		for _, nothing := range [][]byte{
			nil, []byte("Hello"), dsn(id["ida@example.org"], "ida@example.org", "delayed", "4.4.1"), dsn("<AAAAAAAAAAAAAAAAAAAAAA@clinic.test>", "ida@example.org", "failed", "5.1.1"),
			dsn(id["bob@example.org"], "bob.old@example.org", "failed", "5.1.1"),
		} {
			_, err := s.Bounced(ctx, nothing)
			require.NoError(t, err)
			require.False(t, fails("ida"))
			require.False(t, fails("bob"))
		}
		known, err := s.Bounced(ctx, dsn(id["ida@example.org"], "ida@example.org", "failed", "5.1.1"))
		require.NoError(t, err)
		require.True(t, known)
		require.True(t, fails("ida"))
		_, err = s.Bounced(ctx, dsn(id["ida@example.org"], "ida@example.org", "failed", "5.1.1"))
		require.NoError(t, err)
		require.Equal(t, 1, count(s.kinds("ida"), notifications.Reach), "twice reported is once done")
	})
}

func TestOneTapEndsMailsOfAKind(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		sink := mailtest.New(t)
		s := newSite(t, d, sink, people{"ida": person("ida", ""), "bob": person("bob", "")})
		ctx := context.Background()
		s.post(told("ida", "m1", notifications.Message), notifications.Notice{ID: "o1", Account: "bob", Kind: notifications.Oversight, Ref: "glass/1"})
		s.start()
		s.becomes("ida", "m1", sent)
		s.becomes("bob", "o1", sent)
		var link string
		for _, m := range sink.Mails() {
			if m.To == "bob@example.org" {
				require.NotContains(t, m.Raw, "List-Unsubscribe", "a duty is not ended by a tap")
				continue
			}
			require.Contains(t, m.Raw, "List-Unsubscribe-Post: List-Unsubscribe=One-Click")
			unfolded := strings.ReplaceAll(strings.ReplaceAll(m.Raw, "\r\n ", ""), "\r\n\t", "")
			link = regexp.MustCompile(`List-Unsubscribe: ?<([^>]+)>`).FindStringSubmatch(unfolded)[1]
			require.Contains(t, m.Text, link)
			require.NotContains(t, link, "ida")
		}
		u, err := url.Parse(link)
		require.NoError(t, err)
		require.Equal(t, "https", u.Scheme)
		token := strings.TrimPrefix(u.Path, "/unsubscribe/")
		k, stopped, err := s.Stopped(ctx, token)
		require.NoError(t, err)
		require.Equal(t, notifications.Message, k)
		require.False(t, stopped, "looking changes nothing")
		require.NoError(t, s.StopMails(ctx, token, true))
		require.NoError(t, s.StopMails(ctx, token, true))
		s.post(told("ida", "m2", notifications.Message), told("ida", "n2", notifications.Note))
		s.becomes("ida", "m2", dropped)
		s.becomes("ida", "n2", sent)
		require.NoError(t, s.StopMails(ctx, token, false)) // undone
		s.post(told("ida", "m3", notifications.Message))
		s.becomes("ida", "m3", sent)
		flip := func(c byte) byte {
			if c == 'A' {
				return 'B'
			}
			return 'A'
		}
		for _, bad := range []string{"", "AAAA", token[:40], string(flip(token[0])) + token[1:], token[:30] + string(flip(token[30])) + token[31:]} {
			require.True(t, fault.Is(s.StopMails(ctx, bad, true), fault.NotFound), bad)
		}
	})
}
