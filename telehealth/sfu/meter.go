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
}

// meterHalf is the time after which a change of rate is half known.
const meterHalf = 500 * time.Millisecond

// beat is called by the room's clock.
func (m *meter) beat(now time.Time) {
	if m.at.IsZero() {
		m.at = now
		m.bytes.Store(0)
		return
	}
	took := now.Sub(m.at)
	if took < meterHalf {
		return
	}
	m.at = now
	bits := 8 * float64(m.bytes.Swap(0)) / took.Seconds()
	if bits < 1000 { // it rests; what it takes when it goes on is what it took
		return
	}
	if old := float64(m.rate.Load()); old > 0 {
		bits = (bits + old) / 2
	}
	m.rate.Store(int64(bits))
}

// What a track takes as long as nobody has measured it.
const (
	guessSound = 50e3
	guessLow   = 150e3
	guessHigh  = 900e3
)

// takes is how many bits a second have to be there for it.
func (t *track) takes() float64 {
	if r := t.meter.rate.Load(); r > 0 {
		return float64(r)
	}
	switch {
	case t.kind == Audio:
		return guessSound
	case t.layer == low:
		return guessLow
	}
	return guessHigh
}
