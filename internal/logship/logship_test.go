package logship_test

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/logship"
)

// server takes messages with octet counting (RFC 6587, section 3.4.1).
type server struct {
	net.Listener
	mu    sync.Mutex
	conns []net.Conn
	got   []string
}

func serve(t *testing.T, address string) *server {
	t.Helper()
	var s server
	require.Eventually(t, func() bool {
		var err error
		s.Listener, err = net.Listen("tcp", address)
		return err == nil
	}, 10*time.Second, 10*time.Millisecond)
	t.Cleanup(s.stop)
	go func() {
		for {
			c, err := s.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns = append(s.conns, c)
			s.mu.Unlock()
			go s.read(c)
		}
	}()
	return &s
}

func (s *server) read(c net.Conn) {
	in := bufio.NewReader(c)
	for {
		size, err := in.ReadString(' ')
		if err != nil {
			return
		}
		n, err := strconv.Atoi(strings.TrimSpace(size))
		if err != nil {
			return
		}
		b := make([]byte, n)
		if _, err := io.ReadFull(in, b); err != nil {
			return
		}
		s.mu.Lock()
		s.got = append(s.got, string(b))
		s.mu.Unlock()
	}
}

func (s *server) stop() {
	_ = s.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		_ = c.Close()
	}
}

func (s *server) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.got, "\n")
}

func line(security bool, text string) logship.Line {
	return logship.Line{Security: security, Severity: 6, At: time.Unix(0, 0), Text: []byte(text)}
}

func TestLinesGoToAServer(t *testing.T) {
	one := serve(t, "127.0.0.1:0")
	address := one.Addr().String()
	s, err := logship.Open("syslog://"+address, "node one")
	require.NoError(t, err)
	defer s.Close()
	s.Send(line(false, `{"msg":"a"}`))
	s.Send(line(true, `{"action":"login"}`))
	require.Eventually(t, func() bool { return strings.Count(one.said(), "housecall") == 2 }, 10*time.Second, 5*time.Millisecond)
	require.Regexp(t, `^<134>1 1970-01-01T00:00:00.000000Z \S+ housecall nodeone log - \{"msg":"a"\}\n<110>1 \S+ \S+ housecall nodeone security - \{"action":"login"\}$`, one.said())

	// The server goes away and comes back: what is said meanwhile comes then, as far as there was room.
	one.stop()
	n := 0
	for ; n < 9000; n++ {
		s.Send(line(false, fmt.Sprintf(`{"msg":"n%d"}`, n)))
	}
	two := serve(t, address)
	require.Eventually(t, func() bool {
		s.Send(line(false, `{"msg":"more"}`))
		return strings.Contains(two.said(), `"more"`) && strings.Contains(two.said(), "found no room")
	}, 30*time.Second, 20*time.Millisecond)
	require.Contains(t, two.said(), `"n3000"`)
	require.NotContains(t, two.said(), `"n8999"`)
}

func TestLinesGoToNobodyWhoIsNotKnown(t *testing.T) {
	seen := make(chan error, 4)
	stranger := httptest.NewUnstartedServer(http.NotFoundHandler())
	stranger.Config.ErrorLog = nil
	stranger.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { seen <- nil; return nil, nil }}
	stranger.StartTLS()
	defer stranger.Close()
	got := make(chan []byte, 1)
	stranger.Config.ConnState = func(c net.Conn, state http.ConnState) {
		if state == http.StateActive { // it read something
			got <- nil
		}
	}
	s, err := logship.Open("syslogs://"+stranger.Listener.Addr().String(), "node")
	require.NoError(t, err)
	s.Send(line(false, `{"msg":"secret"}`))
	<-seen
	s.Close()
	require.Empty(t, got, "a certificate that nobody here trusts gets nothing")
}

func TestLinesGoToAFileThatIsRotated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "housecall.log")
	s, err := logship.Open("file://"+path, "node")
	require.NoError(t, err)
	s.Send(line(true, `{"n":1}`))
	read := func(p string) string {
		b, _ := os.ReadFile(p)
		return string(b)
	}
	require.Eventually(t, func() bool { return read(path) == "{\"n\":1}\n" }, 10*time.Second, 5*time.Millisecond)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, os.Rename(path, path+".1"))
	require.Eventually(t, func() bool {
		s.Send(line(false, `{"n":2}`))
		return read(path) != ""
	}, 10*time.Second, 50*time.Millisecond, "a new one is begun")
	s.Send(line(false, `{"n":3}`))
	s.Close()
	lines := strings.Split(strings.TrimSpace(read(path)), "\n")
	require.Equal(t, `{"n":3}`, lines[len(lines)-1], "what waits is written at the end")
	for _, l := range lines {
		require.True(t, json.Valid([]byte(l)), l)
	}
}

func TestAddresses(t *testing.T) {
	for _, good := range []string{"", "syslogs://log.example.org:6514", "syslog://127.0.0.1:514", "file:///var/log/housecall.jsonl"} {
		require.NoError(t, logship.Check(good), good)
	}
	for _, bad := range []string{"syslog://log.example.org", "http://log.example.org:1", "file://relative", "file:///", "syslogs://u:p@h:1", "syslogs://h:1/x", "log"} {
		require.ErrorContains(t, logship.Check(bad), "syslogs://HOST:PORT", bad)
	}
	require.True(t, logship.Encrypted("syslogs://log.example.org:6514"))
	require.True(t, logship.Encrypted("syslog://127.0.0.1:514"))
	require.False(t, logship.Encrypted("syslog://log.example.org:514"))
}
