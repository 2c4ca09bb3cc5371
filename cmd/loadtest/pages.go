package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/fasthttp/websocket"
)

// pages are open pages of the portal that show one conversation. Each holds a
// socket on which the server says that something moved.
type pages struct {
	target  *target
	topic   string
	timeout time.Duration
	people  int
	all     []*page
	readers sync.WaitGroup

	mu      sync.Mutex
	began   time.Time       // of the message that is waited for; zero: none is
	took    []time.Duration // of the pages that heard of it
	left    int
	done    chan struct{} // closed when all have
	closing bool
	gone    int
}

// page is one of them.
type page struct {
	conn  *websocket.Conn
	ready chan error // what became of asking to follow
	heard bool       // of the message that is waited for; under pages.mu
}

func newPages(t *target, patient string, timeout time.Duration) *pages {
	return &pages{target: t, topic: "messages/" + patient, timeout: timeout}
}

func (p *pages) count() int { return len(p.all) }

// errBlind: somebody may not see these messages.
var errBlind = errors.New("may not follow these messages")

// open opens n pages, of these people in turn. Who may not see the messages has
// none, and who has as many as the server allows gets no more.
func (p *pages) open(people []*badge, n int, s streams) error {
	people = append([]*badge{}, people...)
	has := map[*badge]int{}
	for i := 0; len(p.all) < n && len(people) > 0; {
		i %= len(people)
		b := people[i]
		err := p.add(b)
		w, refused := errors.AsType[*wrong](err)
		switch {
		case err == nil:
			has[b]++
			i++
			continue
		case errors.Is(err, errBlind):
			s.notef("%s %v and opens no page.", b.name, err)
		case refused && w.code == "session":
			s.notef("No page is open for %s: the server opens them for people who signed in, not for a token. --accounts names such people.", b.name)
		case refused && w.status == http.StatusTooManyRequests && has[b] > 0:
			s.notef("%s has %d pages, which is as many as the server allows.", b.name, has[b])
		default:
			return fmt.Errorf("a page of %s could not be opened: %w", b.name, err)
		}
		people = append(people[:i], people[i+1:]...)
	}
	if len(p.all) < n {
		s.notef("%d of %d pages are open.", len(p.all), n)
	}
	p.people = len(has)
	return nil
}

func (p *pages) add(b *badge) error {
	conn, err := p.target.socket(b, "/live")
	if err != nil {
		return err
	}
	x := &page{conn: conn, ready: make(chan error, 1)}
	p.readers.Go(func() { p.read(x) })
	if err := conn.WriteJSON(map[string][]string{"topics": {p.topic}}); err != nil {
		_ = conn.Close()
		return err
	}
	timer := time.NewTimer(p.timeout)
	defer timer.Stop()
	select {
	case err = <-x.ready:
	case <-timer.C:
		err = errors.New("the server does not say whether they may follow")
	case <-p.target.ctx.Done():
		err = p.target.ctx.Err()
	}
	if err != nil {
		_ = conn.Close()
		return err
	}
	p.mu.Lock()
	p.all = append(p.all, x)
	p.mu.Unlock()
	return nil
}

// read hears what the server says to one page. The first word about the topic is
// the answer to following it.
func (p *pages) read(x *page) {
	following := false
	for {
		_, b, err := x.conn.ReadMessage()
		at := time.Now()
		if err != nil {
			p.closed(x, following)
			return
		}
		var said struct {
			Topic string
			Gone  bool
		}
		if json.Unmarshal(b, &said) != nil || said.Topic != p.topic {
			continue
		}
		switch {
		case !following && said.Gone:
			x.ready <- errBlind
			return
		case !following:
			following = true
			x.ready <- nil
		default:
			p.hint(x, at)
		}
	}
}

func (p *pages) closed(x *page, following bool) {
	if !following {
		x.ready <- errors.New("the server closed it")
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closing {
		p.gone++
	}
}

func (p *pages) hint(x *page, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.began.IsZero() || x.heard {
		return
	}
	x.heard = true
	p.took = append(p.took, at.Sub(p.began))
	if p.left--; p.left == 0 {
		close(p.done)
	}
}

// expect begins to wait for the hint of a message that is sent now.
func (p *pages) expect() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, x := range p.all {
		x.heard = false
	}
	p.took, p.left, p.done = p.took[:0], len(p.all), make(chan struct{})
	p.began = time.Now()
}

// heard waits until all pages have heard, and records how long it took.
func (p *pages) heard(into *histogram) error {
	timer := time.NewTimer(p.timeout)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
	case <-p.target.ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.began = time.Time{}
	for _, d := range p.took {
		into.record(d)
	}
	if p.left > 0 {
		return &wrong{what: "pages heard nothing in time", detail: fmt.Sprintf(": %d of %d", p.left, len(p.all))}
	}
	return nil
}

// lost counts pages that the server closed.
func (p *pages) lost() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gone
}

func (p *pages) close() {
	p.mu.Lock()
	p.closing = true
	p.mu.Unlock()
	for _, x := range p.all {
		_ = x.conn.Close()
	}
	p.readers.Wait()
}

// pagesResult is the line of what open pages cost the server.
type pagesResult struct {
	Kind   string  `json:"kind"` // "pages"
	Pages  int     `json:"pages"`
	People int     `json:"people"`
	Each   float64 `json:"kilobytesPerPage"` // resident, more than before they were open
}

func (r *report) pages(x pagesResult) {
	if r.json != nil {
		_ = r.json.Encode(x)
		return
	}
	r.paragraph("Memory", fmt.Sprintf("%.1f kB more of the server for each of %s open pages", x.Each, grouped(int64(x.Pages))))
	r.printf("\n")
}
