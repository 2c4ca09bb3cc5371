package identity

import (
	"cmp"
	"context"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/revoke"
)

// StepUpAge is how long a proof counts for what needs one: signing, exports,
// grants, changes of how to sign in.
const StepUpAge = 10 * time.Minute

// Recent tells whether the principal proved who they are within the last ten
// minutes, as strongly as their account can. Staff need a second factor or a
// passkey. A person's password is enough, because only who has nothing stronger
// gets a fresh session or a step-up for it: with codes set up the sign-in asks for
// them, with a passkey the session of a password counts as old (loadSession), and
// StepUpPassword refuses. Systems and tokens of operators gave no proof
// and are never recent.
func (p Principal) Recent(now time.Time) bool {
	if p.Kind == Person && p.Proof == Password {
		return now.Sub(p.ProvedAt) <= StepUpAge
	}
	return (p.Kind == Person || p.Kind == Staff) && p.Fresh(now, StepUpAge)
}

// RequireRecent is the refusal that makes the client ask for a step-up.
func (p Principal) RequireRecent(now time.Time) error {
	if p.Recent(now) {
		return nil
	}
	return fault.New(fault.Forbidden, "Please confirm that it is you.").WithCode("step_up")
}

// Factors is what an account can prove itself with.
type Factors struct {
	Password bool
	TOTP     bool
	Passkeys int
}

// Second tells whether there is anything stronger than a password.
func (f Factors) Second() bool { return f.TOTP || f.Passkeys > 0 }

// Factors reads what an account can prove itself with.
func (s *Service) Factors(ctx context.Context, account string) (f Factors, err error) {
	err = s.db.Read(ctx).QueryRow(`SELECT a.password <> '',
			EXISTS (SELECT 1 FROM totp t WHERE t.account = a.id AND t.confirmed_at > 0),
			(SELECT count(*) FROM passkeys p WHERE p.account = a.id)
		FROM accounts a WHERE a.id = ?`, account).Scan(&f.Password, &f.TOTP, &f.Passkeys)
	return f, err
}

// ResetFactors takes away an account's codes and passkeys, by an operator, for somebody who lost
// their phone and was known again by a person of the clinic. Everything they are
// signed in on ends; staff set up a new second factor at the next sign-in.
func (s *Service) ResetFactors(ctx context.Context, account string) error {
	return s.db.InTx(ctx, func(c *db.Conn) error {
		if err := s.dropFactorsTx(c, account); err != nil {
			return err
		}
		if err := s.recordTx(c, Act{Account: account, Action: "delete", Detail: "totp and passkeys"}); err != nil {
			return err
		}
		return s.endAllTx(c, account, "")
	})
}

// StepUpTOTP renews the session's proof by a one-time code, or by a recovery
// code; until tells how long it counts.
func (s *Service) StepUpTOTP(ctx context.Context, who Principal, code string) (until time.Time, err error) {
	only, err := s.PasskeyOnly(ctx, who.Kind)
	if err != nil {
		return time.Time{}, err
	}
	if only {
		return time.Time{}, errPasskeyOnly
	}
	if err := s.CheckCode(ctx, who.Account, code); err != nil {
		return time.Time{}, s.refuse(ctx, stepUp(who, "code"), err)
	}
	return s.prove(ctx, who, SecondFactor)
}

// StepUpPassword renews the proof of a person who has nothing but a password.
func (s *Service) StepUpPassword(ctx context.Context, who Principal, password string) (until time.Time, err error) {
	f, err := s.Factors(ctx, who.Account)
	if err != nil {
		return time.Time{}, err
	}
	if who.Kind != Person || f.Second() {
		return time.Time{}, fault.New(fault.Forbidden, "Please confirm with your passkey or a one-time code.").WithCode("second_factor")
	}
	if err := s.provePassword(ctx, who, password); err != nil {
		return time.Time{}, err
	}
	return s.prove(ctx, who, Password)
}

// prove writes a new proof into the session. Nothing is taken back, so no
// revocation goes out: this node sees it at once, others within two seconds,
// because a session without a recent proof is not remembered for longer.
func (s *Service) prove(ctx context.Context, who Principal, proof Proof) (time.Time, error) {
	now := s.now()
	browser := cmp.Or(who.Browser, otherProgram)
	net4, net6 := networks(who.Address)
	return now.Add(StepUpAge), s.db.InTx(ctx, func(c *db.Conn) error {
		// Many have an address of each version of IP, and their requests come now by one
		// and now by the other. A proof takes the network of its own version along, and
		// leaves the one that was proven by the other version.
		n, err := c.Exec(`UPDATE sessions SET proof = CASE WHEN proof > ? THEN proof ELSE ? END, proved_at = ?,
				browser = CASE WHEN browser = '' THEN ? ELSE browser END,
				proof_net4 = CASE WHEN ? <> '' THEN ? WHEN proof_browser = ? THEN proof_net4 ELSE '' END,
				proof_net6 = CASE WHEN ? <> '' THEN ? WHEN proof_browser = ? THEN proof_net6 ELSE '' END, proof_browser = ?
			WHERE id = ? AND account = ? AND ended_at = 0`, proof, proof, micros(now), browser,
			net4, net4, browser, net6, net6, browser, browser, who.Session, who.Account)
		if err != nil {
			return err
		}
		if n == 0 {
			// A token proves itself by signing in again, not here.
			return fault.New(fault.Forbidden, "Please sign in again to do this.").WithCode("step_up")
		}
		c.After(func() { s.cache.drop(revoke.Session, who.Session) })
		return s.recordTx(c, Act{Who: who, Action: "login", Detail: "step-up"})
	})
}
