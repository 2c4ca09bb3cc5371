package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The committed table must be what the generator makes of the published definitions.
func TestTableIsCurrent(t *testing.T) {
	from := filepath.FromSlash("../../../../../shared/data/fhir-r4-definitions")
	if _, err := os.Stat(from); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the published definitions are missing")
		}
		t.Skip("left out: the published definitions are not beside the repository")
	}
	to := filepath.Join(t.TempDir(), "table.gz")
	require.NoError(t, run(from, to))
	require.Equal(t, unpack(t, filepath.FromSlash("../r4.table.gz")), unpack(t, to))
	require.NoError(t, profiles(filepath.Dir(from), to))
	require.Equal(t, unpack(t, filepath.FromSlash("../profiles.table.gz")), unpack(t, to))
}

func unpack(t *testing.T, path string) string {
	packed, err := os.ReadFile(path)
	require.NoError(t, err)
	z, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	plain, err := io.ReadAll(z)
	require.NoError(t, err)
	return string(plain)
}
