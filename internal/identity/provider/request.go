package provider

import (
	"context"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

const (
	requestLife = 30 * time.Minute // from /authorize to the answer
	codeLife    = time.Minute      // RFC 6749 section 4.1.2 allows ten
)

// request is one sign-in under way.
type request struct {
	ID          string `gorm:"primaryKey"`
	Browser     []byte
	Client      string
	RedirectURI string `gorm:"column:redirect_uri"`
	State       string
	Nonce       string
	Challenge   string
	Scopes      string // asked for
	Granted     string // what the person agreed to
	Consent     int64
	Again       bool // the app wants the person to be asked again
	LoginHint   string
	Audience    string
	Launch      string // identity.LaunchEHR, or empty
	LaunchedBy  string // account that started the app from a chart
	Patient     string
	Encounter   string
	Step        string // what is asked next: "", "totp", "enroll", "passkey", "make"
	Tries       int64
	Account     string
	Session     string
	Proof       identity.Proof
	ProvedAt    int64
	AMR         string `gorm:"column:amr"`
	Issuer      string
	ACR         string `gorm:"column:acr"`
	Device      string
	Address     string
	CreatedAt   int64 `gorm:"autoCreateTime:false"`
	ExpiresAt   int64
	DoneAt      int64
	OpenedAt    int64 // its session was made
	AnsweredAt  int64
	Code        []byte
	CodeUntil   int64
	CodeUsedAt  int64
	Family      string
}

func (request) TableName() string { return "auth_requests" }

// What the library asks of a request (op.AuthRequest).
func (r *request) GetID() string          { return r.ID }
func (r *request) GetACR() string         { return r.ACR }
func (r *request) GetAMR() []string       { return strings.Fields(r.AMR) }
func (r *request) GetAudience() []string  { return []string{r.Client} } // of the ID token
func (r *request) GetAuthTime() time.Time { return time.UnixMicro(r.ProvedAt) }
func (r *request) GetClientID() string    { return r.Client }
func (r *request) GetNonce() string       { return r.Nonce }
func (r *request) GetRedirectURI() string { return r.RedirectURI }
func (r *request) GetScopes() []string    { return strings.Fields(r.Granted) }
func (r *request) GetState() string       { return r.State }
func (r *request) GetSubject() string     { return r.Account }
func (r *request) Done() bool             { return r.DoneAt > 0 }

func (r *request) asked() []string { return strings.Fields(r.Scopes) }
func (r *request) context() identity.Context {
	return identity.Context{Patient: r.Patient, Encounter: r.Encounter}
}

func (r *request) GetResponseType() oidc.ResponseType { return oidc.ResponseTypeCode }
func (r *request) GetResponseMode() oidc.ResponseMode { return oidc.ResponseModeQuery }

func (r *request) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: r.Challenge, Method: oidc.CodeChallengeMethodS256}
}

var errExpired = fault.New(fault.Gone, "This sign-in took too long or was finished already. Please start again.").WithCode("expired")

// find reads a request that the browser's cookie belongs to.
func (p *Provider) find(ctx context.Context, id, browser string) (*request, error) {
	if len(id) != 43 || browser == "" || strings.ContainsRune(id, 0) {
		return nil, errExpired
	}
	var r request
	err := p.db.Read(ctx).ORM.Where("id = ?", id).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, errExpired
	}
	if err != nil {
		return nil, err
	}
	if r.ExpiresAt <= p.now().UnixMicro() || subtle.ConstantTimeCompare(r.Browser, identity.SecretHash(browser)) != 1 {
		return nil, errExpired
	}
	return &r, nil
}

// pending is a request that still waits for a proof.
func (p *Provider) pending(ctx context.Context, id, browser string) (*request, error) {
	r, err := p.find(ctx, id, browser)
	if err == nil && r.DoneAt > 0 {
		return nil, errExpired
	}
	return r, err
}

// update writes columns of a request that is not done yet.
func (p *Provider) update(ctx context.Context, id string, columns map[string]any) error {
	return p.db.InTx(ctx, func(c *db.Conn) error {
		q := c.ORM.Model(&request{}).Where("id = ? AND done_at = 0", id).Updates(columns)
		if q.Error == nil && q.RowsAffected == 0 {
			return errExpired
		}
		return q.Error
	})
}
