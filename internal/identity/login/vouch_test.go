package login_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/internal/identity/issuertest"
	"housecall/internal/identity/login"
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

func (c *clock) Set(t time.Time) { c.mu.Lock(); defer c.mu.Unlock(); c.t = t }

func (c *clock) Add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

// trust is how a site is told of an issuer.
func trust(id string, i *issuertest.Issuer) login.Issuer {
	return login.Issuer{
		ID: id, Name: "The " + id, Issuer: i.URL, ClientID: issuertest.ClientID, ClientSecret: issuertest.Secret, AllowPrivate: true,
		Recheck: login.Span(10 * time.Minute), Grace: login.Span(15 * time.Minute), Longest: login.Span(time.Hour),
	}
}

// clinic is a site of two nodes that trusts a hospital.
type clinic struct {
	*clock
	t        *testing.T
	hospital *issuertest.Issuer
	one, two *sitetest.Site
	begun    time.Time
}

func newClinic(t *testing.T, d *db.DB, says issuertest.Says, roles *login.RoleMap) *clinic {
	c := &clinic{clock: newClock(), t: t}
	c.begun = c.Now()
	c.hospital = issuertest.New(t, says, c.Now)
	issuers := []login.Issuer{trust("hospital", c.hospital)}
	issuers[0].Roles = roles
	return c.start(d, issuers)
}

// start starts both nodes.
func (c *clinic) start(d *db.DB, issuers []login.Issuer) *clinic {
	t := c.t
	c.one = sitetest.Start(t, d, sitetest.Options{Issuers: issuers, Now: c.Now})
	c.two = sitetest.Start(t, d, sitetest.Options{Issuers: issuers, Now: c.Now, Of: c.one})
	return c
}

// known signs somebody in by the hospital, in a browser of their own. It does so at
// the time at which the test began: our own ID tokens are dated by the real clock.
func (c *clinic) known() (*sitetest.Browser, identity.Principal) {
	c.t.Helper()
	c.Set(c.begun)
	b := sitetest.NewBrowser(c.t)
	at, page := b.Follow(c.one.URL + "/auth/login?issuer=hospital&return=/chart")
	require.Equal(c.t, c.one.URL+"/chart", at, page.Body)
	who, ok := c.two.Me(b)
	require.True(c.t, ok, "the session is good at both nodes")
	return b, who
}

// app gives the tokens of an app that outlives the session.
func (c *clinic) app(who identity.Principal) (t identity.Tokens) {
	c.t.Helper()
	require.NoError(c.t, c.one.DB.InTx(context.Background(), func(tx *db.Conn) (err error) {
		_, t, err = c.one.ID.GrantTx(tx, identity.Family{Account: who.Account, Client: provider.PhoneClient, Session: who.Session, Offline: true, Scopes: []string{"openid"}})
		return err
	}))
	return t
}

func (c *clinic) appLives(t identity.Tokens) bool {
	_, err := c.two.ID.Refreshable(context.Background(), t.Refresh, provider.PhoneClient)
	return err == nil
}

func (c *clinic) recheck(node *sitetest.Site) {
	c.t.Helper()
	require.NoError(c.t, node.Login.Recheck(context.Background()))
}

// out tells that a browser is signed out at both nodes, within a second.
func (c *clinic) out(b *sitetest.Browser, why string) {
	c.t.Helper()
	for _, node := range []*sitetest.Site{c.one, c.two} {
		require.Eventually(c.t, func() bool { _, ok := node.Me(b); return !ok }, time.Second, 10*time.Millisecond, why)
	}
}

func (c *clinic) in(b *sitetest.Browser, why string) {
	c.t.Helper()
	for _, node := range []*sitetest.Site{c.one, c.two} {
		_, ok := node.Me(b)
		require.True(c.t, ok, why)
	}
}

// ends is how long a session may last from now on.
func (c *clinic) ends(who identity.Principal) time.Duration {
	c.t.Helper()
	var end int64
	require.NoError(c.t, c.one.DB.Read(context.Background()).QueryRow(`SELECT expires_at FROM sessions WHERE id = ?`, who.Session).Scan(&end))
	return time.UnixMicro(end).Sub(c.Now())
}

func (c *clinic) patient() identity.Account {
	a := c.one.Person("ada@clinic.test")
	require.NoError(c.t, c.one.ID.LinkOutsideFor(context.Background(), a.ID, c.hospital.URL, "ada"))
	return a
}

// logout sends a logout token to the second node.
func (c *clinic) logout(raw string) int {
	c.t.Helper()
	resp, err := http.PostForm(c.two.URL+"/auth/backchannel-logout/hospital", url.Values{"logout_token": {raw}})
	require.NoError(c.t, err)
	require.NoError(c.t, resp.Body.Close())
	return resp.StatusCode
}

func TestAnOutsideIssuerSignsOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d, issuertest.Says{Subject: "ada", SID: "s1", BackChannel: true}, nil)
		c.patient()
		b, _ := c.known()
		other := issuertest.New(t, issuertest.Says{Subject: "ada"}, c.Now)
		past := func(ago time.Duration) map[string]any { return map[string]any{"iat": c.Now().Add(-ago).Unix()} }
		// OpenID Connect Back-Channel Logout 1.0 section 2.6.
		for name, raw := range map[string]string{
			"signed by somebody else": other.LogoutToken(map[string]any{"iss": c.hospital.URL}),
			"of another issuer":       other.LogoutToken(nil),
			"names another issuer":    c.hospital.LogoutToken(map[string]any{"iss": other.URL}),
			"for another client":      c.hospital.LogoutToken(map[string]any{"aud": "somebody"}),
			"too old":                 c.hospital.LogoutToken(past(6 * time.Minute)),
			"of tomorrow":             c.hospital.LogoutToken(past(-24 * time.Hour)),
			"without iat":             c.hospital.LogoutToken(map[string]any{"iat": nil}),
			"expired":                 c.hospital.LogoutToken(map[string]any{"exp": c.Now().Add(-time.Second).Unix()}),
			"with a nonce":            c.hospital.LogoutToken(map[string]any{"nonce": "x"}),
			"without jti":             c.hospital.LogoutToken(map[string]any{"jti": nil}),
			"without events":          c.hospital.LogoutToken(map[string]any{"events": nil}),
			"about another event":     c.hospital.LogoutToken(map[string]any{"events": map[string]any{"http://schemas.openid.net/secevent/risc/event-type/account-disabled": map[string]any{}}}),
			"about an event of text":  c.hospital.LogoutToken(map[string]any{"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": "yes"}}),
			"about nobody":            c.hospital.LogoutToken(map[string]any{"sub": nil}),
			"a token of any kind":     c.hospital.LogoutToken(map[string]any{"typ": "JWT"}),
			"an access token":         c.hospital.LogoutToken(map[string]any{"typ": "at+jwt"}),
			"no token":                "a.b.c",
			"nothing":                 "",
			"without a signature":     unsigned(c.hospital.LogoutToken(nil)),
			"endless":                 c.hospital.LogoutToken(map[string]any{"sid": strings.Repeat("s", 1<<15)}),
		} {
			require.Equal(t, http.StatusBadRequest, c.logout(raw), name)
		}
		require.Equal(t, http.StatusOK, c.logout(c.hospital.LogoutToken(map[string]any{"sid": "another"})))
		require.Equal(t, http.StatusOK, c.logout(c.hospital.LogoutToken(map[string]any{"sub": "somebody"})))
		c.in(b, "none of these was about this session")

		c.hospital.Change(func(s *issuertest.Says) { s.SID = "s2" })
		second, who := c.known()
		phone := c.app(who)
		raw := c.hospital.LogoutToken(map[string]any{"sub": nil, "sid": "s1"})
		require.Equal(t, http.StatusOK, c.logout(raw))
		c.out(b, "by the session's id there")
		c.in(second, "and no other session")
		require.Equal(t, http.StatusBadRequest, c.logout(raw), "a token counts once")

		third, _ := c.known()
		require.Equal(t, http.StatusOK, c.logout(c.hospital.LogoutToken(map[string]any{"exp": nil})), "issuers of before the final specification send no exp")
		c.out(second, "by the subject: everywhere")
		c.out(third, "by the subject: everywhere")
		require.True(t, c.appLives(phone), "what was let in for longer stays while the account may")

		under := sitetest.NewBrowser(t)
		at, _ := under.Follow(c.one.URL+"/auth/login?issuer=hospital&return=/chart", c.one.URL+"/oidc/authorize/callback")
		require.Contains(t, at, "/oidc/authorize/callback")
		require.Equal(t, http.StatusOK, c.logout(c.hospital.LogoutToken(nil)))
		under.Follow(at)
		c.out(under, "a sign-in under way is none any more")
		require.Equal(t, http.StatusNotFound, sitetest.NewBrowser(t).Post(c.two.URL+"/auth/backchannel-logout/nobody", nil, nil).Status)
	})
}

// unsigned is a token that says it needs no signature.
func unsigned(raw string) string {
	parts := strings.Split(raw, ".")
	return "eyJhbGciOiJub25lIn0." + parts[1] + "."
}

func TestAnIssuerIsAskedAgainWhetherItStillVouches(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d, issuertest.Says{Subject: "ada", Offline: true}, nil)
		c.patient()
		b, who := c.known()
		require.Equal(t, identity.SessionTotal, c.ends(who), "it can be asked, so the session is as long as others")
		c.recheck(c.one)
		require.Zero(t, c.hospital.Asked(), "not yet")
		c.Add(10 * time.Minute)
		var both sync.WaitGroup
		for _, node := range []*sitetest.Site{c.one, c.two} {
			both.Go(func() { _ = node.Login.Recheck(context.Background()) })
		}
		both.Wait()
		require.Equal(t, 1, c.hospital.Asked(), "one of the nodes asks")
		c.in(b, "the hospital says yes")

		c.hospital.Change(func(s *issuertest.Says) { s.Down = true })
		c.Add(10 * time.Minute)
		c.recheck(c.one)
		c.in(b, "an issuer that does not answer has its time")
		c.hospital.Change(func(s *issuertest.Says) { s.Down = false })
		c.Add(time.Minute)
		c.recheck(c.two)
		require.Equal(t, 2, c.hospital.Asked(), "and is asked again soon")
		c.hospital.Change(func(s *issuertest.Says) { s.Down = true })
		for range 4 { // the time of grace begins anew
			c.Add(6 * time.Minute)
			c.in(b, "within its time")
			c.recheck(c.two)
		}
		c.Add(6 * time.Minute)
		c.recheck(c.two)
		c.out(b, "which is over")

		c.hospital.Change(func(s *issuertest.Says) { s.Down = false })
		b, who = c.known()
		phone := c.app(who)
		c.hospital.Change(func(s *issuertest.Says) { s.Gone = true })
		c.in(b, "nobody said so yet")
		c.Add(10 * time.Minute)
		c.recheck(c.two)
		c.out(b, "the account is gone there")
		require.False(t, c.appLives(phone), "and what was let in with it, too")

		c.hospital.Change(func(s *issuertest.Says) { s.Gone = false })
		b, _ = c.known()
		c.hospital.Change(func(s *issuertest.Says) { s.Subject = "eve" })
		c.Add(10 * time.Minute)
		c.recheck(c.one)
		c.out(b, "another person's answer is no answer")

		c.hospital.Change(func(s *issuertest.Says) { s.Subject = "ada" })
		b, _ = c.known()
		alone := sitetest.Start(t, d, sitetest.Options{Now: c.Now, Of: c.one})
		c.Add(10 * time.Minute)
		c.recheck(alone)
		c.out(b, "an issuer that is not in the settings any more vouches for nobody")
	})
}

func TestWhoCannotBeAskedAboutStaysNotForLong(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newClinic(t, d, issuertest.Says{Subject: "ada"}, nil)
		c.patient()
		_, who := c.known()
		require.Equal(t, time.Hour, c.ends(who), "no logout, no refresh token: the setting")
		phone := c.app(who)
		for range 6 {
			c.recheck(c.one)
			require.True(t, c.appLives(phone))
			c.Add(10 * time.Minute)
		}
		c.recheck(c.two)
		require.False(t, c.appLives(phone), "an app does not outlive it")

		says := newClinic(t, dbtest.SQLite(t), issuertest.Says{Subject: "ada", BackChannel: true}, nil)
		c = says
		c.patient()
		b, who := c.known()
		require.Equal(t, identity.SessionTotal, c.ends(who), "it says when somebody signs out")
		phone = c.app(who)
		for range 4 {
			c.Add(15 * time.Minute)
			c.in(b, "")
			c.recheck(c.one)
		}
		c.Add(time.Minute)
		c.recheck(c.one)
		require.False(t, c.appLives(phone))
	})
}

func TestRolesFollowTheClaims(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		claims := func(groups ...string) map[string]any { return map[string]any{"amr": []string{"mfa"}, "groups": groups} }
		c := newClinic(t, d, issuertest.Says{Subject: "lee", Offline: true, Claims: claims("rn", "hr")},
			&login.RoleMap{Claim: "groups", Map: map[string]identity.Role{"rn": identity.Nurse, "md": identity.Clinician}})
		a := c.one.Staff("lee@clinic.test")
		require.NoError(t, c.one.ID.LinkOutsideFor(ctx, a.ID, c.hospital.URL, "lee"))
		b, who := c.known()
		require.Equal(t, []identity.Role{identity.Nurse}, who.Roles, "at the sign-in")
		step := func(groups ...string) (roles []identity.Role) {
			c.hospital.Change(func(s *issuertest.Says) { s.Claims = claims(groups...) })
			c.Add(10 * time.Minute)
			c.recheck(c.one)
			now, err := c.one.ID.AccountByID(ctx, a.ID)
			require.NoError(t, err)
			require.Eventually(t, func() bool {
				who, ok := c.two.Me(b)
				return ok && len(who.Roles) == len(now.Roles)
			}, time.Second, 10*time.Millisecond, "the session goes on with them, at both nodes")
			return now.Roles
		}
		require.Equal(t, []identity.Role{identity.Clinician, identity.Nurse}, step("rn", "md"))
		require.Empty(t, step("hr"), "who lost the claim lost the role")
		c.hospital.Change(func(s *issuertest.Says) { s.NoIDToken = true })
		require.Equal(t, []identity.Role{identity.Clinician}, step("md"), "asked at userinfo")

		c.hospital.Change(func(s *issuertest.Says) { s.Claims = map[string]any{"amr": []string{"mfa"}} })
		_, who = c.known()
		require.Empty(t, who.Roles, "no claim at the next sign-in: no role")
	})
}

// The word of one Housecall to another, from the sign-out there to the session here.
func TestOneHousecallTellsAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		hospital, clinic := twoSites(t, d)
		require.NoError(t, hospital.Provider.RegisterClient(context.Background(), provider.Client{
			ID: "clinic", Name: "The clinic", Secret: hospitalSecret, Redirects: []string{clinic.URL + "/auth/callback"}, LogoutURL: clinic.URL + "/auth/backchannel-logout/hospital",
		}))
		there := hospital.Person("ada@hospital.test")
		here := clinic.Person("ada@clinic.test")
		require.NoError(t, clinic.ID.LinkOutsideFor(context.Background(), here.ID, hospital.URL+"/oidc", there.ID))
		b := sitetest.NewBrowser(t)
		hospital.SignIn(b, "ada@hospital.test")
		at, _ := b.Follow(clinic.URL+"/auth/login?issuer=hospital&return=/chart", hospital.URL+"/consent")
		at, _ = b.Follow(hospital.Consent(b, at, provider.Decision{Allow: true}))
		require.Equal(t, clinic.URL+"/chart", at)
		_, ok := clinic.Me(b)
		require.True(t, ok)
		b.Post(hospital.URL+"/auth/logout", nil, nil)
		require.Equal(t, []error{nil}, hospital.SignOuts(), "the clinic took the logout token")
		_, ok = clinic.Me(b)
		require.False(t, ok)
	})
}

// An issuer that calls its logout tokens JWT is believed where the setting says so.
func TestLogoutTokensOfOlderIssuers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := &clinic{clock: newClock(), t: t}
		c.begun = c.Now()
		c.hospital = issuertest.New(t, issuertest.Says{Subject: "ada", SID: "s1", BackChannel: true}, c.Now)
		older := trust("hospital", c.hospital)
		older.LogoutJWT = true
		c.start(d, []login.Issuer{older})
		c.patient()
		for _, typ := range []string{"JWT", "logout+jwt"} {
			b, _ := c.known()
			require.Equal(t, http.StatusBadRequest, c.logout(c.hospital.LogoutToken(map[string]any{"typ": "at+jwt"})))
			c.in(b, "an access token is none, even there")
			require.Equal(t, http.StatusOK, c.logout(c.hospital.LogoutToken(map[string]any{"typ": typ})))
			c.out(b, typ)
		}
	})
}

// Metadata that say they are of another issuer are not used (OpenID Connect Discovery
// 1.0 section 4.3): nobody is sent anywhere.
func TestMetadataOfAnotherIssuerAreRefused(t *testing.T) {
	hospital := issuertest.New(t, issuertest.Says{Subject: "ada"}, nil)
	s := sitetest.New(t, dbtest.SQLite(t), trust("hospital", hospital))
	for _, other := range []string{"https://login.example.org", hospital.URL + "/", strings.ToUpper(hospital.URL)} {
		hospital.Change(func(x *issuertest.Says) { x.Issuer = other })
		a := sitetest.NewBrowser(t).Get(s.URL + "/auth/login?issuer=hospital")
		require.Equal(t, 503, a.Status, other)
		require.Empty(t, a.Location, other)
	}
	hospital.Change(func(x *issuertest.Says) { x.Issuer = "" })
	a := sitetest.NewBrowser(t).Get(s.URL + "/auth/login?issuer=hospital")
	require.Contains(t, a.Location, hospital.URL+"/authorize", "its own are")
}

func TestTwoOutsideIssuersAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		email := map[string]any{"email": "ada@clinic.test", "email_verified": true}
		hospital := issuertest.New(t, issuertest.Says{Subject: "42", Claims: email, BackChannel: true}, nil)
		school := issuertest.New(t, issuertest.Says{Subject: "42", Claims: email, BackChannel: true}, nil)
		s := sitetest.New(t, d, trust("hospital", hospital), trust("school", school))
		ada, eve := s.Person("ada@clinic.test"), s.Person("eve@clinic.test")
		signIn := func(issuer string) (identity.Principal, string) {
			b := sitetest.NewBrowser(t)
			_, page := b.Follow(s.URL + "/auth/login?issuer=" + issuer + "&return=/chart")
			who, _ := s.Me(b)
			return who, page.Code()
		}
		for _, issuer := range []string{"hospital", "school"} {
			_, code := signIn(issuer)
			require.Equal(t, "not_linked", code, "an address alone, though verified there, opens nothing")
		}

		b := sitetest.NewBrowser(t)
		s.SignIn(b, ada.Email)
		me, _ := s.Me(b)
		at, _ := b.Follow(s.URL + "/auth/link?issuer=hospital")
		require.Equal(t, s.URL+"/account", at)
		_, code := signIn("school")
		require.Equal(t, "not_linked", code, "the same subject elsewhere is another person")
		other := sitetest.NewBrowser(t)
		s.SignIn(other, eve.Email)
		other.Follow(s.URL + "/auth/link?issuer=school")
		_, page := other.Follow(s.URL + "/auth/link?issuer=hospital")
		require.NotEqual(t, 200, page.Status, "what is linked is nobody else's")

		who, _ := signIn("hospital")
		require.Equal(t, ada.ID, who.Account)
		who, _ = signIn("school")
		require.Equal(t, eve.ID, who.Account)
		_, built := s.Me(b)
		require.True(t, built, "beside the built-in one")

		stale := me
		stale.ProvedAt = time.Now().Add(-time.Hour)
		require.ErrorContains(t, s.Login.Unlink(ctx, stale, "hospital"), "confirm")
		elsewhere := sitetest.NewBrowser(t)
		elsewhere.Follow(s.URL + "/auth/login?issuer=hospital&return=/chart")
		require.NoError(t, s.Login.Unlink(ctx, me, "hospital"))
		_, code = signIn("hospital")
		require.Equal(t, "not_linked", code)
		_, ok := s.Me(elsewhere)
		require.False(t, ok, "whoever came in by it is out")
		_, ok = s.Me(b)
		require.True(t, ok)
		require.ErrorContains(t, s.Login.Unlink(ctx, me, "hospital"), "not linked")

		// Somebody who has nothing but outside accounts keeps the last of them.
		only, err := s.ID.CreateAccount(ctx, identity.NewAccount{Email: "only@clinic.test", Name: "Only", Kind: identity.Person})
		require.NoError(t, err)
		hospital.Change(func(x *issuertest.Says) { x.Subject = "7" })
		require.NoError(t, s.ID.LinkOutsideFor(ctx, only.ID, hospital.URL, "7"))
		require.NoError(t, s.ID.LinkOutsideFor(ctx, only.ID, "https://gone.example", "7"))
		who, _ = signIn("hospital")
		require.Equal(t, only.ID, who.Account)
		require.ErrorContains(t, s.Login.Unlink(ctx, who, "hospital"), "only way", "an issuer that is not trusted any more is no other way")
		require.NoError(t, s.ID.LinkOutsideFor(ctx, only.ID, school.URL, rand.Text()))
		require.NoError(t, s.Login.Unlink(ctx, who, "hospital"))
		require.ErrorContains(t, s.Login.Unlink(ctx, who, "school"), "only way")
		linked, err := s.ID.OutsideOf(ctx, who)
		require.NoError(t, err)
		require.Len(t, linked, 2)
	})
}

func TestSpansOfIssuers(t *testing.T) {
	raw := func(more string) string {
		return `[{"id":"h","name":"H","issuer":"https://id.example.org","client_id":"c",` + more + `}]`
	}
	got, err := login.ParseIssuers(raw(`"recheck":"5m","grace":"30m","longest":"2h"`), nil)
	require.NoError(t, err)
	require.Equal(t, 5*time.Minute, time.Duration(got[0].Recheck))
	for _, bad := range []string{`"recheck":"1s"`, `"recheck":10`, `"grace":"48h"`, `"longest":"24h"`, `"longest":"soon"`} {
		_, err := login.ParseIssuers(raw(bad), nil)
		require.ErrorContains(t, err, "for example", bad)
	}
	var s login.Span
	require.NoError(t, json.Unmarshal([]byte(`"90s"`), &s))
}
