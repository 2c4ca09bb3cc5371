package signal

import "housecall/telehealth/sfu"

// Tap opens a tap of a room that this node holds; nil when it does not, or nobody
// sits there. Nothing is taken before Allow.
func (s *Service) Tap(room string, sink sfu.Sink) (*sfu.Tap, error) {
	if s.media == nil || !s.leases.has(room) {
		return nil, nil
	}
	return s.media.Tap(room, sink)
}
