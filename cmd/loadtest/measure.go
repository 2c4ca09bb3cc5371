package main

import (
	"context"
	"errors"
	"math"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// scenario is what is measured. ask builds the request with the number n; it may
// use the client's buffer for the body. hear, if there is one, looks at the answer
// after its time has been taken, and says what is wrong with it.
type scenario struct {
	name, title string
	ask         func(c *client, charts int, n uint64) request
	hear        func(c *client, body []byte) error
}

var scenarios = []scenario{
	{name: "get", title: "GET of one Observation", ask: askOne},
	{name: "search", title: "search of a patient's 50 newest Observations", ask: askNewest},
	{name: "everything", title: "$everything of 120 resources", ask: askEverything},
	{name: "create", title: "create of an Observation", ask: askCreate},
	{name: "mixed", title: "of 20 requests 10 get, 6 search, 2 everything, 2 create", ask: askMixed},
}

// turn goes round the charts, beginning one further in each round, so that what
// depends on n otherwise does not meet the same charts again and again.
func turn(charts int, n uint64) int { return int((n + n/uint64(charts)) % uint64(charts)) }

func askOne(_ *client, charts int, n uint64) request {
	chart := turn(charts, n)
	id := observationID(chart, int(n*31%observations))
	return request{method: "GET", path: "/Observation/" + id, status: 200, holds: id}
}

func askNewest(_ *client, charts int, n uint64) request {
	return request{method: "GET", path: "/Observation?patient=" + readPatient(turn(charts, n)) + "&_sort=-date&_count=50", status: 200, entries: newest}
}

func askEverything(_ *client, charts int, n uint64) request {
	return request{method: "GET", path: "/Patient/" + readPatient(turn(charts, n)) + "/$everything", status: 200, entries: perChart}
}

func askCreate(c *client, charts int, n uint64) request {
	at := firstDay.Add(time.Duration(n%5_000_000) * time.Minute)
	c.buf = appendObservation(c.buf[:0], "", writePatient(turn(charts, n)), int(n%1_000_000), at)
	return request{method: "POST", path: "/Observation", body: c.buf, status: 201}
}

func askMixed(c *client, charts int, n uint64) request {
	switch k := n * 7 % 20; { // 7 and 20 have no common divisor: the kinds take turns
	case k < 10:
		return askOne(c, charts, n)
	case k < 16:
		return askNewest(c, charts, n)
	case k < 18:
		return askEverything(c, charts, n)
	}
	return askCreate(c, charts, n)
}

// maxErrors ends a measurement early: what fails that often needs no load.
const maxErrors = 1000

// measurement runs one scenario on all connections.
type measurement struct {
	scenario scenario
	charts   int
	clients  []*client
	pace     *pace // nil: as fast as the answers come

	next, errs atomic.Uint64
	held       atomic.Bool // the server said that it was too much
}

// tally is what one connection has seen.
type tally struct {
	latency histogram
	bytes   int64
	errors  map[string]int64
	example string
}

// run measures. A failed first request is the result: there is no use in
// repeating it. The error is not nil when the run was ended from outside.
func (m *measurement) run(warmup, length time.Duration) (result, error) {
	if _, _, err := m.ask(m.clients[0]); err != nil {
		if ended := m.ended(); ended != nil {
			return result{}, ended
		}
		t := &tally{}
		t.fail(err)
		return m.result(t, 0, 0), nil
	}
	if warmup > 0 {
		m.load(warmup)
	}
	m.errs.Store(0)
	m.held.Store(false)
	cpu, began := cpuTime(), time.Now()
	sum := m.load(length)
	took, used := time.Since(began), cpuTime()-cpu
	if err := m.ended(); err != nil {
		return result{}, err
	}
	return m.result(sum, took, used), nil
}

func (m *measurement) ended() error {
	t := m.clients[0].target
	if t.ctx.Err() != nil {
		return t.ctx.Err()
	}
	if t.budget.left.Load() < 0 {
		return t.budget.err
	}
	return nil
}

// load sends requests on all connections for a time, each the next when the
// answer to the last has come.
func (m *measurement) load(length time.Duration) *tally {
	end := time.Now().Add(length)
	tallies := make([]tally, len(m.clients))
	var wg sync.WaitGroup
	for i, c := range m.clients {
		wg.Go(func() { m.work(c, &tallies[i], end) })
	}
	wg.Wait()
	sum := &tally{errors: map[string]int64{}}
	for i := range tallies {
		t := &tallies[i]
		sum.latency.add(&t.latency)
		sum.bytes += t.bytes
		for what, n := range t.errors {
			sum.errors[what] += n
		}
		if sum.example == "" {
			sum.example = t.example
		}
	}
	return sum
}

func (m *measurement) work(c *client, t *tally, end time.Time) {
	for m.errs.Load() < maxErrors && !m.held.Load() && m.pace.wait(c.target.ctx, end) {
		if !time.Now().Before(end) {
			return
		}
		took, bytes, err := m.ask(c)
		if err == nil {
			t.latency.record(took)
			t.bytes += int64(bytes)
			continue
		}
		if m.ended() != nil {
			return
		}
		m.errs.Add(1)
		if w, ok := errors.AsType[*wrong](err); ok && w.status == http.StatusTooManyRequests {
			m.held.Store(true) // what goes on from here measures the bound, not the server
		}
		t.fail(err)
	}
}

// ask sends the next request.
func (m *measurement) ask(c *client) (took time.Duration, bytes int, err error) {
	r := m.scenario.ask(c, m.charts, m.next.Add(1)-1)
	began := time.Now()
	body, err := c.send(r)
	took = time.Since(began)
	if err == nil && m.scenario.hear != nil {
		err = m.scenario.hear(c, body)
	}
	return took, len(body), err
}

func (t *tally) fail(err error) {
	if t.errors == nil {
		t.errors, t.example = map[string]int64{}, err.Error()
	}
	what := err.Error()
	if w, ok := errors.AsType[*wrong](err); ok {
		what = w.what
	}
	t.errors[what]++
}

// pace lets requests begin at a steady rate, whatever the connection: nobody
// catches up on what was missed.
type pace struct {
	every time.Duration
	mu    sync.Mutex
	next  time.Time
}

// newPace gives nil, which never waits, for 0 a second.
func newPace(perSecond float64) *pace {
	if perSecond == 0 {
		return nil
	}
	return &pace{every: time.Duration(float64(time.Second) / perSecond)}
}

// wait gives false when the next turn is only after the end.
func (p *pace) wait(ctx context.Context, end time.Time) bool {
	if p == nil {
		return true
	}
	p.mu.Lock()
	at := time.Now()
	if p.next.After(at) {
		at = p.next
	}
	if !at.Before(end) {
		p.mu.Unlock()
		return false
	}
	p.next = at.Add(p.every)
	p.mu.Unlock()
	t := time.NewTimer(time.Until(at))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// result is one line of the report.
type result struct {
	Kind           string           `json:"kind"` // "measurement"
	Name           string           `json:"name"`
	Title          string           `json:"title"`
	Seconds        float64          `json:"seconds"`
	Requests       int64            `json:"requests"` // answered as expected
	PerSecond      float64          `json:"requestsPerSecond"`
	P50            float64          `json:"p50Ms"`
	P90            float64          `json:"p90Ms"`
	P99            float64          `json:"p99Ms"`
	Max            float64          `json:"maxMs"`
	Errors         int64            `json:"errors"`
	Bytes          int64            `json:"bytes"` // of answer bodies
	BytesEach      float64          `json:"bytesPerRequest"`
	ClientCPU      float64          `json:"clientCPUPercent"`
	ErrorsByKind   map[string]int64 `json:"errorsByKind,omitempty"`
	ExampleOfError string           `json:"exampleOfError,omitempty"`
}

func (m *measurement) result(t *tally, took, cpu time.Duration) result {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	r := result{Kind: "measurement", Name: m.scenario.name, Title: m.scenario.title, Seconds: took.Seconds(),
		Requests: t.latency.n, Bytes: t.bytes, ErrorsByKind: t.errors, ExampleOfError: t.example,
		P50: ms(t.latency.quantile(0.50)), P90: ms(t.latency.quantile(0.90)), P99: ms(t.latency.quantile(0.99)), Max: ms(t.latency.max)}
	for _, n := range t.errors {
		r.Errors += n
	}
	if r.Requests > 0 {
		r.BytesEach = math.Round(float64(r.Bytes) / float64(r.Requests))
	}
	if took > 0 {
		r.PerSecond = float64(r.Requests) / took.Seconds()
		r.ClientCPU = 100 * float64(cpu) / float64(took)
	}
	return r
}

// cpuTime is the processor time that this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
