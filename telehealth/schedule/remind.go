package schedule

import (
	"context"
	"fmt"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/notifications"
	"housecall/records/access"
)

// reminder is the job to remind of a visit. It names the start that it was
// planned for: of a visit that was moved meanwhile it says nothing.
type reminder struct {
	Patient     string `json:"patient"`
	Appointment string `json:"appointment"`
	Start       int64  `json:"start"`
	Before      int64  `json:"before"` // seconds
}

// Kind is the job's name in the queue.
func (reminder) Kind() string { return "visit_reminder" }

// before is how long ahead people are reminded.
var before = []time.Duration{24 * time.Hour, 15 * time.Minute}

func (s *Service) remindTx(c *db.Conn, b *Booked) error {
	for _, d := range before {
		at := moment(b.StartsAt).Add(-d)
		if at.Before(s.Now().Add(time.Minute)) { // they know
			continue
		}
		if err := s.Notices.EnqueueTx(c, reminder{b.Patient, b.ID, b.StartsAt, int64(d.Seconds())}, at); err != nil {
			return err
		}
	}
	return nil
}

// remind tells those of the patient's side who see it of a visit that still holds.
func (s *Service) remind(ctx context.Context, job reminder) error {
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		b, err := BookedTx(c, job.Patient, job.Appointment, true)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil || b.Status != StatusBooked || b.StartsAt != job.Start || b.StartsAt <= s.now() {
			return err
		}
		class, err := s.Records.ClassTx(c, b.Patient, appointment, b.ID)
		if err != nil {
			return err
		}
		circle, err := s.Access.Circle(c, b.Patient)
		if err != nil {
			return err
		}
		for _, n := range circle {
			if n.Relation != access.Self && n.Relation != access.Proxy || !n.Sees(class) {
				continue
			}
			if err := s.Notices.PostTx(c, notifications.Notice{
				ID: fmt.Sprintf("remind/%s/%d/%d", b.ID, b.StartsAt, job.Before), Account: n.Account, Kind: notifications.Visit, Patient: b.Patient, Ref: "visit/" + b.ID,
				At: moment(s.now()), Until: moment(b.StartsAt),
			}); err != nil {
				return err
			}
		}
		return nil
	})
}
