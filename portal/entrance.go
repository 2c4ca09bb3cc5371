package portal

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"housecall/internal/identity"
	"housecall/internal/identity/provider"
)

// mountEntrance hangs what people do who hold a one-time link, and have no session
// yet. The link's secret comes in the body: addresses are written into logs.
func (p *Portal) mountEntrance(app *fiber.App) {
	app.Post("/auth/invitation/look", p.entranceLook)
	app.Post("/auth/invitation/confirm", p.entranceConfirm)
	app.Post("/auth/invitation/passkey", p.entrancePasskey)
	app.Post("/auth/invitation/finish", p.entranceFinish)
	app.Post("/auth/verify", p.verifyAddress)
	app.Post("/auth/reset/ask", p.resetAsk)
	app.Post("/auth/reset/finish", p.resetFinish)
	app.Post("/auth/enroll/passkey/begin", p.enrollPasskey)
	app.Post("/auth/enroll/passkey/finish", p.enrollPasskeyDone)
}

type entranceLook struct {
	Purpose   string     `json:"purpose"`
	Staff     bool       `json:"staff"`
	BirthDate bool       `json:"birthDate"`
	TriesLeft int        `json:"triesLeft"`
	Clinic    clinicName `json:"clinic"`
}

func (p *Portal) entranceLook(c *fiber.Ctx) error {
	var in struct{ Token string }
	if err := take(c, &in); err != nil {
		return err
	}
	e, err := p.Identity.LookIn(c.UserContext(), in.Token)
	if err != nil {
		return err
	}
	return c.JSON(entranceLook{string(e.Purpose), e.Staff, e.BirthDate, e.TriesLeft, clinicName{p.Clinic.Name, p.Clinic.Phone}})
}

type entranceGuest struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Passkeys bool   `json:"passkeys"`
}

// entranceConfirm takes the date of birth. The browser gets the cookie of a
// sign-in under way, to which the link is bound from then on.
func (p *Portal) entranceConfirm(c *fiber.Ctx) error {
	var in struct{ Token, BirthDate string }
	if err := take(c, &in); err != nil {
		return err
	}
	b := p.browser(c)
	if len(b.Cookie) != 43 {
		b.Cookie = identity.NewSecret()
	}
	g, err := p.Identity.Confirm(c.UserContext(), in.Token, in.BirthDate, b.Cookie, b.Address)
	if err != nil {
		return err
	}
	setCookies(c, []*http.Cookie{p.Identity.BrowserCookie(b.Cookie)})
	return c.JSON(entranceGuest{g.Name, g.Email, g.Passkeys})
}

func (p *Portal) entrancePasskey(c *fiber.Ctx) error {
	var in struct{ Token string }
	if err := take(c, &in); err != nil {
		return err
	}
	options, err := p.Identity.EntrancePasskey(c.UserContext(), in.Token, p.browser(c).Cookie)
	if err != nil {
		return err
	}
	return c.JSON(options)
}

func (p *Portal) entranceFinish(c *fiber.Ctx) error {
	var in struct {
		Token, Password, Email string
		Credential             json.RawMessage
	}
	if err := take(c, &in); err != nil {
		return err
	}
	b := p.browser(c)
	e, err := p.Identity.Enter(c.UserContext(), in.Token, b.Cookie, identity.Choice{
		Credential: in.Credential, Password: in.Password, Email: in.Email, UserAgent: b.UserAgent, Address: b.Address, Replaces: b.Session,
	})
	if err != nil {
		return err
	}
	if e.Cookie == "" { // staff with a password set up their second step at the sign-in
		return c.JSON(provider.Step{Next: "/auth/login?return=%2Fwelcome"})
	}
	device, err := p.Identity.Know(c.UserContext(), e.Account.ID, b.Device)
	if err != nil {
		return err
	}
	setCookies(c, []*http.Cookie{p.Identity.Cookie(e.Cookie), p.Identity.DeviceCookie(device)})
	return c.JSON(provider.Step{Next: "/welcome"}) // where they are offered recovery codes
}

func (p *Portal) verifyAddress(c *fiber.Ctx) error {
	var in struct{ Token string }
	if err := take(c, &in); err != nil {
		return err
	}
	if err := p.Identity.Verify(c.UserContext(), in.Token); err != nil {
		return err
	}
	return c.JSON(provider.Step{})
}

// resetAsk gives the same answer to everybody.
func (p *Portal) resetAsk(c *fiber.Ctx) error {
	var in struct{ Email string }
	if err := take(c, &in); err != nil {
		return err
	}
	if err := p.Identity.AskReset(c.UserContext(), in.Email, p.browser(c).Address); err != nil {
		return err
	}
	return c.JSON(provider.Step{})
}

func (p *Portal) resetFinish(c *fiber.Ctx) error {
	var in struct{ Token, Password string }
	if err := take(c, &in); err != nil {
		return err
	}
	if err := p.Identity.ResetPassword(c.UserContext(), in.Token, in.Password); err != nil {
		return err
	}
	return c.JSON(provider.Step{Next: "/auth/login?return=%2F"})
}

func (p *Portal) enrollPasskey(c *fiber.Ctx) error {
	var in struct{ Request string }
	if err := take(c, &in); err != nil {
		return err
	}
	options, err := p.Provider.EnrollPasskeyBegin(c.UserContext(), p.stepBrowser(c), in.Request)
	if err != nil {
		return err
	}
	return c.JSON(options)
}

func (p *Portal) enrollPasskeyDone(c *fiber.Ctx) error {
	var in struct {
		Request    string
		Credential json.RawMessage
	}
	if err := take(c, &in); err != nil {
		return err
	}
	s, err := p.Provider.EnrollPasskeyFinish(c.UserContext(), p.stepBrowser(c), in.Request, in.Credential)
	return step(c, s, err)
}

func (p *Portal) mountSafety(api huma.API) {
	get(api, "/me/recovery-codes", "How many recovery codes are left", p.recoveryCodes)
	route(api, http.MethodPost, "/me/recovery-codes", "Make new recovery codes; those before end", p.newRecoveryCodes)
	get(api, "/me/address", "The own e-mail address, and whether it was confirmed", p.address)
	route(api, http.MethodPost, "/me/address", "Ask for another e-mail address", p.changeAddress)
	route(api, http.MethodPost, "/me/address/verify", "Have the link mailed that confirms the address", p.askVerify)
}

// CodesLeft says how many recovery codes can still be used.
type CodesLeft struct {
	Left int `json:"left"`
}

func (p *Portal) recoveryCodes(ctx context.Context, _ *none) (*body[CodesLeft], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	left, err := p.Identity.RecoveryCodes(ctx, who)
	return &body[CodesLeft]{CodesLeft{left}}, err
}

// Codes are recovery codes, shown once.
type Codes struct {
	Codes []string `json:"codes"`
}

func (p *Portal) newRecoveryCodes(ctx context.Context, _ *none) (*body[Codes], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	codes, err := p.Identity.NewRecoveryCodes(ctx, who)
	return &body[Codes]{Codes{some(codes)}}, err
}

// Address is the e-mail address of an account.
type Address struct {
	Email    string `json:"email"`
	Verified bool   `json:"verified" doc:"Somebody used a link that was mailed there"`
	Mail     bool   `json:"mail" doc:"Whether this site sends mail at all"`
}

func (p *Portal) address(ctx context.Context, _ *none) (*body[Address], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	a, err := p.Identity.AccountByID(ctx, who.Account)
	return &body[Address]{Address{a.Email, a.Verified, p.Identity.Mails()}}, err
}

type addressIn struct {
	Body struct {
		Email string `json:"email" maxLength:"254"`
	}
}

func (p *Portal) changeAddress(ctx context.Context, in *addressIn) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Identity.ChangeAddress(ctx, who, in.Body.Email)
}

func (p *Portal) askVerify(ctx context.Context, _ *none) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Identity.VerifyAddress(ctx, who)
}
