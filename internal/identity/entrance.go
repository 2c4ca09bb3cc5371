package identity

import (
	"context"
	"encoding/json"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/fault"
)

// An entrance is what a link of an invitation or a recovery opens: the person
// gives their date of birth, chooses how to sign in from now on, and is in.

// Entrance is what somebody sees who opened such a link: nothing about a person.
type Entrance struct {
	Purpose   Purpose
	Staff     bool
	BirthDate bool // it is asked for
	TriesLeft int
}

// Guest is what is said to who gave the right date of birth.
type Guest struct {
	Name     string
	Email    string // empty: with a password they have to give one
	Passkeys bool   // whether there can be passkeys here
}

// LookIn tells what a link is for. It changes nothing: mail servers and previews
// open links before people do.
func (s *Service) LookIn(ctx context.Context, token string) (Entrance, error) {
	c := s.db.Read(ctx)
	l, err := s.openLink(c, token, ForInvitation, ForRecovery)
	if err != nil {
		return Entrance{}, err
	}
	to, err := s.entrant(c, l)
	if err != nil {
		return Entrance{}, err
	}
	shown := l.purpose
	if shown == ForRecovery { // who never came before is welcomed, not helped back
		fresh, err := neverCame(c, to.row)
		if err != nil {
			return Entrance{}, err
		}
		if fresh {
			shown = ForInvitation
		}
	}
	return Entrance{Purpose: shown, Staff: to.row.Kind == Staff, BirthDate: l.birth != "", TriesLeft: maxBirthTries - l.tries}, nil
}

// Confirm takes the date of birth, or for staff just the button, and binds the
// link to this browser.
func (s *Service) Confirm(ctx context.Context, token, birthDate, browser, address string) (Guest, error) {
	c := s.db.Read(ctx)
	l, err := s.openLink(c, token, ForInvitation, ForRecovery)
	if err != nil {
		return Guest{}, err
	}
	to, err := s.entrant(c, l)
	if err != nil {
		return Guest{}, err
	}
	if err := s.confirmLink(ctx, l, birthDate, browser, address); err != nil {
		return Guest{}, err
	}
	return Guest{Name: to.row.Name, Email: to.row.Email, Passkeys: s.pass != nil}, nil
}

// entrant is who comes in by a link: an account that is there, or one to be made.
type entrant struct {
	row        accountRow
	invitation string
}

func (s *Service) entrant(c *db.Conn, l link) (e entrant, err error) {
	if l.purpose == ForRecovery {
		e.row, err = accountByID(c, l.subject)
		if err == nil && !e.row.Active {
			err = errLink
		}
		return e, err
	}
	e.invitation = l.subject
	var accepted, withdrawn int64
	err = c.QueryRow(`SELECT name, email, kind, roles, patient, practitioner, locale, accepted_at, withdrawn_at FROM invitations WHERE id = ?`, l.subject).
		Scan(&e.row.Name, &e.row.Email, &e.row.Kind, &e.row.Roles, &e.row.Patient, &e.row.Practitioner, &e.row.Locale, &accepted, &withdrawn)
	if err == nil && (accepted > 0 || withdrawn > 0) {
		err = errLink
	}
	e.row.Active = true
	return e, err
}

// EntrancePasskey gives the options for making a passkey, to the browser that
// gave the date of birth.
func (s *Service) EntrancePasskey(ctx context.Context, token, browser string) (out json.RawMessage, err error) {
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		l, e, err := s.enter(c, token, browser)
		if err != nil {
			return err
		}
		if e.row.ID == "" {
			e.row.ID = s.newID() // of the account to be; the passkey holds it
		}
		out, err = s.beginPasskey(c, "entrance", l.id, holder{account: e.row.account()})
		return err
	})
	return out, err
}

func (s *Service) enter(c *db.Conn, token, browser string) (l link, e entrant, err error) {
	if l, err = s.openLink(c, token, ForInvitation, ForRecovery); err != nil {
		return l, e, err
	}
	if err = s.confirmed(c, l, browser); err != nil {
		return l, e, err
	}
	e, err = s.entrant(c, l)
	return l, e, err
}

// Choice is how somebody will sign in from now on: with a passkey or a password.
type Choice struct {
	Credential []byte // the browser's answer to EntrancePasskey
	Password   string
	Email      string // if the invitation names none
	UserAgent  string
	Address    string
	Replaces   string // the browser's session cookie so far; its session ends
}

// Entered is somebody who came in. Staff who chose a password have no cookie yet:
// they sign in, and set up their second step there.
type Entered struct {
	Account Account
	Cookie  string
}

// Enter uses the link up. An invitation makes the account. A recovery takes the
// old ways to sign in away, all of them, and ends whatever was signed in.
func (s *Service) Enter(ctx context.Context, token, browser string, how Choice) (Entered, error) {
	l, e, err := s.enter(s.db.Read(ctx), token, browser)
	if err != nil {
		return Entered{}, err
	}
	var key *webauthn.Credential
	proof, amr := Password, []string{"pwd"}
	if len(how.Credential) > 0 {
		key, err = s.madePasskey(ctx, "entrance", l.id, how.Credential, func(handle []byte) (holder, error) {
			id, err := uuid.FromBytes(handle)
			if err != nil || e.row.ID != "" && e.row.ID != id.String() {
				return holder{}, errCeremony
			}
			e.row.ID = id.String()
			return holder{account: e.row.account()}, nil
		})
		proof, amr, e.row.Password = Passkey, []string{"pop", "user", "mfa"}, ""
	} else {
		err = s.chosenPassword(ctx, &e, how)
	}
	if err != nil {
		return Entered{}, err
	}
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		if err := s.useLinkTx(c, l); err != nil {
			return err
		}
		if l.purpose == ForRecovery {
			if err := s.recoverTx(c, l, e.row); err != nil {
				return err
			}
		} else if err := s.acceptTx(c, l, &e); err != nil {
			return err
		}
		if key != nil {
			if _, err := s.addPasskeyTx(c, e.row.ID, "Passkey", key); err != nil {
				return err
			}
			return s.recordTx(c, Act{Who: Principal{Account: e.row.ID}, Account: e.row.ID, Action: "create", Detail: "passkey"})
		}
		return nil
	})
	if err != nil {
		return Entered{}, err
	}
	out := Entered{Account: e.row.account()}
	if out.Account.Kind == Staff && key == nil {
		return out, nil
	}
	_, out.Cookie, err = s.StartSession(ctx, NewSession{
		Account: e.row.ID, Proof: proof, AMR: amr, UserAgent: how.UserAgent, Address: how.Address, Replaces: how.Replaces,
	})
	return out, err
}

// chosenPassword hashes the new password, and takes an address to sign in with.
func (s *Service) chosenPassword(ctx context.Context, e *entrant, how Choice) (err error) {
	if e.row.Email == "" {
		if e.row.Email, err = normalEmail(how.Email); err != nil {
			return err
		}
		if e.row.Email == "" {
			return fault.New(fault.Invalid, "Please give an e-mail address and a password.")
		}
	}
	if e.row.ID != "" {
		if err = s.checkReuse(ctx, e.row, how.Password); err != nil {
			return err
		}
	}
	e.row.Password, err = s.hashNewPassword(ctx, how.Password, e.row.Email, e.row.Name)
	return err
}

func (s *Service) acceptTx(c *db.Conn, l link, e *entrant) error {
	now := s.now()
	if e.row.ID == "" {
		e.row.ID = s.newID()
	}
	e.row.CreatedAt = micros(now)
	if l.email != "" && l.email == e.row.Email {
		e.row.VerifiedAt = micros(now) // the link came by mail to that address
	}
	if err := s.insertAccount(c, e.row); err != nil {
		return err
	}
	if e.row.Email != "" && e.row.VerifiedAt == 0 && s.mail != nil {
		if err := s.askAddressTx(c, e.row, e.row.Email); err != nil {
			return err
		}
	}
	return s.takenTx(c, l.subject, e.row)
}

// takenTx settles an invitation with the account that took it.
func (s *Service) takenTx(c *db.Conn, invitation string, a accountRow) error {
	n, err := c.Exec(`UPDATE invitations SET accepted_at = ?, account = ? WHERE id = ? AND accepted_at = 0 AND withdrawn_at = 0`, micros(s.now()), a.ID, invitation)
	if err == nil && n == 0 {
		return errLink
	}
	if err != nil {
		return err
	}
	if s.taken != nil {
		if err := s.taken(c, invitation, a.ID); err != nil {
			return err
		}
	}
	who := Principal{Kind: a.Kind, Account: a.ID, Name: a.Name, Roles: rolesOf(a.Roles), Patient: a.Patient}
	return s.recordTx(c, Act{Who: who, Account: a.ID, Action: "create", Detail: "account:" + invitation})
}

// AcceptAs takes an invitation for the account that somebody is signed in to,
// who cares for one more person, or was a caregiver and is now a patient.
func (s *Service) AcceptAs(ctx context.Context, who Principal, token, birthDate string) error {
	if err := who.RequireRecent(s.now()); err != nil {
		return err
	}
	l, err := s.openLink(s.db.Read(ctx), token, ForInvitation)
	if err != nil {
		return err
	}
	// The session stands for the browser: whoever confirmed it is who takes it.
	if err := s.confirmLink(ctx, l, birthDate, who.Session, who.Address); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		e, err := s.entrant(c, l)
		if err != nil {
			return err
		}
		if err := s.useLinkTx(c, l); err != nil {
			return err
		}
		a, err := accountByID(c, who.Account)
		if err != nil {
			return err
		}
		if a.Kind != e.row.Kind || a.Kind != Person || e.row.Patient != "" && a.Patient != "" && a.Patient != e.row.Patient {
			return fault.New(fault.Conflict, "This invitation is for somebody else's account. Sign out, and open the link again.").WithCode("other_account")
		}
		if e.row.Patient != "" && a.Patient == "" {
			a.Patient = e.row.Patient
			if err := s.changeTx(c, a.ID, map[string]any{"patient": a.Patient}); err != nil {
				return err
			}
		}
		return s.takenTx(c, l.subject, a)
	})
}
