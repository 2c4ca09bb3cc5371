package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func (c *clinic) sync(t *testing.T) {
	patient := c.user("patient")
	r := perform(t.Context(), "sync", c.url, patient, "--connections", "4", "--warmup", "50ms", "--limit", "50")
	require.Zero(t, r.code, r.out+r.err)
	o, lines := r.told(t)
	require.Equal(t, "sync", o.Load)
	require.Equal(t, twice{"twice", "messages that two phones sent at the same moment", 3, 6, 3}, decoded[twice](t, lines["twice"]))
	full, idle, push := decoded[result](t, lines["full"]), decoded[result](t, lines["idle"]), decoded[result](t, lines["push"])
	require.Zero(t, full.Errors+idle.Errors+push.Errors)
	require.Positive(t, idle.Requests)
	require.Positive(t, push.Requests)
	require.Greater(t, full.BytesEach, 10*idle.BytesEach, "a cursor spares what is there already")
	again := decoded[twice](t, lines["again"])
	require.GreaterOrEqual(t, again.Done, perPush*push.Requests*4/5)

	r = perform(t.Context(), "sync", c.url, patient, "--patient", uuid.NewString())
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, "a message was refused")
	r = perform(t.Context(), "sync", c.url, "hca_"+strings.Repeat("x", 40))
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, "401")
	require.Empty(t, r.out)
}

// phoneSide is as much of the phones' face as the load needs. It does as it
// should, but for what a test lets it do wrong.
type phoneSide struct {
	*httptest.Server
	doubles bool // a message that comes twice is there twice
	forgets bool // commands are not known again
	deaf    bool // cursors mean nothing
	busy    bool // it is always too much

	mu       sync.Mutex
	known    map[string]bool
	messages []string // resources
}

func newPhoneSide(t *testing.T) *phoneSide {
	s := &phoneSide{known: map[string]bool{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *phoneSide) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.URL.Path {
	case "/api/v1/me":
		fmt.Fprint(w, `{"account":{"id":"a","kind":"person"},"people":[{"patient":"p"}],"version":"7"}`)
	case "/mobile/v1/pull":
		if s.busy {
			http.Error(w, `{"code":"too_many","detail":"Wait."}`, http.StatusTooManyRequests)
			return
		}
		var in struct{ Cursors map[string]string }
		_ = json.Unmarshal(b, &in)
		changes := ""
		if in.Cursors["p"] == "" || s.deaf {
			changes = `"changes":[` + strings.Join(s.messages, ",") + `],`
		}
		fmt.Fprintf(w, `{"charts":{"p":{%s"cursor":"c%d"}},"now":"2026-11-28T13:11:00Z"}`, changes, len(s.messages))
	case "/mobile/v1/push":
		var in struct{ Commands []command }
		_ = json.Unmarshal(b, &in)
		var results []string
		for _, c := range in.Commands {
			results = append(results, fmt.Sprintf(`{"id":"%s","state":"%s"}`, c.ID, s.do(c)))
		}
		fmt.Fprintf(w, `{"results":[%s]}`, strings.Join(results, ","))
	}
}

func (s *phoneSide) do(c command) string {
	known := s.known[c.ID]
	s.known[c.ID] = true
	if body, _ := c.Body.(map[string]any); c.Kind == "message.send" && (!known || s.doubles) {
		s.messages = append(s.messages, fmt.Sprintf(`{"ref":"Communication/%s","resource":{"resourceType":"Communication","payload":[{"contentString":"%s"}]}}`, uuid.NewString(), body["text"]))
	}
	if known && !s.forgets {
		return "already"
	}
	return "done"
}

func TestWhatIsSentTwiceHasToBeDoneOnce(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(s *phoneSide)
		want  string
	}{
		"all is well":                 {func(*phoneSide) {}, ""},
		"a bound":                     {func(s *phoneSide) { s.busy = true }, "serve with HOUSECALL_RATE_LIMIT=0"},
		"messages that are doubled":   {func(s *phoneSide) { s.doubles = true }, "3 messages that were sent twice are in the chart 6 times"},
		"commands that are forgotten": {func(s *phoneSide) { s.forgets = true }, "commands that were done twice"},
		"cursors that mean nothing":   {func(s *phoneSide) { s.deaf = true }, "answer with changes to a pull with the last cursor"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newPhoneSide(t)
			c.spoil(s)
			r := perform(t.Context(), "sync", s.URL, "t", "--connections", "2", "--warmup", "0s", "--duration", "100ms")
			if c.want == "" {
				require.Zero(t, r.code, r.out+r.err)
				return
			}
			require.Equal(t, 1, r.code, r.out)
			require.Contains(t, r.err, c.want)
		})
	}
}
