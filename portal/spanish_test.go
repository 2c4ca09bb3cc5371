package portal

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db/dbtest"
)

// spokenBy are the packages whose faults people meet in the portal.
var spokenBy = []string{"internal/blob", "internal/edge", "internal/identity", "internal/identity/login", "internal/identity/provider", "notifications", "portal", "records", "records/access", "records/oversight", "telehealth", "telehealth/form", "telehealth/message", "telehealth/phrase", "telehealth/pool", "telehealth/request", "telehealth/schedule"}

// forOperators are messages that only somebody at the command line or a system
// that writes records can meet.
var forOperators = []string{
	"A client", "A token", "An account is for", "Only staff have roles", "There is no role", "Scopes that begin", "The secret for one-time",
	"Ids must be", "The id does not fit", "The resource", "The same resource", "There is nothing to store", "At most %d", "Sorting %s", "This search is not supported",
	"The app is for people", "The other account", "%q", "This account is not linked with",
	"The jurisdiction", "A grant", "The access",
	"A new key is", "The key was changed", "A logout token", "This logout token", "This is not a logout token",
}

func TestEveryMessageIsInSpanishToo(t *testing.T) {
	root, err := dbtest.RepoRoot()
	require.NoError(t, err)
	found := 0
	for _, pkg := range spokenBy {
		files, err := filepath.Glob(filepath.Join(root, pkg, "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, msg := range faultMessages(t, file) {
				if slices.ContainsFunc(forOperators, func(p string) bool { return strings.HasPrefix(msg, p) }) {
					continue
				}
				found++
				require.NotEmpty(t, Spanish[msg], "%s: %q has no Spanish", filepath.Base(file), msg)
			}
		}
	}
	require.Greater(t, found, 50)
}

// faultMessages finds the literal messages of fault.New, fault.Wrap and invalid.
func faultMessages(t *testing.T, file string) (out []string) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		at := -1
		switch fun := call.Fun.(type) {
		case *ast.SelectorExpr:
			if x, ok := fun.X.(*ast.Ident); ok && x.Name == "fault" && (fun.Sel.Name == "New" || fun.Sel.Name == "Wrap" || fun.Sel.Name == "Newf") {
				at = 1
			}
		case *ast.Ident:
			switch fun.Name {
			case "invalid":
				at = 0
			case "wrong": // of a field
				at = 1
			}
		}
		if at >= 0 && len(call.Args) > at {
			if lit, ok := call.Args[at].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s, err := strconv.Unquote(lit.Value)
				require.NoError(t, err)
				out = append(out, s)
			}
		}
		return true
	})
	return out
}
