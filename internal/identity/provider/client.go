package provider

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
)

// Our own clients.
const (
	WebClient   = "housecall-web"
	PhoneClient = identity.PhoneClient
)

// Client is an application that may send people here to sign in, or that acts for
// itself.
type Client struct {
	ID         string
	Name       string
	Publisher  string
	Homepage   string
	LaunchURL  string          // where it is opened from a chart
	AuthMethod oidc.AuthMethod // empty: none without a secret or keys, client_secret_basic with a secret, private_key_jwt with keys
	Secret     string
	Keys       string // JSON Web Key set with its public keys
	KeysURL    string // or where that is
	Native     bool   // runs on a phone or desktop: custom schemes and loopback
	FirstParty bool   // Housecall itself: asks nobody for consent
	Redirects  []string
	PostLogout []string
	LogoutURL  string   // where it is told that a session ended (backchannel_logout_uri)
	Scopes     []string // allowed; see allows
	Offline    bool     // may have refresh tokens
	Backend    bool     // acts for itself, with the allowed scopes that begin with system/
	Group      string   // a backend service: Group of patients that it works for; empty: all
}

type clientRow struct {
	ID         string `gorm:"primaryKey"`
	Name       string
	SecretHash []byte
	Native     bool
	FirstParty bool
	Redirects  string
	PostLogout string
	LaunchURL  string `gorm:"column:launch_url"`
	LogoutURL  string `gorm:"column:logout_uri"`
	Scopes     string
	Offline    bool
	Active     bool
	CreatedAt  int64 `gorm:"autoCreateTime:false"`
	AuthMethod oidc.AuthMethod
	Keys       string `gorm:"column:jwks"`
	KeysURL    string `gorm:"column:jwks_uri"`
	Backend    bool
	Group      string `gorm:"column:patients"`
	Publisher  string
	Homepage   string
	CreatedBy  string
	ChangedAt  int64
	SecretAt   int64
	Code       []byte // see identity.RowCode
}

const clientTable = "oauth_clients"

// decides lists what of an app decides how it proves itself, where people are sent and
// what it may do: all but when it was made.
func (r clientRow) decides() []string {
	return []string{
		r.ID, r.Name, string(r.SecretHash), strconv.FormatBool(r.Native), strconv.FormatBool(r.FirstParty), r.Redirects, r.PostLogout, r.LaunchURL, r.LogoutURL,
		r.Scopes, strconv.FormatBool(r.Offline), strconv.FormatBool(r.Active), string(r.AuthMethod), r.Keys, r.KeysURL, strconv.FormatBool(r.Backend), r.Group, r.Publisher, r.Homepage,
	}
}

// saveApp writes an app with its code.
func (p *Provider) saveApp(c *db.Conn, row clientRow) error {
	row.Code = p.id.RowCode(clientTable, row.decides()...)
	return c.ORM.Save(&row).Error
}

func (p *Provider) appFits(row clientRow) bool {
	return p.id.RowFits(row.Code, clientTable, row.decides()...)
}

// codeAppsTx gives the apps of before the codes theirs.
func (p *Provider) codeAppsTx(c *db.Conn) (n int, err error) {
	var rows []clientRow
	if err := c.ORM.Find(&rows).Error; err != nil {
		return 0, err
	}
	for _, r := range rows {
		if err := p.saveApp(c, r); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// OddApps counts the apps whose rows do not have their code.
func (p *Provider) OddApps(ctx context.Context) (int, error) {
	return p.countApps(ctx, func(r clientRow) bool { return !p.appFits(r) })
}

// AppsUnder counts the apps whose code is of one key of the site.
func (p *Provider) AppsUnder(ctx context.Context, id sitekey.ID) (int, error) {
	return p.countApps(ctx, func(r clientRow) bool { return p.id.RowUnder(id, r.Code, clientTable, r.decides()...) })
}

func (p *Provider) countApps(ctx context.Context, which func(clientRow) bool) (n int, err error) {
	var rows []clientRow
	err = p.db.Read(ctx).ORM.Find(&rows).Error
	for _, r := range rows {
		if which(r) {
			n++
		}
	}
	return n, err
}

// RecodeApps gives the apps whose code is of an older key of the site one of the current
// key.
func (p *Provider) RecodeApps(ctx context.Context) (n int, err error) {
	err = p.db.InTx(ctx, func(c *db.Conn) error {
		var rows []clientRow
		if err := c.ORM.Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			code := p.id.RowCode(clientTable, r.decides()...)
			if bytes.Equal(code, r.Code) || !p.appFits(r) {
				continue
			}
			k, err := c.Exec(`UPDATE oauth_clients SET code = ? WHERE id = ? AND code = ?`, code, r.ID, r.Code)
			if err != nil {
				return err
			}
			n += int(k)
		}
		return nil
	})
	return n, err
}

func (clientRow) TableName() string { return "oauth_clients" }

// WebSecret is the secret of our own web client, for the sign-in in this process.
func (p *Provider) WebSecret() string { return clientSecret(p.secret.Now()) }

func clientSecret(key []byte) string { return base64.RawURLEncoding.EncodeToString(key) }

// rightSecret tells whether a client gave its secret. Our own is that of any site key
// in use: nodes learn of a new one one after the other.
func (p *Provider) rightSecret(c *client, secret string) bool {
	if c.row.ID == WebClient {
		return p.secret.Fits([]byte(secret), func(key []byte) []byte { return []byte(clientSecret(key)) })
	}
	return c.row.SecretHash != nil && identity.SameSecret(c.row.SecretHash, secret)
}

func (p *Provider) seedClients(ctx context.Context) error {
	own := []Client{
		{
			ID: WebClient, Name: "Housecall", Secret: p.WebSecret(), FirstParty: true,
			Redirects: []string{p.base + "/auth/callback"}, PostLogout: []string{p.base + "/sign-in", p.base + "/"},
			Scopes: []string{oidc.ScopeOpenID},
		},
		{
			ID: PhoneClient, Name: "Housecall app", Native: true, FirstParty: true, Offline: true,
			// Any port: RFC 8252 section 7.3.
			Redirects:  []string{"housecall://callback", "http://127.0.0.1/", "http://127.0.0.1/callback"},
			PostLogout: []string{"housecall://callback"},
			Scopes:     []string{oidc.ScopeOpenID, oidc.ScopeProfile, oidc.ScopeEmail, "fhirUser", "launch/patient", "patient/*.cruds", "user/*.cruds", "housecall/sensitive"},
		},
	}
	for _, c := range own {
		if err := p.RegisterClient(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// RegisterClient adds or replaces a client that code fixes: our own. All others
// are the registry's (registry.go), which a start leaves alone.
func (p *Provider) RegisterClient(ctx context.Context, c Client) error {
	if c.ID == "" || len(c.ID) > 100 {
		return fault.New(fault.Invalid, "A client needs an id of at most 100 signs.")
	}
	row, err := p.rowOf(c)
	if err != nil {
		return err
	}
	if c.Secret != "" {
		if len(c.Secret) < 32 {
			return fault.New(fault.Invalid, "A client's secret has at least 32 signs; make one with: openssl rand -base64 32")
		}
		row.SecretHash = identity.SecretHash(c.Secret)
	}
	if (row.SecretHash != nil) != secretly(row.AuthMethod) {
		return fault.New(fault.Invalid, "A client has a secret when it proves itself by one, and only then.")
	}
	return p.db.InTx(ctx, func(c *db.Conn) error {
		var old clientRow
		err := c.ORM.Where("id = ?", row.ID).Take(&old).Error
		if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
			return err
		}
		row.Active, row.ChangedAt = true, p.now().UnixMicro()
		if row.CreatedAt = old.CreatedAt; row.CreatedAt == 0 {
			row.CreatedAt = row.ChangedAt
		}
		if row.SecretHash != nil {
			row.SecretAt = row.CreatedAt
		}
		return p.saveApp(c, row)
	})
}

// checkRedirect: https, or what a native application may have (RFC 8252 section
// 7), or http on the own machine for trying out.
func checkRedirect(raw string, native bool) error {
	bad := fault.New(fault.Invalid, "One of the addresses cannot be used; they look like https://app.example.org/callback")
	u, err := url.Parse(raw)
	if err != nil || len(raw) > maxAddress || u.Scheme == "" || u.Fragment != "" || u.User != nil {
		return bad
	}
	switch u.Scheme {
	case "https":
		if u.Host == "" {
			return bad
		}
		return nil
	case "http":
		if here(u) {
			return nil
		}
		return bad
	case "javascript", "data", "file", "blob", "about":
		return bad
	}
	if !native {
		return bad
	}
	return nil
}

func list(items []string) string {
	b, err := json.Marshal(append([]string{}, items...))
	if err != nil {
		return "[]" // strings always marshal
	}
	return string(b)
}

func unlist(s string) (items []string) {
	_ = json.Unmarshal([]byte(s), &items) // written by list
	return items
}

// client is a Client as the library asks for it.
type client struct {
	row                           clientRow
	redirects, postLogout, scopes []string
	base                          string
}

func (p *Provider) clientByID(ctx context.Context, id string) (*client, error) {
	var row clientRow
	if len(id) > 100 || strings.ContainsRune(id, 0) {
		return nil, oidc.ErrInvalidClient().WithDescription("unknown client")
	}
	err := p.db.Read(ctx).ORM.Where("id = ? AND active", id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, oidc.ErrInvalidClient().WithDescription("unknown client")
	}
	if err != nil {
		return nil, oidc.ErrServerError().WithParent(err)
	}
	if !p.appFits(row) {
		p.id.ReportRow(ctx, clientTable, row.ID, "")
		return nil, oidc.ErrInvalidClient().WithDescription("this client was changed outside of Housecall")
	}
	return &client{row, unlist(row.Redirects), unlist(row.PostLogout), unlist(row.Scopes), p.base}, nil
}

func (c *client) GetID() string                    { return c.row.ID }
func (c *client) RedirectURIs() []string           { return c.redirects }
func (c *client) PostLogoutRedirectURIs() []string { return c.postLogout }
func (c *client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c *client) LoginURL(id string) string                                    { return c.base + "/sign-in?request=" + id }
func (c *client) AccessTokenType() op.AccessTokenType                          { return op.AccessTokenTypeBearer }
func (c *client) IDTokenLifetime() time.Duration                               { return 10 * time.Minute }
func (c *client) DevMode() bool                                                { return false }
func (c *client) RestrictAdditionalIdTokenScopes() func([]string) []string     { return same }
func (c *client) RestrictAdditionalAccessTokenScopes() func([]string) []string { return same }

// IsScopeAllowed is about what a person can allow; scopes that begin with system/
// are nobody's to give.
func (c *client) IsScopeAllowed(scope string) bool {
	return !strings.HasPrefix(scope, "system/") && allows(c.scopes, scope)
}
func (c *client) IDTokenUserinfoClaimsAssertion() bool { return false }
func (c *client) ClockSkew() time.Duration             { return 0 }
func same(scopes []string) []string                    { return scopes }

func (c *client) ApplicationType() op.ApplicationType {
	if c.row.Native {
		return op.ApplicationTypeNative
	}
	return op.ApplicationTypeWeb
}

func (c *client) AuthMethod() oidc.AuthMethod { return c.row.AuthMethod }

func (c *client) GrantTypes() (grants []oidc.GrantType) {
	if len(c.redirects) > 0 {
		grants = append(grants, oidc.GrantTypeCode)
		if c.row.Offline {
			grants = append(grants, oidc.GrantTypeRefreshToken)
		}
	}
	if c.row.Backend {
		grants = append(grants, oidc.GrantTypeClientCredentials)
	}
	return grants
}

// allows tells whether a scope lies within one of the allowed ones.
func allows(allowed []string, scope string) bool {
	return slices.ContainsFunc(allowed, func(wide string) bool { return identity.ScopeWithin(scope, wide) })
}
