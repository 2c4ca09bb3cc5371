package portal

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
)

// mountAccount hangs what people do with their own account.
func (p *Portal) mountAccount(api huma.API) {
	get(api, "/me", "Who is signed in, and whose charts they may open", p.me)
	route(api, http.MethodPatch, "/me", "Change the own name or language", p.changeMe)
	route(api, http.MethodPost, "/session/extend", "Stay signed in", p.extend)
	get(api, "/me/sessions", "Where somebody is signed in", p.places)
	route(api, http.MethodDelete, "/me/sessions/{id}", "Sign a browser or app out", p.endPlace)
	get(api, "/me/passkeys", "The own passkeys", p.passkeys)
	route(api, http.MethodPost, "/me/passkeys/begin", "Begin to add a passkey", p.passkeyBegin)
	route(api, http.MethodPost, "/me/passkeys/finish", "Add the passkey", p.passkeyFinish)
	route(api, http.MethodPatch, "/me/passkeys/{id}", "Rename a passkey", p.passkeyRename)
	route(api, http.MethodDelete, "/me/passkeys/{id}", "Remove a passkey", p.passkeyDelete)
	get(api, "/me/outside", "Outside issuers, and which the own account is linked with", p.otherWays)
	route(api, http.MethodDelete, "/me/outside/{id}", "Unlink the own account from an outside issuer", p.unlinkOutside)
	get(api, "/me/totp", "Whether one-time codes are set up", p.totp)
	route(api, http.MethodPost, "/me/totp/begin", "Begin to set up one-time codes", p.totpBegin)
	route(api, http.MethodPost, "/me/totp/finish", "Set up one-time codes", p.totpFinish)
	route(api, http.MethodDelete, "/me/totp", "Turn one-time codes off", p.totpRemove)
	route(api, http.MethodPost, "/me/password", "Change the own password", p.changePassword)
	route(api, http.MethodPost, "/step-up/passkey/begin", "Begin to prove again who it is", p.stepUpPasskeyBegin)
	route(api, http.MethodPost, "/step-up/passkey/finish", "Prove it with a passkey", p.stepUpPasskey)
	route(api, http.MethodPost, "/step-up/totp", "Prove it with a one-time code", p.stepUpCode)
	route(api, http.MethodPost, "/step-up/password", "Prove it with the password", p.stepUpPassword)
}

// Me is who is signed in.
type Me struct {
	Account Account   `json:"account"`
	People  []Subject `json:"people" doc:"Charts that this person may open as patient or caregiver, the own one first"`
	Session *Session  `json:"session,omitempty" doc:"Missing with an access token"`
	CSRF    string    `json:"csrf" doc:"To be sent as X-CSRF-Token with every write"`
	Clinic  Clinic    `json:"clinic"`
	Version string    `json:"version"`
	// InboxUnread counts threads, for staff who answer messages.
	InboxUnread int `json:"inboxUnread,omitempty" doc:"Threads of one's inbox with something unread"`
}

// Account is somebody's account as they see it.
type Account struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Email        string   `json:"email"`
	Kind         string   `json:"kind" enum:"person,staff,system"`
	Roles        []string `json:"roles"`
	Locale       string   `json:"locale" enum:"en,es,"`
	Practitioner string   `json:"practitioner,omitempty"`
}

// Session says how long somebody stays signed in.
type Session struct {
	IdleSeconds   int       `json:"idleSeconds"`
	IdleExpiresAt time.Time `json:"idleExpiresAt"`
	ExpiresAt     time.Time `json:"expiresAt"`
	WarnSeconds   int       `json:"warnSeconds"`
	KeepKey       string    `json:"keepKey" doc:"What the browser seals unsent texts with, 32 bytes in base64: AES-256-GCM. It belongs to the account and is in no storage of the browser"`
}

// Subject is a chart that somebody may open as its patient or as a caregiver.
type Subject struct {
	Patient   string        `json:"patient"`
	Name      string        `json:"name"`
	Given     string        `json:"given"`
	BirthDate string        `json:"birthDate"`
	Age       *records.Age  `json:"age,omitempty"`
	Sex       string        `json:"sex"`
	Relation  string        `json:"relation" doc:"self, or what the person is to the viewer: mother, child, .."`
	Deceased  bool          `json:"deceased,omitempty"`
	Grant     *SubjectGrant `json:"grant,omitempty"`
	Unread    int           `json:"unread" doc:"Messages that the viewer has not read"`
}

// SubjectGrant is what a caregiver was given.
type SubjectGrant struct {
	ID       string     `json:"id"`
	Relation string     `json:"relation"`
	Until    time.Time  `json:"until"`
	Sees     []string   `json:"sees"`
	Hides    []string   `json:"hides"`
	Can      []string   `json:"can"`
	From     *time.Time `json:"from,omitempty"`
}

// warn is how long before a session idles out its page says so.
const warn = 2 * time.Minute

func (p *Portal) me(ctx context.Context, _ *none) (*body[Me], error) {
	who := edge.Who(ctx)
	out := Me{
		Account: Account{ID: who.Account, Name: who.Name, Kind: "system", Roles: []string{}, Locale: who.Locale, Practitioner: who.Practitioner},
		Clinic:  p.Clinic, Version: p.Version,
	}
	for _, r := range who.Roles {
		out.Account.Roles = append(out.Account.Roles, string(r))
	}
	if who.Kind == identity.Person || who.Kind == identity.Staff {
		a, err := p.Identity.AccountByID(ctx, who.Account)
		if err != nil {
			return nil, err
		}
		out.Account.Name, out.Account.Email, out.Account.Locale, out.Account.Kind = a.Name, a.Email, a.Locale, "person"
		if a.Kind == identity.Staff {
			out.Account.Kind = "staff"
		}
		if !who.HasScope("email") { // an app that was not given the address
			out.Account.Email = ""
		}
	}
	if cookie := cookieOf(ctx); cookie != "" {
		x, err := p.Identity.Session(ctx, cookie, false)
		if err != nil {
			return nil, err
		}
		out.CSRF = p.Identity.CSRF(x.Principal.Session)
		out.Session = &Session{IdleSeconds: int(identity.SessionIdle.Seconds()), WarnSeconds: int(warn.Seconds()), IdleExpiresAt: x.IdleExpiresAt, ExpiresAt: x.ExpiresAt, KeepKey: p.keepKey(who.Account)}
	}
	var err error
	if out.People, err = p.people(ctx, who); err != nil {
		return nil, err
	}
	err = p.unread(ctx, who, &out)
	return &body[Me]{out}, err
}

// keepKey is the key for what a tab keeps of an account until the clinic has it. It
// is the same after signing in again, or a text would be lost with a session, and stays
// so until the site key that it is of is retired.
func (p *Portal) keepKey(account string) string {
	h := hmac.New(sha256.New, p.Key.Oldest().Derive("portal unsent texts", 32))
	h.Write([]byte(account))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// people lists the charts that somebody may open, with the words for a list of
// people.
func (p *Portal) people(ctx context.Context, who identity.Principal) ([]Subject, error) {
	list, err := p.Records.Subjects(ctx, who)
	out := make([]Subject, 0, len(list))
	for _, s := range list {
		k := s.Patient
		o := Subject{Patient: k.ID, Name: k.Name, Given: k.Given, BirthDate: k.BirthDate, Age: k.Age, Sex: k.Sex, Relation: s.Relation, Deceased: k.Deceased != ""}
		if s.Grant != nil {
			o.Grant = p.subjectGrant(s.Grant)
		}
		out = append(out, o)
	}
	return out, err
}

func (p *Portal) subjectGrant(g *access.Grant) *SubjectGrant {
	see, can, sensitive := g.SeesAt(p.Now())
	return &SubjectGrant{ID: g.ID, Relation: g.Relation, Until: g.End, Sees: see.Words(), Hides: hides(sensitive), Can: can.Words(), From: &g.Start}
}

func hides(sensitive bool) []string {
	if sensitive {
		return []string{}
	}
	return []string{"sensitive"}
}

type changeMeIn struct {
	Body struct {
		Name   *string `json:"name,omitempty" maxLength:"200"`
		Locale *string `json:"locale,omitempty" enum:"en,es,"`
	}
}

func (p *Portal) changeMe(ctx context.Context, in *changeMeIn) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Identity.SetProfile(ctx, who, in.Body.Name, in.Body.Locale)
}

// Life is how long a session goes on.
type Life struct {
	IdleExpiresAt time.Time `json:"idleExpiresAt"`
	ExpiresAt     time.Time `json:"expiresAt"`
}

func (p *Portal) extend(ctx context.Context, _ *none) (*body[Life], error) {
	if _, err := owner(ctx); err != nil {
		return nil, err
	}
	x, err := p.Identity.Extend(ctx, cookieOf(ctx))
	return &body[Life]{Life{x.IdleExpiresAt, x.ExpiresAt}}, err
}

// Place is a browser or app somebody is signed in on.
type Place struct {
	ID         string    `json:"id"`
	Current    bool      `json:"current"`
	Device     string    `json:"device"`
	App        string    `json:"app,omitempty"`
	CreatedAt  time.Time `json:"createdAt"`
	LastSeenAt time.Time `json:"lastSeenAt"`
	Address    string    `json:"address,omitempty"`
}

func (p *Portal) places(ctx context.Context, _ *none) (*body[list[Place]], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	items := []Place{}
	found, err := p.Identity.Places(ctx, who)
	for _, x := range found {
		items = append(items, Place(x))
	}
	return &body[list[Place]]{list[Place]{Items: items}}, err
}

// ByID names one thing of a list.
type ByID struct {
	ID string `path:"id" maxLength:"64"`
}

func (p *Portal) endPlace(ctx context.Context, in *ByID) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Identity.EndPlace(ctx, who, in.ID)
}
