package rest_test

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/sitekey"
	"housecall/records/rest"
	"housecall/records/subscription"
)

// bounded is a site with small bounds of subscriptions and a clock for them that
// can be put forward.
func bounded(t *testing.T, f func(t *testing.T, s *site, forward func(time.Duration))) {
	each(t, func(t *testing.T, s *site) {
		var ahead atomic.Int64
		subs, err := subscription.New(subscription.Deps{
			DB: s.db, Records: s.store, Access: s.access, Accounts: s.id, Key: sitekey.ForTest(), BaseURL: base + rest.Prefix, Node: "test", Private: true,
			Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Every: 10 * time.Millisecond, Backoff: 5 * time.Millisecond, Waiting: 20, Kept: 5,
			Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
		})
		require.NoError(t, err)
		t.Cleanup(subs.Stop)
		require.NoError(t, subs.Start(context.Background()))
		s.face(subs)
		f(t, s, func(d time.Duration) { ahead.Add(int64(d)) })
	})
}

// eventRows counts what is kept for a subscription.
func (s *site) eventRows(id, where string) (n int) {
	s.t.Helper()
	require.NoError(s.t, s.db.Read(context.Background()).QueryRow(`SELECT count(*) FROM subscription_events WHERE subscription = ? AND `+where, id).Scan(&n))
	return n
}

// replay asks for the events of a subscription again, as far back as they are kept.
func (s *site) replay(id string) told {
	s.t.Helper()
	r := s.do(s.feed, "GET", "/fhir/Subscription/"+id+"/$events", "")
	require.Equal(s.t, 200, r.StatusCode, r.body)
	x, err := readTold([]byte(r.body))
	require.NoError(s.t, err, r.body)
	return x
}

func (s *site) observe() (focus string) {
	s.t.Helper()
	id := newID()
	s.put(observation(id, "Patient/"+s.rosa, 1))
	return "Observation/" + id
}

// A subscription ends when it said it would, whether there is something to tell or
// not, and nothing is told after that.
func TestASubscriptionEndsAtItsTime(t *testing.T) {
	bounded(t, func(t *testing.T, s *site, forward func(time.Duration)) {
		hook := newReceiver(t)
		body := subscriptionBody(hook.server.URL, ownTopic("resource-change"), "id-only", "", "Observation?patient="+s.rosa)
		end := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
		id := s.subscribe(s.feed, strings.Replace(body, `"reason"`, `"end":"`+end+`","reason"`, 1))
		later := s.subscribe(s.feed, body)
		s.waitState(s.feed, id, "active")
		s.waitState(s.feed, later, "active")
		s.observe()
		require.Eventually(t, func() bool { return len(hook.bySubscription(id)) == 1 && len(hook.bySubscription(later)) == 1 }, patience, 5*time.Millisecond)
		require.Equal(t, "active", s.stateOf(s.feed, id))
		forward(61 * time.Minute)
		last := s.observe()
		s.waitState(s.feed, id, "off")
		require.Eventually(t, func() bool { return hook.bySubscription(later)[2] == last }, patience, 5*time.Millisecond, "others go on")
		require.Len(t, hook.bySubscription(id), 1)
		require.Zero(t, s.eventRows(id, `number = 0`), "nothing waits for it")
		r := s.do(s.feed, "PUT", "/fhir/Subscription/"+id, s.do(s.feed, "GET", "/fhir/Subscription/"+id, "").body)
		require.Equal(t, 409, r.StatusCode, r.body)
	})
}

// bySubscription is events of one subscription.
func (r *receiver) bySubscription(id string) map[int64]string {
	focus := map[int64]string{}
	for _, x := range r.all() {
		for i, n := range x.Numbers {
			if x.ID == id {
				focus[n] = x.Focus[i]
			}
		}
	}
	return focus
}

// An endpoint is down for long: what waits for it is bounded, and the subscription
// says what is wrong and ends, for want of room or of time. What had a number can
// be asked for.
func TestAHookThatIsDownForLong(t *testing.T) {
	bounded(t, func(t *testing.T, s *site, forward func(time.Duration)) {
		hook := newReceiver(t)
		body := subscriptionBody(hook.server.URL, ownTopic("resource-change"), "id-only", "", "Observation?patient="+s.rosa)
		id := s.subscribe(s.feed, body)
		s.waitState(s.feed, id, "active")
		var made []string
		for range 3 {
			made = append(made, s.observe())
		}
		require.Eventually(t, func() bool { return len(hook.bySubscription(id)) == 3 }, patience, 5*time.Millisecond)
		hook.answer(500)
		for range 15 {
			made = append(made, s.observe())
		}
		s.waitState(s.feed, id, "error")
		require.Contains(t, s.do(s.feed, "GET", "/fhir/Subscription/"+id, "").body, "Trying on")
		for range 10 { // more than may wait
			made = append(made, s.observe())
		}
		s.waitState(s.feed, id, "off")
		require.Contains(t, s.do(s.feed, "GET", "/fhir/Subscription/"+id, "").body, "Too much was waiting")
		require.Zero(t, s.eventRows(id, `number = 0`))
		s.observe()
		told := s.replay(id)
		require.GreaterOrEqual(t, len(told.Numbers), 3)
		for i, n := range told.Numbers {
			require.EqualValues(t, i+1, n)
			require.Equal(t, made[i], told.Focus[i])
		}
		require.Equal(t, len(told.Numbers), s.eventRows(id, `1 = 1`), "and nothing else is kept")

		// another one has room, but not time
		patient := s.subscribe(s.feed, body)
		hook.answer(200)
		s.waitState(s.feed, patient, "active")
		hook.answer(500)
		first := s.observe()
		s.waitState(s.feed, patient, "error")
		forward(25 * time.Hour)
		s.waitState(s.feed, patient, "off")
		require.Contains(t, s.do(s.feed, "GET", "/fhir/Subscription/"+patient, "").body, "for a day")
		require.Equal(t, []string{first}, s.replay(patient).Focus)
		hook.answer(200)
		again := s.subscribe(s.feed, body)
		s.waitState(s.feed, again, "active")
	})
}

// What was told is kept for a while and up to a number, what is over for a month.
func TestWhatWasToldIsForgotten(t *testing.T) {
	bounded(t, func(t *testing.T, s *site, forward func(time.Duration)) {
		hook := newReceiver(t)
		id := s.subscribe(s.feed, subscriptionBody(hook.server.URL, ownTopic("resource-change"), "id-only", "", "Observation?patient="+s.rosa))
		s.waitState(s.feed, id, "active")
		var made []string
		for range 12 {
			made = append(made, s.observe())
		}
		hook.wait(12)
		require.Eventually(t, func() bool {
			var delivered int
			require.NoError(t, s.db.Read(context.Background()).QueryRow(`SELECT delivered FROM subscriptions WHERE id = ?`, id).Scan(&delivered))
			return delivered == 12
		}, patience, 5*time.Millisecond)
		forward(2 * time.Hour)
		require.Eventually(t, func() bool { return s.eventRows(id, `1 = 1`) == 5 }, patience, 5*time.Millisecond)
		told := s.replay(id)
		require.Equal(t, []int64{8, 9, 10, 11, 12}, told.Numbers)
		require.Equal(t, made[7:], told.Focus)
		forward(8 * 24 * time.Hour)
		require.Eventually(t, func() bool { return s.eventRows(id, `1 = 1`) == 0 }, patience, 5*time.Millisecond)
		require.Equal(t, "active", s.stateOf(s.feed, id))
		made = append(made, s.observe())
		require.Equal(t, made[12], hook.wait(13)[13], "numbers go on")

		off := strings.Replace(s.do(s.feed, "GET", "/fhir/Subscription/"+id, "").body, `"status":"active"`, `"status":"off"`, 1)
		require.Equal(t, 200, s.do(s.feed, "PUT", "/fhir/Subscription/"+id, off).StatusCode)
		forward(29 * 24 * time.Hour)
		require.Equal(t, "off", s.stateOf(s.feed, id))
		forward(2 * 24 * time.Hour)
		require.Eventually(t, func() bool { return s.do(s.feed, "GET", "/fhir/Subscription/"+id, "").StatusCode == 404 }, patience, 5*time.Millisecond)
		require.Zero(t, s.eventRows(id, `1 = 1`))
	})
}
