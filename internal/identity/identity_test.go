package identity_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const goodPassword = "seven brown kettles"

// clock is a time that a test moves by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Now().Truncate(time.Second)} }

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }

func (c *clock) Add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

// node is one server over a database.
type node struct {
	*identity.Service
	feed *revoke.Feed
}

func startNode(t *testing.T, d *db.DB, now func() time.Time) node {
	t.Helper()
	feed := revoke.NewFeed(d)
	s, err := identity.New(identity.Deps{DB: d, Key: sitekey.ForTest(), Revocations: feed, BaseURL: "http://localhost:8080", Now: now})
	require.NoError(t, err)
	require.NoError(t, feed.Start(context.Background()))
	t.Cleanup(feed.Stop)
	return node{s, feed}
}

// each runs a test on both databases with one node and a clock.
func each(t *testing.T, f func(t *testing.T, s node, c *clock)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClock()
		f(t, startNode(t, d, c.Now), c)
	})
}

func person(t *testing.T, s node, email string) identity.Account {
	t.Helper()
	a, err := s.CreateAccount(context.Background(), identity.NewAccount{Email: email, Name: "Ada Verne", Kind: identity.Person, Password: goodPassword})
	require.NoError(t, err)
	return a
}

func staff(t *testing.T, s node, email string) identity.Account {
	t.Helper()
	a, err := s.CreateAccount(context.Background(), identity.NewAccount{Email: email, Name: "Dr. Lee", Kind: identity.Staff, Roles: []identity.Role{identity.Clinician}, Password: goodPassword})
	require.NoError(t, err)
	return a
}

// signIn starts a session and gives its cookie and principal.
func signIn(t *testing.T, s node, account string, proof identity.Proof) (string, identity.Principal) {
	t.Helper()
	_, cookie, err := s.StartSession(context.Background(), identity.NewSession{Account: account, Proof: proof, UserAgent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", Address: "192.0.2.7"})
	require.NoError(t, err)
	x, err := s.Session(context.Background(), cookie, false)
	require.NoError(t, err)
	return cookie, x.Principal
}

func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	require.NoError(t, err)
	return code
}
