package sfu

import "slices"

// Ruling is what those who hold a visit have decided about a seat. It is said again
// and again, and taken once.
type Ruling struct {
	Muted     int64  // grows each time that its microphone is turned off
	MutedBy   string // seat of who did
	Spotlight bool   // everybody sees it large
}

// Since tells a link, before its client joins, what was decided already: that is not
// done to it once more.
func (l *Link) Since(muted int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.muted = muted
}

// Rule takes what was decided about a seat.
func (s *Server) Rule(room, seat string, is Ruling) {
	s.mu.Lock()
	r := s.rooms[room]
	s.mu.Unlock()
	if r != nil {
		r.rule(seat, is)
	}
}

func (r *Room) rule(seat string, is Ruling) {
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.spotted()
	switch {
	case is.Spotlight:
		r.spot.Store(seat)
	case was == seat:
		r.spot.Store("")
	}
	if r.spotted() != was {
		r.changed()
	}
	i := slices.IndexFunc(r.seats, func(x *Seat) bool { return x.id == seat })
	if i < 0 || is.Muted <= r.seats[i].muted {
		return
	}
	x := r.seats[i]
	x.muted = is.Muted
	if x.micOff {
		return
	}
	x.micOff, x.mutedBy = true, is.MutedBy
	x.pass(encode(x.silenced()))
	r.changed()
}

// spotted is the seat that everybody sees large; empty: none.
func (r *Room) spotted() string {
	seat, _ := r.spot.Load().(string)
	return seat
}

// silenced tells a client that a host turned its microphone off. As long as it has not
// said anything about its microphone since, it may not have heard that: it is told
// again when it joins anew, and stays muted.
func (x *Seat) silenced() muteMessage {
	return muteMessage{T: "mute", Kind: Audio, On: true, Host: x.mutedBy}
}

// inherit takes over what was decided about a seat before this client joined; under
// the lock. old is the seat's client before it, or itself when it resumes; nil: there
// was none.
func (x *Seat) inherit(old *Seat, l *Link) {
	if old != nil {
		x.muted, x.mutedBy = old.muted, old.mutedBy
	} else {
		l.mu.Lock()
		x.muted = l.muted
		l.mu.Unlock()
	}
	if x.mutedBy != "" {
		x.micOff = true
	}
}
