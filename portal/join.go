package portal

import (
	"context"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/telehealth"
)

// joinPath is where the holder of a link to one visit is served. Nothing else looks
// at their cookie, and nothing here looks at a session or a token.
const joinPath = "/api/join"

// mountJoin hangs what a patient's own link to a visit opens, and a guest's: that
// visit, and no word of the record. The link's secret comes in the body, as those of other links
// do; which visit it is stands in no address.
func (p *Portal) mountJoin(app *fiber.App, steps, calls fiber.Handler) {
	app.Post(joinPath+"/look", steps, p.joinLook)
	app.Post(joinPath+"/enter", steps, p.joinEnter)
	app.Use(joinPath, edge.Authenticate(p.Identity.PageCookieName(), p.holder, noToken), edge.CSRF(p.holdersCSRF), edge.Required, calls)
	v := p.Visits
	app.Get(joinPath+"/visit", p.inVisit(v.Visit))
	app.Post(joinPath+"/consent", inVisitWith(p, func(ctx context.Context, who identity.Principal, patient, id string, in struct{ Version string }) (telehealth.Visit, error) {
		return v.Consent(ctx, who, patient, id, in.Version)
	}))
	app.Post(joinPath+"/called", inVisitWith(p, func(ctx context.Context, who identity.Principal, patient, id string, in struct{ Name string }) (telehealth.Visit, error) {
		return v.Call(ctx, who, patient, id, in.Name)
	}))
	app.Post(joinPath+"/check", inVisitWith(p, v.Check))
	app.Post(joinPath+"/wait", p.inVisit(v.Wait))
	app.Delete(joinPath+"/wait", p.inVisit(v.LeaveWaiting))
	app.Post(joinPath+"/recording", inVisitWith(p, func(ctx context.Context, who identity.Principal, patient, id string, in RecordingAnswer) (telehealth.Visit, error) {
		return v.AnswerRecording(ctx, who, patient, id, in.Recording, in.Text, in.Yes)
	}))
	app.Post(joinPath+"/sealing", inVisitWith(p, func(ctx context.Context, who identity.Principal, patient, id string, in struct{ On bool }) (telehealth.Visit, error) {
		return v.Seal(ctx, who, patient, id, in.On)
	}))
	app.Post(joinPath+"/sealable", inVisitWith(p, func(ctx context.Context, who identity.Principal, patient, id string, in struct{ Able bool }) (telehealth.Visit, error) {
		return v.Sealable(ctx, who, patient, id, in.Able)
	}))
	p.mountJoinBefore(app)
	app.Get(joinPath+"/chat", p.joinChat)
	app.Post(joinPath+"/chat", p.joinSay)
	app.Get(joinPath+"/signal", p.joinSignal)
}

// holder finds whose the cookie of a page is.
func (p *Portal) holder(ctx context.Context, cookie string, _ identity.From, _ bool) (identity.Principal, error) {
	return p.Identity.PageOf(ctx, cookie)
}

func (p *Portal) holdersCSRF(cookie, token string) bool {
	who, err := p.Identity.PageOf(context.Background(), cookie)
	return err == nil && p.Identity.CheckCSRF(who.Session, token)
}

// noToken: an app has no visit of its own.
func noToken(context.Context, string) (identity.Principal, error) {
	return identity.Principal{}, fault.New(fault.Unauthenticated, "This can only be done in Housecall itself.").WithCode("session")
}

// joinLooked is what is told before the date of birth is given: nothing of a person.
type joinLooked struct {
	Here      bool       `json:"here"` // this browser has it open
	TriesLeft int        `json:"triesLeft"`
	Guest     bool       `json:"guest,omitempty"`   // it asks for no date of birth
	Unnamed   bool       `json:"unnamed,omitempty"` // a guest who has to say who they are
	Clinic    clinicName `json:"clinic"`
}

func (p *Portal) joinLook(c *fiber.Ctx) error {
	var in struct{ Token string }
	if err := take(c, &in); err != nil {
		return err
	}
	page, here, err := p.Identity.LookAtPage(c.UserContext(), in.Token, c.Cookies(p.Identity.PageCookieName()))
	if err != nil {
		return err
	}
	out := joinLooked{Here: here, TriesLeft: page.TriesLeft, Clinic: clinicName{p.Clinic.Name, p.Clinic.Phone}}
	if _, _, out.Guest = access.IsGuestThing(page.Resource); out.Guest {
		named, err := p.Visits.GuestNamed(c.UserContext(), page)
		if err != nil {
			return err
		}
		out.Unnamed = !named
	}
	return c.JSON(out)
}

// joinEnter takes the date of birth, or who a guest is, and binds the link to this
// browser.
func (p *Portal) joinEnter(c *fiber.Ctx) error {
	var in struct {
		Token, BirthDate, Name, Relation string
		Guest                            bool
	}
	if err := take(c, &in); err != nil {
		return err
	}
	var cookie string
	var err error
	if in.Guest {
		cookie, err = p.Visits.EnterAsGuest(c.UserContext(), in.Token, in.Name, in.Relation, edge.Principal(c))
	} else {
		cookie, err = p.Visits.EnterByLink(c.UserContext(), in.Token, in.BirthDate, edge.Principal(c))
	}
	if err != nil {
		return err
	}
	setCookies(c, []*http.Cookie{p.Identity.PageCookie(cookie)})
	return c.SendStatus(fiber.StatusNoContent)
}

// JoinedVisit is the visit as the holder of its link sees it.
type JoinedVisit struct {
	CSRF   string           `json:"csrf"`
	Clinic Clinic           `json:"clinic"`
	Visit  telehealth.Visit `json:"visit"`
}

// inVisit answers with the one visit, after f did something in it.
func (p *Portal) inVisit(f func(ctx context.Context, who identity.Principal, patient, id string) (telehealth.Visit, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		who := edge.Principal(c)
		id, err := visitOf(who)
		if err != nil {
			return err
		}
		v, err := f(c.UserContext(), who, who.Context.Patient, id)
		if err != nil {
			return err
		}
		return c.JSON(JoinedVisit{p.Identity.CSRF(who.Session), p.Clinic, v})
	}
}

// inVisitWith is inVisit for what is done with something that was sent.
func inVisitWith[T any](p *Portal, f func(ctx context.Context, who identity.Principal, patient, id string, in T) (telehealth.Visit, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		return p.inVisit(func(ctx context.Context, who identity.Principal, patient, id string) (telehealth.Visit, error) {
			var in T
			if err := take(c, &in); err != nil {
				return telehealth.Visit{}, err
			}
			return f(ctx, who, patient, id, in)
		})(c)
	}
}

// visitOf is the visit that somebody's link leads to.
func visitOf(who identity.Principal) (string, error) {
	id, ok := strings.CutPrefix(who.Thing, "Appointment/")
	if !ok {
		id, _, ok = access.IsGuestThing(who.Thing)
	}
	if who.Kind != identity.Visitor || !ok {
		return "", fault.New(fault.NotFound, "We could not find that.")
	}
	return id, nil
}

func (p *Portal) joinChat(c *fiber.Ctx) error {
	who := edge.Principal(c)
	id, err := visitOf(who)
	if err != nil {
		return err
	}
	lines, err := p.Visits.Chat(c.UserContext(), who, who.Context.Patient, id)
	if err != nil {
		return err
	}
	return c.JSON(list[telehealth.ChatLine]{Items: some(lines)})
}

func (p *Portal) joinSay(c *fiber.Ctx) error {
	who := edge.Principal(c)
	id, err := visitOf(who)
	if err != nil {
		return err
	}
	var in struct{ ID, Text string }
	if err := take(c, &in); err != nil {
		return err
	}
	line, err := p.Visits.Say(c.UserContext(), who, who.Context.Patient, id, in.ID, "", in.Text)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(line)
}

// joinSignal is the socket of the one visit.
func (p *Portal) joinSignal(c *fiber.Ctx) error {
	who, cookie := edge.Principal(c), edge.SessionCookie(c)
	id, err := visitOf(who)
	if err == nil {
		err = p.ownPage(c)
	}
	if err != nil {
		return err
	}
	return p.signalOf(c, who.Context.Patient, id, func(ctx context.Context) (identity.Principal, error) {
		again, err := p.Identity.PageOf(ctx, cookie)
		again.RequestID, again.Address = who.RequestID, who.Address
		return again, err
	})
}
