package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"
)

// page is an open page of an actor, and what its live socket was told.
type page struct {
	*actor
	conn   *websocket.Conn
	mu     sync.Mutex
	chart  int             // times that Rosa's chart was said to have moved
	topics map[string]bool // what may be followed
	gone   map[string]bool // what may not
}

func (p *page) told() int { p.mu.Lock(); defer p.mu.Unlock(); return p.chart }

func (p *page) answered(name string) (may, answered bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.topics[name], p.topics[name] || p.gone[name]
}

func (h *house) open(a *actor, topics []string) *page {
	h.t.Helper()
	p := &page{actor: a, topics: map[string]bool{}, gone: map[string]bool{}}
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(h.app.URL(), "http")+"/live", http.Header{
		"Origin": {h.app.URL()}, "Cookie": {h.app.Identity.CookieName() + "=" + a.cookie},
	})
	require.NoError(h.t, err, a.name)
	h.t.Cleanup(func() { _ = conn.Close() })
	go func() {
		for {
			var x struct {
				Chart, Topic string
				Gone         any
			}
			if conn.ReadJSON(&x) != nil {
				return
			}
			p.mu.Lock()
			switch gone, isName := x.Gone.(string); {
			case isName:
				p.gone[gone] = true
			case x.Gone == true:
				p.gone[x.Topic] = true
			case x.Topic != "":
				p.topics[x.Topic] = true
			case x.Chart == h.rosa:
				p.chart++
				p.topics[x.Chart] = true
			}
			p.mu.Unlock()
		}
	}()
	// With a tag that is not the chart's, the page is told of the chart at once.
	require.NoError(h.t, conn.WriteJSON(map[string]any{"watch": []string{h.rosa}, "etags": map[string]string{h.rosa: `"old"`}, "topics": topics}))
	p.conn = conn
	return p
}

// walkLive holds who may follow what, and shows that a page is told nothing of
// what its reader does not see: neither that nor when something was written.
func (h *house) walkLive(t *testing.T, m matrix) {
	follow := map[string]string{h.rosa: "chart", "messages/" + h.rosa: "sees:messages", "visit/" + h.rosa + "/" + h.things["visit"]: "sees:visit", "requests/" + h.rosa: "sees:medicines|sees:appointments|sees:documents", "asked": "staff", "inbox": "staff", "day": "staff", "notices": "account"}
	var names []string
	for name := range follow {
		if name != h.rosa {
			names = append(names, name)
		}
	}
	var pages []*page
	for _, a := range m.actors {
		if a.session() {
			pages = append(pages, h.open(a, names))
		}
	}
	for _, p := range pages {
		for name, word := range follow {
			require.Eventually(t, func() bool { _, answered := p.answered(name); return answered }, 20*time.Second, 5*time.Millisecond, "%s asks for %s", p.name, name)
			if may, _ := p.answered(name); may != allows(t, word, p.actor) {
				t.Errorf("%s may follow %s (%s): %v", p.name, name, word, may)
			}
		}
	}
	for _, x := range templates {
		for _, mark := range []string{"plain", "kindhiv"} {
			before := map[*page]int{}
			for _, p := range pages {
				before[p] = p.told()
			}
			h.write(x, mark)
			for _, p := range pages {
				if p.may(x.category, mark) {
					require.Eventually(t, func() bool { return p.told() > before[p] }, 20*time.Second, time.Millisecond, "%s is not told of %s-%s", p.name, x.category, mark)
				}
			}
			for _, p := range pages {
				before[p] = p.told() - before[p]
			}
			for _, p := range pages {
				if !p.may(x.category, mark) && before[p] != 0 {
					t.Errorf("%s is told that %s-%s was written", p.name, x.category, mark)
				}
			}
		}
	}
	before := map[*page]int{} // who sees anything sees whose chart it is
	for _, p := range pages {
		before[p] = p.told()
	}
	h.patient(h.rosa, "Zqpatient-plain again")
	for _, p := range pages {
		if len(p.sees) > 0 {
			require.Eventually(t, func() bool { return p.told() > before[p] }, 20*time.Second, time.Millisecond, "%s", p.name)
		} else if p.told() != 0 {
			t.Errorf("%s is told of a chart that is not there for them", p.name)
		}
	}
	// A leak that was slower than those who may know shows itself here.
	for _, p := range pages {
		if len(p.sees) > 0 && p.told() != before[p]+1 {
			t.Errorf("%s was told %d times where one was due", p.name, p.told()-before[p])
		}
	}
}
