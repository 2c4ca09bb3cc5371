package provider

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// A new key is published before it signs, and an old one after it signed last, so
// that whoever remembers the key set for a while finds every key in it (OpenID
// Connect Core 1.0 section 10.1.1). All nodes read the keys and their times from
// the database, so they change over at the same moment.
const (
	keyAhead     = time.Hour      // far longer than keysMaxAge
	keyPublished = 24 * time.Hour // longer than a session, whose ID token is its hint at sign-out
	keyLook      = 10 * time.Minute
	keysMaxAge   = "300" // seconds for which others may remember the key set
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

// KeyInfo tells about a signing key, without it.
type KeyInfo struct {
	ID        string
	CreatedAt time.Time
	SignsAt   time.Time // from when it signs
	RetiredAt time.Time // from when another does; zero: not known yet
}

func (p *Provider) ensureKey(ctx context.Context) error {
	_, err := p.signing(ctx)
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	_, err = p.addKey(ctx, identity.Principal{}, 0, func(*db.Conn) error { return nil })
	return err
}

// RotateKey publishes a new key, which signs in an hour; the one before it stays
// published until no token that it signed is in use.
func (p *Provider) RotateKey(ctx context.Context, who identity.Principal) (KeyInfo, error) {
	return p.addKey(ctx, who, keyAhead, func(c *db.Conn) error {
		var waiting int
		if err := c.QueryRow(`SELECT count(*) FROM provider_keys WHERE signs_at > ?`, p.now().UnixMicro()).Scan(&waiting); err != nil {
			return err
		}
		if waiting > 0 {
			return fault.New(fault.Conflict, "A new key is published already and has not signed yet.")
		}
		return p.retireTx(c, p.now())
	})
}

// ReplaceKeys lets a new key sign at once and withdraws all others, which somebody
// else may have: what they signed is worth nothing from now on.
func (p *Provider) ReplaceKeys(ctx context.Context, who identity.Principal) (KeyInfo, error) {
	return p.addKey(ctx, who, 0, func(c *db.Conn) error {
		_, err := c.Exec(`DELETE FROM provider_keys`)
		return err
	})
}

// renewKey rotates when the newest key is old enough, and forgets those that are
// over. Of several nodes that look at the same moment, one does it.
func (p *Provider) renewKey(ctx context.Context) error {
	now := p.now()
	err := p.db.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`DELETE FROM provider_keys WHERE retired_at > 0 AND retired_at < ?`, now.Add(-keyPublished).UnixMicro())
		return err
	})
	if err != nil || p.keyAge <= 0 {
		return err
	}
	_, err = p.addKey(ctx, identity.Principal{}, keyAhead, func(c *db.Conn) error { return p.retireTx(c, now.Add(keyAhead-p.keyAge)) })
	if errors.Is(err, errKeyYoung) {
		return nil
	}
	return err
}

var errKeyYoung = fault.New(fault.Conflict, "The key was changed just now.")

// retireTx says of the key that signs when the next one takes over, if it was made
// before the time given. Its row is the lock for who makes the next one.
func (p *Provider) retireTx(c *db.Conn, before time.Time) error {
	n, err := c.Exec(`UPDATE provider_keys SET retired_at = ? WHERE retired_at = 0 AND created_at <= ?`, p.now().Add(keyAhead).UnixMicro(), before.UnixMicro())
	if err == nil && n == 0 {
		return errKeyYoung
	}
	return err
}

// keyBits is as strong as 128 bits (NIST SP 800-57 part 1, table 2), in the algorithm
// that every client must know (OpenID Connect Core 1.0, section 15.1).
const keyBits = 3072

// NewKey makes a key to sign with.
func NewKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, keyBits) }

func (p *Provider) addKey(ctx context.Context, who identity.Principal, ahead time.Duration, first func(c *db.Conn) error) (KeyInfo, error) {
	private, err := p.newKey()
	if err != nil {
		return KeyInfo{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return KeyInfo{}, err
	}
	now := p.now()
	k := KeyInfo{ID: identity.NewSecret()[:16], CreatedAt: now, SignsAt: now.Add(ahead)}
	return k, p.db.InTx(ctx, func(c *db.Conn) error {
		if err := first(c); err != nil {
			return err
		}
		_, err := c.Exec(`INSERT INTO provider_keys (id, algorithm, private, created_at, signs_at) VALUES (?, ?, ?, ?, ?)`,
			k.ID, string(jose.RS256), p.id.Seal(der, "provider key "+k.ID), now.UnixMicro(), k.SignsAt.UnixMicro())
		if err != nil {
			return err
		}
		return p.id.RecordTx(c, identity.Act{Who: who, Action: "create", Detail: "signing key:" + k.ID})
	})
}

// SigningKeys lists the keys that are published, newest first.
func (p *Provider) SigningKeys(ctx context.Context) (list []KeyInfo, err error) {
	err = p.db.Read(ctx).Each(`SELECT id, created_at, signs_at, retired_at FROM provider_keys WHERE `+published+` ORDER BY signs_at DESC, id LIMIT ?`, func(r *sql.Rows) error {
		var k KeyInfo
		var created, signs, retired int64
		err := r.Scan(&k.ID, &created, &signs, &retired)
		k.CreatedAt, k.SignsAt = time.UnixMicro(created).UTC(), time.UnixMicro(signs).UTC()
		if retired > 0 {
			k.RetiredAt = time.UnixMicro(retired).UTC()
		}
		list = append(list, k)
		return err
	}, p.now().Add(-keyPublished).UnixMicro(), maxSigning)
	return list, err
}

const (
	published  = `(retired_at = 0 OR retired_at > ?)`
	maxSigning = 100 // one an hour at most, see RotateKey
)

// signing is the key that signs now. Which one that is, the database says each
// time; the key itself, once opened, is remembered.
func (p *Provider) signing(ctx context.Context) (signingKey, error) {
	var id string
	err := p.db.Read(ctx).QueryRow(`SELECT id FROM provider_keys WHERE signs_at <= ? ORDER BY signs_at DESC, id LIMIT 1`, p.now().UnixMicro()).Scan(&id)
	if err != nil {
		return signingKey{}, err
	}
	p.keyMu.Lock()
	defer p.keyMu.Unlock()
	if p.key.id == id {
		return p.key, nil
	}
	keys, err := p.keys(ctx, `id = ?`, id)
	if err != nil {
		return signingKey{}, err
	}
	if len(keys) == 0 {
		return signingKey{}, fmt.Errorf("provider: the signing key was withdrawn: %w", sql.ErrNoRows)
	}
	p.key = keys[0]
	return p.key, nil
}

func (p *Provider) keys(ctx context.Context, where string, args ...any) (keys []signingKey, err error) {
	err = p.db.Read(ctx).Each(`SELECT id, private FROM provider_keys WHERE `+where+` ORDER BY signs_at DESC, id LIMIT ?`, func(r *sql.Rows) error {
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
	}, append(args, maxSigning)...)
	return keys, err
}

func (s *storage) SigningKey(ctx context.Context) (op.SigningKey, error) { return s.p.signing(ctx) }

func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

func (s *storage) KeySet(ctx context.Context) ([]op.Key, error) {
	keys, err := s.p.keys(ctx, published, s.p.now().Add(-keyPublished).UnixMicro())
	out := make([]op.Key, len(keys))
	for i, k := range keys {
		out[i] = publicKey{k}
	}
	return out, err
}

// Start looks after the age of the signing key, until Stop.
func (p *Provider) Start(ctx context.Context) error {
	ctx, p.cancel = context.WithCancel(context.WithoutCancel(ctx))
	p.done = make(chan struct{})
	go func() {
		defer close(p.done)
		tick := time.NewTicker(keyLook)
		defer tick.Stop()
		for {
			if err := p.renewKey(ctx); err != nil && ctx.Err() == nil {
				slog.Warn("the signing key could not be renewed", "err", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return nil
}

// Stop ends that. It may be called twice, or before Start.
func (p *Provider) Stop() {
	if p.cancel == nil {
		return
	}
	p.cancel()
	<-p.done
}
