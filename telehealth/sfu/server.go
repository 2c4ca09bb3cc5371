package sfu

import (
	"errors"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"

	"housecall/internal/fault"
)

// How many people a room holds: of a visit, and of a group. What has more seats than
// a visit is a group.
const (
	MaxSeats  = 8
	MaxGroup  = 25
	groupMost = 32
)

const (
	joinWithin = 10 * time.Second
	// SeatWaits is how long a seat waits for its client to come back.
	SeatWaits  = 30 * time.Second
	linkSilent = 40 * time.Second
	failAfter  = 30 * time.Second // ICE: without any packet of the client
	socketSize = 4 << 20
)

// Config is what a Server is made from.
type Config struct {
	Port      int           // UDP and TCP, for all media of this node; 0: any free one
	Sockets   int           // of the system for UDP, all of that number; 0: by the number of cores
	Loopback  bool          // this machine only
	Addresses []netip.Addr  // which clients reach, when they are not the machine's own
	Wait      time.Duration // that a seat waits for its client; 0: SeatWaits
	Seats     int           // of a room; 0: MaxSeats
	// Size is how many seats a room has, at most 32, when it begins; it must not wait.
	// nil, or 0: Seats.
	Size func(room string) int
	// Relays gives the relays by which a seat may come, when it joins; nil: none.
	Relays func(room, seat string) []Relay
	// Presence hears who is in a room: true when a seat has joined, false when it
	// is gone. It is called in order, on a goroutine of its own; nil: nobody
	// listens.
	Presence func(room, seat string, in bool)
	// Order is the place of a seat, from 0, among those of its room when a line
	// does not carry everybody; it must not wait. In a group, the first two of place 0
	// are always heard and shown. nil: all are equal.
	Order func(room, seat string) int
	// Summary hears how the line of a seat was, each minute and when the seat ends, in
	// the order of Presence; nil: nobody listens.
	Summary func(room, seat string, sum Summary)
	Log     *slog.Logger
}

// Out is how a link speaks to its client. Neither method may wait.
type Out interface {
	Say(message []byte)
	End(why string) // after the last Say
}

// Server is the media plane of one node.
type Server struct {
	cfg       Config
	api       *webrtc.API
	sockets   *sockets
	log       *slog.Logger
	count     counters
	tasks     sync.WaitGroup // seats and tracks
	tell      *queue         // presence, in order
	recorders recorders
	pacer     pacer
	feeds     feeds
	proof     proof

	mu     sync.Mutex
	rooms  map[string]*Room
	closed bool
}

// Open takes the port.
func Open(cfg Config) (*Server, error) {
	if cfg.Wait <= 0 {
		cfg.Wait = SeatWaits
	}
	if cfg.Seats <= 0 {
		cfg.Seats = MaxSeats
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	sockets, err := take(cfg, quiet{})
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, sockets: sockets, log: cfg.Log, rooms: map[string]*Room{}, tell: newQueue()}
	s.feeds.flush, s.pacer.flush = sockets.flush, sockets.flush
	if s.api, err = newAPI(cfg, sockets, quiet{}, &s.recorders, &s.feeds); err != nil {
		_ = sockets.Close()
		return nil, err
	}
	s.pacer.run = s.tasks.Go
	s.tasks.Go(s.tell.run)
	return s, nil
}

// srtpProfiles are how media is sealed, the best first; the last one costs thirteen
// times the others, for clients that have nothing else. Tags of 32 bits are not taken.
var srtpProfiles = []dtls.SRTPProtectionProfile{dtls.SRTP_AEAD_AES_256_GCM, dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80}

// newAPI has the codecs of the protocol, and no interceptors but the recorders.
func newAPI(cfg Config, at *sockets, log logging.LoggerFactory, wide *recorders, said *feeds) (*webrtc.API, error) {
	media := &webrtc.MediaEngine{}
	if err := register(media); err != nil {
		return nil, err
	}
	comes, both := []webrtc.RTPTransceiverDirection{webrtc.RTPTransceiverDirectionRecvonly}, []webrtc.RTPTransceiverDirection(nil)
	for _, x := range []struct {
		uri  string
		kind webrtc.RTPCodecType
		ways []webrtc.RTPTransceiverDirection
	}{
		{uriMid, webrtc.RTPCodecTypeAudio, comes},
		{uriMid, webrtc.RTPCodecTypeVideo, comes},
		{uriRid, webrtc.RTPCodecTypeVideo, comes},
		{uriRepaired, webrtc.RTPCodecTypeVideo, comes},
		{uriLevel, webrtc.RTPCodecTypeAudio, comes},
		{uriWide, webrtc.RTPCodecTypeAudio, both},
		{uriWide, webrtc.RTPCodecTypeVideo, both},
	} {
		if err := media.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: x.uri}, x.kind, x.ways...); err != nil {
			return nil, err
		}
	}
	own := &interceptor.Registry{}
	own.Add(wide)
	e := webrtc.SettingEngine{LoggerFactory: log}
	here, err := newMachine()
	if err != nil {
		return nil, err
	}
	e.SetNet(here)
	e.BufferFactory = said.buffer
	e.SetLite(true)
	e.SetICEUDPMux(at)
	e.SetICETCPMux(at.tcp)
	e.SetICEBindingRequestHandler(at.follow.check)
	e.SetNetworkTypes(at.networks())
	e.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	e.SetIncludeLoopbackCandidate(cfg.Loopback)
	e.SetICETimeouts(8*time.Second, failAfter, 2*time.Second)
	e.SetReceiveMTU(payloadMax)
	e.SetSRTPProtectionProfiles(srtpProfiles...)
	e.DisableCloseByDTLS(true) // a client that went comes back, or its seat's time is up
	if len(cfg.Addresses) > 0 {
		rule := webrtc.ICEAddressRewriteRule{AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteReplace}
		for _, a := range cfg.Addresses {
			rule.External = append(rule.External, a.String())
		}
		if err := e.SetICEAddressRewriteRules(rule); err != nil {
			return nil, err
		}
	}
	return webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(e), webrtc.WithInterceptorRegistry(own)), nil
}

// Header extensions (RFC 9143, RFC 8852, RFC 6464, draft-holmer-rmcat-transport-wide-cc-extensions-01).
const (
	uriMid      = "urn:ietf:params:rtp-hdrext:sdes:mid"
	uriRid      = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
	uriRepaired = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
	uriLevel    = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
	uriWide     = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
)

// Port is the number of this node's port, in UDP and TCP.
func (s *Server) Port() int { return s.sockets.port }

var (
	errFull    = fault.New(fault.TooMany, "This visit is full. Please ask the clinic.").WithCode("full")
	errDrained = fault.New(fault.Unavailable, "This is not available right now. Please try again in a moment.")
)

// size is how many seats a room has.
func (s *Server) size(room string) int {
	n := 0
	if s.cfg.Size != nil {
		n = s.cfg.Size(room)
	}
	if n <= 0 {
		n = s.cfg.Seats
	}
	return min(n, groupMost)
}

// Enter gives a link to a seat of a room. Nothing happens in the room before the
// client says join.
func (s *Server) Enter(room, seat string, out Out) (*Link, error) {
	if room == "" || seat == "" || out == nil {
		return nil, errors.New("sfu: a room, a seat and a way out are needed")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errDrained
	}
	if r := s.rooms[room]; r != nil && r.size(seat) >= r.limit {
		return nil, errFull
	}
	l := &Link{server: s, room: room, id: seat, out: out, since: time.Now()}
	l.timer = time.AfterFunc(joinWithin, func() { l.End(WhyIdle) })
	return l, nil
}

// seat finds or makes the seat that a link joins.
func (s *Server) seat(l *Link, m said) (x *Seat, resumed bool, old *Seat, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, false, nil, errDrained
	}
	r := s.rooms[l.room]
	if r == nil {
		r = newRoom(s, l.room)
		s.rooms[l.room] = r
		s.tasks.Go(r.tick)
	}
	x, resumed, old, err = r.sit(l, m)
	if err == nil && !resumed {
		s.tasks.Go(x.run)
		s.presence(l.room, l.id, true)
	}
	return x, resumed, old, err
}

// gone takes a seat out, and its room when it was the last.
func (s *Server) gone(x *Seat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, out := x.room.rise(x)
	if out {
		s.presence(x.room.id, x.id, false)
	}
	if last && s.rooms[x.room.id] == x.room {
		delete(s.rooms, x.room.id)
		close(x.room.empty)
	}
}

func (s *Server) presence(room, seat string, in bool) {
	if f := s.cfg.Presence; f != nil {
		s.tell.add(func() { f(room, seat, in) })
	}
}

// Has tells whether somebody sits in the room.
func (s *Server) Has(room string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rooms[room] != nil
}

// Rooms are those in which somebody sits.
func (s *Server) Rooms() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.rooms))
}

// Seats are the seats taken in a room.
func (s *Server) Seats(room string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.rooms[room]; r != nil {
		return r.ids()
	}
	return nil
}

// Remove takes a seat out of a room, or everybody when seat is empty.
func (s *Server) Remove(room, seat, why string) {
	s.mu.Lock()
	r := s.rooms[room]
	s.mu.Unlock()
	if r == nil {
		return
	}
	for _, x := range r.all() {
		if seat == "" || x.id == seat {
			x.end(why)
		}
	}
}

// Close ends all rooms and gives the port back.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	rooms := make([]*Room, 0, len(s.rooms))
	for _, r := range s.rooms {
		rooms = append(rooms, r)
	}
	s.mu.Unlock()
	for _, r := range rooms {
		for _, x := range r.all() {
			x.end(WhyMoved)
		}
	}
	for _, r := range rooms {
		<-r.empty
	}
	s.tell.close()
	s.tasks.Wait()
	_ = s.sockets.Close()
}
