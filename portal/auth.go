package portal

import (
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity/login"
	"housecall/internal/identity/provider"
)

// browser is who does a step of a sign-in.
func (p *Portal) browser(c *fiber.Ctx) login.Browser {
	return login.Browser{
		Cookie: c.Cookies(p.Identity.BrowserCookieName()), Session: c.Cookies(p.Identity.CookieName()), Device: c.Cookies(p.Identity.DeviceCookieName()),
		Address: edge.Address(c), UserAgent: c.Get(fiber.HeaderUserAgent),
	}
}

func (p *Portal) stepBrowser(c *fiber.Ctx) provider.Browser {
	b := p.browser(c)
	return provider.Browser{Cookie: b.Cookie, Device: b.Device, Address: b.Address, UserAgent: b.UserAgent}
}

func setCookies(c *fiber.Ctx, cookies []*http.Cookie) {
	for _, k := range cookies {
		c.Response().Header.Add(fiber.HeaderSetCookie, k.String())
	}
}

// navigate sends somebody's browser on. What went wrong is told by a word on the
// sign-in page: a person who navigates cannot read JSON.
func navigate(c *fiber.Ctx, r login.Redirect, err error) error {
	if err != nil {
		f := fault.Of(err)
		if f.Kind == fault.Internal {
			return err
		}
		why := f.Code
		if why == "" {
			why = f.Kind.String()
		}
		r.To = "/sign-in?why=" + url.QueryEscape(why)
	}
	setCookies(c, r.Cookies)
	return c.Redirect(r.To, fiber.StatusSeeOther)
}

func (p *Portal) beginLogin(c *fiber.Ctx) error {
	r, err := p.Login.Begin(c.UserContext(), p.browser(c), login.Ask{Issuer: c.Query("issuer"), Return: c.Query("return"), Request: c.Query("request")})
	return navigate(c, r, err)
}

func (p *Portal) callback(c *fiber.Ctx) error {
	q, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return fiber.ErrBadRequest
	}
	r, err := p.Login.Callback(c.UserContext(), p.browser(c), q)
	return navigate(c, r, err)
}

type signInOptions struct {
	Clinic  clinicName     `json:"clinic"`
	Issuers []login.Choice `json:"issuers"`
	provider.Options
}

type clinicName struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
}

func (p *Portal) signInOptions(c *fiber.Ctx) error {
	o, err := p.Provider.Options(c.UserContext(), p.stepBrowser(c), c.Query("request"))
	if err != nil {
		return err
	}
	o.Step = asked(o.Step)
	return c.JSON(signInOptions{Clinic: clinicName{p.Clinic.Name, p.Clinic.Phone}, Issuers: some(p.Login.Choices()), Options: o})
}

// take reads the JSON body of a step.
func take(c *fiber.Ctx, into any) error {
	if len(c.Body()) > 64<<10 {
		return fault.New(fault.TooLarge, "That is too large to be sent.")
	}
	if err := json.Unmarshal(c.Body(), into); err != nil {
		return fault.Wrap(fault.Invalid, "Something in what was sent is not right. Please check it.", err)
	}
	return nil
}

func step(c *fiber.Ctx, s provider.Step, err error) error {
	if err != nil {
		return err
	}
	return c.JSON(asked(s))
}

// asked words a step for the page. Setting codes up is asking for a code with the
// secret beside it.
func asked(s provider.Step) provider.Step {
	if s.Step == provider.StepEnroll {
		s.Step = provider.StepTOTP
	}
	return s
}

func (p *Portal) signInPassword(c *fiber.Ctx) error {
	var in struct{ Request, Email, Password string }
	if err := take(c, &in); err != nil {
		return err
	}
	s, err := p.Provider.Password(c.UserContext(), p.stepBrowser(c), in.Request, in.Email, in.Password)
	return step(c, s, err)
}

func (p *Portal) signInCode(c *fiber.Ctx) error {
	var in struct{ Request, Code string }
	if err := take(c, &in); err != nil {
		return err
	}
	s, err := p.Provider.TOTP(c.UserContext(), p.stepBrowser(c), in.Request, in.Code)
	return step(c, s, err)
}

func (p *Portal) signInPasskey(c *fiber.Ctx) error {
	var in struct{ Request string }
	if err := take(c, &in); err != nil {
		return err
	}
	options, err := p.Provider.PasskeyBegin(c.UserContext(), p.stepBrowser(c), in.Request)
	if err != nil {
		return err
	}
	return c.JSON(options)
}

func (p *Portal) signInPasskeyDone(c *fiber.Ctx) error {
	var in struct {
		Request    string
		Credential json.RawMessage
	}
	if err := take(c, &in); err != nil {
		return err
	}
	s, err := p.Provider.PasskeyFinish(c.UserContext(), p.stepBrowser(c), in.Request, in.Credential)
	return step(c, s, err)
}

// firstAdministrator makes the first account by the one-time link. Its secret
// for one-time codes is shown here, and asked for at the sign-in that follows.
func (p *Portal) firstAdministrator(c *fiber.Ctx) error {
	var in struct{ Token, Name, Email, Password string }
	if err := take(c, &in); err != nil {
		return err
	}
	_, e, err := p.Identity.First(c.UserContext(), in.Token, in.Name, in.Email, in.Password)
	return step(c, provider.Step{Next: "/auth/login?return=%2F", TOTP: &e}, err)
}

// logout ends the session everywhere and lets the browser forget all of it, but
// for the cookie by which it is known as a device: that opens nothing, and keeps
// others from slowing down its owner's next sign-in.
func (p *Portal) logout(c *fiber.Ctx) error {
	r, err := p.Login.Logout(c.UserContext(), p.browser(c))
	if err != nil {
		return err
	}
	setCookies(c, r.Cookies)
	c.Set("Clear-Site-Data", `"cache", "storage"`)
	return c.JSON(provider.Step{Next: r.To})
}

// linkOutside begins to link an account of an outside issuer with one's own. It
// is a write that a page of ours asks for, so that no other site can begin it.
func (p *Portal) linkOutside(c *fiber.Ctx) error {
	var in struct{ Issuer, Return string }
	if err := take(c, &in); err != nil {
		return err
	}
	if edge.SessionCookie(c) == "" {
		return fault.New(fault.Forbidden, "This can only be done in Housecall itself.").WithCode("session")
	}
	r, err := p.Login.BeginLink(c.UserContext(), p.browser(c), edge.Principal(c), in.Issuer, in.Return)
	if err != nil {
		return err
	}
	setCookies(c, r.Cookies)
	return c.JSON(provider.Step{Next: r.To})
}
