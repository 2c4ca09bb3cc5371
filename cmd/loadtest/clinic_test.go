package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db/dbtest"
)

// clinic is a running server with the demo clinic.
type clinic struct {
	t   *testing.T
	url string
	bin string
	env []string
	cmd *exec.Cmd
}

// The loads on the portal's and the phones' side go through most of the server,
// so that they are tried against all of it, as an operator does.
func TestAgainstTheDemoClinic(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "housecall")
	build := exec.Command("go", "build", "-tags", "noweb", "-o", bin, "housecall/cmd/housecall")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is shipped
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	if os.Getenv("HOUSECALL_TEST_ONLY") != "postgres" {
		t.Run("sqlite", func(t *testing.T) { t.Parallel(); open(t, bin, "").all(t) })
	}
	t.Run("postgres", func(t *testing.T) { t.Parallel(); open(t, bin, dbtest.PostgresURL(t)).all(t) })
}

func (c *clinic) all(t *testing.T) {
	t.Run("messages", c.messages)
	t.Run("deliver", c.deliver)
	t.Run("sync", c.sync)
	t.Run("sfu", c.sfu)
	t.Run("held back", c.heldBack) // the patient has no messages left after it
}

func open(t *testing.T, bin, database string) *clinic {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := ln.Addr().(*net.TCPAddr).Port
	require.NoError(t, ln.Close())
	c := &clinic{t: t, url: "http://localhost:" + strconv.Itoa(port), bin: bin}
	c.env = append(os.Environ(), "HOUSECALL_ADDR=127.0.0.1:"+strconv.Itoa(port), "HOUSECALL_DATA="+filepath.Join(t.TempDir(), "data"), "HOUSECALL_DATABASE_URL="+database,
		"HOUSECALL_ICE_PORT=0", "HOUSECALL_RATE_LIMIT=0", "HOUSECALL_LOG=warn")
	var said bytes.Buffer
	c.cmd = exec.Command(bin, "serve", "--demo")
	c.cmd.Env, c.cmd.Stdout, c.cmd.Stderr = c.env, &said, &said
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, c.cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- c.cmd.Wait() }()
	t.Cleanup(func() {
		_ = c.cmd.Process.Signal(os.Interrupt)
		select {
		case err := <-ended:
			require.NoError(t, err, said.String())
		case <-time.After(20 * time.Second):
			_ = c.cmd.Process.Kill()
			t.Error("the server does not stop")
		}
	})
	require.Eventually(t, func() bool {
		res, err := http.Get(c.url + "/readyz")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	}, 60*time.Second, 20*time.Millisecond, "the server does not get ready")
	return c
}

// run is a command of an operator.
func (c *clinic) run(args ...string) string {
	c.t.Helper()
	cmd := exec.Command(c.bin, args...)
	cmd.Env = c.env
	out, err := cmd.Output()
	require.NoError(c.t, err, string(out))
	return strings.TrimSpace(string(out))
}

// token gives an access token as an operator makes one.
func (c *clinic) token(args ...string) string {
	c.t.Helper()
	return c.run(append([]string{"token"}, args...)...)
}

func (c *clinic) user(name string) string { return c.token("--user", name+"@housecall.test") }

// accounts is the list that the demo writes.
func (c *clinic) accounts() string {
	for _, setting := range c.env {
		if data, ok := strings.CutPrefix(setting, "HOUSECALL_DATA="); ok {
			return filepath.Join(data, "demo-accounts.txt")
		}
	}
	return ""
}

// some is the list with these people only.
func (c *clinic) some(t *testing.T, names ...string) string {
	t.Helper()
	all, err := os.ReadFile(c.accounts())
	require.NoError(t, err)
	var lines string
	for line := range strings.Lines(string(all)) {
		if name, _, _ := strings.Cut(line, "@"); slices.Contains(names, name) {
			lines += line
		}
	}
	file := filepath.Join(t.TempDir(), "accounts")
	require.NoError(t, os.WriteFile(file, []byte(lines), 0o600))
	return file
}

// get asks the server as somebody.
func (c *clinic) get(t *testing.T, token, path string, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+path, nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.NoError(t, json.NewDecoder(res.Body).Decode(into))
}

// perform runs a load with --json.
func perform(ctx context.Context, load, url, token string, args ...string) ran {
	var out, err bytes.Buffer
	args = append([]string{load, "--url", url, "--token", token, "--json", "--duration", "300ms"}, args...)
	code := run(ctx, args, &out, &err)
	return ran{code, out.String(), err.String()}
}

// told gives the overview and the other lines, by kind or, of measurements, name.
func (r ran) told(t *testing.T) (o overview, lines map[string][]byte) {
	t.Helper()
	lines = map[string][]byte{}
	for i, line := range strings.Split(strings.TrimSpace(r.out), "\n") {
		if i == 0 {
			require.NoError(t, json.Unmarshal([]byte(line), &o), r.out+r.err)
			require.Equal(t, "run", o.Kind)
			require.NotEmpty(t, o.Machine.CPU)
			require.NotEmpty(t, o.Data)
			require.NotEmpty(t, o.Method)
			continue
		}
		var x struct{ Kind, Name string }
		require.NoError(t, json.Unmarshal([]byte(line), &x), line)
		if x.Name == "" {
			x.Name = x.Kind
		}
		lines[x.Name] = []byte(line)
	}
	return o, lines
}

func decoded[T any](t *testing.T, line []byte) (x T) {
	t.Helper()
	require.NoError(t, json.Unmarshal(line, &x), string(line))
	return x
}
