package edge

import (
	"bytes"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/fault"
)

// fasthttp is lenient where RFC 9112 lets it be, or not: it takes a length beside
// chunks, lines that are folded or end with a bare line feed, and spaces before the
// colon. A proxy in front may read the same bytes otherwise, and then one request is two
// (request smuggling). Such a message is refused, and nothing more is read from where it
// came.
var errFraming = fault.New(fault.Invalid, "The head of this request cannot be read in one way only.").WithCode("framing")

func checkFraming(c *fiber.Ctx) error {
	if framed(c.Request().Header.RawHeaders()) {
		return nil
	}
	c.Context().SetConnectionClose()
	return errFraming
}

var (
	contentLength    = []byte("Content-Length")
	transferEncoding = []byte("Transfer-Encoding")
	chunked          = []byte("chunked")
)

// framed tells whether the lines of a head say in one way where the message ends.
func framed(raw []byte) bool {
	lengths, encodings := 0, 0
	for len(raw) > 0 {
		end := bytes.IndexByte(raw, '\n')
		if end < 0 {
			return false
		}
		line := raw[:end]
		raw = raw[end+1:]
		if len(line) == 0 || line[len(line)-1] != '\r' {
			return false // a bare line feed
		}
		if line = line[:len(line)-1]; len(line) == 0 {
			break // the end of the head
		}
		name, value, ok := bytes.Cut(line, []byte{':'})
		if !ok || len(name) == 0 || bytes.IndexByte(line, '\r') >= 0 || bytes.ContainsAny(name, " \t") {
			return false // folded, or a space before the colon
		}
		switch {
		case bytes.EqualFold(name, contentLength):
			lengths++
		case bytes.EqualFold(name, transferEncoding):
			if encodings++; !bytes.EqualFold(bytes.Trim(value, " \t"), chunked) {
				return false
			}
		}
	}
	return lengths+encodings <= 1
}
