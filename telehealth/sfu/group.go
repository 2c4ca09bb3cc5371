package sfu

import (
	"cmp"
	"slices"
	"time"
)

// In a group not everybody is sent to everybody: places go to who has something to
// say or to show. Who got a place keeps it until somebody with more reason needs it,
// so that people do not jump about when they take turns.
const (
	groupSounds = 5
	groupAlways = 2 // of these for who is always heard, whether they speak or not
	maxPins     = 4
)

// How large pools get: of a visit, where everybody has a place; of a group, where
// there are so many cameras, and as many sounds up to groupSounds.
var (
	poolSizes  = []int{2, 4, MaxSeats - 1}
	groupSizes = []int{2, 4, 9}
)

func (r *Room) group() bool { return r.limit > MaxSeats }

func (r *Room) sizes() []int {
	if r.group() {
		return groupSizes
	}
	return poolSizes
}

// claim is somebody's reason for a place, the smallest first.
type claim struct {
	class int
	at    time.Duration // how long ago
	order int
	came  int
}

const (
	claimSpotlight = iota
	claimPinned
	claimAlways
	claimSpeaks
	claimSpoke
	claimOther
)

func (a claim) compare(b claim) int {
	return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.at, b.at), cmp.Compare(a.order, b.order), cmp.Compare(a.came, b.came))
}

// claims are the seats that have a reason for a place of a kind, the best first.
func (x *Seat) claims(kind Kind, others []shown, now time.Time) []string {
	type claimant struct {
		seat string
		claim
	}
	var all []claimant
	always, spotlight := 0, x.room.spotted()
	for came, o := range others {
		c := claim{class: claimOther, order: o.order, came: came}
		spoke := o.voice.last
		if kind == Camera {
			spoke = o.voice.seen
		}
		w, said := x.wants[want{o.id, kind}]
		switch {
		case said && w == none:
			continue
		case kind == Audio && (o.audio == nil || o.micOff), kind == Camera && (o.camera == nil || o.camOff):
			continue
		case kind == Camera && o.id == spotlight:
			c.class = claimSpotlight
		case kind == Camera && slices.Contains(x.pins, o.id):
			c.class = claimPinned
		case o.order == 0 && x.room.server.cfg.Order != nil && always < groupAlways:
			c.class = claimAlways
			always++
		case !o.voice.since.IsZero() && !spoke.Before(o.voice.since):
			c.class, c.at = claimSpeaks, -now.Sub(o.voice.since) // who began first stays
		case !spoke.IsZero():
			c.class, c.at = claimSpoke, now.Sub(spoke)
		case kind == Audio && !o.voice.mum:
			continue // has said nothing yet
		}
		all = append(all, claimant{o.id, c})
	}
	slices.SortStableFunc(all, func(a, b claimant) int { return a.compare(b.claim) })
	seats := make([]string, len(all))
	for i, c := range all {
		seats[i] = c.seat
	}
	return seats
}

// settle gives places to those with the best claims. Who has one already stays on it,
// and leaves it only to somebody with a better claim, or when they are gone.
func settle(places, best []string, here func(seat string) bool) {
	best = best[:min(len(best), len(places))]
	free := make([]int, 0, len(places))
	idle := make([]int, 0, len(places))
	for i, seat := range places {
		switch {
		case slices.Contains(best, seat):
		case seat != "" && here(seat):
			idle = append(idle, i)
		default:
			places[i], free = "", append(free, i)
		}
	}
	for _, seat := range best {
		if slices.Contains(places, seat) {
			continue
		}
		if len(free) == 0 {
			free, idle = idle, nil
		}
		places[free[0]], free = seat, free[1:]
	}
}

// place says who is received where.
func (x *Seat) place(others []shown, now time.Time) {
	here := func(id string) bool { return slices.ContainsFunc(others, func(o shown) bool { return o.id == id }) }
	if x.room.group() {
		settle(x.pool.places, x.claims(Camera, others, now), here)
		settle(x.pool.sounds, x.claims(Audio, others, now), here)
		return
	}
	for i, id := range x.pool.places { // who went leaves a place
		if id != "" && !here(id) {
			x.pool.places[i] = ""
		}
	}
	for _, o := range others {
		if !o.sends || slices.Contains(x.pool.places, o.id) {
			continue
		}
		if i := slices.Index(x.pool.places, ""); i >= 0 {
			x.pool.places[i] = o.id
		}
	}
}

// seatOn is whose place a line is of.
func (x *Seat) seatOn(l *line) string {
	if l.kind == Audio && x.room.group() {
		return x.pool.sounds[l.place]
	}
	return x.pool.places[l.place]
}

// pin takes whose pictures the client wants before all others.
func (x *Seat) pin(m said) {
	x.pins = slices.Clone(m.Seats[:min(len(m.Seats), maxPins)])
	x.sync()
}
