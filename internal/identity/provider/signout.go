package provider

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/zitadel/oidc/v3/pkg/oidc"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

const (
	signOutTime = 10 * time.Second // for one try to tell an app
	signOutLife = 2 * time.Minute  // of a logout token, as Back-Channel Logout 1.0 section 2.4 advises
	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"
)

// SignOut is a job: to tell an app, in which somebody signed in, that their
// session ended (OpenID Connect Back-Channel Logout 1.0).
type SignOut struct {
	Client  string `json:"client"`
	Account string `json:"account"`
	Session string `json:"session"`
}

// Kind names the job.
func (SignOut) Kind() string { return "sign_out" }

// ErrSignOutRefused says that an app will not have its logout token, and that it
// is no use to send it again.
var ErrSignOutRefused = errors.New("provider: the app refuses the logout token")

// TellApps names who does the jobs later; notifications, which lies above this
// package. Without it no app is told, and the discovery document says so.
func (p *Provider) TellApps(later func(c *db.Conn, job SignOut) error) {
	p.later = later
	p.id.Ended(p.endedTx)
}

// endedTx asks for a job for each app that was told who somebody is in a session.
// It happens in the transaction that ends the session: neither without the other.
func (p *Provider) endedTx(c *db.Conn, session string) error {
	var jobs []SignOut
	err := c.Each(`SELECT DISTINCT f.client, f.account FROM token_families f JOIN oauth_clients o ON o.id = f.client
		WHERE f.session = ? AND o.active AND o.logout_uri <> '' AND (' ' || f.scopes || ' ') LIKE '% openid %'`, func(r *sql.Rows) error {
		j := SignOut{Session: session}
		err := r.Scan(&j.Client, &j.Account)
		jobs = append(jobs, j)
		return err
	}, session)
	for _, j := range jobs {
		if err == nil {
			err = p.later(c, j)
		}
	}
	return err
}

// SignOut does the job. An app that is out of use, or takes no logout tokens any
// more, needs none.
func (p *Provider) SignOut(ctx context.Context, job SignOut) error {
	var to string
	err := p.db.Read(ctx).QueryRow(`SELECT logout_uri FROM oauth_clients WHERE id = ? AND active`, job.Client).Scan(&to)
	if errors.Is(err, sql.ErrNoRows) || (err == nil && to == "") {
		return nil
	}
	if err != nil {
		return err
	}
	token, err := p.logoutToken(ctx, job)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, signOutTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(url.Values{"logout_token": {token}}.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := p.apps.Do(req)
	if err != nil {
		return errors.New("the app does not answer") // the reason would name its address
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode < 300:
		return nil
	case resp.StatusCode == http.StatusBadRequest || resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusNotImplemented:
		return fmt.Errorf("%w with status %d", ErrSignOutRefused, resp.StatusCode)
	}
	return fmt.Errorf("the app answers with status %d", resp.StatusCode)
}

// logoutToken is made for each try: it must be young, and none comes twice
// (Back-Channel Logout 1.0 section 2.4).
func (p *Provider) logoutToken(ctx context.Context, job SignOut) (string, error) {
	key, err := p.signing(ctx)
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key.private, KeyID: key.id}},
		(&jose.SignerOptions{}).WithType("logout+jwt"))
	if err != nil {
		return "", err
	}
	now := p.now()
	return jwt.Signed(signer).Claims(map[string]any{
		"iss": p.issuer, "sub": job.Account, "aud": job.Client, "sid": job.Session, "jti": identity.NewSecret(),
		"iat": now.Unix(), "exp": now.Add(signOutLife).Unix(), "events": map[string]any{logoutEvent: struct{}{}},
	}).Serialize()
}

// tellable says of the discovery document whether apps are told at all.
func (p *Provider) tellable(d *oidc.DiscoveryConfiguration) {
	d.BackChannelLogoutSupported = p.later != nil
	d.BackChannelLogoutSessionSupported = p.later != nil // each ID token names its session
}

// sameAnswer keeps a POST from becoming a GET of another page, whose 200 would
// tell nothing.
func sameAnswer(c *http.Client) *http.Client {
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

func checkLogoutURL(v string) *fault.Error {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || len(v) > maxAddress || u.User != nil || u.Host == "" || u.Fragment != "" || (u.Scheme != "https" && !here(u)) {
		return fault.New(fault.Invalid, "Write the address out, beginning with https://")
	}
	return nil
}
