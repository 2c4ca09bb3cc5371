package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

type growthCommand struct {
	common
	Charts      []int         `default:"1000,10000,100000" placeholder:"N,..." help:"How many charts there are at each step, fewer first."`
	Resources   int           `default:"13" help:"Resources of a chart: a Patient and its Observations."`
	Large       int           `default:"50000" help:"Observations of one more chart, which is opened and searched as well; 0: none."`
	Connections int           `default:"4" help:"Connections; each has one request under way."`
	Makers      int           `default:"8" help:"Connections that make charts."`
	Warmup      time.Duration `default:"1s" help:"How long each measurement runs before it counts."`
}

func (growthCommand) Help() string {
	return `Makes charts up to the first number (they stay there: use a server for tests),
measures, makes more, measures again: what grows with the number of charts is seen.
At the end one chart with very many observations.

Examples:
  export HOUSECALL_TOKEN=$(housecall token --system --name loadtest --scope "system/*.cruds")
  loadtest growth --url http://localhost:8080 --max-time 2h
  loadtest growth --url http://localhost:8080 --charts 100,1000 --large 5000 --duration 3s`
}

// Validate is called by kong.
func (f *growthCommand) Validate() error {
	switch err := f.check(); {
	case err != nil:
		return err
	case len(f.Charts) == 0 || !slices.IsSorted(f.Charts) || f.Charts[0] < 1 || f.Charts[len(f.Charts)-1] > 10_000_000:
		return errors.New("--charts must be numbers from 1 to 10000000, the fewest first")
	case f.Resources < 2 || f.Resources > 1000:
		return errors.New("--resources must be between 2 and 1000")
	case f.Large < 0 || f.Large > 1_000_000:
		return errors.New("--large must be between 0 and 1000000")
	case f.Connections < 1 || f.Connections > 1024 || f.Makers < 1 || f.Makers > 64:
		return errors.New("--connections must be between 1 and 1024, --makers between 1 and 64")
	case f.Warmup < 0 || f.Warmup > time.Minute:
		return errors.New("--warmup must be between 0s and 1m")
	}
	return nil
}

// step is what has been seen with so many charts.
type step struct {
	Kind    string   `json:"kind"` // "step"
	Charts  int      `json:"charts"`
	Made    int64    `json:"chartsMade"`
	Seconds float64  `json:"secondsToMake"`
	Results []result `json:"results"`
}

// Run makes, measures and reports.
func (f *growthCommand) Run(ctx context.Context, s streams) error {
	t, owners, cancel, err := f.begin(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	g := &growth{growthCommand: f, notef: s.notef, makers: f.clients(t, owners, f.Makers), askers: f.clients(t, owners, f.Connections)}
	defer closeAll(g.makers)
	defer closeAll(g.askers)
	r := newReport(s, f.JSON)
	r.overview(f.overview(t, "growth", owners[0],
		fmt.Sprintf("Charts of %d resources (Patient and Observations), and one of %s.", f.Resources, grouped(int64(f.Large))),
		fmt.Sprintf("%d connections, %g s warm-up and %g s for each measurement. %s", f.Connections, f.Warmup.Seconds(), f.Duration.Seconds(), method)))
	return t.explain(g.run(r))
}

// growth makes charts and measures.
type growth struct {
	*growthCommand
	notef          func(format string, args ...any)
	makers, askers []*client
}

func (g *growth) run(r *report) error {
	var all []result
	for _, charts := range g.Charts {
		st := step{Kind: "step", Charts: charts}
		began := time.Now()
		made, err := g.make(charts)
		if err != nil {
			return err
		}
		st.Made, st.Seconds = made, time.Since(began).Seconds()
		if st.Results, err = g.measure(charts, growthScenarios(g.Resources)); err != nil {
			return err
		}
		all = append(all, st.Results...)
		r.step(st, fmt.Sprintf("%s charts (%s made in %.1f s)", grouped(int64(charts)), grouped(made), st.Seconds))
	}
	if g.Large > 0 {
		if err := g.makeLarge(); err != nil {
			return err
		}
		st := step{Kind: "step", Charts: 1}
		var err error
		if st.Results, err = g.measure(1, largeScenarios()); err != nil {
			return err
		}
		all = append(all, st.Results...)
		r.step(st, fmt.Sprintf("One chart of %s observations", grouped(int64(g.Large))))
	}
	return outcome(all...)
}

func (g *growth) measure(charts int, of []scenario) ([]result, error) {
	var out []result
	for _, sc := range of {
		m := measurement{scenario: sc, charts: charts, clients: g.askers}
		x, err := m.run(g.Warmup, g.Duration)
		if err != nil {
			return nil, fmt.Errorf("%s was not finished: %w", sc.name, err)
		}
		out = append(out, x)
	}
	return out, nil
}

func (r *report) step(st step, title string) {
	if r.json != nil {
		_ = r.json.Encode(st)
		return
	}
	r.printf("%s\n", title)
	r.rows = false
	for _, x := range st.Results {
		r.result(x)
	}
	r.printf("\n")
}

func grownPatient(chart int) string        { return idOf('g', chart, 0) }
func grownObservation(chart, n int) string { return idOf('G', chart, n) }
func grownIdentifier(chart int) string     { return "grown-" + strconv.Itoa(chart) }

// grownName makes names that differ, so that a search by name finds few.
func grownName(chart int) string {
	const letters = "bcdfghjklmnprstvwz"
	b := []byte("G")
	for n := chart; ; n /= len(letters) * 5 {
		b = append(b, "aeiou"[n%5], letters[n/5%len(letters)])
		if n < len(letters)*5 {
			return string(b)
		}
	}
}

// growthScenarios are what a clinic asks most, of charts all over.
func growthScenarios(resources int) []scenario {
	far := func(charts int, n uint64) int { return int(n * 7919 % uint64(charts)) } // a prime: neighbours are seldom asked in turn
	get := func(name, title string, entries int, path func(chart int) string) scenario {
		return scenario{name: name, title: title, ask: func(_ *client, charts int, n uint64) request {
			return request{method: "GET", path: path(far(charts, n)), status: 200, entries: entries}
		}}
	}
	return []scenario{
		get("open", "a chart opened", 0, func(c int) string { return "/api/v1/charts/" + grownPatient(c) }),
		get("get", "GET of one Observation", 0, func(c int) string { return "/fhir/Observation/" + grownObservation(c, 0) }),
		get("search", "search of a patient's newest Observations", resources-1, func(c int) string {
			return "/fhir/Observation?patient=" + grownPatient(c) + "&_sort=-date&_count=50"
		}),
		get("category", "search of a patient's vital signs since a day", 0, func(c int) string {
			return "/fhir/Observation?patient=" + grownPatient(c) + "&category=vital-signs&date=ge2020-01-02"
		}),
		get("identifier", "search of a patient by identifier", 1, func(c int) string {
			return "/fhir/Patient?identifier=" + identifiers + "%7C" + grownIdentifier(c)
		}),
		get("name", "search of patients by family name and birth date", 1, func(c int) string {
			return "/fhir/Patient?family=" + grownName(c) + "&birthdate=" + born(c)
		}),
		get("everything", "$everything", resources, func(c int) string { return "/fhir/Patient/" + grownPatient(c) + "/$everything" }),
	}
}

// largeScenarios open and search the one large chart.
func largeScenarios() []scenario {
	p := largePatient()
	get := func(name, title, path string, entries int) scenario {
		return scenario{name: name, title: title, ask: func(*client, int, uint64) request {
			return request{method: "GET", path: path, status: 200, entries: entries}
		}}
	}
	return []scenario{
		get("open", "the chart opened", "/api/v1/charts/"+p, 0),
		get("timeline", "first page of its timeline", "/api/v1/charts/"+p+"/timeline", 0),
		get("search", "its 50 newest Observations", "/fhir/Observation?patient="+p+"&_sort=-date&_count=50", 50),
		get("code", "its 50 newest heart rates", "/fhir/Observation?patient="+p+"&code=8867-4&_sort=-date&_count=50", 50),
		get("everything", "first page of $everything", "/fhir/Patient/"+p+"/$everything?_count=100", 100),
	}
}

// make sees to it that so many charts are there, and tells how many it made.
// Those of an earlier run are found by the last that is there.
func (g *growth) make(charts int) (int64, error) {
	have, err := g.have(charts)
	if err != nil {
		return 0, err
	}
	p := preparation{charts: charts - have, clients: g.makers, notef: g.notef}
	p.make = func(c *client, chart int) error {
		c.buf = g.appendGrown(c.buf[:0], have+chart)
		_, err := c.send(request{method: "POST", path: "/fhir", body: c.buf, status: 200})
		return err
	}
	if p.charts == 0 {
		return 0, nil
	}
	done, err := p.run()
	return done.Made, err
}

// have is how many charts an earlier run left. Makers work side by side, so that
// the last few before its end may be missing: they are made again, which changes
// nothing.
func (g *growth) have(charts int) (int, error) {
	low, high := 0, charts // charts below low are there, high is not
	for low < high {
		mid := (low + high) / 2
		body, err := g.makers[0].send(request{method: "GET", path: "/fhir/Patient?identifier=" + identifiers + "%7C" + grownIdentifier(mid), status: 200})
		if err != nil {
			return 0, err
		}
		if strings.Contains(string(body), grownPatient(mid)) {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return max(0, low-2*g.Makers), nil
}

func (g *growth) appendGrown(b []byte, chart int) []byte {
	p := grownPatient(chart)
	b = append(b, `{"resourceType":"Bundle","type":"transaction","entry":[`...)
	b = appendPut(b, "Patient", p)
	b = append(b, grown(p, chart)...)
	for n := range g.Resources - 1 {
		id := grownObservation(chart, n)
		b = appendPut(append(b, `},`...), "Observation", id)
		b = appendObservation(b, id, p, n+chart, firstDay.AddDate(0, 0, 1+n*40).Add(time.Duration(chart%480)*time.Minute))
	}
	return append(b, `}]}`...)
}

func grown(id string, chart int) string {
	return fmt.Sprintf(`{"resourceType":"Patient","id":"%s","identifier":[{"use":"official","system":"%s","value":"%s"}],"active":true,`+
		`"name":[{"use":"official","family":"%s","given":["Made","Up"]}],"gender":"%s","birthDate":"%s"}`,
		id, identifiers, grownIdentifier(chart), grownName(chart), [...]string{"female", "male"}[chart%2], born(chart))
}

// largeChart is a number that no other chart has, for what differs in names and dates.
const largeChart = 99_999_999

func largePatient() string { return idOf('L', 0, 0) }

// largePart is how many observations of the large chart one transaction makes.
const largePart = 1000

// makeLarge makes the large chart unless it is there, its last observations last.
func (g *growth) makeLarge() error {
	p := largePatient()
	body, err := g.makers[0].send(request{method: "GET", path: "/fhir/Observation?patient=" + p + "&_summary=count", status: 200})
	if err != nil {
		return err
	}
	var found struct{ Total int }
	if err := json.Unmarshal(body, &found); err != nil {
		return errors.New("the answer to a search is not a Bundle")
	}
	for from := found.Total / largePart * largePart; from < g.Large; from += largePart {
		c := g.makers[0]
		b := append(c.buf[:0], `{"resourceType":"Bundle","type":"transaction","entry":[`...)
		b = appendPut(b, "Patient", p)
		b = append(b, grown(p, largeChart)...)
		for n := from; n < min(from+largePart, g.Large); n++ {
			id := idOf('l', 0, n)
			b = appendPut(append(b, `},`...), "Observation", id)
			b = appendObservation(b, id, p, n, firstDay.Add(time.Duration(n)*time.Hour))
		}
		c.buf = append(b, `}]}`...)
		if _, err := c.send(request{method: "POST", path: "/fhir", body: c.buf, status: 200}); err != nil {
			return fmt.Errorf("the large chart could not be made: %w", err)
		}
		if from/largePart%10 == 9 {
			g.notef("Preparing: %s of %s observations", grouped(int64(from+largePart)), grouped(int64(g.Large)))
		}
	}
	return nil
}
