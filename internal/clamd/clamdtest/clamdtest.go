// Package clamdtest is a server that speaks the protocol of clamd on a real
// socket, for tests: it finds the test file that all scanners agree on.
package clamdtest

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// EICAR is a harmless file that every scanner calls harmful
// (https://www.eicar.org/download-anti-malware-testfile/).
const EICAR = `X5O!P%@AP[4\PZX54(P^)7CC)7}$` + `EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`

// Server is a clamd. What it does in place of an answer can be set while it runs.
type Server struct {
	Address string // as HOUSECALL_CLAMD has it

	mu      sync.Mutex
	most    int
	instead func(net.Conn) // after the command was read
	scanned []string
	ln      net.Listener
	serving sync.WaitGroup
}

// TCP starts one on a free port, Unix one on a socket in a folder of the test.
func TCP(t *testing.T) *Server { return start(t, "tcp", "127.0.0.1:0", "tcp://") }

// Its path does not grow with the name of the test: an address of that kind has 107
// bytes (unix(7)).
func Unix(t *testing.T) *Server {
	dir, err := os.MkdirTemp("", "clamd")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return start(t, "unix", filepath.Join(dir, "c"), "unix:")
}

func start(t *testing.T, network, where, scheme string) *Server {
	ln, err := net.Listen(network, where)
	require.NoError(t, err)
	s := &Server{Address: scheme + ln.Addr().String(), most: 25 << 20, ln: ln}
	s.serving.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			s.serving.Go(func() { defer conn.Close(); s.serve(conn) })
		}
	})
	t.Cleanup(s.Stop)
	return s
}

// Stop ends it: nobody answers any more.
func (s *Server) Stop() {
	_ = s.ln.Close()
	s.serving.Wait()
}

// Limit is its StreamMaxLength.
func (s *Server) Limit(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.most = n
}

// Instead makes it do something else than to answer; nil: answer again.
func (s *Server) Instead(f func(net.Conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.instead = f
}

// Scanned is every content that it was given to the end.
func (s *Server) Scanned() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.scanned...)
}

func (s *Server) serve(conn net.Conn) {
	r := bufio.NewReader(conn)
	command, err := r.ReadString(0)
	if err != nil {
		return
	}
	s.mu.Lock()
	instead, most := s.instead, s.most
	s.mu.Unlock()
	if instead != nil {
		instead(conn)
		return
	}
	answer := "UNKNOWN COMMAND"
	switch command {
	case "zPING\x00":
		answer = "PONG"
	case "zVERSION\x00":
		answer = "ClamAV 1.4.3/27800/" + time.Now().Format(time.ANSIC)
	case "zINSTREAM\x00":
		if answer = s.stream(r, most); answer == "" {
			return
		}
	}
	_, _ = conn.Write([]byte(answer + "\x00"))
}

func (s *Server) stream(r io.Reader, most int) string {
	var b strings.Builder
	for {
		var size [4]byte
		if _, err := io.ReadFull(r, size[:]); err != nil {
			return ""
		}
		n := int(binary.BigEndian.Uint32(size[:]))
		if n == 0 {
			break
		}
		if b.Len()+n > most {
			return "INSTREAM size limit exceeded. ERROR"
		}
		if _, err := io.CopyN(&b, r, int64(n)); err != nil {
			return ""
		}
	}
	s.mu.Lock()
	s.scanned = append(s.scanned, b.String())
	s.mu.Unlock()
	if strings.HasPrefix(b.String(), EICAR) {
		return "stream: Eicar-Test-Signature FOUND"
	}
	return "stream: OK"
}
