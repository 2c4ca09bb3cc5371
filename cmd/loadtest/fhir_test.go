package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db/dbtest"
	"housecall/records/fhir"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "rooms" { // the media plane of TestRooms
		main()
		return
	}
	dbtest.Main(m)
}

// tiny speaks as much FHIR as the load needs.
type tiny struct {
	*httptest.Server
	t        *testing.T
	mu       sync.Mutex
	patients map[string]string // id by identifier
	bundles  atomic.Int64      // transactions
	created  atomic.Int64      // observations
	asked    atomic.Int64
	conns    atomic.Int64
	answer   func(w http.ResponseWriter, r *http.Request) bool // instead; true: it did
}

func newTiny(t *testing.T) *tiny {
	s := &tiny{t: t, patients: map[string]string{}}
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.conns.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func (s *tiny) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	if s.answer != nil && s.answer(w, r) {
		return
	}
	if r.Header.Get("Authorization") != "Bearer secret" && r.URL.Path != "/fhir/metadata" {
		http.Error(w, `{"resourceType":"OperationOutcome","issue":[{"code":"login","details":{"text":"Please sign in."}}]}`, http.StatusUnauthorized)
		return
	}
	entries := func(n int) {
		fmt.Fprint(w, `{"resourceType":"Bundle","entry":[`+strings.TrimSuffix(strings.Repeat(`{"fullUrl":"x","resource":{}},`, n), ",")+`]}`)
	}
	path := strings.TrimPrefix(r.URL.Path, "/fhir")
	switch {
	case r.URL.Path == "/fhir/metadata":
		fmt.Fprint(w, `{"resourceType":"CapabilityStatement","software":{"name":"Tiny","version":"7"}}`)
	case r.Method == "POST" && path == "":
		s.transaction(w, r)
	case r.Method == "POST" && path == "/Observation":
		s.created.Add(1)
		w.WriteHeader(http.StatusCreated)
	case path == "/Patient":
		s.mu.Lock()
		id := s.patients[r.URL.Query().Get("identifier")]
		s.mu.Unlock()
		if id == "" {
			entries(0)
		} else {
			fmt.Fprint(w, `{"resourceType":"Bundle","entry":[{"fullUrl":"x","resource":{"id":"`+id+`"}}]}`)
		}
	case path == "/Observation":
		entries(newest)
	case strings.HasSuffix(path, "/$everything"):
		entries(perChart)
	default:
		fmt.Fprint(w, `{"resourceType":"Observation","id":"`+strings.TrimPrefix(path, "/Observation/")+`"}`)
	}
}

func (s *tiny) transaction(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	var bundle struct {
		Entry []struct {
			Resource struct {
				ResourceType, ID string
				Identifier       []struct{ System, Value string }
			}
		}
	}
	if err != nil || json.Unmarshal(b, &bundle) != nil || len(bundle.Entry) != perChart+1 {
		http.Error(w, "not as expected", http.StatusBadRequest)
		return
	}
	s.bundles.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range bundle.Entry {
		for _, i := range e.Resource.Identifier {
			s.patients[i.System+"|"+i.Value] = e.Resource.ID
		}
	}
}

type ran struct {
	code     int
	out, err string
}

func (r ran) lines(t *testing.T) (info runInfo, results []result) {
	t.Helper()
	for i, line := range strings.Split(strings.TrimSpace(r.out), "\n") {
		if i == 0 {
			require.NoError(t, json.Unmarshal([]byte(line), &info), r.out+r.err)
			require.Equal(t, "run", info.Kind)
			continue
		}
		var x result
		require.NoError(t, json.Unmarshal([]byte(line), &x), line)
		require.Equal(t, "measurement", x.Kind)
		results = append(results, x)
	}
	return info, results
}

func load(ctx context.Context, url string, args ...string) ran {
	var out, err bytes.Buffer
	args = append([]string{"fhir", "--url", url, "--token", "secret", "--duration", "50ms", "--warmup", "5ms", "--charts", "3", "--connections", "4"}, args...)
	code := run(ctx, args, &out, &err)
	return ran{code, out.String(), err.String()}
}

func TestMeasuresOneAfterAnother(t *testing.T) {
	s := newTiny(t)
	r := load(t.Context(), s.URL, "--json")
	require.Zero(t, r.code, r.err)
	info, results := r.lines(t)
	require.Equal(t, "Tiny 7", info.Server)
	require.Equal(t, prepared{Made: 3, Seconds: info.Prepared.Seconds}, info.Prepared)
	require.NotEmpty(t, info.Machine.CPU)
	require.Positive(t, info.Machine.Cores)
	require.Contains(t, info.Machine.Go, "go1")
	require.True(t, info.Local)
	require.NotEmpty(t, info.Method)
	require.Len(t, results, 5)
	for i, x := range results {
		require.Equal(t, scenarios[i].name, x.Name)
		require.Zero(t, x.Errors)
		require.Positive(t, x.Requests)
		require.InDelta(t, float64(x.Requests)/x.Seconds, x.PerSecond, 0.01)
		require.LessOrEqual(t, x.P50, x.P90)
		require.LessOrEqual(t, x.P90, x.P99)
		require.LessOrEqual(t, x.P99, x.Max)
		require.GreaterOrEqual(t, x.Seconds, 0.05)
		if x.Name != "create" {
			require.Greater(t, x.Bytes, x.Requests)
		}
	}
	require.Positive(t, s.created.Load())
	require.LessOrEqual(t, s.conns.Load(), int64(8), "connections are kept: four to prepare, four to measure")

	again := load(t.Context(), s.URL+"/fhir/", "--only", "get,create")
	require.Zero(t, again.code, again.err)
	require.EqualValues(t, 3, s.bundles.Load(), "the charts were there")
	for _, want := range []string{"Machine  ", " cores, ", "Tiny 7, " + s.URL + "/fhir, on this machine", "3 charts of 120 resources", "all found from an earlier run", "4 connections", "requests/s", "\nget ", "\ncreate "} {
		require.Contains(t, again.out, want)
	}
	require.NotContains(t, again.out, "\nsearch ")
	require.NotContains(t, again.out+again.err, "secret")
}

func TestErrorsAreCountedAndNeverEndWell(t *testing.T) {
	s := newTiny(t)
	var n atomic.Int64
	s.answer = func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.HasPrefix(r.URL.Path, "/fhir/Observation/"):
			if n.Add(1)%2 == 0 {
				http.Error(w, `{"resourceType":"OperationOutcome","issue":[{"code":"transient","details":{"text":"Busy."},"diagnostics":"id abcd"}]}`, http.StatusServiceUnavailable)
				return true
			}
		case strings.HasSuffix(r.URL.Path, "/$everything"):
			fmt.Fprint(w, `{"entry":[{"fullUrl":"x"}]}`)
			return true
		}
		return false
	}
	r := load(t.Context(), s.URL, "--json")
	require.Equal(t, 1, r.code)
	_, results := r.lines(t)
	require.Len(t, results, 5, "the others are measured all the same")
	require.Positive(t, results[0].Requests)
	require.Equal(t, map[string]int64{"answer 503 instead of 200": results[0].Errors}, results[0].ErrorsByKind)
	require.Equal(t, "answer 503 instead of 200: transient Busy. id abcd", results[0].ExampleOfError)
	require.LessOrEqual(t, results[0].Errors, int64(maxErrors+4))
	require.Zero(t, results[1].Errors)
	require.Equal(t, map[string]int64{"answer with 1 entries instead of 120": 1}, results[2].ErrorsByKind)
	require.Zero(t, results[2].Requests)
	require.Zero(t, results[3].Errors)
	require.Contains(t, r.err, "requests failed")
}

func TestNothingIsMeasuredWithoutCharts(t *testing.T) {
	s := newTiny(t)
	for name, c := range map[string]struct {
		url, want string
		args      []string
	}{
		"wrong token":     {s.URL, "401 instead of 200: login Please sign in.", []string{"--token", "other"}},
		"not FHIR":        {s.URL + "/x", "does not answer as FHIR does", nil},
		"nobody there":    {"http://127.0.0.1:1", "no answer", nil},
		"too few allowed": {s.URL, "limit of 4 requests; --max-requests raises it", []string{"--max-requests", "4"}},
	} {
		r := load(t.Context(), c.url, c.args...)
		require.Equal(t, 1, r.code, name)
		require.Contains(t, r.err, c.want, name)
		require.Empty(t, r.out, name)
	}
}

func TestStopsByItself(t *testing.T) {
	s := newTiny(t)
	r := load(t.Context(), s.URL, "--duration", "1h", "--max-requests", "200")
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, "get was not finished: the run reached its limit of 200 requests")
	require.EqualValues(t, 200, s.asked.Load())

	r = load(t.Context(), s.URL, "--duration", "1h", "--max-time", "100ms")
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, "limit of 100ms; --max-time raises it")

	s = newTiny(t)
	s.answer = func(w http.ResponseWriter, r *http.Request) bool {
		fail := strings.HasPrefix(r.URL.Path, "/fhir/Observation") && s.asked.Load() > 20
		if fail {
			w.WriteHeader(http.StatusInternalServerError)
		}
		return fail
	}
	r = load(t.Context(), s.URL, "--duration", "1h", "--warmup", "0s", "--only", "get", "--json")
	require.Equal(t, 1, r.code)
	_, results := r.lines(t)
	require.GreaterOrEqual(t, results[0].Errors, int64(maxErrors))
	require.Contains(t, r.err, "ended early")
}

// An interruption ends the run at once, also while the server does not answer.
func TestInterrupted(t *testing.T) {
	s := newTiny(t)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	hangs := make(chan struct{})
	var once sync.Once
	s.answer = func(_ http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/$everything") {
			return false
		}
		once.Do(func() { close(hangs) })
		<-r.Context().Done()
		return true
	}
	go func() {
		select {
		case <-hangs:
			interrupt()
		case <-ctx.Done():
		}
	}()
	began := time.Now()
	r := load(ctx, s.URL, "--timeout", "5m")
	require.Equal(t, 1, r.code)
	require.Contains(t, r.err, "interrupted")
	require.NotContains(t, r.out, "\neverything")
	require.Less(t, time.Since(began), time.Minute)
}

func TestSlowAnswersAreErrors(t *testing.T) {
	s := newTiny(t)
	s.answer = func(_ http.ResponseWriter, r *http.Request) bool {
		slow := r.URL.Path == "/fhir/Observation" && r.Method == "GET"
		if slow {
			<-r.Context().Done()
		}
		return slow
	}
	r := load(t.Context(), s.URL, "--timeout", "50ms", "--only", "search", "--json")
	require.Equal(t, 1, r.code)
	_, results := r.lines(t)
	require.Equal(t, map[string]int64{"no answer in time": 1}, results[0].ErrorsByKind)
}

func TestOnlyThisMachine(t *testing.T) {
	for url, want := range map[string]string{
		"http://localhost:8080":        "http://localhost:8080/fhir",
		"http://127.0.0.1:8080/":       "http://127.0.0.1:8080/fhir",
		"https://[::1]:8443/fhir":      "https://[::1]:8443/fhir",
		"http://clinic.localhost/a/b/": "http://clinic.localhost/a/b",
	} {
		u, err := address(url, false)
		require.NoError(t, err, url)
		require.Equal(t, want, u.String())
	}
	for _, url := range []string{"http://192.168.1.4:8080", "https://portal.example.org", "http://localhost.example.org", "http://0.0.0.0:80", "https://[2001:db8::1]"} {
		_, err := address(url, false)
		require.ErrorContains(t, err, "not this machine", url)
		r := load(t.Context(), url)
		require.Equal(t, 2, r.code, url)
	}
	for _, url := range []string{"", "localhost:8080", "ftp://localhost", "http://a:b@localhost", "http://localhost?x=1", "http://"} {
		_, err := address(url, true)
		require.ErrorContains(t, err, "scheme and a host", url)
	}
	_, err := address("https://portal.example.org", true)
	require.NoError(t, err)
	_, err = address("http://portal.example.org", true)
	require.ErrorContains(t, err, "https only")
}

func TestCommandLine(t *testing.T) {
	for _, c := range []struct {
		code      int
		args      []string
		out, errs string
	}{
		{0, []string{"fhir", "--help"}, "loadtest fhir --url http://localhost:8080", ""},
		{0, []string{"--help"}, "Read, search and create FHIR resources.", ""},
		{2, nil, "", "fhir --help"},
		{2, []string{"fhir"}, "", "--url"},
		{2, []string{"fhir", "--url", "http://localhost", "--token", ""}, "", "--token must not be empty"},
		{2, []string{"fhir", "--url", "http://localhost", "--token", "t", "--only", "fast"}, "", "--only"},
		{2, []string{"fhir", "--url", "http://localhost", "--token", "t", "--connections", "0"}, "", "between 1 and 1024"},
		{2, []string{"fhir", "--url", "http://localhost", "--token", "t", "--duration", "2h"}, "", "at most 1h"},
	} {
		t.Setenv("HOUSECALL_TOKEN", "")
		var out, errs bytes.Buffer
		require.Equal(t, c.code, run(t.Context(), c.args, &out, &errs), "%v %s", c.args, &errs)
		require.Contains(t, out.String(), c.out)
		require.Contains(t, errs.String(), c.errs)
	}
}

// What is made is valid, and the same each time.
func TestData(t *testing.T) {
	b := appendChart(nil, 17)
	require.Equal(t, b, appendChart(nil, 17))
	bundle, err := fhir.Parse(b)
	require.NoError(t, err)
	entries := bundle.Get("entry").Items()
	require.Len(t, entries, perChart+1)
	ids := map[string]bool{}
	for _, e := range entries {
		n := e.Get("resource")
		for _, i := range fhir.Validate(n) {
			require.NotEqual(t, fhir.SeverityError, i.Severity, i)
		}
		require.True(t, fhir.IsUUID(n.Get("id").Str()))
		require.Equal(t, n.ResourceType()+"/"+n.Get("id").Str(), e.Get("request", "url").Str())
		ids[n.Get("id").Str()] = true
	}
	require.Len(t, ids, perChart+1)
	require.True(t, ids[readPatient(17)] && ids[writePatient(17)] && ids[observationID(17, observations-1)])
	require.Equal(t, "5.05", string(appendDecimal(nil, 505, 100)))
	require.Equal(t, "36.2", string(appendDecimal(nil, 362, 10)))
	require.Equal(t, "0", string(appendDecimal(nil, 0, 1)))
}

func TestHistogram(t *testing.T) {
	var h, other histogram
	require.Zero(t, h.quantile(0.99))
	for i := 1; i <= 10000; i++ {
		half := &h
		if i%2 == 0 {
			half = &other
		}
		half.record(time.Duration(i) * 100 * time.Microsecond)
	}
	h.add(&other)
	for q, want := range map[float64]time.Duration{0.5: 500 * time.Millisecond, 0.9: 900 * time.Millisecond, 0.99: 990 * time.Millisecond, 1: time.Second} {
		require.InEpsilon(t, want, h.quantile(q), 1.0/64)
		require.GreaterOrEqual(t, h.quantile(q), want-time.Microsecond, "never too good")
	}
	require.Equal(t, time.Second, h.max)
	last := -1
	for us := uint64(0); us < 1<<20; us += 1 + us/200 {
		i := bucketOf(us)
		require.LessOrEqual(t, last, i)
		require.GreaterOrEqual(t, upper(i), time.Duration(us)*time.Microsecond)
		require.Less(t, upper(i), time.Duration(us+us/64+1)*time.Microsecond)
		last = i
	}
	h.record(100 * 24 * time.Hour)
	h.record(-time.Second)
	require.Equal(t, buckets-1, bucketOf(1<<40))
}

// Recording and building requests must leave the processor to the server.
func BenchmarkAskCreate(b *testing.B) {
	c := &client{}
	b.ReportAllocs()
	for i := range b.N {
		askCreate(c, 1000, uint64(i))
	}
}
