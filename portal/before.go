package portal

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/telehealth"
	"housecall/telehealth/form"
)

// mountBefore hangs what is done before a visit: saying where one is, answering
// questions, trying the line; and what the clinic chooses and says about it.
func (p *Portal) mountBefore(app *fiber.App, api huma.API) {
	const visit = "/charts/{patient}/visits/{id}"
	route(api, http.MethodDelete, visit+"/consent", "Take an agreement to a visit by video back", p.visitStep((*telehealth.Service).Withdraw))
	get(api, visit+"/place", "Whose visit it is and where they were the last time, to say that it is right", p.knownPlace)
	route(api, http.MethodPost, visit+"/place", "Confirm whose visit it is, and where the patient is now", p.sayPlace)
	get(api, visit+"/form", "Questions before a visit, and how far they are answered", p.visitForm)
	route(api, http.MethodPut, visit+"/form", "Keep answers, or send them", p.answerForm)
	route(api, http.MethodPost, "/clinic/day/late", "Tell who waits for a clinician or comes soon how far they are behind", p.lateDay)
	get(api, "/clinic/visits/licence", "Where the clinic may treat by video", p.licence)
	route(api, http.MethodPut, "/clinic/visits/licence", "Say where the clinic may treat by video", p.saveLicence)
	get(api, "/clinic/visits/forms", "Which questions are put before which visits", p.formChoices)
	route(api, http.MethodPut, "/clinic/visits/forms", "Choose the questions before visits", p.saveFormChoices)

	of := func(c *fiber.Ctx) (identity.Principal, string, string, error) {
		return edge.Principal(c), strings.Clone(c.Params("patient")), strings.Clone(c.Params("id")), nil
	}
	p.mountChatImages(app, "/api/v1/charts/:patient/visits/:id", of)
	app.Get("/api/v1/charts/:patient/visits/:id/line", p.lineDown(of))
	app.Post("/api/v1/charts/:patient/visits/:id/line", p.lineUp(of))
}

// mountJoinBefore hangs the same for who came by a link.
func (p *Portal) mountJoinBefore(app *fiber.App) {
	app.Delete(joinPath+"/consent", p.inVisit(p.Visits.Withdraw))
	app.Post(joinPath+"/place", inVisitWith(p, p.Visits.SayPlace))
	app.Get(joinPath+"/place", joined(func(ctx context.Context, who identity.Principal, patient, id string, _ *fiber.Ctx) (telehealth.Known, error) {
		return p.Visits.KnownPlace(ctx, who, patient, id)
	}))
	app.Get(joinPath+"/form", joined(func(ctx context.Context, who identity.Principal, patient, id string, _ *fiber.Ctx) (telehealth.Asked, error) {
		return p.Visits.Asked(ctx, who, patient, id)
	}))
	app.Put(joinPath+"/form", joined(func(ctx context.Context, who identity.Principal, patient, id string, c *fiber.Ctx) (telehealth.Asked, error) {
		var in FormInput
		if err := take(c, &in); err != nil {
			return telehealth.Asked{}, err
		}
		return p.Visits.Answer(ctx, who, patient, id, in.Form, in.Answers, in.Finish)
	}))
	of := func(c *fiber.Ctx) (identity.Principal, string, string, error) {
		who := edge.Principal(c)
		id, err := visitOf(who)
		return who, who.Context.Patient, id, err
	}
	p.mountChatImages(app, joinPath, of)
	app.Get(joinPath+"/line", p.lineDown(of))
	app.Post(joinPath+"/line", p.lineUp(of))
}

// joined answers with what f says about the one visit that a link leads to.
func joined[T any](f func(ctx context.Context, who identity.Principal, patient, id string, c *fiber.Ctx) (T, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		who := edge.Principal(c)
		id, err := visitOf(who)
		if err != nil {
			return err
		}
		out, err := f(c.UserContext(), who, who.Context.Patient, id, c)
		if err != nil {
			return err
		}
		return c.JSON(out)
	}
}

func (p *Portal) knownPlace(ctx context.Context, in *OfVisit) (*body[telehealth.Known], error) {
	out, err := p.Visits.KnownPlace(ctx, edge.Who(ctx), in.Patient, in.ID)
	return &body[telehealth.Known]{out}, err
}

type hereIn struct {
	OfVisit
	Body telehealth.Whereabouts
}

func (p *Portal) sayPlace(ctx context.Context, in *hereIn) (*body[telehealth.Visit], error) {
	out, err := p.Visits.SayPlace(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body)
	return &body[telehealth.Visit]{out}, err
}

func (p *Portal) visitForm(ctx context.Context, in *OfVisit) (*body[telehealth.Asked], error) {
	out, err := p.Visits.Asked(ctx, edge.Who(ctx), in.Patient, in.ID)
	return &body[telehealth.Asked]{out}, err
}

// FormInput is what somebody answered.
type FormInput struct {
	Form    string       `json:"form" maxLength:"40" doc:"Key of the questions that were shown"`
	Answers form.Answers `json:"answers"`
	Finish  bool         `json:"finish,omitempty" doc:"Send them to the clinic"`
}

type formIn struct {
	OfVisit
	Body FormInput
}

func (p *Portal) answerForm(ctx context.Context, in *formIn) (*body[telehealth.Asked], error) {
	out, err := p.Visits.Answer(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.Form, in.Body.Answers, in.Body.Finish)
	return &body[telehealth.Asked]{out}, err
}

type lateDayIn struct {
	Body struct {
		Minutes      int    `json:"minutes" minimum:"0" maximum:"240"`
		Practitioner string `json:"practitioner,omitempty" maxLength:"64" doc:"Whose day it is about; missing: one's own"`
	}
}

// LateTold says how many visits heard of it.
type LateTold struct {
	Told int `json:"told"`
}

func (p *Portal) lateDay(ctx context.Context, in *lateDayIn) (*body[LateTold], error) {
	n, err := p.Visits.LateDay(ctx, edge.Who(ctx), in.Body.Practitioner, in.Body.Minutes)
	return &body[LateTold]{LateTold{n}}, err
}

func (p *Portal) licence(ctx context.Context, _ *none) (*body[telehealth.Licence], error) {
	out, err := p.Visits.Licence(ctx, edge.Who(ctx))
	return &body[telehealth.Licence]{out}, err
}

func (p *Portal) saveLicence(ctx context.Context, in *struct{ Body telehealth.Licence }) (*body[telehealth.Licence], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	out, err := p.Visits.SaveLicence(ctx, who, in.Body)
	return &body[telehealth.Licence]{out}, err
}

func (p *Portal) formChoices(ctx context.Context, _ *none) (*body[telehealth.FormChoices], error) {
	out, err := p.Visits.FormChoices(ctx, edge.Who(ctx))
	return &body[telehealth.FormChoices]{out}, err
}

func (p *Portal) saveFormChoices(ctx context.Context, in *struct{ Body telehealth.FormChoices }) (*body[telehealth.FormChoices], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	out, err := p.Visits.SaveFormChoices(ctx, who, in.Body)
	return &body[telehealth.FormChoices]{out}, err
}

// How much is sent to see how fast a line is: enough to tell a slow one, little enough
// for a phone that pays for it.
const (
	sentDown   = 128 << 10
	mostSentUp = 64 << 10
)

// noise is what is sent: nothing that could be made smaller on the way.
var noise = sync.OnceValue(func() []byte {
	b := make([]byte, sentDown)
	_, _ = rand.Read(b)
	return b
})

type visitFinder = func(*fiber.Ctx) (who identity.Principal, patient, visit string, err error)

func (p *Portal) mayTry(c *fiber.Ctx, of visitFinder) error {
	who, patient, id, err := of(c)
	if err != nil {
		return err
	}
	return p.Visits.MayTry(c.UserContext(), who, patient, id)
}

func (p *Portal) lineDown(of visitFinder) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := p.mayTry(c, of); err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, fiber.MIMEOctetStream)
		c.Set(fiber.HeaderCacheControl, "no-store")
		return c.Send(noise())
	}
}

func (p *Portal) lineUp(of visitFinder) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := p.mayTry(c, of); err != nil {
			return err
		}
		if len(c.Body()) > mostSentUp {
			return fault.New(fault.TooLarge, "This is more than a try of the line sends.")
		}
		return c.SendStatus(fiber.StatusNoContent)
	}
}
