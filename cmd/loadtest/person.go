package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/pquerna/otp/totp"
)

// badge proves to the server who somebody is: an access token, or the session of
// a browser.
type badge struct {
	name   string            // as a report calls it
	header map[string]string // that goes with each request
	me     me
}

// me is what the server knows of somebody.
type me struct {
	Account struct{ ID, Kind string }
	People  []struct{ Patient string }
	CSRF    string
	Version string
}

func tokenBadge(token string) *badge {
	return &badge{name: "the token", header: map[string]string{"Authorization": "Bearer " + token}}
}

// login is one line of the file of accounts.
type login struct{ email, password, secret string }

// readLogins reads accounts: e-mail, password and, of who needs one-time codes,
// their secret, with tabs between. What follows is left alone, so that the list
// which serve --demo writes can be used as it is.
func readLogins(path string) ([]login, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--accounts: %w", err)
	}
	var all []login
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := append(strings.Split(line, "\t"), "-")
		if len(f) < 3 || f[0] == "" || f[1] == "" {
			return nil, fmt.Errorf("--accounts: line %d of %s is not e-mail, password and secret of one-time codes (or -) with tabs between", n, path)
		}
		l := login{email: f[0], password: f[1]}
		if f[2] != "-" {
			l.secret = f[2]
		}
		all = append(all, l)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("--accounts: %s names nobody", path)
	}
	return all, nil
}

const (
	jsonType    = "application/json"
	signInTime  = 30 * time.Second
	codePeriod  = 30 * time.Second
	patience    = 5 * time.Minute
	maxSignedIn = 1 << 20 // bytes of a page that is loaded on the way
)

// origin is what a browser calls the site.
func (t *target) origin() string { return t.base.Scheme + "://" + t.base.Host }

// signIn does what a browser does with somebody's password and one-time code.
func (t *target) signIn(l login) (*badge, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{DialContext: func(_ context.Context, _, addr string) (net.Conn, error) { return t.dial(addr) }}
	defer transport.CloseIdleConnections()
	b := &browser{target: t, http: &http.Client{Jar: jar, Transport: transport, Timeout: signInTime}}
	if err := b.signIn(l); err != nil {
		return nil, fmt.Errorf("%s could not sign in: %w", l.email, err)
	}
	var cookies []string
	for _, c := range jar.Cookies(t.base) {
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	as := &badge{name: l.email, header: map[string]string{"Cookie": strings.Join(cookies, "; "), "Origin": t.origin()}}
	return as, t.meet(as, signInTime)
}

// meet asks the server who somebody is.
func (t *target) meet(as *badge, timeout time.Duration) error {
	c := t.client(timeout, jsonType, as)
	defer c.host.CloseIdleConnections()
	if err := c.call(http.MethodGet, "/api/v1/me", http.StatusOK, nil, &as.me); err != nil {
		return fmt.Errorf("the server does not know %s: %w", as.name, err)
	}
	if as.me.CSRF != "" {
		as.header["X-CSRF-Token"] = as.me.CSRF
	}
	return nil
}

// everybody signs the accounts of a file in.
func (t *target) everybody(logins []login) ([]*badge, error) {
	var all []*badge
	for _, l := range logins {
		b, err := t.signIn(l)
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

// browser is one on its way in.
type browser struct {
	target *target
	http   *http.Client
}

func (b *browser) signIn(l login) error {
	res, err := b.open(b.target.origin() + "/auth/login?return=/")
	if err != nil {
		return err
	}
	request := res.Request.URL.Query().Get("request")
	if request == "" {
		return errors.New("the sign-in page is not where it was expected")
	}
	next, err := b.step("/auth/password", map[string]string{"request": request, "email": l.email, "password": l.password})
	if err != nil {
		return err
	}
	if next == "" {
		if next, err = b.code(request, l.secret); err != nil {
			return err
		}
	}
	to, err := b.target.base.Parse(next)
	if err != nil {
		return err
	}
	_, err = b.open(to.String())
	return err
}

// code gives a one-time code. Each is taken once, so that somebody who signed in
// a moment ago needs the next one, which the server takes already.
func (b *browser) code(request, secret string) (next string, err error) {
	if secret == "" {
		return "", errors.New("they need one-time codes, and the file has no secret of theirs")
	}
	for _, ahead := range []time.Duration{0, codePeriod} {
		var code string
		if code, err = totp.GenerateCode(secret, time.Now().Add(ahead)); err != nil {
			return "", err
		}
		if next, err = b.step("/auth/totp", map[string]string{"request": request, "code": code}); err == nil {
			return next, nil
		}
	}
	return "", fmt.Errorf("%w (a code can be used once: wait a minute between two runs)", err)
}

// step gives where a step of the sign-in leads; empty: a code is asked for.
func (b *browser) step(path string, in map[string]string) (next string, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(b.target.ctx, http.MethodPost, b.target.origin()+path, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", jsonType)
	req.Header.Set("Origin", b.target.origin())
	res, err := b.do(req)
	if err != nil {
		return "", err
	}
	var step struct{ Next, Step string }
	if err := json.NewDecoder(res.Body).Decode(&step); err != nil {
		return "", err
	}
	if step.Next == "" && step.Step != "totp" {
		return "", fmt.Errorf("the sign-in asks for %q, which only a person can give", step.Step)
	}
	return step.Next, nil
}

func (b *browser) open(address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(b.target.ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return b.do(req)
}

// do reads the whole answer and refuses what is no success. Many who come from one
// address are asked to wait, which is done as long as it is minutes.
func (b *browser) do(req *http.Request) (*http.Response, error) {
	res, err := b.http.Do(req)
	for waited := time.Duration(0); err == nil && res.StatusCode == http.StatusTooManyRequests; {
		wait := retryAfter(res)
		if waited += wait; wait == 0 || waited > patience {
			break
		}
		_ = res.Body.Close()
		select {
		case <-time.After(wait):
		case <-b.target.ctx.Done():
			return nil, b.target.ctx.Err()
		}
		again := res.Request.Clone(b.target.ctx) // where the way led to when it was refused
		if again.GetBody != nil {
			if again.Body, err = again.GetBody(); err != nil {
				return nil, err
			}
		}
		res, err = b.http.Do(again)
	}
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxSignedIn))
	_ = res.Body.Close()
	if err != nil {
		return nil, err
	}
	// The page itself may be missing from the server, which is no reason not to
	// be signed in.
	if page := req.Method == http.MethodGet; !page && res.StatusCode != http.StatusOK {
		return nil, refusal(res.StatusCode, http.StatusOK, body)
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// socket opens a WebSocket.
func (t *target) socket(as *badge, path string) (*websocket.Conn, error) {
	header := http.Header{}
	for name, value := range as.header {
		header.Set(name, value)
	}
	d := websocket.Dialer{HandshakeTimeout: signInTime, ReadBufferSize: 1024, WriteBufferSize: 1024,
		NetDial: func(_, addr string) (net.Conn, error) { return t.dial(addr) }}
	conn, res, err := d.Dial("ws"+strings.TrimPrefix(t.origin(), "http")+path, header)
	if err == nil {
		return conn, nil
	}
	if res == nil {
		return nil, err
	}
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxSignedIn))
	return nil, refusal(res.StatusCode, http.StatusSwitchingProtocols, body)
}

// call sends one request that is not measured and reads its answer.
func (c *client) call(method, path string, status int, in, out any) error {
	r := request{method: method, path: path, status: status}
	if in != nil {
		var err error
		if r.body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	body, err := c.send(r)
	if err != nil || out == nil {
		return err
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("the answer to %s cannot be read: %w", path, err)
	}
	return nil
}

// retryAfter is how long an answer asks to wait; 0: it does not.
func retryAfter(res *http.Response) time.Duration {
	n, err := strconv.Atoi(res.Header.Get("Retry-After"))
	if err != nil || n < 1 {
		return 0
	}
	return time.Duration(n) * time.Second
}
