package bom_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/bom"
	"housecall/internal/db/dbtest"
)

func TestTheListHasWhatIsShipped(t *testing.T) {
	root, err := dbtest.RepoRoot()
	require.NoError(t, err)
	d, err := bom.Of(root)
	require.NoError(t, err)
	found := map[string]bom.Component{}
	for _, c := range d.Components {
		require.NotContains(t, found, c.Ref, "refs are unique")
		require.NotEmpty(t, c.Version, c.Ref)
		require.Equal(t, c.PURL, c.Ref)
		found[c.Ref] = c
		if c.Name != "std" {
			require.Len(t, c.Hashes, 1, c.Ref)
			require.Len(t, c.Hashes[0].Content, map[string]int{"SHA-256": 64, "SHA-512": 128}[c.Hashes[0].Alg], c.Ref)
		}
		require.NotEmpty(t, c.Licenses, "%s: no licence that is known", c.Ref)
	}
	require.Equal(t, "housecall", d.Dependencies[0].Ref)
	for _, ref := range d.Dependencies[0].DependsOn {
		require.Contains(t, found, ref)
	}

	// What go.mod asks for by name is in it, at that version, unless only tests use it.
	b, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	tests := map[string]bool{"github.com/emersion/go-smtp": true, "pgregory.net/rapid": true}
	asked := 0
	for line := range strings.Lines(string(b)) {
		w := strings.Fields(line)
		if len(w) != 2 || !strings.HasPrefix(line, "\t") || !strings.HasPrefix(w[1], "v") || tests[w[0]] {
			continue
		}
		asked++
		ref := "pkg:golang/" + w[0] + "@" + w[1]
		require.Contains(t, d.Dependencies[0].DependsOn, ref)
	}
	require.Greater(t, asked, 30)
	for name := range tests {
		for ref := range found {
			require.False(t, strings.HasPrefix(ref, "pkg:golang/"+name+"@"), "%s is not shipped", ref)
		}
	}

	var pkg struct{ Dependencies, DevDependencies map[string]string }
	b, err = os.ReadFile(filepath.Join(root, "portal/web/package.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &pkg))
	for name, version := range pkg.Dependencies {
		require.Contains(t, d.Dependencies[0].DependsOn, "pkg:npm/"+strings.Replace(name, "@", "%40", 1)+"@"+version)
	}
	for _, name := range []string{"vite", "vitest", "playwright-core"} {
		require.Contains(t, pkg.DevDependencies, name)
		for ref := range found {
			require.False(t, strings.HasPrefix(ref, "pkg:npm/"+name+"@"), "%s is not shipped", ref)
		}
	}

	var one, two bytes.Buffer
	require.NoError(t, d.Write(&one))
	again, err := bom.Of(root)
	require.NoError(t, err)
	require.NoError(t, again.Write(&two))
	require.Equal(t, one.String(), two.String(), "the same sources, the same list")
	require.True(t, json.Valid(one.Bytes()))
}
