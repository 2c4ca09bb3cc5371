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
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/sitekey"
)

func freeAddress(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// eachDatabase runs f with settings for SQLite and for PostgreSQL.
func eachDatabase(t *testing.T, f func(t *testing.T, cfg Config)) {
	if os.Getenv("HOUSECALL_TEST_ONLY") != "postgres" {
		t.Run("sqlite", func(t *testing.T) {
			cfg := testConfig(t)
			cfg.Addr = freeAddress(t)
			f(t, cfg)
		})
	}
	t.Run("postgres", func(t *testing.T) {
		cfg := testConfig(t)
		cfg.Addr, cfg.DatabaseURL = freeAddress(t), dbtest.PostgresURL(t)
		f(t, cfg)
	})
}

// start runs a whole node.
func start(t testing.TB, cfg Config) *App {
	t.Helper()
	a, err := NewApp(context.Background(), cfg)
	require.NoError(t, err)
	t.Cleanup(a.Stop)
	require.NoError(t, a.Start(context.Background()))
	require.NoError(t, a.Listen())
	return a
}

// command runs the binary's command line in this process.
func command(t testing.TB, cfg Config, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	args = append(args, "--data", cfg.Data, "--addr", cfg.Addr, "--database-url", cfg.DatabaseURL, "--nats-url", cfg.NATSURL, "--site-key", cfg.SiteKey, "--log", "error")
	code = run(context.Background(), args, &out, &errs)
	return out.String(), errs.String(), code
}

func get(t testing.TB, url, token string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	require.NoError(t, err)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := (&http.Client{Timeout: 10 * time.Second}).Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(b)
}

func TestANodeStartsServesAndStops(t *testing.T) {
	eachDatabase(t, func(t *testing.T, cfg Config) {
		a := start(t, cfg)
		for path, want := range map[string]string{
			"/healthz": "ok", "/readyz": "ready", "/fhir/metadata": `"CapabilityStatement"`,
			"/oidc/.well-known/openid-configuration": `"issuer":"` + a.URL() + `/oidc"`,
			"/fhir/.well-known/smart-configuration":  a.URL() + "/oidc/token",
			"/metrics":                               "housecall_video_rooms 0",
		} {
			status, body := get(t, a.URL()+path, "")
			require.Equal(t, 200, status, path)
			require.Contains(t, body, want, path)
		}
		status, body := get(t, a.URL()+"/fhir/Patient", "")
		require.Equal(t, 401, status)
		require.Contains(t, body, `"OperationOutcome"`)

		_, err := NewApp(context.Background(), cfg)
		require.ErrorIs(t, err, errFolderBusy, "one server a data folder")

		a.Stop()
		a.Stop()
		b := start(t, cfg) // the same folder and address again
		status, _ = get(t, b.URL()+"/readyz", "")
		require.Equal(t, 200, status)
	})
}

// Commands work the same beside a running server and alone.
func TestOperatorsCommands(t *testing.T) {
	eachDatabase(t, func(t *testing.T, cfg Config) {
		for _, beside := range []bool{true, false} {
			name := "alone"
			if beside {
				name = "beside the server"
			}
			t.Run(name, func(t *testing.T) {
				var a *App
				if beside {
					a = start(t, cfg)
					defer a.Stop()
				}
				email := fmt.Sprintf("hale-%v@example.org", beside)
				out, errs, code := command(t, cfg, "user", "add", email, "--name", "Dr. Juniper Hale", "--role", "clinician,nurse")
				require.Zero(t, code, errs)
				require.Regexp(t, `Link for the first sign-in, .*\n  \S+/recovery#\S{43}\n`, out)
				require.NotRegexp(t, `(?i)password`, out, "nobody but who chooses it knows one")
				again, errs, code := command(t, cfg, "user", "recover", email)
				require.Zero(t, code, errs)
				require.Regexp(t, `\S+/recovery#\S{43}\n`, again)
				_, errs, code = command(t, cfg, "user", "add", "x"+email, "--name", "X", "--password")
				require.Equal(t, 1, code)
				require.Contains(t, errs, "demo clinic only")

				out, _, code = command(t, cfg, "user", "list")
				require.Zero(t, code)
				require.Regexp(t, email+` +clinician,nurse +active +Dr. Juniper Hale`, out)

				_, _, code = command(t, cfg, "keys", "rotate", "--now") // the one published before counts no more
				require.Zero(t, code)
				out, _, code = command(t, cfg, "keys", "list")
				require.Zero(t, code)
				require.Regexp(t, `(?s)^ID.*\n\S+ +\S+ +signs\n$`, out)
				out, errs, code = command(t, cfg, "keys", "rotate")
				require.Zero(t, code, errs)
				require.Regexp(t, `^Key \S+ is published and signs from `, out)

				token, errs, code := command(t, cfg, "token", "--user", email, "--ttl", "5m")
				require.Zero(t, code, errs)
				require.Regexp(t, `^\S+\n$`, token, "nothing but the token")
				if beside {
					status, _ := get(t, a.URL()+"/fhir/Organization", strings.TrimSpace(token))
					require.Equal(t, 200, status)
				}
				_, errs, code = command(t, cfg, "token", "--system")
				require.Equal(t, 1, code)
				require.Contains(t, errs, "--scope")
				token, _, code = command(t, cfg, "token", "--system", "--name", "Lab feed", "--scope", "system/*.cruds")
				require.Zero(t, code)
				if beside {
					status, _ := get(t, a.URL()+"/fhir/Organization", strings.TrimSpace(token))
					require.Equal(t, 200, status)
				}

				_, errs, code = command(t, cfg, "grant", email, "--patient", "none", "--team", "clinician")
				require.Equal(t, 1, code)
				require.Contains(t, errs, "no chart")
				_, errs, code = command(t, cfg, "user", "link", email)
				require.Equal(t, 1, code)
				require.Contains(t, errs, "--patient")
				out, _, code = command(t, cfg, "user", "link", email, "--issuer", "https://login.example", "--subject", fmt.Sprint("sub", beside))
				require.Zero(t, code)
				require.Contains(t, out, "linked")
				out, _, code = command(t, cfg, "user", "disable", email)
				require.Zero(t, code)
				require.Contains(t, out, "out of use")
				out, _, code = command(t, cfg, "user", "disable", email, "--undo")
				require.Zero(t, code)
				require.Contains(t, out, "back in use")
				_, errs, code = command(t, cfg, "user", "disable", "nobody@example.org")
				require.Equal(t, 1, code)
				require.NotEmpty(t, errs)

				out, errs, code = command(t, cfg, "audit", "verify")
				require.Zero(t, code, out+errs)
				require.Contains(t, out, "whole and unchanged")
				out, _, code = command(t, cfg, "migrate")
				require.Zero(t, code)
				require.Contains(t, out, "up to date")
			})
		}
	})
}

// A few resources are enough here; decks are imported by the tests of ingest.
func TestImportBesideTheServerAndAlone(t *testing.T) {
	eachDatabase(t, func(t *testing.T, cfg Config) {
		file := filepath.Join(t.TempDir(), "few.ndjson")
		require.NoError(t, os.WriteFile(file, []byte(`{"resourceType":"Patient","id":"p1","name":[{"family":"Moss","given":["Ida"]}],"gender":"female","birthDate":"1950-02-03"}
{"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}]},"subject":{"reference":"Patient/p1"},"valueQuantity":{"value":4.1,"unit":"mmol/L"}}
{"resourceType":"Observation","id":"broken","code":{"text":"x"},"subject":{"reference":"Patient/p1"}}
`), 0o600))
		a := start(t, cfg)
		_, errs, code := command(t, cfg, "user", "add", "hale@example.org", "--name", "Dr. Hale", "--role", "clinician")
		require.Zero(t, code, errs)
		out, errs, code := command(t, cfg, "import", file, "--team", "hale@example.org")
		require.Zero(t, code, errs)
		require.Regexp(t, `all +2 +0 +0 +1 +0`, out)
		require.Contains(t, out, "few.ndjson:3")
		token, _, code := command(t, cfg, "token", "--user", "hale@example.org")
		require.Zero(t, code)
		status, body := get(t, a.URL()+"/fhir/Observation?code=2823-3", strings.TrimSpace(token))
		require.Equal(t, 200, status)
		require.Contains(t, body, "4.1")
		a.Stop()

		out, errs, code = command(t, cfg, "import", file)
		require.Zero(t, code, errs)
		require.Regexp(t, `all +0 +0 +2 +1 +0`, out, "twice is once")
		_, errs, code = command(t, cfg, "import", "no-such-file")
		require.Equal(t, 1, code)
		require.Contains(t, errs, "is not there")

		out, errs, code = command(t, cfg, "grant", "hale@example.org", "--patient", "all", "--team", "clinician")
		require.Zero(t, code, errs)
		require.Contains(t, out, "1 charts")
		_, errs, code = command(t, cfg, "user", "add", "ana@example.org", "--name", "Ana Diaz")
		require.Zero(t, code, errs)
		ids, err := chartIDs(cfg)
		require.NoError(t, err)
		out, errs, code = command(t, cfg, "grant", "ana@example.org", "--patient", ids[0], "--relation", "mother", "--until", "2035-12-31", "--can", "messages")
		require.Zero(t, code, errs)
		require.Contains(t, out, "until 1 January 2036")
		_, errs, code = command(t, cfg, "grant", "ana@example.org", "--patient", ids[0], "--relation", "mother", "--until", "2035-12-31", "--see", "teeth")
		require.Equal(t, 1, code)
		require.Contains(t, errs, "medicines")
		out, _, code = command(t, cfg, "grant", "ana@example.org", "--patient", ids[0], "--stop")
		require.Zero(t, code)
		require.Contains(t, out, "no access")
	})
}

func chartIDs(cfg Config) ([]string, error) {
	d, err := db.Open(context.Background(), db.Config{URL: cfg.DatabaseURL, Dir: cfg.Data})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return allCharts(context.Background(), d)
}

func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	for _, c := range []string{"serve", "import", "export", "token", "user add", "user list", "user confirm", "user disable", "user recover", "user link", "grant", "audit verify", "keys list", "keys rotate", "key list", "key rotate", "key reseal", "key retire", "doctor", "migrate", "version"} {
		out, _, code := command(t, testConfig(t), append(strings.Fields(c), "--help")...)
		require.Zero(t, code, c)
		require.Contains(t, out, "housecall "+c, c)
		require.Contains(t, out, "Example", c)
		require.NotContains(t, out, "HOUSECALL_DATA", "settings are listed once, at the top")
	}
	out, _, _ := command(t, testConfig(t), "--help")
	require.Contains(t, out, "HOUSECALL_DATA")
	_, errs, code := command(t, testConfig(t), "sevre")
	require.Equal(t, 2, code)
	require.Contains(t, errs, "--help")
}

func TestAWrongSiteKeyStopsTheStart(t *testing.T) {
	eachDatabase(t, func(t *testing.T, cfg Config) {
		a, err := NewApp(context.Background(), cfg)
		require.NoError(t, err)
		a.Stop()
		file := filepath.Join(cfg.Data, sitekey.FileName)
		right, err := os.ReadFile(file)
		require.NoError(t, err)

		require.NoError(t, os.Remove(file))
		_, err = NewApp(context.Background(), cfg)
		require.ErrorContains(t, err, "is missing")
		require.NoFileExists(t, file, "no new key beside data of another")

		var other [32]byte
		_, _ = rand.Read(other[:])
		require.NoError(t, os.WriteFile(file, []byte(base64.StdEncoding.EncodeToString(other[:])), 0o600))
		_, err = NewApp(context.Background(), cfg)
		require.ErrorContains(t, err, "does not fit")

		require.NoError(t, os.WriteFile(file, right, 0o600))
		a, err = NewApp(context.Background(), cfg)
		require.NoError(t, err)
		a.Stop()
	})
}

func TestTheFirstStartHelpsTheFirstAdministratorIn(t *testing.T) {
	cfg := testConfig(t)
	cfg.Addr = freeAddress(t)
	ctx, cancel := context.WithCancel(context.Background())
	var out, errs lockedBuffer
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"serve", "--data", cfg.Data, "--addr", cfg.Addr, "--log", "error"}, &out, &errs)
	}()
	link := regexp.MustCompile(`http://localhost:\d+/first-admin\?token=\S+`)
	require.Eventually(t, func() bool { return link.MatchString(out.String()) }, 20*time.Second, 10*time.Millisecond, "no link for the first administrator")
	cancel()
	require.Zero(t, <-done)
	require.Contains(t, errs.String(), "Stopping.")
}

func TestADataFolderWithALongPath(t *testing.T) {
	cfg := testConfig(t)
	cfg.Addr, cfg.Data = freeAddress(t), filepath.Join(t.TempDir(), strings.Repeat("long", 30), "data")
	start(t, cfg)
	_, errs, code := command(t, cfg, "user", "list")
	require.Zero(t, code, errs)
}

func TestDemoIsLoadedOnceAndKept(t *testing.T) {
	cfg := testConfig(t)
	cfg.Addr = freeAddress(t)
	serve := func(args ...string) (said, noted string) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		var out, errs lockedBuffer
		done := make(chan int, 1)
		go func() {
			done <- run(ctx, append([]string{"serve", "--data", cfg.Data, "--addr", cfg.Addr, "--log", "error"}, args...), &out, &errs)
		}()
		require.Eventually(t, func() bool {
			return len(done) > 0 || strings.Contains(out.String(), "Also in")
		}, time.Minute, 20*time.Millisecond)
		cancel()
		<-done
		return out.String(), errs.String()
	}
	first, notes := serve("--demo")
	require.Contains(t, notes, "Loading the demo clinic")
	accounts := first[strings.Index(first, "The people of"):strings.Index(first, "Also in")]
	for _, email := range []string{"patient", "caregiver", "clinician", "clinician2", "nurse", "frontdesk", "privacy", "admin"} {
		require.Regexp(t, email+`@housecall\.test +\S+`, accounts)
	}
	require.Equal(t, 6, strings.Count(accounts, "one-time codes"), "staff only")
	info, err := os.Stat(filepath.Join(cfg.Data, demoAccounts))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	second, notes := serve("--demo")
	require.NotContains(t, notes, "Loading")
	require.Contains(t, second, accounts, "the same accounts again")

	own := testConfig(t)
	_, _, code := command(t, own, "user", "add", "a@example.org", "--name", "A")
	require.Zero(t, code)
	_, errs, code := command(t, own, "serve", "--demo")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "records or accounts of its own")
}

func TestDoctor(t *testing.T) {
	t.Run("before the first start", func(t *testing.T) {
		cfg := testConfig(t)
		cfg.Addr = freeAddress(t)
		out, _, code := command(t, cfg, "doctor")
		require.Zero(t, code, out)
		require.Contains(t, out, "Nothing is broken")
		require.NoDirExists(t, cfg.Data, "looking changes nothing")
	})
	eachDatabase(t, func(t *testing.T, cfg Config) {
		a := start(t, cfg)
		out, _, code := command(t, cfg, "doctor")
		require.Zero(t, code, out)
		require.Contains(t, out, "runs and is ready")
		require.Contains(t, out, "fits the database")
		for _, c := range a.Health(context.Background()) {
			require.NotEqual(t, "fail", c.Level, c.Text)
		}
		a.Stop()

		require.NoError(t, os.Chmod(cfg.Data, 0o755)) //nolint:gosec // on purpose: doctor must find it
		require.NoError(t, os.WriteFile(filepath.Join(cfg.Data, sitekey.FileName), []byte(base64.StdEncoding.EncodeToString(make([]byte, 32))), 0o600))
		cfg.NATSURL = "nats://u:hunter2@" + freeAddress(t)
		out, _, code = command(t, cfg, "doctor")
		require.Equal(t, 1, code)
		require.Contains(t, out, "3 things are broken")
		require.Regexp(t, `data +FAIL +.* chmod 700 `, out)
		require.Regexp(t, `site key +FAIL +.* Put the right site.key back`, out)
		require.Regexp(t, `bus +FAIL +NATS at nats://\*\*\*@`, out)
		require.Regexp(t, `server +WARN +.* housecall serve`, out)
		require.NotContains(t, out, "hunter2")
	})
	t.Run("issuers and a stranger on our port", func(t *testing.T) {
		cfg := testConfig(t)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		stranger := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_ = json.NewEncoder(w).Encode(map[string]string{"issuer": "http://another.example"})
		})}
		go func() { _ = stranger.Serve(l) }()
		defer stranger.Close()
		cfg.Addr = l.Addr().String()
		issuers := filepath.Join(t.TempDir(), "issuers.json")
		require.NoError(t, os.WriteFile(issuers, fmt.Appendf(nil, `[{"id":"a","name":"A","issuer":"http://%s","client_id":"x","allow_private":true},{"id":"b","name":"B","issuer":"http://%s","client_id":"x","allow_private":true}]`,
			cfg.Addr, freeAddress(t)), 0o600))
		out, _, code := command(t, cfg, "doctor", "--oidc-issuers", "@"+issuers)
		require.Equal(t, 1, code)
		require.Regexp(t, `issuer +FAIL +a calls itself http://another.example`, out)
		require.Regexp(t, `issuer +FAIL +b does not answer`, out)
		require.Regexp(t, `server +FAIL +.* not Housecall`, out)
	})
}

func TestPasswordsAreReadableAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		p := newPassword()
		require.Regexp(t, `^[a-hj-km-np-z2-9]{4}(-[a-hj-km-np-z2-9]{4}){3}$`, p)
		require.False(t, seen[p])
		seen[p] = true
	}
}
