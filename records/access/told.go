package access

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"
)

// Told is a security event as another system gets it: what somebody did about an
// account, a sign-in or an app, what was refused, and emergencies. It names accounts
// by their ids, and neither a person nor a chart.
type Told struct {
	At        time.Time `json:"time"`
	Node      string    `json:"node,omitempty"`
	Request   string    `json:"request,omitempty"`
	Kind      string    `json:"kind"`
	Account   string    `json:"account,omitempty"`
	About     string    `json:"about,omitempty"` // the account it happened to
	App       string    `json:"app,omitempty"`
	Address   string    `json:"address,omitempty"`
	Action    string    `json:"action"`
	Outcome   string    `json:"outcome"`
	Detail    string    `json:"detail,omitempty"`
	Count     int       `json:"count,omitempty"`
	Emergency bool      `json:"emergency,omitempty"`
}

// JSON is one line.
func (t Told) JSON() []byte {
	b, err := json.Marshal(t)
	if err != nil { // there is nothing in it that could not be written
		return nil
	}
	return b
}

// tell hands on what of the events is for another system, once it is kept.
func (s *Service) tell(events []Event) {
	if s.told == nil {
		return
	}
	for i := range events {
		e := &events[i]
		if !e.act && e.Outcome != "refused" && !e.View.Emergency {
			continue
		}
		t := Told{
			At: s.now().UTC(), Node: s.node, Request: clean(e.Who.RequestID, 64), Kind: kindNames[e.Who.Kind], Account: clean(e.Who.Account, 64),
			App: clean(e.Who.Client, 200), Address: clean(e.Who.Address, 64), Action: clean(e.Action, 20), Outcome: cmp.Or(clean(e.Outcome, 20), "ok"),
			Count: e.Count, Emergency: e.View.Emergency,
		}
		if e.act {
			t.About = clean(e.ID, 64)
		}
		if e.act || e.Patient == "" { // of a chart, what was asked stays in its own log
			t.Detail, _, _ = strings.Cut(clean(e.Detail, 200), ": ") // behind it stands what somebody wrote
		}
		s.told(t)
	}
}
