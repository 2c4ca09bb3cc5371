package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/pprof"
	"strings"
	"sync"
	"time"

	"github.com/fasthttp/websocket"

	"housecall/telehealth/sfu"
)

// serveRooms is a media plane on this machine until the context ends: the path of a
// socket names the room and the seat.
func serveRooms(ctx context.Context, out io.Writer, seats int, profile string) error {
	media, err := sfu.Open(sfu.Config{Loopback: true, Seats: seats, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer media.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { bringIn(media, w, r) })}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	fmt.Fprintf(out, "ws://%s\n", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// bringIn brings a socket to its seat.
func bringIn(media *sfu.Server, w http.ResponseWriter, r *http.Request) {
	room, seat, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if !ok {
		http.NotFound(w, r)
		return
	}
	conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	link, err := media.Enter(room, seat, &socketOut{conn: conn})
	if err != nil {
		return
	}
	defer link.Drop()
	for {
		_, b, err := conn.ReadMessage()
		if err != nil {
			return
		}
		link.Hear(b)
	}
}

// socketOut says what a room says. On this machine writing does not wait.
type socketOut struct {
	mu   sync.Mutex
	conn *websocket.Conn
}

// Say is of sfu.Out.
func (o *socketOut) Say(b []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	_ = o.conn.WriteMessage(websocket.TextMessage, b)
}

// End is of sfu.Out.
func (o *socketOut) End(string) { _ = o.conn.Close() }
