package portal

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/fasthttp/websocket"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Close codes (RFC 6455, section 7.4).
const (
	closeRestart   = websocket.CloseServiceRestart
	closeSignedOut = websocket.ClosePolicyViolation
	closeTalk      = websocket.CloseMessageTooBig
)

const byeSignedOut = `{"bye":"signed_out"}`

// socket is one open page.
type socket struct {
	live   *live
	who    identity.Principal // changes under live.mu
	cookie string
	// watched holds for each chart the ETag that the page knows; under live.mu.
	watched map[string]string
	topics  map[string]string // what the page calls it -> topic of the hub; under live.mu
	pinged  time.Time         // last ping, at first when it was admitted; under live.mu
	warned  time.Time         // idle end that the page was told of; under live.mu

	mu      sync.Mutex
	conn    *websocket.Conn
	queue   []told // waits to be written; bounded, because a chart stands in it once
	writing bool
	writer  sync.WaitGroup
	ended   bool
	code    int
}

// told is what is told, and about which chart: a newer one replaces it.
type told struct {
	chart, text string
}

// run reads what the page says until the socket ends.
func (s *socket) run(conn *websocket.Conn) {
	defer conn.Close()
	defer s.live.leave(s)
	defer func() {
		if recover() != nil { // what one page says must not end the others
			s.live.p.Log.Error("panic in a live socket", "id", s.who.RequestID)
		}
	}()
	s.live.mu.Lock()
	if s.live.closing {
		s.live.mu.Unlock()
		return
	}
	s.live.running.Add(1)
	s.live.mu.Unlock()
	defer s.live.running.Done()
	conn.SetReadLimit(maxMessage)
	alive := func(string) error { return conn.SetReadDeadline(time.Now().Add(deadAfter)) }
	conn.SetPongHandler(alive)
	_ = alive("")
	s.mu.Lock()
	s.conn = conn
	if s.ended { // before it began
		s.begin()
	}
	s.mu.Unlock()
	s.say("", `{"hello":true}`)
	var since time.Time
	talk := 0
	for {
		var in struct {
			Watch  []string          `json:"watch"`
			Topics []string          `json:"topics"`
			ETags  map[string]string `json:"etags"`
		}
		kind, b, err := conn.ReadMessage()
		if err != nil {
			break
		}
		_ = alive("")
		if now := time.Now(); now.Sub(since) > time.Minute {
			since, talk = now, 0
		}
		if talk++; talk > maxTalk || kind != websocket.TextMessage || json.Unmarshal(b, &in) != nil {
			s.end("", closeTalk)
			continue // until the writer has said so and cuts the line
		}
		if in.Watch != nil {
			s.follow(in.Watch, in.ETags)
		}
		if in.Topics != nil {
			s.followTopics(in.Topics)
		}
	}
	s.mu.Lock()
	s.ended = true
	s.conn, s.queue = nil, nil
	s.mu.Unlock()
	_ = conn.Close() // also ends a write under way
	s.writer.Wait()
}

// follow makes the page's list of charts the one that is watched, and tells at
// once what moved since the page last read it.
func (s *socket) follow(patients []string, tags map[string]string) {
	patients = patients[:min(len(patients), maxWatched)]
	l := s.live
	l.mu.Lock()
	want := make(map[string]struct{}, len(patients))
	for _, p := range patients {
		if len(p) == 0 || len(p) > 64 {
			continue
		}
		want[p] = struct{}{}
		if tag := tags[p]; tag != "" && len(tag) <= 100 {
			s.watched[p] = tag
		} else if _, known := s.watched[p]; !known {
			s.watched[p] = ""
		}
		l.watch(s, p)
	}
	for p := range s.watched {
		if _, still := want[p]; !still {
			delete(s.watched, p)
			l.unwatch(s, p)
		}
	}
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	for p := range want {
		s.look(ctx, p)
	}
}

// look decides about one chart for this page and tells it when what it can see
// of the chart moved. A page that has not read the chart yet is told nothing.
func (s *socket) look(ctx context.Context, patient string) {
	l := s.live
	l.mu.Lock()
	who, known, on := s.who, "", false
	known, on = s.watched[patient]
	l.mu.Unlock()
	if !on {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	tag, err := l.p.Records.Tag(ctx, who, patient)
	if err != nil && !fault.Is(err, fault.NotFound) {
		if ctx.Err() == nil {
			l.p.Log.Warn("a watched chart could not be looked at", "err", err)
		}
		return // the next poll looks again
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, on := s.watched[patient]; !on || s.watched[patient] != known {
		return // unwatched, or somebody else told it meanwhile
	}
	switch {
	case err != nil:
		delete(s.watched, patient)
		l.unwatch(s, patient)
		s.say(patient, encode(map[string]any{"gone": patient}))
	case tag != known:
		s.watched[patient] = tag
		if known != "" {
			s.say(patient, encode(map[string]any{"chart": patient, "etag": tag}))
		}
	}
}

// recheck looks after the session behind the page, and shows that the line lives.
func (s *socket) recheck(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	x, err := s.live.p.Identity.SessionFrom(ctx, s.cookie, s.who.From(), false)
	if fault.Is(err, fault.Unauthenticated) {
		s.end(byeSignedOut, closeSignedOut)
		return
	}
	if err != nil {
		return
	}
	l := s.live
	if !s.connected() { // the browser went away before it was one
		l.leave(s)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s.who = x.Principal
	now := l.p.Now()
	if x.IdleExpiresAt.Sub(now) <= warn && !s.warned.Equal(x.IdleExpiresAt) {
		s.warned = x.IdleExpiresAt
		s.say("", encode(map[string]any{"session": "ending", "at": x.IdleExpiresAt}))
	}
	if now := time.Now(); now.Sub(s.pinged) >= pingEvery {
		s.pinged = now
		s.say("", `{"t":"ping"}`)
	}
	for name := range s.topics { // roles or name may be others now
		l.later(task{socket: s, topic: name, decide: true})
	}
	for p := range s.watched {
		if w := l.charts[p]; w != nil {
			l.later(task{patient: p})
		}
	}
}

func (s *socket) connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn != nil
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "{}"
	}
	return string(b)
}

// say queues a message; it never waits. A page that reads nothing is cut off: it
// comes back and is told what it missed.
func (s *socket) say(chart, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return
	}
	for i := range s.queue {
		if s.queue[i].chart == chart && (chart != "" || s.queue[i].text == text) {
			s.queue[i].text = text
			return
		}
	}
	if len(s.queue) >= 2*maxWatched {
		s.ended, s.code, s.queue = true, closeRestart, nil
	} else {
		s.queue = append(s.queue, told{chart, text})
	}
	s.begin()
}

// end says a last word and ends the socket.
func (s *socket) end(last string, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return
	}
	s.queue = nil
	if last != "" {
		s.queue = []told{{text: last}}
	}
	s.ended, s.code = true, code
	s.begin()
}

// begin lets somebody write what waits; an idle socket has no writer. It is
// called under the lock.
func (s *socket) begin() {
	if s.conn != nil && !s.writing {
		s.writing = true
		s.writer.Go(s.write)
	}
}

func (s *socket) write() {
	for {
		s.mu.Lock()
		conn, queue, ended, code := s.conn, s.queue, s.ended, s.code
		s.queue = nil
		if conn == nil || len(queue) == 0 && !ended {
			s.writing = false
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		_ = conn.SetWriteDeadline(time.Now().Add(writeTime))
		var err error
		for _, m := range queue {
			if err = conn.WriteMessage(websocket.TextMessage, []byte(m.text)); err != nil {
				break
			}
			if m.text == `{"t":"ping"}` { // its answer keeps the reading side alive
				err = conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTime))
			}
		}
		if ended || err != nil {
			_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
			_ = conn.Close() // wakes the reading side, which does the rest
			return
		}
	}
}
