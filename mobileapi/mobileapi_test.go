package mobileapi_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/mobileapi"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const base = "http://housecall.test:8080"

type site struct {
	t           *testing.T
	app         *fiber.App
	id          *identity.Service
	rosa        string
	self, elena identity.Account
	cookie      string
}

func newSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	ctx, key := context.Background(), sitekey.ForTest()
	s := &site{t: t, rosa: uuid.Must(uuid.NewV7()).String()}
	rev := revoke.NewFeed(d)
	acc, err := access.New(access.Deps{DB: d, Key: key, Revocations: rev, Node: "test"})
	require.NoError(t, err)
	s.id, err = identity.New(identity.Deps{DB: d, Key: key, Revocations: rev, BaseURL: base})
	require.NoError(t, err)
	store, err := records.New(records.Deps{DB: d, Access: acc, Key: key})
	require.NoError(t, err)
	require.NoError(t, rev.Start(ctx))
	t.Cleanup(rev.Stop)
	require.NoError(t, acc.Start(ctx))
	t.Cleanup(acc.Stop)
	u, err := url.Parse(base)
	require.NoError(t, err)
	s.app, err = edge.New(edge.Config{BaseURL: u})
	require.NoError(t, err)
	face, err := mobileapi.New(mobileapi.Deps{
		Records: store, Bearer: s.id.Bearer, Version: "1.2.3",
		Clinic:   mobileapi.Clinic{Name: "Hill Clinic", Phone: "555-0100", Emergency: "911", TimeZone: "America/Chicago"},
		Releases: map[string]mobileapi.Release{"ios": {Minimum: "1.4.0", Recommended: "2.0", Store: "https://store.test/ios"}},
	})
	require.NoError(t, err)
	face.Mount(s.app)

	n, err := fhir.Parse([]byte(`{"resourceType":"Patient","id":"` + s.rosa + `","name":[{"family":"Marin","given":["Rosa"]}],"birthDate":"1952-03-02"}`))
	require.NoError(t, err)
	system := identity.SystemPrincipal("test")
	_, err = store.Write(ctx, system, records.Batch{Ops: []records.Op{{Kind: records.Put, Node: n}}})
	require.NoError(t, err)
	account := func(name, patient string) identity.Account {
		a, err := s.id.CreateAccount(ctx, identity.NewAccount{Email: strings.ToLower(name) + "@housecall.test", Name: name, Kind: identity.Person, Patient: patient})
		require.NoError(t, err)
		return a
	}
	s.self, s.elena = account("Rosa", s.rosa), account("Elena", "")
	_, s.cookie, err = s.id.StartSession(ctx, identity.NewSession{Account: s.self.ID, Proof: identity.Password})
	require.NoError(t, err)
	require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
		_, err := acc.GrantTx(c, system, access.GrantInput{Account: s.elena.ID, Name: "Elena", Patient: s.rosa, Relation: "mother", Basis: access.Consent,
			See: access.Of(access.Demographics, access.Results), End: time.Now().AddDate(0, 6, 0)})
		return err
	}))
	return s
}

func (s *site) token(account, system string, scopes ...string) string {
	tok, err := s.id.IssueToken(context.Background(), account, system, scopes, time.Hour)
	require.NoError(s.t, err)
	return tok
}

func (s *site) get(path string, headers ...string) (*http.Response, string) {
	s.t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	r.Host = strings.TrimPrefix(base, "http://")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.app.Test(r, -1)
	require.NoError(s.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	return res, string(b)
}

func TestBootstrap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		const path = "/mobile/v1/bootstrap"
		res, _ := s.get(path)
		require.Equal(t, 401, res.StatusCode)
		require.NotEmpty(t, res.Header.Get("WWW-Authenticate"))
		res, _ = s.get(path, "Cookie", s.id.CookieName()+"="+s.cookie)
		require.Equal(t, 401, res.StatusCode, "a browser's cookie means nothing here")

		bearer := func(tok string) string { return "Bearer " + tok }
		self := bearer(s.token(s.self.ID, "", "patient/*.cruds"))
		res, body := s.get(path, "Authorization", self, "X-App", "ios 1.4.2")
		require.Equal(t, 200, res.StatusCode, body)
		var b mobileapi.Bootstrap
		require.NoError(t, json.Unmarshal([]byte(body), &b))
		require.Equal(t, "person", b.Account.Kind)
		require.Equal(t, "Hill Clinic", b.Clinic.Name)
		require.Equal(t, "self", b.People[0].Relation)
		require.Equal(t, "Rosa Marin", b.People[0].Name)
		require.True(t, b.App.Update)
		_, err := time.Parse(time.RFC3339, b.Now)
		require.NoError(t, err)

		res, body = s.get(path, "Authorization", bearer(s.token(s.elena.ID, "", "user/*.cruds")), "X-App", "ios 2.0.0")
		require.Equal(t, 200, res.StatusCode, body)
		b = mobileapi.Bootstrap{}
		require.NoError(t, json.Unmarshal([]byte(body), &b))
		require.Equal(t, "mother", b.People[0].Relation)
		require.Equal(t, []string{"demographics", "results"}, b.People[0].Sees)
		require.False(t, b.App.Update)

		res, _ = s.get(path, "Authorization", bearer(s.token("", "feed", "system/*.rs")))
		require.Equal(t, 403, res.StatusCode)
		for app, status := range map[string]int{"ios 1.3.9": 426, "ios nonsense": 426, "iOS 1.4": 200, "android 0.1": 200, "": 200} {
			res, body = s.get(path, "Authorization", self, "X-App", app)
			require.Equal(t, status, res.StatusCode, app)
			if status == 426 {
				require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"))
				require.Contains(t, body, `"code":"update"`)
				require.Contains(t, body, `"store":"https://store.test/ios"`)
				require.Contains(t, body, `"status":426`)
			}
		}
		res, body = s.get("/mobile/v1/openapi.json")
		require.Equal(t, 200, res.StatusCode)
		require.Contains(t, body, `"/bootstrap"`)
		res, _ = s.get("/mobile/v1/nothing", "Authorization", self)
		require.Equal(t, 404, res.StatusCode)
	})
}

func TestWrongVersionsStopTheStart(t *testing.T) {
	_, err := mobileapi.New(mobileapi.Deps{Records: &records.Store{}, Bearer: (&identity.Service{}).Bearer,
		Releases: map[string]mobileapi.Release{"ios": {Minimum: "newest"}}})
	require.ErrorContains(t, err, "1.4.0")
}
