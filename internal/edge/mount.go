package edge

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Mount puts a net/http handler under the prefix. The handler sees the whole path.
//
// Strings that Fiber's own adaptor hands over alias buffers which the next
// request on the connection overwrites: whatever a handler keeps (the state of a
// sign-in) would change behind its back. Everything is copied here. The answer is
// collected before it is sent, so it is not for streams and sockets.
func Mount(app *fiber.App, prefix string, h http.Handler) {
	serveIt := func(c *fiber.Ctx) error { return serve(c, h) }
	prefix = strings.TrimSuffix(prefix, "/")
	app.All(prefix, serveIt)
	app.All(prefix+"/*", serveIt)
}

func serve(c *fiber.Ctx, h http.Handler) error {
	req, err := convert(c)
	if err != nil {
		return fiber.ErrBadRequest
	}
	w := &answer{header: http.Header{}, status: http.StatusOK}
	h.ServeHTTP(w, req)
	c.Status(w.status)
	for key, values := range w.header {
		c.Response().Header.Del(key)
		for _, v := range values {
			c.Response().Header.Add(key, v)
		}
	}
	if w.header.Get("Content-Type") == "" && w.body.Len() > 0 {
		c.Set(fiber.HeaderContentType, http.DetectContentType(w.body.Bytes()))
	}
	return c.Send(w.body.Bytes())
}

func convert(c *fiber.Ctx) (*http.Request, error) {
	ctx := c.Context()
	target := string(ctx.RequestURI())
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return nil, err
	}
	body := bytes.Clone(ctx.PostBody())
	header := http.Header{}
	for key, value := range ctx.Request.Header.All() {
		k := string(key)
		if k == fiber.HeaderHost || k == "Forwarded" || strings.HasPrefix(k, "X-Forwarded-") {
			continue // the base URL decides what this site is called
		}
		header.Add(k, string(value))
	}
	req := &http.Request{
		Method: string(ctx.Method()), URL: u, RequestURI: target, Host: string(ctx.Host()), Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
		RemoteAddr: net.JoinHostPort(Address(c), "0"),
	}
	return req.WithContext(c.UserContext()), nil
}

// answer collects what a net/http handler writes.
type answer struct {
	header http.Header
	status int
	begun  bool
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if !a.begun && status >= 200 {
		a.status, a.begun = status, true
	}
}

func (a *answer) Write(b []byte) (int, error) {
	a.begun = true
	return a.body.Write(b)
}
