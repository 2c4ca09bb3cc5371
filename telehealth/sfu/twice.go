package sfu

import (
	"slices"
	"time"

	"github.com/pion/rtp"
)

// Nobody asks for a lost packet of sound again: it would come too late on a long way.
// So on a line that loses packets, each is sent a second time with the next one. It is
// the same to the last bit, since nothing else may be sealed under the same number; a
// receiver drops what it has. That what was lost came after all hides the loss, so it is
// done for a while and then looked at again.
const (
	twiceAt    = 0.04 // of packets lost
	twiceFor   = 30 * time.Second
	twiceAgain = 10 * time.Second // after it was too much for the line
	twiceSoon  = time.Second      // after other things were
)

// doubles tells whether sound is to be sent twice on this line.
func (d *downlink) doubles(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case slices.Min(d.est.queues[:]) > 2*queueLong || d.est.loss > lossHeavy: // it is full, for longer than a probe makes it
		rest := twiceSoon
		if now.Before(d.twice.until) {
			rest = twiceAgain
		}
		if after := now.Add(rest); after.After(d.twice.after) {
			d.twice.after = after
		}
		d.twice.until = time.Time{}
	case d.est.loss >= twiceAt && now.After(d.twice.after):
		d.twice.until = now.Add(twiceFor)
	}
	return now.Before(d.twice.until)
}

// twice is until when sound is sent twice, and from when on it may be again.
type twice struct{ until, after time.Time }

// echo is the packet of sound that goes out again with the next one.
type echo struct {
	on      bool
	held    bool
	head    rtp.Header
	wide    [2]byte
	payload []byte
}

func (s *slot) double(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.echo.on = on
}

// repeats sends the packet before once more, and keeps this one; under the lock.
func (s *slot) repeats(payload []byte) {
	e := &s.echo
	if e.held {
		e.held = false
		if n, err := s.writer.WriteRTP(&e.head, e.payload); err == nil && n > 0 {
			s.count.out.Add(1)
		}
	}
	if !e.on || len(payload) > payloadMax {
		return
	}
	e.head.Version, e.head.Marker, e.head.PayloadType, e.head.SSRC = s.head.Version, s.head.Marker, s.head.PayloadType, s.head.SSRC
	e.head.SequenceNumber, e.head.Timestamp = s.head.SequenceNumber, s.head.Timestamp
	e.wide = s.wide
	if s.wideID != 0 && s.down != nil && e.head.SetExtension(s.wideID, e.wide[:]) != nil {
		return
	}
	e.payload = append(e.payload[:0], payload...)
	e.held = true
}
