package notifications_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/notifications"
)

func TestQuietHoursFollowTheClockOnTheWall(t *testing.T) {
	chicago, err := notifications.Zone("America/Chicago")
	require.NoError(t, err)
	at := func(s string) time.Time {
		x, err := time.Parse(time.RFC3339, s)
		require.NoError(t, err)
		return x
	}
	for _, c := range []struct{ name, from, to, now, ends string }{
		{"evening", "22:00", "07:00", "2026-06-01T23:30:00-05:00", "2026-06-02T07:00:00-05:00"},
		{"night", "22:00", "07:00", "2026-06-02T06:59:59-05:00", "2026-06-02T07:00:00-05:00"},
		{"day", "22:00", "07:00", "2026-06-02T07:00:00-05:00", ""},
		{"noon", "12:00", "14:00", "2026-06-02T13:00:00-05:00", "2026-06-02T14:00:00-05:00"},
		{"after noon", "12:00", "14:00", "2026-06-02T14:00:00-05:00", ""},
		{"end of the month", "22:00", "07:00", "2026-06-30T22:00:00-05:00", "2026-07-01T07:00:00-05:00"},
		{"the short night", "22:00", "07:00", "2026-03-07T23:00:00-06:00", "2026-03-08T07:00:00-05:00"},
		{"an end that is jumped over", "22:00", "02:30", "2026-03-08T01:00:00-06:00", "2026-03-08T03:00:00-05:00"},
		{"the long night", "22:00", "07:00", "2026-10-31T23:00:00-05:00", "2026-11-01T07:00:00-06:00"},
		{"the hour that comes twice, first", "22:00", "01:30", "2026-11-01T01:10:00-05:00", "2026-11-01T01:30:00-05:00"},
		{"the hour that comes twice, second", "22:00", "01:30", "2026-11-01T01:10:00-06:00", "2026-11-01T01:30:00-06:00"},
	} {
		minutes := func(s string) int { x, _ := time.Parse("15:04", s); return x.Hour()*60 + x.Minute() }
		q := notifications.Quiet{On: true, From: minutes(c.from), To: minutes(c.to), Zone: chicago}
		got := q.Ends(at(c.now))
		if c.ends == "" {
			require.True(t, got.IsZero(), c.name)
			continue
		}
		require.True(t, got.Equal(at(c.ends)), "%s: %s", c.name, got)
		require.True(t, q.Ends(got).IsZero(), "%s: quiet is over then", c.name)
		q.On = false
		require.True(t, q.Ends(at(c.now)).IsZero())
	}
	_, err = notifications.Zone("Mars/Olympus")
	require.Error(t, err)
}

func TestMailSettings(t *testing.T) {
	for _, good := range []string{
		"smtp://mail.example.org?from=portal@example.org", "smtps://u:p@mail.example.org:465?from=portal@example.org", "smtp://mail:25?from=a@b.test&tls=off",
	} {
		_, err := notifications.ParseMailer(good)
		require.NoError(t, err, good)
	}
	for _, bad := range []string{
		"", "http://x?from=a@b.test", "smtp://mail", "smtp://?from=a@b.test", "smtp://mail?from=nobody", "smtp://mail:99999?from=a@b.test",
		"smtp://u:p@mail?from=a@b.test&tls=off", "smtp://mail?from=a@b.test&what=1", "smtps://mail?from=a@b.test&tls=off",
	} {
		_, err := notifications.ParseMailer(bad)
		require.Error(t, err, bad)
	}
}
