package records

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"
	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

const binaryType = "Binary"

// Bounds of what can be sent.
const (
	MaxBinary     = 25 << 20
	maxPicture    = 10 << 20
	binariesADay  = 200
	binaryBytes   = 500 << 20 // a day
	binaryWorkers = 4         // that hold content in memory at a time
)

// binaryTypes are the contents that are taken: what a browser can show without
// running anything.
var binaryTypes = map[string]bool{
	"image/jpeg": true, "image/png": true, "image/webp": true, "image/gif": true, "application/pdf": true, "text/plain": true,
	"audio/mpeg": true, "audio/mp4": true, "audio/x-m4a": true, "audio/ogg": true, "audio/wav": true, "audio/aac": true, "audio/webm": true, "video/webm": false,
}

// BinaryIn is a file that somebody sends along with a message. The id is made by
// who sends it: sent twice, it is there once.
type BinaryIn struct {
	ID, Title, ContentType string
	Content                []byte
}

// Binary is what is known of a file.
type Binary struct {
	ID, ContentType, Title string
	Size                   int64
	Author                 string // account
	Sent                   bool
}

// SaveBinary keeps a file for a message of a chart: whoever may write messages
// there may send one. Until it is sent it is theirs alone and no part of the
// record. What a picture tells about where and with what it was taken is left out.
func (s *Store) SaveBinary(ctx context.Context, who identity.Principal, patient string, in BinaryIn) (Binary, error) {
	done, err := s.takesFiles(ctx)
	if err != nil {
		return Binary{}, err
	}
	defer done()
	b, err := s.saveBinary(ctx, who, patient, in)
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		err = IDUsed()
	}
	if err != nil {
		return Binary{}, s.Refuse(ctx, who, patient, binaryType, in.ID, err)
	}
	return b, nil
}

func (s *Store) saveBinary(ctx context.Context, who identity.Principal, patient string, in BinaryIn) (Binary, error) {
	// Nobody learns from the checks below anything about a chart that is not theirs.
	v, err := s.Enter(s.db.Read(ctx), who, patient, binaryType)
	if err == nil {
		err = maySend(v)
	}
	if err != nil {
		return Binary{}, err
	}
	if err := in.check(); err != nil {
		return Binary{}, err
	}
	given := sha256.Sum256(in.Content)
	if known, err := s.binaryBefore(s.db.Read(ctx), who, patient, in.ID, given[:]); err != nil || known != nil {
		return value(known), err
	}
	ref, err := s.seal(ctx, who, patient, binaryType, &in, func(name string) error { return s.expectBlob(ctx, name, patient, in.ID) })
	if err != nil {
		return Binary{}, err
	}
	var refused error
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		refused = s.keepUpload(c, who, patient, in, ref, given[:])
		return refused
	})
	if refused != nil { // else the row may be there although we were not told
		err = errors.Join(err, s.dropBlob(context.WithoutCancel(ctx), ref.Name))
	}
	if err != nil {
		return Binary{}, err
	}
	return Binary{ID: in.ID, ContentType: in.ContentType, Title: in.Title, Size: ref.Size, Author: who.Account}, nil
}

func value(b *Binary) Binary {
	if b == nil {
		return Binary{}
	}
	return *b
}

func maySend(v *access.View) error {
	if !v.See.Has(access.Messages) {
		return access.NoChart()
	}
	if !v.Act.Has(access.Messages) || !v.AllowsType(binaryType, 'c') {
		return fault.New(fault.Forbidden, "You can read these messages, but not write here.").WithCode("role")
	}
	return nil
}

func (in *BinaryIn) check() error {
	in.Title = strings.Join(strings.Fields(in.Title), " ")
	switch {
	case !fhir.IsUUID(in.ID):
		return fault.New(fault.Invalid, "Ids must be UUIDs in lower case.")
	case !utf8.ValidString(in.Title) || strings.ContainsFunc(in.Title, unicode.IsControl) || utf8.RuneCountInString(in.Title) > 200:
		return fault.New(fault.Invalid, "The name of the file is too long or holds signs that cannot be kept.")
	case len(in.Content) == 0:
		return fault.New(fault.Invalid, "The file is empty.")
	case len(in.Content) > MaxBinary:
		return fault.New(fault.TooLarge, "The file is too large. Files may have up to 25 MB.")
	}
	found, _, _ := strings.Cut(mimetype.Detect(in.Content).String(), ";")
	if found == "application/ogg" || found == "video/ogg" {
		found = "audio/ogg"
	}
	found = soundOnly(found, in.Content)
	said, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(in.ContentType)), ";")
	if found == "image/heic" || found == "image/heif" || found == "image/avif" || found == "image/heic-sequence" || found == "image/heif-sequence" {
		return fault.New(fault.Invalid, "Photos of this kind (HEIC) cannot be shown on every device, and may say where they were taken. Please send it as JPEG: most phones do that when you choose the photo in their own gallery.").WithCode("file_type")
	}
	if said == "video/mp4" || !binaryTypes[found] {
		return fault.New(fault.Invalid, "Files of this kind cannot be sent. Photos (JPEG, PNG, WebP, GIF), PDF, sound and plain text can.").WithCode("file_type")
	}
	if said != "" && said != "application/octet-stream" && kindOfFile(said) != kindOfFile(found) {
		return fault.New(fault.Invalid, "The file is not what its name says. Please save it again and send it once more.").WithCode("file_type")
	}
	if strings.HasPrefix(found, "image/") && len(in.Content) > maxPicture {
		return fault.New(fault.TooLarge, "The photo is too large. Photos may have up to 10 MB.")
	}
	in.ContentType = found
	return nil
}

// kindOfFile: names of one kind of sound differ between systems; those of
// pictures do not.
func kindOfFile(t string) string {
	if strings.HasPrefix(t, "audio/") {
		return "audio"
	}
	if t == "image/jpg" {
		return "image/jpeg"
	}
	return t
}

func unreadable(err error) error {
	return fault.Wrap(fault.Invalid, "The photo cannot be read. Please save it again and send it once more.", err)
}

// binaryBefore: the same file of the same person is there already.
func (s *Store) binaryBefore(c *db.Conn, who identity.Principal, patient, id string, given []byte) (*Binary, error) {
	b := &Binary{ID: id}
	var was []byte
	var of string
	err := c.QueryRow(`SELECT patient_id, content_type, title, size, account, version > 0, given FROM binaries WHERE id = ?`, id).Scan(&of, &b.ContentType, &b.Title, &b.Size, &b.Author, &b.Sent, &was)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, err
	case of != patient || b.Author != who.Account || subtle.ConstantTimeCompare(was, given) != 1:
		return nil, IDUsed()
	}
	return b, nil
}

func (s *Store) slowBinaries(c *db.Conn, who identity.Principal) error {
	if who.Kind == identity.System {
		return nil
	}
	var n, size int64
	err := c.QueryRow(`SELECT count(*), CAST(COALESCE(sum(size), 0) AS BIGINT) FROM binaries WHERE account = ? AND created_at > ?`, who.Account, micros(s.now())-(24*time.Hour).Microseconds()).Scan(&n, &size)
	if err == nil && (n >= binariesADay || size >= binaryBytes) {
		err = fault.New(fault.TooMany, "You sent many files today. Please go on tomorrow, or call the clinic.")
	}
	return err
}

// BinaryTx gives what is known of a file that was put into a chart. Whether
// somebody may see it, is for who asks to decide.
func (s *Store) BinaryTx(c *db.Conn, patient, id string) (Binary, error) {
	b := Binary{ID: id}
	err := c.QueryRow(`SELECT content_type, title, size, account, version > 0 FROM binaries WHERE patient_id = ? AND id = ?`, patient, id).
		Scan(&b.ContentType, &b.Title, &b.Size, &b.Author, &b.Sent)
	if errors.Is(err, sql.ErrNoRows) {
		return b, notFound()
	}
	return b, err
}
