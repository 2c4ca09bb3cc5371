package telehealth

import (
	"context"
	"fmt"
	"slices"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/telehealth/schedule"
)

// A time may pass without the patient. Whether that goes into their record is said by
// who holds the visit, of a group for each of its members: nothing of it follows from the
// clock, or from the end of a group, which waits for it as little.

// Miss notes that the patient did not come to a visit of theirs alone, or takes that back.
func (s *Service) Miss(ctx context.Context, who identity.Principal, patient, id string, missed bool) (Visit, error) {
	return s.change(ctx, who, patient, id, missing(missed), func(v *visit) error {
		switch {
		case !v.hosts():
			return fault.New(fault.Forbidden, "Only the care team can do this.").WithCode("role")
		case v.group != nil:
			return errInGroup
		}
		return v.miss(missed)
	})
}

// missing is the word of it in the log of accesses.
func missing(missed bool) string {
	if missed {
		return "noshow"
	}
	return "noshow taken back"
}

// miss notes it in the record, and tells those of the patient's side that there is news
// about the visit. What is taken back before they were told is not told.
func (v *visit) miss(missed bool) error {
	may, err := v.MissableTx(v.c, v.group, v.s.now())
	if err == nil && !may {
		err = fault.New(fault.Conflict, "They were in the visit, its time has not passed, or it was cancelled.").WithCode("came")
	}
	before := v.Status
	if err == nil {
		err = v.s.Schedule.MissedTx(v.c, v.view, v.who, v.Booked, missed)
	}
	if err != nil || v.Status == before {
		return err
	}
	if missed {
		v.Changes++
		return v.tell(v.missedNotice(), notifications.Appointment, "Appointment", v.ID)
	}
	return v.s.Notices.CancelTx(v.c, v.missedNotice())
}

func (v *visit) missedNotice() string { return fmt.Sprintf("missed/%s/%d", v.ID, v.Changes) }

// here tells whether somebody was at the door for a visit to which they were not let in.
func (v *visit) here() (bool, error) {
	list, err := v.people()
	return slices.ContainsFunc(list, func(p *person) bool { return p.State != SeatNone || p.waiting != 0 || p.admitted != 0 }), err
}

// MissGroup notes of some members that they did not come to a group that is over, or that
// nobody began, or takes that back. Each is of its own chart, in its record and in its log; what holds one
// back is no reason to leave the others.
func (s *Service) MissGroup(ctx context.Context, who identity.Principal, id string, visits []string, missed bool) (GroupVisit, error) {
	var members []*visit
	err := s.DB.InReadTx(ctx, func(c *db.Conn) error {
		g, err := s.gather(c, who, id, false)
		if err == nil && !g.hosts() {
			err = fault.New(fault.Forbidden, "Only the care team can do this.").WithCode("role")
		}
		switch {
		case err != nil || g.Over(s.now()):
		case g.State == schedule.Live:
			err = fault.New(fault.Conflict, "End the visit first.").WithCode("live")
		default:
			err = fault.New(fault.Conflict, "The time of this visit has not passed.").WithCode("early")
		}
		if err != nil {
			return err
		}
		for _, one := range visits {
			i := slices.IndexFunc(g.members, func(v *visit) bool { return v.ID == one })
			if i < 0 {
				return notFound()
			}
			members = append(members, g.members[i])
		}
		return nil
	})
	if err != nil {
		return GroupVisit{}, s.Records.Refuse(ctx, who, "", "Appointment", id, err)
	}
	var held error
	for _, m := range members {
		_, err := s.change(ctx, who, m.Patient, m.ID, missing(missed), func(v *visit) error { return v.miss(missed) })
		if err != nil && held == nil {
			held = err
		}
	}
	if held != nil {
		return GroupVisit{}, held
	}
	return s.Group(ctx, who, id)
}
