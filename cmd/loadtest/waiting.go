package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/google/uuid"
)

// askEvery is how often a patient asks: the server takes 20 messages a minute of one
// person, and 300 a day.
const (
	askEvery = 20 * time.Second
	mostAsks = 250
)

// asker is a patient who asks and waits for an answer.
type asker struct {
	badge *badge
	line  *line
}

// invite finds out who the patients and the staff are.
func (d *delivery) invite() error {
	meet := func(token, name string) (*badge, error) {
		b := tokenBadge(token)
		b.name = name
		return b, d.nodes[0].meet(b, d.Timeout)
	}
	for i, token := range d.Staff {
		b, err := meet(token, fmt.Sprintf("member of staff %d", i+1))
		if err != nil {
			return err
		}
		d.staff = append(d.staff, b)
	}
	for i, token := range d.Patients {
		b, err := meet(token, fmt.Sprintf("patient %d", i+1))
		if err != nil {
			return err
		}
		patient, err := chart("", b)
		if err != nil {
			return fmt.Errorf("--patients: %w", err)
		}
		d.askers = append(d.askers, &asker{b, &line{patient: patient, id: uuid.Must(uuid.NewV7()).String()}})
	}
	return nil
}

// whileAsked does something while the patients ask: everybody once, and then until it
// has ended.
func (d *delivery) whileAsked(do func() error) error {
	ctx, end := context.WithCancel(d.nodes[0].ctx)
	defer end()
	errs := make([]error, len(d.askers))
	var all sync.WaitGroup
	for i, a := range d.askers {
		all.Go(func() { errs[i] = a.ask(ctx, d, i) })
	}
	err := do()
	end()
	all.Wait()
	for _, a := range d.askers {
		d.lines = append(d.lines, a.line)
	}
	return errors.Join(append(errs, err)...)
}

func (a *asker) ask(ctx context.Context, d *delivery, i int) error {
	s := d.senderAs(i, a.badge)
	defer s.close()
	threads := "/api/v1/charts/" + a.line.patient + "/threads"
	first := fmt.Appendf(nil, `{"id":"%s","topic":"question","subject":"Load test","text":"Is anybody there?"}`, a.line.id)
	r := request{method: http.MethodPost, path: threads, body: first, status: http.StatusCreated}
	for n := 1; ; n++ {
		id := uuid.MustParse(a.line.id)
		if n > 1 {
			id = uuid.Must(uuid.NewV7())
			r.path, r.body, r.holds = threads+"/"+a.line.id+"/messages", fmt.Appendf(nil, `{"id":"%s","text":"Question %d of the load test."}`, id, n), id.String()
		}
		if err := s.insist(r); err != nil {
			return fmt.Errorf("%s could not ask: %w", a.badge.name, err)
		}
		a.line.take(id)
		d.asked.Add(1)
		d.taken.Add(1)
		if n == mostAsks {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(askEvery):
		}
	}
}

// position is how a conversation stands, as the clinic's side sees it.
type position struct {
	Turn      string
	ClaimedBy *struct{ Account string }
}

// waits tells whether the patient's side waits for an answer.
func (s position) waits() bool { return s.Turn == "clinic" || s.Turn == "you" }

// inboxes gives the conversations that somebody of the staff has before them.
func (d *delivery) inboxes() (map[string]bool, error) {
	seen := map[string]bool{}
	for _, b := range d.staff {
		c := d.nodes[0].client(d.Timeout, jsonType, b)
		defer c.host.CloseIdleConnections()
		for cursor := ""; ; {
			var p struct {
				Items []struct{ ID string }
				Next  string
			}
			query := url.Values{"limit": {"100"}}
			if cursor != "" {
				query.Set("cursor", cursor)
			}
			if err := d.get(c, "/api/v1/clinic/inbox?"+query.Encode(), &p); err != nil {
				return nil, err
			}
			for _, x := range p.Items {
				seen[x.ID] = true
			}
			if cursor = p.Next; cursor == "" {
				break
			}
		}
	}
	return seen, nil
}

// owned counts a conversation that waits, and one that waits for nobody: nobody has
// taken it, and it is in nobody's inbox.
func (o *delivered) owned(p position, inInbox bool) {
	if !p.waits() {
		return
	}
	o.Waiting++
	if p.ClaimedBy == nil && !inInbox {
		o.Unowned++
	}
}
