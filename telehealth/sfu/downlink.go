package sfu

import (
	"sync"
	"time"

	"github.com/pion/rtcp"
)

// downlink is the line to one receiving client: what was sent on it, what came,
// and how much it carries by that.
type downlink struct {
	mu    sync.Mutex
	up    time.Time // when it was connected
	since time.Time // of its first packet
	seq   uint16    // of the next packet, among all of the connection
	sent  []departed
	bytes int64 // sent so far
	heard bool  // feedback came
	fb    uint8
	est   estimate
	probe probe
	twice twice
}

// departed is a packet that was sent. There are many: it is as small as can be.
type departed struct {
	at   uint32 // microseconds since the first, which wrap
	size uint16 // 0: it was heard of
	seq  uint16
}

// since is when it was sent, seen from a moment at most half a turn later.
func (e departed) since(now int64) int64 {
	return now - int64(uint32(now)-e.at) //nolint:gosec // the lower half is meant
}

const (
	keepSent  = 2048 // packets of which feedback may tell, at most
	firstSent = 256
	keepsSent = 1_000_000 // microseconds in which it should
	startSlow = time.Second
)

// note numbers a packet.
func (d *downlink) note(size int, now time.Time) uint16 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.sent == nil {
		d.sent, d.since = make([]departed, firstSent), now
	}
	seq, at := d.seq, uint32(now.Sub(d.since).Microseconds()) //nolint:gosec // wraps
	d.seq++
	d.bytes += int64(size)
	if e := d.at(seq); e.size != 0 && at-e.at < keepsSent && len(d.sent) < keepSent {
		d.more()
	}
	*d.at(seq) = departed{at: at, size: uint16(min(max(size, 1), 65535)), seq: seq} //nolint:gosec // bounded
	return seq
}

func (d *downlink) at(seq uint16) *departed { return &d.sent[int(seq)%len(d.sent)] }

// more keeps more packets, on a line on which many are on the way; under the lock.
func (d *downlink) more() {
	old := d.sent
	d.sent = make([]departed, 2*len(old))
	for _, e := range old {
		*d.at(e.seq) = e
	}
}

// feedback takes what the client tells of the packets that came
// (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1).
func (d *downlink) feedback(p *rtcp.TransportLayerCC, now time.Time) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.sent == nil || d.heard && p.FbPktCount == d.fb {
		return // the library gives it to each m-line that it speaks of
	}
	d.heard, d.fb = true, p.FbPktCount
	var b batch
	upTo := now.Sub(d.since).Microseconds()
	at := int64(p.ReferenceTime) * 64_000
	deltas := p.RecvDeltas
	seq, left := p.BaseSequenceNumber, int(p.PacketStatusCount)
	take := func(symbol uint16) {
		left--
		came := symbol == rtcp.TypeTCCPacketReceivedSmallDelta || symbol == rtcp.TypeTCCPacketReceivedLargeDelta
		if came {
			if len(deltas) == 0 {
				left = 0
				return
			}
			at += deltas[0].Delta
			deltas = deltas[1:]
		}
		if e := d.at(seq); e.size != 0 && e.seq == seq {
			gone := e.since(upTo)
			b.take(int(e.size), gone, at, came)
			d.probe.take(*e, gone, at, came)
			e.size = 0
		}
		seq++
	}
	for _, chunk := range p.PacketChunks {
		switch c := chunk.(type) {
		case *rtcp.RunLengthChunk:
			for n := 0; n < int(c.RunLength) && left > 0; n++ {
				take(c.PacketStatusSymbol)
			}
		case *rtcp.StatusVectorChunk:
			for _, symbol := range c.SymbolList {
				if left > 0 {
					take(symbol)
				}
			}
		}
	}
	d.est.learn(b, now)
	if rate, ok, done := d.probe.result(seq); done {
		d.est.probed(rate, ok, now)
	}
}

// allowed is how many bits a second may be sent; 0: no limit is known. early: the
// line is too new to be trusted with much.
func (d *downlink) allowed(now time.Time) (rate float64, early bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.est.rate, d.up.IsZero() || now.Sub(d.up) < startSlow
}

// connected begins anew: nothing is known of this line.
func (d *downlink) connected(now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.up, d.est, d.probe = now, estimate{}, probe{}
}

// narrow tells whether the line has a limit.
func (d *downlink) narrow() bool {
	if d == nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.est.rate > 0
}

// seek tells whether it is time to find out if the line carries so much, and
// begins.
func (d *downlink) seek(rate float64, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.probe.runs && now.Sub(d.probe.began) > probeUnheard {
		d.probe = probe{}
		d.est.probed(0, false, now)
	}
	if !d.heard || d.probe.runs || !d.est.mayProbe(now) {
		return false
	}
	rate = min(rate, max(probeTimes*d.est.rate, 4*leastRate))
	d.probe = probe{runs: true, rate: rate, first: d.seq, bytes: d.bytes, began: now}
	return true
}

// missing is how many bytes a probe has to send now; false: it is over.
func (d *downlink) missing(now time.Time) (int, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := &d.probe
	if !p.runs || p.sent {
		return 0, false
	}
	gone := now.Sub(p.began)
	if gone >= probeFor || d.est.queues[len(d.est.queues)-1] > queueLong {
		p.sent, p.last = true, d.seq-1
		return 0, false
	}
	return int(p.rate/8*gone.Seconds()) - int(d.bytes-p.bytes), true
}

// unable: nothing can be sent to find out, so that only trying is left.
func (d *downlink) unable(now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	rate := d.probe.rate
	d.probe = probe{}
	d.est.probed(rate, true, now)
}

// probe is a moment in which more is sent than needed.
type probe struct {
	runs, sent  bool
	rate        float64
	first, last uint16
	bytes       int64
	began       time.Time
	came        int64
	from, until int64 // by the receiver's clock, microseconds
	begun       int64 // when the first of them was sent, by the sender's
	ended       int64
	lost, all   int
	least, most int64 // microseconds on the way
}

const (
	probeFor  = 300 * time.Millisecond
	probeLost = 0.25 // of a probe; more is too much
	probeSlow = 150_000

	probeUnheard = 3 * time.Second
)

func (p *probe) take(e departed, gone, at int64, came bool) {
	if !p.runs || e.seq-p.first >= 1<<15 || p.sent && after(e.seq, p.last) {
		return
	}
	p.all++
	if !came {
		p.lost++
		return
	}
	way := at - gone
	if p.from == 0 {
		p.from, p.begun, p.least, p.most = at, gone, way, way
	} else {
		p.came += int64(e.size)
	}
	p.until, p.ended = max(p.until, at), max(p.ended, gone)
	p.least, p.most = min(p.least, way), max(p.most, way)
}

// result is what came of a probe, once all of it was heard of.
func (p *probe) result(heard uint16) (rate float64, ok, done bool) {
	if !p.runs || !p.sent || !after(heard, p.last) {
		return 0, false, false
	}
	p.runs = false
	if p.all == 0 || p.until <= p.from {
		return 0, false, true
	}
	took := max(p.until-p.from, p.ended-p.begun) // what was held up and comes at once is not faster
	rate = min(8e6*float64(p.came)/float64(took), p.rate)
	ok = float64(p.lost) <= probeLost*float64(p.all) && p.most-p.least < probeSlow && rate > p.rate*0.7
	return rate, ok, true
}
