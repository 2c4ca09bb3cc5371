package signal

import (
	"maps"
	"slices"
	"sync"

	"housecall/telehealth/sfu"
)

// first are the roles whose sound goes first where a line does not carry
// everybody: without an interpreter nobody understands, and a visit is the
// patient's and the clinician's.
var first = []string{"interpreter", "patient", "clinician", "nurse", "proxy", "guest"}

// orders is what the media plane may know of people: whose turn it is, and how many
// a room is for.
type orders struct {
	mu   sync.Mutex
	seat map[[2]string]int
	size map[string]int
}

func (o *orders) set(x Seat) {
	at := slices.Index(first, x.Role)
	switch {
	case x.Host && x.Size > sfu.MaxSeats:
		at = 0 // in a group who leads it is always heard, as an interpreter is
	case at < 0:
		at = len(first)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seat == nil {
		o.seat, o.size = map[[2]string]int{}, map[string]int{}
	}
	o.size[x.Room] = x.Size
	o.seat[[2]string{x.Room, x.ID}] = at
}

// keep forgets who is of a room that has gone.
func (o *orders) keep(room func(string) bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	maps.DeleteFunc(o.seat, func(x [2]string, _ int) bool { return !room(x[0]) })
	maps.DeleteFunc(o.size, func(x string, _ int) bool { return !room(x) })
}

// of is the place of a seat; who is not known comes last.
func (o *orders) of(room, seat string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	if at, known := o.seat[[2]string{room, seat}]; known {
		return at
	}
	return len(first)
}

// sizeOf is how many a room is for, as who opened it said; 0: as most are.
func (o *orders) sizeOf(room string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.size[room]
}
