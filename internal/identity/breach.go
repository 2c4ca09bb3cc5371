package identity

import (
	"bufio"
	"context"
	"crypto/sha1" //nolint:gosec // what the lists of stolen passwords are sorted by
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"housecall/internal/identity/egress"
)

// Breach asks a list of stolen passwords without telling it the password: it is
// asked for all that begin with the first five signs of the SHA-1, and the rest
// is compared here (k-anonymity, the range API of Pwned Passwords).
type Breach struct {
	url    string
	client *http.Client
}

// breachTime is how long somebody who chooses a password waits for the list.
const breachTime = 2 * time.Second

// ParseBreach reads the setting HOUSECALL_BREACH_URL: an address behind which
// the five signs are put. Empty gives nil, which knows nothing.
func ParseBreach(raw string) (*Breach, error) {
	if raw == "" {
		return nil, nil
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("it must be an address without password or query")
	}
	here := u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1"
	if u.Scheme != "https" && !(u.Scheme == "http" && here) {
		return nil, errors.New("it must begin with https://")
	}
	return &Breach{url: strings.TrimSuffix(raw, "/") + "/", client: egress.Way{Private: true}.Client()}, nil // the site's own setting: its mirror may be inside
}

// Knows tells whether the password is in the list. A list that does not answer
// keeps nobody from choosing a password: the list that comes along was asked
// before.
func (b *Breach) Knows(ctx context.Context, password string) bool {
	if b == nil {
		return false
	}
	sum := sha1.Sum([]byte(password)) //nolint:gosec // see above
	hash := strings.ToUpper(hex.EncodeToString(sum[:]))
	found, err := b.find(ctx, hash[:5], hash[5:])
	if err != nil {
		slog.Warn("the list of stolen passwords could not be asked", "why", "no answer")
	}
	return found
}

func (b *Breach) find(ctx context.Context, prefix, rest string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, breachTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+prefix, nil)
	if err != nil {
		return false, err
	}
	req.Header.Set("Add-Padding", "true") // the answer's length says nothing
	resp, err := b.client.Do(req)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return false, errors.New(resp.Status)
	}
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		suffix, count, _ := strings.Cut(strings.TrimSpace(lines.Text()), ":")
		if strings.EqualFold(suffix, rest) {
			return count != "0", nil // 0 is padding
		}
	}
	return false, lines.Err()
}
