package portal_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"housecall/internal/blob"
	"housecall/internal/clamd"
	"housecall/internal/clamd/clamdtest"
	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/internal/identity/login"
	"housecall/internal/identity/provider"
	"housecall/internal/identity/sitetest"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/notifications"
	"housecall/portal"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
	"housecall/records/ingest"
	"housecall/telehealth"
	"housecall/telehealth/message"
	"housecall/telehealth/recording"
	"housecall/telehealth/request"
	"housecall/telehealth/schedule"
	"housecall/telehealth/sfu"
	"housecall/telehealth/signal"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	if childRecords() {
		return
	}
	dbtest.Main(m)
}

const (
	secret  = "seven brown kettles"
	icd     = "http://hl7.org/fhir/sid/icd-10-cm"
	timeout = 10 * time.Second
)

var feed = identity.SystemPrincipal("test feed")

// node is one server of a site, on a port of its own.
type node struct {
	t        *testing.T
	base     string
	app      *fiber.App
	db       *db.DB
	id       *identity.Service
	provider *provider.Provider
	access   *access.Service
	notices  *notifications.Service
	messages *message.Service
	schedule *schedule.Service
	requests *request.Service
	visits   *telehealth.Service
	signal   *signal.Service
	store    *records.Store
	importer *ingest.Importer
	portal   *portal.Portal
	scanner  *clamdtest.Server
	log      *safeBuffer
	clock    *clock

	recordings *recording.Service
	rooms      rooms
	folder     string // of blobs
}

// clock is the time of sessions, which a test may move.
type clock struct {
	mu  sync.Mutex
	off time.Duration
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return time.Now().Add(c.off) }

func (c *clock) Add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.off += d }

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string { b.mu.Lock(); defer b.mu.Unlock(); return b.b.String() }

func each(t *testing.T, f func(t *testing.T, n *node)) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) { f(t, newNode(t, d, "", pages())) })
}

// pages is a small web client.
func pages() fs.FS {
	return fstest.MapFS{
		"index.html":               {Data: []byte(`<!doctype html><meta name="csp-nonce" content="__NONCE__"><div id="root"></div>`)},
		"assets/index-a1b2c3d4.js": {Data: []byte("console.log('hello');" + strings.Repeat("// words\n", 200))},
		"sw.js":                    {Data: []byte("self.x = 1")},
		"icon.svg":                 {Data: []byte("<svg/>")},
		".vite/manifest.json":      {Data: []byte("{}")},
	}
}

func newNode(t *testing.T, d *db.DB, bus string, client fs.FS) *node {
	t.Helper()
	return newNodeWith(t, d, bus, client, t.TempDir())
}

// newNodeWith is newNode with the files of an earlier one.
func newNodeWith(t *testing.T, d *db.DB, bus string, client fs.FS, folder string) *node {
	t.Helper()
	ctx, key := context.Background(), sitekey.ForTest()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	n := &node{t: t, db: d, log: &safeBuffer{}, clock: &clock{}, folder: folder}
	n.base = fmt.Sprintf("http://localhost:%d", ln.Addr().(*net.TCPAddr).Port)
	u, err := url.Parse(n.base)
	require.NoError(t, err)
	log := slog.New(slog.NewTextHandler(n.log, &slog.HandlerOptions{Level: slog.LevelDebug}))

	rev := revoke.NewFeed(d)
	n.access, err = access.New(access.Deps{DB: d, Key: key, Revocations: rev, Node: "node-" + newID()})
	require.NoError(t, err)
	n.id, err = identity.New(identity.Deps{HashKiB: sitetest.HashKiB, DB: d, Key: key, Revocations: rev, BaseURL: n.base, Now: n.clock.Now, Record: n.access.RecordActs})
	require.NoError(t, err)
	hub, err := notifications.NewHub(notifications.Config{URL: bus, Key: key.Secret("hub"), Log: log})
	require.NoError(t, err)
	blobs, err := blob.Open(ctx, blob.Config{Dir: n.folder, Key: key})
	require.NoError(t, err)
	t.Cleanup(func() { _ = blobs.Close() })
	n.scanner = clamdtest.Unix(t)
	scan, err := clamd.New(n.scanner.Address, nil)
	require.NoError(t, err)
	n.store, err = records.New(records.Deps{DB: d, Access: n.access, Key: key, Hub: hub, Blobs: blobs, Scan: scan, Clinic: "Alder Street Clinic"})
	require.NoError(t, err)
	n.notices, err = notifications.New(notifications.Deps{DB: d, Hub: hub, Key: key, Accounts: n.id, Poll: 20 * time.Millisecond, BaseURL: u, Now: n.clock.Now, Log: log})
	require.NoError(t, err)
	n.messages, err = message.New(message.Deps{DB: d, Records: n.store, Access: n.access, Notices: n.notices, Hub: hub, Key: key, Accounts: n.id, Now: n.clock.Now})
	require.NoError(t, err)
	n.requests, err = request.New(request.Deps{DB: d, Records: n.store, Access: n.access, Notices: n.notices, Hub: hub, Key: key, Now: n.clock.Now})
	require.NoError(t, err)
	n.schedule, err = schedule.New(schedule.Deps{DB: d, Records: n.store, Access: n.access, Notices: n.notices, Hub: hub, Key: key, Now: n.clock.Now})
	require.NoError(t, err)
	n.recordings, err = recording.New(recording.Deps{DB: d, Records: n.store, Hub: hub, Media: &n.rooms, Node: "node-" + newID(), Topic: schedule.VisitTopic, Keep: time.Hour, Log: log})
	require.NoError(t, err)
	n.visits, err = telehealth.New(telehealth.Deps{DB: d, Records: n.store, Access: n.access, Identity: n.id, Notices: n.notices, Schedule: n.schedule, Recordings: n.recordings, Now: n.clock.Now})
	require.NoError(t, err)
	n.signal, err = signal.New(signal.Deps{DB: d, Hub: hub, Seats: n.visits, Node: "node-" + newID(), Topic: schedule.VisitTopic, Media: sfu.Config{Loopback: true}, Log: log})
	require.NoError(t, err)
	op, err := provider.New(provider.Deps{NewKey: sitetest.SigningKeys(), DB: d, Identity: n.id, Key: key, Charts: n.access, Now: n.clock.Now})
	require.NoError(t, err)
	require.NoError(t, op.Init(ctx))
	n.provider = op
	rp, err := login.New(login.Deps{DB: d, Identity: n.id, Provider: op, Now: n.clock.Now})
	require.NoError(t, err)
	n.importer, err = ingest.New(ingest.Deps{DB: d, Store: n.store, Access: n.access, Jobs: n.notices, Now: n.clock.Now})
	require.NoError(t, err)
	n.portal, err = portal.New(portal.Deps{
		DB: d, Records: n.store, Importer: n.importer, Access: n.access, Identity: n.id, Provider: op, Login: rp, Hub: hub, Notices: n.notices, Messages: n.messages, Schedule: n.schedule, Requests: n.requests, Visits: n.visits, Signal: n.signal, Recordings: n.recordings, Revocations: rev, Key: key, BaseURL: u,
		Clinic: portal.Clinic{Name: "Hill Clinic", Phone: "555-0100", Emergency: "911", TimeZone: "America/Chicago"}, Version: "1.2.3",
		Health: func(context.Context) []portal.Check {
			return []portal.Check{{Name: "database", OK: true, Level: "ok", Text: "It answers."}}
		},
		Client: client, Now: n.clock.Now, Log: log,
	})
	require.NoError(t, err)
	n.app, err = edge.New(edge.Config{BaseURL: u, Log: log, Spanish: portal.Spanish, Faces: map[string]edge.ErrorWriter{provider.Path: edge.OAuthError}})
	require.NoError(t, err)
	n.portal.Mount(n.app)
	n.portal.MountClient(n.app)

	require.NoError(t, rev.Start(ctx))
	require.NoError(t, n.access.Start(ctx))
	require.NoError(t, hub.Start(ctx))
	require.NoError(t, n.portal.Start(ctx))
	server := edge.Serve(n.app, ln, nil)
	t.Cleanup(func() {
		n.portal.Stop()
		n.portal.Stop()
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		require.NoError(t, server.Stop(ctx))
		hub.Stop()
		n.access.Stop()
		rev.Stop()
	})
	return n
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// someone is a browser with a session, a token, or nothing.
type someone struct {
	node    *node
	account identity.Account
	cookie  string // value
	csrf    string
	token   string
	name    string
}

func (n *node) account(name string, kind identity.Kind, patient string, roles ...identity.Role) identity.Account {
	n.t.Helper()
	password := "" // hashing takes its time, so only one has one
	if name == "Rosa" {
		password = secret
	}
	a, err := n.id.CreateAccount(context.Background(), identity.NewAccount{
		Email: strings.ToLower(name) + "@housecall.test", Name: name, Kind: kind, Roles: roles, Patient: patient, Password: password,
	})
	require.NoError(n.t, err)
	return a
}

// signedIn gives the account a session at this node.
func (n *node) signedIn(a identity.Account) *someone {
	n.t.Helper()
	proof := identity.Password
	if a.Kind == identity.Staff {
		proof = identity.SecondFactor
	}
	_, cookie, err := n.id.StartSession(context.Background(), identity.NewSession{Account: a.ID, Proof: proof, Address: "127.0.0.1"})
	require.NoError(n.t, err)
	x, err := n.id.Session(context.Background(), cookie, false)
	require.NoError(n.t, err)
	return &someone{node: n, account: a, cookie: cookie, csrf: n.id.CSRF(x.Principal.Session), name: a.Name}
}

func (n *node) token(a identity.Account, scopes ...string) *someone {
	n.t.Helper()
	tok, err := n.id.IssueToken(context.Background(), a.ID, "", scopes, time.Hour)
	require.NoError(n.t, err)
	return &someone{node: n, account: a, token: tok, name: a.Name + "'s app"}
}

func (n *node) nobody() *someone { return &someone{node: n, name: "nobody"} }

type reply struct {
	*http.Response
	body string
}

func (r reply) json(t *testing.T, into any) {
	t.Helper()
	require.Less(t, r.StatusCode, 300, r.body)
	require.NoError(t, json.Unmarshal([]byte(r.body), into), r.body)
}

func (r reply) code() string {
	var p struct{ Code string }
	_ = json.Unmarshal([]byte(r.body), &p)
	return p.Code
}

var plain = &http.Client{Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// do sends a request as the page would: with cookie, CSRF token and origin.
func (s *someone) do(method, path, body string, headers ...string) reply {
	s.node.t.Helper()
	r, err := http.NewRequest(method, s.node.base+path, strings.NewReader(body))
	require.NoError(s.node.t, err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	if s.cookie != "" {
		r.AddCookie(&http.Cookie{Name: s.node.id.CookieName(), Value: s.cookie})
		if method != http.MethodGet {
			r.Header.Set("X-CSRF-Token", s.csrf)
			r.Header.Set("Origin", s.node.base)
		}
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := plain.Do(r)
	require.NoError(s.node.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(s.node.t, err)
	return reply{res, string(b)}
}

// principal is who the session's cookie stands for.
func (s *someone) principal() identity.Principal {
	s.node.t.Helper()
	x, err := s.node.id.Session(context.Background(), s.cookie, false)
	require.NoError(s.node.t, err)
	return x.Principal
}

func (s *someone) get(path string) reply { s.node.t.Helper(); return s.do("GET", path, "") }

// put stores a resource as the feed does.
func (n *node) put(body string) records.Stored {
	n.t.Helper()
	parsed, err := fhir.Parse([]byte(body))
	require.NoError(n.t, err)
	st, err := n.store.Write(context.Background(), feed, records.Batch{Ops: []records.Op{{Kind: records.Put, Node: parsed}}, Source: "urn:housecall:test"})
	require.NoError(n.t, err)
	return st[0]
}

func (n *node) patient(given, family, more string) string {
	id := newID()
	n.put(fmt.Sprintf(`{"resourceType":"Patient","id":"%s","name":[{"family":"%s","given":["%s"]}],"gender":"female","birthDate":"1952-03-02"%s}`, id, family, given, more))
	return id
}

func observation(id, patient string, value float64) string {
	return fmt.Sprintf(`{"resourceType":"Observation","id":"%s","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"2823-3","display":"Potassium"}]},"subject":{"reference":"Patient/%s"},"effectiveDateTime":"2026-11-20T08:00:00Z","valueQuantity":{"value":%v,"unit":"mmol/L"}}`, id, patient, value)
}

func condition(id, patient, code, text string) string {
	return fmt.Sprintf(`{"resourceType":"Condition","id":"%s","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"code":{"coding":[{"system":"%s","code":"%s"}],"text":"%s"},"subject":{"reference":"Patient/%s"},"onsetDateTime":"2019-05-01"}`, id, icd, code, text, patient)
}

func letter(id, patient, contentType, text string) string {
	return fmt.Sprintf(`{"resourceType":"DocumentReference","id":"%s","status":"current","type":{"text":"Letter"},"date":"2026-10-01T08:00:00Z","subject":{"reference":"Patient/%s"},"content":[{"attachment":{"contentType":"%s","title":"Letter","data":"%s"}}]}`, id, patient, contentType, base64.StdEncoding.EncodeToString([]byte(text)))
}

// family is a chart with the people around it.
type family struct {
	*node
	rosa, ben                                          string
	depression, diabetes, lab, note                    string
	self, elena, doctor, stranger, desk, admin, anyone *someone
	app                                                *someone
	grant                                              access.Grant
}

// newFamily makes Rosa; her daughter Elena, who sees neither what is sensitive
// nor documents; Rosa's doctor and front desk; a doctor and an administrator
// with whom she has nothing to do; and an app that she let see her results.
func newFamily(t *testing.T, n *node) *family {
	t.Helper()
	f := &family{node: n}
	f.rosa = n.patient("Rosa", "Marin", `,"telecom":[{"system":"phone","value":"(555) 010-7788"}],"identifier":[{"system":"urn:mrn","value":"MRN-4711"}]`)
	f.ben = n.patient("Ben", "Okafor", "")
	f.depression, f.diabetes, f.lab, f.note = newID(), newID(), newID(), newID()
	n.put(condition(f.depression, f.rosa, "F33.1", "Recurrent depression"))
	n.put(condition(f.diabetes, f.rosa, "E11.9", "Type 2 diabetes"))
	n.put(observation(f.lab, f.rosa, 5.3))
	n.put(letter(f.note, f.rosa, "text/plain", "Dear Rosa, all is well."))
	self, elena := n.account("Rosa", identity.Person, f.rosa), n.account("Elena", identity.Person, "")
	doctor, stranger := n.account("Lee", identity.Staff, "", identity.Clinician), n.account("Gray", identity.Staff, "", identity.Clinician)
	desk, admin := n.account("Dana", identity.Staff, "", identity.FrontDesk), n.account("Root", identity.Staff, "", identity.Admin)
	require.NoError(t, n.db.InTx(context.Background(), func(c *db.Conn) error {
		for _, a := range []identity.Account{doctor, desk} {
			if err := n.access.JoinTeamTx(c, feed, a.ID, f.rosa, a.Roles[0], time.Time{}); err != nil {
				return err
			}
		}
		var err error
		f.grant, err = n.access.GrantTx(c, feed, access.GrantInput{Account: elena.ID, Name: "Elena", Patient: f.rosa, Relation: "mother", Basis: access.Consent,
			See: access.Everything &^ access.Of(access.Documents), Can: access.PowerMedicines, End: time.Now().AddDate(0, 6, 0)})
		return err
	}))
	f.self, f.elena, f.doctor, f.stranger = n.signedIn(self), n.signedIn(elena), n.signedIn(doctor), n.signedIn(stranger)
	f.desk, f.admin, f.anyone = n.signedIn(desk), n.signedIn(admin), n.nobody()
	f.app = n.token(self, "patient/Observation.rs", "patient/Patient.rs")
	return f
}

func (f *family) chart() string { return "/api/v1/charts/" + f.rosa }

func (f *family) join(who *someone, patient string) {
	f.t.Helper()
	require.NoError(f.t, f.db.InTx(context.Background(), func(c *db.Conn) error {
		return f.access.JoinTeamTx(c, feed, who.account.ID, patient, who.account.Roles[0], time.Time{})
	}))
}
