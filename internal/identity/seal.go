package identity

import "fmt"

// SealPurpose is what small secrets (TOTP secrets, signing keys) are sealed for.
const SealPurpose = "identity seal"

// Seal encrypts a secret for storage under a key that is never in the database; the
// label names the place it belongs to.
func (s *Service) Seal(plain []byte, label string) []byte { return s.seal.Seal(plain, label) }

// Unseal is the reverse of Seal.
func (s *Service) Unseal(sealed []byte, label string) ([]byte, error) {
	plain, err := s.seal.Open(sealed, label)
	if err != nil {
		return nil, fmt.Errorf("identity: a stored secret does not fit the site key: %w", err)
	}
	return plain, nil
}
