package records

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"io"
	"strings"

	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Content is a file that is read.
type Content struct {
	Binary
	SHA256 []byte // of the content
	io.ReadSeekCloser
	decide func(ctx context.Context, who identity.Principal) error
}

// Still decides anew whether somebody may have the file, while it is being sent. It
// is one look with the one that opened it, and leaves no row of its own.
func (f *Content) Still(ctx context.Context, who identity.Principal) error { return f.decide(ctx, who) }

// ReadBinary opens a file for somebody who sees it in the chart; before it is
// sent, for who put it there. The caller closes it.
func (s *Store) ReadBinary(ctx context.Context, who identity.Principal, patient, id string) (*Content, error) {
	c := s.db.Read(ctx)
	v, err := s.Enter(c, who, patient, binaryType)
	var ref blob.Ref
	b := Binary{ID: id}
	if err == nil {
		err = c.QueryRow(`SELECT blob, key, size, sha256, content_type, title, account, version > 0 FROM binaries WHERE patient_id = ? AND id = ?`, patient, id).
			Scan(&ref.Name, &ref.Key, &ref.Size, &ref.SHA256, &b.ContentType, &b.Title, &b.Author, &b.Sent)
		if errors.Is(err, sql.ErrNoRows) {
			err = notFound()
		}
	}
	if err == nil {
		err = s.mayOpen(c, who, v, &b)
	}
	if err == nil && s.blobs == nil {
		err = notFound()
	}
	if err != nil {
		return nil, s.Refuse(ctx, who, patient, binaryType, id, err)
	}
	b.Size = ref.Size
	r, err := s.blobs.Get(context.WithoutCancel(ctx), ref) // it is sent after the request's handler
	if err != nil {
		return nil, err
	}
	of := access.Class{Category: access.Messages}
	if b.Sent {
		if of, err = s.ClassTx(c, patient, binaryType, id); err != nil {
			_ = r.Close()
			return nil, err
		}
	}
	if err := s.Looked(ctx, who, v, "read", binaryType, id, access.Of(of.Category), 1); err != nil {
		_ = r.Close()
		return nil, err
	}
	return &Content{b, ref.SHA256, r, func(ctx context.Context, who identity.Principal) error {
		c := s.db.Read(ctx)
		v, err := s.Enter(c, who, patient, binaryType)
		if err == nil {
			err = s.mayOpen(c, who, v, &b)
		}
		return err
	}}, nil
}

func (s *Store) mayOpen(c *db.Conn, who identity.Principal, v *access.View, b *Binary) error {
	if !b.Sent {
		if b.Author != who.Account || !v.See.Has(access.Messages) {
			return notFound()
		}
		return nil
	}
	seen, err := s.Bodies(c, v, binaryType, []string{b.ID})
	if err == nil && seen[b.ID] == nil {
		err = notFound()
	}
	return err
}

// ReadContent opens what the current version of a Binary holds, for whoever may
// read the Binary: decided and accounted for as reading it is. The content is the
// file that was sent along with a message, or what stands in Binary.data. The
// caller closes it.
func (s *Store) ReadContent(ctx context.Context, who identity.Principal, id string) (*Content, error) {
	c := s.db.Read(ctx)
	st, _, err := s.readable(ctx, c, who, binaryType, id)
	if err != nil {
		return nil, err
	}
	n, err := fhir.Parse(st.Body)
	if err != nil {
		return nil, err
	}
	b := Binary{ID: id, ContentType: n.Get("contentType").Str(), Sent: true}
	decide := func(ctx context.Context, who identity.Principal) error {
		_, _, _, err := s.reads(s.db.Read(ctx), who, binaryType, id)
		return err
	}
	if data := n.Get("data"); data != nil {
		content, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(data.Str()), ""))
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(content)
		b.Size = int64(len(content))
		return &Content{b, sum[:], held{bytes.NewReader(content)}, decide}, nil
	}
	var ref blob.Ref
	err = c.QueryRow(`SELECT blob, key, size, sha256, title FROM binaries WHERE patient_id = ? AND id = ? AND version > 0`, st.Patient, id).
		Scan(&ref.Name, &ref.Key, &ref.Size, &ref.SHA256, &b.Title)
	if errors.Is(err, sql.ErrNoRows) || err == nil && s.blobs == nil {
		return nil, notFound().WithIssues(fault.Issue{Code: "not-found", Expression: "Binary.data"})
	}
	if err != nil {
		return nil, err
	}
	b.Size = ref.Size
	r, err := s.blobs.Get(context.WithoutCancel(ctx), ref)
	if err != nil {
		return nil, err
	}
	return &Content{b, ref.SHA256, r, decide}, nil
}

// OpenContent opens a file that a row beside the record holds, for who was let to it
// by whom that row is; still decides anew. The caller closes it.
func (s *Store) OpenContent(ctx context.Context, b Binary, ref blob.Ref, still func(ctx context.Context, who identity.Principal) error) (*Content, error) {
	if s.blobs == nil {
		return nil, notFound()
	}
	r, err := s.blobs.Get(context.WithoutCancel(ctx), ref) // it is sent after the request's handler
	if err != nil {
		return nil, err
	}
	b.Size = ref.Size
	return &Content{b, ref.SHA256, r, still}, nil
}

// held is content that is in memory.
type held struct{ io.ReadSeeker }

func (held) Close() error { return nil }
