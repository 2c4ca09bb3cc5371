package sfu

import (
	"crypto/rand"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	beat        = 100 * time.Millisecond // of the room's clock
	reportBeats = 10
	clockBeats  = 20 // sender reports
	talkBeats   = 4
	rateBeats   = 20
	allotBeats  = 2
	layerBeats  = 3
)

// Room is the seats of one visit.
type Room struct {
	server *Server
	id     string
	limit  int           // of seats
	empty  chan struct{} // closed when the last seat is gone
	spot   atomic.Value  // string: seat that everybody sees large

	mu       sync.Mutex
	seats    []*Seat // by when they came
	sharing  *Seat   // whose screen is shown
	speaking []string
	spoke    string // first of them, the last time that somebody did
	soon     int    // beats in which senders are told what is needed of them

	tap       *Tap                   // nil: nobody keeps what is said here
	taking    atomic.Pointer[taking] // nil: nothing may be kept now
	recording string                 // as told
}

func newRoom(s *Server, id string) *Room {
	return &Room{server: s, id: id, limit: s.size(id), empty: make(chan struct{})}
}

// sit gives a link its seat: the one it left, or a new one instead of the one
// that the same person has elsewhere.
func (r *Room) sit(l *Link, m said) (x *Seat, resumed bool, old *Seat, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := slices.IndexFunc(r.seats, func(x *Seat) bool { return x.id == l.id })
	if at >= 0 && m.Resume != "" && r.seats[at].token == m.Resume && !r.seats[at].ending {
		x = r.seats[at]
		x.token, x.micOff, x.camOff, x.leftAt = rand.Text(), !m.Mic, !m.Cam, time.Time{}
		x.sends = x.sends || m.Mic || m.Cam
		x.inherit(x, l)
		x.link, x.last, x.replaced = l, l, x.link
		r.changed()
		return x, true, nil, nil
	}
	if at < 0 && len(r.seats) >= r.limit {
		return nil, false, nil, errFull
	}
	x = newSeat(r, l, m)
	if at >= 0 {
		old = r.seats[at]
		r.seats[at] = x
		x.inherit(old, l)
		if r.sharing == old {
			r.sharing = nil
		}
	} else {
		r.seats = append(r.seats, x)
		x.inherit(nil, l)
	}
	r.changed()
	return x, false, old, nil
}

// rise takes a seat out; out is false when another one took its place before.
func (r *Room) rise(x *Seat) (last, out bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at := slices.Index(r.seats, x); at >= 0 {
		r.seats = slices.Delete(r.seats, at, at+1)
		out = true
	}
	if r.sharing == x {
		r.sharing = nil
	}
	r.changed()
	return len(r.seats) == 0, out
}

// changed tells everybody how the room is now; under the lock.
func (r *Room) changed() {
	r.tapped()
	list := r.presences()
	r.stir()
	message := encode(seatsMessage{T: "seats", Seats: list})
	for _, x := range r.seats {
		x.pass(message)
	}
}

// pass says something to a seat's client that is there and knows who sits here; under
// the room's lock.
func (x *Seat) pass(message []byte) {
	if link := x.link; link != nil && x.greeted {
		x.work.add(func() { link.say(message) })
	}
}

// stir lets everybody look anew at what there is to be received; under the lock.
func (r *Room) stir() {
	for _, x := range r.seats {
		if !x.told.Swap(true) {
			x.work.add(func() { x.told.Store(false); x.do(x.sync)() })
		}
	}
}

func (r *Room) presences() []presence {
	list := make([]presence, 0, len(r.seats))
	for _, x := range r.seats {
		list = append(list, presence{Seat: x.id, In: x.link != nil, Mic: !x.micOff, Cam: !x.camOff, Screen: r.sharing == x, Only: x.hears})
	}
	return list
}

// shown is what one seat can receive of another.
type shown struct {
	seat                  *Seat
	id                    string
	audio, camera, screen *source
	micOff, camOff, sends bool
	order                 int
	voice                 voice
}

// others are everybody but one, as things are now.
func (r *Room) others(me *Seat) (list []shown) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range r.seats {
		if x.id == me.id {
			continue
		}
		s := shown{seat: x, id: x.id, audio: x.tracks[Audio], camera: x.tracks[Camera], micOff: x.micOff, camOff: x.camOff, sends: x.sends, voice: x.voice}
		if r.group() {
			s.order = r.server.order(r.id, x.id)
		}
		if r.sharing == x {
			s.screen = x.tracks[Screen]
		}
		list = append(list, s)
	}
	return list
}

func (r *Room) all() []*Seat {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.seats)
}

func (r *Room) ids() (ids []string) {
	for _, x := range r.all() {
		ids = append(ids, x.id)
	}
	return ids
}

// size counts the seats other than one.
func (r *Room) size(but string) (n int) {
	for _, x := range r.all() {
		if x.id != but {
			n++
		}
	}
	return n
}

// mute changes what a seat wants heard and seen of it.
func (r *Room) mute(x *Seat, kind Kind, on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	x.sends = x.sends || !on
	switch kind {
	case Audio:
		x.micOff, x.mutedBy = on, ""
	case Camera:
		x.camOff = on
	case Screen:
		if on {
			if r.sharing == x {
				r.sharing = nil
			}
		} else {
			r.share(x)
		}
	}
	r.changed()
}

// share shows a seat's screen instead of another's; under the lock.
func (r *Room) share(x *Seat) {
	if x.tracks[Screen] == nil || r.sharing == x {
		return
	}
	if other := r.sharing; other != nil && other.link != nil {
		link := other.link
		other.work.add(func() { link.say(encode(muteMessage{T: "mute", Kind: Screen, On: true})) })
	}
	r.sharing = x
}

func (r *Room) published(t *track) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t.seat.sends = true
	o := t.seat.tracks[t.kind]
	if o == nil {
		o = &source{seat: t.seat, kind: t.kind}
		t.seat.tracks[t.kind] = o
	}
	t.from = o
	o.set(t)
	if t.kind == Screen {
		r.share(t.seat)
	}
	r.changed()
}

func (r *Room) unpublished(t *track) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.from.unset(t) && t.seat.tracks[t.kind] == t.from {
		delete(t.seat.tracks, t.kind)
		if t.kind == Screen && r.sharing == t.seat {
			r.sharing = nil
		}
	}
	r.changed()
}

// sourcesOf is what a seat publishes.
func (r *Room) sourcesOf(x *Seat) (list []*source) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, kind := range []Kind{Audio, Camera, Screen} {
		if o := x.tracks[kind]; o != nil {
			list = append(list, o)
		}
	}
	return list
}

// voices are who speaks, and who did last when nobody does.
func (r *Room) voices() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.speaking) == 0 && r.spoke != "" {
		return []string{r.spoke}
	}
	return slices.Clone(r.speaking)
}

// tick is the room's clock, as long as somebody sits in it.
func (r *Room) tick() {
	t := time.NewTicker(beat)
	defer t.Stop()
	for n := 1; ; n++ {
		select {
		case <-r.empty:
			return
		case now := <-t.C:
			r.beat(n, now)
		}
	}
}

func (r *Room) beat(n int, now time.Time) {
	r.mu.Lock()
	seats := slices.Clone(r.seats)
	var published [][]*track
	var late []*Seat
	var idle []*Link
	for _, x := range seats {
		tracks := make([]*track, 0, 4)
		for _, kind := range []Kind{Audio, Camera, Screen} {
			if o := x.tracks[kind]; o != nil {
				tracks = append(tracks, o.all()...)
			}
		}
		published = append(published, tracks)
		if x.link == nil && !x.leftAt.IsZero() && now.Sub(x.leftAt) > r.server.cfg.Wait {
			late = append(late, x)
		} else if x.link != nil && now.Sub(x.link.lastHeard()) > linkSilent {
			idle = append(idle, x.link)
		}
	}
	if began := r.listen(seats, now); began || n%talkBeats == 0 {
		r.tellSpeaking(seats)
	}
	if n%talkBeats == 0 {
		r.tapped() // what was allowed may be over
	}
	soon := r.soon > 0
	r.soon = max(r.soon-1, 0)
	r.mu.Unlock()
	for i, x := range seats {
		for _, t := range published[i] {
			t.askAgain(now)
			t.meter.beat(now, t.lives(now, goesFor))
		}
		x.reports(n, now, published[i])
		if n%allotBeats == 0 && !x.allots.Swap(true) {
			x.work.add(x.do(func() { x.allots.Store(false); x.allot(time.Now()) }))
		}
	}
	if n%layerBeats == 0 || soon {
		r.layers(seats, now)
	}
	for _, x := range late {
		x.end(WhyIdle)
	}
	for _, l := range idle {
		l.End(WhyIdle)
	}
}

// layers tells senders which of their pictures nobody needs.
func (r *Room) layers(seats []*Seat, now time.Time) {
	all := map[*source][high + 1]bool{}
	for _, x := range seats {
		if needs := x.needs.Load(); needs != nil {
			for o, is := range *needs {
				sum := all[o]
				for l, needed := range is {
					sum[l] = sum[l] || needed
				}
				all[o] = sum
			}
		}
	}
	r.tapNeeds(all)
	r.choices(seats, now)
	for _, x := range seats {
		for _, o := range r.sourcesOf(x) {
			if rids, news := o.needed(all[o], now); news {
				m := layersMessage{T: "layers", Kind: o.kind, Rids: rids}
				x.work.add(x.do(func() { x.say(m) }))
			}
		}
	}
}
