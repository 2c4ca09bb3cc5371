package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db/dbtest"
)

// source is one Go file of the repository.
type source struct {
	file    string // from the root
	pkg     string // folder from the root: "records/fhir"
	name    string // package clause
	comment bool   // has a package comment
	imports []string
	test    bool
}

// repository gives every file that is ours.
func repository(t *testing.T) (root string, files []string) {
	root, err := dbtest.RepoRoot()
	require.NoError(t, err)
	require.NoError(t, filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			switch e.Name() {
			case "node_modules", "dist", ".git", "data", "bin", "testdata":
				return fs.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(root, p)
		files = append(files, filepath.ToSlash(rel))
		return err
	}))
	return root, files
}

func sources(t *testing.T) (all []source) {
	root, files := repository(t)
	for _, file := range files {
		if path.Ext(file) != ".go" {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ImportsOnly|parser.ParseComments)
		require.NoError(t, err)
		s := source{file: file, pkg: path.Dir(file), name: f.Name.Name, comment: f.Doc != nil, test: strings.HasSuffix(file, "_test.go")}
		for _, i := range f.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			require.NoError(t, err)
			s.imports = append(s.imports, p)
		}
		all = append(all, s)
	}
	require.NotEmpty(t, all)
	return all
}

// in tells whether a folder is one of these or below one.
func in(pkg string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return pkg == f || strings.HasPrefix(pkg, f+"/") })
}

// ours gives the folder of one of our own packages.
func ours(imported string) (string, bool) { return strings.CutPrefix(imported, module+"/") }

func TestArchitectureImportsGoOneWay(t *testing.T) {
	order := []string{"internal", "notifications", "records", "telehealth", "portal mobileapi", "cmd"}
	rank := func(pkg string) int {
		return slices.IndexFunc(order, func(level string) bool { return in(pkg, strings.Fields(level)...) })
	}
	for _, s := range sources(t) {
		for _, i := range s.imports {
			if to, ok := ours(i); ok && rank(to) > rank(s.pkg) {
				t.Errorf("%s imports %s: imports go cmd -> portal, mobileapi -> telehealth -> records -> notifications -> internal, so that what lies below can be understood and tested alone", s.file, i)
			}
		}
	}
}

func TestArchitectureImportRules(t *testing.T) {
	rules := []struct {
		who, reason string
		applies     func(pkg string) bool
		forbidden   func(imported string) bool
		notInTests  bool
	}{
		{
			"portal", "the phone must not rest on the browser's cookies, nor the browser on the phone's contract",
			func(pkg string) bool { return in(pkg, "portal") },
			func(i string) bool { to, ok := ours(i); return ok && in(to, "mobileapi") },
			false,
		},
		{
			"mobileapi", "the phone must not rest on the browser's cookies",
			func(pkg string) bool { return in(pkg, "mobileapi") },
			func(i string) bool { to, ok := ours(i); return ok && in(to, "portal") },
			false,
		},
		{
			"the media plane", "the media plane knows no patients: it forwards packets between seats",
			func(pkg string) bool { return in(pkg, "telehealth/sfu", "telehealth/turn") },
			func(i string) bool {
				to, ok := ours(i)
				return ok && to != "internal/fault" && !in(to, "telehealth/sfu", "telehealth/turn")
			},
			false,
		},
		{
			"what is no HTTP face", "a rule must be callable without HTTP: only portal, mobileapi, records/rest, internal/edge and cmd import Fiber",
			func(pkg string) bool {
				return !in(pkg, "portal", "mobileapi", "records/rest", "internal/edge", "cmd")
			},
			func(i string) bool { return strings.HasPrefix(i, "github.com/gofiber/") },
			true,
		},
		{
			"notifications", "a push must not be able to hold a health fact",
			func(pkg string) bool { return in(pkg, "notifications") },
			func(i string) bool { to, ok := ours(i); return ok && in(to, "records") },
			false,
		},
		{
			"the formats", "formats are pure: what reads and writes them needs no database",
			func(pkg string) bool { return in(pkg, "records/fhir", "records/hl7") },
			func(i string) bool {
				to, ok := ours(i)
				return strings.HasPrefix(i, "gorm.io/") || i == "database/sql" || ok && in(to, "internal/db") && to != "internal/db/dbtest"
			},
			false,
		},
	}
	for _, s := range sources(t) {
		for _, rule := range rules {
			for _, i := range s.imports {
				if rule.applies(s.pkg) && rule.forbidden(i) && !(s.test && rule.notInTests) {
					t.Errorf("%s imports %s, which %s may not: %s", s.file, i, rule.who, rule.reason)
				}
			}
		}
	}
}

// Whatever can be reached from the program's own imports; what a module of others
// brings along for its tests is not called by anything here.
func TestArchitectureWhatShipsHoldsNothingForTests(t *testing.T) {
	all := map[string][]source{}
	for _, s := range sources(t) {
		if !s.test {
			all[s.pkg] = append(all[s.pkg], s)
		}
	}
	seen, next := map[string]bool{}, []string{"cmd/housecall"}
	for len(next) > 0 {
		pkg := next[0]
		if next = next[1:]; seen[pkg] {
			continue
		}
		seen[pkg] = true
		for _, s := range all[pkg] {
			for _, i := range s.imports {
				if to, ok := ours(i); ok {
					next = append(next, to)
				}
				if strings.HasSuffix(i, "test") || in(i, "testing", "net/http/pprof", "github.com/stretchr") {
					t.Errorf("%s imports %s: what ships has no code for tests or for looking into it", s.file, i)
				}
			}
		}
	}
	require.Greater(t, len(seen), 30)
}

func TestArchitectureEveryPackageSaysWhatItIsOnce(t *testing.T) {
	comments := map[string][]string{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		if _, seen := comments[s.pkg]; !seen {
			comments[s.pkg] = nil
		}
		if s.comment {
			comments[s.pkg] = append(comments[s.pkg], s.file)
		}
	}
	for pkg, files := range comments {
		if len(files) != 1 {
			t.Errorf("%s has %d package comments %v: exactly one, so that a stranger finds their way", pkg, len(files), files)
		}
	}
}

func TestArchitecturePackagesAreNounsOfTheField(t *testing.T) {
	for _, s := range sources(t) {
		if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "model", "models", "service", "repository", "base", "manager"}, strings.TrimSuffix(s.name, "_test")) {
			t.Errorf("%s: a package is called after what it is about, not after what kind of code it holds", s.file)
		}
	}
}

func TestArchitectureFilesStayReadable(t *testing.T) {
	root, files := repository(t)
	for _, file := range files {
		switch path.Ext(file) {
		case ".go", ".ts", ".tsx", ".css":
		default:
			continue
		}
		b, err := os.ReadFile(filepath.Join(root, file))
		require.NoError(t, err)
		head, _, _ := strings.Cut(string(b), "*/")
		if generated := strings.Contains(head, "auto-generated by openapi-typescript"); generated {
			continue // nobody reads or edits it
		}
		if n := strings.Count(string(b), "\n"); n > 800 {
			t.Errorf("%s has %d lines: over 800 nobody keeps a file in their head; split it by noun", file, n)
		}
	}
}

func TestArchitectureNothingNamesTheMachineItWasMadeOn(t *testing.T) {
	root, files := repository(t)
	texts := []string{".go", ".ts", ".tsx", ".js", ".mjs", ".css", ".html", ".json", ".md", ".sql", ".yml", ".yaml", ".sh", ""}
	for _, file := range files {
		if !slices.Contains(texts, path.Ext(file)) {
			continue
		}
		b, err := os.ReadFile(filepath.Join(root, file))
		require.NoError(t, err)
		for _, place := range []string{"/wo" + "rk/main", "/wo" + "rk/shared", "/ro" + "ot/", "/tmp/" + "hc"} {
			if strings.Contains(string(b), place) {
				t.Errorf("%s names %s: it must work on every machine", file, place)
			}
		}
	}
}

func TestArchitectureMainStaysShort(t *testing.T) {
	root, _ := repository(t)
	b, err := os.ReadFile(filepath.Join(root, "cmd/housecall/main.go"))
	require.NoError(t, err)
	require.Less(t, strings.Count(string(b), "\n"), 80, "main only parses the command line; what it does is startable from tests")
}
