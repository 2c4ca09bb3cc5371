package mobileapi

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/telehealth/message"
)

// What was not sent yet, and what was sent and nobody has: as on the pages, so that
// what is begun on the phone is finished on the desk. Apps of others have neither.

func (f *Face) mountMessages(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "get-draft", Method: fiber.MethodGet, Path: "/charts/{patient}/drafts/{thread}",
		Summary: "What this person has begun to write, on whatever device",
	}, f.draft)
	huma.Register(api, huma.Operation{
		OperationID: "save-draft", Method: fiber.MethodPut, Path: "/charts/{patient}/drafts/{thread}", MaxBodyBytes: 512 << 10,
		Summary: "Keep what this person has begun to write",
	}, f.saveDraft)
	huma.Register(api, huma.Operation{
		OperationID: "drop-draft", Method: fiber.MethodDelete, Path: "/charts/{patient}/drafts/{thread}", DefaultStatus: fiber.StatusNoContent,
		Summary: "Throw a draft away",
	}, f.dropDraft)
	huma.Register(api, huma.Operation{
		OperationID: "list-held", Method: fiber.MethodGet, Path: "/charts/{patient}/held",
		Summary: "What this person sent and nobody has yet",
	}, f.held)
}

// OfChart names a chart.
type OfChart struct {
	Patient string `path:"patient" maxLength:"64"`
}

// OfThread names a thread of a chart, or the "new" one.
type OfThread struct {
	OfChart
	Thread string `path:"thread" maxLength:"64" doc:"A thread, or the word new"`
}

// own is who writes: in Housecall's own app.
func own(ctx context.Context) (identity.Principal, error) {
	who, err := person(ctx)
	if err == nil && who.ThroughApp() {
		err = fault.New(fault.Forbidden, "This can only be done in Housecall itself.").WithCode("session")
	}
	return who, err
}

type draftOut struct {
	Status int
	Cache  string `header:"Cache-Control"`
	Body   message.Draft
}

func (f *Face) draft(ctx context.Context, in *OfThread) (*draftOut, error) {
	who, err := own(ctx)
	if err != nil {
		return nil, err
	}
	d, err := f.Messages.Draft(ctx, who, in.Patient, in.Thread)
	return &draftOut{fiber.StatusOK, "no-store", d}, err
}

type saveDraftIn struct {
	OfThread
	Body message.Draft
}

// saveDraft answers with the draft as it is kept now. 409: another device had saved
// since, and it holds what both wrote.
func (f *Face) saveDraft(ctx context.Context, in *saveDraftIn) (*draftOut, error) {
	who, err := own(ctx)
	if err != nil {
		return nil, err
	}
	d, older, err := f.Messages.SaveDraft(ctx, who, in.Patient, in.Thread, in.Body)
	out := &draftOut{fiber.StatusOK, "no-store", d}
	if older {
		out.Status = fiber.StatusConflict
	}
	return out, err
}

func (f *Face) dropDraft(ctx context.Context, in *OfThread) (*struct{}, error) {
	who, err := own(ctx)
	if err != nil {
		return nil, err
	}
	return nil, f.Messages.DropDraft(ctx, who, in.Patient, in.Thread)
}

// Held is what waits to be delivered.
type Held struct {
	Items []message.HeldMessage `json:"items"`
}

type heldOut struct {
	Cache string `header:"Cache-Control"`
	Body  Held
}

func (f *Face) held(ctx context.Context, in *OfChart) (*heldOut, error) {
	who, err := person(ctx)
	if err != nil {
		return nil, err
	}
	items, err := f.Messages.HeldOf(ctx, who, in.Patient)
	if items == nil {
		items = []message.HeldMessage{}
	}
	return &heldOut{"no-store", Held{items}}, err
}

// written is the body of a command that sends a message. With ask, words of danger
// are refused with the code call-emergency or call-crisis, so that the app shows whom
// to call; the same command goes with told, when the person sends it all the same.
type written struct {
	Thread, Topic, Subject, Text, Language, Corrects string
	Attachments                                      []string
	Ask, Told                                        bool
	At                                               time.Time // of one that is held: when it goes
}

func (b *written) in(id string) message.In {
	return message.In{ID: id, Thread: b.Thread, Topic: b.Topic, Subject: b.Subject, Text: b.Text, Attachments: b.Attachments, Language: b.Language, Corrects: b.Corrects, Ask: b.Ask, Told: b.Told}
}

func sendMessage(f *Face, ctx context.Context, who identity.Principal, x Command) error {
	var b written
	if err := decode(x.Body, &b); err != nil {
		return err
	}
	if !b.At.IsZero() {
		return notUnderstood()
	}
	_, err := f.Messages.Send(ctx, who, x.Patient, b.in(x.ID))
	return err
}

func holdMessage(f *Face, ctx context.Context, who identity.Principal, x Command) error {
	var b written
	if err := decode(x.Body, &b); err != nil {
		return err
	}
	_, err := f.Messages.Hold(ctx, who, x.Patient, message.HoldIn{In: b.in(x.ID), At: b.At})
	return err
}

func takeBackMessage(f *Face, ctx context.Context, who identity.Principal, x Command) error {
	var b struct{ Message string }
	if err := decode(x.Body, &b); err != nil {
		return err
	}
	_, err := f.Messages.TakeBack(ctx, who, x.Patient, b.Message)
	return err
}
