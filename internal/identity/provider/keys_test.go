package provider_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/identity/provider"
	"housecall/internal/identity/sitetest"
)

// clock is a time that a test moves by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Now().Truncate(time.Second)} }

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }

func (c *clock) Add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

// remembered is the key set of a node as a relying party that fetched it now
// keeps it, without looking again.
func remembered(t *testing.T, node *sitetest.Site) oidc.KeySet {
	t.Helper()
	var set jose.JSONWebKeySet
	require.NoError(t, json.Unmarshal([]byte(sitetest.NewBrowser(t).Get(node.URL+"/oidc/keys").Body), &set))
	out := &oidc.StaticKeySet{}
	for _, k := range set.Keys {
		out.PublicKeys = append(out.PublicKeys, k.Key)
	}
	return out
}

func TestKeysRotateWithoutDowntime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := context.Background(), newClock()
		one := sitetest.Start(t, d, sitetest.Options{Now: c.Now})
		two := sitetest.Start(t, d, sitetest.Options{Now: c.Now, Of: one})
		one.Person("ada@housecall.test")
		p := newPhone(t, one, "offline_access")
		tok, err := p.exchange(p.code("ada@housecall.test"))
		require.NoError(t, err)
		before, _ := tok.Extra("id_token").(string)
		// signedBy gives an ID token that a node signs now.
		signedBy := func(node *sitetest.Site) string {
			cfg := p.cfg
			cfg.Endpoint.TokenURL = node.URL + "/oidc/token"
			tok, err = cfg.TokenSource(ctx, &oauth2.Token{RefreshToken: tok.RefreshToken}).Token()
			require.NoError(t, err)
			raw, _ := tok.Extra("id_token").(string)
			return raw
		}
		check := func(keys oidc.KeySet, raw string) error {
			_, err := oidc.NewVerifier(one.Provider.Issuer(), keys, &oidc.Config{ClientID: provider.PhoneClient, Now: c.Now, SkipExpiryCheck: true}).Verify(ctx, raw)
			return err
		}
		old := remembered(t, two)

		made, err := two.Provider.RotateKey(ctx, identity.Principal{})
		require.NoError(t, err)
		_, err = one.Provider.RotateKey(ctx, identity.Principal{})
		require.True(t, fault.Is(err, fault.Conflict), "the one that was made has not signed yet: %v", err)
		for _, node := range []*sitetest.Site{one, two} {
			require.NoError(t, check(old, signedBy(node)), "whoever knows only the old key can still read what is signed")
		}
		cached := remembered(t, one)

		c.Add(made.SignsAt.Sub(c.Now()))
		for _, node := range []*sitetest.Site{one, two} {
			after := signedBy(node)
			require.NoError(t, check(cached, after), "the key was in the set before it signed")
			require.Error(t, check(old, after), "it is another key, on both nodes at the same moment")
			require.NoError(t, check(remembered(t, node), before), "what was signed before is still good")
		}
		at := sitetest.NewBrowser(t).Get(two.URL + "/oidc/end_session?" + url.Values{"id_token_hint": {before}, "post_logout_redirect_uri": {"housecall://callback"}}.Encode())
		require.True(t, strings.HasPrefix(at.Location, "housecall://callback"), "and it is known at sign-out: %s %s", at.Location, at.Body)

		c.Add(25 * time.Hour)
		require.NoError(t, provider.RenewKey(one.Provider, ctx))
		require.Error(t, check(remembered(t, two), before), "nothing that it signed is in use any more")
		list, err := two.Provider.SigningKeys(ctx)
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Equal(t, made.ID, list[0].ID)

		c.Add(sitetest.KeyAge - 26*time.Hour)
		var both sync.WaitGroup
		for _, node := range []*sitetest.Site{one, two} {
			both.Go(func() { _ = provider.RenewKey(node.Provider, ctx) })
		}
		both.Wait()
		list, err = one.Provider.SigningKeys(ctx)
		require.NoError(t, err)
		require.Len(t, list, 2, "old enough: there is one new key, though two nodes looked")
		require.Equal(t, list[0].SignsAt.UnixMicro(), list[1].RetiredAt.UnixMicro())

		_, err = one.Provider.ReplaceKeys(ctx, identity.Principal{})
		require.NoError(t, err)
		now := remembered(t, two)
		require.Error(t, check(now, before), "a leaked key counts for nothing at once")
		require.NoError(t, check(now, signedBy(two)), "and the other node signs with the new one at once")
	})
}
