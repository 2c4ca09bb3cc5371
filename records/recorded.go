package records

import (
	"context"
	"io"

	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Files that this house makes itself. Whoever calls these has decided.

// PutFile seals what the reader gives, at most so many bytes. It is loose until
// HoldTx: what nobody comes to hold is deleted.
func (s *Store) PutFile(ctx context.Context, r io.Reader, most int64) (blob.Ref, error) {
	if s.blobs == nil {
		return blob.Ref{}, fault.New(fault.Unavailable, "Files cannot be kept right now. Please try again in a moment.")
	}
	name := blob.NewName()
	if err := s.loose(ctx, name); err != nil {
		return blob.Ref{}, err
	}
	return s.blobs.Put(ctx, name, r, most)
}

// OpenFile opens what PutFile sealed.
func (s *Store) OpenFile(ctx context.Context, ref blob.Ref) (*blob.Reader, error) {
	return s.blobs.Get(ctx, ref)
}

// HoldTx: a row of this transaction holds the file.
func (s *Store) HoldTx(c *db.Conn, name string) error {
	n, err := c.Exec(`DELETE FROM loose_blobs WHERE name = ?`, name)
	if err == nil && n != 1 {
		err = fault.New(fault.Conflict, "This file is not there any more.")
	}
	return err
}

// LetGoTx: no row holds the file any more; it is deleted soon.
func (s *Store) LetGoTx(c *db.Conn, name string) error {
	_, err := c.Exec(`INSERT INTO loose_blobs (name, at) VALUES (?, 0) ON CONFLICT DO NOTHING`, name)
	return err
}

// RecordingSystem is the system of the code below.
const RecordingSystem = access.BinaryUse

// VisitRecording is the code by which a document and its files are known as the
// recording of a visit.
const VisitRecording = "visit-recording"

// RecordingTx gives the change that makes a file a part of the record, to be written
// with its document, and holds the file.
func (s *Store) RecordingTx(c *db.Conn, patient string, b Binary, ref blob.Ref, labels access.Labels) (Op, error) {
	if err := s.HoldTx(c, ref.Name); err != nil {
		return Op{}, err
	}
	return s.fileTx(c, patient, b, ref, VisitRecording, labels)
}

// visitChat is the code of a picture that was shared in the chat of a visit.
const visitChat = "visit-chat"

// ChatPictureTx is RecordingTx for a picture of a visit's chat, which a row beside the
// record has held until this transaction.
func (s *Store) ChatPictureTx(c *db.Conn, patient string, b Binary, ref blob.Ref, labels access.Labels) (Op, error) {
	return s.fileTx(c, patient, b, ref, visitChat, labels)
}

// fileTx writes the row that holds a file of the record, and gives the change.
func (s *Store) fileTx(c *db.Conn, patient string, b Binary, ref blob.Ref, use string, labels access.Labels) (Op, error) {
	if _, err := c.Exec(`INSERT INTO binaries (patient_id, id, version, blob, key, size, sha256, given, content_type, title, account, created_at) VALUES `+db.Placeholders(1, 12),
		patient, b.ID, 1, ref.Name, ref.Key, ref.Size, ref.SHA256, ref.SHA256, b.ContentType, b.Title, b.Author, micros(s.now())); err != nil {
		return Op{}, err
	}
	meta := map[string]any{"tag": []any{map[string]any{"system": access.BinaryUse, "code": use}}}
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

// ForgetRecordingTx lets go of the content of a file whose time is over, and gives
// the change that leaves a tombstone of it.
func (s *Store) ForgetRecordingTx(c *db.Conn, patient, id string) (Op, error) {
	var name string
	if err := c.QueryRow(`SELECT blob FROM binaries WHERE patient_id = ? AND id = ?`, patient, id).Scan(&name); err != nil {
		return Op{}, err
	}
	if _, err := c.Exec(`DELETE FROM binaries WHERE patient_id = ? AND id = ?`, patient, id); err != nil {
		return Op{}, err
	}
	return Op{Kind: Delete, Type: binaryType, ID: id}, s.LetGoTx(c, name)
}

// expires: the recording of a visit, which is kept for a time only. Of all that is
// signed or sent here it alone is ever deleted.
func expires(n *fhir.Node) bool {
	for _, t := range append(n.Get("meta", "tag").Items(), n.Get("type", "coding").Items()...) {
		if t.Get("system").Str() == access.BinaryUse && t.Get("code").Str() == VisitRecording {
			return true
		}
	}
	return false
}
