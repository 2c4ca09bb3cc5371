package records

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// OnUpload says what else happens in the transaction in which a file is expected.
// Call it before anybody sends one.
func (s *Store) OnUpload(f func(c *db.Conn, patient, id string) error) { s.onUpload = f }

// expectBlob writes down that a blob comes, so that it is found and deleted when
// no row comes to hold it.
func (s *Store) expectBlob(ctx context.Context, name, patient, id string) error {
	return s.db.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`INSERT INTO loose_blobs (name, at) VALUES (?, ?)`, name, micros(s.now()))
		if err == nil && s.onUpload != nil {
			err = s.onUpload(c, patient, id)
		}
		return err
	})
}

// keepUpload writes the row that holds the blob.
func (s *Store) keepUpload(c *db.Conn, who identity.Principal, patient string, in BinaryIn, ref blob.Ref, given []byte) error {
	v, err := s.EnterTx(c, who, patient, binaryType)
	if err == nil {
		err = maySend(v)
	}
	if err == nil {
		err = s.slowBinaries(c, who)
	}
	if err != nil {
		return err
	}
	if _, used, err := locate(c, binaryType, in.ID); err != nil || used {
		return errors.Join(err, IDUsed())
	}
	if _, err := c.Exec(`INSERT INTO binaries (patient_id, id, version, blob, key, size, sha256, given, content_type, title, account, created_at) VALUES `+db.Placeholders(1, 12),
		patient, in.ID, 0, ref.Name, ref.Key, ref.Size, ref.SHA256, given, in.ContentType, in.Title, who.Account, micros(s.now())); err != nil {
		return err
	}
	if _, err := c.Exec(`DELETE FROM loose_blobs WHERE name = ?`, ref.Name); err != nil {
		return err
	}
	return s.access.RecordTx(c, access.Event{Who: who, Patient: patient, View: *v, Action: "create", Type: binaryType, ID: in.ID,
		Categories: access.Of(access.Messages), Count: 1, Outcome: "ok", Detail: "upload"})
}

// SendBinaryTx marks a file as sent and gives the change that makes it a part of
// the record, to be written along with the message. It is as sensitive as the
// message with which it was sent first.
func (s *Store) SendBinaryTx(c *db.Conn, patient string, b Binary, labels access.Labels) (Op, error) {
	done, err := c.Exec(`UPDATE binaries SET version = 1 WHERE patient_id = ? AND id = ? AND version = 0`, patient, b.ID)
	if err == nil && done != 1 {
		err = notFound()
	}
	if err != nil {
		return Op{}, err
	}
	meta := map[string]any{"tag": []any{map[string]any{"system": access.BinaryUse, "code": access.MessageAttachment}}}
	if labels != 0 {
		meta["security"] = labels.Security()
	}
	node, err := fhir.Make(map[string]any{
		"resourceType": binaryType, "id": b.ID, "contentType": b.ContentType, "securityContext": map[string]any{"reference": "Patient/" + patient}, "meta": meta,
	})
	if err != nil {
		return Op{}, err
	}
	return Op{Kind: Create, Type: binaryType, ID: b.ID, Node: node}, nil
}

// ForgetUpload lets go of a file that was never sent, unless whoever put it there
// still means to send it.
func (s *Store) ForgetUpload(ctx context.Context, who identity.Principal, patient, id string, wanted func(c *db.Conn, account string) (bool, error)) (kept bool, err error) {
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		var name, account string
		err := c.QueryRow(`SELECT blob, account FROM binaries WHERE patient_id = ? AND id = ? AND version = 0`, patient, id).Scan(&name, &account)
		if isNoRows(err) {
			return nil
		}
		if err == nil {
			kept, err = wanted(c, account)
		}
		if err != nil || kept {
			return err
		}
		done, err := c.Exec(`DELETE FROM binaries WHERE patient_id = ? AND id = ? AND version = 0`, patient, id)
		if err == nil && done == 0 { // sent just now
			return nil
		}
		if err == nil {
			_, err = c.Exec(`INSERT INTO loose_blobs (name, at) VALUES (?, ?)`, name, 0)
		}
		if err != nil {
			return err
		}
		return s.access.RecordTx(c, access.Event{Who: who, Patient: patient, Action: "delete", Type: binaryType, ID: id,
			Categories: access.Of(access.Messages), Count: 1, Outcome: "ok", Detail: "unsent"})
	})
	return kept, err
}

// looseFor is how long a blob may be on its way in.
const looseFor = 24 * time.Hour

// SweepBlobs deletes blobs that no row came to hold.
func (s *Store) SweepBlobs(ctx context.Context) error {
	if s.blobs == nil {
		return nil
	}
	var names []string
	err := s.db.Read(ctx).Each(`SELECT name FROM loose_blobs WHERE at < ? ORDER BY at LIMIT 200`, func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		names = append(names, name)
		return err
	}, micros(s.now().Add(-looseFor)))
	for _, name := range names {
		if err == nil {
			err = s.dropBlob(ctx, name)
		}
	}
	return err
}

// dropBlob deletes a blob that no row holds.
func (s *Store) dropBlob(ctx context.Context, name string) error {
	if err := s.blobs.Delete(ctx, name); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`DELETE FROM loose_blobs WHERE name = ?`, name)
		return err
	})
}
