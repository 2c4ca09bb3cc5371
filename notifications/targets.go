package notifications

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications/carrier"
)

// Vault seals what leads to somebody: tokens, subscriptions, numbers.
type Vault interface {
	Seal(plain []byte, label string) []byte
	Unseal(sealed []byte, label string) ([]byte, error)
}

// target is one place at which somebody is told.
type target struct {
	network  network
	endpoint string // id of the row; empty where somebody has only one
	address  string // as the network names it
}

const maxTargets = 20

// targets gives where somebody can be told by a channel now.
func (s *Service) targets(ctx context.Context, a identity.Account, c Channel) ([]target, error) {
	switch read := s.DB.Read(ctx); c {
	case Email:
		failing, err := s.failing(read, a)
		if err != nil || failing || a.Email == "" || s.Mail == nil {
			return nil, err
		}
		return []target{{byMail, "", a.Email}}, nil
	case Text:
		n, err := s.number(read, a.ID)
		if err != nil || n.confirmed == 0 || n.failing != 0 || s.Carriers.SMS == nil {
			return nil, err
		}
		return []target{{bySMS, "", n.number}}, nil
	case Push:
		list, err := s.browsers(read, a.ID)
		if err != nil {
			return nil, err
		}
		phones, err := s.phones(read, a.ID)
		return append(list, phones...), err
	}
	return nil, nil
}

// browsers are those whose session was not ended by hand: a sign-out is meant.
func (s *Service) browsers(c *db.Conn, account string) (list []target, err error) {
	if s.Carriers.WebPush == nil || s.Vault == nil {
		return nil, nil
	}
	err = c.Each(`SELECT id, subscription FROM notice_browsers WHERE account = ?
		AND NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.id = notice_browsers.session AND sessions.ended_at <> 0) ORDER BY last_at DESC, id LIMIT ?`, func(r *sql.Rows) error {
		t := target{network: byWebPush}
		var sealed []byte
		if err := r.Scan(&t.endpoint, &sealed); err != nil {
			return err
		}
		plain, err := s.Vault.Unseal(sealed, "browser "+t.endpoint)
		t.address = string(plain)
		list = append(list, t)
		return err
	}, account, maxTargets)
	return list, err
}

// phones are those with the app, whose tokens still hold. The table is that of
// mobileapi, which writes it.
func (s *Service) phones(c *db.Conn, account string) (list []target, err error) {
	if s.Vault == nil || s.Carriers.APNs == nil && s.Carriers.FCM == nil {
		return nil, nil
	}
	err = c.Each(`SELECT id, platform, push_token FROM devices WHERE account = ? AND length(push_token) > 0
		AND NOT EXISTS (SELECT 1 FROM token_families WHERE token_families.id = devices.family AND token_families.revoked_at <> 0) ORDER BY last_at DESC, id LIMIT ?`, func(r *sql.Rows) error {
		var id, platform string
		var sealed []byte
		if err := r.Scan(&id, &platform, &sealed); err != nil {
			return err
		}
		t := target{network: byFCM, endpoint: id}
		if platform == "ios" {
			t.network = byAPNs
		}
		if s.carrier(t.network) == nil {
			return nil
		}
		plain, err := s.Vault.Unseal(sealed, "push token "+id)
		t.address = string(plain)
		list = append(list, t)
		return err
	}, account, maxTargets)
	return list, err
}

// forgetTx removes what nobody is at any more. A phone that came back meanwhile
// with another token keeps it.
func (s *Service) forgetTx(c *db.Conn, a identity.Account, t target) error {
	now := s.now().UnixMicro()
	switch t.network {
	case byWebPush:
		_, err := c.Exec(`DELETE FROM notice_browsers WHERE id = ? AND account = ?`, t.endpoint, a.ID)
		return err
	case byAPNs, byFCM:
		var sealed []byte
		err := c.QueryRow(`SELECT push_token FROM devices WHERE id = ? AND account = ?`, t.endpoint, a.ID).Scan(&sealed)
		if errors.Is(err, sql.ErrNoRows) || err == nil && len(sealed) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		if plain, err := s.Vault.Unseal(sealed, "push token "+t.endpoint); err != nil || string(plain) != t.address {
			return err
		}
		_, err = c.Exec(`UPDATE devices SET push_token = ? WHERE id = ? AND account = ?`, []byte{}, t.endpoint, a.ID)
		return err
	case byMail:
		return s.failTx(c, a.ID, t.address, "refused")
	case bySMS:
		if _, err := c.Exec(`UPDATE notice_numbers SET failing_at = ? WHERE account = ?`, now, a.ID); err != nil {
			return err
		}
		return s.PostTx(c, Notice{ID: "reach/sms/" + s.now().UTC().Format(time.DateOnly), Account: a.ID, Kind: Reach, Ref: "reach/sms"})
	}
	return nil
}

// Subscribe keeps a browser of the person's own, so that it can be told. A browser
// that somebody else used before is theirs no longer.
func (s *Service) Subscribe(ctx context.Context, who identity.Principal, sub carrier.Subscription) error {
	if s.Carriers.WebPush == nil || s.Vault == nil {
		return fault.New(fault.Conflict, "This site does not tell browsers.")
	}
	if err := sub.Check(s.Private); err != nil {
		return fault.Wrap(fault.Invalid, "This browser cannot be told from here.", err)
	}
	b, err := json.Marshal(sub)
	if err != nil {
		return err
	}
	id, now := browserID(sub.Endpoint), s.now().UnixMicro()
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		if _, err := c.Exec(`INSERT INTO notice_browsers (id, account, session, subscription, created_at, last_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET account = excluded.account, session = excluded.session, subscription = excluded.subscription, last_at = excluded.last_at`,
			id, who.Account, who.Session, s.Vault.Seal(b, "browser "+id), now, now); err != nil {
			return err
		}
		_, err := c.Exec(`DELETE FROM notice_browsers WHERE account = ? AND id NOT IN (SELECT id FROM notice_browsers WHERE account = ? ORDER BY last_at DESC, id LIMIT ?)`, who.Account, who.Account, maxTargets)
		return err
	})
}

// Unsubscribe forgets a browser of the person's own.
func (s *Service) Unsubscribe(ctx context.Context, who identity.Principal, endpoint string) error {
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`DELETE FROM notice_browsers WHERE id = ? AND account = ?`, browserID(endpoint), who.Account)
		return err
	})
}

func browserID(endpoint string) string {
	h := sha256.Sum256([]byte(endpoint))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

// Reachable is where somebody can be told, for their own eyes.
type Reachable struct {
	Browsers, Phones int
	MailFails        bool   // servers say that the address does not exist
	Number           string // only its end
	NumberFails      bool
}

// Reach tells where the person can be told.
func (s *Service) Reach(ctx context.Context, a identity.Account) (r Reachable, err error) {
	read := s.DB.Read(ctx)
	b, err := s.browsers(read, a.ID)
	if err != nil {
		return r, err
	}
	p, err := s.phones(read, a.ID)
	if err != nil {
		return r, err
	}
	r.Browsers, r.Phones = len(b), len(p)
	if r.MailFails, err = s.failing(read, a); err != nil {
		return r, err
	}
	n, err := s.number(read, a.ID)
	if n.confirmed != 0 {
		r.Number, r.NumberFails = "…"+n.number[len(n.number)-4:], n.failing != 0
	}
	return r, err
}
