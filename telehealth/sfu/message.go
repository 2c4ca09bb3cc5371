package sfu

import "encoding/json"

// Kind is what a track shows.
type Kind string

// The kinds of tracks that a seat may publish, one of each.
const (
	Audio  Kind = "audio"
	Camera Kind = "camera"
	Screen Kind = "screen"
)

func (k Kind) known() bool { return k == Audio || k == Camera || k == Screen }

// Why a link ends, in the words of the protocol.
const (
	WhyEnded     = "ended"
	WhyRemoved   = "removed"
	WhySignedOut = "signed_out"
	WhyElsewhere = "elsewhere"
	WhyDrain     = "drain"
	WhyMoved     = "moved"
	WhyLeft      = "left"
	WhyIdle      = "idle"
	WhyError     = "error"
)

// Bounds of what a client may say.
const (
	MaxMessage = 128 << 10 // bytes of a message
	maxSDP     = 96 << 10
	maxLines   = 24 // m-lines of an offer or answer: more than the largest pool
	maxRids    = 6  // layers of an offer
	maxTalk    = 240
	maxWants   = 3 * groupMost
)

// said is anything a client says.
type said struct {
	T      string    `json:"t"`
	Resume string    `json:"resume"`
	Mic    bool      `json:"mic"`
	Cam    bool      `json:"cam"`
	N      int       `json:"n"`
	SDP    string    `json:"sdp"`
	Tracks []lineTag `json:"tracks"`
	Kind   Kind      `json:"kind"`
	On     bool      `json:"on"`
	Seat   string    `json:"seat"`
	Layer  string    `json:"layer"`
	Seats  []string  `json:"seats"`
	Fresh  bool      `json:"fresh"` // by another connection beside the one there is
	To     string    `json:"to"`
	Data   string    `json:"data"`

	Freezes int    `json:"freezes"`
	Frozen  int    `json:"frozen"` // milliseconds
	Way     string `json:"way"`
	Over    string `json:"over"`
}

// lineTag says what an m-line carries, and of which seat.
type lineTag struct {
	Mid  string `json:"mid"`
	Seat string `json:"seat,omitempty"`
	Kind Kind   `json:"kind"`
}

// presence is a seat as the others see it.
type presence struct {
	Seat   string `json:"seat"`
	In     bool   `json:"in"`
	Mic    bool   `json:"mic"`
	Cam    bool   `json:"cam"`
	Screen bool   `json:"screen"`
	Only   bool   `json:"only,omitempty"` // it gets no pictures
}

type joinedMessage struct {
	T       string     `json:"t"`
	Seat    string     `json:"seat"`
	Resume  string     `json:"resume"`
	Resumed bool       `json:"resumed"`
	Seats   []presence `json:"seats"`
	Relays  []Relay    `json:"relays,omitempty"`

	Recording string `json:"recording,omitempty"`
}

// Relay is a way to this node for clients whose network lets no media pass: an
// RTCIceServer of browsers.
type Relay struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username"`
	Credential string   `json:"credential"`
}

type seatsMessage struct {
	T     string     `json:"t"`
	Seats []presence `json:"seats"`
}

type sdpMessage struct {
	T      string    `json:"t"`
	N      int       `json:"n"`
	SDP    string    `json:"sdp"`
	Tracks []lineTag `json:"tracks,omitempty"`
	Fresh  bool      `json:"fresh,omitempty"` // for a second connection
	By     int       `json:"by,omitempty"`    // number of the offer that the connection began with, unless it is the first
}

type mapMessage struct {
	T      string    `json:"t"`
	Tracks []lineTag `json:"tracks"`
	By     int       `json:"by,omitempty"`
}

type errorMessage struct {
	T    string `json:"t"`
	Of   string `json:"of"`
	N    int    `json:"n"`
	Code string `json:"code"`
}

type muteMessage struct {
	T    string `json:"t"`
	Kind Kind   `json:"kind"`
	On   bool   `json:"on"`
	Host string `json:"host,omitempty"` // the seat of who did it
}

type speakingMessage struct {
	T     string   `json:"t"`
	Seats []string `json:"seats"`
}

type qualityMessage struct {
	T     string `json:"t"`
	Level string `json:"level"`
}

// layersMessage tells a sender which of its encodings somebody needs, by their rids.
type layersMessage struct {
	T    string   `json:"t"`
	Kind Kind     `json:"kind"`
	Rids []string `json:"rids"`
}

// codecsMessage tells a sender in which codecs all others can show a picture.
type codecsMessage struct {
	T     string   `json:"t"`
	Video []string `json:"video"`
}

// heldMessage tells what is not sent to a client because its line is too weak.
type heldMessage struct {
	T      string    `json:"t"`
	Tracks []lineTag `json:"tracks"`
	Only   Kind      `json:"only,omitempty"` // audio: no picture is sent at all
}

// recordingMessage tells whether what is said and shown is kept: on, paused or off.
type recordingMessage struct {
	T     string `json:"t"`
	State string `json:"state"`
}

type byeMessage struct {
	T   string `json:"t"`
	Why string `json:"why"`
}

type plainMessage struct {
	T string `json:"t"`
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil { // only types above come here
		return []byte(`{}`)
	}
	return b
}

// Bye is the last word on a link, for who must say it without a room.
func Bye(why string) []byte { return encode(byeMessage{T: "bye", Why: why}) }
