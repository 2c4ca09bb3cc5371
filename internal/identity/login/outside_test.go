package login_test

import (
	"context"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/internal/identity/login"
	"housecall/internal/identity/provider"
	"housecall/internal/identity/sitetest"
)

const hospitalSecret = "0123456789abcdef0123456789abcdef"

// twoSites starts a hospital and a clinic that takes the hospital's sign-ins.
func twoSites(t *testing.T, d *db.DB) (hospital, clinic *sitetest.Site) {
	hospital = sitetest.New(t, dbtest.SQLite(t))
	clinic = sitetest.New(t, d, login.Issuer{
		ID: "hospital", Name: "City Hospital", Issuer: hospital.URL + provider.Path, ClientID: "clinic", ClientSecret: hospitalSecret,
		Scopes: []string{"profile"}, AllowPrivate: true,
	})
	require.NoError(t, hospital.Provider.RegisterClient(context.Background(), provider.Client{
		ID: "clinic", Name: "The clinic", Secret: hospitalSecret, Redirects: []string{clinic.URL + "/auth/callback"},
	}))
	return hospital, clinic
}

func TestOutsideAccountIsLinkedAndSignsIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		hospital, clinic := twoSites(t, d)
		hospital.Person("ada@hospital.test")
		a := clinic.Person("ada@hospital.test") // the same address links nothing
		require.Equal(t, []login.Choice{{ID: "hospital", Name: "City Hospital", Issuer: hospital.URL + "/oidc"}}, clinic.Login.Choices())

		b := sitetest.NewBrowser(t)
		atHospital := func(from string) string {
			at, _ := b.Follow(from, hospital.URL+"/sign-in")
			var o provider.Options
			b.Post(hospital.URL+"/auth/options", body{"request": sitetest.Request(t, at)}, &o)
			require.Equal(t, "The clinic", o.App.Name, "somebody else's application shows itself")
			var step provider.Step
			b.Post(hospital.URL+"/auth/password", body{"request": sitetest.Request(t, at), "email": "ada@hospital.test", "password": sitetest.Password}, &step)
			require.NotEmpty(t, step.Next)
			return hospital.Consent(b, b.Get(step.Next).Location, provider.Decision{Allow: true})
		}
		_, page := b.Follow(atHospital(clinic.URL + "/auth/login?issuer=hospital&return=/chart"))
		require.Equal(t, "not_linked", page.Code())
		_, ok := clinic.Me(b)
		require.False(t, ok)

		clinic.SignIn(b, "ada@hospital.test")
		at, _ := b.Follow(clinic.URL + "/auth/link?issuer=hospital")
		require.Equal(t, clinic.URL+"/account", at, "linked; the hospital's session was still open")
		b.Post(clinic.URL+"/auth/logout", nil, nil)

		at, _ = b.Follow(clinic.URL + "/auth/login?issuer=hospital&return=/chart")
		require.Equal(t, clinic.URL+"/chart", at)
		who, ok := clinic.Me(b)
		require.True(t, ok)
		require.Equal(t, a.ID, who.Account)
		require.Equal(t, identity.Password, who.Proof)
		p, err := clinic.ID.SessionProof(context.Background(), who.Session)
		require.NoError(t, err)
		require.Equal(t, hospital.URL+"/oidc", p.Issuer)
		require.Equal(t, []string{"pwd"}, p.AMR)
	})
}

func TestStaffFromOutsideNeedASecondFactor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		hospital, clinic := twoSites(t, d)
		weak := hospital.Person("weak@hospital.test")
		strong := hospital.Person("strong@hospital.test")
		const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
		require.NoError(t, hospital.ID.ImportTOTP(ctx, strong.ID, secret))
		lee, kim := clinic.Staff("lee@clinic.test"), clinic.Staff("kim@clinic.test")
		require.NoError(t, clinic.ID.LinkOutsideFor(ctx, lee.ID, hospital.URL+"/oidc", weak.ID))
		require.NoError(t, clinic.ID.LinkOutsideFor(ctx, kim.ID, hospital.URL+"/oidc", strong.ID))

		b := sitetest.NewBrowser(t)
		at, _ := b.Follow(clinic.URL+"/auth/login?issuer=hospital&return=/clinic", hospital.URL+"/sign-in")
		var step provider.Step
		b.Post(hospital.URL+"/auth/password", body{"request": sitetest.Request(t, at), "email": "weak@hospital.test", "password": sitetest.Password}, &step)
		at, _ = b.Follow(hospital.Consent(b, b.Get(step.Next).Location, provider.Decision{Allow: true}), clinic.URL+"/sign-in")
		_, ok := clinic.Me(b)
		require.False(t, ok)
		var o provider.Options
		b.Post(clinic.URL+"/auth/options", body{"request": sitetest.Request(t, at)}, &o)
		require.Equal(t, provider.StepEnroll, o.Step.Step, "our own second factor is asked")
		code, err := totp.GenerateCode(o.TOTP.Secret, time.Now())
		require.NoError(t, err)
		b.Post(clinic.URL+"/auth/totp", body{"request": sitetest.Request(t, at), "code": code}, &step)
		at, _ = b.Follow(step.Next)
		require.Equal(t, clinic.URL+"/clinic", at)
		who, _ := clinic.Me(b)
		require.Equal(t, lee.ID, who.Account)

		b = sitetest.NewBrowser(t)
		at, _ = b.Follow(clinic.URL+"/auth/login?issuer=hospital&return=/clinic", hospital.URL+"/sign-in")
		b.Post(hospital.URL+"/auth/password", body{"request": sitetest.Request(t, at), "email": "strong@hospital.test", "password": sitetest.Password}, nil)
		code, err = totp.GenerateCode(secret, time.Now())
		require.NoError(t, err)
		b.Post(hospital.URL+"/auth/totp", body{"request": sitetest.Request(t, at), "code": code}, &step)
		at, _ = b.Follow(hospital.Consent(b, b.Get(step.Next).Location, provider.Decision{Allow: true}))
		require.Equal(t, clinic.URL+"/clinic", at, "the hospital asked for one already")
		who, _ = clinic.Me(b)
		require.Equal(t, kim.ID, who.Account)
		require.Equal(t, identity.SecondFactor, who.Proof)
	})
}

func TestParseIssuers(t *testing.T) {
	env := func(k string) string { return map[string]string{"S": "secret"}[k] }
	got, err := login.ParseIssuers(`[{"id":"h","name":"H","issuer":"https://id.example.org","client_id":"c","client_secret_env":"S","roles":{"claim":"groups","map":{"rn":"nurse"}}}]`, env)
	require.NoError(t, err)
	require.Equal(t, "secret", got[0].ClientSecret)
	got, err = login.ParseIssuers(" ", env)
	require.NoError(t, err)
	require.Empty(t, got)
	for _, bad := range []string{
		`{}`, `[{"id":"H!"}]`, `[{"id":"h","name":"H","issuer":"http://id.example.org","client_id":"c"}]`,
		`[{"id":"h","name":"H","issuer":"https://id.example.org","client_id":"c","client_secret_env":"NONE"}]`,
		`[{"id":"h","name":"H","issuer":"https://id.example.org","client_id":"c","roles":{"claim":"g","map":{"x":"boss"}}}]`,
		`[{"id":"h","name":"H","issuer":"https://id.example.org","client_id":"c","surprise":1}]`,
	} {
		_, err := login.ParseIssuers(bad, env)
		require.ErrorContains(t, err, "for example", bad)
	}
}

func TestAnOutsideIssuerInsideTheNetworkIsRefused(t *testing.T) {
	hospital := sitetest.New(t, dbtest.SQLite(t))
	clinic := sitetest.New(t, dbtest.SQLite(t), login.Issuer{ID: "hospital", Name: "H", Issuer: hospital.URL + "/oidc", ClientID: "clinic"})
	a := sitetest.NewBrowser(t).Get(clinic.URL + "/auth/login?issuer=hospital")
	require.Equal(t, 503, a.Status, "only the site's configuration may allow it")
}
