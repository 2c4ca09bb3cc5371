package identity

import (
	"bytes"
	"context"
	"crypto/hmac"
	"database/sql"
	"encoding/base64"
	"errors"
	"image/png"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"github.com/skip2/go-qrcode"

	"housecall/internal/db"
	"housecall/internal/fault"
)

const (
	totpPeriod  = 30
	totpPending = time.Hour
	totpIssuer  = "Housecall"
)

// Enrollment is what somebody needs to set up an authenticator app.
type Enrollment struct {
	Secret string `json:"secret"` // base32, for typing in
	URI    string `json:"uri"`
	QR     string `json:"qr"` // data:image/png
}

var errCode = fault.New(fault.Invalid, "The code is not right. Codes change every 30 seconds: use the newest one.").WithCode("wrong_code")

// TOTPEnabled tells whether the account has confirmed one-time codes.
func (s *Service) TOTPEnabled(ctx context.Context, account string) (bool, error) {
	return totpEnabled(s.db.Read(ctx), account)
}

func totpEnabled(c *db.Conn, account string) (on bool, err error) {
	err = c.QueryRow(`SELECT EXISTS (SELECT 1 FROM totp WHERE account = ? AND confirmed_at > 0)`, account).Scan(&on)
	return on, err
}

// TOTPBegin shows somebody signed in a new secret, under a fresh proof.
func (s *Service) TOTPBegin(ctx context.Context, who Principal) (Enrollment, error) {
	if err := who.RequireRecent(s.now()); err != nil {
		return Enrollment{}, err
	}
	return s.EnrollTOTP(ctx, who.Account)
}

// TOTPFinish confirms it. The session has the second factor from then on.
func (s *Service) TOTPFinish(ctx context.Context, who Principal, code string) error {
	if err := who.RequireRecent(s.now()); err != nil {
		return err
	}
	if err := s.confirmTOTP(ctx, who, code); err != nil {
		return err
	}
	if only, err := s.PasskeyOnly(ctx, who.Kind); err != nil || only {
		return err // the code is set up, and proves nothing here
	}
	_, err := s.prove(ctx, who, SecondFactor)
	return err
}

// EnrollTOTP shows a new secret, to somebody who is signing in and has no second
// factor yet. An old secret counts until the new one has been confirmed by a
// code. Asked again within the hour it shows the same one, so that a picture
// scanned a moment ago is not useless.
func (s *Service) EnrollTOTP(ctx context.Context, account string) (Enrollment, error) {
	a, err := s.AccountByID(ctx, account)
	if err != nil {
		return Enrollment{}, err
	}
	label, now := "totp "+account, s.now()
	fresh, err := totp.Generate(totp.GenerateOpts{Issuer: totpIssuer, AccountName: accountLabel(a), SecretSize: 20})
	if err != nil {
		return Enrollment{}, err
	}
	secret := fresh.Secret()
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		var pending []byte
		var at int64
		err := c.QueryRow(`SELECT pending, pending_at FROM totp WHERE account = ?`, account).Scan(&pending, &at)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if len(pending) > 0 && now.Sub(fromMicros(at)) < totpPending {
			plain, err := s.Unseal(pending, label)
			secret = string(plain)
			return err
		}
		sealed := s.Seal([]byte(secret), label)
		_, err = c.Exec(`INSERT INTO totp (account, secret, pending, pending_at, confirmed_at, last_step) VALUES (?, ?, ?, ?, 0, 0)
			ON CONFLICT (account) DO UPDATE SET pending = excluded.pending, pending_at = excluded.pending_at`,
			account, []byte{}, sealed, micros(now))
		return err
	})
	if err != nil {
		return Enrollment{}, err
	}
	return enrollment(secret, accountLabel(a))
}

func accountLabel(a Account) string {
	if a.Email != "" {
		return a.Email
	}
	return a.Name
}

func enrollment(secret, label string) (Enrollment, error) {
	q := url.Values{"secret": {secret}, "issuer": {totpIssuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {strconv.Itoa(totpPeriod)}}
	uri := "otpauth://totp/" + url.PathEscape(totpIssuer+":"+label) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
	qr, err := QR(uri)
	return Enrollment{Secret: secret, URI: uri, QR: qr}, err
}

// QR draws an address as a picture that phones read, as a data URL.
func QR(text string) (string, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, code.Image(264)); err != nil {
		return "", err
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// ConfirmTOTP confirms the shown secret by a code of it.
func (s *Service) ConfirmTOTP(ctx context.Context, account, code string) error {
	return s.confirmTOTP(ctx, Principal{Account: account}, code)
}

func (s *Service) confirmTOTP(ctx context.Context, who Principal, code string) error {
	account := who.Account
	l := s.codeLimit(account)
	if err := s.charge(ctx, l); err != nil {
		return err
	}
	now := s.now()
	err := s.db.InTx(ctx, func(c *db.Conn) error {
		var pending []byte
		var at int64
		err := c.QueryRow(`SELECT pending, pending_at FROM totp WHERE account = ?`, account).Scan(&pending, &at)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if len(pending) == 0 || now.Sub(fromMicros(at)) >= totpPending {
			return fault.New(fault.Conflict, "Please start setting up the codes again.")
		}
		plain, err := s.Unseal(pending, "totp "+account)
		if err != nil {
			return err
		}
		step, ok := matchStep(string(plain), code, now)
		if !ok {
			return errCode
		}
		_, err = c.Exec(`UPDATE totp SET secret = pending, pending = NULL, pending_at = 0, confirmed_at = ?, last_step = ? WHERE account = ?`,
			micros(now), step, account)
		if err != nil {
			return err
		}
		return s.changedTx(c, account, Act{Who: who, Account: account, Action: "create", Detail: "totp"})
	})
	if err != nil {
		return err
	}
	return s.refund(ctx, l)
}

// ImportTOTP sets a confirmed secret (base32), for accounts that are made by a
// machine.
func (s *Service) ImportTOTP(ctx context.Context, account, secret string) error {
	if _, err := totp.GenerateCode(secret, s.now()); err != nil {
		return fault.Wrap(fault.Invalid, "The secret for one-time codes is not base32.", err)
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`INSERT INTO totp (account, secret, pending_at, confirmed_at, last_step) VALUES (?, ?, 0, ?, 0)
			ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, pending = NULL, confirmed_at = excluded.confirmed_at, last_step = 0`,
			account, s.Seal([]byte(secret), "totp "+account), micros(s.now()))
		return err
	})
}

// CheckTOTP takes a code. Each step's code is taken once (RFC 6238 section 5.2),
// also when two requests bring it at the same moment.
func (s *Service) CheckTOTP(ctx context.Context, account, code string) error {
	l := s.codeLimit(account)
	if err := s.charge(ctx, l); err != nil {
		return err
	}
	now := s.now()
	err := s.db.InTx(ctx, func(c *db.Conn) error {
		var sealed []byte
		err := c.QueryRow(`SELECT secret FROM totp WHERE account = ? AND confirmed_at > 0`, account).Scan(&sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return errCode
		}
		if err != nil {
			return err
		}
		plain, err := s.Unseal(sealed, "totp "+account)
		if err != nil {
			return err
		}
		step, ok := matchStep(string(plain), code, now)
		if !ok {
			return errCode
		}
		n, err := c.Exec(`UPDATE totp SET last_step = ? WHERE account = ? AND last_step < ?`, step, account, step)
		if err == nil && n == 0 {
			return errCode
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.refund(ctx, l)
}

// matchStep finds the step of a code, one to either side for clocks that differ.
func matchStep(secret, code string, now time.Time) (int64, bool) {
	code = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, code)
	if len(code) != 6 {
		return 0, false
	}
	for _, d := range []int64{0, -1, 1} {
		step := now.Unix()/totpPeriod + d
		want, err := totp.GenerateCodeCustom(secret, time.Unix(step*totpPeriod, 0), totp.ValidateOpts{Period: totpPeriod, Digits: otp.DigitsSix})
		if err == nil && hmac.Equal([]byte(want), []byte(code)) {
			return step, true
		}
	}
	return 0, false
}

// TOTPRemove turns one-time codes off. It takes a code, or a recovery code of who
// lost the app; staff keep at least one second factor.
func (s *Service) TOTPRemove(ctx context.Context, who Principal, code string) error {
	if who.Kind == Staff {
		n, err := s.countPasskeys(ctx, who.Account)
		if err != nil {
			return err
		}
		if n == 0 {
			return errLastFactor
		}
	}
	if err := s.CheckCode(ctx, who.Account, code); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		if _, err := c.Exec(`DELETE FROM totp WHERE account = ?`, who.Account); err != nil {
			return err
		}
		return s.changedTx(c, who.Account, Act{Who: who, Action: "delete", Detail: "totp"})
	})
}

var errLastFactor = fault.New(fault.Conflict, "Staff need a second step to sign in. Add another one before you remove this one.")
