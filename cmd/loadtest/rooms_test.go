package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRooms(t *testing.T) {
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"rooms", "--rooms", "2", "--people", "3", "--publishers", "1", "--video", "200", "--warm", "0s", "--duration", "1s", "--json"}, &out, &errs)
	require.Zero(t, code, out.String()+errs.String())
	lines := json.NewDecoder(&out)
	var o overview
	require.NoError(t, lines.Decode(&o))
	require.Equal(t, "rooms", o.Load)
	var r roomResult
	require.NoError(t, lines.Decode(&r))
	require.Equal(t, 6, r.People)
	require.Equal(t, 2, r.Publishers)
	require.Positive(t, r.In)
	require.Equal(t, 2*r.In, r.Out+r.Lost, "each packet goes to the two others of its room")
	require.EqualValues(t, 4, r.Picture.N)
	require.Positive(t, r.Server.Memory)
	require.LessOrEqual(t, r.P50, r.P95)
	require.Equal(t, 2, run(t.Context(), []string{"rooms", "--people", "1"}, &out, &errs))
	require.Equal(t, 2, run(t.Context(), []string{"rooms", "--people", "3", "--publishers", "3", "--apart"}, &out, &errs))
}

func TestRoomsOfWhoOnlySendsAndWhoOnlyReceives(t *testing.T) {
	for _, plane := range [][]string{nil, {"--naive"}} {
		var out, errs bytes.Buffer
		code := run(t.Context(), append([]string{"rooms", "--people", "5", "--publishers", "2", "--apart", "--video", "200", "--warm", "0s", "--duration", "1s", "--json"}, plane...), &out, &errs)
		require.Zero(t, code, out.String()+errs.String())
		lines := json.NewDecoder(&out)
		var o overview
		require.NoError(t, lines.Decode(&o))
		var r roomResult
		require.NoError(t, lines.Decode(&r))
		require.Positive(t, r.In)
		require.Equal(t, 3*r.In, r.Out+r.Lost, "each packet goes to the three who receive")
		require.EqualValues(t, 3, r.Picture.N)
	}
}
