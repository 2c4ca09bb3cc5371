package portal

import (
	"context"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/records"
	"housecall/telehealth/message"
	"housecall/telehealth/request"
	"housecall/telehealth/schedule"
)

// mountAgenda hangs what is to come and to be done, over all the people whose charts
// somebody opens.
func (p *Portal) mountAgenda(api huma.API) {
	get(api, "/agenda", "What is to come and to be done for everybody that one cares for", p.agenda)
}

// How much of one person an agenda shows; the rest is in their own pages.
const (
	agendaPeople = 10
	agendaShown  = 5
	agendaFresh  = 14 * 24 * time.Hour // results are new for so long
)

// AgendaPerson is one person's part of an agenda. Parts that the viewer does not see
// are empty.
type AgendaPerson struct {
	Patient  string                 `json:"patient"`
	Name     string                 `json:"name"`
	Given    string                 `json:"given"`
	Relation string                 `json:"relation" doc:"self, or what the person is to the viewer"`
	Unread   int                    `json:"unread"`
	Visits   []schedule.Appointment `json:"visits" doc:"Those to come, the next one first"`
	Answers  []request.Request      `json:"answers" doc:"Requests that need an answer from the patient's side"`
	Threads  []message.Thread       `json:"threads" doc:"Conversations with something unread"`
	Results  []records.Entry        `json:"results" doc:"New ones"`
}

type agendaIn struct {
	Cursor string `query:"cursor" maxLength:"64"`
	Limit  int    `query:"limit" minimum:"1" maximum:"20" doc:"People on one page"`
}

// agenda gives a page of people. What each part holds is decided and accounted for
// by the same calls that that person's own pages make.
func (p *Portal) agenda(ctx context.Context, in *agendaIn) (*body[list[AgendaPerson]], error) {
	who := edge.Who(ctx)
	all, err := p.people(ctx, who)
	if err != nil {
		return nil, err
	}
	if in.Cursor != "" { // the last person of the page before
		i := slices.IndexFunc(all, func(x Subject) bool { return x.Patient == in.Cursor })
		if i < 0 {
			return nil, fault.New(fault.Invalid, "This page link is no longer valid. Please start the list again.").WithCode("cursor")
		}
		all = all[i+1:]
	}
	limit := in.Limit
	if limit == 0 {
		limit = agendaPeople
	}
	out := list[AgendaPerson]{Items: []AgendaPerson{}}
	if len(all) > limit {
		all = all[:limit]
		out.Next = all[limit-1].Patient
	}
	ids := make([]string, len(all))
	for i, x := range all {
		ids[i] = x.Patient
	}
	unread, err := p.Messages.Unread(ctx, who, ids)
	if err != nil {
		return nil, err
	}
	for _, x := range all {
		a := AgendaPerson{Patient: x.Patient, Name: x.Name, Given: x.Given, Relation: x.Relation, Unread: unread[x.Patient],
			Visits: []schedule.Appointment{}, Answers: []request.Request{}, Threads: []message.Thread{}, Results: []records.Entry{}}
		see := func(category string) bool {
			return x.Grant == nil || slices.Contains(x.Grant.Sees, category)
		}
		if see("appointments") {
			found, _, err := p.Schedule.Appointments(ctx, who, x.Patient, false, "", agendaShown)
			if err = unseen(err); err != nil {
				return nil, err
			}
			a.Visits = some(found)
		}
		if see("medicines") || see("appointments") || see("documents") {
			page, err := p.Requests.Requests(ctx, who, x.Patient, true, "", 100)
			if err = unseen(err); err != nil {
				return nil, err
			}
			for _, r := range page.Items {
				if r.State == request.OnHold && len(a.Answers) < agendaShown {
					a.Answers = append(a.Answers, r)
				}
			}
		}
		if a.Unread > 0 {
			found, _, err := p.Messages.Threads(ctx, who, x.Patient, "", 25)
			if err = unseen(err); err != nil {
				return nil, err
			}
			for _, t := range found {
				if t.Unread > 0 && len(a.Threads) < agendaShown {
					a.Threads = append(a.Threads, t)
				}
			}
		}
		if see("results") {
			found, err := p.Records.Timeline(ctx, who, x.Patient, "results", "", "", agendaShown)
			if err = unseen(err); err != nil {
				return nil, err
			}
			since := p.Now().Add(-agendaFresh).UTC().Format(time.DateOnly)
			for _, e := range found.Items {
				if e.At >= since {
					a.Results = append(a.Results, e)
				}
			}
		}
		out.Items = append(out.Items, a)
	}
	return &body[list[AgendaPerson]]{out}, nil
}

// unseen lets a part be empty that its viewer does not see, or not any more.
func unseen(err error) error {
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return nil
	}
	return err
}
