package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/pion/rtp"
	"github.com/stretchr/testify/require"

	"housecall/telehealth/sfu/peer"
)

// walker is somebody in a visit who climbs the ladder of PROTOCOL.md as a browser does:
// a socket that broke is opened at the next node with the token, and who has to join
// anew does so at once.
type walker struct {
	c      *clinicNodes
	name   string
	cookie string
	camera bool // on, and published in any case
	next   int  // node to try

	mu     sync.Mutex
	conn   *websocket.Conn
	client *peer.Client
	me     string
	came   map[string]*arrivals // by seat and kind
	marked time.Time
	steps  []string // for the report of a test that fails

	stop  chan struct{}
	tasks sync.WaitGroup
}

// arrivals are the packets of one track.
type arrivals struct {
	last    time.Time
	silence time.Duration // the longest since the mark
	recent  int           // without a long silence among them
}

const longSilence = 300 * time.Millisecond

func (w *walker) start(node int) {
	w.next, w.stop, w.came = node, make(chan struct{}), map[string]*arrivals{}
	w.tasks.Go(w.walk)
	w.tasks.Go(w.send)
	w.c.t.Cleanup(func() {
		close(w.stop)
		w.mu.Lock()
		conn, client := w.conn, w.client
		w.mu.Unlock()
		if conn != nil {
			_ = conn.Close()
		}
		w.tasks.Wait()
		if client != nil {
			client.Close()
		}
	})
}

func (w *walker) over() bool {
	select {
	case <-w.stop:
		return true
	default:
		return false
	}
}

// walk goes from socket to socket.
func (w *walker) walk() {
	for !w.over() {
		at := w.next % len(w.c.nodes)
		dialer := websocket.Dialer{HandshakeTimeout: 8 * time.Second}
		conn, res, err := dialer.Dial("ws://"+w.c.cfgs[at].Addr+w.c.path, http.Header{"Origin": {w.c.base}, "Host": {strings.TrimPrefix(w.c.base, "http://")}, "Cookie": {cookieOf(w.cookie)}})
		status := 0
		if res != nil {
			status = res.StatusCode
			_ = res.Body.Close()
		}
		w.step("node %d: %d %v", at, status, err)
		if err != nil {
			w.next++
			select {
			case <-w.stop:
			case <-time.After(100 * time.Millisecond):
			}
			continue
		}
		w.mu.Lock()
		w.conn = conn
		client := w.client
		w.mu.Unlock()
		again := client != nil
		if !again {
			client = w.renew()
		}
		client.Join(true, w.camera, again)
		if why := w.read(conn, again); why != "" { // a word of the room: everything anew
			w.drop()
		}
		_ = conn.Close()
		w.next++
	}
}

func (w *walker) step(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.steps = append(w.steps, time.Now().Format("05.00 ")+fmt.Sprintf(format, args...))
}

// renew makes the part that has the connections.
func (w *walker) renew() *peer.Client {
	client, err := peer.New(peer.Options{
		Say: func(b []byte) {
			w.mu.Lock()
			defer w.mu.Unlock()
			_ = w.conn.WriteMessage(websocket.TextMessage, b)
		},
		Packet: func(from peer.Tag, _ *rtp.Packet) { w.arrived(from) },
	})
	if err != nil { // it needs nothing that could be missing
		panic(err)
	}
	w.mu.Lock()
	w.client = client
	w.mu.Unlock()
	return client
}

func (w *walker) drop() {
	w.mu.Lock()
	client := w.client
	w.client = nil
	w.mu.Unlock()
	if client != nil {
		w.tasks.Go(client.Close)
	}
}

// read hears the room until the socket ends, and gives its last word.
func (w *walker) read(conn *websocket.Conn, again bool) (why string) {
	for {
		_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		_, b, err := conn.ReadMessage()
		if err != nil {
			w.step("the socket ended: %v", err)
			return ""
		}
		var m peer.Message
		_ = json.Unmarshal(b, &m)
		if m.T == "joined" && again && !m.Resumed {
			w.drop()
			w.renew()
		}
		w.mu.Lock()
		client := w.client
		if m.T == "joined" {
			w.me = m.Seat
		}
		w.mu.Unlock()
		_ = client.Hear(b)
		switch {
		case m.T == "joined" && !m.Resumed:
			w.step("joined")
			_ = client.Publish("audio", "camera")
		case m.T == "bye":
			w.step("bye %s", m.Why)
			return m.Why
		}
	}
}

// send makes sound and pictures, to whichever connection there is.
func (w *walker) send() {
	video, sound := &peer.Video{}, &peer.Sound{}
	tick, ping := time.NewTicker(20*time.Millisecond), time.NewTicker(8*time.Second)
	defer tick.Stop()
	defer ping.Stop()
	for i := 0; ; i++ {
		select {
		case <-w.stop:
			return
		case <-ping.C:
			w.mu.Lock()
			if w.conn != nil {
				_ = w.conn.WriteMessage(websocket.TextMessage, []byte(`{"t":"ping"}`))
			}
			w.mu.Unlock()
			continue
		case <-tick.C:
		}
		w.mu.Lock()
		client := w.client
		w.mu.Unlock()
		if client == nil {
			continue
		}
		for _, x := range video.Frame(2, 800, i%25 == 0) {
			_ = client.Write("camera", x)
		}
		_ = client.Write("audio", sound.Packet(80))
	}
}

func (w *walker) arrived(from peer.Tag) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now, key := time.Now(), from.Seat+" "+from.Kind
	a := w.came[key]
	if a == nil {
		a = &arrivals{last: now}
		w.came[key] = a
	}
	gap := now.Sub(a.last)
	if a.last.Before(w.marked) {
		gap = now.Sub(w.marked)
	}
	a.last, a.silence, a.recent = now, max(a.silence, gap), a.recent+1
	if gap > longSilence {
		a.recent = 1
	}
}

// mark begins to measure.
func (w *walker) mark() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.marked = time.Now()
	for _, a := range w.came {
		a.silence, a.recent = 0, 0
	}
}

// anew counts what comes from now on; the silences stay.
func (w *walker) anew() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.came {
		a.recent = 0
	}
}

// receives tells whether sound of all others comes, and pictures of those who show
// themselves, since it is counted.
func (w *walker) receives() bool {
	for _, o := range w.c.people {
		if o == w {
			continue
		}
		seat := o.seat()
		w.mu.Lock()
		ok := seat != "" && w.steady(seat+" audio", 50) && (!o.camera || w.steady(seat+" camera", 80))
		w.mu.Unlock()
		if !ok {
			return false
		}
	}
	return true
}

// steady: so many packets came without a long silence, until now; under the lock.
func (w *walker) steady(key string, packets int) bool {
	a := w.came[key]
	return a != nil && a.recent >= packets && time.Since(a.last) < longSilence
}

// silence is the longest time since the mark for which nothing of one track came.
func (w *walker) silence() (longest time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.came {
		longest = max(longest, a.silence)
	}
	return longest
}

func (w *walker) seat() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.me
}

// others are the seats of everybody else, as this person was told.
func (w *walker) others() []peer.Presence {
	w.mu.Lock()
	client, me := w.client, w.me
	w.mu.Unlock()
	require.NotNil(w.c.t, client)
	return slices.DeleteFunc(client.Seats(), func(s peer.Presence) bool { return s.Seat == me })
}
