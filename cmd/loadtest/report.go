package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// runInfo is what the numbers depend on.
type runInfo struct {
	Kind          string   `json:"kind"` // "run"
	Machine       machine  `json:"machine"`
	URL           string   `json:"url"`
	Server        string   `json:"server"`
	Local         bool     `json:"serverOnThisMachine"`
	Charts        int      `json:"charts"`
	Resources     int      `json:"resourcesPerChart"`
	Connections   int      `json:"connections"`
	WarmupSeconds float64  `json:"warmupSeconds"`
	Seconds       float64  `json:"secondsPerMeasurement"`
	Prepared      prepared `json:"prepared"`
	Method        string   `json:"method"`
}

// machine is where this process runs.
type machine struct {
	CPU   string `json:"cpu"`
	Cores int    `json:"cores"`
	OS    string `json:"os"`
	Go    string `json:"go"`
}

func thisMachine() machine {
	return machine{CPU: cpuName(), Cores: runtime.NumCPU(), OS: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version()}
}

func cpuName() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

const method = "Keep-alive connections, each sends its next request when the answer to the last is read and checked. " +
	"Latency is from sending to the whole answer read, of answers as expected only. Answers are not compressed. Bytes are those of answer bodies."

// report prints: for people a header and a table, or one JSON object a line.
type report struct {
	s    streams
	json *json.Encoder
	rows bool // the head of the table is printed
}

func newReport(s streams, asJSON bool) *report {
	r := &report{s: s}
	if asJSON {
		r.json = json.NewEncoder(s.out)
		r.json.SetEscapeHTML(false)
	}
	return r
}

func (r *report) printf(format string, args ...any) { fmt.Fprintf(r.s.out, format, args...) }

func (r *report) header(i runInfo) {
	i.Method = method
	if r.json != nil {
		_ = r.json.Encode(i)
		return
	}
	data := fmt.Sprintf("%s charts of %d resources (Patient and Observations), gone round in turn; as many further charts take what is created. ", grouped(int64(i.Charts)), i.Resources)
	if p := i.Prepared; p.Made > 0 {
		data += fmt.Sprintf("%s charts made in %.1f s (%s resources/s), %s found", grouped(p.Made), p.Seconds, grouped(int64(float64(p.Made*(perChart+1))/p.Seconds)), grouped(p.Found))
	} else {
		data += "all found from an earlier run"
	}
	r.top(i.Machine, i.Server, i.URL, i.Local, data, fmt.Sprintf("%d connections, %g s warm-up and %g s for each measurement. %s", i.Connections, i.WarmupSeconds, i.Seconds, i.Method))
}

// top is the head of a report for people.
func (r *report) top(m machine, server, url string, local bool, data, method string) {
	where := "on another machine"
	if local {
		where = "on this machine"
	}
	r.paragraph("Machine", fmt.Sprintf("%s, %d cores, %s, %s", m.CPU, m.Cores, m.OS, m.Go))
	r.paragraph("Server", fmt.Sprintf("%s, %s, %s", server, url, where))
	r.paragraph("Data", data)
	r.paragraph("Method", method)
	r.printf("\n")
}

// paragraph prints a word and a text behind it, in lines that fit.
func (r *report) paragraph(word, text string) {
	line := fmt.Sprintf("%-8s", word)
	for w := range strings.FieldsSeq(text) {
		if len(line)+len(w) > 110 {
			r.printf("%s\n", line)
			line = "        "
		}
		line += " " + w
	}
	r.printf("%s\n", line)
}

func (r *report) result(x result) {
	if r.json != nil {
		_ = r.json.Encode(x)
	} else {
		if !r.rows {
			r.rows = true
			r.printf("%-11s %10s %8s %8s %8s %8s %9s %7s %14s %6s\n", "", "requests/s", "p50 ms", "p90 ms", "p99 ms", "max ms", "requests", "errors", "bytes", "client")
		}
		r.printf("%-11s %10s %8.2f %8.2f %8.2f %8.2f %9s %7s %14s %5.0f%%  %s\n", x.Name, grouped(int64(math.Round(x.PerSecond))), x.P50, x.P90, x.P99, x.Max,
			grouped(x.Requests), grouped(x.Errors), grouped(x.Bytes), x.ClientCPU, x.Title)
	}
	if x.Errors > 0 {
		for what, n := range x.ErrorsByKind {
			r.s.notef("%s: %s: %s", x.Name, grouped(n), what)
		}
		r.s.notef("%s: for example: %s", x.Name, x.ExampleOfError)
	}
	if x.Errors >= maxErrors {
		r.s.notef("%s: ended early after %s errors", x.Name, grouped(x.Errors))
	}
	for what := range x.ErrorsByKind {
		if strings.HasPrefix(what, "answer 429 ") {
			r.s.notef("%s: ended at the first 429: %s", x.Name, heldBack)
		}
	}
}

// heldBack says what a 429 means for the numbers, and what to do.
const heldBack = "the server held the load back, so that numbers are its bound and not what it can do. " +
	"Requests of one account: serve with HOUSECALL_RATE_LIMIT=0. Messages: a patient may send 20 a minute and 300 a day, staff 60 and 900, " +
	"a system any number; wait a minute, give a lower --rate, tokens of more accounts (--token A,B), or the token of a system."

// grouped writes a number with commas between thousands.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
