package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/internal/identity/sitetest"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/rest"
)

// serve puts the real FHIR face on a socket and gives its address and a token.
func serve(t *testing.T, d *db.DB) (root, token string) {
	t.Helper()
	ctx, key := t.Context(), sitekey.ForTest()
	feed := revoke.NewFeed(d)
	acc, err := access.New(access.Deps{DB: d, Key: key, Revocations: feed, Node: "test"})
	require.NoError(t, err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	base := &url.URL{Scheme: "http", Host: ln.Addr().String()}
	id, err := identity.New(identity.Deps{HashKiB: sitetest.HashKiB, DB: d, Key: key, Revocations: feed, BaseURL: base.String()})
	require.NoError(t, err)
	store, err := records.New(records.Deps{DB: d, Access: acc, Key: key})
	require.NoError(t, err)
	require.NoError(t, feed.Start(ctx))
	t.Cleanup(feed.Stop)
	require.NoError(t, acc.Start(ctx))
	t.Cleanup(acc.Stop)
	app, err := edge.New(edge.Config{BaseURL: base, Log: slog.New(slog.DiscardHandler), CrossOrigin: []string{rest.Prefix},
		Faces: map[string]edge.ErrorWriter{rest.Prefix: rest.WriteError}, BodyLimits: map[string]int{rest.Prefix: rest.BodyLimit}})
	require.NoError(t, err)
	face, err := rest.New(rest.Deps{Store: store, Key: key, BaseURL: base, Version: "1.2.3"})
	require.NoError(t, err)
	face.Mount(app, edge.Authenticate(id.CookieName(), nil, id.Bearer))
	server := edge.Serve(app, ln, nil)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		require.NoError(t, server.Stop(ctx))
	})
	token, err = id.IssueToken(ctx, "", "loadtest", []string{"system/*.cruds"}, time.Hour)
	require.NoError(t, err)
	return base.String(), token
}

func TestAgainstTheServer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		root, token := serve(t, d)
		r := load(t.Context(), root, "--token", token, "--json", "--duration", "200ms")
		require.Zero(t, r.code, r.out+r.err)
		info, results := r.lines(t)
		require.Contains(t, info.Server, "1.2.3")
		require.EqualValues(t, 3, info.Prepared.Made)
		require.Len(t, results, len(scenarios))
		for _, x := range results {
			require.Positive(t, x.Requests, x.Name)
			require.Positive(t, x.Bytes, x.Name)
		}

		// A second run finds the charts and leaves those that are read as they are.
		again := load(t.Context(), root, "--token", token, "--json", "--only", "everything")
		require.Zero(t, again.code, again.out+again.err)
		info, _ = again.lines(t)
		require.EqualValues(t, 3, info.Prepared.Found)

		// What was created is in the charts beside them.
		req, err := http.NewRequestWithContext(t.Context(), "GET", root+"/fhir/Observation?_count=1&patient="+writePatient(1), nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.Equal(t, 1, bytes.Count(b, []byte(`"fullUrl"`)), string(b))

		bad := load(t.Context(), root, "--token", "hca_"+strings.Repeat("x", 40))
		require.Equal(t, 1, bad.code)
		require.Contains(t, bad.err, "401")
	})
}
