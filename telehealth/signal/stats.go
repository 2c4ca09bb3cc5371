package signal

import "sync/atomic"

// NodeStats is how this node stands among the others.
type NodeStats struct {
	Bridged  int    // sockets here of people whose room is elsewhere
	Draining bool   // it takes no rooms
	Lost     uint64 // rooms whose lease could not be renewed
	Choked   uint64 // sockets that were closed because their clients read nothing
}

type counters struct {
	bridged      atomic.Int64
	lost, choked atomic.Uint64
}

// NodeStats sums up.
func (s *Service) NodeStats() NodeStats {
	return NodeStats{Bridged: int(s.count.bridged.Load()), Draining: s.Draining(), Lost: s.count.lost.Load(), Choked: s.count.choked.Load()}
}
