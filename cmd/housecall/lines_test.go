package main

import (
	"context"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/internal/identity/login"
)

// doctor names each connection that could be read on its way.
func TestDoctorNamesWhatIsNotEncrypted(t *testing.T) {
	for _, c := range []struct {
		says   string // empty: all is well
		change func(*Config)
	}{
		{"", func(*Config) {}},
		{"", func(c *Config) { c.DatabaseURL = "postgres://u:p@localhost/x" }},
		{"", func(c *Config) { c.DatabaseURL = "postgres://u:p@/x?host=/run/postgresql" }},
		{"", func(c *Config) { c.DatabaseURL = "postgres://u:p@db.example.org/x?sslmode=verify-full" }},
		{"HOUSECALL_DATABASE_URL", func(c *Config) { c.DatabaseURL = "postgres://u:SECRET@db.example.org/x" }},
		{"HOUSECALL_DATABASE_URL", func(c *Config) { c.DatabaseURL = "postgres://u:SECRET@db.example.org/x?sslmode=require" }},
		{"HOUSECALL_MIGRATE_DATABASE_URL", func(c *Config) { c.MigrateURL = "postgres://u:SECRET@db.example.org/x?sslmode=prefer" }},
		{"HOUSECALL_NATS_URL", func(c *Config) { c.NATSURL = "tls://a.example.org:4222,nats://b.example.org:4222" }},
		{"", func(c *Config) { c.NATSURL = "nats://127.0.0.1:4222" }},
		{"HOUSECALL_BLOB_URL", func(c *Config) { c.BlobURL = "s3://b?region=x&endpoint=http://store.example.org:9000" }},
		{"", func(c *Config) { c.BlobURL = "s3://b?region=x" }},
		{"HOUSECALL_SMTP_URL", func(c *Config) { c.SMTPURL = "smtp://relay.example.org:25?from=a@b.org&tls=off" }},
		{"", func(c *Config) { c.SMTPURL = "smtp://relay.example.org:587?from=a@b.org" }},
		{"HOUSECALL_CLAMD", func(c *Config) { c.Clamd = "tcp://scan.example.org:3310" }},
		{"HOUSECALL_LOG_URL", func(c *Config) { c.LogURL = "syslog://log.example.org:514" }},
		{"HOUSECALL_AUDIT_ANCHOR_URL", func(c *Config) { c.AuditAnchorURL = "s3://b?region=x syslog://log.example.org:514" }},
		{"hospital", func(c *Config) { c.issuers = []login.Issuer{{ID: "hospital", Issuer: "http://id.example.org"}} }},
	} {
		cfg := Config{}
		c.change(&cfg)
		got := checkLines(&cfg)
		require.NotContains(t, got.Text, "SECRET")
		if c.says == "" {
			require.Equal(t, "ok", got.Level, got.Text)
			continue
		}
		require.Equal(t, "warn", got.Level, c.says)
		require.Contains(t, got.Text, c.says)
	}
}

// An account that may not change the schema serves; another one brings it up to date.
func TestTheAccountThatServesCannotChangeTheSchema(t *testing.T) {
	ctx := context.Background()
	owner := dbtest.PostgresURL(t)
	d, err := db.Open(ctx, db.Config{URL: owner, MaxConns: 2})
	require.NoError(t, err)
	t.Cleanup(func() { _ = d.Close() })
	u, err := url.Parse(owner)
	require.NoError(t, err)
	role := "serve_" + strings.TrimPrefix(u.Path, "/hc_test_")
	exec := func(q string) error {
		return d.InTx(ctx, func(c *db.Conn) error { _, err := c.Exec(q); return err })
	}
	require.NoError(t, exec(`CREATE ROLE `+role+` LOGIN PASSWORD 'serve'`))
	t.Cleanup(func() {
		_ = exec(`DROP OWNED BY ` + role)
		_ = exec(`DROP ROLE ` + role)
	})
	serving := *u
	serving.User = url.UserPassword(role, "serve")

	cfg := testConfig(t)
	cfg.Addr, cfg.DatabaseURL, cfg.MigrateURL = freeAddress(t), serving.String(), owner
	a := start(t, cfg)
	person, err := a.Identity.CreateAccount(ctx, identity.NewAccount{Email: "ida@example.org", Name: "Ida Moss", Kind: identity.Person, Password: "seven brown kettles"})
	require.NoError(t, err)
	_, err = a.Identity.CheckPassword(ctx, "ida@example.org", "seven brown kettles", "192.0.2.7", "")
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(folder+"/p.json", []byte(`{"resourceType":"Patient","id":"0f6f8a4e-1c0b-4b52-9d52-3d1f6b7a9e11","name":[{"family":"Moss","given":["Ida"]}],"birthDate":"1970-01-01"}`), 0o600))
	_, errs, code := command(t, cfg, "import", folder)
	require.Zero(t, code, errs)
	token, errs, code := command(t, cfg, "token", "--system", "--name", "Lab", "--scope", "system/*.cruds")
	require.Zero(t, code, errs)
	status, body := get(t, a.URL()+"/fhir/Patient", strings.TrimSpace(token))
	require.Equal(t, 200, status)
	require.Contains(t, body, "Moss")
	require.NotEmpty(t, person.ID)

	for _, ddl := range []string{`CREATE TABLE mine (x int)`, `DROP TABLE accounts`, `ALTER TABLE accounts ADD COLUMN x int`, `CREATE INDEX mine ON accounts (name)`, `TRUNCATE audit_pages`, `UPDATE goose_db_version SET version_id = 1`} {
		require.ErrorContains(t, a.DB.InTx(ctx, func(c *db.Conn) error { _, err := c.Exec(ddl); return err }), "SQLSTATE 42501", ddl)
	}
	require.Equal(t, "ok", checkRights(ctx, &cfg, a.DB).Level)
	require.Equal(t, "warn", checkRights(ctx, &cfg, d).Level)
	a.Stop()

	cfg.MigrateURL = ""
	b := start(t, cfg) // nothing is left to be changed, so nothing is asked for
	b.Stop()
}
