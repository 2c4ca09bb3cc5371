package access

import (
	"context"
	"encoding/json"
	"time"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

// AppRead is what an app did for somebody in one chart, in one way, within ten
// minutes.
type AppRead struct {
	At      time.Time  `json:"at"`              // the newest
	Until   *time.Time `json:"until,omitempty"` // the oldest, when there were several
	Patient string     `json:"patient"`
	Action  string     `json:"action"`
	What    []string   `json:"what"`
	Count   int        `json:"count"`
}

// appCharts bounds in how many charts it is looked for what an app read.
const appCharts = 50

// AppReads lists what an app did for somebody, newest first, in the charts that
// they may open now. It is their own doing that they look at, so no chart tells
// more by it than it did.
func (s *Service) AppReads(ctx context.Context, who identity.Principal, client, cursor string, limit int) (out []AppRead, next string, err error) {
	out = []AppRead{}
	if who.Scopes != nil || who.Account == "" || client == "" {
		return out, "", NoChart()
	}
	limit = min(max(limit, 1), 100)
	list, from := "app reads "+who.Account+" "+client, newest
	if cursor != "" {
		b, err := s.openCursor(list, cursor)
		if err != nil {
			return out, "", err
		}
		if err := json.Unmarshal(b, &from); err != nil {
			return out, "", fault.Wrap(fault.Invalid, "This page of the list cannot be found. Please open the list again.", err)
		}
	}
	charts, err := s.Charts(ctx, who, appCharts)
	if err != nil || len(charts) == 0 {
		return out, "", err
	}
	in := &keyRows{s: s, ctx: ctx, charts: charts, accounts: []string{who.Account}, from: from}
	var seen []CategorySet
	for range maxRead {
		r, err := in.next()
		if err != nil || r == nil {
			return worded(out, seen), "", err
		}
		var e entry
		if json.Unmarshal(r.body, &e) != nil || e.App != client {
			from = r.position()
			continue
		}
		action, at := keyOf(&e).Action, time.UnixMicro(r.at).UTC()
		// A line's rows lie together: what comes between them begins a new one.
		if n := len(out) - 1; n >= 0 && out[n].Patient == r.patient && out[n].Action == action && out[n].At.Sub(at) <= foldTime {
			out[n].Count++
			out[n].Until = &at
			seen[n] |= e.Categories
		} else if len(out) == limit {
			break
		} else {
			out, seen = append(out, AppRead{At: at, Patient: r.patient, Action: action, Count: 1}), append(seen, e.Categories)
		}
		from = r.position()
	}
	b, err := json.Marshal(from)
	if err != nil {
		return out, "", err
	}
	return worded(out, seen), s.sealCursor(list, b), nil
}

func worded(out []AppRead, seen []CategorySet) []AppRead {
	for i := range out {
		out[i].What = seen[i].Words()
	}
	return out
}
