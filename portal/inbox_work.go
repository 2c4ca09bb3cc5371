package portal

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/telehealth/message"
	"housecall/telehealth/phrase"
	"housecall/telehealth/pool"
)

func (p *Portal) mountInboxWork(api huma.API) {
	const one = "/clinic/inbox/{patient}/{thread}"
	route(api, http.MethodPost, one+"/hand", "Hand a conversation over to somebody, or to a pool", p.handThread)
	route(api, http.MethodPost, one+"/priority", "Say how much a conversation hurries", p.prioritizeThread)
	get(api, one+"/steps", "What became of a conversation, and why", p.threadSteps)
	get(api, one+"/people", "To whom a conversation can be handed over", p.threadPeople)
	route(api, http.MethodPost, one+"/answer", "Reply and close in one step", p.answerThread)
	create(api, one+"/become", "Make a task, a refill, an appointment request or a note of a conversation", p.threadBecomes)
	route(api, http.MethodPost, one+"/phrase", "A phrase with what it names of the chart", p.fillPhrase)
	route(api, http.MethodPost, "/clinic/inbox/bulk", "Do the same to several conversations", p.bulkThreads)
	route(api, http.MethodPost, "/clinic/inbox/people", "To whom several conversations can be handed over", p.bulkPeople)
	get(api, "/clinic/inbox/pools", "The pools in which one is", p.myPools)
	get(api, "/clinic/inbox/load", "How much lies with whom", p.load)
	get(api, "/clinic/inbox/filters", "One's saved filters", p.filters)
	route(api, http.MethodPut, "/clinic/inbox/filters/{id}", "Save a filter", p.saveFilter)
	route(api, http.MethodDelete, "/clinic/inbox/filters/{id}", "Throw a filter away", p.dropFilter)
	get(api, "/clinic/phrases", "The clinic's phrases and one's own", p.phraseList)
	route(api, http.MethodPut, "/clinic/phrases/{name}", "Save a phrase", p.savePhrase)
	route(api, http.MethodDelete, "/clinic/phrases/{name}", "Throw a phrase away", p.dropPhrase)
}

// HandIn is to whom a conversation is handed over.
type HandIn struct {
	Account string `json:"account,omitempty" maxLength:"64"`
	Pool    string `json:"pool,omitempty" maxLength:"64"`
	From    string `json:"from,omitempty" maxLength:"64" doc:"Account of who had it when one looked; missing: nobody"`
	Note    string `json:"note,omitempty" maxLength:"2000" doc:"For the clinic alone"`
}

func (h HandIn) hand() message.Hand {
	return message.Hand{Account: h.Account, Pool: h.Pool, From: h.From, Note: h.Note}
}

type handIn struct {
	OfThread
	Body HandIn
}

func (p *Portal) handThread(ctx context.Context, in *handIn) (*body[message.Thread], error) {
	t, err := p.Messages.HandOver(ctx, edge.Who(ctx), in.Patient, in.Thread, in.Body.hand())
	return &body[message.Thread]{t}, err
}

type priorityIn struct {
	OfThread
	Body struct {
		Priority string `json:"priority" enum:"routine,soon,urgent"`
	}
}

func (p *Portal) prioritizeThread(ctx context.Context, in *priorityIn) (*body[message.Thread], error) {
	t, err := p.Messages.SetPriority(ctx, edge.Who(ctx), in.Patient, in.Thread, in.Body.Priority)
	return &body[message.Thread]{t}, err
}

// ThreadSteps is what became of a conversation.
type ThreadSteps struct {
	Steps []message.Step `json:"steps"`
	Made  []message.Made `json:"made"`
}

func (p *Portal) threadSteps(ctx context.Context, in *OfThread) (*body[ThreadSteps], error) {
	steps, err := p.Messages.Steps(ctx, edge.Who(ctx), in.Patient, in.Thread)
	if err != nil {
		return nil, err
	}
	made, err := p.Messages.MadeOf(ctx, edge.Who(ctx), in.Patient, in.Thread)
	return &body[ThreadSteps]{ThreadSteps{some(steps), some(made)}}, err
}

func (p *Portal) threadPeople(ctx context.Context, in *OfThread) (*body[message.People], error) {
	out, err := p.Messages.PeopleFor(ctx, edge.Who(ctx), in.Patient)
	return &body[message.People]{out}, err
}

// Answered is a conversation after a reply that closed it.
type Answered struct {
	Thread  message.Thread  `json:"thread"`
	Message message.Message `json:"message"`
}

func (p *Portal) answerThread(ctx context.Context, in *sendIn) (*body[Answered], error) {
	b := in.Body
	t, m, err := p.Messages.Answer(ctx, edge.Who(ctx), in.Patient, message.In{ID: b.ID, Thread: in.Thread, Text: b.Text, Attachments: b.Attachments})
	return &body[Answered]{Answered{t, m}}, err
}

type becomeIn struct {
	OfThread
	Body struct {
		ID       string `json:"id" maxLength:"36" doc:"Made by the client; sent twice it is done once"`
		Kind     string `json:"kind" enum:"task,refill,appointment,note"`
		Text     string `json:"text" maxLength:"40000"`
		Medicine string `json:"medicine,omitempty" maxLength:"64" doc:"Of a refill: id of the MedicationRequest"`
	}
}

func (p *Portal) threadBecomes(ctx context.Context, in *becomeIn) (*body[message.Made], error) {
	b := in.Body
	m, err := p.Messages.Become(ctx, edge.Who(ctx), in.Patient, in.Thread, message.Make{ID: b.ID, Kind: b.Kind, Text: b.Text, Medicine: b.Medicine})
	return &body[message.Made]{m}, err
}

type phraseIn struct {
	OfThread
	Body struct {
		Name   string `json:"name" maxLength:"40"`
		Locale string `json:"locale,omitempty" maxLength:"12" doc:"Language of dates"`
	}
}

func (p *Portal) fillPhrase(ctx context.Context, in *phraseIn) (*body[phrase.Filled], error) {
	f, err := p.phrases.Fill(ctx, edge.Who(ctx), in.Patient, in.Body.Name, in.Body.Locale)
	return &body[phrase.Filled]{f}, err
}

type bulkIn struct {
	Body struct {
		Act      string             `json:"act" enum:"claim,close,priority,hand"`
		Priority string             `json:"priority,omitempty" enum:"routine,soon,urgent"`
		Hand     *HandIn            `json:"hand,omitempty"`
		All      bool               `json:"all,omitempty" doc:"All of them or none; else each for itself"`
		On       []message.ThreadOf `json:"on" minItems:"1" maxItems:"100"`
	}
}

type bulkPeopleIn struct {
	Body struct {
		Patients []string `json:"patients" minItems:"1" maxItems:"100" doc:"Of the conversations"`
	}
}

func (p *Portal) bulkPeople(ctx context.Context, in *bulkPeopleIn) (*body[message.People], error) {
	out, err := p.Messages.PeopleForAll(ctx, edge.Who(ctx), in.Body.Patients)
	return &body[message.People]{out}, err
}

// BulkDone is what became of one conversation.
type BulkDone struct {
	Patient string `json:"patient"`
	Thread  string `json:"thread"`
	Done    bool   `json:"done"`
	Code    string `json:"code,omitempty" doc:"Why not"`
}

func (p *Portal) bulkThreads(ctx context.Context, in *bulkIn) (*body[list[BulkDone]], error) {
	b := message.Bulk{Act: in.Body.Act, Priority: in.Body.Priority, All: in.Body.All, On: in.Body.On}
	if in.Body.Hand != nil {
		b.Hand = in.Body.Hand.hand()
	}
	done, err := p.Messages.Bulk(ctx, edge.Who(ctx), b)
	out := list[BulkDone]{Items: []BulkDone{}}
	for _, d := range done {
		x := BulkDone{Patient: d.Patient, Thread: d.ThreadOf.Thread, Done: d.Err == nil}
		if d.Err != nil {
			if x.Code = fault.Of(d.Err).Code; x.Code == "" {
				x.Code = fault.KindOf(d.Err).String()
			}
		}
		out.Items = append(out.Items, x)
	}
	return &body[list[BulkDone]]{out}, err
}

func (p *Portal) myPools(ctx context.Context, _ *none) (*body[list[pool.Named]], error) {
	items, err := p.Pools().Of(p.DB.Read(ctx), edge.Who(ctx))
	return &body[list[pool.Named]]{list[pool.Named]{Items: some(items)}}, err
}

type loadIn struct {
	Pool string `query:"pool" required:"true" maxLength:"64"`
}

func (p *Portal) load(ctx context.Context, in *loadIn) (*body[list[message.Load]], error) {
	items, err := p.Messages.LoadOf(ctx, edge.Who(ctx), in.Pool)
	return &body[list[message.Load]]{list[message.Load]{Items: some(items)}}, err
}

func (p *Portal) filters(ctx context.Context, _ *none) (*body[list[message.Filter]], error) {
	items, err := p.Messages.Filters(ctx, edge.Who(ctx))
	return &body[list[message.Filter]]{list[message.Filter]{Items: some(items)}}, err
}

type filterIn struct {
	ID   string `path:"id" maxLength:"64"`
	Body message.Filter
}

func (p *Portal) saveFilter(ctx context.Context, in *filterIn) (*none, error) {
	in.Body.ID = in.ID
	return &none{}, p.Messages.SaveFilter(ctx, edge.Who(ctx), in.Body)
}

type filterID struct {
	ID string `path:"id" maxLength:"64"`
}

func (p *Portal) dropFilter(ctx context.Context, in *filterID) (*none, error) {
	return &none{}, p.Messages.DropFilter(ctx, edge.Who(ctx), in.ID)
}

// Phrases are texts that are written often, and what they can name.
type Phrases struct {
	Items  []phrase.Phrase `json:"items"`
	Fields []string        `json:"fields"`
}

func (p *Portal) phraseList(ctx context.Context, _ *none) (*body[Phrases], error) {
	items, err := p.phrases.List(ctx, edge.Who(ctx))
	return &body[Phrases]{Phrases{some(items), phrase.Fields}}, err
}

type savePhraseIn struct {
	Name string `path:"name" maxLength:"64"`
	Body struct {
		Text    string `json:"text" maxLength:"20000"`
		Clinic  bool   `json:"clinic,omitempty"`
		Version int64  `json:"version,omitempty" doc:"The one that is changed; missing: it is new"`
	}
}

func (p *Portal) savePhrase(ctx context.Context, in *savePhraseIn) (*body[phrase.Phrase], error) {
	b := in.Body
	out, err := p.phrases.Save(ctx, edge.Who(ctx), phrase.Phrase{Name: in.Name, Text: b.Text, Clinic: b.Clinic, Version: b.Version})
	return &body[phrase.Phrase]{out}, err
}

type dropPhraseIn struct {
	Name   string `path:"name" maxLength:"64"`
	Clinic bool   `query:"clinic"`
}

func (p *Portal) dropPhrase(ctx context.Context, in *dropPhraseIn) (*none, error) {
	return &none{}, p.phrases.Drop(ctx, edge.Who(ctx), in.Name, in.Clinic)
}
