package portal

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
	"housecall/telehealth/message"
)

func (p *Portal) mountHeld(api huma.API) {
	get(api, "/charts/{patient}/held", "What one sent and nobody has yet", p.heldMessages)
	create(api, "/charts/{patient}/held", "Send a message that can be taken back, or goes later", p.holdMessage)
	route(api, http.MethodPut, "/charts/{patient}/held/{id}", "Change a message that was not delivered yet, or when it goes", p.changeHeld)
	route(api, http.MethodDelete, "/charts/{patient}/held/{id}", "Take a message back", p.takeBack)
	route(api, http.MethodPost, "/charts/{patient}/held/{id}/send", "Send a message that waits at once", p.sendHeld)
	route(api, http.MethodPost, "/charts/{patient}/messages/search", "Messages in which words stand, the newest first", p.searchMessages)
	route(api, http.MethodPost, "/charts/{patient}/threads/{thread}/typing", "Tell the other side that one is writing", p.typing)
	route(api, http.MethodPost, "/charts/{patient}/threads/{thread}/presence", "Tell that somebody of the care team has a conversation open, and hear who else does", p.presence)
	get(api, "/clinic/inbox/{patient}/{thread}/notes", "What the care team noted about a conversation, for itself", p.staffNotes)
	create(api, "/clinic/inbox/{patient}/{thread}/notes", "Note something about a conversation, for the care team alone", p.addStaffNote)
}

// HoldMessage is a message to be held.
type HoldMessage struct {
	ID          string    `json:"id" maxLength:"36" doc:"Made by the client; sent twice it is done once. It becomes that of the message"`
	Thread      string    `json:"thread,omitempty" maxLength:"36" doc:"Missing: it begins a conversation, which gets its id"`
	Topic       string    `json:"topic,omitempty" maxLength:"40"`
	Subject     string    `json:"subject,omitempty" maxLength:"480"`
	Text        string    `json:"text" maxLength:"40000"`
	Attachments []string  `json:"attachments,omitempty" maxItems:"10" doc:"Ids of Binary resources of the chart"`
	Language    string    `json:"language,omitempty" maxLength:"35" doc:"In which it is written (BCP 47)"`
	Corrects    string    `json:"corrects,omitempty" maxLength:"36" doc:"An own message of the conversation that this one corrects"`
	Close       bool      `json:"close,omitempty" doc:"The conversation is closed with it"`
	At          time.Time `json:"at,omitzero" doc:"When it goes; missing: as soon as it cannot be taken back any more"`
	Version     int64     `json:"version,omitempty" doc:"Of the one that is changed"`
	Danger
}

func (h HoldMessage) in() message.HoldIn {
	return message.HoldIn{In: message.In{ID: h.ID, Thread: h.Thread, Topic: h.Topic, Subject: h.Subject, Text: h.Text, Attachments: h.Attachments, Language: h.Language, Corrects: h.Corrects, Close: h.Close, Ask: h.Ask, Told: h.Told}, At: h.At, Version: h.Version}
}

func (p *Portal) heldMessages(ctx context.Context, in *OfChart) (*body[list[message.HeldMessage]], error) {
	items, err := p.Messages.HeldOf(ctx, edge.Who(ctx), in.Patient)
	return &body[list[message.HeldMessage]]{list[message.HeldMessage]{Items: some(items)}}, err
}

type holdMessageIn struct {
	OfChart
	Body HoldMessage
}

func (p *Portal) holdMessage(ctx context.Context, in *holdMessageIn) (*body[message.HeldMessage], error) {
	in.Body.Version = 0
	h, err := p.Messages.Hold(ctx, edge.Who(ctx), in.Patient, in.Body.in())
	return &body[message.HeldMessage]{h}, err
}

// OfHeld names a message that waits.
type OfHeld struct {
	OfChart
	ID string `path:"id" maxLength:"36"`
}

type changeHeldIn struct {
	OfHeld
	Body HoldMessage
}

func (p *Portal) changeHeld(ctx context.Context, in *changeHeldIn) (*body[message.HeldMessage], error) {
	in.Body.ID = in.ID
	if in.Body.Version == 0 {
		in.Body.Version = -1 // of none
	}
	h, err := p.Messages.Hold(ctx, edge.Who(ctx), in.Patient, in.Body.in())
	return &body[message.HeldMessage]{h}, err
}

func (p *Portal) takeBack(ctx context.Context, in *OfHeld) (*body[message.HeldMessage], error) {
	h, err := p.Messages.TakeBack(ctx, edge.Who(ctx), in.Patient, in.ID)
	return &body[message.HeldMessage]{h}, err
}

func (p *Portal) sendHeld(ctx context.Context, in *OfHeld) (*body[message.Message], error) {
	m, err := p.Messages.SendNow(ctx, edge.Who(ctx), in.Patient, in.ID)
	return &body[message.Message]{m}, err
}

type searchMessagesIn struct {
	OfChart
	Body Words
}

func (p *Portal) searchMessages(ctx context.Context, in *searchMessagesIn) (*body[list[message.FoundMessage]], error) {
	page := in.Body.paging()
	items, next, err := p.Messages.Search(ctx, edge.Who(ctx), in.Patient, in.Body.Words, page.Cursor, page.count())
	return &body[list[message.FoundMessage]]{list[message.FoundMessage]{some(items), next}}, err
}

func (p *Portal) staffNotes(ctx context.Context, in *OfThread) (*body[list[message.StaffNote]], error) {
	items, err := p.Messages.Notes(ctx, edge.Who(ctx), in.Patient, in.Thread)
	return &body[list[message.StaffNote]]{list[message.StaffNote]{Items: some(items)}}, err
}

type addNoteIn struct {
	OfThread
	Body struct {
		ID   string `json:"id" maxLength:"36" doc:"Made by the client; sent twice it is done once"`
		Text string `json:"text" maxLength:"16000"`
	}
}

func (p *Portal) addStaffNote(ctx context.Context, in *addNoteIn) (*body[message.StaffNote], error) {
	n, err := p.Messages.AddNote(ctx, edge.Who(ctx), in.Patient, in.Thread, in.Body.ID, in.Body.Text)
	return &body[message.StaffNote]{n}, err
}

func (p *Portal) typing(ctx context.Context, in *OfThread) (*none, error) {
	return &none{}, p.Messages.Typing(ctx, edge.Who(ctx), in.Patient, in.Thread)
}

type presenceIn struct {
	OfThread
	Body struct {
		Here  bool `json:"here" doc:"The page is looked at; of the patient's side it is not kept"`
		Shown bool `json:"shown,omitempty" doc:"The patient's side may know that somebody is there"`
	}
}

func (p *Portal) presence(ctx context.Context, in *presenceIn) (*body[message.Presence], error) {
	out, err := p.Messages.Here(ctx, edge.Who(ctx), in.Patient, in.Thread, in.Body.Here, in.Body.Shown)
	return &body[message.Presence]{out}, err
}
