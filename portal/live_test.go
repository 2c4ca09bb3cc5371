package portal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/records/access"
)

// page is an open socket.
type page struct {
	t    testing.TB
	conn *websocket.Conn
	said chan map[string]any
}

func (s *someone) dial(headers ...string) (*websocket.Conn, *http.Response, error) {
	h := http.Header{"Origin": {s.node.base}}
	if s.cookie != "" {
		h.Set("Cookie", s.node.id.CookieName()+"="+s.cookie)
	}
	if s.token != "" {
		h.Set("Authorization", "Bearer "+s.token)
	}
	for i := 0; i < len(headers); i += 2 {
		if h.Del(headers[i]); headers[i+1] != "" {
			h.Set(headers[i], headers[i+1])
		}
	}
	d := websocket.Dialer{HandshakeTimeout: timeout}
	return d.Dial("ws"+strings.TrimPrefix(s.node.base, "http")+"/live", h)
}

// open opens a socket and waits for the hello.
func (s *someone) open() *page {
	s.node.t.Helper()
	conn, _, err := s.dial()
	require.NoError(s.node.t, err)
	p := &page{t: s.node.t, conn: conn, said: make(chan map[string]any, 100)}
	s.node.t.Cleanup(func() { _ = conn.Close() })
	go func() {
		defer close(p.said)
		for {
			_, b, err := conn.ReadMessage()
			if err != nil {
				return
			}
			var m map[string]any
			_ = json.Unmarshal(b, &m)
			p.said <- m
		}
	}()
	require.Equal(s.node.t, map[string]any{"hello": true}, p.next())
	return p
}

// next waits for a message; nil when the socket ended.
func (p *page) next() map[string]any {
	p.t.Helper()
	select {
	case m := <-p.said:
		return m
	case <-time.After(timeout):
		p.t.Fatal("the server said nothing")
		return nil
	}
}

func (p *page) silent() {
	p.t.Helper()
	select {
	case m, ok := <-p.said:
		p.t.Fatalf("unexpected: %v %v", m, ok)
	default:
	}
}

func (p *page) watch(tags map[string]string, patients ...string) {
	p.t.Helper()
	require.NoError(p.t, p.conn.WriteJSON(map[string]any{"watch": patients, "etags": tags}))
}

func (s *someone) tag(patient string) string {
	s.node.t.Helper()
	r := s.get("/api/v1/charts/" + patient)
	require.Equal(s.node.t, 200, r.StatusCode, r.body)
	return r.Header.Get("ETag")
}

// follow opens a socket that watches a chart which the page has read.
func (s *someone) follow(patient string) *page {
	s.node.t.Helper()
	p := s.open()
	p.watch(map[string]string{patient: s.tag(patient)}, patient)
	return p
}

func TestChangesArriveAndHiddenOnesDoNot(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		self, elena, doctor := f.self.follow(f.rosa), f.elena.follow(f.rosa), f.doctor.follow(f.rosa)
		n.put(condition(f.depression, f.rosa, "F33.2", "Worse"))
		for who, p := range map[*someone]*page{f.self: self, f.doctor: doctor} {
			m := p.next()
			require.Equal(t, f.rosa, m["chart"])
			require.Equal(t, who.tag(f.rosa), m["etag"], "the tag is the one that reading the chart gives")
		}
		n.put(observation(newID(), f.rosa, 4.4))
		m := elena.next()
		require.Equal(t, f.elena.tag(f.rosa), m["etag"], "the first that she hears is of the change that she sees")
		self.next()
		elena.silent()

		// Who comes back is told what they missed, and only that.
		old := f.elena.tag(f.rosa)
		again := f.elena.open()
		again.watch(map[string]string{f.rosa: old}, f.rosa)
		n.put(observation(newID(), f.rosa, 4.5))
		require.Equal(t, f.elena.tag(f.rosa), again.next()["etag"])
		late := f.elena.open()
		late.watch(map[string]string{f.rosa: old}, f.rosa)
		require.Equal(t, f.elena.tag(f.rosa), late.next()["etag"])
	})
}

func TestAccessThatEndsIsGone(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		elena, stranger := f.elena.follow(f.rosa), f.stranger.open()
		stranger.watch(nil, f.rosa, newID())
		got := []any{stranger.next()["gone"], stranger.next()["gone"]}
		require.Contains(t, got, f.rosa, "a chart that one may not see is no other than one that is not there")
		require.NoError(t, n.db.InTx(context.Background(), func(c *db.Conn) error {
			_, err := n.access.NarrowTx(c, feed, f.rosa, f.grant.ID, access.Narrowing{See: access.Of(access.Demographics, access.Vitals)})
			return err
		}))
		require.Equal(t, f.rosa, elena.next()["chart"], "a grant that changed is a view that moved")
		require.Equal(t, 204, f.self.do("DELETE", f.chart()+"/grants/"+f.grant.ID, "").StatusCode)
		require.Equal(t, map[string]any{"gone": f.rosa}, elena.next())
		n.put(observation(newID(), f.rosa, 4.4))
		elena.watch(nil, f.rosa)
		require.Equal(t, map[string]any{"gone": f.rosa}, elena.next())
	})
}

func TestSocketsEndWithTheSession(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		p := f.self.follow(f.rosa)
		require.Equal(t, 200, f.self.do("POST", "/auth/logout", "{}").StatusCode)
		require.Equal(t, map[string]any{"bye": "signed_out"}, p.next())
		require.Nil(t, p.next())
		other := f.elena.follow(f.rosa)
		require.NoError(t, n.id.Disable(context.Background(), f.elena.account.ID))
		m := other.next()
		if m["gone"] == f.rosa { // who is disabled has no chart either, and that may be seen first
			m = other.next()
		}
		require.Equal(t, map[string]any{"bye": "signed_out"}, m)
	})
}

func TestWhoMayOpenASocket(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		for name, c := range map[string]struct {
			who     *someone
			headers []string
			status  int
		}{
			"nobody":         {f.anyone, nil, 401},
			"another site":   {f.self, []string{"Origin", "https://evil.test"}, 403},
			"no origin":      {f.self, []string{"Origin", ""}, 403},
			"an app's token": {f.app, nil, 403},
			"an old cookie":  {&someone{node: n, cookie: identity.NewSecret()}, nil, 401},
		} {
			_, res, err := c.who.dial(c.headers...)
			require.Error(t, err, name)
			require.Equal(t, c.status, res.StatusCode, name)
		}
		require.Equal(t, 426, f.self.do("GET", "/live", "", "Origin", n.base).StatusCode)
		p := f.self.open()
		require.NoError(t, p.conn.WriteMessage(websocket.TextMessage, []byte(`{"watch":`)))
		require.Nil(t, p.next(), "nonsense ends a socket")
		p = f.self.open()
		require.NoError(t, p.conn.WriteMessage(websocket.TextMessage, []byte(`{"watch":["`+strings.Repeat("x", 10000)+`"]}`)))
		require.Nil(t, p.next(), "and so does a message without measure")
		for range 30 {
			_, res, err := f.doctor.dial()
			if err != nil {
				require.Equal(t, 429, res.StatusCode)
				return
			}
		}
		_, res, err := f.doctor.dial()
		require.Error(t, err)
		require.Equal(t, 429, res.StatusCode, "nobody opens sockets without end")
	})
}

// startServer runs a real NATS server.
func startServer(t *testing.T) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true})
	require.NoError(t, err)
	s.Start()
	require.True(t, s.ReadyForConnections(timeout))
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s
}

// Two nodes on one database and one bus see each other's changes; when the bus
// is gone, some seconds later.
func TestTwoNodes(t *testing.T) {
	d := dbtest.Postgres(t)
	bus := startServer(t)
	url := fmt.Sprintf("nats://127.0.0.1:%d", bus.Addr().(*net.TCPAddr).Port)
	one, two := newNode(t, d, url, pages()), newNode(t, d, url, pages())
	f := newFamily(t, one)
	there := &someone{node: two, account: f.self.account, cookie: f.self.cookie, csrf: f.self.csrf}
	require.Equal(t, f.self.tag(f.rosa), there.tag(f.rosa), "a page may change the node without reading anything again")
	p := there.follow(f.rosa)
	began := time.Now()
	one.put(observation(newID(), f.rosa, 4.4))
	require.Equal(t, f.rosa, p.next()["chart"])
	t.Logf("over the bus: %v", time.Since(began).Round(time.Millisecond))
	bus.Shutdown()
	began = time.Now()
	one.put(observation(newID(), f.rosa, 4.6))
	require.Equal(t, there.tag(f.rosa), p.next()["etag"])
	t.Logf("without it: %v", time.Since(began).Round(time.Millisecond))
	require.Equal(t, 200, f.self.do("POST", "/auth/logout", "{}").StatusCode)
	require.Equal(t, map[string]any{"bye": "signed_out"}, p.next(), "what was taken back comes through the database")
}

func TestStoppingIsPolite(t *testing.T) {
	n := newNode(t, dbtest.SQLite(t), "", pages())
	f := newFamily(t, n)
	conn, _, err := f.self.dial()
	require.NoError(t, err)
	defer conn.Close()
	_, _, err = conn.ReadMessage()
	require.NoError(t, err)
	n.portal.Stop()
	_, _, err = conn.ReadMessage()
	require.True(t, websocket.IsCloseError(err, websocket.CloseServiceRestart), "%v", err)
	_, res, err := f.self.dial()
	require.Error(t, err)
	require.Equal(t, 503, res.StatusCode)
}

// BenchmarkIdleSockets prints what an idle socket costs this process, both ends
// of the connection being in it; the client's end is measured and taken off.
func BenchmarkIdleSockets(b *testing.B) {
	const sockets = 1000
	for b.Loop() {
		t := &testing.T{}
		n := newNode(t, dbtest.SQLite(b), "", pages())
		rosa := n.patient("Rosa", "Marin", "")
		var who []*someone
		for i := range sockets/25 + 1 {
			a, err := n.id.CreateAccount(context.Background(), identity.NewAccount{Email: fmt.Sprintf("p%d@housecall.test", i), Name: "P", Kind: identity.Person})
			require.NoError(b, err)
			who = append(who, n.signedIn(a))
		}
		before := memory()
		for i := range sockets {
			conn, _, err := who[i/25].dial()
			require.NoError(b, err)
			defer conn.Close()
			_, _, err = conn.ReadMessage()
			require.NoError(b, err)
			require.NoError(b, conn.WriteJSON(map[string]any{"watch": []string{rosa}}))
		}
		b.ReportMetric(float64(memory()-before)/sockets, "B/socket-both-ends")
	}
}

func memory() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
