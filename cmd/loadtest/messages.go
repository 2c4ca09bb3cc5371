package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/google/uuid"
)

type messagesCommand struct {
	common
	Connections int           `default:"16" help:"Connections that send; each has one message under way."`
	Warmup      time.Duration `default:"1s" help:"How long sending runs before it counts."`
	Accounts    string        `placeholder:"FILE" help:"Whose pages are open: e-mail, password and secret of one-time codes (or -), with tabs between, a line each. The list that serve --demo writes is one."`
	Sockets     int           `default:"50" help:"Open pages, shared out among the accounts."`
	Patient     string        `placeholder:"ID" help:"The chart that is written to. Default: the first that the token or an account may open."`
	PID         int           `name:"pid" placeholder:"PID" help:"Process of the server, on this machine: for the memory of the open pages."`
	Rate        float64       `default:"-1" placeholder:"N" help:"Messages a second; 0: as fast as they are taken. Default: 0 for a system, and what the server lets people send."`
}

func (messagesCommand) Help() string {
	return `Begins one conversation in a chart and goes on in it (it stays there: use a server
for tests). First one message at a time, until each open page has heard of it; then
as many as the connections can send.

A patient may send 20 messages a minute, so a patient's token shows that it works and
not how fast it is: that needs the token of a system. A token opens no page, so pages
need accounts, 30 at most for each.

Examples:
  export HOUSECALL_TOKEN=$(housecall token --system --name loadtest --scope "system/*.cruds")
  loadtest messages --url http://localhost:8080 --accounts data/demo-accounts.txt
  loadtest messages --url http://localhost:8080 --token $(housecall token --user patient@housecall.test) --json`
}

// Validate is called by kong.
func (f *messagesCommand) Validate() error {
	switch err := f.check(); {
	case err != nil:
		return err
	case f.Connections < 1 || f.Connections > 1024:
		return errors.New("--connections must be between 1 and 1024")
	case f.Warmup < 0 || f.Warmup > time.Minute:
		return errors.New("--warmup must be between 0s and 1m")
	case f.Sockets < 0 || f.Sockets > 100_000:
		return errors.New("--sockets must be between 0 and 100000")
	case f.Rate < 0 && f.Rate != -1 || f.Rate > 1e6:
		return errors.New("--rate must be between 0 and 1000000")
	}
	return nil
}

// Run opens the pages, sends and reports.
func (f *messagesCommand) Run(ctx context.Context, s streams) error {
	if _, err := usage(f.PID); err != nil {
		return err
	}
	t, senders, cancel, err := f.begin(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	var readers []*badge
	if f.Accounts != "" {
		logins, err := readLogins(f.Accounts)
		if err != nil {
			return err
		}
		if readers, err = t.everybody(logins); err != nil {
			return t.explain(err)
		}
	}
	patient, err := chart(f.Patient, append(senders, readers...)...)
	if err != nil {
		return err
	}
	if f.Rate == -1 {
		f.Rate = allowance(senders)
	}
	if len(readers) == 0 {
		readers = senders
	}
	pages := newPages(t, patient, f.Timeout)
	defer pages.close()
	before, err := usage(f.PID)
	if err != nil {
		return err
	}
	if err := pages.open(readers, f.Sockets, s); err != nil {
		return t.explain(err)
	}
	opened, err := usage(f.PID)
	if err != nil {
		return err
	}
	m := &conversation{messagesCommand: f, patient: patient, grown: opened.memory - before.memory, clients: f.clients(t, senders, f.Connections)}
	defer closeAll(m.clients)
	if err := m.begin(); err != nil {
		return t.explain(err)
	}
	return t.explain(m.measure(t, pages, senders, newReport(s, f.JSON)))
}

// allowance is a rate that the server lets people keep up: three quarters of what
// they may send in a minute. A system may send any number.
func allowance(senders []*badge) (perSecond float64) {
	for _, b := range senders {
		switch b.me.Account.Kind {
		case "system":
			return 0
		case "staff":
			perSecond += 0.75
		default:
			perSecond += 0.25
		}
	}
	return perSecond
}

// conversation is the thread that a run writes to.
type conversation struct {
	*messagesCommand
	patient, thread string
	grown           int64 // memory of the server since before the pages were open; 0: unknown
	clients         []*client
}

func (m *conversation) begin() error {
	m.thread = uuid.Must(uuid.NewV7()).String()
	err := m.clients[0].call(http.MethodPost, "/api/v1/charts/"+m.patient+"/threads", http.StatusCreated,
		map[string]string{"id": m.thread, "topic": "question", "subject": "Load test", "text": "The load test begins."}, nil)
	if err != nil {
		return fmt.Errorf("the conversation could not be begun: %w", err)
	}
	return nil
}

func (m *conversation) ask(c *client, _ int, n uint64) request {
	id := uuid.Must(uuid.NewV7()).String()
	c.buf = fmt.Appendf(c.buf[:0], `{"id":"%s","text":"Message %d of the load test."}`, id, n)
	return request{method: http.MethodPost, path: "/api/v1/charts/" + m.patient + "/threads/" + m.thread + "/messages", body: c.buf, status: http.StatusCreated, holds: id}
}

func (m *conversation) measure(t *target, pages *pages, senders []*badge, r *report) error {
	rate, seen := "as fast as they are taken", ""
	if m.Rate > 0 {
		rate = fmt.Sprintf("%g a second at most", m.Rate)
	}
	if pages.count() > 0 {
		seen = "seen: one connection; a message is sent when all pages have heard of the one before; from sending the request to the hint at each page. "
	}
	r.overview(m.overview(t, "messages", senders[0],
		fmt.Sprintf("One conversation of one chart; %d open pages of %d people follow it. Message texts of about 30 bytes.", pages.count(), pages.people),
		fmt.Sprintf("Messages have ids made by the client and are sent %s. %ssend: %d kept connections, %g s warm-up; each sends when the answer to the last was read and checked. %g s each.",
			rate, seen, m.Connections, m.Warmup.Seconds(), m.Duration.Seconds())))
	var results []result
	if pages.count() > 0 {
		if m.PID > 0 {
			r.pages(pagesResult{Kind: "pages", Pages: pages.count(), People: pages.people, Each: math.Round(float64(m.grown)/float64(pages.count())/100) / 10})
		}
		seen, err := m.seen(pages)
		if err != nil {
			return err
		}
		r.result(seen)
		results = append(results, seen)
	}
	send := measurement{scenario: scenario{name: "send", title: "message sent", ask: m.ask}, charts: 1, clients: m.clients, pace: newPace(m.Rate)}
	res, err := send.run(m.Warmup, m.Duration)
	if err != nil {
		return fmt.Errorf("send was not finished: %w", err)
	}
	r.result(res)
	if n := pages.lost(); n > 0 {
		return fmt.Errorf("%d of %d pages were closed by the server", n, pages.count())
	}
	return outcome(append(results, res)...)
}

// seen sends one message at a time: a hint names no message, so that with two
// under way nobody could say which one it is of.
func (m *conversation) seen(pages *pages) (result, error) {
	x := measurement{scenario: scenario{name: "seen", title: fmt.Sprintf("hint at one of %d open pages after a message was sent", pages.count()), ask: m.ask},
		charts: 1, clients: m.clients[:1], pace: newPace(m.Rate)}
	t := &tally{}
	cpu, began := cpuTime(), time.Now()
	end := began.Add(m.Duration)
	for x.errs.Load() == 0 && time.Now().Before(end) && x.pace.wait(m.clients[0].target.ctx, end) {
		pages.expect()
		_, bytes, err := x.ask(m.clients[0])
		if ended := x.ended(); ended != nil {
			return result{}, fmt.Errorf("seen was not finished: %w", ended)
		}
		if err == nil {
			t.bytes += int64(bytes)
			err = pages.heard(&t.latency)
		}
		if err != nil {
			x.errs.Add(1)
			t.fail(err)
		}
	}
	return x.result(t, time.Since(began), cpuTime()-cpu), nil
}
