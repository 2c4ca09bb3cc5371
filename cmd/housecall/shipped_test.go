package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/records/access/audittest"

	"housecall/records/access"
)

// Input that breaks a rule where sign-ins are decided, and what is beyond a limit, are
// security events: bounded, without anything of what was sent, and they reach another
// system together with the log of the process.
func TestSecurityEventsReachAnotherSystem(t *testing.T) {
	eachDatabase(t, func(t *testing.T, cfg Config) {
		path := filepath.Join(t.TempDir(), "shipped.jsonl")
		cfg.LogURL = "file://" + path
		cfg.RateLimit, cfg.Log = 5, "info"
		a := start(t, cfg)
		post := func(path, body string) int {
			req, err := http.NewRequest(http.MethodPost, a.URL()+path, strings.NewReader(body))
			require.NoError(t, err)
			req.Header.Set("Content-Type", "application/json")
			res, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			return res.StatusCode
		}
		broken := 0
		for range 12 {
			if post("/auth/verify", `{"token": SENTINEL`) == http.StatusBadRequest {
				broken++
			}
		}
		require.Positive(t, broken)
		limited := false
		for range 200 {
			limited = limited || post("/auth/verify", `{"token": SENTINEL`) == http.StatusTooManyRequests
		}
		require.True(t, limited)
		status, _ := get(t, a.URL()+"/api/v1/me/%00SENTINEL", "")
		require.NotEqual(t, 200, status)
		_, err := a.Identity.CheckPassword(context.Background(), "SENTINEL@example.org", "SENTINEL", "192.0.2.7", "")
		require.Error(t, err)

		var events []access.Told
		logged := 0
		read := func() string {
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			events, logged = nil, 0
			lines := bufio.NewScanner(strings.NewReader(string(b)))
			for lines.Scan() {
				var l struct {
					Msg    string
					Action string
				}
				if json.Unmarshal(lines.Bytes(), &l) == nil && l.Msg == "request" {
					logged++
				} else if l.Action != "" {
					var e access.Told
					require.NoError(t, json.Unmarshal(lines.Bytes(), &e))
					events = append(events, e)
				}
			}
			return string(b)
		}
		has := func(detail string) bool {
			for _, e := range events {
				if strings.HasPrefix(e.Detail, detail) && e.Outcome == "refused" && e.Address != "" && !e.At.IsZero() {
					return true
				}
			}
			return false
		}
		defer func() {
			if t.Failed() {
				t.Log(logged, events)
			}
		}()
		require.Eventually(t, func() bool { read(); return has("400 auth") && has("429 auth") && has("password") && logged > 100 }, 20*time.Second, 50*time.Millisecond)
		require.Less(t, len(events), 12, "a flood is counted, not written down one by one")
		require.NotContains(t, read(), "SENTINEL")

		kept := map[string]bool{}
		for _, r := range audittest.Rows(t, a.DB) {
			var e struct{ Outcome, Detail string }
			_ = json.Unmarshal(r.Body, &e)
			if e.Outcome == "refused" {
				kept[e.Detail] = true
			}
		}
		require.True(t, kept["400 auth"] || kept["400 auth invalid"], "%v", kept)
		a.Stop()
	})
}

// A log server that does not answer keeps nobody waiting.
func TestALogServerThatIsAwayKeepsNobodyWaiting(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	cfg := testConfig(t)
	cfg.Addr = freeAddress(t)
	cfg.LogURL = "syslog://" + ln.Addr().String()
	a := start(t, cfg)
	status, _ := get(t, a.URL()+"/readyz", "")
	require.Equal(t, 200, status)
	c, err := ln.Accept()
	require.NoError(t, err)
	head, err := bufio.NewReader(c).ReadString('>')
	require.NoError(t, err)
	require.Regexp(t, `^\d+ <1\d\d>$`, head)
	require.NoError(t, c.Close())
	require.NoError(t, ln.Close())
	for range 20 {
		status, _ = get(t, a.URL()+"/readyz", "")
		require.Equal(t, 200, status)
	}
	a.Stop()
}
