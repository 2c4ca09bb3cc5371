package login_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/internal/identity/login"
	"housecall/internal/identity/passkeytest"
	"housecall/internal/identity/provider"
	"housecall/internal/identity/sitetest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

type body = map[string]string

func TestSignInWithAPassword(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := sitetest.New(t, d)
		a := s.Person("ada@housecall.test")
		b := sitetest.NewBrowser(t)
		_, ok := s.Me(b)
		require.False(t, ok)
		require.Equal(t, s.URL+"/chart", s.SignIn(b, "ada@housecall.test"))
		who, ok := s.Me(b)
		require.True(t, ok)
		require.Equal(t, a.ID, who.Account)
		require.Equal(t, identity.Password, who.Proof)
		require.Nil(t, who.Scopes, "our own client is not narrowed")
		places, err := s.ID.Places(context.Background(), who)
		require.NoError(t, err)
		require.Len(t, places, 1, "one row, shared by portal and provider")

		at, _ := b.Follow(s.URL + "/auth/login?return=/again")
		require.Equal(t, s.URL+"/again", at, "signed in already: nobody is asked again")

		b.Post(s.URL+"/auth/logout", nil, nil)
		_, ok = s.Me(b)
		require.False(t, ok)
		at, _ = b.Follow(s.URL + "/auth/login")
		require.Contains(t, at, "/sign-in?request=", "and the provider has forgotten too")
	})
}

func TestWrongAndUnknownAreTheSameOverHTTP(t *testing.T) {
	s := sitetest.New(t, dbtest.SQLite(t))
	s.Person("ada@housecall.test")
	b := sitetest.NewBrowser(t)
	at, _ := b.Follow(s.URL + "/auth/login")
	id := sitetest.Request(t, at)
	wrong := b.Post(s.URL+"/auth/password", body{"request": id, "email": "ada@housecall.test", "password": "not my password"}, nil)
	unknown := b.Post(s.URL+"/auth/password", body{"request": id, "email": "who@housecall.test", "password": "not my password"}, nil)
	require.Equal(t, http.StatusUnauthorized, wrong.Status)
	require.Equal(t, wrong, unknown)
}

func TestStaffSetUpAndUseASecondFactor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := sitetest.New(t, d)
		s.Staff("lee@housecall.test")
		b := sitetest.NewBrowser(t)
		at, _ := b.Follow(s.URL + "/auth/login?return=/clinic")
		id := sitetest.Request(t, at)
		var step provider.Step
		b.Post(s.URL+"/auth/password", body{"request": id, "email": "lee@housecall.test", "password": sitetest.Password}, &step)
		require.Equal(t, provider.StepEnroll, step.Step)
		require.Empty(t, step.Next)
		_, ok := s.Me(b)
		require.False(t, ok, "a password alone is no session")
		at, _ = b.Follow(s.URL + "/oidc/authorize/callback?id=" + id)
		require.Contains(t, at, "/sign-in?request=", "nor a way around the second step")
		var o provider.Options
		b.Post(s.URL+"/auth/options", body{"request": id}, &o)
		require.Equal(t, step.TOTP.Secret, o.TOTP.Secret, "the page may be reloaded")

		code, err := totp.GenerateCode(step.TOTP.Secret, time.Now())
		require.NoError(t, err)
		b.Post(s.URL+"/auth/totp", body{"request": id, "code": code}, &step)
		at, _ = b.Follow(step.Next)
		require.Equal(t, s.URL+"/clinic", at)
		who, _ := s.Me(b)
		require.Equal(t, identity.SecondFactor, who.Proof)

		b = sitetest.NewBrowser(t)
		at, _ = b.Follow(s.URL + "/auth/login")
		id = sitetest.Request(t, at)
		b.Post(s.URL+"/auth/password", body{"request": id, "email": "lee@housecall.test", "password": sitetest.Password}, &step)
		require.Equal(t, provider.StepTOTP, step.Step)
		require.Equal(t, "wrong_code", b.Post(s.URL+"/auth/totp", body{"request": id, "code": code}, nil).Code(), "replay")
		for range 3 {
			b.Post(s.URL+"/auth/totp", body{"request": id, "code": "00000x"}, nil)
		}
		require.Equal(t, "expired", b.Post(s.URL+"/auth/totp", body{"request": id, "code": "00000x"}, nil).Code(), "five wrong codes end it")
		next, err := totp.GenerateCode(o.TOTP.Secret, time.Now().Add(30*time.Second))
		require.NoError(t, err)
		require.Equal(t, "expired", b.Post(s.URL+"/auth/totp", body{"request": id, "code": next}, nil).Code())
		at, _ = b.Follow(s.URL + "/auth/login")
		require.Equal(t, "expired", b.Post(s.URL+"/auth/totp", body{"request": sitetest.Request(t, at), "code": next}, nil).Code(), "no code without the password")
	})
}

func TestSignInWithAPasskey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := sitetest.New(t, d)
		a := s.Staff("lee@housecall.test")
		_, cookie, err := s.ID.StartSession(ctx, identity.NewSession{Account: a.ID, Proof: identity.SecondFactor})
		require.NoError(t, err)
		x, err := s.ID.Session(ctx, cookie, false)
		require.NoError(t, err)
		options, err := s.ID.PasskeyRegisterBegin(ctx, x.Principal)
		require.NoError(t, err)
		key := passkeytest.New(s.URL)
		_, err = s.ID.PasskeyRegisterFinish(ctx, x.Principal, "", key.Create(t, options))
		require.NoError(t, err)

		b := sitetest.NewBrowser(t)
		at, _ := b.Follow(s.URL + "/auth/login?return=/clinic")
		id := sitetest.Request(t, at)
		var step provider.Step
		b.Post(s.URL+"/auth/password", body{"request": id, "email": "lee@housecall.test", "password": sitetest.Password}, &step)
		require.Equal(t, provider.StepPasskey, step.Step, "a password is no way around the passkey")
		begun := b.Post(s.URL+"/auth/passkey/begin", body{"request": id}, nil)
		credential := key.Get(t, []byte(begun.Body))
		step = provider.Step{}
		done := b.Post(s.URL+"/auth/passkey/finish", map[string]any{"request": id, "credential": jsonRaw(credential)}, &step)
		require.Equal(t, http.StatusOK, done.Status, done.Body)
		at, _ = b.Follow(step.Next)
		require.Equal(t, s.URL+"/clinic", at)
		who, _ := s.Me(b)
		require.Equal(t, identity.Passkey, who.Proof)
	})
}

type jsonRaw []byte

func (j jsonRaw) MarshalJSON() ([]byte, error) { return j, nil }

// A sign-in belongs to one browser from its first request to its last, and each
// piece of it works once.
func TestSignInIsBoundToItsBrowser(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := sitetest.New(t, d)
		s.Person("mallory@housecall.test")
		s.Person("ada@housecall.test")
		attacker, victim := sitetest.NewBrowser(t), sitetest.NewBrowser(t)
		victim.Follow(s.URL + "/auth/login")

		at, _ := attacker.Follow(s.URL + "/auth/login?return=/chart")
		id := sitetest.Request(t, at)
		var step provider.Step
		require.Equal(t, "expired", victim.Post(s.URL+"/auth/password", body{"request": id, "email": "ada@housecall.test", "password": sitetest.Password}, nil).Code(),
			"a victim cannot be led to prove themself into an attacker's sign-in")
		attacker.Post(s.URL+"/auth/password", body{"request": id, "email": "mallory@housecall.test", "password": sitetest.Password}, &step)
		at, _ = victim.Follow(step.Next)
		require.Contains(t, at, "problem=expired", "nor be signed in as the attacker by a link")
		_, ok := s.Me(victim)
		require.False(t, ok)

		callback := attacker.Get(step.Next)
		require.Contains(t, callback.Location, "/auth/callback?code=")
		require.Contains(t, attacker.Get(step.Next).Location, "problem=expired", "the answer is given once")
		require.Equal(t, "expired", victim.Get(callback.Location).Code(), "the code is no use in another browser")
		done := attacker.Get(callback.Location)
		require.Equal(t, s.URL+"/chart", done.Location)
		require.Equal(t, "expired", attacker.Get(callback.Location).Code(), "nor twice")
	})
}

func TestCallbackRefusesWhatDoesNotFit(t *testing.T) {
	s := sitetest.New(t, dbtest.SQLite(t))
	s.Person("ada@housecall.test")
	begin := func() (*sitetest.Browser, *url.URL) {
		b := sitetest.NewBrowser(t)
		at, _ := b.Follow(s.URL + "/auth/login")
		var step provider.Step
		b.Post(s.URL+"/auth/password", body{"request": sitetest.Request(t, at), "email": "ada@housecall.test", "password": sitetest.Password}, &step)
		u, err := url.Parse(b.Get(step.Next).Location)
		require.NoError(t, err)
		return b, u
	}
	for name, change := range map[string]func(q url.Values){
		"state":  func(q url.Values) { q.Set("state", identity.NewSecret()) },
		"issuer": func(q url.Values) { q.Set("iss", "https://evil.example") },
		"no iss": func(q url.Values) { q.Del("iss") },
		"code":   func(q url.Values) { q.Set("code", identity.NewSecret()) },
		"error":  func(q url.Values) { q.Del("code"); q.Set("error", "access_denied") },
	} {
		b, u := begin()
		q := u.Query()
		change(q)
		u.RawQuery = q.Encode()
		a := b.Get(u.String())
		require.GreaterOrEqual(t, a.Status, 400, name)
		require.Less(t, a.Status, 500, name)
	}

	// A nonce of another sign-in: the state's row is changed under the answer.
	b, u := begin()
	require.NoError(t, s.DB.InTx(context.Background(), func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE login_states SET nonce = 'another'`)
		return err
	}))
	require.Equal(t, "refused", b.Get(u.String()).Code())

	// The session cookie of somebody else: the ID token names another session.
	one, u := begin()
	two, _ := begin()
	base, _ := url.Parse(s.URL)
	for _, c := range two.Jar.Cookies(base) {
		if c.Name == s.ID.CookieName() {
			one.Jar.SetCookies(base, []*http.Cookie{{Name: c.Name, Value: c.Value, Path: "/"}})
		}
	}
	require.Equal(t, "refused", one.Get(u.String()).Code())
}

// A cookie planted before the sign-in is worth nothing after it.
func TestSessionFixation(t *testing.T) {
	s := sitetest.New(t, dbtest.SQLite(t))
	s.Person("ada@housecall.test")
	b := sitetest.NewBrowser(t)
	base, _ := url.Parse(s.URL)
	planted := identity.NewSecret()
	b.Jar.SetCookies(base, []*http.Cookie{{Name: s.ID.CookieName(), Value: planted, Path: "/"}})
	s.SignIn(b, "ada@housecall.test")
	for _, c := range b.Jar.Cookies(base) {
		require.NotEqual(t, planted, c.Value)
	}
	_, err := s.ID.Session(context.Background(), planted, false)
	require.Error(t, err)
}

func TestLocalPath(t *testing.T) {
	for in, want := range map[string]string{
		"/chart?x=1#y": "/chart?x=1#y", "": "/", "chart": "/", "//evil.example": "/", "/\\evil.example": "/", "https://evil.example": "/",
		"/a\nb": "/", "/auth/logout": "/", "/oidc/authorize?x": "/", "/sign-in": "/", "/" + strings.Repeat("a", 1000): "/", "/%zz": "/",
	} {
		require.Equal(t, want, login.LocalPath(in), in)
	}
}
