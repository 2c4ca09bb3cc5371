package sfu

import "time"

// Bounds of what clients say to one another through the room.
const (
	maxTell  = 8 << 10 // bytes of one
	maxTells = 150     // of a seat in a minute
)

// talks counts what a seat told the others in the minute since.
type talks struct {
	since time.Time
	n     int
}

// toldMessage is what another client said. The room does not look into it.
type toldMessage struct {
	T    string `json:"t"`
	From string `json:"from"`
	Data string `json:"data"`
}

// tell passes something on as it is: to one seat, or to everybody else in the
// room. Who is not there does not hear it later, and nothing of it is kept; what
// is too long or too often is dropped. From whom it comes is said by the room.
func (x *Seat) tell(m said) {
	now := time.Now()
	if now.Sub(x.talks.since) > time.Minute {
		x.talks = talks{since: now}
	}
	x.talks.n++
	if m.Data == "" || len(m.Data) > maxTell || x.talks.n > maxTells {
		return
	}
	message := encode(toldMessage{T: "told", From: x.id, Data: m.Data})
	r := x.room
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, to := range r.seats {
		if to != x && (m.To == "" || m.To == to.id) {
			to.pass(message)
		}
	}
}
