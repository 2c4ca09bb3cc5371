package telehealth

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/telehealth/schedule"
)

const maxLate = 240 // minutes

func lateBy(minutes int) error {
	if minutes < 0 || minutes > maxLate {
		return fault.New(fault.Invalid, "Say how many minutes it is, at most 240.")
	}
	return nil
}

// Late tells the patient's side of one visit how many minutes the clinic is behind: on
// their pages, and before they come by a notice.
func (s *Service) Late(ctx context.Context, who identity.Principal, patient, id string, minutes int) (Visit, error) {
	if err := lateBy(minutes); err != nil {
		return Visit{}, err
	}
	return s.change(ctx, who, patient, id, "late", func(v *visit) error {
		if !v.hosts() && v.role() != string(identity.FrontDesk) {
			return v.mustHost()
		}
		if v.State == schedule.Live {
			return fault.New(fault.Conflict, "This visit has begun already.").WithCode("live")
		}
		if err := v.happens(); err != nil {
			return err
		}
		return v.behind(minutes)
	})
}

// behind notes how late a visit will be. Who has an account is told of it, once for
// each time that it grows; that it is better again they see.
func (v *visit) behind(minutes int) error {
	before := v.Behind
	v.Behind = minutes
	if minutes <= before {
		return nil
	}
	return v.tellUntil(fmt.Sprintf("late/%s/%d/%d", v.ID, v.StartsAt, minutes), notifications.Visit, "Appointment", v.ID, moment(v.EndsAt).Add(schedule.DoorsClose))
}

// How far a clinician's word about their day goes: to who comes in the next hours.
const (
	lateAhead = 4 * time.Hour
	maxTold   = 60 // visits
)

// LateDay tells everybody who waits for a clinician, or comes to them by video in the
// next hours, how many minutes they are behind. Without a practitioner it is about
// one's own visits. It gives how many visits were told.
func (s *Service) LateDay(ctx context.Context, who identity.Principal, practitioner string, minutes int) (told int, err error) {
	if err := lateBy(minutes); err != nil {
		return 0, err
	}
	if who.Kind != identity.Staff || who.Scopes != nil {
		return 0, fault.New(fault.Forbidden, "Only staff can see the day of the clinic.").WithCode("role")
	}
	now := s.now()
	cond, whose := `a.account = ?`, who.Account
	if practitioner != "" {
		cond, whose = `a.practitioner = ?`, practitioner
	}
	var all []ofChart
	err = s.DB.Read(ctx).Each(`SELECT a.patient_id, a.id FROM appointments a JOIN care_team ct ON ct.patient_id = a.patient_id AND ct.account = ? AND ct.start_at <= ? AND (ct.end_at = 0 OR ct.end_at > ?)
		WHERE `+cond+` AND a.status = 'booked' AND a.mode = 'video' AND a.state IN ('scheduled', 'waiting') AND a.ends_at > ? AND a.starts_at < ? AND (a.state = 'waiting' OR a.ends_at > ?)
		ORDER BY a.starts_at, a.id LIMIT ?`, func(r *sql.Rows) error {
		var x ofChart
		err := r.Scan(&x.patient, &x.id)
		all = append(all, x)
		return err
	}, who.Account, now, now, whose, now-schedule.DoorsClose.Microseconds(), now+lateAhead.Microseconds(), now, maxTold)
	if err != nil {
		return 0, err
	}
	return s.lateEach(ctx, who, all, minutes)
}

// LateGroup tells all members of a group who have not been let in how many minutes the
// clinic is behind.
func (s *Service) LateGroup(ctx context.Context, who identity.Principal, id string, minutes int) (GroupVisit, error) {
	if err := lateBy(minutes); err != nil {
		return GroupVisit{}, err
	}
	var all []ofChart
	err := s.DB.InReadTx(ctx, func(c *db.Conn) error {
		g, err := s.gather(c, who, id, false)
		if err != nil {
			return err
		}
		if !g.hosts() && !who.Is(identity.FrontDesk) {
			return fault.New(fault.Forbidden, "Only the care team can do this.").WithCode("role")
		}
		if err := g.happens(); err != nil {
			return err
		}
		for _, v := range g.members {
			all = append(all, ofChart{v.Patient, v.ID})
		}
		return nil
	})
	if err != nil {
		return GroupVisit{}, s.Records.Refuse(ctx, who, "", "Appointment", id, err)
	}
	if _, err := s.lateEach(ctx, who, all, minutes); err != nil {
		return GroupVisit{}, err
	}
	return s.Group(ctx, who, id)
}

// ofChart names a visit.
type ofChart struct{ patient, id string }

// lateEach is Late for several visits, each chart for itself: what one of them refuses is
// no reason to leave the others uninformed, and said again it is said once.
func (s *Service) lateEach(ctx context.Context, who identity.Principal, visits []ofChart, minutes int) (told int, err error) {
	for _, x := range visits {
		_, err := s.Late(ctx, who, x.patient, x.id, minutes)
		switch {
		case err == nil:
			told++
		case !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Conflict):
			return told, err
		}
	}
	return told, nil
}
