package access

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// coder makes the leaves of many rows, one after another, with one buffer and, as
// long as the key is the same, one keyed hash.
type coder struct {
	s    *Service
	by   codedBy
	hmac hash.Hash
	buf  []byte
}

// mac begins a row's own code.
func (c *coder) mac(by codedBy) hash.Hash {
	if c.hmac == nil || c.by != by {
		c.hmac, c.by = c.s.hmac(by), by
	} else {
		c.hmac.Reset()
	}
	return c.hmac
}

// leafHash is the hash of the row's leaf.
func (c *coder) leafHash(r *row, l link) []byte {
	sum := sha256.Sum256(c.prefixed(r, l))
	return sum[:]
}

// prefixed is the row's leaf after the byte that RFC 9162 hashes before it: the
// place in the chart's chain, the link before it, the row and its own code. It is
// valid until the next one.
func (c *coder) prefixed(r *row, l link) []byte {
	b := l.append(append(c.buf[:0], leafPrefix))
	from := len(b)
	b = r.canonical(b)
	upto := len(b)
	if r.mac != nil { // of a page of one row of before there were pages
		c.buf = append(b, r.mac...)
		return c.buf
	}
	// The code takes in the source as well, and the leaf does not: a patient who
	// checks their log offline learns nobody's address.
	b = appendSource(b, r.source)
	h := c.mac(r.by)
	h.Write(b[from:])
	c.buf = h.Sum(b[:upto])
	return c.buf
}

// appendSource adds where from: rows of before there were sources have their code
// without one.
func appendSource(b []byte, source string) []byte {
	if source == "" {
		return b
	}
	b = append(b, "source\x00"...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(source)))
	return append(b, source...)
}

// macOf is a row's own code.
func (s *Service) macOf(r *row) []byte {
	h := s.hmac(r.by)
	h.Write(appendSource(r.canonical(nil), r.source))
	return h.Sum(nil)
}

// leaf is the leaf of one row, see coder.prefixed.
func (s *Service) leaf(r *row, l link) []byte { return (&coder{s: s}).prefixed(r, l)[1:] }
