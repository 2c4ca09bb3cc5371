package portal

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/zitadel/oidc/v3/pkg/oidc"

	"housecall/internal/identity/provider"
)

func (p *Portal) mountApps(api huma.API) {
	get(api, "/admin/apps", "Apps that may ask people or the clinic for records", p.apps)
	get(api, "/admin/apps/{id}", "One of them", p.app)
	create(api, "/admin/apps", "Register an app", p.addApp)
	route(api, http.MethodPut, "/admin/apps/{id}", "Say anew what an app is and may do", p.changeApp)
	route(api, http.MethodPost, "/admin/apps/{id}/secret", "Give an app a new secret, which is shown once", p.rotateAppSecret)
	route(api, http.MethodPost, "/admin/apps/{id}/disable", "Keep an app out; all that it was given ends at once", p.disableApp)
	route(api, http.MethodPost, "/admin/apps/{id}/enable", "Let an app in again", p.enableApp)
}

// AppSays is what an administrator says about an app.
type AppSays struct {
	Name       string   `json:"name" maxLength:"200"`
	Publisher  string   `json:"publisher,omitempty" maxLength:"200"`
	Homepage   string   `json:"homepage,omitempty" maxLength:"500"`
	LaunchURL  string   `json:"launchUrl,omitempty" maxLength:"500" doc:"Where it is opened from a chart"`
	Method     string   `json:"method" enum:"none,client_secret_basic,client_secret_post,private_key_jwt" doc:"How it proves itself"`
	Native     bool     `json:"native,omitempty" doc:"Installed on people's devices"`
	Redirects  []string `json:"redirects,omitempty" maxItems:"50"`
	PostLogout []string `json:"postLogout,omitempty" maxItems:"50"`
	LogoutURL  string   `json:"logoutUrl,omitempty" maxLength:"500" doc:"Where it is told that somebody signed out (backchannel_logout_uri)"`
	Scopes     []string `json:"scopes,omitempty" maxItems:"200"`
	Offline    bool     `json:"offline,omitempty" doc:"May have refresh tokens"`
	Backend    bool     `json:"backend,omitempty" doc:"Acts for itself (SMART Backend Services)"`
	Group      string   `json:"group,omitempty" maxLength:"64" doc:"Group of patients that an app which acts for itself works for; missing: all patients"`
	Keys       string   `json:"keys,omitempty" maxLength:"65536" doc:"JSON Web Key set with its public keys"`
	KeysURL    string   `json:"keysUrl,omitempty" maxLength:"500" doc:"or where that is"`
}

// RegisteredApp is an app in the registry.
type RegisteredApp struct {
	ID string `json:"id" doc:"Its client_id"`
	AppSays
	Kind      string     `json:"kind" enum:"public,symmetric,asymmetric"`
	Own       bool       `json:"own" doc:"Housecall itself, which cannot be changed here"`
	Active    bool       `json:"active"`
	CreatedBy string     `json:"createdBy,omitempty"`
	CreatedAt time.Time  `json:"createdAt"`
	ChangedAt time.Time  `json:"changedAt"`
	SecretAt  *time.Time `json:"secretAt,omitempty"`
}

// AddedApp is an app with its secret, which is shown once.
type AddedApp struct {
	App    RegisteredApp `json:"app"`
	Secret string        `json:"secret,omitempty"`
}

// AppSecret is a new secret, which is shown once.
type AppSecret struct {
	Secret string `json:"secret"`
}

func (a AppSays) client() provider.Client {
	return provider.Client{
		Name: a.Name, Publisher: a.Publisher, Homepage: a.Homepage, LaunchURL: a.LaunchURL, LogoutURL: a.LogoutURL, AuthMethod: oidc.AuthMethod(a.Method), Native: a.Native,
		Redirects: a.Redirects, PostLogout: a.PostLogout, Scopes: a.Scopes, Offline: a.Offline, Backend: a.Backend, Group: a.Group, Keys: a.Keys, KeysURL: a.KeysURL,
	}
}

func registered(r provider.Registered) RegisteredApp {
	out := RegisteredApp{
		ID: r.ID, Kind: r.Kind(), Own: r.FirstParty, Active: r.Active, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, ChangedAt: r.ChangedAt,
		AppSays: AppSays{
			Name: r.Name, Publisher: r.Publisher, Homepage: r.Homepage, LaunchURL: r.LaunchURL, LogoutURL: r.LogoutURL, Method: string(r.AuthMethod), Native: r.Native,
			Redirects: r.Redirects, PostLogout: r.PostLogout, Scopes: r.Scopes, Offline: r.Offline, Backend: r.Backend, Group: r.Group, Keys: r.Keys, KeysURL: r.KeysURL,
		},
	}
	if !r.SecretAt.IsZero() {
		out.SecretAt = &r.SecretAt
	}
	return out
}

type appIn struct {
	ID string `path:"id" maxLength:"100"`
}

type changeAppIn struct {
	ID   string `path:"id" maxLength:"100"`
	Body AppSays
}

func (p *Portal) apps(ctx context.Context, in *Paging) (*body[list[RegisteredApp]], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	if in.Limit == 0 {
		in.Limit = 50
	}
	found, next, err := p.Provider.Apps(ctx, who, in.Cursor, in.Limit)
	items := []RegisteredApp{}
	for _, a := range found {
		items = append(items, registered(a))
	}
	return &body[list[RegisteredApp]]{list[RegisteredApp]{items, next}}, err
}

func (p *Portal) app(ctx context.Context, in *appIn) (*body[RegisteredApp], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	a, err := p.Provider.App(ctx, who, in.ID)
	return &body[RegisteredApp]{registered(a)}, err
}

func (p *Portal) addApp(ctx context.Context, in *body[AppSays]) (*body[AddedApp], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	a, secret, err := p.Provider.AddApp(ctx, who, in.Body.client())
	return &body[AddedApp]{AddedApp{registered(a), secret}}, err
}

func (p *Portal) changeApp(ctx context.Context, in *changeAppIn) (*body[RegisteredApp], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	a, err := p.Provider.ChangeApp(ctx, who, in.ID, in.Body.client())
	return &body[RegisteredApp]{registered(a)}, err
}

func (p *Portal) rotateAppSecret(ctx context.Context, in *appIn) (*body[AppSecret], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	secret, err := p.Provider.RotateAppSecret(ctx, who, in.ID)
	return &body[AppSecret]{AppSecret{secret}}, err
}

func (p *Portal) disableApp(ctx context.Context, in *appIn) (*body[RegisteredApp], error) {
	return p.switchApp(ctx, in.ID, false)
}

func (p *Portal) enableApp(ctx context.Context, in *appIn) (*body[RegisteredApp], error) {
	return p.switchApp(ctx, in.ID, true)
}

func (p *Portal) switchApp(ctx context.Context, id string, on bool) (*body[RegisteredApp], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	a, err := p.Provider.EnableApp(ctx, who, id, on)
	return &body[RegisteredApp]{registered(a)}, err
}
