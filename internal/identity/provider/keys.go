package provider

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"database/sql"
	"errors"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"

	"housecall/internal/db"
	"housecall/internal/identity"
)

const (
	keyMemory    = time.Minute
	keyPublished = 24 * time.Hour // after it signs no more: far longer than an ID token lasts
)

// signingKey signs ID tokens with RS256, which every client must know (OpenID
// Connect Core 1.0 section 15.1).
type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

func (k signingKey) ID() string                                  { return k.id }
func (k signingKey) Key() any                                    { return k.private }
func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }

type publicKey struct{ signingKey }

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return &k.private.PublicKey }

func (p *Provider) ensureKey(ctx context.Context) error {
	_, err := p.signing(ctx)
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return p.addKey(ctx, false)
}

// RotateKey lets a new key sign from now on. The old ones stay published for a
// day, until no token that they signed is in use.
func (p *Provider) RotateKey(ctx context.Context) error { return p.addKey(ctx, true) }

func (p *Provider) addKey(ctx context.Context, retire bool) error {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	id := identity.NewSecret()[:16]
	err = p.db.InTx(ctx, func(c *db.Conn) error {
		now := p.now().UnixMicro()
		if retire {
			if _, err := c.Exec(`UPDATE provider_keys SET retired_at = ? WHERE retired_at = 0`, now); err != nil {
				return err
			}
			if _, err := c.Exec(`DELETE FROM provider_keys WHERE retired_at > 0 AND retired_at < ?`, p.now().Add(-keyPublished).UnixMicro()); err != nil {
				return err
			}
		}
		_, err := c.Exec(`INSERT INTO provider_keys (id, algorithm, private, created_at) VALUES (?, ?, ?, ?)`,
			id, string(jose.RS256), p.id.Seal(der, "provider key "+id), now)
		return err
	})
	p.keyMu.Lock()
	p.keyRead = time.Time{}
	p.keyMu.Unlock()
	return err
}

// signing is the newest key in use, remembered for a minute.
func (p *Provider) signing(ctx context.Context) (signingKey, error) {
	p.keyMu.Lock()
	defer p.keyMu.Unlock()
	now := p.now()
	if !p.keyRead.IsZero() && now.Sub(p.keyRead) < keyMemory {
		return p.key, nil
	}
	keys, err := p.keys(ctx, `retired_at = 0`)
	if err != nil {
		return signingKey{}, err
	}
	if len(keys) == 0 {
		return signingKey{}, sql.ErrNoRows
	}
	p.key, p.keyRead = keys[0], now
	return p.key, nil
}

func (p *Provider) keys(ctx context.Context, where string, args ...any) (keys []signingKey, err error) {
	err = p.db.Read(ctx).Each(`SELECT id, private FROM provider_keys WHERE `+where+` ORDER BY created_at DESC, id LIMIT 10`, func(r *sql.Rows) error {
		var id string
		var sealed []byte
		if err := r.Scan(&id, &sealed); err != nil {
			return err
		}
		der, err := p.id.Unseal(sealed, "provider key "+id)
		if err != nil {
			return err
		}
		k, err := x509.ParsePKCS8PrivateKey(der)
		if err != nil {
			return err
		}
		private, ok := k.(*rsa.PrivateKey)
		if !ok {
			return errors.New("provider: a signing key is of another kind")
		}
		keys = append(keys, signingKey{id, private})
		return nil
	}, args...)
	return keys, err
}

func (s *storage) SigningKey(ctx context.Context) (op.SigningKey, error) { return s.p.signing(ctx) }

func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

func (s *storage) KeySet(ctx context.Context) ([]op.Key, error) {
	keys, err := s.p.keys(ctx, `retired_at = 0 OR retired_at > ?`, s.p.now().Add(-keyPublished).UnixMicro())
	out := make([]op.Key, len(keys))
	for i, k := range keys {
		out[i] = publicKey{k}
	}
	return out, err
}
