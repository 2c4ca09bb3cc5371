package message

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
)

// That somebody of the care team has a conversation open is known while it is so,
// and for no longer: colleagues see who, so that two do not write the same answer.
// The patient's side sees that somebody is there, never who, where the clinic allows
// it and the one who is there has nothing against it. Of the patient's side nobody is
// told. As with typing, who does not see all of a thread is told nothing.

// presentFor is how long somebody counts as there after their page last said so.
const presentFor = 45 * time.Second

// Presence is who is in a conversation now, besides the viewer.
type Presence struct {
	People []string `json:"people" doc:"For the care team: names of colleagues"`
	Team   bool     `json:"team" doc:"For the patient's side: somebody of the care team is there"`
}

// presenceTopic is what the pages of one side watch: a hint is all that the patient's
// side needs to know that somebody came.
func presenceTopic(thread, sees string) string { return "presence " + sees + "/" + thread }

// Here says that the page of somebody of the care team shows a thread, or does not
// any more, and tells who else is there. Whoever is of the patient's side only asks.
func (s *Service) Here(ctx context.Context, who identity.Principal, patient, thread string, here, shown bool) (out Presence, err error) {
	out.People = []string{}
	in := s.DB.InReadTx
	if who.Kind == identity.Staff {
		in = s.DB.InTx
	}
	err = in(ctx, func(c *db.Conn) error {
		v, err := s.enter(c, who, patient)
		if err == nil {
			err = mayAct(v)
		}
		if err == nil && who.ThroughApp() {
			err = onlyHere()
		}
		if err == nil {
			_, err = s.find(c, who, v, thread)
		}
		if err != nil {
			return err
		}
		now, clinic := s.Now().UnixMicro(), authorOf(who, v).Side == ClinicSide
		if clinic {
			if err := s.setPresence(c, who, patient, thread, here, shown, now); err != nil {
				return err
			}
		}
		if v.Hide != 0 {
			return nil
		}
		return c.Each(`SELECT name, shown FROM thread_presence WHERE patient_id = ? AND thread = ? AND account <> ? AND until_at > ? ORDER BY name LIMIT 50`, func(r *sql.Rows) error {
			var name string
			var shown bool
			err := r.Scan(&name, &shown)
			if clinic {
				out.People = append(out.People, name)
			} else {
				out.Team = out.Team || shown && s.ShowPresence
			}
			return err
		}, patient, thread, who.Account, now)
	})
	if err != nil {
		return Presence{}, s.Records.Refuse(ctx, who, patient, communication, thread, err)
	}
	return out, nil
}

// setPresence keeps that somebody is there. Pages hear of it when they come, go, or
// show themselves otherwise, and not each time that they say they are still there.
func (s *Service) setPresence(c *db.Conn, who identity.Principal, patient, thread string, here, shown bool, now int64) error {
	var was bool
	err := c.QueryRow(`SELECT shown FROM thread_presence WHERE patient_id = ? AND thread = ? AND account = ? AND until_at > ?`, patient, thread, who.Account, now).Scan(&was)
	there := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	var topics []string
	if here != there {
		topics = append(topics, presenceTopic(thread, ClinicSide))
	}
	if s.ShowPresence && (here && shown) != (there && was) {
		topics = append(topics, presenceTopic(thread, PatientSide))
	}
	c.After(func() { s.publish(topics...) })
	if !here {
		_, err := c.Exec(`DELETE FROM thread_presence WHERE patient_id = ? AND thread = ? AND account = ? OR until_at < ?`, patient, thread, who.Account, now)
		return err
	}
	_, err = c.Exec(`INSERT INTO thread_presence (patient_id, thread, account, name, shown, until_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (patient_id, thread, account) DO UPDATE SET name = excluded.name, shown = excluded.shown, until_at = excluded.until_at`,
		patient, thread, who.Account, who.Name, shown, now+presentFor.Microseconds())
	return err
}

// MayFollowPresence tells whether somebody may hear that somebody came or went in a
// thread ("patient/thread"), and by which topic.
func (s *Service) MayFollowPresence(ctx context.Context, who identity.Principal, rest string) (string, error) {
	v, thread, err := s.follows(ctx, who, rest)
	if err != nil {
		return "", err
	}
	side := authorOf(who, v).Side
	if side == PatientSide && !s.ShowPresence {
		return "", notFound()
	}
	return presenceTopic(thread, side), nil
}
