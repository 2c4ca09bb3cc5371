package sfu

// only lets nothing but sound come to a client that wants it so: it pays for what it
// gets, or hears better than it sees.
func (x *Seat) only(on bool) {
	x.noPictures = on
	x.sync()
	x.room.hearsOnly(x)
}

// hearsOnly tells the others that a seat gets no pictures now, or gets them again, so
// that nobody shows what is not seen. Called on the seat's own goroutine.
func (r *Room) hearsOnly(x *Seat) {
	now := x.onlySound || x.noPictures
	r.mu.Lock()
	defer r.mu.Unlock()
	if x.hears != now {
		x.hears = now
		r.changed()
	}
}
