package identity

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"housecall/internal/db"
	"housecall/internal/fault"
)

// An administrator may choose that staff sign in with a passkey: a password and a
// one-time code can be asked for by a page that looks like ours, a passkey cannot.

// staffPasskeys is where the choice is kept, in what the site knows about itself.
const staffPasskeys = "staff passkeys"

// StaffSignIn is how staff sign in, as an administrator sees it.
type StaffSignIn struct {
	Passkeys  bool // nothing else is taken
	Available bool // passkeys can be used at this address
	Own       bool // who asks has one
	Staff     int  // in use
	With      int  // of them have a passkey
}

var (
	errOnlyAdmin   = fault.New(fault.Forbidden, "Only administrators can see this.").WithCode("role")
	errOwnPasskey  = fault.New(fault.Conflict, "Make a passkey of your own first, under Security. Otherwise you would lock yourself out.").WithCode("own_passkey")
	errPasskeyOnly = fault.New(fault.Forbidden, "Staff of this clinic confirm with a passkey. If you have none yet, sign out and sign in again: you can make one then.").WithCode("passkey_only")
	errKeepPasskey = fault.New(fault.Conflict, "Staff of this clinic sign in with a passkey. Add another one before you remove this one.")
)

// ErrPasskeyOnly refuses what stands in for a passkey of staff.
var ErrPasskeyOnly = fault.New(fault.Forbidden, "Staff of this clinic sign in with a passkey. If you have lost yours, ask an administrator to help you back in.").WithCode("passkey_only")

// StaffSignIn tells an administrator how staff sign in.
func (s *Service) StaffSignIn(ctx context.Context, who Principal) (out StaffSignIn, err error) {
	if !who.Is(Admin) || who.Scopes != nil {
		return out, errOnlyAdmin
	}
	c := s.db.Read(ctx)
	out.Available = s.pass != nil
	if out.Passkeys, err = s.passkeysOnly(c); err != nil {
		return out, err
	}
	h, err := s.holderOf(c, who.Account)
	if err != nil {
		return out, err
	}
	out.Own = len(h.keys) > 0
	err = c.QueryRow(`SELECT count(*), COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM passkeys p WHERE p.account = a.id) THEN 1 ELSE 0 END), 0)
		FROM accounts a WHERE a.active AND a.kind = ?`, Staff).Scan(&out.Staff, &out.With)
	return out, err
}

// ChooseStaffPasskeys says whether staff sign in with a passkey only. Who turns it on
// has one and gives a fresh proof, so that one administrator at least can sign in. Who
// is signed in stays so; what asks for a proof takes a passkey from then on.
func (s *Service) ChooseStaffPasskeys(ctx context.Context, who Principal, on bool) error {
	if !who.Is(Admin) || who.Scopes != nil {
		return errOnlyAdmin
	}
	if err := who.RequireRecent(s.now()); err != nil {
		return err
	}
	if on && s.pass == nil {
		return errNoPasskeys
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		// The account's row is the lock beside a removal of the passkey.
		if _, err := c.Exec(`UPDATE accounts SET active = active WHERE id = ?`, who.Account); err != nil {
			return err
		}
		h, err := s.holderOf(c, who.Account)
		if err != nil {
			return err
		}
		if on && len(h.keys) == 0 {
			return errOwnPasskey
		}
		value, word := "", "may"
		if on {
			value, word = "1", "must"
		}
		_, err = c.Exec(`INSERT INTO site (name, value, at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at`,
			staffPasskeys, value, micros(s.now()))
		if err != nil {
			return err
		}
		return s.recordTx(c, Act{Who: who, Action: "update", Detail: "staff " + word + " sign in with passkeys"})
	})
}

// passkeysOnly tells whether staff sign in with passkeys only. Where passkeys cannot
// be used it does not count: nobody could sign in.
func (s *Service) passkeysOnly(c *db.Conn) (bool, error) {
	if s.pass == nil {
		return false, nil
	}
	var value string
	err := c.QueryRow(`SELECT value FROM site WHERE name = ?`, staffPasskeys).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return value != "", err
}

// PasskeyOnly tells whether accounts of a kind sign in with a passkey only.
func (s *Service) PasskeyOnly(ctx context.Context, kind Kind) (bool, error) {
	if kind != Staff {
		return false, nil
	}
	return s.passkeysOnly(s.db.Read(ctx))
}

// Unphishable tells whether a proof cannot be given to somebody else's page: a passkey,
// or what an outside issuer says is as good (hwk of RFC 8176, phr and phrh of OpenID
// Connect Extended Authentication Profile ACR Values 1.0).
func Unphishable(proof Proof, issuer, acr string, amr []string) bool {
	return proof == Passkey || issuer != "" && proof >= SecondFactor && (slices.Contains(amr, "hwk") || acr == "phr" || acr == "phrh")
}
