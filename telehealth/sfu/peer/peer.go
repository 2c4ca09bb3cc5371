// Package peer is a client of a room in Go: it speaks what PROTOCOL.md of package
// sfu says, publishes sound and pictures that its caller writes, and hands over
// what it receives. Load tests and tests are made of it.
package peer

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"sync"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/logging"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// Tag says whose track an m-line carries.
type Tag struct {
	Mid  string `json:"mid"`
	Seat string `json:"seat,omitempty"`
	Kind string `json:"kind"`
}

// Presence is a seat of the room.
type Presence struct {
	Seat   string `json:"seat"`
	In     bool   `json:"in"`
	Mic    bool   `json:"mic"`
	Cam    bool   `json:"cam"`
	Screen bool   `json:"screen"`
	Only   bool   `json:"only"`
}

// Message is anything that the room says.
type Message struct {
	T       string     `json:"t"`
	Seat    string     `json:"seat"`
	Resume  string     `json:"resume"`
	Resumed bool       `json:"resumed"`
	Seats   []Presence `json:"seats"`
	N       int        `json:"n"`
	SDP     string     `json:"sdp"`
	Tracks  []Tag      `json:"tracks"`
	Why     string     `json:"why"`
	Level   string     `json:"level"`
	Kind    string     `json:"kind"`
	On      bool       `json:"on"`
	Code    string     `json:"code"`
	Relays  []struct {
		URLs       []string `json:"urls"`
		Username   string   `json:"username"`
		Credential string   `json:"credential"`
	} `json:"relays"`
	Only  string   `json:"only"`
	Rids  []string `json:"rids"`
	Fresh bool     `json:"fresh"`
	By    int      `json:"by"`
	Video []string `json:"video"`
	Host  string   `json:"host"`

	State string `json:"state"`
}

// Options are what a Client is made from.
type Options struct {
	Say    func([]byte)                     // to the room; must not wait for an answer
	Packet func(from Tag, p *rtp.Packet)    // of a mapped m-line; nil: dropped
	Heard  func(Message)                    // everything but speaking, which is another shape; nil: nobody listens
	Log    logging.LoggerFactory            // nil: silent
	Key    func(kind string)                // a key frame is asked for; nil: nobody makes one
	Lost   func(kind string, seqs []uint16) // packets are asked for again; nil: nobody keeps any
	Repeat bool                             // also take packets that came before
	Layers bool                             // publish the camera in two layers: camera, and Low
	Report bool                             // tell the room when packets came
	Via    func(sdp string) string          // changes what the room says of its way; nil: nothing
	// Networks are the kinds of candidates; empty: UDP over IPv4.
	Networks []webrtc.NetworkType
	// Protection are the profiles of SRTP that it has; empty: all that are usual.
	Protection []Profile
	// Decodes are the media types of the pictures that it has codecs for; empty: all usual ones.
	Decodes []string
	// Relayed: by the relays of the room only; nothing goes to it directly.
	Relayed bool
}

// Profile is a way of sealing media (RFC 5764, RFC 7714).
type Profile = dtls.SRTPProtectionProfile

// Weak is the profile whose tags are too short for a room.
const Weak = dtls.SRTP_AES128_CM_HMAC_SHA1_32

// Low is the kind by which the camera's small layer is written.
const Low = "camera-low"

const (
	uriMid  = "urn:ietf:params:rtp-hdrext:sdes:mid"
	uriRid  = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
	uriWide = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
)

// Client is one participant.
type Client struct {
	o   Options
	api *webrtc.API

	mu     sync.Mutex
	pub    *webrtc.PeerConnection
	sub    *webrtc.PeerConnection
	next   *webrtc.PeerConnection // on which it will receive
	nextN  int
	olds   []*webrtc.PeerConnection // that published, until pub stands
	fresh  bool                     // pub is beside another one, and was not answered
	tags   map[string]Tag
	ssrcs  map[string]uint32 // by mid
	tracks map[string]*webrtc.TrackLocalStaticRTP
	seats  []Presence
	token  string
	relays []webrtc.ICEServer
	n      int
	level  uint8 // header extension id, 0: not known
	bye    string
	joined int
	closed bool
	done   sync.WaitGroup
}

// New makes a client that has not joined yet.
func New(o Options) (*Client, error) {
	media, err := coding(o.Decodes)
	if err != nil {
		return nil, err
	}
	if err := media.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uriLevel}, webrtc.RTPCodecTypeAudio); err != nil {
		return nil, err
	}
	own := &interceptor.Registry{}
	if o.Layers {
		if err := webrtc.ConfigureSimulcastExtensionHeaders(media); err != nil {
			return nil, err
		}
	}
	if o.Log == nil {
		o.Log = &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
	}
	if o.Report {
		if err := webrtc.ConfigureTWCCSenderWithOptions(media, own, twcc.WithLoggerFactory(o.Log)); err != nil {
			return nil, err
		}
	}
	e := webrtc.SettingEngine{LoggerFactory: o.Log}
	e.SetIncludeLoopbackCandidate(true)
	if len(o.Networks) == 0 {
		o.Networks = []webrtc.NetworkType{webrtc.NetworkTypeUDP4}
	}
	e.SetNetworkTypes(o.Networks)
	e.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	e.DisableSRTPReplayProtection(o.Repeat)
	if len(o.Protection) > 0 {
		e.SetSRTPProtectionProfiles(o.Protection...)
	}
	return &Client{
		o: o, tags: map[string]Tag{}, ssrcs: map[string]uint32{}, tracks: map[string]*webrtc.TrackLocalStaticRTP{},
		api: webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(e), webrtc.WithInterceptorRegistry(own)),
	}, nil
}

// coding has Opus, and the usual codecs of pictures or some of them.
func coding(pictures []string) (*webrtc.MediaEngine, error) {
	usual, some := &webrtc.MediaEngine{}, &webrtc.MediaEngine{}
	if err := usual.RegisterDefaultCodecs(); err != nil || len(pictures) == 0 {
		return usual, err
	}
	err := some.RegisterCodec(webrtc.RTPCodecParameters{PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}}, webrtc.RTPCodecTypeAudio)
	for i, mime := range pictures {
		err = errors.Join(err, some.RegisterCodec(webrtc.RTPCodecParameters{PayloadType: webrtc.PayloadType(96 + i), RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mime, ClockRate: 90000}}, webrtc.RTPCodecTypeVideo))
	}
	return some, err
}

// connection makes one, which knows the relays when there is no other way.
func (c *Client) connection() (*webrtc.PeerConnection, error) {
	if !c.o.Relayed {
		return c.api.NewPeerConnection(webrtc.Configuration{})
	}
	return c.api.NewPeerConnection(webrtc.Configuration{ICEServers: c.relays, ICETransportPolicy: webrtc.ICETransportPolicyRelay})
}

func (c *Client) say(v any) {
	if b, err := json.Marshal(v); err == nil {
		c.o.Say(b)
	}
}

// Join asks for the seat; resume: with both connections as they are.
func (c *Client) Join(mic, cam, resume bool) {
	m := map[string]any{"t": "join", "mic": mic, "cam": cam}
	if resume {
		c.mu.Lock()
		m["resume"] = c.token
		c.mu.Unlock()
	}
	c.say(m)
}

// Tell says anything else.
func (c *Client) Tell(v any) { c.say(v) }

// Restart renews the ICE of both connections.
func (c *Client) Restart() error {
	c.say(map[string]any{"t": "restart"})
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offer(true)
}

func (c *Client) offer(restart bool) error {
	if c.pub == nil {
		return nil
	}
	d, err := c.pub.CreateOffer(&webrtc.OfferOptions{ICERestart: restart})
	if err != nil {
		return err
	}
	if err := c.pub.SetLocalDescription(d); err != nil {
		return err
	}
	c.n++
	tags := []Tag{}
	for _, tr := range c.pub.GetTransceivers() {
		if t := tr.Sender().Track(); t != nil {
			tags = append(tags, Tag{Mid: tr.Mid(), Kind: t.ID()})
		}
	}
	m := map[string]any{"t": "pub", "n": c.n, "sdp": d.SDP, "tracks": tags}
	if c.fresh {
		m["fresh"] = true
	}
	c.say(m)
	return nil
}

// Hear takes what the room says. It is called by one goroutine at a time.
func (c *Client) Hear(b []byte) error {
	var m Message
	if err := json.Unmarshal(b, &m); err != nil {
		var kind struct {
			T string `json:"t"`
		}
		if json.Unmarshal(b, &kind) == nil && kind.T == "speaking" {
			if c.o.Heard != nil {
				c.o.Heard(Message{T: kind.T})
			}
			return nil
		}
		return err
	}
	if c.o.Via != nil {
		m.SDP = c.o.Via(m.SDP)
	}
	c.mu.Lock()
	err := c.take(m)
	c.mu.Unlock()
	if c.o.Heard != nil {
		c.o.Heard(m)
	}
	return err
}

func (c *Client) take(m Message) error {
	switch m.T {
	case "joined":
		c.seats, c.token, c.relays = m.Seats, m.Resume, nil
		for _, r := range m.Relays {
			c.relays = append(c.relays, webrtc.ICEServer{URLs: r.URLs, Username: r.Username, Credential: r.Credential})
		}
		c.joined++
	case "seats":
		c.seats = m.Seats
	case "pub-answer":
		if m.N != c.n {
			return nil // to an offer that another one followed
		}
		c.fresh = false
		return c.pub.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: m.SDP})
	case "map":
		c.taken(m.By)
		c.remap(m.Tracks)
	case "sub":
		if m.Fresh {
			return c.answerNext(m)
		}
		c.taken(m.By)
		c.remap(m.Tracks)
		return c.answer(m)
	case "bye":
		c.bye = m.Why
	}
	return nil
}

func (c *Client) remap(tags []Tag) {
	clear(c.tags)
	for _, t := range tags {
		c.tags[t.Mid] = t
	}
}

func (c *Client) answer(m Message) error {
	if c.closed {
		return nil
	}
	if c.sub == nil {
		pc, err := c.connection()
		if err != nil {
			return err
		}
		c.sub = pc
		pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) { c.read(t, r) })
	}
	return c.answerOn(c.sub, m)
}

func (c *Client) answerOn(pc *webrtc.PeerConnection, m Message) error {
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: m.SDP}); err != nil {
		return err
	}
	d, err := pc.CreateAnswer(nil)
	if err != nil {
		return err
	}
	if err := pc.SetLocalDescription(d); err != nil {
		return err
	}
	c.say(map[string]any{"t": "sub-answer", "n": m.N, "sdp": d.SDP})
	return nil
}

func (c *Client) read(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
	mid := ""
	if tr := r.RTPTransceiver(); tr != nil {
		mid = tr.Mid()
	}
	c.mu.Lock()
	c.ssrcs[mid] = uint32(t.SSRC())
	c.mu.Unlock()
	var reports sync.WaitGroup
	reports.Go(func() {
		for {
			if _, _, err := r.ReadRTCP(); err != nil {
				return
			}
		}
	})
	defer reports.Wait()
	buf := make([]byte, 1500)
	for first := true; ; first = false {
		n, _, err := t.Read(buf)
		if err != nil {
			return
		}
		if first && t.Kind() == webrtc.RTPCodecTypeVideo { // as browsers do when they cannot begin
			p := &rtp.Packet{}
			if p.Unmarshal(buf[:n]) == nil && !Key(p.Payload) {
				c.mu.Lock()
				sub := c.sub
				c.mu.Unlock()
				_ = sub.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(t.SSRC())}})
			}
		}
		if c.o.Packet == nil {
			continue
		}
		p := &rtp.Packet{}
		if p.Unmarshal(buf[:n]) != nil {
			continue
		}
		c.mu.Lock()
		tag, ok := c.tags[mid]
		c.mu.Unlock()
		if ok {
			c.o.Packet(tag, p)
		}
	}
}

// Seats are the seats as last told.
func (c *Client) Seats() []Presence {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.seats)
}

// Tags are the m-lines that carry something.
func (c *Client) Tags() (tags []Tag) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.tags {
		tags = append(tags, t)
	}
	return tags
}

// Joined counts the times that the room took the client in; Bye is why it ended.
func (c *Client) Joined() (times int, bye string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.joined, c.bye
}

// Receiving gives the connection on which the client receives, and the SSRC of an
// m-line of it.
func (c *Client) Receiving(mid string) (*webrtc.PeerConnection, uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sub, c.ssrcs[mid]
}

// Publishing is the state of the connection on which the client publishes.
func (c *Client) Publishing() webrtc.PeerConnectionState {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pub == nil {
		return webrtc.PeerConnectionStateNew
	}
	return c.pub.ConnectionState()
}

// Connected tells whether both connections stand.
func (c *Client) Connected() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	up := func(pc *webrtc.PeerConnection) bool {
		return pc != nil && pc.ConnectionState() == webrtc.PeerConnectionStateConnected
	}
	return up(c.pub) && up(c.sub)
}

// Close ends both connections. It says nothing to the room.
func (c *Client) Close() {
	c.mu.Lock()
	c.closed = true
	all := append(c.olds, c.pub, c.sub, c.next)
	c.olds = nil
	c.mu.Unlock()
	for _, pc := range all {
		if pc != nil {
			_ = pc.GracefulClose()
		}
	}
	c.done.Wait()
}
