package schedule

import (
	"cmp"
	"database/sql"
	"slices"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
)

// DayGroup is a group visit in the clinic's day, one line for all its members. It counts
// those whom the viewer finds in the list of that day, and tells nothing of the others
// but how many places are taken, as the page of the group does.
type DayGroup struct {
	ID           string       `json:"id"`
	Subject      string       `json:"subject"`
	Start        time.Time    `json:"start"`
	End          time.Time    `json:"end"`
	Practitioner Practitioner `json:"practitioner"`
	Status       string       `json:"status" enum:"booked,cancelled"`
	Visit        State        `json:"visit" enum:"scheduled,waiting,live,ended"`
	Places       int          `json:"places"`
	Booked       int          `json:"booked" doc:"Places that are taken, also by those whom the viewer does not see"`
	Expected     int          `json:"expected" doc:"Of those in the list: who was not here yet"`
	Waiting      int          `json:"waiting" doc:"Of those in the list: who is in the waiting room"`
	Came         int          `json:"came" doc:"Of those in the list: who is or was in the visit"`
	Missed       int          `json:"missed" doc:"Of those in the list: who did not come, as somebody has confirmed"`
}

// count adds a member of the list.
func (g *DayGroup) count(b *Booked) {
	switch {
	case b.Status == StatusCancelled:
	case b.Status == StatusNoShow:
		g.Missed++
	case b.Status == StatusBooked && b.WaitingSince != 0:
		g.Waiting++
	case b.State == Live || b.State == Ended || b.Status == StatusFulfilled:
		g.Came++
	default:
		g.Expected++
	}
}

// dayGroups lists the groups of a day: those of which a member is in the list, and those
// that the viewer may open without: their own, and of the whole clinic's day those that
// they made. Who may open no group has none.
func (s *Service) dayGroups(c *db.Conn, who identity.Principal, listed []*Booked, from, until int64, all bool) ([]DayGroup, error) {
	out := []DayGroup{}
	if MayGroup(who) != nil {
		return out, nil
	}
	cond, args := `g.account = ?`, []any{from, until, who.Account}
	if all {
		cond, args = `(g.account = ? OR g.created_by = ?)`, append(args, who.Account)
	}
	seen := map[string]bool{}
	var ids []any
	for _, b := range listed {
		if b.Group != "" && !seen[b.Group] {
			seen[b.Group] = true
			ids = append(ids, b.Group)
		}
	}
	cond = `g.starts_at >= ? AND g.starts_at < ? AND g.status = 'booked' AND ` + cond
	if len(ids) > 0 {
		cond, args = cond+` OR g.id IN `+db.Placeholders(1, len(ids)), append(args, ids...)
	}
	err := c.Each(`SELECT `+groupColumns+`, (SELECT count(*) FROM appointments a WHERE a.group_id = g.id AND a.status <> 'cancelled') FROM group_visits g WHERE `+cond, func(r *sql.Rows) error {
		var g Group
		var booked int
		err := r.Scan(append(g.columns(), &booked)...)
		out = append(out, DayGroup{
			ID: g.ID, Subject: g.Subject, Start: moment(g.StartsAt), End: moment(g.EndsAt), Practitioner: Practitioner{g.Practitioner, g.Name, g.Specialty},
			Status: g.Status, Visit: g.State, Places: g.Places, Booked: booked,
		})
		return err
	}, args...)
	for i := range out {
		g := &out[i]
		for _, b := range listed {
			if b.Group == g.ID {
				g.count(b)
			}
		}
		if g.Visit == Scheduled && g.Waiting > 0 {
			g.Visit = Waiting
		}
	}
	slices.SortFunc(out, func(a, b DayGroup) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID)) })
	return out, err
}
