package telehealth

import (
	"context"
	"database/sql"
	"time"

	"housecall/internal/db"
	"housecall/notifications"
	"housecall/records/access"
)

// chatKept is how long a chat outlives its visit where it is not in the record: long
// enough to sign the note late.
const chatKept = 30 * 24 * time.Hour

// forgetEvery is how often it is looked for what is to be deleted.
const forgetEvery = 6 * time.Hour

// forgetChats is the job to delete what is left of old chats.
type forgetChats struct{}

// Kind names the job in the queue.
func (forgetChats) Kind() string { return "visit_chats" }

// AddJobs adds the service's job to the queue; a service that only fills a demo has none.
// Call it before the queue starts.
func (s *Service) AddJobs() error {
	return notifications.Every(s.Notices, forgetChats{}, forgetEvery, s.ForgetChats)
}

// ForgetChats deletes the chats of visits that are over for long, with their pictures.
// What was filed with a note is not among them: that is in the record, and stays.
func (s *Service) ForgetChats(ctx context.Context) error {
	const atATime = 100
	before := s.now() - chatKept.Microseconds()
	for {
		type old struct{ visit, patient string }
		var list []old
		err := s.DB.Read(ctx).Each(`SELECT a.id, a.patient_id FROM appointments a WHERE a.ends_at < ? AND a.ended_at < ? AND a.id IN (SELECT visit FROM visit_chat) ORDER BY a.id LIMIT ?`, func(r *sql.Rows) error {
			var x old
			err := r.Scan(&x.visit, &x.patient)
			list = append(list, x)
			return err
		}, before, before, atATime)
		if err != nil {
			return err
		}
		for _, x := range list {
			if err := s.DB.InTx(ctx, func(c *db.Conn) error { return s.forgetTx(c, x.visit, x.patient) }); err != nil {
				return err
			}
		}
		if len(list) < atATime {
			break
		}
	}
	// That of a group is in no record, and nobody's more than another's.
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`DELETE FROM visit_chat WHERE visit IN (SELECT id FROM group_visits WHERE ends_at < ? AND ended_at < ?)`, before, before)
		return err
	})
	if err != nil {
		return err
	}
	return s.Records.SweepBlobs(ctx)
}

func (s *Service) forgetTx(c *db.Conn, visit, patient string) error {
	var blobs []string
	err := c.Each(`SELECT blob FROM visit_images WHERE visit = ?`, func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		blobs = append(blobs, name)
		return err
	}, visit)
	if err != nil {
		return err
	}
	for _, name := range blobs {
		if err := s.Records.LetGoTx(c, name); err != nil {
			return err
		}
	}
	if _, err := c.Exec(`DELETE FROM visit_images WHERE visit = ?`, visit); err != nil {
		return err
	}
	n, err := c.Exec(`DELETE FROM visit_chat WHERE visit = ?`, visit)
	if err != nil || n == 0 {
		return err
	}
	return s.Access.RecordTx(c, access.Event{Who: house, Patient: patient, Action: "delete", Type: "Appointment", ID: visit, Categories: access.Of(access.Appointments), Count: int(n), Outcome: "ok", Detail: "chat"})
}
