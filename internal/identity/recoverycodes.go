package identity

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/alexedwards/argon2id"

	"housecall/internal/db"
	"housecall/internal/fault"
)

const (
	recoveryCodes = 10
	recoveryBytes = 10 // 16 signs
)

// recoveryAlphabet has no signs that look like another (Crockford's base 32).
var recoveryAlphabet = base32.NewEncoding(recoverySigns).WithPadding(base32.NoPadding)

const recoverySigns = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

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
	hashes := make([]string, recoveryCodes)
	for slot := range hashes { // before the transaction: hashing takes its time
		plain := newRecoveryCode(slot)
		if hashes[slot], err = s.recoveryHash(ctx, who.Account, plain); err != nil {
			return nil, err
		}
		codes = append(codes, plain[:4]+"-"+plain[4:8]+"-"+plain[8:12]+"-"+plain[12:])
	}
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		if _, err := c.Exec(`DELETE FROM recovery_codes WHERE account = ?`, who.Account); err != nil {
			return err
		}
		for slot, hash := range hashes {
			if _, err := c.Exec(`INSERT INTO recovery_codes (account, hash, slot, created_at, used_at) VALUES (?, ?, ?, ?, 0)`,
				who.Account, []byte(hash), slot, micros(s.now())); err != nil {
				return err
			}
		}
		return s.changedTx(c, who.Account, Act{Who: who, Action: "create", Detail: "recovery codes"})
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// newRecoveryCode makes a code of 16 signs. The first says which of the ten it is
// and is no secret; the other fifteen are 75 bits.
func newRecoveryCode(slot int) string {
	var b [recoveryBytes]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return recoverySigns[slot:slot+1] + recoveryAlphabet.EncodeToString(b[:])[1:]
}

// recoveryHash is what is kept of a code: the hash of a password, over a keyed
// digest, so that the database alone does not even begin to guess at it.
func (s *Service) recoveryHash(ctx context.Context, account, plain string) (hash string, err error) {
	err = s.hashing(ctx, func() error {
		hash, err = argon2id.CreateHash(hex.EncodeToString(recoveryDigest(s.codes.Now(), account, plain)), s.hash)
		return err
	})
	return hash, err
}

// recoveryDigest is all that was kept of codes before they had a slot.
func recoveryDigest(key []byte, account, plain string) []byte {
	m := hmac.New(sha256.New, key)
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
	kept, err := s.recoveryKept(ctx, account, code)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE recovery_codes SET used_at = ? WHERE account = ? AND hash = ? AND used_at = 0`, micros(s.now()), account, kept)
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

// recoveryKept gives what is kept of a code that is right, or nothing. The sign in
// front says with which row it is compared, so that one code costs one hash.
func (s *Service) recoveryKept(ctx context.Context, account, typed string) ([]byte, error) {
	plain, ok := readRecovery(typed)
	if !ok {
		return nil, nil
	}
	for _, key := range s.codes.All() {
		kept, err := s.recoveryUnder(ctx, account, plain, recoveryDigest(key, account, plain))
		if err != nil || kept != nil {
			return kept, err
		}
	}
	return nil, nil
}

// recoveryUnder is recoveryKept for codes of one site key.
func (s *Service) recoveryUnder(ctx context.Context, account, plain string, digest []byte) ([]byte, error) {
	var hash []byte
	old := false
	err := s.db.Read(ctx).QueryRow(`SELECT hash, slot < 0 FROM recovery_codes
		WHERE account = ? AND used_at = 0 AND ((slot < 0 AND hash = ?) OR (slot >= 0 AND slot = ?)) ORDER BY slot LIMIT 1`,
		account, digest, strings.Index(recoverySigns, plain[:1])).Scan(&hash, &old)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil || old {
		return hash, err
	}
	right, err := s.compare(ctx, hex.EncodeToString(digest), string(hash))
	if err != nil || !right {
		return nil, err
	}
	return hash, nil
}
