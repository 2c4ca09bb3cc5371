package provider

import (
	"context"
	"net/url"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// launchLife is how long an app has to come back with what it was started by.
const launchLife = 5 * time.Minute

var errNoApp = fault.New(fault.NotFound, "We could not find this app.")

// Launch starts an app from a chart (SMART App Launch 2.2, section 2.0.4.1): it
// gives the app's address with a word that stands for the account, the app and the
// chart, once and for five minutes. The caller has looked whether the account may
// see the encounter.
func (p *Provider) Launch(ctx context.Context, who identity.Principal, app, patient, encounter string) (string, error) {
	if err := p.charts.MayConnect(ctx, who, patient); err != nil {
		return "", err
	}
	c, err := p.clientByID(ctx, app)
	if err != nil {
		if known := oidc.DefaultToServerError(err, ""); known.ErrorType == oidc.InvalidClient {
			return "", errNoApp
		}
		return "", err
	}
	u, err := url.Parse(c.row.LaunchURL)
	if err != nil || c.row.LaunchURL == "" {
		return "", errNoApp
	}
	launch := identity.NewSecret()
	err = p.db.InTx(ctx, func(tx *db.Conn) error {
		_, err := tx.Exec(`INSERT INTO app_launches (hash, account, client, patient, encounter, expires_at) VALUES (?, ?, ?, ?, ?, ?)`,
			identity.SecretHash(launch), who.Account, c.row.ID, patient, encounter, p.now().Add(launchLife).UnixMicro())
		if err != nil {
			return err
		}
		return p.id.RecordTx(tx, identity.Act{Who: who, Action: "create", Detail: "launch:" + c.row.ID})
	})
	q := u.Query()
	q.Set("iss", p.base+"/fhir")
	q.Set("launch", launch)
	u.RawQuery = q.Encode()
	return u.String(), err
}

// useLaunch takes what an app was started by, once, and puts what it stands for
// into the request. Whoever signs in has to be who started it; that is looked at
// when they have (answer).
func (p *Provider) useLaunch(ctx context.Context, r *request, launch string) error {
	hash, now := identity.SecretHash(launch), p.now().UnixMicro()
	n := int64(0)
	err := p.db.InTx(ctx, func(tx *db.Conn) (err error) {
		n, err = tx.Exec(`UPDATE app_launches SET used_at = ? WHERE hash = ? AND client = ? AND used_at = 0 AND expires_at > ?`, now, hash, r.Client, now)
		if err != nil || n == 0 {
			return err
		}
		return tx.QueryRow(`SELECT account, patient, encounter FROM app_launches WHERE hash = ?`, hash).Scan(&r.LaunchedBy, &r.Patient, &r.Encounter)
	})
	if err != nil {
		return oidc.ErrServerError().WithParent(err)
	}
	if n == 0 {
		return oidc.ErrInvalidRequest().WithDescription("launch is not known, was used before, or is too old")
	}
	r.Launch = identity.LaunchEHR
	return nil
}

// Launchable is an app that can be started from a chart.
type Launchable struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

const mostApps = 200

// Launchables lists the apps that can be started from a chart.
func (p *Provider) Launchables(ctx context.Context) ([]Launchable, error) {
	var rows []clientRow
	err := p.db.Read(ctx).ORM.Where("active AND launch_url <> ''").Order("name, id").Limit(mostApps).Find(&rows).Error
	out := make([]Launchable, 0, len(rows))
	for _, r := range rows {
		if p.appFits(r) {
			out = append(out, Launchable{r.ID, r.Name})
		}
	}
	return out, err
}
