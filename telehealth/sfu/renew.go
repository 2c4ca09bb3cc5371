package sfu

import (
	"slices"
	"time"

	"github.com/pion/webrtc/v4"
)

// The library gives the old way up as soon as it looks for a new one. So a client that
// wants to be heard meanwhile makes a second connection beside the first, in either
// direction; the new one takes over once it stands.

// goesOn is how long an old connection is kept after a new one stands: by then all that
// it carried has come over.
const goesOn = 2 * time.Second

// renewal is the second connection of a seat that receives.
type renewal struct {
	sub   *webrtc.PeerConnection
	pool  pool
	offer *sdpMessage // until it is answered
	n     int
}

// republish makes room for another publishing connection. One that never stood is
// given up; one that stands is heard until the new one does.
func (x *Seat) republish() {
	switch {
	case x.pub == nil:
	case x.pubWas == nil && x.pub.ConnectionState() != webrtc.PeerConnectionStateNew:
		x.pubWas = x.pub
	default:
		x.letGo(x.pub)
	}
	x.pub = nil
}

// publishes: the newer publishing connection stands.
func (x *Seat) publishes(pc *webrtc.PeerConnection, wide *wideRecorder) {
	if x.pub != pc || x.pubWas == nil {
		return
	}
	x.wide.Store(wide)
	x.up.Store(pc)
	x.again()
	old := x.pubWas
	x.pubWas = nil
	x.letGo(old)
}

// renew offers a second connection to a client that receives.
func (x *Seat) renew() {
	if x.sub == nil {
		return
	}
	x.dropNext()
	err := x.openNext()
	if err != nil {
		x.room.server.log.Error("a seat cannot receive anew", "err", err)
		x.dropNext()
		return
	}
	x.say(x.next.offer)
}

func (x *Seat) openNext() error {
	pc, _, err := x.room.server.connection()
	if err != nil {
		return err
	}
	x.next = &renewal{sub: pc}
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			x.work.add(x.do(func() { x.takeOver(pc) }))
		}
	})
	if err := x.fill(pc, &x.next.pool, len(x.pool.places)); err != nil {
		return err
	}
	copy(x.next.pool.places, x.pool.places)
	copy(x.next.pool.sounds, x.pool.sounds)
	d, err := pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	sdp, err := gathered(pc, d)
	if err != nil {
		return err
	}
	x.offers.n++
	x.next.n = x.offers.n
	x.next.offer = &sdpMessage{T: "sub", N: x.next.n, SDP: sdp, Fresh: true, Tracks: []lineTag{}}
	return nil
}

// takeOver: the second connection stands, and carries everything from now on.
func (x *Seat) takeOver(pc *webrtc.PeerConnection) {
	if x.next == nil || x.next.sub != pc {
		return // of the one that it was before, or given up
	}
	old, was, n := x.sub, x.pool.slots, x.next.n
	for i := range min(len(x.pool.places), len(x.next.pool.places)) { // who came or went meanwhile
		x.next.pool.places[i] = x.pool.places[i]
	}
	copy(x.next.pool.sounds, x.pool.sounds)
	x.sub, x.pool, x.next, x.by = pc, x.next.pool, nil, n
	x.offers.pending, x.offers.again, x.offers.restart = nil, false, false
	for _, s := range was {
		s.carry(nil, true)
	}
	all := slices.Clone(x.pool.slots)
	x.slots.Store(&all)
	x.again()
	x.connected(pc)
	x.sync()
	if x.offers.pending == nil && len(x.pool.shown) == 0 { // which sync does not tell
		x.tellMap()
	}
	x.letGo(old)
}

// answeredNext tells whether an answer is to the second connection's offer.
func (x *Seat) answeredNext(m said) bool {
	if x.next == nil || x.next.n != m.N {
		return false
	}
	if x.next.offer == nil {
		return true
	}
	x.next.offer = nil
	err := checkSDP(m.SDP)
	if err == nil {
		err = x.next.sub.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: m.SDP})
	}
	if err != nil {
		x.room.server.log.Debug("an answer cannot be used", "err", err)
		x.dropNext()
	}
	return true
}

func (x *Seat) dropNext() {
	if x.next != nil {
		x.letGo(x.next.sub)
		x.next = nil
	}
}

// letGo closes a connection that is of no use any more, after what it carries has
// come over.
func (x *Seat) letGo(pc *webrtc.PeerConnection) {
	gone := x.left
	x.room.server.tasks.Go(func() {
		timer := time.NewTimer(goesOn)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-gone:
		}
		_ = pc.GracefulClose()
	})
}
