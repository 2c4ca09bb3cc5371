package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"housecall/telehealth/sfu/peer"
)

// naive is what one writes first with the library, to be compared with: its default
// interceptors, one port, each packet read and written once for each receiver. It speaks
// as much of the protocol of rooms as the people of loadtest rooms need.
type naive struct {
	api *webrtc.API
	mu  sync.Mutex
	all map[string]*naiveRoom
}

type naiveRoom struct {
	mu     sync.Mutex
	seats  map[string]*naiveSeat
	tracks []naiveTrack
}

type naiveTrack struct {
	seat, kind string
	track      *webrtc.TrackLocalStaticRTP
	key        func() // asks for a whole picture
}

// naiveSeat is changed under the lock of its room.
type naiveSeat struct {
	out      *socketOut
	pub, sub *webrtc.PeerConnection
	tags     map[*webrtc.RTPTransceiver]peer.Tag
	n        int
	waits    bool // for an answer
	again    bool
}

func newNaive() (*naive, func(), error) {
	conn, err := listenHere()
	if err != nil {
		return nil, nil, err
	}
	silent := &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
	mux := ice.NewUDPMuxDefault(ice.UDPMuxParams{Logger: silent.NewLogger("ice"), UDPConn: conn})
	e := webrtc.SettingEngine{LoggerFactory: silent}
	e.SetLite(true)
	e.SetICEUDPMux(mux)
	e.SetIncludeLoopbackCandidate(true)
	e.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	media, usual := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := errors.Join(media.RegisterDefaultCodecs(), webrtc.RegisterDefaultInterceptors(media, usual)); err != nil {
		return nil, nil, err
	}
	s := &naive{api: webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(e), webrtc.WithInterceptorRegistry(usual)), all: map[string]*naiveRoom{}}
	return s, func() { _ = mux.Close() }, nil
}

// bringIn brings a socket to its seat.
func (s *naive) bringIn(w http.ResponseWriter, r *http.Request) {
	conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	s.mu.Lock()
	room := s.all[r.PathValue("room")]
	if room == nil {
		room = &naiveRoom{seats: map[string]*naiveSeat{}}
		s.all[r.PathValue("room")] = room
	}
	s.mu.Unlock()
	name, x := r.PathValue("seat"), &naiveSeat{out: &socketOut{conn: conn}, tags: map[*webrtc.RTPTransceiver]peer.Tag{}}
	defer room.leave(name)
	for {
		_, b, err := conn.ReadMessage()
		if err != nil {
			return
		}
		var m struct {
			T      string     `json:"t"`
			N      int        `json:"n"`
			SDP    string     `json:"sdp"`
			Tracks []peer.Tag `json:"tracks"`
		}
		if json.Unmarshal(b, &m) != nil {
			return
		}
		switch m.T {
		case "join":
			err = room.join(s.api, name, x)
		case "pub":
			err = room.publish(s.api, name, x, m.N, m.SDP, m.Tracks)
		case "sub-answer":
			err = room.answered(x, m.SDP)
		case "leave":
			return
		}
		if err != nil {
			return
		}
	}
}

func (x *naiveSeat) say(v any) {
	if b, err := json.Marshal(v); err == nil {
		x.out.Say(b)
	}
}

func (r *naiveRoom) join(api *webrtc.API, name string, x *naiveSeat) (err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if x.sub, err = api.NewPeerConnection(webrtc.Configuration{}); err != nil {
		return err
	}
	r.seats[name] = x
	x.say(map[string]any{"t": "joined"})
	for _, t := range r.tracks {
		if err := x.take(t); err != nil {
			return err
		}
	}
	return x.offer()
}

func (r *naiveRoom) leave(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if x := r.seats[name]; x != nil {
		delete(r.seats, name)
		for _, pc := range []*webrtc.PeerConnection{x.pub, x.sub} {
			if pc != nil {
				_ = pc.Close()
			}
		}
	}
}

// take makes the seat receive a track; under the lock.
func (x *naiveSeat) take(t naiveTrack) error {
	tr, err := x.sub.AddTransceiverFromTrack(t.track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		return err
	}
	x.tags[tr] = peer.Tag{Seat: t.seat, Kind: t.kind}
	go func() {
		for {
			all, _, err := tr.Sender().ReadRTCP()
			if err != nil {
				return
			}
			for _, p := range all {
				if _, is := p.(*rtcp.PictureLossIndication); is {
					t.key()
				}
			}
		}
	}()
	return nil
}

// offer is made when the one before was answered; under the lock.
func (x *naiveSeat) offer() error {
	if x.waits {
		x.again = true
		return nil
	}
	if len(x.tags) == 0 {
		return nil
	}
	d, err := x.sub.CreateOffer(nil)
	if err != nil {
		return err
	}
	sdp, err := settle(x.sub, d)
	if err != nil {
		return err
	}
	tags := []peer.Tag{}
	for tr, tag := range x.tags {
		tag.Mid = tr.Mid()
		tags = append(tags, tag)
	}
	x.n, x.waits, x.again = x.n+1, true, false
	x.say(map[string]any{"t": "sub", "n": x.n, "sdp": sdp, "tracks": tags})
	return nil
}

func (r *naiveRoom) answered(x *naiveSeat, sdp string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	x.waits = false
	if err := x.sub.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp}); err != nil || !x.again {
		return err
	}
	return x.offer()
}

func (r *naiveRoom) publish(api *webrtc.API, name string, x *naiveSeat, n int, sdp string, tags []peer.Tag) (err error) {
	if x.pub == nil {
		if x.pub, err = api.NewPeerConnection(webrtc.Configuration{}); err != nil {
			return err
		}
		kinds := map[string]string{}
		for _, t := range tags {
			kinds[t.Mid] = t.Kind
		}
		x.pub.OnTrack(func(from *webrtc.TrackRemote, by *webrtc.RTPReceiver) {
			r.forward(name, kinds[by.RTPTransceiver().Mid()], x.pub, from)
		})
	}
	if err := x.pub.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: sdp}); err != nil {
		return err
	}
	d, err := x.pub.CreateAnswer(nil)
	if err != nil {
		return err
	}
	own, err := settle(x.pub, d)
	if err == nil {
		x.say(map[string]any{"t": "pub-answer", "n": n, "sdp": own})
	}
	return err
}

// forward gives a track to everybody else until it ends.
func (r *naiveRoom) forward(name, kind string, pc *webrtc.PeerConnection, from *webrtc.TrackRemote) {
	track, err := webrtc.NewTrackLocalStaticRTP(from.Codec().RTPCodecCapability, kind, name)
	if err != nil {
		return
	}
	key := func() { _ = pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(from.SSRC())}}) }
	t := naiveTrack{name, kind, track, key}
	r.mu.Lock()
	r.tracks = append(r.tracks, t)
	for other, x := range r.seats {
		if other != name && x.take(t) == nil {
			_ = x.offer()
		}
	}
	r.mu.Unlock()
	for {
		p, _, err := from.ReadRTP()
		if err != nil {
			return
		}
		_ = track.WriteRTP(p)
	}
}

// settle sets a description, and gives it once all addresses are in it.
func settle(pc *webrtc.PeerConnection, d webrtc.SessionDescription) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	done := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(d); err != nil {
		return "", err
	}
	select {
	case <-done:
		return pc.LocalDescription().SDP, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
