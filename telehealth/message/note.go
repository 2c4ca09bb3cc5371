package message

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

// StaffNote is what somebody of the care team noted for the others about a thread.
// It is no Message: no resource, no row of the chart's changes, in no count, and
// told by no topic that somebody of the patient's side can follow. Only doctors and
// nurses who may read the thread, in Housecall's own pages, come to it. The
// audit says that they looked at the thread; that there is a note, it does not.
type StaffNote struct {
	ID     string    `json:"id"`
	At     time.Time `json:"at"`
	Author Author    `json:"author"`
	Mine   bool      `json:"mine"`
	Text   string    `json:"text"`
}

// Bounds.
const (
	maxNote  = 4000
	maxNotes = 500 // of one thread
)

// enterNotes decides whether somebody may read and write the notes of a thread.
func (s *Service) enterNotes(c *db.Conn, who identity.Principal, v *access.View, thread string) error {
	if err := mayRead(v); err != nil {
		return err
	}
	me := authorOf(who, v)
	if who.Kind != identity.Staff || who.Scopes != nil || me.Side != ClinicSide || v.Base == access.Self || v.Base == access.Proxy {
		return notFound()
	}
	if err := me.answers(); err != nil {
		return err
	}
	if !fhir.IsUUID(thread) {
		return notFound()
	}
	_, err := s.find(c, who, v, thread)
	return err
}

// Notes lists the staff's notes on a thread, the oldest first.
func (s *Service) Notes(ctx context.Context, who identity.Principal, patient, thread string) (out []StaffNote, err error) {
	c := s.DB.Read(ctx)
	v, err := s.Records.Enter(c, who, patient, communication)
	if err == nil {
		err = s.enterNotes(c, who, v, thread)
	}
	if err != nil {
		return nil, s.Records.Refuse(ctx, who, patient, communication, thread, err)
	}
	err = c.Each(`SELECT id, at, account, name, role, body FROM staff_notes WHERE patient_id = ? AND thread = ? ORDER BY n LIMIT ?`, func(r *sql.Rows) error {
		n, err := scanNote(r.Scan, who)
		out = append(out, n)
		return err
	}, patient, thread, maxNotes)
	if err != nil {
		return nil, err
	}
	return out, s.Records.Looked(ctx, who, v, "read", communication, thread, access.Of(access.Messages), 1)
}

func scanNote(scan func(...any) error, who identity.Principal) (StaffNote, error) {
	var n StaffNote
	var at int64
	err := scan(&n.ID, &at, &n.Author.Account, &n.Author.Name, &n.Author.Role, &n.Text)
	n.At, n.Author.Side, n.Mine = moment(at), ClinicSide, n.Author.Account == who.Account
	return n, err
}

// AddNote writes one. The id is made by who writes it: written twice, it is there
// once.
func (s *Service) AddNote(ctx context.Context, who identity.Principal, patient, thread, id, text string) (n StaffNote, err error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case !fhir.IsUUID(id):
		return n, fault.New(fault.Invalid, "Ids must be UUIDs in lower case.")
	case text == "":
		return n, fault.New(fault.Invalid, "Write something before you save it.")
	case !fhir.IsText(text):
		return n, fault.New(fault.Invalid, "The message holds signs that cannot be sent.")
	case utf8.RuneCountInString(text) > maxNote:
		return n, fault.New(fault.TooLarge, "The note is too long. Please shorten it.")
	}
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		v, err := s.Records.EnterTx(c, who, patient, communication)
		if err == nil {
			err = s.enterNotes(c, who, v, thread)
		}
		if err == nil {
			err = mayAct(v)
		}
		if err != nil {
			return err
		}
		var of, in string
		err = c.QueryRow(`SELECT patient_id, thread FROM staff_notes WHERE id = ?`, id).Scan(&of, &in)
		if err == nil { // it came again
			if of != patient || in != thread {
				return records.IDUsed()
			}
			n, err = scanNote(c.QueryRow(`SELECT id, at, account, name, role, body FROM staff_notes WHERE id = ?`, id).Scan, who)
			if err == nil && (!n.Mine || n.Text != text) {
				n, err = StaffNote{}, records.IDUsed()
			}
			return err
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		var last int64
		if err := c.QueryRow(`SELECT COALESCE(max(n), 0) FROM staff_notes WHERE patient_id = ? AND thread = ?`, patient, thread).Scan(&last); err != nil {
			return err
		}
		if last >= maxNotes {
			return fault.New(fault.TooMany, "There are very many notes on this conversation. Please write a note in the chart.")
		}
		n = StaffNote{ID: id, At: moment(s.now()), Author: authorOf(who, v), Mine: true, Text: text}
		if _, err := c.Exec(`INSERT INTO staff_notes (patient_id, thread, n, id, at, account, name, role, body) VALUES `+db.Placeholders(1, 9),
			patient, thread, last+1, id, s.now(), who.Account, n.Author.Name, n.Author.Role, text); err != nil {
			return err
		}
		if err := s.Access.RecordTx(c, access.Event{Who: who, Patient: patient, View: *v, Action: "read", Type: communication, ID: thread,
			Categories: access.Of(access.Messages), Count: 1, Outcome: "ok"}); err != nil {
			return err
		}
		topics, err := s.staffTopics(c, patient)
		c.After(func() { s.publish(topics...) })
		return err
	})
	if err != nil {
		return StaffNote{}, s.Records.Refuse(ctx, who, patient, communication, thread, err)
	}
	return n, nil
}

// staffTopics are the inboxes of those who take care of a chart's messages.
func (s *Service) staffTopics(c *db.Conn, patient string) ([]string, error) {
	circle, err := s.Access.Circle(c, patient)
	circle = slices.DeleteFunc(circle, func(n access.Near) bool { return n.Relation != access.CareTeam || !n.See.Has(access.Messages) })
	topics := make([]string, len(circle))
	for i, n := range circle {
		topics[i] = InboxTopic(n.Account)
	}
	return topics, err
}
