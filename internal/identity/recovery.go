package identity

import (
	"context"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
)

// recoveryLife is short: the person stands at the desk.
const recoveryLife = 24 * time.Hour

// Recover makes the link by which somebody who lost every way to sign in gets new
// ones. A staff member knows them in person and says how. Who may help whom is
// decided by the caller; nobody helps themself. The link is handed over, never
// mailed: the mailbox may be what was lost.
func (s *Service) Recover(ctx context.Context, who Principal, account, birthDate, reason string) (url string, err error) {
	if err := who.RequireRecent(s.now()); err != nil {
		return "", err
	}
	if reason = strings.TrimSpace(reason); len(reason) < 5 || len(reason) > 150 {
		return "", fault.New(fault.Invalid, "Please say in a few words how you know that it is them.").WithCode("reason")
	}
	if account == who.Account {
		return "", fault.New(fault.Forbidden, "Somebody else has to help you with your own account.").WithCode("role")
	}
	birth := ""
	if birthDate != "" {
		if err := s.checkBirth(birthDate); err != nil {
			return "", err
		}
		birth = s.birthHash(birthDate)
	}
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		a, err := accountByID(c, account)
		if err != nil {
			return err
		}
		if !a.Active {
			return fault.New(fault.Conflict, "This account is disabled.")
		}
		if err := s.endLinksTx(c, account, ForRecovery); err != nil {
			return err
		}
		_, secret, err := s.addLinkTx(c, link{purpose: ForRecovery, subject: account, locale: a.Locale, detail: reason, birth: birth, createdBy: who.Account, expires: s.now().Add(recoveryLife)})
		if err != nil {
			return err
		}
		url = s.linkURL(ForRecovery, secret)
		return s.recordTx(c, Act{Who: who, Account: account, Action: "create", Detail: "recovery link: " + reason})
	})
	return url, err
}

// WayIn makes the link by which an account gets its first way to sign in, or a new one
// when all were lost, for an operator of the machine to hand over: a password is known
// to nobody but who chose it. Like every recovery, using it takes the old ways away.
func (s *Service) WayIn(ctx context.Context, account string) (url string, until time.Time, err error) {
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		a, err := accountByID(c, account)
		if err != nil {
			return err
		}
		if !a.Active {
			return fault.New(fault.Conflict, "This account is disabled.")
		}
		fresh, err := neverCame(c, a)
		if err != nil {
			return err
		}
		until = s.now().Add(recoveryLife)
		if fresh {
			until = s.now().Add(invitationLife)
		}
		if err := s.endLinksTx(c, account, ForRecovery); err != nil {
			return err
		}
		_, secret, err := s.addLinkTx(c, link{purpose: ForRecovery, subject: account, locale: a.Locale, detail: "operator", createdBy: "operator", expires: until})
		if err != nil {
			return err
		}
		url = s.linkURL(ForRecovery, secret)
		return s.recordTx(c, Act{Account: account, Action: "create", Detail: "recovery link: operator"})
	})
	return url, until, err
}

// neverCame tells whether an account has no way to sign in and never had a session.
func neverCame(c *db.Conn, a accountRow) (fresh bool, err error) {
	if a.Password != "" {
		return false, nil
	}
	err = c.QueryRow(`SELECT NOT EXISTS (SELECT 1 FROM passkeys WHERE account = ?) AND NOT EXISTS (SELECT 1 FROM account_logins WHERE account = ?)
		AND NOT EXISTS (SELECT 1 FROM sessions WHERE account = ?)`, a.ID, a.ID, a.ID).Scan(&fresh)
	return fresh, err
}

// recoverTx takes away everything that an account could prove itself with, and
// everything that is signed in. What comes instead is the caller's.
func (s *Service) recoverTx(c *db.Conn, l link, a accountRow) error {
	before, err := accountByID(c, a.ID)
	if err != nil {
		return err
	}
	first, err := neverCame(c, before)
	if err != nil {
		return err
	}
	if err := s.dropFactorsTx(c, a.ID); err != nil {
		return err
	}
	for _, q := range []string{`DELETE FROM account_logins WHERE account = ?`, `DELETE FROM known_devices WHERE account = ?`} {
		if _, err := c.Exec(q, a.ID); err != nil {
			return err
		}
	}
	if err := s.keepOldPasswordTx(c, a.ID); err != nil {
		return err
	}
	err = s.rewriteTx(c, a.ID, func() error {
		_, err := c.Exec(`UPDATE accounts SET password = ? WHERE id = ? AND active`, a.Password, a.ID)
		return err
	})
	if err != nil {
		return err
	}
	if err := s.endLinksTx(c, a.ID, ForAddress, ForPassword, ForRecovery); err != nil {
		return err
	}
	if err := s.endAllTx(c, a.ID, ""); err != nil {
		return err
	}
	if !first { // who comes for the first time had nothing that could be changed
		if err := s.tellTx(c, a, a.Email); err != nil {
			return err
		}
	}
	who := Principal{Kind: a.Kind, Account: a.ID, Name: a.Name, Roles: rolesOf(a.Roles), Patient: a.Patient}
	return s.recordTx(c, Act{Who: who, Account: a.ID, Action: "update", Detail: "recovered with the help of " + l.createdBy})
}

// dropFactorsTx takes away codes, passkeys and recovery codes.
func (s *Service) dropFactorsTx(c *db.Conn, account string) error {
	for _, q := range []string{`DELETE FROM totp WHERE account = ?`, `DELETE FROM passkeys WHERE account = ?`, `DELETE FROM recovery_codes WHERE account = ?`} {
		if _, err := c.Exec(q, account); err != nil {
			return err
		}
	}
	return nil
}
