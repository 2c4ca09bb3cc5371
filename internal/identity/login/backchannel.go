package login

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"housecall/internal/fault"
)

const (
	maxLogoutToken = 16 << 10
	logoutTokenAge = 5 * time.Minute
	logoutSkew     = time.Minute // by which an issuer's clock may be ahead
	logoutEvent    = "http://schemas.openid.net/event/backchannel-logout"
)

var errLogoutToken = fault.New(fault.Invalid, "This is not a logout token that can be taken.")

// logoutClaims are what we read of a logout token.
type logoutClaims struct {
	SID    string                     `json:"sid"`
	JTI    string                     `json:"jti"`
	Events map[string]json.RawMessage `json:"events"`
	Nonce  json.RawMessage            `json:"nonce"`
}

// OutsideLogout takes the word of an outside issuer that somebody signed out there
// (OpenID Connect Back-Channel Logout 1.0). It tells nothing of what it ended.
func (l *Login) OutsideLogout(ctx context.Context, issuer, raw string) error {
	p, err := l.party(issuer)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, outsideTime)
	defer cancel()
	subject, c, err := l.logoutToken(ctx, p, raw)
	if err != nil {
		return err
	}
	return l.id.LogoutOutside(ctx, p.ID, p.Issuer.Issuer, subject, c.SID, c.JTI)
}

// logoutToken checks a logout token as section 2.6 says: signed by the issuer, for
// us, young, about a logout, and nothing that could be an ID token.
func (l *Login) logoutToken(ctx context.Context, p *party, raw string) (subject string, c logoutClaims, err error) {
	if len(raw) > maxLogoutToken || !p.logoutType(raw) {
		return "", c, errLogoutToken
	}
	_, doc, err := p.config(ctx, l.now())
	if err != nil {
		return "", c, err
	}
	// Issuers of before the final specification leave out exp, so the age is what
	// bounds it, and exp where there is one.
	t, err := doc.Verifier(&oidc.Config{ClientID: p.ClientID, Now: l.now, SkipExpiryCheck: true}).Verify(ctx, raw)
	if err == nil {
		err = t.Claims(&c)
	}
	if err != nil {
		return "", c, fault.Wrap(errLogoutToken.Kind, errLogoutToken.Msg, err)
	}
	now := l.now()
	var about map[string]any
	switch {
	case t.IssuedAt.Before(now.Add(-logoutTokenAge)), t.IssuedAt.After(now.Add(logoutSkew)),
		!t.Expiry.IsZero() && !now.Before(t.Expiry),
		c.Nonce != nil,
		c.JTI == "" || len(c.JTI) > 500,
		t.Subject == "" && c.SID == "", len(c.SID) > maxSID,
		json.Unmarshal(c.Events[logoutEvent], &about) != nil || about == nil:
		return "", c, errLogoutToken
	}
	return t.Subject, c, nil
}

// logoutType: a logout token says that it is one (section 2.4), so that an ID token, an
// access token or an assertion is none. Some issuers call it a JWT, or nothing; they
// are believed where the site's setting says that they do.
func (p *party) logoutType(raw string) bool {
	head, _, _ := strings.Cut(raw, ".")
	b, err := base64.RawURLEncoding.DecodeString(head)
	var h struct {
		Typ string `json:"typ"`
	}
	if err != nil || json.Unmarshal(b, &h) != nil {
		return false
	}
	typ := strings.TrimPrefix(strings.ToLower(h.Typ), "application/")
	return typ == "logout+jwt" || p.LogoutJWT && (typ == "" || typ == "jwt")
}
