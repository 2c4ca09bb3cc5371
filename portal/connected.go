package portal

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
	"housecall/internal/identity/provider"
	"housecall/records/access"
)

// mountConnected hangs what people decide about apps of others.
func (p *Portal) mountConnected(api huma.API) {
	get(api, "/consents/{request}", "What an app asks for", p.consent)
	route(api, http.MethodPost, "/consents/{request}", "Let the app in, or refuse", p.decide)
	get(api, "/me/apps", "Apps that the own account let in", p.connectedApps)
	get(api, "/me/apps/{id}/reads", "What one of them did, newest first", p.appReads)
	route(api, http.MethodPatch, "/me/apps/{id}", "Leave an app only a part of what it may see and do", p.narrowApp)
	route(api, http.MethodDelete, "/me/apps/{id}", "Cut an app off at once", p.cutOff)
	get(api, "/charts/{patient}/launches", "Apps that can be started from the chart", p.launchables)
	route(api, http.MethodPost, "/charts/{patient}/launches", "Start an app from the chart", p.launch)
}

type consentIn struct {
	Request string `path:"request" maxLength:"64"`
}

// AppAsks is what an app asks for.
type AppAsks struct {
	App      string             `json:"app"`
	Site     string             `json:"site,omitempty" doc:"Host of the app; missing: it runs on the device"`
	Account  string             `json:"account" doc:"Who is signed in"`
	People   []AppPerson        `json:"people" doc:"Whose record it may be about; one is chosen. Empty: nobody's"`
	Launched bool               `json:"launched,omitempty" doc:"Started from that record"`
	Lines    []provider.AppLine `json:"lines"`
}

// AppPerson is somebody whose record an app is about.
type AppPerson struct {
	Patient   string `json:"patient"`
	Name      string `json:"name"`
	BirthDate string `json:"birthDate,omitempty"`
	Own       bool   `json:"own,omitempty" doc:"It is the record of who is signed in"`
}

func (p *Portal) consent(ctx context.Context, in *consentIn) (*body[AppAsks], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	asked, err := p.Provider.Asked(ctx, who, in.Request)
	if err != nil {
		return nil, err
	}
	out := AppAsks{App: asked.App, Site: asked.Site, Account: who.Name, Launched: asked.Launched, Lines: some(asked.Lines)}
	known, err := p.Records.Patients(ctx, who, asked.Patients)
	out.People = make([]AppPerson, len(known))
	for i, k := range known {
		out.People[i] = AppPerson{k.ID, k.Name, k.BirthDate, k.ID == who.Patient}
	}
	return &body[AppAsks]{out}, err
}

type decideIn struct {
	Request string `path:"request" maxLength:"64"`
	Body    struct {
		Allow   bool     `json:"allow"`
		Lines   []string `json:"lines,omitempty" maxItems:"500" doc:"Ids of what the person left ticked"`
		Patient string   `json:"patient,omitempty" maxLength:"64" doc:"Whose record it is about"`
	}
}

// Next says where the browser goes now.
type Next struct {
	Next string `json:"next"`
}

func (p *Portal) decide(ctx context.Context, in *decideIn) (*body[Next], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	next, err := p.Provider.Decide(ctx, who, in.Request, provider.Decision{Allow: in.Body.Allow, Lines: in.Body.Lines, Patient: in.Body.Patient})
	return &body[Next]{Next{next}}, err
}

// ConnectedApp is an app that somebody let in.
type ConnectedApp struct {
	ID         string             `json:"id"`
	Name       string             `json:"name"`
	For        string             `json:"for,omitempty" doc:"Name of the person whose record it is about"`
	Own        bool               `json:"own,omitempty" doc:"It is about the own record"`
	Lines      []provider.AppLine `json:"lines" doc:"What it may see and do"`
	Offline    bool               `json:"offline,omitempty" doc:"Keeps access while the person is away"`
	Since      time.Time          `json:"since"`
	LastUsedAt time.Time          `json:"lastUsedAt" doc:"When it last got a token; one lasts 15 minutes"`
}

func (p *Portal) connectedApps(ctx context.Context, _ *none) (*body[list[ConnectedApp]], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	found, err := p.Identity.ConnectedApps(ctx, who)
	if err != nil {
		return nil, err
	}
	items := []ConnectedApp{}
	for _, a := range found {
		o := ConnectedApp{ID: a.ID, Name: a.Name, Lines: some(provider.Held(a.Scopes)), Offline: a.Offline, Since: a.Since, LastUsedAt: a.LastAt,
			Own: a.Patient != "" && a.Patient == who.Patient}
		if a.Patient != "" {
			if o.For, err = p.Records.NameOf(ctx, who, a.Patient); err != nil {
				return nil, err
			}
		}
		items = append(items, o)
	}
	return &body[list[ConnectedApp]]{list[ConnectedApp]{Items: items}}, nil
}

type appReadsIn struct {
	ID string `path:"id" maxLength:"64"`
	Paging
}

func (p *Portal) appReads(ctx context.Context, in *appReadsIn) (*body[list[access.AppRead]], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	client, _, err := p.Identity.ConnectedApp(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Limit == 0 {
		in.Limit = 20
	}
	rows, next, err := p.Access.AppReads(ctx, who, client, in.Cursor, in.Limit)
	return &body[list[access.AppRead]]{list[access.AppRead]{Items: some(rows), Next: next}}, err
}

type narrowAppIn struct {
	ByID
	Body struct {
		Lines []string `json:"lines" maxItems:"500" doc:"Ids of the lines that are left; offline_access among them keeps access while the person is away"`
	}
}

// narrowApp needs no new proof, as cutOff does not: it only takes away.
func (p *Portal) narrowApp(ctx context.Context, in *narrowAppIn) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Provider.Narrow(ctx, who, in.ID, in.Body.Lines)
}

// cutOff needs no new proof: taking back is made easy, and harms nobody.
func (p *Portal) cutOff(ctx context.Context, in *ByID) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Identity.CutOff(ctx, who, in.ID)
}

type launchesIn struct {
	Patient string `path:"patient" maxLength:"64"`
}

func (p *Portal) launchables(ctx context.Context, in *launchesIn) (*body[list[provider.Launchable]], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.Access.MayConnect(ctx, who, in.Patient); err != nil {
		return nil, err
	}
	found, err := p.Provider.Launchables(ctx)
	return &body[list[provider.Launchable]]{list[provider.Launchable]{Items: some(found)}}, err
}

type launchIn struct {
	Patient string `path:"patient" maxLength:"64"`
	Body    struct {
		App       string `json:"app" minLength:"1" maxLength:"100"`
		Encounter string `json:"encounter,omitempty" maxLength:"64" doc:"Visit that the app is about"`
	}
}

// Launch is where the browser goes to start an app.
type Launch struct {
	URL string `json:"url" doc:"Address of the app, with iss and launch"`
}

func (p *Portal) launch(ctx context.Context, in *launchIn) (*body[Launch], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	if in.Body.Encounter != "" {
		// Read as everybody reads it: decided, and in the audit.
		if _, err := p.Records.Detail(ctx, edge.Who(ctx), in.Patient, "Encounter", in.Body.Encounter); err != nil {
			return nil, err
		}
	}
	url, err := p.Provider.Launch(ctx, who, in.Body.App, in.Patient, in.Body.Encounter)
	return &body[Launch]{Launch{url}}, err
}
