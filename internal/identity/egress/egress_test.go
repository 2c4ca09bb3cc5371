package egress_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity/egress"
)

var private = egress.Way{Private: true}

func TestPublic(t *testing.T) {
	for _, a := range []string{"127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "fe80::1%eth0", "fd00::1", "0.0.0.0", "::",
		"100.64.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1"} {
		require.False(t, egress.Public(netip.MustParseAddr(a)), a)
	}
	for _, a := range []string{"8.8.8.8", "2606:4700::1111", "1.1.1.1"} {
		require.True(t, egress.Public(netip.MustParseAddr(a)), a)
	}
}

func TestClientRefusesWhatIsInside(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "secret") }))
	defer s.Close()
	for _, u := range []string{s.URL, strings.Replace(s.URL, "127.0.0.1", "localhost", 1)} {
		_, err := egress.Way{}.Client().Get(u)
		require.ErrorIs(t, err, egress.ErrSpecial)
	}
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/big":
			w.Header().Set("Transfer-Encoding", "chunked")
			for range 40 {
				_, _ = w.Write(make([]byte, 64<<10))
			}
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		}
	}))
	defer plain.Close()
	_, err := egress.Way{}.Client().Get(plain.URL)
	require.ErrorContains(t, err, "only https")
	resp, err := private.Client().Get(plain.URL + "/big")
	require.NoError(t, err)
	_, err = io.ReadAll(resp.Body)
	require.ErrorContains(t, err, "too large")
	require.NoError(t, resp.Body.Close())
	for most, whole := range map[int64]bool{40 * 64 << 10: true, 40*64<<10 - 1: false} {
		resp, err = private.Files(most).Get(plain.URL + "/big")
		require.NoError(t, err)
		b, err := io.ReadAll(resp.Body)
		require.Equal(t, whole, err == nil, "a file has the bound that was asked for")
		require.LessOrEqual(t, int64(len(b)), most)
		require.NoError(t, resp.Body.Close())
	}
	_, err = egress.Way{}.Files(1 << 20).Get(s.URL)
	require.ErrorIs(t, err, egress.ErrSpecial)
	_, err = private.Client().Get(plain.URL + "/loop")
	require.ErrorContains(t, err, "too many redirects")
}

// A site that says whom it calls calls nobody else, also not by a redirect.
func TestOnlyListedHostsAreCalled(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, strings.Replace("http://"+r.Host+"/", "127.0.0.1", "localhost", 1), http.StatusFound)
		}
	}))
	defer s.Close()
	get := func(u string, hosts ...string) error {
		resp, err := egress.Way{Private: true, Hosts: hosts}.Client().Get(u)
		if err == nil {
			_ = resp.Body.Close()
		}
		return err
	}
	require.NoError(t, get(s.URL))
	require.NoError(t, get(s.URL, "hooks.example.org", "127.0.0.1"))
	require.NoError(t, get(s.URL+"/away", "localhost", "127.0.0.1"))
	require.ErrorIs(t, get(s.URL+"/away", "127.0.0.1"), egress.ErrUnlisted)
	require.ErrorIs(t, get(s.URL, "hooks.example.org"), egress.ErrUnlisted)
	for _, host := range []string{"example.org", "evilpush.example.org.test", "xpush.example.org"} {
		require.ErrorIs(t, get("http://"+host+"/", "*.push.example.org"), egress.ErrUnlisted, host)
	}
	err := get("http://a.push.example.org.:1/", "*.push.example.org")
	require.Error(t, err)
	require.NotErrorIs(t, err, egress.ErrUnlisted)
}
