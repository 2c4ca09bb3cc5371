package carriertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"
)

// APNs is Apple's provider API: HTTP/2 only, with its status codes and reasons.
type APNs struct {
	ends
	server *httptest.Server
	key    *ecdsa.PrivateKey
	file   string
}

const apnsKeyID, apnsTeam, apnsTopic = "KEY1234567", "TEAM123456", "org.example.housecall"

// NewAPNs starts one and ends it with the test.
func NewAPNs(t testing.TB) *APNs {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &APNs{ends: ends{t: t}, key: key, file: filepath.Join(t.TempDir(), "AuthKey.p8")}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(a.file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	a.server = httptest.NewUnstartedServer(http.HandlerFunc(a.serve))
	a.server.EnableHTTP2 = true
	a.server.StartTLS()
	t.Cleanup(a.server.Close)
	return a
}

// Client trusts it.
func (a *APNs) Client() *http.Client { return a.server.Client() }

// URL is the setting that leads here.
func (a *APNs) URL() string {
	return a.server.URL + "?" + url.Values{"key": {a.file}, "key-id": {apnsKeyID}, "team": {apnsTeam}, "topic": {apnsTopic}}.Encode()
}

var device = regexp.MustCompile(`^/3/device/([0-9a-f]{64,200})$`)

func (a *APNs) serve(w http.ResponseWriter, r *http.Request) {
	raw, _ := httputil.DumpRequest(r, false)
	body, _ := io.ReadAll(io.LimitReader(r.Body, 5000))
	id := r.Header.Get("apns-id")
	say := func(status int, reason string) {
		w.Header().Set("apns-id", id)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		said := map[string]any{"reason": reason}
		if status == http.StatusGone {
			said["timestamp"] = time.Now().UnixMilli()
		}
		_ = json.NewEncoder(w).Encode(said)
	}
	if r.ProtoMajor != 2 {
		a.wrong(w, http.StatusHTTPVersionNotSupported, "APNs was asked over %s", r.Proto)
		return
	}
	path := device.FindStringSubmatch(r.URL.Path)
	if path == nil {
		say(http.StatusBadRequest, "BadDeviceToken")
		return
	}
	var payload struct {
		APS struct {
			Alert struct{ Body string }
		}
	}
	expires, err := strconv.ParseInt(r.Header.Get("apns-expiration"), 10, 64)
	if _, bad := uuid.Parse(id); bad != nil || err != nil || expires < time.Now().Unix() || r.Header.Get("apns-push-type") != "alert" || len(r.Header.Get("apns-collapse-id")) > 64 {
		a.t.Errorf("APNs: a bad head: %s", raw)
		say(http.StatusBadRequest, "BadMessageId")
		return
	}
	if p := r.Header.Get("apns-priority"); p != "5" && p != "10" {
		a.t.Errorf("APNs: priority %q", p)
		say(http.StatusBadRequest, "BadPriority")
		return
	}
	if r.Header.Get("apns-topic") != apnsTopic {
		say(http.StatusBadRequest, "DeviceTokenNotForTopic")
		return
	}
	if json.Unmarshal(body, &payload) != nil || payload.APS.Alert.Body == "" || len(body) > 4096 {
		a.t.Errorf("APNs: a bad payload: %s", body)
		say(http.StatusBadRequest, "PayloadEmpty")
		return
	}
	if reason := a.token(r.Header.Get("authorization")); reason != "" {
		a.t.Errorf("APNs: %s", reason)
		say(http.StatusForbidden, reason)
		return
	}
	status, reason, after, cut := a.verdict(Got{Target: path[1], ID: r.Header.Get("apns-collapse-id"), Clear: string(body), Raw: string(raw) + string(body)})
	switch {
	case cut:
		panic(http.ErrAbortHandler)
	case status != 0:
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		say(status, reason)
	default:
		w.Header().Set("apns-id", id)
	}
}

func (a *APNs) token(head string) (wrong string) {
	word, ok := strings.CutPrefix(head, "bearer ")
	if !ok {
		return "MissingProviderToken"
	}
	t, err := jwt.ParseSigned(word, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil || len(t.Headers) != 1 || t.Headers[0].KeyID != apnsKeyID {
		return "InvalidProviderToken"
	}
	var c jwt.Claims
	if t.Claims(&a.key.PublicKey, &c) != nil || c.Issuer != apnsTeam || c.IssuedAt == nil {
		return "InvalidProviderToken"
	}
	if age := time.Since(c.IssuedAt.Time()); age > time.Hour || age < -time.Minute {
		return "ExpiredProviderToken"
	}
	return ""
}
