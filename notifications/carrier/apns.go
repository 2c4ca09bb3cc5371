package carrier

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
)

// APNs tells iPhones through Apple's provider API (HTTP/2, token authentication).
type APNs struct {
	client *http.Client
	base   string
	team   string
	keyID  string
	topic  string // the app's bundle id
	key    *ecdsa.PrivateKey
	token  kept
	now    func() time.Time
}

var (
	tenSigns  = regexp.MustCompile(`^[A-Z0-9]{10}$`)
	bundleID  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{2,150}$`)
	hexDevice = regexp.MustCompile(`^[0-9A-Fa-f]{32,200}$`)
)

// ParseAPNs reads https://api.push.apple.com?key=FILE&key-id=ID&team=ID&topic=BUNDLE.
// The client comes with Use.
func ParseAPNs(raw string) (*APNs, error) {
	u, q, err := address(raw, "key", "key-id", "team", "topic")
	if err != nil {
		return nil, err
	}
	a := &APNs{base: u.Scheme + "://" + u.Host, keyID: q.Get("key-id"), team: q.Get("team"), topic: q.Get("topic"), now: time.Now}
	switch {
	case !tenSigns.MatchString(a.keyID):
		return nil, errors.New("key-id must be the ten signs that Apple gave the key")
	case !tenSigns.MatchString(a.team):
		return nil, errors.New("team must be the ten signs of the team")
	case !bundleID.MatchString(a.topic):
		return nil, errors.New("topic must be the bundle id of the app")
	}
	b, err := os.ReadFile(q.Get("key"))
	if err != nil {
		return nil, errors.New("the file behind key= cannot be read")
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, errors.New("the file behind key= is not the .p8 key that Apple gave")
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := k.(*ecdsa.PrivateKey)
	if err != nil || !ok || key.Curve != elliptic.P256() {
		return nil, errors.New("the file behind key= is not the .p8 key that Apple gave")
	}
	a.key = key
	return a, nil
}

// Use says through which client it goes out.
func (a *APNs) Use(client *http.Client) { a.client = client }

// Host is where it goes, for people to read.
func (a *APNs) Host() string { return host(a.base) }

// Carry implements Carrier; the target is a device token. apns-id is the same for
// each try, and the collapse id makes a second one take the place of the first.
func (a *APNs) Carry(ctx context.Context, target string, w Word) error {
	if !hexDevice.MatchString(target) {
		return &Error{Class: Gone, Why: "BadDeviceToken"}
	}
	// Apple wants the same token for 20 minutes at least and an hour at most.
	token, err := a.token.get(a.now(), func() (string, time.Time, error) {
		t, err := sign(jose.ES256, a.key, a.keyID, map[string]any{"iss": a.team, "iat": a.now().Unix()})
		return t, a.now().Add(45 * time.Minute), err
	})
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{
		"aps": map[string]any{"alert": map[string]string{"body": w.Text}, "sound": "default"}, "id": w.ID,
	})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.base+"/3/device/"+target, bytes.NewReader(body))
	if err != nil {
		return &Error{Class: Gone, Why: "BadDeviceToken"}
	}
	r.Header.Set("Authorization", "bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Apns-Topic", a.topic)
	r.Header.Set("Apns-Push-Type", "alert")
	r.Header.Set("Apns-Id", uuid.NewSHA1(uuid.NameSpaceOID, []byte(w.ID+" "+target)).String())
	r.Header.Set("Apns-Collapse-Id", w.ID)
	r.Header.Set("Apns-Expiration", strconv.FormatInt(a.now().Add(w.lifetime(a.now())).Unix(), 10))
	priority := "5"
	if w.Urgent {
		priority = "10"
	}
	r.Header.Set("Apns-Priority", priority)
	got, err := exchange(a.client, r)
	if err != nil || got.code == http.StatusOK {
		return err
	}
	var said struct{ Reason string }
	_ = json.Unmarshal(got.body, &said)
	e := &Error{Class: Refused, Code: got.code, Why: known(said.Reason, apnsReasons), After: got.after}
	switch {
	case got.code == http.StatusGone || e.Why == "BadDeviceToken" || e.Why == "DeviceTokenNotForTopic" || e.Why == "Unregistered" || e.Why == "ExpiredToken":
		e.Class = Gone
	case e.Why == "ExpiredProviderToken":
		a.token.drop(token)
		e.Class = Later
	case got.code == http.StatusTooManyRequests || got.code >= 500:
		e.Class = Later
	case got.code == http.StatusForbidden || got.code == http.StatusNotFound:
		e.Class = Setup
	}
	return e
}

// apnsReasons are those of Apple's table that may come; others are not repeated.
var apnsReasons = []string{
	"BadCertificate", "BadCertificateEnvironment", "BadCollapseId", "BadDeviceToken", "BadExpirationDate", "BadMessageId", "BadPath", "BadPriority", "BadTopic",
	"DeviceTokenNotForTopic", "DuplicateHeaders", "ExpiredProviderToken", "ExpiredToken", "Forbidden", "IdleTimeout", "InternalServerError", "InvalidProviderToken", "InvalidPushType",
	"MethodNotAllowed", "MissingDeviceToken", "MissingProviderToken", "MissingTopic", "PayloadEmpty", "PayloadTooLarge", "ServiceUnavailable", "Shutdown",
	"TooManyProviderTokenUpdates", "TooManyRequests", "TopicDisallowed", "Unregistered",
}

func known(reason string, of []string) string {
	for _, x := range of {
		if x == reason {
			return x
		}
	}
	return "other"
}

// address reads an https address with these words behind it, and no others.
func address(raw string, words ...string) (*url.URL, url.Values, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !here(u.Hostname())) {
		return nil, nil, errors.New("it must begin with https:// and name a host")
	}
	q := u.Query()
	for k := range q {
		if known(k, words) == "other" {
			return nil, nil, errors.New(strconv.Quote(k) + " is not known in it")
		}
	}
	return u, q, nil
}
