package identity

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity/commonlist"
)

const (
	minPassword = 12
	maxPassword = 256 // bytes; more is only work for the hash
)

// 64 MiB and one pass: RFC 9106 section 4 asks for at least this order of
// memory, and the number of hashes at one time is bounded besides.
var hashParams = &argon2id.Params{Memory: 64 * 1024, Iterations: 1, Parallelism: 2, SaltLength: 16, KeyLength: 32}

// noHash is compared with when there is nothing to compare with, so that an
// unknown address costs the same as a wrong password. No password fits it but
// by finding a preimage of all zeros.
func noHash(p *argon2id.Params) string {
	zeros := func(n uint32) string { return base64.RawStdEncoding.EncodeToString(make([]byte, n)) }
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", p.Memory, p.Iterations, p.Parallelism, zeros(p.SaltLength), zeros(p.KeyLength))
}

//go:embed common.txt
var commonText string

var common = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(commonText) {
		m[w] = true
	}
	return m
}()

// checkNewPassword follows NIST SP 800-63B section 5.1.1.2: length and a list
// of what is guessed first; no rules about kinds of signs.
func checkNewPassword(password, email, name string) error {
	if !utf8.ValidString(password) || len(password) > maxPassword {
		return fault.New(fault.Invalid, "This password is too long. Use at most 256 letters.")
	}
	if utf8.RuneCountInString(password) < minPassword {
		return fault.New(fault.Invalid, "This password is too short. Use at least 12 letters or signs; a few words together are good.")
	}
	low := commonlist.Normal(password)
	if isCommon(low) || monotonous(low) {
		return errEasy
	}
	local, _, _ := strings.Cut(email, "@")
	for _, w := range append(strings.Fields(strings.ToLower(name)), local, email) {
		if utf8.RuneCountInString(w) >= 4 && strings.Contains(low, w) {
			return fault.New(fault.Invalid, "Please choose a password without your name or e-mail address in it.")
		}
	}
	return nil
}

var errEasy = fault.New(fault.Invalid, "This password is easy to guess. Choose another one; a few words together are good.")

// leet are the signs that stand for letters in what people think of as hard.
var leet = strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "i", "!", "i", "0", "o", "$", "s", "5", "s", "7", "t")

// isCommon finds what is guessed first, also with numbers and signs around it, in
// the place of letters or between them: !P@ssw0rd2026! is password, Final Fantasy
// is finalfantasy.
func isCommon(low string) bool {
	other := func(r rune) bool { return !unicode.IsLetter(r) }
	end := strings.TrimRightFunc(low, other)
	bare := strings.TrimLeftFunc(end, other)
	together := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' || r == '_' || r == '.' {
			return -1
		}
		return r
	}, low)
	for _, p := range []string{low, end, bare, together, leet.Replace(low), leet.Replace(end), leet.Replace(bare), leet.Replace(together)} {
		if common[p] || commonlist.Has(p) {
			return true
		}
		// Twice the same is guessed as soon as once.
		if half := len(p) / 2; len(p) > 8 && len(p)%2 == 0 && p[:half] == p[half:] && common[p[:half]] {
			return true
		}
	}
	return false
}

// monotonous finds one short piece said again and again, and runs like abcdef.
func monotonous(p string) bool {
	for n := 1; n <= 4 && n < len(p); n++ {
		if strings.HasPrefix(p, p[n:]) {
			return true
		}
	}
	runs := 0
	for i := 1; i < len(p); i++ {
		if d := int(p[i]) - int(p[i-1]); d >= -1 && d <= 1 {
			runs++
		}
	}
	return runs*4 >= (len(p)-1)*3
}

func (s *Service) hashNewPassword(ctx context.Context, password, email, name string) (hash string, err error) {
	if err := checkNewPassword(password, email, name); err != nil {
		return "", err
	}
	if s.breach.Knows(ctx, password) {
		return "", fault.New(fault.Invalid, "This password was found in a list of stolen passwords. Choose another one.").WithCode("breached")
	}
	err = s.hashing(ctx, func() error {
		hash, err = argon2id.CreateHash(password, s.hash)
		return err
	})
	return hash, err
}

// hashing waits for one of the few places in which a hash may be under way:
// each takes 64 MiB, and a flood of sign-ins must not take the memory of visits.
func (s *Service) hashing(ctx context.Context, f func() error) error {
	wait := time.NewTimer(10 * time.Second)
	defer wait.Stop()
	select {
	case s.hashes <- struct{}{}:
		defer func() { <-s.hashes }()
		return f()
	case <-wait.C:
	case <-ctx.Done():
	}
	return fault.New(fault.Unavailable, "Many people are signing in right now. Please try again in a moment.")
}

func (s *Service) compare(ctx context.Context, password, hash string) (match bool, err error) {
	if hash == "" {
		hash = s.noHash
	}
	if len(password) > maxPassword {
		password = ""
	}
	err = s.hashing(ctx, func() error {
		match, err = argon2id.ComparePasswordAndHash(password, hash)
		return err
	})
	return match && hash != s.noHash, err
}

// unknownAccount begins what tries at an address that is nobody's are kept under.
const unknownAccount = "unknown-"

var errWrong = fault.New(fault.Unauthenticated, "The e-mail address or the password is not right.").WithCode("wrong")

// CheckPassword finds the account of an address and password. An unknown
// address, a disabled account and a wrong password give the same answer after
// the same work. Too many wrong ones from one place are made to wait. The device
// is its cookie; empty: it has none.
func (s *Service) CheckPassword(ctx context.Context, email, password, address, device string) (Account, error) {
	e, err := normalEmail(email)
	if err != nil {
		e = "" // nobody's; counted and refused like any other
	}
	// What was typed may be a password: an address that is nobody's is known again
	// by a keyed digest, and leaves as many rows as somebody's.
	refused := Act{Who: Principal{Address: address}, Account: unknownAccount + keyed(s.limits.Now(), "act", e)[:12], Action: "login", Outcome: "refused", Detail: "password"}
	row, err := oneAccount(s.db.Read(ctx).ORM.Where("email = ? AND email <> ''", e))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Account{}, err
	}
	known, err := s.knownDevice(ctx, row.ID, device)
	if err != nil {
		return Account{}, err
	}
	limits := []limit{s.pairLimit("password", e, address), s.placeLimit("password", address), s.paceLimit("password", e)}
	if known {
		limits = []limit{s.deviceLimit("password", e, secretHash(device))}
	}
	if err := s.charge(ctx, limits...); err != nil {
		return Account{}, s.refuse(ctx, refused, err)
	}
	match, err := s.compare(ctx, password, row.Password)
	if err != nil {
		return Account{}, err
	}
	if row.ID != "" && s.sound(ctx, row) != nil {
		match = false
	}
	if !match || !row.Active {
		if row.ID != "" {
			refused.Account = row.ID
		}
		return Account{}, s.refuse(ctx, refused, errWrong)
	}
	return row.account(), s.refund(ctx, limits...)
}

// SetPassword sets a password without asking for the old one; for operators and
// for the account's first one. Every session and token of the account ends.
func (s *Service) SetPassword(ctx context.Context, account, password string) error {
	return s.setPassword(ctx, Principal{}, account, password, "")
}

// ChangePassword changes one's own password; who has none yet sets the first one
// under a fresh proof. All other sessions end.
func (s *Service) ChangePassword(ctx context.Context, who Principal, old, password string) error {
	a, err := s.AccountByID(ctx, who.Account)
	if err != nil {
		return err
	}
	if a.HasPassword {
		err = s.provePassword(ctx, who, old)
	} else {
		err = who.RequireRecent(s.now())
	}
	if err != nil {
		return err
	}
	return s.setPassword(ctx, who, who.Account, password, who.Session)
}

func (s *Service) setPassword(ctx context.Context, who Principal, account, password, keep string) error {
	a, err := accountByID(s.db.Read(ctx), account)
	if err != nil {
		return err
	}
	if err := s.checkReuse(ctx, a, password); err != nil {
		return err
	}
	hash, err := s.hashNewPassword(ctx, password, a.Email, a.Name)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		if err := s.changedTx(c, account, Act{Who: who, Account: account, Action: "update", Detail: "password"}); err != nil {
			return err
		}
		return s.newPasswordTx(c, account, hash, keep)
	})
}

func (s *Service) newPasswordTx(c *db.Conn, account, hash, keep string) error {
	if err := s.keepOldPasswordTx(c, account); err != nil {
		return err
	}
	err := s.rewriteTx(c, account, func() error {
		_, err := c.Exec(`UPDATE accounts SET password = ? WHERE id = ?`, hash, account)
		return err
	})
	if err != nil {
		return err
	}
	if err := s.endLinksTx(c, account, ForPassword); err != nil {
		return err
	}
	return s.endAllTx(c, account, keep)
}

// oldPasswords is how many passwords, the present one among them, are not taken
// again.
const oldPasswords = 5

// checkReuse refuses a password that the account has or lately had.
func (s *Service) checkReuse(ctx context.Context, a accountRow, password string) error {
	// What is too short was never taken, and costs no comparing.
	if utf8.RuneCountInString(password) < minPassword {
		return nil
	}
	var hashes []string
	if a.Password != "" {
		hashes = append(hashes, a.Password)
	}
	err := s.db.Read(ctx).Each(`SELECT hash FROM old_passwords WHERE account = ? ORDER BY until DESC LIMIT ?`, func(r *sql.Rows) error {
		var h string
		err := r.Scan(&h)
		hashes = append(hashes, h)
		return err
	}, a.ID, oldPasswords-1)
	if err != nil {
		return err
	}
	for _, h := range hashes {
		same, err := s.compare(ctx, password, h)
		if err != nil {
			return err
		}
		if same {
			return fault.New(fault.Invalid, "You had this password before. Choose another one.").WithCode("reused")
		}
	}
	return nil
}

// keepOldPasswordTx remembers the password that is about to be replaced, and
// forgets the oldest ones.
func (s *Service) keepOldPasswordTx(c *db.Conn, account string) error {
	_, err := c.Exec(`INSERT INTO old_passwords (account, hash, until) SELECT id, password, ? FROM accounts WHERE id = ? AND password <> '' ON CONFLICT DO NOTHING`, micros(s.now()), account)
	if err != nil {
		return err
	}
	_, err = c.Exec(`DELETE FROM old_passwords WHERE account = ? AND hash NOT IN (SELECT hash FROM old_passwords WHERE account = ? ORDER BY until DESC LIMIT ?)`, account, account, oldPasswords-1)
	return err
}

// provePassword checks the password of somebody signed in already.
func (s *Service) provePassword(ctx context.Context, who Principal, password string) error {
	row, err := accountByID(s.db.Read(ctx), who.Account)
	if err != nil {
		return err
	}
	pair := s.pairLimit("prove", who.Account, who.Session)
	if err := s.charge(ctx, pair); err != nil {
		return err
	}
	if err := s.sound(ctx, row); err != nil {
		return err
	}
	match, err := s.compare(ctx, password, row.Password)
	if err != nil {
		return err
	}
	if !match {
		return s.refuse(ctx, stepUp(who, "password"), fault.New(fault.Invalid, "The password is not right.").WithCode("wrong"))
	}
	return s.refund(ctx, pair)
}
