package sfu

import (
	"sync"
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
)

// wideRecorder notes when packets of one connection came in, by which its client
// learns how much the line carries (draft-holmer-rmcat-transport-wide-cc-extensions-01).
type wideRecorder struct {
	mu   sync.Mutex
	r    *twcc.Recorder
	from time.Time
}

func newWideRecorder() *wideRecorder {
	return &wideRecorder{r: twcc.NewRecorder(ownSSRC), from: time.Now()}
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
