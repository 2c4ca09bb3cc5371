package sitekey

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/chacha20poly1305"
)

// Form is the algorithm by which something is sealed. Each says so in its head; a
// new one gets a number, a name and a line in AEAD, and old ones stay readable.
type Form byte

// The forms.
const (
	AES256GCM         Form = 0 // NIST SP 800-38D
	XChaCha20Poly1305 Form = 1
)

var formNames = []string{AES256GCM: "aes-256-gcm", XChaCha20Poly1305: "xchacha20-poly1305"}

func (f Form) String() string {
	if int(f) < len(formNames) {
		return formNames[f]
	}
	return fmt.Sprintf("form %d", byte(f))
}

// ParseForm reads the name of a form.
func ParseForm(s string) (Form, error) {
	if i := slices.Index(formNames, s); i >= 0 {
		return Form(i), nil //nolint:gosec // there are few
	}
	return 0, errors.New("it must be one of: " + strings.Join(formNames, ", "))
}

// Forms are all that can be read.
func Forms() []Form { return []Form{AES256GCM, XChaCha20Poly1305} }

// AEAD makes a cipher of the form, with a key of 32 bytes.
func (f Form) AEAD(key []byte) (cipher.AEAD, error) {
	switch f {
	case AES256GCM:
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		return cipher.NewGCM(block)
	case XChaCha20Poly1305:
		return chacha20poly1305.NewX(key)
	}
	return nil, errors.New("sitekey: sealed in a form that this version does not know")
}

// What is sealed begins with its head: two fixed bytes, the form, and the name of the
// key. Without a head it is of the site's first key in AES-256-GCM: so was all that
// was sealed before there was a ring, and so is all until a second key or another
// form is in use, so that nodes of the version before can read it during an update.
const (
	mark0, mark1 = 0xc8, 0x7e
	// HeadSize is how long a head is.
	HeadSize = 3 + len(ID{})
)

// Head is what begins all that a key sealed in a form; nil: nothing does.
func (s *State) Head(id ID, f Form) []byte {
	if id == s.First && f == AES256GCM {
		return nil
	}
	return Head(id, f)
}

// Head is the head of a key and a form.
func Head(id ID, f Form) []byte { return append([]byte{mark0, mark1, byte(f)}, id[:]...) }

func readHead(b []byte) (id ID, f Form, ok bool) {
	if len(b) < HeadSize || b[0] != mark0 || b[1] != mark1 {
		return id, 0, false
	}
	return ID(b[3:HeadSize]), Form(b[2]), true
}

// Sealer encrypts what is kept or handed out, for one purpose. The label binds a
// value to its place, so that one row's secret cannot be moved to another.
type Sealer struct {
	ring    *Ring
	purpose string
	ready   atomic.Pointer[ready]
}

// ready are the ciphers of a state of the ring.
type ready struct {
	of    *State
	now   sealedBy // that seals
	head  []byte
	aeads map[sealedBy]cipher.AEAD
}

type sealedBy struct {
	id   ID
	form Form
}

// Sealer gives the sealer of a purpose.
func (r *Ring) Sealer(purpose string) *Sealer { return &Sealer{ring: r, purpose: purpose} }

func (s *Sealer) load() *ready {
	st := s.ring.State()
	if d := s.ready.Load(); d != nil && d.of == st {
		return d
	}
	now := sealedBy{st.Keys[0].ID(), st.Form}
	d := &ready{of: st, now: now, head: st.Head(now.id, now.form), aeads: map[sealedBy]cipher.AEAD{}}
	for _, k := range st.Keys {
		for _, f := range Forms() {
			purpose := s.purpose
			if f != AES256GCM { // a key serves one algorithm
				purpose += " " + f.String()
			}
			aead, err := f.AEAD(k.Derive(purpose, 32))
			if err != nil {
				panic("sitekey: " + err.Error()) // of 32 bytes and a form that is known
			}
			d.aeads[sealedBy{k.ID(), f}] = aead
		}
	}
	s.ready.Store(d)
	return d
}

// Seal encrypts with the current key, in the form that is written.
func (s *Sealer) Seal(plain []byte, label string) []byte {
	d := s.load()
	aead, head := d.aeads[d.now], d.head
	n := len(head) + aead.NonceSize()
	out := make([]byte, n, n+len(plain)+aead.Overhead())
	copy(out, head)
	_, _ = rand.Read(out[len(head):])
	return aead.Seal(out, out[len(head):n], plain, bound(head, label))
}

// bound is what is authenticated along.
func bound(head []byte, label string) []byte { return append(bytes.Clone(head), label...) }

// ErrSealed tells that something sealed was changed, is of another place, or is of a
// key that is not in the ring.
var ErrSealed = errors.New("sitekey: what was sealed cannot be opened")

// Open is the reverse of Seal, of any key in the ring and any form.
func (s *Sealer) Open(sealed []byte, label string) ([]byte, error) {
	d := s.load()
	id, form, headed := readHead(sealed)
	if aead := d.aeads[sealedBy{id, form}]; headed && aead != nil {
		if plain, err := open(aead, sealed[:HeadSize], sealed[HeadSize:], label); err == nil {
			return plain, nil
		}
	}
	// Without a head, which one in 65,536 of those of old seems to have.
	if aead := d.aeads[sealedBy{d.of.First, AES256GCM}]; aead != nil {
		if plain, err := open(aead, nil, sealed, label); err == nil {
			return plain, nil
		}
	}
	if _, known := s.ring.Find(id); headed && !known {
		return nil, fmt.Errorf("%w: the key %s is not here", ErrSealed, id)
	}
	return nil, ErrSealed
}

func open(aead cipher.AEAD, head, b []byte, label string) ([]byte, error) {
	n := aead.NonceSize()
	if len(b) < n {
		return nil, ErrSealed
	}
	return aead.Open(nil, b[:n], b[n:], bound(head, label))
}
