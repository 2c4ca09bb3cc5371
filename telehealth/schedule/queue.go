package schedule

import (
	"slices"
	"time"

	"housecall/internal/db"
)

// Who waits for a clinician is told how many are before them and when it is likely to
// be their turn. That is worked out anew each time from how the day really goes: who
// is being seen, who else waits, and how long visits took today.

// Bounds of how long a visit is taken to last, and of how long somebody who has not
// come is still reckoned with.
const (
	shortestTurn = 5 * time.Minute
	longestTurn  = time.Hour
	atLeast      = 2 * time.Minute  // more of a visit that lasts longer than it should
	noLongerDue  = 10 * time.Minute // after the start of a visit to which nobody came
)

// Turn is where somebody stands among those who wait for one clinician.
type Turn struct {
	Place int   // 1: the next one
	At    int64 // when it is likely to begin, microseconds
}

// TurnTx works out the turn of a visit that has not begun.
func (s *Service) TurnTx(c *db.Conn, b *Booked) (Turn, error) {
	from, err := s.dayOf(s.day(b.StartsAt), moment(b.StartsAt))
	if err != nil {
		return Turn{}, err
	}
	day, err := listBooked(c, `WHERE a.account = ? AND a.starts_at >= ? AND a.starts_at < ? AND a.status IN ('booked', 'arrived', 'fulfilled') ORDER BY a.starts_at, a.id LIMIT ?`,
		b.Account, from.UnixMicro(), from.AddDate(0, 0, 1).UnixMicro(), maxDay)
	if err != nil {
		return Turn{}, err
	}
	return turnOf(together(day), b, s.now()), nil
}

// together leaves of each group one visit: they are seen at one time.
func together(day []*Booked) []*Booked {
	first := map[string]*Booked{}
	return slices.DeleteFunc(day, func(x *Booked) bool {
		if x.Group == "" {
			return false
		}
		one := first[x.Group]
		if one == nil {
			first[x.Group] = x
			return false
		}
		if x.State == Live || x.State == Waiting && one.State == Scheduled {
			one.State, one.StartedAt, one.EndedAt = x.State, x.StartedAt, x.EndedAt
		}
		return true
	})
}

// turnOf is TurnTx on the clinician's day, in its order.
func turnOf(day []*Booked, mine *Booked, now int64) Turn {
	usual := usualTurn(day, mine)
	t := now // when the clinician is free
	for _, x := range day {
		switch {
		case x.ID == mine.ID || x.State == Ended:
		case x.State == Live:
			t = max(t, x.StartedAt+usual, now+atLeast.Microseconds())
		case x.Mode == Clinic && x.Status != StatusFulfilled && x.StartsAt <= now && now < x.EndsAt:
			t = max(t, x.EndsAt)
		}
	}
	place := 1
	for _, x := range day {
		if x.ID == mine.ID {
			break // those after it come after it
		}
		if x.State == Ended || x.State == Live || x.Status == StatusFulfilled {
			continue
		}
		switch {
		case x.State == Waiting:
			place++
			t = max(t, x.StartsAt) + usual
		case x.Mode == Clinic:
			if x.StartsAt > now {
				t = max(t, x.StartsAt) + x.EndsAt - x.StartsAt
			}
		case now < x.StartsAt+noLongerDue.Microseconds():
			t = max(t, x.StartsAt) + usual
		}
	}
	return Turn{place, max(t, mine.StartsAt+int64(mine.Behind)*60e6)}
}

// usualTurn is how long a visit lasts on this day, in microseconds: what is planned
// counts as one visit beside those that are over.
func usualTurn(day []*Booked, mine *Booked) int64 {
	sum, n := mine.EndsAt-mine.StartsAt, int64(1)
	for _, x := range day {
		if took := x.EndedAt - x.StartedAt; x.State == Ended && x.StartedAt != 0 && took >= atLeast.Microseconds() {
			sum += min(took, longestTurn.Microseconds())
			n++
		}
	}
	return min(max(sum/n, shortestTurn.Microseconds()), longestTurn.Microseconds())
}
