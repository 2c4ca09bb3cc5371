package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

type deliverCommand struct {
	common
	Also        []string      `placeholder:"URL" help:"Further nodes of the same site: a client goes on with another when one does not answer."`
	Count       int64         `default:"10000" help:"Messages to send."`
	Threads     int           `default:"200" help:"Conversations, four to a chart."`
	Connections int           `default:"64" help:"People who send; each has one message under way."`
	GiveUp      time.Duration `default:"3m" help:"How long a message is sent again until it is taken."`
	Patients    []string      `env:"HOUSECALL_PATIENT_TOKENS" placeholder:"TOKEN" help:"Tokens of patients, with commas between: each asks in a conversation of their own, at a pace that people may keep, and waits for an answer."`
	Staff       []string      `env:"HOUSECALL_STAFF_TOKENS" placeholder:"TOKEN" help:"Tokens of doctors or nurses, with commas between, in whose inboxes what patients asked has to be."`
}

func (deliverCommand) Help() string {
	return `Sends messages whatever happens to the server: what is not answered is sent again
under the same id, to the same node or another. Of a hundred messages two are sent
again although they were taken, and one is sent by two devices at once. In the end
every conversation is read from every node: each message has to be there once, and
in the same order for all. What patients asked (--patients) has to wait for somebody:
it was taken, or it is in the inbox of one of the staff (--staff).

Example, while another command stops and starts nodes (internal/faultrun does):
  loadtest deliver --url http://localhost:8080 --also http://localhost:8081 --count 1000000 --max-time 3h`
}

// Validate is called by kong.
func (f *deliverCommand) Validate() error {
	switch err := f.check(); {
	case err != nil:
		return err
	case f.Count < 1 || f.Count > 100_000_000:
		return errors.New("--count must be between 1 and 100000000")
	case f.Threads < 1 || f.Threads > 100_000:
		return errors.New("--threads must be between 1 and 100000")
	case f.Connections < 1 || f.Connections > 1024:
		return errors.New("--connections must be between 1 and 1024")
	case f.GiveUp < time.Second || f.GiveUp > time.Hour:
		return errors.New("--give-up must be between 1s and 1h")
	case len(f.Also) > 16:
		return errors.New("--also takes 16 nodes at most")
	case len(f.Patients) > 1000 || len(f.Staff) > 1000:
		return errors.New("--patients and --staff take 1000 tokens at most")
	case (len(f.Patients) == 0) != (len(f.Staff) == 0):
		return errors.New("--patients and --staff go together")
	}
	for _, also := range f.Also {
		if u, err := site(also, f.AllowRemote); err != nil || u.Path != "" {
			return fmt.Errorf("--also: %s is not a scheme and a host", also)
		}
	}
	return nil
}

const threadsPerChart = 4

// Run sends, looks and reports.
func (f *deliverCommand) Run(ctx context.Context, s streams) error {
	t, senders, cancel, err := f.begin(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	d := &delivery{deliverCommand: f, nodes: []*target{t}, senders: senders, notef: s.notef}
	for _, also := range f.Also {
		u, _ := url.Parse(also)
		d.nodes = append(d.nodes, &target{ctx: t.ctx, base: u, remote: t.remote, budget: t.budget})
	}
	if err := d.invite(); err != nil {
		return t.explain(err)
	}
	r := newReport(s, f.JSON)
	r.overview(f.overview(t, "deliver", senders[0],
		fmt.Sprintf("%s messages of about 30 bytes in %s conversations of %s charts, %d nodes.", grouped(f.Count), grouped(int64(f.Threads)), grouped(int64(d.charts())), len(d.nodes)),
		fmt.Sprintf("%d connections. A message has an id made by the client and is sent again until it is taken; 2 of 100 are sent again afterwards, 1 of 100 by two devices at once. "+
			"%d patients ask besides, one message in %g s each. Then every conversation is read from every node.", f.Connections, len(d.askers), askEvery.Seconds())))
	if err := d.prepare(); err != nil {
		return t.explain(err)
	}
	d.began = time.Now()
	if err := d.whileAsked(d.send); err != nil {
		return t.explain(err)
	}
	out := d.told(time.Since(d.began))
	if err := d.look(&out); err != nil {
		return t.explain(err)
	}
	r.line(out, "Result", fmt.Sprintf("%s messages taken in %.1f s (%s a second, one waited %.1f s), %s sent again without an answer, %s sent once more, %s by two at once. "+
		"Read from %d nodes: %s lost, %s doubled, %s that nobody sent, %s conversations in different orders; %s wait for an answer, %s of them unowned.",
		grouped(out.Taken), out.Seconds, grouped(int64(out.PerSecond)), out.LongestSeconds, grouped(out.Resent), grouped(out.Repeated), grouped(out.AtOnce),
		out.Nodes, grouped(out.Lost), grouped(out.Doubled), grouped(out.Strange), grouped(out.Disordered), grouped(out.Waiting), grouped(out.Unowned)))
	switch {
	case out.Lost+out.Doubled+out.Strange+out.Disordered > 0 || out.Taken != f.Count+int64(f.Threads)+d.asked.Load():
		return errors.New("messages were not kept as they were taken")
	case out.Unowned > 0:
		return errors.New("somebody waits for an answer, and nobody has it")
	case out.Waiting < int64(len(d.askers)):
		return errors.New("what a patient asked does not wait for an answer")
	}
	return nil
}

// delivery is one run.
type delivery struct {
	*deliverCommand
	nodes   []*target
	senders []*badge
	notef   func(format string, args ...any)
	began   time.Time
	lines   []*line
	askers  []*asker
	staff   []*badge

	next, resent, repeated, atOnce, taken, asked, longest atomic.Int64
}

// line is a conversation and what was taken of it.
type line struct {
	patient, id string
	mu          sync.Mutex
	taken       []uuid.UUID
}

func (d *delivery) charts() int { return (d.Threads + threadsPerChart - 1) / threadsPerChart }

// sender is somebody who sends, by whichever node answers.
type sender struct {
	d    *delivery
	each []*client // one for each node
	at   int
}

func (d *delivery) sender(i int) *sender { return d.senderAs(i, d.senders[i%len(d.senders)]) }

func (d *delivery) senderAs(i int, who *badge) *sender {
	s := &sender{d: d, at: i % len(d.nodes)}
	for _, n := range d.nodes {
		s.each = append(s.each, n.client(d.Timeout, jsonType, who))
	}
	return s
}

func (s *sender) close() { closeAll(s.each) }

// insist sends a request until it is answered as it should be. Only what the
// server refuses for good ends it before its time.
func (s *sender) insist(r request) error {
	began := time.Now()
	defer func() {
		for took := int64(time.Since(began)); ; {
			if old := s.d.longest.Load(); took <= old || s.d.longest.CompareAndSwap(old, took) {
				return
			}
		}
	}()
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		_, err := s.each[s.at].send(r)
		if err == nil {
			return nil
		}
		if w, ok := errors.AsType[*wrong](err); ok && w.status >= 400 && w.status < 500 && w.status != http.StatusTooManyRequests {
			return err
		}
		if ctx := s.d.nodes[0].ctx; ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Since(began) > s.d.GiveUp {
			return fmt.Errorf("given up after %v: %w", s.d.GiveUp, err)
		}
		s.d.resent.Add(1)
		s.at = (s.at + 1) % len(s.each)
		time.Sleep(wait)
	}
}

// prepare makes the charts and begins the conversations.
func (d *delivery) prepare() error {
	for i := range d.Threads {
		d.lines = append(d.lines, &line{patient: writePatient(i / threadsPerChart), id: uuid.Must(uuid.NewV7()).String()})
	}
	return d.all(d.Connections, func(s *sender, worker int) error {
		for chart := worker; chart < d.charts(); chart += d.Connections {
			p := writePatient(chart)
			node := s.d.nodes[0]
			c := node.client(d.Timeout, mediaType, d.senders[0])
			_, err := c.send(request{method: http.MethodPut, path: "/fhir/Patient/" + p, body: []byte(patient(p, writeIdentifier(chart), chart)), status: http.StatusCreated})
			c.host.CloseIdleConnections()
			if w, ok := errors.AsType[*wrong](err); ok && w.status == http.StatusOK {
				err = nil // it was there
			}
			if err != nil {
				return fmt.Errorf("a chart could not be made: %w", err)
			}
			for i := chart * threadsPerChart; i < min(len(d.lines), (chart+1)*threadsPerChart); i++ {
				k := d.lines[i]
				body := fmt.Appendf(nil, `{"id":"%s","topic":"question","subject":"Load test","text":"The load test begins."}`, k.id)
				if err := s.insist(request{method: http.MethodPost, path: "/api/v1/charts/" + p + "/threads", body: body, status: http.StatusCreated}); err != nil {
					return fmt.Errorf("a conversation could not be begun: %w", err)
				}
				k.take(uuid.MustParse(k.id))
				d.taken.Add(1)
			}
		}
		return nil
	})
}

func (k *line) take(id uuid.UUID) {
	k.mu.Lock()
	k.taken = append(k.taken, id)
	k.mu.Unlock()
}

// all lets everybody work at once; the first error is the error.
func (d *delivery) all(n int, work func(s *sender, worker int) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			s := d.sender(i)
			defer s.close()
			errs[i] = work(s, i)
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *delivery) send() error {
	return d.all(d.Connections, func(s *sender, worker int) error {
		second := d.sender(worker + 1) // the other device of this person
		defer second.close()
		for {
			n := d.next.Add(1) - 1
			if n >= d.Count {
				return nil
			}
			k := d.lines[n%int64(len(d.lines))]
			id := uuid.Must(uuid.NewV7())
			r := request{method: http.MethodPost, path: "/api/v1/charts/" + k.patient + "/threads/" + k.id + "/messages", status: http.StatusCreated, holds: id.String(),
				body: fmt.Appendf(nil, `{"id":"%s","text":"Message %d of the load test."}`, id, n)}
			var other error
			var wg sync.WaitGroup
			if n%100 == 7 {
				d.atOnce.Add(1)
				wg.Go(func() { other = second.insist(r) })
			}
			err := s.insist(r)
			wg.Wait()
			if err == nil && n%50 == 3 {
				d.repeated.Add(1)
				err = s.insist(r)
			}
			if err = errors.Join(err, other); err != nil {
				return err
			}
			k.take(id)
			if taken := d.taken.Add(1); taken*20/d.Count != (taken-1)*20/d.Count {
				d.notef("Taken: %s of %s, %s a second", grouped(taken), grouped(d.Count), grouped(int64(float64(taken)/time.Since(d.began).Seconds())))
			}
		}
	})
}

// delivered is the result.
type delivered struct {
	Kind           string  `json:"kind"` // "delivered"
	Taken          int64   `json:"taken"`
	Seconds        float64 `json:"seconds"`
	PerSecond      float64 `json:"messagesPerSecond"`
	LongestSeconds float64 `json:"longestSeconds"`
	Resent         int64   `json:"sentAgainWithoutAnswer"`
	Repeated       int64   `json:"sentOnceMore"`
	AtOnce         int64   `json:"sentByTwoAtOnce"`
	Nodes          int     `json:"nodes"`
	Lost           int64   `json:"lost"`
	Doubled        int64   `json:"doubled"`
	Strange        int64   `json:"nobodySent"`
	Disordered     int64   `json:"conversationsInDifferentOrders"`
	Waiting        int64   `json:"conversationsThatWait"`
	Unowned        int64   `json:"waitForNobody"`
}

func (d *delivery) told(took time.Duration) delivered {
	return delivered{Kind: "delivered", Taken: d.taken.Load(), Seconds: took.Seconds(), PerSecond: float64(d.Count) / took.Seconds(), LongestSeconds: time.Duration(d.longest.Load()).Seconds(),
		Resent: d.resent.Load(), Repeated: d.repeated.Load(), AtOnce: d.atOnce.Load(), Nodes: len(d.nodes)}
}

// look reads every conversation from every node.
func (d *delivery) look(out *delivered) error {
	inboxes, err := d.inboxes()
	if err != nil {
		return fmt.Errorf("an inbox could not be read: %w", err)
	}
	var mu sync.Mutex
	return d.all(min(d.Connections, 8), func(s *sender, worker int) error {
		for i := worker; i < len(d.lines); i += min(d.Connections, 8) {
			k := d.lines[i]
			var first []uuid.UUID
			for at, c := range s.each {
				order, position, err := d.read(c, k)
				if err != nil {
					return fmt.Errorf("a conversation could not be read: %w", err)
				}
				mu.Lock()
				if at == 0 {
					first = order
					out.compare(k.taken, order)
					out.owned(position, inboxes[k.id])
				} else if !slices.Equal(first, order) {
					out.Disordered++
				}
				mu.Unlock()
			}
		}
		return nil
	})
}

// compare counts what was taken and is not there, and what is there too often.
func (o *delivered) compare(taken, found []uuid.UUID) {
	times := make(map[uuid.UUID]int, len(found))
	for _, id := range found {
		if times[id]++; times[id] == 2 {
			o.Doubled++
		}
	}
	for _, id := range taken {
		if times[id] == 0 {
			o.Lost++
		}
		delete(times, id)
	}
	o.Strange += int64(len(times))
}

// read gives the ids of a conversation, the oldest first, from one node, which
// may be away for a while.
func (d *delivery) read(c *client, k *line) ([]uuid.UUID, position, error) {
	var pages [][]uuid.UUID
	for cursor := ""; ; {
		var p struct {
			Thread   position
			Messages []struct{ ID uuid.UUID }
			Next     string
		}
		query := url.Values{"limit": {"100"}}
		if cursor != "" {
			query.Set("cursor", cursor)
		}
		if err := d.get(c, "/api/v1/charts/"+k.patient+"/threads/"+k.id+"?"+query.Encode(), &p); err != nil {
			return nil, position{}, err
		}
		var ids []uuid.UUID
		for _, m := range p.Messages {
			ids = append(ids, m.ID)
		}
		pages = append(pages, ids)
		if cursor = p.Next; cursor == "" {
			slices.Reverse(pages)
			return slices.Concat(pages...), p.Thread, nil
		}
	}
}

// get asks a node that may be away for a while.
func (d *delivery) get(c *client, path string, answer any) error {
	for began := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		err := c.call(http.MethodGet, path, http.StatusOK, nil, answer)
		if err == nil {
			return nil
		}
		if w, ok := errors.AsType[*wrong](err); time.Since(began) > d.GiveUp || c.target.ctx.Err() != nil || ok && w.status >= 400 && w.status < 500 {
			return err
		}
	}
}
