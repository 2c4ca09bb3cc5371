package identity

import (
	"cmp"
	"strings"
	"time"

	"housecall/internal/db"
)

// How many wrong tries within a day are told to whose account it is. Who types a
// wrong code has typed the right password before, or found an open page: that is
// told sooner.
const (
	unusualPasswords = 5
	unusualCodes     = 3
	unusualWithin    = 24 * time.Hour
)

// Nobody can fill somebody's mailbox by guessing: it is told once in a day, and
// three times in a week.
const (
	warnedPerWeek = 3
	warnedWeek    = 7 * 24 * time.Hour
)

// Warn names who tells people, in the same transaction, that somebody unusually
// often tried to sign in to their account.
func (s *Service) Warn(tell func(c *db.Conn, account string) error) { s.warn = tell }

// triedTx counts a sign-in or a step-up that was refused, those beyond a limit
// among them. Tries at an account that does not exist are counted like any others.
func (s *Service) triedTx(c *db.Conn, a Act) error {
	account := cmp.Or(a.Account, a.Who.Account)
	if a.Action != "login" || a.Outcome != "refused" || account == "" {
		return nil
	}
	what, most := "code", int64(unusualCodes)
	if strings.Contains(a.Detail, "password") {
		what, most = "password", unusualPasswords
	}
	now := s.now()
	count, _, err := countTx(c, keyed(s.limits.Now(), "tried", what, account), now, unusualWithin)
	if err != nil || count < most || s.warn == nil || strings.HasPrefix(account, unknownAccount) {
		return err
	}
	for _, l := range []limit{
		{key: keyed(s.limits.Now(), "warned", "day", account), max: 1, window: unusualWithin},
		{key: keyed(s.limits.Now(), "warned", "week", account), max: warnedPerWeek, window: warnedWeek},
	} {
		count, _, err := countTx(c, l.key, now, l.window)
		if err != nil || count > l.max {
			return err
		}
	}
	return s.warn(c, account)
}
