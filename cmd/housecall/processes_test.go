package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"housecall/internal/db/dbtest"
	"housecall/internal/identity/provider"
)

// asBinary makes the test binary behave as the real one.
const asBinary = "HOUSECALL_TEST_AS_BINARY"

func TestMain(m *testing.M) {
	if os.Getenv(asBinary) != "" {
		main()
	}
	dbtest.Main(m)
}

// process is a running binary.
type process struct {
	t     *testing.T
	cfg   Config
	url   string
	cmd   *exec.Cmd
	ended chan error // what it ended with; closed after that
	said  *lockedBuffer
	over  bool
}

// stop asks the process to end, and waits until it has.
func (p *process) stop() {
	if p.over {
		return
	}
	p.over = true
	_ = p.cmd.Process.Signal(os.Interrupt)
	select {
	case err := <-p.ended:
		require.NoError(p.t, err, p.said.String())
	case <-time.After(20 * time.Second):
		_ = p.cmd.Process.Kill()
		p.t.Error("serve does not stop: " + p.said.String())
	}
}

// kill ends the process as a power cut would.
func (p *process) kill() {
	p.t.Helper()
	p.over = true
	require.NoError(p.t, p.cmd.Process.Kill())
	<-p.ended
}

// serve starts the binary with settings of its own and waits until it is ready.
func serve(t *testing.T, cfg Config, more ...string) *process {
	t.Helper()
	_, port, err := net.SplitHostPort(cfg.Addr)
	require.NoError(t, err)
	p := &process{t: t, cfg: cfg, url: "http://localhost:" + port, cmd: exec.Command(os.Args[0], "serve")}
	p.cmd.Env = append(os.Environ(), asBinary+"=1", "HOUSECALL_ADDR="+cfg.Addr, "HOUSECALL_DATA="+cfg.Data, "HOUSECALL_DATABASE_URL="+cfg.DatabaseURL,
		"HOUSECALL_NATS_URL="+cfg.NATSURL, "HOUSECALL_SITE_KEY="+cfg.SiteKey, "HOUSECALL_LOG=warn")
	p.cmd.Env = append(p.cmd.Env, more...)
	var said lockedBuffer
	p.cmd.Stdout, p.cmd.Stderr = &said, &said
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, p.cmd.Start())
	p.ended = make(chan error, 1)
	go func() { p.ended <- p.cmd.Wait(); close(p.ended) }()
	p.said = &said
	t.Cleanup(p.stop)
	require.Eventually(t, func() bool {
		res, err := http.Get(p.url + "/readyz")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	}, 30*time.Second, 20*time.Millisecond, "serve does not get ready")
	return p
}

// says runs a command beside the process and gives what it printed.
func (p *process) says(args ...string) string {
	p.t.Helper()
	cfg := p.cfg
	out, errs, code := command(p.t, cfg, args...)
	require.Zero(p.t, code, errs)
	return strings.TrimSpace(out)
}

// browser keeps cookies and follows redirects.
type browser struct {
	*http.Client
	t   *testing.T
	jar *cookiejar.Jar
}

func newBrowser(t *testing.T) *browser {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &browser{Client: &http.Client{Jar: jar, Timeout: 20 * time.Second}, t: t, jar: jar}
}

// open gives where a navigation ended, and what is there.
func (b *browser) open(address string) (*url.URL, string) {
	b.t.Helper()
	res, err := b.Get(address)
	require.NoError(b.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	return res.Request.URL, string(body)
}

// signIn begins a sign-in, gives the password at the page it leads to, and goes
// on to the end.
func (b *browser) signIn(from, email, password string) (page, end *url.URL) {
	b.t.Helper()
	page, _ = b.open(from)
	step, err := json.Marshal(map[string]string{"request": page.Query().Get("request"), "email": email, "password": password})
	require.NoError(b.t, err)
	res, err := b.Post(page.Scheme+"://"+page.Host+"/auth/password", "application/json", bytes.NewReader(step))
	require.NoError(b.t, err)
	defer res.Body.Close()
	var answer struct{ Next, Detail string }
	require.NoError(b.t, json.NewDecoder(res.Body).Decode(&answer))
	require.NotEmpty(b.t, answer.Next, answer.Detail)
	next, err := page.Parse(answer.Next)
	require.NoError(b.t, err)
	end, _ = b.open(next.String())
	return page, end
}

var (
	printedLink    = regexp.MustCompile(`(\S+)/recovery#(\S{43})`)
	printedAccount = regexp.MustCompile(`Account (\S+)`)
)

// choosePassword opens the link that "user add" printed, and gives the password that
// is chosen there.
func choosePassword(t *testing.T, made string) string {
	t.Helper()
	const password = "nine patient lanterns"
	link := printedLink.FindStringSubmatch(made)
	require.NotNil(t, link, made)
	b := newBrowser(t)
	for _, step := range []struct {
		path string
		body map[string]string
	}{
		{"look", map[string]string{"token": link[2]}},
		{"confirm", map[string]string{"token": link[2]}},
		{"finish", map[string]string{"token": link[2], "password": password}},
	} {
		body, err := json.Marshal(step.body)
		require.NoError(t, err)
		res, err := b.Post(link[1]+"/auth/invitation/"+step.path, "application/json", bytes.NewReader(body))
		require.NoError(t, err)
		said, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, 200, res.StatusCode, "%s: %s", step.path, said)
	}
	return password
}

func newSiteKey() string {
	var b [32]byte
	_, _ = rand.Read(b[:])
	return base64.StdEncoding.EncodeToString(b[:])
}

// twoNodes gives settings for two nodes of one site.
func twoNodes(t *testing.T) (one, two Config) {
	one, two, _ = twoNodesWithBus(t)
	return one, two
}

// twoNodesWithBus gives what cuts their bus as well.
func twoNodesWithBus(t *testing.T) (one, two Config, cut func()) {
	bus, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true})
	require.NoError(t, err)
	bus.Start()
	require.True(t, bus.ReadyForConnections(10*time.Second))
	cut = func() { bus.Shutdown(); bus.WaitForShutdown() }
	t.Cleanup(cut)
	one = testConfig(t)
	one.Addr, one.DatabaseURL, one.NATSURL, one.SiteKey = freeAddress(t), dbtest.PostgresURL(t), bus.ClientURL(), newSiteKey()
	two = one
	two.Addr, two.Data = freeAddress(t), filepath.Join(t.TempDir(), "data")
	return one, two, cut
}

// A change that one process makes is told to a page that is open at another.
func TestTwoProcessesAreOneSite(t *testing.T) {
	one, two := twoNodes(t)
	here, there := serve(t, one), serve(t, two)

	file := filepath.Join(t.TempDir(), "ida.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"resourceType":"Patient","id":"ida","name":[{"family":"Moss","given":["Ida"]}],"birthDate":"1950-02-03"}`), 0o600))
	here.says("import", file)
	ids, err := chartIDs(one)
	require.NoError(t, err)
	patient := ids[0]
	password := choosePassword(t, here.says("user", "add", "ida@example.org", "--name", "Ida Moss", "--patient", patient))

	b := newBrowser(t)
	_, end := b.signIn(there.url+"/auth/login?return=/", "ida@example.org", password)
	require.Equal(t, there.url+"/", end.String())
	dialer := websocket.Dialer{HandshakeTimeout: 10 * time.Second, Jar: b.jar}
	conn, res, err := dialer.Dial("ws"+strings.TrimPrefix(there.url, "http")+"/live", http.Header{"Origin": {there.url}})
	require.NoError(t, err, res)
	defer conn.Close()
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(20*time.Second)))
	told := func(key string) any { // the next message of this kind
		for {
			var m map[string]any
			require.NoError(t, conn.ReadJSON(&m))
			if m[key] != nil {
				return m[key]
			}
		}
	}
	require.Equal(t, true, told("hello"))
	require.NoError(t, conn.WriteJSON(map[string]any{"watch": []string{patient}, "etags": map[string]string{patient: "an old one"}}))
	require.Equal(t, patient, told("chart"), "what is old is said at once, and from here on it watches")

	result := fmt.Sprintf(`{"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}]},"subject":{"reference":"Patient/%s"},"effectiveDateTime":"2026-01-02","valueQuantity":{"value":4.1,"unit":"mmol/L"}}`, patient)
	req, err := http.NewRequest(http.MethodPost, here.url+"/fhir/Observation", strings.NewReader(result))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/fhir+json")
	req.Header.Set("Authorization", "Bearer "+here.says("token", "--system", "--name", "Lab feed", "--scope", "system/*.cruds"))
	res, err = http.DefaultClient.Do(req)
	require.NoError(t, err)
	body, _ := io.ReadAll(res.Body)
	_ = res.Body.Close()
	require.Equal(t, http.StatusCreated, res.StatusCode, string(body))
	require.Equal(t, patient, told("chart"))
	here.says("user", "disable", "ida@example.org")
	require.Equal(t, "signed_out", told("bye"), "what one process takes back ends at the other")
}

// Somebody signs in with an account of another site: a second process of this
// binary is the outside OpenID issuer.
func TestSignInThroughAnotherProcess(t *testing.T) {
	hospital, clinic := testConfig(t), testConfig(t)
	hospital.Addr, clinic.Addr = freeAddress(t), freeAddress(t)
	const secret = "0123456789abcdef0123456789abcdef"
	_, port, err := net.SplitHostPort(clinic.Addr)
	require.NoError(t, err)

	a, err := NewApp(context.Background(), hospital)
	require.NoError(t, err)
	require.NoError(t, a.Provider.RegisterClient(context.Background(), provider.Client{
		ID: "clinic", Name: "The clinic", Secret: secret, Redirects: []string{"http://localhost:" + port + "/auth/callback"},
	}))
	a.Stop()
	there := serve(t, hospital)
	issuers, err := json.Marshal([]map[string]any{{"id": "hospital", "name": "City Hospital", "issuer": there.url + "/oidc", "client_id": "clinic", "client_secret_env": "HOSPITAL_SECRET", "allow_private": true}})
	require.NoError(t, err)
	here := serve(t, clinic, "HOUSECALL_OIDC_ISSUERS="+string(issuers), "HOSPITAL_SECRET="+secret)

	made := there.says("user", "add", "ada@hospital.example", "--name", "Ada Reed")
	here.says("user", "add", "ada@clinic.example", "--name", "Ada Reed", "--no-link")
	here.says("user", "link", "ada@clinic.example", "--issuer", there.url+"/oidc", "--subject", printedAccount.FindStringSubmatch(made)[1])

	b := newBrowser(t)
	page, end := b.signIn(here.url+"/auth/login?issuer=hospital&return=/", "ada@hospital.example", choosePassword(t, made))
	require.Equal(t, there.url+"/sign-in", page.Scheme+"://"+page.Host+page.Path, "sent to the hospital's own page")
	require.Equal(t, there.url+"/consent", end.Scheme+"://"+end.Host+end.Path, "which asks whether the clinic may know who they are")
	var next struct{ Next string }
	b.at(there.url).do("POST", "/consents/"+end.Query().Get("request"), `{"allow":true}`, &next)
	end, _ = b.open(next.Next)
	require.Equal(t, here.url+"/", end.String(), "and back at the clinic")
	_, me := b.open(here.url + "/api/v1/me")
	require.Contains(t, me, "ada@clinic.example")
}
