package clamd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"housecall/internal/clamd/clamdtest"
)

func client(t *testing.T, s *clamdtest.Server) (c *Client, counted func(result string) int) {
	reg := prometheus.NewRegistry()
	c, err := New(s.Address, reg)
	require.NoError(t, err)
	return c, func(result string) int {
		families, err := reg.Gather()
		require.NoError(t, err)
		require.Len(t, families, 1)
		for _, m := range families[0].GetMetric() {
			if m.GetLabel()[0].GetValue() == result {
				return int(m.GetCounter().GetValue())
			}
		}
		return -1
	}
}

func each(t *testing.T, f func(t *testing.T, s *clamdtest.Server)) {
	t.Run("tcp", func(t *testing.T) { f(t, clamdtest.TCP(t)) })
	t.Run("unix", func(t *testing.T) { f(t, clamdtest.Unix(t)) })
}

func TestScan(t *testing.T) {
	each(t, func(t *testing.T, s *clamdtest.Server) {
		ctx := context.Background()
		c, counted := client(t, s)
		large := strings.Repeat("0123456789", 50_000) // several chunks
		for _, content := range []string{"", "plain words", large, large[:chunkSize], "a quote of " + clamdtest.EICAR} {
			require.NoError(t, c.Scan(ctx, strings.NewReader(content)))
			all := s.Scanned()
			require.True(t, all[len(all)-1] == content, "all of it came, and nothing else")
		}
		require.ErrorIs(t, c.Scan(ctx, strings.NewReader(clamdtest.EICAR)), ErrInfected)
		require.Equal(t, 5, counted(clean))
		require.Equal(t, 1, counted(infected))
		version, err := c.Version(ctx)
		require.NoError(t, err)
		require.Contains(t, version, "ClamAV")

		var many sync.WaitGroup
		for range 3 * mostAtOnce {
			many.Go(func() {
				if err := c.Scan(ctx, strings.NewReader(large)); err != nil {
					t.Error(err)
				}
			})
		}
		many.Wait()
	})
}

func TestTooMuch(t *testing.T) {
	each(t, func(t *testing.T, s *clamdtest.Server) {
		c, counted := client(t, s)
		s.Limit(100_000)
		require.ErrorIs(t, c.Scan(context.Background(), bytes.NewReader(make([]byte, 1<<20))), ErrTooLarge)
		require.NoError(t, c.Scan(context.Background(), bytes.NewReader(make([]byte, 100_000))))
		c.most = 50_000
		require.ErrorIs(t, c.Scan(context.Background(), bytes.NewReader(make([]byte, 50_001))), ErrTooLarge, "known before it is sent")
		require.Equal(t, 2, counted(tooLarge))
	})
}

// Whatever is not an answer is no answer: nothing counts as clean by mistake.
func TestNoAnswer(t *testing.T) {
	each(t, func(t *testing.T, s *clamdtest.Server) {
		ctx := context.Background()
		c, counted := client(t, s)
		say := func(what string) func(net.Conn) {
			return func(conn net.Conn) {
				go func() { _, _ = io.Copy(io.Discard, conn) }()
				_, _ = conn.Write([]byte(what))
			}
		}
		for name, do := range map[string]func(net.Conn){
			"hangs up": func(net.Conn) {}, "breaks off": say("stream: OK"), "garbage": say("HTTP/1.1 400 Bad Request\r\n\r\n\x00"), "empty": say("\x00"),
			"error": say("stream: Can't allocate memory ERROR\x00"), "almost": say("stream: OKAY\x00"), "no end": say(strings.Repeat("x", 3*replySize)), "other": say("PONG\x00"),
		} {
			s.Instead(do)
			err := c.Scan(ctx, bytes.NewReader(make([]byte, 1<<20)))
			require.Error(t, err, name)
			require.NotErrorIs(t, err, ErrInfected, name)
			require.NotErrorIs(t, err, ErrTooLarge, name)
			if name != "other" {
				_, err = c.Version(ctx)
				require.Error(t, err, name)
			}
		}

		// one that is slow, to read or to answer, is given up
		c.scanTime = 200 * time.Millisecond
		over := make(chan struct{})
		s.Instead(func(net.Conn) { <-over })
		require.Error(t, c.Scan(ctx, bytes.NewReader(make([]byte, 8<<20))))
		require.Error(t, c.Scan(ctx, strings.NewReader("short")))
		gone, cancel := context.WithCancel(ctx)
		cancel()
		require.Error(t, c.Scan(gone, strings.NewReader("short")))
		close(over)

		s.Instead(nil)
		require.ErrorIs(t, c.Scan(ctx, failing{}), errRead)
		s.Stop()
		require.Error(t, c.Scan(ctx, strings.NewReader("nobody is there")))
		require.Zero(t, counted(clean))
	})
}

var errRead = errors.New("cannot be read")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errRead }

func TestAddresses(t *testing.T) {
	for given, want := range map[string]string{
		"tcp://127.0.0.1:3310": "127.0.0.1:3310", "tcp://[::1]:3310": "[::1]:3310", "tcp://scanner.example.org:3310": "scanner.example.org:3310",
		"unix:/run/clamav/clamd.ctl": "/run/clamav/clamd.ctl", "unix:///run/clamav/clamd.ctl": "/run/clamav/clamd.ctl",
	} {
		c, err := New(given, nil)
		require.NoError(t, err, given)
		require.Equal(t, want, c.Address())
	}
	for _, bad := range []string{"", "127.0.0.1:3310", "http://a:1", "tcp://", "tcp://host", "tcp://:3310", "tcp://user@host:1", "tcp://host:1/x", "unix:", "unix:relative"} {
		require.Error(t, Check(bad), bad)
	}
}
