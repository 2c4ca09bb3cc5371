package login

import (
	"context"
	"net/url"
	"slices"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/identity/provider"
)

var (
	errRefused = fault.New(fault.Unauthenticated, "The sign-in was not finished. Please try again.").WithCode("refused")
	errAnswer  = fault.New(fault.Unauthenticated, "The answer of the sign-in service could not be trusted. Please try again.").WithCode("refused")
)

// Callback takes an issuer's answer. The built-in provider has set the session
// cookie by then; here it is made sure that this browser is the one that signed
// in. An outside issuer's answer goes on to the built-in provider.
func (l *Login) Callback(ctx context.Context, b Browser, q url.Values) (Redirect, error) {
	s, err := l.take(ctx, b, q.Get("state"))
	if err != nil {
		return Redirect{}, err
	}
	p := l.own
	if s.issuer != "" {
		if p, err = l.party(s.issuer); err != nil {
			return Redirect{}, err
		}
	}
	// RFC 9207 section 2.4; the built-in provider always names itself.
	if iss := q.Get("iss"); (iss != "" || p == l.own) && iss != p.Issuer.Issuer {
		return Redirect{}, l.refuse(ctx, b, p, errAnswer)
	}
	if q.Get("error") != "" || q.Get("code") == "" {
		return Redirect{}, l.refuse(ctx, b, p, errRefused)
	}
	token, err := l.exchange(ctx, p, s, q.Get("code"))
	if err != nil {
		return Redirect{}, l.refuse(ctx, b, p, err)
	}
	switch {
	case s.issuer == "":
		return l.home(ctx, b, s, token)
	case s.link != "":
		return l.link(ctx, b, p, s, token)
	}
	return l.outside(ctx, b, p, s, token)
}

// refuse keeps a sign-in that an issuer's answer did not allow.
func (l *Login) refuse(ctx context.Context, b Browser, p *party, reason error) error {
	return l.id.Refuse(ctx, identity.Act{Who: identity.Principal{Address: b.Address}, Action: "login", Outcome: "refused", Detail: "issuer:" + p.ID}, reason)
}

// claims are what we read of an ID token.
type claims struct {
	token         *oidc.IDToken
	all           map[string]any
	sid, acr, azp string
	refresh       string // refresh token; empty: none
	amr           []string
}

// exchange turns the code into a checked ID token.
func (l *Login) exchange(ctx context.Context, p *party, s state, code string) (claims, error) {
	ctx, cancel := context.WithTimeout(ctx, outsideTime)
	defer cancel()
	cfg, doc, err := p.config(ctx, l.now())
	if err != nil {
		return claims{}, err
	}
	untrusted := func(err error) (claims, error) {
		return claims{}, fault.Wrap(errAnswer.Kind, errAnswer.Msg, err).WithCode(errAnswer.Code)
	}
	ctx = oidc.ClientContext(ctx, p.client)
	t, err := cfg.Exchange(ctx, code, oauth2.VerifierOption(s.verifier))
	if err != nil {
		return untrusted(err)
	}
	raw, _ := t.Extra("id_token").(string)
	id, err := doc.Verifier(&oidc.Config{ClientID: p.ClientID, Now: l.now}).Verify(ctx, raw)
	if err != nil {
		return untrusted(err)
	}
	c := claims{token: id, refresh: t.RefreshToken}
	if id.Nonce != s.nonce {
		return claims{}, errAnswer
	}
	if err := id.Claims(&c.all); err != nil {
		return untrusted(err)
	}
	// A claim of an unexpected kind is as good as none.
	c.sid, _ = c.all["sid"].(string)
	c.acr, _ = c.all["acr"].(string)
	c.azp, _ = c.all["azp"].(string)
	if list, ok := c.all["amr"].([]any); ok {
		for _, v := range list {
			if w, ok := v.(string); ok {
				c.amr = append(c.amr, w)
			}
		}
	}
	// OpenID Connect Core 1.0 section 3.1.3.7, rules 4 and 5.
	if (c.azp != "" && c.azp != p.ClientID) || (len(id.Audience) > 1 && c.azp == "") {
		return claims{}, errAnswer
	}
	return c, nil
}

// home ends our own sign-in: the session of the cookie is the one of the ID token.
func (l *Login) home(ctx context.Context, b Browser, s state, c claims) (Redirect, error) {
	live, err := l.id.SessionFrom(ctx, b.Session, b.from(), false)
	if err != nil {
		return Redirect{}, err
	}
	if c.sid == "" || live.Principal.Session != c.sid || live.Account != c.token.Subject {
		return Redirect{}, errAnswer
	}
	return Redirect{To: LocalPath(s.returnTo)}, nil
}

func (l *Login) link(ctx context.Context, b Browser, p *party, s state, c claims) (Redirect, error) {
	live, err := l.id.SessionFrom(ctx, b.Session, b.from(), true)
	if err != nil {
		return Redirect{}, err
	}
	if live.Principal.Session != s.link {
		return Redirect{}, errState
	}
	if err := l.id.LinkOutside(ctx, live.Principal, p.Issuer.Issuer, c.token.Subject); err != nil {
		return Redirect{}, err
	}
	return Redirect{To: LocalPath(s.returnTo)}, nil
}

// outside finds the account that somebody linked with the outside one, and lets
// the built-in provider go on with it. What the issuer says of a second factor
// counts for one: amr (RFC 8176), or an acr that the site named.
func (l *Login) outside(ctx context.Context, b Browser, p *party, s state, c claims) (Redirect, error) {
	a, err := l.id.AccountOutside(ctx, p.Issuer.Issuer, c.token.Subject)
	if err != nil {
		return Redirect{}, l.refuse(ctx, b, p, err)
	}
	if err := l.applyRoles(ctx, p, a, c.all); err != nil {
		return Redirect{}, err
	}
	proof := identity.Password
	strong := slices.ContainsFunc(c.amr, func(m string) bool { return m == "mfa" || m == "otp" || m == "hwk" })
	if strong || (c.acr != "" && slices.Contains(p.ACR, c.acr)) {
		proof = identity.SecondFactor
	}
	step, err := l.op.Outside(ctx, provider.Browser{Cookie: b.Cookie, Address: b.Address, UserAgent: b.UserAgent},
		s.request, a, proof, known(c.amr), p.Issuer.Issuer, limit(c.acr))
	if err == nil {
		err = l.id.KeepOutside(ctx, l.vouches(p, s, a, c))
	}
	return Redirect{To: step.Next}, err
}

// known keeps the methods that RFC 8176 names; anything else is not ours to repeat.
func known(amr []string) []string {
	names := []string{"face", "fpt", "geo", "hwk", "iris", "kba", "mca", "mfa", "otp", "pin", "pop", "pwd", "rba", "retina", "sc", "sms", "swk", "tel", "user", "vbm", "wia"}
	return slices.DeleteFunc(slices.Clone(amr), func(m string) bool { return !slices.Contains(names, m) })
}

func limit(acr string) string {
	if len(acr) > 200 {
		return ""
	}
	return acr
}

// Logout ends the browser's session, with the tokens made in it, on every node.
func (l *Login) Logout(ctx context.Context, b Browser) (Redirect, error) {
	if b.Session != "" {
		if err := l.id.End(ctx, b.Session); err != nil {
			return Redirect{}, err
		}
	}
	r := Redirect{To: "/sign-in"}
	r.Cookies = append(r.Cookies, l.id.Cookie(""), l.id.BrowserCookie(""))
	return r, nil
}
