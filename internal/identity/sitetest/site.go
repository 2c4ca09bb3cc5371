// Package sitetest is a small site for tests of signing in: accounts, provider
// and relying party behind a real HTTP server, with the routes the portal has.
package sitetest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/identity/egress"
	"housecall/internal/identity/login"
	"housecall/internal/identity/provider"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
)

// Password fits every account the site makes.
const Password = "seven brown kettles"

// KeyAge is how old its signing keys become.
const KeyAge = 90 * 24 * time.Hour

// Site is a running site.
type Site struct {
	DB       *db.DB
	URL      string
	ID       *identity.Service
	Provider *provider.Provider
	Login    *login.Login
	t        testing.TB

	mu       sync.Mutex
	signOuts []error
}

func (s *Site) told(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signOuts = append(s.signOuts, err)
}

// SignOuts is what came of telling apps that sessions ended, since it was asked last.
func (s *Site) SignOuts() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.signOuts
	s.signOuts = nil
	return out
}

// Options is what a test may want otherwise.
type Options struct {
	Issuers []login.Issuer
	Now     func() time.Time // nil: the clock
	Of      *Site            // the first node of the site; nil: this is it
}

// New starts a site.
func New(t testing.TB, d *db.DB, issuers ...login.Issuer) *Site {
	t.Helper()
	return Start(t, d, Options{Issuers: issuers})
}

// Start starts a site, or one more node of one: it says the same of itself, and
// answers at an address of its own.
func Start(t testing.TB, d *db.DB, o Options) *Site {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	s := &Site{DB: d, URL: "http://localhost:" + port, t: t}
	base, newKeys := s.URL, SigningKeys()
	if o.Of != nil { // the first node has made the key to begin with
		base, newKeys = o.Of.ID.BaseURL(), provider.NewKey
	}
	feed := revoke.NewFeed(d)
	s.ID, err = identity.New(identity.Deps{HashKiB: HashKiB, DB: d, Key: sitekey.ForTest(), Revocations: feed, BaseURL: base, Now: o.Now})
	require.NoError(t, err)
	s.Provider, err = provider.New(provider.Deps{NewKey: newKeys, DB: d, Identity: s.ID, Key: sitekey.ForTest(), KeyAge: KeyAge, Now: o.Now, Apps: egress.Way{Private: true}.Client()})
	require.NoError(t, err)
	// What the job queue does later is done at once.
	s.Provider.TellApps(func(c *db.Conn, job provider.SignOut) error {
		c.After(func() { s.told(s.Provider.SignOut(context.Background(), job)) })
		return nil
	})
	require.NoError(t, s.Provider.Init(context.Background()))
	s.Login, err = login.New(login.Deps{DB: d, Identity: s.ID, Provider: s.Provider, Issuers: o.Issuers, Now: o.Now})
	require.NoError(t, err)
	require.NoError(t, feed.Start(context.Background()))
	srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: s.routes(), ReadHeaderTimeout: 5 * time.Second}}
	srv.Start()
	t.Cleanup(func() { srv.Close(); feed.Stop() })
	return s
}

func (s *Site) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/oidc/", s.Provider.Handler())
	mux.HandleFunc("GET /auth/login", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		to, err := s.Login.Begin(r.Context(), s.browser(r), login.Ask{Issuer: q.Get("issuer"), Return: q.Get("return"), Request: q.Get("request")})
		send(w, r, to, err)
	})
	mux.HandleFunc("GET /auth/link", func(w http.ResponseWriter, r *http.Request) {
		x, err := s.ID.Session(r.Context(), s.browser(r).Session, true)
		if err != nil {
			send(w, r, login.Redirect{}, err)
			return
		}
		to, err := s.Login.BeginLink(r.Context(), s.browser(r), x.Principal, r.URL.Query().Get("issuer"), "/account")
		send(w, r, to, err)
	})
	mux.HandleFunc("GET /auth/callback", func(w http.ResponseWriter, r *http.Request) {
		to, err := s.Login.Callback(r.Context(), s.browser(r), r.URL.Query())
		send(w, r, to, err)
	})
	mux.HandleFunc("POST /auth/logout", func(w http.ResponseWriter, r *http.Request) {
		to, err := s.Login.Logout(r.Context(), s.browser(r))
		send(w, r, to, err)
	})
	mux.HandleFunc("POST /auth/backchannel-logout/{issuer}", func(w http.ResponseWriter, r *http.Request) {
		if err := s.Login.OutsideLogout(r.Context(), r.PathValue("issuer"), r.PostFormValue("logout_token")); err != nil {
			send(w, r, login.Redirect{}, err)
		}
	})
	mux.HandleFunc("POST /auth/{step...}", s.step)
	mux.HandleFunc("GET /consents/{request}", func(w http.ResponseWriter, r *http.Request) {
		x, err := s.ID.Session(r.Context(), s.browser(r).Session, true)
		var out provider.Consent
		if err == nil {
			out, err = s.Provider.Asked(r.Context(), x.Principal, r.PathValue("request"))
		}
		answer(w, r, out, err)
	})
	mux.HandleFunc("POST /consents/{request}", func(w http.ResponseWriter, r *http.Request) {
		x, err := s.ID.Session(r.Context(), s.browser(r).Session, true)
		var in provider.Decision
		_ = json.NewDecoder(r.Body).Decode(&in)
		var out provider.Step
		if err == nil {
			out.Next, err = s.Provider.Decide(r.Context(), x.Principal, r.PathValue("request"), in)
		}
		answer(w, r, out, err)
	})
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, r *http.Request) {
		x, err := s.ID.Session(r.Context(), s.browser(r).Session, true)
		if err != nil {
			send(w, r, login.Redirect{}, err)
			return
		}
		_ = json.NewEncoder(w).Encode(x.Principal)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "page") })
	return mux
}

func (s *Site) browser(r *http.Request) login.Browser {
	b := login.Browser{Address: "192.0.2.7", UserAgent: r.UserAgent()}
	if c, err := r.Cookie(s.ID.BrowserCookieName()); err == nil {
		b.Cookie = c.Value
	}
	if c, err := r.Cookie(s.ID.CookieName()); err == nil {
		b.Session = c.Value
	}
	return b
}

func (s *Site) step(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Request, Email, Password, Code string
		Credential                     json.RawMessage
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	lb := s.browser(r)
	b := provider.Browser{Cookie: lb.Cookie, Address: lb.Address, UserAgent: lb.UserAgent}
	var out any
	var err error
	switch r.PathValue("step") {
	case "options":
		out, err = s.Provider.Options(r.Context(), b, in.Request)
	case "password":
		out, err = s.Provider.Password(r.Context(), b, in.Request, in.Email, in.Password)
	case "totp":
		out, err = s.Provider.TOTP(r.Context(), b, in.Request, in.Code)
	case "passkey/begin":
		out, err = s.Provider.PasskeyBegin(r.Context(), b, in.Request)
	case "passkey/finish":
		out, err = s.Provider.PasskeyFinish(r.Context(), b, in.Request, in.Credential)
	}
	answer(w, r, out, err)
}

func answer(w http.ResponseWriter, r *http.Request, out any, err error) {
	if err != nil {
		send(w, r, login.Redirect{}, err)
		return
	}
	_ = json.NewEncoder(w).Encode(out)
}

func send(w http.ResponseWriter, r *http.Request, to login.Redirect, err error) {
	if err != nil {
		f := fault.Of(err)
		w.WriteHeader(map[fault.Kind]int{fault.Unauthenticated: 401, fault.Forbidden: 403, fault.Gone: 410, fault.NotFound: 404, fault.TooMany: 429, fault.Conflict: 409, fault.Invalid: 400, fault.Unavailable: 503}[f.Kind] + map[bool]int{true: 500}[f.Kind == fault.Internal])
		_ = json.NewEncoder(w).Encode(map[string]string{"code": f.Code, "detail": f.Msg})
		return
	}
	for _, c := range to.Cookies {
		http.SetCookie(w, c)
	}
	http.Redirect(w, r, to.To, http.StatusFound)
}

// Person makes a patient's account.
func (s *Site) Person(email string) identity.Account {
	a, err := s.ID.CreateAccount(context.Background(), identity.NewAccount{Email: email, Name: "Ada Verne", Kind: identity.Person, Patient: "p-" + email, Locale: "es", Password: Password})
	require.NoError(s.t, err)
	return a
}

// Staff makes a clinician's account, without a second factor yet.
func (s *Site) Staff(email string) identity.Account {
	a, err := s.ID.CreateAccount(context.Background(), identity.NewAccount{Email: email, Name: "Dr. Lee", Kind: identity.Staff, Roles: []identity.Role{identity.Clinician}, Practitioner: "pr1", Password: Password})
	require.NoError(s.t, err)
	return a
}

// Browser is one browser: it has cookies and follows redirects by hand.
type Browser struct {
	*http.Client
	t testing.TB
}

// NewBrowser opens a browser.
func NewBrowser(t testing.TB) *Browser {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &Browser{&http.Client{
		Jar: jar, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, t}
}

// Answer is a page a browser came to.
type Answer struct {
	Status   int
	Location string
	Body     string
}

// Code is the machine word of a refusal.
func (a Answer) Code() string {
	var v struct{ Code string }
	_ = json.Unmarshal([]byte(a.Body), &v)
	return v.Code
}

func (b *Browser) do(req *http.Request) Answer {
	b.t.Helper()
	resp, err := b.Do(req)
	require.NoError(b.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(b.t, err)
	a := Answer{Status: resp.StatusCode, Body: string(body), Location: resp.Header.Get("Location")}
	if u, err := req.URL.Parse(a.Location); err == nil && a.Location != "" {
		a.Location = u.String()
	}
	return a
}

// Get reads one address and follows nothing.
func (b *Browser) Get(to string) Answer {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodGet, to, nil)
	require.NoError(b.t, err)
	return b.do(req)
}

// Follow goes on until there is no redirect, or until one leads to a prefix.
func (b *Browser) Follow(to string, until ...string) (string, Answer) {
	b.t.Helper()
	for range 15 {
		for _, u := range until {
			if strings.HasPrefix(to, u) {
				return to, Answer{}
			}
		}
		a := b.Get(to)
		if a.Location == "" {
			return to, a
		}
		to = a.Location
	}
	b.t.Fatal("too many redirects")
	return "", Answer{}
}

// Post sends JSON.
func (b *Browser) Post(to string, in, out any) Answer {
	b.t.Helper()
	body, err := json.Marshal(in)
	require.NoError(b.t, err)
	req, err := http.NewRequest(http.MethodPost, to, bytes.NewReader(body))
	require.NoError(b.t, err)
	req.Header.Set("Content-Type", "application/json")
	a := b.do(req)
	if out != nil && a.Status == http.StatusOK {
		require.NoError(b.t, json.Unmarshal([]byte(a.Body), out))
	}
	return a
}

// Consent says what somebody decides about an app on the consent page that the
// address names, and gives where the browser is sent then. No lines: all of them.
func (s *Site) Consent(b *Browser, at string, d provider.Decision) string {
	s.t.Helper()
	require.True(s.t, strings.HasPrefix(at, s.URL+"/consent?request="), at)
	page := s.URL + "/consents/" + Request(s.t, at)
	if d.Lines == nil || d.Patient == "" {
		var c provider.Consent
		require.NoError(s.t, json.Unmarshal([]byte(b.Get(page).Body), &c))
		if d.Lines == nil {
			for _, l := range c.Lines {
				d.Lines = append(d.Lines, l.ID)
			}
		}
		if d.Patient == "" && len(c.Patients) > 0 {
			d.Patient = c.Patients[0]
		}
	}
	var step provider.Step
	a := b.Post(page, d, &step)
	require.Equal(s.t, http.StatusOK, a.Status, a.Body)
	return b.Get(step.Next).Location
}

// Request gives the id of the sign-in that an address of the sign-in page names.
func Request(t testing.TB, at string) string {
	t.Helper()
	u, err := url.Parse(at)
	require.NoError(t, err)
	id := u.Query().Get("request")
	require.NotEmpty(t, id, at)
	return id
}

// SignIn signs a browser in with a password and gives where it ended.
func (s *Site) SignIn(b *Browser, email string) string {
	s.t.Helper()
	at, _ := b.Follow(s.URL + "/auth/login?return=/chart")
	var step provider.Step
	a := b.Post(s.URL+"/auth/password", map[string]string{"request": Request(s.t, at), "email": email, "password": Password}, &step)
	require.Equal(s.t, http.StatusOK, a.Status, a.Body)
	require.NotEmpty(s.t, step.Next, a.Body)
	at, _ = b.Follow(step.Next)
	return at
}

// Me is the principal a browser is signed in as.
func (s *Site) Me(b *Browser) (p identity.Principal, ok bool) {
	s.t.Helper()
	a := b.Get(s.URL + "/me")
	if a.Status != http.StatusOK {
		return p, false
	}
	require.NoError(s.t, json.Unmarshal([]byte(a.Body), &p))
	return p, true
}
