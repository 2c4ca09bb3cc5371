package identity

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/fault"
)

// PasskeyInfo is one passkey as its owner sees it.
type PasskeyInfo struct {
	ID         string
	Name       string
	CreatedAt  time.Time
	LastUsedAt time.Time
}

// Passkeys lists an account's passkeys.
func (s *Service) Passkeys(ctx context.Context, who Principal) (items []PasskeyInfo, err error) {
	err = s.db.Read(ctx).Each(`SELECT id, name, created_at, last_used_at FROM passkeys WHERE account = ? ORDER BY created_at, id LIMIT ?`, func(r *sql.Rows) error {
		var p PasskeyInfo
		var created, used int64
		if err := r.Scan(&p.ID, &p.Name, &created, &used); err != nil {
			return err
		}
		p.CreatedAt, p.LastUsedAt = fromMicros(created), fromMicros(used)
		items = append(items, p)
		return nil
	}, who.Account, maxPasskeys)
	return items, err
}

func (s *Service) countPasskeys(ctx context.Context, account string) (n int, err error) {
	err = s.db.Read(ctx).QueryRow(`SELECT count(*) FROM passkeys WHERE account = ?`, account).Scan(&n)
	return n, err
}

var errNoPasskey = fault.New(fault.NotFound, "There is no such passkey.")

// RenamePasskey gives a passkey a name its owner knows it by.
func (s *Service) RenamePasskey(ctx context.Context, who Principal, id, name string) error {
	name = strings.TrimSpace(name)
	if err := checkName(name); err != nil {
		return err
	}
	if uuid.Validate(id) != nil {
		return errNoPasskey
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE passkeys SET name = ? WHERE id = ? AND account = ?`, name, id, who.Account)
		if err == nil && n == 0 {
			return errNoPasskey
		}
		return err
	})
}

// DeletePasskey removes a passkey. Staff keep at least one second factor, and
// nobody removes their only way to sign in: trusted are the outside issuers that
// are set up.
func (s *Service) DeletePasskey(ctx context.Context, who Principal, id string, trusted []string) error {
	if err := who.RequireRecent(s.now()); err != nil {
		return err
	}
	if uuid.Validate(id) != nil {
		return errNoPasskey
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		// The account's row is the lock between two removals at one time.
		if _, err := c.Exec(`UPDATE accounts SET active = active WHERE id = ?`, who.Account); err != nil {
			return err
		}
		n, err := c.Exec(`DELETE FROM passkeys WHERE id = ? AND account = ?`, id, who.Account)
		if err != nil {
			return err
		}
		if n == 0 {
			return errNoPasskey
		}
		if err := s.changedTx(c, who.Account, Act{Who: who, Action: "delete", Detail: "passkey"}); err != nil {
			return err
		}
		var left, codes bool
		err = c.QueryRow(`SELECT EXISTS (SELECT 1 FROM passkeys WHERE account = ?), EXISTS (SELECT 1 FROM totp WHERE account = ? AND confirmed_at > 0)`,
			who.Account, who.Account).Scan(&left, &codes)
		switch {
		case err != nil:
			return err
		case left:
			return nil
		case who.Kind == Staff:
			only, err := s.passkeysOnly(c)
			if err != nil {
				return err
			}
			if only {
				return errKeepPasskey
			}
			if !codes {
				return errLastFactor
			}
		}
		return wayLeft(c, who.Account, trusted)
	})
}
