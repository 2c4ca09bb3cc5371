package provider

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Authorize begins a sign-in. The library has checked client, redirect address,
// scopes and response type; what it leaves open is closed here.
func (s *server) Authorize(ctx context.Context, r *op.ClientRequest[oidc.AuthRequest]) (*op.Redirect, error) {
	c, ok := r.Client.(*client)
	if !ok {
		return nil, oidc.ErrServerError().WithDescription("unknown kind of client")
	}
	req, err := s.p.newRequest(c, r.Data, r.Form)
	if err != nil {
		return nil, err
	}
	v := visitorOf(ctx)
	header := http.Header{}
	if len(v.browser) != 43 {
		v.browser = identity.NewSecret()
		header.Add("Set-Cookie", s.p.id.BrowserCookie(v.browser).String())
	}
	req.Browser = identity.SecretHash(v.browser)
	if launch := r.Form.Get("launch"); launch != "" {
		if err := s.p.useLaunch(ctx, req, launch); err != nil {
			return nil, err
		}
	}
	target := c.LoginURL(req.ID)
	silent := slices.Contains(r.Data.Prompt, oidc.PromptNone)
	who, ok := s.p.goOn(ctx, req, c, r.Data, v)
	switch {
	case ok:
		target = s.p.answerURL(req.ID)
		if req.Consent != consentOpen || !silent {
			break
		}
		if ok, err = s.p.recall(ctx, req, c, who); err != nil {
			return nil, oidc.ErrServerError().WithParent(err)
		}
		if !ok { // OpenID Connect Core 1.0 section 3.1.2.6
			return nil, &oidc.Error{ErrorType: "consent_required", Description: "the person has not agreed to this yet"}
		}
	case silent:
		return nil, oidc.ErrLoginRequired()
	}
	if err := s.p.db.InTx(ctx, func(c *db.Conn) error { return c.ORM.Create(req).Error }); err != nil {
		return nil, oidc.ErrServerError().WithParent(err)
	}
	redirect := op.NewRedirect(target)
	redirect.Header = header
	return redirect, nil
}

func (p *Provider) answerURL(id string) string {
	return p.issuer + "/authorize/callback?id=" + url.QueryEscape(id)
}

// newRequest checks what a client asks: S256 is not optional, for nobody
// (RFC 9700 section 2.1.1); aud names this server (SMART App Launch 2.2 section
// 2.0.4); nothing is longer than it needs to be.
func (p *Provider) newRequest(c *client, a *oidc.AuthRequest, form url.Values) (*request, error) {
	bad := func(why string) error { return oidc.ErrInvalidRequest().WithDescription("%s", why) }
	if a.CodeChallengeMethod != oidc.CodeChallengeMethodS256 || len(a.CodeChallenge) != 43 {
		return nil, bad("PKCE with code_challenge_method S256 is required")
	}
	if a.ResponseMode != "" && a.ResponseMode != oidc.ResponseModeQuery {
		a.ResponseMode = "" // the refusal itself goes by query
		return nil, bad("the only response_mode is query")
	}
	if a.RequestParam != "" || form.Get("request_uri") != "" {
		return nil, oidc.ErrRequestNotSupported()
	}
	audience, launch := form["aud"], form.Get("launch")
	for _, one := range audience {
		if one = strings.TrimSuffix(one, "/"); one != p.base+"/fhir" && one != p.base {
			return nil, bad("aud is not this server")
		}
	}
	total := len(a.State) + len(a.Nonce) + len(a.LoginHint) + len(launch) + len(strings.Join(a.Scopes, " "))
	for _, v := range append([]string{a.State, a.Nonce, a.LoginHint, launch, a.RedirectURI}, a.Scopes...) {
		if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' }) {
			return nil, bad("a parameter holds signs that it may not")
		}
	}
	if total > 8000 || len(audience) > 4 {
		return nil, bad("a parameter is too long")
	}
	var scopes []string
	for _, s := range a.Scopes {
		if !slices.Contains(scopes, s) && givable(s, c, launch != "") {
			scopes = append(scopes, s)
		}
	}
	if len(scopes) == 0 {
		return nil, oidc.ErrInvalidScope().WithDescription("none of the scopes can be given")
	}
	if len(audience) == 0 && !c.row.FirstParty && slices.ContainsFunc(scopes, func(s string) bool { _, ok := parseWish(s); return ok }) {
		return nil, bad("aud is missing: it is the address of the FHIR server")
	}
	now := p.now()
	r := &request{
		ID: identity.NewSecret(), Client: c.row.ID, RedirectURI: a.RedirectURI, State: a.State, Nonce: a.Nonce,
		Challenge: a.CodeChallenge, Scopes: strings.Join(scopes, " "), LoginHint: a.LoginHint,
		Audience: strings.Join(audience, " "), Again: slices.Contains(a.Prompt, oidc.PromptConsent),
		CreatedAt: now.UnixMicro(), ExpiresAt: now.Add(requestLife).UnixMicro(),
	}
	if c.row.FirstParty {
		r.Consent, r.Granted = consentGiven, r.Scopes
	}
	return r, nil
}

// givable tells which scopes a person may be asked for at all: system/ scopes are
// for backend services, and launch means something only to an app that was started
// from a chart.
func givable(s string, c *client, launched bool) bool {
	switch s {
	case oidc.ScopeOfflineAccess:
		return c.row.Offline
	case oidc.ScopePhone, oidc.ScopeAddress, "online_access":
		return false
	case scopeLaunch, scopeLaunchVisit:
		return launched
	}
	return !strings.HasPrefix(s, "system/")
}

// goOn tells whether the browser's session answers the request without a new
// proof, and fills it in. What an application of somebody else then gets is a
// question of its own (recall, and the consent page). Our own native application
// asks for no consent, so whoever wants more than to know who it is signs in to it
// each time: any program on the device can claim to be it (RFC 8252, section 8.6).
func (p *Provider) goOn(ctx context.Context, req *request, c *client, a *oidc.AuthRequest, v visitor) (identity.Principal, bool) {
	nobody := identity.Principal{}
	for _, prompt := range a.Prompt {
		if prompt != oidc.PromptNone && prompt != oidc.PromptConsent {
			return nobody, false
		}
	}
	if v.session == "" || (c.row.FirstParty && c.row.Native && !onlyIdentity(req.asked())) {
		return nobody, false
	}
	live, err := p.id.SessionFrom(ctx, v.session, v.from(), true)
	if err != nil || live.Elsewhere { // a proof that was given elsewhere answers for nobody here
		return nobody, false
	}
	proof, err := p.id.SessionProof(ctx, live.Principal.Session)
	if err != nil || (a.MaxAge != nil && p.now().Sub(proof.AuthAt) > time.Duration(*a.MaxAge)*time.Second) {
		return nobody, false
	}
	req.Account, req.Session, req.Proof = live.Account, live.Principal.Session, live.Proof
	req.ProvedAt, req.AMR, req.Issuer, req.ACR = proof.AuthAt.UnixMicro(), strings.Join(proof.AMR, " "), proof.Issuer, proof.ACR
	req.Device, req.Address = identity.DeviceWords(v.agent), live.Address
	req.DoneAt = p.now().UnixMicro()
	return live.Principal, true
}

func onlyIdentity(scopes []string) bool {
	for _, s := range scopes {
		if s != oidc.ScopeOpenID && s != oidc.ScopeProfile && s != oidc.ScopeEmail {
			return false
		}
	}
	return true
}

// callback answers a request whose person has proved who they are: once, and
// only in the browser that began it. Here the browser gets its session.
func (p *Provider) callback(w http.ResponseWriter, r *http.Request) {
	ctx, v := r.Context(), visitorOf(r.Context())
	target, err := p.answer(ctx, w, r.URL.Query().Get("id"), v)
	if err != nil {
		if fault.Is(err, fault.Internal) {
			slog.Error("a sign-in could not be answered", "err", err)
		}
		target = p.base + "/sign-in?problem=expired"
	}
	http.Redirect(w, r, target, http.StatusFound)
}

// answer gives where the browser goes next: to the sign-in page, to the consent
// page, or back to the application with a code or with a refusal.
func (p *Provider) answer(ctx context.Context, w http.ResponseWriter, id string, v visitor) (string, error) {
	req, err := p.find(ctx, id, v.browser)
	if err != nil {
		return "", err
	}
	if req.DoneAt == 0 {
		return p.base + "/sign-in?request=" + req.ID, nil
	}
	who, err := p.open(ctx, w, req, v)
	if err != nil {
		return "", err
	}
	c, err := p.clientByID(ctx, req.Client)
	if err != nil {
		return "", err
	}
	if req.LaunchedBy != "" && req.LaunchedBy != req.Account {
		req.Consent = consentRefused // somebody else started the app
	}
	if req.Consent == consentOpen {
		if ok, err := p.recall(ctx, req, c, who); err != nil || !ok {
			return p.base + "/consent?request=" + req.ID, err
		}
	}
	if c.row.FirstParty && slices.Contains(req.GetScopes(), scopeLaunchPatient) {
		req.Patient = who.Patient
	}
	code, now := identity.NewSecret(), p.now()
	err = p.db.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE auth_requests SET answered_at = ?, consent = ?, granted = ?, patient = ?, code = ?, code_until = ? WHERE id = ? AND answered_at = 0`,
			now.UnixMicro(), req.Consent, req.Granted, req.Patient, identity.SecretHash(code), now.Add(codeLife).UnixMicro(), req.ID)
		if err == nil && n == 0 {
			return errExpired
		}
		return err
	})
	if err != nil {
		return "", err
	}
	if req.Consent != consentGiven {
		return p.back(req, "error", "access_denied")
	}
	return p.back(req, "code", code)
}

// back is the address of the application, with what it is told.
func (p *Provider) back(req *request, name, value string) (string, error) {
	u, err := url.Parse(req.RedirectURI)
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set(name, value)
	q.Set("iss", p.issuer) // RFC 9207: no mixing up of issuers
	if req.State != "" {
		q.Set("state", req.State)
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// open gives the browser the session of the sign-in, once. Whoever comes again is
// still the one who is signed in.
func (p *Provider) open(ctx context.Context, w http.ResponseWriter, req *request, v visitor) (identity.Principal, error) {
	if req.Session != "" {
		live, err := p.id.SessionFrom(ctx, v.session, v.from(), false)
		if err != nil || live.Principal.Session != req.Session {
			return identity.Principal{}, errExpired // signed out, or somebody else in, since then
		}
		return live.Principal, nil
	}
	err := p.db.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE auth_requests SET opened_at = ? WHERE id = ? AND opened_at = 0`, p.now().UnixMicro(), req.ID)
		if err == nil && n == 0 {
			return errExpired
		}
		return err
	})
	if err != nil {
		return identity.Principal{}, err
	}
	id, cookie, err := p.id.StartSession(ctx, identity.NewSession{
		Account: req.Account, Proof: req.Proof, AMR: req.GetAMR(), Issuer: req.Issuer, Request: req.ID, ACR: req.ACR,
		ProvedAt: time.UnixMicro(req.ProvedAt), UserAgent: v.agent, Address: req.Address, Replaces: v.session,
	})
	if err != nil {
		return identity.Principal{}, err
	}
	http.SetCookie(w, p.id.Cookie(cookie))
	req.Session = id
	err = p.db.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE auth_requests SET session = ? WHERE id = ?`, id, req.ID)
		return err
	})
	if err != nil {
		return identity.Principal{}, err
	}
	device, err := p.id.Know(ctx, req.Account, v.device)
	if err != nil {
		return identity.Principal{}, err
	}
	http.SetCookie(w, p.id.DeviceCookie(device))
	live, err := p.id.SessionFrom(ctx, cookie, v.from(), false)
	return live.Principal, err
}
