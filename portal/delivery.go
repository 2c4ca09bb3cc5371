package portal

import (
	"context"
	"crypto/subtle"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

func (p *Portal) mountDelivery(app *fiber.App, api huma.API) {
	app.Post("/hooks/mail-bounces", edge.NewLimiter(20, 200, p.Now).Handler, p.bounced)
	get(api, "/admin/delivery", "How telling people goes, in numbers", p.delivery)
}

// stopOneTap is what mail programs ask for when somebody taps "unsubscribe" there
// (RFC 8058). Nobody is signed in; the link is all there is, and it can do nothing
// else.
func (p *Portal) stopOneTap(c *fiber.Ctx) error {
	if c.FormValue("List-Unsubscribe") != "One-Click" { // a preview that follows links does not send it
		return fault.New(fault.Invalid, "Something in what was sent is not right. Please check it.")
	}
	if err := p.Notices.StopMails(c.UserContext(), strings.Clone(c.Params("token")), true); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// Stopped is what a link of a mail ends.
type Stopped struct {
	Kind    string `json:"kind"`
	Stopped bool   `json:"stopped"`
}

func (p *Portal) stopLook(c *fiber.Ctx) error {
	var in struct{ Token string }
	if err := take(c, &in); err != nil {
		return err
	}
	return p.stopped(c, in.Token)
}

// stopChange ends mails of a kind, or takes that back.
func (p *Portal) stopChange(c *fiber.Ctx) error {
	var in struct {
		Token string
		Stop  bool
	}
	if err := take(c, &in); err != nil {
		return err
	}
	if err := p.Notices.StopMails(c.UserContext(), in.Token, in.Stop); err != nil {
		return err
	}
	return p.stopped(c, in.Token)
}

func (p *Portal) stopped(c *fiber.Ctx, token string) error {
	k, stopped, err := p.Notices.Stopped(c.UserContext(), token)
	if err != nil {
		return err
	}
	return c.JSON(Stopped{string(k), stopped})
}

// bounced takes the report of a mail that came back, as the mail server hands it on.
func (p *Portal) bounced(c *fiber.Ctx) error {
	token, ok := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
	if p.BounceToken == "" || !ok || subtle.ConstantTimeCompare([]byte(token), []byte(p.BounceToken)) != 1 {
		return fault.New(fault.NotFound, "We could not find that.")
	}
	if len(c.Body()) > 256<<10 {
		return fault.New(fault.TooLarge, "That is too large to be sent.")
	}
	if _, err := p.Notices.Bounced(c.UserContext(), c.Body()); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusAccepted) // whether we know the mail is not told
}

// Delivery is how telling people goes. It counts, and has nobody in it.
type Delivery struct {
	Since    time.Time         `json:"since"`
	Networks []DeliveryNetwork `json:"networks"`
	Counts   []DeliveryCount   `json:"counts"`
	Failures []DeliveryFailure `json:"failures"`
	Browsers int               `json:"browsers" doc:"That can be told"`
	Phones   int               `json:"phones"`
	Numbers  int               `json:"numbers"`
	Failing  int               `json:"failing" doc:"Mail addresses that servers say do not exist"`
	NoNumber int               `json:"noNumber" doc:"Telephone numbers that are dead"`
}

// DeliveryNetwork is one network.
type DeliveryNetwork struct {
	Name string `json:"name" enum:"webpush,apns,fcm,mail,sms"`
	On   bool   `json:"on"`
	Host string `json:"host,omitempty"`
	Dead int    `json:"dead" doc:"Places that were forgotten, because nobody was there any more"`
}

// DeliveryCount is how many of a kind are in one state.
type DeliveryCount struct {
	Network string `json:"network"`
	Kind    string `json:"kind"`
	State   string `json:"state" enum:"waits,underWay,sent,dropped,covered,refused,unknown,gathered,gone"`
	N       int    `json:"n"`
}

// DeliveryFailure is a class of failures.
type DeliveryFailure struct {
	Network string    `json:"network"`
	Class   string    `json:"class" enum:"later,unknown,refused,gone,setup,bounced"`
	Code    int       `json:"code" doc:"Of the network's protocol; 0: no answer"`
	N       int       `json:"n"`
	Last    time.Time `json:"last"`
}

type deliveryIn struct {
	Days int `query:"days" minimum:"1" maximum:"90" default:"7"`
}

func (p *Portal) delivery(ctx context.Context, in *deliveryIn) (*body[Delivery], error) {
	if who, err := owner(ctx); err != nil {
		return nil, err
	} else if !who.Is(identity.Admin) {
		return nil, fault.New(fault.Forbidden, "Only administrators can see this.").WithCode("role")
	}
	o, err := p.Notices.Overview(ctx, time.Now().AddDate(0, 0, -in.Days))
	if err != nil {
		return nil, err
	}
	out := Delivery{
		Since: o.Since.UTC(), Networks: []DeliveryNetwork{}, Counts: []DeliveryCount{}, Failures: []DeliveryFailure{},
		Browsers: o.Browsers, Phones: o.Phones, Numbers: o.Numbers, Failing: o.Failing, NoNumber: o.NoNumber,
	}
	for _, x := range o.Networks {
		out.Networks = append(out.Networks, DeliveryNetwork(x))
	}
	for _, x := range o.Counts {
		out.Counts = append(out.Counts, DeliveryCount(x))
	}
	for _, x := range o.Failures {
		out.Failures = append(out.Failures, DeliveryFailure(x))
	}
	return &body[Delivery]{out}, nil
}
