package portal

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/telehealth/message"
)

func (p *Portal) mountInbox(api huma.API) {
	get(api, "/clinic/inbox", "Conversations with the patients of one's care teams", p.inbox)
	route(api, http.MethodPost, "/clinic/inbox/search", "Those with patients whom somebody looks for", p.searchInbox)
	route(api, http.MethodPost, "/clinic/inbox/{patient}/{thread}/claim", "Take care of a conversation", p.claimThread)
	route(api, http.MethodPost, "/clinic/inbox/{patient}/{thread}/release", "Give a conversation back to the team", p.releaseThread)
}

// InboxThread is a thread in an inbox, with whose it is.
type InboxThread struct {
	message.Thread
	PatientName string       `json:"patientName"`
	BirthDate   string       `json:"birthDate"`
	Age         *records.Age `json:"age,omitempty"`
	Sex         string       `json:"sex"`
}

// Inbox is one page of an inbox.
type Inbox struct {
	Items  []InboxThread  `json:"items"`
	Next   string         `json:"next,omitempty" doc:"Cursor of the next page"`
	Counts message.Counts `json:"counts"`
}

// maxFound bounds the patients that a search in an inbox goes on with.
const maxFound = 500

type inboxIn struct {
	View     string `query:"view" enum:"all,mine,unclaimed,done" default:"all"`
	Pool     string `query:"pool" maxLength:"64" doc:"Only of this pool"`
	Topic    string `query:"topic" enum:"question,medicine,appointment,results,billing,other"`
	Priority string `query:"priority" enum:"routine,soon,urgent"`
	Overdue  bool   `query:"overdue" doc:"Only what should have been answered by now"`
	Paging
}

func (p *Portal) inbox(ctx context.Context, in *inboxIn) (*body[Inbox], error) {
	return p.findThreads(ctx, message.InboxQuery{View: in.View, Pool: in.Pool, Topic: in.Topic, Priority: in.Priority, Overdue: in.Overdue}, "", in.Paging)
}

type inboxSearch struct {
	Body struct {
		View string `json:"view,omitempty" enum:"all,mine,unclaimed,done" default:"all"`
		Pool string `json:"pool,omitempty" maxLength:"64" doc:"Only of this pool"`
		Words
	} `doc:"Name, birth date, phone or number of a patient, in one field"`
}

func (p *Portal) searchInbox(ctx context.Context, in *inboxSearch) (*body[Inbox], error) {
	return p.findThreads(ctx, message.InboxQuery{View: in.Body.View, Pool: in.Body.Pool}, in.Body.Words.Words, in.Body.paging())
}

func (p *Portal) findThreads(ctx context.Context, q message.InboxQuery, wanted string, in Paging) (*body[Inbox], error) {
	who := edge.Who(ctx)
	q.Cursor, q.Limit = in.Cursor, in.count()
	if wanted != "" {
		ids, err := p.Messages.InboxCharts(ctx, who, q, maxPanel)
		if err != nil {
			return nil, err
		}
		known, err := p.Records.Patients(ctx, who, ids)
		if err != nil {
			return nil, err
		}
		words := parseWords(wanted)
		q.Patients = []string{}
		for _, k := range known {
			if words.match(&k) && len(q.Patients) < maxFound {
				q.Patients = append(q.Patients, k.ID)
			}
		}
	}
	items, next, counts, err := p.Messages.Inbox(ctx, who, q)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, t := range items {
		if !slices.Contains(ids, t.Patient) {
			ids = append(ids, t.Patient)
		}
	}
	known, err := p.Records.Patients(ctx, who, ids)
	if err != nil {
		return nil, err
	}
	out := Inbox{Items: []InboxThread{}, Next: next, Counts: counts}
	for _, t := range items {
		x := InboxThread{Thread: t}
		if i := slices.IndexFunc(known, func(k records.Patient) bool { return k.ID == t.Patient }); i >= 0 {
			k := known[i]
			x.PatientName, x.BirthDate, x.Age, x.Sex = k.Name, k.BirthDate, k.Age, k.Sex
		}
		out.Items = append(out.Items, x)
	}
	return &body[Inbox]{out}, nil
}

func (p *Portal) claimThread(ctx context.Context, in *OfThread) (*body[message.Thread], error) {
	t, err := p.Messages.Claim(ctx, edge.Who(ctx), in.Patient, in.Thread)
	return &body[message.Thread]{t}, err
}

func (p *Portal) releaseThread(ctx context.Context, in *OfThread) (*body[message.Thread], error) {
	t, err := p.Messages.Release(ctx, edge.Who(ctx), in.Patient, in.Thread)
	return &body[message.Thread]{t}, err
}

// unread puts the counts of what waits to be read into the answer to who is
// signed in.
func (p *Portal) unread(ctx context.Context, who identity.Principal, me *Me) error {
	ids := make([]string, len(me.People))
	for i, x := range me.People {
		ids[i] = x.Patient
	}
	n, err := p.Messages.Unread(ctx, who, ids)
	if err != nil {
		return err
	}
	for i := range me.People {
		me.People[i].Unread = n[me.People[i].Patient]
	}
	if who.Kind == identity.Staff && who.AllowsFHIR("Communication", 's') {
		me.InboxUnread, err = p.Messages.InboxUnread(ctx, who)
	}
	return err
}
