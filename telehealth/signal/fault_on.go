//go:build faults

package signal

// DropSocket closes the socket of a seat at this node without a word.
func (s *Service) DropSocket(room, seat string) (found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.calls {
		if c.seat.Room == room && c.seat.ID == seat {
			c.End(whyLine)
			found = true
		}
	}
	return found
}

// KillTransport ends the connections of a seat of a room of this node without a word.
func (s *Service) KillTransport(room, seat string) bool { return s.media.KillTransport(room, seat) }

// Narrow lets so many bits a second through to a seat of a room of this node; 0: all.
func (s *Service) Narrow(room, seat string, bits int) bool { return s.media.Narrow(room, seat, bits) }
