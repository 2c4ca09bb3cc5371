package provider

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// VerifyClient lets a client in at the token and revocation endpoints. It stands
// in the place of the library's, which takes any secret of a client however it
// comes, and no assertion for grant_type=client_credentials.
func (s *server) VerifyClient(ctx context.Context, r *op.Request[op.ClientCredentials]) (op.Client, error) {
	c, err := s.p.authenticate(ctx, r.Data, r.Form, r.Header)
	if err != nil {
		return nil, refused(err)
	}
	return c, nil
}

// Introspect tells a confidential client about its tokens (RFC 7662 section 2.1:
// the endpoint is for nobody unknown).
func (s *server) Introspect(ctx context.Context, r *op.Request[op.IntrospectionRequest]) (*op.Response, error) {
	c, err := s.p.authenticate(ctx, r.Data.ClientCredentials, r.Form, r.Header)
	if err == nil && c.row.AuthMethod == oidc.AuthMethodNone {
		err = unproved("a public client cannot ask about tokens")
	}
	if err != nil {
		return nil, refused(err)
	}
	told := new(oidc.IntrospectionResponse)
	if err := s.Provider().Storage().SetIntrospectionFromToken(ctx, told, r.Data.Token, "", c.row.ID); err != nil {
		return op.NewResponse(new(oidc.IntrospectionResponse)), nil
	}
	told.Active = true
	return op.NewResponse(told), nil
}

// refused gives a refusal its status: 401 for who could not prove who they are
// (RFC 6749 section 5.2).
func refused(err error) error {
	var known *oidc.Error
	if errors.As(err, &known) && known.ErrorType == oidc.InvalidClient {
		return op.NewStatusError(known, http.StatusUnauthorized)
	}
	return err
}

// authenticate finds the client and proves who it is, in the one way in which it
// was registered: who has keys is not let in by a secret or by nothing.
func (p *Provider) authenticate(ctx context.Context, cc *op.ClientCredentials, form url.Values, header http.Header) (*client, error) {
	for name, values := range form {
		if len(values) > 1 { // RFC 6749 section 3.2
			return nil, oidc.ErrInvalidRequest().WithDescription("%q is given more than once", name)
		}
	}
	_, _, basic := (&http.Request{Header: header}).BasicAuth()
	if basic && (form.Has("client_secret") || form.Has("client_assertion")) {
		return nil, oidc.ErrInvalidRequest().WithDescription("client authentication must not use more than one method")
	}
	if basic && form.Get("client_id") != "" && form.Get("client_id") != cc.ClientID {
		return nil, oidc.ErrInvalidRequest().WithDescription("client_id is not that of the Authorization header")
	}
	id, used := cc.ClientID, oidc.AuthMethodNone
	var a *assertion
	switch {
	case cc.ClientAssertion != "":
		var err error
		if a, err = readAssertion(cc.ClientAssertion); err != nil {
			return nil, err
		}
		if id != "" && id != a.claims.Issuer {
			return nil, unproved("client_id is not that of the assertion")
		}
		id, used = a.claims.Issuer, oidc.AuthMethodPrivateKeyJWT
	case basic && cc.ClientSecret != "": // some public clients put their id there
		used = oidc.AuthMethodBasic
	case cc.ClientSecret != "":
		used = oidc.AuthMethodPost
	}
	c, err := p.clientByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if c.row.AuthMethod != used {
		return nil, unproved("the client is not registered to prove itself in this way")
	}
	switch used {
	case oidc.AuthMethodPrivateKeyJWT:
		err = p.checkAssertion(ctx, c, a)
	case oidc.AuthMethodBasic, oidc.AuthMethodPost:
		if !p.rightSecret(c, cc.ClientSecret) {
			err = unproved("wrong secret")
		}
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}
