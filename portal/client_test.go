package portal_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"housecall/internal/db/dbtest"
)

func TestTheWebClient(t *testing.T) {
	n := newNode(t, dbtest.SQLite(t), "", pages())
	who := n.nobody()
	for _, path := range []string{"/", "/sign-in?request=x", "/people", "/p/" + newID() + "/results/k", "/clinic/p/" + newID() + "/entries/Observation/" + newID(), "/index.html"} {
		r := who.get(path)
		require.Equal(t, 200, r.StatusCode, path)
		require.Equal(t, "text/html; charset=utf-8", r.Header.Get("Content-Type"))
		require.Equal(t, "no-cache", r.Header.Get("Cache-Control"))
		require.NotContains(t, r.body, "__NONCE__")
		_, nonce, _ := strings.Cut(r.body, `content="`)
		nonce, _, _ = strings.Cut(nonce, `"`)
		require.Contains(t, r.Header.Get("Content-Security-Policy"), "'nonce-"+nonce+"'")
		require.Contains(t, r.Header.Get("Content-Security-Policy"), "script-src 'self';")
	}
	js := who.get("/assets/index-a1b2c3d4.js")
	require.Equal(t, 200, js.StatusCode)
	require.Equal(t, "text/javascript; charset=utf-8", js.Header.Get("Content-Type"))
	require.Contains(t, js.Header.Get("Cache-Control"), "immutable")
	require.Contains(t, js.body, "hello", "Go's client unpacks gzip by itself")
	packed := who.do("GET", "/assets/index-a1b2c3d4.js", "", "Accept-Encoding", "gzip, br")
	require.Equal(t, "br", packed.Header.Get("Content-Encoding"))
	require.Less(t, len(packed.body), 200)
	require.Equal(t, 304, who.do("GET", "/assets/index-a1b2c3d4.js", "", "If-None-Match", js.Header.Get("ETag")).StatusCode)
	worker := who.get("/sw.js")
	require.Equal(t, "no-cache", worker.Header.Get("Cache-Control"))
	require.Contains(t, worker.Header.Get("Content-Security-Policy"), "script-src 'self'; connect-src 'self'", "it could load nothing else of itself")
	require.Equal(t, "image/svg+xml", who.get("/icon.svg").Header.Get("Content-Type"))
	for _, path := range []string{"/assets/index-old.js", "/assets/x", "/nothing.png", "/.vite/manifest.json", "/api/v2/x", "/fhir/x", "/mobile/x", "/visits/x", "/auth/x"} {
		require.Equal(t, 404, who.get(path).StatusCode, path)
	}
}

func TestWithoutAWebClient(t *testing.T) {
	n := newNode(t, dbtest.SQLite(t), "", fstest.MapFS{})
	r := n.nobody().get("/people")
	require.Equal(t, 503, r.StatusCode)
	require.Contains(t, r.body, "make build")
	require.Equal(t, 401, n.nobody().get("/api/v1/me").StatusCode)
}
