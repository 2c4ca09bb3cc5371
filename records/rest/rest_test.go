package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
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
	"housecall/internal/identity/sitetest"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/rest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const (
	base = "http://housecall.test:8080"
	icd  = "http://hl7.org/fhir/sid/icd-10-cm"
)

// site is the FHIR face over a real database, with people in it.
type site struct {
	t      *testing.T
	app    *fiber.App
	db     *db.DB
	id     *identity.Service
	access *access.Service
	store  *records.Store
	log    *bytes.Buffer

	scanner records.Scanner // of withFiles

	rosa, ben                                        string // patients
	feed, self, elena, doctor, stranger, admin, desk string // tokens
	selfCookie                                       string
}

func each(t *testing.T, f func(t *testing.T, s *site)) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) { f(t, newSite(t, d)) })
}

func newSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	s := &site{t: t, db: d, log: &bytes.Buffer{}}
	ctx, key := context.Background(), sitekey.ForTest()
	feed := revoke.NewFeed(d)
	var err error
	s.access, err = access.New(access.Deps{DB: d, Key: key, Revocations: feed, Node: "test"})
	require.NoError(t, err)
	s.id, err = identity.New(identity.Deps{HashKiB: sitetest.HashKiB, DB: d, Key: key, Revocations: feed, BaseURL: base})
	require.NoError(t, err)
	s.store, err = records.New(records.Deps{DB: d, Access: s.access, Key: key})
	require.NoError(t, err)
	require.NoError(t, feed.Start(ctx))
	t.Cleanup(feed.Stop)
	require.NoError(t, s.access.Start(ctx))
	t.Cleanup(s.access.Stop)
	u, err := url.Parse(base)
	require.NoError(t, err)
	s.app, err = edge.New(edge.Config{
		BaseURL: u, Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Faces: map[string]edge.ErrorWriter{rest.Prefix: rest.WriteError}, CrossOrigin: []string{rest.Prefix},
		BodyLimits: map[string]int{rest.Prefix: rest.BodyLimit},
	})
	require.NoError(t, err)
	face, err := rest.New(rest.Deps{Store: s.store, Audit: s.access, Key: key, BaseURL: u, Version: "1.2.3"})
	require.NoError(t, err)
	session := func(ctx context.Context, cookie string, from identity.From, active bool) (identity.Principal, error) {
		x, err := s.id.SessionFrom(ctx, cookie, from, active)
		return x.Principal, err
	}
	face.Mount(s.app, edge.Authenticate(s.id.CookieName(), session, s.id.Bearer), edge.CSRF(func(cookie, token string) bool {
		x, err := s.id.Session(context.Background(), cookie, false)
		return err == nil && s.id.CheckCSRF(x.Principal.Session, token)
	}))
	s.people()
	return s
}

// people are Rosa with her daughter Elena, who does not see what is sensitive,
// and her doctor; and Ben, whom none of them knows.
func (s *site) people() {
	ctx := context.Background()
	var err error
	s.feed, err = s.id.IssueToken(ctx, "", "feed", []string{"system/*.cruds"}, time.Hour)
	require.NoError(s.t, err)
	s.rosa, s.ben = s.patient("Marin"), s.patient("Okafor")
	account := func(name string, kind identity.Kind, patient string, roles ...identity.Role) identity.Account {
		a, err := s.id.CreateAccount(ctx, identity.NewAccount{Email: strings.ToLower(name) + "@housecall.test", Name: name, Kind: kind, Roles: roles, Patient: patient})
		require.NoError(s.t, err)
		return a
	}
	token := func(a identity.Account, scopes ...string) string {
		tok, err := s.id.IssueToken(ctx, a.ID, "", scopes, time.Hour)
		require.NoError(s.t, err)
		return tok
	}
	self := account("Rosa", identity.Person, s.rosa)
	elena, doctor := account("Elena", identity.Person, ""), account("Lee", identity.Staff, "", identity.Clinician)
	stranger, admin := account("Gray", identity.Staff, "", identity.Clinician), account("Root", identity.Staff, "", identity.Admin)
	desk := account("Dana", identity.Staff, "", identity.FrontDesk)
	s.self = token(self, "patient/*.cruds", access.ScopeSensitive)
	s.elena, s.doctor = token(elena, "user/*.cruds", access.ScopeSensitive), token(doctor, "user/*.cruds")
	s.stranger, s.admin, s.desk = token(stranger, "user/*.cruds"), token(admin, "user/*.cruds"), token(desk, "user/*.cruds")
	_, s.selfCookie, err = s.id.StartSession(ctx, identity.NewSession{Account: self.ID, Proof: identity.Password})
	require.NoError(s.t, err)
	system := identity.SystemPrincipal("test")
	require.NoError(s.t, s.db.InTx(ctx, func(c *db.Conn) error {
		if err := s.access.JoinTeamTx(c, system, doctor.ID, s.rosa, identity.Clinician, time.Time{}); err != nil {
			return err
		}
		if err := s.access.JoinTeamTx(c, system, desk.ID, s.rosa, identity.FrontDesk, time.Time{}); err != nil {
			return err
		}
		_, err := s.access.GrantTx(c, system, access.GrantInput{Account: elena.ID, Name: "Elena", Patient: s.rosa, Relation: "mother", Basis: access.Consent,
			See: access.Everything &^ access.Of(access.Documents), Can: access.PowerMedicines, End: time.Now().AddDate(0, 6, 0)})
		return err
	}))
}

type reply struct {
	*http.Response
	body string
}

// do sends a request as the holder of a token; headers come in pairs.
func (s *site) do(token, method, path, body string, headers ...string) reply {
	s.t.Helper()
	r := httptest.NewRequest(method, strings.TrimPrefix(path, base), strings.NewReader(body))
	r.Host = strings.TrimPrefix(base, "http://")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/fhir+json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.app.Test(r, -1)
	require.NoError(s.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	return reply{res, string(b)}
}

func (s *site) put(body string) reply {
	s.t.Helper()
	var head struct{ ResourceType, ID string }
	require.NoError(s.t, json.Unmarshal([]byte(body), &head))
	r := s.do(s.feed, "PUT", "/fhir/"+head.ResourceType+"/"+head.ID, body)
	require.Contains(s.t, []int{200, 201}, r.StatusCode, r.body)
	return r
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func (s *site) patient(family string) string {
	id := newID()
	s.put(patientBody(id, family))
	return id
}

func patientBody(id, family string) string {
	return fmt.Sprintf(`{"resourceType":"Patient","id":"%s","name":[{"family":"%s","given":["Rosa"]}],"birthDate":"1952-03-02"}`, id, family)
}

func observation(id, subject string, value any) string {
	if id != "" {
		id = `"id":"` + id + `",`
	}
	return fmt.Sprintf(`{"resourceType":"Observation",%s"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}]},"subject":{"reference":"%s"},"effectiveDateTime":"2026-11-20T08:00:00Z","valueQuantity":{"value":%v,"unit":"mmol/L"}}`, id, subject, value)
}

func condition(id, patient, code string) string {
	return fmt.Sprintf(`{"resourceType":"Condition","id":"%s","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"code":{"coding":[{"system":"%s","code":"%s"}]},"subject":{"reference":"Patient/%s"}}`, id, icd, code, patient)
}

type bundle struct {
	Type  string
	Total *int
	Link  []struct{ Relation, URL string }
	Entry []struct {
		FullURL  string
		Resource json.RawMessage
		Search   struct{ Mode string }
		Request  struct{ Method, URL string }
		Response struct {
			Status, Location, Etag, LastModified string
			Outcome                              json.RawMessage
		}
	}
}

func (b bundle) link(relation string) string {
	for _, l := range b.Link {
		if l.Relation == relation {
			return l.URL
		}
	}
	return ""
}

func (r reply) bundle(t *testing.T) (b bundle) {
	t.Helper()
	require.Equal(t, 200, r.StatusCode, r.body)
	require.NoError(t, json.Unmarshal([]byte(r.body), &b), r.body)
	return b
}

// outcome reads the issues of an OperationOutcome as "code expression".
func (r reply) outcome(t *testing.T) (issues []string) {
	t.Helper()
	var o struct {
		ResourceType string
		Issue        []struct {
			Severity, Code, Diagnostics string
			Details                     struct{ Text string }
			Expression                  []string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(r.body), &o), r.body)
	require.Equal(t, "OperationOutcome", o.ResourceType)
	require.Contains(t, r.Header.Get("Content-Type"), "application/fhir+json")
	require.NotEmpty(t, o.Issue)
	for _, i := range o.Issue {
		require.Regexp(t, `^id [a-z0-9]{8}$`, i.Diagnostics)
		require.NotEmpty(t, i.Details.Text)
		issues = append(issues, strings.TrimSpace(i.Code+" "+strings.Join(i.Expression, " ")))
	}
	return issues
}
