package main

import (
	"bytes"
	"context"
	"database/sql"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
	"housecall/records/access"
)

// The site's key is replaced beside a running server: nobody is signed out, what was
// sealed and kept before is there after it, the log is whole, and in the end nothing
// opens with the old key alone.
func TestTheSiteKeyIsReplaced(t *testing.T) {
	eachDatabase(t, func(t *testing.T, cfg Config) {
		cfg.settle = 2 * time.Second
		a := start(t, cfg)
		ctx := context.Background()
		said := func(args ...string) string {
			t.Helper()
			out, errs, code := command(t, cfg, args...)
			require.Zero(t, code, "%s\n%s", out, errs)
			return out
		}
		file := filepath.Join(cfg.Data, sitekey.FileName)
		old := a.Key.Current()

		account, err := a.Identity.CreateAccount(ctx, identity.NewAccount{Email: "ida@example.org", Name: "Ida", Kind: identity.Person, Patient: uuid.NewString()})
		require.NoError(t, err)
		const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
		require.NoError(t, a.Identity.ImportTOTP(ctx, account.ID, secret))
		session, cookie, err := a.Identity.StartSession(ctx, identity.NewSession{Account: account.ID, Proof: identity.SecondFactor})
		require.NoError(t, err)
		page := a.Identity.CSRF(session) // of a page that stays open
		content := bytes.Repeat([]byte("a picture "), 20_000)
		ref, err := a.Records.PutFile(ctx, bytes.NewReader(content), 1<<20)
		require.NoError(t, err)
		require.NoError(t, a.DB.InTx(ctx, func(c *db.Conn) error {
			if err := a.Records.HoldTx(c, ref.Name); err != nil {
				return err
			}
			_, err := c.Exec(`INSERT INTO binaries (patient_id, id, version, blob, key, size, sha256, given, content_type, title, account, created_at) VALUES `+db.Placeholders(1, 12),
				account.Patient, uuid.NewString(), 1, ref.Name, ref.Key, ref.Size, ref.SHA256, ref.SHA256, "image/png", "", account.ID, 1)
			return err
		}))
		who := identity.Principal{Kind: identity.Person, Account: account.ID, Name: "Ida", Patient: account.Patient}
		looks := func() {
			require.NoError(t, a.Access.Record(ctx, access.Event{Who: who, Patient: account.Patient, Action: "open"}))
		}
		looks()
		everything := func(what string) {
			t.Helper()
			require.NoError(t, a.DB.Read(ctx).QueryRow(`SELECT blob, key, size, sha256 FROM binaries WHERE account = ?`, account.ID).Scan(&ref.Name, &ref.Key, &ref.Size, &ref.SHA256))
			r, err := a.Records.OpenFile(ctx, ref)
			require.NoError(t, err, what)
			got, err := io.ReadAll(r)
			require.NoError(t, err, what)
			require.NoError(t, r.Close())
			require.Equal(t, content, got, what)
			_, err = a.Identity.Session(ctx, cookie, false)
			require.NoError(t, err, what)
			keys, err := a.Provider.SigningKeys(ctx)
			require.NoError(t, err)
			require.NotEmpty(t, keys)
			status, _ := get(t, a.URL()+"/oidc/keys", "")
			require.Equal(t, 200, status, what)
			status, _ = get(t, a.URL()+"/readyz", "")
			require.Equal(t, 200, status, what)
			require.Contains(t, said("audit", "verify"), "whole and unchanged", what)
			odd, err := a.Identity.OddRows(ctx)
			require.NoError(t, err)
			require.Zero(t, odd, what)
			odd, err = a.Provider.OddApps(ctx)
			require.NoError(t, err)
			require.Zero(t, odd, what)
		}
		codes := func() int {
			t.Helper()
			rows, err := a.Identity.RowsUnder(ctx, old.ID())
			require.NoError(t, err)
			apps, err := a.Provider.AppsUnder(ctx, old.ID())
			require.NoError(t, err)
			return rows + apps
		}
		everything("before")

		require.Contains(t, said("key", "rotate"), "seals all that is new")
		require.NotEqual(t, old, a.Key.Current())
		require.True(t, a.Identity.CheckCSRF(session, page), "a page that is open goes on")
		looks()
		everything("after another key was made")
		require.Contains(t, said("key", "list"), old.ID().String())
		out, _, _ := command(t, cfg, "doctor")
		require.Contains(t, out, "still opens what it sealed before")
		_, errs, code := command(t, cfg, "key", "retire", old.ID().String())
		require.Equal(t, 1, code)
		require.Contains(t, errs, old.ID().String())
		require.Eventually(t, func() bool {
			_, errs, _ := command(t, cfg, "key", "retire", old.ID().String())
			return strings.Contains(errs, "in binaries.key") && strings.Contains(errs, "in totp.secret") && strings.Contains(errs, "in provider_keys.private")
		}, 20*time.Second, 200*time.Millisecond, "what is still under it is named")

		require.Positive(t, codes(), "rows that decide who signs in")
		require.Contains(t, said("key", "reseal"), "sealed anew")
		require.Zero(t, codes())
		everything("after all was sealed anew")
		require.Zero(t, opensWith(t, a.DB, sitekey.NewRing(old)), "nothing opens with the old key alone")
		require.Positive(t, opensWith(t, a.DB, a.Key))
		require.Eventually(t, func() bool {
			_, _, code := command(t, cfg, "key", "retire", old.ID().String())
			return code == 0
		}, 20*time.Second, 200*time.Millisecond)
		looks()
		everything("after the old key went")
		code6, err := totp.GenerateCode(secret, time.Now())
		require.NoError(t, err)
		require.NoError(t, a.Identity.CheckTOTP(ctx, account.ID, code6))
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Len(t, bytes.Fields(text), 1)
		a.Stop()

		// What is kept of a site, and all that another machine needs: database, files, key.
		require.NoError(t, os.Remove(file))
		out, _, code = command(t, cfg, "doctor")
		require.Equal(t, 1, code)
		require.Contains(t, out, "site.key is not there")
		require.NoError(t, os.WriteFile(file, text, 0o600))
		copied := cfg
		copied.Data = filepath.Join(t.TempDir(), "copied")
		require.NoError(t, os.CopyFS(copied.Data, os.DirFS(cfg.Data)))
		require.NoError(t, os.Chmod(copied.Data, 0o700))
		cfg = copied
		a = start(t, cfg)
		everything("on another machine")
	})
}

// opensWith counts what a ring opens of all that is sealed and stored.
func opensWith(t *testing.T, d *db.DB, r *sitekey.Ring) (n int) {
	t.Helper()
	for _, x := range sealedColumns {
		require.NoError(t, d.Read(context.Background()).Each(`SELECT `+x.By+`, `+x.Name+` FROM `+x.Table+` WHERE length(`+x.Name+`) > 0`, func(rows *sql.Rows) error {
			var by string
			var sealed []byte
			if err := rows.Scan(&by, &sealed); err != nil {
				return err
			}
			if _, err := r.Sealer(x.Purpose).Open(sealed, x.Label+by); err == nil {
				n++
			}
			return nil
		}))
	}
	return n
}

// Nothing that is sealed and stored is forgotten: each purpose for which a part of the
// house seals is either in the list of columns, or handed out and not kept.
func TestEverySealIsKnown(t *testing.T) {
	handedOut := []string{`"access cursors"`, `"records cursor"`, `"fhir page"`, `"notice unsubscribe"`}
	stored := []string{"SealPurpose", "WrapPurpose", "KeptPurpose"} // see sealedColumns
	root, err := dbtest.RepoRoot()
	require.NoError(t, err)
	found := 0
	require.NoError(t, filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() && (e.Name() == "node_modules" || strings.HasPrefix(e.Name(), ".") && path != root) {
			return cmpSkip(err)
		}
		if e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			if of, ok := call.Fun.(*ast.SelectorExpr); !ok || of.Sel.Name != "Sealer" {
				return true
			}
			found++
			switch arg := call.Args[0].(type) {
			case *ast.BasicLit:
				require.True(t, slices.Contains(handedOut, arg.Value), "%s seals for %s: is it stored, then it belongs into sealedColumns", path, arg.Value)
			case *ast.Ident:
				require.True(t, slices.Contains(stored, arg.Name), "%s seals for %s", path, arg.Name)
			case *ast.SelectorExpr:
				require.Equal(t, "x.Purpose", arg.X.(*ast.Ident).Name+"."+arg.Sel.Name, path) // of a column
			default:
				require.Fail(t, "what it seals for cannot be told", path)
			}
			return true
		})
		return nil
	}))
	require.GreaterOrEqual(t, found, 8)
}

func cmpSkip(err error) error {
	if err != nil {
		return err
	}
	return filepath.SkipDir
}
