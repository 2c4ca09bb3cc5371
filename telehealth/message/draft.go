package message

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"
	"unicode/utf8"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/fhir"
)

// newDraft is the draft of a message that begins a thread.
const newDraft = "new"

// Draft is what somebody has begun to write. Nobody else sees it.
type Draft struct {
	Text        string       `json:"text" maxLength:"40000"`
	Topic       string       `json:"topic,omitempty" maxLength:"40"`
	Subject     string       `json:"subject,omitempty" maxLength:"480"`
	Attachments []Attachment `json:"attachments,omitempty" maxItems:"10"`
	SavedAt     *time.Time   `json:"savedAt,omitempty" doc:"Missing: there is none"`
}

// enterDraft decides whether somebody may write where the draft belongs.
func (s *Service) enterDraft(c *db.Conn, who identity.Principal, patient, thread string) error {
	v, err := s.enter(c, who, patient)
	if err == nil {
		err = mayAct(v)
	}
	if err != nil || thread == newDraft {
		return err
	}
	if !fhir.IsUUID(thread) {
		return notFound()
	}
	_, err = s.find(c, who, v, thread)
	return err
}

// Draft gives the own draft for a thread, or for a "new" one.
func (s *Service) Draft(ctx context.Context, who identity.Principal, patient, thread string) (d Draft, err error) {
	c := s.DB.Read(ctx)
	if err := s.enterDraft(c, who, patient, thread); err != nil {
		return d, s.Records.Refuse(ctx, who, patient, communication, "", err)
	}
	var body []byte
	var at int64
	err = c.QueryRow(`SELECT body, saved_at FROM drafts WHERE account = ? AND patient_id = ? AND thread = ?`, who.Account, patient, thread).Scan(&body, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return d, nil
	}
	if err == nil {
		err = json.Unmarshal(body, &d)
	}
	saved := moment(at)
	d.SavedAt = &saved
	return d, err
}

// SaveDraft keeps what was written so far.
func (s *Service) SaveDraft(ctx context.Context, who identity.Principal, patient, thread string, d Draft) (Draft, error) {
	if utf8.RuneCountInString(d.Text) > maxText || utf8.RuneCountInString(d.Subject) > maxSubject || len(d.Attachments) > maxAttachments {
		return d, tooLong()
	}
	d.SavedAt = nil
	body, err := json.Marshal(d)
	if err != nil {
		return d, err
	}
	at := s.now()
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		if err := s.enterDraft(c, who, patient, thread); err != nil {
			return err
		}
		_, err := c.Exec(`INSERT INTO drafts (account, patient_id, thread, body, saved_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (account, patient_id, thread) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at`, who.Account, patient, thread, body, at)
		return err
	})
	if err != nil {
		return d, s.Records.Refuse(ctx, who, patient, communication, "", err)
	}
	saved := moment(at)
	d.SavedAt = &saved
	return d, nil
}

// DropDraft throws the own draft away.
func (s *Service) DropDraft(ctx context.Context, who identity.Principal, patient, thread string) error {
	return s.DB.InTx(ctx, func(c *db.Conn) error { return dropDraft(c, who.Account, patient, thread) })
}

func dropDraft(c *db.Conn, account, patient, thread string) error {
	_, err := c.Exec(`DELETE FROM drafts WHERE account = ? AND patient_id = ? AND thread = ?`, account, patient, thread)
	return err
}
