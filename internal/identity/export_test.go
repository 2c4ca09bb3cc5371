package identity

import "housecall/internal/db"

// Hundreds of passwords are hashed here; what is proved does not depend on how dear
// that is. Packages above hash at the price of a clinic.
func init() { hashParams.Memory = 1024 }

// RecoveryDigest is what was kept of recovery codes before they were hashed.
func (s *Service) RecoveryDigest(account, plain string) []byte {
	return recoveryDigest(s.codes.Now(), account, plain)
}

// SetInvited changes who is told of a taken invitation.
func (s *Service) SetInvited(f func(c *db.Conn, invitation, account string) error) { s.taken = f }
