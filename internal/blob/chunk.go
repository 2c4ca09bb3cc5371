package blob

import (
	"context"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"gocloud.dev/blob"
)

// Content is cut into chunks, each encrypted for itself (see sitekey.Form), so
// that any part can be read and checked without the rest. The nonce is the
// chunk's number and whether it is the last: chunks cannot be swapped, left out
// or cut off at the end. A key is used for one blob only, so no nonce comes
// twice. The blob's name is authenticated along, so that blobs cannot be swapped.
const (
	chunkSize = 64 << 10
	tagSize   = 16
)

func nonceOf(body cipher.AEAD, n int64, last bool) []byte {
	nonce := make([]byte, body.NonceSize())
	if last {
		nonce[0] = 1
	}
	binary.BigEndian.PutUint64(nonce[len(nonce)-8:], uint64(n))
	return nonce
}

// encrypt writes the chunks of what r gives and tells how much that was.
func encrypt(w io.Writer, r io.Reader, body cipher.AEAD, name string) (size int64, err error) {
	buf, next := make([]byte, chunkSize), make([]byte, chunkSize)
	n, err := io.ReadFull(r, buf)
	out := make([]byte, 0, chunkSize+tagSize)
	for number := int64(0); ; number++ {
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return size, err
		}
		var m int
		last := err != nil
		if !last { // whether a full chunk is the last one is known only by reading on
			m, err = io.ReadFull(r, next)
			last = err == io.EOF
		}
		size += int64(n)
		out = body.Seal(out[:0], nonceOf(body, number, last), buf[:n], []byte(name))
		if _, werr := w.Write(out); werr != nil {
			return size, unavailable(werr)
		}
		if last {
			return size, nil
		}
		buf, next, n = next, buf, m
	}
}

// ErrTampered tells that a blob is not what was put there.
var ErrTampered = errors.New("blob: the content is not what was kept")

// Reader gives the content of a blob from any place on. It is for one goroutine.
type Reader struct {
	ctx    context.Context
	bucket *blob.Bucket
	body   cipher.AEAD
	name   string
	size   int64

	at    int64
	plain []byte // of chunk held
	held  int64
	src   *blob.Reader // continues with chunk next
	next  int64
}

// Size is the length of the content.
func (r *Reader) Size() int64 { return r.size }

// Seek moves to a place in the content.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, errors.New("blob: a place before the beginning")
	}
	r.at = offset
	return offset, nil
}

// Read gives the next bytes.
func (r *Reader) Read(p []byte) (int, error) {
	if r.at >= r.size && (r.size > 0 || r.held == 0) {
		return 0, io.EOF
	}
	n := r.at / chunkSize
	if r.held != n {
		if err := r.load(n); err != nil {
			return 0, err
		}
	}
	if r.size == 0 { // that it is empty has been checked, too
		return 0, io.EOF
	}
	k := copy(p, r.plain[r.at-n*chunkSize:])
	r.at += int64(k)
	return k, nil
}

// load reads and checks one chunk.
func (r *Reader) load(n int64) error {
	chunks := max(1, (r.size+chunkSize-1)/chunkSize)
	if r.src == nil || r.next != n {
		if err := r.Close(); err != nil {
			return err
		}
		src, err := r.bucket.NewRangeReader(r.ctx, r.name, n*(chunkSize+tagSize), -1, nil)
		if err != nil {
			return unavailable(err)
		}
		r.src = src
	}
	length := int64(chunkSize)
	last := n == chunks-1
	if last {
		length = r.size - n*chunkSize
	}
	sealed := make([]byte, length+tagSize)
	if _, err := io.ReadFull(r.src, sealed); err != nil {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return fmt.Errorf("%w: it ends too early", ErrTampered)
		}
		return unavailable(err)
	}
	plain, err := r.body.Open(sealed[:0], nonceOf(r.body, n, last), sealed, []byte(r.name))
	if err != nil {
		return fmt.Errorf("%w: chunk %d", ErrTampered, n)
	}
	r.plain, r.held, r.next = plain, n, n+1
	return nil
}

// Close lets go of the place.
func (r *Reader) Close() error {
	if r.src == nil {
		return nil
	}
	err := r.src.Close()
	r.src = nil
	return err
}
