package sfu

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

const (
	payloadMax   = 1500
	narrowReplay = 30 // packets: on a narrow line a new key frame is quicker than a long replay
)

// slot is one m-line on which a seat receives. What it carries changes; its SSRC
// stays, and numbers, clock and picture ids go on where they were.
type slot struct {
	id, stream string
	kind       webrtc.RTPCodecType
	clock      uint32
	count      *counters
	down       *downlink // nil: nobody counts what the line carries
	pacer      *pacer    // nil: everything goes out at once
	feeds      *feeds
	lost       atomic.Uint32 // worst fraction lost, of 256, since it was asked last
	delay      atomic.Int64  // round trip as last measured, nanoseconds

	subscribed []*track // of the seat's own goroutine
	tally      *tally   // nil: nobody sums up

	mu      sync.Mutex
	writer  webrtc.TrackLocalWriter // nil until negotiated
	ssrc    uint32
	types   types
	rtx     retransmitter
	wideID  uint8  // header extension id, 0: none
	line    bool   // the connection is up
	src     *track // what it carries
	next    *track // another layer, from its next key frame on
	paused  bool
	flowing bool // since it was attached or resumed, something was sent
	first   uint16
	backlog []waiting // of a burst, in order
	pace    int       // packets of the backlog that go at once
	burst   int       // packets since burstAt
	burstAt time.Time
	head    rtp.Header
	wide    [2]byte
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
	given   given
	asSent  asSent
	repairs repairs
	begs    begs
	echo    echo
	told    heardOf
	since   time.Time // a picture is to be shown, and is not yet
}

// The methods of webrtc.TrackLocal.

func (s *slot) ID() string                { return s.id }
func (s *slot) RID() string               { return "" }
func (s *slot) StreamID() string          { return s.stream }
func (s *slot) Kind() webrtc.RTPCodecType { return s.kind }

func (s *slot) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	all := c.CodecParameters()
	at := slices.IndexFunc(all, func(p webrtc.RTPCodecParameters) bool { return !isRTX(p.MimeType) })
	if at < 0 {
		return webrtc.RTPCodecParameters{}, errors.New("no codec in common")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.types = types{}
	repeats := map[uint8]uint8{}
	for _, p := range all {
		if isRTX(p.MimeType) {
			if of, err := strconv.ParseUint(strings.TrimPrefix(p.SDPFmtpLine, "apt="), 10, 7); err == nil {
				repeats[uint8(of)] = uint8(p.PayloadType)
			}
		} else if c := codecOf(p.MimeType); c != unknown && s.types[c] == 0 {
			s.types[c] = uint8(p.PayloadType)
		}
	}
	s.rtx.ssrc, s.rtx.types = uint32(c.SSRCRetransmission()), repeats
	s.wideID, s.asSent = 0, nil
	for _, e := range c.HeaderExtensions() {
		if e.URI == uriWide && e.ID > 0 && e.ID < 15 {
			s.wideID = uint8(e.ID)
		}
	}
	s.ssrc, s.writer = uint32(c.SSRC()), c.WriteStream()
	s.feeds.set(s, s.ssrc, s.rtx.ssrc)
	return all[at], nil
}

func (s *slot) Unbind(webrtc.TrackLocalContext) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writer = nil
	s.feeds.unset(s, s.ssrc, s.rtx.ssrc)
	return nil
}

// carry changes what the slot carries; nil: nothing. Another layer of what it
// shows already comes with its next key frame; until then the old one goes on.
func (s *slot) carry(t *track, paused bool) {
	s.mu.Lock()
	switch {
	case s.paused != paused || s.src != nil && t == nil || s.src == nil && t != nil:
		s.src, s.next, s.paused, s.flowing, s.backlog = t, nil, paused, false, nil
	case s.src == t:
		s.next = nil
	case s.flowing && !t.audio() && s.src.from != nil && s.src.from == t.from:
		s.next = t
	default:
		s.src, s.next, s.flowing, s.backlog = t, nil, false, nil
	}
	from := []*track{s.src, s.next}
	if t == nil || paused {
		s.since = time.Time{}
	}
	s.mu.Unlock()
	for _, t := range s.subscribed {
		if !slices.Contains(from, t) {
			t.remove(s)
		}
	}
	for _, t := range from {
		if t != nil && !slices.Contains(s.subscribed, t) {
			t.add(s)
		}
	}
	s.subscribed = append(s.subscribed[:0], from...)
	s.subscribed = slices.DeleteFunc(s.subscribed, func(t *track) bool { return t == nil })
	s.begin()
}

// connected tells the slot that packets can be sent.
func (s *slot) connected() {
	s.mu.Lock()
	s.line = true
	s.mu.Unlock()
	s.begin()
}

// begin shows a picture to a slot that shows none yet, or not the right layer:
// from the cache, or by asking for a key frame.
func (s *slot) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused || !s.line || s.writer == nil {
		return
	}
	if s.next != nil {
		s.next.needKey()
		return
	}
	t, now := s.src, time.Now()
	if t == nil || s.flowing || len(s.backlog) > 0 || t.audio() {
		return
	}
	if s.since.IsZero() {
		s.since = now
	}
	first, last, ok := t.cache.run(now)
	if !ok || s.down.narrow() && last-first > narrowReplay {
		t.needKey()
		return
	}
	s.count.replays.Add(1)
	if s.pacer != nil {
		for seq := first; ; seq++ {
			s.backlog = append(s.backlog, waiting{t, seq})
			if seq == last {
				break
			}
		}
		s.queued()
		return
	}
	defer s.feeds.send()
	buf := getBuffer(payloadMax)
	defer putBuffer(buf)
	for seq := first; ; seq++ {
		p, held := t.cache.get(seq, buf)
		if !held { // overtaken by a very fast track
			t.needKey()
			return
		}
		s.emit(t, &p, now)
		if seq == last {
			return
		}
	}
}

// forward takes a packet of the track that it carries.
func (s *slot) forward(t *track, p *packet, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.src != t && s.next != t || s.paused || !s.line || s.writer == nil {
		return
	}
	if s.pacer != nil && s.waits(t, p, now) {
		return
	}
	s.emit(t, p, now)
}

// emit sends a packet if it is one that the receiver can use; under the lock.
func (s *slot) emit(t *track, p *packet, now time.Time) {
	switch {
	case t == s.next && p.pic.key:
		s.turn(now, p)
	case t != s.src:
		return
	case !s.flowing && !t.audio() && !p.pic.key:
		return // a decoder can begin with a key frame only
	case s.flowing && s.first != p.seq && !after(p.seq, s.first):
		return
	}
	s.send(p, now)
}

// turn goes over to the other layer, with its key frame; under the lock.
func (s *slot) turn(now time.Time, p *packet) {
	old, off := s.src, s.tsOff
	s.src, s.next = s.next, nil
	s.join(p, now)
	// Layers have clocks of their own. Where both are known, the picture goes on
	// exactly when it should.
	if d, ok := s.src.aligned(old); ok {
		if ts := p.ts + d + off; ts-s.lastTS-1 < 10*s.clock {
			s.tsOff = d + off
		}
	}
}

// join makes a stream go on with a packet; under the lock.
func (s *slot) join(p *packet, now time.Time) {
	s.flowing, s.first = true, p.seq
	if !s.since.IsZero() {
		s.count.pictures.took(now.Sub(s.since))
		s.since = time.Time{}
	}
	s.seqOff, s.tsOff, s.idOff, s.tl0Off = 0, 0, 0, 0
	if s.sent {
		s.seqOff = s.lastSeq + 1 - p.seq
		gone := uint32(max(now.Sub(s.lastAt).Seconds()*float64(s.clock), 1))
		s.tsOff = s.lastTS + gone - p.ts
		s.idOff = s.lastID + 1 - p.pic.id(p.payload)
		s.tl0Off = s.lastTL0 + 1 - p.pic.tl0(p.payload)
	}
}

// send writes a packet under the slot's own numbers; under the lock.
func (s *slot) send(p *packet, now time.Time) {
	pt := s.types[p.pic.codec]
	if pt == 0 { // this receiver cannot decode it
		return
	}
	if !s.flowing {
		s.join(p, now)
	}
	seq, ts := p.seq+s.seqOff, p.ts+s.tsOff
	if !s.given.take(seq) {
		return
	}
	if !s.sent || after(seq, s.lastSeq) {
		s.lastSeq, s.lastTS, s.lastAt, s.sent = seq, ts, now, true
		if p.seq-s.first > 4*keepVideo { // numbers wrap: the bounds come along behind
			s.first = p.seq - 2*keepVideo
		}
		if len(p.payload) > 0 {
			s.lastID, s.lastTL0 = p.pic.id(p.payload)+s.idOff, p.pic.tl0(p.payload)+s.tl0Off
		}
	}
	payload := s.write(p, pt, now)
	if s.kind == webrtc.RTPCodecTypeAudio {
		s.repeats(payload)
	}
	s.repairs.earn(len(p.payload))
}

// write puts a packet on the line, and gives what it carries there; under the lock.
func (s *slot) write(p *packet, pt uint8, now time.Time) []byte {
	payload := s.compose(p, pt)
	if s.out(payload, now) {
		s.packets++
		s.octets += uint32(len(payload))
		s.count.out.Add(1)
		s.remember(s.head.SequenceNumber, pt)
	}
	return payload
}

// compose makes a packet's head under the slot's numbers, and gives its payload; under
// the lock.
func (s *slot) compose(p *packet, pt uint8) []byte {
	payload := p.payload
	if (s.idOff != 0 || s.tl0Off != 0) && (p.pic.idAt != 0 || p.pic.tl0At != 0) && len(payload) <= payloadMax {
		own := s.own()
		payload = own[:copy(own, payload)]
		p.pic.shift(payload, s.idOff, s.tl0Off)
	}
	s.head.Version, s.head.Marker, s.head.Padding, s.head.PaddingSize = 2, p.marker, false, 0
	s.head.PayloadType, s.head.SSRC = pt, s.ssrc
	s.head.SequenceNumber, s.head.Timestamp = p.seq+s.seqOff, p.ts+s.tsOff
	return payload
}

// own is a buffer for one packet that differs from the cache's.
func (s *slot) own() []byte {
	if s.scratch == nil {
		s.scratch = make([]byte, payloadMax+rtxFront)
	}
	return s.scratch
}

// out numbers a packet among all of the connection, and sends it.
func (s *slot) out(payload []byte, now time.Time) bool {
	if s.wideID != 0 && s.down != nil {
		n := s.down.note(len(payload)+int(s.head.PaddingSize)+overhead, now)
		s.wide[0], s.wide[1] = byte(n>>8), byte(n)
		if s.head.SetExtension(s.wideID, s.wide[:]) != nil {
			return false
		}
	}
	if injected && s.down.over(len(payload)+overhead, now) {
		return true // it was sent, and lost
	}
	n, err := s.writer.WriteRTP(&s.head, payload)
	if err != nil || n <= 0 {
		return false
	}
	s.count.bytesOut.Add(uint64(n))
	return true
}

// heard takes what the receiver says of the slot.
func (s *slot) heard(packets []rtcp.Packet, now time.Time) {
	for _, p := range packets {
		switch p := p.(type) {
		case *rtcp.TransportLayerNack:
			s.again(p.Nacks, now)
		case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
			s.mu.Lock()
			if t := s.src; t != nil && !s.paused && (t.awaitsKey() || s.begs.may(now)) {
				t.needKey()
			}
			s.mu.Unlock()
		case *rtcp.ReceiverReport:
			for _, r := range p.Reports {
				s.report(r, now)
			}
		case *rtcp.TransportLayerCC:
			s.down.feedback(p, now)
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
	s.tallied(r)
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
