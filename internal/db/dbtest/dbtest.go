// Package dbtest gives tests real databases: a fresh copy of a migrated SQLite
// file and a fresh PostgreSQL database cloned from a migrated template.
//
// HOUSECALL_TEST_POSTGRES names a server to use (make test starts one). Without
// it a private server is started once per test process and stopped by Main.
package dbtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the pgx driver of database/sql

	"housecall/internal/db"
)

// Each runs f once for each dialect, on a migrated, empty database. With
// HOUSECALL_TEST_ONLY=postgres it leaves SQLite out: under the race detector the
// code is the same, and SQLite in Go is slow there.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	if os.Getenv("HOUSECALL_TEST_ONLY") == "postgres" {
		t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
		return
	}
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
}

// EachAtOnce is Each for tests that wait more than they compute: both dialects and
// other such tests run beside each other, so f shares nothing.
func EachAtOnce(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Parallel()
	if os.Getenv("HOUSECALL_TEST_ONLY") != "postgres" {
		t.Run("sqlite", func(t *testing.T) { t.Parallel(); f(t, SQLite(t)) })
	}
	t.Run("postgres", func(t *testing.T) { t.Parallel(); f(t, Postgres(t)) })
}

// SQLite opens a migrated, empty SQLite database in a folder of the test.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	files, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("SQLite template: %v", err)
	}
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d, err := db.Open(context.Background(), db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// sqliteTemplate migrates once and gives the files that came of it, by name.
var sqliteTemplate = sync.OnceValues(func() (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "housecall-sqlite-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	d, err := db.Open(context.Background(), db.Config{Dir: dir})
	if err != nil {
		return nil, err
	}
	_, err = d.Migrate(context.Background())
	if err := errors.Join(err, d.Close()); err != nil { // closing moves the log of writes into the file
		return nil, err
	}
	made, err := os.ReadDir(dir)
	files := map[string][]byte{}
	for _, file := range made {
		content, failed := os.ReadFile(filepath.Join(dir, file.Name()))
		files[file.Name()], err = content, errors.Join(err, failed)
	}
	return files, err
})

// Postgres opens a migrated, empty PostgreSQL database.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), db.Config{URL: PostgresURL(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// PostgresURL makes a migrated, empty database and gives its URL, for tests
// that open it from several places.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server, err := serverURL()
	if err != nil {
		t.Fatalf("no PostgreSQL for tests: %v", err)
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	template, err := ensureTemplate(server, admin)
	if err != nil {
		t.Fatalf("PostgreSQL template: %v", err)
	}
	name := "hc_test_" + randomHex()
	if _, err := admin.Exec(`CREATE DATABASE ` + name + ` TEMPLATE ` + template + ``); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c, err := sql.Open("pgx", server)
		if err == nil {
			_, _ = c.Exec(`DROP DATABASE IF EXISTS ` + name + ` WITH (FORCE)`)
			_ = c.Close()
		}
	})
	return withDatabase(server, name)
}

var templateOnce struct {
	sync.Mutex
	name string
}

// ensureTemplate migrates one database, named after the migrations' content, and
// leaves it for everybody who uses the same server.
func ensureTemplate(server string, admin *sql.DB) (string, error) {
	templateOnce.Lock()
	defer templateOnce.Unlock()
	if templateOnce.name != "" {
		return templateOnce.name, nil
	}
	sum, err := migrationsHash()
	if err != nil {
		return "", err
	}
	name := "hc_template_" + sum
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	conn, err := admin.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(7042)`); err != nil {
		return "", err
	}
	defer conn.ExecContext(ctx, `SELECT pg_advisory_unlock(7042)`) //nolint:errcheck // ends with the connection
	var n int
	if err := conn.QueryRowContext(ctx, `SELECT count(*) FROM pg_database WHERE datname = $1`, name).Scan(&n); err != nil {
		return "", err
	}
	if n == 0 {
		making := name + "_making"
		if _, err := conn.ExecContext(ctx, `DROP DATABASE IF EXISTS `+making+` WITH (FORCE)`); err != nil {
			return "", err
		}
		if _, err := conn.ExecContext(ctx, `CREATE DATABASE `+making+` TEMPLATE template0 ENCODING 'UTF8'`); err != nil {
			return "", err
		}
		d, err := db.Open(ctx, db.Config{URL: withDatabase(server, making), MaxConns: 2})
		if err != nil {
			return "", err
		}
		_, err = d.Migrate(ctx)
		_ = d.Close()
		if err != nil {
			return "", err
		}
		if _, err := conn.ExecContext(ctx, `ALTER DATABASE `+making+` RENAME TO `+name); err != nil {
			return "", err
		}
	}
	templateOnce.name = name
	return name, nil
}

func migrationsHash() (string, error) {
	h := sha256.New()
	root, err := RepoRoot()
	if err != nil {
		return "", err
	}
	err = filepath.WalkDir(filepath.Join(root, "internal/db/migrations/postgres"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		h.Write(b)
		return err
	})
	if err != nil {
		return "", err
	}
	// The tables of the job queue come from its module: they change with go.mod.
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	for line := range strings.Lines(string(mod)) {
		if strings.Contains(line, "github.com/riverqueue/") {
			_, _ = h.Write([]byte(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "// indirect"))))
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:12], err
}

// RepoRoot is the folder of go.mod.
func RepoRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("go.mod not found above the working folder")
		}
		dir = up
	}
}

// Data gives the path of a file or folder of the shared test decks. A clone
// without them skips what needs them and says so; CI must have them.
func Data(t testing.TB, elem ...string) string {
	t.Helper()
	root, err := RepoRoot()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(append([]string{root, "..", "shared", "data"}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("test deck is missing: %s", strings.Join(elem, "/"))
		}
		t.Skipf("left out: the test deck %s is not beside this clone", strings.Join(elem, "/"))
	}
	return path
}

func withDatabase(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	u.Path = "/" + name
	return u.String()
}

func randomHex() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
