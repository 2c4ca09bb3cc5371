package records

import (
	"bytes"
	"context"
	"crypto/sha256"
	"strings"

	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// What is done with every file that somebody sends, wherever it is for: it is looked
// at, scanned, cleaned and sealed before a transaction begins.

// MaxPicture is how large a picture may be.
const MaxPicture = maxPicture

// Taken is a file that was looked at and sealed. No row holds it yet, see HoldTx.
type Taken struct {
	Ref         blob.Ref
	ContentType string // as it was found to be
	Given       []byte // digest of what was sent
}

// Given is the digest by which a file that is sent again is known.
func Given(content []byte) []byte {
	sum := sha256.Sum256(content)
	return sum[:]
}

// TakePicture takes a picture by the rules of those that go along with messages.
// Whether somebody may send it there, whoever calls has decided; typ and in.ID name
// for the log of accesses what it is for.
func (s *Store) TakePicture(ctx context.Context, who identity.Principal, patient, typ string, in BinaryIn) (*Taken, error) {
	done, err := s.takesFiles(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := in.check(); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(in.ContentType, "image/") {
		return nil, fault.New(fault.Invalid, "Only photos can be shared here (JPEG, PNG, WebP, GIF).").WithCode("file_type")
	}
	given := Given(in.Content)
	ref, err := s.seal(ctx, who, patient, typ, &in, func(name string) error { return s.loose(ctx, name) })
	if err != nil {
		return nil, err
	}
	return &Taken{ref, in.ContentType, given}, nil
}

// Drop deletes a file that no row came to hold.
func (s *Store) Drop(ctx context.Context, t *Taken) error {
	return s.dropBlob(context.WithoutCancel(ctx), t.Ref.Name)
}

// takesFiles waits until another file may be in memory.
func (s *Store) takesFiles(ctx context.Context) (done func(), err error) {
	if s.blobs == nil {
		return nil, fault.New(fault.Unavailable, "Files cannot be kept right now. Please try again in a moment.")
	}
	select {
	case s.uploads <- struct{}{}:
		return func() { <-s.uploads }, nil
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Unavailable, "Files cannot be kept right now. Please try again in a moment.", ctx.Err())
	}
}

// seal scans a file that was looked at, takes out of a picture what it tells beside
// its pixels, and seals the rest. expect writes down that it comes.
func (s *Store) seal(ctx context.Context, who identity.Principal, patient, typ string, in *BinaryIn, expect func(name string) error) (blob.Ref, error) {
	if err := s.auditInfected(ctx, who, patient, typ, in.ID, s.scanFile(ctx, in.Content)); err != nil {
		return blob.Ref{}, err
	}
	content, err := stripPicture(in.ContentType, in.Content)
	if err != nil {
		return blob.Ref{}, unreadable(err)
	}
	name := blob.NewName()
	if err := expect(name); err != nil {
		return blob.Ref{}, err
	}
	return s.blobs.Put(ctx, name, bytes.NewReader(content), MaxBinary)
}

// loose writes down that a blob comes.
func (s *Store) loose(ctx context.Context, name string) error {
	return s.db.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`INSERT INTO loose_blobs (name, at) VALUES (?, ?)`, name, micros(s.now()))
		return err
	})
}
