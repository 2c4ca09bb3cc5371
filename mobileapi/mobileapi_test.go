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

	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/internal/identity/sitetest"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/mobileapi"
	"housecall/notifications"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
	"housecall/telehealth/message"
	"housecall/telehealth/request"
	"housecall/telehealth/schedule"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const base = "http://housecall.test:8080"

type site struct {
	t                  *testing.T
	db                 *db.DB
	app                *fiber.App
	id                 *identity.Service
	access             *access.Service
	store              *records.Store
	messages           *message.Service
	schedule           *schedule.Service
	requests           *request.Service
	rosa               string
	self, elena, nurse identity.Account
	cookie, granted    string
}

var feed = identity.SystemPrincipal("test")

func newSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	ctx, key := context.Background(), sitekey.ForTest()
	s := &site{t: t, db: d, rosa: newID()}
	u, err := url.Parse(base)
	require.NoError(t, err)
	rev := revoke.NewFeed(d)
	s.access, err = access.New(access.Deps{DB: d, Key: key, Revocations: rev, Node: "test"})
	require.NoError(t, err)
	s.id, err = identity.New(identity.Deps{HashKiB: sitetest.HashKiB, DB: d, Key: key, Revocations: rev, BaseURL: base})
	require.NoError(t, err)
	hub, err := notifications.NewHub(notifications.Config{Key: key.Secret("hub")})
	require.NoError(t, err)
	blobs, err := blob.Open(ctx, blob.Config{Dir: t.TempDir(), Key: key})
	require.NoError(t, err)
	t.Cleanup(func() { _ = blobs.Close() })
	s.store, err = records.New(records.Deps{DB: d, Access: s.access, Key: key, Blobs: blobs})
	require.NoError(t, err)
	notices, err := notifications.New(notifications.Deps{DB: d, Hub: hub, Key: key, Accounts: s.id, Poll: 20 * time.Millisecond, BaseURL: u})
	require.NoError(t, err)
	s.messages, err = message.New(message.Deps{DB: d, Records: s.store, Access: s.access, Notices: notices, Hub: hub, Key: key, Accounts: s.id})
	require.NoError(t, err)
	s.requests, err = request.New(request.Deps{DB: d, Records: s.store, Access: s.access, Notices: notices, Hub: hub, Key: key})
	require.NoError(t, err)
	s.schedule, err = schedule.New(schedule.Deps{DB: d, Records: s.store, Access: s.access, Notices: notices, Hub: hub, Key: key})
	require.NoError(t, err)
	require.NoError(t, rev.Start(ctx))
	t.Cleanup(rev.Stop)
	require.NoError(t, s.access.Start(ctx))
	t.Cleanup(s.access.Stop)
	s.app, err = edge.New(edge.Config{BaseURL: u})
	require.NoError(t, err)
	face, err := mobileapi.New(mobileapi.Deps{
		DB: d, Records: s.store, Messages: s.messages, Schedule: s.schedule, Requests: s.requests, Accounts: s.id, Bearer: s.id.Bearer, Key: key, Version: "1.2.3",
		Clinic:   mobileapi.Clinic{Name: "Hill Clinic", Phone: "555-0100", Emergency: "911", TimeZone: "America/Chicago"},
		Releases: map[string]mobileapi.Release{"ios": {Minimum: "1.4.0", Recommended: "2.0", Store: "https://store.test/ios"}},
	})
	require.NoError(t, err)
	face.Mount(s.app)

	s.put(`{"resourceType":"Patient","id":"` + s.rosa + `","name":[{"family":"Marin","given":["Rosa"]}],"birthDate":"1952-03-02"}`)
	account := func(n identity.NewAccount) identity.Account {
		n.Email = strings.ToLower(n.Name) + "@housecall.test"
		a, err := s.id.CreateAccount(ctx, n)
		require.NoError(t, err)
		return a
	}
	s.self = account(identity.NewAccount{Name: "Rosa", Kind: identity.Person, Patient: s.rosa})
	s.elena = account(identity.NewAccount{Name: "Elena", Kind: identity.Person})
	s.nurse = account(identity.NewAccount{Name: "Quill", Kind: identity.Staff, Roles: []identity.Role{identity.Nurse}})
	_, s.cookie, err = s.id.StartSession(ctx, identity.NewSession{Account: s.self.ID, Proof: identity.Password})
	require.NoError(t, err)
	s.grant(access.Of(access.Demographics, access.Results))
	require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
		return s.access.JoinTeamTx(c, feed, s.nurse.ID, s.rosa, identity.Nurse, time.Time{})
	}))
	return s
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func (s *site) put(body string) {
	s.t.Helper()
	n, err := fhir.Parse([]byte(body))
	require.NoError(s.t, err)
	_, err = s.store.Write(context.Background(), feed, records.Batch{Ops: []records.Op{{Kind: records.Put, Node: n}}})
	require.NoError(s.t, err)
}

// grant lets Elena see parts of her mother's chart.
func (s *site) grant(see access.CategorySet) string {
	s.t.Helper()
	require.NoError(s.t, s.db.InTx(context.Background(), func(c *db.Conn) error {
		if s.granted != "" { // instead of what she had
			if _, err := s.access.RevokeTx(c, feed, s.rosa, s.granted); err != nil {
				return err
			}
		}
		var can access.Powers
		if see.Has(access.Messages) {
			can = access.PowerMessages
		}
		g, err := s.access.GrantTx(c, feed, access.GrantInput{Account: s.elena.ID, Name: "Elena", Patient: s.rosa, Relation: "mother", Basis: access.Consent,
			See: see, Can: can, End: time.Now().AddDate(0, 6, 0)})
		s.granted = g.ID
		return err
	}))
	return s.granted
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

func TestReleasesAreReadStrictly(t *testing.T) {
	got, err := mobileapi.ParseReleases("ios 1.4.0 2.0 https://apps.test/ios; android 1.4")
	require.NoError(t, err)
	require.Equal(t, map[string]mobileapi.Release{"ios": {Minimum: "1.4.0", Recommended: "2.0", Store: "https://apps.test/ios"}, "android": {Minimum: "1.4"}}, got)
	for _, bad := range []string{"ios", "windows 1.0", "ios newest", "ios 1.0 2.0 http://apps.test", "ios 1 2 https://a.test more"} {
		_, err := mobileapi.ParseReleases(bad)
		require.Error(t, err, bad)
	}
}

// as is who acts through a browser.
func (s *site) as(a identity.Account) identity.Principal {
	s.t.Helper()
	_, cookie, err := s.id.StartSession(context.Background(), identity.NewSession{Account: a.ID, Proof: identity.SecondFactor, Address: "0.0.0.0"})
	require.NoError(s.t, err)
	x, err := s.id.Session(context.Background(), cookie, false)
	require.NoError(s.t, err)
	return x.Principal
}

func answerIn(thread, text string) message.In {
	return message.In{ID: newID(), Thread: thread, Text: text}
}
