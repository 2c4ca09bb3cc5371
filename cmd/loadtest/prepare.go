package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// preparation sees to it that the charts are there.
type preparation struct {
	charts  int
	clients []*client
	notef   func(format string, args ...any)
	make    func(c *client, chart int) error // how one is made; nil: as those that are read

	next, made atomic.Int64
	failed     atomic.Bool

	mu   sync.Mutex // of the notes
	done int64
}

// prepared says what it took.
type prepared struct {
	Made    int64   `json:"chartsMade"`
	Found   int64   `json:"chartsFound"`
	Seconds float64 `json:"seconds"`
}

func (p *preparation) run() (prepared, error) {
	began := time.Now()
	errs := make([]error, len(p.clients))
	var wg sync.WaitGroup
	for i, c := range p.clients {
		wg.Go(func() { errs[i] = p.work(c) })
	}
	wg.Wait()
	for _, err := range errs { // one is enough: the others are mostly the same
		if err != nil {
			return prepared{}, fmt.Errorf("the charts could not be prepared: %w", err)
		}
	}
	return prepared{Made: p.made.Load(), Found: int64(p.charts) - p.made.Load(), Seconds: time.Since(began).Seconds()}, nil
}

func (p *preparation) work(c *client) error {
	for !p.failed.Load() {
		chart := int(p.next.Add(1) - 1)
		if chart >= p.charts {
			return nil
		}
		made := p.chart
		if p.make != nil {
			made = p.makeOne
		}
		if err := made(c, chart); err != nil {
			p.failed.Store(true)
			return err
		}
		p.progress()
	}
	return nil
}

func (p *preparation) makeOne(c *client, chart int) error {
	err := p.make(c, chart)
	if err == nil {
		p.made.Add(1)
	}
	return err
}

// progress notes each tenth, unless the charts are only looked up.
func (p *preparation) progress() {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := int64(p.charts)
	if p.done++; p.done*10/all != (p.done-1)*10/all && p.made.Load() > 0 {
		p.notef("Preparing: %s of %s charts", grouped(p.done), grouped(all))
	}
}

// chart makes one chart unless it is there. It was made in one transaction: when
// its patient is there, all of it is.
func (p *preparation) chart(c *client, chart int) error {
	query := url.Values{"identifier": {identifiers + "|" + readIdentifier(chart)}, "_count": {"2"}}
	body, err := c.send(request{method: "GET", path: "/Patient?" + query.Encode(), status: 200})
	if err != nil {
		return err
	}
	var found struct {
		Entry []struct{ Resource struct{ ID string } }
	}
	if err := json.Unmarshal(body, &found); err != nil {
		return errors.New("the answer to a search is not a Bundle")
	}
	switch {
	case len(found.Entry) == 0:
	case len(found.Entry) == 1 && found.Entry[0].Resource.ID == readPatient(chart):
		return nil
	default:
		return fmt.Errorf("the identifier %s of %s belongs to another patient", readIdentifier(chart), identifiers)
	}
	c.buf = appendChart(c.buf[:0], chart)
	if _, err = c.send(request{method: "POST", path: "", body: c.buf, status: 200}); err == nil {
		p.made.Add(1)
	}
	return err
}
