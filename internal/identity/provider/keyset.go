package provider

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"housecall/internal/fault"
)

const (
	maxKeys     = 20
	maxKeySet   = 64 << 10
	keysFetch   = 5 * time.Second
	keysAge     = 5 * time.Minute // of a set that comes without Cache-Control
	keysLongest = time.Hour       // so that a key that was taken out is out soon
	fetchBurst  = 6               // fetches of one client's keys that may come close together
	fetchEach   = 10 * time.Second
)

// assertionAlgorithms are those by which clients sign (SMART App Launch 2.2,
// section 5.2.1 demands RS384 and ES384). None of them is symmetric, so no public
// key can be taken for a secret.
var assertionAlgorithms = []jose.SignatureAlgorithm{jose.RS384, jose.ES384, jose.RS256, jose.ES256}

// AssertionAlgorithms are the names of the algorithms by which clients may sign.
func AssertionAlgorithms() []string {
	out := make([]string, len(assertionAlgorithms))
	for i, a := range assertionAlgorithms {
		out[i] = string(a)
	}
	return out
}

// publicKeys reads a set that somebody registers. What cannot be used is refused,
// so that it is seen now and not at the first sign-in.
func publicKeys(raw []byte) ([]jose.JSONWebKey, *fault.Error) {
	if len(raw) > maxKeySet {
		return nil, fault.New(fault.Invalid, "The key set is too long.")
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(raw, &set); err != nil || len(set.Keys) == 0 || len(set.Keys) > maxKeys {
		return nil, fault.New(fault.Invalid, `Give the public keys as a JSON Web Key set: {"keys": [..]}, with 1 to 20 keys.`)
	}
	var keys []jose.JSONWebKey
	for _, one := range set.Keys {
		k, secret, err := readKey(one)
		switch {
		case secret:
			return nil, fault.New(fault.Invalid, "The set holds a private or secret key, which has left its place now. Make new keys, and give only the public ones.")
		case err != nil:
			return nil, fault.Wrap(fault.Invalid, "Each key has a kid and is for signing: RSA with 2048 bits or more, or EC on P-384 or P-256.", err)
		}
		if slices.ContainsFunc(keys, func(x jose.JSONWebKey) bool { return x.KeyID == k.KeyID }) {
			return nil, fault.New(fault.Invalid, "Two keys have the same kid.")
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// usableKeys reads a set that a client publishes. It may hold keys for other
// purposes, which are passed over.
func usableKeys(raw []byte) (keys []jose.JSONWebKey, err error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(raw, &set); err != nil {
		return nil, err
	}
	for _, one := range set.Keys {
		if k, _, err := readKey(one); err == nil && len(keys) < maxKeys {
			keys = append(keys, k)
		}
	}
	return keys, nil
}

// readKey reads one key, and tells whether there was more to it than the public
// half.
func readKey(raw []byte) (k jose.JSONWebKey, secret bool, err error) {
	var parts struct {
		Kty string          `json:"kty"`
		D   json.RawMessage `json:"d"`
		K   json.RawMessage `json:"k"`
	}
	if err := json.Unmarshal(raw, &parts); err != nil {
		return k, false, err
	}
	if parts.D != nil || parts.K != nil || parts.Kty == "oct" {
		return k, true, errors.New("not a public key")
	}
	if err := json.Unmarshal(raw, &k); err != nil {
		return k, false, err
	}
	if !k.Valid() || !k.IsPublic() || k.KeyID == "" || len(k.KeyID) > 200 || (k.Use != "" && k.Use != "sig") {
		return k, false, errors.New("not a key for signing with a kid")
	}
	if !slices.ContainsFunc(assertionAlgorithms, func(a jose.SignatureAlgorithm) bool { return fits(k, a) }) {
		return k, false, errors.New("not a key for any of the algorithms")
	}
	return jose.JSONWebKey{Key: k.Key, KeyID: k.KeyID, Algorithm: k.Algorithm, Use: k.Use}, false, nil
}

// fits tells whether a key signs by the algorithm.
func fits(k jose.JSONWebKey, alg jose.SignatureAlgorithm) bool {
	if k.Algorithm != "" && k.Algorithm != string(alg) {
		return false
	}
	switch key := k.Key.(type) {
	case *rsa.PublicKey:
		return (alg == jose.RS384 || alg == jose.RS256) && key.N.BitLen() >= 2048 && key.N.BitLen() <= 8192
	case *ecdsa.PublicKey:
		return (alg == jose.ES384 && key.Curve == elliptic.P384()) || (alg == jose.ES256 && key.Curve == elliptic.P256())
	}
	return false
}

func keySet(keys []jose.JSONWebKey) string {
	b, err := json.Marshal(jose.JSONWebKeySet{Keys: keys})
	if err != nil {
		return "" // public keys that were read always marshal
	}
	return string(b)
}

// keyCache remembers the sets that clients publish, each no longer than its
// Cache-Control allows.
type keyCache struct {
	client *http.Client
	now    func() time.Time
	mu     sync.Mutex
	held   map[string]*heldKeys // by client
}

type heldKeys struct {
	url  string
	busy chan struct{} // one fetch at a time

	mu    sync.Mutex
	keys  []jose.JSONWebKey
	until time.Time // the keys count
	reads uint64    // that ended, well or not
	spent float64   // of the fetches that may come close together
	at    time.Time // spent was counted
}

func newKeyCache(client *http.Client, now func() time.Time) *keyCache {
	return &keyCache{client: client, now: now, held: map[string]*heldKeys{}}
}

func (c *keyCache) of(client, url string) *heldKeys {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.held[client]
	if h == nil || h.url != url {
		h = &heldKeys{url: url, busy: make(chan struct{}, 1), at: c.now()}
		c.held[client] = h
	}
	return h
}

// find gives the key of a client by its id. A key that is not in what is
// remembered may be new: the set is read again, but so seldom that nobody can make
// us read in a loop by inventing ids.
func (c *keyCache) find(ctx context.Context, client, url, kid string) ([]jose.JSONWebKey, error) {
	h := c.of(client, url)
	found, reads := h.look(kid, c.now())
	if len(found) > 0 {
		return found, nil
	}
	select {
	case h.busy <- struct{}{}:
		defer func() { <-h.busy }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	h.mu.Lock()
	read := h.reads > reads // by somebody else, since this was asked
	if read {
		defer h.mu.Unlock()
		return byID(h.keys, kid), nil
	}
	may := h.take(c.now())
	h.mu.Unlock()
	if !may {
		return nil, errors.New("the keys were read too often lately")
	}
	began := c.now()
	keys, life, err := c.fetch(ctx, url)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reads++
	if err != nil {
		if !c.now().Before(h.until) {
			h.keys = nil
		}
		return nil, err
	}
	h.keys, h.until = keys, began.Add(life)
	return byID(keys, kid), nil
}

func (h *heldKeys) look(kid string, now time.Time) ([]jose.JSONWebKey, uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !now.Before(h.until) {
		return nil, h.reads
	}
	return byID(h.keys, kid), h.reads
}

func (h *heldKeys) take(now time.Time) bool {
	h.spent = max(0, h.spent-float64(now.Sub(h.at))/float64(fetchEach))
	h.at = now
	if h.spent > fetchBurst-1 {
		return false
	}
	h.spent++
	return true
}

func byID(keys []jose.JSONWebKey, kid string) (out []jose.JSONWebKey) {
	for _, k := range keys {
		if k.KeyID == kid {
			out = append(out, k)
		}
	}
	return out
}

func (c *keyCache) fetch(ctx context.Context, url string) ([]jose.JSONWebKey, time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, keysFetch)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, 0, err
	}
	req.Header.Set("Accept", "application/jwk-set+json, application/json")
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, 0, fmt.Errorf("the key set's address answers %d", resp.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxKeySet+1))
	if err != nil {
		return nil, 0, err
	}
	if len(raw) > maxKeySet {
		return nil, 0, errors.New("the key set is too long")
	}
	keys, err := usableKeys(raw)
	return keys, freshFor(resp.Header), err
}

// freshFor reads how long an answer may be remembered (RFC 9111, sections 4.2 and
// 5.2.2).
func freshFor(h http.Header) time.Duration {
	life := keysAge
	for _, d := range strings.Split(strings.Join(h.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(d)), "=")
		switch name {
		case "no-store", "no-cache":
			return 0
		case "max-age":
			seconds, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31)
			if err != nil {
				return 0
			}
			life = time.Duration(seconds) * time.Second
		}
	}
	if age, err := strconv.ParseUint(h.Get("Age"), 10, 31); err == nil {
		life -= time.Duration(age) * time.Second
	}
	return min(max(life, 0), keysLongest)
}
