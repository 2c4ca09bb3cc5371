package sfu

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// wideRecorder notes when packets of one connection came in, by which its client
// learns how much the line carries (draft-holmer-rmcat-transport-wide-cc-extensions-01).
// It stands in the way of all that is received, since retransmissions and the
// padding with which a client probes its line count, too, and are seen nowhere else.
type wideRecorder struct {
	interceptor.NoOp
	mu   sync.Mutex
	r    *twcc.Recorder
	from time.Time
}

func newWideRecorder() *wideRecorder {
	return &wideRecorder{r: twcc.NewRecorder(ownSSRC), from: time.Now()}
}

// BindRemoteStream is of interceptor.Interceptor.
func (w *wideRecorder) BindRemoteStream(info *interceptor.StreamInfo, reader interceptor.RTPReader) interceptor.RTPReader {
	id := uint8(0)
	for _, e := range info.RTPHeaderExtensions {
		if e.URI == uriWide && e.ID > 0 && e.ID < 256 {
			id = uint8(e.ID)
		}
	}
	if id == 0 {
		return reader
	}
	ssrc := info.SSRC
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		n, a, err := reader.Read(b, a)
		if err == nil {
			if seq, ok := wideNumber(b[:n], id); ok {
				w.record(ssrc, seq, time.Now())
			}
		}
		return n, a, err
	})
}

// wideNumber is a packet's number among all of its connection.
func wideNumber(b []byte, id uint8) (uint16, bool) {
	h, ok := readHead(b)
	if !ok {
		return 0, false
	}
	x := h.extension(id)
	if len(x) != 2 {
		return 0, false
	}
	return binary.BigEndian.Uint16(x), true
}

func (w *wideRecorder) record(ssrc uint32, seq uint16, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.r.Record(ssrc, seq, at.Sub(w.from).Microseconds())
}

func (w *wideRecorder) feedback() []rtcp.Packet {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.r.PacketsHeld() == 0 {
		return nil
	}
	return w.r.BuildFeedbackPacket()
}

// recorders gives each connection its own recorder.
type recorders struct {
	mu   sync.Mutex
	last *wideRecorder
}

// NewInterceptor is of interceptor.Factory.
func (f *recorders) NewInterceptor(string) (interceptor.Interceptor, error) {
	f.last = newWideRecorder()
	return f.last, nil
}

// connection makes a peer connection, which asks for its interceptors meanwhile.
func (s *Server) connection() (*webrtc.PeerConnection, *wideRecorder, error) {
	proofs, err := s.proof.now(time.Now())
	if err != nil {
		return nil, nil, err
	}
	s.recorders.mu.Lock()
	defer s.recorders.mu.Unlock()
	pc, err := s.api.NewPeerConnection(webrtc.Configuration{Certificates: proofs})
	return pc, s.recorders.last, err
}
