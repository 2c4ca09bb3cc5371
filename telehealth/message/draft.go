package message

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/fhir"
)

// newDraft is the draft of a message that begins a thread.
const newDraft = "new"

// Bounds of what two devices can bring together.
const (
	maxOthers       = 5
	maxDraftedFiles = 2 * maxAttachments
)

// Draft is what somebody has begun to write. Nobody else sees it.
//
// Who saves it says which version they went on from. When another device has saved
// since, nothing is overwritten: the text that came later is kept among the others,
// the files of both are, and who saves is answered with all of it.
type Draft struct {
	Text        string       `json:"text" maxLength:"40000"`
	Topic       string       `json:"topic,omitempty" maxLength:"40"`
	Subject     string       `json:"subject,omitempty" maxLength:"480"`
	Attachments []Attachment `json:"attachments,omitempty" maxItems:"20"`
	Others      []OtherText  `json:"others,omitempty" maxItems:"5" doc:"What was written at the same time on other devices, until somebody takes it or leaves it"`
	Version     int64        `json:"version,omitempty" doc:"Of the draft that was read; 0: there was none. Saved from an older one, both texts are answered (409)"`
	SavedAt     *time.Time   `json:"savedAt,omitempty" doc:"Missing: there is none"`
}

// OtherText is a text of another device.
type OtherText struct {
	Text    string    `json:"text" maxLength:"40000"`
	SavedAt time.Time `json:"savedAt"`
}

func (d *Draft) empty() bool {
	return strings.TrimSpace(d.Text) == "" && len(d.Attachments) == 0 && len(d.Others) == 0
}

// says tells whether both say the same.
func (d *Draft) says(x Draft) bool {
	has := func(f Attachment) bool {
		return slices.ContainsFunc(d.Attachments, func(a Attachment) bool { return a.ID == f.ID })
	}
	for _, f := range x.Attachments {
		if !has(f) {
			return false
		}
	}
	return d.Text == x.Text && d.Topic == x.Topic && d.Subject == x.Subject
}

// join takes up what another device has.
func (d *Draft) join(x Draft, now time.Time) error {
	for _, f := range x.Attachments {
		if !slices.ContainsFunc(d.Attachments, func(a Attachment) bool { return a.ID == f.ID }) {
			d.Attachments = append(d.Attachments, f)
		}
	}
	if d.Topic == "" {
		d.Topic = x.Topic
	}
	if d.Subject == "" {
		d.Subject = x.Subject
	}
	for _, o := range append([]OtherText{{x.Text, now}}, x.Others...) {
		d.other(o)
	}
	if len(d.Others) > maxOthers || len(d.Attachments) > maxDraftedFiles {
		return tooLong()
	}
	return nil
}

// other keeps a text beside the own one. Of one that somebody goes on writing the
// last state is kept.
func (d *Draft) other(o OtherText) {
	if strings.TrimSpace(o.Text) == "" || strings.HasPrefix(d.Text, o.Text) {
		return
	}
	for i, was := range d.Others {
		switch {
		case strings.HasPrefix(was.Text, o.Text):
			return
		case strings.HasPrefix(o.Text, was.Text):
			d.Others[i] = o
			return
		}
	}
	d.Others = append(d.Others, o)
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
	return readDraft(c, who.Account, patient, thread, false)
}

// readDraft gives a draft, or an empty one that was never saved.
func readDraft(c *db.Conn, account, patient, thread string, lock bool) (d Draft, err error) {
	query := `SELECT body, saved_at, version FROM drafts WHERE account = ? AND patient_id = ? AND thread = ?`
	if lock && c.Dialect == db.Postgres {
		query += ` FOR UPDATE`
	}
	var body []byte
	var at, version int64
	err = c.QueryRow(query, account, patient, thread).Scan(&body, &at, &version)
	if errors.Is(err, sql.ErrNoRows) {
		return d, nil
	}
	if err == nil {
		err = json.Unmarshal(body, &d)
	}
	saved := moment(at)
	d.SavedAt, d.Version = &saved, version
	return d, err
}

// SaveDraft keeps what was written so far. older tells that another device saved
// since: the answer holds what both have, and so does the draft.
func (s *Service) SaveDraft(ctx context.Context, who identity.Principal, patient, thread string, d Draft) (kept Draft, older bool, err error) {
	if err := d.bounded(); err != nil {
		return d, false, err
	}
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		if err := s.enterDraft(c, who, patient, thread); err != nil {
			return err
		}
		now := s.now()
		was, err := readDraft(c, who.Account, patient, thread, true)
		if err != nil {
			return err
		}
		kept, older = d, was.Version != d.Version && was.Version != 0
		switch {
		case older && was.says(d): // the answer to it was lost on its way
			kept, older = was, false
			return nil
		case older:
			kept = was
			if err := kept.join(d, moment(now)); err != nil {
				return err
			}
		case kept.empty():
			kept = Draft{}
			return dropDraft(c, who.Account, patient, thread)
		}
		return s.saveDraft(c, &kept, who.Account, patient, thread, was.Version)
	})
	if errors.Is(err, errRaced) { // another device began at the same moment
		return s.SaveDraft(ctx, who, patient, thread, d)
	}
	if err != nil {
		return d, false, s.Records.Refuse(ctx, who, patient, communication, "", err)
	}
	return kept, older, nil
}

func (d *Draft) bounded() error {
	texts := []string{d.Text}
	for _, o := range d.Others {
		texts = append(texts, o.Text)
	}
	for _, t := range texts {
		if utf8.RuneCountInString(t) > maxText {
			return tooLong()
		}
	}
	if utf8.RuneCountInString(d.Subject) > maxSubject || len(d.Attachments) > maxDraftedFiles || len(d.Others) > maxOthers {
		return tooLong()
	}
	return nil
}

var errRaced = fault.New(fault.Conflict, "This was changed meanwhile. Please look again.")

// saveDraft writes a draft in place of a version, and gives it the next one. The
// clock makes versions differ from those of a draft that was thrown away.
func (s *Service) saveDraft(c *db.Conn, d *Draft, account, patient, thread string, was int64) error {
	now := s.now()
	d.SavedAt, d.Version = nil, 0
	body, err := json.Marshal(d)
	if err != nil {
		return err
	}
	version := max(was+1, s.Now().UnixMicro())
	done, err := c.Exec(`INSERT INTO drafts (account, patient_id, thread, body, saved_at, version) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (account, patient_id, thread) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at, version = excluded.version WHERE drafts.version = ?`,
		account, patient, thread, body, now, version, was)
	if err == nil && done == 0 {
		err = errRaced
	}
	saved := moment(now)
	d.SavedAt, d.Version = &saved, version
	return err
}

// DropDraft throws the own draft away.
func (s *Service) DropDraft(ctx context.Context, who identity.Principal, patient, thread string) error {
	return s.DB.InTx(ctx, func(c *db.Conn) error { return dropDraft(c, who.Account, patient, thread) })
}

func dropDraft(c *db.Conn, account, patient, thread string) error {
	_, err := c.Exec(`DELETE FROM drafts WHERE account = ? AND patient_id = ? AND thread = ?`, account, patient, thread)
	return err
}

// sentDraft takes out of a draft what was sent. What another device has beyond
// that stays.
func (s *Service) sentDraft(c *db.Conn, account, patient, thread string, in In) error {
	d, err := readDraft(c, account, patient, thread, true)
	if err != nil || d.Version == 0 {
		return err
	}
	was := d.Version
	left := Draft{Topic: d.Topic, Subject: d.Subject}
	texts := append([]OtherText{{d.Text, *d.SavedAt}}, d.Others...)
	for _, o := range texts {
		switch text := strings.TrimSpace(o.Text); {
		case strings.HasPrefix(in.Text, text): // the same, or a state on the way to it
		case left.Text == "":
			left.Text = o.Text
		default:
			left.Others = append(left.Others, o)
		}
	}
	left.Attachments = slices.DeleteFunc(slices.Clone(d.Attachments), func(a Attachment) bool { return slices.Contains(in.Attachments, a.ID) })
	switch {
	case left.empty():
		return dropDraft(c, account, patient, thread)
	case left.says(d) && d.says(left) && len(left.Others) == len(d.Others):
		return nil // who empties their box beside this does so from the version that they know
	}
	return s.saveDraft(c, &left, account, patient, thread, was)
}
