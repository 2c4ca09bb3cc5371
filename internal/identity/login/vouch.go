package login

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"housecall/internal/identity"
)

// Span is a time in the settings, like "15m".
type Span time.Duration

// UnmarshalJSON reads it as people write it.
func (s *Span) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return fmt.Errorf("a time is written like \"15m\"")
	}
	d, err := time.ParseDuration(text)
	*s = Span(d)
	return err
}

// How long an issuer's word on somebody counts, when the settings do not say.
const (
	recheckEvery = 10 * time.Minute
	recheckGrace = time.Hour
	longestAlone = 4 * time.Hour
	maxSID       = 500
)

func (i Issuer) recheck() time.Duration { return spanOr(i.Recheck, recheckEvery) }
func (i Issuer) grace() time.Duration   { return spanOr(i.Grace, recheckGrace) }
func (i Issuer) longest() time.Duration { return spanOr(i.Longest, longestAlone) }

func spanOr(s Span, d time.Duration) time.Duration {
	if s > 0 {
		return time.Duration(s)
	}
	return d
}

// checkSpans bounds what the settings may say: what is too long would be as good as
// never.
func (i Issuer) checkSpans() error {
	for _, x := range []struct {
		name        string
		span        Span
		least, most time.Duration
	}{
		{"recheck", i.Recheck, time.Minute, 12 * time.Hour},
		{"grace", i.Grace, time.Minute, 24 * time.Hour},
		{"longest", i.Longest, 10 * time.Minute, identity.SessionTotal},
	} {
		if d := time.Duration(x.span); d != 0 && (d < x.least || d > x.most) {
			return fmt.Errorf("%s must be between %s and %s", x.name, x.least, x.most)
		}
	}
	return nil
}

// vouches is what is kept of an issuer's word, by which the session that comes of
// it can end. With a refresh token the issuer is asked again. Without one, apps
// that would outlive the session end after a while, and where the issuer does not
// say either when somebody signs out, so does the session.
func (l *Login) vouches(p *party, s state, a identity.Account, c claims) identity.OutsideSession {
	now := l.now()
	o := identity.OutsideSession{
		Request: s.request, Account: a.ID, Party: p.ID, Issuer: p.Issuer.Issuer, Subject: c.token.Subject, SID: c.sid, Refresh: c.refresh,
		CheckAt: now.Add(p.recheck()),
	}
	if len(o.SID) > maxSID {
		o.SID = ""
	}
	if o.Refresh == "" {
		o.Until, o.Bounded = now.Add(p.longest()), !p.says()
		if o.Until.Before(o.CheckAt) {
			o.CheckAt = o.Until
		}
	}
	return o
}

func sameRoles(a, b []identity.Role) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(r identity.Role) bool { return !slices.Contains(b, r) })
}
