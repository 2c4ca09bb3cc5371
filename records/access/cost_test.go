package access_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/rest"
)

const (
	costCharts      = 300
	costConnections = 16
	costRounds      = 10
)

// BenchmarkReadCost is what the audit of a read costs: processor time of the
// server and of the database for one GET of one resource over HTTP, at 16
// connections, 300 charts in turn, with and without its audit, by turns in one
// process. The time until the last row is sealed and under a checkpoint counts.
// The client is another process and does not count. Ten rounds, of which the
// middle value is told: who else uses the machine takes part of its caches.
//
// As fast as the answers come, a server without audit never sleeps, while one with
// it does at each commit, and a processor that is woken costs more than one that is
// busy. So the same is measured at one and the same pace, 2,000 GETs a second.
//
// One resource by its id is the cheapest read there is. The same is measured of reads
// that answer more: a search in a chart (ten resources) and all of a chart.
//
// A round must take seconds: each ends with waiting for the last checkpoint, about one.
//
//	HOUSECALL_TEST_DURABLE=1 go test ./records/access -run '^$' -bench ReadCost -benchtime 200000x
func BenchmarkReadCost(b *testing.B) {
	for _, x := range []struct {
		name, of string
		rate     int
	}{{"fast", "one", 0}, {"paced", "one", 2000}, {"search", "search", 0}, {"everything", "everything", 0}} {
		b.Run(x.name+"/sqlite", func(b *testing.B) { readCost(b, dbtest.SQLite(b), x.of, x.rate) })
		b.Run(x.name+"/postgres", func(b *testing.B) { readCost(b, dbtest.Postgres(b), x.of, x.rate) })
	}
}

func readCost(b *testing.B, d *db.DB, of string, rate int) {
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(400)) // as the program does: in the pauses of commits the collector marks on
	}
	c := newCostSite(b, d)
	c.paths, c.rate = c.kinds[of], rate
	if b.N < 1000 { // go test asks with 1 first
		c.run(b, b.N)
		return
	}
	c.run(b, 2000)
	var with, without []spent
	var times []float64
	n := b.N / (2 * costRounds)
	b.ResetTimer()
	for range costRounds {
		c.access.Unaudited(true)
		off := c.measure(b, n)
		c.access.Unaudited(false)
		on := c.measure(b, n)
		without, with = append(without, off), append(with, on)
		times = append(times, on.each(on.server+on.database)/off.each(off.server+off.database))
	}
	b.StopTimer()
	b.ReportMetric(0, "ns/op")
	report := func(name string, of []spent, what func(*spent) float64) {
		var all []float64
		for i := range of {
			all = append(all, what(&of[i]))
		}
		b.ReportMetric(middle(all), name)
	}
	for name, of := range map[string][]spent{"without": without, "with": with} {
		report("us-server-"+name, of, func(x *spent) float64 { return x.each(x.server) })
		report("us-database-"+name, of, func(x *spent) float64 { return x.each(x.database) })
		report("GET/s-"+name, of, func(x *spent) float64 { return float64(x.gets) / x.took.Seconds() })
		report("p99-ms-"+name, of, func(x *spent) float64 { return float64(x.p99.Microseconds()) / 1000 })
	}
	report("rows/page", with, func(x *spent) float64 { return float64(x.gets) / float64(x.pages) })
	report("WAL-B/GET", with, func(x *spent) float64 { return float64(x.wal) / float64(x.gets) })
	b.ReportMetric(middle(times), "times")
}

func middle(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

// spent is what a number of GETs took.
type spent struct {
	gets             int
	took, p99        time.Duration
	server, database time.Duration // processor time
	pages            int64         // of the audit
	wal              int64         // bytes of PostgreSQL's log
}

func (s *spent) each(cpu time.Duration) float64 { return float64(cpu.Microseconds()) / float64(s.gets) }

type costSite struct {
	db         *db.DB
	access     *access.Service
	token      string
	address    string
	kinds      map[string][]string // paths of reads, one for each chart
	paths      []string            // of the kind that is measured
	postmaster int                 // 0: none
	rate       int                 // GETs a second; 0: as fast as the answers come
}

func newCostSite(b *testing.B, d *db.DB) *costSite {
	b.Helper()
	s := &costSite{db: d}
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	ctx, key := context.Background(), sitekey.ForTest()
	feed := revoke.NewFeed(d)
	var err error
	s.access, err = access.New(access.Deps{DB: d, Key: key, Revocations: feed, Node: "test", CheckpointFile: filepath.Join(b.TempDir(), "checkpoints")})
	must(err)
	who, err := identity.New(identity.Deps{DB: d, Key: key, Revocations: feed, BaseURL: "http://localhost"})
	must(err)
	store, err := records.New(records.Deps{DB: d, Access: s.access, Key: key})
	must(err)
	must(feed.Start(ctx))
	b.Cleanup(feed.Stop)
	must(s.access.Start(ctx))
	b.Cleanup(s.access.Stop)
	u, err := url.Parse("http://localhost")
	must(err)
	lines, err := os.Create(filepath.Join(b.TempDir(), "log")) // a line for each request, as the program writes it
	must(err)
	b.Cleanup(func() { _ = lines.Close() })
	app, err := edge.New(edge.Config{BaseURL: u, Log: slog.New(slog.NewTextHandler(lines, nil)),
		Faces: map[string]edge.ErrorWriter{rest.Prefix: rest.WriteError}, BodyLimits: map[string]int{rest.Prefix: rest.BodyLimit}})
	must(err)
	face, err := rest.New(rest.Deps{Store: store, Audit: s.access, Key: key, BaseURL: u, Version: "1"})
	must(err)
	none := func(context.Context, string, identity.From, bool) (identity.Principal, error) {
		return identity.Principal{}, io.EOF
	}
	face.Mount(app, edge.Authenticate("none", none, who.Bearer), edge.CSRF(func(string, string) bool { return false }))
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	s.address = ln.Addr().String()
	web := edge.Serve(app, ln, nil)
	b.Cleanup(func() { _ = web.Stop(ctx) })
	s.token, err = who.IssueToken(ctx, "", "feed", []string{"system/*.cruds"}, time.Hour)
	must(err)
	s.kinds = map[string][]string{}
	for range costCharts {
		patient, one := s.chart(b)
		for kind, path := range map[string]string{"one": "Observation/" + one, "search": "Observation?patient=" + patient + "&category=laboratory", "everything": "Patient/" + patient + "/$everything"} {
			s.kinds[kind] = append(s.kinds[kind], path)
		}
	}
	if d.Dialect == db.Postgres {
		var backend int
		must(d.Read(ctx).QueryRow(`SELECT pg_backend_pid()`).Scan(&backend))
		s.postmaster = parentOf(b, backend)
		must(d.InTx(ctx, func(c *db.Conn) error { _, err := c.Exec(`ANALYZE`); return err }))
	}
	return s
}

// chart makes a chart of a patient and ten Observations, and gives the patient and one of these.
func (s *costSite) chart(b *testing.B) (patient, one string) {
	patient = uuid.NewString()
	var text strings.Builder
	fmt.Fprintf(&text, `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient","id":"%s","name":[{"family":"Marin"}],"birthDate":"1980-05-17"},"request":{"method":"PUT","url":"Patient/%s"}}`, patient, patient)
	for i := range 10 {
		one = uuid.NewString()
		fmt.Fprintf(&text, `,{"resource":{"resourceType":"Observation","id":"%s","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],
			"code":{"coding":[{"system":"http://loinc.org","code":"718-7","display":"Hemoglobin [Mass/volume] in Blood"}],"text":"Hemoglobin"},"subject":{"reference":"Patient/%s"},
			"effectiveDateTime":"2026-03-%02dT08:00:00Z","valueQuantity":{"value":13.%d,"unit":"g/dL","system":"http://unitsofmeasure.org","code":"g/dL"}},"request":{"method":"PUT","url":"Observation/%s"}}`, one, patient, i+1, i, one)
	}
	text.WriteString(`]}`)
	r, err := http.NewRequest(http.MethodPost, "http://"+s.address+"/fhir", strings.NewReader(text.String()))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Content-Type", "application/fhir+json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK {
		b.Fatalf("%d %s %v", res.StatusCode, body, err)
	}
	return patient, one
}

// measure runs n GETs and waits until their audit is done.
func (s *costSite) measure(b *testing.B, n int) spent {
	s.access.Settle(b)
	server, database := s.cpu(b)
	pages, wal := s.counts(b)
	x := s.run(b, n)
	s.access.Settle(b)
	serverNow, databaseNow := s.cpu(b)
	pagesNow, walNow := s.counts(b)
	x.server, x.database, x.pages, x.wal = serverNow-server, databaseNow-database, pagesNow-pages, walNow-wal
	return x
}

// counts are the pages of the audit and the bytes of log that PostgreSQL wrote.
func (s *costSite) counts(b *testing.B) (pages, wal int64) {
	c := s.db.Audit().Read(context.Background())
	err := c.QueryRow(`SELECT count(*) FROM audit_pages`).Scan(&pages)
	if err == nil && s.postmaster != 0 {
		err = c.QueryRow(`SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint`).Scan(&wal)
	}
	if err != nil {
		b.Fatal(err)
	}
	return pages, wal
}

// cpu is the processor time that was used so far.
func (s *costSite) cpu(b *testing.B) (server, database time.Duration) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	server = time.Duration(u.Utime.Nano() + u.Stime.Nano())
	if s.postmaster != 0 {
		database = processTime(b, s.postmaster)
	}
	return server, database
}

// stat gives the fields of /proc/PID/stat after the command's name.
func stat(pid int) []string {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return nil
	}
	return strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
}

func parentOf(b *testing.B, pid int) int {
	f := stat(pid)
	if f == nil {
		b.Skip("needs /proc, and the database on this machine")
	}
	n, _ := strconv.Atoi(f[1])
	return n
}

// processTime is that of a process and of its children, also of those that ended.
func processTime(b *testing.B, parent int) (sum time.Duration) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		b.Fatal(err)
	}
	const tick = 10 * time.Millisecond // USER_HZ, the same everywhere
	ticks := func(f []string, from, to int) {
		for _, x := range f[from:to] {
			n, _ := strconv.Atoi(x)
			sum += time.Duration(n) * tick
		}
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		f := stat(pid)
		switch {
		case len(f) < 15:
		case pid == parent:
			ticks(f, 11, 15)
		case f[1] == strconv.Itoa(parent):
			ticks(f, 11, 13)
		}
	}
	return sum
}

// costOrder is what the client is told to do.
type costOrder struct {
	Address, Token string
	Paths          []string
	N, Rate        int
}

type costAnswer struct {
	Seconds, P99 float64
	Failed       string
}

// run has another process send n GETs.
func (s *costSite) run(b *testing.B, n int) spent {
	order, err := json.Marshal(costOrder{s.address, s.token, s.paths, n, s.rate})
	if err != nil {
		b.Fatal(err)
	}
	c := exec.Command(os.Args[0])
	c.Env, c.Stdin, c.Stderr = append(os.Environ(), "HOUSECALL_COST_CLIENT=1", "GOMAXPROCS=1"), bytes.NewReader(order), os.Stderr
	out, err := c.Output()
	var a costAnswer
	if err == nil {
		err = json.NewDecoder(bytes.NewReader(out)).Decode(&a)
	}
	if err != nil || a.Failed != "" {
		b.Fatal(err, a.Failed, string(out))
	}
	return spent{gets: n, took: time.Duration(a.Seconds * 1e9), p99: time.Duration(a.P99 * 1e9)}
}

// The client of BenchmarkReadCost is this program in a process of its own, which
// runs no test.
func init() {
	if os.Getenv("HOUSECALL_COST_CLIENT") != "" {
		costClient()
		os.Exit(0)
	}
}

func costClient() {
	var o costOrder
	var next atomic.Int64
	var mu sync.Mutex
	var all []time.Duration
	var failed string
	if err := json.NewDecoder(os.Stdin).Decode(&o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var wg sync.WaitGroup
	began := time.Now()
	for range costConnections {
		wg.Go(func() {
			mine, err := o.connection(&next, began)
			mu.Lock()
			defer mu.Unlock()
			if all = append(all, mine...); err != nil {
				failed = err.Error()
			}
		})
	}
	wg.Wait()
	a := costAnswer{Seconds: time.Since(began).Seconds(), Failed: failed}
	if slices.Sort(all); len(all) > 0 {
		a.P99 = all[len(all)*99/100].Seconds()
	}
	text, _ := json.Marshal(a)
	fmt.Println(string(text))
}

func (o *costOrder) connection(next *atomic.Int64, start time.Time) (took []time.Duration, err error) {
	conn, err := net.Dial("tcp", o.Address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	for {
		n := next.Add(1) - 1
		if n >= int64(o.N) {
			return took, nil
		}
		if o.Rate > 0 {
			time.Sleep(time.Until(start.Add(time.Duration(n) * time.Second / time.Duration(o.Rate))))
		}
		began := time.Now()
		if _, err := fmt.Fprintf(conn, "GET /fhir/%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n", o.Paths[n%int64(len(o.Paths))], o.Token); err != nil {
			return took, err
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return took, err
		}
		_, err = io.Copy(io.Discard, res.Body)
		if err == nil && res.StatusCode != http.StatusOK {
			err = fmt.Errorf("answer %d", res.StatusCode)
		}
		if err != nil {
			return took, err
		}
		took = append(took, time.Since(began))
	}
}
