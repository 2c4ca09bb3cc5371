package fhir_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

// The official cases of JSON Patch (RFC 6902, appendix A, and what was found since).
func TestJSONPatchDeck(t *testing.T) {
	raw, err := os.ReadFile(deck(t, "fhir-patch", "json-patch-tests.json"))
	require.NoError(t, err)
	var cases []struct {
		Comment, Error string
		Doc, Patch     json.RawMessage
		Expected       json.RawMessage
		Disabled       bool
	}
	require.NoError(t, json.Unmarshal(raw, &cases))
	require.NotEmpty(t, cases)
	ran := 0
	for i, c := range cases {
		if c.Disabled {
			continue
		}
		ran++
		doc, err := fhir.Parse(c.Doc)
		require.NoError(t, err)
		before := string(doc.Append(nil))
		var got *fhir.Node
		p, err := fhir.ParsePatch(c.Patch)
		if err == nil {
			got, err = p.Apply(doc)
		}
		require.Equal(t, before, string(doc.Append(nil)), "%d %s: the document itself was changed", i, c.Comment)
		if c.Error != "" {
			require.Error(t, err, "%d %s: %s", i, c.Comment, c.Error)
			continue
		}
		require.NoError(t, err, "%d %s", i, c.Comment)
		if c.Expected != nil {
			require.JSONEq(t, string(c.Expected), string(got.Append(nil)), "%d %s", i, c.Comment)
		}
	}
	require.Greater(t, ran, 10)
}

func TestPatchSaysWhichOperationFails(t *testing.T) {
	doc, err := fhir.Parse([]byte(`{"a":[1,2],"b":{"c/d":1,"e~f":2}}`))
	require.NoError(t, err)
	for _, c := range []struct {
		patch     string
		index     int
		malformed bool
	}{
		{`{}`, -1, true},
		{`[{"op":"add","path":"/a/-","value":3},{"op":"jump","path":"/a"}]`, 1, true},
		{`[{"op":"remove"}]`, 0, true},
		{`[{"op":"remove","path":"a"}]`, 0, true},
		{`[{"op":"remove","path":"/a~2"}]`, 0, true},
		{`[{"op":"add","path":"/x"}]`, 0, true},
		{`[{"op":"copy","path":"/x"}]`, 0, true},
		{`[{"op":"test","path":"/a/0","value":1.0},{"op":"test","path":"/a/1","value":"2"}]`, 1, false},
		{`[{"op":"remove","path":"/b/c~1d"},{"op":"remove","path":"/b/e~0f"},{"op":"remove","path":"/b/c~1d"}]`, 2, false},
		{`[{"op":"remove","path":"/a/-"}]`, 0, false},
		{`[{"op":"add","path":"/a/3","value":1}]`, 0, false},
		{`[{"op":"add","path":"/a/01","value":1}]`, 0, false},
		{`[{"op":"move","from":"/b","path":"/b/x"}]`, 0, false},
		{`[{"op":"remove","path":""}]`, 0, false},
		{`[` + strings.TrimSuffix(strings.Repeat(`{"op":"copy","from":"/a","path":"/a/-"},`, 60), ",") + `]`, 15, false}, // doubles each time
		{`[` + strings.TrimSuffix(strings.Repeat(`{"op":"test","path":"","value":1},`, 1001), ",") + `]`, -1, true},
	} {
		p, err := fhir.ParsePatch([]byte(c.patch))
		if err == nil {
			_, err = p.Apply(doc)
		}
		e, ok := errors.AsType[*fhir.PatchError](err)
		require.True(t, ok, "%v: %v", c.patch, err)
		require.Equal(t, c.malformed, e.Malformed, c.patch)
		require.Equal(t, c.index, e.Index, c.patch)
	}
	same, err := fhir.ParsePatch([]byte(`[{"op":"test","path":"/n","value":1.50e1},{"op":"test","path":"/z","value":-0.0},{"op":"test","path":"/h","value":1E400000000000000000000}]`))
	require.NoError(t, err)
	n, err := fhir.Parse([]byte(`{"n":15,"z":0,"h":1E400000000000000000000}`))
	require.NoError(t, err)
	_, err = same.Apply(n)
	require.NoError(t, err)
}
