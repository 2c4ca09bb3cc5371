package login

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/identity/egress"
	"housecall/internal/identity/provider"
)

const (
	stateLife   = 30 * time.Minute
	discoverAge = time.Hour
	outsideTime = 15 * time.Second
)

// Deps is what the login rests on.
type Deps struct {
	DB       *db.DB
	Identity *identity.Service
	Provider *provider.Provider
	Issuers  []Issuer
	Now      func() time.Time // nil: the clock
}

// Login is the relying party.
type Login struct {
	db      *db.DB
	id      *identity.Service
	op      *provider.Provider
	now     func() time.Time
	own     *party
	parties []*party
	inside  *http.Client
	cancel  context.CancelFunc
	done    chan struct{}
}

// party is one issuer and our part as its client.
type party struct {
	Issuer
	client   *http.Client
	secret   func() string
	redirect string

	mu          sync.Mutex
	doc         *oidc.Provider
	read        time.Time
	style       oauth2.AuthStyle // how we prove ourselves to it
	backChannel bool             // it says when somebody signs out
}

// says tells whether the issuer, as it was read last, says when somebody signs out
// (OpenID Connect Back-Channel Logout 1.0 section 2.1).
func (p *party) says() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.backChannel
}

// New makes the relying party. It fetches nothing yet: an issuer that is away
// does not keep Housecall from starting.
func New(d Deps) (*Login, error) {
	switch {
	case d.DB == nil:
		return nil, errors.New("login: no database")
	case d.Identity == nil:
		return nil, errors.New("login: no identity service")
	case d.Provider == nil:
		return nil, errors.New("login: no provider")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	redirect := d.Identity.BaseURL() + "/auth/callback"
	inside := &http.Client{
		Transport: d.Provider.Transport(), Timeout: outsideTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	l := &Login{
		db: d.DB, id: d.Identity, op: d.Provider, now: d.Now, inside: inside,
		own: &party{
			Issuer: Issuer{Issuer: d.Provider.Issuer(), ClientID: provider.WebClient},
			client: inside, secret: d.Provider.WebSecret, redirect: redirect,
		},
	}
	for _, i := range d.Issuers {
		l.parties = append(l.parties, &party{Issuer: i, client: egress.Way{Private: i.AllowPrivate}.Client(), secret: func() string { return i.ClientSecret }, redirect: redirect})
	}
	return l, nil
}

// Choice is an outside issuer as the sign-in page offers it.
type Choice struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Issuer string `json:"-"` // its address, which links of accounts name
}

// Choices lists the outside issuers.
func (l *Login) Choices() []Choice {
	out := make([]Choice, 0, len(l.parties))
	for _, p := range l.parties {
		out = append(out, Choice{p.ID, p.Name, p.Issuer.Issuer})
	}
	return out
}

// Browser is who asks.
type Browser struct {
	Cookie    string // value of the cookie identity.BrowserCookieName
	Session   string // value of the session cookie
	Device    string // value of the cookie identity.DeviceCookieName
	Address   string
	UserAgent string
}

func (b Browser) from() identity.From { return identity.FromRequest(b.Address, b.UserAgent) }

// Redirect is where the browser goes next, and the cookies it gets.
type Redirect struct {
	To      string
	Cookies []*http.Cookie
}

// Ask is what a sign-in is for.
type Ask struct {
	Issuer  string // id of an outside issuer; empty: the built-in provider
	Return  string // local path to come back to
	Request string // sign-in request at the built-in provider that an outside issuer shall answer
}

// Begin begins a sign-in. With an outside issuer the built-in provider is asked
// first, inside the process, so that it can issue the session afterwards.
func (l *Login) Begin(ctx context.Context, b Browser, ask Ask) (Redirect, error) {
	var r Redirect
	if len(b.Cookie) != 43 {
		b.Cookie = identity.NewSecret()
		r.Cookies = append(r.Cookies, l.id.BrowserCookie(b.Cookie))
	}
	var err error
	if ask.Issuer == "" {
		r.To, err = l.ask(ctx, l.own, b, state{returnTo: LocalPath(ask.Return)})
		return r, err
	}
	p, err := l.party(ask.Issuer)
	if err != nil {
		return Redirect{}, err
	}
	if ask.Request == "" {
		if ask.Request, err = l.request(ctx, b, ask.Return); err != nil {
			return Redirect{}, err
		}
	}
	if len(ask.Request) != 43 || strings.ContainsRune(ask.Request, 0) {
		return Redirect{}, errState
	}
	r.To, err = l.ask(ctx, p, b, state{request: ask.Request})
	return r, err
}

// BeginLink sends somebody signed in to an outside issuer, to link the account
// there with the one here. It needs a fresh proof.
func (l *Login) BeginLink(ctx context.Context, b Browser, who identity.Principal, issuer, returnTo string) (Redirect, error) {
	if err := who.RequireRecent(l.now()); err != nil {
		return Redirect{}, err
	}
	p, err := l.party(issuer)
	if err != nil {
		return Redirect{}, err
	}
	var r Redirect
	if len(b.Cookie) != 43 {
		b.Cookie = identity.NewSecret()
		r.Cookies = append(r.Cookies, l.id.BrowserCookie(b.Cookie))
	}
	r.To, err = l.ask(ctx, p, b, state{returnTo: LocalPath(returnTo), link: who.Session})
	return r, err
}

// Unlink takes the links with an issuer away from somebody's account.
func (l *Login) Unlink(ctx context.Context, who identity.Principal, issuer string) error {
	p, err := l.party(issuer)
	if err != nil {
		return err
	}
	return l.id.UnlinkOutside(ctx, who, p.Issuer.Issuer, l.Trusted())
}

// Trusted lists the outside issuers that are set up.
func (l *Login) Trusted() (issuers []string) {
	for _, p := range l.parties {
		issuers = append(issuers, p.Issuer.Issuer)
	}
	return issuers
}

func (l *Login) party(id string) (*party, error) {
	for _, p := range l.parties {
		if p.ID == id {
			return p, nil
		}
	}
	return nil, fault.New(fault.NotFound, "This way to sign in is not available.")
}

// request opens a sign-in request at the built-in provider for this browser.
func (l *Login) request(ctx context.Context, b Browser, returnTo string) (string, error) {
	to, err := l.ask(ctx, l.own, b, state{returnTo: LocalPath(returnTo)}, oauth2.SetAuthURLParam("prompt", "login"))
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, to, nil)
	if err != nil {
		return "", err
	}
	req.AddCookie(&http.Cookie{Name: l.id.BrowserCookieName(), Value: b.Cookie})
	resp, err := l.inside.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	at, err := resp.Location()
	if err != nil || at.Query().Get("request") == "" {
		return "", errors.New("login: the built-in provider did not open a request")
	}
	return at.Query().Get("request"), nil
}

// state is what the answer of an issuer has to fit.
type state struct {
	issuer, nonce, verifier, returnTo, request, link string
}

// ask keeps a state for the browser and gives the address of the issuer.
func (l *Login) ask(ctx context.Context, p *party, b Browser, s state, opts ...oauth2.AuthCodeOption) (string, error) {
	cfg, _, err := p.config(ctx, l.now())
	if err != nil {
		return "", err
	}
	value := identity.NewSecret()
	s.nonce, s.verifier = identity.NewSecret(), oauth2.GenerateVerifier()
	err = l.db.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`INSERT INTO login_states (hash, browser, issuer, nonce, verifier, return_path, request, link, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			identity.SecretHash(value), identity.SecretHash(b.Cookie), p.ID, s.nonce, s.verifier, s.returnTo, s.request, s.link, l.now().Add(stateLife).UnixMicro())
		return err
	})
	if err != nil {
		return "", err
	}
	return cfg.AuthCodeURL(value, append(opts, oidc.Nonce(s.nonce), oauth2.S256ChallengeOption(s.verifier))...), nil
}

var errState = fault.New(fault.Gone, "This sign-in took too long or was begun in another browser. Please start again.").WithCode("expired")

// take gives a state once, to the browser it was made for.
func (l *Login) take(ctx context.Context, b Browser, value string) (s state, err error) {
	if len(value) != 43 || b.Cookie == "" {
		return s, errState
	}
	err = l.db.InTx(ctx, func(c *db.Conn) error {
		var expires int64
		err := c.QueryRow(`DELETE FROM login_states WHERE hash = ? AND browser = ? RETURNING issuer, nonce, verifier, return_path, request, link, expires_at`,
			identity.SecretHash(value), identity.SecretHash(b.Cookie)).
			Scan(&s.issuer, &s.nonce, &s.verifier, &s.returnTo, &s.request, &s.link, &expires)
		if errors.Is(err, sql.ErrNoRows) || (err == nil && expires <= l.now().UnixMicro()) {
			return errState
		}
		return err
	})
	return s, err
}

// config reads the issuer's discovery document, at most once an hour.
func (p *party) config(ctx context.Context, now time.Time) (*oauth2.Config, *oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.doc == nil || now.Sub(p.read) > discoverAge {
		// The provider keeps its context for fetching keys later on; the client
		// has the deadlines.
		doc, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.Issuer.Issuer)
		if err != nil {
			return nil, nil, fault.Wrap(fault.Unavailable, "The other sign-in service does not answer. Please try again later, or sign in another way.", err)
		}
		if u, err := url.Parse(doc.Endpoint().AuthURL); err != nil || u.Host == "" || (u.Scheme != "https" && !p.plain()) {
			return nil, nil, fault.Wrap(fault.Unavailable, "The other sign-in service is not set up right.", err)
		}
		var more struct {
			BackChannel bool     `json:"backchannel_logout_supported"`
			Methods     []string `json:"token_endpoint_auth_methods_supported"`
		}
		if err := doc.Claims(&more); err != nil {
			return nil, nil, fault.Wrap(fault.Unavailable, "The other sign-in service is not set up right.", err)
		}
		p.doc, p.read, p.backChannel, p.style = doc, now, more.BackChannel, p.proof(more.Methods)
	}
	at := p.doc.Endpoint()
	at.AuthStyle = p.style
	return &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.secret(), Endpoint: at, RedirectURL: p.redirect,
		Scopes: append([]string{oidc.ScopeOpenID}, p.Scopes...),
	}, p.doc, nil
}

// proof is how a secret is sent: in a header, unless the issuer names only the form
// (OpenID Connect Discovery 1.0 section 3). It is not tried out: a second try would
// hide what the first one was refused for.
func (p *party) proof(methods []string) oauth2.AuthStyle {
	if p.secret() == "" || (len(methods) > 0 && !slices.Contains(methods, "client_secret_basic")) {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

// plain tells whether the issuer may be on http.
func (p *party) plain() bool { return p.AllowPrivate || p.ID == "" }

// LocalPath gives the path if it leads to a page of ours, and / if not. Browsers
// read \ as /, and // or /\ at the start as another host.
func LocalPath(path string) string {
	if len(path) > 1000 || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsFunc(path, func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f }) {
		return "/"
	}
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" {
		return "/"
	}
	for _, p := range []string{"/auth/", "/oidc/", "/api/", "/sign-in"} {
		if strings.HasPrefix(u.Path, p) {
			return "/"
		}
	}
	return path
}
