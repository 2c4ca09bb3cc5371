package identity

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
)

const maxOutside = 20

// Outside is an account at an outside issuer. Issuer and subject together are
// its only name (OpenID Connect Core 1.0 section 5.7); an e-mail address is not.
type Outside struct {
	Issuer     string
	Subject    string
	CreatedAt  int64
	LastUsedAt int64
}

// ErrNotLinked says that nobody here has linked the outside account.
var ErrNotLinked = fault.New(fault.Forbidden, "This account is not linked with Housecall yet. Sign in here first, then link it under \"Account\".").WithCode("not_linked")

// AccountOutside finds the account somebody linked with an outside one.
func (s *Service) AccountOutside(ctx context.Context, issuer, subject string) (Account, error) {
	var account accountRow
	odd := false
	err := s.db.InTx(ctx, func(c *db.Conn) error {
		var id string
		var code []byte
		err := c.QueryRow(`UPDATE account_logins SET last_used_at = ? WHERE issuer = ? AND subject = ? RETURNING account, code`, micros(s.now()), issuer, subject).Scan(&id, &code)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotLinked
		}
		if err != nil {
			return err
		}
		account, err = accountByID(c, id)
		odd = !s.RowFits(code, loginTable, issuer, subject, id)
		return err
	})
	if err != nil {
		return Account{}, err
	}
	if odd {
		s.ReportRow(ctx, loginTable, "of "+account.ID, account.ID)
	}
	if odd || !account.Active {
		return Account{}, ErrNotLinked
	}
	return account.account(), nil
}

// LinkOutside links an outside account with one's own. It needs a fresh proof:
// a link is a way to sign in.
func (s *Service) LinkOutside(ctx context.Context, who Principal, issuer, subject string) error {
	if err := who.RequireRecent(s.now()); err != nil {
		return err
	}
	return s.linkOutside(ctx, who, who.Account, issuer, subject)
}

// LinkOutsideFor links for somebody else; for operators on the machine.
func (s *Service) LinkOutsideFor(ctx context.Context, account, issuer, subject string) error {
	if _, err := s.AccountByID(ctx, account); err != nil {
		return err
	}
	return s.linkOutside(ctx, Principal{}, account, issuer, subject)
}

func (s *Service) linkOutside(ctx context.Context, who Principal, account, issuer, subject string) error {
	if issuer == "" || subject == "" || len(issuer) > 500 || len(subject) > 500 {
		return fault.New(fault.Invalid, "The other account could not be read.")
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		var n int
		if err := c.QueryRow(`SELECT count(*) FROM account_logins WHERE account = ?`, account).Scan(&n); err != nil {
			return err
		}
		if n >= maxOutside {
			return fault.New(fault.Conflict, "There are too many linked accounts. Remove one first.")
		}
		_, err := c.Exec(`INSERT INTO account_logins (issuer, subject, account, created_at, last_used_at, code) VALUES (?, ?, ?, ?, 0, ?)`,
			issuer, subject, account, micros(s.now()), s.RowCode(loginTable, issuer, subject, account))
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return fault.Wrap(fault.Conflict, "This account is linked already.", err)
		}
		if err != nil {
			return err
		}
		return s.changedTx(c, account, Act{Who: who, Account: account, Action: "create", Detail: "outside account"})
	})
}

// OutsideOf lists the outside accounts linked with one's own.
func (s *Service) OutsideOf(ctx context.Context, who Principal) (items []Outside, err error) {
	err = s.db.Read(ctx).Each(`SELECT issuer, subject, created_at, last_used_at FROM account_logins WHERE account = ? ORDER BY created_at LIMIT ?`, func(r *sql.Rows) error {
		var o Outside
		err := r.Scan(&o.Issuer, &o.Subject, &o.CreatedAt, &o.LastUsedAt)
		items = append(items, o)
		return err
	}, who.Account, maxOutside)
	return items, err
}

// wayLeft refuses to take the only way to sign in away. A link with an issuer that
// is not set up any more opens nothing, so it is none: trusted are those that do.
func wayLeft(c *db.Conn, account string, trusted []string) error {
	var own bool
	if err := c.QueryRow(`SELECT EXISTS (SELECT 1 FROM accounts WHERE id = ? AND password <> '') OR EXISTS (SELECT 1 FROM passkeys WHERE account = ?)`,
		account, account).Scan(&own); err != nil || own {
		return err
	}
	linked, err := idsOf(c, `SELECT issuer FROM account_logins WHERE account = ?`, account)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(linked, func(issuer string) bool { return slices.Contains(trusted, issuer) }) {
		return fault.New(fault.Conflict, "This is your only way to sign in. Set a password before you remove it.")
	}
	return nil
}

// UnlinkOutside removes one's links with an issuer, under a fresh proof, but not
// the only way to sign in: trusted are the other issuers that still open an
// account. Whoever is signed in by such a link elsewhere is signed out.
func (s *Service) UnlinkOutside(ctx context.Context, who Principal, issuer string, trusted []string) error {
	if err := who.RequireRecent(s.now()); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		// The account's row is the lock between two removals at one time.
		if _, err := c.Exec(`UPDATE accounts SET active = active WHERE id = ?`, who.Account); err != nil {
			return err
		}
		n, err := c.Exec(`DELETE FROM account_logins WHERE issuer = ? AND account = ?`, issuer, who.Account)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "This account is not linked.")
		}
		if err != nil {
			return err
		}
		if err := wayLeft(c, who.Account, trusted); err != nil {
			return err
		}
		if err := s.recordTx(c, Act{Who: who, Action: "delete", Detail: "outside account"}); err != nil {
			return err
		}
		sessions, err := idsOf(c, `SELECT session FROM outside_sessions WHERE issuer = ? AND account = ? AND session <> ?`, issuer, who.Account, who.Session)
		if err != nil {
			return err
		}
		for _, id := range sessions {
			if err := s.endOutsideTx(c, id, "the link was removed"); err != nil {
				return err
			}
		}
		_, err = c.Exec(`DELETE FROM outside_sessions WHERE issuer = ? AND account = ? AND session <> ?`, issuer, who.Account, who.Session)
		return err
	})
}
