package provider

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"housecall/internal/db"
	"housecall/internal/identity"
)

// ClientCredentialsExchange gives a backend service a token for itself (SMART App
// Launch 2.2, section 4): with the scopes it asks for, all of which were
// authorized before, and without a refresh token.
func (s *server) ClientCredentialsExchange(ctx context.Context, r *op.ClientRequest[oidc.ClientCredentialsRequest]) (*op.Response, error) {
	c, ok := r.Client.(*client)
	if !ok || !c.row.Backend || c.row.AuthMethod != oidc.AuthMethodPrivateKeyJWT {
		return nil, oidc.ErrUnauthorizedClient().WithDescription("the client is not registered as a backend service")
	}
	scopes, err := c.systemScopes(r.Data.Scope)
	if err != nil {
		return nil, err
	}
	var t identity.Tokens
	err = s.p.db.InTx(ctx, func(tx *db.Conn) (err error) {
		if t, err = s.p.id.SystemTokenTx(tx, c.row.ID, scopes, visitorOf(ctx).address); err != nil {
			return err
		}
		who := identity.Principal{
			Kind: identity.System, Account: c.row.ID, Name: c.row.Name, Client: c.row.ID, ClientName: c.row.Name,
			Scopes: scopes, Address: visitorOf(ctx).address,
		}
		return s.p.id.RecordTx(tx, identity.Act{Who: who, Action: "login", Detail: "client:" + c.row.ID})
	})
	if err != nil {
		return nil, oidc.ErrServerError().WithParent(err)
	}
	out := op.NewResponse(&oidc.AccessTokenResponse{
		AccessToken: t.Access, TokenType: oidc.BearerToken, Scope: scopes,
		ExpiresIn: uint64(t.ExpiresAt.Sub(s.p.now()).Round(time.Second).Seconds()),
	})
	out.Header.Set("Pragma", "no-cache")
	return out, nil
}

// systemScopes are those asked for, in order, when each was authorized before.
func (c *client) systemScopes(asked []string) ([]string, error) {
	scopes := slices.Clone(asked)
	slices.Sort(scopes)
	scopes = slices.DeleteFunc(slices.Compact(scopes), func(s string) bool { return s == "" })
	if len(scopes) == 0 || len(scopes) > 200 {
		return nil, oidc.ErrInvalidScope().WithDescription("ask for scopes like system/Observation.rs")
	}
	for _, s := range scopes {
		if !strings.HasPrefix(s, "system/") || !allows(c.scopes, s) {
			return nil, oidc.ErrInvalidScope().WithDescription("a scope was not authorized for this client")
		}
	}
	return scopes, nil
}

// JWTProfile is not offered: an assertion proves who a client is and is no grant.
func (s *server) JWTProfile(context.Context, *op.Request[oidc.JWTProfileGrantRequest]) (*op.Response, error) {
	return nil, oidc.ErrUnsupportedGrantType()
}
