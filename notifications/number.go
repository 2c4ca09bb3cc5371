package notifications

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications/carrier"
)

const (
	codeLife  = 15 * time.Minute
	codeTries = 5
	codesADay = 5
)

// number is somebody's telephone number.
type number struct {
	number             string
	code               []byte
	codeAt, tries      int64
	sends, dayAt       int64
	confirmed, failing int64
}

func (s *Service) number(c *db.Conn, account string) (n number, err error) {
	if s.Vault == nil {
		return n, nil
	}
	var sealed []byte
	err = c.QueryRow(`SELECT number, code, code_at, tries, sends, day_at, confirmed_at, failing_at FROM notice_numbers WHERE account = ?`, account).
		Scan(&sealed, &n.code, &n.codeAt, &n.tries, &n.sends, &n.dayAt, &n.confirmed, &n.failing)
	if errors.Is(err, sql.ErrNoRows) {
		return number{}, nil
	}
	if err != nil {
		return n, err
	}
	plain, err := s.Vault.Unseal(sealed, "number "+account)
	n.number = string(plain)
	return n, err
}

// GiveNumber sends a code to a telephone, so that nobody is told of things at a
// number that is not theirs. A number that was confirmed is no longer used.
func (s *Service) GiveNumber(ctx context.Context, who identity.Principal, raw string) error {
	if s.Carriers.SMS == nil || s.Vault == nil {
		return fault.New(fault.Conflict, "This site sends no text messages.")
	}
	to := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(raw)
	if !carrier.Number.MatchString(to) {
		return fault.New(fault.Invalid, "Write the number with its country code. An example: +1 555 010 0123")
	}
	a, err := s.Accounts.AccountByID(ctx, who.Account)
	if err != nil {
		return err
	}
	digits, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return err
	}
	code := fmt.Sprintf("%06d", digits)
	now := s.now()
	if err := s.DB.InTx(ctx, func(c *db.Conn) error {
		was, err := s.number(c, who.Account)
		if err != nil {
			return err
		}
		sends, dayAt := was.sends+1, was.dayAt
		if now.UnixMicro()-dayAt > (24 * time.Hour).Microseconds() {
			sends, dayAt = 1, now.UnixMicro()
		}
		if sends > codesADay {
			return fault.New(fault.TooMany, "That were many codes for one day. Please try again tomorrow.")
		}
		_, err = c.Exec(`INSERT INTO notice_numbers (account, number, code, code_at, tries, sends, day_at, confirmed_at, failing_at) VALUES (?, ?, ?, ?, 0, ?, ?, 0, 0)
			ON CONFLICT (account) DO UPDATE SET number = excluded.number, code = excluded.code, code_at = excluded.code_at, tries = 0, sends = excluded.sends, day_at = excluded.day_at, confirmed_at = 0, failing_at = 0`,
			who.Account, s.Vault.Seal([]byte(to), "number "+who.Account), codeHash(s.links.Now(), who.Account, to, code), now.UnixMicro(), sends, dayAt)
		return err
	}); err != nil {
		return err
	}
	lang := language(a.Locale)
	err = s.Carriers.SMS.Carry(ctx, to, carrier.Word{ID: s.link(who.Account, "code "+fmt.Sprint(now.UnixMicro())), Text: fmt.Sprintf(codes[lang], code), Until: now.Add(codeLife)})
	if err == nil {
		return nil
	}
	if f := carrier.Failure(err); f.Class == carrier.Gone || f.Class == carrier.Refused {
		return fault.Wrap(fault.Invalid, "This number cannot get text messages.", err)
	}
	return fault.Wrap(fault.Unavailable, "The code could not be sent just now. Please try again.", err)
}

// ConfirmNumber takes the code. Five wrong ones end it.
func (s *Service) ConfirmNumber(ctx context.Context, who identity.Principal, code string) error {
	wrong := fault.New(fault.Invalid, "This is not the code that we sent, or it is too old. Ask for a new one.")
	right := false
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		right = false
		k, err := c.Exec(`UPDATE notice_numbers SET tries = tries + 1 WHERE account = ? AND tries < ? AND length(code) > 0 AND code_at > ?`, who.Account, codeTries, s.now().Add(-codeLife).UnixMicro())
		if err != nil || k == 0 {
			return err
		}
		n, err := s.number(c, who.Account)
		if err != nil {
			return err
		}
		if right = s.links.Fits(n.code, func(key []byte) []byte { return codeHash(key, who.Account, n.number, strings.TrimSpace(code)) }); !right {
			return nil
		}
		_, err = c.Exec(`UPDATE notice_numbers SET confirmed_at = ?, code = ?, failing_at = 0 WHERE account = ?`, s.now().UnixMicro(), []byte{}, who.Account)
		return err
	})
	if err == nil && !right {
		return wrong
	}
	return err
}

// DropNumber forgets the person's number. How many codes they had stays.
func (s *Service) DropNumber(ctx context.Context, who identity.Principal) error {
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		if s.Vault == nil {
			return nil
		}
		_, err := c.Exec(`UPDATE notice_numbers SET number = ?, code = ?, confirmed_at = 0, failing_at = 0 WHERE account = ?`, s.Vault.Seal(nil, "number "+who.Account), []byte{}, who.Account)
		return err
	})
}

func codeHash(key []byte, account, number, code string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("code\x00" + account + "\x00" + number + "\x00" + code))
	return m.Sum(nil)
}
