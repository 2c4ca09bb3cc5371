package sfu

import (
	"fmt"
	"slices"
	"time"

	"github.com/pion/webrtc/v4"
)

// pool is the m-lines on which a seat receives: places of one audio and one camera
// line, and one line for a screen. It grows and never shrinks.
type pool struct {
	slots  []*slot
	lines  []line
	places []string // seat by place; empty: free
	sounds []string // of a group, where sounds have places of their own
	shown  []lineTag
}

type line struct {
	kind  Kind
	place int
	slot  *slot
	on    *webrtc.RTPTransceiver

	from *source // what is there to be received; nil: nothing
	off  bool    // muted, or not wanted
	want layer
	got  layer // what the line carries of it
	had  layer // before
}

// offers is how negotiation of what a seat receives stands. One offer is on the
// way at a time.
type offers struct {
	n       int
	pending *sdpMessage
	again   bool
	restart bool
}

// sync makes the pool carry what there is in the room now.
func (x *Seat) sync() {
	if x.gone || !x.isGreeted() {
		return
	}
	others := x.room.others(x)
	grown, err := x.grow(senders(others))
	if err != nil {
		x.room.server.log.Error("a seat cannot receive", "err", err)
		x.end(WhyError)
		return
	}
	x.place(others, time.Now())
	var sharer *shown
	for i := range others {
		if others[i].screen != nil {
			sharer = &others[i]
		}
	}
	var tags []lineTag
	for i := range x.pool.lines {
		l := &x.pool.lines[i]
		var from *shown
		if l.kind == Screen {
			from = sharer
		} else if i := slices.IndexFunc(others, func(o shown) bool { return o.id == x.seatOn(l) }); i >= 0 {
			from = &others[i]
		}
		l.from, l.off, l.want = nil, x.noPictures && l.kind != Audio, high
		if from != nil {
			switch l.kind {
			case Audio:
				l.from, l.off = from.audio, from.micOff
			case Camera:
				l.from, l.off = from.camera, l.off || from.camOff
			case Screen:
				l.from = from.screen
			}
			if w, said := x.wants[want{from.id, l.kind}]; said {
				l.want, l.off = w, l.off || w == none
			}
			if l.want == low && l.kind == Camera && from.id == x.room.spotted() {
				l.want = high
			}
		}
		if l.from != nil {
			tags = append(tags, lineTag{Mid: l.on.Mid(), Seat: from.id, Kind: l.kind})
		}
	}
	changed := !slices.Equal(tags, x.pool.shown)
	x.pool.shown = tags
	if changed && !grown && x.offers.pending == nil { // else it is told with the answer
		x.tellMap()
	}
	x.allot(time.Now()) // whose picture it is should be known before it comes
	if grown {
		x.offer(false)
	}
}

// tellMap says who is received where.
func (x *Seat) tellMap() {
	x.say(mapMessage{T: "map", Tracks: orNone(x.pool.shown), By: x.by})
}

func (x *Seat) isGreeted() bool {
	x.room.mu.Lock()
	defer x.room.mu.Unlock()
	return x.greeted
}

func orNone(tags []lineTag) []lineTag {
	if tags == nil {
		return []lineTag{}
	}
	return tags
}

// senders counts those who send something, or have done so: who only listens takes none
// of the m-lines of everybody else, each of which is memory and words at either end.
func senders(others []shown) (n int) {
	for _, o := range others {
		if o.sends {
			n++
		}
	}
	return n
}

// grow makes the pool large enough for so many others.
func (x *Seat) grow(n int) (bool, error) {
	have := len(x.pool.places)
	if x.sub != nil && n <= have {
		return false, nil
	}
	sizes := x.room.sizes()
	size := sizes[len(sizes)-1]
	if x.sub != nil && have == size {
		return false, nil
	}
	for _, s := range slices.Backward(sizes) {
		if s >= n {
			size = s
		}
	}
	if x.sub == nil {
		pc, _, err := x.room.server.connection()
		if err != nil {
			return false, err
		}
		x.sub = pc
		pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
			if s == webrtc.PeerConnectionStateConnected {
				x.work.add(x.do(func() { x.connected(pc) }))
			}
		})
	}
	if err := x.fill(x.sub, &x.pool, size); err != nil {
		return false, err
	}
	all := slices.Clone(x.pool.slots)
	x.slots.Store(&all)
	return true, nil
}

// fill makes a pool of a connection so large.
func (x *Seat) fill(pc *webrtc.PeerConnection, p *pool, size int) error {
	for place := len(p.places); place < size; place++ {
		for _, kind := range []Kind{Audio, Camera} {
			if kind == Audio && x.room.group() && place >= groupSounds {
				continue
			}
			if err := x.addLine(pc, p, kind, place); err != nil {
				return err
			}
		}
		p.places = append(p.places, "")
		if x.room.group() && place < groupSounds {
			p.sounds = append(p.sounds, "")
		}
		if place == poolSizes[0]-1 {
			if err := x.addLine(pc, p, Screen, place); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x *Seat) addLine(pc *webrtc.PeerConnection, p *pool, kind Kind, place int) error {
	s := &slot{id: fmt.Sprintf("%s-%d", kind, place), stream: fmt.Sprintf("place-%d", place), kind: webrtc.RTPCodecTypeVideo, clock: 90000, count: &x.room.server.count, down: &x.down, tally: &x.sums.tally, feeds: &x.room.server.feeds}
	if kind == Audio {
		s.kind, s.clock = webrtc.RTPCodecTypeAudio, 48000
	} else {
		s.pacer = &x.room.server.pacer
	}
	switch {
	case kind == Screen:
		s.stream = "screen"
	case kind == Audio && x.room.group():
		s.stream = fmt.Sprintf("sound-%d", place)
	}
	tr, err := pc.AddTransceiverFromTrack(s, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		return err
	}
	s.line = x.send.Load() == pc
	p.slots = append(p.slots, s)
	p.lines = append(p.lines, line{kind: kind, place: place, slot: s, on: tr})
	return nil
}

// offer sends an offer, or notes that one is due when another is on the way.
func (x *Seat) offer(restart bool) {
	if x.sub == nil {
		return
	}
	if x.offers.pending != nil {
		x.offers.again, x.offers.restart = true, x.offers.restart || restart
		return
	}
	d, err := x.sub.CreateOffer(&webrtc.OfferOptions{ICERestart: restart && x.offers.n > 0})
	var sdp string
	if err == nil {
		sdp, err = gathered(x.sub, d)
	}
	if err != nil {
		x.room.server.log.Error("an offer cannot be made", "err", err)
		x.end(WhyError)
		return
	}
	for i, tag := range x.pool.shown { // mids are known now
		if tag.Mid == "" {
			x.pool.shown[i].Mid = x.midOf(tag)
		}
	}
	x.offers.n++
	x.offers.pending = &sdpMessage{T: "sub", N: x.offers.n, SDP: sdp, By: x.by}
	x.remind()
}

func (x *Seat) midOf(tag lineTag) string {
	for i := range x.pool.lines {
		if l := &x.pool.lines[i]; l.kind == tag.Kind && (tag.Kind == Screen || x.seatOn(l) == tag.Seat) {
			return l.on.Mid()
		}
	}
	return ""
}

// remind says again what the client may have missed while it was away.
func (x *Seat) remind() {
	if x.next != nil && x.next.offer != nil {
		x.say(x.next.offer)
	}
	if x.offers.pending != nil {
		x.offers.pending.Tracks = x.pool.shown
		x.say(x.offers.pending)
		return
	}
	if x.sub != nil {
		x.tellMap()
	}
}

// again tells a client that comes back what it may have missed of its line.
func (x *Seat) again() {
	x.unheard = true
	x.codecs.Store(0)
	for _, o := range x.room.sourcesOf(x) {
		o.retold()
	}
}

// answered takes the client's answer to the offer on the way.
func (x *Seat) answered(m said) {
	p := x.offers.pending
	if x.answeredNext(m) || p == nil || p.N != m.N {
		return
	}
	err := checkSDP(m.SDP)
	if err == nil {
		err = x.sub.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: m.SDP})
	}
	if err != nil {
		x.room.server.log.Debug("an answer cannot be used", "err", err)
		x.end(WhyError)
		return
	}
	told := p.Tracks
	x.offers.pending = nil
	for _, s := range x.pool.slots {
		s.begin()
	}
	if x.offers.again {
		restart := x.offers.restart
		x.offers.again, x.offers.restart = false, false
		x.offer(restart)
		return
	}
	if !slices.Equal(told, x.pool.shown) {
		x.tellMap()
	}
}

// connected: packets can be sent to the client.
func (x *Seat) connected(pc *webrtc.PeerConnection) {
	if x.send.Swap(pc) == nil {
		x.room.server.count.joins.took(time.Since(x.since))
	}
	x.down.connected(time.Now())
	for _, s := range x.pool.slots {
		s.connected()
	}
}
