package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"

	"github.com/fasthttp/websocket"

	"housecall/telehealth/sfu"
)

// serveRooms is a media plane on this machine until the context ends: the path of a
// socket names the room and the seat.
func serveRooms(ctx context.Context, out io.Writer, seats int, profile string, plain bool) error {
	enter, end, err := openPlane(seats, plain)
	if err != nil {
		return err
	}
	defer end()
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
	paths := http.NewServeMux()
	paths.HandleFunc("GET /memory", tellMemory)
	paths.HandleFunc("GET /heap", func(w http.ResponseWriter, _ *http.Request) { _ = pprof.Lookup("heap").WriteTo(w, 0) })
	paths.HandleFunc("GET /{room}/{seat}", enter)
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: paths}
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

// openPlane takes a port for media.
func openPlane(seats int, plain bool) (enter http.HandlerFunc, end func(), err error) {
	if plain {
		media, end, err := newNaive()
		if err != nil {
			return nil, nil, err
		}
		return media.bringIn, end, nil
	}
	media, err := sfu.Open(sfu.Config{Loopback: true, Seats: seats, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, nil, err
	}
	return func(w http.ResponseWriter, r *http.Request) { bringIn(media, w, r) }, media.Close, nil
}

// bringIn brings a socket to its seat.
func bringIn(media *sfu.Server, w http.ResponseWriter, r *http.Request) {
	conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	link, err := media.Enter(r.PathValue("room"), r.PathValue("seat"), &socketOut{conn: conn})
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

// held is what a process keeps, in bytes.
type held struct {
	Heap       int64 `json:"heap"` // in use, after garbage was collected
	Stacks     int64 `json:"stacks"`
	Goroutines int64 `json:"goroutines"`

	// As it was found: of what is resident, what the heap has, with garbage and gaps, and
	// what the runtime itself needs.
	Spans   int64 `json:"spans"`
	Idle    int64 `json:"idle"` // of the heap: free, and not given back to the system
	Runtime int64 `json:"runtime"`
	Cycles  int64 `json:"cycles"` // collections, but those that were asked for
}

func tellMemory(w http.ResponseWriter, _ *http.Request) {
	var found, kept runtime.MemStats
	runtime.ReadMemStats(&found)
	runtime.GC()
	runtime.GC() // pools give back in two steps
	runtime.ReadMemStats(&kept)
	//nolint:gosec // of a process that fits into memory
	_ = json.NewEncoder(w).Encode(held{
		Heap: int64(kept.HeapAlloc), Stacks: int64(kept.StackInuse), Goroutines: int64(runtime.NumGoroutine()),
		Spans: int64(found.HeapInuse), Idle: int64(found.HeapIdle - found.HeapReleased),
		Runtime: int64(found.MSpanSys + found.MCacheSys + found.BuckHashSys + found.GCSys + found.OtherSys), Cycles: int64(found.NumGC - found.NumForcedGC),
	})
}
