package identity

import (
	"database/sql"
	"errors"
	"strings"
	"time"

	"housecall/internal/db"
)

// systemLife is how long an access token of a backend service lasts: no longer
// than SMART App Launch 2.2 recommends (section 4.1.4.2).
const systemLife = 5 * time.Minute

// SystemTokenTx gives a backend service its next access token. The tokens of one
// client with the same scopes are one family, which stays open as long as the
// client comes back: what it asked for to be done later (an export, a
// subscription) stands longer than five minutes, and ends when the family is
// taken back.
func (s *Service) SystemTokenTx(c *db.Conn, client string, scopes []string, address string) (Tokens, error) {
	now := s.now()
	f := Family{System: client, Client: client, Scopes: scopes, Address: address, TTL: systemLife}
	err := c.QueryRow(`SELECT id FROM token_families WHERE client = ? AND system = ? AND account = '' AND scopes = ? AND revoked_at = 0 AND expires_at > ?
		ORDER BY created_at, id LIMIT 1`, client, client, strings.Join(scopes, " "), micros(now)).Scan(&f.ID)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Tokens{}, err
	}
	open := func() (int64, error) {
		return c.Exec(`UPDATE token_families SET last_at = ?, expires_at = ?, address = ? WHERE id = ? AND revoked_at = 0`,
			micros(now), micros(now.Add(familyLife)), address, f.ID)
	}
	if f.ID != "" {
		n, err := open()
		if err != nil {
			return Tokens{}, err
		}
		if n > 0 {
			return s.issueTx(c, f, scopes, nil)
		}
	}
	f, t, err := s.GrantTx(c, f)
	if err == nil {
		_, err = open()
	}
	return t, err
}

// EndClientTx ends everything that an application was given, for whomever: its
// tokens stop at once on every node, and what runs in its name is cut off.
func (s *Service) EndClientTx(c *db.Conn, client string) error {
	ids, err := idsOf(c, `SELECT id FROM token_families WHERE client = ? AND revoked_at = 0 AND expires_at > ?`, client, micros(s.now()))
	if err != nil {
		return err
	}
	return s.revokedTx(c, ids)
}

// systemName is how a system is called where people read who looked: the name of
// its registered application, or else the name that an operator gave it.
func systemName(system, client, clientName string) string {
	if system == client && clientName != "" {
		return clientName
	}
	return system
}
