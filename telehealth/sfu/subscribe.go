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

var poolSizes = []int{2, 4, 8, 16, mostAny}

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
	for i, id := range x.pool.places { // who went leaves a place
		if id != "" && !slices.ContainsFunc(others, func(o shown) bool { return o.id == id }) {
			x.pool.places[i] = ""
		}
	}
	grown, err := x.grow(len(others))
	if err != nil {
		x.room.server.log.Error("a seat cannot receive", "err", err)
		x.end(WhyError)
		return
	}
	for _, o := range others {
		if slices.Contains(x.pool.places, o.id) {
			continue
		}
		if i := slices.Index(x.pool.places, ""); i >= 0 {
			x.pool.places[i] = o.id
		}
	}
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
		} else if i := slices.IndexFunc(others, func(o shown) bool { return o.id == x.pool.places[l.place] }); i >= 0 {
			from = &others[i]
		}
		l.from, l.off, l.want = nil, false, high
		if from != nil {
			switch l.kind {
			case Audio:
				l.from, l.off = from.audio, from.micOff
			case Camera:
				l.from, l.off = from.camera, from.camOff
			case Screen:
				l.from = from.screen
			}
			if w, said := x.wants[want{from.id, l.kind}]; said {
				l.want, l.off = w, l.off || w == none
			}
		}
		if l.from != nil {
			tags = append(tags, lineTag{Mid: l.on.Mid(), Seat: from.id, Kind: l.kind})
		}
	}
	x.allot(time.Now())
	changed := !slices.Equal(tags, x.pool.shown)
	x.pool.shown = tags
	switch {
	case grown:
		x.offer(false)
	case changed && x.offers.pending == nil: // else it is told with the answer
		x.say(mapMessage{T: "map", Tracks: orNone(tags)})
	}
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

// grow makes the pool large enough for so many others.
func (x *Seat) grow(n int) (bool, error) {
	have := len(x.pool.places)
	if x.sub != nil && n <= have {
		return false, nil
	}
	size := poolSizes[len(poolSizes)-1]
	for _, s := range slices.Backward(poolSizes) {
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
	for place := have; place < size; place++ {
		for _, kind := range []Kind{Audio, Camera} {
			if err := x.addLine(kind, place); err != nil {
				return false, err
			}
		}
		x.pool.places = append(x.pool.places, "")
		if place == poolSizes[0]-1 {
			if err := x.addLine(Screen, place); err != nil {
				return false, err
			}
		}
	}
	all := slices.Clone(x.pool.slots)
	x.slots.Store(&all)
	return true, nil
}

func (x *Seat) addLine(kind Kind, place int) error {
	s := &slot{id: fmt.Sprintf("%s-%d", kind, place), stream: fmt.Sprintf("place-%d", place), kind: webrtc.RTPCodecTypeVideo, clock: 90000, count: &x.room.server.count, down: &x.down, tally: &x.sums.tally, feeds: &x.room.server.feeds}
	if kind == Audio {
		s.kind, s.clock = webrtc.RTPCodecTypeAudio, 48000
	} else {
		s.pacer = &x.room.server.pacer
	}
	if kind == Screen {
		s.stream = "screen"
	}
	tr, err := x.sub.AddTransceiverFromTrack(s, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		return err
	}
	s.line = x.send.Load() != nil
	x.pool.slots = append(x.pool.slots, s)
	x.pool.lines = append(x.pool.lines, line{kind: kind, place: place, slot: s, on: tr})
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
	x.offers.pending = &sdpMessage{T: "sub", N: x.offers.n, SDP: sdp}
	x.remind()
}

func (x *Seat) midOf(tag lineTag) string {
	for _, l := range x.pool.lines {
		if l.kind == tag.Kind && (tag.Kind == Screen || x.pool.places[l.place] == tag.Seat) {
			return l.on.Mid()
		}
	}
	return ""
}

// remind says again what the client may have missed while it was away.
func (x *Seat) remind() {
	if x.offers.pending != nil {
		x.offers.pending.Tracks = x.pool.shown
		x.say(x.offers.pending)
		return
	}
	if x.sub != nil {
		x.say(mapMessage{T: "map", Tracks: orNone(x.pool.shown)})
	}
}

// again tells a client that comes back what it may have missed of its line.
func (x *Seat) again() {
	x.unheard = true
	for _, o := range x.room.sourcesOf(x) {
		o.retold()
	}
}

// answered takes the client's answer to the offer on the way.
func (x *Seat) answered(m said) {
	p := x.offers.pending
	if p == nil || p.N != m.N {
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
		x.say(mapMessage{T: "map", Tracks: orNone(x.pool.shown)})
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
