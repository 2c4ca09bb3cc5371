// Package carrier brings a word to where somebody may see it outside the app: to
// browsers by Web Push, to phones by APNs and FCM, to any telephone by SMS.
//
// All that is carried is a Word: an opaque id, fixed text and a link. There is no
// place in it for a name or for what it is about.
package carrier

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Word is what is carried.
type Word struct {
	ID       string // opaque; the same each time it is tried, so that it rings once
	Subject  string // of a mail
	Text     string // fixed words in the receiver's language
	Language string
	Link     string    // to open; means nothing without signing in
	Stop     string    // address that ends mails of this kind; empty: they cannot be ended
	Until    time.Time // after which it is of no use; zero: a day
	Urgent   bool      // wakes a phone that sleeps
}

// Carrier is one way to tell somebody. Carry is given a target as the carrier's
// own network names it: a token, a subscription, a number.
type Carrier interface {
	Carry(ctx context.Context, target string, w Word) error
}

// Class is what a failure means for what comes next.
type Class string

// The classes.
const (
	Later   Class = "later"   // not taken; try again
	Unknown Class = "unknown" // it may have been taken
	Refused Class = "refused" // not taken, and it will not be
	Gone    Class = "gone"    // nobody is at this target any more: forget it
	Setup   Class = "setup"   // our own credentials or settings are not good
)

// Error is why something was not carried. It never holds a target, or words of the
// other side, which may name one.
type Error struct {
	Class Class
	Code  int    // of the protocol; 0: no answer
	Why   string // a reason of the protocol's own list, or a word of ours
	After time.Duration
}

func (e *Error) Error() string {
	return fmt.Sprintf("not carried: %s (%d %s)", e.Class, e.Code, e.Why)
}

// Failure reads the class of an error; what is no Error may be tried again.
func Failure(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Class: Later, Why: "unreachable"}
}

const (
	maxAnswer = 16 << 10
	maxWait   = 6 * time.Hour
	carryTime = 15 * time.Second
)

// answer is what came back.
type answer struct {
	code  int
	after time.Duration
	body  []byte
}

// exchange sends a request and reads the answer, which is bounded. Answers that
// lead elsewhere are not followed: no push service sends one.
func exchange(client *http.Client, r *http.Request) (answer, error) {
	c := *client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if c.Timeout == 0 || c.Timeout > carryTime {
		c.Timeout = carryTime
	}
	resp, err := c.Do(r)
	if err != nil {
		return answer{}, &Error{Class: Later, Why: "unreachable"} // the cause has the address in it
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil && resp.StatusCode < 300 {
		body = nil // taken, whatever it wanted to say
	}
	return answer{resp.StatusCode, retryAfter(resp.Header.Get("Retry-After")), body}, nil
}

// retryAfter reads both forms of RFC 9110, section 10.2.3.
func retryAfter(s string) time.Duration {
	d := time.Duration(0)
	if n, err := strconv.Atoi(s); err == nil {
		d = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(s); err == nil {
		d = time.Until(at)
	}
	return min(max(d, 0), maxWait)
}

// lifetime is how long the network shall keep a word for a receiver who is away.
func (w Word) lifetime(now time.Time) time.Duration {
	if w.Until.IsZero() {
		return 24 * time.Hour
	}
	return min(max(w.Until.Sub(now), time.Minute), 24*time.Hour)
}
