package provider

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// What became of the question whether an app may have what it asks for.
const (
	consentOpen int64 = iota
	consentGiven
	consentRefused
)

// consentLife is how long somebody is not asked again.
const consentLife = 365 * 24 * time.Hour

// Charts says for whom somebody may let an app in. Charts lie above this package.
type Charts interface {
	// Connectable lists the charts among which somebody chooses when an app comes by
	// itself.
	Connectable(ctx context.Context, who identity.Principal) ([]string, error)
	// MayConnect is nil when somebody may let an app into this chart.
	MayConnect(ctx context.Context, who identity.Principal, patient string) error
	// Reaches is nil while who acts through an app may open the chart, and NotFound
	// once they may not.
	Reaches(ctx context.Context, who identity.Principal, patient string) error
}

// ownChart stands for no charts but one's own.
type ownChart struct{}

func (ownChart) Connectable(_ context.Context, who identity.Principal) ([]string, error) {
	if who.Patient == "" {
		return nil, nil
	}
	return []string{who.Patient}, nil
}

func (ownChart) MayConnect(_ context.Context, who identity.Principal, patient string) error {
	if patient == "" || patient != who.Patient {
		return fault.New(fault.NotFound, "We could not find this record, or it is not shared with you.")
	}
	return nil
}

func (o ownChart) Reaches(ctx context.Context, who identity.Principal, patient string) error {
	return o.MayConnect(ctx, who, patient)
}

// stands tells whether what an app was let in for is still there: when the chart
// that it is about is closed to who let it in, its tokens are over with it. They are
// not taken back, for the person may be let in again; Housecall's own app is for
// all charts of a person.
func (p *Provider) stands(ctx context.Context, who identity.Principal) (bool, error) {
	if who.Context.Patient == "" || !who.ThroughApp() || who.Kind == identity.System {
		return true, nil
	}
	err := p.charts.Reaches(ctx, who, who.Context.Patient)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Consent is what the consent page shows.
type Consent struct {
	App      string
	Site     string   // host to which the browser is sent back; empty: an app on the device
	Patients []string // charts it may be for; empty: it wants none, or there is none
	Launched bool     // started from the one chart
	Lines    []AppLine
}

// Decision is what the person says.
type Decision struct {
	Allow   bool
	Lines   []string // ids of those that are ticked
	Patient string
}

// Asked gives what the consent page shows. Only the session that the sign-in made
// is asked.
func (p *Provider) Asked(ctx context.Context, who identity.Principal, id string) (Consent, error) {
	r, c, err := p.asking(ctx, who, id)
	if err != nil {
		return Consent{}, err
	}
	choices, asked, err := p.choices(ctx, r, who)
	if err != nil {
		return Consent{}, err
	}
	out := Consent{App: c.row.Name, Patients: choices, Launched: r.Launch == identity.LaunchEHR, Lines: Lines(asked)}
	if u, err := url.Parse(r.RedirectURI); err == nil && !c.row.Native {
		out.Site = u.Hostname()
	}
	return out, nil
}

// Decide keeps what the person says and gives the address to go on to.
func (p *Provider) Decide(ctx context.Context, who identity.Principal, id string, d Decision) (next string, err error) {
	r, c, err := p.asking(ctx, who, id)
	if err != nil {
		return "", err
	}
	act := identity.Act{Who: who, Action: "create", Detail: "consent:" + c.row.ID}
	if !d.Allow {
		act.Outcome = "refused"
		return p.answerURL(r.ID), p.db.InTx(ctx, func(tx *db.Conn) error {
			if err := decided(tx, r.ID, consentRefused, "", ""); err != nil {
				return err
			}
			return p.id.RecordTx(tx, act)
		})
	}
	choices, asked, err := p.choices(ctx, r, who)
	if err != nil {
		return "", err
	}
	patient := ""
	if len(choices) > 0 {
		if patient = d.Patient; !slices.Contains(choices, patient) {
			return "", fault.New(fault.Invalid, "Choose for whom the app is.")
		}
	}
	ticked := map[string]bool{}
	for _, l := range Lines(asked) {
		if slices.Contains(d.Lines, l.ID) {
			ticked[l.ID] = true
		}
	}
	granted := grant(asked, ticked)
	if len(granted) == 0 {
		return "", fault.New(fault.Invalid, "Choose at least one thing that the app may see, or refuse.")
	}
	return p.answerURL(r.ID), p.db.InTx(ctx, func(tx *db.Conn) error {
		if err := decided(tx, r.ID, consentGiven, strings.Join(granted, " "), patient); err != nil {
			return err
		}
		if err := rememberTx(tx, who.Account, c.row.ID, keyOf(who, patient), asked, ticked, p.now()); err != nil {
			return err
		}
		return p.id.RecordTx(tx, act)
	})
}

// Narrow leaves an app that was let in only these lines of what it has.
func (p *Provider) Narrow(ctx context.Context, who identity.Principal, id string, lines []string) error {
	return p.id.Narrow(ctx, who, id, func(scopes []string) []string { return keep(scopes, lines) })
}

// asking finds a sign-in that waits for the person's word.
func (p *Provider) asking(ctx context.Context, who identity.Principal, id string) (*request, *client, error) {
	if len(id) != 43 || strings.ContainsRune(id, 0) || who.Session == "" || who.Scopes != nil {
		return nil, nil, errExpired
	}
	var r request
	err := p.db.Read(ctx).ORM.Where("id = ? AND session = ? AND account = ? AND consent = ? AND answered_at = 0 AND expires_at > ?",
		id, who.Session, who.Account, consentOpen, p.now().UnixMicro()).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil, errExpired
	}
	if err != nil {
		return nil, nil, err
	}
	c, err := p.clientByID(ctx, r.Client)
	return &r, c, err
}

// choices are the charts that the app may be for, and what of its wishes can be
// given at all: without a chart nothing that is about one.
func (p *Provider) choices(ctx context.Context, r *request, who identity.Principal) (charts, asked []string, err error) {
	asked = r.asked()
	switch {
	case r.Launch == identity.LaunchEHR:
		charts, err = []string{r.Patient}, p.charts.MayConnect(ctx, who, r.Patient)
	case slices.ContainsFunc(asked, ofChart):
		charts, err = p.charts.Connectable(ctx, who)
	}
	if len(charts) == 0 {
		asked = slices.DeleteFunc(asked, ofChart)
	}
	return charts, asked, err
}

func decided(tx *db.Conn, id string, consent int64, granted, patient string) error {
	n, err := tx.Exec(`UPDATE auth_requests SET consent = ?, granted = ?, patient = ? WHERE id = ? AND consent = ? AND answered_at = 0`,
		consent, granted, patient, id, consentOpen)
	if err == nil && n == 0 {
		return errExpired
	}
	return err
}

// keyOf says under which chart a consent is remembered: that of staff is for the
// app, whichever chart they start it from.
func keyOf(who identity.Principal, patient string) string {
	if who.Kind == identity.Staff && patient != who.Patient {
		return ""
	}
	return patient
}

func rememberTx(tx *db.Conn, account, client, patient string, asked []string, ticked map[string]bool, now time.Time) error {
	var lines []string
	for _, l := range Lines(asked) {
		if ticked[l.ID] {
			lines = append(lines, l.ID)
		}
	}
	_, err := tx.Exec(`INSERT INTO app_consents (account, client, patient, asked, ticked, given_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (account, client, patient) DO UPDATE SET asked = excluded.asked, ticked = excluded.ticked, given_at = excluded.given_at`,
		account, client, patient, strings.Join(asked, " "), strings.Join(lines, " "), now.UnixMicro())
	return err
}

// recall fills in what the person agreed to before, for the same app, the same
// person and the same or fewer scopes. What says to be a native app is always
// asked for anew, because any program on the device can say so (RFC 8252, section
// 8.6); so is one that neither proves itself nor is reached by https alone.
func (p *Provider) recall(ctx context.Context, r *request, c *client, who identity.Principal) (bool, error) {
	if r.Again || c.row.Native || (c.AuthMethod() == oidc.AuthMethodNone && !strings.HasPrefix(r.RedirectURI, "https://")) {
		return false, nil
	}
	charts, asked, err := p.choices(ctx, r, who)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return false, nil
	}
	if err != nil || len(charts) > 1 {
		return false, err
	}
	patient := ""
	if len(charts) == 1 {
		patient = charts[0]
	}
	var before, lines string
	err = p.db.Read(ctx).QueryRow(`SELECT asked, ticked FROM app_consents WHERE account = ? AND client = ? AND patient = ? AND given_at > ?`,
		who.Account, c.row.ID, keyOf(who, patient), p.now().Add(-consentLife).UnixMicro()).Scan(&before, &lines)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	known := strings.Fields(before)
	for _, s := range asked {
		if !slices.Contains(known, s) {
			return false, nil
		}
	}
	ticked := map[string]bool{}
	for _, l := range strings.Fields(lines) {
		ticked[l] = true
	}
	granted := grant(asked, ticked)
	if len(granted) == 0 {
		return false, nil
	}
	r.Consent, r.Granted, r.Patient = consentGiven, strings.Join(granted, " "), patient
	return true, nil
}
