package signal

import "housecall/telehealth/sfu"

// rule brings to a room of this node what was decided about a seat. It stands in the
// database, and is read each time that it is decided whether they may stay: at once
// when the visit moves, and soon after when that was not heard.
func (s *Service) rule(x Seat) {
	s.orders.set(x)
	s.media.Rule(x.Room, x.ID, sfu.Ruling{Muted: x.Muted, MutedBy: x.MutedBy, Spotlight: x.Spotlight})
}
