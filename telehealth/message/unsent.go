package message

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/notifications"
)

// unsent is the job to let go of a file that was put here and never sent.
type unsent struct {
	Patient string `json:"patient"`
	Binary  string `json:"binary"`
}

// Kind is the job's name in the queue.
func (unsent) Kind() string { return "unsent_file" }

// keepUnsent is how long a file waits to be sent; one that a draft or a held message
// names waits on.
const keepUnsent = 7 * 24 * time.Hour

func (s *Service) expectFile(c *db.Conn, patient, id string) error {
	return s.Notices.EnqueueTx(c, unsent{patient, id}, s.Now().Add(keepUnsent))
}

// forget lets go of a file that nobody means to send, and of blobs that no file
// came to hold.
func (s *Service) forget(ctx context.Context, job unsent) error {
	kept, err := s.Records.ForgetUpload(ctx, identity.SystemPrincipal("unsent files"), job.Patient, job.Binary, func(c *db.Conn, account string) (bool, error) {
		return drafted(c, account, job.Patient, job.Binary)
	})
	if err == nil {
		err = s.Records.SweepBlobs(ctx)
	}
	if err == nil && kept {
		err = notifications.Later(keepUnsent)
	}
	return err
}

// drafted tells whether a draft or a held message of the account names the file.
func drafted(c *db.Conn, account, patient, id string) (found bool, err error) {
	err = c.Each(`SELECT body FROM held_messages WHERE account = ? AND patient_id = ? AND state IN (1, 3)`, func(r *sql.Rows) error {
		var body []byte
		var in In
		if err := r.Scan(&body); err != nil {
			return err
		}
		err := json.Unmarshal(body, &in)
		found = found || slices.Contains(in.Attachments, id)
		return err
	}, account, patient)
	if err != nil || found {
		return found, err
	}
	err = c.Each(`SELECT body FROM drafts WHERE account = ? AND patient_id = ?`, func(r *sql.Rows) error {
		var body []byte
		var d Draft
		if err := r.Scan(&body); err != nil {
			return err
		}
		err := json.Unmarshal(body, &d)
		found = found || slices.ContainsFunc(d.Attachments, func(a Attachment) bool { return a.ID == id })
		return err
	}, account, patient)
	return found, err
}
