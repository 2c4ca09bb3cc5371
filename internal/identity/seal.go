package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
)

// sealer encrypts small secrets (TOTP secrets, signing keys) under a key that
// is never in the database. The label binds a value to its place, so that one
// row's secret cannot be moved to another.
type sealer struct{ aead cipher.AEAD }

func newSealer(key []byte) (sealer, error) {
	b, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(b)
	return sealer{aead}, err
}

func (s sealer) seal(plain []byte, label string) []byte {
	return s.aead.Seal(nil, nil, plain, []byte(label))
}

func (s sealer) open(sealed []byte, label string) ([]byte, error) {
	plain, err := s.aead.Open(nil, nil, sealed, []byte(label))
	if err != nil {
		return nil, errors.New("identity: a stored secret does not fit the site key")
	}
	return plain, nil
}

// Seal encrypts a secret for storage; the label names the place it belongs to.
func (s *Service) Seal(plain []byte, label string) []byte { return s.seal.seal(plain, label) }

// Unseal is the reverse of Seal.
func (s *Service) Unseal(sealed []byte, label string) ([]byte, error) {
	return s.seal.open(sealed, label)
}
