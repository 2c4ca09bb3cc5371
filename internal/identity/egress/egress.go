// Package egress is the one way out to addresses that others supplied: issuers,
// key sets, webhooks. It refuses addresses inside a network (loopback, private,
// link-local and the like) after the name was resolved, so that no name can lead
// to a neighbour of the server; it bounds time, redirects and size.
package egress

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"
)

const (
	total   = 15 * time.Second
	maxBody = 1 << 20
)

// Why an address is not called.
var (
	// ErrSpecial says that a name leads to an address inside a network.
	ErrSpecial = errors.New("egress: the address is not a public one")
	// ErrUnlisted says that the site calls others only.
	ErrUnlisted = errors.New("egress: the site does not call this address")
)

// Way is where calls may lead.
type Way struct {
	// Private allows, by the site's own configuration, addresses inside the
	// network, and http as well as https.
	Private bool
	// Hosts are the only ones that are called, as names or as *.example.org for
	// all below one; none: any.
	Hosts []string
}

// Leads tells whether a host is one of those that may be called.
func (w Way) Leads(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, h := range w.Hosts {
		below, all := strings.CutPrefix(h, "*")
		if host == h || all && strings.HasSuffix(host, below) {
			return true
		}
	}
	return len(w.Hosts) == 0
}

// special are the blocks of the IANA special-purpose registries (RFC 6890) that
// netip has no word for.
var special = func() (out []netip.Prefix) {
	for _, p := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
		"240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fec0::/10", "5f00::/16",
	} {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}()

// Public tells whether an address may be reached.
func Public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// Client is an HTTP client for addresses that others supplied.
func (w Way) Client() *http.Client {
	c := w.Files(maxBody)
	c.Timeout = total
	return c
}

// Files is a Client for large files of at most so many bytes. The caller's
// context bounds the time.
func (w Way) Files(most int64) *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	if !w.Private {
		// Control sees the resolved address of each attempt.
		dialer.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
			ap, err := netip.ParseAddrPort(address)
			if err != nil || !Public(ap.Addr()) {
				return ErrSpecial
			}
			return nil
		}
	}
	transport := &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        30 * time.Second,
		ForceAttemptHTTP2:      true,
	}
	return &http.Client{
		Transport: bounded{transport, w, most},
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) > 3 {
				return errors.New("egress: too many redirects")
			}
			return nil
		},
	}
}

type bounded struct {
	next http.RoundTripper
	way  Way
	most int64
}

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && !b.way.Private {
		return nil, errors.New("egress: only https")
	}
	if !b.way.Leads(r.URL.Hostname()) {
		return nil, ErrUnlisted
	}
	resp, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if resp.ContentLength > b.most {
		_ = resp.Body.Close()
		return nil, errors.New("egress: the answer is too large")
	}
	resp.Body = &limited{resp.Body, b.most}
	return resp, nil
}

// limited fails on the byte after the last allowed one; a silent cut could make
// another document of it.
type limited struct {
	io.ReadCloser
	left int64
}

func (l *limited) Read(b []byte) (int, error) {
	if int64(len(b)) > l.left+1 {
		b = b[:l.left+1]
	}
	n, err := l.ReadCloser.Read(b)
	if l.left -= int64(n); l.left < 0 {
		return 0, errors.New("egress: the answer is too large")
	}
	return n, err
}
