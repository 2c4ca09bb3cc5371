package sfu

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

const gatherWithin = 3 * time.Second

var errLines = errors.New("too many or too few m-lines")

// checkSDP bounds what the library has to read.
func checkSDP(sdp string) error {
	if n := strings.Count("\n"+sdp, "\nm="); n == 0 || n > maxLines {
		return errLines
	}
	if strings.Count(sdp, "\na=rid:") > maxRids {
		return errLines
	}
	return nil
}

// publish answers an offer of the client.
func (x *Seat) publish(m said) {
	answer, err := x.accept(m)
	if err != nil {
		x.room.server.log.Debug("an offer cannot be used", "err", err)
		x.say(errorMessage{T: "error", Of: "pub", N: m.N, Code: "sdp"})
		return
	}
	x.say(sdpMessage{T: "pub-answer", N: m.N, SDP: answer})
}

func (x *Seat) accept(m said) (string, error) {
	if err := checkSDP(m.SDP); err != nil {
		return "", err
	}
	kinds := make(map[string]Kind, len(m.Tracks))
	for _, t := range m.Tracks {
		if !t.Kind.known() || len(t.Mid) > 16 || len(kinds) >= maxLines {
			return "", errLines
		}
		kinds[t.Mid] = t.Kind
	}
	if m.Fresh {
		x.republish()
	}
	if x.pub == nil {
		pc, wide, err := x.room.server.connection()
		if err != nil {
			return "", err
		}
		of := &atomic.Pointer[map[string]Kind]{}
		x.pub, x.kinds = pc, of
		pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) { x.came(pc, of, t, r) })
		if x.pubWas == nil {
			x.wide.Store(wide)
			x.up.Store(pc)
		} else {
			pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
				if s == webrtc.PeerConnectionStateConnected {
					x.work.add(x.do(func() { x.publishes(pc, wide) }))
				}
			})
		}
	}
	x.kinds.Store(&kinds)
	if err := x.pub.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: m.SDP}); err != nil {
		return "", err
	}
	answer, err := x.pub.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	return gathered(x.pub, answer)
}

// gathered sets the local description and gives it with its candidates. They are
// those of one open socket, so this does not take long.
func gathered(pc *webrtc.PeerConnection, d webrtc.SessionDescription) (string, error) {
	done := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(d); err != nil {
		return "", err
	}
	select {
	case <-done:
	case <-time.After(gatherWithin):
		return "", errors.New("candidates were not gathered in time")
	}
	if l := pc.LocalDescription(); l != nil {
		return l.SDP, nil
	}
	return "", errors.New("no local description")
}

// came is called by the library, on a goroutine of its own, with the first packet
// of a track, and lives as long as the track. Each layer is a track.
func (x *Seat) came(pc *webrtc.PeerConnection, kinds *atomic.Pointer[map[string]Kind], from *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
	kind := kindOf(kinds, from, r)
	now := from.Codec()
	t := &track{
		seat: x, kind: kind, layer: high, codec: codecOf(now.MimeType), clock: now.ClockRate, ssrc: uint32(from.SSRC()), pc: pc,
		cache: newCache(kind != Audio),
	}
	rid := from.RID()
	if kind == Camera {
		t.layer = layerOf(rid)
	}
	t.level.Store(silent)
	sends := r.GetParameters()
	t.coded = codedOf(sends.Codecs)
	for _, e := range sends.HeaderExtensions {
		if e.URI == uriLevel {
			t.levelID = uint8(e.ID)
		}
	}
	var reports sync.WaitGroup
	reports.Go(func() {
		for {
			packets, err := reportsOf(r, rid)
			if err != nil {
				return
			}
			t.heard(packets, time.Now())
		}
	})
	x.room.published(t)
	t.read(from)
	x.room.unpublished(t)
	reports.Wait()
}

func reportsOf(r *webrtc.RTPReceiver, rid string) ([]rtcp.Packet, error) {
	if rid == "" {
		packets, _, err := r.ReadRTCP()
		return packets, err
	}
	packets, _, err := r.ReadSimulcastRTCP(rid)
	return packets, err
}

// kindOf is what the client said of the m-line; a sound is never a picture.
func kindOf(kinds *atomic.Pointer[map[string]Kind], from *webrtc.TrackRemote, r *webrtc.RTPReceiver) Kind {
	if from.Kind() == webrtc.RTPCodecTypeAudio {
		return Audio
	}
	if tr := r.RTPTransceiver(); tr != nil {
		if said := kinds.Load(); said != nil && (*said)[tr.Mid()] == Screen {
			return Screen
		}
	}
	return Camera
}

// reports does what RTCP asks for on both connections (RFC 3550, section 6.4).
func (x *Seat) reports(n int, now time.Time, published []*track) {
	if pc := x.up.Load(); pc != nil {
		var out []rtcp.Packet
		if w := x.wide.Load(); w != nil {
			out = w.feedback()
		}
		if n%reportBeats == 0 && len(published) > 0 {
			rr := &rtcp.ReceiverReport{SSRC: ownSSRC}
			for _, t := range published {
				if r, ok := t.receptionReport(now); ok {
					rr.Reports = append(rr.Reports, r)
				}
			}
			out = append(out, rr)
		}
		if len(out) > 0 {
			_ = pc.WriteRTCP(out)
		}
	}
	pc, slots := x.send.Load(), x.slots.Load()
	if pc != nil && slots != nil && n%clockBeats == 0 {
		var out []rtcp.Packet
		for _, s := range *slots {
			if sr := s.senderReport(now); sr != nil {
				out = append(out, sr)
			}
		}
		if len(out) > 0 {
			_ = pc.WriteRTCP(out)
		}
	}
	if n%rateBeats == 0 {
		x.rate(published)
	}
}

// rate tells the client how its line is, when that changed: the worse of what is
// lost on the way here and on the way to it, and what the line does not carry.
func (x *Seat) rate(published []*track) {
	worst := 0.0
	for _, t := range published {
		worst = max(worst, t.lossNow())
	}
	slow := time.Duration(0)
	if slots := x.slots.Load(); slots != nil {
		for _, s := range *slots {
			worst = max(worst, float64(s.lost.Swap(0))/256)
			slow = max(slow, time.Duration(s.delay.Load()))
		}
	}
	level := "good"
	switch {
	case worst > 0.10 || slow > time.Second:
		level = "bad"
	case worst > 0.03 || slow > 400*time.Millisecond:
		level = "weak"
	}
	x.work.add(x.do(func() {
		switch {
		case x.onlySound:
			level = "bad"
		case len(x.held) > 0 && level == "good":
			level = "weak"
		}
		if x.level != level {
			x.level = level
			x.say(qualityMessage{T: "quality", Level: level})
		}
		x.sum(level, slow)
	}))
}
