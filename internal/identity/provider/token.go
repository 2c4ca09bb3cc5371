package provider

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// CodeExchange answers a code. The library would let a confidential client leave
// out the verifier; here nobody may. A code that comes a second time ends what
// it gave (RFC 6749 section 4.1.2), and one that came without its verifier was
// taken from somewhere and is used up.
func (s *server) CodeExchange(ctx context.Context, r *op.ClientRequest[oidc.AccessTokenRequest]) (*op.Response, error) {
	var req request
	err := s.p.db.Read(ctx).ORM.Where("code = ?", identity.SecretHash(r.Data.Code)).Take(&req).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || (err == nil && req.Client != r.Client.GetID()) {
		return nil, oidc.ErrInvalidGrant()
	}
	if err != nil {
		return nil, oidc.ErrServerError().WithParent(err)
	}
	if req.CodeUsedAt > 0 {
		if req.Family != "" {
			if err := s.p.id.RevokeFamily(ctx, req.Family); err != nil {
				return nil, oidc.ErrServerError().WithParent(err)
			}
		}
		return nil, oidc.ErrInvalidGrant().WithDescription("the code was used before")
	}
	verifier := r.Data.CodeVerifier
	if len(verifier) < 43 || len(verifier) > 128 || r.Data.RedirectURI != req.RedirectURI ||
		op.AuthorizeCodeChallenge(verifier, req.GetCodeChallenge()) != nil {
		err := s.p.db.InTx(ctx, func(c *db.Conn) error {
			_, err := c.Exec(`UPDATE auth_requests SET code_used_at = ? WHERE id = ? AND code_used_at = 0`, s.p.now().UnixMicro(), req.ID)
			return err
		})
		if err != nil {
			return nil, oidc.ErrServerError().WithParent(err)
		}
		return nil, oidc.ErrInvalidGrant().WithDescription("code_verifier or redirect_uri does not fit")
	}
	return s.tokens(ctx, &req, r.Client, r.Data.Code, "")
}

// RefreshToken answers a refresh token. Rotation and the finding of reuse are
// identity's.
func (s *server) RefreshToken(ctx context.Context, r *op.ClientRequest[oidc.RefreshTokenRequest]) (*op.Response, error) {
	f, err := s.p.id.Refreshable(ctx, r.Data.RefreshToken, r.Client.GetID())
	if errors.Is(err, identity.ErrRefresh) {
		return nil, oidc.ErrInvalidGrant()
	}
	if err != nil {
		return nil, oidc.ErrServerError().WithParent(err)
	}
	who, err := s.p.id.Standing(ctx, f.ID)
	if err == nil {
		var stands bool
		if stands, err = s.p.stands(ctx, who); err == nil && !stands {
			return nil, oidc.ErrInvalidGrant()
		}
	}
	if fault.Is(err, fault.Unauthenticated) {
		return nil, oidc.ErrInvalidGrant()
	}
	if err != nil {
		return nil, oidc.ErrServerError().WithParent(err)
	}
	req := &refresh{family: f, scopes: f.Scopes}
	if err := op.ValidateRefreshTokenScopes(r.Data.Scopes, req); err != nil {
		return nil, err
	}
	return s.tokens(ctx, req, r.Client, "", r.Data.RefreshToken)
}

func (s *server) tokens(ctx context.Context, req op.IDTokenRequest, c op.Client, code, current string) (*op.Response, error) {
	resp, err := op.CreateTokenResponse(ctx, req, c, s.Provider(), true, code, current)
	if err != nil {
		var known *oidc.Error
		if errors.As(err, &known) {
			return nil, known
		}
		return nil, oidc.ErrServerError().WithParent(err) // the cause stays in the log
	}
	if !slices.Contains(req.GetScopes(), oidc.ScopeOpenID) {
		resp.IDToken = "" // the library makes one even unasked
	}
	out := op.NewResponse(s.p.launched(req, resp))
	out.Header.Set("Pragma", "no-cache")
	return out, nil
}

// tokenAnswer adds what the app was launched about (SMART App Launch 2.2, section
// 2.0.8.1). A refresh says it again.
type tokenAnswer struct {
	*oidc.AccessTokenResponse
	Patient   string `json:"patient,omitempty"`
	Encounter string `json:"encounter,omitempty"`
	Banner    *bool  `json:"need_patient_banner,omitempty"`
	Style     string `json:"smart_style_url,omitempty"`
}

func (p *Provider) launched(req op.IDTokenRequest, resp *oidc.AccessTokenResponse) tokenAnswer {
	out := tokenAnswer{AccessTokenResponse: resp}
	about, launch := identity.Context{}, ""
	switch r := req.(type) {
	case *request:
		about, launch = r.context(), r.Launch
	case *refresh:
		about, launch = r.family.Context, r.family.Launch
	}
	out.Patient, out.Encounter = about.Patient, about.Encounter
	if launch == identity.LaunchEHR {
		banner := true // apps open in a window of their own, beside no banner of ours
		out.Banner, out.Style = &banner, p.issuer+stylePath
	}
	return out
}

// EndSession signs the browser out. An ID token says which session is meant; a
// link without one could come from anybody, so it only leads to the page where
// the person signs out by hand (OpenID Connect RP-Initiated Logout 1.0 section 2).
func (s *server) EndSession(ctx context.Context, r *op.Request[oidc.EndSessionRequest]) (*op.Redirect, error) {
	end, err := op.ValidateEndSessionRequest(ctx, r.Data, s.Provider())
	if err != nil {
		return nil, err
	}
	if end.IDTokenHintClaims == nil {
		return op.NewRedirect(s.p.base + "/?sign-out"), nil
	}
	sid, _ := end.IDTokenHintClaims.Claims["sid"].(string)
	who := identity.Principal{Account: end.UserID, Session: sid}
	v := visitorOf(ctx)
	redirect := op.NewRedirect(end.RedirectURI)
	if live, err := s.p.id.Session(ctx, v.session, false); err == nil && live.Principal.Session == sid {
		redirect.Header = http.Header{"Set-Cookie": {s.p.id.Cookie("").String()}}
	}
	if sid != "" && !strings.ContainsRune(sid, 0) {
		if err := s.p.id.EndPlace(ctx, who, sid); err != nil && !ended(err) {
			return nil, oidc.ErrServerError().WithParent(err)
		}
	}
	return redirect, nil
}

// UserInfo tells about the person behind a token. A token that is not good is
// 401 (RFC 6750 section 3.1); the library would call it the server's fault.
func (s *server) UserInfo(ctx context.Context, r *op.Request[oidc.UserInfoRequest]) (*op.Response, error) {
	if _, err := s.p.id.Bearer(ctx, r.Data.AccessToken); err != nil {
		if !fault.Is(err, fault.Unauthenticated) {
			return nil, op.NewStatusError(oidc.ErrServerError().WithParent(err), http.StatusInternalServerError)
		}
		return nil, op.NewStatusError(&oidc.Error{ErrorType: "invalid_token", Description: "the access token is not valid"}, http.StatusUnauthorized)
	}
	return s.LegacyServer.UserInfo(ctx, r)
}
