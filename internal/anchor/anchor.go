// Package anchor sends short signed texts to places that this machine's operator
// cannot change afterwards: a bucket of S3 whose objects are locked, or a syslog
// server. What they say, and who signed it, is not this package's to know.
package anchor

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Place is where texts go.
type Place interface {
	Name() string // s3 or syslog, and where: "s3 audit-bucket"
	// Send hands one text over, under a name that was never used. Without an error
	// it was taken, as far as the place's protocol tells.
	Send(ctx context.Context, name string, text []byte) error
	Close() error
}

const (
	defaultRetain = 7 * 365 // days; records of audits are kept for six years (45 CFR 164.316)
	maxRetain     = 100 * 365
)

var errAddress = errors.New("it must be s3://BUCKET?region=REGION, syslog://HOST:PORT or syslogs://HOST:PORT")

// Check tells what is wrong with a list of addresses, apart by spaces.
func Check(list string) error {
	for _, s := range strings.Fields(list) {
		if _, err := parse(s); err != nil {
			return err
		}
	}
	return nil
}

// Open makes the places of a list of addresses. Nothing is sent yet.
func Open(ctx context.Context, list, node string) (places []Place, err error) {
	for _, s := range strings.Fields(list) {
		var p Place
		u, err := parse(s)
		if err == nil && u.Scheme == "s3" {
			p, err = openBucket(ctx, u)
		} else if err == nil {
			p, err = openSyslog(u, node)
		}
		if err != nil {
			for _, p := range places {
				_ = p.Close()
			}
			return nil, err
		}
		places = append(places, p)
	}
	return places, nil
}

// Names are what the places of a list of addresses are called.
func Names(list string) (names []string) {
	for _, s := range strings.Fields(list) {
		if u, err := parse(s); err == nil {
			names = append(names, nameOf(u))
		}
	}
	return names
}

func nameOf(u *url.URL) string {
	if u.Scheme == "s3" {
		return "s3 " + u.Host
	}
	return "syslog " + u.Host
}

func parse(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Path != "" && u.Path != "/" {
		return nil, errAddress
	}
	switch u.Scheme {
	case "s3":
		if u.Port() != "" {
			return nil, errAddress
		}
		if _, err := retain(u.Query()); err != nil {
			return nil, err
		}
	case "syslog", "syslogs":
		if u.Port() == "" || u.Hostname() == "" {
			return nil, errAddress
		}
	default:
		return nil, errAddress
	}
	return u, nil
}

// retain is for how long objects are locked.
func retain(q url.Values) (time.Duration, error) {
	days := defaultRetain
	if s := q.Get("retain"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxRetain {
			return 0, errors.New("retain must be a number of days, for example retain=2555")
		}
		days = n
	}
	switch strings.ToUpper(q.Get("mode")) {
	case "", "COMPLIANCE", "GOVERNANCE":
		return time.Duration(days) * 24 * time.Hour, nil
	}
	return 0, errors.New("mode must be compliance or governance")
}
