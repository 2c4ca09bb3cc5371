package carriertest

import (
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
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// PushService is one that browsers use (RFC 8030), together with the browsers.
type PushService struct {
	ends
	server *httptest.Server
	boxes  map[string]*browser
	next   int
}

type browser struct {
	private *ecdh.PrivateKey
	auth    []byte
	app     string // the key it was subscribed with; empty: any
}

// NewPushService starts one and ends it with the test.
func NewPushService(t testing.TB) *PushService {
	s := &PushService{ends: ends{t: t}, boxes: map[string]*browser{}}
	s.server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.server.Close)
	return s
}

// Client reaches it.
func (s *PushService) Client() *http.Client { return s.server.Client() }

// Subscribe gives what the PushManager of a new browser gives, as JSON, and the
// target under which its pushes are listed.
func (s *PushService) Subscribe(applicationServerKey string) (subscription, target string) {
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	auth := make([]byte, 16)
	_, _ = rand.Read(auth)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	target = "/push/" + strconv.Itoa(s.next)
	s.boxes[target] = &browser{private, auth, applicationServerKey}
	b, err := json.Marshal(map[string]any{
		"endpoint": s.server.URL + target,
		"p256dh":   base64.RawURLEncoding.EncodeToString(private.PublicKey().Bytes()), "auth": base64.RawURLEncoding.EncodeToString(auth),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b), target
}

// Unsubscribe ends one: from then on it is gone.
func (s *PushService) Unsubscribe(target string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.boxes, target)
}

var topic = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

func (s *PushService) serve(w http.ResponseWriter, r *http.Request) {
	raw, _ := httputil.DumpRequest(r, false)
	body, err := io.ReadAll(io.LimitReader(r.Body, 5000))
	s.mu.Lock()
	box := s.boxes[r.URL.Path]
	s.mu.Unlock()
	switch {
	case err != nil || len(body) > 4096:
		s.wrong(w, http.StatusRequestEntityTooLarge, "a push of more than 4096 bytes")
		return
	case r.Method != http.MethodPost:
		s.wrong(w, http.StatusMethodNotAllowed, "%s of a push", r.Method)
		return
	case box == nil:
		w.WriteHeader(http.StatusGone)
		return
	case r.Header.Get("Content-Encoding") != "aes128gcm" || !topic.MatchString(r.Header.Get("Topic")):
		s.wrong(w, http.StatusBadRequest, "a push with a bad head")
		return
	}
	if ttl, err := strconv.Atoi(r.Header.Get("TTL")); err != nil || ttl < 0 {
		s.wrong(w, http.StatusBadRequest, "a push without TTL")
		return
	}
	if err := s.vapid(r.Header.Get("Authorization"), box.app); err != nil {
		s.wrong(w, http.StatusForbidden, "vapid: %v", err)
		return
	}
	clear, err := box.open(body)
	if err != nil {
		s.wrong(w, http.StatusBadRequest, "a push that the browser cannot read: %v", err)
		return
	}
	status, _, after, cut := s.verdict(Got{Target: r.URL.Path, ID: r.Header.Get("Topic"), Clear: string(clear), Raw: string(raw)})
	switch {
	case cut:
		panic(http.ErrAbortHandler)
	case status != 0:
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(status)
	default:
		w.Header().Set("Location", s.server.URL+"/message/1")
		w.WriteHeader(http.StatusCreated)
	}
}

// vapid looks at who sends (RFC 8292).
func (s *PushService) vapid(head, app string) error {
	word, ok := strings.CutPrefix(head, "vapid ")
	if !ok {
		return errors.New("no vapid")
	}
	var token, key string
	for part := range strings.SplitSeq(word, ",") {
		switch k, v, _ := strings.Cut(strings.TrimSpace(part), "="); k {
		case "t":
			token = v
		case "k":
			key = v
		}
	}
	raw, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		return err
	}
	if app != "" && key != app {
		return errors.New("not the key that the browser subscribed with")
	}
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
	if err != nil {
		return err
	}
	t, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return err
	}
	var c jwt.Claims
	if err := t.Claims(pub, &c); err != nil {
		return err
	}
	switch end := c.Expiry; {
	case !c.Audience.Contains(s.server.URL):
		return errors.New("for another service")
	case end == nil || end.Time().Before(time.Now()) || end.Time().After(time.Now().Add(24*time.Hour)):
		return errors.New("it ends too late or has ended")
	case !strings.HasPrefix(c.Subject, "mailto:") && !strings.HasPrefix(c.Subject, "https:"):
		return errors.New("nobody to turn to")
	}
	return nil
}

// open reads a push as a browser does (RFC 8291, section 3.4; RFC 8188).
func (b *browser) open(body []byte) ([]byte, error) {
	if len(body) < 21+65+17 || body[20] != 65 || binary.BigEndian.Uint32(body[16:20]) < 18 {
		return nil, errors.New("no such head")
	}
	salt, sender := body[:16], body[21:86]
	pub, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return nil, err
	}
	shared, err := b.private.ECDH(pub)
	if err != nil {
		return nil, err
	}
	prkKey, err := hkdf.Extract(sha256.New, shared, b.auth)
	if err != nil {
		return nil, err
	}
	ikm, err := hkdf.Expand(sha256.New, prkKey, "WebPush: info\x00"+string(b.private.PublicKey().Bytes())+string(sender), 32)
	if err != nil {
		return nil, err
	}
	prk, err := hkdf.Extract(sha256.New, ikm, salt)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Expand(sha256.New, prk, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Expand(sha256.New, prk, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, nonce, body[86:], nil)
	if err != nil {
		return nil, err
	}
	for i := len(plain) - 1; i >= 0; i-- { // padding
		if plain[i] == 2 {
			return plain[:i], nil
		}
		if plain[i] != 0 {
			break
		}
	}
	return nil, errors.New("no end of the last record")
}
