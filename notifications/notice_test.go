package notifications_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
	"housecall/notifications"
	"housecall/notifications/mailtest"
)

// people are accounts by id.
type people map[string]identity.Account

func (p people) AccountByID(_ context.Context, id string) (identity.Account, error) {
	a, ok := p[id]
	if !ok {
		return a, fault.New(fault.NotFound, "There is no such account.")
	}
	return a, nil
}

func person(id, locale string) identity.Account {
	return identity.Account{ID: id, Email: id + "@example.org", Name: "Sentinel-Name", Locale: locale, Active: true}
}

// site is one node that tells people.
type site struct {
	*notifications.Service
	t    *testing.T
	db   *db.DB
	sink *mailtest.Sink

	mu  sync.Mutex
	off time.Duration
}

func (s *site) Now() time.Time { s.mu.Lock(); defer s.mu.Unlock(); return time.Now().Add(s.off) }

func newSite(t *testing.T, d *db.DB, sink *mailtest.Sink, who people) *site {
	t.Helper()
	base, err := url.Parse("https://portal.example.org")
	require.NoError(t, err)
	mailer, err := notifications.ParseMailer(sink.URL())
	require.NoError(t, err)
	s := &site{t: t, db: d, sink: sink}
	s.Service, err = notifications.New(notifications.Deps{
		DB: d, Key: sitekey.ForTest(), Accounts: who, Mail: mailer, BaseURL: base, Poll: oftenPolled, Now: s.Now,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	require.NoError(t, err)
	return s
}

func (s *site) start() {
	require.NoError(s.t, s.Start(context.Background()))
	s.t.Cleanup(s.Stop)
}

func (s *site) post(n ...notifications.Notice) {
	s.t.Helper()
	require.NoError(s.t, s.db.InTx(context.Background(), func(c *db.Conn) error { return s.PostTx(c, n...) }))
}

// hurry makes every job that waits for its time due.
func (s *site) hurry() { makeDue(s.t, s.db, `state IN ('available', 'scheduled', 'retryable')`) }

// makeDue brings the time of jobs about that wait for it.
func makeDue(t *testing.T, d *db.DB, where string) {
	t.Helper()
	const past = `'2020-01-01 00:00:00'`
	require.NoError(t, d.InTx(context.Background(), func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE river_job SET state = 'available', scheduled_at = ` + past + ` WHERE scheduled_at > ` + past + ` AND ` + where)
		return err
	}))
}

// becomes hurries until the mail of a notice has the state.
func (s *site) becomes(account, id string, want int) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		s.hurry()
		return s.state(account, id) == want
	}, wait, 20*time.Millisecond, "it is %d", s.state(account, id))
}

func (s *site) state(account, id string) (state int) {
	require.NoError(s.t, s.db.Read(context.Background()).QueryRow(`SELECT telling FROM notices WHERE account = ? AND id = ?`, account, id).Scan(&state))
	return state
}

func (s *site) jobs(where string) (n int) {
	require.NoError(s.t, s.db.Read(context.Background()).QueryRow(`SELECT count(*) FROM river_job WHERE kind <> 'notice_sweep' AND (`+where+`)`).Scan(&n))
	return n
}

// What becomes of a mail, as the database has it.
const (
	waits = iota + 1
	sending
	sent
	dropped
	covered
	refused
	unknown
	gathered
)

func told(account, id string, kind notifications.Kind) notifications.Notice {
	return notifications.Notice{ID: id, Account: account, Kind: kind, Patient: "chart-1", Ref: "thread/t1"}
}

func TestEachNoticeIsMailedOnceWhicheverNodeDoesIt(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		sink, who := mailtest.New(t), people{}
		const n = 12
		for i := range n {
			id := fmt.Sprint("p", i)
			who[id] = person(id, "")
		}
		nodes := []*site{newSite(t, d, sink, who)}
		if d.Dialect == db.Postgres {
			nodes = append(nodes, newSite(t, d, sink, who))
		}
		for _, s := range nodes {
			s.start()
		}
		for i := range n {
			id := fmt.Sprint("p", i)
			nodes[0].post(told(id, "m1", notifications.Message))
			nodes[0].post(told(id, "m1", notifications.Message)) // posted twice is told once
		}
		for i := range n {
			nodes[0].becomes(fmt.Sprint("p", i), "m1", sent)
		}
		require.Eventually(t, func() bool { return nodes[0].jobs(`state <> 'completed'`) == 0 }, wait, 20*time.Millisecond)
		seen := map[string]bool{}
		for _, m := range sink.Mails() {
			require.False(t, seen[m.To], m.To)
			seen[m.To] = true
		}
		require.Len(t, seen, n)
	})
}

func TestARolledBackNoticeIsNeverTold(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d, mailtest.New(t), people{"ida": person("ida", "")})
		err := d.InTx(context.Background(), func(c *db.Conn) error {
			require.NoError(t, s.PostTx(c, told("ida", "m1", notifications.Message)))
			return errors.New("no")
		})
		require.Error(t, err)
		require.Zero(t, s.jobs(`1 = 1`))
		n, err := s.Unseen(context.Background(), identity.Principal{Account: "ida"})
		require.NoError(t, err)
		require.Zero(t, n)
	})
}

// Every mail that can be written is sent through the whole of the house with a
// chart full of facts, and searched for each of them.
func TestNoMailNamesAnybodyOrSaysAnything(t *testing.T) {
	d, sink, who := dbtest.SQLite(t), mailtest.New(t), people{}
	s := newSite(t, d, sink, who)
	secrets := []string{"Sentinel-Name", "sentinel-chart", "sentinel-ref", "sentinel-id"}
	var posted [][2]string
	for _, locale := range []string{"", "en", "es"} {
		for _, k := range append(slices.Clone(notifications.Kinds), notifications.Oversight) {
			account := "a" + locale + string(k[0]) + string(k[len(k)-1]) // says nothing of the kind
			who[account] = person(account, locale)
			s.post(notifications.Notice{ID: "sentinel-id-" + account, Account: account, Kind: k, Patient: "sentinel-chart", Ref: "entry/Condition/sentinel-ref"})
			posted = append(posted, [2]string{account, "sentinel-id-" + account})
		}
	}
	s.start()
	for _, p := range posted {
		s.becomes(p[0], p[1], sent)
	}
	mails := sink.Mails()
	require.Len(t, mails, len(posted))
	subjects := map[string]bool{}
	for _, m := range mails {
		for _, secret := range append(secrets, "result", "note", "diagnos", "Condition") {
			for _, text := range []string{m.Raw, m.Subject, m.Text} {
				require.NotContains(t, strings.ToLower(strings.ReplaceAll(text, m.To, "")), strings.ToLower(secret))
			}
		}
		links := 2 // the notice, and the end of such mails
		if strings.Contains(m.Subject, "attention") || strings.Contains(m.Subject, "atención") {
			links = 1
		}
		require.Equal(t, links, strings.Count(m.Text, "https://"), m.Text)
		require.Regexp(t, `https://portal\.example\.org/n/[A-Za-z0-9_-]{22}\s`, m.Text)
		require.Contains(t, m.Raw, "Auto-Submitted: auto-generated")
		require.NotContains(t, m.Text, "%!")
		require.NotEmpty(t, m.Subject)
		subjects[m.Subject] = true
	}
	require.True(t, subjects["You have a new message"])
	require.True(t, subjects["Tiene un mensaje nuevo"])
	require.Len(t, subjects, 10, "five in each language")
}

func TestWhatWasSeenOrTakenBackIsNotMailed(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		sink := mailtest.New(t)
		s := newSite(t, d, sink, people{"ida": person("ida", ""), "off": {ID: "off", Email: "off@example.org"}})
		ida, ctx := identity.Principal{Account: "ida"}, context.Background()
		s.post(told("ida", "n1", notifications.Message), told("ida", "n2", notifications.Note), told("ida", "n3", notifications.Result),
			told("off", "n4", notifications.Message), told("gone", "n5", notifications.Message))
		late := told("ida", "n6", notifications.Visit)
		late.Until = s.Now().Add(-time.Second)
		s.post(late)
		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error { return s.CancelTx(c, "n2") }))
		items, _, err := s.List(ctx, ida, "", 10)
		require.NoError(t, err)
		for _, x := range items {
			if x.Kind == notifications.Message {
				require.NoError(t, s.Seen(ctx, ida, x.ID))
			}
		}
		w, err := s.Preferences(ctx, ida)
		require.NoError(t, err)
		w.Choices = map[notifications.Choice]bool{{Kind: notifications.Result, Channel: notifications.Email}: false}
		require.NoError(t, s.SetPreferences(ctx, ida, w))
		s.start()
		for _, x := range [][2]string{{"ida", "n1"}, {"ida", "n2"}, {"ida", "n3"}, {"off", "n4"}, {"gone", "n5"}, {"ida", "n6"}} {
			s.becomes(x[0], x[1], dropped)
		}
		require.Empty(t, sink.Mails())
		n, err := s.Unseen(ctx, ida)
		require.NoError(t, err)
		require.Equal(t, 3, n, "they all stay in the app")
		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error { return s.SeenRefTx(c, "ida", "thread/t1") }))
		n, err = s.Unseen(ctx, ida)
		require.NoError(t, err)
		require.Zero(t, n)
	})
}

func TestQuietHoursDelayAndLoseNothing(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		sink := mailtest.New(t)
		s := newSite(t, d, sink, people{"ida": person("ida", "")})
		ctx, ida := context.Background(), identity.Principal{Account: "ida"}
		now := s.Now().UTC()
		minute := now.Hour()*60 + now.Minute()
		require.NoError(t, s.SetPreferences(ctx, ida, notifications.Preferences{Email: true, Quiet: notifications.Quiet{
			On: true, From: (minute + 1440 - 60) % 1440, To: (minute + 180) % 1440, Zone: time.UTC,
		}}))
		soon := told("ida", "soon", notifications.Visit)
		soon.Until = now.Add(15 * time.Minute)
		s.post(told("ida", "one", notifications.Message), told("ida", "two", notifications.Message), soon)
		s.start()
		s.becomes("ida", "soon", sent) // it would come too late
		require.Eventually(t, func() bool { quick(s); return s.jobs(`state = 'scheduled' AND attempted_at IS NOT NULL`) == 2 }, wait, 20*time.Millisecond)
		require.Equal(t, waits, s.state("ida", "one"))
		require.Len(t, sink.Mails(), 1)

		s.mu.Lock()
		s.off = 4 * time.Hour
		s.mu.Unlock()
		require.Eventually(t, func() bool { s.hurry(); return s.state("ida", "one") > sending && s.state("ida", "two") > sending }, wait, 20*time.Millisecond)
		require.ElementsMatch(t, []int{sent, covered}, []int{s.state("ida", "one"), s.state("ida", "two")}, "one mail for the whole night")
		require.Len(t, sink.Mails(), 2)
	})
}

// quick makes jobs due while they have not been tried yet.
func quick(s *site) { makeDue(s.t, s.db, `state = 'scheduled' AND attempted_at IS NULL`) }

func TestAMailServerThatIsDownIsTriedAgain(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		sink := mailtest.New(t)
		s := newSite(t, d, sink, people{"ida": person("ida", ""), "bob": person("bob", "")})
		sink.Refuse(451)
		s.post(told("ida", "m1", notifications.Message))
		s.start()
		require.Eventually(t, func() bool { quick(s); return s.jobs(`state = 'retryable'`) == 1 }, wait, 20*time.Millisecond)
		require.Equal(t, waits, s.state("ida", "m1"))
		sink.Refuse(0)
		s.becomes("ida", "m1", sent)
		require.Len(t, sink.Mails(), 1)

		sink.Refuse(550)
		s.post(told("bob", "m2", notifications.Message))
		s.becomes("bob", "m2", refused)
		tries := sink.Tries()
		require.Eventually(t, func() bool { return s.jobs(`state = 'cancelled'`) == 1 }, wait, 20*time.Millisecond)
		require.Equal(t, tries, sink.Tries(), "what is refused for good is not tried again")
		var errs string
		require.NoError(t, d.Read(context.Background()).QueryRow(`SELECT CAST(errors AS TEXT) FROM river_job WHERE state = 'cancelled'`).Scan(&errs))
		require.NotContains(t, errs, "@", "the server's words may name people")
	})
}

// Between the mail server's taking a mail and our writing that down anything may
// die. Then the mail is not sent again.
func TestAMailIsNeverSentTwice(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		sink := mailtest.New(t)
		s := newSite(t, d, sink, people{"ida": person("ida", ""), "bob": person("bob", "")})
		sink.Swallow(true)
		s.post(told("ida", "m1", notifications.Message), told("bob", "m2", notifications.Message))
		require.NoError(t, d.InTx(context.Background(), func(c *db.Conn) error { // as a node leaves it that died right after sending
			if _, err := c.Exec(`UPDATE notices SET telling = 2, step = 1 WHERE id = 'm2'`); err != nil {
				return err
			}
			_, err := c.Exec(`INSERT INTO notice_deliveries (account, notice, network, endpoint, kind, state, attempts, class, code, at, changed_at) VALUES ('bob', 'm2', 'mail', '', 'message', 2, 1, '', 0, 0, 0)`)
			return err
		}))
		s.start()
		s.becomes("ida", "m1", unknown)
		s.becomes("bob", "m2", unknown)
		sink.Swallow(false)
		s.hurry()
		require.Eventually(t, func() bool { return s.jobs(`state NOT IN ('completed', 'cancelled')`) == 0 }, wait, 20*time.Millisecond)
		require.Len(t, sink.Mails(), 1)
	})
}

func TestNoticesAreTheirReceiversOwn(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d, mailtest.New(t), people{})
		ctx, ida, bob := context.Background(), identity.Principal{Account: "ida"}, identity.Principal{Account: "bob"}
		for i := range 5 {
			n := told("ida", fmt.Sprint("m", i), notifications.Message)
			n.At = time.Unix(1_800_000_000+int64(i/2), 0) // some at the same time
			s.post(n)
		}
		var all []notifications.Told
		for cursor, page := "", 0; page == 0 || cursor != ""; page++ {
			items, next, err := s.List(ctx, ida, cursor, 2)
			require.NoError(t, err)
			all, cursor = append(all, items...), next
		}
		require.Len(t, all, 5)
		seen := map[string]bool{}
		for i, x := range all {
			require.False(t, seen[x.ID])
			seen[x.ID] = true
			require.True(t, i == 0 || !x.At.After(all[i-1].At))
		}
		got, err := s.Open(ctx, ida, all[0].ID)
		require.NoError(t, err)
		require.Equal(t, all[0], got)
		_, err = s.Open(ctx, bob, all[0].ID)
		require.True(t, fault.Is(err, fault.NotFound))
		require.NoError(t, s.Seen(ctx, bob, all[0].ID))
		n, err := s.Unseen(ctx, ida)
		require.NoError(t, err)
		require.Equal(t, 5, n)
		_, _, err = s.List(ctx, ida, "!", 2)
		require.True(t, fault.Is(err, fault.Invalid))
		require.NoError(t, s.Seen(ctx, ida))
		n, err = s.Unseen(ctx, ida)
		require.NoError(t, err)
		require.Zero(t, n)
	})
}
