package edge_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"housecall/internal/edge"
)

// Where a message ends is read in one way or not at all (RFC 9112, sections 5 and 6.3):
// a proxy in front that reads it otherwise must not be made to send one request for two.
// Each message is followed by a second request, which is answered only where the first
// was read as it is meant; what was smuggled is never run.
func TestWhereAMessageEnds(t *testing.T) {
	var bodies []string
	s := newSite(t, nil)
	s.app.Post("/take", func(c *fiber.Ctx) error {
		bodies = append(bodies, string(c.Body()))
		return c.SendString("taken")
	})
	smuggled := false
	s.app.Get("/smuggled", func(c *fiber.Ctx) error { smuggled = true; return c.SendString("in") })
	s.app.Get("/next", func(c *fiber.Ctx) error { return c.SendString("next") })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	srv := edge.Serve(s.app, ln, nil)
	t.Cleanup(func() { _ = srv.Stop(t.Context()) })

	const host = "Host: housecall.test:8080\r\n"
	const hidden = "GET /smuggled HTTP/1.1\r\n" + host + "\r\n"
	for _, c := range []struct {
		name, message string
		body          string // that it is read with; "-": it is refused
	}{
		{"a length", "POST /take HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nhello", "hello"},
		{"chunks", "POST /take HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello"},
		{"length and chunks, the length longer", "POST /take HTTP/1.1\r\n" + host + "Content-Length: 90\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "-"},
		{"length and chunks, hiding a request", "POST /take HTTP/1.1\r\n" + host + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden, "-"},
		{"chunks and length", "POST /take HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden, "-"},
		{"two lengths", "POST /take HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 0\r\n\r\n" + hidden, "-"},
		{"two lengths the other way", "POST /take HTTP/1.1\r\n" + host + "Content-Length: 0\r\nContent-Length: 60\r\n\r\n" + hidden, "-"},
		{"a list of lengths", "POST /take HTTP/1.1\r\n" + host + "Content-Length: 5, 0\r\n\r\nhello", "-"},
		{"a negative length", "POST /take HTTP/1.1\r\n" + host + "Content-Length: -5\r\n\r\nhello", "-"},
		{"a length with a sign", "POST /take HTTP/1.1\r\n" + host + "Content-Length: +5\r\n\r\nhello", "-"},
		{"a length in hexadecimal", "POST /take HTTP/1.1\r\n" + host + "Content-Length: 0x5\r\n\r\nhello", "-"},
		{"a folded line", "POST /take HTTP/1.1\r\n" + host + "X-A: b\r\n Content-Length: 5\r\n\r\nhello", "-"},
		{"a folded length", "POST /take HTTP/1.1\r\n" + host + "Content-Length:\r\n 5\r\n\r\nhello", "-"},
		{"a space before the colon", "POST /take HTTP/1.1\r\n" + host + "Content-Length : 5\r\n\r\nhello", "-"},
		{"another encoding", "POST /take HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\nhello", "-"},
		{"encodings in two lines", "POST /take HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + hidden, "-"},
		{"a chunk of broken size", "POST /take HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n", "-"},
		{"a chunk that is too long for its size", "POST /take HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloworld\r\n0\r\n\r\n", "-"},
		{"a bare line feed in the head", "POST /take HTTP/1.1\n" + strings.TrimSuffix(host, "\r\n") + "\nContent-Length: 5\n\nhello", "-"},
		{"a bare line feed in a field", "POST /take HTTP/1.1\r\n" + host + "X-A: b\nContent-Length: 5\r\n\r\nhello", "-"},
		{"a bare carriage return in a field", "POST /take HTTP/1.1\r\n" + host + "X-A: b\rContent-Length: 5\r\n\r\n", "-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bodies, smuggled = nil, false
			conn, err := net.Dial("tcp", ln.Addr().String())
			require.NoError(t, err)
			defer conn.Close()
			require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
			_, err = io.WriteString(conn, c.message+"GET /next HTTP/1.1\r\n"+host+"Connection: close\r\n\r\n")
			require.NoError(t, err)
			_ = conn.(*net.TCPConn).CloseWrite()
			in := bufio.NewReader(conn)
			first, err := http.ReadResponse(in, nil)
			if err == nil {
				_, _ = io.Copy(io.Discard, first.Body)
			}
			rest, _ := io.ReadAll(in)
			require.False(t, smuggled, "what was hidden in a body was run")
			if c.body == "-" {
				require.Empty(t, bodies)
				if err == nil {
					require.Equal(t, 400, first.StatusCode)
				}
				require.NotContains(t, string(rest), "next", "nothing behind a broken message is read")
				return
			}
			require.NoError(t, err)
			require.Equal(t, 200, first.StatusCode)
			require.Equal(t, []string{c.body}, bodies)
			require.Contains(t, string(rest), "next")
		})
	}
}
