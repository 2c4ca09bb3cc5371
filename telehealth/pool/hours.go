package pool

import (
	"slices"
	"time"

	"housecall/internal/fault"
)

// Hours are the opening hours of a pool. Without a week it is always open.
type Hours struct {
	Zone     string   `json:"zone,omitempty" maxLength:"60" doc:"IANA name of the time zone"`
	Week     []Span   `json:"week,omitempty" maxItems:"28"`
	Holidays []string `json:"holidays,omitempty" maxItems:"100" doc:"Days on which it is closed: 2026-12-25"`
}

// Span is one time of a week in which a pool is open; it does not go over midnight.
type Span struct {
	Day  int    `json:"day" minimum:"0" maximum:"6" doc:"0 is Sunday"`
	From string `json:"from" maxLength:"5" doc:"08:00"`
	To   string `json:"to" maxLength:"5" doc:"17:00, at most 24:00"`
}

// farthest bounds how many days are looked through for one that is open.
const farthest = 400

func (h *Hours) check() error {
	if _, err := time.LoadLocation(h.Zone); err != nil || h.Zone == "Local" {
		return fault.New(fault.Invalid, "The time zone is not known. Choose one like America/New_York.")
	}
	for _, x := range h.Week {
		from, ok := clock(x.From)
		to, ok2 := clock(x.To)
		if !ok || !ok2 || x.Day < 0 || x.Day > 6 || from >= to {
			return fault.New(fault.Invalid, "Opening hours look like 08:00 to 17:00, and end after they begin.")
		}
	}
	for _, d := range h.Holidays {
		if _, err := time.Parse(time.DateOnly, d); err != nil {
			return fault.New(fault.Invalid, "Days off look like 2026-12-25.")
		}
	}
	return nil
}

// clock reads 08:00 as minutes since midnight.
func clock(s string) (int, bool) {
	if s == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil && len(s) == 5
}

// open gives the times of a day in which the pool is open, in order and without
// overlaps.
func (h *Hours) open(y int, m time.Month, d int, zone *time.Location) (out [][2]time.Time) {
	day := time.Date(y, m, d, 0, 0, 0, 0, zone)
	if slices.Contains(h.Holidays, day.Format(time.DateOnly)) {
		return nil
	}
	for _, x := range h.Week {
		from, _ := clock(x.From)
		to, _ := clock(x.To)
		if x.Day == int(day.Weekday()) {
			out = append(out, [2]time.Time{time.Date(y, m, d, 0, from, 0, 0, zone), time.Date(y, m, d, 0, to, 0, 0, zone)})
		}
	}
	slices.SortFunc(out, func(a, b [2]time.Time) int { return a[0].Compare(b[0]) })
	var end time.Time // of all before
	for i := range out {
		if out[i][0].Before(end) {
			out[i][0] = end
		}
		if out[i][1].After(end) {
			end = out[i][1]
		}
	}
	return slices.DeleteFunc(out, func(s [2]time.Time) bool { return !s[0].Before(s[1]) })
}

// spans calls f for each opening from a time on, until f says that it is enough.
func (h *Hours) spans(from time.Time, f func(from, to time.Time) (more bool)) {
	zone, err := time.LoadLocation(h.Zone)
	if err != nil {
		zone = time.UTC
	}
	y, m, d := from.In(zone).Date()
	for i := range farthest {
		for _, x := range h.open(y, m, d+i, zone) {
			if x[0].Before(from) {
				x[0] = from
			}
			if x[0].Before(x[1]) && !f(x[0], x[1]) {
				return
			}
		}
	}
}

// After is when the pool will have been open for so long since a time.
func (h *Hours) After(from time.Time, open time.Duration) time.Time {
	if len(h.Week) == 0 {
		return from.Add(open)
	}
	due, left := from.Add(open), open
	h.spans(from, func(a, b time.Time) bool {
		if left <= b.Sub(a) {
			due = a.Add(left)
			return false
		}
		left -= b.Sub(a)
		return true
	})
	return due
}

// Between is how long the pool was open between two times.
func (h *Hours) Between(from, to time.Time) time.Duration {
	if !from.Before(to) {
		return 0
	}
	if len(h.Week) == 0 {
		return to.Sub(from)
	}
	var sum time.Duration
	h.spans(from, func(a, b time.Time) bool {
		if b.After(to) {
			b = to
		}
		if a.Before(b) {
			sum += b.Sub(a)
		}
		return b.Before(to)
	})
	return sum
}

// Opens is when the pool is open next; the time itself, when it is open then.
func (h *Hours) Opens(at time.Time) time.Time {
	if len(h.Week) == 0 {
		return at
	}
	opens := at
	h.spans(at, func(a, _ time.Time) bool { opens = a; return false })
	return opens
}
