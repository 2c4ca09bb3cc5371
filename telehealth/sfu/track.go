package sfu

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// Times of asking a sender again.
const (
	keyEvery   = 500 * time.Millisecond
	nackEvery  = 80 * time.Millisecond
	nackTries  = 8
	maxMissing = 256
	ownSSRC    = 1 // in the name of which this side reports
	livesFor   = time.Second
	overhead   = 60 // bytes that a packet is longer on the line than what it carries: IP, UDP, RTP, SRTP
)

// track is one encoding of what a seat publishes.
type track struct {
	seat  *Seat
	from  *source
	kind  Kind
	layer layer
	codec codec // of the newest packet: a sender may turn to another one
	coded coded
	clock uint32
	ssrc  uint32
	pc    *webrtc.PeerConnection
	cache *cache
	level atomic.Uint32 // loudest of this moment, in -dBov; 127: silence

	levelID uint8        // header extension id, 0: none
	untold  atomic.Int32 // packets in a row that did not say how loud they are
	came    atomic.Int64 // when the newest packet did, nanoseconds
	meter   meter
	stream  *Stream // of the reader, once it was taken

	subsMu  sync.Mutex
	subs    atomic.Pointer[[]*slot]
	picture arriving

	mu       sync.Mutex
	wantKey  bool
	keyAsked time.Time
	missing  []missing
	started  bool
	base     uint16 // first number seen
	top      uint16 // highest number seen
	cycles   uint32
	received uint32
	expPrior uint32 // at the last report
	recPrior uint32
	jitter   float64
	transit  int64
	srNTP    uint64
	srTS     uint32
	srAt     time.Time
	lost     float64 // fraction of the last report
}

type missing struct {
	seq   uint16
	tries int
	at    time.Time
}

func (t *track) audio() bool { return t.kind == Audio }

func (t *track) add(s *slot) {
	t.subsMu.Lock()
	defer t.subsMu.Unlock()
	var all []*slot
	if old := t.subs.Load(); old != nil {
		all = slices.Clone(*old)
	}
	all = append(all, s)
	t.subs.Store(&all)
}

func (t *track) remove(s *slot) {
	t.subsMu.Lock()
	defer t.subsMu.Unlock()
	old := t.subs.Load()
	if old == nil {
		return
	}
	all := slices.DeleteFunc(slices.Clone(*old), func(x *slot) bool { return x == s })
	t.subs.Store(&all)
}

// read forwards the track until it ends.
func (t *track) read(from *webrtc.TrackRemote) {
	defer t.cache.free()
	defer t.letGo()
	buf := make([]byte, payloadMax)
	for {
		n, _, err := from.Read(buf)
		if err != nil {
			return
		}
		t.take(buf[:n], time.Now())
	}
}

// take handles one packet as it came from the line.
func (t *track) take(b []byte, now time.Time) {
	h, ok := readHead(b)
	if !ok {
		return
	}
	payload := h.payload
	t.seat.room.server.count.in.Add(1)
	t.seat.room.server.count.bytesIn.Add(uint64(len(b)))
	t.came.Store(now.UnixNano())
	t.meter.bytes.Add(int64(len(payload) + overhead))
	if x := h.extension(t.levelID); len(x) >= 1 {
		t.untold.Store(0)
		if l := uint32(x[0] & 0x7f); l < t.level.Load() {
			t.level.Store(l)
		}
	} else if t.audio() {
		t.untold.Add(1)
	}
	if c := t.coded[h.pt]; c != t.codec && c != unknown && (c == opus) == t.audio() {
		t.codec = c
	}
	p := packet{seq: h.seq, ts: h.ts, marker: h.marker, payload: payload, pic: look(t.codec, payload)}
	kept := t.keep(p, now)
	if kept == nil {
		return
	}
	t.account(kept, now)
	if k := t.seat.room.taking.Load(); k != nil {
		k.offer(t, kept, now)
	}
	t.hold(kept, now)
}

// account keeps the books for reports, and asks for what is missing at once.
func (t *track) account(p *packet, now time.Time) {
	t.mu.Lock()
	var ask []uint16
	t.received++
	switch {
	case !t.started:
		t.started, t.base, t.top = true, p.seq, p.seq
	case after(p.seq, t.top):
		if gap := p.seq - t.top; !t.audio() && gap > 1 && gap <= maxMissing {
			for seq := t.top + 1; seq != p.seq && len(t.missing) < maxMissing; seq++ {
				t.missing = append(t.missing, missing{seq: seq, tries: 1, at: now})
				ask = append(ask, seq)
			}
		}
		if p.seq < t.top {
			t.cycles += 1 << 16
		}
		t.top = p.seq
	default:
		t.missing = slices.DeleteFunc(t.missing, func(m missing) bool { return m.seq == p.seq })
	}
	// RFC 3550, section 6.4.1 and A.8.
	transit := now.UnixMicro()*int64(t.clock)/1e6 - int64(p.ts)
	if d := int64(int32(transit - t.transit)); t.transit != 0 {
		t.jitter += (float64(max(d, -d)) - t.jitter) / 16
	}
	t.transit = transit
	if p.pic.key {
		t.wantKey = false
	}
	t.mu.Unlock()
	if len(ask) > 0 {
		t.tell(&rtcp.TransportLayerNack{SenderSSRC: ownSSRC, MediaSSRC: t.ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers(ask)})
	}
}

// needKey asks for a key frame, not too often, until one came.
func (t *track) needKey() {
	if t.audio() {
		return
	}
	t.mu.Lock()
	t.wantKey = true
	t.mu.Unlock()
	t.askKey(time.Now())
}

// awaitsKey tells whether one was asked for and has not come.
func (t *track) awaitsKey() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.wantKey
}

func (t *track) askKey(now time.Time) {
	t.mu.Lock()
	ask := t.wantKey && now.Sub(t.keyAsked) >= keyEvery
	if ask {
		t.keyAsked = now
	}
	t.mu.Unlock()
	if ask {
		t.seat.room.server.count.keys.Add(1)
		t.tell(&rtcp.PictureLossIndication{SenderSSRC: ownSSRC, MediaSSRC: t.ssrc})
	}
}

// askAgain repeats what was asked for and did not come.
func (t *track) askAgain(now time.Time) {
	if subs := t.subs.Load(); (subs == nil || len(*subs) == 0) && !t.taken() {
		t.mu.Lock()
		t.wantKey = false // nobody looks
		t.mu.Unlock()
	}
	t.askKey(now)
	t.mu.Lock()
	var ask []uint16
	t.missing = slices.DeleteFunc(t.missing, func(m missing) bool { return m.tries >= nackTries })
	for i := range t.missing {
		if m := &t.missing[i]; now.Sub(m.at) >= nackEvery {
			m.tries++
			m.at = now
			ask = append(ask, m.seq)
		}
	}
	t.mu.Unlock()
	if len(ask) > 0 {
		slices.SortFunc(ask, func(a, b uint16) int {
			switch {
			case a == b:
				return 0
			case after(a, b):
				return 1
			}
			return -1
		})
		t.tell(&rtcp.TransportLayerNack{SenderSSRC: ownSSRC, MediaSSRC: t.ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers(ask)})
	}
}

func (t *track) tell(p ...rtcp.Packet) { _ = t.pc.WriteRTCP(p) }

// heard takes what the sender says of the track.
func (t *track) heard(packets []rtcp.Packet, now time.Time) {
	for _, p := range packets {
		if sr, ok := p.(*rtcp.SenderReport); ok && sr.SSRC == t.ssrc {
			t.mu.Lock()
			t.srNTP, t.srTS, t.srAt = sr.NTPTime, sr.RTPTime, now
			t.mu.Unlock()
		}
	}
}

// clockAt gives the sender's wall clock and media clock of a moment.
func (t *track) clockAt(now time.Time) (ntp uint64, ts uint32, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.srAt.IsZero() {
		return 0, 0, false
	}
	gone := now.Sub(t.srAt).Seconds()
	return t.srNTP + uint64(gone*(1<<32)), t.srTS + uint32(int64(gone*float64(t.clock))), true
}

// aligned is how much must be added to a time of this track to get the time of
// another one of the same source at the same moment of the sender's clock.
func (t *track) aligned(to *track) (uint32, bool) {
	t.mu.Lock()
	ntp, ts, ok := t.srNTP, t.srTS, !t.srAt.IsZero()
	t.mu.Unlock()
	to.mu.Lock()
	defer to.mu.Unlock()
	if !ok || to.srAt.IsZero() {
		return 0, false
	}
	gone := float64(int64(ntp-to.srNTP)) / (1 << 32)
	return to.srTS + uint32(int64(math.Round(gone*float64(t.clock)))) - ts, true
}

// lives tells whether its packets come, or did so short ago.
func (t *track) lives(now time.Time, within time.Duration) bool {
	return now.UnixNano()-t.came.Load() < int64(within)
}

// receptionReport tells the sender how its packets come in (RFC 3550, A.3).
func (t *track) receptionReport(now time.Time) (r rtcp.ReceptionReport, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.started {
		return r, false
	}
	extended := t.cycles + uint32(t.top)
	expected := extended - uint32(t.base) + 1
	lost := max(int64(expected)-int64(t.received), 0)
	exp, rec := expected-t.expPrior, t.received-t.recPrior
	t.expPrior, t.recPrior = expected, t.received
	sum := &t.seat.sums.tally
	sum.came.Add(int64(rec))
	sum.cameLost.Add(int64(exp) - int64(rec))
	sum.worst(t.jitter, t.clock)
	t.lost = 0
	if exp > 0 && exp > rec {
		t.lost = float64(exp-rec) / float64(exp)
	}
	r = rtcp.ReceptionReport{
		SSRC: t.ssrc, FractionLost: uint8(min(t.lost*256, 255)), TotalLost: uint32(min(lost, 1<<23-1)),
		LastSequenceNumber: extended, Jitter: uint32(t.jitter),
	}
	if !t.srAt.IsZero() {
		r.LastSenderReport = uint32(t.srNTP >> 16)
		r.Delay = uint32(now.Sub(t.srAt).Seconds() * (1 << 16))
	}
	return r, true
}

func (t *track) lossNow() float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lost
}
