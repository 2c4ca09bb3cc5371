package rest

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
)

// socketPath is where apps open a WebSocket for their subscriptions.
const socketPath = "/$ws"

const (
	maxSockets   = 1000 // of this node
	maxBound     = 20   // subscriptions on one socket
	maxTalking   = 4096 // bytes of one message that a client sends
	bindTime     = 10 * time.Second
	pingTime     = 25 * time.Second
	silenceTime  = 60 * time.Second
	writeTime    = 10 * time.Second
	bindCommand  = "bind-with-token "
	closedByUs   = websocket.CloseServiceRestart
	closedByRule = websocket.ClosePolicyViolation
)

// sockets are the WebSockets of this node.
type sockets struct {
	mu   sync.Mutex
	open map[*socket]struct{}
	over bool
	done sync.WaitGroup
	pool sync.Pool
}

// socket is one WebSocket. It says who it is by binding tokens: a browser cannot
// send a bearer token with it.
type socket struct {
	f      *Face
	conn   *websocket.Conn
	ctx    context.Context
	cancel context.CancelFunc
	write  sync.Mutex
	code   int
	bound  int
}

// webSocket makes the connection one (Subscriptions R5 Backport, section on
// websockets). Nothing is told on it before a token was taken.
func (f *Face) webSocket(c *fiber.Ctx) error {
	if f.subs == nil {
		return fault.New(fault.NotFound, "We could not find that.")
	}
	if !strings.EqualFold(c.Get(fiber.HeaderUpgrade), "websocket") || c.Get("Sec-WebSocket-Version") != "13" {
		return fiber.ErrUpgradeRequired
	}
	s := &socket{f: f, code: closedByRule}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	f.sockets.mu.Lock()
	defer f.sockets.mu.Unlock()
	if f.sockets.over || len(f.sockets.open) >= maxSockets {
		s.cancel()
		return fault.New(fault.Unavailable, "This is not available right now. Please try again in a moment.")
	}
	f.sockets.open[s] = struct{}{}
	f.sockets.done.Add(1)
	return edge.TakeOver(c, &f.sockets.pool, s.run, s.left)
}

func (s *socket) left() {
	s.cancel()
	s.f.sockets.mu.Lock()
	delete(s.f.sockets.open, s)
	s.f.sockets.mu.Unlock()
	s.f.sockets.done.Done()
}

// run reads what the client says until the socket ends.
func (s *socket) run(conn *websocket.Conn) {
	defer s.left()
	s.conn = conn
	var followers sync.WaitGroup
	followers.Go(s.keep)
	defer followers.Wait()
	defer s.cancel()
	conn.SetReadLimit(maxTalking)
	_ = conn.SetReadDeadline(time.Now().Add(bindTime))
	conn.SetPongHandler(func(string) error {
		if s.bound > 0 {
			_ = conn.SetReadDeadline(time.Now().Add(silenceTime))
		}
		return nil
	})
	for {
		kind, b, err := conn.ReadMessage()
		if err != nil {
			return
		}
		token, ok := strings.CutPrefix(string(b), bindCommand)
		if kind != websocket.TextMessage || !ok || s.bound >= maxBound {
			return
		}
		bound, err := s.f.subs.Bind(s.ctx, strings.TrimSpace(token))
		if err != nil {
			return
		}
		s.bound++
		_ = conn.SetReadDeadline(time.Now().Add(silenceTime))
		followers.Go(func() {
			defer s.cancel() // one that ended, was cut off or taken over ends the socket
			_ = bound.Follow(s.ctx, s.send)
		})
	}
}

// keep pings, and closes the connection when the socket is to end.
func (s *socket) keep() {
	tick := time.NewTicker(pingTime)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_ = s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTime))
		case <-s.ctx.Done():
			s.f.sockets.mu.Lock()
			code := s.code
			s.f.sockets.mu.Unlock()
			_ = s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
			_ = s.conn.Close()
			return
		}
	}
}

func (s *socket) send(ctx context.Context, body []byte) error {
	s.write.Lock()
	defer s.write.Unlock()
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(writeTime)
	}
	_ = s.conn.SetWriteDeadline(deadline)
	defer context.AfterFunc(ctx, func() { _ = s.conn.SetWriteDeadline(time.Now()) })() // what is on its way is broken off
	return s.conn.WriteMessage(websocket.TextMessage, body)
}

// Stop ends the sockets, which would hold up the server. It may be called twice.
func (f *Face) Stop() {
	f.sockets.mu.Lock()
	f.sockets.over = true
	for s := range f.sockets.open {
		s.code = closedByUs
		s.cancel()
	}
	f.sockets.mu.Unlock()
	f.sockets.done.Wait()
}
