package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

type fhirCommand struct {
	URL         string        `name:"url" required:"" placeholder:"URL" help:"Where the server answers, for example http://localhost:8080."`
	Token       string        `required:"" env:"HOUSECALL_TOKEN" placeholder:"TOKEN" help:"Access token of a system with the scope system/*.cruds."`
	Duration    time.Duration `default:"10s" help:"How long each measurement takes."`
	Warmup      time.Duration `default:"1s" help:"How long each measurement runs before it counts."`
	Connections int           `default:"16" help:"Connections; each has one request under way."`
	Charts      int           `default:"1000" help:"Charts that are gone round."`
	Only        []string      `placeholder:"NAME" enum:"get,search,everything,create,mixed" help:"Only these measurements: ${enum}."`
	JSON        bool          `name:"json" help:"Print one JSON object a line: the run, then each measurement."`
	AllowRemote bool          `help:"Allow a server that is not on this machine. It needs https, and it will get the test charts."`
	Timeout     time.Duration `default:"10s" help:"A request that takes longer is an error."`
	MaxTime     time.Duration `default:"30m" help:"The whole run ends after this time."`
	MaxRequests int64         `default:"5000000" help:"The whole run ends after this many requests."`
}

func (fhirCommand) Help() string {
	return `Fills the server with made-up charts once (they stay there: use a server for tests), then measures one after another.

Examples:
  export HOUSECALL_TOKEN=$(housecall token --system --name loadtest --scope "system/*.cruds")
  loadtest fhir --url http://localhost:8080
  loadtest fhir --url http://localhost:8080 --only get,create --duration 30s --json`
}

// Validate is called by kong.
func (f *fhirCommand) Validate() error {
	_, err := address(f.URL, f.AllowRemote)
	switch {
	case err != nil:
		return err
	case f.Token == "":
		return errors.New("--token must not be empty")
	case f.Duration <= 0 || f.Duration > time.Hour:
		return errors.New("--duration must be above 0 and at most 1h")
	case f.Warmup < 0 || f.Warmup > time.Minute:
		return errors.New("--warmup must be between 0s and 1m")
	case f.Connections < 1 || f.Connections > 1024:
		return errors.New("--connections must be between 1 and 1024")
	case f.Charts < 1 || f.Charts > 1_000_000:
		return errors.New("--charts must be between 1 and 1000000")
	case f.Timeout <= 0 || f.Timeout > 5*time.Minute:
		return errors.New("--timeout must be above 0 and at most 5m")
	case f.MaxTime <= 0 || f.MaxTime > 24*time.Hour:
		return errors.New("--max-time must be above 0 and at most 24h")
	case f.MaxRequests < 1:
		return errors.New("--max-requests must be above 0")
	}
	return nil
}

// Run prepares, measures and reports.
func (f *fhirCommand) Run(ctx context.Context, s streams) error {
	base, err := address(f.URL, f.AllowRemote)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, f.MaxTime, fmt.Errorf("the run reached its limit of %v; --max-time raises it", f.MaxTime))
	defer cancel()
	t := &target{ctx: ctx, base: base, remote: f.AllowRemote, token: f.Token, budget: newBudget(f.MaxRequests)}
	info := runInfo{Kind: "run", Machine: thisMachine(), URL: base.String(), Local: loopback(base.Hostname()),
		Connections: f.Connections, Charts: f.Charts, Resources: perChart, WarmupSeconds: f.Warmup.Seconds(), Seconds: f.Duration.Seconds()}
	if err := prepare(t, f, s, &info); err != nil {
		return t.explain(err)
	}
	clients := t.connect(f.Connections, f.Timeout)
	defer closeAll(clients)
	r := newReport(s, f.JSON)
	r.header(info)
	var asked, failed int64
	for _, sc := range scenarios {
		if len(f.Only) > 0 && !slices.Contains(f.Only, sc.name) {
			continue
		}
		m := measurement{scenario: sc, charts: f.Charts, clients: clients}
		res, err := m.run(f.Warmup, f.Duration)
		if err != nil {
			return t.explain(fmt.Errorf("%s was not finished: %w", sc.name, err))
		}
		r.result(res)
		asked, failed = asked+res.Requests+res.Errors, failed+res.Errors
	}
	if failed > 0 {
		return fmt.Errorf("%s of %s requests failed", grouped(failed), grouped(asked))
	}
	return nil
}

// prepare looks what the server is and sees to its charts. It is no measurement:
// few connections, and time for transactions that wait for one another.
func prepare(t *target, f *fhirCommand, s streams, info *runInfo) (err error) {
	clients := t.connect(min(f.Connections, 4), max(f.Timeout, time.Minute))
	defer closeAll(clients)
	if info.Server, err = software(clients[0]); err != nil {
		return err
	}
	p := preparation{charts: f.Charts, clients: clients, notef: s.notef}
	info.Prepared, err = p.run()
	return err
}
