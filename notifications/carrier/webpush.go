package carrier

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-jose/go-jose/v4"

	"housecall/internal/sitekey"
)

// WebPush tells browsers through the push service that each of them has (RFC 8030),
// which cannot read what it passes on (RFC 8291) and knows us by a key (RFC 8292).
type WebPush struct {
	client  *http.Client
	key     *ecdsa.PrivateKey
	contact string
	now     func() time.Time
}

// Subscription is where a browser is told, as its PushManager gives it.
type Subscription struct {
	Endpoint string `json:"endpoint"`
	P256dh   string `json:"p256dh"`
	Auth     string `json:"auth"`
}

// NewWebPush makes the carrier. Its key is derived from the site key that is the
// oldest in use at the start: browsers bind a subscription to it, and subscribe anew
// when it is another one. contact is a mailto: or https: address under which push
// services find us.
func NewWebPush(ring *sitekey.Ring, contact string, client *http.Client) (*WebPush, error) {
	if err := CheckContact(contact); err != nil {
		return nil, err
	}
	w := &WebPush{client: client, contact: contact, now: time.Now}
	key := ring.Oldest()
	for i := 0; ; i++ { // one in 2^32 is no key
		k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), key.Derive("web push "+strconv.Itoa(i), 32))
		if err == nil {
			w.key = k
			return w, nil
		}
	}
}

// CheckContact tells whether an address may be given to push services.
func CheckContact(contact string) error {
	u, err := url.Parse(contact)
	if err != nil || u.Scheme != "mailto" && u.Scheme != "https" || u.Opaque == "" && u.Host == "" {
		return errors.New("it must be a mailto: or https: address")
	}
	return nil
}

// PublicKey is what browsers subscribe with.
func (w *WebPush) PublicKey() string {
	b, err := w.key.PublicKey.Bytes()
	if err != nil {
		panic("carrier: " + err.Error()) // of a key that was just read
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// Check reads a subscription, before it is kept.
func (s Subscription) Check(private bool) error {
	u, err := url.Parse(s.Endpoint)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (!private || u.Scheme != "http") || len(s.Endpoint) > 1000 {
		return errors.New("carrier: this endpoint cannot be used")
	}
	_, _, err = s.keys()
	return err
}

func (s Subscription) keys() (*ecdh.PublicKey, []byte, error) {
	raw, err := base64.RawURLEncoding.DecodeString(s.P256dh)
	if err != nil {
		return nil, nil, errors.New("carrier: the subscription's key cannot be read")
	}
	pub, err := ecdh.P256().NewPublicKey(raw)
	if err != nil {
		return nil, nil, errors.New("carrier: the subscription's key is no key")
	}
	auth, err := base64.RawURLEncoding.DecodeString(s.Auth)
	if err != nil || len(auth) != 16 {
		return nil, nil, errors.New("carrier: the subscription's secret cannot be read")
	}
	return pub, auth, nil
}

// Carry implements Carrier; the target is a Subscription in JSON. The browser gets
// the id only: its words are in the service worker. Topic lets a second try replace
// the first while the browser is away; the tag of the same name does so after.
func (w *WebPush) Carry(ctx context.Context, target string, word Word) error {
	var s Subscription
	if json.Unmarshal([]byte(target), &s) != nil {
		return &Error{Class: Gone, Why: "unreadable"}
	}
	pub, auth, err := s.keys()
	if err != nil {
		return &Error{Class: Gone, Why: "unreadable"}
	}
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	plain, err := json.Marshal(map[string]string{"id": word.ID})
	if err != nil {
		return err
	}
	body, err := seal(plain, pub, auth, private, salt)
	if err != nil {
		return &Error{Class: Gone, Why: "unreadable"}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Endpoint, bytes.NewReader(body))
	if err != nil {
		return &Error{Class: Gone, Why: "unreadable"}
	}
	token, err := w.vapid(r.URL)
	if err != nil {
		return err
	}
	urgency := "normal"
	if word.Urgent {
		urgency = "high"
	}
	r.Header.Set("Authorization", "vapid t="+token+", k="+w.PublicKey())
	r.Header.Set("Content-Type", "application/octet-stream")
	r.Header.Set("Content-Encoding", "aes128gcm")
	r.Header.Set("TTL", strconv.Itoa(int(word.lifetime(w.now()).Seconds())))
	r.Header.Set("Topic", word.ID) // RFC 8030, section 5.4: at most 32 signs of base64url
	r.Header.Set("Urgency", urgency)
	a, err := exchange(w.client, r)
	switch {
	case err != nil:
		return err
	case a.code >= 200 && a.code < 300:
		return nil
	case a.code == http.StatusGone || a.code == http.StatusNotFound:
		return &Error{Class: Gone, Code: a.code, Why: "subscription"}
	case a.code == http.StatusTooManyRequests || a.code >= 500:
		return &Error{Class: Later, Code: a.code, Why: "service", After: a.after}
	case a.code == http.StatusUnauthorized || a.code == http.StatusForbidden:
		return &Error{Class: Setup, Code: a.code, Why: "vapid"}
	}
	return &Error{Class: Refused, Code: a.code, Why: "service"}
}

// vapid proves to one push service who we are (RFC 8292, section 2).
func (w *WebPush) vapid(to *url.URL) (string, error) {
	return sign(jose.ES256, w.key, "", map[string]any{"aud": to.Scheme + "://" + to.Host, "exp": w.now().Add(12 * time.Hour).Unix(), "sub": w.contact})
}

const recordSize = 4096

// seal encrypts for one browser (RFC 8291, section 3.4, in one record of RFC 8188).
func seal(plain []byte, receiver *ecdh.PublicKey, auth []byte, private *ecdh.PrivateKey, salt []byte) ([]byte, error) {
	shared, err := private.ECDH(receiver)
	if err != nil {
		return nil, err
	}
	own := private.PublicKey().Bytes()
	ikm, err := hkdf.Key(sha256.New, shared, auth, "WebPush: info\x00"+string(receiver.Bytes())+string(own), 32)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	if len(plain)+17 > recordSize {
		return nil, fmt.Errorf("carrier: %d bytes are too many for a push", len(plain))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	out := append([]byte{}, salt...)
	out = binary.BigEndian.AppendUint32(out, recordSize)
	out = append(append(out, byte(len(own))), own...)
	return gcm.Seal(out, nonce, append(bytes.Clone(plain), 2), nil), nil // 2 ends the last record
}
