package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	testNamed = regexp.MustCompile("`(Test[A-Z][A-Za-z0-9_]*)`")
	fileNamed = regexp.MustCompile("`([a-z.][A-Za-z0-9_.-]*/[A-Za-z0-9_./-]+)`")
	testThere = regexp.MustCompile(`(?m)^func (Test[A-Z]\w*)\(`)
	asvsRow   = regexp.MustCompile(`^\| (\d+\.\d+\.\d+) \| ([^|]+) \| (met|n/a|open) \|([^|]*)\|$`)
	sectionOf = regexp.MustCompile(`^## V(\d+) `)
)

// What the checklist and the description of security promise can be looked up:
// every test and every file that they name exists, and what is met says where.
func TestTheChecklistNamesWhatIsThere(t *testing.T) {
	root, files := repository(t)
	tests := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			b, err := os.ReadFile(filepath.Join(root, file))
			require.NoError(t, err)
			for _, m := range testThere.FindAllStringSubmatch(string(b), -1) {
				tests[m[1]] = true
			}
		}
	}
	rows := map[string]bool{}
	for _, doc := range []string{"docs/asvs.md", "docs/security.md"} {
		b, err := os.ReadFile(filepath.Join(root, doc))
		require.NoError(t, err)
		section := ""
		for line := range strings.Lines(string(b)) {
			line = strings.TrimSpace(line)
			for _, m := range testNamed.FindAllStringSubmatch(line, -1) {
				require.Contains(t, tests, m[1], "%s: %s", doc, line)
			}
			for _, m := range fileNamed.FindAllStringSubmatch(line, -1) {
				if strings.HasPrefix(m[1], "bin/") {
					continue // made by make
				}
				_, err := os.Stat(filepath.Join(root, m[1]))
				require.NoError(t, err, "%s: %s", doc, line)
			}
			if m := sectionOf.FindStringSubmatch(line); m != nil {
				section = m[1]
			}
			if doc != "docs/asvs.md" || !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| |") {
				continue
			}
			m := asvsRow.FindStringSubmatch(line)
			require.NotNil(t, m, "a row has a number, words, a state and a place: %s", line)
			require.NotContains(t, rows, m[1], "twice")
			require.True(t, strings.HasPrefix(m[1], section+"."), "%s in V%s", m[1], section)
			rows[m[1]] = true
			if m[3] != "open" {
				require.NotEmpty(t, strings.TrimSpace(m[4]), "%s says nothing of where", m[1])
			}
		}
	}
	require.Greater(t, len(rows), 250)
	for v := 1; v <= 17; v++ {
		require.Contains(t, rows, fmt.Sprintf("%d.1.1", v), "every chapter is in it")
	}
}
