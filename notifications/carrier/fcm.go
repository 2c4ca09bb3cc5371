package carrier

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// FCM tells Android phones through Firebase (HTTP v1, a service account's OAuth).
type FCM struct {
	client  *http.Client
	base    string
	account serviceAccount
	key     *rsa.PrivateKey
	token   kept
	now     func() time.Time
}

type serviceAccount struct {
	Project string `json:"project_id"`
	KeyID   string `json:"private_key_id"`
	Key     string `json:"private_key"`
	Email   string `json:"client_email"`
	Tokens  string `json:"token_uri"`
}

var projectID = regexp.MustCompile(`^[a-z][a-z0-9-]{3,40}$`)

// ParseFCM reads https://fcm.googleapis.com?key=FILE, where the file is the JSON
// key of a service account. The client comes with Use.
func ParseFCM(raw string) (*FCM, error) {
	u, q, err := address(raw, "key")
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(q.Get("key"))
	if err != nil {
		return nil, errors.New("the file behind key= cannot be read")
	}
	f := &FCM{base: u.Scheme + "://" + u.Host, now: time.Now}
	if json.Unmarshal(b, &f.account) != nil || !projectID.MatchString(f.account.Project) || f.account.Email == "" {
		return nil, errors.New("the file behind key= is not the key of a service account")
	}
	if t, err := url.Parse(f.account.Tokens); err != nil || t.Scheme != "https" && (t.Scheme != "http" || !here(t.Hostname())) {
		return nil, errors.New("the service account's token_uri must begin with https://")
	}
	block, _ := pem.Decode([]byte(f.account.Key))
	if block == nil {
		return nil, errors.New("the service account's private key cannot be read")
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := k.(*rsa.PrivateKey)
	if err != nil || !ok {
		return nil, errors.New("the service account's private key cannot be read")
	}
	f.key, f.account.Key = key, ""
	return f, nil
}

// Use says through which client it goes out.
func (f *FCM) Use(client *http.Client) { f.client = client }

// Host is where it goes, for people to read.
func (f *FCM) Host() string { return host(f.base) }

const fcmScope = "https://www.googleapis.com/auth/firebase.messaging"

// Carry implements Carrier; the target is a registration token. FCM has no id that
// makes a second try be nothing; its tag makes it take the first one's place.
func (f *FCM) Carry(ctx context.Context, target string, w Word) error {
	token, err := f.token.get(f.now(), func() (string, time.Time, error) { return f.grant(ctx) })
	if err != nil {
		return err
	}
	priority := "NORMAL"
	if w.Urgent {
		priority = "HIGH"
	}
	body, err := json.Marshal(map[string]any{"message": map[string]any{
		"token":        target,
		"notification": map[string]string{"body": w.Text},
		"data":         map[string]string{"id": w.ID},
		"android": map[string]any{
			"priority": priority, "ttl": fmt.Sprintf("%ds", int(w.lifetime(f.now()).Seconds())), "collapse_key": w.ID, "notification": map[string]string{"tag": w.ID},
		},
	}})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, f.base+"/v1/projects/"+f.account.Project+"/messages:send", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	got, err := exchange(f.client, r)
	if err != nil || got.code == http.StatusOK {
		return err
	}
	e := &Error{Class: Refused, Code: got.code, Why: fcmReason(got.body), After: got.after}
	switch {
	case e.Why == "UNREGISTERED" || e.Why == "NotRegistered" || e.Why == "SENDER_ID_MISMATCH" || got.code == http.StatusNotFound:
		e.Class = Gone
	case got.code == http.StatusUnauthorized:
		f.token.drop(token) // it may have ended early; if not, the grant says what is wrong
		e.Class = Later
	case got.code == http.StatusForbidden:
		e.Class = Setup
	case got.code == http.StatusTooManyRequests || got.code >= 500:
		e.Class = Later
	}
	return e
}

// fcmReason finds the code of Firebase's own list behind Google's general one.
func fcmReason(body []byte) string {
	var said struct {
		Error struct {
			Status  string
			Details []struct{ ErrorCode string }
		}
	}
	_ = json.Unmarshal(body, &said)
	for _, d := range said.Error.Details {
		if w := known(d.ErrorCode, fcmReasons); w != "other" {
			return w
		}
	}
	return known(said.Error.Status, fcmReasons)
}

var fcmReasons = []string{
	"UNSPECIFIED_ERROR", "INVALID_ARGUMENT", "UNREGISTERED", "NotRegistered", "SENDER_ID_MISMATCH", "QUOTA_EXCEEDED", "UNAVAILABLE", "INTERNAL", "THIRD_PARTY_AUTH_ERROR",
	"NOT_FOUND", "PERMISSION_DENIED", "UNAUTHENTICATED", "RESOURCE_EXHAUSTED",
}

// grant trades a word signed with the account's key for an access token (RFC 7523).
func (f *FCM) grant(ctx context.Context) (string, time.Time, error) {
	now := f.now()
	assertion, err := sign(jose.RS256, f.key, f.account.KeyID, map[string]any{
		"iss": f.account.Email, "scope": fcmScope, "aud": f.account.Tokens, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	})
	if err != nil {
		return "", time.Time{}, err
	}
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, f.account.Tokens, strings.NewReader(form.Encode()))
	if err != nil {
		return "", time.Time{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := exchange(f.client, r)
	if err != nil {
		return "", time.Time{}, err
	}
	var said struct {
		Token   string `json:"access_token"`
		Seconds int    `json:"expires_in"`
	}
	if got.code != http.StatusOK || json.Unmarshal(got.body, &said) != nil || said.Token == "" {
		class := Setup
		if got.code == http.StatusTooManyRequests || got.code >= 500 {
			class = Later
		}
		return "", time.Time{}, &Error{Class: class, Code: got.code, Why: "grant", After: got.after}
	}
	return said.Token, now.Add(time.Duration(min(max(said.Seconds-60, 0), 3600)) * time.Second), nil
}

// here: an endpoint on this machine, as in a test, may go without TLS.
func here(name string) bool {
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

func host(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Host
}
