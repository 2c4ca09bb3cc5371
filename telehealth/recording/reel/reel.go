// Package reel makes what one seat sends of one kind into the clusters of a Matroska
// file: packets are put in order, frames are put together, and each gets the time of
// this machine at which it was sent. Nothing is decoded or coded. Pure but for the
// packets of package sfu.
package reel

import (
	"bytes"
	"time"

	"housecall/telehealth/recording/matroska"
	"housecall/telehealth/sfu"
)

// A cluster ends at the next key frame, and at these bounds: what is in one is lost
// when the node dies.
const (
	clusterFor   = 8 * time.Second
	clusterLeast = time.Second
	clusterSize  = 1 << 20
	smallAfter   = 2 * time.Second // without the large picture the small one is taken
)

// Part is one cluster of a file.
type Part struct {
	Track matroska.Track
	New   bool          // the first of a file
	Began time.Time     // of the file
	At    time.Duration // of the cluster, since then
	End   time.Duration // of its last frame
	Key   bool          // playing can begin here
	Bytes []byte
}

// Reel is for one goroutine at a time.
type Reel struct {
	emit   func(Part) error
	lines  map[*sfu.Stream]*line
	chosen *line

	track  matroska.Track
	began  time.Time // zero: there is no file
	fresh  bool      // nothing of it was emitted
	frames []matroska.Frame
	came   []time.Time
	size   int
	last   time.Duration // of the frame before
	err    error
}

// New makes a reel; emit gets its parts in order, and ends it by an error.
func New(emit func(Part) error) *Reel {
	return &Reel{emit: emit, lines: map[*sfu.Stream]*line{}}
}

const maxLines = 16 // that a seat that comes and goes leaves behind

// Take takes a packet.
func (r *Reel) Take(p sfu.Taken) error {
	if r.err != nil || codecOf[p.Mime] == "" {
		return r.err
	}
	l := r.lines[p.Stream]
	if l == nil {
		if len(r.lines) >= maxLines {
			clear(r.lines)
		}
		l = newLine(p.Stream)
		r.lines[p.Stream] = l
	}
	l.push(p, func(f frame) { r.frame(l, f) })
	l.wantKey(l.frames.stuck || l != r.chosen && !l.stream.Small, p.At)
	return r.err
}

// frame takes a frame of one of the streams. Pictures go from one stream to another
// at a key frame.
func (r *Reel) frame(l *line, f frame) {
	l.came = f.at
	if f.key {
		l.keyed = f.at
	}
	if l != r.chosen {
		if !f.key || r.chosen != nil && l.stream.Small && !r.chosen.stream.Small && f.at.Sub(r.chosen.came) < smallAfter {
			return
		}
		r.chosen = l
	}
	track := matroska.Track{Codec: l.frames.codec, Private: f.private, Width: f.width, Height: f.height}
	if r.began.IsZero() || track.Codec != r.track.Codec || f.key && !bytes.Equal(track.Private, r.track.Private) {
		if !f.key {
			return
		}
		r.flush()
		r.track, r.began, r.fresh, r.last = track, l.clock.at(f.ts, f.at), true, 0
	}
	at := max(l.clock.at(f.ts, f.at).Sub(r.began), r.last)
	r.last = at
	video := r.track.Codec != matroska.Opus
	if n := len(r.frames); n > 0 {
		open := at - r.frames[0].At
		if open >= clusterFor || r.size >= clusterSize || video && f.key && open >= clusterLeast {
			r.flush()
		}
	}
	r.frames = append(r.frames, matroska.Frame{At: at, Key: f.key, Data: f.data})
	r.came = append(r.came, f.at)
	r.size += len(f.data)
}

// flush gives the open cluster away.
func (r *Reel) flush() {
	if len(r.frames) == 0 || r.err != nil {
		return
	}
	p := Part{
		Track: r.track, New: r.fresh, Began: r.began, At: r.frames[0].At, End: r.frames[len(r.frames)-1].At,
		Key: r.frames[0].Key, Bytes: matroska.Cluster(r.frames),
	}
	r.frames, r.came, r.size, r.fresh = nil, nil, 0, false
	r.err = r.emit(p)
}

// Beat gives away what has been open for long: nothing may come any more.
func (r *Reel) Beat(now time.Time) error {
	if n := len(r.came); n > 0 && now.Sub(r.came[0]) > clusterFor {
		r.flush()
	}
	return r.err
}

// Close gives away all that came until then; what came later is forgotten.
func (r *Reel) Close(until time.Time) error {
	for _, l := range r.lines {
		l.drain(true, until, func(f frame) { r.frame(l, f) })
	}
	n := len(r.came)
	for n > 0 && r.came[n-1].After(until) {
		n--
	}
	r.frames, r.came = r.frames[:n], r.came[:n]
	r.flush()
	return r.err
}
