package anchor

import (
	"bufio"
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAddresses(t *testing.T) {
	for _, good := range []string{"", "s3://audit", "s3://audit?region=eu-central-1&retain=30&mode=governance", "syslog://logs.example.org:514", "s3://a syslogs://b:6514"} {
		require.NoError(t, Check(good), good)
	}
	for _, bad := range []string{"audit", "s3://", "s3://key:secret@audit", "s3://audit/folder", "s3://audit?retain=0", "s3://audit?retain=x", "s3://audit?mode=none", "syslog://logs.example.org", "https://audit", "s3://a http://b"} {
		require.Error(t, Check(bad), bad)
	}
	require.Equal(t, []string{"s3 a", "syslog b:6514"}, Names("s3://a?region=x syslogs://b:6514"))
}

// bucketServer speaks enough of S3 for one object at a time: a lock must come with
// a checksum, and nothing is written twice.
type bucketServer struct {
	mu      sync.Mutex
	objects map[string]string
	heads   map[string]http.Header
}

func (s *bucketServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := r.Body
	var text []byte
	var err error
	if strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		text, err = chunks(body)
	} else {
		text, err = io.ReadAll(body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := r.Header.Get("X-Amz-Checksum-Sha256") + r.Header.Get("X-Amz-Trailer") + r.Header.Get("Content-Md5")
	_, there := s.objects[r.URL.Path]
	switch {
	case r.Method != http.MethodPut || err != nil:
		w.WriteHeader(http.StatusBadRequest)
	case !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 "):
		w.WriteHeader(http.StatusForbidden)
	case r.Header.Get("X-Amz-Object-Lock-Mode") == "" || sum == "":
		w.WriteHeader(http.StatusBadRequest)
	case there && r.Header.Get("If-None-Match") == "*":
		w.WriteHeader(http.StatusPreconditionFailed)
	default:
		s.objects[r.URL.Path], s.heads[r.URL.Path] = string(text), r.Header.Clone()
		w.Header().Set("ETag", `"x"`)
	}
}

// chunks reads a body in signed or unsigned chunks (S3, aws-chunked).
func chunks(r io.Reader) (out []byte, err error) {
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		n, err := strconv.ParseInt(size, 16, 64)
		if err != nil || n == 0 {
			return out, err
		}
		b := make([]byte, n+2)
		if _, err := io.ReadFull(in, b); err != nil {
			return nil, err
		}
		out = append(out, b[:n]...)
	}
}

func TestBucketLocksItsObjects(t *testing.T) {
	store := &bucketServer{objects: map[string]string{}, heads: map[string]http.Header{}}
	server := httptest.NewServer(store)
	defer server.Close()
	t.Setenv("AWS_ACCESS_KEY_ID", "id")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	places, err := Open(ctx, "s3://audit?region=us-east-1&retain=30&use_path_style=true&endpoint="+url.QueryEscape(server.URL), "node")
	require.NoError(t, err)
	defer places[0].Close()
	require.Equal(t, "s3 audit", places[0].Name())
	require.NoError(t, places[0].Send(ctx, "one", []byte(`{"size":1}`)))
	require.Error(t, places[0].Send(ctx, "one", []byte(`{"size":2}`)), "nothing is written over")
	require.Equal(t, map[string]string{"/audit/audit/one.json": `{"size":1}`}, store.objects)
	head := store.heads["/audit/audit/one.json"]
	require.Equal(t, "COMPLIANCE", head.Get("X-Amz-Object-Lock-Mode"))
	until, err := time.Parse(time.RFC3339, head.Get("X-Amz-Object-Lock-Retain-Until-Date"))
	require.NoError(t, err)
	require.Greater(t, time.Until(until), 29*24*time.Hour)
}

// logServer takes messages with octet counting (RFC 6587, section 3.4.1).
func logServer(t *testing.T, ln net.Listener) <-chan string {
	got := make(chan string, 10)
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
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
					got <- string(b)
				}
			}()
		}
	}()
	t.Cleanup(func() { _ = ln.Close() })
	return got
}

func TestSyslog(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	got := logServer(t, ln)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	places, err := Open(ctx, "syslog://"+ln.Addr().String(), "node one")
	require.NoError(t, err)
	require.NoError(t, places[0].Send(ctx, "x", []byte(`{"size":7}`)))
	require.Regexp(t, `^<109>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z \S+ housecall nodeone checkpoint - \{"size":7\}$`, <-got)
	require.NoError(t, ln.Close())
	require.Error(t, places[0].Send(ctx, "x", []byte("gone")))

	// A server with a certificate that nobody here trusts gets nothing.
	tls := httptest.NewTLSServer(http.NotFoundHandler())
	defer tls.Close()
	places, err = Open(ctx, "syslogs://"+tls.Listener.Addr().String(), "node")
	require.NoError(t, err)
	err = places[0].Send(ctx, "x", []byte("secret"))
	require.ErrorAs(t, err, new(x509.UnknownAuthorityError))
}
