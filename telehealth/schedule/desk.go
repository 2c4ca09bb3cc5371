package schedule

import (
	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/records/access"
)

// The front desk does not see records that bear a sensitive label. That a time is
// taken, by whom and with whom, it has to know all the same: it sees such a visit
// without the reason, and leaves it to the care team to change it.

// book is the view by which one sees that times are taken.
func book(v *access.View) *access.View {
	if v.Base != access.ClinicStaff {
		return v
	}
	w := *v
	w.Hide = access.NoLabels
	return &w
}

// blank takes off visits what the view itself does not see, and what it does not
// need.
func (s *Service) blank(c *db.Conn, v *access.View, all []Appointment) error {
	if v.Base == access.ByLink || v.Base == access.GuestByLink { // why somebody comes is not said to a link
		for i := range all {
			all[i].Reason = ""
		}
		return nil
	}
	if v.Base != access.ClinicStaff || len(all) == 0 {
		return nil
	}
	ids := make([]string, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	seen, err := s.Records.Seen(c, v, appointment, ids)
	for i := range all {
		if !seen[all[i].ID] {
			all[i].Reason = ""
		}
	}
	return err
}

// missing is the refusal of a change to a visit that the view does not see.
func (s *Service) missing(c *db.Conn, v *access.View, id string) error {
	seen, err := s.Records.Seen(c, book(v), appointment, []string{id})
	if err == nil && seen[id] {
		err = fault.New(fault.Forbidden, "The care team has to change this visit.").WithCode("role")
	}
	if err == nil {
		err = notFound()
	}
	return err
}
