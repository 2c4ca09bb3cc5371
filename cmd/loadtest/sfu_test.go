package main

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (c *clinic) sfu(t *testing.T) {
	host := c.user("clinician")
	r := perform(t.Context(), "sfu", c.url, host, "--accounts", c.accounts(), "--publishers", "2", "--video", "200", "--pid", strconv.Itoa(c.cmd.Process.Pid))
	require.Zero(t, r.code, r.out+r.err)
	require.Contains(t, r.err, "admin@housecall.test does not take part")
	o, lines := r.told(t)
	require.Equal(t, "sfu", o.Load)
	room := decoded[roomResult](t, lines["room"])
	require.Equal(t, 4, room.People)
	require.Equal(t, 2, room.Publishers)
	require.Positive(t, room.In)
	require.Equal(t, 3*room.In, room.Out+room.Lost, "each packet goes to the three others")
	require.Greater(t, room.Out, room.Lost)
	require.LessOrEqual(t, room.P50, room.P99)
	require.EqualValues(t, 3, room.Picture.N, "who came when somebody was there got a picture")
	require.NotNil(t, room.Server)
	require.Positive(t, room.Server.Memory)

	r = perform(t.Context(), "sfu", c.url, host+","+c.user("patient"))
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, "1 of these people may take part", "an app's token of a patient has no seat")
	r = perform(t.Context(), "sfu", c.url, host+","+c.user("nurse"))
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, "A seat needs somebody who is signed in")
	r = perform(t.Context(), "sfu", c.url, c.user("patient"), "--accounts", c.some(t, "patient", "caregiver"))
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, "it takes somebody of the care team")
	r = perform(t.Context(), "sfu", c.url, host, "--accounts", c.accounts(), "--pid", "999999999")
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, "--pid")
}

func TestVisitsThatPeopleCanComeTo(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	before, after := now.Add(-time.Minute), now.Add(time.Minute)
	for name, c := range map[string]struct {
		a    appointment
		open bool
	}{
		"the doors are open":    {appointment{Mode: "video", Status: "booked", Visit: "scheduled", JoinFrom: &before}, true},
		"it goes on":            {appointment{Mode: "video", Status: "booked", Visit: "live"}, true},
		"too early":             {appointment{Mode: "video", Status: "booked", Visit: "scheduled", JoinFrom: &after}, false},
		"over":                  {appointment{Mode: "video", Status: "booked", Visit: "ended", JoinFrom: &before}, false},
		"called off":            {appointment{Mode: "video", Status: "cancelled", Visit: "scheduled", JoinFrom: &before}, false},
		"at the clinic":         {appointment{Mode: "clinic", Status: "booked", Visit: "scheduled", JoinFrom: &before}, false},
		"booked somewhere else": {appointment{Mode: "video", Status: "booked", JoinFrom: &before}, false},
	} {
		require.Equal(t, c.open, c.a.open(now), name)
	}
}

func TestUsage(t *testing.T) {
	u, err := usage(os.Getpid())
	require.NoError(t, err)
	require.Positive(t, u.memory)
	u, err = usage(0)
	require.NoError(t, err)
	require.Zero(t, u)
	_, err = usage(999999999)
	require.ErrorContains(t, err, "--pid")
}

// What is sent within the time counts, and nothing else.
func TestOnlyWhatIsSentWithinTheTimeCounts(t *testing.T) {
	g := newGathering(&sfuCommand{Publishers: 4}, 2)
	require.Equal(t, 2, g.publishers)
	require.False(t, g.counts(5))
	g.from.Store(10)
	require.False(t, g.counts(9))
	require.True(t, g.counts(10))
	g.until.Store(20)
	require.True(t, g.counts(19))
	require.False(t, g.counts(20))
	var sum traffic
	sum.in, sum.expected = 3, 3
	sum.latency.record(2 * time.Millisecond)
	res := sum.result(time.Second)
	require.EqualValues(t, 2, res.Lost)
	require.EqualValues(t, 1, res.Out)
}
