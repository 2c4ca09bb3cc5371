package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

const mediaType = "application/fhir+json"

// maxAnswer bounds what is read of one answer.
const maxAnswer = 64 << 20

// address reads --url of the FHIR face, which is at its usual path unless the
// URL names another.
func address(raw string, allowRemote bool) (*url.URL, error) {
	u, err := site(raw, allowRemote)
	if err == nil && u.Path == "" {
		u.Path = "/fhir"
	}
	return u, err
}

// site reads --url. The load and the token go to this machine only, unless the
// caller says otherwise, and then not in the clear.
func site(raw string, allowRemote bool) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(raw, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("--url must be a scheme and a host, for example http://localhost:8080")
	}
	if !loopback(u.Hostname()) {
		if !allowRemote {
			return nil, fmt.Errorf("--url: %s is not this machine; --allow-remote allows it", u.Hostname())
		}
		if u.Scheme != "https" {
			return nil, errors.New("--url: the token goes to another machine by https only")
		}
	}
	return u, nil
}

func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// target is the server under load. Its context ends every connection.
type target struct {
	ctx    context.Context
	base   *url.URL
	remote bool
	token  string
	budget *budget
}

// explain gives the reason of a run that was ended from outside instead of the
// broken connections that come of it, and says what to do about a bound.
func (t *target) explain(err error) error {
	w, ok := errors.AsType[*wrong](err)
	switch cause := context.Cause(t.ctx); {
	case cause == nil && ok && w.status == http.StatusTooManyRequests:
		return fmt.Errorf("%w: %s", err, heldBack)
	case cause == nil:
		return err
	case errors.Is(cause, context.Canceled):
		return errors.New("interrupted")
	default:
		return cause
	}
}

// dial looks at where a name really led before anything is sent there.
func (t *target) dial(addr string) (net.Conn, error) {
	d := net.Dialer{Timeout: 10 * time.Second}
	c, err := d.DialContext(t.ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	if peer, ok := c.RemoteAddr().(*net.TCPAddr); !t.remote && (!ok || !peer.IP.IsLoopback()) {
		_ = c.Close()
		return nil, fmt.Errorf("%s is not this machine; --allow-remote allows it", addr)
	}
	return &endingConn{Conn: c, stop: context.AfterFunc(t.ctx, func() { _ = c.Close() })}, nil
}

// endingConn is closed when the run ends.
type endingConn struct {
	net.Conn
	stop func() bool
}

func (c *endingConn) Close() error {
	c.stop()
	return c.Conn.Close()
}

// client is one connection, used by one goroutine.
type client struct {
	target *target
	host   *fasthttp.HostClient
	media  string // type of what it sends and asks for
	req    fasthttp.Request
	res    fasthttp.Response
	buf    []byte // the body of the next request
}

// connect gives n clients; what takes longer than the timeout is an error.
func (t *target) connect(n int, timeout time.Duration) []*client {
	clients := make([]*client, n)
	for i := range clients {
		clients[i] = t.client(timeout, mediaType, tokenBadge(t.token))
	}
	return clients
}

func closeAll(clients []*client) {
	for _, c := range clients {
		c.host.CloseIdleConnections()
	}
}

func (t *target) client(timeout time.Duration, media string, as *badge) *client {
	secure := t.base.Scheme == "https"
	c := &client{target: t, media: media, host: &fasthttp.HostClient{
		Addr: fasthttp.AddMissingPort(t.base.Host, secure), IsTLS: secure, Dial: t.dial, MaxConns: 1,
		ReadTimeout: timeout, WriteTimeout: timeout, MaxResponseBodySize: maxAnswer,
		ReadBufferSize: 64 << 10, WriteBufferSize: 16 << 10,
		NoDefaultUserAgentHeader: true, DisablePathNormalizing: true,
		// A request that is sent again would be counted once and would hide what failed.
		RetryIfErr: func(*fasthttp.Request, int, error) (bool, bool) { return false, false },
	}}
	for name, value := range as.header {
		c.req.Header.Set(name, value)
	}
	c.req.Header.Set("Accept", media)
	c.req.Header.Set("User-Agent", "housecall-loadtest")
	return c
}

// request is one request and what its answer must be like.
type request struct {
	method, path string // path below the base
	body         []byte
	status       int    // that is expected
	entries      int    // of the Bundle that is expected; 0: any
	holds        string // text that the answer must hold
}

// wrong is an answer that is not what was asked for. What it is does not hold
// ids, so that equal errors can be counted.
type wrong struct {
	what, detail string
	status       int    // of the answer, if there was one
	code         string // the server's word for the reason
}

func (w *wrong) Error() string { return w.what + w.detail }

// send gives the answer's body, which is good until the next send.
func (c *client) send(r request) ([]byte, error) {
	if !c.target.budget.take() {
		return nil, c.target.budget.err
	}
	c.req.Header.SetMethod(r.method)
	c.req.SetRequestURI(c.target.base.String() + r.path)
	if r.body != nil {
		c.req.Header.SetContentType(c.media)
		c.req.SetBodyRaw(r.body)
	} else {
		c.req.Header.Del("Content-Type")
		c.req.Header.Del("Content-Length") // of the last body: a GET does not set it anew
		c.req.ResetBody()
	}
	if err := c.host.Do(&c.req, &c.res); err != nil {
		if errors.Is(err, fasthttp.ErrTimeout) {
			return nil, &wrong{what: "no answer in time"}
		}
		return nil, &wrong{what: "no answer", detail: ": " + err.Error()}
	}
	body := c.res.Body()
	if got := c.res.StatusCode(); got != r.status {
		return nil, refusal(got, r.status, body)
	}
	if r.entries > 0 {
		// The key stands once in each entry, and counting it is a hundred times
		// cheaper than decoding: the client must not take the server's processor.
		if got := bytes.Count(body, []byte(`"fullUrl"`)); got != r.entries {
			return nil, &wrong{what: fmt.Sprintf("answer with %d entries instead of %d", got, r.entries)}
		}
	}
	if r.holds != "" && !bytes.Contains(body, []byte(r.holds)) {
		return nil, &wrong{what: "answer without what was asked for"}
	}
	return body, nil
}

// refusal is an answer with another status than was expected, and what it says:
// an OperationOutcome, or problem details (RFC 9457).
func refusal(got, want int, body []byte) *wrong {
	w := &wrong{what: fmt.Sprintf("answer %d instead of %d", got, want), status: got}
	var o struct {
		Issue []struct {
			Code, Diagnostics string
			Details           struct{ Text string }
			Expression        []string
		}
		Code, Detail string
	}
	if json.Unmarshal(body, &o) != nil {
		return w
	}
	words := []string{o.Code, o.Detail}
	w.code = o.Code
	if len(o.Issue) > 0 {
		i := o.Issue[0]
		w.code, words = i.Code, append([]string{i.Code, i.Details.Text, i.Diagnostics}, i.Expression...)
	}
	if text := strings.Join(strings.Fields(strings.Join(words, " ")), " "); text != "" {
		w.detail = ": " + text[:min(len(text), 300)]
	}
	return w
}

// software asks the server what it is.
func software(c *client) (string, error) {
	body, err := c.send(request{method: "GET", path: "/metadata", status: 200})
	if err != nil {
		return "", fmt.Errorf("the server does not answer as FHIR does: %w", err)
	}
	var s struct {
		ResourceType string
		Software     struct{ Name, Version string }
	}
	if json.Unmarshal(body, &s) != nil || s.ResourceType != "CapabilityStatement" {
		return "", errors.New("the server does not answer as FHIR does: its capability statement cannot be read")
	}
	return strings.TrimSpace(s.Software.Name + " " + s.Software.Version), nil
}

// budget is how many requests the run may still send.
type budget struct {
	left atomic.Int64
	err  error
}

func newBudget(n int64) *budget {
	b := &budget{err: fmt.Errorf("the run reached its limit of %s requests; --max-requests raises it", grouped(n))}
	b.left.Store(n)
	return b
}

func (b *budget) take() bool { return b.left.Add(-1) >= 0 }
