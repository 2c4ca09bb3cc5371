package provider

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Registered is a client as administrators see it. Its secret is shown once, when it is
// made, and never again.
type Registered struct {
	Client
	Active    bool
	CreatedBy string // name of the administrator; empty: Housecall itself
	CreatedAt time.Time
	ChangedAt time.Time
	SecretAt  time.Time // when its secret was made
}

// registrar refuses everybody but administrators in Housecall's own pages.
func registrar(who identity.Principal) error {
	if !who.Is(identity.Admin) || who.Scopes != nil {
		return fault.New(fault.Forbidden, "Only administrators can see this.").WithCode("role")
	}
	return nil
}

// registering is registrar for changes: they need a fresh proof, because an app let
// in here can be let into every chart.
func (p *Provider) registering(who identity.Principal) error {
	if err := registrar(who); err != nil {
		return err
	}
	return who.RequireRecent(p.now())
}

func noApp() error { return fault.New(fault.NotFound, "We could not find this app.") }

// appRow is a row with the name of who made it.
type appRow struct {
	Client clientRow `gorm:"embedded"`
	ByName string
}

func (row appRow) app() Registered {
	r := row.Client
	at := func(micros int64) time.Time {
		if micros == 0 {
			return time.Time{}
		}
		return time.UnixMicro(micros).UTC()
	}
	return Registered{
		Client: Client{
			ID: r.ID, Name: r.Name, Publisher: r.Publisher, Homepage: r.Homepage, LaunchURL: r.LaunchURL, LogoutURL: r.LogoutURL, AuthMethod: r.AuthMethod, Keys: r.Keys, KeysURL: r.KeysURL,
			Native: r.Native, FirstParty: r.FirstParty, Redirects: unlist(r.Redirects), PostLogout: unlist(r.PostLogout), Scopes: unlist(r.Scopes), Offline: r.Offline, Backend: r.Backend, Group: r.Group,
		},
		Active: r.Active, CreatedBy: row.ByName, CreatedAt: at(r.CreatedAt), ChangedAt: at(r.ChangedAt), SecretAt: at(r.SecretAt),
	}
}

func apps(c *db.Conn) *gorm.DB {
	return c.ORM.Table("oauth_clients AS o").Select("o.*, COALESCE(a.name, '') AS by_name").Joins("LEFT JOIN accounts a ON a.id = o.created_by")
}

// Apps lists the registered apps, newest first, after the one with the id given.
func (p *Provider) Apps(ctx context.Context, who identity.Principal, after string, limit int) (list []Registered, next string, err error) {
	if err := registrar(who); err != nil {
		return nil, "", err
	}
	q := apps(p.db.Read(ctx)).Order("o.created_at DESC, o.id DESC").Limit(limit + 1)
	if after != "" {
		if strings.ContainsRune(after, 0) {
			return nil, "", noApp()
		}
		q = q.Where("(o.created_at, o.id) < (SELECT x.created_at, x.id FROM oauth_clients x WHERE x.id = ?)", after)
	}
	var rows []appRow
	if err := q.Find(&rows).Error; err != nil {
		return nil, "", err
	}
	for i, r := range rows {
		if i == limit {
			next = rows[i-1].Client.ID
			break
		}
		list = append(list, r.app())
	}
	return list, next, nil
}

// App gives one registered app.
func (p *Provider) App(ctx context.Context, who identity.Principal, id string) (Registered, error) {
	if err := registrar(who); err != nil {
		return Registered{}, err
	}
	row, err := appByID(p.db.Read(ctx), id)
	return row.app(), err
}

func appByID(c *db.Conn, id string) (row appRow, err error) {
	if len(id) > 100 || strings.ContainsRune(id, 0) {
		return row, noApp()
	}
	err = apps(c).Where("o.id = ?", id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, noApp()
	}
	return row, err
}

// AddApp registers an app. The secret is there when it proves itself by one.
func (p *Provider) AddApp(ctx context.Context, who identity.Principal, c Client) (added Registered, secret string, err error) {
	if err := p.registering(who); err != nil {
		return Registered{}, "", err
	}
	c.ID, c.FirstParty = newClientID(), false
	row, err := p.rowOf(c)
	if err != nil {
		return Registered{}, "", err
	}
	now := p.now().UnixMicro()
	row.Active, row.CreatedBy, row.CreatedAt, row.ChangedAt = true, who.Account, now, now
	if secretly(row.AuthMethod) {
		secret = newClientSecret()
		row.SecretHash, row.SecretAt = identity.SecretHash(secret), now
	}
	err = p.db.InTx(ctx, func(tx *db.Conn) error {
		if err := p.saveApp(tx, row); err != nil {
			return err
		}
		if err := p.acted(tx, who, row.ID, "create"); err != nil {
			return err
		}
		made, err := appByID(tx, row.ID)
		added = made.app()
		return err
	})
	return added, secret, err
}

// ChangeApp says anew what an app is. How it proves itself stays of the same kind.
// What it was given ends when it may do less from now on.
func (p *Provider) ChangeApp(ctx context.Context, who identity.Principal, id string, c Client) (changed Registered, err error) {
	err = p.change(ctx, who, id, "update", func(tx *db.Conn, old clientRow) error {
		c.ID, c.FirstParty = old.ID, false
		row, err := p.rowOf(c)
		if err != nil {
			return err
		}
		if row.AuthMethod != old.AuthMethod && !(secretly(row.AuthMethod) && secretly(old.AuthMethod)) {
			return wrong("kind", fault.New(fault.Invalid, "How an app proves itself cannot be changed. Please register it anew."))
		}
		row.SecretHash, row.SecretAt, row.Active, row.CreatedBy, row.CreatedAt = old.SecretHash, old.SecretAt, old.Active, old.CreatedBy, old.CreatedAt
		row.ChangedAt = p.now().UnixMicro()
		if err := p.saveApp(tx, row); err != nil {
			return err
		}
		if less(old, row) {
			if err := p.id.EndClientTx(tx, id); err != nil {
				return err
			}
		}
		now, err := appByID(tx, id)
		changed = now.app()
		return err
	})
	return changed, err
}

// less tells whether an app may do less than before, or is known by other keys.
func less(old, now clientRow) bool {
	scopes := unlist(now.Scopes)
	return slices.ContainsFunc(unlist(old.Scopes), func(s string) bool { return !allows(scopes, s) }) ||
		(old.Offline && !now.Offline) || (old.Backend && !now.Backend) || old.Keys != now.Keys || old.KeysURL != now.KeysURL || old.Group != now.Group
}

// RotateAppSecret gives an app a new secret. The old one is worth nothing from
// then on.
func (p *Provider) RotateAppSecret(ctx context.Context, who identity.Principal, id string) (secret string, err error) {
	err = p.change(ctx, who, id, "secret", func(tx *db.Conn, old clientRow) error {
		if !secretly(old.AuthMethod) {
			return fault.New(fault.Conflict, "This app has no secret.")
		}
		secret = newClientSecret()
		old.SecretHash, old.SecretAt = identity.SecretHash(secret), p.now().UnixMicro()
		return p.saveApp(tx, old)
	})
	return secret, err
}

// EnableApp lets an app in, or keeps it out. Either way all that it was given ends
// at once: who had it before has to be asked again.
func (p *Provider) EnableApp(ctx context.Context, who identity.Principal, id string, on bool) (Registered, error) {
	var now Registered
	word := map[bool]string{true: "enable", false: "disable"}[on]
	err := p.change(ctx, who, id, word, func(tx *db.Conn, old clientRow) error {
		was := old.Active
		old.Active, old.ChangedAt = on, p.now().UnixMicro()
		if err := p.saveApp(tx, old); err != nil {
			return err
		}
		if on != was {
			if err := p.id.EndClientTx(tx, id); err != nil {
				return err
			}
		}
		row, err := appByID(tx, id)
		now = row.app()
		return err
	})
	return now, err
}

// change does something to an app that is not our own, and keeps that it was done.
func (p *Provider) change(ctx context.Context, who identity.Principal, id, word string, f func(*db.Conn, clientRow) error) error {
	if err := p.registering(who); err != nil {
		return err
	}
	return p.db.InTx(ctx, func(tx *db.Conn) error {
		// The row's lock puts two changes in a line.
		if _, err := tx.Exec(`UPDATE oauth_clients SET changed_at = changed_at WHERE id = ?`, strings.ReplaceAll(id, "\x00", "")); err != nil {
			return err
		}
		old, err := appByID(tx, id)
		if err != nil {
			return err
		}
		if old.Client.FirstParty {
			return fault.New(fault.Conflict, "This app belongs to Housecall and cannot be changed.")
		}
		if !p.appFits(old.Client) {
			return fault.New(fault.Conflict, "This app was changed outside of Housecall and is not let in any more. Please register it anew.").WithCode("row_code")
		}
		if err := f(tx, old.Client); err != nil {
			return err
		}
		return p.acted(tx, who, id, word)
	})
}

// acted keeps what was done to an app. What is no action of its own is a change.
func (p *Provider) acted(tx *db.Conn, who identity.Principal, id, word string) error {
	act := identity.Act{Who: who, Action: word, Detail: "client:" + id}
	if word != "create" && word != "update" {
		act.Action, act.Detail = "update", act.Detail+" "+word
	}
	return p.id.RecordTx(tx, act)
}

func newClientID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return "app-" + hex.EncodeToString(b[:])
}

// newClientSecret has a prefix by which scanners of leaked secrets know ours.
func newClientSecret() string { return "hcs_" + identity.NewSecret() }

// Kind is how an app proves itself, in the words of SMART App Launch 2.2, section
// 2.1.10: public, symmetric or asymmetric.
func (c Client) Kind() string {
	switch c.AuthMethod {
	case oidc.AuthMethodPrivateKeyJWT:
		return "asymmetric"
	case oidc.AuthMethodBasic, oidc.AuthMethodPost:
		return "symmetric"
	}
	return "public"
}
