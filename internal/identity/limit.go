package identity

import (
	"context"
	"errors"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
)

// Limits slow down guessing. Each counts for a pair of account and place, or
// for a place alone; for an account alone there is only a pace, and only for
// devices that nobody signed in on before: nobody can keep somebody else out by
// guessing badly. An attempt is charged before the work and given back when it
// was right, so that many at one time are counted too.
type limit struct {
	key    string
	max    int64
	window time.Duration
	pace   time.Duration // beyond max one attempt in this time; 0: none
}

func (s *Service) pairLimit(what, account, address string) limit {
	return limit{key: keyed(s.limits.Now(), what, "pair", account, addressKey(address)), max: 10, window: 15 * time.Minute}
}

// deviceLimit stands for the pair and the place when somebody signed in to the
// account on the device before: what others do at the same address, or to the
// same account from everywhere, is not counted against its owner.
func (s *Service) deviceLimit(what, account string, device []byte) limit {
	return limit{key: keyed(s.limits.Now(), what, "device", account, string(device)), max: 10, window: 15 * time.Minute}
}

// paceLimit slows down guessing at one account from many addresses: after 30
// wrong ones within an hour, devices that nobody signed in on before share one
// try in half a minute. Passkeys and known devices are not slowed.
func (s *Service) paceLimit(what, account string) limit {
	return limit{key: keyed(s.limits.Now(), what, "account", account), max: 30, window: time.Hour, pace: 30 * time.Second}
}

// placeLimit is generous: a whole clinic or a provider's phones may share one
// address.
func (s *Service) placeLimit(what, address string) limit {
	return limit{key: keyed(s.limits.Now(), what, "place", addressKey(address)), max: 100, window: 15 * time.Minute}
}

// codeLimit counts wrong one-time codes of an account, wherever they come from.
// Only who has the password gets there, so it is no way to lock others out; it
// bounds the guesses at six digits to 30 an hour.
func (s *Service) codeLimit(account string) limit {
	return limit{key: keyed(s.limits.Now(), "code", account), max: 30, window: time.Hour}
}

type waiting struct{ d time.Duration }

func (w waiting) Error() string { return "too many attempts" }

// RetryAfter is what the faces write into the header of that name.
func (w waiting) RetryAfter() time.Duration { return w.d }

// RetryAfter tells how long somebody has to wait who got a TooMany fault.
func RetryAfter(err error) (time.Duration, bool) {
	w, ok := errors.AsType[waiting](err)
	return w.d, ok
}

func tooMany(d time.Duration) error {
	d = max(d.Round(time.Second), time.Second)
	return fault.Wrap(fault.TooMany, "That was tried too often. Please wait some minutes and try again.", waiting{d})
}

// charge counts one attempt at each limit, or refuses. The row's lock puts
// attempts that come at one time in a line.
func (s *Service) charge(ctx context.Context, limits ...limit) error {
	now := s.now()
	return s.db.InTx(ctx, func(c *db.Conn) error {
		for _, l := range limits {
			count, since, err := countTx(c, l.key, now, l.window)
			if err == nil && count > l.max && l.pace > 0 {
				count, since, err = countTx(c, l.key+" pace", now, l.pace)
				l.max, l.window = 1, l.pace
			}
			if err != nil {
				return err
			}
			if count > l.max {
				return tooMany(since.Add(l.window).Sub(now)) // and nothing is counted
			}
		}
		return nil
	})
}

// countTx counts one more within the window, which begins with the first.
func countTx(c *db.Conn, key string, now time.Time, window time.Duration) (count int64, since time.Time, err error) {
	var at int64
	old := micros(now.Add(-window))
	err = c.QueryRow(`INSERT INTO attempts (key, count, since) VALUES (?, 1, ?)
		ON CONFLICT (key) DO UPDATE SET
			count = CASE WHEN attempts.since <= ? THEN 1 ELSE attempts.count + 1 END,
			since = CASE WHEN attempts.since <= ? THEN excluded.since ELSE attempts.since END
		RETURNING count, since`, key, micros(now), old, old).Scan(&count, &at)
	return count, fromMicros(at), err
}

// refund takes one attempt back: it was right.
func (s *Service) refund(ctx context.Context, limits ...limit) error {
	return s.db.InTx(ctx, func(c *db.Conn) error {
		for _, l := range limits {
			// What was right does not use the pace up either.
			if _, err := c.Exec(`UPDATE attempts SET count = count - 1 WHERE key IN (?, ?) AND count > 0`, l.key, l.key+" pace"); err != nil {
				return err
			}
		}
		return nil
	})
}
