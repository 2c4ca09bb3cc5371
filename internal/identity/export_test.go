package identity

import "housecall/internal/db"

// SetInvited changes who is told of a taken invitation.
func (s *Service) SetInvited(f func(c *db.Conn, invitation, account string) error) { s.taken = f }
