package carrier

import (
	"crypto"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// sign makes a compact JWT (RFC 7519) with the key's id in its head.
func sign(alg jose.SignatureAlgorithm, key crypto.Signer, kid string, claims map[string]any) (string, error) {
	opts := (&jose.SignerOptions{}).WithType("JWT")
	if kid != "" {
		opts = opts.WithHeader("kid", kid)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, opts)
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(claims).Serialize()
}

// kept is a token that is used until it ends.
type kept struct {
	mu    sync.Mutex
	token string
	until time.Time
}

// get gives the token, made anew when its time is over.
func (k *kept) get(now time.Time, make func() (string, time.Time, error)) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.token != "" && now.Before(k.until) {
		return k.token, nil
	}
	token, until, err := make()
	if err == nil {
		k.token, k.until = token, until
	}
	return token, err
}

// drop forgets a token that the other side does not take any more.
func (k *kept) drop(token string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.token == token {
		k.token = ""
	}
}
