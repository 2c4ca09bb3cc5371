package sfu

import (
	"sync"
	"time"
)

// layer is how large a picture is sent. A sender that offers no layers has one,
// which stands for high.
type layer uint8

const (
	none layer = iota
	low
	high
)

// The rids of the layers (RFC 8851).
const (
	ridHigh = "h"
	ridLow  = "l"
)

func layerOf(rid string) layer {
	if rid == ridLow {
		return low
	}
	return high
}

// source is what a seat publishes on one m-line: a track, or one for each layer.
type source struct {
	seat *Seat
	kind Kind

	mu     sync.Mutex
	tracks [high + 1]*track
	used   [high + 1]time.Time // when a layer was needed last
	told   [high + 1]bool      // layers that the sender was told to leave out
	again  bool                // it may not have heard
}

// stillNeeded is how long a layer goes on after nobody needs it any more: people
// turn from one another and back.
const stillNeeded = 3 * time.Second

func (o *source) set(t *track) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tracks[t.layer] = t
	o.used[t.layer] = time.Now()
}

// unset tells whether nothing is left.
func (o *source) unset(t *track) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.tracks[t.layer] == t {
		o.tracks[t.layer] = nil
	}
	return o.tracks[low] == nil && o.tracks[high] == nil
}

func (o *source) at(l layer) *track {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.tracks[l]
}

// sound is the only track of what has no layers.
func (o *source) sound() *track { return o.at(high) }

// untold is how many packets in a row have not said how loud they are.
func (o *source) untold() int32 {
	if t := o.sound(); t != nil {
		return t.untold.Load()
	}
	return 0
}

// smallest is the layer that costs least.
func (o *source) smallest() layer {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.tracks[low] != nil {
		return low
	}
	return high
}

// best is what can be shown now of a layer: the layer itself, or the other one
// while its packets do not come. A browser leaves a layer out when its line or its
// processor is too weak.
func (o *source) best(l layer, now time.Time) *track {
	o.mu.Lock()
	defer o.mu.Unlock()
	t, other := o.tracks[l], o.tracks[low+high-l]
	if t == nil || other != nil && !t.lives(now, livesFor) && other.lives(now, livesFor) {
		return other
	}
	return t
}

func (o *source) all() (list []*track) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, t := range o.tracks {
		if t != nil {
			list = append(list, t)
		}
	}
	return list
}

// needed takes which layers somebody needs now, and gives the rids that the sender
// has to send when that is news to it.
func (o *source) needed(is [high + 1]bool, now time.Time) (rids []string, news bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.tracks[low] == nil || o.tracks[high] == nil {
		return nil, false
	}
	rids, news, o.again = []string{}, o.again, false
	for _, l := range []layer{high, low} {
		if is[l] {
			o.used[l] = now
		}
		off := now.Sub(o.used[l]) > stillNeeded
		news = news || off != o.told[l]
		o.told[l] = off
		if !off {
			rids = append(rids, map[layer]string{high: ridHigh, low: ridLow}[l])
		}
	}
	return rids, news
}

// retold: the sender may not have heard what it was told.
func (o *source) retold() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.again = true
}
