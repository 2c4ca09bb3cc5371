package sfu

import (
	"sync/atomic"
	"time"
)

// meter tells how many bits a second a track takes on the line.
type meter struct {
	bytes atomic.Int64
	rate  atomic.Int64 // bits a second; 0: not known yet
	at    time.Time    // of the room's clock
	goes  bool         // since then
}

// meterHalf is the time after which a change of rate is half known.
const meterHalf = 500 * time.Millisecond

// beat is called by the room's clock. A time in which the track began or stopped
// tells nothing of what it takes when it goes on.
func (m *meter) beat(now time.Time, goes bool) {
	took := now.Sub(m.at)
	if took < meterHalf {
		m.goes = m.goes && goes
		return
	}
	whole := m.goes && goes
	m.at, m.goes = now, goes
	bits := 8 * float64(m.bytes.Swap(0)) / took.Seconds()
	if !whole {
		return
	}
	if old := float64(m.rate.Load()); old > 0 {
		bits = (bits + old) / 2
	}
	m.rate.Store(int64(bits))
}

// goesFor is how long nothing comes of a track that goes on.
const goesFor = 200 * time.Millisecond

// What a track takes as long as nobody has measured it.
const (
	guessSound  = 50e3
	guessLow    = 150e3
	guessScreen = 300e3
	guessHigh   = 900e3
)

// takes is how many bits a second have to be there for it.
func (t *track) takes() float64 {
	if r := t.meter.rate.Load(); r > 0 {
		return float64(r)
	}
	switch {
	case t.kind == Audio:
		return guessSound
	case t.kind == Screen:
		return guessScreen
	case t.layer == low:
		return guessLow
	}
	return guessHigh
}
