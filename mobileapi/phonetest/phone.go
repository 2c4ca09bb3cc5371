// Package phonetest is a phone with the app on it, for tests and load: it keeps a
// copy of the charts it may see and a queue of what was asked for, and speaks
// /mobile/v1 as the app does.
package phonetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/google/uuid"

	"housecall/mobileapi"
)

// ErrSignedOut is the answer to tokens that have ended: the phone has wiped all
// that it held.
var ErrSignedOut = errors.New("phonetest: signed out")

// Chart is the phone's copy of one chart.
type Chart struct {
	Cursor string                     `json:"cursor"`
	Held   map[string]json.RawMessage `json:"held"` // by Type/id
	Unread int                        `json:"unread"`
	Joined []string                   `json:"joined,omitempty"` // charts that are shown as one with it
}

// State is what the phone keeps on its disk.
type State struct {
	Charts  map[string]*Chart   `json:"charts"`
	Queue   []mobileapi.Command `json:"queue"`
	Refused []mobileapi.Result  `json:"refused"`
}

// Phone is one phone. It is used by one goroutine at a time.
type Phone struct {
	State
	Do     func(*http.Request) (*http.Response, error) // fails when there is no network
	Base   string
	Token  string
	App    string
	Limit  int    // changes of a page; 0: what the server thinks
	Disk   string // file of the state; empty: the phone forgets when it is killed
	Pulls  int    // pages asked for
	Bytes  int64  // of answers
	wanted []string
}

// New makes a phone, or one that was killed and is started again.
func New(base, token, disk string, do func(*http.Request) (*http.Response, error)) (*Phone, error) {
	p := &Phone{State: State{Charts: map[string]*Chart{}}, Do: do, Base: strings.TrimSuffix(base, "/"), Token: token, App: "ios 1.4.0", Disk: disk}
	if disk == "" {
		return p, nil
	}
	b, err := os.ReadFile(disk)
	if errors.Is(err, os.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	return p, json.Unmarshal(b, &p.State)
}

// save writes the state beside the old one and puts it in its place: a phone that
// is killed has the one or the other.
func (p *Phone) save() error {
	if p.Disk == "" {
		return nil
	}
	b, err := json.Marshal(p.State)
	if err != nil {
		return err
	}
	if err := os.WriteFile(p.Disk+".new", b, 0o600); err != nil {
		return err
	}
	return os.Rename(p.Disk+".new", p.Disk)
}

// Ask queues a command and returns its id. It needs no network.
func (p *Phone) Ask(kind, patient string, body any) (string, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	id := uuid.Must(uuid.NewV7()).String()
	p.Queue = append(p.Queue, mobileapi.Command{ID: id, Kind: kind, Patient: patient, Body: b})
	return id, p.save()
}

// Open begins a copy of a chart with the next sync.
func (p *Phone) Open(patient string) error {
	if p.Charts[patient] == nil {
		p.Charts[patient] = &Chart{Held: map[string]json.RawMessage{}}
	}
	return p.save()
}

// Sync sends what is queued and takes what is new, until there is nothing more.
func (p *Phone) Sync(ctx context.Context) error {
	if err := p.Push(ctx); err != nil {
		return err
	}
	p.wanted = nil
	for {
		more, err := p.Pull(ctx)
		if err != nil || !more {
			return err
		}
	}
}

// Push sends what is queued. What is not answered stays, and is sent again.
func (p *Phone) Push(ctx context.Context) error {
	for len(p.Queue) > 0 {
		var out mobileapi.Pushed
		if err := p.call(ctx, http.MethodPost, "/push", mobileapi.Push{Commands: p.Queue[:min(len(p.Queue), 50)]}, &out); err != nil {
			return err
		}
		settled := 0
		for _, r := range out.Results {
			if r.State == mobileapi.Later {
				break
			}
			if p.Queue[settled].ID != r.ID {
				return fmt.Errorf("phonetest: the answer is about %s, not %s", r.ID, p.Queue[settled].ID)
			}
			if r.State == mobileapi.Refused {
				p.Refused = append(p.Refused, r)
			}
			settled++
		}
		p.Queue = slices.Clone(p.Queue[settled:])
		if err := p.save(); err != nil {
			return err
		}
		if settled < len(out.Results) {
			return errors.New("phonetest: the server is busy")
		}
	}
	return nil
}

// Pull takes one page of each chart that has more to give.
func (p *Phone) Pull(ctx context.Context) (more bool, err error) {
	ask := mobileapi.Pull{Cursors: map[string]string{}, Limit: p.Limit}
	wanted := []string{}
	for _, patient := range slices.Sorted(maps.Keys(p.Charts)) {
		switch {
		case p.wanted != nil && !slices.Contains(p.wanted, patient):
		case len(ask.Cursors) == mobileapi.MaxCharts:
			wanted = append(wanted, patient)
		default:
			ask.Cursors[patient] = p.Charts[patient].Cursor
		}
	}
	if len(ask.Cursors) == 0 {
		return false, nil
	}
	var out mobileapi.Pulled
	if err := p.call(ctx, http.MethodPost, "/pull", ask, &out); err != nil {
		return false, err
	}
	p.Pulls++
	p.wanted = wanted
	for patient, news := range out.Charts {
		if news.Gone {
			delete(p.Charts, patient)
			continue
		}
		p.take(p.Charts[patient], news)
		if news.More {
			p.wanted = append(p.wanted, patient)
		}
		for _, other := range news.Joined {
			if p.Charts[other] == nil {
				p.Charts[other] = &Chart{Held: map[string]json.RawMessage{}}
				p.wanted = append(p.wanted, other)
			}
		}
	}
	return len(p.wanted) > 0, p.save()
}

func (p *Phone) take(c *Chart, news mobileapi.ChartNews) {
	if news.Resync {
		clear(c.Held)
	}
	for _, x := range news.Changes {
		if x.Removed {
			delete(c.Held, x.Ref)
		} else {
			c.Held[x.Ref] = x.Resource
		}
	}
	c.Cursor, c.Unread = news.Cursor, news.Unread
	if !news.More {
		c.Joined = news.Joined
	}
}

// Call speaks with the server about anything else.
func (p *Phone) Call(ctx context.Context, method, path string, in, out any) error {
	return p.call(ctx, method, path, in, out)
}

func (p *Phone) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, p.Base+mobileapi.Prefix+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+p.Token)
	req.Header.Set("X-App", p.App)
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := p.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 64<<20))
	p.Bytes += int64(len(b))
	switch {
	case err != nil:
		return err
	case res.StatusCode == http.StatusUnauthorized:
		p.State = State{Charts: map[string]*Chart{}}
		return errors.Join(ErrSignedOut, p.save())
	case res.StatusCode/100 != 2:
		return fmt.Errorf("phonetest: %s %s: %d %s", method, path, res.StatusCode, b)
	case out == nil:
		return nil
	}
	return json.Unmarshal(b, out)
}
