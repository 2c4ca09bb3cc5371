package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The table that is embedded is the one that the published files give, small, and without anybody else's codes.
func TestTableIsWhatTheFilesSay(t *testing.T) {
	from := filepath.Join("..", "..", "..", "..", "shared", "data")
	if _, err := os.Stat(from); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the published definitions are missing")
		}
		t.Skip("left out: the published definitions are not beside the repository")
	}
	to := filepath.Join(t.TempDir(), "codes.table.gz")
	require.NoError(t, run(from, to))
	made, kept := unpacked(t, to), unpacked(t, filepath.Join("..", "codes.table.gz"))
	require.True(t, bytes.Equal(made, kept), "go generate ./records/terminology")
	info, err := os.Stat(to)
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(1_500_000))

	foreign := false
	for line := range strings.SplitSeq(string(kept), "\n") {
		f := strings.Split(line, "\t")
		switch f[0] {
		case "S":
			require.True(t, strings.HasPrefix(f[1], "http://hl7.org/fhir/") || strings.HasPrefix(f[1], "http://terminology.hl7.org/"), f[1])
		case "I", "X":
			foreign = false
			for _, s := range []string{"snomed", "loinc", "ama-assn", "unitsofmeasure", "dicom"} {
				foreign = foreign || len(f) > 1 && strings.Contains(f[1], s)
			}
		case "K", "F":
			require.False(t, foreign, line)
		}
	}
}

func unpacked(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	b, err := io.ReadAll(z)
	require.NoError(t, err)
	return b
}
