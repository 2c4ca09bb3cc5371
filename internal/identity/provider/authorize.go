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
	target := c.LoginURL(req.ID)
	if s.p.goOn(ctx, req, c, r.Data, v) {
		target = s.p.answerURL(req.ID)
	} else if slices.Contains(r.Data.Prompt, oidc.PromptNone) {
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
	scopes := slices.DeleteFunc(slices.Clone(a.Scopes), func(s string) bool {
		return (s == oidc.ScopeOfflineAccess && !c.row.Offline) || s == oidc.ScopePhone || s == oidc.ScopeAddress
	})
	if len(scopes) == 0 {
		return nil, oidc.ErrInvalidScope().WithDescription("none of the scopes can be given")
	}
	now := p.now()
	return &request{
		ID: identity.NewSecret(), Client: c.row.ID, RedirectURI: a.RedirectURI, State: a.State, Nonce: a.Nonce,
		Challenge: a.CodeChallenge, Scopes: strings.Join(scopes, " "), LoginHint: a.LoginHint,
		Audience: strings.Join(audience, " "), Launch: launch,
		CreatedAt: now.UnixMicro(), ExpiresAt: now.Add(requestLife).UnixMicro(),
	}, nil
}

// goOn tells whether the browser's session answers the request without asking
// the person again, and fills it in. An application of somebody else that wants
// more than to know who it is always shows itself on the sign-in page first; so
// does every native one, because any program on the device can claim to be it
// (RFC 8252, section 8.6).
func (p *Provider) goOn(ctx context.Context, req *request, c *client, a *oidc.AuthRequest, v visitor) bool {
	for _, prompt := range a.Prompt {
		if prompt != oidc.PromptNone {
			return false
		}
	}
	if v.session == "" || ((!c.row.FirstParty || c.row.Native) && !onlyIdentity(req.GetScopes())) {
		return false
	}
	live, err := p.id.Session(ctx, v.session, true)
	if err != nil {
		return false
	}
	proof, err := p.id.SessionProof(ctx, live.Principal.Session)
	if err != nil || (a.MaxAge != nil && p.now().Sub(proof.AuthAt) > time.Duration(*a.MaxAge)*time.Second) {
		return false
	}
	req.Account, req.Session, req.Proof = live.Account, live.Principal.Session, live.Proof
	req.ProvedAt, req.AMR, req.Issuer, req.ACR = proof.AuthAt.UnixMicro(), strings.Join(proof.AMR, " "), proof.Issuer, proof.ACR
	req.Device, req.Address = identity.DeviceWords(v.agent), live.Address
	req.DoneAt = p.now().UnixMicro()
	return true
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

func (p *Provider) answer(ctx context.Context, w http.ResponseWriter, id string, v visitor) (string, error) {
	req, err := p.find(ctx, id, v.browser)
	if err != nil {
		return "", err
	}
	if req.DoneAt == 0 {
		return p.base + "/sign-in?request=" + req.ID, nil
	}
	code := identity.NewSecret()
	now := p.now()
	err = p.db.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE auth_requests SET answered_at = ? WHERE id = ? AND answered_at = 0`, now.UnixMicro(), req.ID)
		if err == nil && n == 0 {
			return errExpired
		}
		return err
	})
	if err != nil {
		return "", err
	}
	if req.Session == "" {
		if err := p.startSession(ctx, w, req, v); err != nil {
			return "", err
		}
	} else if live, err := p.id.Session(ctx, v.session, false); err != nil || live.Principal.Session != req.Session {
		return "", errExpired // signed out, or somebody else in, since /authorize
	}
	err = p.db.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE auth_requests SET session = ?, code = ?, code_until = ? WHERE id = ?`,
			req.Session, identity.SecretHash(code), now.Add(codeLife).UnixMicro(), req.ID)
		return err
	})
	if err != nil {
		return "", err
	}
	u, err := url.Parse(req.RedirectURI)
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set("code", code)
	q.Set("iss", p.issuer) // RFC 9207: no mixing up of issuers
	if req.State != "" {
		q.Set("state", req.State)
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

func (p *Provider) startSession(ctx context.Context, w http.ResponseWriter, req *request, v visitor) error {
	id, cookie, err := p.id.StartSession(ctx, identity.NewSession{
		Account: req.Account, Proof: req.Proof, AMR: req.GetAMR(), Issuer: req.Issuer, ACR: req.ACR,
		ProvedAt: time.UnixMicro(req.ProvedAt), UserAgent: v.agent, Address: req.Address, Replaces: v.session,
	})
	if err != nil {
		return err
	}
	req.Session = id
	http.SetCookie(w, p.id.Cookie(cookie))
	device, err := p.id.Know(ctx, req.Account, v.device)
	if err != nil {
		return err
	}
	http.SetCookie(w, p.id.DeviceCookie(device))
	return nil
}
