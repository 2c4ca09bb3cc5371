package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

type syncCommand struct {
	common
	Connections int           `default:"16" help:"Phones; each has one request under way."`
	Warmup      time.Duration `default:"1s" help:"How long each measurement runs before it counts."`
	Patient     string        `placeholder:"ID" help:"The chart that the phones hold. Default: the first that the token may open."`
	Limit       int           `default:"200" help:"Changes of a page."`
	Messages    int           `default:"3" help:"Messages that two phones send at the same moment."`
}

func (syncCommand) Help() string {
	return `Phones over one chart. First a few messages are sent by two phones at the same
moment, as a phone does that had no answer, and are looked for in the chart. Then:
copies of the whole chart from the beginning, pulls with the last cursor while nothing
changes, and pushes of ten commands (a conversation was read), each fifth of which is
sent twice. The messages stay in the chart: use a server for tests.

Examples:
  export HOUSECALL_TOKEN=$(housecall token --user patient@housecall.test)
  loadtest sync --url http://localhost:8080 --connections 32 --json`
}

// Validate is called by kong.
func (f *syncCommand) Validate() error {
	switch err := f.check(); {
	case err != nil:
		return err
	case f.Connections < 2 || f.Connections > 1024:
		return errors.New("--connections must be between 2 and 1024")
	case f.Warmup < 0 || f.Warmup > time.Minute:
		return errors.New("--warmup must be between 0s and 1m")
	case f.Limit < 1 || f.Limit > 500:
		return errors.New("--limit must be between 1 and 500")
	case f.Messages < 1 || f.Messages > 20:
		return errors.New("--messages must be between 1 and 20, which is what a patient may send in a minute")
	}
	return nil
}

// Run sends twice, measures and reports.
func (f *syncCommand) Run(ctx context.Context, s streams) error {
	t, owners, cancel, err := f.begin(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	patient, err := chart(f.Patient, owners...)
	if err != nil {
		return err
	}
	x := &phones{syncCommand: f, patient: patient, clients: f.clients(t, owners, f.Connections), state: map[*client]*phone{}}
	defer closeAll(x.clients)
	for _, c := range x.clients {
		x.state[c] = &phone{}
	}
	r := newReport(s, f.JSON)
	return t.explain(x.run(t, owners[0], r))
}

// phones hold copies of one chart.
type phones struct {
	*syncCommand
	patient string
	clients []*client
	state   map[*client]*phone // not changed while they work
	thread  string             // that was begun by the messages that were sent twice
}

// phone is what one of them remembers.
type phone struct {
	cursor  string
	more    bool
	pushes  int
	again   bool // the last push is sent a second time
	already int64
	done    int64
}

func (x *phones) run(t *target, owner *badge, r *report) error {
	sent, err := x.sendTwice()
	if err != nil {
		return err
	}
	size, err := x.catchUp(x.clients[0], func([]byte) {})
	if err != nil {
		return err
	}
	r.overview(x.overview(t, "sync", owner,
		fmt.Sprintf("One chart of %s resources, held by %d phones.", grouped(int64(size)), x.Connections),
		fmt.Sprintf("%d kept connections, each sends its next request when the answer to the last was read and checked. %g s warm-up and %g s for each measurement. "+
			"full: pages of %d changes from the beginning, again and again. idle: a pull with the last cursor, nothing changed. push: ten commands, each fifth push sent a second time.",
			x.Connections, x.Warmup.Seconds(), x.Duration.Seconds(), x.Limit)))
	r.line(sent, "Twice", fmt.Sprintf("%d messages, each sent by two phones at the same moment: %d in the chart", sent.Commands, sent.Done))
	if sent.Done != sent.Commands {
		return fmt.Errorf("%d messages that were sent twice are in the chart %d times", sent.Commands, sent.Done)
	}
	var results []result
	for _, sc := range []scenario{
		{"full", "page of the whole chart, from the beginning", x.askPull, x.hearFull},
		{"idle", "pull with a cursor, nothing changed", x.askPull, x.hearNothing},
		{"push", "push of ten commands", x.askPush, x.hearPush},
	} {
		for _, c := range x.clients {
			if sc.name == "full" {
				x.state[c].cursor = ""
			} else if _, err := x.catchUp(c, func([]byte) {}); err != nil {
				return err
			}
		}
		m := measurement{scenario: sc, charts: 1, clients: x.clients}
		res, err := m.run(x.Warmup, x.Duration)
		if err != nil {
			return fmt.Errorf("%s was not finished: %w", sc.name, err)
		}
		r.result(res)
		results = append(results, res)
	}
	again := twice{Kind: "again", What: "commands of pushes that were sent a second time, and what the server did not do again"}
	for _, p := range x.state {
		again.Sent, again.Done = again.Sent+p.done+p.already, again.Done+p.done
	}
	again.Commands = again.Done
	r.line(again, "Again", fmt.Sprintf("%s commands were done; %s came a second time and were known", grouped(again.Done), grouped(again.Sent-again.Done)))
	return outcome(results...)
}

// twice is what became of commands that were sent more than once.
type twice struct {
	Kind     string `json:"kind"` // "twice", "again"
	What     string `json:"what"`
	Commands int64  `json:"commands"`
	Sent     int64  `json:"sent"`
	Done     int64  `json:"done"`
}

// command is one thing that is pushed.
type command struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Patient string `json:"patient"`
	Body    any    `json:"body"`
}

// sendTwice lets two phones push the same messages at the same moment, and counts
// how often each is in the chart then.
func (x *phones) sendTwice() (twice, error) {
	x.thread = uuid.Must(uuid.NewV7()).String()
	mark := "sent twice by the load test " + x.thread
	var commands []command
	for i := range x.Messages {
		body := map[string]string{"text": fmt.Sprintf("Message %d, %s", i, mark), "thread": x.thread}
		id := uuid.Must(uuid.NewV7()).String()
		if i == 0 { // its id is the thread's
			id = x.thread
			delete(body, "thread")
			body["topic"] = "question"
		}
		commands = append(commands, command{id, "message.send", x.patient, body})
	}
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = x.settle(x.clients[i], commands) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return twice{}, err
	}
	sum := twice{Kind: "twice", What: "messages that two phones sent at the same moment", Commands: int64(x.Messages), Sent: 2 * int64(x.Messages)}
	_, err := x.catchUp(x.clients[0], func(resource []byte) {
		if bytes.Contains(resource, []byte(mark)) && bytes.Contains(resource, []byte(`"resourceType":"Communication"`)) {
			sum.Done++
		}
	})
	return sum, err
}

// settle pushes until each command is done or was done already.
func (x *phones) settle(c *client, commands []command) error {
	const tries = 5
	for range tries {
		var out struct {
			Results []struct{ State, Code, Reason string }
		}
		if err := c.call(http.MethodPost, "/mobile/v1/push", http.StatusOK, map[string]any{"commands": commands}, &out); err != nil {
			return fmt.Errorf("push: %w", err)
		}
		later := false
		for _, r := range out.Results {
			switch r.State {
			case "done", "already":
			case "later":
				later = true
			default:
				return fmt.Errorf("a message was refused: %s %s", r.Code, r.Reason)
			}
		}
		if !later && len(out.Results) == len(commands) {
			return nil
		}
	}
	return errors.New("the server puts a message off again and again: a patient may send 20 a minute and 300 a day; wait a minute, or use the token of another account")
}

// catchUp makes a new copy of the chart and leaves the phone where the chart is.
func (x *phones) catchUp(c *client, each func(resource []byte)) (resources int, err error) {
	p := x.state[c]
	*p = phone{done: p.done, already: p.already, pushes: p.pushes}
	for {
		var out struct {
			Charts map[string]struct {
				Gone, More bool
				Cursor     string
				Changes    []struct{ Resource json.RawMessage }
			}
		}
		in := map[string]any{"cursors": map[string]string{x.patient: p.cursor}, "limit": x.Limit}
		if err := c.call(http.MethodPost, "/mobile/v1/pull", http.StatusOK, in, &out); err != nil {
			return 0, fmt.Errorf("pull: %w", err)
		}
		news := out.Charts[x.patient]
		if news.Gone || news.Cursor == "" {
			return 0, errors.New("the chart cannot be opened with this token")
		}
		for _, change := range news.Changes {
			resources++
			each(change.Resource)
		}
		if p.cursor = news.Cursor; !news.More {
			return resources, nil
		}
	}
}

func (x *phones) askPull(c *client, _ int, _ uint64) request {
	c.buf = fmt.Appendf(c.buf[:0], `{"cursors":{"%s":"%s"},"limit":%d}`, x.patient, x.state[c].cursor, x.Limit)
	return request{method: http.MethodPost, path: "/mobile/v1/pull", body: c.buf, status: http.StatusOK, holds: `"cursor":"`}
}

// take keeps the new cursor. It stands behind the changes, and a text in a
// resource cannot look like it: quotes are escaped there. Decoding the whole page
// would take the server's processor.
func (p *phone) take(body []byte) {
	const key = `"cursor":"`
	rest := body[bytes.LastIndex(body, []byte(key))+len(key):]
	end := max(bytes.IndexByte(rest, '"'), 0)
	p.cursor, p.more = string(rest[:end]), bytes.Contains(rest[end:], []byte(`"more":true`))
}

func (x *phones) hearFull(c *client, body []byte) error {
	p := x.state[c]
	if p.take(body); !bytes.Contains(body, []byte(`"changes":[`)) {
		return &wrong{what: "page without changes"}
	}
	if !p.more {
		p.cursor = ""
	}
	return nil
}

func (x *phones) hearNothing(c *client, body []byte) error {
	if x.state[c].take(body); bytes.Contains(body, []byte(`"changes":[`)) {
		return &wrong{what: "answer with changes to a pull with the last cursor"}
	}
	return nil
}

const perPush = 10

func (x *phones) askPush(c *client, _ int, _ uint64) request {
	p := x.state[c]
	if p.again = p.pushes > 0 && p.pushes%5 == 0 && !p.again; !p.again {
		p.pushes++
		var b strings.Builder
		for i := range perPush {
			fmt.Fprintf(&b, `%s{"id":"%s","kind":"message.read","patient":"%s","body":{"thread":"%s","upTo":"%s"}}`,
				[]string{"", ","}[min(i, 1)], uuid.Must(uuid.NewV7()), x.patient, x.thread, x.thread)
		}
		c.buf = fmt.Appendf(c.buf[:0], `{"commands":[%s]}`, b.String())
	}
	return request{method: http.MethodPost, path: "/mobile/v1/push", body: c.buf, status: http.StatusOK, holds: `"results":[`}
}

func (x *phones) hearPush(c *client, body []byte) error {
	p := x.state[c]
	done, already := bytes.Count(body, []byte(`"state":"done"`)), bytes.Count(body, []byte(`"state":"already"`))
	p.done, p.already = p.done+int64(done), p.already+int64(already)
	switch {
	case done+already != perPush:
		return &wrong{what: "commands that were not done"}
	case p.again && done > 0:
		return &wrong{what: "commands that were done twice"}
	case !p.again && already > 0:
		return &wrong{what: "new commands that were not done"}
	}
	return nil
}
