package sfu

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// Summary is how the line of a seat was for a while, without any address. Times are
// of the time in which its client was there; all can be added up.
type Summary struct {
	Time, Weak, Bad, OnlySound time.Duration
	Large, Small, Held         time.Duration // of each picture that was wanted
	Relayed, TCP               time.Duration
	Came, CameLost             int64 // packets of the client, after what was repeated
	Went, WentLost             int64 // packets to the client, as it tells
	Trip, Jitter               Spread
	Breaks                     int // times that the client had to come back
	Freezes                    int // of pictures at the client, as it tells
	Frozen                     time.Duration
}

// Spread are milliseconds as they were measured.
type Spread struct{ Sum, N, Max int64 }

func (s *Spread) add(d time.Duration) {
	if ms := d.Milliseconds(); d > 0 {
		s.Sum, s.N, s.Max = s.Sum+ms, s.N+1, max(s.Max, ms)
	}
}

const (
	sumEvery   = time.Minute
	beatMost   = 10 * time.Second // of one beat that is believed
	mostFreeze = 20               // a minute of one picture; more is not believed
)

// summing gathers a summary; of the seat's own goroutine but for the tally.
type summing struct {
	is             Summary
	at, told, said time.Time // last beat, last handing over, last report of the client
	relayed, tcp   bool      // as the client tells
	sealed         [2]*webrtc.PeerConnection
	tally          tally
}

// tally is counted where packets and reports come in.
type tally struct{ came, cameLost, went, wentLost, jitter atomic.Int64 }

// worst keeps the largest jitter, in microseconds, since it was asked last.
func (t *tally) worst(jitter float64, clock uint32) {
	us := int64(jitter / float64(max(clock, 1)) * 1e6)
	for {
		old := t.jitter.Load()
		if us <= old || t.jitter.CompareAndSwap(old, us) {
			return
		}
	}
}

// heardOf is what the receiver of a slot had told before; under the slot's lock.
type heardOf struct {
	top, lost uint32
	ever      bool
}

// tallied takes a receiver's report of the slot (RFC 3550, section 6.4.1).
func (s *slot) tallied(r rtcp.ReceptionReport) {
	if s.tally == nil {
		return
	}
	s.mu.Lock()
	was := s.told
	s.told = heardOf{r.LastSequenceNumber, r.TotalLost, true}
	s.mu.Unlock()
	if went := r.LastSequenceNumber - was.top; was.ever && went > 0 && went < 1<<16 {
		lost := int64(int32(r.TotalLost<<8)>>8) - int64(int32(was.lost<<8)>>8) // 24 bits with a sign
		s.tally.went.Add(int64(went))
		s.tally.wentLost.Add(min(max(lost, -int64(went)), int64(went)))
	}
	s.tally.worst(float64(r.Jitter), s.clock)
}

// sum adds what the seat's line was since the last beat of the room's clock.
func (x *Seat) sum(level string, trip time.Duration) {
	m, now := &x.sums, time.Now()
	took := min(now.Sub(m.at), beatMost)
	first := m.at.IsZero()
	m.at = now
	if first {
		m.told, m.said = now, now
		return
	}
	if x.current() != nil {
		m.is.Time += took
		switch level {
		case "weak":
			m.is.Weak += took
		case "bad":
			m.is.Bad += took
		}
		if x.onlySound {
			m.is.OnlySound += took
		}
		if m.relayed {
			m.is.Relayed += took
		}
		if m.tcp || !m.relayed && overTCP(x.up.Load(), x.send.Load()) {
			m.is.TCP += took
		}
		m.is.Trip.add(trip)
		m.is.Jitter.add(time.Duration(m.tally.jitter.Swap(0)) * time.Microsecond)
		for i := range x.pool.lines {
			l := &x.pool.lines[i]
			switch {
			case l.kind == Audio || l.from == nil || l.off:
			case l.got == none:
				m.is.Held += took
			case l.got == high: // also where there is one size only
				m.is.Large += took
			default:
				m.is.Small += took
			}
		}
	}
	x.countSeals()
	if now.Sub(m.told) >= sumEvery {
		x.handSum(now)
	}
}

// handSum hands over what was gathered, and begins anew.
func (x *Seat) handSum(now time.Time) {
	m := &x.sums
	s := m.is
	s.Came, s.CameLost = m.tally.came.Swap(0), m.tally.cameLost.Swap(0)
	s.Went, s.WentLost = m.tally.went.Swap(0), m.tally.wentLost.Swap(0)
	m.is, m.told = Summary{}, now
	server := x.room.server
	server.count.lostIn.Add(max(s.CameLost, 0))
	server.count.lostOut.Add(max(s.WentLost, 0))
	if f := server.cfg.Summary; f != nil && s != (Summary{}) {
		room, seat := x.room.id, x.id
		server.tell.add(func() { f(room, seat, s) })
	}
}

// reported takes what only the client knows. It is bounded by what can have been in
// the time since it told last.
func (x *Seat) reported(m said) {
	s, now := &x.sums, time.Now()
	if s.said.IsZero() {
		s.said = now
	}
	since := now.Sub(s.said)
	s.said = now
	pictures := 0
	for i := range x.pool.lines {
		if l := &x.pool.lines[i]; l.kind != Audio && l.from != nil {
			pictures++
		}
	}
	most := time.Duration(pictures) * since
	s.is.Freezes += min(max(m.Freezes, 0), int(most.Minutes()*mostFreeze)+1)
	s.is.Frozen += min(max(time.Duration(min(m.Frozen, 1<<30))*time.Millisecond, 0), most)
	s.relayed = m.Way == "relay"
	s.tcp = s.relayed && (m.Over == "tcp" || m.Over == "tls")
}

// broke counts that the client has to come back.
func (x *Seat) broke() { x.work.add(x.do(func() { x.sums.is.Breaks++ })) }

// breaks are the reasons after which a client comes back by itself.
var breaks = []string{WhyDrain, WhyMoved, WhyError, WhyIdle}

// sumUp is the last that is gathered of a seat.
func (x *Seat) sumUp(why string) {
	if slices.Contains(breaks, why) {
		x.sums.is.Breaks++
	}
	if !x.sums.at.IsZero() {
		x.sum(x.level, 0)
	}
	x.handSum(time.Now())
}

// transportOf is what a connection goes over; nil: nothing yet.
func transportOf(pc *webrtc.PeerConnection) *webrtc.DTLSTransport {
	if pc == nil {
		return nil
	}
	for _, r := range pc.GetReceivers() {
		if t := r.Transport(); t != nil {
			return t
		}
	}
	for _, s := range pc.GetSenders() {
		if t := s.Transport(); t != nil {
			return t
		}
	}
	return nil
}

func overTCP(all ...*webrtc.PeerConnection) bool {
	for _, pc := range all {
		t := transportOf(pc)
		if t == nil || t.ICETransport() == nil {
			continue
		}
		if pair, err := t.ICETransport().GetSelectedCandidatePair(); err == nil && pair != nil && pair.Local != nil && pair.Local.Protocol == webrtc.ICEProtocolTCP {
			return true
		}
	}
	return false
}

// countSeals counts how the connections of a seat are sealed, each once.
func (x *Seat) countSeals() {
	for i, pc := range []*webrtc.PeerConnection{x.up.Load(), x.send.Load()} {
		if pc == nil || x.sums.sealed[i] == pc || pc.ConnectionState() != webrtc.PeerConnectionStateConnected {
			continue
		}
		x.sums.sealed[i] = pc
		for _, s := range pc.GetStats() {
			if t, ok := s.(webrtc.TransportStats); ok {
				x.room.server.count.sealed(t.SRTPCipher)
			}
		}
	}
}
