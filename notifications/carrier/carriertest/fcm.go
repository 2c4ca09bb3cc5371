package carriertest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// FCM is Firebase's HTTP v1 API with the token endpoint of Google's OAuth.
type FCM struct {
	ends
	server *httptest.Server
	key    *rsa.PrivateKey
	file   string
	grants int
	token  string
}

const fcmProject, fcmEmail = "housecall-test", "push@housecall-test.iam.example.org"

// NewFCM starts one and ends it with the test.
func NewFCM(t testing.TB) *FCM {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	f := &FCM{ends: ends{t: t}, key: key, file: filepath.Join(t.TempDir(), "account.json")}
	f.server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.server.Close)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": fcmProject, "private_key_id": "k1", "private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"client_email": fcmEmail, "token_uri": f.server.URL + "/token",
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

// Client reaches it.
func (f *FCM) Client() *http.Client { return f.server.Client() }

// URL is the setting that leads here.
func (f *FCM) URL() string { return f.server.URL + "?key=" + url.QueryEscape(f.file) }

// Grants is how often a token was asked for.
func (f *FCM) Grants() int { f.mu.Lock(); defer f.mu.Unlock(); return f.grants }

// Expire ends the token that was given, before its time.
func (f *FCM) Expire() { f.mu.Lock(); defer f.mu.Unlock(); f.token = "ended" }

func (f *FCM) serve(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "POST /token":
		f.grant(w, r)
	case "POST /v1/projects/" + fcmProject + "/messages:send":
		f.send(w, r)
	default:
		f.wrong(w, http.StatusNotFound, "FCM: %s %s", r.Method, r.URL.Path)
	}
}

func (f *FCM) grant(w http.ResponseWriter, r *http.Request) {
	t, err := jwt.ParseSigned(r.FormValue("assertion"), []jose.SignatureAlgorithm{jose.RS256})
	var c struct {
		jwt.Claims
		Scope string `json:"scope"`
	}
	if err == nil {
		err = t.Claims(&f.key.PublicKey, &c)
	}
	if err != nil || r.FormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" || c.Issuer != fcmEmail || !c.Audience.Contains(f.server.URL+"/token") ||
		c.Scope != "https://www.googleapis.com/auth/firebase.messaging" || c.Expiry == nil || c.Expiry.Time().Sub(c.IssuedAt.Time()) > time.Hour {
		f.wrong(w, http.StatusBadRequest, "FCM: a bad assertion")
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.grants++
	f.token = fmt.Sprint("ya29.", f.grants)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": f.token, "expires_in": 3599, "token_type": "Bearer"})
}

func (f *FCM) send(w http.ResponseWriter, r *http.Request) {
	raw, _ := httputil.DumpRequest(r, false)
	body, _ := io.ReadAll(io.LimitReader(r.Body, 5000))
	say := func(status int, general, code string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		e := map[string]any{"code": status, "message": "the words of the server", "status": general}
		if code != "" {
			e["details"] = []any{map[string]string{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"error": e})
	}
	f.mu.Lock()
	fits := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") == f.token
	f.mu.Unlock()
	if !fits {
		say(http.StatusUnauthorized, "UNAUTHENTICATED", "")
		return
	}
	var in struct {
		Message struct {
			Token        string
			Notification struct{ Body string }
			Data         map[string]string
			Android      struct {
				Priority, TTL string
				CollapseKey   string `json:"collapse_key"`
				Notification  struct{ Tag string }
			}
		}
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	m := &in.Message
	if err := d.Decode(&in); err != nil || m.Token == "" || m.Notification.Body == "" || m.Data["id"] == "" || !strings.HasSuffix(m.Android.TTL, "s") ||
		m.Android.Priority != "HIGH" && m.Android.Priority != "NORMAL" || m.Android.Notification.Tag != m.Android.CollapseKey {
		f.t.Errorf("FCM: a bad message: %s", body)
		say(http.StatusBadRequest, "INVALID_ARGUMENT", "INVALID_ARGUMENT")
		return
	}
	status, reason, after, cut := f.verdict(Got{Target: m.Token, ID: m.Android.Notification.Tag, Clear: string(body), Raw: string(raw) + string(body)})
	switch {
	case cut:
		panic(http.ErrAbortHandler)
	case status != 0:
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		say(status, map[int]string{400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}[status], reason)
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"name": "projects/" + fcmProject + "/messages/0:1"})
	}
}
