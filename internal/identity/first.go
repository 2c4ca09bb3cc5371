package identity

import (
	"context"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
)

const firstLinkLife = 24 * time.Hour

// FirstLink makes the one-time link for the first administrator. There is none
// once an administrator exists. A new link makes earlier ones useless.
func (s *Service) FirstLink(ctx context.Context) (link string, err error) {
	n, err := s.Administrators(ctx)
	if err != nil || n > 0 {
		return "", err
	}
	token := newSecret()
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		if _, err := c.Exec(`DELETE FROM first_links WHERE used_at = 0`); err != nil {
			return err
		}
		_, err := c.Exec(`INSERT INTO first_links (hash, expires_at) VALUES (?, ?)`, secretHash(token), micros(s.now().Add(firstLinkLife)))
		return err
	})
	return s.BaseURL() + "/first-admin?token=" + token, err
}

// First makes the first administrator by the one-time link and gives what is
// needed to set up one-time codes. The first sign-in asks for a code of it.
func (s *Service) First(ctx context.Context, token, name, email, password string) (Account, Enrollment, error) {
	if email == "" || password == "" {
		return Account{}, Enrollment{}, fault.New(fault.Invalid, "Please give an e-mail address and a password.")
	}
	if err := s.firstLinkGood(s.db.Read(ctx), token); err != nil {
		return Account{}, Enrollment{}, err
	}
	row, err := s.newAccountRow(ctx, NewAccount{Email: email, Name: name, Kind: Staff, Roles: []Role{Admin}, Password: password})
	if err != nil {
		return Account{}, Enrollment{}, err
	}
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE first_links SET used_at = ? WHERE hash = ? AND used_at = 0 AND expires_at > ?`, micros(s.now()), secretHash(token), micros(s.now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return errFirstLink
		}
		return s.insertAccount(c, row)
	})
	if err != nil {
		return Account{}, Enrollment{}, err
	}
	e, err := s.EnrollTOTP(ctx, row.ID)
	return row.account(), e, err
}

var errFirstLink = fault.New(fault.Gone, "This link has been used or is too old. Start Housecall again to get a new one.")

func (s *Service) firstLinkGood(c *db.Conn, token string) error {
	var n int
	if err := c.QueryRow(`SELECT count(*) FROM first_links WHERE hash = ? AND used_at = 0 AND expires_at > ?`, secretHash(token), micros(s.now())).Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		return errFirstLink
	}
	return nil
}
