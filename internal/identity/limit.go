package identity

import (
	"context"
	"errors"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
)

// Limits slow down guessing. Each counts for a pair of account and place, or
// for a place alone, and never for an account alone: nobody can keep somebody
// else out by guessing badly. An attempt is charged before the work and given
// back when it was right, so that many at one time are counted too.
type limit struct {
	key    string
	max    int64
	window time.Duration
}

func (s *Service) pairLimit(what, account, address string) limit {
	return limit{keyed(s.limits, what, "pair", account, addressKey(address)), 10, 15 * time.Minute}
}

// placeLimit is generous: a whole clinic or a provider's phones may share one
// address.
func (s *Service) placeLimit(what, address string) limit {
	return limit{keyed(s.limits, what, "place", addressKey(address)), 100, 15 * time.Minute}
}

// codeLimit counts wrong one-time codes of an account, wherever they come from.
// Only who has the password gets there, so it is no way to lock others out; it
// bounds the guesses at six digits to 30 an hour.
func (s *Service) codeLimit(account string) limit {
	return limit{keyed(s.limits, "code", account), 30, time.Hour}
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
			var count, since int64
			old := micros(now.Add(-l.window))
			err := c.QueryRow(`INSERT INTO attempts (key, count, since) VALUES (?, 1, ?)
				ON CONFLICT (key) DO UPDATE SET
					count = CASE WHEN attempts.since <= ? THEN 1 ELSE attempts.count + 1 END,
					since = CASE WHEN attempts.since <= ? THEN excluded.since ELSE attempts.since END
				RETURNING count, since`, l.key, micros(now), old, old).Scan(&count, &since)
			if err != nil {
				return err
			}
			if count > l.max {
				return tooMany(fromMicros(since).Add(l.window).Sub(now)) // and nothing is counted
			}
		}
		return nil
	})
}

// refund takes one attempt back: it was right.
func (s *Service) refund(ctx context.Context, limits ...limit) error {
	return s.db.InTx(ctx, func(c *db.Conn) error {
		for _, l := range limits {
			if _, err := c.Exec(`UPDATE attempts SET count = count - 1 WHERE key = ? AND count > 0`, l.key); err != nil {
				return err
			}
		}
		return nil
	})
}
