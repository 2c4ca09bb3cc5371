package records

import (
	"context"
	"errors"
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

// MaxEvidence is how large the document of a request for access may be.
const MaxEvidence = maxPicture

// KeepEvidence keeps the document that goes with somebody's own request for
// access: a picture or a PDF. It is in no chart; only who looks at the request
// opens it.
func (s *Store) KeepEvidence(ctx context.Context, who identity.Principal, request string, in BinaryIn) error {
	if err := s.access.OwnRequest(s.db.Read(ctx), who, request); err != nil {
		return err
	}
	done, err := s.takesFiles(ctx)
	if err != nil {
		return err
	}
	defer done()
	in.ID = request
	if err := in.check(); err != nil {
		return err
	}
	if len(in.Content) > MaxEvidence {
		return fault.New(fault.TooLarge, "The photo is too large. Photos may have up to 10 MB.")
	}
	if in.ContentType != "application/pdf" && !strings.HasPrefix(in.ContentType, "image/") {
		return fault.New(fault.Invalid, "Please send a photo or a PDF.").WithCode("file_type")
	}
	ref, err := s.seal(ctx, who, "", "Consent", &in, func(name string) error { return s.loose(ctx, name) })
	if err != nil {
		return err
	}
	var refused error
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		if refused = s.access.HoldEvidenceTx(c, who, request, access.Paper{Ref: ref, ContentType: in.ContentType, Title: in.Title}); refused != nil {
			return refused
		}
		_, err := c.Exec(`DELETE FROM loose_blobs WHERE name = ?`, ref.Name)
		return err
	})
	if refused != nil {
		err = errors.Join(err, s.dropBlob(context.WithoutCancel(ctx), ref.Name))
	}
	return err
}

// Evidence opens the document of a request for staff who may work on it. The caller
// closes it.
func (s *Store) Evidence(ctx context.Context, who identity.Principal, request string) (*Content, error) {
	p, err := s.access.EvidenceOf(ctx, who, request)
	if err != nil {
		return nil, err
	}
	return s.OpenContent(ctx, Binary{ID: request, ContentType: p.ContentType, Title: p.Title}, p.Ref, func(ctx context.Context, who identity.Principal) error {
		return s.access.StillHandles(ctx, who, request)
	})
}
