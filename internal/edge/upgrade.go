package edge

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/gofiber/fiber/v2"
)

// handshakeTime is how long the answer to a handshake may take to be written.
const handshakeTime = 10 * time.Second

// TakeOver makes the connection of a request a WebSocket (RFC 6455, section 4.2)
// and hands it to run, on a goroutine of its own.
//
// fasthttp's own way keeps the request and a read buffer as large as the longest
// request head for as long as the socket lives, which is several times what an
// idle socket needs. Here the connection is taken from fasthttp first
// (KeepHijackedConns) and the handshake is answered on the bare connection.
func TakeOver(c *fiber.Ctx, pool websocket.BufferPool, run func(*websocket.Conn), failed func()) error {
	// What the handshake is answered from is copied: the request is used again.
	r := &http.Request{Method: http.MethodGet, Header: http.Header{}}
	for _, name := range []string{fiber.HeaderConnection, fiber.HeaderUpgrade, "Sec-Websocket-Version", "Sec-Websocket-Key"} {
		r.Header.Set(name, c.Get(name))
	}
	up := websocket.Upgrader{
		HandshakeTimeout: handshakeTime, ReadBufferSize: 512, WriteBufferSize: 512, WriteBufferPool: pool,
		CheckOrigin: func(*http.Request) bool { return true }, // was checked by who calls
	}
	c.Status(fiber.StatusSwitchingProtocols)
	c.Context().HijackSetNoResponse(true)
	c.Context().Hijack(func(given net.Conn) {
		conn := given
		if bare, ok := given.(interface{ UnsafeConn() net.Conn }); ok {
			conn = bare.UnsafeConn()
		}
		go func() {
			ws, err := up.Upgrade(&hijacked{conn: conn}, r, nil)
			if err != nil {
				_ = conn.Close()
				failed()
				return
			}
			run(ws)
		}()
	})
	return nil
}

// hijacked is how the library is given a connection.
type hijacked struct{ conn net.Conn }

func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(bufio.NewReaderSize(h.conn, 16), bufio.NewWriterSize(h.conn, 16)), nil
}

// A handshake that is refused was checked too late to be answered: the
// connection is closed instead.
func (h *hijacked) Header() http.Header { return http.Header{} }
func (h *hijacked) WriteHeader(int)     {}
func (h *hijacked) Write([]byte) (int, error) {
	return 0, errors.New("the connection is no longer HTTP")
}
