package carriertest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"testing"
)

// Gateway is an SMS gateway as docs/operations.md describes it.
type Gateway struct {
	ends
	server *httptest.Server
	known  map[string]bool
}

// NewGateway starts one and ends it with the test.
func NewGateway(t testing.TB) *Gateway {
	g := &Gateway{ends: ends{t: t}, known: map[string]bool{}}
	g.server = httptest.NewServer(http.HandlerFunc(g.serve))
	t.Cleanup(g.server.Close)
	return g
}

// Client reaches it.
func (g *Gateway) Client() *http.Client { return g.server.Client() }

// URL is the setting that leads here.
func (g *Gateway) URL() string {
	return strings.Replace(g.server.URL, "://", "://:gateway-token@", 1) + "/messages?from=%2B15550100"
}

func (g *Gateway) serve(w http.ResponseWriter, r *http.Request) {
	raw, _ := httputil.DumpRequest(r, false)
	body, _ := io.ReadAll(io.LimitReader(r.Body, 5000))
	var in struct {
		ID, To, From, Text string
		TTL                int
	}
	switch err := json.Unmarshal(body, &in); {
	case r.Method != http.MethodPost || r.URL.Path != "/messages":
		g.wrong(w, http.StatusNotFound, "gateway: %s %s", r.Method, r.URL)
		return
	case r.Header.Get("Authorization") != "Bearer gateway-token":
		g.wrong(w, http.StatusUnauthorized, "gateway: a bad token")
		return
	case err != nil || in.ID == "" || r.Header.Get("Idempotency-Key") != in.ID || !strings.HasPrefix(in.To, "+") || in.From != "+15550100" || in.Text == "" || len(in.Text) > 160 || in.TTL <= 0:
		g.wrong(w, http.StatusBadRequest, "gateway: a bad message: %s", body)
		return
	}
	status, reason, after, cut := g.verdict(Got{Target: in.To, ID: in.ID, Clear: in.Text, Raw: string(raw) + string(body)})
	if cut {
		g.mu.Lock()
		g.known[in.ID] = true
		g.mu.Unlock()
		panic(http.ErrAbortHandler)
	}
	if status == 0 {
		g.mu.Lock()
		status = http.StatusAccepted
		if g.known[in.ID] {
			status = http.StatusConflict
		}
		g.known[in.ID] = true
		g.mu.Unlock()
	}
	if after != "" {
		w.Header().Set("Retry-After", after)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if reason != "" {
		_ = json.NewEncoder(w).Encode(map[string]string{"error": reason})
	}
}
