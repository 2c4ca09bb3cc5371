package rest_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/revoke"
	"housecall/records/subscription"
)

// A notification that is on its way to an endpoint which takes its time is broken
// off when the app is cut off, and its subscription ends.
func TestACallOnItsWayIsBrokenOff(t *testing.T) {
	subscribed(t, func(t *testing.T, s *site, subs *subscription.Service) {
		var calls atomic.Int64
		began, broken := make(chan struct{}, 10), make(chan struct{}, 10)
		hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // only then a server notices that nobody waits any more
			if calls.Add(1) == 1 {
				return // the handshake
			}
			began <- struct{}{}
			<-r.Context().Done()
			broken <- struct{}{}
		}))
		defer hook.Close()
		slow := `,"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-timeout","valueUnsignedInt":30}]`
		id := s.subscribe(s.self, subscriptionBody(hook.URL, ownTopic("patient-chart-change"), "full-resource", slow))
		s.waitState(s.self, id, "active")
		s.put(observation(newID(), "Patient/"+s.rosa, 1))
		select {
		case <-began:
		case <-time.After(patience):
			t.Fatal("the hook is not called")
		}
		who, err := s.id.Bearer(context.Background(), s.self)
		require.NoError(t, err)
		require.NoError(t, s.id.RevokeFamily(context.Background(), who.Session))
		subs.Revoked(revoke.Session, who.Session) // as the feed says it
		select {
		case <-broken:
		case <-time.After(patience): // it would have gone on for 30 seconds
			t.Fatal("the call goes on")
		}
		require.Eventually(t, func() bool {
			var status string
			require.NoError(t, s.db.Read(context.Background()).QueryRow(`SELECT status FROM subscriptions WHERE id = ?`, id).Scan(&status))
			return status == "off"
		}, patience, 5*time.Millisecond)
	})
}
