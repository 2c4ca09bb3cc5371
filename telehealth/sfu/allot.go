package sfu

import (
	"slices"
	"time"
)

const (
	keepsAt   = 0.9 // of what it takes: what is shown stays as long as there is so much
	probeMore = 1.4 // a probe asks for more than is needed
)

// allot shares what the client's line carries: sound first, then whom everybody is to
// see large, the camera of who speaks, a screen, and the others; smallest pictures before larger ones. What
// does not fit waits, and the client is told.
func (x *Seat) allot(now time.Time) {
	if x.gone || x.sub == nil {
		return
	}
	voices := x.room.voices()
	rate, early := x.down.allowed(now)
	left, used := rate, 0.0
	lines := make([]*line, 0, len(x.pool.lines))
	for i := range x.pool.lines {
		if l := &x.pool.lines[i]; l.from != nil && !l.off {
			lines = append(lines, l)
		} else {
			l.got = none
			l.slot.carry(l.track(now, high), true)
		}
	}
	slices.SortStableFunc(lines, func(a, b *line) int { return a.rank(voices, x.room) - b.rank(voices, x.room) })
	give := func(l *line, to layer, costs float64) bool {
		fits := rate == 0 || left >= costs || l.had >= to && left >= costs*keepsAt
		if fits {
			left, used, l.got = left-costs, used+costs, to
		}
		return fits
	}
	short := 0.0
	double, spare := x.down.doubles(now), rate
	for _, l := range lines {
		if l.kind == Audio {
			spare -= l.takes(high)
		}
	}
	for n, l := range lines { // the smallest of everything
		l.had, l.got = l.got, none
		to := high
		if l.kind != Audio {
			to = l.from.smallest()
		}
		costs := l.takes(to)
		if l.kind == Audio {
			twice := double && n < voicesAlways && (rate == 0 || spare >= costs) // everybody once comes first
			l.slot.double(twice)
			if twice {
				spare -= costs
				costs *= 2
			}
		}
		switch {
		case l.kind == Audio && (n < voicesAlways || give(l, to, costs)):
			if l.got == none {
				left, used, l.got = left-costs, used+costs, to
			}
		case l.kind != Audio && give(l, to, costs):
		case short == 0:
			short = used + costs
		}
	}
	for _, l := range lines { // then what is wanted
		if l.got == none || l.got >= l.want || l.kind == Audio || early && l.had < high {
			continue
		}
		if more := l.takes(high) - l.takes(l.got); !give(l, high, more) && short == 0 {
			short = used + more
		}
	}
	needs := map[*source][high + 1]bool{}
	var held []lineTag
	pictures := 0
	for _, l := range lines {
		n := needs[l.from]
		n[l.got] = true
		needs[l.from] = n
		l.slot.carry(l.track(now, l.got), l.got == none)
		if l.got == none {
			held = append(held, lineTag{Mid: l.on.Mid(), Seat: l.from.seat.id, Kind: l.kind})
		} else if l.kind != Audio {
			pictures++
		}
	}
	x.needs.Store(&needs)
	if x.unheard || !slices.Equal(held, x.held) {
		x.held, x.unheard = held, false
		x.tellHeld(pictures)
	}
	if short > 0 && x.down.seek(short*probeMore, now) {
		x.probe(now)
	}
}

// voicesAlways are sent whatever the line carries: nothing can be said in less.
const voicesAlways = 2

func (x *Seat) tellHeld(pictures int) {
	m := heldMessage{T: "held", Tracks: orNone(x.held)}
	x.onlySound = pictures == 0 && slices.ContainsFunc(x.held, func(t lineTag) bool { return t.Kind != Audio })
	if x.onlySound {
		m.Only = Audio
	}
	x.say(m)
	x.room.hearsOnly(x)
}

// track is what shows a layer now.
func (l *line) track(now time.Time, to layer) *track {
	switch {
	case l.from == nil:
		return nil
	case to == none:
		to = l.from.smallest()
	}
	return l.from.best(to, now)
}

func (l *line) takes(to layer) float64 {
	if t := l.from.at(to); t != nil {
		return t.takes()
	}
	return 0
}

// rank orders lines: who comes first gets first.
func (l *line) rank(voices []string, r *Room) int {
	speaks := slices.Index(voices, l.from.seat.id)
	if speaks < 0 {
		speaks = groupMost
	}
	switch order := r.server.order(r.id, l.from.seat.id); {
	case l.kind == Audio:
		return speaks*mostRank + order
	case l.kind == Camera && l.from.seat.id == r.spotted():
		return 1<<20 - 1
	case l.kind == Camera && speaks == 0:
		return 1 << 20
	case l.kind == Screen:
		return 1<<20 + 1
	default:
		return 1<<20 + 2 + speaks*mostRank + order
	}
}

const mostRank = 16

// order is the place of a seat among those that are equally loud.
func (s *Server) order(room, seat string) int {
	if s.cfg.Order == nil {
		return 0
	}
	return min(max(s.cfg.Order(room, seat), 0), mostRank-1)
}

// probe sends more than is needed for a moment.
func (x *Seat) probe(now time.Time) {
	by := slices.IndexFunc(x.pool.slots, func(s *slot) bool { return s.canPad() })
	if by < 0 {
		x.down.unable(now)
		return
	}
	s := x.pool.slots[by]
	x.room.server.tasks.Go(func() {
		tick := time.NewTicker(probeEvery)
		defer tick.Stop()
		for now := range tick.C {
			bytes, goes := x.down.missing(now)
			if !goes {
				return
			}
			for ; bytes > 0; bytes -= 255 + overhead {
				if !s.pad(255, now) {
					break
				}
			}
			s.feeds.send()
		}
	})
}

const probeEvery = 5 * time.Millisecond
