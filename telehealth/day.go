package telehealth

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/telehealth/schedule"
)

// Day is a day of the clinic with who waits for it.
type Day struct {
	Date    string              `json:"date"`
	Items   []schedule.DayItem  `json:"items"`
	Groups  []schedule.DayGroup `json:"groups" doc:"Visits of several patients together; each member is an item by themselves, too"`
	Waiting []DayWaiting        `json:"waiting" doc:"Visits with somebody in the waiting room, the one that is next first"`
	Ready   []string            `json:"ready" doc:"Visits and groups of the list that go on, in which a nurse has said that the doctor can come"`
}

// DayWaiting is a visit for which somebody waits.
type DayWaiting struct {
	schedule.DayItem
	People []DayPerson `json:"people"`
}

// DayPerson is somebody who waits, as the day's list shows them.
type DayPerson struct {
	Seat     string       `json:"seat"`
	Name     string       `json:"name"`
	Role     string       `json:"role"`
	Relation string       `json:"relation,omitempty"`
	Check    *DeviceCheck `json:"check,omitempty"`
	Where    *Where       `json:"where,omitempty" doc:"For those who hold the visit"`
	Asks     int          `json:"asks,omitempty" doc:"Lines of theirs that nobody has answered yet, for those who hold the visit"`
}

// Day gives a day of the clinic, and to each visit that somebody waits for who that is,
// how their devices were found and whether they wrote something.
func (s *Service) Day(ctx context.Context, who identity.Principal, date string, all bool) (Day, error) {
	d, err := s.Schedule.Day(ctx, who, date, all)
	if err != nil {
		return Day{}, err
	}
	out := Day{Date: d.Date, Items: d.Items, Groups: d.Groups, Waiting: []DayWaiting{}, Ready: []string{}}
	c := s.DB.Read(ctx)
	if err := roomed(c, &out); err != nil {
		return Day{}, err
	}
	rules, err := s.licence(c)
	if err != nil {
		return Day{}, err
	}
	for _, x := range d.Waiting {
		people, err := s.door(c, who, x.Patient, x.ID, &rules)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return Day{}, err
		}
		out.Waiting = append(out.Waiting, DayWaiting{x, people})
	}
	slices.SortStableFunc(out.Waiting, func(a, b DayWaiting) int {
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.ID, b.ID))
	})
	return out, nil
}

// roomed finds the visits in which a doctor is waited for.
func roomed(c *db.Conn, out *Day) error {
	live := []any{}
	for _, x := range out.Items {
		if x.Visit == schedule.Live {
			live = append(live, x.ID)
		}
	}
	for _, g := range out.Groups {
		if g.Visit == schedule.Live {
			live = append(live, g.ID)
		}
	}
	if len(live) == 0 {
		return nil
	}
	return c.Each(`SELECT visit FROM visit_controls WHERE ready_by <> '' AND visit IN (?`+strings.Repeat(", ?", len(live)-1)+`) ORDER BY visit`, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		out.Ready = append(out.Ready, id)
		return err
	}, live...)
}

// door gives who waits for one visit. That the day was looked at is in the log of
// accesses already.
func (s *Service) door(c *db.Conn, who identity.Principal, patient, id string, rules *Licence) ([]DayPerson, error) {
	out := []DayPerson{}
	v, err := s.open(c, who, patient, id, false)
	if err != nil {
		return nil, err
	}
	list, err := v.people()
	if err != nil {
		return nil, err
	}
	all, err := v.ready()
	if err != nil {
		return nil, err
	}
	asks := map[string]int{}
	if v.hosts() {
		if asks, err = v.unanswered(); err != nil {
			return nil, err
		}
	}
	for _, p := range list {
		if p.State != SeatWaiting {
			continue
		}
		x := DayPerson{Seat: p.Seat, Name: p.Name, Role: p.Role, Relation: p.Relation, Check: p.Check, Asks: asks[p.Seat]}
		if r := all[p.Seat]; r != nil {
			if x.Check != nil {
				x.Check.LineFound = r.line()
			}
			if v.hosts() {
				x.Where = r.where(rules)
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// unanswered counts, for each who waits, their lines since the clinic last wrote to them.
func (v *visit) unanswered() (map[string]int, error) {
	out := map[string]int{}
	err := v.c.Each(`SELECT m.seat, m.account, COALESCE(p.seat, m.account) FROM visit_chat m LEFT JOIN visit_people p ON p.visit = m.visit AND p.account = m.account WHERE m.visit = ? AND m.seat <> '' ORDER BY m.n`, func(r *sql.Rows) error {
		var seat, account, writer string
		err := r.Scan(&seat, &account, &writer)
		if writer == seat {
			out[seat]++
		} else {
			out[seat] = 0
		}
		return err
	}, v.roomID())
	return out, err
}
