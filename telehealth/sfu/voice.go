package sfu

import (
	"cmp"
	"slices"
	"time"
)

// Levels, in -dBov (RFC 6464): who is louder than this speaks, and goes on to
// speak through short pauses.
const (
	loud      = 50
	silent    = 127
	pauseFor  = time.Second
	mumAfter  = 10                     // packets
	seenAfter = 200 * time.Millisecond // of speech: a cough changes no pictures
)

// voice is how somebody speaks.
type voice struct {
	level uint32    // loudest since it was told who speaks
	since time.Time // when they began; zero: they are silent
	last  time.Time // when they were heard
	seen  time.Time // when they were heard for longer than a cough
	mum   bool      // their client does not say how loud they are
}

// listen hears who speaks, and tells whether somebody began to; under the lock.
func (r *Room) listen(seats []*Seat, now time.Time) (began bool) {
	turned := false // somebody may need a place in a group
	for _, x := range seats {
		v, level := &x.voice, uint32(silent)
		if o := x.tracks[Audio]; o != nil && !x.micOff {
			if t := o.sound(); t != nil {
				level = t.level.Swap(silent)
			}
			if mum := o.untold() > mumAfter; mum != v.mum {
				v.mum, turned = mum, true
			}
		} else {
			v.since = time.Time{}
		}
		v.level = min(v.level, level)
		switch {
		case level <= loud:
			if v.since.IsZero() {
				v.since, began, turned = now, true, true
			}
			v.last = now
			if now.Sub(v.since) >= seenAfter {
				turned = turned || v.seen.Before(v.since)
				v.seen = now
			}
		case now.Sub(v.last) > pauseFor && !v.since.IsZero():
			v.since, turned = time.Time{}, true // and leaves a place to who began meanwhile
		}
	}
	if turned && r.group() {
		r.soon = layerBeats
		r.stir()
	}
	return began
}

// tellSpeaking tells everybody who speaks, the loudest first, when that changed;
// under the lock.
func (r *Room) tellSpeaking(seats []*Seat) {
	var now []*Seat
	for _, x := range seats {
		if !x.voice.since.IsZero() {
			now = append(now, x)
		}
	}
	slices.SortStableFunc(now, func(a, b *Seat) int { return cmp.Compare(a.voice.level, b.voice.level) })
	ids := make([]string, len(now))
	for i, x := range now {
		ids[i] = x.id
	}
	for _, x := range seats {
		x.voice.level = silent
	}
	if slices.Equal(ids, r.speaking) {
		return
	}
	r.speaking = ids
	if len(ids) > 0 {
		r.spoke = ids[0]
	}
	message := encode(speakingMessage{T: "speaking", Seats: ids})
	for _, x := range seats {
		x.pass(message)
	}
}
