package identity

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
)

const (
	addressLife  = 24 * time.Hour
	passwordLife = time.Hour
	maxLetters   = 5 // to one account within an hour
)

// VerifyAddress mails somebody a link to their own address, to prove that they
// read its mail.
func (s *Service) VerifyAddress(ctx context.Context, who Principal) error {
	return s.db.InTx(ctx, func(c *db.Conn) error {
		a, err := accountByID(c, who.Account)
		if err != nil {
			return err
		}
		if a.Email == "" || a.VerifiedAt > 0 {
			return fault.New(fault.Conflict, "There is no address to be confirmed.")
		}
		return s.askAddressTx(c, a, a.Email)
	})
}

// ChangeAddress asks for another address. It takes effect when the link that is
// mailed there was used; the old one is told at once. That the address belongs to
// another account is not said here: nothing is mailed then.
func (s *Service) ChangeAddress(ctx context.Context, who Principal, email string) error {
	if err := who.RequireRecent(s.now()); err != nil {
		return err
	}
	to, err := normalEmail(email)
	if err != nil {
		return err
	}
	if to == "" {
		return fault.New(fault.Invalid, "This does not look like an e-mail address. An example: name@example.org")
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		a, err := accountByID(c, who.Account)
		if err != nil {
			return err
		}
		if to == a.Email {
			return fault.New(fault.Conflict, "This is your address already.")
		}
		var taken bool
		if err := c.QueryRow(`SELECT EXISTS (SELECT 1 FROM accounts WHERE email = ?)`, to).Scan(&taken); err != nil {
			return err
		}
		if err := s.tellTx(c, a, a.Email); err != nil {
			return err
		}
		if err := s.recordTx(c, Act{Who: who, Action: "update", Detail: "address asked"}); err != nil || taken {
			return errors.Join(err, s.endLinksTx(c, a.ID, ForAddress))
		}
		return s.askAddressTx(c, a, to)
	})
}

func (s *Service) askAddressTx(c *db.Conn, a accountRow, to string) error {
	if err := s.fewLettersTx(c, a.ID, ForAddress); err != nil {
		return err
	}
	if err := s.endLinksTx(c, a.ID, ForAddress); err != nil {
		return err
	}
	_, _, err := s.addLinkTx(c, link{purpose: ForAddress, subject: a.ID, email: to, locale: a.Locale, createdBy: a.ID, expires: s.now().Add(addressLife)})
	return err
}

// fewLettersTx bounds how many mails of a kind somebody can have sent.
func (s *Service) fewLettersTx(c *db.Conn, subject string, p Purpose) error {
	var n int
	err := c.QueryRow(`SELECT count(*) FROM links WHERE subject = ? AND purpose = ? AND created_at > ?`, subject, string(p), micros(s.now().Add(-time.Hour))).Scan(&n)
	if err == nil && n >= maxLetters {
		return tooMany(time.Hour)
	}
	return err
}

// Verify takes the link of an address: it is the account's, and verified, from
// then on. Nobody has to be signed in: the link was asked for by who was.
func (s *Service) Verify(ctx context.Context, token string) error {
	return s.db.InTx(ctx, func(c *db.Conn) error {
		l, err := s.openLink(c, token, ForAddress)
		if err != nil {
			return err
		}
		if err := s.useLinkTx(c, l); err != nil {
			return err
		}
		a, err := accountByID(c, l.subject)
		if err != nil {
			return err
		}
		if !a.Active {
			return errLink
		}
		err = s.rewriteTx(c, a.ID, func() error {
			_, err := c.Exec(`UPDATE accounts SET email = ?, verified_at = ? WHERE id = ?`, l.email, micros(s.now()), a.ID)
			return err
		})
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return errLink // somebody else made an account with it meanwhile
		}
		if err != nil {
			return err
		}
		detail := "address verified"
		if a.Email != l.email {
			detail = "address changed"
			if err := s.endLinksTx(c, a.ID, ForPassword); err != nil { // they went to the old one
				return err
			}
		}
		if err := s.forgetTx(c, a.ID); err != nil {
			return err
		}
		return s.recordTx(c, Act{Who: Principal{Kind: a.Kind, Account: a.ID, Name: a.Name, Roles: rolesOf(a.Roles)}, Action: "update", Detail: detail})
	})
}

// AskReset mails a link for a new password, if the address is the verified one of
// an account with a password. Whether it is, nobody learns: the same is written
// and the same work is done in any case, and the mail goes later.
func (s *Service) AskReset(ctx context.Context, email, address string) error {
	if s.mail == nil {
		return errNoMail
	}
	to, err := normalEmail(email)
	if err != nil {
		return err
	}
	if err := s.charge(ctx, s.pairLimit("reset", to, address), s.birthLimit(address)); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		a, err := oneAccount(c.ORM.Where("email = ? AND email <> '' AND verified_at > 0 AND password <> '' AND active", to))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if a.ID != "" && !s.accountFits(a) {
			odd := a.ID
			c.After(func() { s.ReportRow(ctx, accountTable, odd, odd) })
			a = accountRow{}
		}
		l := link{purpose: ForPassword, subject: a.ID, email: to, locale: a.Locale, createdBy: a.ID, expires: s.now().Add(passwordLife)}
		if err := s.fewLettersTx(c, a.ID, ForPassword); err != nil || a.ID == "" {
			l.subject = "" // whoever asks a hundred times fills nobody's mailbox
		}
		_, _, err = s.addLinkTx(c, l)
		return err
	})
}

// ResetPassword sets a new password by a mailed link. Second factors stay as they
// are and are asked at the sign-in that follows.
func (s *Service) ResetPassword(ctx context.Context, token, password string) error {
	l, err := s.openLink(s.db.Read(ctx), token, ForPassword)
	if err != nil {
		return err
	}
	a, err := accountByID(s.db.Read(ctx), l.subject)
	if err == nil {
		err = s.sound(ctx, a)
	}
	if err != nil || !a.Active || a.Email != l.email {
		return errors.Join(errLink, err)
	}
	if err := s.checkReuse(ctx, a, password); err != nil {
		return err
	}
	hash, err := s.hashNewPassword(ctx, password, a.Email, a.Name)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		if err := s.useLinkTx(c, l); err != nil {
			return err
		}
		if err := s.newPasswordTx(c, a.ID, hash, ""); err != nil {
			return err
		}
		if err := s.tellTx(c, a, a.Email); err != nil {
			return err
		}
		return s.recordTx(c, Act{Who: Principal{Kind: a.Kind, Account: a.ID, Name: a.Name, Roles: rolesOf(a.Roles)}, Action: "update", Detail: "password by mail"})
	})
}
