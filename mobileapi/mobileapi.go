package mobileapi

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"housecall/internal/db"
	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
	"housecall/records"
	"housecall/records/rest"
	"housecall/telehealth/message"
	"housecall/telehealth/request"
	"housecall/telehealth/schedule"
)

// Prefix is where the face lives.
const Prefix = "/mobile/v1"

// Clinic is how the clinic calls itself.
type Clinic struct {
	Name      string `json:"name"`
	Phone     string `json:"phone"`
	Emergency string `json:"emergency" doc:"Number for emergencies"`
	Crisis    string `json:"crisis"` // number for who may harm themselves
	Visit     string `json:"visit" doc:"Number by which a video visit goes on when its connection does not"`
	TimeZone  string `json:"timeZone" doc:"IANA name"`
}

// Release says which versions of the app a platform may have.
type Release struct {
	Minimum     string // older ones are refused; empty: none is
	Recommended string // older ones are told
	Store       string // where a newer one is
}

// ParseReleases reads what a setting says about versions of the app: platform,
// minimum, recommended and shop address for each, as in
// "ios 1.4.0 2.0.0 https://apps.example.org/ios; android 1.4.0 1.6.0".
func ParseReleases(s string) (map[string]Release, error) {
	out := map[string]Release{}
	for part := range strings.SplitSeq(s, ";") {
		f := strings.Fields(part)
		if len(f) == 0 {
			continue
		}
		if len(f) < 2 || len(f) > 4 || f[0] != "ios" && f[0] != "android" {
			return nil, errors.New("each part must be ios or android, and versions")
		}
		f = append(f, "", "")
		for _, v := range f[1:3] {
			if _, ok := parseVersion(v); v != "" && !ok {
				return nil, errors.New("a version looks like 1.4.0")
			}
		}
		if u, err := url.Parse(f[3]); f[3] != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
			return nil, errors.New("the address of a shop must begin with https://")
		}
		out[f[0]] = Release{Minimum: f[1], Recommended: f[2], Store: f[3]}
	}
	return out, nil
}

// Deps is what the face works with.
type Deps struct {
	DB       *db.DB
	Records  *records.Store
	Messages *message.Service
	Schedule *schedule.Service
	Requests *request.Service
	Accounts Accounts
	Bearer   edge.BearerFunc
	Calls    *edge.Limiter // nil: as many as of the portal
	Key      *sitekey.Ring
	Log      *slog.Logger
	Clinic   Clinic
	Releases map[string]Release // by platform: ios, android
	Version  string
	Now      func() time.Time
}

// Face answers /mobile/v1.
type Face struct {
	Deps
	digests *sitekey.Secret
}

// New makes the face.
func New(d Deps) (*Face, error) {
	if d.DB == nil || d.Records == nil || d.Messages == nil || d.Schedule == nil || d.Requests == nil || d.Accounts == nil || d.Bearer == nil {
		return nil, errors.New("mobileapi: a part is missing")
	}
	for platform, r := range d.Releases {
		for _, v := range []string{r.Minimum, r.Recommended} {
			if _, ok := parseVersion(v); v != "" && !ok {
				return nil, errors.New("the minimum and recommended version of " + platform + " look like 1.4.0")
			}
		}
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Calls == nil {
		d.Calls = edge.NewLimiter(50, 300, d.Now)
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	return &Face{d, d.Key.Secret("mobile commands")}, nil
}

// Mount hangs the routes on the app.
func (f *Face) Mount(app *fiber.App) {
	app.Use(Prefix, edge.Authenticate("", nil, f.Bearer))
	version := f.Version
	if version == "" {
		version = "unknown"
	}
	api := edge.NewAPI(app, Prefix, "Housecall for phones", version) // and its openapi.json, for everybody
	app.Use(Prefix, f.gate, edge.Required, f.Calls.Handler)
	huma.Register(api, huma.Operation{
		OperationID: "get-bootstrap", Method: fiber.MethodGet, Path: "/bootstrap",
		Summary: "Who is signed in, whose charts they may open, and whether the app is new enough",
	}, f.bootstrap)
	huma.Register(api, huma.Operation{
		OperationID: "pull", Method: fiber.MethodPost, Path: "/pull",
		Summary: "What happened in the charts that the phone holds",
	}, f.pull)
	huma.Register(api, huma.Operation{
		OperationID: "push", Method: fiber.MethodPost, Path: "/push",
		Summary: "Do what was asked for on the phone, each thing once",
	}, f.push)
	huma.Register(api, huma.Operation{
		OperationID: "register-device", Method: fiber.MethodPost, Path: "/devices", DefaultStatus: fiber.StatusNoContent,
		Summary: "Keep what the app says about the phone that it is on",
	}, f.register)
	huma.Register(api, huma.Operation{
		OperationID: "list-devices", Method: fiber.MethodGet, Path: "/devices",
		Summary: "Phones that this person is signed in on",
	}, f.devices)
	huma.Register(api, huma.Operation{
		OperationID: "remove-device", Method: fiber.MethodDelete, Path: "/devices/{id}", DefaultStatus: fiber.StatusNoContent,
		Summary: "Sign a phone out",
	}, f.removeDevice)
	f.mountMessages(api)
	app.Put(Prefix+"/charts/:patient/binaries/:id", rest.PutBinary(f.Records))
	app.Get(Prefix+"/charts/:patient/binaries/:id", rest.GetBinary(f.Records))
}

// gate refuses apps that are too old, before anything else: an old app that is
// let in would misread what it gets. The app says what it is as "ios 1.4.0".
func (f *Face) gate(c *fiber.Ctx) error {
	platform, version := appOf(c.Get("X-App"))
	r := f.Releases[platform]
	if r.Minimum == "" || newEnough(version, r.Minimum) {
		return c.Next()
	}
	p := edge.NewProblem(c, fault.New(fault.Invalid, "Please update the app to go on.").WithCode("update"))
	p.Status = fiber.StatusUpgradeRequired
	c.Status(p.Status)
	if r.Store != "" {
		c.Set(fiber.HeaderLink, "<"+r.Store+`>; rel="alternate"`)
	}
	if err := c.JSON(refusal{p, r.Store}); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, p.ContentType(""))
	return nil
}

type refusal struct {
	*edge.Problem
	Store string `json:"store,omitempty"`
}

func appOf(header string) (platform, version string) {
	platform, version, _ = strings.Cut(strings.TrimSpace(header), " ")
	return strings.ToLower(platform), version
}

// newEnough tells whether a version is the least one or newer. What cannot be
// read is not: an app of ours always says it right.
func newEnough(version, least string) bool {
	v, ok := parseVersion(version)
	m, _ := parseVersion(least)
	return ok && slices.Compare(v, m) >= 0
}

func parseVersion(s string) ([]int, bool) {
	parts := strings.Split(s, ".")
	if len(parts) > 3 {
		return nil, false
	}
	out := make([]int, 3)
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			return nil, false
		}
		out[i] = n
	}
	return out, true
}

// Bootstrap is what an app asks first.
type Bootstrap struct {
	Account Account  `json:"account"`
	People  []Person `json:"people" doc:"Charts that this person may open, the own one first"`
	Clinic  Clinic   `json:"clinic"`
	App     App      `json:"app"`
	Now     string   `json:"now" format:"date-time" doc:"The server's clock"`
	Version string   `json:"version"`
}

// Account is who is signed in.
type Account struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Kind   string   `json:"kind" enum:"person,staff"`
	Roles  []string `json:"roles"`
	Locale string   `json:"locale" enum:"en,es,"`
}

// Person is a chart that may be opened.
type Person struct {
	Patient   string       `json:"patient"`
	Name      string       `json:"name"`
	Given     string       `json:"given"`
	BirthDate string       `json:"birthDate"`
	Age       *records.Age `json:"age,omitempty"`
	Sex       string       `json:"sex"`
	Relation  string       `json:"relation" doc:"self, or what the person is to the caregiver"`
	Until     *time.Time   `json:"until,omitempty" doc:"End of what a caregiver was given"`
	Sees      []string     `json:"sees,omitempty" doc:"Parts of the record that a caregiver was given"`
	Joined    []string     `json:"joined,omitempty" doc:"Patients of other charts of the same person, which the clinic joined with this one: pulled each by itself, shown as one"`
}

// App says whether a newer app should be had.
type App struct {
	Minimum     string `json:"minimum,omitempty"`
	Recommended string `json:"recommended,omitempty"`
	Update      bool   `json:"update" doc:"A newer one is recommended"`
	Store       string `json:"store,omitempty"`
}

type bootstrapIn struct {
	App string `header:"X-App" maxLength:"60" doc:"Platform and version: ios 1.4.0"`
}

type bootstrapOut struct{ Body Bootstrap }

func (f *Face) bootstrap(ctx context.Context, in *bootstrapIn) (*bootstrapOut, error) {
	who, err := person(ctx)
	if err != nil {
		return nil, err
	}
	out := Bootstrap{
		Account: Account{ID: who.Account, Name: who.Name, Kind: "person", Roles: []string{}, Locale: who.Locale},
		Clinic:  f.Clinic, Now: f.Now().UTC().Format(time.RFC3339), Version: f.Version,
	}
	if who.Kind == identity.Staff {
		out.Account.Kind = "staff"
	}
	for _, r := range who.Roles {
		out.Account.Roles = append(out.Account.Roles, string(r))
	}
	platform, version := appOf(in.App)
	r := f.Releases[platform]
	out.App = App{Minimum: r.Minimum, Recommended: r.Recommended, Store: r.Store, Update: r.Recommended != "" && !newEnough(version, r.Recommended)}
	out.People, err = f.people(ctx, who)
	return &bootstrapOut{out}, err
}

func (f *Face) people(ctx context.Context, who identity.Principal) ([]Person, error) {
	list, err := f.Records.Subjects(ctx, who)
	if err != nil {
		return nil, err
	}
	out := make([]Person, 0, len(list))
	for _, s := range list {
		k := s.Patient
		o := Person{Patient: k.ID, Name: k.Name, Given: k.Given, BirthDate: k.BirthDate, Age: k.Age, Sex: k.Sex, Relation: s.Relation}
		if s.Grant != nil {
			see, _, _ := s.Grant.SeesAt(f.Now())
			o.Until, o.Sees = &s.Grant.End, see.Words()
		}
		o.Joined, err = f.Records.Beside(ctx, who, k.ID)
		if fault.Is(err, fault.NotFound) { // it ended since
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}
