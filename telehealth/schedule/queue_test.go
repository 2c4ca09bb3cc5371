package schedule

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A day of one clinician at 10:00, with visits of 20 minutes.
func TestTheTurnFollowsTheDay(t *testing.T) {
	t0 := time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)
	at := func(minutes int) int64 { return t0.Add(time.Duration(minutes) * time.Minute).UnixMicro() }
	visit := func(id string, start int, state State) *Booked {
		return &Booked{ID: id, StartsAt: at(start), EndsAt: at(start + 20), Mode: Video, Status: StatusBooked, State: state}
	}
	live := func(id string, start, began int) *Booked {
		b := visit(id, start, Live)
		b.StartedAt = at(began)
		return b
	}
	ended := func(id string, start, began, until int) *Booked {
		b := visit(id, start, Ended)
		b.StartedAt, b.EndedAt = at(began), at(until)
		return b
	}
	behind := func(b *Booked, minutes int) *Booked { b.Behind = minutes; return b }
	room := func(id string, start int) *Booked {
		b := visit(id, start, Scheduled)
		b.Mode = Clinic
		return b
	}
	for name, x := range map[string]struct {
		day   []*Booked
		mine  int
		place int
		in    int // minutes from now
	}{
		"nobody else":                            {[]*Booked{visit("a", 5, Waiting)}, 0, 1, 5},
		"late, and nobody else":                  {[]*Booked{visit("a", -5, Waiting)}, 0, 1, 0},
		"one is being seen":                      {[]*Booked{live("a", -15, -10), visit("b", 5, Waiting)}, 1, 1, 10},
		"one is seen longer than planned":        {[]*Booked{live("a", -40, -30), visit("b", -20, Waiting)}, 1, 1, 2},
		"one waits before":                       {[]*Booked{visit("a", -5, Waiting), visit("b", 5, Waiting)}, 1, 2, 20},
		"two wait before, one is seen":           {[]*Booked{live("a", -20, -10), visit("b", 0, Waiting), visit("c", 5, Waiting), visit("d", 10, Waiting)}, 3, 3, 50},
		"who waits for later is not before":      {[]*Booked{visit("a", 0, Waiting), visit("b", 20, Waiting)}, 0, 1, 0},
		"somebody is still to come":              {[]*Booked{visit("a", -5, Scheduled), visit("b", 0, Waiting)}, 1, 1, 20},
		"somebody did not come":                  {[]*Booked{visit("a", -15, Scheduled), visit("b", 0, Waiting)}, 1, 1, 0},
		"somebody is in the clinic":              {[]*Booked{room("a", -5), visit("b", 0, Waiting)}, 1, 1, 15},
		"the clinic said that it is late":        {[]*Booked{behind(visit("a", 5, Waiting), 30)}, 0, 1, 35},
		"visits take twice as long today":        {[]*Booked{ended("a", -80, -80, -40), ended("b", -60, -40, 0), visit("c", -5, Waiting), visit("d", 0, Waiting)}, 3, 2, 33},
		"a visit that was ended at once is none": {[]*Booked{ended("a", -80, -80, -79), visit("c", -5, Waiting), visit("d", 0, Waiting)}, 2, 2, 20},
	} {
		got := turnOf(x.day, x.day[x.mine], t0.UnixMicro())
		require.Equal(t, x.place, got.Place, name)
		require.Equal(t, x.in, int((got.At-t0.UnixMicro())/60e6), name)
	}
}

// Those of a group are seen at one time: who comes after them waits for one visit.
func TestAGroupCountsAsOneVisit(t *testing.T) {
	of := func(id, group string, state State) *Booked { return &Booked{ID: id, Group: group, State: state} }
	left := together([]*Booked{of("a", "g", Scheduled), of("b", "g", Live), of("c", "", Waiting), of("d", "g", Waiting), of("e", "h", Waiting)})
	require.Len(t, left, 3)
	require.Equal(t, []string{"a", "c", "e"}, []string{left[0].ID, left[1].ID, left[2].ID})
	require.Equal(t, Live, left[0].State)
}
