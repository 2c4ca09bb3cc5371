package edge_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"housecall/internal/edge"
	"housecall/internal/fault"
)

func TestMetricsForCallersOnThisMachineOnly(t *testing.T) {
	s := newSite(t, nil)
	s.app.Get("/charts/:patient", func(c *fiber.Ctx) error { return c.SendString("ok") })
	s.do("GET", "/charts/8d1f-patient", "")
	res, _ := s.do("GET", "/metrics", "")
	require.Equal(t, 404, res.StatusCode, "not from elsewhere")
	root := s.serve()
	get := func(headers ...string) (int, string) {
		req, err := http.NewRequest("GET", root+"/metrics", nil)
		require.NoError(t, err)
		for i := 0; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, string(b)
	}
	status, body := get()
	require.Equal(t, 200, status)
	require.Contains(t, body, `housecall_http_requests_total{method="GET",route="/charts/:patient",status="200"} 1`)
	require.NotContains(t, body, "8d1f-patient")
	status, _ = get("X-Forwarded-For", "1.2.3.4")
	require.Equal(t, 404, status, "a proxy on this machine is not the machine")
}

func TestBodyLimits(t *testing.T) {
	s := newSite(t, func(c *edge.Config) {
		c.BodyLimit, c.BodyLimits = 1000, map[string]int{"/fhir": 5000}
		c.Upload = func(method, path string) int {
			if method == "POST" && path == "/photo" {
				return 5000
			}
			return 0
		}
		c.Known = func(_ context.Context, token string, cookie func(string) string) bool {
			return token == "t" || cookie("session") == "s"
		}
	})
	s.app.Post("/*", func(c *fiber.Ctx) error { return c.SendString(fmt.Sprint(len(c.Body()))) })
	root := s.serve()
	for _, c := range []struct {
		path, auth, cookie string
		size               int
		status             int
	}{
		{"/x", "", "", 900, 200}, {"/x", "", "", 1100, 413},
		{"/fhir/Bundle", "Bearer t", "", 4900, 200}, {"/fhir/Bundle", "", "", 4900, 413}, {"/fhir/Bundle", "Bearer t", "", 5100, 413}, {"/fhirx", "Bearer t", "", 4900, 413},
		{"/fhir/Bundle", "Bearer nobody's", "", 4900, 413}, {"/fhir/Bundle", "", "session=s", 4900, 413},
		{"/photo", "", "session=s", 4900, 200}, {"/photo", "Bearer t", "", 4900, 200}, {"/photo", "", "session=nobody's", 4900, 413}, {"/photo", "", "other=s", 4900, 413}, {"/x?p=/photo", "", "session=s", 4900, 413},
	} {
		for _, chunked := range []bool{false, true} {
			var body io.Reader = strings.NewReader(strings.Repeat("x", c.size))
			if chunked {
				body = io.MultiReader(body) // hides the length
			}
			req, err := http.NewRequest("POST", root+c.path, body)
			require.NoError(t, err)
			req.Host = "housecall.test:8080"
			if c.auth != "" {
				req.Header.Set("Authorization", c.auth)
			}
			if c.cookie != "" {
				req.Header.Set("Cookie", c.cookie)
			}
			res, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			_ = res.Body.Close()
			require.Equal(t, c.status, res.StatusCode, "%s %q %q %d chunked %v", c.path, c.auth, c.cookie, c.size, chunked)
		}
	}
}

// What a mounted handler keeps must stay what it was while other requests use
// the same connections and buffers.
func TestMountedHandlersMayKeepWhatTheyAreGiven(t *testing.T) {
	s := newSite(t, nil)
	type kept struct{ uri, query, method, header, form string }
	var mu sync.Mutex
	all := map[string]kept{}
	edge.Mount(s.app, "/oidc", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		id := strings.Clone(r.URL.Query().Get("id"))
		mu.Lock()
		all[id] = kept{r.RequestURI, r.URL.RawQuery, r.Method, r.Header.Get("X-Noise"), r.PostForm.Get("state")}
		mu.Unlock()
		http.SetCookie(w, &http.Cookie{Name: "a", Value: id})
		http.SetCookie(w, &http.Cookie{Name: "b", Value: id})
		w.Header().Set("Location", "/next?id="+id)
		w.WriteHeader(http.StatusFound)
	}))
	root := s.serve()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: 10 * time.Second}
	var wg sync.WaitGroup
	const workers, each = 8, 60
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				id := fmt.Sprintf("%d-%d-%s", w, i, strings.Repeat(string(rune('a'+i%26)), i))
				req, _ := http.NewRequest("POST", root+"/oidc/login?id="+id, strings.NewReader(url.Values{"state": {id}}.Encode()))
				req.Host = "housecall.test:8080"
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				req.Header.Set("X-Noise", id)
				res, err := client.Do(req)
				if err != nil {
					t.Errorf("request: %v", err)
					return
				}
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
				if res.StatusCode != http.StatusFound || len(res.Header.Values("Set-Cookie")) != 2 || res.Header.Get("Location") != "/next?id="+id {
					t.Errorf("answer of %s: %d %v", id, res.StatusCode, res.Header)
				}
			}
		})
	}
	wg.Wait()
	require.Len(t, all, workers*each)
	for id, k := range all {
		require.Equal(t, kept{"/oidc/login?id=" + id, "id=" + id, "POST", id, id}, k)
	}
}

func TestHumaSpeaksOurProblems(t *testing.T) {
	s := newSite(t, nil)
	api := edge.NewAPI(s.app, "/api/v1", "Housecall", "1")
	type in struct {
		Body struct {
			Email string `json:"email" format:"email"`
		}
	}
	var reached string
	huma.Register(api, huma.Operation{OperationID: "x", Method: "POST", Path: "/x"}, func(ctx context.Context, i *in) (*struct{}, error) {
		reached = edge.RequestID(ctx) + edge.Who(ctx).Address
		return nil, fault.New(fault.Forbidden, "Prove it is you.").WithCode("step_up")
	})
	huma.Register(api, huma.Operation{OperationID: "y", Method: "GET", Path: "/y"}, func(context.Context, *struct{}) (*struct{}, error) {
		return nil, fmt.Errorf("column secret is missing")
	})
	p, _ := s.problem("POST", "/api/v1/x", `{"email":"typed nonsense"}`, "Content-Type", "application/json")
	require.Equal(t, 422, p.Status)
	require.Equal(t, "invalid", p.Code)
	require.Equal(t, "body.email", p.Errors[0].Location)
	require.NotContains(t, p.Errors[0].Message+p.Detail, "nonsense")
	p, _ = s.problem("POST", "/api/v1/x", `{"email":"a@b.test"}`, "Content-Type", "application/json")
	require.Equal(t, "step_up", p.Code)
	require.Equal(t, 403, p.Status)
	require.NotEmpty(t, reached)
	p, _ = s.problem("GET", "/api/v1/y", "", "Accept-Language", "es")
	require.Equal(t, 500, p.Status)
	require.NotContains(t, p.Detail, "secret")
	require.Contains(t, s.log.String(), "column secret")
	res, body := s.do("GET", "/api/v1/openapi.json", "")
	require.Equal(t, 200, res.StatusCode)
	require.Contains(t, body, `"/x"`)
}

func TestStopWaitsForRequestsAndNotForIdleConnections(t *testing.T) {
	s := newSite(t, nil)
	begun, finish := make(chan struct{}), make(chan struct{})
	s.app.Get("/slow", func(c *fiber.Ctx) error {
		close(begun)
		<-finish
		return c.SendString("done")
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := edge.Serve(s.app, ln, nil)
	unused, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(t, err)
	defer unused.Close()
	answer := make(chan string, 1)
	go func() {
		req, _ := http.NewRequest("GET", "http://"+ln.Addr().String()+"/slow", nil)
		req.Host = "housecall.test:8080"
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			answer <- err.Error()
			return
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		answer <- string(b)
	}()
	<-begun
	stopped := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		stopped <- server.Stop(ctx)
	}()
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	}, 5*time.Second, 5*time.Millisecond, "no new connections")
	close(finish)
	require.Equal(t, "done", <-answer)
	require.NoError(t, <-stopped)
}

// A phone that loses its line in the middle of a request is no fault of the server.
func TestALineThatBreaksIsNoFaultOfOurs(t *testing.T) {
	log := &lockedLog{}
	s := newSite(t, func(c *edge.Config) {
		c.Log = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	root := s.serve()
	conn, err := net.Dial("tcp", strings.TrimPrefix(root, "http://"))
	require.NoError(t, err)
	_, err = conn.Write([]byte("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf"))
	require.NoError(t, err)
	require.NoError(t, conn.(*net.TCPConn).SetLinger(0)) // closing resets it
	require.NoError(t, conn.Close())
	require.Eventually(t, func() bool { return strings.Contains(log.String(), "request failed") }, 5*time.Second, 10*time.Millisecond)
	require.NotContains(t, log.String(), `"ERROR"`)
}

// lockedLog is read while it is written.
type lockedLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
