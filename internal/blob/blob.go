// Package blob keeps the bytes of documents, attachments and recordings: in
// files of the data folder or in S3. Each blob has a random name and a key of
// its own and is encrypted before it leaves this process; whoever holds the
// bucket alone can read nothing, and sees a change to any byte refused.
package blob

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/s3blob" // s3://
	"gocloud.dev/gcerrors"

	"housecall/internal/fault"
	"housecall/internal/sitekey"
)

// Folder is where blobs are in the data folder.
const Folder = "blobs"

// Config says where blobs are.
type Config struct {
	URL string // s3://bucket?region=...; empty: files in Dir
	Dir string // the data folder
	Key *sitekey.Ring
}

// CheckURL tells what is wrong with an address of blobs.
func CheckURL(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User != nil || u.Path != "" && u.Path != "/" {
		return errors.New("it must be empty for files in the data folder, or name an S3 bucket")
	}
	return nil
}

// Store is an open place of blobs.
type Store struct {
	bucket *blob.Bucket
	dir    string // of files; empty: S3
	ring   *sitekey.Ring
	wrap   *sitekey.Sealer
}

// Ref is what is needed to read a blob again. It is kept in the database beside
// what the blob belongs to; the key in it is wrapped by the site's.
type Ref struct {
	Name   string
	Key    []byte
	Size   int64
	SHA256 []byte // of the content
}

// Open opens the place and makes the folder of files.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if err := CheckURL(cfg.URL); err != nil {
		return nil, err
	}
	if cfg.Key == nil {
		return nil, errors.New("blob: no site key")
	}
	s := &Store{ring: cfg.Key, wrap: cfg.Key.Sealer(WrapPurpose)}
	var err error
	if cfg.URL != "" {
		if s.bucket, err = blob.OpenBucket(ctx, cfg.URL); err != nil {
			return nil, fmt.Errorf("the bucket of files cannot be opened: %w", err)
		}
		return s, nil
	}
	s.dir = filepath.Join(cfg.Dir, Folder)
	// Files come beside their final place: a rename does not cross file systems.
	if s.bucket, err = fileblob.OpenBucket(s.dir, &fileblob.Options{CreateDir: true, DirFileMode: 0o700, NoTempDir: true, Metadata: fileblob.MetadataDontWrite}); err != nil {
		return nil, fmt.Errorf("the folder of files cannot be opened: %w", err)
	}
	return s, nil
}

// Close lets go of the place.
func (s *Store) Close() error { return s.bucket.Close() }

// Check tells whether the place answers. It changes nothing.
func (s *Store) Check(ctx context.Context) error {
	ok, err := s.bucket.IsAccessible(ctx)
	if err == nil && !ok {
		err = errors.New("it is not there, or does not let us in")
	}
	return err
}

const keySize = 32

// Put keeps what the reader gives, at most so many bytes, under a name of
// NewName. When it returns without an error the blob is durable; with one,
// nothing is kept.
func (s *Store) Put(ctx context.Context, name string, r io.Reader, most int64) (Ref, error) {
	key := make([]byte, keySize)
	_, _ = rand.Read(key)
	form := s.ring.State().Form
	ref := Ref{Name: name, Key: s.wrap.Seal(wrapped(form, key), name)}
	body, err := form.AEAD(key)
	if err != nil {
		return Ref{}, err
	}
	// A canceled context makes Close drop what was written so far.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := s.bucket.NewWriter(ctx, name, &blob.WriterOptions{ContentType: "application/octet-stream", DisableContentTypeDetection: true})
	if err != nil {
		return Ref{}, unavailable(err)
	}
	sum := sha256.New()
	ref.Size, err = encrypt(w, io.TeeReader(io.LimitReader(r, most+1), sum), body, name)
	if err == nil && ref.Size > most {
		err = fault.New(fault.TooLarge, "This file is too large to be sent.")
	}
	if err != nil {
		cancel()
		_ = w.Close()
		return Ref{}, err
	}
	if err := w.Close(); err != nil {
		return Ref{}, unavailable(err)
	}
	if err := s.sync(name); err != nil {
		return Ref{}, errors.Join(unavailable(err), s.Delete(context.WithoutCancel(ctx), name))
	}
	ref.SHA256 = sum.Sum(nil)
	return ref, nil
}

// Get opens a blob for reading. Every byte that it gives has been checked.
func (s *Store) Get(ctx context.Context, ref Ref) (*Reader, error) {
	key, err := s.wrap.Open(ref.Key, ref.Name)
	if err != nil {
		return nil, fmt.Errorf("blob: the key does not fit: %w", err)
	}
	body, err := unwrapped(key)
	if err != nil {
		return nil, err
	}
	return &Reader{ctx: ctx, bucket: s.bucket, body: body, name: ref.Name, size: ref.Size, held: -1}, nil
}

// Delete removes a blob. One that is not there is removed already.
func (s *Store) Delete(ctx context.Context, name string) error {
	err := s.bucket.Delete(ctx, name)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil
	}
	return err
}

// sync makes a file durable, its name included: without it a crash of the
// machine could lose what was acknowledged.
func (s *Store) sync(name string) error {
	if s.dir == "" {
		return nil
	}
	path := filepath.Join(s.dir, filepath.FromSlash(name))
	for _, p := range []string{path, filepath.Dir(path), s.dir} {
		f, err := os.Open(p)
		if err != nil {
			return err
		}
		err = f.Sync()
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// NewName is random; its first letters spread files over folders. Whoever keeps a
// blob writes its name down before: what nobody wrote down is never found again.
func NewName() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	h := hex.EncodeToString(b[:])
	return h[:2] + "/" + h
}

// WrapPurpose is what keys of blobs are sealed for; the label is the blob's name.
const WrapPurpose = "blob key wrap"

// wrapped is what is sealed of a blob's key: the key, and before it the form of the
// content, unless that is AES-256-GCM.
func wrapped(form sitekey.Form, key []byte) []byte {
	if form == sitekey.AES256GCM {
		return key
	}
	return append([]byte{byte(form)}, key...)
}

func unwrapped(b []byte) (cipher.AEAD, error) {
	if len(b) == keySize+1 {
		return sitekey.Form(b[0]).AEAD(b[1:])
	}
	return sitekey.AES256GCM.AEAD(b)
}

func unavailable(err error) error {
	return fault.Wrap(fault.Unavailable, "Files cannot be kept right now. Please try again in a moment.", err)
}
