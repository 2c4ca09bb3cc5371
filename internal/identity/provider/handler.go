package provider

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/oidc"

	"housecall/internal/identity"
)

const (
	maxBody = 64 << 10
	maxURL  = 16 << 10
)

// visitor is the browser behind a request of /oidc.
type visitor struct {
	browser string // cookie of the sign-in under way
	session string // session cookie
	device  string // cookie of a device that somebody signed in on before
	address string
	agent   string
}

func (v visitor) from() identity.From { return identity.FromRequest(v.address, v.agent) }

type visitorKey struct{}

func visitorOf(ctx context.Context) visitor {
	v, _ := ctx.Value(visitorKey{}).(visitor)
	return v
}

// guard stands before the library: it copies every string of the request,
// bounds it, hides what is not ours to serve, and keeps answers out of caches.
//
// The copies are needed because Fiber's adaptor lends net/http strings that lie
// in buffers it uses again; a state kept from one would change under us.
func (p *Provider) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		own, err := detach(r)
		if err != nil {
			http.Error(w, "The request is too large or cannot be read.", http.StatusBadRequest)
			return
		}
		switch own.URL.Path {
		case Path + "/healthz", Path + "/ready":
			http.NotFound(w, own)
			return
		case Path + "/authorize/callback":
			if own.Method != http.MethodGet {
				http.Error(w, "Method not allowed", http.StatusMethodNotAllowed)
				return
			}
		case Path + "/token", Path + "/introspect", Path + "/revoke":
			if own.Method != http.MethodPost && own.Method != http.MethodOptions {
				h.Set("Allow", http.MethodPost)
				http.Error(w, "Method not allowed", http.StatusMethodNotAllowed)
				return
			}
			own.URL.RawQuery = "" // no secrets in addresses (RFC 6749 section 2.3.1)
			if own.Header.Get("Authorization") != "" {
				w = challenger{w}
			}
		case Path + stylePath:
			serveStyle(w, own)
			return
		case Path + oidc.DiscoveryEndpoint, Path + "/keys":
			h.Set("Cache-Control", "public, max-age="+keysMaxAge)
		}
		v := visitor{agent: own.UserAgent()}
		v.address, _, _ = net.SplitHostPort(own.RemoteAddr)
		if c, err := own.Cookie(p.id.BrowserCookieName()); err == nil {
			v.browser = c.Value
		}
		if c, err := own.Cookie(p.id.CookieName()); err == nil {
			v.session = c.Value
		}
		if c, err := own.Cookie(p.id.DeviceCookieName()); err == nil {
			v.device = c.Value
		}
		next.ServeHTTP(w, own.WithContext(context.WithValue(own.Context(), visitorKey{}, v)))
	})
}

// challenger says by which scheme to try again, to who tried one (RFC 6749 section
// 5.2).
type challenger struct{ http.ResponseWriter }

func (c challenger) WriteHeader(status int) {
	if status == http.StatusUnauthorized {
		c.Header().Set("WWW-Authenticate", `Basic realm="Housecall"`)
	}
	c.ResponseWriter.WriteHeader(status)
}

// detach makes a request that shares no memory with the one given.
func detach(r *http.Request) (*http.Request, error) {
	uri := strings.Clone(r.URL.RequestURI())
	if len(uri) > maxURL {
		return nil, http.ErrContentLength
	}
	u, err := url.ParseRequestURI(uri)
	if err != nil {
		return nil, err
	}
	var body []byte
	if r.Body != nil {
		if body, err = io.ReadAll(io.LimitReader(r.Body, maxBody+1)); err != nil {
			return nil, err
		}
		if len(body) > maxBody {
			return nil, http.ErrContentLength
		}
	}
	own, err := http.NewRequestWithContext(r.Context(), strings.Clone(r.Method), "", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	own.URL, own.RequestURI = u, uri
	own.Host, own.RemoteAddr, own.TLS = strings.Clone(r.Host), strings.Clone(r.RemoteAddr), r.TLS
	for k, values := range r.Header {
		for _, v := range values {
			own.Header.Add(strings.Clone(k), strings.Clone(v))
		}
	}
	return own, nil
}

// Transport answers HTTP requests for the issuer inside the process, so that our
// own sign-in needs no network and works before anything listens.
func (p *Provider) Transport() http.RoundTripper { return inside{p} }

type inside struct{ p *Provider }

func (t inside) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	in := r.Clone(r.Context())
	in.RequestURI, in.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:0"
	w := &recorder{header: http.Header{}}
	t.p.handle.ServeHTTP(w, in)
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return &http.Response{
		StatusCode: w.status, Status: http.StatusText(w.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}, nil
}

type recorder struct {
	header http.Header
	body   bytes.Buffer
	status int
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *recorder) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}
