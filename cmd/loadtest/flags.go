package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"
)

// common is what the loads on the portal's and the phones' side have as flags.
type common struct {
	URL         string        `name:"url" required:"" placeholder:"URL" help:"Where the server answers, for example http://localhost:8080."`
	Token       []string      `required:"" env:"HOUSECALL_TOKEN" placeholder:"TOKEN" help:"Access token; several with commas between take turns."`
	Duration    time.Duration `default:"10s" help:"How long each measurement takes."`
	JSON        bool          `name:"json" help:"Print one JSON object a line: the run, then each result."`
	AllowRemote bool          `help:"Allow a server that is not on this machine. It needs https."`
	Timeout     time.Duration `default:"10s" help:"What takes longer is an error."`
	MaxTime     time.Duration `default:"30m" help:"The whole run ends after this time."`
	MaxRequests int64         `default:"5000000" help:"The whole run ends after this many requests."`
}

func (f *common) check() error {
	_, err := f.root()
	switch {
	case err != nil:
		return err
	case f.Duration <= 0 || f.Duration > time.Hour:
		return errors.New("--duration must be above 0 and at most 1h")
	case f.Timeout <= 0 || f.Timeout > 5*time.Minute:
		return errors.New("--timeout must be above 0 and at most 5m")
	case f.MaxTime <= 0 || f.MaxTime > 24*time.Hour:
		return errors.New("--max-time must be above 0 and at most 24h")
	case f.MaxRequests < 1:
		return errors.New("--max-requests must be above 0")
	case len(f.Token) == 0 || slices.Contains(f.Token, ""):
		return errors.New("--token must not be empty")
	}
	return nil
}

// root gives where the server is: its faces are at paths of their own below it.
func (f *common) root() (*url.URL, error) {
	u, err := site(f.URL, f.AllowRemote)
	if err == nil && u.Path != "" {
		err = errors.New("--url must be a scheme and a host and no path, for example http://localhost:8080")
	}
	return u, err
}

// begin gives the server, and who the tokens are of.
func (f *common) begin(ctx context.Context) (*target, []*badge, context.CancelFunc, error) {
	base, err := f.root()
	if err != nil {
		return nil, nil, nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, f.MaxTime, fmt.Errorf("the run reached its limit of %v; --max-time raises it", f.MaxTime))
	t := &target{ctx: ctx, base: base, remote: f.AllowRemote, budget: newBudget(f.MaxRequests)}
	var all []*badge
	for i, token := range f.Token {
		b := tokenBadge(token)
		if len(f.Token) > 1 {
			b.name = fmt.Sprintf("token %d", i+1)
		}
		if err := t.meet(b, f.Timeout); err != nil {
			err = t.explain(err)
			cancel()
			return nil, nil, nil, err
		}
		all = append(all, b)
	}
	return t, all, cancel, nil
}

// clients gives n connections on which people take turns.
func (f *common) clients(t *target, people []*badge, n int) []*client {
	all := make([]*client, n)
	for i := range all {
		all[i] = t.client(f.Timeout, jsonType, people[i%len(people)])
	}
	return all
}

// chart gives whose chart a load is about: the one that was named, or the first
// that one of these may open.
func chart(named string, people ...*badge) (string, error) {
	if named != "" {
		return named, nil
	}
	for _, b := range people {
		if len(b.me.People) > 0 {
			return b.me.People[0].Patient, nil
		}
	}
	return "", errors.New("nobody here has a chart of their own: name one with --patient")
}

// overview is what the numbers of such a load depend on.
type overview struct {
	Kind    string  `json:"kind"` // "run"
	Load    string  `json:"load"`
	Machine machine `json:"machine"`
	URL     string  `json:"url"`
	Server  string  `json:"server"`
	Local   bool    `json:"serverOnThisMachine"`
	Seconds float64 `json:"secondsPerMeasurement"`
	Data    string  `json:"data"`
	Method  string  `json:"method"`
}

func (f *common) overview(t *target, load string, who *badge, data, method string) overview {
	return overview{Kind: "run", Load: load, Machine: thisMachine(), URL: t.base.String(), Server: "Housecall " + who.me.Version, Local: loopback(t.base.Hostname()),
		Seconds: f.Duration.Seconds(), Data: data, Method: method}
}

func (r *report) overview(o overview) {
	if r.json != nil {
		_ = r.json.Encode(o)
		return
	}
	r.top(o.Machine, o.Server, o.URL, o.Local, o.Data, o.Method)
}

// line prints a result of another shape than a measurement.
func (r *report) line(x any, word, text string) {
	if r.json != nil {
		_ = r.json.Encode(x)
		return
	}
	r.paragraph(word, text)
}

// outcome is the error of a run in which something failed.
func outcome(results ...result) error {
	var asked, failed int64
	for _, x := range results {
		if x.Requests+x.Errors == 0 {
			return fmt.Errorf("%s measured nothing: give it more time", x.Name)
		}
		asked, failed = asked+x.Requests+x.Errors, failed+x.Errors
	}
	if failed > 0 {
		return fmt.Errorf("%s of %s failed", grouped(failed), grouped(asked))
	}
	return nil
}
