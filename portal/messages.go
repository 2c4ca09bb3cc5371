package portal

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
	"housecall/telehealth/message"
)

func (p *Portal) mountMessages(api huma.API) {
	get(api, "/charts/{patient}/message-options", "Whether somebody may write, and who will read it", p.messageOptions)
	get(api, "/charts/{patient}/threads", "Conversations with the clinic, the newest first", p.threads)
	create(api, "/charts/{patient}/threads", "Begin a conversation", p.beginThread)
	get(api, "/charts/{patient}/threads/{thread}", "One conversation", p.thread)
	create(api, "/charts/{patient}/threads/{thread}/messages", "Send a message", p.sendMessage)
	route(api, http.MethodPost, "/charts/{patient}/threads/{thread}/read", "Tell how far somebody has read", p.readThread)
	route(api, http.MethodPost, "/charts/{patient}/threads/{thread}/close", "End a conversation", p.closeThread)
	route(api, http.MethodPost, "/charts/{patient}/threads/{thread}/reopen", "Open a conversation again", p.reopenThread)
	get(api, "/charts/{patient}/drafts/{thread}", "What somebody has begun to write", p.draft)
	route(api, http.MethodPut, "/charts/{patient}/drafts/{thread}", "Keep what somebody has begun to write", p.saveDraft)
	route(api, http.MethodDelete, "/charts/{patient}/drafts/{thread}", "Throw a draft away", p.dropDraft)
}

// MessageOptions is what somebody can do with the messages of a chart.
type MessageOptions struct {
	CanSend      bool           `json:"canSend"`
	Audience     []MessageTeam  `json:"audience"`
	Caregivers   []MessageCarer `json:"caregivers" doc:"Who else reads of those whom the patient let in"`
	Others       bool           `json:"others" doc:"There are more of them, whom this person is not told of"`
	Topics       []string       `json:"topics"`
	AnswerWithin AnswerWithin   `json:"answerWithin"`
	Paces        []message.Pace `json:"paces" doc:"How soon the clinic answers, by topic"`
	UndoSeconds  int            `json:"undoSeconds" doc:"How long what was sent can be taken back"`
}

// MessageTeam is somebody at the clinic who reads messages.
type MessageTeam struct {
	Name string `json:"name"`
	Role string `json:"role"`
}

// MessageCarer is a caregiver who reads messages.
type MessageCarer struct {
	Name     string `json:"name"`
	Relation string `json:"relation"`
	Part     bool   `json:"part" doc:"They do not see what touches a sensitive kind"`
}

// AnswerWithin is how soon the clinic answers.
type AnswerWithin struct {
	Hours int `json:"hours"`
}

func (p *Portal) messageOptions(ctx context.Context, in *OfChart) (*body[MessageOptions], error) {
	o, err := p.Messages.Options(ctx, edge.Who(ctx), in.Patient)
	if err != nil {
		return nil, err
	}
	out := MessageOptions{CanSend: o.CanSend, Audience: []MessageTeam{}, Caregivers: []MessageCarer{}, Others: o.Others, Topics: message.Topics, AnswerWithin: AnswerWithin{int(o.Within.Hours())}, Paces: some(o.Paces), UndoSeconds: int(p.Messages.Undo.Seconds())}
	for _, n := range o.Audience {
		out.Audience = append(out.Audience, MessageTeam{n.Name, string(n.Role)})
	}
	for _, n := range o.Carers {
		out.Caregivers = append(out.Caregivers, MessageCarer{n.Name, n.Kinship, n.Hide != 0})
	}
	return &body[MessageOptions]{out}, nil
}

// OfChart names a chart.
type OfChart struct {
	Patient string `path:"patient" maxLength:"64"`
}

type threadsIn struct {
	OfChart
	Paging
}

func (i *Paging) count() int {
	if i.Limit == 0 {
		return 25
	}
	return i.Limit
}

func (p *Portal) threads(ctx context.Context, in *threadsIn) (*body[list[message.Thread]], error) {
	items, next, err := p.Messages.Threads(ctx, edge.Who(ctx), in.Patient, in.Cursor, in.count())
	return &body[list[message.Thread]]{list[message.Thread]{some(items), next}}, err
}

// Danger is how a page deals with words that may mean danger.
type Danger struct {
	Ask  bool `json:"ask,omitempty" doc:"Answer 409 with the code call-emergency or call-crisis, and send nothing, when the words may mean danger"`
	Told bool `json:"told,omitempty" doc:"The writer was told whom to call"`
}

type beginThreadIn struct {
	OfChart
	Body struct {
		ID          string   `json:"id" maxLength:"36" doc:"Made by the client; sent twice it is done once"`
		Topic       string   `json:"topic" enum:"question,medicine,appointment,results,billing,other"`
		Subject     string   `json:"subject,omitempty" maxLength:"480"`
		Text        string   `json:"text" maxLength:"40000"`
		Attachments []string `json:"attachments,omitempty" maxItems:"10" doc:"Ids of Binary resources of the chart"`
		Language    string   `json:"language,omitempty" maxLength:"35" doc:"In which it is written (BCP 47)"`
		Danger
	}
}

func (p *Portal) beginThread(ctx context.Context, in *beginThreadIn) (*body[message.Page], error) {
	b := in.Body
	m, err := p.Messages.Send(ctx, edge.Who(ctx), in.Patient, message.In{ID: b.ID, Topic: b.Topic, Subject: b.Subject, Text: b.Text, Attachments: b.Attachments, Language: b.Language, Ask: b.Ask, Told: b.Told})
	if err != nil {
		return nil, err
	}
	page, err := p.Messages.Thread(ctx, edge.Who(ctx), in.Patient, m.Thread, "", 25)
	return &body[message.Page]{page}, err
}

// OfThread names a thread of a chart.
type OfThread struct {
	OfChart
	Thread string `path:"thread" maxLength:"64"`
}

type threadPageIn struct {
	OfThread
	Paging
}

func (p *Portal) thread(ctx context.Context, in *threadPageIn) (*body[message.Page], error) {
	page, err := p.Messages.Thread(ctx, edge.Who(ctx), in.Patient, in.Thread, in.Cursor, in.count())
	return &body[message.Page]{page}, err
}

type sendIn struct {
	OfThread
	Body struct {
		ID          string   `json:"id" maxLength:"36" doc:"Made by the client; sent twice it is done once"`
		Corrects    string   `json:"corrects,omitempty" maxLength:"36" doc:"An own message of the conversation that this one corrects"`
		Text        string   `json:"text" maxLength:"40000"`
		Attachments []string `json:"attachments,omitempty" maxItems:"10" doc:"Ids of Binary resources of the chart"`
		Language    string   `json:"language,omitempty" maxLength:"35" doc:"In which it is written (BCP 47)"`
		Danger
	}
}

func (p *Portal) sendMessage(ctx context.Context, in *sendIn) (*body[message.Message], error) {
	b := in.Body
	m, err := p.Messages.Send(ctx, edge.Who(ctx), in.Patient, message.In{ID: b.ID, Thread: in.Thread, Text: b.Text, Attachments: b.Attachments, Language: b.Language, Corrects: b.Corrects, Ask: b.Ask, Told: b.Told})
	return &body[message.Message]{m}, err
}

type readThreadIn struct {
	OfThread
	Body struct {
		Message string `json:"message" maxLength:"64" doc:"The last one that was read"`
	}
}

func (p *Portal) readThread(ctx context.Context, in *readThreadIn) (*none, error) {
	return &none{}, p.Messages.MarkRead(ctx, edge.Who(ctx), in.Patient, in.Thread, in.Body.Message)
}

func (p *Portal) closeThread(ctx context.Context, in *OfThread) (*body[message.Thread], error) {
	t, err := p.Messages.Close(ctx, edge.Who(ctx), in.Patient, in.Thread)
	return &body[message.Thread]{t}, err
}

func (p *Portal) reopenThread(ctx context.Context, in *OfThread) (*body[message.Thread], error) {
	t, err := p.Messages.Reopen(ctx, edge.Who(ctx), in.Patient, in.Thread)
	return &body[message.Thread]{t}, err
}

func (p *Portal) draft(ctx context.Context, in *OfThread) (*body[message.Draft], error) {
	d, err := p.Messages.Draft(ctx, edge.Who(ctx), in.Patient, in.Thread)
	return &body[message.Draft]{d}, err
}

type saveDraftIn struct {
	OfThread
	Body message.Draft
}

// savedDraft is the draft as it is kept now. 409: another device had saved since,
// and it holds what both wrote.
type savedDraft struct {
	Status int
	Body   message.Draft
}

func (p *Portal) saveDraft(ctx context.Context, in *saveDraftIn) (*savedDraft, error) {
	d, older, err := p.Messages.SaveDraft(ctx, edge.Who(ctx), in.Patient, in.Thread, in.Body)
	if older {
		return &savedDraft{http.StatusConflict, d}, err
	}
	return &savedDraft{http.StatusOK, d}, err
}

func (p *Portal) dropDraft(ctx context.Context, in *OfThread) (*none, error) {
	return &none{}, p.Messages.DropDraft(ctx, edge.Who(ctx), in.Patient, in.Thread)
}
