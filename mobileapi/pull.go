package mobileapi

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

// Bounds of a pull.
const (
	MaxCharts = 20      // that are asked for at a time
	pullBytes = 2 << 20 // of all charts together; the chart that passes it is the last with news
)

// Pull says which charts the phone holds, and up to where.
type Pull struct {
	Cursors map[string]string `json:"cursors" doc:"By patient: the last cursor that came for the chart, or an empty text to begin a copy. At most 20; more are asked for with further pulls"`
	Limit   int               `json:"limit,omitempty" minimum:"0" maximum:"500" doc:"Changes of a chart at most; 0: 200"`
}

// Pulled is what happened in these charts.
type Pulled struct {
	Charts map[string]ChartNews `json:"charts"`
	Now    string               `json:"now" format:"date-time" doc:"The server's clock"`
}

// ChartNews is what happened in one chart.
type ChartNews struct {
	Gone    bool     `json:"gone,omitempty" doc:"This person may not open the chart any more, or it never was there: everything of it is to be wiped"`
	Resync  bool     `json:"resync,omitempty" doc:"The copy is to be wiped before these changes are taken: what this person may see has changed"`
	Changes []Change `json:"changes,omitempty"`
	Cursor  string   `json:"cursor,omitempty" doc:"To be kept with the changes, in one go, and sent with the next pull"`
	More    bool     `json:"more,omitempty" doc:"There is more to pull now"`
	Unread  int      `json:"unread,omitempty" doc:"Messages that this person has not read"`
	Joined  []string `json:"joined,omitempty" doc:"Patients of other charts of the same person, which the clinic joined with this one: to be shown as one with it. Each has its own changes and cursor, and is pulled from an empty cursor on. All that are joined now, in each answer without more. One that is not named any more is a chart by itself, or comes as gone"`
}

// Change is what became of one resource.
type Change struct {
	Ref      string          `json:"ref" doc:"Type/id"`
	Removed  bool            `json:"removed,omitempty" doc:"It is to be removed from the copy, if it is there"`
	Resource json.RawMessage `json:"resource,omitempty" doc:"The FHIR R4 resource as it is now"`
}

type pullIn struct{ Body Pull }

type pullOut struct {
	Cache string `header:"Cache-Control"`
	Body  Pulled
}

func (f *Face) pull(ctx context.Context, in *pullIn) (*pullOut, error) {
	who, err := person(ctx)
	if err != nil {
		return nil, err
	}
	if len(in.Body.Cursors) > MaxCharts {
		return nil, fault.Newf(fault.TooLarge, "At most %d charts can be asked for at a time.", MaxCharts)
	}
	limit := in.Body.Limit
	if limit == 0 {
		limit = 200
	}
	out := &pullOut{Cache: "no-store", Body: Pulled{Charts: map[string]ChartNews{}, Now: f.Now().UTC().Format(time.RFC3339)}}
	patients := slices.Sorted(maps.Keys(in.Body.Cursors))
	bytes := 0
	for _, p := range patients {
		cursor := in.Body.Cursors[p]
		if bytes > pullBytes {
			out.Body.Charts[p] = ChartNews{Cursor: cursor, More: true}
			continue
		}
		news, err := f.news(ctx, who, p, cursor, limit)
		if err != nil {
			return nil, err
		}
		for _, x := range news.Changes {
			bytes += len(x.Resource)
		}
		out.Body.Charts[p] = news
	}
	unread, err := f.Messages.Unread(ctx, who, patients)
	for p, n := range unread {
		if news := out.Body.Charts[p]; !news.Gone {
			news.Unread = n
			out.Body.Charts[p] = news
		}
	}
	return out, err
}

func (f *Face) news(ctx context.Context, who identity.Principal, patient, cursor string, limit int) (ChartNews, error) {
	if !fhir.IsUUID(patient) {
		return ChartNews{Gone: true}, nil
	}
	page, err := f.Records.Changes(ctx, who, patient, cursor, limit)
	if k := fault.KindOf(err); err != nil && (k == fault.NotFound || k == fault.Forbidden || k == fault.Gone) {
		return ChartNews{Gone: true}, nil
	}
	if err != nil {
		return ChartNews{}, err
	}
	return ChartNews{Resync: page.Resync, Cursor: page.Cursor, More: page.More, Changes: changes(page.Items), Joined: page.Joined}, nil
}

func changes(items []records.Change) []Change {
	out := make([]Change, len(items))
	for i, x := range items {
		out[i] = Change{Ref: x.Type + "/" + x.ID, Removed: x.Body == nil, Resource: x.Body}
	}
	return out
}

// person is who is signed in, if that is somebody who can have a phone.
func person(ctx context.Context) (identity.Principal, error) {
	who := edge.Who(ctx)
	if who.Kind != identity.Person && who.Kind != identity.Staff {
		return who, fault.New(fault.Forbidden, "The app is for people. Systems use /fhir.").WithCode("role")
	}
	return who, nil
}
