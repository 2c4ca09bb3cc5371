package rest

import (
	"bufio"
	"context"
	"encoding/hex"
	"io"
	"mime"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/records"
)

// sendContent hands the content of a file over, or the part of it that is asked
// for (RFC 9110, section 14). A browser may show it and run nothing in it. The
// content leaves as it is read; nothing holds the whole of it.
func sendContent(c *fiber.Ctx, f *records.Content) error {
	tag := `"` + hex.EncodeToString(f.SHA256[:16]) + `"`
	c.Set(fiber.HeaderETag, tag)
	c.Set(fiber.HeaderAcceptRanges, "bytes")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	if hasTag(c.Get(fiber.HeaderIfNoneMatch), tag) {
		c.Status(fiber.StatusNotModified)
		return f.Close()
	}
	kind, show := contentType(f.ContentType)
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentDisposition, disposition(show, f.Title))
	start, length := int64(0), f.Size
	if c.Method() == fiber.MethodGet && ifRange(c.Get(fiber.HeaderIfRange), tag) {
		switch from, n, found := rangeOf(c.Get(fiber.HeaderRange), f.Size); {
		case found && n == 0:
			c.Response().Header.Del(fiber.HeaderContentDisposition)
			c.Set(fiber.HeaderContentRange, "bytes */"+strconv.FormatInt(f.Size, 10))
			c.Status(fiber.StatusRequestedRangeNotSatisfiable)
			c.Set(fiber.HeaderContentType, JSON+"; charset=utf-8")
			_ = f.Close()
			return c.Send(outcome(issue("error", "value", "The file does not reach as far as what was asked for.", "", "")))
		case found:
			start, length = from, n
			c.Status(fiber.StatusPartialContent)
			c.Set(fiber.HeaderContentRange, "bytes "+strconv.FormatInt(start, 10)+"-"+strconv.FormatInt(start+length-1, 10)+"/"+strconv.FormatInt(f.Size, 10))
		}
	}
	from := bufio.NewReaderSize(f, 16)
	if c.Method() == fiber.MethodGet && length > 0 { // what cannot be read is told before the first byte
		_, err := f.Seek(start, io.SeekStart)
		if err == nil {
			_, err = from.Peek(1)
		}
		if err != nil {
			_ = f.Close()
			return err
		}
	}
	c.Context().SetBodyStream(sending(c, io.LimitReader(from, length), f, f.Still), int(length))
	return nil
}

// moving gives a download more time as long as it moves: the server's bound on
// the time of an answer is for those that fit into memory. It breaks off when who
// asked for it may not have it any more.
type moving struct {
	io.Reader
	io.Closer
	conn  net.Conn
	still func(context.Context) error
	asked time.Time
}

const (
	stillFor   = 2 * time.Minute
	stillEvery = 250 * time.Millisecond
)

// sending makes a download of whoever asks; may decides on them anew.
func sending(c *fiber.Ctx, from io.Reader, end io.Closer, may func(context.Context, identity.Principal) error) *moving {
	again := edge.Again(c)
	return &moving{Reader: from, Closer: end, conn: c.Context().Conn(), asked: time.Now(), still: func(ctx context.Context) error {
		who, err := again(ctx)
		if err == nil {
			err = may(ctx, who)
		}
		return err
	}}
}

// Read gives the next bytes.
func (m *moving) Read(p []byte) (int, error) {
	now := time.Now()
	if now.Sub(m.asked) >= stillEvery {
		ctx, cancel := context.WithTimeout(context.Background(), writeTime)
		defer cancel()
		if err := m.still(ctx); err != nil {
			return 0, err
		}
		m.asked = now
	}
	if m.conn != nil {
		_ = m.conn.SetWriteDeadline(now.Add(stillFor))
	}
	return m.Reader.Read(p)
}

// inPlace are the types whose content a browser may show in place.
var inPlace = map[string]bool{"application/pdf": true, "image/jpeg": true, "image/png": true, "image/webp": true, "image/gif": true}

// contentType is the type as it may stand in a header; what is none is bytes.
func contentType(said string) (kind string, show bool) {
	t, _, err := mime.ParseMediaType(said)
	if err != nil || strings.ContainsFunc(said, func(r rune) bool { return r < ' ' || r > '~' }) {
		return fiber.MIMEOctetStream, false
	}
	return said, inPlace[t] || strings.HasPrefix(t, "audio/")
}

// disposition (RFC 6266): everything but pictures, sound and PDF is saved, not
// opened.
func disposition(show bool, title string) string {
	kind := "attachment"
	if show {
		kind = "inline"
	}
	if title == "" {
		return kind
	}
	if d := mime.FormatMediaType(kind, map[string]string{"filename": title}); d != "" {
		return d
	}
	return kind
}

// hasTag compares weakly (RFC 9110, section 13.1.2).
func hasTag(header, tag string) bool {
	for t := range strings.SplitSeq(header, ",") {
		if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == "*" || t == tag {
			return true
		}
	}
	return false
}

// ifRange: a range is given only of the content that the client has a part of
// already (RFC 9110, section 13.1.5). A weak tag cannot tell, and neither can a
// date: the whole comes.
func ifRange(header, tag string) bool { return header == "" || strings.TrimSpace(header) == tag }

// rangeOf reads a Range header of one range of bytes (RFC 9110, section 14.1.2).
// found is false for what is none, or several: then all of it is sent, as the
// section allows. Nothing of the content is in a range of length 0.
func rangeOf(header string, size int64) (start, length int64, found bool) {
	unit, set, ok := strings.Cut(header, "=")
	first, last, dash := strings.Cut(strings.Trim(set, " \t"), "-")
	if !ok || !dash || size == 0 || !strings.EqualFold(strings.TrimSpace(unit), "bytes") {
		return 0, 0, false
	}
	a, okA := position(first)
	b, okB := position(last)
	switch {
	case first == "" && okB: // the last b bytes
		b = min(b, size)
		return size - b, b, true
	case !okA || !okB && last != "" || okB && b < a:
		return 0, 0, false
	case a >= size:
		return 0, 0, true
	case !okB || b >= size:
		b = size - 1
	}
	return a, b - a + 1, true
}

// position reads digits; more than fit are beyond every end.
func position(s string) (n int64, ok bool) {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' }) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 1<<63 - 1, true
	}
	return n, true
}
