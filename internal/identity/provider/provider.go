package provider

import (
	"context"
	"crypto/rsa"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rs/cors"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/internal/identity/egress"
	"housecall/internal/sitekey"
)

// Path is where the provider lives below the base URL.
const Path = "/oidc"

// Deps is what the provider rests on.
type Deps struct {
	DB       *db.DB
	Identity *identity.Service
	Key      *sitekey.Ring
	Keys     *http.Client     // fetches the key sets of clients; nil: only from public addresses, by https
	Apps     *http.Client     // tells apps that a session ended; nil: only at public addresses, by https
	Charts   Charts           // nil: people let apps into their own chart only
	KeyAge   time.Duration    // after which a new signing key is made; 0: by hand only
	Now      func() time.Time // nil: the clock
	// NewKey makes a signing key; nil: by the function of that name.
	NewKey func() (*rsa.PrivateKey, error)
}

// Provider is the built-in OpenID provider.
type Provider struct {
	db     *db.DB
	id     *identity.Service
	now    func() time.Time
	newKey func() (*rsa.PrivateKey, error)
	base   string
	issuer string
	charts Charts
	secret *sitekey.Secret // of our own web client; never leaves the process
	op     *op.Provider
	handle http.Handler

	published *keyCache // key sets of clients
	apps      *http.Client
	later     func(c *db.Conn, job SignOut) error // nil: no app is told that a session ended

	keyAge time.Duration
	keyMu  sync.Mutex
	key    signingKey
	cancel context.CancelFunc
	done   chan struct{}
}

// New makes the provider. Init writes what it needs into the database.
func New(d Deps) (*Provider, error) {
	switch {
	case d.DB == nil:
		return nil, errors.New("provider: no database")
	case d.Identity == nil:
		return nil, errors.New("provider: no identity service")
	case d.Key == nil:
		return nil, errors.New("provider: no site key")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.NewKey == nil {
		d.NewKey = NewKey
	}
	p := &Provider{db: d.DB, id: d.Identity, now: d.Now, newKey: d.NewKey, base: d.Identity.BaseURL(), keyAge: d.KeyAge}
	p.issuer = p.base + Path
	if d.Keys == nil {
		d.Keys = egress.Way{}.Client()
	}
	p.published = newKeyCache(d.Keys, d.Now)
	if d.Apps == nil {
		d.Apps = egress.Way{}.Client()
	}
	p.apps = sameAnswer(d.Apps)
	if p.charts = d.Charts; p.charts == nil {
		p.charts = ownChart{}
	}
	p.secret = d.Key.Secret("identity client " + WebClient)
	opts := []op.Option{op.WithCrypto(opaque{})}
	if strings.HasPrefix(p.base, "http://") {
		opts = append(opts, op.WithAllowInsecure())
	}
	var err error
	p.op, err = op.NewProvider(&op.Config{
		DefaultLogoutRedirectURI: p.base + "/sign-in",
		CodeMethodS256:           true,
		AuthMethodPost:           true,
		GrantTypeRefreshToken:    true,
	}, &storage{p}, op.StaticIssuer(p.issuer), opts...)
	if err != nil {
		return nil, err
	}
	s := &server{LegacyServer: op.NewLegacyServer(p.op, op.Endpoints{
		Authorization: op.NewEndpoint("authorize"),
		Token:         op.NewEndpoint("token"),
		Introspection: op.NewEndpoint("introspect"),
		Userinfo:      op.NewEndpoint("userinfo"),
		Revocation:    op.NewEndpoint("revoke"),
		EndSession:    op.NewEndpoint("end_session"),
		JwksURI:       op.NewEndpoint("keys"),
	}), p: p}
	// Applications in browsers read the token endpoint from other origins. They
	// prove themselves by codes and tokens, never by our cookies.
	handler := op.RegisterLegacyServer(s, p.callback, op.WithServerCORSOptions(&cors.Options{
		AllowedOrigins: []string{"*"}, AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: []string{"Authorization", "Content-Type"}, MaxAge: 600,
	}))
	p.handle = p.guard(http.StripPrefix(Path, handler))
	return p, nil
}

// Init makes the first signing key and our own clients. Run it after the
// migrations, before the first request; twice does nothing more.
func (p *Provider) Init(ctx context.Context) error {
	if err := p.id.CodeRows(ctx, p.codeAppsTx); err != nil {
		return err
	}
	if err := p.ensureKey(ctx); err != nil {
		return err
	}
	return p.seedClients(ctx)
}

// Issuer is the provider's identifier.
func (p *Provider) Issuer() string { return p.issuer }

// Handler serves everything below /oidc. It keeps nothing of the request's
// memory, so it may stand behind an adaptor that uses it again.
func (p *Provider) Handler() http.Handler { return p.handle }

// server is the library's server with our rules over its own.
type server struct {
	*op.LegacyServer
	p *Provider
}

// discovery adds what the library's document has no member for.
type discovery struct {
	*oidc.DiscoveryConfiguration
	Iss bool `json:"authorization_response_iss_parameter_supported"` // RFC 9207 section 3
}

// Discovery tells what is really offered: codes with S256, nothing implicit.
func (s *server) Discovery(ctx context.Context, r *op.Request[struct{}]) (*op.Response, error) {
	resp, err := s.LegacyServer.Discovery(ctx, r)
	if err != nil {
		return nil, err
	}
	d, ok := resp.Data.(*oidc.DiscoveryConfiguration)
	if !ok {
		return nil, errors.New("provider: the discovery document changed its type")
	}
	d.ResponseTypesSupported = []string{string(oidc.ResponseTypeCode)}
	d.ResponseModesSupported = []string{string(oidc.ResponseModeQuery)}
	d.GrantTypesSupported = []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken, oidc.GrantTypeClientCredentials}
	d.ScopesSupported = []string{oidc.ScopeOpenID, oidc.ScopeProfile, oidc.ScopeEmail, oidc.ScopeOfflineAccess, scopeFHIRUser, scopeLaunch, scopeLaunchPatient, scopeLaunchVisit, "patient/*.cruds", "user/*.cruds", "system/*.cruds", scopeSensitive}
	d.ClaimsSupported = []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "sid", "name", "email", "locale"}
	d.CodeChallengeMethodsSupported = []oidc.CodeChallengeMethod{oidc.CodeChallengeMethodS256}
	s.p.tellable(d)
	proofs := []oidc.AuthMethod{oidc.AuthMethodBasic, oidc.AuthMethodPost, oidc.AuthMethodPrivateKeyJWT}
	d.IntrospectionEndpointAuthMethodsSupported = proofs
	d.TokenEndpointAuthMethodsSupported = append(slices.Clone(proofs), oidc.AuthMethodNone)
	d.RevocationEndpointAuthMethodsSupported = d.TokenEndpointAuthMethodsSupported
	d.TokenEndpointAuthSigningAlgValuesSupported = AssertionAlgorithms()
	d.RevocationEndpointAuthSigningAlgValuesSupported = AssertionAlgorithms()
	d.IntrospectionEndpointAuthSigningAlgValuesSupported = AssertionAlgorithms()
	return op.NewResponse(discovery{d, true}), nil
}

// opaque makes the library's tokens ours: the storage gives the finished opaque
// token as its "id", and nothing is encrypted into it.
type opaque struct{}

func (opaque) Encrypt(s string) (string, error) {
	token, _, _ := strings.Cut(s, ":")
	return token, nil
}

func (opaque) Decrypt(token string) (string, error) { return token + ":", nil }
