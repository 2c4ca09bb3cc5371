package rest_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
	"housecall/internal/identity/provider"
	"housecall/internal/identity/sitetest"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
)

// service is a backend service that an administrator registered, with its key.
type service struct {
	id    string
	token func(scope string) string // gets one over HTTP
	on    func(bool)                // lets it in, or keeps it out
}

func (s *site) backend(scopes ...string) *service { return s.boundBackend("", scopes...) }

// boundBackend is a service that works for a Group of patients.
func (s *site) boundBackend(group string, scopes ...string) *service {
	s.t.Helper()
	ctx := context.Background()
	feed := revoke.NewFeed(s.db) // another node, where apps sign in
	accounts, err := identity.New(identity.Deps{HashKiB: sitetest.HashKiB, DB: s.db, Key: sitekey.ForTest(), Revocations: feed, BaseURL: "https://housecall.test"})
	require.NoError(s.t, err)
	require.NoError(s.t, feed.Start(ctx))
	s.t.Cleanup(feed.Stop)
	op, err := provider.New(provider.Deps{NewKey: sitetest.SigningKeys(), DB: s.db, Identity: accounts, Key: sitekey.ForTest()})
	require.NoError(s.t, err)
	require.NoError(s.t, op.Init(ctx))
	srv := httptest.NewServer(op.Handler())
	s.t.Cleanup(srv.Close)
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(s.t, err)
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "one", Use: "sig"}}})
	require.NoError(s.t, err)
	a, err := s.id.CreateAccount(ctx, identity.NewAccount{Email: "it@housecall.test", Name: "Ivy Tran", Kind: identity.Staff, Roles: []identity.Role{identity.Admin}})
	require.NoError(s.t, err)
	admin := identity.Principal{Kind: identity.Staff, Account: a.ID, Roles: a.Roles, Proof: identity.Passkey, ProvedAt: time.Now()}
	added, _, err := op.AddApp(ctx, admin, provider.Client{Name: "Research export", Backend: true, Keys: string(set), Scopes: scopes, Group: group})
	require.NoError(s.t, err)
	return &service{
		id: added.ID,
		token: func(scope string) string {
			s.t.Helper()
			signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES384, Key: key}, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", "one"))
			require.NoError(s.t, err)
			assertion, err := jwt.Signed(signer).Claims(jwt.Claims{Issuer: added.ID, Subject: added.ID, Audience: jwt.Audience{op.Issuer() + "/token"}, ID: newID(), Expiry: jwt.NewNumericDate(time.Now().Add(time.Minute))}).Serialize()
			require.NoError(s.t, err)
			res, err := http.PostForm(srv.URL+provider.Path+"/token", url.Values{
				"grant_type": {"client_credentials"}, "scope": {scope}, "client_assertion": {assertion},
				"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
			})
			require.NoError(s.t, err)
			defer res.Body.Close()
			var got struct {
				Token string `json:"access_token"`
			}
			require.NoError(s.t, json.NewDecoder(res.Body).Decode(&got))
			require.Equal(s.t, http.StatusOK, res.StatusCode)
			return got.Token
		},
		on: func(on bool) {
			s.t.Helper()
			_, err := op.EnableApp(ctx, admin, added.ID, on)
			require.NoError(s.t, err)
		},
	}
}

func TestG10BulkDataByABackendService(t *testing.T) {
	eachBulk(t, func(t *testing.T, s *bulkSite) {
		mine, other, problem, group := newID(), newID(), newID(), newID()
		s.put(observation(mine, "Patient/"+s.rosa, 4.2))
		s.put(observation(other, "Patient/"+s.ben, 4.4))
		s.put(condition(problem, s.rosa, "I10"))
		s.put(fmt.Sprintf(`{"resourceType":"Group","id":"%s","type":"person","actual":true,"member":[{"entity":{"reference":"Patient/%s"}}]}`, group, s.rosa))
		b := s.backend("system/Observation.rs", "system/Group.r", "system/Patient.r")
		tok := b.token("system/Observation.rs system/Group.r")

		t.Run("system scopes: reads what they name, writes nothing", func(t *testing.T) {
			require.Equal(t, 200, s.do(tok, "GET", "/fhir/Observation/"+mine, "").StatusCode)
			require.Contains(t, s.do(tok, "GET", "/fhir/Observation?patient="+s.ben, "").body, other)
			for _, path := range []string{"/fhir/Condition/" + problem, "/fhir/Condition?patient=" + s.rosa, "/fhir/Patient/" + s.rosa, "/fhir/Patient?name=Marin"} {
				r := s.do(tok, "GET", path, "")
				require.NotEqual(t, 200, r.StatusCode, path)
				require.NotContains(t, r.body, "Marin")
			}
			for _, w := range [][3]string{
				{"POST", "/fhir/Observation", observation(newID(), "Patient/"+s.rosa, 9)}, {"PUT", "/fhir/Observation/" + mine, observation(mine, "Patient/"+s.rosa, 9)},
				{"DELETE", "/fhir/Observation/" + mine, ""}, {"POST", "/fhir/Condition", condition(newID(), s.rosa, "I10")},
			} {
				require.Equal(t, 403, s.do(tok, w[0], w[1], w[2]).StatusCode, w[0]+" "+w[1])
			}
			r := s.do(tok, "POST", "/fhir", fmt.Sprintf(`{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Observation/%s"}}]}`, mine))
			require.Equal(t, 403, r.StatusCode, r.body)
			require.Contains(t, s.do(tok, "GET", "/fhir/Observation/"+mine, "").body, "4.2")
			narrow := b.token("system/Group.r")
			require.NotEqual(t, 200, s.do(narrow, "GET", "/fhir/Observation/"+mine, "").StatusCode, "a token has what was asked for it")
		})

		t.Run("group export: only authorized types", func(t *testing.T) {
			tok := b.token("system/Observation.rs system/Group.r system/Patient.r")
			waiting := s.kickOff(tok, "/fhir/Group/"+group+"/$export")
			for _, path := range []string{"/fhir/Group/" + group + "/$export?_type=Condition", "/fhir/$export?_type=Patient,Encounter", "/fhir/Patient/$export?_type=Condition"} {
				r := s.do(tok, "GET", path, "", "Prefer", "respond-async", "Accept", "application/fhir+json")
				require.Equal(t, 403, r.StatusCode, path+r.body)
			}
			cannot := b.token("system/Observation.rs")
			require.NotEqual(t, 202, s.do(cannot, "GET", "/fhir/Group/"+group+"/$export", "", "Prefer", "respond-async", "Accept", "application/fhir+json").StatusCode, "who may not read the group")
			s.work()
			m := s.done(tok, waiting)
			got := s.lines(b.token("system/Observation.rs system/Group.r system/Patient.r"), m.Output) // a later token of the same client
			require.Equal(t, map[string]bool{mine: true}, ids(got["Observation"]))
			require.Equal(t, map[string]bool{s.rosa: true}, ids(got["Patient"]))
			for typ := range got {
				require.Contains(t, []string{"Observation", "Group", "Patient"}, typ)
			}
			_, all := s.exported(tok, "/fhir/Patient/$export")
			require.Equal(t, map[string]bool{mine: true, other: true}, ids(all["Observation"]))
			require.Empty(t, all["Condition"])
			_, fewer := s.exported(b.token("system/Observation.rs"), "/fhir/Patient/$export")
			require.Equal(t, map[string]bool{mine: true, other: true}, ids(fewer["Observation"]))
			require.Len(t, fewer, 1)
		})

		t.Run("disabled: tokens, files and exports under way end", func(t *testing.T) {
			m, _ := s.exported(tok, "/fhir/$export")
			s.jobs.Stop()
			waiting := s.kickOff(tok, "/fhir/$export")
			b.on(false)
			require.Eventually(t, func() bool { return s.do(tok, "GET", waiting, "").StatusCode == 401 }, 5*time.Second, 20*time.Millisecond)
			require.Equal(t, 401, s.do(tok, "GET", m.Output[0].URL, "", "Accept", "application/fhir+ndjson").StatusCode)
			require.Equal(t, 401, s.do(tok, "GET", "/fhir/Observation/"+mine, "").StatusCode)
			job := waiting[len(base+"/fhir/bulk/"):]
			more, err := s.bulk.Work(context.Background(), job)
			require.NoError(t, err)
			require.False(t, more)
			var state string
			require.NoError(t, s.db.Read(context.Background()).QueryRow(`SELECT state FROM bulk_jobs WHERE id = ?`, job).Scan(&state))
			require.Equal(t, "failed", state)
			b.on(true)
			require.Equal(t, 401, s.do(tok, "GET", waiting, "").StatusCode, "what ended does not come back")
		})
	})
}
