package portal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/identity/passkeytest"
)

const otherSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

// code is the one-time code of who was given otherSecret.
func (n *node) code() string {
	n.t.Helper()
	code, err := totp.GenerateCode(otherSecret, n.clock.Now())
	require.NoError(n.t, err)
	return code
}

// makePasskey adds a passkey as the page of security does.
func (s *someone) makePasskey() {
	s.node.t.Helper()
	key := passkeytest.New(s.node.base)
	options := s.do("POST", "/api/v1/me/passkeys/begin", "")
	require.Equal(s.node.t, 200, options.StatusCode, options.body)
	made := s.do("POST", "/api/v1/me/passkeys/finish", `{"credential":`+string(key.Create(s.node.t, []byte(options.body)))+`}`)
	require.Equal(s.node.t, 200, made.StatusCode, made.body)
}

type staffSignIn struct {
	Passkeys, Available, Own bool
	Staff, With              int
}

// Where staff sign in with a passkey only, who has none makes one and can do nothing
// else, who has one uses it and nothing in its place, and staff help each other back in.
func TestStaffSignInWithAPasskeyOnly(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		f := newFamily(t, n)
		const route = "/api/v1/admin/sign-in"
		var now staffSignIn
		f.admin.get(route).json(t, &now)
		require.True(t, now.Available)
		require.False(t, now.Passkeys || now.Own)
		require.Zero(t, now.With)
		for _, who := range []*someone{f.doctor, f.desk, f.self} {
			require.Equal(t, 403, who.get(route).StatusCode, who.name)
			require.Equal(t, 403, who.do("PUT", route, `{"passkeys":true}`).StatusCode, who.name)
		}
		require.Equal(t, "own_passkey", f.admin.do("PUT", route, `{"passkeys":true}`).code(), "nobody locks themselves out")
		f.admin.makePasskey()
		f.admin.do("PUT", route, `{"passkeys":true}`).json(t, &now)
		require.True(t, now.Passkeys && now.Own)
		require.Equal(t, 1, now.With)

		kim := n.account("Kim", identity.Staff, "", identity.Clinician)
		require.NoError(t, n.id.SetPassword(ctx, kim.ID, secret))
		require.NoError(t, n.id.ImportTOTP(ctx, kim.ID, otherSecret))
		_, _, err := n.id.StartSession(ctx, identity.NewSession{Account: kim.ID, Proof: identity.SecondFactor})
		require.Equal(t, "passkey_only", fault.Of(err).Code, "whatever brought them there")
		b := n.browser()
		request := b.begin("/clinic")
		s := b.step("/auth/password", m{"request": request, "email": "kim@housecall.test", "password": secret})
		require.Equal(t, "totp", s.Step)
		require.Equal(t, 410, b.send("/auth/enroll/passkey/begin", m{"request": request}).StatusCode, "not for a password alone")
		s = b.step("/auth/totp", m{"request": request, "code": n.code()})
		require.Equal(t, "make", s.Step)
		require.Empty(t, s.Next)
		require.Equal(t, 401, b.do("GET", "/api/v1/me", "").StatusCode, "not in yet")
		n.clock.Add(30 * time.Second)
		require.Equal(t, 410, b.send("/auth/totp", m{"request": request, "code": n.code()}).StatusCode, "a passkey is all that can be made")
		require.Contains(t, b.do("GET", "/auth/options?request="+request, "").body, `"step":"make"`, "a page that is loaded again")
		key := passkeytest.New(n.base)
		options := b.send("/auth/enroll/passkey/begin", m{"request": request})
		require.Equal(t, 200, options.StatusCode, options.body)
		s = b.step("/auth/enroll/passkey/finish", m{"request": request, "credential": json.RawMessage(key.Create(t, []byte(options.body)))})
		require.Equal(t, "/clinic", b.arrive(s.Next))

		codes := b.do("POST", "/api/v1/me/recovery-codes", "")
		var made struct{ Codes []string }
		codes.json(t, &made)
		require.Equal(t, "passkey_only", b.do("POST", "/api/v1/step-up/totp", fmt.Sprintf(`{"code":"%s"}`, n.code())).code())
		var keys struct{ Items []struct{ ID string } }
		b.do("GET", "/api/v1/me/passkeys", "").json(t, &keys)
		require.Equal(t, 409, b.do("DELETE", "/api/v1/me/passkeys/"+keys.Items[0].ID, "").StatusCode, "the last one stays")
		require.Contains(t, b.do("GET", "/api/v1/me/totp", "").body, `"proves":false`)

		other := n.browser()
		request = other.begin("/clinic")
		s = other.step("/auth/password", m{"request": request, "email": "kim@housecall.test", "password": secret})
		require.Equal(t, "passkey", s.Step)
		require.True(t, s.Only)
		for _, instead := range []string{n.code(), made.Codes[0]} {
			require.Equal(t, "passkey_only", other.send("/auth/totp", m{"request": request, "code": instead}).code())
		}
		require.Equal(t, 410, other.send("/auth/enroll/passkey/begin", m{"request": request}).StatusCode, "who knows a password makes no second one")
		options = other.send("/auth/passkey/begin", m{"request": request})
		s = other.step("/auth/passkey/finish", m{"request": request, "credential": json.RawMessage(key.Get(t, []byte(options.body)))})
		require.Equal(t, "/clinic", other.arrive(s.Next))

		b = n.browser() // of patients nothing changed
		s = b.step("/auth/password", m{"request": b.begin("/"), "email": "rosa@housecall.test", "password": secret})
		require.NotEmpty(t, s.Next)

		// Kim lost the passkey, and the administrator knows Kim.
		var link struct{ URL string }
		f.admin.do("POST", "/api/v1/clinic/recoveries", `{"email":"kim@housecall.test","reason":"Staff badge seen"}`).json(t, &link)
		b = n.browser()
		token := tokenIn(t, link.URL)
		require.Equal(t, 200, b.send("/auth/invitation/confirm", m{"token": token}).StatusCode)
		b.send("/auth/invitation/finish", m{"token": token, "password": "twelve grey lanterns"}).json(t, &s)
		request = b.begin("/clinic")
		s = b.step("/auth/password", m{"request": request, "email": "kim@housecall.test", "password": "twelve grey lanterns"})
		require.Equal(t, "make", s.Step)

		f.admin.do("PUT", route, `{"passkeys":false}`).json(t, &now)
		require.False(t, now.Passkeys)
		require.Contains(t, f.admin.get("/api/v1/me/totp").body, `"proves":true`)
	})
}

// The pages on which an administrator changes how the clinic works ask for a proof that
// is not old, given in this browser; other roles are asked for nothing more there.
func TestAdministrationAsksForAProofOfItsOwn(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		require.NoError(t, n.id.ImportTOTP(context.Background(), f.admin.account.ID, otherSecret))
		var told []string
		n.id.Moved(func(_ *db.Conn, account string) error { told = append(told, account); return nil })
		pages := []string{"/admin/apps", "/admin/health", "/admin/delivery", "/admin/sign-in", "/clinic/visits/licence", "/clinic/visits/forms", "/clinic/pools", "/clinic/escalations", "/clinic/invitations", "/clinic/blocks"}
		all := func(status int, code string) {
			t.Helper()
			for _, page := range pages {
				r := f.admin.get("/api/v1" + page)
				require.Equal(t, status, r.StatusCode, "%s: %s", page, r.body)
				require.Equal(t, code, r.code(), page)
			}
		}
		all(200, "")
		for range 2 {
			n.clock.Add(16 * time.Minute)
			for _, who := range []*someone{f.admin, f.desk} {
				require.Equal(t, 200, who.do("GET", "/api/v1/me", "", "X-Activity", "1").StatusCode)
			}
		}
		all(403, "admin_proof")
		require.Equal(t, "admin_proof", f.admin.do("PUT", "/api/v1/clinic/visits/licence", `{"places":[],"outside":"warn","version":0}`).code())
		require.Equal(t, "admin_proof", f.admin.do("POST", "/api/v1/clinic/recoveries", `{"email":"lee@housecall.test","reason":"Staff badge seen"}`).code())
		require.Equal(t, 200, f.desk.get("/api/v1/clinic/invitations").StatusCode, "the desk invites patients")
		require.Equal(t, 200, f.admin.get("/api/v1/clinic/patients").StatusCode, "no page of administration")
		up := f.admin.do("POST", "/api/v1/step-up/totp", fmt.Sprintf(`{"code":"%s"}`, n.code()))
		require.Equal(t, 200, up.StatusCode, up.body)
		all(200, "")

		token := n.token(f.admin.account, "user/*.cruds")
		require.Equal(t, 403, token.get("/api/v1/admin/health").StatusCode, "an app administers nothing")
		elsewhere := f.admin.do("GET", "/api/v1/admin/apps", "", "User-Agent", "Mozilla/5.0 (X11; Linux) Firefox/140.0")
		require.Equal(t, 401, elsewhere.StatusCode, "a cookie that was taken along")
		require.Equal(t, 401, f.admin.get("/api/v1/me").StatusCode)
		require.Equal(t, []string{f.admin.account.ID}, told, "its owner is told")
	})
}
