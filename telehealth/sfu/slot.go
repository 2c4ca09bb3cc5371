package sfu

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

const payloadMax = 1500

// slot is one m-line on which a seat receives. What it carries changes; its SSRC
// stays, and numbers, clock and picture ids go on where they were.
type slot struct {
	id, stream string
	kind       webrtc.RTPCodecType
	clock      uint32
	count      *counters
	lost       atomic.Uint32 // worst fraction lost, of 256, since it was asked last
	delay      atomic.Int64  // round trip as last measured, nanoseconds

	mu      sync.Mutex
	writer  webrtc.TrackLocalWriter // nil until negotiated
	ssrc    uint32
	types   map[string]uint8 // payload type by codec
	line    bool             // the connection is up
	src     *track
	paused  bool
	flowing bool // since it was attached or resumed, something was sent
	first   uint16
	skipTo  uint16 // what a replay showed already
	skips   bool
	head    rtp.Header
	scratch []byte
	sent    bool // ever
	lastSeq uint16
	lastTS  uint32
	lastAt  time.Time
	lastID  uint16
	lastTL0 uint8
	seqOff  uint16
	tsOff   uint32
	idOff   uint16
	tl0Off  uint8
	packets uint32
	octets  uint32
	repairs repairs
}

// The methods of webrtc.TrackLocal.

func (s *slot) ID() string                { return s.id }
func (s *slot) RID() string               { return "" }
func (s *slot) StreamID() string          { return s.stream }
func (s *slot) Kind() webrtc.RTPCodecType { return s.kind }

func (s *slot) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	all := c.CodecParameters()
	if len(all) == 0 {
		return webrtc.RTPCodecParameters{}, errors.New("no codec in common")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.types = make(map[string]uint8, len(all))
	for _, p := range all {
		if mime := lower(p.MimeType); s.types[mime] == 0 {
			s.types[mime] = uint8(p.PayloadType)
		}
	}
	s.ssrc, s.writer = uint32(c.SSRC()), c.WriteStream()
	return all[0], nil
}

func (s *slot) Unbind(webrtc.TrackLocalContext) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writer = nil
	return nil
}

// carry changes what the slot carries; nil: nothing.
func (s *slot) carry(t *track, paused bool) {
	s.mu.Lock()
	old := s.src
	changed := old != t
	if changed {
		s.src = t
	}
	if changed || s.paused != paused {
		s.paused, s.flowing, s.skips = paused, false, false
	}
	s.mu.Unlock()
	if changed {
		if old != nil {
			old.remove(s)
		}
		if t != nil {
			t.add(s)
		}
	}
	s.begin()
}

// connected tells the slot that packets can be sent.
func (s *slot) connected() {
	s.mu.Lock()
	s.line = true
	s.mu.Unlock()
	s.begin()
}

// begin shows a picture to a slot that shows none yet: from the cache, or by
// asking for a key frame.
func (s *slot) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.src
	if t == nil || s.paused || s.flowing || !s.line || s.writer == nil || t.audio() {
		return
	}
	first, last, ok := t.cache.run(time.Now())
	if !ok {
		t.needKey()
		return
	}
	buf := getBuffer(payloadMax)
	defer putBuffer(buf)
	for seq := first; ; seq++ {
		p, held := t.cache.get(seq, buf)
		if !held { // overtaken by a very fast track
			t.needKey()
			return
		}
		s.send(&p)
		if seq == last {
			break
		}
	}
	s.skipTo, s.skips = last, true
	s.count.replays.Add(1)
}

// forward takes a packet of the track that it carries.
func (s *slot) forward(t *track, p *packet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.src != t || s.paused || !s.line || s.writer == nil {
		return
	}
	if !s.flowing && !t.audio() && !p.pic.key {
		return // a decoder can begin with a key frame only
	}
	if s.flowing && (s.skips && !after(p.seq, s.skipTo) || s.first != p.seq && !after(p.seq, s.first)) {
		return
	}
	s.send(p)
}

// send writes a packet under the slot's own numbers; under the lock.
func (s *slot) send(p *packet) {
	pt, ok := s.types[s.src.mime]
	if !ok { // this receiver cannot decode it
		return
	}
	now := time.Now()
	if !s.flowing {
		s.flowing, s.first = true, p.seq
		s.seqOff, s.tsOff, s.idOff, s.tl0Off = 0, 0, 0, 0
		if s.sent {
			s.seqOff = s.lastSeq + 1 - p.seq
			gone := max(uint32(now.Sub(s.lastAt).Seconds()*float64(s.clock)), 1)
			s.tsOff = s.lastTS + gone - p.ts
			s.idOff = s.lastID + 1 - p.pic.id(p.payload)
			s.tl0Off = s.lastTL0 + 1 - p.pic.tl0(p.payload)
		}
	}
	seq, ts := p.seq+s.seqOff, p.ts+s.tsOff
	if !s.sent || after(seq, s.lastSeq) {
		s.lastSeq, s.lastTS, s.lastAt, s.sent = seq, ts, now, true
		if p.seq-s.first > 4*keepVideo { // numbers wrap: the bounds come along behind
			s.first, s.skips = p.seq-2*keepVideo, false
		}
		if len(p.payload) > 0 {
			s.lastID, s.lastTL0 = p.pic.id(p.payload)+s.idOff, p.pic.tl0(p.payload)+s.tl0Off
		}
	}
	s.write(p, pt)
	s.repairs.earn(len(p.payload))
}

func (s *slot) write(p *packet, pt uint8) {
	payload := p.payload
	if (s.idOff != 0 || s.tl0Off != 0) && (p.pic.idAt != 0 || p.pic.tl0At != 0) && len(payload) <= payloadMax {
		if s.scratch == nil {
			s.scratch = make([]byte, payloadMax)
		}
		payload = s.scratch[:copy(s.scratch, payload)]
		p.pic.shift(payload, s.idOff, s.tl0Off)
	}
	s.head = rtp.Header{Version: 2, PayloadType: pt, SequenceNumber: p.seq + s.seqOff, Timestamp: p.ts + s.tsOff, SSRC: s.ssrc, Marker: p.marker}
	if n, err := s.writer.WriteRTP(&s.head, payload); err == nil && n > 0 {
		s.packets++
		s.octets += uint32(len(payload))
		s.count.out.Add(1)
	}
}

// heard takes what the receiver says of the slot.
func (s *slot) heard(packets []rtcp.Packet, now time.Time) {
	for _, p := range packets {
		switch p := p.(type) {
		case *rtcp.TransportLayerNack:
			s.again(p.Nacks, now)
		case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
			s.mu.Lock()
			if t := s.src; t != nil && !s.paused {
				t.needKey()
			}
			s.mu.Unlock()
		case *rtcp.ReceiverReport:
			for _, r := range p.Reports {
				s.report(r, now)
			}
		}
	}
}

func (s *slot) report(r rtcp.ReceptionReport, now time.Time) {
	s.mu.Lock()
	ssrc, t := s.ssrc, s.src
	s.mu.Unlock()
	if r.SSRC != ssrc {
		return
	}
	for {
		worst := s.lost.Load()
		if uint32(r.FractionLost) <= worst || s.lost.CompareAndSwap(worst, uint32(r.FractionLost)) {
			break
		}
	}
	if t == nil || r.LastSenderReport == 0 {
		return
	}
	if ntp, _, ok := t.clockAt(now); ok { // RFC 3550, section 6.4.1
		if d := uint32(ntp>>16) - r.LastSenderReport - r.Delay; d < 10<<16 {
			s.delay.Store(int64(d) * int64(time.Second) >> 16)
		}
	}
}

// senderReport tells the receiver how the slot's clock stands to the sender's, by
// which sound and picture of one seat are played in step.
func (s *slot) senderReport(now time.Time) rtcp.Packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.src == nil || !s.flowing || s.writer == nil {
		return nil
	}
	ntp, ts, ok := s.src.clockAt(now)
	if !ok {
		return nil
	}
	return &rtcp.SenderReport{SSRC: s.ssrc, NTPTime: ntp, RTPTime: ts + s.tsOff, PacketCount: s.packets, OctetCount: s.octets}
}
