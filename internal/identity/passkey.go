package identity

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
)

const (
	ceremonyLife = 5 * time.Minute
	maxPasskeys  = 20
	maxPasskeyIn = 64 << 10
)

// newWebAuthn: passkeys belong to a domain name (WebAuthn Level 3 section
// 5.1.2, "effective domain"). On a bare address there are none.
func newWebAuthn(base *url.URL) (*webauthn.WebAuthn, error) {
	if net.ParseIP(base.Hostname()) != nil {
		return nil, nil
	}
	residentKey := true
	w, err := webauthn.New(&webauthn.Config{
		RPID: base.Hostname(), RPDisplayName: "Housecall", RPOrigins: []string{base.String()},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: &residentKey,
			UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("HOUSECALL_BASE_URL does not allow passkeys: %w", err)
	}
	return w, nil
}

// PasskeysAvailable tells whether the base URL has a name passkeys can belong to.
func (s *Service) PasskeysAvailable() bool { return s.pass != nil }

var (
	errNoPasskeys = fault.New(fault.Invalid, "Passkeys cannot be used at this address.")
	errPasskey    = fault.New(fault.Unauthenticated, "The passkey was not accepted. Please try again, or sign in another way.").WithCode("wrong")
	errCeremony   = fault.New(fault.Conflict, "This took too long. Please start again.").WithCode("expired")
)

// holder is an account as the passkey library wants it. The handle an
// authenticator stores is the account's random id and says nothing.
type holder struct {
	account Account
	keys    []webauthn.Credential
	odd     []string // passkeys without their code
}

func (h holder) WebAuthnID() []byte {
	id, err := uuid.Parse(h.account.ID)
	if err != nil {
		return []byte(h.account.ID)
	}
	return id[:]
}
func (h holder) WebAuthnName() string                       { return accountLabel(h.account) }
func (h holder) WebAuthnDisplayName() string                { return h.account.Name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// holderOf gives an account with those of its passkeys that have their code.
func (s *Service) holderOf(c *db.Conn, account string) (holder, error) {
	row, err := accountByID(c, account)
	if err != nil {
		return holder{}, err
	}
	h := holder{account: row.account()}
	err = c.Each(`SELECT id, credential, data, code FROM passkeys WHERE account = ? ORDER BY created_at LIMIT ?`, func(r *sql.Rows) error {
		var id string
		var credential, data, code []byte
		if err := r.Scan(&id, &credential, &data, &code); err != nil {
			return err
		}
		var k webauthn.Credential
		if json.Unmarshal(data, &k) != nil || !s.RowFits(code, passkeyTable, passkeyDecides(account, credential, &k)...) {
			h.odd = append(h.odd, id)
			return nil
		}
		h.keys = append(h.keys, k)
		return nil
	}, account, maxPasskeys)
	return h, err
}

// signs is holderOf for a signature. What does not have its code is told of.
func (s *Service) signs(ctx context.Context, account string) (holder, error) {
	h, err := s.holderOf(s.db.Read(ctx), account)
	for _, id := range h.odd {
		s.ReportRow(ctx, passkeyTable, id, account)
	}
	return h, err
}

// keepCeremony stores what a ceremony has to fit. A new one of the same owner
// replaces the one before.
func (s *Service) keepCeremony(c *db.Conn, kind, owner string, data *webauthn.SessionData) error {
	b, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_, err = c.Exec(`INSERT INTO ceremonies (kind, owner, data, expires_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (kind, owner) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`,
		kind, owner, b, micros(s.now().Add(ceremonyLife)))
	return err
}

// takeCeremony gives a ceremony once. It is gone afterwards, whether the answer
// is right or not: a challenge is never used twice.
func (s *Service) takeCeremony(ctx context.Context, kind, owner string) (webauthn.SessionData, error) {
	var data webauthn.SessionData
	err := s.db.InTx(ctx, func(c *db.Conn) error {
		var b []byte
		var expires int64
		err := c.QueryRow(`DELETE FROM ceremonies WHERE kind = ? AND owner = ? RETURNING data, expires_at`, kind, owner).Scan(&b, &expires)
		if errors.Is(err, sql.ErrNoRows) {
			return errCeremony
		}
		if err != nil {
			return err
		}
		if micros(s.now()) >= expires {
			return errCeremony
		}
		return json.Unmarshal(b, &data)
	})
	return data, err
}

// PasskeyRegisterBegin gives the options for navigator.credentials.create.
// It needs a fresh proof: a passkey is a way to sign in.
func (s *Service) PasskeyRegisterBegin(ctx context.Context, who Principal) (json.RawMessage, error) {
	if s.pass == nil {
		return nil, errNoPasskeys
	}
	if err := who.RequireRecent(s.now()); err != nil {
		return nil, err
	}
	var out json.RawMessage
	err := s.db.InTx(ctx, func(c *db.Conn) error {
		h, err := s.holderOf(c, who.Account)
		if err != nil {
			return err
		}
		out, err = s.beginPasskey(c, "register", who.Session, h)
		return err
	})
	return out, err
}

// PasskeyRegisterFinish stores the passkey a browser made. The session has its
// proof from then on: making it took the authenticator and its owner.
func (s *Service) PasskeyRegisterFinish(ctx context.Context, who Principal, name string, credential []byte) (PasskeyInfo, error) {
	if s.pass == nil {
		return PasskeyInfo{}, errNoPasskeys
	}
	if name = strings.TrimSpace(name); name == "" {
		name = "Passkey"
	}
	if err := checkName(name); err != nil {
		return PasskeyInfo{}, err
	}
	key, err := s.madePasskey(ctx, "register", who.Session, credential, func([]byte) (holder, error) { return s.holderOf(s.db.Read(ctx), who.Account) })
	if err != nil {
		return PasskeyInfo{}, err
	}
	var info PasskeyInfo
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		if info, err = s.addPasskeyTx(c, who.Account, name, key); err != nil {
			return err
		}
		return s.changedTx(c, who.Account, Act{Who: who, Action: "create", Detail: "passkey"})
	})
	if err == nil {
		_, err = s.prove(ctx, who, Passkey)
	}
	return info, err
}

// EnrollPasskeyBegin gives the options for making the first passkey, to staff who
// are signing in and have no second factor yet, or codes where a passkey is asked for. The owner is the sign-in request.
func (s *Service) EnrollPasskeyBegin(ctx context.Context, account, owner string) (out json.RawMessage, err error) {
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		h, err := s.holderOf(c, account)
		if err != nil {
			return err
		}
		out, err = s.beginPasskey(c, "enroll", owner, h)
		return err
	})
	return out, err
}

// EnrollPasskeyFinish stores it. Somebody who has a second factor meanwhile adds
// others after signing in with it, not here; proved says that they gave a code.
func (s *Service) EnrollPasskeyFinish(ctx context.Context, account, owner string, credential []byte, proved bool) error {
	key, err := s.madePasskey(ctx, "enroll", owner, credential, func([]byte) (holder, error) { return s.holderOf(s.db.Read(ctx), account) })
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		// The account's row is the lock between two enrolments at one time.
		if _, err := c.Exec(`UPDATE accounts SET active = active WHERE id = ?`, account); err != nil {
			return err
		}
		var passkeys, codes bool
		err := c.QueryRow(`SELECT EXISTS (SELECT 1 FROM passkeys WHERE account = ?), EXISTS (SELECT 1 FROM totp WHERE account = ? AND confirmed_at > 0)`, account, account).Scan(&passkeys, &codes)
		if err != nil {
			return err
		}
		if passkeys || codes && !proved {
			return errCeremony
		}
		if _, err := s.addPasskeyTx(c, account, "Passkey", key); err != nil {
			return err
		}
		return s.changedTx(c, account, Act{Who: Principal{Account: account}, Account: account, Action: "create", Detail: "passkey"})
	})
}

// madePasskey checks the passkey that a browser made for the ceremony of an
// owner. The handle in it is the account that the passkey was made for.
func (s *Service) madePasskey(ctx context.Context, kind, owner string, credential []byte, whose func(handle []byte) (holder, error)) (*webauthn.Credential, error) {
	if s.pass == nil {
		return nil, errNoPasskeys
	}
	data, err := s.takeCeremony(ctx, kind, owner)
	if err != nil {
		return nil, err
	}
	if len(credential) > maxPasskeyIn {
		return nil, errPasskey
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(credential)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "The passkey could not be read. Please try again.", err)
	}
	h, err := whose(data.UserID)
	if err != nil {
		return nil, err
	}
	key, err := s.pass.CreateCredential(h, data, parsed)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "The passkey was not accepted. Please try again.", err)
	}
	return key, nil
}

// beginPasskey gives the options for navigator.credentials.create.
func (s *Service) beginPasskey(c *db.Conn, kind, owner string, h holder) (json.RawMessage, error) {
	if s.pass == nil {
		return nil, errNoPasskeys
	}
	if len(h.keys) >= maxPasskeys {
		return nil, fault.New(fault.Conflict, "There are too many passkeys. Remove one that you do not use any more.")
	}
	options, data, err := s.pass.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return nil, err
	}
	out, err := json.Marshal(options.Response)
	if err != nil {
		return nil, err
	}
	return out, s.keepCeremony(c, kind, owner, data)
}

func (s *Service) addPasskeyTx(c *db.Conn, account, name string, key *webauthn.Credential) (PasskeyInfo, error) {
	b, err := json.Marshal(key)
	if err != nil {
		return PasskeyInfo{}, err
	}
	now := s.now()
	info := PasskeyInfo{ID: s.newID(), Name: name, CreatedAt: now}
	_, err = c.Exec(`INSERT INTO passkeys (id, account, credential, data, name, created_at, last_used_at, code) VALUES (?, ?, ?, ?, ?, ?, 0, ?)`,
		info.ID, account, key.ID, b, name, micros(now), s.RowCode(passkeyTable, passkeyDecides(account, key.ID, key)...))
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return info, fault.Wrap(fault.Conflict, "This passkey is set up already.", err)
	}
	return info, err
}

// PasskeyBegin gives the options for a sign-in in which the authenticator says
// whose passkey it is. The owner is the sign-in request.
func (s *Service) PasskeyBegin(ctx context.Context, owner string) (json.RawMessage, error) {
	if s.pass == nil {
		return nil, errNoPasskeys
	}
	options, data, err := s.pass.BeginDiscoverableLogin()
	if err != nil {
		return nil, err
	}
	return s.begin(ctx, "login", owner, options, data)
}

// StepUpPasskeyBegin gives the options for a step-up with one's own passkeys.
func (s *Service) StepUpPasskeyBegin(ctx context.Context, who Principal) (json.RawMessage, error) {
	if s.pass == nil {
		return nil, errNoPasskeys
	}
	h, err := s.holderOf(s.db.Read(ctx), who.Account)
	if err != nil {
		return nil, err
	}
	if len(h.keys) == 0 {
		return nil, fault.New(fault.Conflict, "You have no passkey yet.")
	}
	options, data, err := s.pass.BeginLogin(h)
	if err != nil {
		return nil, err
	}
	return s.begin(ctx, "stepup", who.Session, options, data)
}

func (s *Service) begin(ctx context.Context, kind, owner string, options *protocol.CredentialAssertion, data *webauthn.SessionData) (json.RawMessage, error) {
	out, err := json.Marshal(options.Response)
	if err != nil {
		return nil, err
	}
	return out, s.db.InTx(ctx, func(c *db.Conn) error { return s.keepCeremony(c, kind, owner, data) })
}

// CheckPasskey finishes a sign-in: it gives the account whose passkey signed
// the challenge of this owner, on this site, with the person verified.
func (s *Service) CheckPasskey(ctx context.Context, owner string, credential []byte) (Account, error) {
	var found holder
	err := s.assert(ctx, "login", owner, credential, func(data webauthn.SessionData, parsed *protocol.ParsedCredentialAssertionData) (*webauthn.Credential, error) {
		_, key, err := s.pass.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
			id, err := uuid.FromBytes(handle)
			if err != nil {
				return nil, err
			}
			found, err = s.signs(ctx, id.String())
			return found, err
		}, data, parsed)
		return key, err
	})
	if err != nil {
		return Account{}, err
	}
	if !found.account.Active {
		return Account{}, errPasskey
	}
	return found.account, nil
}

// StepUpPasskey finishes a step-up.
func (s *Service) StepUpPasskey(ctx context.Context, who Principal, credential []byte) (until time.Time, err error) {
	err = s.assert(ctx, "stepup", who.Session, credential, func(data webauthn.SessionData, parsed *protocol.ParsedCredentialAssertionData) (*webauthn.Credential, error) {
		h, err := s.signs(ctx, who.Account)
		if err != nil {
			return nil, err
		}
		return s.pass.ValidateLogin(h, data, parsed)
	})
	if err != nil {
		return time.Time{}, s.refuse(ctx, stepUp(who, "passkey"), err)
	}
	return s.prove(ctx, who, Passkey)
}

func (s *Service) assert(ctx context.Context, kind, owner string, credential []byte,
	validate func(webauthn.SessionData, *protocol.ParsedCredentialAssertionData) (*webauthn.Credential, error),
) error {
	if s.pass == nil {
		return errNoPasskeys
	}
	data, err := s.takeCeremony(ctx, kind, owner)
	if err != nil {
		return err
	}
	if len(credential) > maxPasskeyIn {
		return errPasskey
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(credential)
	if err != nil {
		return fault.Wrap(fault.Invalid, "The passkey could not be read. Please try again.", err)
	}
	key, err := validate(data, parsed)
	if err != nil {
		return fault.Wrap(errPasskey.Kind, errPasskey.Msg, err).WithCode(errPasskey.Code)
	}
	// A counter that went back means that the key was copied (WebAuthn Level 3
	// section 6.1.1); passkeys that are synchronised count nothing and stay at 0.
	if key.Authenticator.CloneWarning {
		return errPasskey
	}
	b, err := json.Marshal(key)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE passkeys SET data = ?, last_used_at = ? WHERE credential = ?`, b, micros(s.now()), key.ID)
		if err == nil && n == 0 {
			return errPasskey // removed a moment ago
		}
		return err
	})
}
