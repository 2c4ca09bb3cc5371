package notifications_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/notifications"
	"housecall/notifications/mailtest"
)

// A mail that waited is not sent when the chart that it is about is closed to its
// receiver meanwhile; that sharing ended is told all the same.
func TestNothingIsMailedAboutAClosedChart(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		sink := mailtest.New(t)
		s := newSite(t, d, sink, people{"ida": person("ida", "")})
		var open atomic.Bool
		s.MayOpen = func(_ context.Context, account, patient string) (bool, error) {
			return open.Load() && account == "ida" && patient == "chart-1", nil
		}
		s.post(told("ida", "n1", notifications.Message), told("ida", "n2", notifications.Result), told("ida", "n3", notifications.Sharing))
		s.start()
		s.becomes("ida", "n1", dropped)
		s.becomes("ida", "n2", dropped)
		s.becomes("ida", "n3", sent)
		require.Len(t, sink.Mails(), 1)
		open.Store(true)
		s.post(told("ida", "n4", notifications.Message))
		s.becomes("ida", "n4", sent)
	})
}
