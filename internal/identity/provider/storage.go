package provider

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
	"golang.org/x/text/language"
	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/identity"
)

// storage is what the library asks for. Requests are made and answered by our
// own code (authorize.go), so those methods refuse.
type storage struct{ p *Provider }

var errOurs = errors.New("provider: not done by the library")

func (s *storage) CreateAuthRequest(context.Context, *oidc.AuthRequest, string) (op.AuthRequest, error) {
	return nil, errOurs
}

func (s *storage) AuthRequestByID(context.Context, string) (op.AuthRequest, error) {
	return nil, errOurs
}

func (s *storage) AuthRequestByCode(context.Context, string) (op.AuthRequest, error) {
	return nil, errOurs
}
func (s *storage) SaveAuthCode(context.Context, string, string) error { return errOurs }

// DeleteAuthRequest keeps the row for a while: a code that comes twice is known
// by it.
func (s *storage) DeleteAuthRequest(context.Context, string) error { return nil }

// CreateAccessToken gives the tokens of a code whose client has no refresh tokens.
func (s *storage) CreateAccessToken(ctx context.Context, tr op.TokenRequest) (string, time.Time, error) {
	access, _, expires, err := s.CreateAccessAndRefreshTokens(ctx, tr, "")
	return access, expires, err
}

// CreateAccessAndRefreshTokens gives the tokens of a code or of a refresh token.
func (s *storage) CreateAccessAndRefreshTokens(ctx context.Context, tr op.TokenRequest, current string) (string, string, time.Time, error) {
	var t identity.Tokens
	var err error
	switch r := tr.(type) {
	case *request:
		t, err = s.p.redeem(ctx, r)
	case *refresh:
		_, t, err = s.p.id.Refresh(ctx, current, r.family.Client, r.scopes)
		if errors.Is(err, identity.ErrRefresh) {
			err = oidc.ErrInvalidGrant().WithParent(err)
		}
	default:
		err = errOurs
	}
	return t.Access, t.Refresh, t.ExpiresAt, err
}

// redeem turns a code into tokens, once.
func (p *Provider) redeem(ctx context.Context, r *request) (t identity.Tokens, err error) {
	offline := false
	for _, sc := range r.GetScopes() {
		offline = offline || sc == oidc.ScopeOfflineAccess
	}
	err = p.db.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE auth_requests SET code_used_at = ? WHERE id = ? AND consent = 1 AND code_used_at = 0 AND code_until > ?
			AND EXISTS (SELECT 1 FROM sessions s WHERE s.id = auth_requests.session AND s.ended_at = 0)`, p.now().UnixMicro(), r.ID, p.now().UnixMicro())
		if err != nil {
			return err
		}
		if n == 0 {
			return oidc.ErrInvalidGrant()
		}
		var f identity.Family
		f, t, err = p.id.GrantTx(c, identity.Family{
			Account: r.Account, Client: r.Client, Session: r.Session, Offline: offline, Scopes: r.GetScopes(),
			Audience: strings.Fields(r.Audience), Launch: r.Launch, Context: r.context(), Proof: r.Proof, ProvedAt: time.UnixMicro(r.ProvedAt),
			AMR: r.GetAMR(), AuthAt: time.UnixMicro(r.ProvedAt), Device: r.Device, Address: r.Address,
		})
		if err != nil {
			return err
		}
		_, err = c.Exec(`UPDATE auth_requests SET family = ? WHERE id = ?`, f.ID, r.ID)
		return err
	})
	return t, err
}

// refresh is a refresh token's family as the library wants it.
type refresh struct {
	family identity.Family
	scopes []string
}

func (r *refresh) GetAMR() []string                 { return r.family.AMR }
func (r *refresh) GetAudience() []string            { return []string{r.family.Client} }
func (r *refresh) GetAuthTime() time.Time           { return r.family.AuthAt }
func (r *refresh) GetClientID() string              { return r.family.Client }
func (r *refresh) GetScopes() []string              { return r.scopes }
func (r *refresh) GetSubject() string               { return r.family.Account }
func (r *refresh) SetCurrentScopes(scopes []string) { r.scopes = scopes }

func (s *storage) TokenRequestByRefreshToken(context.Context, string) (op.RefreshTokenRequest, error) {
	return nil, errOurs
}

func (s *storage) TerminateSession(context.Context, string, string) error { return errOurs }

// GetRefreshTokenInfo knows ours by their prefix; whose they are is checked when
// they are revoked.
func (s *storage) GetRefreshTokenInfo(_ context.Context, _ string, token string) (string, string, error) {
	if !strings.HasPrefix(token, "hcr_") {
		return "", "", op.ErrInvalidRefreshToken
	}
	return "", token, nil
}

func (s *storage) RevokeToken(ctx context.Context, token, _, clientID string) *oidc.Error {
	if err := s.p.id.RevokeToken(ctx, token, clientID); err != nil {
		return oidc.ErrServerError().WithParent(err)
	}
	return nil
}

func (s *storage) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	c, err := s.p.clientByID(ctx, id)
	if err != nil {
		return nil, err // not a nil *client in an interface
	}
	return c, nil
}

func (s *storage) AuthorizeClientIDSecret(ctx context.Context, id, secret string) error {
	c, err := s.p.clientByID(ctx, id)
	if err != nil {
		return err
	}
	if !s.p.rightSecret(c, secret) {
		return oidc.ErrInvalidClient().WithDescription("wrong secret")
	}
	return nil
}

func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// SetUserinfoFromRequest fills the ID token. It names the session (sid), so that
// our own web client can tell that the browser it answers is the one that
// signed in, and logout knows what to end.
func (s *storage) SetUserinfoFromRequest(ctx context.Context, info *oidc.UserInfo, r op.IDTokenRequest, _ []string) error {
	info.Subject = r.GetSubject()
	switch x := r.(type) {
	case *request:
		info.AppendClaims("sid", x.Session)
	case *refresh:
		info.AppendClaims("sid", x.family.Session)
	}
	return s.claims(ctx, info, r.GetSubject(), r.GetScopes())
}

func (s *storage) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, token, _, _ string) error {
	st, err := s.p.id.Inspect(ctx, token)
	if err != nil {
		return err
	}
	if st.Kind == identity.System || !st.HasScope(oidc.ScopeOpenID) {
		return oidc.ErrAccessDenied().WithDescription("the token has no openid scope")
	}
	info.Subject = st.Account
	return s.claims(ctx, info, st.Account, st.Scopes)
}

func (s *storage) claims(ctx context.Context, info *oidc.UserInfo, account string, scopes []string) error {
	a, err := s.p.id.AccountByID(ctx, account)
	if err != nil {
		return err
	}
	for _, sc := range scopes {
		switch sc {
		case oidc.ScopeProfile:
			info.Name = a.Name
			if tag, err := language.Parse(a.Locale); err == nil {
				info.Locale = oidc.NewLocale(tag)
			}
		case oidc.ScopeEmail:
			info.Email = a.Email // nobody checked it: email_verified stays false
		case "fhirUser":
			// SMART App Launch 2.2 section 3.0.6
			switch {
			case a.Kind == identity.Staff && a.Practitioner != "":
				info.AppendClaims("fhirUser", s.p.base+"/fhir/Practitioner/"+a.Practitioner)
			case a.Patient != "":
				info.AppendClaims("fhirUser", s.p.base+"/fhir/Patient/"+a.Patient)
			}
		}
	}
	return nil
}

// SetIntrospectionFromToken tells a client about its own tokens, and our own
// confidential client about all.
func (s *storage) SetIntrospectionFromToken(ctx context.Context, resp *oidc.IntrospectionResponse, token, _, clientID string) error {
	st, err := s.p.id.Inspect(ctx, token)
	if err != nil {
		return err
	}
	if st.Client != clientID && clientID != WebClient {
		return oidc.ErrAccessDenied()
	}
	if stands, err := s.p.stands(ctx, st.Principal); err != nil || !stands {
		return oidc.ErrAccessDenied()
	}
	resp.Scope, resp.ClientID, resp.TokenType, resp.Subject = st.Scopes, st.Client, oidc.BearerToken, st.Account
	resp.Expiration, resp.IssuedAt, resp.Issuer = oidc.FromTime(st.ExpiresAt), oidc.FromTime(st.IssuedAt), s.p.issuer
	resp.Audience, resp.AuthenticationMethodsReferences = st.Audience, st.AMR
	resp.Claims = map[string]any{}
	for name, id := range map[string]string{"patient": st.Context.Patient, "encounter": st.Context.Encounter} {
		if id != "" { // SMART App Launch 2.2 section 5.1
			resp.Claims[name] = id
		}
	}
	if !st.AuthAt.IsZero() {
		resp.AuthTime = oidc.FromTime(st.AuthAt)
	}
	return nil
}

func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, gorm.ErrRecordNotFound
}

func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, oidc.ErrUnsupportedGrantType()
}

func (s *storage) Health(context.Context) error { return nil }
