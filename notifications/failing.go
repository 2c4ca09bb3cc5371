package notifications

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
)

// failing tells whether mail servers said that the account's address does not exist.
// Another address starts anew.
func (s *Service) failing(c *db.Conn, a identity.Account) (bool, error) {
	var hash []byte
	err := c.QueryRow(`SELECT address FROM notice_failing WHERE account = ?`, a.ID).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil && bytes.Equal(hash, addressHash(a.ID, a.Email)), err
}

func addressHash(account, address string) []byte {
	h := sha256.Sum256([]byte(account + " " + strings.ToLower(address)))
	return h[:]
}

// failTx marks an address, to which nothing is mailed from then on, and tells its
// owner in the app.
func (s *Service) failTx(c *db.Conn, account, address, class string) error {
	if _, err := c.Exec(`INSERT INTO notice_failing (account, address, class, at) VALUES (?, ?, ?, ?) ON CONFLICT (account) DO UPDATE SET address = excluded.address, class = excluded.class, at = excluded.at`,
		account, addressHash(account, address), class, s.now().UnixMicro()); err != nil {
		return err
	}
	return s.PostTx(c, Notice{ID: "reach/mail/" + s.now().UTC().Format(time.DateOnly), Account: account, Kind: Reach, Ref: "reach/mail"})
}

// MailAgain lets mails go to the person's address again: they say that it works.
func (s *Service) MailAgain(ctx context.Context, who identity.Principal) error {
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`DELETE FROM notice_failing WHERE account = ?`, who.Account)
		return err
	})
}

// Bounced takes the report of a mail server that a mail of ours came back for good
// (RFC 3464). It knows the mail by its id; reports about others change nothing.
func (s *Service) Bounced(ctx context.Context, report []byte) (known bool, err error) {
	for _, b := range readBounces(report) {
		link, _, _ := strings.Cut(b.messageID, "@")
		var account, notice string
		err := s.DB.Read(ctx).QueryRow(`SELECT account, id FROM notices WHERE link = ?`, link).Scan(&account, &notice)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return known, err
		}
		a, err := s.Accounts.AccountByID(ctx, account)
		if err != nil {
			return known, err
		}
		known = true
		if err := s.DB.InTx(ctx, func(c *db.Conn) error {
			k, err := c.Exec(`UPDATE notice_deliveries SET state = ?, class = 'bounced', changed_at = ? WHERE account = ? AND notice = ? AND network = 'mail' AND state IN (?, ?)`,
				int(gone), s.now().UnixMicro(), account, notice, int(sent), int(unknown))
			if err != nil || k == 0 || !b.noMailbox() { // one that was full may have room again
				return err
			}
			// They may have another address by now.
			if b.recipient != "" && !strings.EqualFold(b.recipient, a.Email) {
				return nil
			}
			return s.failTx(c, account, a.Email, "bounced")
		}); err != nil {
			return known, err
		}
	}
	return known, nil
}
