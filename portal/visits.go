package portal

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/telehealth"
)

func (p *Portal) mountVisits(api huma.API) {
	const visit = "/charts/{patient}/visits/{id}"
	get(api, visit, "A visit: how far it has come, and who is there", p.visit)
	route(api, http.MethodPost, visit+"/consent", "Agree to a visit by video", p.visitConsent)
	route(api, http.MethodPost, visit+"/called", "Choose the name that the others in a group see", p.visitCalled)
	route(api, http.MethodPost, visit+"/check", "Tell how one's devices were found", p.visitCheck)
	route(api, http.MethodPost, visit+"/wait", "Take a seat in the waiting room", p.visitStep((*telehealth.Service).Wait))
	route(api, http.MethodDelete, visit+"/wait", "Leave the waiting room", p.visitStep((*telehealth.Service).LeaveWaiting))
	route(api, http.MethodPost, visit+"/admit", "Let somebody in who waits", p.visitSeat((*telehealth.Service).Admit))
	route(api, http.MethodPost, visit+"/refuse", "Turn somebody away", p.visitSeat((*telehealth.Service).Refuse))
	route(api, http.MethodPost, visit+"/start", "Begin a visit", p.visitStep((*telehealth.Service).Start))
	route(api, http.MethodPost, visit+"/end", "End a visit for everybody", p.visitStep((*telehealth.Service).End))
	route(api, http.MethodPost, visit+"/late", "Tell those who wait how far the clinic is behind", p.visitLate)
	route(api, http.MethodPost, visit+"/missed", "Note that the patient did not come to a visit whose time has passed, or take that back", p.visitMissed)
	route(api, http.MethodPost, visit+"/sealing", "Have a visit encrypted from browser to browser, or no longer", p.sealVisit)
	route(api, http.MethodPost, visit+"/sealable", "Tell whether one's browser can do that", p.visitSealable)
	get(api, visit+"/chat", "What was written during a visit", p.visitChat)
	create(api, visit+"/chat", "Write something during a visit", p.visitSay)
	get(api, visit+"/note", "The note of a visit, for those who write it", p.visitNote)
	route(api, http.MethodPut, visit+"/note", "Keep a draft of the note", p.saveVisitNote)
	route(api, http.MethodPost, visit+"/note/sign", "Sign the note with all that was found and decided. It needs a step-up", p.signVisitNote)
	route(api, http.MethodPost, visit+"/note/addenda", "Add to a signed note. It needs a step-up", p.addendVisitNote)
	get(api, visit+"/summary", "What the patient takes home from a visit", p.visitSummary)
}

func (p *Portal) visit(ctx context.Context, in *OfVisit) (*body[telehealth.Visit], error) {
	out, err := p.Visits.Visit(ctx, edge.Who(ctx), in.Patient, in.ID)
	return &body[telehealth.Visit]{out}, err
}

// visitStep is a handler of a step that needs nothing but the visit.
func (p *Portal) visitStep(f func(*telehealth.Service, context.Context, identity.Principal, string, string) (telehealth.Visit, error)) func(context.Context, *OfVisit) (*body[telehealth.Visit], error) {
	return func(ctx context.Context, in *OfVisit) (*body[telehealth.Visit], error) {
		out, err := f(p.Visits, ctx, edge.Who(ctx), in.Patient, in.ID)
		return &body[telehealth.Visit]{out}, err
	}
}

// Of a visit and of a group the same is said.
type (
	seatBody struct {
		Seat string `json:"seat" maxLength:"36"`
	}
	lateBody struct {
		Minutes int `json:"minutes" minimum:"0" maximum:"240"`
	}
	switchBody struct {
		On bool `json:"on"`
	}
	lineBody struct {
		ID   string `json:"id" maxLength:"36" doc:"Made by the client; sent twice it is done once"`
		Text string `json:"text" maxLength:"8000"`
		Seat string `json:"seat,omitempty" maxLength:"36" doc:"Of who waits and is written to, by the care team; missing: the room"`
	}
)

type visitSeatIn struct {
	OfVisit
	Body seatBody
}

// visitSeat is a handler of what is done about somebody's seat.
func (p *Portal) visitSeat(f func(*telehealth.Service, context.Context, identity.Principal, string, string, string) (telehealth.Visit, error)) func(context.Context, *visitSeatIn) (*body[telehealth.Visit], error) {
	return func(ctx context.Context, in *visitSeatIn) (*body[telehealth.Visit], error) {
		out, err := f(p.Visits, ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.Seat)
		return &body[telehealth.Visit]{out}, err
	}
}

type visitConsentIn struct {
	OfVisit
	Body struct {
		Version string `json:"version" maxLength:"20" doc:"Of the text that was read"`
		Agreed  bool   `json:"agreed" enum:"true"`
	}
}

func (p *Portal) visitConsent(ctx context.Context, in *visitConsentIn) (*body[telehealth.Visit], error) {
	out, err := p.Visits.Consent(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.Version)
	return &body[telehealth.Visit]{out}, err
}

type visitCalledIn struct {
	OfVisit
	Body struct {
		Name string `json:"name" maxLength:"400"`
	}
}

func (p *Portal) visitCalled(ctx context.Context, in *visitCalledIn) (*body[telehealth.Visit], error) {
	out, err := p.Visits.Call(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.Name)
	return &body[telehealth.Visit]{out}, err
}

type visitCheckIn struct {
	OfVisit
	Body telehealth.DeviceCheck
}

func (p *Portal) visitCheck(ctx context.Context, in *visitCheckIn) (*body[telehealth.Visit], error) {
	out, err := p.Visits.Check(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body)
	return &body[telehealth.Visit]{out}, err
}

type visitLateIn struct {
	OfVisit
	Body lateBody
}

func (p *Portal) visitLate(ctx context.Context, in *visitLateIn) (*body[telehealth.Visit], error) {
	out, err := p.Visits.Late(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.Minutes)
	return &body[telehealth.Visit]{out}, err
}

type visitMissedIn struct {
	OfVisit
	Body struct {
		Missed bool `json:"missed" doc:"false: take it back"`
	}
}

func (p *Portal) visitMissed(ctx context.Context, in *visitMissedIn) (*body[telehealth.Visit], error) {
	out, err := p.Visits.Miss(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.Missed)
	return &body[telehealth.Visit]{out}, err
}

type sealVisitIn struct {
	OfVisit
	Body switchBody
}

func (p *Portal) sealVisit(ctx context.Context, in *sealVisitIn) (*body[telehealth.Visit], error) {
	out, err := p.Visits.Seal(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.On)
	return &body[telehealth.Visit]{out}, err
}

type visitSealableIn struct {
	OfVisit
	Body struct {
		Able bool `json:"able"`
	}
}

func (p *Portal) visitSealable(ctx context.Context, in *visitSealableIn) (*body[telehealth.Visit], error) {
	out, err := p.Visits.Sealable(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.Able)
	return &body[telehealth.Visit]{out}, err
}

func (p *Portal) visitChat(ctx context.Context, in *OfVisit) (*body[list[telehealth.ChatLine]], error) {
	items, err := p.Visits.Chat(ctx, edge.Who(ctx), in.Patient, in.ID)
	return &body[list[telehealth.ChatLine]]{list[telehealth.ChatLine]{Items: some(items)}}, err
}

type visitSayIn struct {
	OfVisit
	Body lineBody
}

func (p *Portal) visitSay(ctx context.Context, in *visitSayIn) (*body[telehealth.ChatLine], error) {
	out, err := p.Visits.Say(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.ID, in.Body.Seat, in.Body.Text)
	return &body[telehealth.ChatLine]{out}, err
}

func (p *Portal) visitNote(ctx context.Context, in *OfVisit) (*body[telehealth.VisitNote], error) {
	out, err := p.Visits.Note(ctx, edge.Who(ctx), in.Patient, in.ID)
	return &body[telehealth.VisitNote]{out}, err
}

type saveNoteIn struct {
	OfVisit
	Body struct {
		Version int64               `json:"version" doc:"The one that this was made from"`
		Body    telehealth.NoteBody `json:"body"`
		Apart   bool                `json:"apart,omitempty" doc:"What was there before stays a version of its own, as when an older one is brought back"`
	}
}

func (p *Portal) saveVisitNote(ctx context.Context, in *saveNoteIn) (*body[telehealth.VisitNote], error) {
	out, err := p.Visits.SaveNote(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.Version, in.Body.Body, in.Body.Apart)
	return &body[telehealth.VisitNote]{out}, err
}

type signNoteIn struct {
	OfVisit
	Body struct {
		Version int64 `json:"version"`
		End     bool  `json:"end,omitempty" doc:"End the visit with it if it still goes on"`

		LeftOut telehealth.LeftOut `json:"leftOut,omitempty" doc:"Of the chat, which goes to the record with the note"`
	}
}

func (p *Portal) signVisitNote(ctx context.Context, in *signNoteIn) (*body[telehealth.VisitNote], error) {
	out, err := p.Visits.Sign(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.Version, in.Body.End, in.Body.LeftOut)
	return &body[telehealth.VisitNote]{out}, err
}

type addendumIn struct {
	OfVisit
	Body struct {
		ID   string `json:"id" maxLength:"36" doc:"Made by the client; sent twice it is done once"`
		Text string `json:"text" maxLength:"80000"`
	}
}

func (p *Portal) addendVisitNote(ctx context.Context, in *addendumIn) (*body[telehealth.VisitNote], error) {
	out, err := p.Visits.Addend(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.ID, in.Body.Text)
	return &body[telehealth.VisitNote]{out}, err
}

func (p *Portal) visitSummary(ctx context.Context, in *OfVisit) (*body[telehealth.Summary], error) {
	out, err := p.Visits.Summary(ctx, edge.Who(ctx), in.Patient, in.ID)
	return &body[telehealth.Summary]{out}, err
}
