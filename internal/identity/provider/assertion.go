package provider

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/zitadel/oidc/v3/pkg/oidc"

	"housecall/internal/db"
	"housecall/internal/identity"
)

const (
	assertionLife = 5 * time.Minute
	clockSkew     = 10 * time.Second // by which a client's clock may be ahead
	maxAssertion  = 8 << 10
)

// assertion is what a client signed to prove who it is (RFC 7523 section 2.2,
// SMART App Launch 2.2 section 5.2). Nothing of it is to be believed before
// checkAssertion.
type assertion struct {
	token  *jwt.JSONWebToken
	header jose.Header
	claims jwt.Claims
}

func unproved(why string) *oidc.Error { return oidc.ErrInvalidClient().WithDescription("%s", why) }

func readAssertion(raw string) (*assertion, error) {
	if len(raw) > maxAssertion {
		return nil, unproved("the assertion is too long")
	}
	t, err := jwt.ParseSigned(raw, assertionAlgorithms)
	if err != nil || len(t.Headers) != 1 {
		return nil, unproved("the assertion is no JWT signed with " + strings.Join(AssertionAlgorithms(), ", "))
	}
	a := &assertion{token: t, header: t.Headers[0]}
	if err := t.UnsafeClaimsWithoutVerification(&a.claims); err != nil {
		return nil, unproved("the claims of the assertion cannot be read")
	}
	return a, nil
}

// checkAssertion believes the assertion, or says why not. It is used up by that.
func (p *Provider) checkAssertion(ctx context.Context, c *client, a *assertion) error {
	if err := p.checkClaims(c, a); err != nil {
		return err
	}
	if err := p.checkSignature(ctx, c, a); err != nil {
		return err
	}
	// Nodes share what was used, so that none of them takes what another took.
	var n int64
	err := p.db.InTx(ctx, func(tx *db.Conn) (err error) {
		n, err = tx.Exec(`INSERT INTO client_assertions (hash, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING`,
			identity.SecretHash(c.row.ID+"\x00"+a.claims.ID), a.claims.Expiry.Time().UnixMicro())
		return err
	})
	switch {
	case err != nil:
		return oidc.ErrServerError().WithParent(err)
	case n == 0:
		return unproved("the assertion was used before: each has a jti of its own")
	}
	return nil
}

func (p *Provider) checkClaims(c *client, a *assertion) error {
	now := p.now()
	typ, _ := a.header.ExtraHeaders[jose.HeaderType].(string)
	switch cl := a.claims; {
	case !strings.EqualFold(typ, "JWT"):
		return unproved("typ of the assertion must be JWT")
	case a.header.KeyID == "":
		return unproved("the assertion names no kid")
	case cl.Issuer != c.row.ID || cl.Subject != c.row.ID:
		return unproved("iss and sub must both be the client_id")
	case len(cl.Audience) != 1 || (cl.Audience[0] != p.issuer+"/token" && cl.Audience[0] != p.issuer):
		// For one alone: nobody else who got it can hand it on to us.
		return unproved("aud must be the address of the token endpoint")
	case cl.Expiry == nil || !now.Before(cl.Expiry.Time()):
		return unproved("the assertion has expired, or does not say when it does")
	case cl.Expiry.Time().After(now.Add(assertionLife + clockSkew)):
		return unproved("exp must be no more than five minutes ahead")
	case cl.NotBefore != nil && cl.NotBefore.Time().After(now.Add(clockSkew)), cl.IssuedAt != nil && cl.IssuedAt.Time().After(now.Add(clockSkew)):
		return unproved("the assertion is not valid yet")
	case cl.ID == "" || len(cl.ID) > 255:
		return unproved("the assertion needs a jti of at most 255 signs")
	}
	return nil
}

func (p *Provider) checkSignature(ctx context.Context, c *client, a *assertion) error {
	if jku, named := a.header.ExtraHeaders["jku"]; named && (c.row.KeysURL == "" || jku != any(c.row.KeysURL)) {
		return unproved("jku is not the registered address of the keys")
	}
	keys, err := p.keysOf(ctx, c, a.header.KeyID)
	if err != nil {
		return unproved("the keys of the client could not be read").WithParent(err)
	}
	keys = slices.DeleteFunc(keys, func(k jose.JSONWebKey) bool {
		return !fits(k, jose.SignatureAlgorithm(a.header.Algorithm))
	})
	if len(keys) == 0 {
		return unproved("the client has no key with this kid for this alg")
	}
	for _, k := range keys {
		var signed jwt.Claims
		if a.token.Claims(k.Key, &signed) == nil {
			return nil
		}
	}
	return unproved("the signature of the assertion is wrong")
}

func (p *Provider) keysOf(ctx context.Context, c *client, kid string) ([]jose.JSONWebKey, error) {
	if c.row.KeysURL != "" {
		return p.published.find(ctx, c.row.ID, c.row.KeysURL, kid)
	}
	keys, err := usableKeys([]byte(c.row.Keys))
	return byID(keys, kid), err
}
