package demo

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// terminology is the folder of code lists beside the repository. Without it the
// codes stay unchecked, except in continuous integration, where it has to be there.
func terminology(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(dir, "..", "shared", "data", "terminology")
	if _, err := os.Stat(path); err != nil {
		require.Empty(t, os.Getenv("CI"), "the code lists are missing")
		t.Log("left out: the code lists are not beside the repository")
		return ""
	}
	return path
}

func TestDiagnosesAreOfICD10(t *testing.T) {
	t.Parallel()
	dir := terminology(t)
	if dir == "" {
		return
	}
	file, err := os.Open(filepath.Join(dir, "icd-10-cm", "icd10cm-fy2021-billable.csv.gz"))
	require.NoError(t, err)
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	rows, err := csv.NewReader(unzipped).ReadAll()
	require.NoError(t, err)
	names := map[string]string{}
	for _, row := range rows {
		names[row[0]] = row[1]
	}
	for key, d := range diagnoses {
		require.Equal(t, names[d.icd], d.icdName, key)
	}
	for key, r := range reasons {
		coded := r["coding"].(list)[0].(obj)
		require.Equal(t, names[coded["code"].(string)], coded["display"], key)
	}
}

func TestVaccinesAreOfCVX(t *testing.T) {
	t.Parallel()
	dir := terminology(t)
	if dir == "" {
		return
	}
	list, err := os.Open(filepath.Join(dir, "cdc-cvx-mvx", "cvx.xml"))
	require.NoError(t, err)
	defer list.Close()
	var file struct {
		Rows []struct {
			Code string `xml:"CVXCode"`
			Name string `xml:"ShortDescription"`
		} `xml:"CVXInfo"`
	}
	decoder := xml.NewDecoder(list)
	// The list is Latin-1; the names that are compared here are ASCII.
	decoder.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	require.NoError(t, decoder.Decode(&file))
	names := map[string]string{}
	for _, row := range file.Rows {
		names[strings.TrimSpace(row.Code)] = strings.TrimSpace(row.Name)
	}
	for key, v := range vaccines {
		require.Equal(t, names[v.code], v.name, key)
	}
}
