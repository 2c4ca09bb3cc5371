package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"
)

func (c *clinic) messages(t *testing.T) {
	system := c.token("--system", "--name", "loadtest", "--scope", "system/*.cruds")
	r := perform(t.Context(), "messages", c.url, system, "--accounts", c.accounts(), "--sockets", "35", "--warmup", "10ms", "--pid", strconv.Itoa(c.cmd.Process.Pid))
	require.Zero(t, r.code, r.out+r.err)
	require.Contains(t, r.err, "admin@housecall.test may not follow these messages")
	require.NotContains(t, r.out+r.err, system)
	o, lines := r.told(t)
	require.Equal(t, "messages", o.Load)
	require.Contains(t, o.Data, "35 open pages of 4 people")
	require.Equal(t, 35, decoded[pagesResult](t, lines["pages"]).Pages)
	seen, send := decoded[result](t, lines["seen"]), decoded[result](t, lines["send"])
	require.Zero(t, seen.Errors+send.Errors)
	require.Positive(t, seen.Requests)
	require.Zero(t, seen.Requests%35, "every page heard of every message")
	require.Positive(t, send.Requests)
	require.LessOrEqual(t, send.P50, send.P99)

	// They are in the conversation, each once.
	patient := c.user("patient")
	var threads struct {
		Items []struct {
			Subject string
			Count   int64
		}
	}
	var me me
	c.get(t, patient, "/api/v1/me", &me)
	c.get(t, patient, "/api/v1/charts/"+me.People[0].Patient+"/threads", &threads)
	require.Equal(t, "Load test", threads.Items[0].Subject)
	require.GreaterOrEqual(t, threads.Items[0].Count, 1+seen.Requests/35+send.Requests)

	few := perform(t.Context(), "messages", c.url, patient, "--warmup", "0s", "--duration", "100ms")
	require.Zero(t, few.code, few.out+few.err)
	require.Contains(t, few.err, "for people who signed in, not for a token")
	o, lines = few.told(t)
	require.Contains(t, o.Method, "0.25 a second at most")
	require.EqualValues(t, 1, decoded[result](t, lines["send"]).Requests)

	wrong := filepath.Join(t.TempDir(), "accounts")
	require.NoError(t, os.WriteFile(wrong, []byte("patient@housecall.test\tguessed\t-\n"), 0o600))
	r = perform(t.Context(), "messages", c.url, patient, "--accounts", wrong)
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, "patient@housecall.test could not sign in")
	require.NotContains(t, r.err, "guessed")
}

func (c *clinic) heldBack(t *testing.T) {
	r := perform(t.Context(), "messages", c.url, c.user("patient"), "--rate", "0", "--duration", "10m")
	require.Equal(t, 1, r.code, "more than the server lets a patient send is no success: %s", r.out)
	_, lines := r.told(t)
	send := decoded[result](t, lines["send"])
	require.Positive(t, send.ErrorsByKind["answer 429 instead of 201"])
	require.Contains(t, r.err, "a patient may send 20 a minute")
}

// talk is as much of the portal as messages need. hint decides what its pages are
// told of a message.
type talk struct {
	*httptest.Server
	t       *testing.T
	hint    func(c *websocket.Conn, topic string) error
	answer  func(w http.ResponseWriter, id string)
	mu      sync.Mutex
	pages   map[*websocket.Conn]string
	running sync.WaitGroup
}

func newTalk(t *testing.T) *talk {
	s := &talk{t: t, pages: map[*websocket.Conn]string{}, hint: func(c *websocket.Conn, topic string) error {
		return c.WriteJSON(map[string]string{"topic": topic})
	}, answer: func(w http.ResponseWriter, id string) {
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"id":"%s"}`, id)
	}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(func() { s.Close(); s.running.Wait() })
	return s
}

func (s *talk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/api/v1/me":
		fmt.Fprint(w, `{"account":{"id":"a","kind":"system"},"people":[{"patient":"p"}],"version":"7"}`)
	case r.URL.Path == "/live":
		s.page(w, r)
	case strings.HasSuffix(r.URL.Path, "/threads"):
		w.WriteHeader(http.StatusCreated)
	default:
		b, _ := io.ReadAll(r.Body)
		var in struct{ ID string }
		_ = json.Unmarshal(b, &in)
		s.mu.Lock()
		for c, topic := range s.pages {
			if s.hint(c, topic) != nil {
				delete(s.pages, c)
			}
		}
		s.mu.Unlock()
		s.answer(w, in.ID)
	}
}

func (s *talk) page(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{}
	c, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	s.running.Go(func() {
		defer c.Close()
		var in struct{ Topics []string }
		if c.ReadJSON(&in) != nil || len(in.Topics) != 1 {
			return
		}
		s.mu.Lock() // nothing is missed between saying that it follows and following
		err := c.WriteJSON(map[string]string{"topic": in.Topics[0]})
		s.pages[c] = in.Topics[0]
		s.mu.Unlock()
		if err != nil {
			return
		}
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				return
			}
		}
	})
}

func TestEachPageHasToHearOfEachMessage(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(s *talk)
		want  string
	}{
		"all is well": {func(*talk) {}, ""},
		"a page that is told nothing": {func(s *talk) {
			s.hint = func(*websocket.Conn, string) error { return nil }
		}, "pages heard nothing in time: 3 of 3"},
		"a page that is told of something else": {func(s *talk) {
			s.hint = func(c *websocket.Conn, _ string) error { return c.WriteJSON(map[string]string{"topic": "messages/q"}) }
		}, "pages heard nothing in time: 3 of 3"},
		"a page that is closed": {func(s *talk) {
			s.hint = func(c *websocket.Conn, topic string) error {
				_ = c.WriteJSON(map[string]string{"topic": topic})
				return c.Close()
			}
		}, "pages were closed by the server"},
		"another message": {func(s *talk) {
			s.answer = func(w http.ResponseWriter, _ string) { w.WriteHeader(http.StatusCreated); fmt.Fprint(w, `{"id":"x"}`) }
		}, "answer without what was asked for"},
		"too many": {func(s *talk) {
			s.answer = func(w http.ResponseWriter, _ string) {
				w.WriteHeader(http.StatusTooManyRequests)
				fmt.Fprint(w, `{"code":"too_many","detail":"Wait."}`)
			}
		}, "a patient may send 20 a minute"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTalk(t)
			c.spoil(s)
			r := perform(t.Context(), "messages", s.URL, "t", "--sockets", "3", "--timeout", "500ms", "--duration", "50ms", "--warmup", "0s")
			if c.want == "" {
				require.Zero(t, r.code, r.err)
				_, lines := r.told(t)
				require.Positive(t, decoded[result](t, lines["seen"]).Requests)
				return
			}
			require.Equal(t, 1, r.code, r.out)
			require.Contains(t, r.err, c.want)
		})
	}
}

func TestPace(t *testing.T) {
	require.Nil(t, newPace(0))
	require.True(t, newPace(0).wait(t.Context(), time.Time{}), "without a pace nobody waits")
	p := newPace(0.001)
	end := time.Now().Add(time.Minute)
	require.True(t, p.wait(t.Context(), end), "the first goes at once")
	require.False(t, p.wait(t.Context(), end), "the next is due after the end")
}

func TestAccounts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "accounts")
	write := func(s string) { require.NoError(t, os.WriteFile(file, []byte(s), 0o600)) }
	write("# who\n\na@x.test\tone\t-\tmore\nb@x.test\ttwo\tSECRET\r\nc@x.test\tthree\n")
	all, err := readLogins(file)
	require.NoError(t, err)
	require.Equal(t, []login{{"a@x.test", "one", ""}, {"b@x.test", "two", "SECRET"}, {"c@x.test", "three", ""}}, all)
	write("a@x.test one\n")
	_, err = readLogins(file)
	require.ErrorContains(t, err, "line 1 of")
	write("# nobody\n")
	_, err = readLogins(file)
	require.ErrorContains(t, err, "names nobody")
}
