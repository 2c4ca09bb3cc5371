package identity

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
)

const (
	recoveryCodes = 10
	recoveryBytes = 10 // 80 bits; 16 signs
)

// recoveryAlphabet has no signs that look like another (Crockford's base 32).
var recoveryAlphabet = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// RecoveryCodes tells how many codes somebody has left; none: none were made.
func (s *Service) RecoveryCodes(ctx context.Context, who Principal) (left int, err error) {
	err = s.db.Read(ctx).QueryRow(`SELECT count(*) FROM recovery_codes WHERE account = ? AND used_at = 0`, who.Account).Scan(&left)
	return left, err
}

// NewRecoveryCodes makes ten codes and makes those before useless. They are shown
// this once. Each stands for a code of the app or for a passkey, one time.
func (s *Service) NewRecoveryCodes(ctx context.Context, who Principal) (codes []string, err error) {
	if err := who.RequireRecent(s.now()); err != nil {
		return nil, err
	}
	f, err := s.Factors(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	if !f.Second() {
		return nil, fault.New(fault.Conflict, "Set up a passkey or a code app first. Recovery codes stand in for them.")
	}
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		if _, err := c.Exec(`DELETE FROM recovery_codes WHERE account = ?`, who.Account); err != nil {
			return err
		}
		for range recoveryCodes {
			var b [recoveryBytes]byte
			_, _ = rand.Read(b[:]) // never fails, see crypto/rand
			plain := recoveryAlphabet.EncodeToString(b[:])
			if _, err := c.Exec(`INSERT INTO recovery_codes (account, hash, created_at, used_at) VALUES (?, ?, ?, 0)`,
				who.Account, s.recoveryHash(who.Account, plain), micros(s.now())); err != nil {
				return err
			}
			codes = append(codes, plain[:4]+"-"+plain[4:8]+"-"+plain[8:12]+"-"+plain[12:])
		}
		return s.changedTx(c, who.Account, Act{Who: who, Action: "create", Detail: "recovery codes"})
	})
	return codes, err
}

// recoveryHash is what is kept of a code, which is random: a key is enough.
func (s *Service) recoveryHash(account, plain string) []byte {
	m := hmac.New(sha256.New, s.codes)
	m.Write([]byte(account + "\x00" + plain))
	return m.Sum(nil)
}

// readRecovery gives the code as it was made, from how somebody typed it.
func readRecovery(typed string) (plain string, ok bool) {
	plain = strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(typed))
	return plain, len(plain) == recoveryAlphabet.EncodedLen(recoveryBytes)
}

// CheckCode takes the code of an app, or a recovery code once.
func (s *Service) CheckCode(ctx context.Context, account, code string) error {
	plain, ok := readRecovery(code)
	if !ok {
		return s.CheckTOTP(ctx, account, code)
	}
	return s.CheckRecovery(ctx, account, plain)
}

// CheckRecovery takes a recovery code. Two requests with the same one at the same
// moment are one success.
func (s *Service) CheckRecovery(ctx context.Context, account, code string) error {
	l := s.codeLimit(account)
	if err := s.charge(ctx, l); err != nil {
		return err
	}
	plain, _ := readRecovery(code)
	err := s.db.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE recovery_codes SET used_at = ? WHERE account = ? AND hash = ? AND used_at = 0`, micros(s.now()), account, s.recoveryHash(account, plain))
		if err == nil && n == 0 {
			return fault.New(fault.Invalid, "This recovery code is not right, or it was used before.").WithCode("wrong_code")
		}
		if err != nil {
			return err
		}
		a, err := accountByID(c, account)
		if err != nil {
			return err
		}
		return s.changedTx(c, account, Act{Who: Principal{Kind: a.Kind, Account: a.ID, Name: a.Name, Roles: rolesOf(a.Roles)}, Action: "login", Detail: "recovery code"})
	})
	if err != nil {
		return err
	}
	return s.refund(ctx, l)
}
