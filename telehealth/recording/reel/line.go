package reel

import (
	"time"

	"housecall/telehealth/sfu"
)

// How long a missing packet is waited for, and how many are kept meanwhile: the room
// asks for it again by itself.
const (
	waitsFor   = 400 * time.Millisecond
	maxWaiting = 512
)

// line puts the packets of one stream in order.
type line struct {
	stream  *sfu.Stream
	waiting map[uint16]sfu.Taken
	next    uint16
	begun   bool
	frames  *assembler
	clock   clock
	asked   time.Time // for a key frame
	keyed   time.Time // when one came
	came    time.Time // the newest frame that can be shown
}

func newLine(s *sfu.Stream) *line {
	return &line{stream: s, waiting: map[uint16]sfu.Taken{}, frames: newAssembler(s.Mime), clock: clock{rate: int64(max(s.Clock, 1))}}
}

// push takes a packet, and gives frames that are whole to f.
func (l *line) push(p sfu.Taken, f func(frame)) {
	if !l.begun {
		l.begun, l.next = true, p.Seq
	}
	if ahead := p.Seq - l.next; ahead >= 1<<15 {
		if l.next-p.Seq < maxWaiting*2 {
			return // too late, or held already
		}
		l.skip(p.Seq) // the sender began anew
	} else if ahead >= maxWaiting*2 {
		l.drain(true, p.At, f)
		l.skip(p.Seq)
	}
	p.Payload = append([]byte(nil), p.Payload...)
	l.waiting[p.Seq] = p
	l.drain(false, p.At, f)
}

// skip goes on at another place: what is between is lost.
func (l *line) skip(to uint16) {
	clear(l.waiting)
	l.next = to
	l.frames.lose()
}

// drain gives on what is in order; what is missing is given up when it was waited for,
// or at the end.
func (l *line) drain(all bool, now time.Time, f func(frame)) {
	for len(l.waiting) > 0 {
		if p, ok := l.waiting[l.next]; ok {
			delete(l.waiting, l.next)
			l.next++
			if x, whole := l.frames.push(p); whole {
				f(x)
			}
			continue
		}
		first, oldest := l.first()
		if !all && len(l.waiting) < maxWaiting && now.Sub(oldest) < waitsFor {
			return
		}
		l.next = first
		l.frames.lose()
	}
}

// first is the number that comes next, and when the packet came that waited longest.
func (l *line) first() (seq uint16, oldest time.Time) {
	best := uint16(1<<16 - 1)
	for n, p := range l.waiting {
		if n-l.next <= best {
			best, seq = n-l.next, n
		}
		if oldest.IsZero() || p.At.Before(oldest) {
			oldest = p.At
		}
	}
	return seq, oldest
}

const (
	keyEvery  = 15 * time.Second // so that a player can begin in many places
	askEvery  = 500 * time.Millisecond
	driftLook = 10 * time.Second
	driftStep = 50 * time.Millisecond
	maxOff    = 2 * time.Second
)

// wantKey asks for a key frame when one is needed or it is time for the next.
func (l *line) wantKey(needed bool, now time.Time) {
	if l.stream.Kind == sfu.Audio || !needed && now.Sub(l.keyed) < keyEvery || now.Sub(l.asked) < askEvery {
		return
	}
	l.asked = now
	l.stream.NeedKey()
}

// clock says at which time of this machine something was sent, by the clock of its
// sender, so that sound and pictures of all go along with one another. Clocks run
// apart by some seconds in a day; what comes earliest within a while tells how far.
type clock struct {
	rate  int64
	begun bool
	base  time.Time
	ts    uint32
	ticks int64
	least time.Duration
	since time.Time
}

func (c *clock) at(ts uint32, now time.Time) time.Time {
	if !c.begun {
		c.start(ts, now)
		return now
	}
	c.ticks += int64(int32(ts - c.ts))
	c.ts = ts
	at := c.base.Add(time.Duration(c.ticks/c.rate)*time.Second + time.Duration(c.ticks%c.rate)*time.Second/time.Duration(c.rate))
	late := now.Sub(at)
	if late > maxOff || late < -maxOff {
		c.start(ts, now)
		return now
	}
	c.least = min(c.least, late)
	if now.Sub(c.since) > driftLook {
		c.base = c.base.Add(min(max(c.least, -driftStep), driftStep))
		c.least, c.since = maxOff, now
	}
	return at
}

func (c *clock) start(ts uint32, now time.Time) {
	c.begun, c.base, c.ts, c.ticks, c.least, c.since = true, now, ts, 0, maxOff, now
}
